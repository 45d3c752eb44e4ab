package interp

import (
	"go/token"
	"go/types"
	"maps"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/heap"
	"github.com/deputy-sec/deputy/analyzers/taint/summary"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
)

// frame is the abstract interpretation of one function. Registers are SSA values,
// evaluated in reverse postorder until nothing changes; memory is flow-sensitive:
// each block starts with the join of what its predecessors left, so that a write
// after a sink does not reach it and a sanitizer before it counts.
type frame struct {
	e   *engine
	fn  *ssa.Function
	env map[ssa.Value]heap.Cell
	mem heap.Memory
	out []heap.Memory // by block index
	sum *summary.Summary
	// flat gives up flow-sensitivity: one memory for all blocks, and no write
	// replaces another. It is for functions too large for a memory per block.
	flat    bool
	work    int                         // places read so far
	showing map[heap.Place]bool         // whose own methods are being asked what they show
	taken   map[ssa.Value]heap.Place    // objects that came off a channel, and where they lay
	apart   map[heap.Place][]heap.Label // of a field's place: the labels that name fields beside it
	behind  map[heap.Place]types.Type   // what lies behind an interface that a call returned
	loops   map[*ssa.BasicBlock]walked  // over all elements, by the block after each
	calling int                         // functions that are given to functions, being called
	byHand  *bool                       // whether the function calls STS without an SDK; nil if nobody asked
}

const (
	maxWork    = 20_000    // places read in one function; what is left of it is not followed
	maxPasses  = 8         // over a function with loops
	flatBlocks = 1500      // more blocks than this are interpreted flat
	maxInstrs  = 200_000   // larger functions (generated tables) are not interpreted
	maxCells   = 1_000_000 // blocks times stores that a memory per block may cost
)

func (e *engine) interpret(fn *ssa.Function) *summary.Summary {
	f := &frame{e: e, fn: fn, env: map[ssa.Value]heap.Cell{}, out: make([]heap.Memory, len(fn.Blocks)), taken: map[ssa.Value]heap.Place{}, apart: map[heap.Place][]heap.Label{}, behind: map[heap.Place]types.Type{},
		sum: &summary.Summary{Effects: map[summary.Target]summary.Output{}, Sinks: map[summary.SinkKey]*heap.Step{}}}
	instrs, stores, loops := f.measure()
	if instrs > maxInstrs {
		return f.sum
	}
	f.flat = len(fn.Blocks) > flatBlocks || len(fn.Blocks)*stores > maxCells
	entry := heap.Memory{}
	f.mem = entry
	for i, p := range fn.Params {
		f.enter(p, i)
	}
	for i, v := range fn.FreeVars {
		f.enter(v, len(fn.Params)+i)
	}
	passes := 1
	if loops || f.flat {
		passes = maxPasses
	}
	order := reversePostorder(fn)
	for range passes {
		changed := false
		for _, b := range order {
			if f.block(b, entry) {
				changed = true
			}
		}
		if !changed {
			break
		}
	}
	f.summarize()
	if f.work > maxWork {
		e.unfinished[fn.String()] = program.Near(fn, fn.Pos())
	}
	return f.sum
}

func (f *frame) measure() (instrs, stores int, loops bool) {
	for _, b := range f.fn.Blocks {
		instrs += len(b.Instrs)
		for _, i := range b.Instrs {
			switch i.(type) {
			case *ssa.Store, *ssa.MapUpdate, *ssa.Call:
				stores++
			}
		}
		loops = loops || slices.ContainsFunc(b.Succs, func(s *ssa.BasicBlock) bool { return s.Dominates(b) })
	}
	return instrs, stores, loops
}

