package terraform

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/checks/syntax"
)

// scope is where an expression stands: its module and file, and the names that are bound
// there (each, count, iterators of dynamic blocks and for expressions, the variables of a
// template).
type scope struct {
	m      *module
	file   *policy.File
	vars   map[string]*policy.Value
	outer  *scope
	key    string       // of the instance: ["x"]
	exists *policy.Cond // of the instance; nil: always
	depth  int
}

// in returns the scope for an expression of another file of the module.
func (s *scope) in(file *policy.File) *scope {
	if s.file == file {
		return s
	}
	out := *s
	out.file = file
	return &out
}

// with returns a scope in which names are bound.
func (s *scope) with(vars map[string]*policy.Value) *scope {
	return &scope{m: s.m, file: s.file, vars: vars, outer: s, key: s.key, exists: s.exists, depth: s.depth}
}

func (s *scope) bound(name string) (*policy.Value, bool) {
	for ; s != nil; s = s.outer {
		if v, ok := s.vars[name]; ok {
			return v, true
		}
	}
	return nil, false
}

func (s *scope) place(e hclsyntax.Expression) policy.Place { return placeOf(s.file, e.Range()) }

// eval carries out an expression.
func (s *scope) eval(e hclsyntax.Expression) *policy.Value {
	if *s.m.steps--; *s.m.steps <= 0 || s.depth > maxNested {
		return hole(s.place(e), "a value", "is too large, or depends on itself")
	}
	deeper := *s
	deeper.depth++
	v := deeper.carryOut(e)
	if *s.m.steps -= v.Weight(); *s.m.steps <= 0 {
		return hole(s.place(e), "a value", "is too large")
	}
	return v
}

// carryOut carries out an expression by its kind.
func (s *scope) carryOut(e hclsyntax.Expression) *policy.Value {
	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		return literal(e.Val, s.place(e))
	case *hclsyntax.TemplateExpr:
		return s.templateParts(e)
	case *hclsyntax.TemplateWrapExpr:
		return s.eval(e.Wrapped)
	case *hclsyntax.TemplateJoinExpr:
		return policy.Map1(s.eval(e.Tuple), func(v *policy.Value) *policy.Value { return policy.Concat(s.place(e), v.Sure().Items...) })
	case *hclsyntax.ParenthesesExpr:
		return s.eval(e.Expression)
	case *hclsyntax.ScopeTraversalExpr:
		return s.traversal(e.Traversal, s.place(e))
	case *hclsyntax.RelativeTraversalExpr:
		return s.steps(s.eval(e.Source), e.Traversal, s.place(e))
	case *hclsyntax.IndexExpr:
		return s.index(e)
	case *hclsyntax.SplatExpr:
		return s.splat(e)
	case *hclsyntax.TupleConsExpr:
		v := &policy.Value{Kind: policy.List, Place: s.place(e)}
		for _, x := range e.Exprs {
			v.Items = append(v.Items, s.eval(x))
		}
		return v
	case *hclsyntax.ObjectConsExpr:
		return s.object(e)
	case *hclsyntax.ObjectConsKeyExpr:
		if word := hcl.ExprAsKeyword(e.Wrapped); word != "" && !e.ForceNonLiteral {
			return policy.Literal(word, s.place(e))
		}
		return s.eval(e.Wrapped)
	case *hclsyntax.ForExpr:
		return s.forExpr(e)
	case *hclsyntax.ConditionalExpr:
		return &policy.Value{Kind: policy.Choice, Place: s.place(e), Cond: s.test(e.Condition), Then: s.eval(e.TrueResult), Else: s.eval(e.FalseResult)}
	case *hclsyntax.FunctionCallExpr:
		return s.call(e)
	case *hclsyntax.BinaryOpExpr, *hclsyntax.UnaryOpExpr:
		return s.operation(e)
	case *hclsyntax.AnonSymbolExpr:
		if v, ok := s.bound("*"); ok {
			return v
		}
	}
	return hole(s.place(e), "an expression", "is not read")
}

// literal returns a constant.
func literal(v cty.Value, place policy.Place) *policy.Value {
	switch {
	case v.IsNull() || !v.IsKnown():
		return policy.Nothing(place)
	case v.Type() == cty.String:
		return policy.Literal(v.AsString(), place)
	case v.Type() == cty.Bool:
		out := policy.Literal(fmt.Sprint(v.True()), place)
		out.Bare = true
		return out
	case v.Type() == cty.Number:
		out := policy.Literal(number(v.AsBigFloat()), place)
		out.Bare = true
		return out
	}
	return hole(place, "a constant", "is not read")
}

