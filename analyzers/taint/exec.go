package taint

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/program"
)

// exec runs an instruction that computes no register.
func (f *frame) exec(instr ssa.Instruction) {
	switch i := instr.(type) {
	case *ssa.Store:
		f.store(i)
	case *ssa.MapUpdate:
		f.mapUpdate(i)
	case *ssa.Send:
		f.channelSink(i)
		f.writeWeak(f.extend(i.Chan, anyElement, i.X.Type()), f.value(i.X))
	case *ssa.Panic:
		f.panics(i, i.X)
	case *ssa.Go:
		f.call(i, &i.Call, nil)
	case *ssa.Defer:
		f.call(i, &i.Call, nil)
	}
}

// panics records what a panic shows.
func (f *frame) panics(i ssa.Instruction, v ssa.Value) {
	if !f.e.pol.AllowPanic {
		f.sink(Sink{Kind: Logged, What: "panic", Pos: i.Pos(), Named: true}, f.deep(f.value(v), printed))
	}
}

// channelSink records what is sent on a channel that leads out of the process.
func (f *frame) channelSink(i *ssa.Send) {
	c, ok := i.Chan.(*ssa.Call)
	if !ok {
		return
	}
	obj := program.Callee(&c.Call)
	if obj == nil {
		return
	}
	n := program.FuncOf(obj)
	n.Pkg = unversioned(n.Pkg)
	if kind := channels[n.String()]; kind != 0 {
		f.sink(Sink{Kind: kind, What: sinkName(n), Pos: i.Pos()}, f.deep(f.value(i.X), whole))
	}
}

func (f *frame) store(i *ssa.Store) {
	val := f.value(i.Val)
	if fa, ok := i.Addr.(*ssa.FieldAddr); ok {
		f.storeSink(i, fa, val)
		if hint := f.e.fieldHint(fa.X.Type(), fa.Field); hint != nil && isColumn(i.Val) && !val.cleaned {
			val.taint = val.taint.union(Taint{{*hint, stepAt(f.fn, i.Pos(), hint.Source)}})
		}
		if shows(program.StructOf(fa.X.Type()), fa.Field, encoded) {
			val.taint = val.taint.exposed()
		}
	}
	addr := f.value(i.Addr)
	f.requestSink(i, addr, val)
	strong := len(addr.refs) == 1 && !f.flat && !addr.refs[0].path.many
	for _, r := range addr.refs {
		c := cell{taint: val.taint, refs: without(val.refs, r.place), known: true, cleaned: val.cleaned}
		if strong {
			f.mem.set(r.place, c)
		} else {
			f.mem.add(r.place, c)
		}
		f.keepGlobal(r.place, func() Taint { return f.deep(val, whole) })
	}
	if len(addr.refs) == 0 {
		return
	}
}

// without keeps a place from being its own copy.
func without(refs []ref, p place) []ref {
	if !slices.ContainsFunc(refs, func(r ref) bool { return r.place == p }) {
		return refs
	}
	return slices.DeleteFunc(slices.Clone(refs), func(r ref) bool { return r.place == p })
}

// storeSink looks at what becomes an External ID: the field that STS receives, or
// another one that is an External ID itself.
func (f *frame) storeSink(i *ssa.Store, fa *ssa.FieldAddr, val cell) {
	if name, ok := externalid.FieldSink(fa.X.Type(), fa.Field); ok {
		f.sink(Sink{Kind: STS, What: name, Pos: i.Pos()}, f.deep(val, whole))
		return
	}
	if why := f.e.ext.Field(fa.X.Type(), fa.Field); why != nil && !why.Typed {
		f.sink(Sink{Kind: Kept, What: why.What.String(), Pos: i.Pos()}, f.deep(val, whole))
	}
}

