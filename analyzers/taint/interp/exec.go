package interp

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/heap"
	"github.com/deputy-sec/deputy/analyzers/taint/summary"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
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
		f.writeWeak(f.extend(i.Chan, heap.AnyElement, i.X.Type()), f.value(i.X))
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
		f.sink(summary.Sink{Kind: tables.Logged, What: "panic", Pos: i.Pos(), Named: true}, f.deep(f.value(v), tables.Printed))
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
	n.Pkg = tables.Unversioned(n.Pkg)
	if kind := tables.Channels[n.String()]; kind != 0 {
		f.sink(summary.Sink{Kind: kind, What: tables.SinkName(n), Pos: i.Pos()}, f.deep(f.value(i.X), tables.Whole))
	}
}

func (f *frame) store(i *ssa.Store) {
	val := f.value(i.Val)
	if fa, ok := i.Addr.(*ssa.FieldAddr); ok {
		f.storeSink(i, fa, val)
		if hint := f.e.fieldHint(fa.X.Type(), fa.Field); hint != nil && isColumn(i.Val) && !val.Cleaned {
			val.Taint = val.Taint.Union(heap.Taint{{Label: *hint, Step: stepAt(f.fn, i.Pos(), hint.Source())}})
		}
		if shows(program.StructOf(fa.X.Type()), fa.Field, tables.Encoded) {
			val.Taint = val.Taint.Exposed()
		}
	}
	addr := f.value(i.Addr)
	f.requestSink(i, addr, val)
	strong := len(addr.Refs) == 1 && !f.flat && !addr.Refs[0].Path.Many
	for _, r := range addr.Refs {
		c := heap.Cell{Taint: val.Taint, Refs: without(val.Refs, r.Place), Known: true, Cleaned: val.Cleaned}
		if strong {
			f.mem.Set(r.Place, c)
		} else {
			f.mem.Add(r.Place, c)
		}
		f.keepGlobal(r.Place, val)
	}
	if len(addr.Refs) == 0 {
		return
	}
}

// without keeps a place from being its own copy.
func without(refs []heap.Ref, p heap.Place) []heap.Ref {
	if !slices.ContainsFunc(refs, func(r heap.Ref) bool { return r.Place == p }) {
		return refs
	}
	return slices.DeleteFunc(slices.Clone(refs), func(r heap.Ref) bool { return r.Place == p })
}

// storeSink looks at what becomes an External ID: the field that STS receives, or
// another one that is an External ID itself.
func (f *frame) storeSink(i *ssa.Store, fa *ssa.FieldAddr, val heap.Cell) {
	if name, ok := externalid.FieldSink(fa.X.Type(), fa.Field); ok {
		f.sink(summary.Sink{Kind: tables.STS, What: name, Pos: i.Pos()}, f.deep(val, tables.Whole))
		return
	}
	if why := f.e.ext.Field(fa.X.Type(), fa.Field); why != nil && !why.Typed {
		f.sink(summary.Sink{Kind: tables.Kept, What: why.What.String(), Pos: i.Pos()}, f.deep(val, tables.Whole))
	}
}

// requestSink looks at what is put into the URL or the body of a request that this
// function has made.
func (f *frame) requestSink(i *ssa.Store, addr, val heap.Cell) {
	fa, ok := i.Addr.(*ssa.FieldAddr)
	if !ok {
		return
	}
	if owner := typeName(fa.X.Type()); owner != "net/url.URL" && owner != "net/http.Request" {
		return
	}
	for _, r := range addr.Refs {
		if _, made := r.Root.(*ssa.Call); made {
			f.writerSink(r, i.Pos(), f.deep(val, tables.Whole), "http.Request")
		}
	}
}

func (f *frame) mapUpdate(i *ssa.MapUpdate) {
	val, key := f.value(i.Value), f.value(i.Key)
	if why := f.e.ext.Update(i); why != nil && !val.Cleaned {
		named := heap.Taint{{Label: sourceLabel(why), Step: stepAt(f.fn, i.Pos(), heap.Source{From: why.What})}}
		switch {
		case heap.HasKind(val.Taint, heap.Request): // chosen by a request, whatever it went through
			f.sink(summary.Sink{Kind: tables.Kept, What: why.What.String(), Pos: i.Pos()}, val.Taint)
			val.Taint = val.Taint.Union(named)
		case externalid.IsRead(i.Value) && !heap.HasKind(val.Taint, heap.External):
			val.Taint = val.Taint.Union(named)
		}
	}
	f.writeWeak(f.extend(i.Map, keySegment(i.Key), i.Value.Type()), val)
	if len(key.Taint) > 0 || len(key.Refs) > 0 {
		f.writeWeak(f.extend(i.Map, heap.MapKeys, i.Key.Type()), key)
	}
	if k, ok := constString(i.Key); ok && k == "sts:ExternalId" {
		f.sink(summary.Sink{Kind: tables.STS, What: "sts:ExternalId condition", Pos: i.Pos()}, f.deep(val, tables.Whole))
	}
}

