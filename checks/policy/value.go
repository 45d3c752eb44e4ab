package policy

import "strings"

// Kind is what a value is.
type Kind uint8

// The kinds of values.
const (
	Text   Kind = iota // known text with holes
	List               // a list of values
	Map                // a map, in the order of the file
	Null               // nothing: AWS::NoValue, null
	Choice             // one of two values, by a condition
	Hole               // a value of which nothing is known but what it refers to
)

// Value is a value as far as the tree tells it. Which fields count depends on Kind.
type Value struct {
	Kind    Kind
	Place   Place // where it is written
	Slot    Place // where the choice stands that it was chosen from
	Via     []Step
	Parts   []Part   // of Text
	Bare    bool     // Text that was a number or a boolean
	Items   []*Value // of List
	Entries []Entry  // of Map
	Cond    *Cond    // of Choice
	Then    *Value
	Else    *Value
	Hole    *Reference // of Hole
	Input   *Input     // whose default a list, a map or Null is, nil if it is none
}

// Part is a piece of a text: known, or a hole.
type Part struct {
	Text  string
	Hole  *Reference // nil: Text is known
	Place Place
	Input *Input // whose default Text is, nil if it is none
	// At maps an offset in Text to the file; nil: Text stands at Place as it is.
	At func(int) int
}

// Sub returns the place of a piece of a part's text.
func (p Part) Sub(start, end int) Place {
	if p.At != nil {
		begin := p.At(start)
		return Place{p.Place.File, begin, max(begin, p.At(end))}
	}
	return Place{p.Place.File, min(p.Place.Start+start, p.Place.End), min(p.Place.Start+end, p.Place.End)}
}

// Cut returns a piece of a part's text.
func (p Part) Cut(start, end int) Part {
	out := p
	out.Text, out.Place = p.Text[start:end], p.Sub(start, end)
	if at := p.At; at != nil {
		out.At = func(offset int) int { return at(start + offset) }
	}
	return out
}

// Entry is a key of a map with its value.
type Entry struct {
	Key      string
	KeyPlace Place
	KeyValue *Value // the key, if it has holes
	Value    *Value
}

// Origin says what a hole refers to.
type Origin uint8

// What holes refer to.
const (
	Elsewhere  Origin = iota // something outside of the tree: import, data source, environment
	OwnAccount               // the account that the template is deployed in
	OwnStack                 // an identifier of the deployment: StackId, StackName
	Ambient                  // region, partition and the like: no secret, and no name
	Parameter                // an input without a default
	OfResource               // an attribute of a resource in the tree
	Random                   // made at deployment, and not to be guessed
	Secret                   // read from where secrets are kept
	Issued                   // given by the vendor's own resource or data source
	OrgID                    // the identifier of an organisation
	AWSAccount               // an account of a service of AWS's
)

// Reference is what a hole refers to, and what is known of it.
type Reference struct {
	Name     string // as the file writes it: AWS::AccountId, var.x
	Origin   Origin
	Why      string // why it is not known: "has no default"
	Input    *Input
	Resource string // logical address of the resource, for OfResource
	Attr     string // the attribute
	Place    Place  // where what it refers to is declared
	// Follow returns an attribute of what is referred to as a whole, all instances of it
	// taken for one; nil for all else.
	Follow func(attr string, place Place) *Value
}

// Input is a parameter of a template or a variable of a module.
type Input struct {
	Name      string
	Word      string // parameter, variable
	Address   string
	Place     Place
	Default   *Value // nil if it has none
	Hidden    bool   // NoEcho, sensitive
	List      bool   // holds several values
	Pattern   string // an expression that it must match, "" if none
	Demands   string // text of other validation
	Allowed   []string
	MinLength int
	Arguments []Argument // where modules give it a value
	Note      string     // its description
}

// Argument is a value that a caller gives to an input.
type Argument struct {
	Place Place
	Value *Value
}

// Literal returns a known text.
func Literal(text string, place Place) *Value {
	return &Value{Kind: Text, Place: place, Parts: []Part{{Text: text, Place: place}}}
}

// Unknown returns a value that is a hole.
func Unknown(r *Reference, place Place) *Value {
	return &Value{Kind: Hole, Place: place, Hole: r, Parts: []Part{{Hole: r, Place: place}}}
}

// Nothing returns the value that is not there.
func Nothing(place Place) *Value { return &Value{Kind: Null, Place: place} }

// Known returns the text of a value without holes; ok is false for all others.
func (v *Value) Known() (text string, ok bool) {
	if v == nil || v.Kind != Text {
		return "", false
	}
	if len(v.Parts) == 1 && v.Parts[0].Hole == nil {
		return v.Parts[0].Text, true
	}
	var b strings.Builder
	for _, p := range v.Parts {
		if p.Hole != nil {
			return "", false
		}
		b.WriteString(p.Text)
	}
	return b.String(), true
}

// Mark stands in [Value.Sketch] for a hole: a character that no policy has.
const Mark = '\uffff'

