package extract

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// Document is a content to extract. It is read once as a stream, or held whole
// for formats that are read from their end.
type Document struct {
	Name  string // the name of the file or part, for what it is worth; may be ""
	r     io.Reader
	data  []byte // the whole, if whole; else the beginning that was looked at
	whole bool
	err   error // why no more can be read
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

// Size returns how many bytes the content has, -1 if that is not known.
func (d *Document) Size() int64 {
	if !d.whole {
		return -1
	}
	return int64(len(d.data))
}

// Head returns the first n bytes, fewer only if there are fewer or the rest
// cannot be read.
func (d *Document) Head(n int) []byte {
	if missing := n - len(d.data); missing > 0 && !d.whole && d.err == nil {
		more := make([]byte, missing)
		got := 0
		for got < missing && d.err == nil {
			var k int
			k, d.err = d.r.Read(more[got:])
			got += k
		}
		d.data = append(d.data, more[:got]...)
		if d.err == io.EOF { //nolint:errorlint // a reader of damaged content may wrap it
			d.whole, d.err = true, nil
		}
	}
	return d.data[:min(n, len(d.data))]
}

// Reader returns the content as a stream. It can be asked for once, unless the
// document is in memory.
func (d *Document) Reader() io.Reader {
	if d.whole {
		return bytes.NewReader(d.data)
	}
	return io.MultiReader(bytes.NewReader(d.data), d.rest())
}

// rest returns what has not been looked at yet.
func (d *Document) rest() io.Reader {
	if d.err != nil {
		return unreadable{d.err}
	}
	return d.r
}

// unreadable is the end of a content that cannot be read further.
type unreadable struct{ err error }

func (e unreadable) Read([]byte) (int, error) { return 0, e.err }

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
	return d.BytesUpTo(limit)
}

// BytesUpTo is Bytes for what is no larger than a limit. After an error the
// document can still be read as a stream.
func (d *Document) BytesUpTo(limit int64) ([]byte, error) {
	if d.whole {
		return d.data, nil
	}
	data, err := io.ReadAll(io.LimitReader(d.Reader(), limit+1))
	if err != nil {
		d.data, d.err = data, err
		return nil, Unreadable(err)
	}
	if int64(len(data)) > limit {
		d.r, d.data = io.MultiReader(bytes.NewReader(data), d.rest()), nil
		return nil, &OverBudget{Limit: "its format has to be held in memory, and it is larger than " + bytesOf(limit)}
	}
	d.data, d.whole = data, true
	return data, nil
}

// Unreadable says why a content, or a part of one, cannot be read: because it is encrypted
// or made by a method that nobody here knows ([errors.ErrUnsupported]), if its reader says
// so, and else because it is damaged.
func Unreadable(err error) error {
	switch {
	case errors.Is(err, ErrEncrypted) || errors.Is(err, ErrDamaged):
		return err
	case errors.Is(err, errors.ErrUnsupported):
		return finding.Unsupported.Because("%s", err)
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// Encrypted says that something is encrypted, and how.
func Encrypted(cipher string) error {
	if cipher == "" {
		return ErrEncrypted
	}
	return fmt.Errorf("%w (%s)", ErrEncrypted, cipher)
}
