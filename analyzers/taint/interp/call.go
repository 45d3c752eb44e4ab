package interp

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/heap"
	"github.com/deputy-sec/deputy/analyzers/taint/summary"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
)

// call interprets a call: what it leaks, what it writes and what it returns. v is
// the register of its result, nil for go and defer.
func (f *frame) call(instr ssa.CallInstruction, c *ssa.CallCommon, v *ssa.Call) heap.Cell {
	if b, ok := c.Value.(*ssa.Builtin); ok {
		return f.builtin(instr, b, c.Args, v)
	}
	k := f.callee(instr, c, v)
	if v != nil {
		f.mem[v] = map[*heap.Path]heap.Cell{}
	}
	if k.obj == nil {
		f.dynamic(k)
	} else {
		f.declared(k)
	}
	if v == nil {
		return heap.Cell{}
	}
	return f.result(k)
}

// site is a call as the tables and summaries see it.
type site struct {
	instr ssa.CallInstruction
	call  *ssa.CallCommon
	v     *ssa.Call
	obj   *types.Func  // what is called, nil for a function value
	name  program.Func // of obj
	vals  []ssa.Value  // the arguments, the receiver first
	args  []heap.Cell
	pos   token.Pos
}

func (f *frame) callee(instr ssa.CallInstruction, c *ssa.CallCommon, v *ssa.Call) site {
	k := site{instr: instr, call: c, v: v, obj: program.Callee(c), pos: instr.Pos()}
	if c.IsInvoke() {
		k.vals = append([]ssa.Value{c.Value}, c.Args...)
	} else {
		k.vals = c.Args
	}
	if mc, ok := c.Value.(*ssa.MakeClosure); ok && k.obj != nil && len(mc.Bindings) == 1 {
		k.vals = append([]ssa.Value{mc.Bindings[0]}, k.vals...) // a method value
	}
	for _, a := range k.vals {
		k.args = append(k.args, f.value(a))
	}
	if k.obj != nil {
		k.name = program.FuncOf(k.obj)
	} else if g := variable(c.Value); g != nil && g.Pkg != nil {
		k.name = program.Func{Pkg: g.Pkg.Pkg.Path(), Name: g.Name()}
	}
	return k
}

// variable is the package variable that a called function is kept in.
func variable(v ssa.Value) *ssa.Global {
	u, ok := v.(*ssa.UnOp)
	if !ok || u.Op != token.MUL {
		return nil
	}
	g, _ := u.X.(*ssa.Global)
	return g
}

// declaredArgs are the arguments without the receiver.
func (k site) declared() int {
	if k.obj != nil && k.obj.Signature().Recv() != nil {
		return 1
	}
	return 0
}

// result reads what was written to the call's register.
func (f *frame) result(k site) heap.Cell {
	t := k.v.Type()
	if _, isTuple := t.(*types.Tuple); isTuple {
		return heap.Cell{}
	}
	got := f.gather(f.at(k.v), nil, false)
	if !carries(t) {
		return heap.Cell{}
	}
	c := heap.Cell{Taint: got.taint, Cleaned: got.clean}
	if isScalar(t) {
		return c
	}
	c.Refs = f.denoted(got, f.at(k.v), t)
	return c
}

// denoted are the places that a result is: those that its function gave back, or its own
// where something was replaced in a copy of those, or not all of it is known.
func (f *frame) denoted(got gathered, p heap.Place, t types.Type) []heap.Ref {
	own := []heap.Ref{{Place: p, Typ: t}}
	if f.replaced(p) {
		return own
	}
	refs := retypeConcrete(got.refs, t)
	if len(got.refs) == 0 || !got.known {
		refs = heap.JoinRefs(refs, own)
	}
	return refs
}

// replaced reports whether something below the place of a result is said to hold nothing
// of what lies there in what the result was copied from.
func (f *frame) replaced(p heap.Place) bool {
	for path, c := range f.mem[p.Root] {
		if c.Known && path.Below(p.Path) {
			return true
		}
	}
	return false
}

// resultPlace is where result j of a call is kept.
func (f *frame) resultPlace(v *ssa.Call, j int) heap.Place {
	if _, isTuple := v.Type().(*types.Tuple); isTuple {
		return f.at(v).At(heap.Result(j))
	}
	return f.at(v)
}

func resultTypes(v *ssa.Call) []types.Type {
	if t, ok := v.Type().(*types.Tuple); ok {
		out := make([]types.Type, t.Len())
		for i := range out {
			out[i] = t.At(i).Type()
		}
		return out
	}
	return []types.Type{v.Type()}
}

