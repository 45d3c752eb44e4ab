package taint

import (
	"github.com/deputy-sec/deputy/analyzers/program"
)

// Results are what methods of interfaces return, by the key of the method and the
// result ("pkg.Store.Link@0"), as far as their implementations carry External IDs: a
// package that calls one often imports none of its implementations.
type Results map[string][]LabelFact

// behindInterface labels the results of an interface's method by what the program
// knows of its implementations.
func (f *frame) behindInterface(k site) {
	if k.v == nil || !k.call.IsInvoke() {
		return
	}
	for j := range resultTypes(k.v) {
		for _, l := range f.e.program[program.FuncOf(k.obj).Result(j)] {
			p := place{f.resultPlace(k.v, j).root, f.resultPlace(k.v, j).path.joinAll(l.Path)}
			label := l.Label.label(l.In, f.e.paths)
			step := &Step{Pos: program.Near(f.fn, k.pos), Way: Way{ReturnedBy, k.name.Name}, Of: &label.Source}
			f.mem.add(p, cell{taint: Taint{{label, step}}})
		}
	}
}
