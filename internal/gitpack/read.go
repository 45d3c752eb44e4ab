package gitpack

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// ErrNotFound is returned for an object that the repository does not have.
var ErrNotFound = errMissing

// ErrTooLarge is returned by Read for objects beyond Options.ReadLimit.
var ErrTooLarge = errors.New("object is too large to be held in memory")

// places calls use with every place that has the object, the most likely one
// first, until it returns true.
func (r *Repo) places(id OID, use func(place) bool) bool {
	var tried place
	for _, m := range r.midxs {
		if number, off, ok := m.find(id); ok {
			name := strings.TrimSuffix(m.packs[number], ".idx") + ".pack"
			if p := r.byPath[filepath.Join(m.dir, name)]; p != nil && p.idx != nil {
				tried = place{p, int64(min(off, 1<<62))}
				if use(tried) {
					return true
				}
			}
		}
	}
	if r.outer != nil && r.outer.places(id, use) {
		return true
	}
	for _, p := range r.packs {
		if p == tried.p || p.idx == nil {
			continue
		}
		if i, ok := p.idx.find(id); ok {
			if use(place{p, int64(min(p.idx.offset(i), 1<<62))}) {
				return true
			}
		}
	}
	return false
}

// findBase returns where the base of a reference delta stands, in the delta's
// own pack if possible.
func (r *Repo) findBase(id OID, own *pack) (place, bool) {
	if own.idx != nil {
		if i, ok := own.idx.find(id); ok {
			return place{own, int64(min(own.idx.offset(i), 1<<62))}, true
		}
	}
	var at place
	ok := r.places(id, func(found place) bool { at = found; return true })
	return at, ok
}

// resolver returns a resolver for the calling goroutine; done gives it back.
func (r *Repo) resolver() (res *resolver, done func()) {
	restore := faultsAsPanics()
	res, _ = r.resolvers.Get().(*resolver)
	if res == nil {
		res = &resolver{repo: r, limit: r.opts.ReadLimit}
	}
	return res, func() {
		restore()
		res.bufs.trim()
		r.resolvers.Put(res)
	}
}

// Has reports whether the repository has the object. It does not open it.
func (r *Repo) Has(id OID) bool {
	found, err := r.hasPacked(id)
	if found || err != nil {
		return found
	}
	for _, dir := range r.dirs {
		if exists(loosePath(dir, id)) {
			return true
		}
	}
	return false
}

func (r *Repo) hasPacked(id OID) (found bool, err error) {
	defer faultsAsPanics()()
	defer catchFault(&err)
	return r.places(id, func(place) bool { return true }), nil
}

// Read returns the type and content of an object, verified against the checksum
// of its zlib stream. Every copy that there is of it is tried.
func (r *Repo) Read(id OID) (Type, []byte, error) {
	res, done := r.resolver()
	defer done()
	return res.read(id, r.cache)
}

func (r *resolver) read(id OID, cache *baseCache) (kind Type, data []byte, err error) {
	c, kind, own, err := r.find(id, cache)
	if err != nil {
		return 0, nil, err
	}
	if c.again != nil {
		return 0, nil, fmt.Errorf("object %s: %w", id, ErrTooLarge)
	}
	data = append(make([]byte, 0, c.size), c.data...)
	if own {
		r.release(c)
	}
	return kind, data, nil
}

// find resolves an object by name.
func (r *resolver) find(id OID, cache *baseCache) (c content, kind Type, own bool, err error) {
	err = r.anyCopy(id, func(at place) (err error) {
		c, kind, own, err = r.resolve(at, cache)
		return err
	}, func() (err error) {
		own = true
		c, kind, err = r.loose(id)
		return err
	})
	return c, kind, own, err
}