// keySegment is the path of a map's element: by its key where that is constant.
func keySegment(key ssa.Value) heap.Segment {
	if k, ok := constString(key); ok && len(k) <= maxKey {
		return heap.Element(k)
	}
	return heap.AnyElement
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

func (f *frame) writeWeak(addr, val heap.Cell) {
	for _, r := range addr.Refs {
		f.mem.Add(r.Place, heap.Cell{Taint: val.Taint, Refs: without(val.Refs, r.Place)})
		f.keepGlobal(r.Place, val)
	}
}

// taintRefs puts labels on what a value denotes.
func (f *frame) taintRefs(c heap.Cell, t heap.Taint) {
	if len(t) == 0 {
		return
	}
	for _, r := range c.Refs {
		f.mem.Add(r.Place, heap.Cell{Taint: t})
		f.keepGlobal(r.Place, heap.Cell{Taint: t})
	}
}

func (f *frame) unop(v *ssa.UnOp) heap.Cell {
	switch v.Op {
	case token.MUL:
		c := f.load(f.value(v.X), v.Type(), loadPos(v))
		if isScalar(v.Type()) {
			c.Taint = f.take(c.Taint, loadPos(v), fieldName(v.X))
		}
		return c
	case token.ARROW:
		t := v.Type()
		if v.CommaOk {
			t = t.(*types.Tuple).At(0).Type()
		}
		return f.receive(v, f.extend(v.X, heap.AnyElement, t), t)
	}
	return heap.Cell{}
}

// receive takes a value off a channel. What an unknown channel held before is an
// object of its own, apart from what is sent on the channel later.
func (f *frame) receive(v ssa.Value, elem heap.Cell, t types.Type) heap.Cell {
	c := f.load(elem, t, v.Pos())
	if isScalar(t) {
		return c
	}
	var refs []heap.Ref
	for _, r := range c.Refs {
		if !slices.ContainsFunc(elem.Refs, func(e heap.Ref) bool { return e.Place == r.Place }) {
			refs = append(refs, r)
			continue
		}
		own := f.at(v)
		f.mem.Set(own, heap.Cell{Opaque: true})
		f.taken[v] = r.Place
		refs = heap.JoinRefs(refs, []heap.Ref{{Place: own, Typ: t, Hint: nil}})
	}
	c.Refs = refs
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

func (f *frame) lookup(v *ssa.Lookup) heap.Cell {
	x := f.value(v.X)
	if isScalar(v.X.Type()) {
		return heap.Cell{Taint: x.Taint}
	}
	t := v.Type()
	if v.CommaOk {
		t = t.(*types.Tuple).At(0).Type()
	}
	seg := keySegment(v.Index)
	if why := f.e.ext.Value(v); why != nil && seg != heap.AnyElement {
		// The element becomes an External ID further down: it is one in the map, too.
		for _, r := range x.Refs {
			f.mem.Add(r.At(seg), heap.Cell{Taint: heap.Taint{f.foundAt(v, &externalid.Why{Reason: why.Reason, Strength: why.Strength})}})
		}
	}
	c := f.load(f.extend(v.X, seg, t), t, v.Pos())
	if seg == heap.AnyElement {
		c = c.Join(f.anyElement(x, t, v.Pos()))
	}
	if f.e.pol.HasSources() {
		// A configured source may be used as a key of what it belongs to.
		for _, r := range x.Refs {
			got := f.gather(r.At(heap.MapKeys), nil, false)
			c.Taint = c.Taint.Union(got.taint)
			for _, k := range got.refs {
				c.Taint = c.Taint.Union(f.deep(heap.Cell{Refs: []heap.Ref{k}}, tables.Whole))
			}
		}
	}
	if k, ok := constString(v.Index); ok {
		c.Taint = f.relabel(c.Taint, v.Pos(), k)
	}
	c.Cleaned = x.Cleaned
	return c
}

// anyElement reads the elements that were put under constant keys.
func (f *frame) anyElement(x heap.Cell, t types.Type, pos token.Pos) heap.Cell {
	var out heap.Cell
	for _, r := range x.Refs {
		for path := range heap.ByPath(f.mem[r.Root]) {
			if path.Parent == r.Path && path.Last.Kind == heap.KeyOf {
				out = out.Join(f.load(heap.Cell{Refs: []heap.Ref{{Place: heap.Place{Root: r.Root, Path: path}, Typ: t, Hint: nil}}}, t, pos))
			}
		}
	}
	return out
}

func (f *frame) phi(v *ssa.Phi) heap.Cell {
	var out heap.Cell
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
				c.Cleaned, c.Known = out.Cleaned, out.Known // nil holds nothing
			}
			out = out.Join(c)
		}
	}
	return out
}

