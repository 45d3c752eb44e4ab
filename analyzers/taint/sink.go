package taint

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/program"
)

// SinkKind is what becomes of a value at a sink.
type SinkKind uint8

// The kinds of sinks.
const (
	Logged   SinkKind = iota + 1 // logs, telemetry, standard output, panics
	Returned                     // responses to a caller of the service
	Sent                         // requests, messages and mail to others
	STS                          // the External ID of an AssumeRole call
	Stored                       // a database
	Kept                         // it becomes an External ID field or parameter
)

// settles reports whether a value becomes an External ID there.
func (k SinkKind) settles() bool { return k == STS || k == Kept }

// Sink is one place where values leave, or become an External ID.
type Sink struct {
	Kind  SinkKind
	What  string         // "slog.Info"
	Pos   token.Pos      // where this package reaches it
	Where token.Position // the sink itself, when it lies behind a call
	Named bool           // by the project's configuration, or a panic, which it decides about, too
}

// Flow is a label that reaches a sink.
type Flow struct {
	Label Label
	Sink  Sink
	Steps []*Step       // from the source to the sink
	Fn    *ssa.Function // in which label and sink meet
}

type flowKey struct {
	kind Kind
	what Source
	sink SinkKind
	pos  token.Pos
	at   token.Pos
}

// relevant says which labels matter at which sinks.
func relevant(k Kind, s SinkKind) bool {
	switch s {
	case Logged, Returned, Sent:
		return k == External
	}
	return k == Request
}

// sink records what arrives at a sink: flows for sources, the summary for inputs.
func (f *frame) sink(s Sink, t Taint) {
	if !f.e.counted(s) {
		return
	}
	for _, x := range t.exact() {
		l := x.Label.alone()
		switch {
		case (s.Kind == Kept || s.Kind == Stored) && t.isBeside(l):
		case l.Kind == input:
			if !shadowed(t, l, s.Kind) && len(f.sum.sinks) < maxSinks {
				l.Shadow = false
				f.sum.sinks[sinkKey{l, s}] = x.Step
			}
		case relevant(l.Kind, s.Kind) && counts(l, s, t) && !f.e.excluded(f.fn):
			key := flowKey{l.Kind, l.Source, s.Kind, s.Pos, l.Pos}
			if _, ok := f.e.flows[key]; !ok {
				f.e.flows[key] = &Flow{l, s, steps(x.Step), f.fn}
			}
		}
	}
}

// counted leaves out what the project does not call a sink where it alone decides.
func (e *engine) counted(s Sink) bool {
	if leaks := relevant(External, s.Kind); leaks {
		return s.Named || !e.pol.OnlySinks
	}
	return !e.pol.OnlySources
}

// counts leaves out a request as such, of which nothing was taken yet, and what is
// stored without being an External ID.
func counts(l Label, s Sink, t Taint) bool {
	if l.Kind != Request {
		return true
	}
	isID := func(x Tag) bool { return x.Label.Kind == External }
	return l.Stage != Untaken && (s.Kind != Stored || slices.ContainsFunc(t, isID))
}

// shadowed reports whether a source found in the input by its type is reported here,
// so that the callers need not.
func shadowed(t Taint, in Label, kind SinkKind) bool {
	return slices.ContainsFunc(t, func(x Tag) bool {
		l := x.Label
		if !l.Shadow || l.Param != in.Param || !relevant(l.Kind, kind) {
			return false
		}
		return l.Kind == Request || l.Path == in.Path || in.Deep && l.Path.below(in.Path)
	})
}

