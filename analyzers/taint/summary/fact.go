package summary

import (
	"cmp"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/heap"
)

// Summaries is the fact about a package: what its functions do, for its importers.
type Summaries struct {
	Funcs []FuncFact
	// Clean are converters from text to text whose result has nothing of what they
	// are given, which their signature alone would suggest.
	Clean []string
	// Masks are functions whose body masks what they are given.
	Masks []string
}

// AFact marks Summaries as a fact.
func (*Summaries) AFact() {}

func (s *Summaries) String() string {
	names := make([]string, len(s.Funcs))
	for i, f := range s.Funcs {
		names[i] = f.Name
	}
	return "summaries(" + strings.Join(names, " ") + ")"
}

// FuncFact is one function's summary with positions and paths spelt out.
type FuncFact struct {
	Name    string
	Results []OutputFact
	Effects []EffectFact
	Sinks   []SinkFact
	Hands   []Handed
	Calls   []CallFact
}

// CallFact is an argument that a function among the inputs is called with.
type CallFact struct {
	Call Call
	Out  OutputFact
}

// OutputFact is what a result holds.
type OutputFact struct {
	Known, Cleaned, Opaque bool
	At                     []LabelFact
	Aliases                []AliasFact
	Set                    []heap.Segments
	Type                   TypeFact
}

// TypeFact names a type of which an importer may have to know: a defined one, or a
// pointer to one.
type TypeFact struct {
	Pkg, Name string
	Pointer   bool
}

func typeFact(t types.Type) TypeFact {
	if t == nil {
		return TypeFact{}
	}
	_, pointer := types.Unalias(t).(*types.Pointer)
	n := program.NamedOf(t)
	if n == nil || n.Obj().Pkg() == nil || n.TypeParams().Len() > 0 {
		return TypeFact{}
	}
	return TypeFact{n.Obj().Pkg().Path(), n.Obj().Name(), pointer}
}

// In looks the type up in a package; nil if it is not there.
func (f TypeFact) In(pkg *types.Package) types.Type {
	if f.Name == "" || pkg == nil {
		return nil
	}
	tn, ok := pkg.Scope().Lookup(f.Name).(*types.TypeName)
	if !ok {
		return nil
	}
	if f.Pointer {
		return types.NewPointer(tn.Type())
	}
	return tn.Type()
}

// EffectFact is what is written to an input.
type EffectFact struct {
	Param int
	Path  heap.Segments
	Out   OutputFact
}

// LabelFact is a label at a path of an output. In is the path of the input that the
// label is about, if it is about one.
type LabelFact struct {
	Path   heap.Segments
	Label  heap.Mark
	Origin heap.Origin
	In     heap.Segments
}

// AliasFact is a place of an input that an output is or points to.
type AliasFact struct {
	Path  heap.Segments
	Param int
	At    heap.Segments
}

// SinkFact is an input that reaches a sink.
type SinkFact struct {
	Label  heap.Mark
	Origin heap.Origin
	In     heap.Segments
	Sink   Sink
}

// The bounds of a package's fact. A function over its bound keeps its sinks, which
// are what callers must not miss; a package over its bound keeps the functions with
// sinks first, those in which something becomes an External ID before all others.
const (
	MaxFuncFacts   = 400
	maxOutputFacts = 24
	maxSinkFacts   = 24
)

// SpellOut writes a summary down for other packages. where is the position of what lies
// in this one.
func SpellOut(name string, s *Summary, where func(token.Pos) token.Position) FuncFact {
	f := FuncFact{Name: name, Hands: s.TakesFromRequest}
	for _, r := range s.Results {
		f.Results = append(f.Results, outputFact(r))
	}
	for _, t := range s.EffectOrder() {
		if len(f.Effects) < maxOutputFacts {
			f.Effects = append(f.Effects, EffectFact{t.Param, t.Path.Segments(), outputFact(s.Effects[t])})
		}
	}
	for _, c := range s.CallOrder() {
		if len(f.Calls) < maxOutputFacts {
			f.Calls = append(f.Calls, CallFact{c, outputFact(s.Calls[c])})
		}
	}
	order := slices.Clone(s.SinkOrder())
	slices.SortStableFunc(order, func(a, b SinkKey) int {
		switch x, y := a.Sink.Kind.Settles(), b.Sink.Kind.Settles(); {
		case x == y:
			return 0
		case x:
			return -1
		}
		return 1
	})
	for _, k := range order[:min(len(order), maxSinkFacts)] {
		k.Label.Pos = token.NoPos
		if p := k.Sink.Pos; !k.Sink.Where.IsValid() && p.IsValid() { // further down, if it is known
			k.Sink.Where = where(p)
		}
		k.Sink.Pos = token.NoPos
		f.Sinks = append(f.Sinks, SinkFact{k.Label.Mark, k.Label.Origin(), k.Label.Path.Segments(), k.Sink})
	}
	slices.SortStableFunc(f.Sinks, func(a, b SinkFact) int {
		return cmp.Or(cmp.Compare(a.Label.Param, b.Label.Param), slices.CompareFunc(a.In, b.In, heap.Segment.Compare),
			comparePositions(a.Sink.Where, b.Sink.Where), strings.Compare(a.Sink.What, b.Sink.What))
	})
	return f
}