func number(f *big.Float) string {
	if f.IsInt() && f.MinPrec() < 300 {
		n, _ := f.Int(nil)
		return n.String()
	}
	return f.Text('g', 10)
}

// templateParts joins the parts of a quoted template or a heredoc.
func (s *scope) templateParts(e *hclsyntax.TemplateExpr) *policy.Value {
	var parts []*policy.Value
	for _, x := range e.Parts {
		parts = append(parts, s.eval(x))
	}
	place := s.place(e)
	if len(parts) > 0 && parts[0] != nil && parts[0].Place.Known() && parts[0].Place.File == place.File {
		place.Start = max(place.Start, parts[0].Place.Start)
	}
	if len(parts) == 0 {
		return policy.Literal("", place)
	}
	for i, p := range parts { // a list or a map in a text is its JSON, as jsonencode writes it
		if p != nil && (p.Kind == policy.Map || p.Kind == policy.List) {
			if len(parts) == 1 {
				return p
			}
			parts[i] = encoded(p)
		}
	}
	return policy.Concat(place, parts...)
}

func (s *scope) object(e *hclsyntax.ObjectConsExpr) *policy.Value {
	v := &policy.Value{Kind: policy.Map, Place: s.place(e)}
	for _, item := range e.Items {
		key := s.eval(item.KeyExpr)
		entry := policy.Entry{KeyPlace: s.place(item.KeyExpr), Value: s.eval(item.ValueExpr)}
		if text, ok := key.Known(); ok {
			entry.Key = text
		} else {
			entry.KeyValue = key
		}
		v.Entries = append(v.Entries, entry)
	}
	return v
}

// traversal follows a name: var.x, local.x, aws_iam_role.x.arn.
func (s *scope) traversal(t hcl.Traversal, place policy.Place) *policy.Value {
	root := t.RootName()
	if v, ok := s.bound(root); ok {
		return s.steps(v, t[1:], place)
	}
	if len(t) > 1 {
		if v, ok := s.bound(root + "." + attr(t[1])); ok {
			return s.steps(v, t[2:], place)
		}
	}
	name := attrAt(t, 1)
	switch root {
	case "var":
		return s.steps(s.m.variable(name, place), rest(t, 2), place)
	case "local":
		return s.steps(s.m.local(name, place), rest(t, 2), place)
	case "module":
		return s.moduleOutput(t, place)
	case "data":
		return s.m.attribute("data."+name+"."+attrAt(t, 2), rest(t, 3), place, s)
	case "path":
		if name == "module" {
			return policy.Literal(".", place)
		}
		return policy.Literal(strings.Repeat("../", strings.Count(s.m.dir, "/")+1)[1:], place)
	case "terraform", "count", "each", "self":
		return policy.Unknown(&policy.Reference{Name: written(t), Origin: policy.Ambient, Why: "is known when it runs", Place: place}, place)
	}
	return s.m.attribute(root+"."+name, rest(t, 2), place, s)
}

func rest(t hcl.Traversal, n int) hcl.Traversal {
	if len(t) <= n {
		return nil
	}
	return t[n:]
}

func attr(step hcl.Traverser) string {
	if a, ok := step.(hcl.TraverseAttr); ok {
		return a.Name
	}
	return ""
}

func attrAt(t hcl.Traversal, i int) string {
	if i < len(t) {
		return attr(t[i])
	}
	return ""
}

// written writes a traversal as the file does, without indexes.
func written(t hcl.Traversal) string {
	var b strings.Builder
	for i, step := range t {
		switch x := step.(type) {
		case hcl.TraverseRoot:
			b.WriteString(x.Name)
		case hcl.TraverseAttr:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(x.Name)
		}
	}
	return b.String()
}

// steps follows attributes and indexes into a value.
func (s *scope) steps(v *policy.Value, t hcl.Traversal, place policy.Place) *policy.Value {
	for _, step := range t {
		key := policy.Literal("", place)
		switch x := step.(type) {
		case hcl.TraverseAttr:
			key = policy.Literal(x.Name, place)
		case hcl.TraverseIndex:
			key = literal(x.Key, place)
		}
		v = member(v, key, place)
	}
	return v
}

