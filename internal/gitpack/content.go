package gitpack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// content is what an object holds: in memory or, beyond the blob limit, in a
// temporary file.
type content struct {
	size  int64
	data  []byte
	spill *os.File
}

func (c content) held() bool { return c.data != nil || c.spill != nil }

func (c content) readerAt() io.ReaderAt {
	if c.spill != nil {
		return c.spill
	}
	return bytes.NewReader(c.data)
}

// spillTo writes size bytes of r to a temporary file in dir, which has no name
// any more where the system allows that.
func spillTo(dir string, r io.Reader, size int64) (content, error) {
	f, err := os.CreateTemp(dir, "gitpack-*")
	if err != nil {
		return content{}, err
	}
	_ = os.Remove(f.Name()) // Windows refuses; dropSpill removes it there
	if _, err := io.Copy(f, &exactReader{r: r, left: size}); err != nil {
		dropSpill(f)
		return content{}, err
	}
	return content{size: size, spill: f}, nil
}

func dropSpill(f *os.File) {
	_ = f.Close()
	_ = os.Remove(f.Name())
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
