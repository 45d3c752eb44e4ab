package terraform

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/deputy-sec/deputy/checks/policy"
)

// test returns the condition that an expression is.
func (s *scope) test(e hclsyntax.Expression) *policy.Cond {
	if *s.m.steps--; *s.m.steps <= 0 || s.depth > maxNested {
		return &policy.Cond{Value: policy.Open}
	}
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr:
		return s.test(e.Expression)
	case *hclsyntax.UnaryOpExpr:
		if e.Op == hclsyntax.OpLogicalNot {
			return policy.Negate(s.test(e.Val))
		}
	case *hclsyntax.BinaryOpExpr:
		switch e.Op {
		case hclsyntax.OpLogicalAnd:
			return &policy.Cond{Ands: []*policy.Cond{s.test(e.LHS), s.test(e.RHS)}}
		case hclsyntax.OpLogicalOr:
			return &policy.Cond{Ors: []*policy.Cond{s.test(e.LHS), s.test(e.RHS)}}
		case hclsyntax.OpEqual:
			return s.equal(e)
		case hclsyntax.OpNotEqual:
			return policy.Negate(s.equal(e))
		case hclsyntax.OpGreaterThan, hclsyntax.OpGreaterThanOrEqual, hclsyntax.OpLessThan, hclsyntax.OpLessThanOrEqual:
			return s.compare(e)
		}
	case *hclsyntax.FunctionCallExpr:
		if c := s.testCall(e); c != nil {
			return c
		}
	}
	return s.truth(s.eval(e), e)
}

// truth is the condition that a value is.
func (s *scope) truth(v *policy.Value, e hclsyntax.Expression) *policy.Cond {
	if v != nil && v.Kind == policy.Choice {
		return either(v.Cond, s.truth(v.Then, e), s.truth(v.Else, e))
	}
	if text, ok := v.Known(); ok && (text == "true" || text == "false") {
		return &policy.Cond{Value: policy.TruthOf(text == "true"), Input: v.ByDefault(), Place: s.place(e)}
	}
	return s.atom(e, v)
}

// atom is a test that the tree does not decide. Tests of the same value have one name.
func (s *scope) atom(e hclsyntax.Expression, v *policy.Value) *policy.Cond {
	at := s.place(e)
	name := s.m.prefix + string(at.File.Text[at.Start:at.End])
	if holes := v.Holes(); len(holes) == 1 && len(v.Parts) == 1 {
		name = s.m.prefix + holes[0].Name
	}
	return &policy.Cond{Atom: name, Why: name, Place: at}
}

// equal compares two values as far as they are known.
func (s *scope) equal(e *hclsyntax.BinaryOpExpr) *policy.Cond {
	return s.equals(s.eval(e.LHS), s.eval(e.RHS), e)
}

func (s *scope) equals(a, b *policy.Value, e hclsyntax.Expression) *policy.Cond {
	if a != nil && a.Kind == policy.Choice {
		return either(a.Cond, s.equals(a.Then, b, e), s.equals(a.Else, b, e))
	}
	if b != nil && b.Kind == policy.Choice {
		return either(b.Cond, s.equals(a, b.Then, e), s.equals(a, b.Else, e))
	}
	x, knownA := plain(a)
	y, knownB := plain(b)
	place := s.place(e)
	if knownA && knownB {
		c := &policy.Cond{Value: policy.TruthOf(x == y), Place: place, Input: inputOf(a)}
		if c.Input == nil {
			c.Input = inputOf(b)
		}
		return c
	}
	if knownA {
		a, y, knownB = b, x, true
	}
	holes := a.Holes()
	switch {
	case knownB && y == null && a != nil && a.Kind != policy.Hole:
		return &policy.Cond{Value: policy.False, Place: place} // a text with a hole is not null
	case knownB && y == null && len(holes) == 1 && holes[0].Origin == policy.OfResource:
		return &policy.Cond{Value: policy.False, Place: place}
	case knownB && len(holes) == 1 && len(a.Parts) == 1 && holes[0].Input != nil && y != null && holes[0].Input.Excludes(y):
		return &policy.Cond{Value: policy.False, Place: place}
	}
	return &policy.Cond{Atom: s.m.prefix + named(a) + " == " + y, Why: named(a), Place: place}
}

// null is how [plain] writes nothing: as no text is written.
const null = "\x00null"

// plain returns what is known of a value so that equal ones are equal.
func plain(v *policy.Value) (string, bool) {
	if v == nil || v.Kind == policy.Null {
		return null, true
	}
	if v.Kind == policy.List && len(v.Items) == 0 {
		return "\x00[]", true
	}
	return v.Known()
}