// dynamic calls a function value: one that a table knows by its variable, a closure
// whose making was seen, or the unknown.
func (f *frame) dynamic(k site) {
	f.handsOn(k)
	for _, r := range tables.FlowIndex[tables.Unversioned(k.name.Pkg)] {
		if r.Matches(k.name) {
			f.moves(k, r)
			return
		}
	}
	if fn := k.call.StaticCallee(); fn != nil {
		if mc, ok := k.call.Value.(*ssa.MakeClosure); ok {
			f.invokeClosure(k, mc)
			return
		}
		if sum := f.e.literal(fn); sum != nil {
			f.apply(sum, application{k.pos, k.args, "func literal", true}, k.v)
			return
		}
	}
	for _, r := range f.value(k.call.Value).Refs {
		switch root := r.Root.(type) {
		case *ssa.MakeClosure:
			if r.Path.IsRoot() {
				f.invokeClosure(k, root)
			}
		case *ssa.Function:
			if sum := f.e.literal(root); sum != nil {
				f.apply(sum, application{pos: k.pos, args: k.args, name: root.Name()}, k.v)
			}
		}
		f.callInput(k, r)
		f.callsInput(r, k.args)
	}
	f.iterate(k)
	f.intercepts(k)
}

// callInput calls a function that is an input: what it returns is a place of that input,
// which the caller, who knows the function, resolves.
func (f *frame) callInput(k site, fn heap.Ref) {
	if k.v == nil || f.inputIndex(fn.Root) < 0 {
		return
	}
	for j, t := range resultTypes(k.v) {
		p := fn.At(heap.Result(j))
		switch {
		case p == fn.Place || !carries(t) || isErrorType(t):
		case isScalar(t):
			f.mem.Add(f.resultPlace(k.v, j), heap.Cell{Taint: f.gather(p, nil, false).taint})
		default:
			f.mem.Add(f.resultPlace(k.v, j), heap.Cell{Refs: []heap.Ref{{Place: p, Typ: t, Hint: nil}}})
		}
	}
}

// returned is what lies in a result of a function that is a value: "@0" in a closure.
// What it is called with is not known here.
func (f *frame) returned(p heap.Place) heap.Taint {
	first := p.Path.First()
	if first.Kind != heap.ResultOf {
		return nil
	}
	sum, fn, args := f.functionAt(p.Root)
	j := first.Index
	if sum == nil || j >= len(sum.Results) || f.e.responds(fn) != "" { // one that responds is looked at itself
		return nil
	}
	o, rest := sum.Results[j], p.Path.Rest()
	a := application{pos: program.Near(f.fn, p.Root.Pos()), args: args, name: "function"}
	var out heap.Taint
	near := func(p *heap.Path) bool { return p == rest || p.Below(rest) || rest.Below(p) }
	for path, t := range heap.ByPath(o.At) {
		if near(path) {
			out = out.Union(f.resolve(t.Without(heap.Request), a, heap.Way{Action: heap.ReturnedBy, By: "the function"}))
		}
	}
	for path, as := range heap.ByPath(o.Aliases) {
		if near(path) {
			out = out.Union(f.deep(heap.Cell{Refs: f.aliased(as, a)}, tables.Encoded))
		}
	}
	if !o.Known && rest.IsRoot() {
		for _, s := range f.e.spots(fn.Signature.Results().At(j).Type(), tables.Encoded) {
			if !s.label.Typed {
				out = out.Union(heap.Taint{{Label: s.label, Step: stepAt(f.fn, a.pos, s.label.Source())}})
			}
		}
	}
	return out
}

// functionAt is the summary of a function that is a value, with what it holds of its
// inputs: captured variables, or a method's receiver.
func (f *frame) functionAt(root ssa.Value) (*summary.Summary, *ssa.Function, []heap.Cell) {
	switch root := root.(type) {
	case *ssa.Function:
		if obj, ok := root.Object().(*types.Func); ok {
			return f.e.summaryOf(obj), root, nil
		}
		return f.e.literal(root), root, nil
	case *ssa.MakeClosure:
		fn := root.Fn.(*ssa.Function)
		if sum := f.e.literal(fn); sum != nil {
			return sum, fn, f.closureArgs(root, nil)
		}
		if obj, ok := fn.Object().(*types.Func); ok && len(root.Bindings) == 1 {
			return f.e.summaryOf(obj), fn, []heap.Cell{f.value(root.Bindings[0])}
		}
	}
	return nil, nil, nil
}

func (f *frame) invokeClosure(k site, mc *ssa.MakeClosure) {
	fn := mc.Fn.(*ssa.Function)
	if sum := f.e.literal(fn); sum != nil {
		f.apply(sum, application{k.pos, f.closureArgs(mc, k.args), "func literal", true}, k.v)
		return
	}
	// A method value: the bound receiver is the method's first input.
	if obj, ok := fn.Object().(*types.Func); ok && len(mc.Bindings) == 1 {
		bound := k
		bound.obj, bound.name = obj, program.FuncOf(obj)
		bound.vals = append([]ssa.Value{mc.Bindings[0]}, k.vals...)
		bound.args = append([]heap.Cell{f.value(mc.Bindings[0])}, k.args...)
		f.declared(bound)
	}
}

