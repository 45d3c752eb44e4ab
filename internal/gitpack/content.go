package gitpack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// content is what an object holds: in memory or, beyond what may be held, as a
// way to read it as often as it is needed.
type content struct {
	size  int64
	data  []byte
	again func(*effort) io.Reader // reads from the beginning
	depth int                     // of again: the deltas that are carried out on the way
}

func (c content) held() bool { return c.data != nil || c.again != nil }

func (c content) readerAt(e *effort) io.ReaderAt {
	if c.again != nil {
		return &rewinder{again: c.again, effort: e}
	}
	return bytes.NewReader(c.data)
}

// reader reads the content once.
func (c content) reader() io.Reader {
	if c.again != nil {
		return c.again(c.effort())
	}
	return bytes.NewReader(c.data)
}

// maxDepth is how many deltas of objects beyond memory may build on each other.
const maxDepth = 50 // git's own default for all deltas

// effort is how many bytes may still be inflated to read a content. A delta of an
// object beyond memory copies from it in order, as good as always; one that jumps
// to and fro makes all before each copy be inflated again.
type effort struct{ left int64 }

// effort returns what reading c may take: every content on the way some times.
func (c content) effort() *effort {
	const times = 4
	return &effort{times * int64(c.depth+1) * (c.size + 1<<20)}
}

var errEffort = errors.New("object beyond memory is stored so that reading it takes too long")

// rewinder gives access to any part of what can only be read from its beginning.
type rewinder struct {
	again  func(*effort) io.Reader
	effort *effort
	src    io.Reader
	at     int64
}

// ReadAt implements io.ReaderAt.
func (r *rewinder) ReadAt(p []byte, off int64) (int, error) {
	if r.src == nil || off < r.at {
		r.src, r.at = r.again(r.effort), 0
	}
	if r.effort.left -= off - r.at + int64(len(p)); r.effort.left < 0 {
		return 0, errEffort
	}
	skipped, err := io.CopyN(io.Discard, r.src, off-r.at)
	r.at += skipped
	if err != nil {
		return 0, err
	}
	n, err := io.ReadFull(r.src, p)
	r.at += int64(n)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}

// exactReader holds a stream to its stated size: both less and more are errors,
// as is what the stream itself finds wrong at its end.
type exactReader struct {
	r    io.Reader
	left int64
	err  error // what went wrong, io.EOF when nothing did
}

var errSize = errors.New("object is not as long as stated")

func (e *exactReader) Read(p []byte) (int, error) {
	if e.err != nil {
		return 0, e.err
	}
	if int64(len(p)) > e.left {
		p = p[:e.left]
	}
	var n int
	var err error
	if e.left > 0 {
		n, err = e.r.Read(p)
		e.left -= int64(n)
	} else {
		err = e.atEnd()
	}
	switch {
	case errors.Is(err, io.EOF) && e.left > 0:
		err = fmt.Errorf("%w: %d bytes are missing", errSize, e.left)
	case errors.Is(err, io.EOF) && n > 0:
		err = nil
	}
	e.err = err
	return n, err
}

// atEnd reads on after the last byte, which verifies a zlib stream's checksum.
func (e *exactReader) atEnd() error {
	var one [1]byte
	n, err := io.ReadFull(e.r, one[:])
	if n > 0 {
		return fmt.Errorf("%w: there is more", errSize)
	}
	return err
}

// damage is what the reader found wrong so far.
func (e *exactReader) damage() error {
	if errors.Is(e.err, io.EOF) && e.left == 0 {
		return nil
	}
	return e.err
}