func reversePostorder(fn *ssa.Function) []*ssa.BasicBlock {
	seen := make([]bool, len(fn.Blocks))
	var order []*ssa.BasicBlock
	var visit func(*ssa.BasicBlock)
	visit = func(b *ssa.BasicBlock) {
		if seen[b.Index] {
			return
		}
		seen[b.Index] = true
		for _, s := range b.Succs {
			visit(s)
		}
		order = append(order, b)
	}
	visit(fn.Blocks[0])
	if fn.Recover != nil {
		visit(fn.Recover)
	}
	slices.Reverse(order)
	return order
}

// enter sets up an input: symbolic, and a source if it is known to be one.
func (f *frame) enter(v ssa.Value, i int) {
	var c heap.Cell
	in := heap.Label{Mark: heap.Mark{Kind: heap.Input, Param: i}, Path: f.e.paths}
	hint := f.inputHint(v, i)
	if isScalar(v.Type()) {
		if carries(v.Type()) {
			c.Taint = heap.Taint{{Label: in}}
			if l, ok := f.e.argument(f.fn, v); ok {
				c.Taint = append(c.Taint, heap.Tag{Label: shadow(l, in), Step: stepAt(f.fn, v.Pos(), l.Source())})
			}
			if hint != nil {
				c.Taint = append(c.Taint, heap.Tag{Label: shadow(*hint, in), Step: stepAt(f.fn, v.Pos(), hint.Source())})
			}
		}
	} else {
		c.Refs = []heap.Ref{{Place: f.at(v), Typ: v.Type(), Hint: hint}}
		f.enterMessage(v)
		switch l, ok := f.e.request(f.fn, v); {
		case !ok:
		case f.e.isResolver(f.fn) && program.StructOf(v.Type()) != nil: // declared where the method is
			f.enterArguments(v, l, in)
		default:
			f.mem.Put(f.at(v), heap.Cell{Taint: heap.Taint{{Label: shadow(l, in), Step: stepAt(f.fn, v.Pos(), l.Source())}}, Opaque: true})
		}
	}
	f.env[v] = c
}

// enterArguments labels the fields of a struct that hold the arguments of a query, each by
// its name and where it is declared.
func (f *frame) enterArguments(v ssa.Value, l, in heap.Label) {
	s := program.StructOf(v.Type())
	for i := range s.NumFields() {
		arg := l
		arg.Stage, arg.Pos = heap.Read, s.Field(i).Pos()
		arg = arg.Keyed(s.Field(i).Name())
		at := f.at(v).At(heap.Field(i))
		in.Path = at.Path
		f.mem.Put(at, heap.Cell{Taint: heap.Taint{{Label: shadow(arg, in), Step: stepAt(f.fn, arg.Pos, arg.Source())}}, Opaque: true})
	}
}

func (f *frame) inputHint(v ssa.Value, i int) *heap.Label {
	var why *externalid.Why
	if p, ok := v.(*ssa.Parameter); ok {
		if obj, ok := f.fn.Object().(*types.Func); ok {
			if f.fn.Signature.Recv() != nil {
				i--
			}
			if i >= 0 {
				why = f.e.ext.Param(obj, i)
			}
		}
		if why == nil {
			why = f.e.ext.Value(p)
			if why != nil {
				why = &externalid.Why{What: externalid.Thing{Kind: externalid.Parameter, Name: p.Name()}, Reason: why.Reason, Strength: why.Strength}
			}
		}
	}
	if why == nil {
		return nil
	}
	l := sourceLabel(why)
	return &l
}

// shadow makes a source that an input already stands for.
func shadow(l, in heap.Label) heap.Label {
	l.Shadow, l.Param, l.Path = true, in.Param, in.Path
	return l
}

// stepAt begins the way of a source.
func stepAt(fn *ssa.Function, pos token.Pos, of heap.Source) *heap.Step {
	return &heap.Step{Pos: program.Near(fn, pos), Of: &of}
}

