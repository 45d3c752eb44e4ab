// Package stdin is the source for a stream that can be read once.
package stdin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/deputy-sec/deputy/scanner/source"
)

// hold is how much of a stream is read before it counts as large. What ends
// before is handed over as a whole, so that extractors can take it.
const hold = 4 << 20

// id names the only content, and is also the path that reports show.
const id = "-"

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
func (s *Source) Scan(_ context.Context, v source.Visitor) error {
	var err error
	ran := false
	s.once.Do(func() { ran, err = true, s.readAhead() })
	if !ran {
		return errors.New("standard input can be read only once")
	}
	if err != nil && len(s.head) == 0 {
		return fmt.Errorf("read standard input: %w", err)
	}
	if err != nil {
		v.Unexamined(id, "reading stopped: "+err.Error())
	}
	v.Count(0, 1)
	b := &source.Blob{ID: id, Path: id, Size: -1}
	if s.full || err != nil {
		b.Size, b.Data = int64(len(s.head)), s.head
	} else {
		b.Open = s.rest
	}
	v.Blob(b)
	return nil
}

func (s *Source) readAhead() error {
	head, err := io.ReadAll(io.LimitReader(s.r, hold))
	s.head, s.full = head, len(head) < hold
	return err
}

// rest streams what was read ahead and then what follows, once.
func (s *Source) rest() (io.ReadCloser, error) {
	if s.head == nil {
		return nil, errors.New("standard input can be read only once")
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
func (s *Source) Open(source.ID) (io.ReadCloser, error) {
	if s.full {
		return io.NopCloser(bytes.NewReader(s.head)), nil
	}
	return nil, errors.New("standard input can be read only once")
}
