package gitpack

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
)

// forest is the delta trees of all packs. Objects have numbers: pack by pack, in
// the order of their offsets. It takes about 30 bytes for each object.
type forest struct {
	repo  *Repo
	start []uint32 // the first object of every pack, and the end of the last
	order []*packOrder

	flags  []uint8  // type as in the pack (0: unreadable), and the bits below
	parent []uint32 // base of a delta; none if it is not in any pack
	child  []uint32 // first object based on this one
	next   []uint32 // next object with the same base
	// alias leads from a duplicate to the copy that is visited and on which the
	// duplicate's children are based instead.
	alias map[uint32]uint32

	hasRefs atomic.Bool
	single  bool // the one pack there is has each object once, and there is no multi-pack-index
}

const none = ^uint32(0)

const (
	kindBits = 7
	isCopy   = 1 << 3 // another copy is visited
	isWanted = 1 << 4 // to be visited
	isNeeded = 1 << 5 // wanted, or the base of something needed
)

var errTooManyObjects = errors.New("more than 2^32 objects")

// newForest reads the headers of all entries and links every delta with its
// base.
func newForest(r *Repo, workers int, want func(OID) bool) (*forest, error) {
	f := &forest{repo: r, start: make([]uint32, 1, len(r.packs)+1)}
	total := uint64(0)
	for _, p := range r.packs {
		f.order = append(f.order, p.inOrder())
		if total += uint64(p.idx.n); total >= uint64(none) {
			return nil, errTooManyObjects
		}
		f.start = append(f.start, uint32(total))
	}
	f.flags = make([]uint8, total)
	f.parent, f.child, f.next = make([]uint32, total), make([]uint32, total), make([]uint32, total)
	if !r.naming {
		f.findCopies()
	}
	f.single = len(r.packs) == 1 && len(r.midxs) == 0 && f.alias == nil
	f.readHeaders(workers)
	if f.hasRefs.Load() {
		f.cutCircles()
	}
	f.link()
	f.mark(want)
	return f, nil
}

// packOf returns the pack of an object and its number there.
func (f *forest) packOf(id uint32) (p int, i int) {
	if len(f.order) > 1 {
		p = sort.Search(len(f.order), func(p int) bool { return f.start[p+1] > id })
	}
	return p, int(id - f.start[p])
}

func (f *forest) place(id uint32) place {
	p, i := f.packOf(id)
	return place{f.repo.packs[p], int64(f.order[p].offs[i])}
}

func (f *forest) oid(id uint32) OID {
	p, i := f.packOf(id)
	return oidFrom(f.repo.packs[p].idx.name(int(f.order[p].pos[i])))
}

// objectNumber returns what [Repo.Number] says of an object.
func (f *forest) objectNumber(id uint32) int {
	if f.single {
		return int(f.order[0].pos[id])
	}
	n, ok := f.repo.Number(f.oid(id))
	if !ok {
		return -1
	}
	return n
}

// span returns the bytes of an object's entry.
func (f *forest) span(id uint32) span {
	p, i := f.packOf(id)
	pack, o := f.repo.packs[p], f.order[p]
	s := span{place: place{pack, int64(o.offs[i])}, end: pack.end, exact: !pack.cut && !pack.gaps}
	if i+1 < len(o.offs) {
		s.end, s.exact = min(int64(o.offs[i+1]), pack.end), !pack.gaps
	}
	s.crc, s.summed = pack.idx.crc(int(o.pos[i]))
	s.summed = s.summed && s.exact
	return s
}

// number returns the number of the object at a place.
func (f *forest) number(at place) (uint32, bool) {
	i, ok := f.order[at.p.number].at(at.off)
	return f.start[at.p.number] + uint32(i), ok
}

// has reports whether the objects of a pack are in the forest.
func (f *forest) has(p *pack) bool {
	return p.number < len(f.repo.packs) && f.repo.packs[p.number] == p
}

func (f *forest) kind(id uint32) Type { return Type(f.flags[id] & kindBits) }

// canonical returns the copy that stands for an object.
func (f *forest) canonical(id uint32) uint32 {
	if f.alias != nil && f.flags[id]&isCopy != 0 {
		return f.alias[id]
	}
	return id
}

// findCopies finds objects that stand in several packs, or twice in one.
func (f *forest) findCopies() {
	if len(f.order) == 1 && !f.repo.packs[0].idx.hasTwins() {
		return
	}
	numbers := make([][]uint32, len(f.order)) // by position in the index
	for p, o := range f.order {
		numbers[p] = make([]uint32, len(o.pos))
		for i, pos := range o.pos {
			numbers[p][pos] = f.start[p] + uint32(i)
		}
	}
	var names []shortName
	for first := range 256 {
		names = names[:0]
		for p, pack := range f.repo.packs {
			lo, hi := pack.idx.fan(first)
			for pos := lo; pos < hi; pos++ {
				names = append(names, shortName{binary.BigEndian.Uint64(pack.idx.name(pos)), numbers[p][pos]})
			}
		}
		f.aliasEqual(names)
	}
}