// declared calls a function or method that has a name.
func (f *frame) declared(k site) {
	f.tableSinks(k)
	f.paramSinks(k)
	if f.sanitizes(k) {
		return
	}
	switch sum := f.e.summaryOf(k.obj); {
	case f.transfer(k), f.streams(k):
	case sum != nil && !k.call.IsInvoke():
		f.apply(sum, application{pos: k.pos, args: k.args, name: k.name.Name}, k.v)
	case k.call.IsInvoke() && f.virtual(k):
	default:
		f.unknown(k)
	}
	f.handsTo(k)
	f.knownResults(k)
	f.behindInterface(k)
	f.settings(k)
	f.fromRequest(k)
}

// sanitizes runs a sanitizer: what it returns is clean, and so is what it is given a
// pointer to when it returns nothing.
func (f *frame) sanitizes(k site) bool {
	if !f.e.isSanitizer(k.obj) {
		return false
	}
	if k.v != nil {
		for j := range resultTypes(k.v) {
			f.mem.Set(f.resultPlace(k.v, j), heap.Cell{Known: true, Cleaned: true})
		}
	}
	if k.obj.Signature().Results().Len() == 0 {
		for _, a := range k.args {
			for _, r := range a.Refs {
				if len(a.Refs) == 1 {
					f.mem.Set(r.Place, heap.Cell{Known: true, Cleaned: true})
				}
			}
		}
	}
	return true
}

// knownResults labels results that are External IDs by what is known of the callee.
func (f *frame) knownResults(k site) {
	if k.v == nil {
		return
	}
	for j := range resultTypes(k.v) {
		if why := f.e.ext.ResultOf(k.obj, j); why != nil {
			p := f.resultPlace(k.v, j)
			c, _ := f.mem.Get(p)
			c.Taint = c.Taint.Union(heap.Taint{{Label: sourceLabel(why), Step: stepAt(f.fn, k.pos, heap.Source{From: why.What})}})
			f.mem.Put(p, c)
		}
	}
}

// application is a summary put to use.
type application struct {
	pos  token.Pos
	args []heap.Cell
	name string
	// inside is set for a function literal: its sinks are this function's own.
	inside bool
}

func (f *frame) apply(sum *summary.Summary, a application, v *ssa.Call) {
	for _, key := range sum.SinkOrder() {
		t := f.resolve(heap.Taint{{Label: key.Label}}, a, heap.Way{Action: heap.PassedTo, By: a.name})
		if len(t) == 0 {
			continue
		}
		s := key.Sink
		if a.inside && s.Pos.IsValid() {
			f.sink(s, t)
			continue
		}
		if s.Pos.IsValid() && !s.Where.IsValid() {
			s.Where = f.e.pass.Fset.Position(s.Pos)
		}
		s.Pos = a.pos
		f.sink(s, t)
	}
	if v != nil { // before what it writes: an input is what it was when the function was called
		for j, o := range sum.Results {
			if j < len(resultTypes(v)) {
				f.applyOutput(f.resultPlace(v, j), o, a)
			}
		}
	}
	for _, key := range sum.EffectOrder() {
		f.applyEffect(key, sum.Effects[key], a)
	}
	f.callBack(sum, a)
}

func (f *frame) applyEffect(key summary.Target, o summary.Output, a application) {
	if key.Param >= len(a.args) {
		return
	}
	arg := a.args[key.Param]
	c := heap.Cell{Opaque: o.Opaque, Taint: f.written(o.At[f.e.paths], a)}
	for _, as := range o.Aliases[f.e.paths] {
		c.Refs = heap.JoinRefs(c.Refs, f.aliased([]summary.Target{as}, a))
	}
	for _, r := range arg.Refs {
		p := r.Join(key.Path)
		if !a.inside { // the literal's own frame has told
			f.writerSink(r, a.pos, c.Taint, a.name)
		}
		switch {
		case o.Cleaned && len(arg.Refs) == 1:
			f.mem.Set(p, heap.Cell{Known: true, Cleaned: true})
		case o.Known && len(arg.Refs) == 1: // where there are many, all of them: see afterLoop
			f.mem.Set(p, heap.Cell{Taint: c.Taint, Refs: without(c.Refs, p), Known: true})
		default:
			f.mem.Add(p, heap.Cell{Taint: c.Taint, Refs: without(c.Refs, p), Opaque: c.Opaque})
			f.unsettle(p, o)
		}
		f.writeBelow(p, o, a)
		for _, q := range f.behindVariable(r.Place, key.Path) {
			f.mem.Add(q, heap.Cell{Taint: c.Taint, Refs: without(c.Refs, q), Opaque: c.Opaque})
			f.writeBelow(q, o, a)
		}
	}
}