// requestSink looks at what is put into the URL or the body of a request that this
// function has made.
func (f *frame) requestSink(i *ssa.Store, addr, val cell) {
	fa, ok := i.Addr.(*ssa.FieldAddr)
	if !ok {
		return
	}
	if owner := typeName(fa.X.Type()); owner != "net/url.URL" && owner != "net/http.Request" {
		return
	}
	for _, r := range addr.refs {
		if _, made := r.root.(*ssa.Call); made {
			f.writerSink(r, i.Pos(), f.deep(val, whole), "http.Request")
		}
	}
}

func (f *frame) mapUpdate(i *ssa.MapUpdate) {
	val, key := f.value(i.Value), f.value(i.Key)
	if why := f.e.ext.Update(i); why != nil && !val.cleaned {
		named := Taint{{sourceLabel(why), stepAt(f.fn, i.Pos(), Source{From: why.What})}}
		switch {
		case hasKind(val.taint, Request): // chosen by a request, whatever it went through
			f.sink(Sink{Kind: Kept, What: why.What.String(), Pos: i.Pos()}, val.taint)
			val.taint = val.taint.union(named)
		case externalid.IsRead(i.Value) && !hasKind(val.taint, External):
			val.taint = val.taint.union(named)
		}
	}
	f.writeWeak(f.extend(i.Map, keySegment(i.Key), i.Value.Type()), val)
	if len(key.taint) > 0 || len(key.refs) > 0 {
		f.writeWeak(f.extend(i.Map, mapKeys, i.Key.Type()), key)
	}
	if k, ok := constString(i.Key); ok && k == "sts:ExternalId" {
		f.sink(Sink{Kind: STS, What: "sts:ExternalId condition", Pos: i.Pos()}, f.deep(val, whole))
	}
}

func hasKind(t Taint, kind Kind) bool {
	return slices.ContainsFunc(t, func(x Tag) bool { return x.Label.Kind == kind })
}

// keySegment is the path of a map's element: by its key where that is constant.
func keySegment(key ssa.Value) segment {
	if k, ok := constString(key); ok && len(k) <= maxKey {
		return element(k)
	}
	return anyElement
}

// maxKey is how long a constant key may be that elements are told apart by.
const maxKey = 64

func constString(v ssa.Value) (string, bool) {
	if mi, ok := v.(*ssa.MakeInterface); ok {
		v = mi.X
	}
	if ct, ok := v.(*ssa.ChangeType); ok {
		v = ct.X
	}
	c, ok := v.(*ssa.Const)
	if !ok || c.Value == nil || c.Value.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(c.Value), true
}

func (f *frame) writeWeak(addr, val cell) {
	for _, r := range addr.refs {
		f.mem.add(r.place, cell{taint: val.taint, refs: without(val.refs, r.place)})
		f.keepGlobal(r.place, func() Taint { return f.deep(val, whole) })
	}
}

// taintRefs puts labels on what a value denotes.
func (f *frame) taintRefs(c cell, t Taint) {
	if len(t) == 0 {
		return
	}
	for _, r := range c.refs {
		f.mem.add(r.place, cell{taint: t})
		f.keepGlobal(r.place, func() Taint { return t })
	}
}

func (f *frame) unop(v *ssa.UnOp) cell {
	switch v.Op {
	case token.MUL:
		c := f.load(f.value(v.X), v.Type(), loadPos(v))
		if isScalar(v.Type()) {
			c.taint = f.take(c.taint, loadPos(v), fieldName(v.X))
		}
		return c
	case token.ARROW:
		t := v.Type()
		if v.CommaOk {
			t = t.(*types.Tuple).At(0).Type()
		}
		return f.receive(v, f.extend(v.X, anyElement, t), t)
	}
	return cell{}
}

// receive takes a value off a channel. What an unknown channel held before is an
// object of its own, apart from what is sent on the channel later.
func (f *frame) receive(v ssa.Value, elem cell, t types.Type) cell {
	c := f.load(elem, t, v.Pos())
	if isScalar(t) {
		return c
	}
	var refs []ref
	for _, r := range c.refs {
		if !slices.ContainsFunc(elem.refs, func(e ref) bool { return e.place == r.place }) {
			refs = append(refs, r)
			continue
		}
		own := f.at(v)
		f.mem.set(own, cell{opaque: true})
		f.taken[v] = r.place
		refs = joinRefs(refs, []ref{{own, t, nil}})
	}
	c.refs = refs
	return c
}

