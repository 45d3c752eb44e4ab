package interp

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/heap"
	"github.com/deputy-sec/deputy/analyzers/taint/summary"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
)

// relevant says which labels matter at which sinks.
func relevant(k heap.Kind, s tables.SinkKind) bool {
	switch s {
	case tables.Logged, tables.Returned, tables.Sent:
		return k == heap.External
	}
	return k == heap.Request
}

// sink records what arrives at a sink: flows for sources, the summary for inputs.
func (f *frame) sink(s summary.Sink, t heap.Taint) {
	if !f.e.counted(s) || s.Kind == tables.Sent && len(t) > 0 && f.assumesByHand() {
		return
	}
	for _, x := range t.Exact() {
		l := x.Label.Alone()
		switch {
		case (s.Kind == tables.Kept || s.Kind == tables.Stored) && t.IsBeside(l):
		case l.Kind == heap.Input:
			if !shadowed(t, l, s.Kind) && len(f.sum.Sinks) < summary.MaxSinks {
				l.Shadow = false
				f.sum.Sinks[summary.SinkKey{Label: l, Sink: s}] = x.Step
			}
		case relevant(l.Kind, s.Kind) && counts(l, s, t) && !f.e.excluded(f.fn):
			key := flowKey{l.Kind, l.Source(), s.Kind, s.Pos, l.Pos}
			if _, ok := f.e.flows[key]; !ok {
				f.e.flows[key] = &Flow{l, s, steps(x.Step), f.fn}
			}
		}
	}
}

// counted leaves out what the project does not call a sink where it alone decides.
func (e *engine) counted(s summary.Sink) bool {
	if leaks := relevant(heap.External, s.Kind); leaks {
		return s.Named || !e.pol.OnlySinks
	}
	return !e.pol.OnlySources
}

// counts leaves out a request as such, of which nothing was taken yet, and what is
// stored without being an External ID.
func counts(l heap.Label, s summary.Sink, t heap.Taint) bool {
	if l.Kind != heap.Request {
		return true
	}
	isID := func(x heap.Tag) bool { return x.Label.Kind == heap.External }
	return l.Stage != heap.Untaken && (s.Kind != tables.Stored || slices.ContainsFunc(t, isID))
}

// shadowed reports whether a source found in the input by its type is reported here,
// so that the callers need not.
func shadowed(t heap.Taint, in heap.Label, kind tables.SinkKind) bool {
	return slices.ContainsFunc(t, func(x heap.Tag) bool {
		l := x.Label
		if !l.Shadow || l.Param != in.Param || !relevant(l.Kind, kind) {
			return false
		}
		return l.Kind == heap.Request || l.Path == in.Path || in.Deep && l.Path.Below(in.Path)
	})
}

func steps(s *heap.Step) []*heap.Step {
	var out []*heap.Step
	for ; s != nil; s = s.Prev {
		out = append([]*heap.Step{s}, out...)
	}
	return out
}

func (e *engine) excluded(fn *ssa.Function) bool {
	for fn.Parent() != nil {
		fn = fn.Parent()
	}
	if obj, ok := fn.Object().(*types.Func); ok {
		n := program.FuncOf(obj)
		return e.pol.IsExcluded(n.Pkg, n.Recv, n.Name)
	}
	return e.pol.IsExcluded(e.pass.Pkg.Path(), "", fn.Name())
}

// tableSinks looks a call up in the policy's and the built-in sinks.
func (f *frame) tableSinks(k site) {
	if kind := f.e.pol.SinkKind(k.name.Pkg, k.name.Recv, k.name.Name); kind != "" {
		f.leak(k, tables.SinkRow{Kind: tables.KindNames[kind]}, 0, true)
		return
	}
	if r, ok := tables.IsTableSink(k.name); ok && !f.sendsOn(k) {
		f.leak(k, r, k.declared(), false)
		return
	}
	if tables.LooksLikeLogger(k.name) && !f.hasSinks(k) {
		f.leak(k, tables.SinkRow{Kind: tables.Logged, Mode: tables.Structured}, k.declared(), false)
	}
}

func (f *frame) hasSinks(k site) bool {
	sum := f.e.summaryOf(k.obj)
	return sum != nil && (len(sum.Sinks) > 0 || !k.call.IsInvoke())
}