// block interprets one block and reports whether anything it computed is new.
func (f *frame) block(b *ssa.BasicBlock, entry heap.Memory) bool {
	f.mem = f.before(b, entry)
	if !f.flat {
		f.afterLoop(b)
	}
	changed := false
	for _, instr := range b.Instrs {
		if v, ok := instr.(ssa.Value); ok {
			next := f.eval(v)
			if why := f.e.ext.Value(v); why != nil && isOrigin(v) {
				next.Taint = next.Taint.Union(heap.Taint{f.foundAt(v, why)})
			}
			if !carries(v.Type()) {
				next = heap.Cell{}
			}
			if old, ok := f.env[v]; !ok || !old.Equal(next) {
				changed = true
			}
			f.env[v] = next
			continue
		}
		f.exec(instr)
	}
	if f.flat {
		return changed
	}
	if old := f.out[b.Index]; old == nil || !old.Equal(f.mem) {
		changed = true
	}
	f.out[b.Index] = f.mem
	return changed
}

func (f *frame) before(b *ssa.BasicBlock, entry heap.Memory) heap.Memory {
	if f.flat {
		return entry
	}
	var m heap.Memory
	if b.Index == 0 {
		m = entry.Clone()
	}
	preds := b.Preds
	if b == f.fn.Recover && len(preds) == 0 {
		// Entered by a panic from anywhere: everything any block left may be there.
		preds = f.fn.Blocks
	}
	for _, p := range preds {
		switch left := f.out[p.Index]; {
		case left == nil:
		case m == nil:
			m = left.Clone()
		default:
			m.Merge(left)
		}
	}
	if m == nil {
		m = heap.Memory{}
	}
	return m
}

// isOrigin reports whether a value is where an External ID enters the function, as
// opposed to one that carries it on and is found by the flow itself.
func isOrigin(v ssa.Value) bool {
	switch v.(type) {
	case *ssa.Call, *ssa.Extract, *ssa.Lookup, *ssa.Index:
		return true
	}
	return false
}

// isColumn reports whether a value is the text of a column that a row was scanned into.
func isColumn(v ssa.Value) bool {
	u, ok := v.(*ssa.UnOp)
	if !ok || u.Op != token.MUL {
		return false
	}
	fa, ok := u.X.(*ssa.FieldAddr)
	return ok && externalid.IsTextWrapper(fa.X.Type())
}

// foundAt is the source that a value is, named by what it is the result of where it has
// no name of its own.
func (f *frame) foundAt(v ssa.Value, why *externalid.Why) heap.Tag {
	what := why.What
	if what.Kind == externalid.SomeValue {
		what = describe(v)
	}
	l := sourceLabel(&externalid.Why{What: what, Reason: why.Reason, Strength: why.Strength})
	return heap.Tag{Label: l, Step: stepAt(f.fn, v.Pos(), l.Source())}
}

// describe names a value.
func describe(v ssa.Value) externalid.Thing {
	switch v := v.(type) {
	case *ssa.Call:
		if obj := program.Callee(&v.Call); obj != nil {
			return externalid.Thing{Kind: externalid.ResultOf, Name: obj.Name()}
		}
	case *ssa.Extract:
		if c, ok := v.Tuple.(*ssa.Call); ok {
			return describe(c)
		}
	case *ssa.Lookup:
		return externalid.Thing{Kind: externalid.Element}
	}
	return externalid.Thing{}
}

// value is what a register holds.
func (f *frame) value(v ssa.Value) heap.Cell {
	switch v := v.(type) {
	case *ssa.Const:
		switch v.Type().Underlying().(type) {
		case *types.Struct, *types.Array: // a zero value, of a type that may be followed as such
			return heap.Cell{Refs: []heap.Ref{{Place: f.at(v), Typ: v.Type(), Hint: nil}}}
		}
		return heap.Cell{Known: true}
	case *ssa.Global:
		r := heap.Ref{Place: f.at(v), Typ: v.Type(), Hint: nil}
		if why := f.e.ext.Global(v); why != nil {
			l := sourceLabel(why)
			r.Hint = &l
		}
		return heap.Cell{Refs: []heap.Ref{r}}
	case *ssa.Function:
		return heap.Cell{Refs: []heap.Ref{{Place: f.at(v), Typ: v.Type(), Hint: nil}}}
	}
	return f.env[v]
}