func steps(s *Step) []*Step {
	var out []*Step
	for ; s != nil; s = s.Prev {
		out = append([]*Step{s}, out...)
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

var kindNames = map[string]SinkKind{"logged": Logged, "returned": Returned, "sent": Sent}

// tableSinks looks a call up in the policy's and the built-in sinks.
func (f *frame) tableSinks(k site) {
	if kind := f.e.pol.SinkKind(k.name.Pkg, k.name.Recv, k.name.Name); kind != "" {
		f.leak(k, sinkRow{kind: kindNames[kind]}, 0, true)
		return
	}
	if r, ok := isTableSink(k.name); ok {
		f.leak(k, r, k.declared(), false)
		return
	}
	if looksLikeLogger(k.name) && !f.hasSinks(k) {
		f.leak(k, sinkRow{kind: Logged, mode: logged}, k.declared(), false)
	}
}

func (f *frame) hasSinks(k site) bool {
	sum := f.e.summaryOf(k.obj)
	return sum != nil && (len(sum.sinks) > 0 || !k.call.IsInvoke())
}

// leak looks at the arguments of a sink, which the project may have named.
func (f *frame) leak(k site, r sinkRow, skip int, named bool) {
	last := len(k.args) - 1
	if r.to == only {
		last = min(last, skip+r.from)
	}
	for i := skip + r.from; i <= last; i++ {
		if isContext(k.vals[i].Type()) {
			continue // loggers take trace IDs from it, not what handlers put there
		}
		s := Sink{Kind: r.kind, What: sinkName(k.name), Pos: k.pos, Named: named}
		switch {
		case r.kind == Stored:
			f.keep(k, i, s)
		case i == len(k.args)-1 && k.obj.Signature().Variadic():
			f.variadic(k, i, r, skip, func(t Taint) { f.sink(s, t) })
		default:
			f.sink(s, f.deep(k.args[i], r.mode))
		}
	}
}

// keep looks at an argument of a store part by part: what a request chose counts where
// it is an External ID, not where it lies beside one.
func (f *frame) keep(k site, i int, s Sink) {
	elems, ok := literalElements(k.vals[i])
	if !ok {
		elems = []ssa.Value{k.vals[i]}
	}
	for _, v := range elems {
		if v == nil {
			continue
		}
		c := f.value(v)
		f.sink(s, c.taint)
		for _, r := range c.refs {
			f.keepParts(r, s, map[place]bool{})
		}
	}
}

func (f *frame) keepParts(r ref, s Sink, seen map[place]bool) {
	if seen[r.place] || len(seen) > maxContents {
		return
	}
	seen[r.place] = true
	at := func(p *path, hint *Label) {
		got := f.gather(r.join(p), hint, false)
		f.sink(s, got.taint)
		for _, sub := range got.refs {
			if sub.typ == nil {
				sub.typ = typeAt(r.typ, p)
			}
			f.keepParts(sub, s, seen)
		}
	}
	at(f.e.paths, r.hint)
	for path := range byPath(f.contents(r.place)) {
		at(path, f.hintOf(r, path))
	}
	for _, spot := range f.e.spots(r.typ, whole) {
		f.sink(s, f.gather(r.join(spot.path), &spot.label, false).taint.union(Taint{{Label: spot.label}}))
	}
}

// variadic looks at each of the arguments of a variadic parameter by itself, as
// package fmt does; a format that is constant tells which of them are shown.
func (f *frame) variadic(k site, i int, r sinkRow, skip int, each func(Taint)) {
	elems, ok := literalElements(k.vals[i])
	if !ok {
		each(f.deep(k.args[i], r.mode))
		return
	}
	var shown []bool
	if at := skip + r.format - 1; r.format > 0 && at < len(k.vals) {
		shown = shownArgs(k.vals[at], len(elems))
	}
	for j, v := range elems {
		if v != nil && (shown == nil || shown[j]) {
			each(f.deep(f.value(v), r.mode))
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

func sinkName(n program.Func) string {
	base := n.Pkg[strings.LastIndex(n.Pkg, "/")+1:]
	if version.MatchString("/" + base) {
		parent := strings.TrimSuffix(n.Pkg, "/"+base)
		base = parent[strings.LastIndex(parent, "/")+1:]
	}
	if n.Recv != "" {
		return "(" + base + "." + n.Recv + ")." + n.Name
	}
	return base + "." + n.Name
}

// writers are types that lead out of the process, by how they do.
var writers = map[string]SinkKind{
	"net/http.ResponseWriter":                             Returned,
	"github.com/gin-gonic/gin.ResponseWriter":             Returned,
	"github.com/labstack/echo.Response":                   Returned,
	"github.com/go-chi/chi/middleware.WrapResponseWriter": Returned,
	"github.com/valyala/fasthttp.Response":                Returned,
	"github.com/valyala/fasthttp.RequestCtx":              Returned,
	"github.com/emicklei/go-restful.Response":             Returned,
	"net/http/httptest.ResponseRecorder":                  0,
	"net.Conn":                                            Sent,
	"io.PipeWriter":                                       0,
}

// streams are the variables that lead to a terminal or a log.
var streams = map[string]SinkKind{"os.Stdout": Logged, "os.Stderr": Logged}

// requesters make outgoing requests.
var requesters = row{"*", "", "NewRequest|NewRequestWithContext|FromRequest"}

// writerKind says where what is written to an object goes, 0 if it stays.
func writerKind(r ref) SinkKind {
	if g, ok := r.root.(*ssa.Global); ok {
		return streams[program.VarKey(g)]
	}
	if r.typ != nil {
		if kind, ok := writers[typeName(r.typ)]; ok {
			return kind
		}
	}
	if kind, ok := writers[typeName(r.root.Type())]; ok {
		return kind
	}
	if c, ok := r.root.(*ssa.Call); ok {
		if obj := program.Callee(&c.Call); obj != nil {
			if n := program.FuncOf(obj); (n.Pkg == "net/http" || strings.HasSuffix(n.Pkg, "go-retryablehttp")) && requesters.matches(n) {
				return Sent
			}
		}
	}
	return 0
}

// writerSink records what is written to an object that leads out.
func (f *frame) writerSink(r ref, pos token.Pos, t Taint, by string) {
	if kind := writerKind(r); kind != 0 && len(t) > 0 {
		f.sink(Sink{Kind: kind, What: by, Pos: pos}, t)
	}
}

// typeName is the key of a type without the major version of its package.
func typeName(t types.Type) string {
	key := program.TypeKey(t)
	if dot := strings.LastIndex(key, "."); dot > 0 {
		return unversioned(key[:dot]) + key[dot:]
	}
	return key
}

func isContext(t types.Type) bool { return program.TypeKey(t) == "context.Context" }
