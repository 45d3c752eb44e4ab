package taint

import (
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/program"
)

// summary is what a function does to what it is given, as its callers need it. It
// only grows while a package is analysed.
type summary struct {
	results []output
	effects map[target]output // what is written to parameters and captured variables
	sinks   map[sinkKey]*Step // inputs that reach a sink inside
	order   []sinkKey         // of sinks
	hands   []Handed          // functions among the inputs that are handlers
}

// Handed is a function among a function's inputs that is called with what a caller of
// the service chose: its parameter, and the argument.
type Handed struct{ Param, Arg int }

// target is a place in an input.
type target struct {
	param int
	path  string
}

// output is what a result or an input holds afterwards: labels by path. A label of
// an input with Alias set in its path's stead is told by aliasOf.
type output struct {
	known   bool // it holds nothing but what is said here
	cleaned bool
	opaque  bool // unknown code wrote to it
	at      map[string]Taint
	aliases map[string][]target // places of inputs that it is or points to
}

func (o output) empty() bool {
	return !o.known && !o.cleaned && !o.opaque && len(o.at) == 0 && len(o.aliases) == 0
}

// below reports whether it speaks of places below.
func (o output) below() bool {
	for path := range o.at {
		if path != "" {
			return true
		}
	}
	for path := range o.aliases {
		if path != "" {
			return true
		}
	}
	return false
}

// holds reports whether a label of the kind is in it.
func (o output) holds(kind Kind) bool {
	for _, t := range o.at {
		if hasKind(t, kind) {
			return true
		}
	}
	return false
}

func (o *output) taint(path string, t Taint) {
	if len(t) == 0 {
		return
	}
	if o.at == nil {
		o.at = map[string]Taint{}
	}
	if _, ok := o.at[path]; !ok && len(o.at) >= maxPaths {
		o.known = false // what is left out, types say
		return
	}
	o.at[path] = o.at[path].union(t).narrow()
}

// maxPaths bounds the places below an output that a summary tells: past it, callers
// know what the types of the others say. maxEffects bounds the places in inputs that
// one function is said to write to.
const (
	maxPaths   = 32
	maxEffects = 24
	maxSinks   = 64
)

func (o *output) alias(path string, to target) {
	if o.aliases == nil {
		o.aliases = map[string][]target{}
	}
	if !slices.Contains(o.aliases[path], to) && len(o.aliases[path]) < maxPaths && len(o.aliases) < maxPaths {
		o.aliases[path] = append(o.aliases[path], to)
	}
}

// grow joins what another return, or another round, found.
func (o *output) grow(p output) {
	o.known = o.known && p.known
	o.cleaned = o.cleaned && p.cleaned
	o.opaque = o.opaque || p.opaque
	for path, t := range inOrder(p.at) {
		o.taint(path, t)
	}
	for path, as := range inOrder(p.aliases) {
		for _, a := range as {
			o.alias(path, a)
		}
	}
}

type sinkKey struct {
	label Label
	sink  Sink
}

// resultsDependOn reports whether any result carries something of what lies at a path
// of an input; the empty path means any of it.
func (s *summary) resultsDependOn(param int, path string) bool {
	touches := func(at string, deep bool) bool {
		return path == "" || at == path || below(at, path) || deep && (at == "" || below(path, at))
	}
	for _, r := range s.results {
		for _, t := range r.at {
			for _, x := range t {
				if x.Label.Kind == External || x.Label.Kind == input && x.Label.Param == param && touches(x.Label.Path, x.Label.Deep) {
					return true
				}
			}
		}
		for _, as := range r.aliases {
			if slices.ContainsFunc(as, func(a target) bool { return a.param == param && touches(a.path, true) }) {
				return true
			}
		}
	}
	return false
}

func (s *summary) trivial() bool {
	if len(s.effects)+len(s.sinks)+len(s.hands) > 0 {
		return false
	}
	return !slices.ContainsFunc(s.results, func(o output) bool { return !o.empty() })
}

// size is a measure for the fixed point: it grows whenever the summary does.
func (s *summary) size() int {
	n := len(s.sinks) + len(s.hands)
	count := func(o output) {
		for _, t := range o.at {
			n += 1 + len(t)
		}
		for _, a := range o.aliases {
			n += 1 + len(a)
		}
		for _, b := range []bool{!o.known, !o.cleaned, o.opaque} {
			if b {
				n++
			}
		}
	}
	for _, r := range s.results {
		count(r)
	}
	for _, o := range s.effects {
		n++
		count(o)
	}
	return n
}

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

// FuncFact is one function's summary with positions spelt out.
type FuncFact struct {
	Name    string
	Results []OutputFact
	Effects []EffectFact
	Sinks   []SinkFact
	Hands   []Handed
}

// OutputFact is what a result holds.
type OutputFact struct {
	Known, Cleaned, Opaque bool
	At                     []LabelFact
	Aliases                []AliasFact
}

// EffectFact is what is written to an input.
type EffectFact struct {
	Param int
	Path  string
	Out   OutputFact
}

// LabelFact is a label at a path of an output.
type LabelFact struct {
	Path  string
	Label Label
}