// inputs are a function's parameters and captured variables.
func (f *frame) inputs() []ssa.Value {
	var out []ssa.Value
	for _, p := range f.fn.Params {
		out = append(out, p)
	}
	for _, v := range f.fn.FreeVars {
		out = append(out, v)
	}
	return out
}

// at is the whole of the object that a value names.
func (f *frame) at(v ssa.Value) heap.Place { return heap.Place{Root: v, Path: f.e.paths} }

// made is the register that denotes a new object.
func (f *frame) made(v ssa.Value) heap.Cell {
	p := f.at(v)
	if f.mem[v] == nil || !f.flat {
		f.mem[v] = map[*heap.Path]heap.Cell{}
	}
	r := heap.Ref{Place: p, Typ: v.Type(), Hint: nil}
	if why := f.e.ext.Value(v); why != nil && why.Strength == externalid.Named && isText(program.Element(v.Type())) {
		l := sourceLabel(why)
		r.Hint = &l
	}
	return heap.Cell{Refs: []heap.Ref{r}}
}

// eval computes a register.
func (f *frame) eval(v ssa.Value) heap.Cell {
	switch v := v.(type) {
	case *ssa.Alloc, *ssa.MakeMap, *ssa.MakeSlice, *ssa.MakeChan:
		return f.made(v)
	case *ssa.MakeClosure:
		return f.makeClosure(v)
	case *ssa.FieldAddr:
		return f.fieldOf(v.X, v.Field, types.NewPointer(program.StructOf(v.X.Type()).Field(v.Field).Type()))
	case *ssa.Field:
		c := f.load(f.fieldOf(v.X, v.Field, v.Type()), v.Type(), v.Pos())
		if isScalar(v.Type()) {
			c.Taint = f.take(c.Taint, v.Pos(), program.StructOf(v.X.Type()).Field(v.Field).Name())
		}
		return c
	case *ssa.IndexAddr:
		return f.extend(v.X, heap.AnyElement, v.Type())
	case *ssa.Index:
		if isScalar(v.X.Type()) {
			return heap.Cell{Taint: f.value(v.X).Taint}
		}
		return f.load(f.extend(v.X, heap.AnyElement, v.Type()), v.Type(), v.Pos())
	case *ssa.Lookup:
		return f.lookup(v)
	case *ssa.UnOp:
		return f.unop(v)
	case *ssa.Phi:
		return f.phi(v)
	case *ssa.BinOp:
		if v.Op == token.ADD && carries(v.Type()) {
			return heap.Cell{Taint: heap.Joined(f.value(v.X).Taint, f.value(v.Y).Taint).Made().Step(v.Pos(), heap.Way{Action: heap.Concatenated})}
		}
		return heap.Cell{}
	case *ssa.ChangeType:
		return retype(f.value(v.X), v.Type())
	case *ssa.ChangeInterface:
		return f.value(v.X)
	case *ssa.MakeInterface:
		return f.makeInterface(v)
	case *ssa.TypeAssert:
		return f.typeAssert(v)
	case *ssa.Convert:
		return f.convert(v, v.X)
	case *ssa.MultiConvert:
		return f.convert(v, v.X)
	case *ssa.SliceToArrayPointer:
		return retype(f.value(v.X), v.Type())
	case *ssa.Slice:
		return f.slice(v)
	case *ssa.Extract:
		return f.extract(v)
	case *ssa.Next:
		return heap.Cell{Refs: f.value(v.Iter).Refs, Taint: f.value(v.Iter).Taint}
	case *ssa.Range:
		return f.value(v.X)
	case *ssa.Select:
		return f.selects(v)
	case *ssa.Call:
		return f.call(v, &v.Call, v)
	}
	return heap.Cell{}
}

