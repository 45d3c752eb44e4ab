package heap

import (
	"cmp"
	"fmt"
	"go/token"
	"slices"
	"strings"
	"unique"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
)

// OnlyKind keeps the labels of a kind, and inputs, which may turn out to be of it.
func OnlyKind(t Taint, kind Kind) Taint {
	return slices.DeleteFunc(slices.Clone(t), func(x Tag) bool { return x.Label.Kind != kind && x.Label.Kind != Input })
}

// HasKind reports whether a label of the kind is in a set.
func HasKind(t Taint, kind Kind) bool {
	return slices.ContainsFunc(t, func(x Tag) bool { return x.Label.Kind == kind })
}

// Label reads a label back, into a tree of paths.
func (m Mark) Label(in Segments, paths *Path) Label {
	l := Label{Mark: m}
	if m.Kind == Input || m.Shadow {
		l.Path = paths.JoinAll(in)
	}
	return l
}

// Kind is what a label follows.
type Kind uint8

// The kinds of labels.
const (
	Input    Kind = iota // symbolic: what a parameter or captured variable holds
	External             // an External ID, or a configured source
	Request              // a value that a caller of the service chose
)

// Source is what a label came from. Key is, of what a request holds, by which name it was
// taken out of it.
type Source struct {
	From externalid.Thing
	Key  string
}

func (s Source) String() string {
	if s.Key == "" {
		return s.From.String()
	}
	return fmt.Sprintf("%s value %q", s.From, s.Key)
}

// Stage says how far what a request holds was taken apart. A request as such is no value
// that a caller chose.
type Stage uint8

// The stages.
const (
	Untaken Stage = iota // a request of which nothing was taken yet
	Message              // a decoded one: it counts as it is, and gets a better place and name where a field is taken
	Read                 // a value that was taken out of it
	Decoded              // a value that was decoded from it
)

// Origin is what a label came from and, of an External ID, why it is one. Labels hold it by
// a handle: they are compared and copied far more often than anybody asks what they say.
type Origin struct {
	Source
	Reason externalid.Reason
}

// From is the mark with an origin.
func (m Mark) From(o Origin) Mark {
	if o == (Origin{}) {
		m.origin = unique.Handle[Origin]{}
		return m
	}
	m.origin = unique.Make(o)
	return m
}

// Origin is the mark's; the zero one for an input.
func (m Mark) Origin() Origin {
	if m.origin == (unique.Handle[Origin]{}) {
		return Origin{}
	}
	return m.origin.Value()
}

// Source is what the label came from.
func (m Mark) Source() Source { return m.Origin().Source }

// Keyed is the label of what was taken by a key.
func (l Label) Keyed(key string) Label {
	o := l.Origin()
	o.Key = key
	l.Mark = l.From(o)
	return l
}

// Mark is a label but for the place in an input.
type Mark struct {
	Kind   Kind
	origin unique.Handle[Origin]
	Stage  Stage // of what a request holds
	Weak   bool  // known by its name only
	Typed  bool  // configured: followed whatever it holds
	Pos    token.Pos

	// Beside is set on what a request chose, or may have chosen, in a text that was made
	// of it and of an External ID: it is no External ID for that.
	Beside bool
	// Made is set on what a request chose of which another text was made.
	Made bool

	// Unshown is one more than the index of the field that it names, where encoders and
	// loggers leave that out: found in place, below an interface, it is not shown.
	Unshown int

	// For an input: which parameter (captured variables follow the parameters), and
	// whether everything below its path is meant.
	Param int
	Deep  bool
	Mode  tables.Mode // how a deep input is read

	// Shadow is set on a source that is found in a parameter by its type: the same
	// thing is also an input, and the caller, who knows better what it passed,
	// resolves that one.
	Shadow bool
}

// Label is one thing that is followed. Labels are compared by value, so that the
// same source met twice is one. Path is that of an input, or of the input that a shadow
// stands for, and nil for others.
type Label struct {
	Mark
	Path *Path
}

// Requested labels what a request holds.
func Requested(what string, stage Stage, pos token.Pos) Label {
	return Label{Mark: Mark{Kind: Request, Stage: stage, Pos: pos}.From(Origin{Source: Source{From: externalid.Thing{Kind: externalid.Plain, Name: what}}})}
}

// IsKeyed reports whether a label says which value of a request was taken.
func (m Mark) IsKeyed() bool { return m.Origin().Key != "" }

// Action says what a step does with a value.
type Action uint8

