package summary

import (
	"cmp"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/analyzers/taint/heap"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
)

// Summary is what a function does to what it is given, as its callers need it. It
// only grows while a package is analysed.
type Summary struct {
	Results          []Output
	Effects          map[Target]Output      // what is written to parameters and captured variables
	Sinks            map[SinkKey]*heap.Step // inputs that reach a sink inside
	order            []SinkKey              // of sinks
	TakesFromRequest []Handed               // functions among the inputs that are handlers
	Calls            map[Call]Output        // what functions among the inputs are called with
}

// Call is an argument that a function among the inputs is called with.
type Call struct{ Param, Arg int }

// Sink is one place where values leave, or become an External ID.
type Sink struct {
	Kind  tables.SinkKind
	What  string         // "slog.Info"
	Pos   token.Pos      // where this package reaches it
	Where token.Position // the sink itself, when it lies behind a call
	Named bool           // by the project's configuration, or a panic, which it decides about, too
}

// Handed is a function among a function's inputs that is called with what a caller of
// the service chose: its parameter, and the argument.
type Handed struct{ Param, Arg int }

// Target is a place in an input.
type Target struct {
	Param int
	Path  *heap.Path
}

// Output is what a result or an input holds afterwards: labels by path. A label of
// an input with Alias set in its path's stead is told by aliasOf.
type Output struct {
	Known   bool // it holds nothing but what is said here
	Nothing bool // it holds nothing at all: a zero value
	Cleaned bool
	Opaque  bool // unknown code wrote to it
	At      map[*heap.Path]heap.Taint
	Aliases map[*heap.Path][]Target // places of inputs that it is or points to
	Typ     types.Type              // of what lies behind an interface, where it is always the same; or nil
	Set     []*heap.Path            // places that hold what is said here and nothing of what an alias holds there
}

func (o Output) empty() bool {
	return !o.Known && !o.Cleaned && !o.Opaque && len(o.At) == 0 && len(o.Aliases) == 0
}

// IsBelow reports whether it speaks of places below.
func (o Output) IsBelow() bool {
	for path := range o.At {
		if !path.IsRoot() {
			return true
		}
	}
	for path := range o.Aliases {
		if !path.IsRoot() {
			return true
		}
	}
	return false
}

// Holds reports whether a label of the kind is in it.
func (o Output) Holds(kind heap.Kind) bool {
	for _, t := range o.At {
		if heap.HasKind(t, kind) {
			return true
		}
	}
	return false
}

// Taint adds labels at a path.
func (o *Output) Taint(p *heap.Path, t heap.Taint) {
	if len(t) == 0 {
		return
	}
	if o.At == nil {
		o.At = map[*heap.Path]heap.Taint{}
	}
	if _, ok := o.At[p]; !ok && len(o.At) >= maxPaths {
		o.Known = false // what is left out, types say
		return
	}
	o.At[p] = o.At[p].Union(t).Narrow()
}

// maxPaths bounds the places below an output that a summary tells: past it, callers
// know what the types of the others say. maxEffects bounds the places in inputs that
// one function is said to write to, MaxSet those of a result that it is said to replace.
const (
	maxPaths   = 32
	MaxEffects = 24
	MaxSinks   = 64
	MaxSet     = 8
)

// Alias adds a place of an input that lies at a path.
func (o *Output) Alias(p *heap.Path, to Target) {
	if o.Aliases == nil {
		o.Aliases = map[*heap.Path][]Target{}
	}
	if !slices.Contains(o.Aliases[p], to) && len(o.Aliases[p]) < maxPaths && len(o.Aliases) < maxPaths {
		o.Aliases[p] = append(o.Aliases[p], to)
	}
}

// Grow joins what another return, or another round, found.
func (o *Output) Grow(p Output) {
	o.Known = o.Known && p.Known
	o.Cleaned = o.Cleaned && p.Cleaned
	o.Opaque = o.Opaque || p.Opaque
	for path, t := range heap.ByPath(p.At) {
		o.Taint(path, t)
	}
	for path, as := range heap.ByPath(p.Aliases) {
		for _, a := range as {
			o.Alias(path, a)
		}
	}
	switch {
	case o.Nothing:
		o.Set = p.Set
	case !p.Nothing:
		o.Set = slices.DeleteFunc(slices.Clone(o.Set), func(path *heap.Path) bool { return !slices.Contains(p.Set, path) })
	}
	o.Nothing = o.Nothing && p.Nothing
}

