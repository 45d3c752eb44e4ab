package taint

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/program"
)

// frame is the abstract interpretation of one function. Registers are SSA values,
// evaluated in reverse postorder until nothing changes; memory is flow-sensitive:
// each block starts with the join of what its predecessors left, so that a write
// after a sink does not reach it and a sanitizer before it counts.
type frame struct {
	e   *engine
	fn  *ssa.Function
	env map[ssa.Value]cell
	mem memory
	out []memory // by block index
	sum *summary
	// flat gives up flow-sensitivity: one memory for all blocks, and no write
	// replaces another. It is for functions too large for a memory per block.
	flat    bool
	work    int                 // places read so far
	showing map[place]bool      // whose own methods are being asked what they show
	taken   map[ssa.Value]place // objects that came off a channel, and where they lay
	apart   map[place][]Label   // of a field's place: the labels that name fields beside it
}

const (
	maxWork    = 20_000    // places read in one function; what is left of it is not followed
	maxPasses  = 8         // over a function with loops
	flatBlocks = 1500      // more blocks than this are interpreted flat
	maxInstrs  = 200_000   // larger functions (generated tables) are not interpreted
	maxCells   = 1_000_000 // blocks times stores that a memory per block may cost
)

func (e *engine) interpret(fn *ssa.Function) *summary {
	f := &frame{e: e, fn: fn, env: map[ssa.Value]cell{}, out: make([]memory, len(fn.Blocks)), taken: map[ssa.Value]place{}, apart: map[place][]Label{},
		sum: &summary{effects: map[target]output{}, sinks: map[sinkKey]*Step{}}}
	instrs, stores, loops := f.measure()
	if instrs > maxInstrs {
		return f.sum
	}
	f.flat = len(fn.Blocks) > flatBlocks || len(fn.Blocks)*stores > maxCells
	entry := memory{}
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
	var c cell
	in := Label{mark: mark{Kind: input, Param: i}, Path: f.e.paths}
	hint := f.inputHint(v, i)
	if isScalar(v.Type()) {
		if carries(v.Type()) {
			c.taint = Taint{{Label: in}}
			if hint != nil {
				c.taint = append(c.taint, Tag{shadow(*hint, in), stepAt(f.fn, v.Pos(), hint.Source)})
			}
		}
	} else {
		c.refs = []ref{{f.at(v), v.Type(), hint}}
		if l, ok := f.e.request(f.fn, v); ok {
			f.mem.put(f.at(v), cell{taint: Taint{{shadow(l, in), stepAt(f.fn, v.Pos(), l.Source)}}, opaque: true})
		}
	}
	f.env[v] = c
}

