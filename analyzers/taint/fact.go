package taint

import (
	"cmp"
	"go/token"
	"slices"
	"strings"
)

// Summaries is the fact about a package: what its functions do, for its importers.
type Summaries struct {
	Funcs []FuncFact
	// Clean are converters from text to text whose result has nothing of what they
	// are given, which their signature alone would suggest.
	Clean []string
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
}

// Segments are a path as a fact has it.
type Segments []segment

// OutputFact is what a result holds.
type OutputFact struct {
	Known, Cleaned, Opaque bool
	At                     []LabelFact
	Aliases                []AliasFact
}

// EffectFact is what is written to an input.
type EffectFact struct {
	Param int
	Path  Segments
	Out   OutputFact
}

// LabelFact is a label at a path of an output. In is the path of the input that the
// label is about, if it is about one.
type LabelFact struct {
	Path  Segments
	Label mark
	In    Segments
}

// AliasFact is a place of an input that an output is or points to.
type AliasFact struct {
	Path  Segments
	Param int
	At    Segments
}

// SinkFact is an input that reaches a sink.
type SinkFact struct {
	Label mark
	In    Segments
	Sink  Sink
}

// The bounds of a package's fact. A function over its bound keeps its sinks, which
// are what callers must not miss; a package over its bound keeps the functions with
// sinks first, those in which something becomes an External ID before all others.
const (
	maxFuncFacts   = 400
	maxOutputFacts = 24
	maxSinkFacts   = 24
)

// spellOut writes a summary down for other packages. where is the position of what lies
// in this one.
func spellOut(name string, s *summary, where func(token.Pos) token.Position) FuncFact {
	f := FuncFact{Name: name, Hands: s.hands}
	for _, r := range s.results {
		f.Results = append(f.Results, outputFact(r))
	}
	for _, t := range s.effectOrder() {
		if len(f.Effects) < maxOutputFacts {
			f.Effects = append(f.Effects, EffectFact{t.param, t.path.segments(), outputFact(s.effects[t])})
		}
	}
	order := slices.Clone(s.sinkOrder())
	slices.SortStableFunc(order, func(a, b sinkKey) int { return boolInt(b.sink.Kind.settles()) - boolInt(a.sink.Kind.settles()) })
	for _, k := range order[:min(len(order), maxSinkFacts)] {
		k.label.Pos = token.NoPos
		if p := k.sink.Pos; !k.sink.Where.IsValid() && p.IsValid() { // further down, if it is known
			k.sink.Where = where(p)
		}
		k.sink.Pos = token.NoPos
		f.Sinks = append(f.Sinks, SinkFact{k.label.mark, k.label.Path.segments(), k.sink})
	}
	slices.SortStableFunc(f.Sinks, func(a, b SinkFact) int {
		return cmp.Or(cmp.Compare(a.Label.Param, b.Label.Param), slices.CompareFunc(a.In, b.In, segment.compare),
			comparePositions(a.Sink.Where, b.Sink.Where), strings.Compare(a.Sink.What, b.Sink.What))
	})
	return f
}

// weight orders functions by what their callers would miss most: where an External ID
// comes to be, then any sink.
func (f FuncFact) weight() int {
	if slices.ContainsFunc(f.Sinks, func(s SinkFact) bool { return s.Sink.Kind.settles() }) {
		return 2
	}
	return min(len(f.Sinks), 1)
}

func outputFact(o output) OutputFact {
	f := OutputFact{Known: o.known, Cleaned: o.cleaned, Opaque: o.opaque}
	for p, t := range byPath(o.at) {
		for _, x := range t {
			if len(f.At) < maxOutputFacts {
				x.Label.Pos = token.NoPos
				f.At = append(f.At, LabelFact{p.segments(), x.Label.mark, x.Label.Path.segments()})
			} else {
				f.Known = false
			}
		}
	}
	for p, as := range byPath(o.aliases) {
		for _, a := range as {
			if len(f.Aliases) < maxOutputFacts {
				f.Aliases = append(f.Aliases, AliasFact{p.segments(), a.param, a.path.segments()})
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
			if l.Label.Kind == External && !l.Label.Typed {
				l.Label.Shadow, l.Label.Param, l.In = false, 0, nil
				out[j] = append(out[j], l)
			}
		}
	}
	return out
}

// label reads a label back, into a tree of paths.
func (m mark) label(in Segments, paths *path) Label {
	l := Label{mark: m}
	if m.Kind == input || m.Shadow {
		l.Path = paths.joinAll(in)
	}
	return l
}

// imported reads a fact back.
func imported(f FuncFact, paths *path) *summary {
	s := &summary{effects: map[target]output{}, sinks: map[sinkKey]*Step{}, hands: f.Hands}
	for _, r := range f.Results {
		s.results = append(s.results, outputOf(r, paths))
	}
	for _, x := range f.Effects {
		s.effects[target{x.Param, paths.joinAll(x.Path)}] = outputOf(x.Out, paths)
	}
	for _, x := range f.Sinks {
		s.sinks[sinkKey{x.Label.label(x.In, paths), x.Sink}] = nil
	}
	return s
}

func outputOf(f OutputFact, paths *path) output {
	o := output{known: f.Known, cleaned: f.Cleaned, opaque: f.Opaque}
	for _, l := range f.At {
		o.taint(paths.joinAll(l.Path), Taint{{Label: l.Label.label(l.In, paths)}})
	}
	for _, a := range f.Aliases {
		o.alias(paths.joinAll(a.Path), target{a.Param, paths.joinAll(a.At)})
	}
	return o
}