// SinkKey is an input and the sink that it reaches.
type SinkKey struct {
	Label heap.Label
	Sink  Sink
}

// ResultsDependOn reports whether any result carries something of what lies at a path
// of an input; the empty path means any of it.
func (s *Summary) ResultsDependOn(param int, p *heap.Path) bool {
	touches := func(at *heap.Path, deep bool) bool {
		return p.IsRoot() || at == p || at.Below(p) || deep && (at.IsRoot() || p.Below(at))
	}
	for _, r := range s.Results {
		for _, t := range r.At {
			for _, x := range t {
				if x.Label.Kind == heap.External || x.Label.Kind == heap.Input && x.Label.Param == param && touches(x.Label.Path, x.Label.Deep) {
					return true
				}
			}
		}
		for _, as := range r.Aliases {
			if slices.ContainsFunc(as, func(a Target) bool { return a.Param == param && touches(a.Path, true) }) {
				return true
			}
		}
	}
	return false
}

// Carries reports whether anything is said to be in it.
func (o Output) Carries() bool { return len(o.At)+len(o.Aliases) > 0 }

// CallOrder is what functions among the inputs are called with, in a fixed order.
func (s *Summary) CallOrder() []Call {
	return slices.SortedFunc(maps.Keys(s.Calls), func(a, b Call) int {
		return cmp.Or(cmp.Compare(a.Param, b.Param), cmp.Compare(a.Arg, b.Arg))
	})
}

// Carries reports whether any result has something of what the function is given.
func (s *Summary) Carries() bool {
	return slices.ContainsFunc(s.Results, func(o Output) bool { return len(o.At)+len(o.Aliases) > 0 })
}

// Trivial reports whether the summary says nothing.
func (s *Summary) Trivial() bool {
	if len(s.Effects)+len(s.Sinks)+len(s.TakesFromRequest)+len(s.Calls) > 0 {
		return false
	}
	return !slices.ContainsFunc(s.Results, func(o Output) bool { return !o.empty() })
}

// Size is a measure for the fixed point: it grows whenever the summary does.
func (s *Summary) Size() int {
	n := len(s.Sinks) + len(s.TakesFromRequest)
	count := func(o Output) {
		for _, t := range o.At {
			n += 1 + len(t)
		}
		for _, a := range o.Aliases {
			n += 1 + len(a)
		}
		n += MaxSet - len(o.Set) // it shrinks as more is found
		for _, b := range []bool{!o.Known, !o.Cleaned, o.Opaque} {
			if b {
				n++
			}
		}
	}
	for _, r := range s.Results {
		count(r)
	}
	for _, o := range s.Calls {
		n++
		count(o)
	}
	for _, o := range s.Effects {
		n++
		count(o)
	}
	return n
}

// SinkOrder is a summary's sinks in a fixed order. It is worked out once: a summary
// that grows is a new one.
func (s *Summary) SinkOrder() []SinkKey {
	if len(s.order) != len(s.Sinks) {
		s.order = slices.SortedFunc(maps.Keys(s.Sinks), func(a, b SinkKey) int {
			return cmp.Or(cmp.Compare(a.Sink.Kind, b.Sink.Kind), cmp.Compare(a.Sink.Pos, b.Sink.Pos), comparePositions(a.Sink.Where, b.Sink.Where),
				cmp.Compare(a.Sink.What, b.Sink.What), a.Label.Compare(b.Label))
		})
	}
	return s.order
}

// EffectOrder is a summary's effects in a fixed order.
func (s *Summary) EffectOrder() []Target {
	return slices.SortedFunc(maps.Keys(s.Effects), func(a, b Target) int {
		return cmp.Or(cmp.Compare(a.Param, b.Param), a.Path.Compare(b.Path))
	})
}

// comparePositions orders positions.
func comparePositions(a, b token.Position) int {
	return cmp.Or(strings.Compare(a.Filename, b.Filename), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}