func retype(c heap.Cell, t types.Type) heap.Cell {
	if len(c.Refs) == 0 {
		return c
	}
	refs := make([]heap.Ref, len(c.Refs))
	for i, r := range c.Refs {
		refs[i] = heap.Ref{Place: r.Place, Typ: t, Hint: r.Hint}
	}
	c.Refs = refs
	return c
}

// fieldOf denotes a field of the structs that x denotes. A store may hold a struct
// that x was copied from; reading sorts that out.
func (f *frame) fieldOf(x ssa.Value, i int, t types.Type) heap.Cell {
	base := f.value(x)
	hint := f.e.fieldHint(x.Type(), i)
	out := heap.Cell{Cleaned: base.Cleaned, Taint: base.Taint.Except(f.e.siblings(x.Type(), i))}
	for _, r := range base.Refs {
		field := r.At(heap.Field(i))
		if field != r.Place {
			f.setApart(field, x.Type(), i)
		}
		out.Refs = append(out.Refs, heap.Ref{Place: field, Typ: t, Hint: hint})
	}
	if len(base.Refs) == 0 && hint != nil && hint.Typed && !base.Cleaned && !base.Known {
		out.Taint = out.Taint.Union(heap.Taint{{Label: *hint, Step: stepAt(f.fn, x.Pos(), hint.Source())}})
	}
	return out
}

func (f *frame) extend(x ssa.Value, seg heap.Segment, t types.Type) heap.Cell {
	base := f.value(x)
	out := heap.Cell{Taint: base.Taint, Cleaned: base.Cleaned}
	for _, r := range base.Refs {
		out.Refs = append(out.Refs, heap.Ref{Place: r.At(seg), Typ: t, Hint: nil})
	}
	return out
}

// load reads what an address denotes.
func (f *frame) load(addr heap.Cell, t types.Type, pos token.Pos) heap.Cell {
	out := heap.Cell{Taint: addr.Taint}
	scalar := isScalar(t)
	for _, r := range addr.Refs {
		got := f.gather(r.Place, r.Hint, false)
		if len(got.taint) > 0 {
			out.Taint = out.Taint.Union(f.readStep(got.taint, r, pos))
		}
		if scalar {
			continue
		}
		if isAggregate(t) { // the copy is read where the original is
			out.Refs = heap.JoinRefs(out.Refs, []heap.Ref{{Place: r.Place, Typ: t, Hint: r.Hint}})
			continue
		}
		out.Refs = heap.JoinRefs(out.Refs, retypeConcrete(got.refs, t))
		if len(got.refs) == 0 || !got.known {
			out.Refs = heap.JoinRefs(out.Refs, []heap.Ref{{Place: r.Place, Typ: t, Hint: r.Hint}})
		}
	}
	out.Cleaned = addr.Cleaned
	return out
}

// readStep begins the trace of a source where it is read.
func (f *frame) readStep(t heap.Taint, r heap.Ref, pos token.Pos) heap.Taint {
	out := make(heap.Taint, len(t))
	for i, x := range t {
		if x.Step == nil && x.Label.Kind == heap.External {
			x.Step = stepAt(f.fn, pos, x.Label.Source())
		}
		out[i] = x
	}
	return out
}

// retypeConcrete gives refs the static type of the register they go to, unless it
// is an interface, whose refs know better.
func retypeConcrete(refs []heap.Ref, t types.Type) []heap.Ref {
	if types.IsInterface(t) {
		return refs
	}
	return retype(heap.Cell{Refs: refs}, t).Refs
}

// gathered is what is read at a place.
type gathered struct {
	taint heap.Taint
	refs  []heap.Ref
	known bool // the walk ended at something that says everything
	clean bool // … because a sanitizer ran over it
}

// gather reads one place: what is said of it, then of what holds it, up to the
// object itself, whose origin says the rest. hint is the label of the field that the
// place is. deep asks inputs for everything below the place.
func (f *frame) gather(p heap.Place, hint *heap.Label, deep bool) gathered {
	g := gatherer{f: f, deep: deep}
	return g.at(p, hint, 0)
}

