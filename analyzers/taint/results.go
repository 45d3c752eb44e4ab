package taint

import (
	"github.com/deputy-sec/deputy/analyzers/program"
)

// Results are what methods of interfaces return, by the key of the method and the
// result ("pkg.Store.Link@0"), as far as their implementations carry External IDs: a
// package that calls one often imports none of its implementations.
type Results map[string][]LabelFact

// Carried are the sources in a function's results, by the index of the result: those
// it finds in what it is given, too, since who calls through an interface cannot tell
// what the receiver holds.
func (f FuncFact) Carried() map[int][]LabelFact {
	out := map[int][]LabelFact{}
	for j, r := range f.Results {
		for _, l := range r.At {
			if l.Label.Kind == External && !l.Label.Typed {
				l.Label.Shadow, l.Label.Param = false, 0
				out[j] = append(out[j], l)
			}
		}
	}
	return out
}

// behindInterface labels the results of an interface's method by what the program
// knows of its implementations.
func (f *frame) behindInterface(k site) {
	if k.v == nil || !k.call.IsInvoke() {
		return
	}
	for j := range resultTypes(k.v) {
		for _, l := range f.e.program[program.FuncOf(k.obj).Result(j)] {
			p := resultPlace(k.v, j).join(l.Path)
			f.mem.add(p, cell{taint: Taint{{l.Label, stepAt(f.fn, k.pos, l.Label.What+", returned by "+k.name.Name)}}})
		}
	}
}