func isNil(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.IsNil()
}

// makeInterface keeps the concrete type: the sink's view of the value needs it.
func (f *frame) makeInterface(v *ssa.MakeInterface) heap.Cell {
	c := f.value(v.X)
	t := v.X.Type()
	if isScalar(t) {
		if len(c.Taint) > 0 && f.e.hasShower(t) {
			// The taint goes behind a place, so that the type can redact it.
			p := f.at(v)
			f.mem.Set(p, heap.Cell{Taint: c.Taint, Known: true})
			return heap.Cell{Refs: []heap.Ref{{Place: p, Typ: t, Hint: nil}}}
		}
		if len(c.Taint) == 0 {
			if why := f.e.ext.Type(t); why != nil && !isConst(v.X) {
				c.Taint = heap.Taint{{Label: sourceLabel(why), Step: stepAt(f.fn, v.Pos(), heap.Source{From: why.What})}}
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

func (f *frame) typeAssert(v *ssa.TypeAssert) heap.Cell {
	c := f.value(v.X)
	t := v.AssertedType
	if types.IsInterface(t) {
		return c
	}
	if isScalar(t) {
		if !carries(t) {
			return heap.Cell{}
		}
		return heap.Cell{Taint: f.shallow(c)}
	}
	out := retype(c, t)
	for _, s := range f.e.spots(t, tables.Whole) {
		if !s.label.Typed || c.Cleaned {
			continue
		}
		if len(out.Refs) == 0 {
			out.Taint = out.Taint.Union(heap.Taint{{Label: s.label, Step: stepAt(f.fn, v.Pos(), s.label.Source())}})
		}
		if !v.CommaOk {
			// From here on the interface is known to hold it.
			f.taintRefs(c, heap.Taint{{Label: s.label, Step: stepAt(f.fn, v.Pos(), s.label.Source())}})
		}
	}
	return out
}

// shallow is what a value itself and the places it denotes carry, not what lies
// below them.
func (f *frame) shallow(c heap.Cell) heap.Taint {
	t := c.Taint
	for _, r := range c.Refs {
		t = t.Union(f.gather(r.Place, r.Hint, false).taint)
	}
	return t
}

func (f *frame) convert(v ssa.Value, x ssa.Value) heap.Cell {
	c := f.value(x)
	if !carries(v.Type()) {
		return heap.Cell{}
	}
	if isScalar(v.Type()) {
		if isScalar(x.Type()) {
			return c
		}
		return heap.Cell{Taint: f.deep(c, tables.Whole), Cleaned: c.Cleaned} // []byte to string
	}
	if isScalar(x.Type()) { // string to []byte
		out := f.made(v)
		f.mem.Set(f.at(v), heap.Cell{Taint: c.Taint, Known: true})
		return out
	}
	return retype(c, v.Type())
}

// maxShown is how much of a value may be shown for it to count as masked: enough to
// recognise, too little to use.
const maxShown = 8

func (f *frame) slice(v *ssa.Slice) heap.Cell {
	c := f.value(v.X)
	if isScalar(v.X.Type()) {
		if showsLittle(v) {
			return heap.Cell{}
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

func (f *frame) extract(v *ssa.Extract) heap.Cell {
	switch tuple := v.Tuple.(type) {
	case *ssa.Call:
		t := v.Type()
		if !carries(t) {
			return heap.Cell{}
		}
		r := heap.Ref{Place: f.at(tuple).At(heap.Result(v.Index)), Typ: t, Hint: nil}
		if isScalar(t) {
			return heap.Cell{Taint: f.gather(r.Place, nil, false).taint}
		}
		got := f.gather(r.Place, nil, false)
		return heap.Cell{Taint: got.taint, Refs: f.denoted(got, r.Place, t), Cleaned: got.clean}
	case *ssa.Next:
		return f.next(v, tuple)
	case *ssa.Select:
		return f.received(v, tuple)
	}
	if v.Index > 0 {
		return heap.Cell{}
	}
	return f.env[v.Tuple] // lookups, receives and assertions with ok
}

func (f *frame) next(v *ssa.Extract, n *ssa.Next) heap.Cell {
	if v.Index == 0 {
		return heap.Cell{}
	}
	c := f.env[n]
	if n.IsString {
		return heap.Cell{Taint: c.Taint}
	}
	seg := heap.AnyElement
	if v.Index == 1 {
		seg = heap.MapKeys
	}
	var addr heap.Cell
	for _, r := range c.Refs {
		addr.Refs = append(addr.Refs, heap.Ref{Place: r.At(seg), Typ: v.Type(), Hint: nil})
	}
	addr.Cleaned = c.Cleaned
	out := f.load(addr, v.Type(), v.Pos())
	if v.Index == 2 {
		out = out.Join(f.anyElement(c, v.Type(), v.Pos()))
	}
	return out
}

// selects sends first: what one case sends another may receive when the select is
// met again.
func (f *frame) selects(v *ssa.Select) heap.Cell {
	for _, s := range v.States {
		if s.Dir == types.SendOnly {
			f.writeWeak(f.extend(s.Chan, heap.AnyElement, s.Send.Type()), f.value(s.Send))
		}
	}
	return heap.Cell{}
}

// received is the value of the receive case that a select's result belongs to.
func (f *frame) received(v *ssa.Extract, sel *ssa.Select) heap.Cell {
	n := 2
	for _, s := range sel.States {
		if s.Dir != types.RecvOnly {
			continue
		}
		if n == v.Index {
			return f.receive(v, f.extend(s.Chan, heap.AnyElement, v.Type()), v.Type())
		}
		n++
	}
	return heap.Cell{}
}

// makeClosure binds variables and reports what the closure does with them, whenever
// it may run. What it does at the end of the function is looked at in summarize.
func (f *frame) makeClosure(v *ssa.MakeClosure) heap.Cell {
	c := f.made(v)
	for i, b := range v.Bindings {
		f.mem.Put(f.at(v).At(heap.Capture(i)), heap.Cell{Refs: f.value(b).Refs, Taint: f.value(b).Taint, Known: true})
	}
	f.runClosure(v, v.Pos())
	if sum := f.e.literal(v.Fn.(*ssa.Function)); sum != nil {
		f.yields(v, sum)
	}
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
func (f *frame) closureArgs(v *ssa.MakeClosure, args []heap.Cell) []heap.Cell {
	fn := v.Fn.(*ssa.Function)
	out := make([]heap.Cell, len(fn.Params), len(fn.Params)+len(v.Bindings))
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
	f.sum.Results = make([]summary.Output, f.fn.Signature.Results().Len())
	defer f.nameTypes()
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
				f.sum.Results[j] = o
			} else {
				if isNil(v) {
					o.Known, o.Cleaned = f.sum.Results[j].Known, f.sum.Results[j].Cleaned
				}
				f.sum.Results[j].Grow(o)
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
func (f *frame) output(c heap.Cell, constant bool) summary.Output {
	o := summary.Output{Known: true, Cleaned: c.Cleaned}
	o.Taint(f.e.paths, c.Taint)
	if constant || c.Cleaned {
		o.Nothing = constant
		return o
	}
	seen := map[heap.Place]bool{}
	for _, r := range c.Refs {
		f.outputRef(&o, f.e.paths, r, seen, 0)
	}
	if len(o.Aliases) > 0 || !o.Known {
		o.Set = f.setBelow(c.Refs, 0)
	}
	return o
}

// setBelow lists the fields that every one of some objects has had replaced: what the
// object was copied from says nothing of them.
func (f *frame) setBelow(refs []heap.Ref, depth int) []*heap.Path {
	var out []*heap.Path
	first := true
	for _, r := range refs {
		if isConst(r.Root) {
			continue // a zero value holds nothing
		}
		set := f.setIn(r, depth)
		if first {
			out, first = set, false
			continue
		}
		out = slices.DeleteFunc(out, func(p *heap.Path) bool { return !slices.Contains(set, p) })
	}
	return out
}

func (f *frame) setIn(r heap.Ref, depth int) []*heap.Path {
	var out []*heap.Path
	if f.flat || depth > maxOutput || f.inputIndex(r.Root) >= 0 { // what is written to an input is an effect
		return nil
	}
	for path, c := range heap.ByPath(f.mem[r.Root]) {
		if path.Below(r.Path) && c.Known && !path.Many && !slices.ContainsFunc(c.Refs, f.isMore) && len(out) < summary.MaxSet {
			out = append(out, path.From(r.Path))
		}
	}
	if c, ok := f.mem.Get(r.Place); ok && c.Known && len(c.Taint) == 0 {
		for _, p := range f.setBelow(c.Refs, depth+1) {
			if !slices.Contains(out, p) && len(out) < summary.MaxSet && !f.overwritten(r, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// isMore reports whether there is more to an object than what a summary spells out of it:
// what another one holds, or unknown code wrote.
func (f *frame) isMore(r heap.Ref) bool {
	if _, ok := r.Root.(*ssa.Alloc); !ok {
		return !isConst(r.Root)
	}
	for _, c := range f.mem[r.Root] {
		if c.Opaque || len(c.Refs) > 0 {
			return true
		}
	}
	return false
}

// overwritten reports whether something was put at a path of an object, or around it,
// since it was copied.
func (f *frame) overwritten(r heap.Ref, p *heap.Path) bool {
	for q := r.Path.Join(p); q != r.Path && q != nil; q = q.Parent {
		if _, ok := f.mem.Get(heap.Place{Root: r.Root, Path: q}); ok {
			return true
		}
	}
	return false
}

// maxOutput bounds how many objects inside objects a summary spells out.
const maxOutput = 3

func (f *frame) outputRef(o *summary.Output, at *heap.Path, r heap.Ref, seen map[heap.Place]bool, depth int) {
	if seen[r.Place] {
		return
	}
	seen[r.Place] = true
	if i := f.inputIndex(r.Root); i >= 0 {
		o.Alias(at, summary.Target{Param: i, Path: r.Path})
		return
	}
	got := f.gather(r.Place, r.Hint, false)
	o.Taint(at, got.taint)
	if got.clean {
		return
	}
	if isOpaqueRoot(r.Root) && !got.known {
		if c, ok := f.mem.Get(r.Place); !ok || !c.Known {
			o.Known = false
		}
	}
	if depth >= maxOutput {
		o.Taint(at, f.deep(heap.Cell{Refs: []heap.Ref{r}}, tables.Whole))
		return
	}
	for _, sub := range got.refs {
		if sub.Typ == nil {
			sub.Typ = r.Typ
		}
		f.outputRef(o, at, sub, seen, depth)
	}
	for _, rest := range f.e.belowInGlobal(r.Root, r.Path) {
		o.Taint(at.Join(rest), f.gather(r.Join(rest), f.hintOf(r, rest), false).taint)
	}
	for path, c := range heap.ByPath(f.mem[r.Root]) {
		if !path.Below(r.Path) {
			if path == r.Path && c.Opaque {
				o.Known = false
			}
			continue
		}
		to := at.Join(path.From(r.Path))
		o.Taint(to, c.Taint)
		if c.Opaque {
			f.filled(o, to, r.Root.Type(), path)
		}
		for _, sub := range c.Refs {
			f.outputRef(o, to, sub, seen, depth+1)
		}
	}
}

// boxed tells the sources in what a function returns as an interface, or writes to one,
// whose type its callers do not see.
func (f *frame) boxed(o *summary.Output, c heap.Cell) {
	if c.Cleaned {
		return
	}
	for _, r := range c.Refs {
		if f.inputIndex(r.Root) >= 0 || r.Typ == nil {
			continue
		}
		for _, s := range f.e.spots(r.Typ, tables.Encoded) {
			if s.label.Typed || isOpaqueRoot(r.Root) {
				o.Taint(s.path, f.gather(r.Join(s.path), &s.label, false).taint)
			}
		}
	}
}

// filled tells the sources in what unknown code, as a row's Scan, wrote to a place of a
// function's own object.
func (f *frame) filled(o *summary.Output, at *heap.Path, t types.Type, p *heap.Path) {
	if hint := f.e.hintAt(t, p); hint != nil {
		o.Taint(at, heap.Taint{{Label: *hint}})
		return
	}
	for _, s := range f.e.spots(typeAt(t, p), tables.Whole) {
		o.Taint(at.Join(s.path), heap.Taint{{Label: s.label}})
	}
}

// effects reads what was written to inputs: External IDs first, since what is beyond the
// bound is left out. To say of it that the input as a whole may hold it would have every
// part of a large object carry what one part does.
func (f *frame) effects() {
	type effect struct {
		at  summary.Target
		out summary.Output
	}
	var others []effect
	for i, root := range f.inputs() {
		for path, c := range heap.ByPath(f.mem[root]) {
			o, ok := f.effect(i, root, path, c)
			switch at := (summary.Target{Param: i, Path: path}); {
			case !ok:
			case o.Holds(heap.External):
				f.addEffect(at, o)
			default:
				others = append(others, effect{at, o})
			}
		}
	}
	for _, x := range others {
		f.addEffect(x.at, x.out)
	}
}

// effect is what was written to a place of an input, if anything was.
func (f *frame) effect(i int, root ssa.Value, p *heap.Path, c heap.Cell) (summary.Output, bool) {
	c.Taint = ownInputFree(c.Taint, i, p)
	if _, isRequest := f.onlyRequest(p, c); isRequest || !p.IsRoot() && isStream(typeAt(root.Type(), p)) {
		return summary.Output{}, false
	}
	if len(c.Taint)+len(c.Refs) == 0 && !c.Opaque && !(c.Known && f.e.hintAt(root.Type(), p) != nil) && !c.Cleaned {
		return summary.Output{}, false
	}
	o := summary.Output{Known: c.Known, Cleaned: c.Cleaned, Opaque: c.Opaque}
	o.Taint(f.e.paths, c.Taint)
	for _, r := range c.Refs {
		f.outputRef(&o, f.e.paths, r, map[heap.Place]bool{}, 1)
	}
	if t := typeAt(root.Type(), p); t != nil && isEmptyInterface(pointee(t)) {
		f.boxed(&o, c)
	}
	o.Known = c.Known
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

func (f *frame) addEffect(key summary.Target, o summary.Output) {
	old, ok := f.sum.Effects[key]
	switch {
	case ok:
		old.Grow(o)
		o = old
	case len(f.sum.Effects) >= summary.MaxEffects:
		return
	}
	f.sum.Effects[key] = o
}

// onlyRequest reports whether a cell says no more than that the input is a request.
func (f *frame) onlyRequest(p *heap.Path, c heap.Cell) (heap.Taint, bool) {
	if !p.IsRoot() || len(c.Taint) != 1 || len(c.Refs) > 0 {
		return nil, false
	}
	l := c.Taint[0].Label
	return c.Taint, l.Kind == heap.Request && l.Stage == heap.Untaken
}

// ownInputFree drops the label that says an input holds what it held.
func ownInputFree(t heap.Taint, param int, p *heap.Path) heap.Taint {
	return slices.DeleteFunc(slices.Clone(t), func(x heap.Tag) bool {
		return x.Label.Kind == heap.Input && x.Label.Param == param && x.Label.Path == p
	})
}

func (e *engine) hasShower(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() == nil {
		return false
	}
	for _, names := range tables.Showers {
		for _, name := range names {
			if obj, _, _ := types.LookupFieldOrMethod(types.NewPointer(n), false, n.Obj().Pkg(), name); obj != nil {
				return true
			}
		}
	}
	return false
}

// nameTypes notes of results that are interfaces which type always lies behind them.
func (f *frame) nameTypes() {
	for j := range f.sum.Results {
		if !types.IsInterface(f.fn.Signature.Results().At(j).Type()) {
			continue
		}
		var all behind
		for _, b := range f.fn.Blocks {
			if len(b.Instrs) == 0 {
				continue
			}
			if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok {
				all.take(ret.Results[j], 0)
			}
		}
		if !all.unknown {
			f.sum.Results[j].Typ = all.typ
		}
	}
}

// behind gathers the type that lies behind an interface.
type behind struct {
	typ     types.Type
	unknown bool
}

func (b *behind) take(v ssa.Value, depth int) {
	switch x := v.(type) {
	case *ssa.Const: // nil
	case *ssa.MakeInterface:
		if b.typ != nil && !types.Identical(b.typ, x.X.Type()) {
			b.unknown = true
		}
		b.typ = x.X.Type()
	case *ssa.Phi:
		for _, e := range x.Edges {
			if depth < maxPointers {
				b.take(e, depth+1)
			} else {
				b.unknown = true
			}
		}
	case *ssa.ChangeInterface:
		b.take(x.X, depth+1)
	default:
		b.unknown = true
	}
}