// unsettle forgets that all of a place is known if an effect speaks of places below it:
// what was put there before, an empty list say, is not all of it any more.
func (f *frame) unsettle(p heap.Place, o summary.Output) {
	c, ok := f.mem.Get(p)
	if !ok || !c.Known || !o.IsBelow() {
		return
	}
	c.Known = false
	f.mem.Put(p, c)
}

// writeBelow adds what an effect tells of the places below the one it is about.
func (f *frame) writeBelow(p heap.Place, o summary.Output, a application) {
	for path, t := range heap.ByPath(o.At) {
		if !path.IsRoot() {
			f.mem.Add(p.Join(path), heap.Cell{Taint: f.written(t, a)})
		}
	}
	for path, as := range heap.ByPath(o.Aliases) {
		if !path.IsRoot() {
			f.mem.Add(p.Join(path), heap.Cell{Refs: f.aliased(as, a)})
		}
	}
}

// behindVariable are the places that a write below a variable reaches, if the variable
// holds a channel, map, slice or pointer: a closure that captures it knows the variable
// alone, and others may have what it refers to under another name.
func (f *frame) behindVariable(p heap.Place, below *heap.Path) []heap.Place {
	variable, ok := p.Root.(*ssa.Alloc)
	if !ok || !p.Path.IsRoot() || below.IsRoot() || !isReference(variable.Type().Underlying().(*types.Pointer).Elem()) {
		return nil
	}
	c, _ := f.mem.Get(p)
	var out []heap.Place
	for _, r := range c.Refs {
		out = append(out, r.Join(below))
	}
	return out
}

func isReference(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Chan, *types.Map, *types.Slice, *types.Pointer:
		return true
	}
	return false
}

func (f *frame) written(t heap.Taint, a application) heap.Taint {
	return f.relabel(f.resolve(t, a, heap.Way{Action: heap.WrittenBy, By: a.name}), a.pos, "")
}

func (f *frame) applyOutput(p heap.Place, o summary.Output, a application) {
	c := heap.Cell{Known: o.Known, Cleaned: o.Cleaned, Opaque: !o.Known || o.Opaque}
	old, several := f.mem.Get(p)
	if several {
		c = heap.Cell{Taint: old.Taint, Refs: old.Refs, Known: c.Known && old.Known, Cleaned: c.Cleaned && old.Cleaned, Opaque: c.Opaque || old.Opaque}
	}
	c.Taint = c.Taint.Union(f.relabel(f.take(f.resolve(o.At[f.e.paths], a, heap.Way{Action: heap.ReturnedBy, By: a.name}), a.pos, getterOf(a)), a.pos, ""))
	c.Refs = heap.JoinRefs(c.Refs, f.aliased(o.Aliases[f.e.paths], a))
	f.mem.Put(p, c)
	if several || o.Typ == nil {
		delete(f.behind, p)
	} else {
		f.behind[p] = o.Typ
	}
	if !several {
		for _, path := range o.Set {
			f.mem.Put(p.Join(path), heap.Cell{Known: true})
		}
	}
	for path, t := range heap.ByPath(o.At) {
		if !path.IsRoot() {
			f.mem.Add(p.Join(path), heap.Cell{Taint: f.resolve(t, a, heap.Way{Action: heap.ReturnedBy, By: a.name})})
		}
	}
	for path, as := range heap.ByPath(o.Aliases) {
		if !path.IsRoot() {
			f.mem.Add(p.Join(path), heap.Cell{Refs: f.aliased(as, a)})
		}
	}
}

// aliased are the places of arguments that an output is.
func (f *frame) aliased(as []summary.Target, a application) []heap.Ref {
	var out []heap.Ref
	for _, t := range as {
		if t.Param >= len(a.args) {
			continue
		}
		for _, r := range a.args[t.Param].Refs {
			out = heap.JoinRefs(out, []heap.Ref{{Place: r.Join(t.Path), Typ: typeAt(r.Typ, t.Path), Hint: f.hintOf(r, t.Path)}})
		}
	}
	return out
}

func (f *frame) hintOf(r heap.Ref, p *heap.Path) *heap.Label {
	if p.IsRoot() {
		return r.Hint
	}
	if r.Typ == nil {
		return nil
	}
	return f.e.hintAt(r.Typ, p)
}

// resolve replaces a callee's inputs by what the call hands it. A source that the
// callee found in an input by its type is dropped: the input itself tells better.
func (f *frame) resolve(t heap.Taint, a application, how heap.Way) heap.Taint {
	var out heap.Taint
	for _, x := range t {
		l := x.Label
		switch {
		case l.Shadow:
		case l.Kind != heap.Input:
			if x.Step == nil && l.Kind == heap.External {
				x.Step = stepAt(f.fn, a.pos, l.Source())
			}
			out = out.Union(heap.Taint{{Label: l, Step: x.Step.Then(a.pos, how)}})
		case l.Param < len(a.args):
			got := f.resolveInput(l, a.args[l.Param])
			if l.Beside {
				got = got.Beside()
			}
			if l.Made {
				got = got.Made()
			}
			out = out.Union(got.Step(a.pos, how))
		}
	}
	return out
}

