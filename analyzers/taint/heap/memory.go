package heap

import (
	"go/types"
	"maps"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// Place is a piece of memory: the object that an SSA value creates or names, and a
// path into it. A pointer and what it points to are the same place, as are a slice
// and its backing array.
type Place struct {
	Root ssa.Value
	Path *Path
}

// At is the place one segment further.
func (p Place) At(s Segment) Place { return Place{p.Root, p.Path.At(s)} }

// Join appends a whole path, as a summary gives it.
func (p Place) Join(rest *Path) Place { return Place{p.Root, p.Path.Join(rest)} }

// Ref is a place as some value sees it: with the type it has there and, for the
// address of a field that is a source, the label that reading it yields.
type Ref struct {
	Place
	Typ  types.Type
	Hint *Label
}

// Cell is what is known about a place, or about a register. taint is on the value
// and on everything below it; refs are the places that it is, points to, or was
// copied from.
type Cell struct {
	Taint   Taint
	Refs    []Ref
	Known   bool // everything about it is said here: ancestors and types say nothing more
	Opaque  bool // unknown code wrote to it: types say what it may hold
	Cleaned bool // a sanitizer ran over it
}

func (c Cell) empty() bool {
	return len(c.Taint) == 0 && len(c.Refs) == 0 && !c.Known && !c.Opaque && !c.Cleaned
}

// Join is the least upper bound: more labels and places, fewer certainties.
func (c Cell) Join(d Cell) Cell {
	return Cell{
		Taint:   c.Taint.Union(d.Taint),
		Refs:    JoinRefs(c.Refs, d.Refs),
		Known:   c.Known && d.Known,
		Opaque:  c.Opaque || d.Opaque,
		Cleaned: c.Cleaned && d.Cleaned,
	}
}

// maxRefs bounds the places one value may denote; beyond, the first ones stand for
// all, which loses aliases that only very branchy code has.
const maxRefs = 16

// JoinRefs joins two lists of places, up to maxRefs.
func JoinRefs(a, b []Ref) []Ref {
	out, owned := a, false
	for _, r := range b {
		if len(out) >= maxRefs || slices.ContainsFunc(out, func(x Ref) bool { return x.Place == r.Place && sameType(x.Typ, r.Typ) }) {
			continue
		}
		if !owned {
			out, owned = append(make([]Ref, 0, min(len(a)+len(b), maxRefs)), a...), true
		}
		out = append(out, r)
	}
	return out
}

func sameType(a, b types.Type) bool {
	return a == b || a != nil && b != nil && types.Identical(a, b)
}

// Equal reports whether two cells say the same, traces apart.
func (c Cell) Equal(d Cell) bool {
	if c.Known != d.Known || c.Opaque != d.Opaque || c.Cleaned != d.Cleaned || len(c.Refs) != len(d.Refs) || !c.Taint.equal(d.Taint) {
		return false
	}
	return len(JoinRefs(c.Refs, d.Refs)) == len(c.Refs)
}

// Memory maps places to cells at one point of a function. Cells are kept per root,
// so that reading below a place looks at one object only.
type Memory map[ssa.Value]map[*Path]Cell

// Clone is a copy that can be changed.
func (m Memory) Clone() Memory {
	out := make(Memory, len(m))
	for root, cells := range m {
		out[root] = maps.Clone(cells)
	}
	return out
}

// Get is the cell of a place, and whether anything is said of it.
func (m Memory) Get(p Place) (Cell, bool) {
	c, ok := m[p.Root][p.Path]
	return c, ok
}

// Put sets the cell of a place and leaves what is below it.
func (m Memory) Put(p Place, c Cell) {
	cells := m[p.Root]
	if cells == nil {
		cells = map[*Path]Cell{}
		m[p.Root] = cells
	}
	cells[p.Path] = c
}

// Set replaces what is at a place and below it.
func (m Memory) Set(p Place, c Cell) {
	for path := range m[p.Root] {
		if path.Below(p.Path) {
			delete(m[p.Root], path)
		}
	}
	m.Put(p, c)
}

// Add joins into a place: it may be written or not.
func (m Memory) Add(p Place, c Cell) {
	old, ok := m.Get(p)
	c.Known, c.Cleaned = false, false
	if ok {
		known, cleaned := old.Known, old.Cleaned
		old = old.Join(c)
		// What is known stays known as a bound: the old value or the new one.
		old.Known = known
		old.Cleaned = cleaned && len(c.Taint) == 0 && len(c.Refs) == 0
		c = old
	}
	if !c.empty() {
		m.Put(p, c)
	}
}

// Merge joins the memory of another predecessor into m. What only one of them has
// said of an object that both have is known no longer; an object that only one of
// them has made is taken as that one knows it.
func (m Memory) Merge(other Memory) {
	for root, cells := range m {
		theirs, made := other[root]
		if !made && isMade(root) {
			continue
		}
		for path, c := range cells {
			if d, ok := theirs[path]; ok {
				cells[path] = c.Join(d)
			} else if c.Known || c.Cleaned {
				c.Known, c.Cleaned = false, false
				cells[path] = c
			}
		}
	}
	for root, theirs := range other {
		cells, made := m[root]
		if !made {
			cells = map[*Path]Cell{}
			m[root] = cells
		}
		for path, c := range theirs {
			if _, ok := cells[path]; ok {
				continue
			}
			if made || !isMade(root) {
				c.Known, c.Cleaned = false, false
			}
			cells[path] = c
		}
	}
}

// Equal reports whether two memories say the same, traces apart.
func (m Memory) Equal(other Memory) bool {
	if len(m) != len(other) {
		return false
	}
	for root, cells := range m {
		theirs, ok := other[root]
		if !ok || len(theirs) != len(cells) {
			return false
		}
		for path, c := range cells {
			if d, ok := theirs[path]; !ok || !c.Equal(d) {
				return false
			}
		}
	}
	return true
}

// isMade reports whether an object comes into being where its instruction runs, as
// opposed to parameters and variables that are there from the start.
func isMade(root ssa.Value) bool {
	_, ok := root.(ssa.Instruction)
	return ok
}
