package interp

import (
	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/heap"
)

// behindInterface labels the results of an interface's method by what the program
// knows of its implementations.
func (f *frame) behindInterface(k site) {
	if k.v == nil || !k.call.IsInvoke() {
		return
	}
	for j := range resultTypes(k.v) {
		for _, l := range f.e.program[program.FuncOf(k.obj).Result(j)] {
			p := heap.Place{Root: f.resultPlace(k.v, j).Root, Path: f.resultPlace(k.v, j).Path.JoinAll(l.Path)}
			label := l.Label.From(l.Origin).Label(l.In, f.e.paths)
			of := label.Source()
			step := &heap.Step{Pos: program.Near(f.fn, k.pos), Way: heap.Way{Action: heap.ReturnedBy, By: k.name.Name}, Of: &of}
			f.mem.Add(p, heap.Cell{Taint: heap.Taint{{Label: label, Step: step}}})
		}
	}
}
