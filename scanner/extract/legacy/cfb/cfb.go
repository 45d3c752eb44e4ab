package cfb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// Magic is what a compound file begins with.
const Magic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// ErrFormat says that a file is no compound file, or that not even its
// directory can be read.
var ErrFormat = errors.New("not a readable compound file")

// File is an opened compound file.
type File struct {
	Root *Entry
	// Lost are entries of the directory that no storage holds: deleted ones, or
	// those of a damaged directory.
	Lost []*Entry

	data    []byte
	size    int      // of a sector
	fat     []uint32 // the sector after each sector
	claimed []bool   // sectors that belong to something
	mini    []byte   // the stream that small streams lie in
	miniFAT []uint32
	minis   []bool // claimed
}

// Entry is a storage or a stream.
type Entry struct {
	Name     string
	Storage  bool
	CLSID    [16]byte // of the program that a storage belongs to
	Children []*Entry // of a storage, in the order of the directory's tree
	Data     []byte   // of a stream: as much as its chain holds
	Short    bool     // the stream is said to be longer than its chain

	start             uint32
	length            uint64
	left, right, down uint32
	kind              byte
}

// Child returns the child of a name, which does not depend on case, or nil.
func (e *Entry) Child(name string) *Entry {
	for _, c := range e.Children {
		if strings.EqualFold(c.Name, name) {
			return c
		}
	}
	return nil
}

// Stream returns the content of the child stream of a name, or nil.
func (e *Entry) Stream(name string) []byte {
	if c := e.Child(name); c != nil && !c.Storage {
		return c.Data
	}
	return nil
}

// Marks in the allocation table, and the values that a directory uses.
const (
	lastRegular = 0xfffffffa
	endOfChain  = 0xfffffffe
	noEntry     = 0xffffffff

	headerSize = 512
	entrySize  = 128
	miniSize   = 64
	miniCutoff = 4096

	// maxDepth bounds storages in storages, so that those who walk them may call
	// themselves. Streams further down are lost ones.
	maxDepth = 64

	kindStorage, kindStream, kindRoot = 1, 2, 5
)

// Open reads the directory of a compound file and puts its streams together.
// Streams that lie in one piece share memory with data.
func Open(data []byte) (*File, error) {
	if len(data) < headerSize || string(data[:8]) != Magic {
		return nil, fmt.Errorf("%w: no header", ErrFormat)
	}
	f := &File{data: data, size: 512}
	if binary.LittleEndian.Uint16(data[0x1e:]) == 12 {
		f.size = 4096
	}
	f.claimed = make([]bool, (len(data)-1)/f.size) // the header takes one; the last may be cut
	f.readFAT()
	entries := f.readDirectory(u32(data, 0x30))
	if len(entries) == 0 || entries[0].kind != kindRoot {
		return nil, fmt.Errorf("%w: no root", ErrFormat)
	}
	f.Root = entries[0]
	f.readMini(u32(data, 0x3c))
	f.link(entries)
	return f, nil
}

// Unclaimed returns the sectors that belong to nothing, in runs. They may hold
// what was deleted.
func (f *File) Unclaimed() [][]byte {
	var runs [][]byte
	for i := 0; i < len(f.claimed); i++ {
		from := i
		for i < len(f.claimed) && !f.claimed[i] {
			i++
		}
		if i > from {
			runs = append(runs, f.data[(from+1)*f.size:min((i+1)*f.size, len(f.data))])
		}
	}
	return runs
}

func u32(b []byte, at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }

// sector returns a sector, which is short if the file ends in it.
func (f *File) sector(n uint32) []byte {
	from := (int(n) + 1) * f.size
	return f.data[from:min(from+f.size, len(f.data))]
}

// claim takes a sector for a chain, unless it does not exist or belongs to
// something else.
func (f *File) claim(n uint32) bool {
	if uint64(n) >= uint64(len(f.claimed)) || f.claimed[n] {
		return false
	}
	f.claimed[n] = true
	return true
}

// readFAT puts the allocation table together from the sectors that the header
// and the chain of the double-indirect table name.
func (f *File) readFAT() {
	f.addFAT(f.data[0x4c:headerSize])
	for next := u32(f.data, 0x44); f.claim(next); {
		s := f.sector(next)
		if len(s) < f.size {
			return
		}
		f.addFAT(s[:f.size-4])
		next = u32(s, f.size-4)
	}
}

// addFAT appends the sectors of the allocation table that a list names.
func (f *File) addFAT(list []byte) {
	for ; len(list) >= 4; list = list[4:] {
		n := u32(list, 0)
		if n > lastRegular || len(f.fat) >= len(f.claimed) {
			continue
		}
		if !f.claim(n) { // keep the count, so that later sectors stay in place
			f.fat = append(f.fat, slices.Repeat([]uint32{noEntry}, f.size/4)...)
			continue
		}
		f.fat = appendNumbers(f.fat, f.sector(n))
	}
}