func (f *frame) resolveInput(l heap.Label, arg heap.Cell) heap.Taint {
	if arg.Cleaned {
		return arg.Taint
	}
	out := arg.Taint
	for _, r := range arg.Refs {
		out = out.Except(f.e.beside(r.Typ, l.Path))
		f.setApartAlong(r.Place, r.Typ, l.Path)
		at := heap.Ref{Place: r.Join(l.Path), Typ: typeAt(r.Typ, l.Path), Hint: f.hintOf(r, l.Path)}
		if r.Typ == nil {
			at.Typ = nil
		}
		if l.Deep {
			out = out.Union(f.deep(heap.Cell{Refs: []heap.Ref{at}}, l.Mode))
			continue
		}
		got := f.gather(at.Place, at.Hint, false)
		out = out.Union(got.taint)
		if l.Path.IsRoot() { // a string in an interface and the like
			for _, sub := range got.refs {
				out = out.Union(f.gather(sub.Place, sub.Hint, false).taint)
			}
		}
	}
	return out
}

// virtual calls every implementation of an interface method that is in sight, and
// reports whether there is one. Where several are and the receiver's type is not known,
// it stands for none of them: one type's fields are not another's.
func (f *frame) virtual(k site) bool {
	var found []*types.Func
	for _, m := range f.e.implementations(k.obj) {
		if f.e.summaryOf(m) != nil {
			found = append(found, m)
		}
	}
	if k.v != nil && (k.name.Name == "Error" || k.name.Name == "String") && len(k.args) == 1 {
		// Whichever type it is, it speaks of itself; one out of sight, as what fmt.Errorf
		// makes, says all that is known of it as a whole.
		says := f.shallow
		if len(found) > 1 {
			says = func(c heap.Cell) heap.Taint { return f.deep(c, tables.Printed) }
		}
		f.mem.Add(f.resultPlace(k.v, 0), heap.Cell{Taint: says(k.args[0]).Step(k.pos, heap.Way{Action: heap.ReturnedBy, By: k.name.Name})})
	}
	if len(found) > 1 && k.v != nil && len(k.args) == 1 && holdsAnything(k.v.Type()) && ofAnyType(k.args[0]) {
		// So does what is asked for all that it has to say.
		f.mem.Add(f.resultPlace(k.v, 0), heap.Cell{Taint: f.deep(k.args[0], tables.Whole).Step(k.pos, heap.Way{Action: heap.ReturnedBy, By: k.name.Name})})
	}
	for _, m := range found {
		args := slices.Clone(k.args)
		args[0] = receiverOf(k.args[0], m, len(found) > 1)
		f.apply(f.e.summaryOf(m), application{pos: k.pos, args: args, name: k.name.Name}, k.v)
	}
	return len(found) > 0
}

// holdsAnything recognises what a method answers that is asked for everything: a map or
// list of values of any type. One that is asked for a name or for regions answers that.
func holdsAnything(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Map:
		return isEmptyInterface(u.Elem())
	case *types.Slice:
		return isEmptyInterface(u.Elem())
	}
	return false
}

// ofAnyType reports whether nothing is known of the type that lies behind an interface.
func ofAnyType(c heap.Cell) bool {
	return !slices.ContainsFunc(c.Refs, func(r heap.Ref) bool { return r.Typ != nil && !types.IsInterface(r.Typ) })
}

// receiverOf is what of a receiver can be that of a method: what is known to be of
// another type is not, nor what is of no known type if there is a choice.
func receiverOf(c heap.Cell, m *types.Func, choice bool) heap.Cell {
	recv := program.NamedOf(m.Signature().Recv().Type())
	out := heap.Cell{Cleaned: c.Cleaned}
	for _, r := range c.Refs {
		switch {
		case r.Typ == nil || types.IsInterface(r.Typ):
			if !choice {
				out.Refs = append(out.Refs, r)
			}
		case program.NamedOf(r.Typ) == recv:
			out.Refs = append(out.Refs, r)
		}
	}
	if !choice {
		out.Taint = c.Taint
	}
	return out
}

// implementations are the methods that a call of an interface method may run, as far
// as this package and its imports declare them.
func (e *engine) implementations(m *types.Func) []*types.Func {
	if out, ok := e.impls[m]; ok {
		return out
	}
	var out []*types.Func
	iface, ok := m.Signature().Recv().Type().Underlying().(*types.Interface)
	if ok && iface.NumMethods() > 0 {
		for _, n := range e.concrete() {
			ptr := types.NewPointer(n)
			obj, _, _ := types.LookupFieldOrMethod(ptr, false, m.Pkg(), m.Name())
			if impl, ok := obj.(*types.Func); ok && types.Implements(ptr, iface) {
				out = append(out, impl)
			}
		}
	}
	e.impls[m] = out
	return out
}

