package gitpack

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"sort"
	"sync"
)

// pack is one packfile with its index.
type pack struct {
	*file
	number  int // in Repo.packs
	hashLen int
	idx     *index
	idxFile *file  // nil if the index was made by reading the pack
	end     int64  // where the objects end and the trailer begins
	cut     bool   // the pack lacks its end, and end is that of the file
	gaps    bool   // the index may lack objects
	stated  uint32 // number of objects

	once  sync.Once
	order *packOrder
}

const packHeaderLen = 12

var (
	errPack      = errors.New("damaged pack")
	errCut       = errors.New("pack is cut short")
	errObject    = errors.New("damaged object")
	errMissing   = errors.New("object not found")
	errBadOffset = errors.New("index points outside the pack")
)

// openPack opens a pack and reads its header.
func openPack(path string, hashLen int, noMap bool) (*pack, error) {
	f, err := openFile(path, noMap)
	if err != nil {
		return nil, err
	}
	p, err := newPack(f, hashLen)
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	return p, nil
}

func newPack(f *file, hashLen int) (*pack, error) {
	p := &pack{file: f, hashLen: hashLen, end: f.size - int64(hashLen)}
	var scratch []byte
	head, err := f.window(0, packHeaderLen, &scratch)
	if err == nil {
		err = p.parseHeader(head)
	}
	return p, err
}

func (p *pack) parseHeader(head []byte) error {
	if len(head) < packHeaderLen || !bytes.HasPrefix(head, []byte("PACK")) {
		return fmt.Errorf("%w: no header", errPack)
	}
	if v := binary.BigEndian.Uint32(head[4:]); v != 2 && v != 3 {
		return fmt.Errorf("%w: version %d", errPack, v)
	}
	p.stated = binary.BigEndian.Uint32(head[8:])
	return nil
}

// agrees compares pack and index where it costs nothing: the number of objects,
// and the pack's checksum, which both files carry. If only the latter differs,
// the pack is taken for one that lacks its end.
func (p *pack) agrees(x *index) error {
	if int64(p.stated) != int64(x.n) {
		return fmt.Errorf("%w: index of %d objects for a pack of %d", errIndex, x.n, p.stated)
	}
	var scratch []byte
	sum, err := p.window(p.end, p.size, &scratch)
	if err != nil {
		return err
	}
	if !bytes.Equal(sum, x.packSum) {
		p.cut, p.end = true, p.size
		return fmt.Errorf("%w: it does not end in the checksum its index knows", errCut)
	}
	return nil
}

// entry is the header of an object in a pack.
type entry struct {
	kind Type
	size int64 // of the object or, for a delta, of the delta
	off  int64 // where the entry begins
	data int64 // where its zlib stream begins
	base int64 // offsetDelta: where the base's entry begins
	name OID   // refDelta: the base
}

// maxEntryHeader is the room an entry's header takes at most: size, and offset
// or name of the base.
const maxEntryHeader = 10 + 10 + sha256Len

// entryAt reads the header of the entry at off.
func (p *pack) entryAt(off int64, scratch *[]byte) (entry, error) {
	if off < packHeaderLen || off >= p.end {
		return entry{}, errBadOffset
	}
	b, err := p.window(off, min(off+maxEntryHeader, p.end), scratch)
	if err != nil {
		return entry{}, err
	}
	return parseEntry(b, off, p.hashLen)
}

func parseEntry(b []byte, off int64, hashLen int) (entry, error) {
	e := entry{off: off}
	n, ok := e.parseSize(b)
	if !ok {
		return e, fmt.Errorf("%w: header is malformed", errObject)
	}
	switch e.kind {
	case Commit, Tree, Blob, Tag:
	case offsetDelta:
		back, m := parseBack(b[n:])
		if m == 0 || back <= 0 || back > off-packHeaderLen {
			return e, fmt.Errorf("%w: delta's base is not in the pack", errObject)
		}
		e.base = off - back
		n += m
	case refDelta:
		if len(b)-n < hashLen {
			return e, fmt.Errorf("%w: header is cut short", errObject)
		}
		e.name = oidFrom(b[n : n+hashLen])
		n += hashLen
	default:
		return e, fmt.Errorf("%w: type %d does not exist", errObject, e.kind)
	}
	e.data = off + int64(n)
	return e, nil
}