// leak looks at the arguments of a sink, which the project may have named.
func (f *frame) leak(k site, r tables.SinkRow, skip int, named bool) {
	last := len(k.args) - 1
	if r.To == tables.Only {
		last = min(last, skip+r.From)
	}
	for i := skip + r.From; i <= last; i++ {
		if isContext(k.vals[i].Type()) {
			continue // loggers take trace IDs from it, not what handlers put there
		}
		s := summary.Sink{Kind: r.Kind, What: tables.SinkName(k.name), Pos: k.pos, Named: named}
		switch {
		case r.Kind == tables.Stored:
			f.keep(k, i, s)
		case i == len(k.args)-1 && k.obj.Signature().Variadic():
			f.variadic(k, i, r, skip, func(t heap.Taint) { f.sink(s, t) })
		default:
			f.sink(s, f.deep(k.args[i], r.Mode))
		}
	}
}

// keep looks at an argument of a store part by part: what a request chose counts where
// it is an External ID, not where it lies beside one.
func (f *frame) keep(k site, i int, s summary.Sink) {
	elems, ok := literalElements(k.vals[i])
	if !ok {
		elems = []ssa.Value{k.vals[i]}
	}
	for _, v := range elems {
		if v == nil {
			continue
		}
		c := f.value(v)
		f.sink(s, c.Taint)
		for _, r := range c.Refs {
			f.keepParts(r, s, map[heap.Place]bool{})
		}
	}
}

func (f *frame) keepParts(r heap.Ref, s summary.Sink, seen map[heap.Place]bool) {
	if seen[r.Place] || len(seen) > maxContents {
		return
	}
	seen[r.Place] = true
	at := func(p *heap.Path, hint *heap.Label) {
		got := f.gather(r.Join(p), hint, false)
		f.sink(s, got.taint)
		for _, sub := range got.refs {
			if sub.Typ == nil {
				sub.Typ = typeAt(r.Typ, p)
			}
			f.keepParts(sub, s, seen)
		}
	}
	at(f.e.paths, r.Hint)
	for _, path := range f.contents(r.Place) {
		at(path, f.hintOf(r, path))
	}
	for _, spot := range f.e.spots(r.Typ, tables.Whole) {
		f.sink(s, f.gather(r.Join(spot.path), &spot.label, false).taint.Union(heap.Taint{{Label: spot.label}}))
	}
}

// variadic looks at each of the arguments of a variadic parameter by itself, as
// package fmt does; a format that is constant tells which of them are shown.
func (f *frame) variadic(k site, i int, r tables.SinkRow, skip int, each func(heap.Taint)) {
	elems, ok := literalElements(k.vals[i])
	if !ok {
		each(f.deep(k.args[i], r.Mode))
		return
	}
	var views []view
	if at := skip + r.Format - 1; r.Format > 0 && at < len(k.vals) {
		views = viewsOf(k.vals[at], len(elems))
	}
	for j, v := range elems {
		switch {
		case v == nil || views != nil && views[j] == notShown:
		case views != nil && views[j] == asGoSyntax && r.Mode == tables.Printed:
			each(f.deep(f.value(v), tables.GoSyntax))
		default:
			each(f.deep(f.value(v), r.Mode))
		}
	}
}

// literalElements are the arguments that a call spells out for its variadic
// parameter.
func literalElements(v ssa.Value) ([]ssa.Value, bool) {
	sl, ok := v.(*ssa.Slice)
	if !ok {
		return nil, false
	}
	alloc, ok := sl.X.(*ssa.Alloc)
	if !ok || alloc.Comment != "varargs" {
		return nil, false
	}
	n := alloc.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Array).Len()
	if n > 4096 {
		return nil, false
	}
	out := make([]ssa.Value, n)
	for _, r := range *alloc.Referrers() {
		ia, ok := r.(*ssa.IndexAddr)
		if !ok {
			continue
		}
		at, ok := constInt(ia.Index)
		if !ok || at >= n {
			return nil, false
		}
		for _, s := range *ia.Referrers() {
			if st, ok := s.(*ssa.Store); ok && st.Addr == ia {
				out[at] = st.Val
			}
		}
	}
	return out, true
}