type gatherer struct {
	f    *frame
	deep bool
	seen visited
}

// maxLinks bounds the chain of copies and pointers that one read follows.
const maxLinks = 8

func (g *gatherer) at(p heap.Place, hint *heap.Label, depth int) gathered {
	var out gathered
	if g.f.work++; depth > maxLinks || g.f.work > maxWork || g.seen.met(p) {
		return out
	}
	end := func(c heap.Cell, beside []heap.Label) bool { // takes in a cell; true if the walk ends there
		out.taint = out.taint.Union(c.Taint.Except(beside))
		if c.Cleaned {
			out.known, out.clean = true, true
			return true
		}
		if c.Opaque && hint != nil {
			out.taint = out.taint.Union(heap.Taint{{Label: *hint}})
		}
		if c.Known {
			out.known = true
		}
		return c.Known
	}
	finish := func() gathered {
		if hint != nil && hint.Typed && !out.clean {
			out.taint = out.taint.Union(heap.Taint{{Label: *hint}})
		}
		return out
	}
	if c, ok := g.f.mem.Get(p); ok {
		out.refs = heap.JoinRefs(out.refs, c.Refs)
		if end(c, nil) {
			return finish()
		}
	}
	beside := g.f.apart[p]
	if p.Path.Last.Kind == heap.KeyOf {
		if c, ok := g.f.mem.Get(heap.Place{Root: p.Root, Path: p.Path.Parent.At(heap.AnyElement)}); ok {
			out.refs = heap.JoinRefs(out.refs, c.Refs)
			out.taint = out.taint.Union(c.Taint)
		}
	}
	for up := p.Path.Parent; up != nil; up = up.Parent {
		holder := heap.Place{Root: p.Root, Path: up}
		c, ok := g.f.mem.Get(holder)
		if ok && (len(c.Refs) > 0 && g.linked(&out, c, p.Path.From(up), hint, depth) || end(c, beside)) {
			return finish()
		}
		beside = slices.Concat(beside, g.f.apart[holder])
	}
	g.root(&out, p, hint, beside)
	return finish()
}

// linked reads on in the objects that an ancestor was copied from or points to.
func (g *gatherer) linked(out *gathered, c heap.Cell, rest *heap.Path, hint *heap.Label, depth int) (clean bool) {
	allClean := c.Known && len(c.Refs) > 0
	for _, r := range c.Refs {
		sub := g.at(r.Join(rest), hint, depth+1)
		out.taint = out.taint.Union(sub.taint)
		out.refs = heap.JoinRefs(out.refs, sub.refs)
		allClean = allClean && sub.clean
		if !sub.known && len(sub.refs) == 0 {
			out.refs = heap.JoinRefs(out.refs, []heap.Ref{{Place: r.Join(rest), Typ: nil, Hint: hint}})
		}
	}
	if allClean {
		out.clean, out.known = true, true
	}
	return allClean
}

// root adds what the object's origin says: an input stands for itself, and what
// came from elsewhere holds what its type says.
func (g *gatherer) root(out *gathered, p heap.Place, hint *heap.Label, beside []heap.Label) {
	f := g.f
	if lay, ok := f.taken[p.Root]; ok {
		p = lay.Join(p.Path)
	}
	i := f.inputIndex(p.Root)
	if i >= 0 {
		in := heap.Label{Mark: heap.Mark{Kind: heap.Input, Param: i, Deep: g.deep}, Path: p.Path}
		out.taint = out.taint.Union(heap.Taint{{Label: in}})
		if hint != nil {
			out.taint = out.taint.Union(heap.Taint{{Label: shadow(*hint, in)}})
		}
		return
	}
	out.taint = out.taint.Union(f.returned(p))
	if glob, ok := p.Root.(*ssa.Global); ok {
		out.taint = out.taint.Union(f.e.inGlobal(glob, p.Path).Except(beside))
	}
	if hint != nil && isOpaqueRoot(p.Root) {
		out.taint = out.taint.Union(heap.Taint{{Label: *hint}})
	}
}

