package taint

import (
	"go/types"
	"maps"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// place is a piece of memory: the object that an SSA value creates or names, and a
// path into it. A pointer and what it points to are the same place, as are a slice
// and its backing array.
type place struct {
	root ssa.Value
	path *path
}

func (p place) at(s segment) place { return place{p.root, p.path.at(s)} }

// join appends a whole path, as a summary gives it.
func (p place) join(rest *path) place { return place{p.root, p.path.join(rest)} }

// ref is a place as some value sees it: with the type it has there and, for the
// address of a field that is a source, the label that reading it yields.
type ref struct {
	place
	typ  types.Type
	hint *Label
}

// cell is what is known about a place, or about a register. taint is on the value
// and on everything below it; refs are the places that it is, points to, or was
// copied from.
type cell struct {
	taint   Taint
	refs    []ref
	known   bool // everything about it is said here: ancestors and types say nothing more
	opaque  bool // unknown code wrote to it: types say what it may hold
	cleaned bool // a sanitizer ran over it
}

func (c cell) empty() bool {
	return len(c.taint) == 0 && len(c.refs) == 0 && !c.known && !c.opaque && !c.cleaned
}

// join is the least upper bound: more labels and places, fewer certainties.
func (c cell) join(d cell) cell {
	return cell{
		taint:   c.taint.union(d.taint),
		refs:    joinRefs(c.refs, d.refs),
		known:   c.known && d.known,
		opaque:  c.opaque || d.opaque,
		cleaned: c.cleaned && d.cleaned,
	}
}

// maxRefs bounds the places one value may denote; beyond, the first ones stand for
// all, which loses aliases that only very branchy code has.
const maxRefs = 16

func joinRefs(a, b []ref) []ref {
	out, owned := a, false
	for _, r := range b {
		if len(out) >= maxRefs || slices.ContainsFunc(out, func(x ref) bool { return x.place == r.place && sameType(x.typ, r.typ) }) {
			continue
		}
		if !owned {
			out, owned = slices.Clip(slices.Clone(out)), true
		}
		out = append(out, r)
	}
	return out
}

func sameType(a, b types.Type) bool {
	return a == b || a != nil && b != nil && types.Identical(a, b)
}

func (c cell) equal(d cell) bool {
	if c.known != d.known || c.opaque != d.opaque || c.cleaned != d.cleaned || len(c.refs) != len(d.refs) || !c.taint.equal(d.taint) {
		return false
	}
	return len(joinRefs(c.refs, d.refs)) == len(c.refs)
}

// memory maps places to cells at one point of a function. Cells are kept per root,
// so that reading below a place looks at one object only.
type memory map[ssa.Value]map[*path]cell

func (m memory) clone() memory {
	out := make(memory, len(m))
	for root, cells := range m {
		out[root] = maps.Clone(cells)
	}
	return out
}

func (m memory) get(p place) (cell, bool) {
	c, ok := m[p.root][p.path]
	return c, ok
}

func (m memory) put(p place, c cell) {
	cells := m[p.root]
	if cells == nil {
		cells = map[*path]cell{}
		m[p.root] = cells
	}
	cells[p.path] = c
}

// set replaces what is at a place and below it.
func (m memory) set(p place, c cell) {
	for path := range m[p.root] {
		if path.below(p.path) {
			delete(m[p.root], path)
		}
	}
	m.put(p, c)
}

// add joins into a place: it may be written or not.
func (m memory) add(p place, c cell) {
	old, ok := m.get(p)
	c.known, c.cleaned = false, false
	if ok {
		known, cleaned := old.known, old.cleaned
		old = old.join(c)
		// What is known stays known as a bound: the old value or the new one.
		old.known = known
		old.cleaned = cleaned && len(c.taint) == 0 && len(c.refs) == 0
		c = old
	}
	if !c.empty() {
		m.put(p, c)
	}
}

// merge joins the memory of another predecessor into m. What only one of them has
// said of an object that both have is known no longer; an object that only one of
// them has made is taken as that one knows it.
func (m memory) merge(other memory) {
	for root, cells := range m {
		theirs, made := other[root]
		if !made && isMade(root) {
			continue
		}
		for path, c := range cells {
			if d, ok := theirs[path]; ok {
				cells[path] = c.join(d)
			} else if c.known || c.cleaned {
				c.known, c.cleaned = false, false
				cells[path] = c
			}
		}
	}
	for root, theirs := range other {
		cells, made := m[root]
		if !made {
			cells = map[*path]cell{}
			m[root] = cells
		}
		for path, c := range theirs {
			if _, ok := cells[path]; ok {
				continue
			}
			if made || !isMade(root) {
				c.known, c.cleaned = false, false
			}
			cells[path] = c
		}
	}
}

func (m memory) equal(other memory) bool {
	if len(m) != len(other) {
		return false
	}
	for root, cells := range m {
		theirs, ok := other[root]
		if !ok || len(theirs) != len(cells) {
			return false
		}
		for path, c := range cells {
			if d, ok := theirs[path]; !ok || !c.equal(d) {
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