// Weight orders functions by what their callers would miss most: where an External ID
// comes to be, then any sink.
func (f FuncFact) Weight() int {
	if slices.ContainsFunc(f.Sinks, func(s SinkFact) bool { return s.Sink.Kind.Settles() }) {
		return 2
	}
	return min(len(f.Sinks), 1)
}

func outputFact(o Output) OutputFact {
	f := OutputFact{Type: typeFact(o.Typ), Known: o.Known, Cleaned: o.Cleaned, Opaque: o.Opaque}
	for p, t := range heap.ByPath(o.At) {
		for _, x := range t {
			if len(f.At) < maxOutputFacts {
				x.Label.Pos = token.NoPos
				f.At = append(f.At, LabelFact{p.Segments(), x.Label.Mark, x.Label.Origin(), x.Label.Path.Segments()})
			} else {
				f.Known = false
			}
		}
	}
	for _, p := range o.Set {
		f.Set = append(f.Set, p.Segments())
	}
	for p, as := range heap.ByPath(o.Aliases) {
		for _, a := range as {
			if len(f.Aliases) < maxOutputFacts {
				f.Aliases = append(f.Aliases, AliasFact{p.Segments(), a.Param, a.Path.Segments()})
			} else {
				f.Known = false
			}
		}
	}
	return f
}

// Carried are the sources in a function's results, by the index of the result: those
// it finds in what it is given, too, since who calls through an interface cannot tell
// what the receiver holds.
func (f FuncFact) Carried() map[int][]LabelFact {
	out := map[int][]LabelFact{}
	for j, r := range f.Results {
		for _, l := range r.At {
			if l.Label.Kind == heap.External && !l.Label.Typed {
				l.Label.Shadow, l.Label.Param, l.In = false, 0, nil
				out[j] = append(out[j], l)
			}
		}
	}
	return out
}

// Results are what methods of interfaces return, by the key of the method and the
// result ("pkg.Store.Link@0"), as far as their implementations carry External IDs: a
// package that calls one often imports none of its implementations.
type Results map[string][]LabelFact

// Messages is the name under which a package tells what the messages of its gRPC methods
// hold: of what they answer as the first result, of what they are asked as the second.
const Messages = "google.golang.org/grpc.UnaryHandler"

// MessagesOf is the key of a side in Results.
func MessagesOf(side int) string { return Messages + "@" + strconv.Itoa(side) }

// Imported reads a fact back, into a tree of paths. find is the package of a path, or nil.
func Imported(f FuncFact, paths *heap.Path, find func(string) *types.Package) *Summary {
	s := &Summary{Effects: map[Target]Output{}, Sinks: map[SinkKey]*heap.Step{}, TakesFromRequest: f.Hands, Calls: map[Call]Output{}}
	for _, r := range f.Results {
		s.Results = append(s.Results, outputOf(r, paths, find))
	}
	for _, x := range f.Effects {
		s.Effects[Target{x.Param, paths.JoinAll(x.Path)}] = outputOf(x.Out, paths, find)
	}
	for _, x := range f.Calls {
		s.Calls[x.Call] = outputOf(x.Out, paths, find)
	}
	for _, x := range f.Sinks {
		s.Sinks[SinkKey{x.Label.From(x.Origin).Label(x.In, paths), x.Sink}] = nil
	}
	return s
}

func outputOf(f OutputFact, paths *heap.Path, find func(string) *types.Package) Output {
	o := Output{Typ: f.Type.In(find(f.Type.Pkg)), Known: f.Known, Cleaned: f.Cleaned, Opaque: f.Opaque}
	for _, l := range f.At {
		o.Taint(paths.JoinAll(l.Path), heap.Taint{{Label: l.Label.From(l.Origin).Label(l.In, paths)}})
	}
	for _, p := range f.Set {
		o.Set = append(o.Set, paths.JoinAll(p))
	}
	for _, a := range f.Aliases {
		o.Alias(paths.JoinAll(a.Path), Target{a.Param, paths.JoinAll(a.At)})
	}
	return o
}
