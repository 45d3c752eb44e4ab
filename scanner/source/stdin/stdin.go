// Package stdin is the source for a stream that can be read once.
package stdin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// hold is how much of a stream is read before it counts as large. What ends
// before is handed over as a whole, so that extractors can take it.
const hold = 4 << 20

// id names the only content, and is also the path that reports show.
const id = "-"

var errOnce = errors.New("standard input can be read only once")

// Source is a stream.
type Source struct {
	r    io.Reader
	once sync.Once
	head []byte // what was read ahead
	full bool   // head is all of it
}

// New takes the stream, which is read when scanned.
func New(r io.Reader) *Source { return &Source{r: r} }

// Scan implements [source.Source]. An error in the midst of the stream is a row:
// what came before was examined.
//
// The end of ctx is noticed between reads: a terminal that interrupts us ends
// what writes to us, too.
func (s *Source) Scan(ctx context.Context, v source.Visitor) error {
	var err error
	ran := false
	s.r = &interruptible{ctx, s.r}
	s.once.Do(func() { ran, err = true, s.readAhead() })
	if !ran {
		return errOnce
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil && len(s.head) == 0 {
		return fmt.Errorf("read standard input: %w", err)
	}
	if err != nil {
		v.Unexamined(id, finding.ReasonOf(err).In("reading stopped"))
	}
	v.Count(0, 1)
	b := &source.Blob{ID: id, Path: id, Size: -1}
	if s.full || err != nil {
		b.Size, b.Data = int64(len(s.head)), s.head
	} else {
		b.Open = s.rest
	}
	v.Blob(b)
	return ctx.Err()
}

// interruptible ends a stream with its context.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i *interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(p)
}

func (s *Source) readAhead() error {
	head, err := io.ReadAll(io.LimitReader(s.r, hold))
	s.head, s.full = head, len(head) < hold
	return err
}

// rest streams what was read ahead and then what follows, once.
func (s *Source) rest() (io.ReadCloser, error) {
	if s.head == nil {
		return nil, errOnce
	}
	r := io.MultiReader(bytes.NewReader(s.head), s.r)
	s.head = nil
	return io.NopCloser(r), nil
}

// Locate implements [source.Source].
func (s *Source) Locate(_ context.Context, ids map[source.ID]bool) ([]source.Place, error) {
	if !ids[id] {
		return nil, nil
	}
	return []source.Place{{ID: id, Path: id}}, nil
}

// Open implements [source.Source].
func (s *Source) Open(which source.ID) (io.ReadCloser, error) {
	if which != id {
		return nil, fmt.Errorf("%q is no content of this source", which)
	}
	if s.full {
		return io.NopCloser(bytes.NewReader(s.head)), nil
	}
	return nil, errOnce
}