func (f *frame) inputHint(v ssa.Value, i int) *Label {
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
func shadow(l, in Label) Label {
	l.Shadow, l.Param, l.Path = true, in.Param, in.Path
	return l
}

// stepAt begins the way of a source.
func stepAt(fn *ssa.Function, pos token.Pos, of Source) *Step {
	return &Step{Pos: program.Near(fn, pos), Of: &of}
}

// block interprets one block and reports whether anything it computed is new.
func (f *frame) block(b *ssa.BasicBlock, entry memory) bool {
	f.mem = f.before(b, entry)
	changed := false
	for _, instr := range b.Instrs {
		if v, ok := instr.(ssa.Value); ok {
			next := f.eval(v)
			if why := f.e.ext.Value(v); why != nil && isOrigin(v) {
				next.taint = next.taint.union(Taint{f.foundAt(v, why)})
			}
			if !carries(v.Type()) {
				next = cell{}
			}
			if old, ok := f.env[v]; !ok || !old.equal(next) {
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
	if old := f.out[b.Index]; old == nil || !old.equal(f.mem) {
		changed = true
	}
	f.out[b.Index] = f.mem
	return changed
}

func (f *frame) before(b *ssa.BasicBlock, entry memory) memory {
	if f.flat {
		return entry
	}
	var m memory
	if b.Index == 0 {
		m = entry.clone()
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
			m = left.clone()
		default:
			m.merge(left)
		}
	}
	if m == nil {
		m = memory{}
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
func (f *frame) foundAt(v ssa.Value, why *externalid.Why) Tag {
	what := why.What
	if what.Kind == externalid.SomeValue {
		what = describe(v)
	}
	l := sourceLabel(&externalid.Why{What: what, Reason: why.Reason, Strength: why.Strength})
	return Tag{l, stepAt(f.fn, v.Pos(), l.Source)}
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
func (f *frame) value(v ssa.Value) cell {
	switch v := v.(type) {
	case *ssa.Const:
		switch v.Type().Underlying().(type) {
		case *types.Struct, *types.Array: // a zero value, of a type that may be followed as such
			return cell{refs: []ref{{f.at(v), v.Type(), nil}}}
		}
		return cell{known: true}
	case *ssa.Global:
		r := ref{f.at(v), v.Type(), nil}
		if why := f.e.ext.Global(v); why != nil {
			l := sourceLabel(why)
			r.hint = &l
		}
		return cell{refs: []ref{r}}
	case *ssa.Function:
		return cell{refs: []ref{{f.at(v), v.Type(), nil}}}
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
func (f *frame) at(v ssa.Value) place { return place{v, f.e.paths} }

// made is the register that denotes a new object.
func (f *frame) made(v ssa.Value) cell {
	p := f.at(v)
	if f.mem[v] == nil || !f.flat {
		f.mem[v] = map[*path]cell{}
	}
	r := ref{p, v.Type(), nil}
	if why := f.e.ext.Value(v); why != nil && why.Strength == externalid.Named && isText(program.Element(v.Type())) {
		l := sourceLabel(why)
		r.hint = &l
	}
	return cell{refs: []ref{r}}
}

// eval computes a register.
func (f *frame) eval(v ssa.Value) cell {
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
			c.taint = f.take(c.taint, v.Pos(), program.StructOf(v.X.Type()).Field(v.Field).Name())
		}
		return c
	case *ssa.IndexAddr:
		return f.extend(v.X, anyElement, v.Type())
	case *ssa.Index:
		if isScalar(v.X.Type()) {
			return cell{taint: f.value(v.X).taint}
		}
		return f.load(f.extend(v.X, anyElement, v.Type()), v.Type(), v.Pos())
	case *ssa.Lookup:
		return f.lookup(v)
	case *ssa.UnOp:
		return f.unop(v)
	case *ssa.Phi:
		return f.phi(v)
	case *ssa.BinOp:
		if v.Op == token.ADD && carries(v.Type()) {
			return cell{taint: joined(f.value(v.X).taint, f.value(v.Y).taint).made().step(v.Pos(), Way{Action: Concatenated})}
		}
		return cell{}
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
		return cell{refs: f.value(v.Iter).refs, taint: f.value(v.Iter).taint}
	case *ssa.Range:
		return f.value(v.X)
	case *ssa.Select:
		return f.selects(v)
	case *ssa.Call:
		return f.call(v, &v.Call, v)
	}
	return cell{}
}

func retype(c cell, t types.Type) cell {
	if len(c.refs) == 0 {
		return c
	}
	refs := make([]ref, len(c.refs))
	for i, r := range c.refs {
		refs[i] = ref{r.place, t, r.hint}
	}
	c.refs = refs
	return c
}

// fieldOf denotes a field of the structs that x denotes. A store may hold a struct
// that x was copied from; reading sorts that out.
func (f *frame) fieldOf(x ssa.Value, i int, t types.Type) cell {
	base := f.value(x)
	hint := f.e.fieldHint(x.Type(), i)
	out := cell{cleaned: base.cleaned, taint: base.taint.except(f.e.siblings(x.Type(), i))}
	for _, r := range base.refs {
		field := r.at(field(i))
		if field != r.place {
			f.setApart(field, x.Type(), i)
		}
		out.refs = append(out.refs, ref{field, t, hint})
	}
	if len(base.refs) == 0 && hint != nil && hint.Typed && !base.cleaned && !base.known {
		out.taint = out.taint.union(Taint{{*hint, stepAt(f.fn, x.Pos(), hint.Source)}})
	}
	return out
}

func (f *frame) extend(x ssa.Value, seg segment, t types.Type) cell {
	base := f.value(x)
	out := cell{taint: base.taint, cleaned: base.cleaned}
	for _, r := range base.refs {
		out.refs = append(out.refs, ref{r.at(seg), t, nil})
	}
	return out
}

// load reads what an address denotes.
func (f *frame) load(addr cell, t types.Type, pos token.Pos) cell {
	out := cell{taint: addr.taint}
	scalar := isScalar(t)
	for _, r := range addr.refs {
		got := f.gather(r.place, r.hint, false)
		if len(got.taint) > 0 {
			out.taint = out.taint.union(f.readStep(got.taint, r, pos))
		}
		if scalar {
			continue
		}
		if isAggregate(t) { // the copy is read where the original is
			out.refs = joinRefs(out.refs, []ref{{r.place, t, r.hint}})
			continue
		}
		out.refs = joinRefs(out.refs, retypeConcrete(got.refs, t))
		if len(got.refs) == 0 || !got.known {
			out.refs = joinRefs(out.refs, []ref{{r.place, t, r.hint}})
		}
	}
	out.cleaned = addr.cleaned
	return out
}

// readStep begins the trace of a source where it is read.
func (f *frame) readStep(t Taint, r ref, pos token.Pos) Taint {
	out := make(Taint, len(t))
	for i, x := range t {
		if x.Step == nil && x.Label.Kind == External {
			x.Step = stepAt(f.fn, pos, x.Label.Source)
		}
		out[i] = x
	}
	return out
}

// retypeConcrete gives refs the static type of the register they go to, unless it
// is an interface, whose refs know better.
func retypeConcrete(refs []ref, t types.Type) []ref {
	if types.IsInterface(t) {
		return refs
	}
	return retype(cell{refs: refs}, t).refs
}

// gathered is what is read at a place.
type gathered struct {
	taint Taint
	refs  []ref
	known bool // the walk ended at something that says everything
	clean bool // … because a sanitizer ran over it
}

// gather reads one place: what is said of it, then of what holds it, up to the
// object itself, whose origin says the rest. hint is the label of the field that the
// place is. deep asks inputs for everything below the place.
func (f *frame) gather(p place, hint *Label, deep bool) gathered {
	g := gatherer{f: f, deep: deep, seen: map[place]bool{}}
	return g.at(p, hint, 0)
}

type gatherer struct {
	f    *frame
	deep bool
	seen map[place]bool
}

// maxLinks bounds the chain of copies and pointers that one read follows.
const maxLinks = 8

func (g *gatherer) at(p place, hint *Label, depth int) gathered {
	var out gathered
	if g.f.work++; g.seen[p] || depth > maxLinks || g.f.work > maxWork {
		return out
	}
	g.seen[p] = true
	end := func(c cell, beside []Label) bool { // takes in a cell; true if the walk ends there
		out.taint = out.taint.union(c.taint.except(beside))
		if c.cleaned {
			out.known, out.clean = true, true
			return true
		}
		if c.opaque && hint != nil {
			out.taint = out.taint.union(Taint{{Label: *hint}})
		}
		if c.known {
			out.known = true
		}
		return c.known
	}
	finish := func() gathered {
		if hint != nil && hint.Typed && !out.clean {
			out.taint = out.taint.union(Taint{{Label: *hint}})
		}
		return out
	}
	if c, ok := g.f.mem.get(p); ok {
		out.refs = joinRefs(out.refs, c.refs)
		if end(c, nil) {
			return finish()
		}
	}
	beside := g.f.apart[p]
	if p.path.last.Kind == keyOf {
		if c, ok := g.f.mem.get(place{p.root, p.path.parent.at(anyElement)}); ok {
			out.refs = joinRefs(out.refs, c.refs)
			out.taint = out.taint.union(c.taint)
		}
	}
	for up := p.path.parent; up != nil; up = up.parent {
		holder := place{p.root, up}
		c, ok := g.f.mem.get(holder)
		if ok && (len(c.refs) > 0 && g.linked(&out, c, p.path.from(up), hint, depth) || end(c, beside)) {
			return finish()
		}
		beside = slices.Concat(beside, g.f.apart[holder])
	}
	g.root(&out, p, hint, beside)
	return finish()
}

// linked reads on in the objects that an ancestor was copied from or points to.
func (g *gatherer) linked(out *gathered, c cell, rest *path, hint *Label, depth int) (clean bool) {
	allClean := c.known && len(c.refs) > 0
	for _, r := range c.refs {
		sub := g.at(r.join(rest), hint, depth+1)
		out.taint = out.taint.union(sub.taint)
		out.refs = joinRefs(out.refs, sub.refs)
		allClean = allClean && sub.clean
		if !sub.known && len(sub.refs) == 0 {
			out.refs = joinRefs(out.refs, []ref{{r.join(rest), nil, hint}})
		}
	}
	if allClean {
		out.clean, out.known = true, true
	}
	return allClean
}

// root adds what the object's origin says: an input stands for itself, and what
// came from elsewhere holds what its type says.
func (g *gatherer) root(out *gathered, p place, hint *Label, beside []Label) {
	f := g.f
	if lay, ok := f.taken[p.root]; ok {
		p = lay.join(p.path)
	}
	i := f.inputIndex(p.root)
	if i >= 0 {
		in := Label{mark: mark{Kind: input, Param: i, Deep: g.deep}, Path: p.path}
		out.taint = out.taint.union(Taint{{Label: in}})
		if hint != nil {
			out.taint = out.taint.union(Taint{{Label: shadow(*hint, in)}})
		}
		return
	}
	out.taint = out.taint.union(f.returned(p))
	if glob, ok := p.root.(*ssa.Global); ok {
		out.taint = out.taint.union(f.e.inGlobal(glob, p.path, g.deep).except(beside))
	}
	if hint != nil && isOpaqueRoot(p.root) {
		out.taint = out.taint.union(Taint{{Label: *hint}})
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
func (f *frame) deep(c cell, m mode) Taint {
	if c.cleaned {
		return c.taint
	}
	out := c.taint
	d := deepWalk{f: f, mode: m, seen: map[place]bool{}}
	for _, r := range c.refs {
		out = out.except(f.e.hidden(r.typ, m))
	}
	for _, r := range c.refs {
		out = out.union(d.at(r, 0))
	}
	return out
}

type deepWalk struct {
	f    *frame
	mode mode
	seen map[place]bool
}

// maxDeep bounds how many objects inside objects a sink looks into.
const maxDeep = 6

func (d *deepWalk) at(r ref, depth int) Taint {
	if d.f.work > maxWork || d.seen[r.place] || depth > maxDeep {
		return nil
	}
	d.seen[r.place] = true
	f := d.f
	if d.mode == printed && prettifies(r.typ) {
		d.mode = whole
		defer func() { d.mode = printed }()
	}
	if r.typ != nil {
		if shown, decides := f.shownBy(r, d.mode); decides {
			return shown
		}
		if _, isPtr := r.typ.Underlying().(*types.Pointer); isPtr && depth > 0 && d.mode == printed && !isError(r.typ) {
			return nil
		}
	}
	got := f.gather(r.place, r.hint, true)
	out := f.readStep(got.taint, r, token.NoPos).except(f.e.hidden(r.typ, d.mode))
	if d.mode != whole {
		out = withMode(out, d.mode)
	}
	if !isAggregate(derefType(r.typ)) {
		for _, sub := range got.refs {
			if sub.typ == nil {
				sub.typ = r.typ
			}
			out = out.union(d.at(sub, depth+boolInt(sub.place != r.place && !got.known)))
		}
	}
	for rel := range byPath(f.contents(r.place)) {
		if r.typ != nil && !visible(r.typ, rel, d.mode) {
			continue
		}
		in := f.gather(r.join(rel), f.hintOf(r, rel), true)
		out = out.union(withMode(f.e.shownAt(in.taint, r.typ, rel, d.mode), d.mode))
		for _, sub := range in.refs {
			if sub.typ == nil {
				sub.typ = typeAt(r.typ, rel)
			}
			out = out.union(d.at(sub, depth+1))
		}
	}
	if got.clean {
		return out
	}
	for _, s := range f.e.spots(r.typ, d.mode) {
		if s.path.isRoot() && !s.label.Typed && got.known {
			continue
		}
		label := s.label
		out = out.union(f.readStep(f.gather(r.join(s.path), &label, false).taint, r, token.NoPos))
	}
	return out
}

// shownBy is what a type with a method for the purpose shows of a value, and whether
// it has one whose body is known.
func (f *frame) shownBy(r ref, m mode) (Taint, bool) {
	fn := shower(r.typ, m)
	if fn == nil || f.showing[r.place] {
		return nil, false
	}
	sum := f.e.summaryOf(fn)
	if sum == nil {
		return nil, isSecretName(program.NamedOf(r.typ).Obj().Name())
	}
	if f.showing == nil {
		f.showing = map[place]bool{}
	}
	f.showing[r.place] = true
	defer delete(f.showing, r.place)
	var out Taint
	a := application{args: []cell{{refs: []ref{r}}}, name: fn.Name()}
	for _, o := range sum.results {
		for _, t := range byPath(o.at) {
			out = out.union(f.resolve(t, a, Way{}))
		}
		for _, as := range byPath(o.aliases) {
			out = out.union(f.deep(cell{refs: f.aliased(as, a)}, m))
		}
	}
	return out, true
}

// contents are the paths below a place at which something is said of it, or of the
// objects that it was copied from.
func (f *frame) contents(p place) map[*path]bool {
	out := map[*path]bool{}
	f.collect(p, f.e.paths, out, map[place]bool{}, 0)
	return out
}

// maxContents bounds the paths one sink looks at.
const maxContents = 256

func (f *frame) collect(p place, at *path, out map[*path]bool, seen map[place]bool, depth int) {
	if seen[p] || depth > maxLinks {
		return
	}
	seen[p] = true
	for path := range byPath(f.mem[p.root]) {
		if path.below(p.path) && len(out) < maxContents {
			out[at.join(path.from(p.path))] = true
		}
	}
	// What the place, or what holds it, was copied from.
	for up := p.path; up != nil; up = up.parent {
		c, _ := f.mem.get(place{p.root, up})
		for _, r := range c.refs {
			f.collect(r.join(p.path.from(up)), at, out, seen, depth+1)
		}
	}
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
func withMode(t Taint, m mode) Taint {
	out := make(Taint, len(t))
	for i, x := range t {
		if x.Label.Kind == input && x.Label.Deep {
			x.Label.Mode = m
		}
		out[i] = x
	}
	return out
}