// The actions.
const (
	Found        Action = iota // the beginning: a source is read
	Concatenated               // with another text
	PassedTo                   // a function
	ReturnedBy                 // one
	WrittenBy                  // one, to what it is given
	Through                    // one that makes a value of others
	DecodedBy                  // one
	FormattedBy                // one
)

// Way is an action and the function that it is about.
type Way struct {
	Action Action
	By     string
}

// ways are the words before the names of functions.
var ways = [...]string{Concatenated: "concatenated", PassedTo: "passed to ", ReturnedBy: "returned by ", WrittenBy: "written by ", Through: "through ", DecodedBy: "decoded by ", FormattedBy: "formatted by "}

// Step is one step on the way of a label, the last one first.
type Step struct {
	Pos  token.Pos
	Way  Way
	Of   *Source // what is found, at the beginning
	Prev *Step
}

// String tells a step to a reader.
func (s *Step) String() string {
	switch {
	case s.Of == nil:
		return ways[s.Way.Action] + s.Way.By
	case s.Way.Action == Found:
		return s.Of.String()
	}
	return s.Of.String() + ", " + ways[s.Way.Action] + s.Way.By
}

// maxSteps bounds the trace that is kept; the first steps are the interesting ones.
const maxSteps = 24

func (s *Step) depth() int {
	n := 0
	for ; s != nil; s = s.Prev {
		n++
	}
	return n
}

// Then adds a step, unless it repeats the last one's place.
func (s *Step) Then(pos token.Pos, way Way) *Step {
	if s != nil && (s.Pos == pos || s.depth() >= maxSteps) {
		return s
	}
	return &Step{Pos: pos, Way: way, Prev: s}
}

// Taint is a set of labels, each with the way it came. It is a join semilattice:
// the order is inclusion of labels, the bottom nil, and union the join. Union keeps
// the trace it met first, so it is associative and idempotent in labels, and which
// of two traces survives is of no consequence to what is found. Sets are immutable.
//
// A set holds at most maxLabels: beyond, further labels are dropped and the price is
// a flow not reported out of a value that already has that many reasons to be.
type Taint []Tag

// Tag is one label of a Taint.
type Tag struct {
	Label Label
	Step  *Step
}

const maxLabels = 32

func (t Taint) has(l Label) bool {
	for i := range t {
		if m := &t[i].Label; m.Path == l.Path && m.Mark == l.Mark { // what mostly differs first
			return true
		}
	}
	return false
}

// Union joins two sets. It returns t itself when u adds nothing.
func (t Taint) Union(u Taint) Taint {
	out, owned := t, false
	for i, x := range u {
		if len(out) >= maxLabels {
			break
		}
		if out.has(x.Label) {
			continue
		}
		if !owned { // once, with room for all that may follow
			out, owned = append(make(Taint, 0, min(len(t)+len(u)-i, maxLabels)), t...), true
		}
		out = append(out, x)
	}
	return out
}

// Alone is the label of the same thing by itself.
func (l Label) Alone() Label {
	l.Beside = false
	return l
}

// IsBeside reports whether a thing stands beside an External ID in a text; on one of
// several ways to it, perhaps.
func (t Taint) IsBeside(l Label) bool {
	return slices.ContainsFunc(t, func(x Tag) bool {
		m := x.Label.Alone()
		m.Made = l.Made
		return x.Label.Beside && m == l
	})
}

// Joined is what a text holds that was made of others.
func Joined(parts ...Taint) Taint {
	isID := func(t Taint) bool {
		return slices.ContainsFunc(t, func(x Tag) bool { return x.Label.Kind == External && !x.Label.Typed })
	}
	var out Taint
	for i, part := range parts {
		others := slices.Concat(parts[:i], parts[i+1:])
		if !isID(part) && slices.ContainsFunc(others, isID) {
			part = part.Beside()
		}
		out = out.Union(part)
	}
	return out
}

// Beside says of what requests chose that it stands beside an External ID.
func (t Taint) Beside() Taint { return t.ofRequests(func(l *Label) { l.Beside = true }) }

// Made says of what requests chose that a text was made of it.
func (t Taint) Made() Taint { return t.ofRequests(func(l *Label) { l.Made = true }) }

// ofRequests changes the labels of what requests chose, or may have chosen.
func (t Taint) ofRequests(change func(*Label)) Taint {
	out := slices.Clone(t)
	for i := range out {
		if k := out[i].Label.Kind; k == Request || k == Input {
			change(&out[i].Label)
		}
	}
	return out
}