// concrete lists the defined types of this package and of its imports that have
// summaries.
func (e *engine) concrete() []*types.Named {
	if e.named != nil {
		return e.named
	}
	e.named = []*types.Named{}
	scopes := []*types.Package{e.pass.Pkg}
	for _, p := range e.pass.Pkg.Imports() {
		if e.hasSummaries[p.Path()] {
			scopes = append(scopes, p)
		}
	}
	for _, p := range scopes {
		for _, name := range p.Scope().Names() {
			if tn, ok := p.Scope().Lookup(name).(*types.TypeName); ok && !tn.IsAlias() {
				if n, ok := tn.Type().(*types.Named); ok && !types.IsInterface(n) && n.TypeParams() == nil && n.NumMethods() > 0 {
					e.named = append(e.named, n)
				}
			}
		}
	}
	return e.named
}

// unknown calls code that is neither in sight nor in a table. A function from text
// to text hands it on; what it is given a pointer to may be written.
func (f *frame) unknown(k site) {
	if f.getter(k) || f.readsRequest(k) {
		return
	}
	var t heap.Taint
	if passesText(k.obj) {
		for _, a := range k.args {
			t = t.Union(f.deep(a, tables.Whole))
		}
	}
	if k.v != nil {
		for j, rt := range resultTypes(k.v) {
			p := f.resultPlace(k.v, j)
			if carries(rt) && !isError(rt) && len(t) > 0 {
				f.mem.Add(p, heap.Cell{Taint: f.relabel(t, k.pos, pickedBy(k)).Step(k.pos, heap.Way{Action: heap.Through, By: k.name.Name})})
			}
			f.adopt(k, p, rt)
		}
	}
	if k.declared() == 1 && tables.TakesIn.Matches(k.name) && tables.Carrier.MatchString(k.name.Recv) {
		for i := 1; i < len(k.args); i++ {
			f.writeTo(k, 0, f.deep(k.args[i], tables.Whole))
		}
	}
	for i, a := range k.args {
		if _, isPtr := k.vals[i].Type().Underlying().(*types.Pointer); isPtr || types.IsInterface(k.vals[i].Type()) {
			for _, r := range a.Refs {
				if alloc, ok := r.Root.(*ssa.Alloc); ok && r.Path.IsRoot() && !f.flat && alloc != nil {
					c, _ := f.mem.Get(r.Place)
					c.Opaque = true
					f.mem.Put(r.Place, c)
				}
			}
		}
	}
	if tables.Fills.Matches(k.name) {
		f.fill(k)
	}
	if !program.IsStd(k.name.Pkg) && !program.IsOpaque(k.name.Pkg) {
		f.passed(k)
	}
}

// getter calls a method out of sight that, by its name and its receiver's fields,
// returns a field, be it one that others do not see. Of a decoded request, any getter returns a part.
func (f *frame) getter(k site) bool {
	name, ok := strings.CutPrefix(k.name.Name, "Get")
	if !ok || name == "" || k.v == nil || k.declared() == 0 || len(k.args) != 1 {
		return false
	}
	p := f.resultPlace(k.v, 0)
	if s := program.StructOf(k.vals[0].Type()); s != nil {
		for i := range s.NumFields() {
			if strings.EqualFold(s.Field(i).Name(), name) {
				c := f.load(f.fieldOf(k.vals[0], i, k.v.Type()), k.v.Type(), k.pos)
				f.mem.Add(p, heap.Cell{Taint: f.take(c.Taint, k.pos, name), Refs: without(c.Refs, p)})
				return true
			}
		}
	}
	isMessage := func(x heap.Tag) bool {
		return x.Label.Kind == heap.Request && x.Label.Stage != heap.Untaken || x.Label.Kind == heap.Input
	}
	t := slices.DeleteFunc(slices.Clone(f.deep(k.args[0], tables.Whole)), func(x heap.Tag) bool { return !isMessage(x) })
	f.mem.Add(p, heap.Cell{Taint: f.take(t, k.pos, name)})
	return len(t) > 0
}

// readsRequest calls code out of sight that is given a request: a framework that no
// table knows, or a helper of another module.
func (f *frame) readsRequest(k site) bool {
	from := slices.IndexFunc(k.vals, func(v ssa.Value) bool { return tables.RequestTypes[typeName(v.Type())] == tables.WholeRequest })
	switch {
	case from < 0:
		return false
	case from == 0 && k.declared() == 1 && tables.TakesFromRequest.MatchString(k.name.Name) && k.v != nil:
		f.toResults(k, []int{0}, tables.Whole, false)
		return true
	case !tables.BindsRequest.MatchString(k.name.Name):
		return false
	}
	to := slices.IndexFunc(k.vals, func(v ssa.Value) bool {
		if mi, ok := v.(*ssa.MakeInterface); ok {
			v = mi.X
		}
		p, ok := v.Type().Underlying().(*types.Pointer)
		return ok && tables.RequestTypes[typeName(p)] == "" && !isScalar(p.Elem()) && !types.IsInterface(p.Elem())
	})
	if to < k.declared() || to == from {
		return false
	}
	f.decode(k, from, to)
	return true
}

