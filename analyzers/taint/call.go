package taint

import (
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/program"
)

// call interprets a call: what it leaks, what it writes and what it returns. v is
// the register of its result, nil for go and defer.
func (f *frame) call(instr ssa.CallInstruction, c *ssa.CallCommon, v *ssa.Call) cell {
	if b, ok := c.Value.(*ssa.Builtin); ok {
		return f.builtin(instr, b, c.Args, v)
	}
	k := f.callee(instr, c, v)
	if v != nil {
		f.mem[v] = map[*path]cell{}
	}
	if k.obj == nil {
		f.dynamic(k)
	} else {
		f.declared(k)
	}
	if v == nil {
		return cell{}
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
	args  []cell
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
func (f *frame) result(k site) cell {
	t := k.v.Type()
	if _, isTuple := t.(*types.Tuple); isTuple {
		return cell{}
	}
	got := f.gather(f.at(k.v), nil, false)
	if !carries(t) {
		return cell{}
	}
	c := cell{taint: got.taint, cleaned: got.clean}
	if isScalar(t) {
		return c
	}
	c.refs = retypeConcrete(got.refs, t)
	if len(got.refs) == 0 || !got.known {
		c.refs = joinRefs(c.refs, []ref{{f.at(k.v), t, nil}})
	}
	return c
}

// resultPlace is where result j of a call is kept.
func (f *frame) resultPlace(v *ssa.Call, j int) place {
	if _, isTuple := v.Type().(*types.Tuple); isTuple {
		return f.at(v).at(result(j))
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
	for _, r := range flowIndex[unversioned(k.name.Pkg)] {
		if r.matches(k.name) {
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
	for _, r := range f.value(k.call.Value).refs {
		switch root := r.root.(type) {
		case *ssa.MakeClosure:
			if r.path.isRoot() {
				f.invokeClosure(k, root)
			}
		case *ssa.Function:
			if sum := f.e.literal(root); sum != nil {
				f.apply(sum, application{pos: k.pos, args: k.args, name: root.Name()}, k.v)
			}
		}
		f.callInput(k, r)
	}
}

// callInput calls a function that is an input: what it returns is a place of that input,
// which the caller, who knows the function, resolves.
func (f *frame) callInput(k site, fn ref) {
	if k.v == nil || f.inputIndex(fn.root) < 0 {
		return
	}
	for j, t := range resultTypes(k.v) {
		p := fn.at(result(j))
		switch {
		case p == fn.place || !carries(t) || isErrorType(t):
		case isScalar(t):
			f.mem.add(f.resultPlace(k.v, j), cell{taint: f.gather(p, nil, false).taint})
		default:
			f.mem.add(f.resultPlace(k.v, j), cell{refs: []ref{{p, t, nil}}})
		}
	}
}

// returned is what lies in a result of a function that is a value: "@0" in a closure.
// What it is called with is not known here.
func (f *frame) returned(p place) Taint {
	first := p.path.first()
	if first.Kind != resultOf {
		return nil
	}
	sum, fn, args := f.functionAt(p.root)
	j := first.Index
	if sum == nil || j >= len(sum.results) || responds(fn) != "" { // one that responds is looked at itself
		return nil
	}
	o, rest := sum.results[j], p.path.rest()
	a := application{pos: program.Near(f.fn, p.root.Pos()), args: args, name: "function"}
	var out Taint
	near := func(p *path) bool { return p == rest || p.below(rest) || rest.below(p) }
	for path, t := range byPath(o.at) {
		if near(path) {
			out = out.union(f.resolve(t.without(Request), a, Way{ReturnedBy, "the function"}))
		}
	}
	for path, as := range byPath(o.aliases) {
		if near(path) {
			out = out.union(f.deep(cell{refs: f.aliased(as, a)}, encoded))
		}
	}
	if !o.known && rest.isRoot() {
		for _, s := range f.e.spots(fn.Signature.Results().At(j).Type(), encoded) {
			if !s.label.Typed {
				out = out.union(Taint{{s.label, stepAt(f.fn, a.pos, s.label.Source)}})
			}
		}
	}
	return out
}

// functionAt is the summary of a function that is a value, with what it holds of its
// inputs: captured variables, or a method's receiver.
func (f *frame) functionAt(root ssa.Value) (*summary, *ssa.Function, []cell) {
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
			return f.e.summaryOf(obj), fn, []cell{f.value(root.Bindings[0])}
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
		bound.args = append([]cell{f.value(mc.Bindings[0])}, k.args...)
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
	case f.transfer(k):
	case sum != nil && !k.call.IsInvoke():
		f.apply(sum, application{pos: k.pos, args: k.args, name: k.name.Name}, k.v)
	case k.call.IsInvoke() && f.virtual(k):
	default:
		f.unknown(k)
	}
	f.handsTo(k)
	f.knownResults(k)
	f.behindInterface(k)
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
			f.mem.set(f.resultPlace(k.v, j), cell{known: true, cleaned: true})
		}
	}
	if k.obj.Signature().Results().Len() == 0 {
		for _, a := range k.args {
			for _, r := range a.refs {
				if len(a.refs) == 1 {
					f.mem.set(r.place, cell{known: true, cleaned: true})
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
			c, _ := f.mem.get(p)
			c.taint = c.taint.union(Taint{{sourceLabel(why), stepAt(f.fn, k.pos, Source{From: why.What})}})
			f.mem.put(p, c)
		}
	}
}

// application is a summary put to use.
type application struct {
	pos  token.Pos
	args []cell
	name string
	// inside is set for a function literal: its sinks are this function's own.
	inside bool
}

func (f *frame) apply(sum *summary, a application, v *ssa.Call) {
	for _, key := range sum.sinkOrder() {
		t := f.resolve(Taint{{Label: key.label}}, a, Way{PassedTo, a.name})
		if len(t) == 0 {
			continue
		}
		s := key.sink
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
		for j, o := range sum.results {
			if j < len(resultTypes(v)) {
				f.applyOutput(f.resultPlace(v, j), o, a)
			}
		}
	}
	for _, key := range sum.effectOrder() {
		f.applyEffect(key, sum.effects[key], a)
	}
}

func (f *frame) applyEffect(key target, o output, a application) {
	if key.param >= len(a.args) {
		return
	}
	arg := a.args[key.param]
	c := cell{opaque: o.opaque, taint: f.written(o.at[f.e.paths], a)}
	for _, as := range o.aliases[f.e.paths] {
		c.refs = joinRefs(c.refs, f.aliased([]target{as}, a))
	}
	for _, r := range arg.refs {
		p := r.join(key.path)
		if !a.inside { // the literal's own frame has told
			f.writerSink(r, a.pos, c.taint, a.name)
		}
		switch {
		case o.cleaned && len(arg.refs) == 1:
			f.mem.set(p, cell{known: true, cleaned: true})
		case o.known && len(arg.refs) == 1 && !p.path.many:
			f.mem.set(p, cell{taint: c.taint, refs: without(c.refs, p), known: true})
		default:
			f.mem.add(p, cell{taint: c.taint, refs: without(c.refs, p), opaque: c.opaque})
			f.unsettle(p, o)
		}
		f.writeBelow(p, o, a)
		for _, q := range f.behindVariable(r.place, key.path) {
			f.mem.add(q, cell{taint: c.taint, refs: without(c.refs, q), opaque: c.opaque})
			f.writeBelow(q, o, a)
		}
	}
}

// unsettle forgets that all of a place is known if an effect speaks of places below it:
// what was put there before, an empty list say, is not all of it any more.
func (f *frame) unsettle(p place, o output) {
	c, ok := f.mem.get(p)
	if !ok || !c.known || !o.isBelow() {
		return
	}
	c.known = false
	f.mem.put(p, c)
}

// writeBelow adds what an effect tells of the places below the one it is about.
func (f *frame) writeBelow(p place, o output, a application) {
	for path, t := range byPath(o.at) {
		if !path.isRoot() {
			f.mem.add(p.join(path), cell{taint: f.written(t, a)})
		}
	}
	for path, as := range byPath(o.aliases) {
		if !path.isRoot() {
			f.mem.add(p.join(path), cell{refs: f.aliased(as, a)})
		}
	}
}

// behindVariable are the places that a write below a variable reaches, if the variable
// holds a channel, map, slice or pointer: a closure that captures it knows the variable
// alone, and others may have what it refers to under another name.
func (f *frame) behindVariable(p place, below *path) []place {
	variable, ok := p.root.(*ssa.Alloc)
	if !ok || !p.path.isRoot() || below.isRoot() || !isReference(variable.Type().Underlying().(*types.Pointer).Elem()) {
		return nil
	}
	c, _ := f.mem.get(p)
	var out []place
	for _, r := range c.refs {
		out = append(out, r.join(below))
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

func (f *frame) written(t Taint, a application) Taint {
	return f.relabel(f.resolve(t, a, Way{WrittenBy, a.name}), a.pos, "")
}

func (f *frame) applyOutput(p place, o output, a application) {
	c := cell{known: o.known, cleaned: o.cleaned, opaque: !o.known || o.opaque}
	if old, ok := f.mem.get(p); ok { // several callees
		c = cell{taint: old.taint, refs: old.refs, known: c.known && old.known, cleaned: c.cleaned && old.cleaned, opaque: c.opaque || old.opaque}
	}
	c.taint = c.taint.union(f.relabel(f.take(f.resolve(o.at[f.e.paths], a, Way{ReturnedBy, a.name}), a.pos, getterOf(a)), a.pos, ""))
	c.refs = joinRefs(c.refs, f.aliased(o.aliases[f.e.paths], a))
	f.mem.put(p, c)
	for path, t := range byPath(o.at) {
		if !path.isRoot() {
			f.mem.add(p.join(path), cell{taint: f.resolve(t, a, Way{ReturnedBy, a.name})})
		}
	}
	for path, as := range byPath(o.aliases) {
		if !path.isRoot() {
			f.mem.add(p.join(path), cell{refs: f.aliased(as, a)})
		}
	}
}

// aliased are the places of arguments that an output is.
func (f *frame) aliased(as []target, a application) []ref {
	var out []ref
	for _, t := range as {
		if t.param >= len(a.args) {
			continue
		}
		for _, r := range a.args[t.param].refs {
			out = joinRefs(out, []ref{{r.join(t.path), typeAt(r.typ, t.path), f.hintOf(r, t.path)}})
		}
	}
	return out
}

func (f *frame) hintOf(r ref, p *path) *Label {
	if p.isRoot() {
		return r.hint
	}
	if r.typ == nil {
		return nil
	}
	return f.e.hintAt(r.typ, p)
}

// resolve replaces a callee's inputs by what the call hands it. A source that the
// callee found in an input by its type is dropped: the input itself tells better.
func (f *frame) resolve(t Taint, a application, how Way) Taint {
	var out Taint
	for _, x := range t {
		l := x.Label
		switch {
		case l.Shadow:
		case l.Kind != input:
			if x.Step == nil && l.Kind == External {
				x.Step = stepAt(f.fn, a.pos, l.Source)
			}
			out = out.union(Taint{{l, x.Step.then(a.pos, how)}})
		case l.Param < len(a.args):
			got := f.resolveInput(l, a.args[l.Param])
			if l.Beside {
				got = got.beside()
			}
			if l.Made {
				got = got.made()
			}
			out = out.union(got.step(a.pos, how))
		}
	}
	return out
}

func (f *frame) resolveInput(l Label, arg cell) Taint {
	if arg.cleaned {
		return arg.taint
	}
	out := arg.taint
	for _, r := range arg.refs {
		out = out.except(f.e.beside(r.typ, l.Path))
		f.setApartAlong(r.place, r.typ, l.Path)
		at := ref{r.join(l.Path), typeAt(r.typ, l.Path), f.hintOf(r, l.Path)}
		if r.typ == nil {
			at.typ = nil
		}
		if l.Deep {
			out = out.union(f.deep(cell{refs: []ref{at}}, l.Mode))
			continue
		}
		got := f.gather(at.place, at.hint, false)
		out = out.union(got.taint)
		if l.Path.isRoot() { // a string in an interface and the like
			for _, sub := range got.refs {
				out = out.union(f.gather(sub.place, sub.hint, false).taint)
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
			says = func(c cell) Taint { return f.deep(c, printed) }
		}
		f.mem.add(f.resultPlace(k.v, 0), cell{taint: says(k.args[0]).step(k.pos, Way{ReturnedBy, k.name.Name})})
	}
	if len(found) > 1 && k.v != nil && len(k.args) == 1 && holdsAnything(k.v.Type()) && ofAnyType(k.args[0]) {
		// So does what is asked for all that it has to say.
		f.mem.add(f.resultPlace(k.v, 0), cell{taint: f.deep(k.args[0], whole).step(k.pos, Way{ReturnedBy, k.name.Name})})
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
func ofAnyType(c cell) bool {
	return !slices.ContainsFunc(c.refs, func(r ref) bool { return r.typ != nil && !types.IsInterface(r.typ) })
}

// receiverOf is what of a receiver can be that of a method: what is known to be of
// another type is not, nor what is of no known type if there is a choice.
func receiverOf(c cell, m *types.Func, choice bool) cell {
	recv := program.NamedOf(m.Signature().Recv().Type())
	out := cell{cleaned: c.cleaned}
	for _, r := range c.refs {
		switch {
		case r.typ == nil || types.IsInterface(r.typ):
			if !choice {
				out.refs = append(out.refs, r)
			}
		case program.NamedOf(r.typ) == recv:
			out.refs = append(out.refs, r)
		}
	}
	if !choice {
		out.taint = c.taint
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
	var t Taint
	if passesText(k.obj) {
		for _, a := range k.args {
			t = t.union(f.deep(a, whole))
		}
	}
	if k.v != nil {
		for j, rt := range resultTypes(k.v) {
			p := f.resultPlace(k.v, j)
			if carries(rt) && !isError(rt) && len(t) > 0 {
				f.mem.add(p, cell{taint: f.relabel(t, k.pos, pickedBy(k)).step(k.pos, Way{Through, k.name.Name})})
			}
			f.adopt(k, p, rt)
		}
	}
	if k.declared() == 1 && takesIn.matches(k.name) && carrier.MatchString(k.name.Recv) {
		for i := 1; i < len(k.args); i++ {
			f.writeTo(k, 0, f.deep(k.args[i], whole))
		}
	}
	for i, a := range k.args {
		if _, isPtr := k.vals[i].Type().Underlying().(*types.Pointer); isPtr || types.IsInterface(k.vals[i].Type()) {
			for _, r := range a.refs {
				if alloc, ok := r.root.(*ssa.Alloc); ok && r.path.isRoot() && !f.flat && alloc != nil {
					c, _ := f.mem.get(r.place)
					c.opaque = true
					f.mem.put(r.place, c)
				}
			}
		}
	}
	if fills.matches(k.name) {
		f.fill(k)
	}
	if !program.IsStd(k.name.Pkg) && !program.IsOpaque(k.name.Pkg) {
		f.passed(k)
	}
}

// carrier is how types are called that are filled to be sent: out of sight, their
// setters are taken for what their name says.
var carrier = regexp.MustCompile(`(?i)(headers?|values|params|query|form|metadata|message|msg|request|builder)$`)

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
				f.mem.add(p, cell{taint: f.take(c.taint, k.pos, name), refs: without(c.refs, p)})
				return true
			}
		}
	}
	isMessage := func(x Tag) bool { return x.Label.Kind == Request && x.Label.Stage != Untaken || x.Label.Kind == input }
	t := slices.DeleteFunc(slices.Clone(f.deep(k.args[0], whole)), func(x Tag) bool { return !isMessage(x) })
	f.mem.add(p, cell{taint: f.take(t, k.pos, name)})
	return len(t) > 0
}

// hands and binds are how methods and functions out of sight are called that take a
// value out of a request, or fill something from it.
var (
	hands = regexp.MustCompile(`^(Get)?(Query|Param|Path|Form|PostForm|Header|Cookie|URLParam|Body|RawBody|Input)`)
	binds = regexp.MustCompile(`(?i)^(decode|parse|bind|read|unmarshal|should_?bind|must_?bind|extract|load)`)
)

// readsRequest calls code out of sight that is given a request: a framework that no
// table knows, or a helper of another module.
func (f *frame) readsRequest(k site) bool {
	from := slices.IndexFunc(k.vals, func(v ssa.Value) bool { return requestTypes[typeName(v.Type())] == "request" })
	switch {
	case from < 0:
		return false
	case from == 0 && k.declared() == 1 && hands.MatchString(k.name.Name) && k.v != nil:
		f.toResults(k, []int{0}, whole, false)
		return true
	case !binds.MatchString(k.name.Name):
		return false
	}
	to := slices.IndexFunc(k.vals, func(v ssa.Value) bool {
		if mi, ok := v.(*ssa.MakeInterface); ok {
			v = mi.X
		}
		p, ok := v.Type().Underlying().(*types.Pointer)
		return ok && requestTypes[typeName(p)] == "" && !isScalar(p.Elem()) && !types.IsInterface(p.Elem())
	})
	if to < k.declared() || to == from {
		return false
	}
	f.decode(k, from, to)
	return true
}

// adopt makes a builder's result its receiver: the same type comes back.
func (f *frame) adopt(k site, p place, rt types.Type) {
	if k.declared() == 1 && len(k.args) > 0 && types.Identical(rt, k.vals[0].Type()) && !isScalar(rt) {
		f.mem.add(p, cell{refs: without(k.args[0].refs, p)})
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
	return !strings.Contains(strings.ToLower(fn.Name()), "crypt") && !looksUp(fn.Name())
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

// looksUp recognises functions whose result is found by their argument, not made
// of it.
func looksUp(name string) bool {
	for _, p := range []string{"Get", "Find", "Lookup", "Fetch", "Load", "Read", "Resolve", "Query", "Select"} {
		if strings.HasPrefix(strings.ToUpper(name[:1])+name[1:], p) {
			return true
		}
	}
	return false
}

func (f *frame) builtin(instr ssa.CallInstruction, b *ssa.Builtin, args []ssa.Value, v *ssa.Call) cell {
	switch b.Name() {
	case "append":
		return f.appends(args, v)
	case "copy":
		src := f.value(args[1])
		t := f.deep(src, whole)
		dst := f.extend(args[0], anyElement, args[0].Type())
		for _, r := range dst.refs {
			f.mem.add(r.place, cell{taint: t, refs: f.elements(src)})
		}
	case "min", "max":
		var out cell
		for _, a := range args {
			out = out.join(f.value(a))
		}
		return out
	case "panic": // by go or defer; alone it is an instruction of its own
		f.panics(instr, args[0])
	case "print", "println":
		for _, a := range args {
			f.sink(Sink{Kind: Logged, What: b.Name(), Pos: instr.Pos()}, f.deep(f.value(a), printed))
		}
	case "ssa:wrapnilchk":
		return f.value(args[0])
	case "clear":
		for _, r := range f.value(args[0]).refs {
			f.mem.set(r.place, cell{known: true})
		}
	}
	return cell{}
}

// elements are what the elements of a slice denote.
func (f *frame) elements(c cell) []ref {
	var out []ref
	for _, r := range c.refs {
		out = joinRefs(out, f.gather(r.at(anyElement), nil, false).refs)
	}
	return out
}

// appends writes to the slice that is appended to, which the result shares.
func (f *frame) appends(args []ssa.Value, v *ssa.Call) cell {
	base := f.value(args[0])
	if v == nil || len(args) < 2 {
		return base
	}
	added := f.value(args[1])
	p := f.at(v)
	f.mem[v] = map[*path]cell{}
	c := cell{taint: added.taint, refs: f.elementPlaces(added)}
	f.mem.add(p.at(anyElement), c)
	f.mem.add(p, cell{refs: without(base.refs, p)})
	for _, r := range base.refs {
		f.mem.add(r.at(anyElement), cell{taint: c.taint, refs: without(c.refs, r.at(anyElement))})
	}
	out := cell{taint: base.taint, refs: []ref{{p, v.Type(), nil}}, cleaned: base.cleaned && added.cleaned}
	out.refs = joinRefs(out.refs, base.refs)
	return out
}

// elementPlaces are the places of the elements of what is appended.
func (f *frame) elementPlaces(c cell) []ref {
	var out []ref
	for _, r := range c.refs {
		var t types.Type
		if r.typ != nil {
			t = elementOf(r.typ)
		}
		out = append(out, ref{r.at(anyElement), t, nil})
	}
	return out
}

// relabel gives a value taken out of a request a label of its own, which says what
// was taken and where. The last and most precise taking counts: the key of a query's
// values, not the query.
func (f *frame) relabel(t Taint, pos token.Pos, key string) Taint {
	return f.takenAt(t, pos, key, func(l Label) bool {
		return l.Stage == Untaken || l.Stage == Message || key != "" && !l.isKeyed()
	})
}

// take gives a field of a decoded request a label of its own.
func (f *frame) take(t Taint, pos token.Pos, field string) Taint {
	if field == "" || !pos.IsValid() {
		return t
	}
	return f.takenAt(t, pos, field, func(l Label) bool { return l.Stage == Message })
}

func (f *frame) takenAt(t Taint, pos token.Pos, key string, is func(Label) bool) Taint {
	taken := func(x Tag) bool { return x.Label.Kind == Request && is(x.Label) }
	if !slices.ContainsFunc(t, taken) {
		return t
	}
	out := make(Taint, 0, len(t))
	for _, x := range t {
		if taken(x) {
			l := x.Label
			l.Stage, l.Pos = Read, pos
			if key != "" {
				l.Key = key
			}
			x = Tag{l, stepAt(f.fn, pos, l.Source)}
		}
		out = out.union(Taint{x})
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
			f.sink(Sink{Kind: STS, What: what, Pos: k.pos}, f.deep(k.args[i], whole))
			continue
		}
		if why := f.e.ext.Param(k.obj, i-d); why != nil {
			if t := f.deep(k.args[i], whole); len(t) > 0 {
				f.sink(Sink{Kind: Kept, What: why.What.String() + " of " + k.name.Name, Pos: k.pos}, t)
			}
		}
	}
}

// passed looks at what goes to code out of sight: an External ID that a request chose,
// by itself or in a whole value, is used there. Checking one is no use.
func (f *frame) passed(k site) {
	if checks(k.name.Name) || tells(k) {
		return
	}
	for i := k.declared(); i < len(k.args); i++ {
		f.use(k, k.args[i].taint)
		t := k.vals[i].Type()
		for _, r := range k.args[i].refs {
			if r.typ != nil && types.IsInterface(t) {
				t = r.typ
			}
			for _, s := range f.e.spots(t, whole) {
				if !s.label.Typed {
					label := s.label
					f.use(k, f.gather(r.join(s.path), &label, false).taint)
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
func (f *frame) use(k site, t Taint) {
	if slices.ContainsFunc(t, func(x Tag) bool { return x.Label.Kind == External && !x.Label.Typed }) {
		f.sink(Sink{Kind: Kept, What: "an argument of " + k.name.Name, Pos: k.pos}, onlyKind(t, Request))
	}
}

// tells recognises what only says something: loggers, responses and errors. Whether
// it says too much is for other passes to judge.
func tells(k site) bool {
	if _, ok := isTableSink(k.name); ok || looksLikeLogger(k.name) {
		return true
	}
	r := k.obj.Signature().Results()
	return r.Len() == 1 && isErrorType(r.At(0).Type()) && strings.Contains(strings.ToLower(k.name.Name), "err")
}

// checks recognises functions that look at a value and do no more.
func checks(name string) bool {
	name = strings.ToLower(name)
	for _, p := range []string{"valid", "check", "is", "has", "parse", "equal", "compare", "verifyformat", "match", "bind", "decode", "unmarshal"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

func onlyKind(t Taint, kind Kind) Taint {
	return slices.DeleteFunc(slices.Clone(t), func(x Tag) bool { return x.Label.Kind != kind && x.Label.Kind != input })
}