func (f *frame) inputIndex(root ssa.Value) int {
	switch root := root.(type) {
	case *ssa.Parameter:
		return slices.Index(f.fn.Params, root)
	case *ssa.FreeVar:
		if i := slices.Index(f.fn.FreeVars, root); i >= 0 {
			return len(f.fn.Params) + i
		}
	}
	return -1
}

// deep is everything that a sink of the mode sees of a value.
func (f *frame) deep(c heap.Cell, m tables.Mode) heap.Taint {
	if c.Cleaned {
		return c.Taint
	}
	out := c.Taint
	d := deepWalk{f: f, mode: m, seen: map[heap.Place]bool{}}
	for _, r := range c.Refs {
		out = out.Except(f.e.hidden(r.Typ, m))
	}
	for _, r := range c.Refs {
		out = out.Union(d.at(r, 0))
	}
	return out
}

type deepWalk struct {
	f    *frame
	mode tables.Mode
	seen map[heap.Place]bool
}

// maxDeep bounds how many objects inside objects a sink looks into.
const maxDeep = 6

func (d *deepWalk) at(r heap.Ref, depth int) heap.Taint {
	if d.f.work > maxWork || d.seen[r.Place] || depth > maxDeep {
		return nil
	}
	d.seen[r.Place] = true
	f := d.f
	if d.mode.ByFmt() && prettifies(r.Typ) {
		defer func(m tables.Mode) { d.mode = m }(d.mode)
		d.mode = tables.Whole
	}
	if behind := f.behind[r.Place]; behind != nil && d.mode.Asks() && (r.Typ == nil || types.IsInterface(r.Typ)) {
		r.Typ = behind
	}
	if r.Typ != nil {
		if shown, decides := f.shownBy(r, d.mode); decides {
			return shown
		}
		if _, isPtr := r.Typ.Underlying().(*types.Pointer); isPtr && depth > 0 && d.mode.ByFmt() && !isError(r.Typ) {
			return nil
		}
	}
	got := f.gather(r.Place, r.Hint, true)
	out := f.readStep(got.taint, r, token.NoPos).Except(f.e.hidden(r.Typ, d.mode))
	if d.mode != tables.Whole {
		out = withMode(out, d.mode)
	}
	if !isAggregate(derefType(r.Typ)) {
		for _, sub := range got.refs {
			if sub.Typ == nil {
				sub.Typ = r.Typ
			}
			out = out.Union(d.at(sub, depth+boolInt(sub.Place != r.Place && !got.known)))
		}
	}
	defer func(m tables.Mode) { d.mode = m }(d.mode)
	outer := d.mode
	d.mode = d.mode.Inside()
	for _, rel := range f.contents(r.Place) {
		if r.Typ != nil && !visible(r.Typ, rel, d.mode) {
			continue
		}
		in := f.gather(r.Join(rel), f.hintOf(r, rel), true)
		out = out.Union(withMode(f.e.shownAt(in.taint, r.Typ, rel, d.mode), d.mode))
		for _, sub := range in.refs {
			if sub.Typ == nil {
				sub.Typ = typeAt(r.Typ, rel)
			}
			out = out.Union(d.at(sub, depth+1))
		}
	}
	if got.clean {
		return out
	}
	for _, s := range f.e.spots(r.Typ, outer) {
		if s.path.IsRoot() && !s.label.Typed && got.known {
			continue
		}
		label := s.label
		out = out.Union(f.readStep(f.gather(r.Join(s.path), &label, false).taint, r, token.NoPos))
	}
	return out
}