// fieldName is the name of the field that an address is of, or is kept in.
func fieldName(addr ssa.Value) string {
	if u, ok := addr.(*ssa.UnOp); ok && u.Op == token.MUL {
		addr = u.X
	}
	if fa, ok := addr.(*ssa.FieldAddr); ok {
		return program.StructOf(fa.X.Type()).Field(fa.Field).Name()
	}
	return ""
}

// loadPos is the position of the field that is read, where the load has none.
func loadPos(v *ssa.UnOp) token.Pos {
	if v.X.Pos().IsValid() {
		return v.X.Pos()
	}
	return v.Pos()
}

func (f *frame) lookup(v *ssa.Lookup) cell {
	x := f.value(v.X)
	if isScalar(v.X.Type()) {
		return cell{taint: x.taint}
	}
	t := v.Type()
	if v.CommaOk {
		t = t.(*types.Tuple).At(0).Type()
	}
	seg := keySegment(v.Index)
	if why := f.e.ext.Value(v); why != nil && seg != anyElement {
		// The element becomes an External ID further down: it is one in the map, too.
		for _, r := range x.refs {
			f.mem.add(r.at(seg), cell{taint: Taint{f.foundAt(v, &externalid.Why{Reason: why.Reason, Strength: why.Strength})}})
		}
	}
	c := f.load(f.extend(v.X, seg, t), t, v.Pos())
	if seg == anyElement {
		c = c.join(f.anyElement(x, t, v.Pos()))
	}
	if f.e.pol.HasSources() {
		// A configured source may be used as a key of what it belongs to.
		for _, r := range x.refs {
			got := f.gather(r.at(mapKeys), nil, false)
			c.taint = c.taint.union(got.taint)
			for _, k := range got.refs {
				c.taint = c.taint.union(f.deep(cell{refs: []ref{k}}, whole))
			}
		}
	}
	if k, ok := constString(v.Index); ok {
		c.taint = f.relabel(c.taint, v.Pos(), k)
	}
	c.cleaned = x.cleaned
	return c
}

// anyElement reads the elements that were put under constant keys.
func (f *frame) anyElement(x cell, t types.Type, pos token.Pos) cell {
	var out cell
	for _, r := range x.refs {
		for path := range byPath(f.mem[r.root]) {
			if path.parent == r.path && path.last.Kind == keyOf {
				out = out.join(f.load(cell{refs: []ref{{place{r.root, path}, t, nil}}}, t, pos))
			}
		}
	}
	return out
}

func (f *frame) phi(v *ssa.Phi) cell {
	var out cell
	first := true
	for _, e := range v.Edges {
		c, done := f.env[e], true
		switch e.(type) {
		case *ssa.Const, *ssa.Global, *ssa.Function:
			c = f.value(e)
		default:
			_, done = f.env[e]
		}
		switch {
		case !done: // a back edge not yet seen: bottom
		case first:
			out, first = c, false
		default:
			if isNil(e) {
				c.cleaned, c.known = out.cleaned, out.known // nil holds nothing
			}
			out = out.join(c)
		}
	}
	return out
}

func isNil(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.IsNil()
}

// makeInterface keeps the concrete type: the sink's view of the value needs it.
func (f *frame) makeInterface(v *ssa.MakeInterface) cell {
	c := f.value(v.X)
	t := v.X.Type()
	if isScalar(t) {
		if len(c.taint) > 0 && f.e.hasShower(t) {
			// The taint goes behind a place, so that the type can redact it.
			p := f.at(v)
			f.mem.set(p, cell{taint: c.taint, known: true})
			return cell{refs: []ref{{p, t, nil}}}
		}
		if len(c.taint) == 0 {
			if why := f.e.ext.Type(t); why != nil && !isConst(v.X) {
				c.taint = Taint{{sourceLabel(why), stepAt(f.fn, v.Pos(), Source{From: why.What})}}
			}
		}
		return c
	}
	if !isNil(v.X) {
		return retype(c, t)
	}
	return c
}