// parseSize reads kind and size and returns the bytes they take.
func (e *entry) parseSize(b []byte) (n int, ok bool) {
	for shift := 0; n < len(b) && shift < 60; n++ {
		c := b[n]
		if n == 0 {
			e.kind, e.size, shift = Type(c>>4&7), int64(c&15), 4
		} else {
			e.size |= int64(c&0x7f) << shift
			shift += 7
		}
		if c&0x80 == 0 {
			return n + 1, true
		}
	}
	return 0, false
}

// parseBack reads how far before a delta its base begins, in n bytes.
func parseBack(b []byte) (back int64, n int) {
	for n < len(b) && n < 8 {
		c := b[n]
		back |= int64(c & 0x7f)
		n++
		if c&0x80 == 0 {
			return back, n
		}
		back = (back + 1) << 7
	}
	return 0, 0
}

// packOrder lists the objects of a pack by offset.
type packOrder struct {
	offs    []uint64
	pos     []uint32 // position in the index
	shift   uint
	buckets []uint32 // first object with offset>>shift at least the bucket's number
}

// inOrder returns the pack's order, made when first asked for.
func (p *pack) inOrder() *packOrder {
	p.once.Do(func() { p.order = newPackOrder(p.idx, uint64(p.size)) })
	return p.order
}

// newPackOrder sorts an index by offset. Offsets outside the pack come last.
func newPackOrder(x *index, size uint64) *packOrder {
	o := &packOrder{offs: make([]uint64, x.n), pos: make([]uint32, x.n)}
	for i := range o.offs {
		o.offs[i] = min(x.offset(i), size)
		o.pos[i] = uint32(i)
	}
	radixSort(&o.offs, &o.pos, size)
	o.bucket(size)
	return o
}

// radixSort sorts keys, none greater than most, and vals along with them.
func radixSort(keys *[]uint64, vals *[]uint32, most uint64) {
	const digit = 11
	from, fromVals := *keys, *vals
	to, toVals := make([]uint64, len(from)), make([]uint32, len(from))
	for shift := 0; most>>shift != 0; shift += digit {
		var start [1<<digit + 1]int
		for _, k := range from {
			start[k>>shift&(1<<digit-1)+1]++
		}
		for i := 1; i < len(start); i++ {
			start[i] += start[i-1]
		}
		for i, k := range from {
			at := &start[k>>shift&(1<<digit-1)]
			to[*at], toVals[*at] = k, fromVals[i]
			*at++
		}
		from, to = to, from
		fromVals, toVals = toVals, fromVals
	}
	*keys, *vals = from, fromVals
}

// bucket makes a table with about one object per entry.
func (o *packOrder) bucket(size uint64) {
	for size>>o.shift > uint64(len(o.offs)) {
		o.shift++
	}
	o.buckets = make([]uint32, size>>o.shift+2)
	next := 0
	for b := range o.buckets {
		for next < len(o.offs) && o.offs[next]>>o.shift < uint64(b) {
			next++
		}
		o.buckets[b] = uint32(next)
	}
}

// at returns the number, in pack order, of the object that begins at off.
func (o *packOrder) at(off int64) (int, bool) {
	b := uint64(off) >> o.shift
	if b+1 >= uint64(len(o.buckets)) {
		return 0, false
	}
	lo, hi := int(o.buckets[b]), int(o.buckets[b+1])
	i := lo + sort.Search(hi-lo, func(i int) bool { return o.offs[lo+i] >= uint64(off) })
	return i, i < hi && o.offs[i] == uint64(off)
}

// after returns where the entry at off ends: where the next one begins.
func (p *pack) after(off int64) int64 {
	o := p.inOrder()
	if i, ok := o.at(off); ok && i+1 < len(o.offs) {
		return min(int64(o.offs[i+1]), p.end)
	}
	return p.end
}