func inputOf(v *policy.Value) *policy.Input {
	if v == nil {
		return nil
	}
	if v.Input != nil {
		return v.Input
	}
	return v.ByDefault()
}

// named writes a value so that equal ones are written the same.
func named(v *policy.Value) string {
	var b strings.Builder
	for _, p := range v.Sure().Parts {
		if p.Hole != nil {
			b.WriteString("${" + p.Hole.Name + "}")
		} else {
			b.WriteString(p.Text)
		}
	}
	if b.Len() == 0 {
		fmt.Fprintf(&b, "a value at %d", v.Sure().Place.Start)
	}
	return b.String()
}

// compare compares two numbers, of which one is often a length.
func (s *scope) compare(e *hclsyntax.BinaryOpExpr) *policy.Cond {
	a, b := s.eval(e.LHS), s.eval(e.RHS)
	x, okA := numeric(a)
	y, okB := numeric(b)
	if !okA || !okB {
		return s.atom(e, nil)
	}
	c := &policy.Cond{Place: s.place(e), Input: inputOf(a)}
	switch e.Op {
	case hclsyntax.OpGreaterThan:
		c.Value = policy.TruthOf(x > y)
	case hclsyntax.OpGreaterThanOrEqual:
		c.Value = policy.TruthOf(x >= y)
	case hclsyntax.OpLessThan:
		c.Value = policy.TruthOf(x < y)
	default:
		c.Value = policy.TruthOf(x <= y)
	}
	return c
}

func numeric(v *policy.Value) (float64, bool) {
	text, ok := v.Known()
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil
}

// testCall is the condition that a call of a function is; nil if it is not known as one.
func (s *scope) testCall(e *hclsyntax.FunctionCallExpr) *policy.Cond {
	switch e.Name {
	case "can":
		return policy.Always
	case "contains":
		if len(e.Args) != 2 {
			return nil
		}
		list, wanted := s.eval(e.Args[0]), s.eval(e.Args[1])
		text, ok := wanted.Known()
		if list == nil || list.Kind != policy.List || !ok {
			return s.atom(e, nil)
		}
		input := inputOf(list)
		for _, x := range list.Items {
			item, known := x.Known()
			switch {
			case !known:
				return s.atom(e, nil)
			case item == text:
				return &policy.Cond{Value: policy.True, Input: input, Place: s.place(e)}
			}
		}
		return &policy.Cond{Value: policy.False, Input: input, Place: s.place(e)}
	case "startswith", "endswith", "regex":
		return s.atom(e, nil)
	}
	return nil
}

// operation carries out arithmetic, and conditions that are used as values.
func (s *scope) operation(e hclsyntax.Expression) *policy.Value {
	place := s.place(e)
	if b, ok := e.(*hclsyntax.BinaryOpExpr); ok {
		if f := arithmetic[b.Op]; f != nil {
			x, okA := numeric(s.eval(b.LHS))
			y, okB := numeric(s.eval(b.RHS))
			if !okA || !okB || y == 0 && (b.Op == hclsyntax.OpDivide || b.Op == hclsyntax.OpModulo) {
				return hole(place, "a number", "is not known")
			}
			out := policy.Literal(number(big.NewFloat(f(x, y))), place)
			out.Bare = true
			return out
		}
	}
	if u, ok := e.(*hclsyntax.UnaryOpExpr); ok && u.Op == hclsyntax.OpNegate {
		return hole(place, "a number", "is negative")
	}
	yes, no := policy.Literal("true", place), policy.Literal("false", place)
	yes.Bare, no.Bare = true, true
	return &policy.Value{Kind: policy.Choice, Place: place, Cond: s.test(e), Then: yes, Else: no}
}

var arithmetic = map[*hclsyntax.Operation]func(x, y float64) float64{
	hclsyntax.OpAdd:      func(x, y float64) float64 { return clamp(x + y) },
	hclsyntax.OpSubtract: func(x, y float64) float64 { return clamp(x - y) },
	hclsyntax.OpMultiply: func(x, y float64) float64 { return clamp(x * y) },
	hclsyntax.OpDivide:   func(x, y float64) float64 { return clamp(x / y) },
	hclsyntax.OpModulo:   func(x, y float64) float64 { return clamp(x - y*float64(int64(x/y))) },
}

// clamp keeps numbers within what texts are made of.
func clamp(x float64) float64 { return max(-1e18, min(1e18, x)) }