func isConst(v ssa.Value) bool {
	_, ok := v.(*ssa.Const)
	return ok
}

func (f *frame) typeAssert(v *ssa.TypeAssert) cell {
	c := f.value(v.X)
	t := v.AssertedType
	if types.IsInterface(t) {
		return c
	}
	if isScalar(t) {
		if !carries(t) {
			return cell{}
		}
		return cell{taint: f.shallow(c)}
	}
	out := retype(c, t)
	for _, s := range f.e.spots(t, whole) {
		if !s.label.Typed || c.cleaned {
			continue
		}
		if len(out.refs) == 0 {
			out.taint = out.taint.union(Taint{{s.label, stepAt(f.fn, v.Pos(), s.label.Source)}})
		}
		if !v.CommaOk {
			// From here on the interface is known to hold it.
			f.taintRefs(c, Taint{{s.label, stepAt(f.fn, v.Pos(), s.label.Source)}})
		}
	}
	return out
}

// shallow is what a value itself and the places it denotes carry, not what lies
// below them.
func (f *frame) shallow(c cell) Taint {
	t := c.taint
	for _, r := range c.refs {
		t = t.union(f.gather(r.place, r.hint, false).taint)
	}
	return t
}

func (f *frame) convert(v ssa.Value, x ssa.Value) cell {
	c := f.value(x)
	if !carries(v.Type()) {
		return cell{}
	}
	if isScalar(v.Type()) {
		if isScalar(x.Type()) {
			return c
		}
		return cell{taint: f.deep(c, whole), cleaned: c.cleaned} // []byte to string
	}
	if isScalar(x.Type()) { // string to []byte
		out := f.made(v)
		f.mem.set(f.at(v), cell{taint: c.taint, known: true})
		return out
	}
	return retype(c, v.Type())
}

// maxShown is how much of a value may be shown for it to count as masked: enough to
// recognise, too little to use.
const maxShown = 8

func (f *frame) slice(v *ssa.Slice) cell {
	c := f.value(v.X)
	if isScalar(v.X.Type()) {
		if showsLittle(v) {
			return cell{}
		}
		return c
	}
	return retype(c, v.Type())
}

// showsLittle recognises s[:4] and s[len(s)-4:].
func showsLittle(v *ssa.Slice) bool {
	if v.High != nil && v.Low == nil {
		n, ok := constInt(v.High)
		return ok && n <= maxShown
	}
	if v.Low != nil && v.High == nil {
		if sub, ok := v.Low.(*ssa.BinOp); ok && sub.Op == token.SUB {
			n, ok := constInt(sub.Y)
			call, isLen := sub.X.(*ssa.Call)
			if !isLen || !ok || n > maxShown {
				return false
			}
			b, isBuiltin := call.Call.Value.(*ssa.Builtin)
			return isBuiltin && b.Name() == "len"
		}
	}
	return false
}

func constInt(v ssa.Value) (int64, bool) {
	c, ok := v.(*ssa.Const)
	if !ok || c.Value == nil || c.Value.Kind() != constant.Int {
		return 0, false
	}
	return c.Int64(), true
}

func (f *frame) extract(v *ssa.Extract) cell {
	switch tuple := v.Tuple.(type) {
	case *ssa.Call:
		t := v.Type()
		if !carries(t) {
			return cell{}
		}
		r := ref{f.at(tuple).at(result(v.Index)), t, nil}
		if isScalar(t) {
			return cell{taint: f.gather(r.place, nil, false).taint}
		}
		got := f.gather(r.place, nil, false)
		c := cell{taint: got.taint, refs: retypeConcrete(got.refs, t), cleaned: got.clean}
		if len(got.refs) == 0 || !got.known {
			c.refs = joinRefs(c.refs, []ref{r})
		}
		return c
	case *ssa.Next:
		return f.next(v, tuple)
	case *ssa.Select:
		return f.received(v, tuple)
	}
	if v.Index > 0 {
		return cell{}
	}
	return f.env[v.Tuple] // lookups, receives and assertions with ok
}