// member returns what a map or a list holds under a key.
func member(v, key *policy.Value, place policy.Place) *policy.Value {
	return policy.Map1(v, func(v *policy.Value) *policy.Value {
		text, ok := key.Known()
		switch {
		case v == nil:
			return policy.Nothing(place)
		case v.Kind == policy.Hole && v.Hole.Follow != nil && ok:
			return v.Hole.Follow(text, place)
		case v.Kind == policy.Hole:
			return part(v, text, place)
		case !ok:
			return agreed(v, place)
		case v.Kind == policy.Map:
			if e := v.Entry(text); e != nil {
				return through(e.Value, v)
			}
			return policy.Nothing(place)
		case v.Kind == policy.List:
			var at int
			if _, err := fmt.Sscan(text, &at); err == nil && at >= 0 && at < len(v.Items) {
				return through(v.Items[at], v)
			}
			return policy.Nothing(place)
		}
		return policy.Nothing(place)
	})
}

// through keeps the way that led to a list or map for what is taken out of it.
func through(item, from *policy.Value) *policy.Value {
	if item == nil || len(from.Via) == 0 {
		return item
	}
	out := *item
	out.Via = append(append([]policy.Step{}, from.Via...), item.Via...)
	return &out
}

// part is a part of what is missing, and as unknown as it all.
func part(v *policy.Value, key string, place policy.Place) *policy.Value {
	r := *v.Hole
	if key != "" && strings.Trim(key, "0123456789") != "" {
		r.Name += "." + key
		r.Input = nil
		if v.Hole.Input != nil {
			in := policy.Input{Name: key, Word: v.Hole.Input.Word, Address: v.Hole.Input.Address + "." + key, Place: v.Hole.Input.Place, Hidden: v.Hole.Input.Hidden}
			r.Input = &in
		}
	}
	out := policy.Unknown(&r, place)
	out.Via = v.Via
	return out
}

// agreed returns what all members of a list or map are, if they are the same.
func agreed(v *policy.Value, place policy.Place) *policy.Value {
	var first *policy.Value
	for _, x := range elementsOf(v) {
		text, ok := x.value.Known()
		switch {
		case first == nil:
			first = x.value
		case !ok:
			return hole(place, "an element", "is chosen by what is not known")
		default:
			if before, _ := first.Known(); before != text {
				return hole(place, "an element", "is chosen by what is not known")
			}
		}
	}
	if first == nil {
		return hole(place, "an element", "is chosen by what is not known")
	}
	return first
}

func (s *scope) index(e *hclsyntax.IndexExpr) *policy.Value {
	if of := s.eval(e.Collection); of != nil && of.Kind == policy.Hole && of.Hole.Follow != nil {
		return of // an instance is as all of them
	}
	return member(s.eval(e.Collection), s.eval(e.Key), s.place(e))
}

// splat applies what follows a [*] to each element.
func (s *scope) splat(e *hclsyntax.SplatExpr) *policy.Value {
	place := s.place(e)
	return policy.Map1(s.eval(e.Source), func(v *policy.Value) *policy.Value {
		one := func(x *policy.Value) *policy.Value {
			return s.with(map[string]*policy.Value{"*": x}).eval(e.Each)
		}
		switch {
		case v == nil || v.Kind == policy.Null:
			return &policy.Value{Kind: policy.List, Place: place}
		case v.Kind == policy.List:
			out := &policy.Value{Kind: policy.List, Place: place, Via: v.Via, Input: v.Input}
			for _, x := range v.Items {
				out.Items = append(out.Items, one(x))
			}
			return out
		}
		return &policy.Value{Kind: policy.List, Place: place, Items: []*policy.Value{one(v)}}
	})
}

// forExpr carries out [for …] and {for …} over what is known; over all else it is one
// element that is not known.
func (s *scope) forExpr(e *hclsyntax.ForExpr) *policy.Value {
	place := s.place(e)
	return policy.Map1(s.eval(e.CollExpr), func(v *policy.Value) *policy.Value {
		elements := elementsOf(v)
		if elements == nil {
			unknown := hole(place, "an element", "of what is not known")
			if v != nil && v.Kind == policy.Hole {
				unknown = policy.Unknown(v.Hole, place)
				unknown.Via = v.Via
			}
			elements = []element{{"", unknown, unknown}}
		}
		out := &policy.Value{Kind: policy.List, Place: place}
		if v != nil {
			out.Via, out.Input = v.Via, v.Input
		}
		if e.KeyExpr != nil {
			out.Kind = policy.Map
		}
		for _, x := range elements {
			if *s.m.steps <= 0 {
				break
			}
			vars := map[string]*policy.Value{e.ValVar: x.value}
			if e.KeyVar != "" {
				vars[e.KeyVar] = x.key
			}
			s.forElement(e, s.with(vars), out)
		}
		return out
	})
}

