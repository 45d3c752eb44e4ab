package cfb

import (
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf16"
)

// Write returns a compound file whose root holds the children of a storage. That
// is how an object that is embedded in a document as a storage becomes a file of
// its own.
func Write(storage *Entry) []byte {
	w := &writer{}
	w.add(storage)
	w.place()
	return w.file()
}

// writer lays a file out: streams, the table of small ones, the directory, the
// allocation table.
type writer struct {
	entries []*Entry // as the directory numbers them
	links   []link   // of each entry
	body    []byte   // all sectors behind the header
	fat     []uint32
	mini    []byte
	miniFAT []uint32
}

// link is what the directory says of an entry.
type link struct {
	right, down, start uint32
}

const sectorSize = 512

// add numbers a storage and everything in it. The children of a storage hang in
// a tree that leans to the right, which readers accept and which needs no
// balance.
func (w *writer) add(storage *Entry) {
	at := len(w.entries)
	w.entries = append(w.entries, storage)
	w.links = append(w.links, link{noEntry, noEntry, 0})
	last := -1
	for _, c := range slices.SortedFunc(slices.Values(storage.Children), byName) {
		n := len(w.entries)
		if last < 0 {
			w.links[at].down = uint32(n)
		} else {
			w.links[last].right = uint32(n)
		}
		last = n
		w.add(c)
	}
}

// byName orders as the format does: shorter names first.
func byName(a, b *Entry) int {
	x, y := utf16.Encode([]rune(strings.ToUpper(a.Name))), utf16.Encode([]rune(strings.ToUpper(b.Name)))
	if len(x) != len(y) {
		return len(x) - len(y)
	}
	return slices.Compare(x, y)
}

// place gives every stream its sectors.
func (w *writer) place() {
	for i, e := range w.entries {
		switch {
		case e.Storage || i == 0:
		case len(e.Data) == 0:
			w.links[i].start = endOfChain
		case len(e.Data) < miniCutoff:
			w.links[i].start = uint32(len(w.miniFAT))
			w.mini = append(w.mini, pad(e.Data, miniSize)...)
			w.miniFAT = appendChain(w.miniFAT, (len(e.Data)+miniSize-1)/miniSize)
		default:
			w.links[i].start = w.sectors(e.Data)
		}
	}
	w.links[0].start = w.sectors(w.mini)
}

// sectors appends a stream to the body and returns its first sector.
func (w *writer) sectors(data []byte) uint32 {
	if len(data) == 0 {
		return endOfChain
	}
	start := uint32(len(w.fat))
	w.body = append(w.body, pad(data, sectorSize)...)
	w.fat = appendChain(w.fat, (len(data)+sectorSize-1)/sectorSize)
	return start
}

func appendChain(table []uint32, n int) []uint32 {
	for range n - 1 {
		table = append(table, uint32(len(table)+1))
	}
	return append(table, endOfChain)
}

func pad(data []byte, to int) []byte {
	return append(slices.Clip(data), make([]byte, (to-len(data)%to)%to)...)
}

func (w *writer) file() []byte {
	header := make([]byte, headerSize)
	copy(header, Magic)
	le := binary.LittleEndian
	le.PutUint16(header[0x18:], 0x3e)
	le.PutUint16(header[0x1a:], 3)
	le.PutUint16(header[0x1c:], 0xfffe)
	le.PutUint16(header[0x1e:], 9)
	le.PutUint16(header[0x20:], 6)
	le.PutUint32(header[0x30:], w.sectors(w.directory()))
	le.PutUint32(header[0x38:], miniCutoff)
	le.PutUint32(header[0x40:], uint32((len(w.miniFAT)*4+sectorSize-1)/sectorSize))
	le.PutUint32(header[0x3c:], w.sectors(numbers(w.miniFAT)))
	le.PutUint32(header[0x44:], endOfChain)
	w.allocate(header)
	return append(header, w.body...)
}

// allocate appends the table of sectors, and the table of that table where the
// header has no room for it. Both name themselves in the table.
func (w *writer) allocate(header []byte) {
	const perSector, inHeader = sectorSize / 4, 109
	tables, indirect := 0, 0
	for {
		need := (len(w.fat) + tables + indirect + perSector - 1) / perSector
		lists := (max(0, need-inHeader) + perSector - 2) / (perSector - 1)
		if need == tables && lists == indirect {
			break
		}
		tables, indirect = need, lists
	}
	first := uint32(len(w.fat))
	list := make([]uint32, tables)
	for i := range list {
		list[i] = first + uint32(i)
		w.fat = append(w.fat, 0xfffffffd)
	}
	afterTables := uint32(len(w.fat))
	for range indirect {
		w.fat = append(w.fat, 0xfffffffc)
	}
	for len(w.fat)%perSector != 0 {
		w.fat = append(w.fat, noEntry)
	}
	w.body = append(w.body, numbers(w.fat)...)
	binary.LittleEndian.PutUint32(header[0x2c:], uint32(tables))
	for i := range inHeader {
		n := uint32(noEntry)
		if i < tables {
			n = list[i]
		}
		binary.LittleEndian.PutUint32(header[0x4c+4*i:], n)
	}
	if indirect == 0 {
		return
	}
	binary.LittleEndian.PutUint32(header[0x44:], afterTables)
	binary.LittleEndian.PutUint32(header[0x48:], uint32(indirect))
	rest := list[inHeader:]
	for i := range indirect {
		n := min(len(rest), perSector-1)
		s := slices.Clone(rest[:n])
		rest = rest[n:]
		for len(s) < perSector-1 {
			s = append(s, noEntry)
		}
		next := uint32(endOfChain)
		if i+1 < indirect {
			next = afterTables + uint32(i) + 1
		}
		w.body = append(w.body, numbers(append(s, next))...)
	}
}

func numbers(list []uint32) []byte {
	out := make([]byte, 0, 4*len(list))
	for _, n := range list {
		out = binary.LittleEndian.AppendUint32(out, n)
	}
	return append(out, slices.Repeat([]byte{0xff}, (sectorSize-len(out)%sectorSize)%sectorSize)...)
}

func (w *writer) directory() []byte {
	var out []byte
	for i, e := range w.entries {
		raw := make([]byte, entrySize)
		name, kind, size := e.Name, byte(kindStream), len(e.Data)
		switch {
		case i == 0:
			name, kind, size = "Root Entry", kindRoot, len(w.mini)
		case e.Storage:
			kind, size = kindStorage, 0
		}
		units := utf16.Encode([]rune(name))
		units = units[:min(len(units), 31)]
		for j, u := range units {
			binary.LittleEndian.PutUint16(raw[2*j:], u)
		}
		binary.LittleEndian.PutUint16(raw[0x40:], uint16(2*len(units)+2))
		raw[0x42], raw[0x43] = kind, 1
		copy(raw[0x50:], e.CLSID[:])
		l := w.links[i]
		for at, n := range map[int]uint32{0x44: noEntry, 0x48: l.right, 0x4c: l.down, 0x74: l.start, 0x78: uint32(size)} {
			binary.LittleEndian.PutUint32(raw[at:], n)
		}
		out = append(out, raw...)
	}
	return out
}
