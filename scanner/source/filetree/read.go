package filetree

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
)

// Hold is the size up to which a file is held in memory; larger ones stream.
const Hold = 4 << 20

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// Content is what a file holds: Data if it is small, else Open.
type Content struct {
	Size int64
	Data []byte // valid until Read's use returns; nil if the file is large
	Open func() (io.ReadCloser, error)
}

// Read reads the file at name and hands it to use. What is no regular file is
// an error, and is not waited for.
func Read(name string, use func(Content)) error {
	f, info, err := openRegular(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if info.Size() > Hold {
		use(large(name, info.Size()))
		return nil
	}
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	data, err := readInto((*buffer)[:0], f, info.Size())
	*buffer = data
	if err != nil {
		return cause(err)
	}
	if len(data) > Hold { // it grew meanwhile, or its size is not reported as in /proc
		use(large(name, -1))
		return nil
	}
	if data == nil {
		data = []byte{}
	}
	use(Content{Size: int64(len(data)), Data: data})
	return nil
}

func large(name string, size int64) Content {
	return Content{Size: size, Open: func() (io.ReadCloser, error) { return Open(name) }}
}

// readInto reads f to its end, or until it holds more than Hold.
func readInto(data []byte, f *os.File, size int64) ([]byte, error) {
	if need := int(size) + 1; cap(data) < need {
		data = make([]byte, 0, max(need, 32<<10))
	}
	for len(data) <= Hold {
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return data, err
		}
	}
	return data, nil
}

// Open opens a regular file, and nothing else.
func Open(name string) (io.ReadCloser, error) {
	f, _, err := openRegular(name)
	if err != nil {
		return nil, err // not f: a nil *os.File is no nil interface
	}
	return f, nil
}

// openRegular looks at the file after opening it, so that what was exchanged
// for a pipe or a link in between is still refused.
func openRegular(name string) (*os.File, fs.FileInfo, error) {
	f, err := openNoFollow(name)
	if err != nil {
		return nil, nil, cause(err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New(Irregular(info.Mode()))
	}
	if err != nil {
		return nil, nil, errors.Join(cause(err), f.Close())
	}
	return f, info, nil
}

// Irregular says why something is not read, or "" for a regular file, a
// directory or a symbolic link.
func Irregular(mode fs.FileMode) string {
	for _, kind := range []struct {
		bits fs.FileMode
		name string
	}{
		{fs.ModeNamedPipe, "named pipe"}, {fs.ModeSocket, "socket"},
		{fs.ModeDevice, "device"}, {fs.ModeIrregular, "irregular file"},
	} {
		if mode&kind.bits != 0 {
			return fmt.Sprintf("not read: a %s", kind.name)
		}
	}
	return ""
}
