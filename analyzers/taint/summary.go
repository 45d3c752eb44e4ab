package taint

import (
	"cmp"
	"go/token"
	"maps"
	"slices"
	"strings"
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
	path  *path
}

// output is what a result or an input holds afterwards: labels by path. A label of
// an input with Alias set in its path's stead is told by aliasOf.
type output struct {
	known   bool // it holds nothing but what is said here
	cleaned bool
	opaque  bool // unknown code wrote to it
	at      map[*path]Taint
	aliases map[*path][]target // places of inputs that it is or points to
}

func (o output) empty() bool {
	return !o.known && !o.cleaned && !o.opaque && len(o.at) == 0 && len(o.aliases) == 0
}

// isBelow reports whether it speaks of places below.
func (o output) isBelow() bool {
	for path := range o.at {
		if !path.isRoot() {
			return true
		}
	}
	for path := range o.aliases {
		if !path.isRoot() {
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

func (o *output) taint(p *path, t Taint) {
	if len(t) == 0 {
		return
	}
	if o.at == nil {
		o.at = map[*path]Taint{}
	}
	if _, ok := o.at[p]; !ok && len(o.at) >= maxPaths {
		o.known = false // what is left out, types say
		return
	}
	o.at[p] = o.at[p].union(t).narrow()
}

// maxPaths bounds the places below an output that a summary tells: past it, callers
// know what the types of the others say. maxEffects bounds the places in inputs that
// one function is said to write to.
const (
	maxPaths   = 32
	maxEffects = 24
	maxSinks   = 64
)

func (o *output) alias(p *path, to target) {
	if o.aliases == nil {
		o.aliases = map[*path][]target{}
	}
	if !slices.Contains(o.aliases[p], to) && len(o.aliases[p]) < maxPaths && len(o.aliases) < maxPaths {
		o.aliases[p] = append(o.aliases[p], to)
	}
}

// grow joins what another return, or another round, found.
func (o *output) grow(p output) {
	o.known = o.known && p.known
	o.cleaned = o.cleaned && p.cleaned
	o.opaque = o.opaque || p.opaque
	for path, t := range byPath(p.at) {
		o.taint(path, t)
	}
	for path, as := range byPath(p.aliases) {
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
func (s *summary) resultsDependOn(param int, p *path) bool {
	touches := func(at *path, deep bool) bool {
		return p.isRoot() || at == p || at.below(p) || deep && (at.isRoot() || p.below(at))
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

// sinkOrder is a summary's sinks in a fixed order. It is worked out once: a summary
// that grows is a new one.
func (s *summary) sinkOrder() []sinkKey {
	if len(s.order) != len(s.sinks) {
		s.order = slices.SortedFunc(maps.Keys(s.sinks), func(a, b sinkKey) int {
			return cmp.Or(cmp.Compare(a.sink.Kind, b.sink.Kind), cmp.Compare(a.sink.Pos, b.sink.Pos), comparePositions(a.sink.Where, b.sink.Where),
				cmp.Compare(a.sink.What, b.sink.What), a.label.compare(b.label))
		})
	}
	return s.order
}

// effectOrder is a summary's effects in a fixed order.
func (s *summary) effectOrder() []target {
	return slices.SortedFunc(maps.Keys(s.effects), func(a, b target) int {
		return cmp.Or(cmp.Compare(a.param, b.param), a.path.compare(b.path))
	})
}

// comparePositions orders positions.
func comparePositions(a, b token.Position) int {
	return cmp.Or(strings.Compare(a.Filename, b.Filename), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}
