package extract

import (
	"bytes"
	"fmt"
	"io"
)

// Document is a content to extract. It is read once as a stream, or held whole
// for formats that are read from their end.
type Document struct {
	Name  string // the name of the file or part, for what it is worth; may be ""
	r     io.Reader
	data  []byte // the whole, if whole; else the beginning that was looked at
	whole bool
	limit int64 // of what is held
}

// FromBytes returns a document that is in memory already.
func FromBytes(name string, data []byte) *Document {
	return &Document{Name: name, data: data, whole: true}
}

// FromReader returns a document that is read when it is asked for.
func FromReader(name string, r io.Reader) *Document {
	return &Document{Name: name, r: r}
}

// Head returns the first n bytes, fewer only if there are fewer or the rest
// cannot be read.
func (d *Document) Head(n int) []byte {
	if !d.whole && len(d.data) < n {
		more := make([]byte, n-len(d.data))
		got, err := io.ReadFull(d.r, more)
		d.data = append(d.data, more[:got]...)
		d.whole = err == io.EOF || err == io.ErrUnexpectedEOF
	}
	return d.data[:min(n, len(d.data))]
}

// Reader returns the content as a stream. It can be asked for once, unless the
// document is in memory.
func (d *Document) Reader() io.Reader {
	if d.whole {
		return bytes.NewReader(d.data)
	}
	return io.MultiReader(bytes.NewReader(d.data), d.r)
}

// Bytes returns the whole content, which the caller must not change. It fails
// for what is larger than [Limits.Whole].
func (d *Document) Bytes() ([]byte, error) {
	if d.whole {
		return d.data, nil
	}
	limit := d.limit
	if limit <= 0 {
		limit = Defaults().Whole
	}
	data, err := io.ReadAll(io.LimitReader(d.Reader(), limit+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if int64(len(data)) > limit {
		d.r, d.data = io.MultiReader(bytes.NewReader(data), d.r), nil
		return nil, &OverBudget{"its format has to be held in memory, and it is larger than " + bytesOf(limit)}
	}
	d.data, d.whole = data, true
	return data, nil
}