// adopt makes a builder's result its receiver: the same type comes back.
func (f *frame) adopt(k site, p heap.Place, rt types.Type) {
	if k.declared() == 1 && len(k.args) > 0 && types.Identical(rt, k.vals[0].Type()) && !isScalar(rt) {
		f.mem.Add(p, heap.Cell{Refs: without(k.args[0].Refs, p)})
	}
}

// passesText recognises converters: text in, text out, nothing else.
func passesText(fn *types.Func) bool {
	sig := fn.Signature()
	n := sig.Params().Len()
	if sig.Recv() != nil {
		if n++; n > 1 || !isTextual(sig.Recv().Type()) {
			return false
		}
	}
	if n == 0 || n > 3 || sig.Results().Len() == 0 || !isTextual(sig.Results().At(0).Type()) {
		return false
	}
	for p := range sig.Params().Variables() {
		if !isTextual(p.Type()) {
			return false
		}
	}
	return !strings.Contains(strings.ToLower(fn.Name()), "crypt") && !tables.LooksUp(fn.Name())
}

func isTextual(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsString != 0
	case *types.Slice:
		b, ok := u.Elem().Underlying().(*types.Basic)
		return ok && (b.Kind() == types.Uint8 || b.Kind() == types.String)
	case *types.Pointer:
		b, ok := u.Elem().Underlying().(*types.Basic)
		return ok && b.Info()&types.IsString != 0
	}
	_, isParam := types.Unalias(t).(*types.TypeParam)
	return isParam
}

func (f *frame) builtin(instr ssa.CallInstruction, b *ssa.Builtin, args []ssa.Value, v *ssa.Call) heap.Cell {
	switch b.Name() {
	case "append":
		return f.appends(args, v)
	case "copy":
		src := f.value(args[1])
		t := f.deep(src, tables.Whole)
		dst := f.extend(args[0], heap.AnyElement, args[0].Type())
		for _, r := range dst.Refs {
			f.mem.Add(r.Place, heap.Cell{Taint: t, Refs: f.elements(src)})
		}
	case "min", "max":
		var out heap.Cell
		for _, a := range args {
			out = out.Join(f.value(a))
		}
		return out
	case "panic": // by go or defer; alone it is an instruction of its own
		f.panics(instr, args[0])
	case "print", "println":
		for _, a := range args {
			f.sink(summary.Sink{Kind: tables.Logged, What: b.Name(), Pos: instr.Pos()}, f.deep(f.value(a), tables.Printed))
		}
	case "ssa:wrapnilchk":
		return f.value(args[0])
	case "delete":
		f.deletes(args[0], args[1])
	case "clear":
		for _, r := range f.value(args[0]).Refs {
			f.mem.Set(r.Place, heap.Cell{Known: true})
		}
	}
	return heap.Cell{}
}

// deletes takes an element out of a map.
func (f *frame) deletes(m, key ssa.Value) {
	seg := keySegment(key)
	if refs := f.value(m).Refs; len(refs) == 1 && seg != heap.AnyElement && !refs[0].Path.Many && !f.flat {
		f.mem.Set(refs[0].At(seg), heap.Cell{Known: true})
	}
}

// elements are what the elements of a slice denote.
func (f *frame) elements(c heap.Cell) []heap.Ref {
	var out []heap.Ref
	for _, r := range c.Refs {
		out = heap.JoinRefs(out, f.gather(r.At(heap.AnyElement), nil, false).refs)
	}
	return out
}

// appends writes to the slice that is appended to, which the result shares.
func (f *frame) appends(args []ssa.Value, v *ssa.Call) heap.Cell {
	base := f.value(args[0])
	if v == nil || len(args) < 2 {
		return base
	}
	added := f.value(args[1])
	p := f.at(v)
	f.mem[v] = map[*heap.Path]heap.Cell{}
	c := heap.Cell{Taint: added.Taint, Refs: f.elementPlaces(added)}
	f.mem.Add(p.At(heap.AnyElement), c)
	f.mem.Add(p, heap.Cell{Refs: without(base.Refs, p)})
	for _, r := range base.Refs {
		f.mem.Add(r.At(heap.AnyElement), heap.Cell{Taint: c.Taint, Refs: without(c.Refs, r.At(heap.AnyElement))})
	}
	out := heap.Cell{Taint: base.Taint, Refs: []heap.Ref{{Place: p, Typ: v.Type(), Hint: nil}}, Cleaned: base.Cleaned && added.Cleaned}
	out.Refs = heap.JoinRefs(out.Refs, base.Refs)
	return out
}