// Step adds a step to every trace.
func (t Taint) Step(pos token.Pos, way Way) Taint {
	if len(t) == 0 || !pos.IsValid() {
		return t
	}
	out := make(Taint, len(t))
	for i, x := range t {
		out[i] = Tag{x.Label, x.Step.Then(pos, way)}
	}
	return out
}

// maxInputs is how many inputs a place of a summary names.
const maxInputs = 12

// Narrow bounds the inputs that a set for a summary names, so that its size does not
// multiply from caller to caller. Those that are known to be sources stay. The price is
// a flow not reported through a value that was made of that many parts; widening to the
// whole input instead reports its every field.
func (t Taint) Narrow() Taint {
	isInput := func(x Tag) bool { return x.Label.Kind == Input }
	n := 0
	for _, x := range t {
		if isInput(x) {
			n++
		}
	}
	if n <= maxInputs {
		return t
	}
	isSource := func(l Label) bool {
		return slices.ContainsFunc(t, func(x Tag) bool { return x.Label.Shadow && x.Label.Param == l.Param && x.Label.Path == l.Path })
	}
	out := slices.DeleteFunc(slices.Clone(t), func(x Tag) bool { return isInput(x) && !isSource(x.Label) })
	for _, x := range t {
		if isInput(x) && len(out) < maxInputs {
			out = out.Union(Taint{x})
		}
	}
	return out
}

// Without drops the labels of a kind.
func (t Taint) Without(k Kind) Taint {
	if !slices.ContainsFunc(t, func(x Tag) bool { return x.Label.Kind == k }) {
		return t
	}
	return slices.DeleteFunc(slices.Clone(t), func(x Tag) bool { return x.Label.Kind == k })
}

// OfItself is what of a set outlives the function: no inputs, and sources that do not
// stand for one.
func (t Taint) OfItself() Taint {
	var out Taint
	for _, x := range t {
		if x.Label.Kind != Input {
			x.Label.Shadow, x.Label.Param, x.Label.Path = false, 0, nil
			out = out.Union(Taint{x})
		}
	}
	return out
}

// Exact drops what a request holds where a value taken out of it by a key is in the set,
// too: both stand for the same value, and the key says where it was read.
func (t Taint) Exact() Taint {
	covered := func(x Tag) bool {
		return x.Label.Kind == Request && !x.Label.IsKeyed() && slices.ContainsFunc(t, func(y Tag) bool {
			return y.Label.Kind == Request && y.Label.IsKeyed() && y.Label.Source().From == x.Label.Source().From
		})
	}
	if !slices.ContainsFunc(t, covered) {
		return t
	}
	return slices.DeleteFunc(slices.Clone(t), covered)
}

// equal compares labels, not traces: the fixed point is one of labels.
func (t Taint) equal(u Taint) bool {
	if len(t) != len(u) {
		return false
	}
	for _, x := range t {
		if !u.has(x.Label) {
			return false
		}
	}
	return true
}

// Compare orders labels.
func (l Label) Compare(m Label) int {
	return cmp.Or(cmp.Compare(l.Kind, m.Kind), cmp.Compare(l.Param, m.Param), l.Path.Compare(m.Path), compareBools(l.Deep, m.Deep),
		cmp.Compare(l.Mode, m.Mode), l.Origin().compare(m.Origin()), cmp.Compare(l.Stage, m.Stage), cmp.Compare(l.Pos, m.Pos), compareBools(l.Shadow, m.Shadow))
}

func (o Origin) compare(p Origin) int {
	if o == p {
		return 0
	}
	return cmp.Or(o.Source.Compare(p.Source), o.Reason.Compare(p.Reason))
}

// Compare orders sources.
func (s Source) Compare(t Source) int {
	return cmp.Or(s.From.Compare(t.From), strings.Compare(s.Key, t.Key))
}

// compareBools orders false before true.
func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// Exposed is what a value's labels are once it is put into a field that is shown.
func (t Taint) Exposed() Taint {
	if !slices.ContainsFunc(t, func(x Tag) bool { return x.Label.Unshown > 0 }) {
		return t
	}
	var out Taint
	for _, x := range t {
		x.Label.Unshown = 0
		out = out.Union(Taint{x})
	}
	return out
}

// Except drops labels from what is said of a whole.
func (t Taint) Except(labels []Label) Taint {
	if len(labels) == 0 || !slices.ContainsFunc(t, func(x Tag) bool { return slices.Contains(labels, x.Label) }) {
		return t
	}
	return slices.DeleteFunc(slices.Clone(t), func(x Tag) bool { return slices.Contains(labels, x.Label) })
}