// AliasFact is a place of an input that an output is or points to.
type AliasFact struct {
	Path  string
	Param int
	At    string
}

// SinkFact is an input that reaches a sink.
type SinkFact struct {
	Label Label
	Sink  Sink
	Where string // file:line of the sink
}

// The bounds of a package's fact. A function over its bound keeps its sinks, which
// are what callers must not miss; a package over its bound keeps the functions with
// sinks first, those in which something becomes an External ID before all others.
const (
	maxFuncFacts   = 400
	maxOutputFacts = 24
	maxSinkFacts   = 24
)

// export turns the summaries of what other packages can call into a fact.
func (e *engine) export(pass *analysis.Pass) {
	fact := &Summaries{}
	for _, name := range slices.Sorted(maps.Keys(e.own)) {
		switch s := e.own[name]; {
		case !s.trivial():
			fact.Funcs = append(fact.Funcs, e.fact(name, s))
		case e.converters[name] && len(fact.Clean) < maxFuncFacts:
			fact.Clean = append(fact.Clean, name)
		}
	}
	slices.SortStableFunc(fact.Funcs, func(a, b FuncFact) int { return b.weight() - a.weight() })
	if len(fact.Funcs) > maxFuncFacts {
		fact.Funcs = fact.Funcs[:maxFuncFacts]
	}
	if len(fact.Funcs)+len(fact.Clean) > 0 {
		pass.ExportPackageFact(fact)
	}
}

func (e *engine) fact(name string, s *summary) FuncFact {
	f := FuncFact{Name: name, Hands: s.hands}
	for _, r := range s.results {
		f.Results = append(f.Results, outputFact(r))
	}
	for _, t := range slices.SortedFunc(maps.Keys(s.effects), func(a, b target) int {
		return strings.Compare(a.path, b.path)*2 + a.param - b.param
	}) {
		if len(f.Effects) < maxOutputFacts {
			f.Effects = append(f.Effects, EffectFact{t.param, t.path, outputFact(s.effects[t])})
		}
	}
	order := slices.Clone(s.sinkOrder())
	slices.SortStableFunc(order, func(a, b sinkKey) int { return boolInt(b.sink.Kind.settles()) - boolInt(a.sink.Kind.settles()) })
	for _, k := range order {
		if len(f.Sinks) < maxSinkFacts {
			k.label.Pos = token.NoPos
			where := k.sink.Where // further down, if it is known
			if p := k.sink.Pos; where == "" && p.IsValid() {
				where = e.pass.Fset.Position(p).String()
			}
			k.sink.Pos = token.NoPos
			f.Sinks = append(f.Sinks, SinkFact{k.label, k.sink, where})
		}
	}
	slices.SortFunc(f.Sinks, func(a, b SinkFact) int {
		return strings.Compare(a.Label.Path+a.Where+a.Sink.What, b.Label.Path+b.Where+b.Sink.What)*4 + a.Label.Param - b.Label.Param
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
	for _, path := range slices.Sorted(maps.Keys(o.at)) {
		for _, x := range o.at[path] {
			if len(f.At) < maxOutputFacts {
				x.Label.Pos = token.NoPos
				f.At = append(f.At, LabelFact{path, x.Label})
			} else {
				f.Known = false
			}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(o.aliases)) {
		for _, a := range o.aliases[path] {
			if len(f.Aliases) < maxOutputFacts {
				f.Aliases = append(f.Aliases, AliasFact{path, a.param, a.path})
			} else {
				f.Known = false
			}
		}
	}
	return f
}

// imported reads a fact back.
func imported(f FuncFact) *summary {
	s := &summary{effects: map[target]output{}, sinks: map[sinkKey]*Step{}, hands: f.Hands}
	for _, r := range f.Results {
		s.results = append(s.results, outputOf(r))
	}
	for _, x := range f.Effects {
		s.effects[target{x.Param, x.Path}] = outputOf(x.Out)
	}
	for _, x := range f.Sinks {
		x.Sink.Where = x.Where
		s.sinks[sinkKey{x.Label, x.Sink}] = nil
	}
	return s
}

func outputOf(f OutputFact) output {
	o := output{known: f.Known, cleaned: f.Cleaned, opaque: f.Opaque}
	for _, l := range f.At {
		o.taint(l.Path, Taint{{Label: l.Label}})
	}
	for _, a := range f.Aliases {
		o.alias(a.Path, target{a.Param, a.At})
	}
	return o
}

// summaryOf is the summary of a declared function, of this package or an imported
// one; nil if there is none.
func (e *engine) summaryOf(fn *types.Func) *summary {
	name := program.FuncOf(fn).String()
	e.use(name)
	if s := e.own[name]; s != nil {
		return s
	}
	if e.declared[name] {
		e.grown = true // not analysed yet: another round will know
	}
	return e.imported[name]
}

// literal is the summary of a function of this package that is at hand as a value.
func (e *engine) literal(fn *ssa.Function) *summary {
	e.use(fn.String())
	return e.local[fn]
}

// use notes that the function under analysis depends on another one's summary.
func (e *engine) use(name string) {
	if e.uses[e.current] == nil {
		e.uses[e.current] = map[string]bool{}
	}
	e.uses[e.current][name] = true
}