func (f *frame) next(v *ssa.Extract, n *ssa.Next) cell {
	if v.Index == 0 {
		return cell{}
	}
	c := f.env[n]
	if n.IsString {
		return cell{taint: c.taint}
	}
	seg := anyElement
	if v.Index == 1 {
		seg = mapKeys
	}
	var addr cell
	for _, r := range c.refs {
		addr.refs = append(addr.refs, ref{r.at(seg), v.Type(), nil})
	}
	addr.cleaned = c.cleaned
	out := f.load(addr, v.Type(), v.Pos())
	if v.Index == 2 {
		out = out.join(f.anyElement(c, v.Type(), v.Pos()))
	}
	return out
}

// selects sends first: what one case sends another may receive when the select is
// met again.
func (f *frame) selects(v *ssa.Select) cell {
	for _, s := range v.States {
		if s.Dir == types.SendOnly {
			f.writeWeak(f.extend(s.Chan, anyElement, s.Send.Type()), f.value(s.Send))
		}
	}
	return cell{}
}

// received is the value of the receive case that a select's result belongs to.
func (f *frame) received(v *ssa.Extract, sel *ssa.Select) cell {
	n := 2
	for _, s := range sel.States {
		if s.Dir != types.RecvOnly {
			continue
		}
		if n == v.Index {
			return f.receive(v, f.extend(s.Chan, anyElement, v.Type()), v.Type())
		}
		n++
	}
	return cell{}
}

// makeClosure binds variables and reports what the closure does with them, whenever
// it may run. What it does at the end of the function is looked at in summarize.
func (f *frame) makeClosure(v *ssa.MakeClosure) cell {
	c := f.made(v)
	for i, b := range v.Bindings {
		f.mem.put(f.at(v).at(capture(i)), cell{refs: f.value(b).refs, taint: f.value(b).taint, known: true})
	}
	f.runClosure(v, v.Pos())
	return c
}

// runClosure applies what a closure does to its captured variables.
func (f *frame) runClosure(v *ssa.MakeClosure, pos token.Pos) {
	fn := v.Fn.(*ssa.Function)
	sum := f.e.literal(fn)
	if sum == nil {
		return
	}
	f.apply(sum, application{pos: pos, args: f.closureArgs(v, nil), name: "func literal", inside: true}, nil)
}

// closureArgs are the inputs of a closure's summary: arguments, unknown where nil,
// then bindings.
func (f *frame) closureArgs(v *ssa.MakeClosure, args []cell) []cell {
	fn := v.Fn.(*ssa.Function)
	out := make([]cell, len(fn.Params), len(fn.Params)+len(v.Bindings))
	copy(out, args)
	for _, b := range v.Bindings {
		out = append(out, f.value(b))
	}
	return out
}

// summarize reads the function's results and what it wrote to its inputs off the
// memory at its returns.
func (f *frame) summarize() {
	f.lateClosures()
	f.sum.results = make([]output, f.fn.Signature.Results().Len())
	first := true
	for _, b := range f.fn.Blocks {
		if len(b.Instrs) == 0 {
			continue
		}
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok || !f.flat && f.out[b.Index] == nil {
			continue
		}
		if !f.flat {
			f.mem = f.out[b.Index]
		}
		for j, v := range ret.Results {
			o := f.output(f.value(v), isConst(v))
			if isEmptyInterface(v.Type()) {
				f.boxed(&o, f.value(v))
			}
			if first {
				f.sum.results[j] = o
			} else {
				if isNil(v) {
					o.known, o.cleaned = f.sum.results[j].known, f.sum.results[j].cleaned
				}
				f.sum.results[j].grow(o)
			}
		}
		f.response(ret)
		f.effects()
		first = false
	}
}