func (s *scope) forElement(e *hclsyntax.ForExpr, inner *scope, out *policy.Value) {
	value := inner.eval(e.ValExpr)
	if e.CondExpr != nil {
		value = &policy.Value{Kind: policy.Choice, Place: value.Sure().Place, Cond: inner.test(e.CondExpr), Then: value, Else: policy.Nothing(s.place(e))}
	}
	if out.Kind == policy.List {
		out.Items = append(out.Items, value)
		return
	}
	key := inner.eval(e.KeyExpr)
	entry := policy.Entry{KeyPlace: s.place(e.KeyExpr), Value: value}
	if text, ok := key.Known(); ok {
		entry.Key = text
	} else {
		entry.KeyValue = key
	}
	if before := out.Entry(entry.Key); before != nil && e.Group && entry.KeyValue == nil {
		before.Value = &policy.Value{Kind: policy.List, Place: value.Place, Items: append(before.Value.All(), value)}
		return
	}
	if e.Group {
		entry.Value = &policy.Value{Kind: policy.List, Place: value.Place, Items: []*policy.Value{value}}
	}
	out.Entries = append(out.Entries, entry)
}

// variable returns a variable's argument, default, or absence.
func (m *module) variable(name string, place policy.Place) *policy.Value {
	in := m.inputs[name]
	if in == nil {
		return hole(place, "var."+name, "is not declared")
	}
	reference := &policy.Reference{Name: "var." + name, Origin: policy.Parameter, Why: "has no default", Input: in, Place: in.Place}
	var v *policy.Value
	switch {
	case m.args[name] != nil:
		v = m.args[name].With(policy.Step{Place: in.Place, Message: "the variable " + name})
	case m.values[name] != nil:
		v = m.values[name]
	case in.Default == nil:
		return policy.Unknown(reference, place)
	default:
		return m.once("default."+name, in.Place, func() *policy.Value {
			return byDefault(in.Default, in, policy.Step{Place: in.Default.Place, Message: "the default of the variable " + name})
		}).At(place)
	}
	return v.At(place)
}

// byDefault marks a value, and all in it, as the default of an input.
func byDefault(v *policy.Value, in *policy.Input, step policy.Step) *policy.Value {
	if v == nil {
		return nil
	}
	out := *v
	out.Input = in
	out.Via = append([]policy.Step{step}, v.Via...)
	out.Parts = nil
	for _, p := range v.Parts {
		if p.Hole == nil {
			p.Input = in
		}
		out.Parts = append(out.Parts, p)
	}
	out.Items = nil
	for _, x := range v.Items {
		out.Items = append(out.Items, byDefault(x, in, step))
	}
	out.Entries = nil
	for _, e := range v.Entries {
		e.Value = byDefault(e.Value, in, step)
		out.Entries = append(out.Entries, e)
	}
	return &out
}

func (m *module) local(name string, place policy.Place) *policy.Value {
	l, ok := m.locals[name]
	if !ok {
		return hole(place, "local."+name, "is not declared")
	}
	v := m.once("local."+name, place, func() *policy.Value { return l.value.eval(&scope{m: m}) })
	return v.With(policy.Step{Place: l.name, Message: "the local " + name}).At(place)
}

// moduleOutput returns what a module returns.
func (s *scope) moduleOutput(t hcl.Traversal, place policy.Place) *policy.Value {
	name := attrAt(t, 1)
	steps := rest(t, 2)
	for len(steps) > 0 && attr(steps[0]) == "" { // the index of an instance
		steps = steps[1:]
	}
	if len(steps) == 0 {
		return whole("module."+name, place, func(attr string, place policy.Place) *policy.Value { return s.outputOf(name, attr, nil, place) })
	}
	return s.outputOf(name, attr(steps[0]), steps[1:], place)
}

// whole returns a reference to something as a whole, whose attributes can be asked for.
func whole(name string, place policy.Place, follow func(string, policy.Place) *policy.Value) *policy.Value {
	return policy.Unknown(&policy.Reference{Name: name, Why: "is known when it runs", Place: place, Follow: follow}, place)
}

// outputOf returns an output of a module, of its first instance if there are several.
func (s *scope) outputOf(name, output string, steps hcl.Traversal, place policy.Place) *policy.Value {
	if instances := s.m.instances(name); len(instances) > 0 {
		if b := instances[0].outputs[output]; b != nil {
			v := instances[0].outputValue(b).With(policy.Step{Place: b.place, Message: "the output " + b.label(0) + " of the module " + name})
			return s.steps(v, steps, place)
		}
	}
	return policy.Unknown(&policy.Reference{Name: "module." + name + "." + output, Why: "comes from a module that is not in the tree", Place: place}, place)
}

// encoded returns a list or a map as the JSON text that it is in a text.
func encoded(v *policy.Value) *policy.Value { return syntax.Encode(v) }
