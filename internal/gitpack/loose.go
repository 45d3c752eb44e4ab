package gitpack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// looseHeaderLen is the room for "type size\0", the largest number included.
const looseHeaderLen = 32

func loosePath(dir string, id OID) string {
	name := id.String()
	return filepath.Join(dir, name[:2], name[2:])
}

// looseName returns the object that the file dir/fan/rest holds.
func looseName(fan, rest string, hashLen int) (OID, bool) {
	if len(fan)+len(rest) != 2*hashLen {
		return OID{}, false
	}
	id, err := ParseOID(fan + rest)
	return id, err == nil
}

// listLoose returns the loose objects of an objects directory, in order.
func listLoose(dir string, hashLen int) ([]OID, error) {
	var ids []OID
	var errs []error
	for fan := range 256 {
		prefix := fmt.Sprintf("%02x", fan)
		files, err := os.ReadDir(filepath.Join(dir, prefix))
		if err != nil {
			if !errors.Is(err, os.ErrNotExist) {
				errs = append(errs, err)
			}
			continue
		}
		for _, f := range files {
			if id, ok := looseName(prefix, f.Name(), hashLen); ok {
				ids = append(ids, id)
			}
		}
	}
	slices.SortFunc(ids, OID.Compare)
	return ids, errors.Join(errs...)
}

// parseLooseHeader reads "type size\0" and returns its length.
func parseLooseHeader(b []byte) (kind Type, size int64, n int, err error) {
	bad := fmt.Errorf("%w: loose object without a header", errObject)
	head, _, ok := bytes.Cut(b, []byte{0})
	if !ok {
		return 0, 0, 0, bad
	}
	name, digits, ok := bytes.Cut(head, []byte{' '})
	kind, known := typeFromName(name)
	if !ok || !known || len(digits) == 0 || digits[0] == '+' || digits[0] == '-' {
		return 0, 0, 0, bad
	}
	size, err = strconv.ParseInt(string(digits), 10, 62)
	if err != nil {
		return 0, 0, 0, bad
	}
	return kind, size, len(head) + 1, nil
}

// looseObject is a loose object whose header has been read. It is closed by
// whoever opened it.
type looseObject struct {
	*file
	kind   Type
	size   int64
	header int // bytes of header before the content
}

// openLoose finds a loose object in the objects directories.
func (r *resolver) openLoose(id OID) (o looseObject, err error) {
	for _, dir := range r.repo.dirs {
		// A loose object is read once and is mostly small: no mapping.
		f, openErr := openFile(loosePath(dir, id), true)
		if openErr == nil {
			if o, err = r.looseHeader(f); err == nil {
				return o, nil
			}
			err = errors.Join(fmt.Errorf("%s: %w", f.path, err), f.close())
		} else if !errors.Is(openErr, os.ErrNotExist) {
			err = openErr
		}
	}
	if err == nil {
		err = errMissing
	}
	return looseObject{}, err
}

func (r *resolver) looseHeader(f *file) (looseObject, error) {
	src, err := f.window(0, 512, &r.raw)
	if err != nil {
		return looseObject{}, err
	}
	var buf [looseHeaderLen]byte
	n, err := r.dec.Prefix(buf[:], src)
	if n == 0 && err != nil {
		return looseObject{}, fmt.Errorf("%w: %w", errObject, err)
	}
	o := looseObject{file: f}
	o.kind, o.size, o.header, err = parseLooseHeader(buf[:n])
	return o, err
}

// loose returns the content of a loose object.
func (r *resolver) loose(id OID) (content, Type, error) {
	o, err := r.openLoose(id)
	if err != nil {
		return content{}, 0, err
	}
	if o.size > r.limit { // its file stays open until nothing refers to it any more
		again := func(*effort) io.Reader { return &exactReader{r: o.stream(), left: o.size} }
		return content{size: o.size, again: again}, o.kind, nil
	}
	defer func() { _ = o.close() }()
	c, err := r.looseContent(o)
	if err != nil {
		err = fmt.Errorf("%s: %w", o.path, err)
	}
	return c, o.kind, err
}

// looseContent inflates header and content and moves the content to the front.
func (r *resolver) looseContent(o looseObject) (content, error) {
	total := o.size + int64(o.header)
	p := &pack{file: o.file, end: o.file.size}
	buf, _, err := r.inflated(span{place: place{p, 0}, end: p.end, exact: true}, entry{size: total}, r.bufs.get)
	if err != nil {
		r.bufs.put(buf)
		return content{}, err
	}
	copy(buf, buf[o.header:])
	return content{size: o.size, data: buf[:o.size]}, nil
}

// stream returns a reader of the content.
func (o looseObject) stream() io.Reader {
	return &zlibReader{src: io.NewSectionReader(o.file, 0, o.file.size), skip: int64(o.header)}
}
