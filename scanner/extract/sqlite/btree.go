package sqlite

import (
	"encoding/binary"
	"fmt"

	"github.com/deputy-sec/deputy/scanner/extract"
)

// file is the pages of a database.
type file struct {
	data     []byte
	size     int // of a page
	usable   int // of that
	pages    int
	encoding int
	seen     []bool // pages that a tree or a row holds, by number from 1
	damaged  bool
}

const (
	headerSize = 100
	utf16LE    = 2
	utf16BE    = 3
)

func open(data []byte) (*file, error) {
	if len(data) < headerSize {
		return nil, fmt.Errorf("%w: no header", extract.ErrDamaged)
	}
	f := &file{data: data, size: int(binary.BigEndian.Uint16(data[16:])), encoding: int(binary.BigEndian.Uint32(data[56:]))}
	if f.size == 1 {
		f.size = 65536
	}
	f.usable = f.size - int(data[20])
	if f.size < 512 || f.size&(f.size-1) != 0 || f.usable < 480 {
		return nil, fmt.Errorf("%w: pages of an impossible size", extract.ErrDamaged)
	}
	f.pages = (len(data) + f.size - 1) / f.size
	f.damaged = len(data)%f.size != 0
	f.seen = make([]bool, f.pages+1)
	return f, nil
}

// page returns a page by its number. The last one may be cut.
func (f *file) page(n int) []byte {
	from := (n - 1) * f.size
	return f.data[from:min(from+f.size, len(f.data))]
}

// claim takes a page, unless it does not exist or is taken.
func (f *file) claim(n int) bool {
	if n < 1 || n > f.pages || f.seen[n] {
		f.damaged = true
		return false
	}
	f.seen[n] = true
	return true
}

// Kinds of pages.
const (
	indexInterior = 0x02
	tableInterior = 0x05
	indexLeaf     = 0x0a
	tableLeaf     = 0x0d
)

// deepest bounds trees; SQLite's own limit is 20.
const deepest = 24

// walk calls row with the rows of the tree that a page is the root of, in order,
// and slack with the unused parts of its pages. In the tree of an index, and of a
// table without rowids, rows are counted.
func (f *file) walk(root int, slack func([]byte) error, row func(rowid int64, payload []byte) error) error {
	w := &walker{file: f, slack: slack, row: row}
	return w.tree(root, 0)
}

type walker struct {
	*file
	slack   func([]byte) error
	row     func(rowid int64, payload []byte) error
	counted int64
}

func (w *walker) tree(n, depth int) error {
	if depth > deepest || !w.claim(n) {
		w.damaged = true
		return nil
	}
	p := w.page(n)
	start := 0
	if n == 1 {
		start = headerSize
	}
	kind := byte(0)
	if len(p) >= start+12 {
		kind = p[start]
	}
	header := 8
	switch kind {
	case indexInterior, tableInterior:
		header = 12
	case indexLeaf, tableLeaf:
	default:
		w.damaged = true
		return w.slack(p)
	}
	cells := int(binary.BigEndian.Uint16(p[start+3:]))
	cells = min(cells, (len(p)-start-header)/2)
	pointers := p[start+header : start+header+2*cells]
	for ; len(pointers) > 0; pointers = pointers[2:] {
		at := int(binary.BigEndian.Uint16(pointers))
		if at >= len(p) {
			w.damaged = true
			continue
		}
		if err := w.cell(kind, p[at:], depth); err != nil {
			return err
		}
	}
	if header == 12 {
		if err := w.tree(int(binary.BigEndian.Uint32(p[start+8:])), depth+1); err != nil {
			return err
		}
	}
	return w.unused(p, start, header+2*cells)
}

// cell reads one cell: a child and a key, or a row, or both.
func (w *walker) cell(kind byte, c []byte, depth int) error {
	if kind == indexInterior || kind == tableInterior {
		if len(c) < 4 {
			w.damaged = true
			return nil
		}
		if err := w.tree(int(binary.BigEndian.Uint32(c)), depth+1); err != nil {
			return err
		}
		c = c[4:]
	}
	if kind == tableInterior {
		return nil
	}
	length, n := varint(c)
	c = c[n:]
	w.counted++
	rowid := w.counted
	if kind == tableLeaf {
		rowid, n = varint(c)
		c = c[n:]
	}
	return w.row(rowid, w.payload(c, length, kind == tableLeaf))
}

// payload returns the content of a cell, the end of which may lie on pages of its
// own.
func (f *file) payload(c []byte, length int64, inTable bool) []byte {
	most := (f.usable-12)*64/255 - 23
	if inTable {
		most = f.usable - 35
	}
	if length < 0 || length > int64(len(f.data)) {
		f.damaged = true
		length = min(max(length, 0), int64(len(f.data)))
	}
	total := int(length)
	if total <= most {
		return f.available(c, total)
	}
	least := (f.usable-12)*32/255 - 23
	local := least + (total-least)%(f.usable-4)
	if local > most {
		local = least
	}
	if len(c) < local+4 {
		return f.available(c, local)
	}
	out := append(make([]byte, 0, min(total, 2*f.size)), c[:local]...)
	for next := int(binary.BigEndian.Uint32(c[local:])); len(out) < total; {
		if !f.claim(next) {
			break
		}
		p := f.page(next)
		if len(p) < f.usable {
			f.damaged = true
			break
		}
		out = append(out, p[4:4+min(f.usable-4, total-len(out))]...)
		next = int(binary.BigEndian.Uint32(p))
	}
	return out
}

func (f *file) available(c []byte, n int) []byte {
	if n > len(c) {
		f.damaged = true
		return c
	}
	return c[:n]
}

// unused passes on the free middle of a page, and the blocks in the list of those
// that were freed. Each begins with eight bytes at most of the list's own.
func (w *walker) unused(p []byte, start, used int) error {
	from := start + used
	content := int(binary.BigEndian.Uint16(p[start+5:]))
	if content == 0 {
		content = 65536
	}
	if from < min(content, len(p)) {
		if err := w.slack(p[from:min(content, len(p))]); err != nil {
			return err
		}
	}
	for at := int(binary.BigEndian.Uint16(p[start+1:])); at >= from && at+4 <= len(p); {
		next, size := int(binary.BigEndian.Uint16(p[at:])), int(binary.BigEndian.Uint16(p[at+2:]))
		if size > 4 {
			if err := w.slack(p[at+4 : min(at+size, len(p))]); err != nil {
				return err
			}
		}
		if next <= at { // the list goes upwards
			break
		}
		at = next
	}
	return nil
}

// varint reads an integer of one to nine bytes. It takes what there is.
func varint(b []byte) (v int64, n int) {
	for ; n < 8 && n < len(b); n++ {
		v = v<<7 | int64(b[n]&0x7f)
		if b[n] < 0x80 {
			return v, n + 1
		}
	}
	if n < len(b) {
		return v<<8 | int64(b[n]), n + 1
	}
	return v, n
}
