package gitpack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

// file is a file of the repository, mapped into memory where that can be had.
type file struct {
	path   string
	size   int64
	mapped []byte   // nil if the file is read instead
	f      *os.File // nil if it is mapped
	lent   bool     // mapped is a caller's
}

func openFile(path string, noMap bool) (*file, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	file := &file{path: path, size: info.Size(), f: f}
	if noMap {
		return file, nil
	}
	if m, err := mapFile(f, file.size); err == nil {
		file.mapped, file.f = m, nil
		return file, f.Close()
	}
	return file, nil
}

// openRegular opens a file that is not a pipe or a device, opening which could
// wait for ever.
func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	return os.Open(path)
}

func (f *file) close() error {
	if f.f != nil {
		return f.f.Close()
	}
	if f.lent {
		return nil
	}
	return unmapFile(f.mapped)
}

// window returns the bytes from off to end, both brought into the file. They
// are read into scratch, which grows as needed, if the file is not mapped.
func (f *file) window(off, end int64, scratch *[]byte) ([]byte, error) {
	off = min(max(off, 0), f.size)
	end = min(max(end, off), f.size)
	if f.f == nil {
		return f.mapped[off:end:end], nil
	}
	if int64(cap(*scratch)) < end-off {
		*scratch = make([]byte, end-off)
	}
	b := (*scratch)[:end-off]
	n, err := f.f.ReadAt(b, off)
	if n == len(b) {
		return b, nil
	}
	return b[:n], err
}

// section returns a reader of the bytes from off to end.
func (f *file) section(off, end int64) io.Reader {
	return io.NewSectionReader(f, off, end-off)
}

// ReadAt implements io.ReaderAt.
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	if f.f != nil {
		return f.f.ReadAt(p, off)
	}
	if off < 0 || off > f.size {
		return 0, io.EOF
	}
	n := copy(p, f.mapped[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// contents returns the whole file, for the indexes, whose size says how much
// there is to hold.
func (f *file) contents() ([]byte, error) {
	var b []byte
	return f.window(0, f.size, &b)
}

var errSum = errors.New("checksum does not match")

// verifySum compares the file with the hash that it ends in.
func (f *file) verifySum(hashLen int) (err error) {
	defer faultsAsPanics()()
	defer catchFault(&err)
	h := newHash(hashLen)
	end := f.size - int64(hashLen)
	if _, err := io.Copy(h, f.section(0, end)); err != nil {
		return err
	}
	var scratch []byte
	sum, err := f.window(end, f.size, &scratch)
	if err == nil && !bytes.Equal(sum, h.Sum(nil)) {
		err = errSum
	}
	return err
}

// errFault is a page of a mapped file that could not be read: the file was cut
// while in use, or the disk failed.
var errFault = errors.New("file could not be read from disk")

// catchFault turns the fault of reading a mapped page into an error. It has to
// be deferred directly, in a goroutine that runs under faultsAsPanics.
func catchFault(err *error) {
	r := recover()
	if r == nil {
		return
	}
	if _, fault := r.(interface{ Addr() uintptr }); !fault {
		panic(r)
	}
	*err = errFault
}

// faultsAsPanics makes such a fault a panic rather than the end of the program
// until the returned function is called.
func faultsAsPanics() (restore func()) {
	old := debug.SetPanicOnFault(true)
	return func() { debug.SetPanicOnFault(old) }
}
