package interp

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/taint/heap"
	"github.com/deputy-sec/deputy/analyzers/taint/summary"
)

// Functions as values: one that is given a function calls it with values of its own, and
// an iterator is such a function that is a value itself. What the inner function is called
// with is part of the outer one's summary; what an iterator yields is kept like what a
// list holds, so that iterators can be returned, wrapped and collected.

// maxCallbacks bounds functions that are given to functions that are given to functions.
const maxCallbacks = 4

// callsInput notes what a function that is an input is called with.
func (f *frame) callsInput(fn heap.Ref, args []heap.Cell) {
	i := f.inputIndex(fn.Root)
	if i < 0 || !fn.Path.IsRoot() {
		return
	}
	for j, a := range args {
		if len(a.Taint)+len(a.Refs) == 0 {
			continue
		}
		o := f.output(a, false)
		if !o.Carries() {
			continue
		}
		key := summary.Call{Param: i, Arg: j}
		if old, ok := f.sum.Calls[key]; ok {
			old.Grow(o)
			o = old
		}
		if f.sum.Calls == nil {
			f.sum.Calls = map[summary.Call]summary.Output{}
		}
		f.sum.Calls[key] = o
	}
}

// callBack calls the functions that a function was given as its summary says.
func (f *frame) callBack(sum *summary.Summary, a application) {
	if len(sum.Calls) == 0 || f.calling >= maxCallbacks {
		return
	}
	f.calling++
	defer func() { f.calling-- }()
	for param := range a.args {
		given := func(j int, p heap.Place) bool {
			o, ok := sum.Calls[summary.Call{Param: param, Arg: j}]
			if ok {
				f.applyOutput(p, o, a)
			}
			return ok
		}
		f.invokeAll(a.args[param], a.pos, given)
	}
}

// iterate calls the function that an iterator is given with what the iterator yields.
func (f *frame) iterate(k site) {
	if len(k.args) != 1 || yieldOf(k.call.Signature()) == nil || f.calling >= maxCallbacks {
		return
	}
	f.calling++
	defer func() { f.calling-- }()
	for _, it := range f.value(k.call.Value).Refs {
		given := func(j int, p heap.Place) bool {
			got := f.gather(it.At(heap.Yield(j)), nil, false)
			refs := got.refs
			if len(refs) == 0 && f.inputIndex(it.Root) >= 0 {
				refs = []heap.Ref{{Place: it.At(heap.Yield(j)), Typ: nil, Hint: nil}}
			}
			f.mem.Put(p, heap.Cell{Taint: got.taint, Refs: refs, Known: got.known, Opaque: !got.known && len(got.taint)+len(refs) == 0})
			return len(got.taint)+len(refs) > 0
		}
		f.invokeAll(k.args[0], k.pos, given)
	}
}

// invokeAll calls the functions that a value may be. given puts an argument to a place and
// reports whether anything is known of it.
func (f *frame) invokeAll(fn heap.Cell, pos token.Pos, given func(j int, at heap.Place) bool) {
	for _, r := range f.functionsIn(fn) {
		if f.inputIndex(r.Root) >= 0 {
			f.passOn(r, given)
			continue
		}
		sum, callee, bound := f.functionAt(r.Root)
		if sum == nil || callee == nil {
			continue
		}
		args, any := f.arguments(callee, bound, given)
		if !any {
			continue
		}
		f.apply(sum, application{pos: pos, args: args, name: callee.Name(), inside: callee.Parent() != nil}, nil)
	}
}

// passOn notes that a function among the inputs is given further, to one that calls it.
func (f *frame) passOn(fn heap.Ref, given func(j int, at heap.Place) bool) {
	sig, ok := pointee(fn.Root.Type()).Underlying().(*types.Signature)
	if !ok {
		return
	}
	args := make([]heap.Cell, sig.Params().Len())
	for j := range args {
		p := fn.At(heap.Yield(j)) // what it was called with, kept beside it
		if given(j, p) {
			got := f.gather(p, nil, false)
			args[j] = heap.Cell{Taint: ownInputFree(got.taint, f.inputIndex(fn.Root), p.Path), Refs: got.refs}
		}
	}
	f.callsInput(fn, args)
}

// functionsIn are the functions that a value is, or that the variable holds which it is
// the address of.
func (f *frame) functionsIn(c heap.Cell) []heap.Ref {
	var out []heap.Ref
	for _, r := range c.Refs {
		if !r.Path.IsRoot() {
			continue
		}
		switch r.Root.(type) {
		case *ssa.MakeClosure, *ssa.Function, *ssa.Parameter, *ssa.FreeVar:
			out = heap.JoinRefs(out, []heap.Ref{r})
		case *ssa.Alloc:
			for _, held := range f.gather(r.Place, nil, false).refs {
				if held.Place != r.Place && held.Path.IsRoot() {
					out = heap.JoinRefs(out, []heap.Ref{held})
				}
			}
		}
	}
	return out
}

// arguments are the inputs of a function that another one calls, and whether anything is
// known of them: what it is bound to, and what it is given.
func (f *frame) arguments(fn *ssa.Function, bound []heap.Cell, given func(j int, at heap.Place) bool) (args []heap.Cell, known bool) {
	first := 0
	if len(bound) >= len(fn.Params) && fn.Parent() != nil { // a literal: its parameters, then what it captured
		args = slices.Clone(bound)
	} else { // a method: its receiver first
		first = len(bound)
		args = append(slices.Clone(bound), make([]heap.Cell, len(fn.Params))...)
	}
	for j, p := range fn.Params {
		at := f.at(p)
		delete(f.mem, p) // another call's
		if !given(j, at) {
			continue
		}
		known = true
		got := f.gather(at, nil, false)
		if isScalar(p.Type()) {
			args[first+j] = heap.Cell{Taint: got.taint}
			continue
		}
		args[first+j] = heap.Cell{Taint: got.taint, Refs: f.denoted(got, at, p.Type()), Cleaned: got.clean}
	}
	return args, known
}

// yields says what the iterator that a closure is hands to the function it is given.
func (f *frame) yields(v *ssa.MakeClosure, sum *summary.Summary) {
	yield := yieldOf(v.Fn.(*ssa.Function).Signature)
	if yield == nil {
		return
	}
	for j := range yield.Params().Len() {
		if o, ok := sum.Calls[summary.Call{Param: 0, Arg: j}]; ok {
			f.applyOutput(f.at(v).At(heap.Yield(j)), o, application{pos: v.Pos(), args: f.closureArgs(v, nil), name: "iterator"})
		}
	}
}

// yieldOf is the function that an iterator of the signature is given; nil if it is none.
func yieldOf(sig *types.Signature) *types.Signature {
	if sig == nil || sig.Params().Len() != 1 || sig.Results().Len() != 0 {
		return nil
	}
	yield, ok := sig.Params().At(0).Type().Underlying().(*types.Signature)
	if !ok || yield.Results().Len() != 1 {
		return nil
	}
	b, ok := yield.Results().At(0).Type().Underlying().(*types.Basic)
	if !ok || b.Kind() != types.Bool {
		return nil
	}
	return yield
}