// elementPlaces are the places of the elements of what is appended.
func (f *frame) elementPlaces(c heap.Cell) []heap.Ref {
	var out []heap.Ref
	for _, r := range c.Refs {
		var t types.Type
		if r.Typ != nil {
			t = elementOf(r.Typ)
		}
		out = append(out, heap.Ref{Place: r.At(heap.AnyElement), Typ: t, Hint: nil})
	}
	return out
}

// relabel gives a value taken out of a request a label of its own, which says what
// was taken and where. The last and most precise taking counts: the key of a query's
// values, not the query.
func (f *frame) relabel(t heap.Taint, pos token.Pos, key string) heap.Taint {
	return f.takenAt(t, pos, key, func(l heap.Label) bool {
		return l.Stage == heap.Untaken || l.Stage == heap.Message || key != "" && !l.IsKeyed()
	})
}

// take gives a field of a decoded request a label of its own.
func (f *frame) take(t heap.Taint, pos token.Pos, field string) heap.Taint {
	if field == "" || !pos.IsValid() {
		return t
	}
	return f.takenAt(t, pos, field, func(l heap.Label) bool { return l.Stage == heap.Message })
}

func (f *frame) takenAt(t heap.Taint, pos token.Pos, key string, is func(heap.Label) bool) heap.Taint {
	taken := func(x heap.Tag) bool { return x.Label.Kind == heap.Request && is(x.Label) }
	if !slices.ContainsFunc(t, taken) {
		return t
	}
	out := make(heap.Taint, 0, len(t))
	for _, x := range t {
		if taken(x) {
			l := x.Label
			l.Stage, l.Pos = heap.Read, pos
			if key != "" {
				l = l.Keyed(key)
			}
			x = heap.Tag{Label: l, Step: stepAt(f.fn, pos, l.Source())}
		}
		out = out.Union(heap.Taint{x})
	}
	return out
}

// getterOf is the field that a call of the shape x.GetField() returns.
func getterOf(a application) string {
	if field, ok := strings.CutPrefix(a.name, "Get"); ok && len(a.args) == 1 {
		return field
	}
	return ""
}

// pickedBy is the constant text by which a call picks a value, as r.FormValue("k").
func pickedBy(k site) string {
	if k.declared() == 0 && program.IsStd(k.name.Pkg) || len(k.vals) < 2 {
		return ""
	}
	if s, ok := constString(k.vals[1]); ok && len(s) < 64 {
		return s
	}
	return ""
}

// paramSinks looks at arguments for parameters that are External IDs themselves.
func (f *frame) paramSinks(k site) {
	d := k.declared()
	for i := d; i < len(k.args); i++ {
		if what, ok := externalid.Setter(k.obj); ok {
			f.sink(summary.Sink{Kind: tables.STS, What: what, Pos: k.pos}, f.deep(k.args[i], tables.Whole))
			continue
		}
		if why := f.e.ext.Param(k.obj, i-d); why != nil {
			if t := f.deep(k.args[i], tables.Whole); len(t) > 0 {
				f.sink(summary.Sink{Kind: tables.Kept, What: why.What.String() + " of " + k.name.Name, Pos: k.pos}, t)
			}
		}
	}
}

// passed looks at what goes to code out of sight: an External ID that a request chose,
// by itself or in a whole value, is used there. Checking one is no use.
func (f *frame) passed(k site) {
	if tables.Checks(k.name.Name) || tells(k) {
		return
	}
	for i := k.declared(); i < len(k.args); i++ {
		f.use(k, k.args[i].Taint)
		t := k.vals[i].Type()
		for _, r := range k.args[i].Refs {
			if r.Typ != nil && types.IsInterface(t) {
				t = r.Typ
			}
			for _, s := range f.e.spots(t, tables.Whole) {
				if !s.label.Typed {
					label := s.label
					f.use(k, f.gather(r.Join(s.path), &label, false).taint)
				}
			}
		}
		if elems, ok := literalElements(k.vals[i]); ok {
			for _, v := range elems {
				if v != nil {
					f.use(k, f.shallow(f.value(v)))
				}
			}
		}
	}
}

// use records a request's value that is an External ID, too.
func (f *frame) use(k site, t heap.Taint) {
	if slices.ContainsFunc(t, func(x heap.Tag) bool { return x.Label.Kind == heap.External && !x.Label.Typed }) {
		f.sink(summary.Sink{Kind: tables.Kept, What: "an argument of " + k.name.Name, Pos: k.pos}, heap.OnlyKind(t, heap.Request))
	}
}

// tells recognises what only says something: loggers, responses and errors. Whether
// it says too much is for other passes to judge.
func tells(k site) bool {
	if _, ok := tables.IsTableSink(k.name); ok || tables.LooksLikeLogger(k.name) {
		return true
	}
	r := k.obj.Signature().Results()
	return r.Len() == 1 && isErrorType(r.At(0).Type()) && strings.Contains(strings.ToLower(k.name.Name), "err")
}