// anyCopy calls packed with every place that has the object, and then loose,
// until one succeeds.
func (r *resolver) anyCopy(id OID, packed func(place) error, loose func() error) error {
	var errs []error
	found, err := r.findPacked(id, func(at place) bool {
		err := packed(at)
		if err != nil {
			errs = append(errs, err)
		}
		return err == nil
	})
	if found && err == nil {
		return nil
	}
	if err != nil {
		errs = append(errs, err)
	}
	err = loose()
	if err == nil {
		return nil
	}
	if !errors.Is(err, errMissing) || len(errs) == 0 {
		errs = append(errs, err)
	}
	return fmt.Errorf("object %s: %w", id, errors.Join(errs...))
}

func (r *resolver) findPacked(id OID, use func(place) bool) (found bool, err error) {
	defer catchFault(&err)
	return r.repo.places(id, use), nil
}

// Stream returns the type and size of an object and a reader of its content,
// however large it is. The caller closes the reader. Errors of the content, a
// wrong checksum among them, come from Read, the last at the end.
func (r *Repo) Stream(id OID) (kind Type, size int64, content io.ReadCloser, err error) {
	res, done := r.resolver()
	defer done()
	err = res.anyCopy(id, func(at place) (err error) {
		kind, size, content, err = res.streamAt(at)
		return err
	}, func() error {
		o, err := res.openLoose(id)
		if err == nil {
			kind, size = o.kind, o.size
			content = streamCloser{&exactReader{r: o.stream(), left: o.size}, o.close}
		}
		return err
	})
	return kind, size, content, err
}

type streamCloser struct {
	io.Reader
	close func() error
}

func (s streamCloser) Close() error { return s.close() }

// streamAt streams what is not a delta directly, and a delta from the content
// built for it.
func (r *resolver) streamAt(at place) (Type, int64, io.ReadCloser, error) {
	e, err := at.p.entryAt(at.off, &r.head)
	if err != nil {
		return 0, 0, nil, fmt.Errorf("%s: %w", at, err)
	}
	if e.kind.isPlain() {
		rd := &exactReader{r: span{place: at, end: at.p.limitOf(at.off)}.stream(e), left: e.size}
		return e.kind, e.size, streamCloser{rd, func() error { return nil }}, nil
	}
	c, kind, _, err := r.resolve(at, nil)
	if err != nil {
		return 0, 0, nil, err
	}
	return kind, c.size, streamCloser{c.reader(), func() error { return nil }}, nil
}

// Stat returns the type and size of an object. Of a delta it inflates a few
// bytes only.
func (r *Repo) Stat(id OID) (kind Type, size int64, err error) {
	res, done := r.resolver()
	defer done()
	err = res.anyCopy(id, func(at place) (err error) {
		kind, size, err = res.statAt(at)
		return err
	}, func() error {
		o, err := res.openLoose(id)
		if err != nil {
			return err
		}
		kind, size = o.kind, o.size
		return o.close()
	})
	return kind, size, err
}

func (r *resolver) statAt(at place) (kind Type, size int64, err error) {
	links, _, outside, err := r.chain(at, nil)
	if err != nil {
		return 0, 0, err
	}
	first, last := links[0], links[len(links)-1]
	kind = last.kind
	if !outside.IsZero() {
		o, err := r.openLoose(outside)
		if err != nil {
			return 0, 0, fmt.Errorf("%s: delta base %s: %w", at, outside, err)
		}
		_ = o.close()
		kind = o.kind
	}
	if first.kind.isPlain() {
		return kind, first.size, nil
	}
	size, err = r.deltaResultSize(first)
	return kind, size, err
}

// deltaResultSize inflates as much of a delta as holds its two sizes.
func (r *resolver) deltaResultSize(l link) (size int64, err error) {
	defer catchFault(&err)
	src, err := l.p.window(l.data, min(l.data+512, l.p.end), &r.raw)
	if err != nil {
		return 0, err
	}
	var head [2 * 9]byte
	n, err := r.dec.Prefix(head[:min(int64(len(head)), l.size)], src)
	_, rest, ok := deltaSize(head[:n])
	if ok {
		size, _, ok = deltaSize(rest)
	}
	if !ok {
		return 0, fmt.Errorf("%s: %w", l.place(), errors.Join(errDelta, err))
	}
	return size, nil
}