// shownBy is what a type with a method for the purpose shows of a value, and whether
// it has one whose body is known.
func (f *frame) shownBy(r heap.Ref, m tables.Mode) (heap.Taint, bool) {
	fn := shower(r.Typ, m)
	if fn == nil || f.showing[r.Place] {
		return nil, false
	}
	sum := f.e.summaryOf(fn)
	if sum == nil {
		return nil, tables.IsSecretName(program.NamedOf(r.Typ).Obj().Name())
	}
	if f.showing == nil {
		f.showing = map[heap.Place]bool{}
	}
	f.showing[r.Place] = true
	defer delete(f.showing, r.Place)
	var out heap.Taint
	a := application{args: []heap.Cell{{Refs: []heap.Ref{r}}}, name: fn.Name()}
	for _, o := range sum.Results {
		for _, t := range heap.ByPath(o.At) {
			out = out.Union(f.resolve(t, a, heap.Way{}))
		}
		for _, as := range heap.ByPath(o.Aliases) {
			out = out.Union(f.deep(heap.Cell{Refs: f.aliased(as, a)}, m))
		}
	}
	return out, true
}

// contents are the paths below a place at which something is said of it, or of the
// objects that it was copied from, in their order.
func (f *frame) contents(p heap.Place) []*heap.Path {
	c := contents{f: f, found: map[*heap.Path]bool{}}
	c.collect(p, f.e.paths, 0)
	return slices.SortedFunc(maps.Keys(c.found), (*heap.Path).Compare)
}

type contents struct {
	f     *frame
	found map[*heap.Path]bool
	seen  visited
}

// maxContents bounds the paths one sink looks at.
const maxContents = 256

func (c *contents) collect(p heap.Place, at *heap.Path, depth int) {
	if depth > maxLinks || c.seen.met(p) {
		return
	}
	add := func(path *heap.Path) {
		if len(c.found) < maxContents && path.Below(p.Path) {
			c.found[at.Join(path.From(p.Path))] = true
		}
	}
	cells := c.f.mem[p.Root]
	if len(c.found)+len(cells) <= maxContents { // all of them, in whatever order
		for path := range cells {
			add(path)
		}
	} else {
		for path := range heap.ByPath(cells) {
			add(path)
		}
	}
	for _, rest := range c.f.e.belowInGlobal(p.Root, p.Path) {
		if len(c.found) < maxContents {
			c.found[at.Join(rest)] = true
		}
	}
	// What the place, or what holds it, was copied from.
	for up := p.Path; up != nil; up = up.Parent {
		for _, r := range cells[up].Refs {
			c.collect(r.Join(p.Path.From(up)), at, depth+1)
		}
	}
}

// visited are places that a walk has been at. Most walks go to a few places, which are
// sooner compared than hashed.
type visited struct {
	few  []heap.Place
	many map[heap.Place]bool
}

// maxFew is how many places are compared one by one.
const maxFew = 16

// met reports whether the walk has been at a place, and remembers it.
func (v *visited) met(p heap.Place) bool {
	if v.many != nil {
		if v.many[p] {
			return true
		}
		v.many[p] = true
		return false
	}
	if slices.Contains(v.few, p) {
		return true
	}
	if v.few = append(v.few, p); len(v.few) > maxFew {
		v.many = map[heap.Place]bool{}
		for _, q := range v.few {
			v.many[q] = true
		}
	}
	return false
}

// isAggregate reports whether a value of the type is copied with all it holds.
func isAggregate(t types.Type) bool {
	if t == nil {
		return false
	}
	switch t.Underlying().(type) {
	case *types.Struct, *types.Array:
		return true
	}
	return false
}

func isError(t types.Type) bool {
	obj, _, _ := types.LookupFieldOrMethod(t, true, nil, "Error")
	return obj != nil
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// withMode notes on deep inputs how they are looked at, for the caller to do so.
func withMode(t heap.Taint, m tables.Mode) heap.Taint {
	out := make(heap.Taint, len(t))
	for i, x := range t {
		if x.Label.Kind == heap.Input && x.Label.Deep {
			x.Label.Mode = m
		}
		out[i] = x
	}
	return out
}
