package policy

import (
	"strings"
)

// Document is an IAM policy in one world.
type Document struct {
	Place      Place
	Statements []*Statement
	Missing    []*Reference // what hides statements: the document is not known whole
}

// Statement is a statement of a policy.
type Statement struct {
	Place        Place
	Via          []Step
	Index        int
	Sid          string
	Allow        Truth // Open if the effect is not known
	Actions      []*Value
	NotActions   []*Value
	Principals   []Principal
	NotPrincipal bool
	Resources    []*Value
	NotResources []*Value
	Conditions   []Condition
	Missing      []*Reference // what hides parts of the statement
}

// Principal is one principal of a statement.
type Principal struct {
	Type  string // AWS, Service, Federated, CanonicalUser; "" if a hole hides it
	Value *Value
}

// Condition is one key under one operator of a statement.
type Condition struct {
	Operator string // as written: ForAnyValue:StringLikeIfExists
	Key      string // as written
	Place    Place  // of the key
	Values   []*Value
}

// maxStatements bounds a document; AWS's own limits are below a hundred.
const maxStatements = 2000

// NewDocument reads a policy from a value that holds no choices ([Value.In]). A value
// that is no policy gives a document that misses everything.
func NewDocument(v *Value) *Document {
	d := &Document{}
	if v == nil {
		return d
	}
	d.Place = v.Place
	switch v.Kind {
	case Hole, Text:
		d.Missing = append(d.Missing, holesOr(v, "a policy")...)
		return d
	case List: // Terraform merges documents: a list of them
		for _, x := range v.Items {
			sub := NewDocument(x)
			d.Missing = append(d.Missing, sub.Missing...)
			d.Statements = append(d.Statements, sub.Statements...)
		}
		return d
	}
	for _, s := range flatten(v.Get("Statement").All()) {
		switch {
		case s.Kind != Map:
			d.Missing = append(d.Missing, holesOr(s, "a statement")...)
		case len(d.Statements) < maxStatements:
			d.Statements = append(d.Statements, newStatement(s, len(d.Statements), v.Via))
		}
	}
	for _, e := range v.Entries {
		if e.KeyValue != nil && e.Key == "" {
			d.Missing = append(d.Missing, e.KeyValue.Holes()...)
		}
	}
	return d
}

func flatten(items []*Value) []*Value {
	var out []*Value
	for _, x := range items {
		if x != nil && x.Kind == List {
			out = append(out, flatten(x.Items)...)
			continue
		}
		out = append(out, x)
	}
	return out
}

func holesOr(v *Value, what string) []*Reference {
	if holes := v.Holes(); len(holes) > 0 {
		return holes
	}
	return []*Reference{{Name: what, Why: "is not read as a policy", Place: v.Place}}
}

func newStatement(v *Value, index int, via []Step) *Statement {
	s := &Statement{Place: v.Place, Index: index}
	s.Via = append(append(s.Via, via...), v.Via...)
	s.Sid, _ = v.Get("Sid").Known()
	s.Allow = effect(v.Get("Effect"))
	s.Actions, s.NotActions = flatten(v.Get("Action").All()), flatten(v.Get("NotAction").All())
	s.Resources, s.NotResources = flatten(v.Get("Resource").All()), flatten(v.Get("NotResource").All())
	if p := v.Get("NotPrincipal"); p != nil {
		s.NotPrincipal = true
		s.principals(p)
	}
	s.principals(v.Get("Principal"))
	s.conditions(v.Get("Condition"))
	for _, e := range v.Entries {
		if e.Key == "" && e.KeyValue != nil {
			s.Missing = append(s.Missing, e.KeyValue.Holes()...)
		}
	}
	return s
}

func effect(v *Value) Truth {
	text, ok := v.Known()
	switch {
	case ok && strings.EqualFold(text, "Allow"):
		return True
	case ok && strings.EqualFold(text, "Deny"):
		return False
	}
	return Open
}

func (s *Statement) principals(v *Value) {
	switch {
	case v == nil:
	case v.Kind == Map:
		for _, e := range v.Entries {
			for _, p := range flatten(e.Value.All()) {
				s.Principals = append(s.Principals, Principal{e.Key, p})
			}
		}
	case v.Kind == Text:
		s.Principals = append(s.Principals, Principal{"AWS", v})
	default:
		for _, p := range flatten(v.All()) {
			if p.Kind == Map {
				s.principals(p)
			} else {
				s.Principals = append(s.Principals, Principal{"AWS", p})
			}
		}
	}
}

func (s *Statement) conditions(v *Value) {
	switch {
	case v == nil:
		return
	case v.Kind == List:
		for _, x := range v.Items {
			s.conditions(x)
		}
		return
	case v.Kind != Map:
		s.Missing = append(s.Missing, holesOr(v, "a condition")...)
		return
	}
	for _, operator := range v.Entries {
		for _, block := range flatten(operator.Value.All()) {
			if block.Kind != Map {
				s.Missing = append(s.Missing, holesOr(block, "a condition")...)
				continue
			}
			for _, key := range block.Entries {
				s.Conditions = append(s.Conditions, Condition{
					Operator: operator.Key, Key: keyText(key), Place: key.KeyPlace, Values: flatten(key.Value.All()),
				})
			}
		}
	}
}

// keyText returns a key with the holes in it marked.
func keyText(e Entry) string {
	if e.KeyValue != nil {
		return e.KeyValue.Sketch()
	}
	return e.Key
}

// Allows reports whether a statement's actions include one, written service:Name. The
// wildcards of both are known: sts:*, *, sts:Assume*. Open if a hole hides it.
func (s *Statement) Allows(action string) Truth {
	if len(s.NotActions) > 0 {
		return matchAny(s.NotActions, action).Not()
	}
	return matchAny(s.Actions, action)
}

func matchAny(patterns []*Value, action string) Truth {
	out := False
	for _, p := range patterns {
		text, ok := p.Known()
		switch {
		case !ok:
			if !disjoint(p, action) {
				out = Open
			}
		case Glob(strings.ToLower(text), strings.ToLower(action)):
			return True
		}
	}
	return out
}

// disjoint reports whether what is known of a pattern excludes an action: the text before
// its first hole is no part of it.
func disjoint(p *Value, action string) bool {
	before, _, _ := strings.Cut(p.Sketch(), string(Mark))
	before, _, wild := strings.Cut(before, "*")
	return !wild && !strings.HasPrefix(strings.ToLower(action), strings.ToLower(before))
}

// Glob reports whether a text matches a pattern of IAM: * is any text, ? any character.
// It takes time of the order of their product.
func Glob(pattern, text string) bool {
	star, mark := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