// Sketch returns a text with every hole as one [Mark]; "" for what is no text.
func (v *Value) Sketch() string {
	if v == nil || v.Kind != Text && v.Kind != Hole {
		return ""
	}
	var b strings.Builder
	for _, p := range v.Parts {
		if p.Hole != nil {
			b.WriteRune(Mark)
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

// Holes returns what is missing in a text, in order.
func (v *Value) Holes() []*Reference {
	var holes []*Reference
	if v != nil && (v.Kind == Text || v.Kind == Hole) {
		for _, p := range v.Parts {
			if p.Hole != nil {
				holes = append(holes, p.Hole)
			}
		}
	}
	return holes
}

// Inputs returns the inputs whose defaults, or whose absence, a text is made of.
func (v *Value) Inputs() []*Input {
	var inputs []*Input
	if v != nil {
		for _, p := range v.Parts {
			switch {
			case p.Input != nil:
				inputs = append(inputs, p.Input)
			case p.Hole != nil && p.Hole.Input != nil:
				inputs = append(inputs, p.Hole.Input)
			}
		}
	}
	return inputs
}

// ByDefault returns the first input whose default a text holds, nil if there is none.
func (v *Value) ByDefault() *Input {
	if v != nil {
		for _, p := range v.Parts {
			if p.Input != nil {
				return p.Input
			}
		}
	}
	return nil
}

// Get returns the value of a map's key, nil if there is none. Choices are not looked
// through: ask [Value.In] first.
func (v *Value) Get(key string) *Value {
	if e := v.Entry(key); e != nil {
		return e.Value
	}
	return nil
}

// Entry returns a map's entry; the last one of a key counts.
func (v *Value) Entry(key string) *Entry {
	if v == nil || v.Kind != Map {
		return nil
	}
	for i := len(v.Entries) - 1; i >= 0; i-- {
		if v.Entries[i].Key == key {
			return &v.Entries[i]
		}
	}
	return nil
}

// All returns the items of a list, or the value itself if it is a single one; nothing
// for nil and Null. Where IAM takes a list it takes a single value, too.
func (v *Value) All() []*Value {
	switch {
	case v == nil || v.Kind == Null:
		return nil
	case v.Kind == List:
		return v.Items
	}
	return []*Value{v}
}

// With returns the value with a step put before those on its way.
func (v *Value) With(step Step) *Value {
	if v == nil {
		return nil
	}
	out := *v
	out.Via = append([]Step{step}, v.Via...)
	return &out
}

// Walk calls f for the value and all within it, in all branches, each once, as long as f
// returns true.
func (v *Value) Walk(f func(*Value) bool) { v.walk(f, map[*Value]bool{}) }

func (v *Value) walk(f func(*Value) bool, seen map[*Value]bool) bool {
	if v == nil || seen[v] {
		return true
	}
	if v.Kind == List || v.Kind == Map || v.Kind == Choice {
		seen[v] = true
	}
	if !f(v) {
		return false
	}
	for _, x := range v.Items {
		if !x.walk(f, seen) {
			return false
		}
	}
	for _, e := range v.Entries {
		if !e.KeyValue.walk(f, seen) || !e.Value.walk(f, seen) {
			return false
		}
	}
	return v.Then.walk(f, seen) && v.Else.walk(f, seen)
}

// nowhere is what [Value.Sure] returns for nil.
var nowhere = &Value{Kind: Null}

// Sure returns the value, or Null for nil.
func (v *Value) Sure() *Value {
	if v == nil {
		return nowhere
	}
	return v
}

// Line is a line of a text, holes as [Mark], and where it stands.
type Line struct {
	Text  string
	Place Place
}

// Lines cuts a text into its lines.
func (v *Value) Lines() []Line {
	var out []Line
	var line Line
	for _, p := range v.Sure().Parts {
		if p.Hole != nil {
			line.Text += string(Mark)
			continue
		}
		for from := 0; ; {
			at := strings.IndexByte(p.Text[from:], '\n')
			end := len(p.Text)
			if at >= 0 {
				end = from + at
			}
			if !line.Place.Known() {
				line.Place = p.Sub(from, end)
			}
			line.Text += p.Text[from:end]
			if at < 0 {
				break
			}
			out = append(out, line)
			line, from = Line{}, end+1
		}
	}
	if line.Text != "" {
		out = append(out, line)
	}
	return out
}

// At returns a text, a hole or a choice as it is used at a place. Lists and maps stay where
// they are written.
func (v *Value) At(place Place) *Value {
	if v == nil || v.Kind == List || v.Kind == Map {
		return v
	}
	out := *v
	out.Place = place
	return &out
}

// Weight is about how much a value holds by itself, in items: what doubles again and again
// weighs too much before it takes all memory.
func (v *Value) Weight() int {
	if v == nil {
		return 0
	}
	n := len(v.Items) + len(v.Entries) + len(v.Parts) + len(v.Via)
	for _, p := range v.Parts {
		n += len(p.Text) / 256
	}
	return n
}