func appendNumbers(to []uint32, from []byte) []uint32 {
	for ; len(from) >= 4; from = from[4:] {
		to = append(to, u32(from, 0))
	}
	return to
}

// chain claims and returns up to n bytes from a sector on. A loop ends where it
// meets itself.
func (f *File) chain(start uint32, n uint64) []byte {
	var out []byte
	shared := true // out is a piece of the file
	for next := start; uint64(len(out)) < n && f.claim(next); {
		s, at := f.sector(next), (int(next)+1)*f.size
		switch from := at - len(out); {
		case out == nil:
			out = s
		case shared && from > 0 && &f.data[from] == &out[0]:
			out = f.data[from : at+len(s)]
		case shared:
			out, shared = slices.Concat(out, s), false
		default:
			out = append(out, s...)
		}
		if uint64(next) >= uint64(len(f.fat)) {
			break
		}
		next = f.fat[next]
	}
	return out[:min(uint64(len(out)), n)]
}

// readDirectory returns the entries of the directory, in the order in which they
// are numbered.
func (f *File) readDirectory(start uint32) []*Entry {
	const unknownLength = 1 << 62
	raw := f.chain(start, unknownLength)
	entries := make([]*Entry, 0, len(raw)/entrySize)
	for ; len(raw) >= entrySize; raw = raw[entrySize:] {
		entries = append(entries, f.entry(raw[:entrySize]))
	}
	return entries
}

func (f *File) entry(raw []byte) *Entry {
	e := &Entry{
		kind: raw[0x42], left: u32(raw, 0x44), right: u32(raw, 0x48), down: u32(raw, 0x4c),
		start: u32(raw, 0x74), length: binary.LittleEndian.Uint64(raw[0x78:]),
	}
	e.Storage = e.kind == kindStorage || e.kind == kindRoot
	e.CLSID = [16]byte(raw[0x50:])
	if f.size == 512 { // version 3 leaves rubbish in the upper half
		e.length &= 0xffffffff
	}
	var name []uint16
	for i := 0; i < 64; i += 2 {
		c := binary.LittleEndian.Uint16(raw[i:])
		if c == 0 {
			break
		}
		name = append(name, c)
	}
	e.Name = string(utf16.Decode(name))
	return e
}

// readMini reads the stream that small streams share, and its table.
func (f *File) readMini(start uint32) {
	const unknownLength = 1 << 62
	f.miniFAT = appendNumbers(nil, f.chain(start, unknownLength))
	f.mini = f.chain(f.Root.start, f.Root.length)
	f.minis = make([]bool, (len(f.mini)+miniSize-1)/miniSize)
}

// miniChain is chain for a small stream.
func (f *File) miniChain(start uint32, n uint64) []byte {
	var out []byte
	for next := start; uint64(len(out)) < n && uint64(next) < uint64(len(f.minis)) && !f.minis[next]; {
		f.minis[next] = true
		from := int(next) * miniSize
		out = append(out, f.mini[from:min(from+miniSize, len(f.mini))]...)
		if uint64(next) >= uint64(len(f.miniFAT)) {
			break
		}
		next = f.miniFAT[next]
	}
	return out[:min(uint64(len(out)), n)]
}

// link hangs the entries into the tree of storages, reads their streams, and
// keeps those apart that are in no storage.
func (f *File) link(entries []*Entry) {
	seen := make([]bool, len(entries))
	seen[0] = true
	level := []*Entry{f.Root}
	for depth := 0; len(level) > 0 && depth < maxDepth; depth++ {
		var below []*Entry
		for _, storage := range level {
			f.siblings(storage, entries, seen)
			for _, c := range storage.Children {
				if c.Storage {
					below = append(below, c)
				}
			}
		}
		level = below
	}
	for i, e := range entries {
		if !seen[i] && e.kind == kindStream && e.length > 0 {
			f.read(e)
			f.Lost = append(f.Lost, e)
		}
	}
}

// siblings fills a storage from the binary tree that its children hang in,
// without recursion, since a damaged tree may be a list of any length.
func (f *File) siblings(storage *Entry, entries []*Entry, seen []bool) {
	var path []*Entry
	next := storage.down
	for {
		for uint64(next) < uint64(len(entries)) && !seen[next] {
			seen[next] = true
			path = append(path, entries[next])
			next = entries[next].left
		}
		if len(path) == 0 {
			return
		}
		e := path[len(path)-1]
		path = path[:len(path)-1]
		if e.Storage || e.kind == kindStream {
			f.read(e)
			storage.Children = append(storage.Children, e)
		}
		next = e.right
	}
}

func (f *File) read(e *Entry) {
	switch {
	case e.kind != kindStream:
		return
	case e.length < miniCutoff:
		e.Data = f.miniChain(e.start, e.length)
	default:
		e.Data = f.chain(e.start, e.length)
	}
	e.Short = uint64(len(e.Data)) < e.length
}