// writerKind says where what is written to an object goes, 0 if it stays.
func writerKind(r heap.Ref) tables.SinkKind {
	if g, ok := r.Root.(*ssa.Global); ok {
		return tables.Streams[program.VarKey(g)]
	}
	if r.Typ != nil {
		if kind, ok := tables.Writers[typeName(r.Typ)]; ok {
			return kind
		}
	}
	if kind, ok := tables.Writers[typeName(r.Root.Type())]; ok {
		return kind
	}
	if _, captured := r.Root.(*ssa.FreeVar); captured {
		return leadsOut(r.Root, 0)
	}
	if c, ok := r.Root.(*ssa.Call); ok {
		if obj := program.Callee(&c.Call); obj != nil {
			if n := program.FuncOf(obj); (n.Pkg == "net/http" || strings.HasSuffix(n.Pkg, "go-retryablehttp")) && tables.Requesters.Matches(n) {
				return tables.Sent
			}
		}
	}
	return 0
}

// leadsOut says where what is written to a captured variable goes, by what the function
// around the literal put into it: a writer, or what a library made around one.
func leadsOut(v ssa.Value, depth int) tables.SinkKind {
	if v == nil || depth > maxLinks {
		return 0
	}
	if kind, ok := tables.Writers[typeName(v.Type())]; ok {
		return kind
	}
	switch x := v.(type) {
	case *ssa.Global:
		return tables.Streams[program.VarKey(x)]
	case *ssa.FreeVar:
		return leadsOut(binding(x), depth+1)
	case *ssa.Alloc:
		return leadsOut(onlyStored(x), depth+1)
	case *ssa.UnOp:
		return leadsOut(x.X, depth+1)
	case *ssa.MakeInterface:
		return leadsOut(x.X, depth+1)
	case *ssa.ChangeInterface:
		return leadsOut(x.X, depth+1)
	case *ssa.Call:
		if i := madeAround(&x.Call); i >= 0 {
			return leadsOut(x.Call.Args[i], depth+1)
		}
	}
	return 0
}

// madeAround is the argument that the result of a function of a library is, or leads to; -1
// if there is none.
func madeAround(c *ssa.CallCommon) int {
	obj := program.Callee(c)
	if obj == nil || c.IsInvoke() {
		return -1
	}
	name := program.FuncOf(obj)
	for _, r := range tables.FlowIndex[tables.Unversioned(name.Pkg)] {
		if from, ok := strings.CutSuffix(r.Moves, "=r"); ok && r.Matches(name) && len(from) == 1 && from != "*" {
			if i := int(from[0] - '0'); i < len(c.Args) {
				return i
			}
		}
	}
	return -1
}

// writerSink records what is written to an object that leads out.
func (f *frame) writerSink(r heap.Ref, pos token.Pos, t heap.Taint, by string) {
	if kind := writerKind(r); kind != 0 && len(t) > 0 {
		f.sink(summary.Sink{Kind: kind, What: by, Pos: pos}, t)
	}
}

// typeName is the key of a type without the major version of its package.
func typeName(t types.Type) string {
	key := program.TypeKey(t)
	if dot := strings.LastIndex(key, "."); dot > 0 {
		return tables.Unversioned(key[:dot]) + key[dot:]
	}
	return key
}

func isContext(t types.Type) bool { return program.TypeKey(t) == "context.Context" }

// view is what a verb of a format shows of its argument.
type view uint8

const (
	asIs view = iota
	notShown
	asGoSyntax
)

// viewsOf maps the arguments of a constant format to what is shown of them.
func viewsOf(format ssa.Value, n int) []view {
	views := make([]view, n)
	s, ok := constString(format)
	if !ok || strings.Contains(s, "%[") || strings.Contains(s, "*") {
		return views
	}
	arg := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			continue
		}
		flags := i + 1
		for i++; i < len(s) && strings.IndexByte("+-# 0123456789.", s[i]) >= 0; i++ {
		}
		if i >= len(s) || s[i] == '%' {
			continue
		}
		if arg < n {
			switch {
			case strings.IndexByte("Tpt", s[i]) >= 0:
				views[arg] = notShown
			case s[i] == 'v' && strings.Contains(s[flags:i], "#"):
				views[arg] = asGoSyntax
			}
		}
		arg++
	}
	return views
}
