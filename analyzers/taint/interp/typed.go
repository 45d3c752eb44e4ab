package interp

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/taint/heap"
	"github.com/deputy-sec/deputy/analyzers/taint/summary"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
)

// Typed handlers: a function that is given to one of the project's own, which decodes the
// request, calls it with what it decoded and encodes what it returns. Nothing in the
// handler's signature says that it is one. What it returns is followed where it is given
// away; that its parameter is a request has to be reported to it.

// handsOn notes that a function among the inputs of the declared function around this one
// is called with what a request holds.
func (f *frame) handsOn(k site) {
	wrapper, param := givenTo(k.call.Value)
	if wrapper == nil {
		return
	}
	for j, a := range k.args {
		t := k.vals[j].Type()
		if isScalar(t) || isRequest(t) || isContext(t) || !heap.HasKind(f.deep(a, tables.Whole), heap.Request) {
			continue
		}
		if h := (summary.Handed{Param: param, Arg: j}); !slices.Contains(f.e.hands[wrapper], h) {
			f.e.hands[wrapper] = append(f.e.hands[wrapper], h)
			f.e.woken[wrapper] = true
		}
	}
}

// givenTo is the declared function whose parameter a function value is, and the index of
// that, through the variables that function literals capture.
func givenTo(v ssa.Value) (*ssa.Function, int) {
	for range maxPointers {
		switch x := v.(type) {
		case *ssa.Parameter:
			if _, ok := x.Parent().Object().(*types.Func); ok {
				return x.Parent(), slices.Index(x.Parent().Params, x)
			}
			return nil, 0
		case *ssa.UnOp:
			v = x.X
		case *ssa.FreeVar:
			v = binding(x)
		case *ssa.Alloc:
			v = onlyStored(x)
		default:
			return nil, 0
		}
	}
	return nil, 0
}

// binding is what a variable of a function literal is in the function around it.
func binding(v *ssa.FreeVar) ssa.Value {
	fn := v.Parent()
	i := slices.Index(fn.FreeVars, v)
	for _, b := range fn.Parent().Blocks {
		for _, instr := range b.Instrs {
			if mc, ok := instr.(*ssa.MakeClosure); ok && mc.Fn == fn && i < len(mc.Bindings) {
				return mc.Bindings[i]
			}
		}
	}
	return nil
}

// onlyStored is the value of a variable that is stored to once.
func onlyStored(a *ssa.Alloc) ssa.Value {
	var val ssa.Value
	for _, r := range *a.Referrers() {
		if st, ok := r.(*ssa.Store); ok && st.Addr == a {
			if val != nil {
				return nil
			}
			val = st.Val
		}
	}
	return val
}

// handsTo notes which functions are given to one that calls them with a request.
func (f *frame) handsTo(k site) {
	if strings.HasPrefix(k.name.Pkg, tables.LambdaRuntime) && tables.StartsLambda.Matches(k.name) && len(k.args) > 0 {
		for _, fn := range f.functions(k.args[0]) {
			f.e.handle(fn, fn.Signature.Params().Len()-1, "Lambda event")
		}
		return
	}
	sum := f.e.summaryOf(k.obj)
	if sum == nil {
		return
	}
	for _, h := range sum.TakesFromRequest {
		if h.Param >= len(k.args) {
			continue
		}
		for _, fn := range f.functions(k.args[h.Param]) {
			f.e.handle(fn, h.Arg, "API request")
		}
	}
}

// functions are those of this package that a value may be.
func (f *frame) functions(c heap.Cell) []*ssa.Function {
	var out []*ssa.Function
	for _, r := range c.Refs {
		if fn := f.e.bodyOf(r.Root); fn != nil && r.Path.IsRoot() {
			out = append(out, fn)
		}
	}
	return out
}

// bodyOf is the function of this package that a value is: itself, a literal, or the
// method of a method value.
func (e *engine) bodyOf(v ssa.Value) *ssa.Function {
	fn, _ := v.(*ssa.Function)
	if mc, ok := v.(*ssa.MakeClosure); ok {
		fn = mc.Fn.(*ssa.Function)
	}
	if fn == nil || slices.Contains(e.prog.Funcs, fn) {
		return fn
	}
	obj := fn.Object()
	i := slices.IndexFunc(e.prog.Funcs, func(g *ssa.Function) bool { return obj != nil && g.Object() == obj })
	if i < 0 {
		return nil
	}
	return e.prog.Funcs[i]
}

// handle makes a function a handler: argument arg of its calls is what a request holds.
// What other services of AWS report in an event, nobody outside has chosen.
func (e *engine) handle(fn *ssa.Function, arg int, what string) {
	if fn.Signature.Recv() != nil {
		arg++
	}
	if arg < 0 || arg >= len(fn.Params) || e.handlers[fn][arg] != "" || strings.HasPrefix(typeName(fn.Params[arg].Type()), tables.LambdaEvents+".") {
		return
	}
	if e.handlers[fn] == nil {
		e.handlers[fn] = map[int]string{}
	}
	e.handlers[fn][arg] = what
	e.woken[fn], e.grown = true, true
}
