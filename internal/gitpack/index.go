package gitpack

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// indexPacks makes an index, in memory, for each pack without a usable one, as
// git index-pack would: by reading the pack from end to end.
func (r *Repo) indexPacks() {
	var indexed []*pack
	for _, p := range r.packs {
		if p.idx == nil {
			p = r.indexPack(p)
		}
		if p != nil {
			p.number = len(indexed)
			indexed = append(indexed, p)
			r.byPath[p.path] = p
		}
	}
	r.packs = indexed
}

// indexPack returns the pack with an index of those objects that could be read.
// What could not is reported.
func (r *Repo) indexPack(p *pack) *pack {
	res, done := r.resolver()
	offs, end, err := res.scan(p)
	done()
	if err != nil {
		r.problem(p.path, err)
	}
	if end+int64(p.hashLen) == p.size {
		if err := p.verifySum(p.hashLen); err != nil {
			r.problem(p.path, err)
		}
	} else if err == nil {
		r.problem(p.path, fmt.Errorf("%w: %d bytes follow the last object", errPack, p.size-end))
	}

	work := &pack{file: p.file, hashLen: p.hashLen, end: end, gaps: true, stated: p.stated}
	work.idx = newIndex(make([]OID, len(offs)), offs, p.hashLen)
	work.idx.found = make(map[OID]int)
	names := nameObjects(r, work)

	named := &pack{file: p.file, hashLen: p.hashLen, end: end, gaps: true, stated: p.stated}
	var known []OID
	var places []uint64
	for i, name := range names {
		if !name.IsZero() {
			known, places = append(known, name), append(places, offs[i])
		}
	}
	named.idx = newIndex(known, places, p.hashLen)
	return named
}

// newIndex makes an index of the given names, which it sorts unless they are all
// zero.
func newIndex(names []OID, offs []uint64, hashLen int) *index {
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return names[a].Compare(names[b]) })
	x := &index{
		hashLen: hashLen, n: len(names), nameStride: hashLen, offsStride: 4,
		fanout: make([]byte, fanoutLen), crcs: nil,
	}
	var counts [256]uint32
	for _, i := range order {
		counts[names[i][0]]++
		x.names = append(x.names, names[i][:hashLen]...)
		off := offs[i]
		if off >= largeFlag {
			off = uint64(len(x.large)/largeWidth) | largeFlag
			x.large = binary.BigEndian.AppendUint64(x.large, offs[i])
		}
		x.offsets = binary.BigEndian.AppendUint32(x.offsets, uint32(off))
	}
	total := uint32(0)
	for i, n := range counts {
		total += n
		binary.BigEndian.PutUint32(x.fanout[i*4:], total)
	}
	return x
}

// scan finds where the objects of a pack begin: at the header's end the first,
// and where the stream of each one ends the next. It stops at damage, after
// which nothing can be found any more.
func (r *resolver) scan(p *pack) (offs []uint64, end int64, err error) {
	whole := &pack{file: p.file, hashLen: p.hashLen, end: p.size}
	off := int64(packHeaderLen)
	for i := range int64(p.stated) {
		next, err := r.skip(whole, off)
		if err != nil {
			return offs, off, fmt.Errorf("%w: object %d of %d, at %d: %w", errPack, i+1, p.stated, off, err)
		}
		offs = append(offs, uint64(off))
		off = next
	}
	return offs, off, nil
}

// skip returns where the entry at off ends.
func (r *resolver) skip(p *pack, off int64) (next int64, err error) {
	defer catchFault(&err)
	e, err := p.entryAt(off, &r.head)
	if err != nil {
		return 0, err
	}
	if e.size > r.limit {
		return skipLarge(p, e)
	}
	buf, next, err := r.inflated(span{place: place{p, off}, end: p.end}, e, r.bufs.get)
	r.bufs.put(buf)
	return next, err
}

// skipLarge streams an object to find its end.
func skipLarge(p *pack, e entry) (next int64, err error) {
	src := &countingReader{r: bufio.NewReaderSize(p.section(e.data, p.end), 64<<10)}
	z, err := zlib.NewReader(src)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, &exactReader{r: z, left: e.size})
	return e.data + src.n, err
}