// lateClosures runs every closure with the memory at the end of the function: a
// deferred or started one may run then.
func (f *frame) lateClosures() {
	for _, b := range f.fn.Blocks {
		for _, i := range b.Instrs {
			mc, ok := i.(*ssa.MakeClosure)
			if !ok {
				continue
			}
			for _, end := range f.fn.Blocks {
				if len(end.Succs) == 0 && f.out[end.Index] != nil {
					f.mem = f.out[end.Index]
					if _, made := f.mem[mc]; made {
						f.runClosure(mc, mc.Pos())
					}
				}
			}
		}
	}
}

// output tells a value as a summary: labels by path, and which inputs it is.
func (f *frame) output(c cell, constant bool) output {
	o := output{known: true, cleaned: c.cleaned}
	o.taint(f.e.paths, c.taint)
	if constant || c.cleaned {
		return o
	}
	seen := map[place]bool{}
	for _, r := range c.refs {
		f.outputRef(&o, f.e.paths, r, seen, 0)
	}
	return o
}

// maxOutput bounds how many objects inside objects a summary spells out.
const maxOutput = 3

func (f *frame) outputRef(o *output, at *path, r ref, seen map[place]bool, depth int) {
	if seen[r.place] {
		return
	}
	seen[r.place] = true
	if i := f.inputIndex(r.root); i >= 0 {
		o.alias(at, target{i, r.path})
		return
	}
	got := f.gather(r.place, r.hint, false)
	o.taint(at, got.taint)
	if got.clean {
		return
	}
	if isOpaqueRoot(r.root) && !got.known {
		if c, ok := f.mem.get(r.place); !ok || !c.known {
			o.known = false
		}
	}
	if depth >= maxOutput {
		o.taint(at, f.deep(cell{refs: []ref{r}}, whole))
		return
	}
	for _, sub := range got.refs {
		if sub.typ == nil {
			sub.typ = r.typ
		}
		f.outputRef(o, at, sub, seen, depth)
	}
	for path, c := range byPath(f.mem[r.root]) {
		if !path.below(r.path) {
			if path == r.path && c.opaque {
				o.known = false
			}
			continue
		}
		to := at.join(path.from(r.path))
		o.taint(to, c.taint)
		if c.opaque {
			f.filled(o, to, r.root.Type(), path)
		}
		for _, sub := range c.refs {
			f.outputRef(o, to, sub, seen, depth+1)
		}
	}
}

// boxed tells the sources in what a function returns as an interface, or writes to one,
// whose type its callers do not see.
func (f *frame) boxed(o *output, c cell) {
	if c.cleaned {
		return
	}
	for _, r := range c.refs {
		if f.inputIndex(r.root) >= 0 || r.typ == nil {
			continue
		}
		for _, s := range f.e.spots(r.typ, encoded) {
			if s.label.Typed || isOpaqueRoot(r.root) {
				o.taint(s.path, f.gather(r.join(s.path), &s.label, false).taint)
			}
		}
	}
}

// filled tells the sources in what unknown code, as a row's Scan, wrote to a place of a
// function's own object.
func (f *frame) filled(o *output, at *path, t types.Type, p *path) {
	if hint := f.e.hintAt(t, p); hint != nil {
		o.taint(at, Taint{{Label: *hint}})
		return
	}
	for _, s := range f.e.spots(typeAt(t, p), whole) {
		o.taint(at.join(s.path), Taint{{Label: s.label}})
	}
}

// effects reads what was written to inputs: External IDs first, since what is beyond the
// bound is left out. To say of it that the input as a whole may hold it would have every
// part of a large object carry what one part does.
func (f *frame) effects() {
	for _, sources := range []bool{true, false} {
		for i, root := range f.inputs() {
			for path, c := range byPath(f.mem[root]) {
				o, ok := f.effect(i, root, path, c)
				if ok && sources == o.holds(External) {
					f.addEffect(target{i, path}, o)
				}
			}
		}
	}
}

