package interp

import (
	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/taint/heap"
)

// Package variables outlive functions: what one stores, any other may read. They are kept
// by path as a function's own objects are, so that what lies in one field of an object, or
// under one constant key of a map, is not in the others. They are not sensitive to the
// order of statements: whatever was stored at some time may be there.

// maxGlobalPaths bounds the places that are told apart in one variable. What is stored
// beyond them is known by its type alone.
const maxGlobalPaths = 96

// keepGlobal remembers what is stored at a place of a package variable, with all that
// lies below it, for every function.
func (f *frame) keepGlobal(p heap.Place, val heap.Cell) {
	g, ok := p.Root.(*ssa.Global)
	if !ok {
		return
	}
	for rel, t := range heap.ByPath(f.output(val, false).At) {
		f.e.keepAt(g, p.Path.Join(rel), t.OfItself())
	}
	for _, r := range val.Refs {
		if f.inputIndex(r.Root) >= 0 { // what its type says is known where it is read; what a request chose is not
			f.e.keepAt(g, p.Path, heap.OnlyKind(f.gather(r.Place, r.Hint, false).taint, heap.Request).OfItself())
		}
	}
}

func (e *engine) keepAt(g *ssa.Global, p *heap.Path, t heap.Taint) {
	kept := e.globals[g]
	if len(t) == 0 || kept[p] == nil && len(kept) >= maxGlobalPaths {
		return
	}
	next := kept[p].Union(t)
	if len(next) == len(kept[p]) {
		return
	}
	if kept == nil {
		kept = map[*heap.Path]heap.Taint{}
		e.globals[g] = kept
	}
	kept[p] = next
	e.grown = true
}

// inGlobal is what some function stored at a place of a package variable, or at what
// holds it.
func (e *engine) inGlobal(g *ssa.Global, p *heap.Path) heap.Taint {
	var out heap.Taint
	for stored, t := range heap.ByPath(e.globals[g]) {
		if stored.Reaches(p) {
			out = out.Union(t)
		}
	}
	return out
}

// belowInGlobal lists the paths below a place of a package variable at which some
// function stored something, from that place on.
func (e *engine) belowInGlobal(root ssa.Value, p *heap.Path) []*heap.Path {
	g, ok := root.(*ssa.Global)
	if !ok {
		return nil
	}
	var out []*heap.Path
	for stored := range heap.ByPath(e.globals[g]) {
		if rest := stored.Beyond(p); rest != nil {
			out = append(out, rest)
		}
	}
	return out
}