// countingReader counts what is read; being an io.ByteReader it is not read
// beyond the end of a zlib stream.
type countingReader struct {
	r *bufio.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *countingReader) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

// naming finds out the names of a pack's objects while a worker walks their
// trees. A reference delta joins the tree of its base once that has its name.
type naming struct {
	names   []OID
	waiting map[OID][]uint32
}

// nameObjects returns the names of the objects of a pack, by offset, zero for
// those that cannot be read.
func nameObjects(r *Repo, p *pack) []OID {
	sub := &Repo{
		opts: r.opts, hashLen: r.hashLen, dirs: r.dirs, packs: []*pack{p},
		byPath: map[string]*pack{}, naming: true, outer: r,
	}
	n := &naming{names: make([]OID, p.idx.n), waiting: make(map[OID][]uint32)}
	w := &walk{repo: sub, naming: n, opts: WalkOptions{Workers: 1}, visitor: collector{r}}
	w.opts.setDefaults()
	var err error
	if w.forest, err = newForest(sub, 1, nil); err != nil {
		r.problem(p.path, err)
		return n.names
	}
	k := newWorker(w, 0)
	defer k.drop()
	for _, id := range n.hold(k, w.forest.roots(^TypeMask(0))) {
		k.tree(k.root(id))
	}
	// What still waits has its base outside the pack, or nowhere. Those with a
	// base go first: others may wait for them.
	for _, found := range []bool{true, false} {
		for _, id := range n.rest() {
			base, err := k.baseName(id)
			if _, waits := n.waiting[base]; err != nil || !waits || found && !k.has(base) {
				continue
			}
			for _, id := range n.waiting[base] {
				k.tree(k.root(id))
			}
			delete(n.waiting, base)
		}
	}
	return n.names
}

// collector keeps problems for the repository.
type collector struct{ r *Repo }

func (collector) Visit(*Object) (any, error) { return nil, nil }
func (c collector) Problem(p Problem)        { c.r.problems = append(c.r.problems, p) }

// hold keeps back those roots that wait for their base to be named.
func (n *naming) hold(k *worker, roots []uint32) []uint32 {
	return slices.DeleteFunc(roots, func(id uint32) bool {
		if k.w.forest.kind(id) != refDelta {
			return false
		}
		base, err := k.baseName(id)
		if err == nil {
			n.waiting[base] = append(n.waiting[base], id)
		}
		return err == nil
	})
}

// rest returns what waits, in pack order.
func (n *naming) rest() []uint32 {
	var ids []uint32
	for _, w := range n.waiting {
		ids = append(ids, w...)
	}
	slices.SortFunc(ids, cmp.Compare[uint32])
	return ids
}

func (k *worker) baseName(id uint32) (OID, error) {
	e, err := k.entry(k.w.forest.place(id))
	return e.name, err
}

// has reports whether an object is at hand outside the pack.
func (k *worker) has(id OID) bool { return k.repo.outer.Has(id) }

// arrive names an object and lets the deltas follow that waited for it.
func (n *naming) arrive(k *worker, f *frame, at place, err error, large io.Reader) {
	if f.err = err; err != nil {
		k.w.problem(at.String(), OID{}, err)
		return
	}
	h := objectHash(k.repo.hashLen, f.kind, f.size)
	var content io.Reader = bytes.NewReader(f.data)
	switch {
	case large != nil:
		content = &exactReader{r: large, left: f.size}
	case f.again != nil:
		content = f.reader()
	}
	if _, f.err = io.Copy(h, content); f.err != nil {
		k.w.problem(at.String(), OID{}, f.err)
		return
	}
	name := oidFrom(h.Sum(nil))
	_, i := k.w.forest.packOf(f.id)
	n.names[i] = name
	k.repo.packs[0].idx.found[name] = int(k.w.forest.order[0].pos[i])

	for _, id := range slices.Backward(n.waiting[name]) {
		k.w.forest.parent[id] = f.id
		k.w.forest.next[id] = k.w.forest.child[f.id]
		k.w.forest.child[f.id] = id
	}
	delete(n.waiting, name)
	f.next = k.w.forest.needed(k.w.forest.child[f.id], none)
}
