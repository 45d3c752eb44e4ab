package gitpack

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"github.com/deputy-sec/deputy/internal/inflate"
)

// place is where an object stands.
type place struct {
	p   *pack
	off int64
}

func (at place) String() string { return fmt.Sprintf("%s@%d", at.p.path, at.off) }

// span is the bytes of an entry in its pack.
type span struct {
	place
	end    int64 // where the entry ends or, unless exact, the latest it can
	exact  bool
	summed bool // crc is known
	crc    uint32
}

// resolver turns entries of packs into contents. It is for one goroutine, which
// runs under faultsAsPanics.
type resolver struct {
	repo  *Repo
	limit int64 // objects larger than this are never held in memory
	bufs  buffers
	dec   inflate.Decoder
	delta []byte // inflated delta
	raw   []byte // what is read of a pack that is not mapped
	head  []byte

	// doubt is set if the entry inflated last is in order but for its CRC-32.
	doubt error
}

var errCRC = fmt.Errorf("%w: CRC-32 does not match the index", errObject)

// maxRatio is more than deflate can shrink anything: a match of 258 bytes takes
// two bits at least.
const maxRatio = 1032

// maxCompressed is more than any compressor makes of size bytes. Deflate itself
// knows no bound (blocks can be empty), and an object of one byte must not have
// a gigabyte read into memory.
func maxCompressed(size int64) int64 { return 2*size + 64<<10 }

// inflated returns the content of the stream of e, in a buffer that alloc makes
// for its size, and where the stream ended. The buffer may be there along with an
// error.
//
// An entry whose CRC-32 is the one in the index is what was once verified and
// indexed, header included; summing up its compressed bytes costs a tenth of the
// Adler-32 of the content, which is computed for the others.
func (r *resolver) inflated(s span, e entry, alloc func(int64) []byte) (data []byte, next int64, err error) {
	if e.size > (s.end-e.data+1)*maxRatio {
		return nil, 0, fmt.Errorf("%w: states %d bytes, which its %d compressed bytes cannot hold", errObject, e.size, s.end-e.data)
	}
	end := min(s.end, e.data+maxCompressed(e.size))
	if end < e.data {
		return nil, 0, fmt.Errorf("%w: no room for its data", errObject)
	}
	// The inflater is fastest if it may look ahead; what follows is not used.
	const lookahead = 16
	raw, err := s.p.window(s.off, end+lookahead, &r.raw)
	if err != nil {
		return nil, 0, err
	}
	r.doubt = nil
	intact := s.summed && s.end-s.off <= int64(len(raw)) && crc32.ChecksumIEEE(raw[:s.end-s.off]) == s.crc
	buf := alloc(e.size)
	n, err := r.dec.Zlib(buf, raw[min(e.data-s.off, int64(len(raw))):], !intact)
	next = e.data + int64(n)
	switch {
	case err != nil:
		err = fmt.Errorf("%w: %w", errObject, err)
	case next > end:
		err = fmt.Errorf("%w: %w", errObject, inflate.ErrTruncated)
	case s.exact && next < s.end:
		err = fmt.Errorf("%w: %d bytes after it belong to nothing", errObject, s.end-next)
	case s.summed && !intact:
		r.doubt = errCRC
	}
	return buf, next, err
}

// whole returns the content of an entry that is not a delta.
func (r *resolver) whole(s span, e entry) (c content, err error) {
	defer catchFault(&err)
	if e.size > r.limit {
		again := func(*effort) io.Reader { return &exactReader{r: s.stream(e), left: e.size} }
		return content{size: e.size, again: again}, nil
	}
	buf, _, err := r.inflated(s, e, r.bufs.get)
	if err != nil {
		r.bufs.put(buf)
		return content{}, err
	}
	return content{size: e.size, data: buf}, nil
}

// stream returns a reader of what e holds: an object or a delta.
func (s span) stream(e entry) io.Reader {
	return &zlibReader{src: s.p.section(e.data, s.end)}
}

// delayed returns the content of a delta that is too large to be held: it is
// carried out whenever it is read.
func delayed(base content, s span, e entry, size int64) (content, error) {
	c := content{size: size, depth: base.depth + 1}
	if c.depth > maxDepth {
		return content{}, fmt.Errorf("%w: more than %d deltas of objects beyond memory build on each other", errObject, maxDepth)
	}
	if base.data != nil { // its buffer will be used for others
		base.data = append([]byte(nil), base.data...)
	}
	c.again = func(left *effort) io.Reader {
		rd, _, err := newDeltaReader(&exactReader{r: s.stream(e), left: e.size}, base.readerAt(left), base.size)
		if err != nil {
			return failed{err}
		}
		return &exactReader{r: rd, left: size}
	}
	return c, nil
}

// failed is a reader of what cannot be read.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }

// applied returns the content of a delta, given that of its base, and the edit
// script appended to segs. Results of more than limit bytes are not held; they
// have no script, and neither have those of large bases and large deltas.
func (r *resolver) applied(base content, s span, e entry, limit int64, segs []Segment) (c content, script []Segment, err error) {
	defer catchFault(&err)
	var delta io.Reader
	if e.size > r.limit {
		delta = &exactReader{r: s.stream(e), left: e.size}
	} else {
		data, _, err := r.inflated(s, e, r.deltaBuffer)
		if err != nil {
			return content{}, nil, err
		}
		size, ops, err := checkDelta(data, base.size)
		if err != nil {
			return content{}, nil, fmt.Errorf("%w: %w", errObject, err)
		}
		if size <= limit && base.data != nil {
			buf := r.bufs.get(size)
			script = applyDelta(buf, base.data, ops, segs)
			return content{size: size, data: buf}, script, nil
		}
		delta = bytes.NewReader(data)
	}
	rd, size, err := newDeltaReader(delta, base.readerAt(base.effort()), base.size)
	if err != nil {
		return content{}, nil, err
	}
	if size > limit {
		c, err = delayed(base, s, e, size)
		return c, nil, err
	}
	c, err = r.fill(rd, size)
	return c, nil, err
}

// fill reads an object of size bytes into memory.
func (r *resolver) fill(rd io.Reader, size int64) (content, error) {
	buf := r.bufs.get(size)
	if _, err := io.ReadFull(&exactReader{r: rd, left: size}, buf); err != nil {
		r.bufs.put(buf)
		return content{}, fmt.Errorf("%w: %w", errObject, err)
	}
	return content{size: size, data: buf}, nil
}

// deltaBuffer returns the memory for an inflated delta, used again for the next.
func (r *resolver) deltaBuffer(n int64) []byte {
	if int64(cap(r.delta)) < n+inflate.Slack {
		r.bufs.put(r.delta)
		r.delta = nil
		r.delta = r.bufs.get(n)
	}
	return r.delta[:n]
}

func (r *resolver) release(c content) {
	if c.data != nil {
		r.bufs.put(c.data)
	}
}

// link is one step of the way from a delta to the object it is based on.
type link struct {
	p *pack
	entry
}

func (l link) place() place { return place{l.p, l.off} }

// chain lists the entries from at down to one that is not a delta, or whose
// content the cache holds (returned), or to a base outside the packs.
func (r *resolver) chain(at place, cache *baseCache) (links []link, start cached, base OID, err error) {
	defer catchFault(&err)
	var seen map[place]bool // reference deltas can run in circles
	for {
		if hit, ok := cache.get(at); ok {
			return links, hit, OID{}, nil
		}
		e, err := at.p.entryAt(at.off, &r.head)
		if err != nil {
			return nil, cached{}, OID{}, fmt.Errorf("%s: %w", at, err)
		}
		links = append(links, link{at.p, e})
		switch e.kind {
		case offsetDelta:
			at.off = e.base
		case refDelta:
			if seen == nil {
				seen = make(map[place]bool)
			}
			if seen[at] {
				return nil, cached{}, OID{}, fmt.Errorf("%s: %w: delta is based on itself", at, errObject)
			}
			seen[at] = true
			next, ok := r.repo.findBase(e.name, at.p)
			if !ok {
				return links, cached{}, e.name, nil
			}
			at = next
		default:
			return links, cached{}, OID{}, nil
		}
	}
}

// resolve returns the content of the entry at a place, built from its base up.
// What it finds on the way goes to the cache, if there is one. The content is
// the caller's to release if own is set, and otherwise shared with the cache.
func (r *resolver) resolve(at place, cache *baseCache) (c content, kind Type, own bool, err error) {
	links, start, outside, err := r.chain(at, cache)
	if err != nil {
		return content{}, 0, false, err
	}
	if !outside.IsZero() {
		if c, kind, err = r.loose(outside); err != nil {
			return content{}, 0, false, fmt.Errorf("%s: delta base %s: %w", at, outside, err)
		}
		own = true
	} else {
		c, kind = content{data: start.data, size: int64(len(start.data))}, start.kind
	}
	for _, l := range slices.Backward(links) {
		next, err := r.step(c, l)
		if own {
			r.release(c)
		}
		if err != nil {
			return content{}, 0, false, fmt.Errorf("%s: %w", l.place(), err)
		}
		if l.kind.isPlain() {
			kind = l.kind
		}
		c, own = next, next.data == nil || !cache.put(l.place(), cached{kind: kind, data: next.data})
	}
	return c, kind, own, nil
}

func (r *resolver) step(base content, l link) (content, error) {
	s := span{place: l.place(), end: l.p.limitOf(l.off)}
	if l.kind.isPlain() {
		return r.whole(s, l.entry)
	}
	c, _, err := r.applied(base, s, l.entry, r.limit, nil)
	return c, err
}

// limitOf returns an offset that the entry at off does not reach beyond: of a
// mapped pack simply the end of the objects, so that looking up a few objects
// does not sort a large index.
func (p *pack) limitOf(off int64) int64 {
	if p.mapped != nil {
		return p.end
	}
	return p.after(off)
}

// zlibReader is a zlib.Reader that opens its stream when first read, and skips
// the first bytes of it.
type zlibReader struct {
	src  io.Reader
	skip int64
	z    io.Reader
	err  error
}

func (z *zlibReader) Read(p []byte) (n int, err error) {
	defer faultsAsPanics()()
	defer catchFault(&err)
	if z.z == nil && z.err == nil {
		z.err = z.open()
	}
	if z.err != nil {
		return 0, z.err
	}
	return z.z.Read(p)
}

func (z *zlibReader) open() (err error) {
	if z.z, err = zlib.NewReader(z.src); err == nil {
		_, err = io.CopyN(io.Discard, z.z, z.skip)
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return err
}