// shortName is the beginning of an object's name, enough to tell most apart.
type shortName struct {
	prefix uint64
	id     uint32
}

// aliasEqual sorts objects by name and makes those with equal names aliases of
// the first of them in pack order.
func (f *forest) aliasEqual(names []shortName) {
	slices.SortFunc(names, func(a, b shortName) int {
		if c := cmp.Compare(a.prefix, b.prefix); c != 0 || a.id == b.id {
			return c
		}
		return cmp.Or(f.oid(a.id).Compare(f.oid(b.id)), cmp.Compare(a.id, b.id))
	})
	for i := 1; i < len(names); i++ {
		last, this := names[i-1], names[i]
		if last.prefix != this.prefix || f.oid(last.id) != f.oid(this.id) {
			continue
		}
		if f.alias == nil {
			f.alias = make(map[uint32]uint32)
		}
		f.alias[this.id] = f.canonical(last.id)
		f.flags[this.id] |= isCopy
	}
}

// readHeaders fills kinds and parents, in parallel.
func (f *forest) readHeaders(workers int) {
	const share = 4096
	var taken atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			defer faultsAsPanics()()
			var scratch []byte
			for {
				to := int(taken.Add(share))
				for id := to - share; id < min(to, len(f.flags)); id++ {
					f.readHeader(uint32(id), &scratch)
				}
				if to >= len(f.flags) {
					return
				}
			}
		})
	}
	wg.Wait()
}

func (f *forest) readHeader(id uint32, scratch *[]byte) {
	f.parent[id], f.child[id], f.next[id] = none, none, none
	at := f.place(id)
	var e entry
	err := func() (err error) {
		defer catchFault(&err)
		e, err = at.p.entryAt(at.off, scratch)
		return err
	}()
	if err != nil {
		return
	}
	base := place{at.p, e.base}
	known := e.kind == offsetDelta
	if e.kind == refDelta {
		f.hasRefs.Store(true)
		base, known = f.repo.findBase(e.name, at.p)
	}
	if known && f.has(base.p) {
		parent, ok := f.number(base)
		if !ok {
			return // a base where no object begins: unreadable
		}
		f.parent[id] = f.canonical(parent)
	}
	f.flags[id] |= uint8(e.kind)
}

// cutCircles makes deltas unreadable that are, in the end, based on themselves,
// as reference deltas and aliases can be.
func (f *forest) cutCircles() {
	rooted := make([]bool, len(f.flags))
	climbing := make(map[uint32]bool)
	for id := range f.flags {
		clear(climbing)
		at := uint32(id)
		for !rooted[at] && f.parent[at] != none {
			if climbing[at] {
				f.flags[at] &^= kindBits
				f.parent[at] = none
				break
			}
			climbing[at] = true
			at = f.parent[at]
		}
		for at := range climbing {
			rooted[at] = true
		}
	}
}

// link makes the lists of children, in pack order.
func (f *forest) link() {
	for i := len(f.flags) - 1; i >= 0; i-- {
		if p := f.parent[i]; p != none && f.flags[i]&isCopy == 0 {
			f.next[i] = f.child[p]
			f.child[p] = uint32(i)
		}
	}
}

// mark sets which objects are wanted and which are needed for them.
func (f *forest) mark(want func(OID) bool) {
	for i := range f.flags {
		if f.flags[i]&isCopy != 0 {
			continue
		}
		if want == nil {
			f.flags[i] |= isWanted | isNeeded
			continue
		}
		id := uint32(i)
		if !want(f.oid(id)) {
			continue
		}
		f.flags[id] |= isWanted
		for ; id != none && f.flags[id]&isNeeded == 0; id = f.parent[id] {
			f.flags[id] |= isNeeded
		}
	}
}

// roots returns, in order, the needed objects that do not depend on another one
// in the packs, except those whose type is known not to be in types.
func (f *forest) roots(types TypeMask) []uint32 {
	var ids []uint32
	for i, flags := range f.flags {
		kind := Type(flags & kindBits)
		if flags&isNeeded != 0 && f.parent[i] == none && (!kind.isPlain() || types.Has(kind)) {
			ids = append(ids, uint32(i))
		}
	}
	return ids
}

// needed returns the first object from id on, among those with one base, that is
// needed, stop if none is.
func (f *forest) needed(id, stop uint32) uint32 {
	for id != stop && f.flags[id]&isNeeded == 0 {
		id = f.next[id]
	}
	return id
}