// effect is what was written to a place of an input, if anything was.
func (f *frame) effect(i int, root ssa.Value, p *path, c cell) (output, bool) {
	c.taint = ownInputFree(c.taint, i, p)
	if _, isRequest := f.onlyRequest(p, c); isRequest || !p.isRoot() && isStream(typeAt(root.Type(), p)) {
		return output{}, false
	}
	if len(c.taint)+len(c.refs) == 0 && !c.opaque && !(c.known && f.e.hintAt(root.Type(), p) != nil) && !c.cleaned {
		return output{}, false
	}
	o := output{known: c.known, cleaned: c.cleaned, opaque: c.opaque}
	o.taint(f.e.paths, c.taint)
	for _, r := range c.refs {
		f.outputRef(&o, f.e.paths, r, map[place]bool{}, 1)
	}
	if t := typeAt(root.Type(), p); t != nil && isEmptyInterface(pointee(t)) {
		f.boxed(&o, c)
	}
	o.known = c.known
	return o, true
}

// isStream recognises a writer that cannot be asked what was written to it. One that an
// object holds leads out of it: what it printed once is not in the object. One that is
// an input itself may be somebody's buffer.
func isStream(t types.Type) bool {
	if t == nil || !types.IsInterface(t) {
		return false
	}
	has := func(name string) bool {
		obj, _, _ := types.LookupFieldOrMethod(t, true, nil, name)
		_, isFunc := obj.(*types.Func)
		return isFunc
	}
	return has("Write") && !has("Read") && !has("String") && !has("Bytes")
}

func (f *frame) addEffect(key target, o output) {
	old, ok := f.sum.effects[key]
	switch {
	case ok:
		old.grow(o)
		o = old
	case len(f.sum.effects) >= maxEffects:
		return
	}
	f.sum.effects[key] = o
}

// onlyRequest reports whether a cell says no more than that the input is a request.
func (f *frame) onlyRequest(p *path, c cell) (Taint, bool) {
	if !p.isRoot() || len(c.taint) != 1 || len(c.refs) > 0 {
		return nil, false
	}
	l := c.taint[0].Label
	return c.taint, l.Kind == Request && l.Stage == Untaken
}

// ownInputFree drops the label that says an input holds what it held.
func ownInputFree(t Taint, param int, p *path) Taint {
	return slices.DeleteFunc(slices.Clone(t), func(x Tag) bool {
		return x.Label.Kind == input && x.Label.Param == param && x.Label.Path == p
	})
}

func (e *engine) hasShower(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() == nil {
		return false
	}
	for _, names := range showers {
		for _, name := range names {
			if obj, _, _ := types.LookupFieldOrMethod(types.NewPointer(n), false, n.Obj().Pkg(), name); obj != nil {
				return true
			}
		}
	}
	return false
}

// keepGlobal remembers what is stored to a package variable, for every function.
func (f *frame) keepGlobal(p place, value func() Taint) {
	g, ok := p.root.(*ssa.Global)
	if !ok {
		return
	}
	at := globalPath(p.path)
	old := f.e.globals[g][at]
	next := old.union(value().without(input))
	if len(next) == len(old) {
		return
	}
	if f.e.globals[g] == nil {
		f.e.globals[g] = map[*path]Taint{}
	}
	f.e.globals[g][at] = next
	f.e.grown = true
}

// globalPath is the part of a path by which what is stored to package variables is
// told apart: the fields that it begins with.
func globalPath(p *path) *path {
	out := p.root
	for i, seg := range p.segments() {
		if seg.Kind != fieldOf || i >= 2 {
			break
		}
		out = out.at(seg)
	}
	return out
}

// inGlobal is what some function stored at a place of a package variable, or around
// it; deep asks for what is below it, too.
func (e *engine) inGlobal(g *ssa.Global, p *path, deep bool) Taint {
	var out Taint
	at := globalPath(p)
	for stored, t := range byPath(e.globals[g]) {
		if stored == at || at.below(stored) || deep && stored.below(at) {
			out = out.union(t)
		}
	}
	return out
}
