package terraform

import (
	"github.com/deputy-sec/deputy/checks/policy"
)

// policyDocument translates data.aws_iam_policy_document, merged documents included.
func (m *module) policyDocument(b *block) *policy.Value {
	s := &scope{m: m, file: b.file}
	list := &policy.Value{Kind: policy.List, Place: b.place}
	for _, name := range []string{"source_json", "source_policy_documents"} {
		list.Items = append(list.Items, merged(b.eval(name, s))...)
	}
	for _, x := range s.blocks(b, "statement") {
		list.Items = append(list.Items, x.when(x.scope.statement(x.block)))
	}
	for _, name := range []string{"override_json", "override_policy_documents"} {
		list.Items = append(list.Items, merged(b.eval(name, s))...)
	}
	return &policy.Value{Kind: policy.Map, Place: b.place, Entries: []policy.Entry{{Key: "Statement", KeyPlace: b.place, Value: list}}}
}

// merged returns the statements of the documents that a value names.
func merged(v *policy.Value) []*policy.Value {
	var out []*policy.Value
	for _, x := range v.All() {
		out = append(out, policy.Map1(document(x), func(d *policy.Value) *policy.Value {
			switch {
			case d == nil || d.Kind == policy.Null:
				return d
			case d.Kind == policy.Map:
				statements := &policy.Value{Kind: policy.List, Place: d.Place}
				for _, st := range d.Get("Statement").All() {
					for _, step := range d.Via {
						st = st.With(step)
					}
					statements.Items = append(statements.Items, st)
				}
				return statements
			case d.Kind == policy.List:
				return &policy.Value{Kind: policy.List, Place: d.Place, Items: merged(d)}
			}
			return d
		}))
	}
	return out
}

// placed is a block with the scope that it is read in.
type placed struct {
	block  *block
	scope  *scope
	exists *policy.Cond
}

// when returns a value that is there if its block is.
func (p placed) when(v *policy.Value) *policy.Value {
	if p.exists == nil {
		return v
	}
	return &policy.Value{Kind: policy.Choice, Place: v.Place, Cond: p.exists, Then: v, Else: policy.Nothing(v.Place)}
}

// blocks returns the blocks of a kind within another one, those that dynamic blocks make
// included, in the order of the file where that is known.
func (s *scope) blocks(b *block, kind string) []placed {
	var out []placed
	for _, x := range b.inner(kind) {
		out = append(out, placed{x, s, nil})
	}
	for _, d := range b.inner("dynamic") {
		if d.label(0) == kind {
			out = append(out, s.dynamic(d, kind)...)
		}
	}
	return out
}

// dynamic returns the blocks that a dynamic block makes. What it goes over decides
// whether there are any: null and [] make none, and a choice may.
func (s *scope) dynamic(d *block, kind string) []placed {
	of := d.eval("for_each", s)
	iterator := kind
	if e := d.attrs["iterator"]; e != nil {
		at := e.place()
		iterator = string(at.File.Text[at.Start:at.End])
	}
	var out []placed
	s.over(of, nil, iterator, func(inner *scope, exists *policy.Cond) {
		for _, c := range d.inner("content") {
			out = append(out, placed{c, inner, exists})
		}
	})
	return out
}

// over calls f for the elements of a value, under the condition that they are there.
func (s *scope) over(of *policy.Value, exists *policy.Cond, iterator string, f func(*scope, *policy.Cond)) {
	if of == nil {
		return
	}
	bind := func(x element) *scope {
		return s.with(map[string]*policy.Value{iterator + ".value": x.value, iterator + ".key": x.key})
	}
	elements := elementsOf(of)
	switch {
	case of.Kind == policy.Choice:
		s.over(of.Then, policy.And(exists, of.Cond), iterator, f)
		s.over(of.Else, policy.And(exists, policy.Negate(of.Cond)), iterator, f)
	case elements == nil: // nobody knows of what, or whether of anything
		unknown := policy.Literal("", of.Place)
		if of.Kind == policy.Hole {
			unknown = of
		}
		some := &policy.Cond{Atom: s.m.prefix + "any of " + named(of), Why: named(of), Place: of.Place}
		f(bind(element{"", unknown, unknown}), policy.And(exists, some))
	case len(elements) == 0:
		// It is there for the checks to see what vanishes by default.
		none := &policy.Cond{Value: policy.False, Input: of.Input, Place: of.Place}
		unknown := policy.Literal("", of.Place)
		f(bind(element{"", unknown, unknown}), policy.And(exists, none))
	default:
		for i, x := range elements {
			if i >= maxInstances {
				break
			}
			f(bind(x), exists)
		}
	}
}

// statement translates a statement block.
func (s *scope) statement(b *block) *policy.Value {
	out := &policy.Value{Kind: policy.Map, Place: b.place}
	add := func(key string, place policy.Place, v *policy.Value) {
		if v != nil && v.Kind != policy.Null {
			out.Entries = append(out.Entries, policy.Entry{Key: key, KeyPlace: place, Value: v})
		}
	}
	effect := b.eval("effect", s)
	if effect == nil || effect.Kind == policy.Null {
		effect = policy.Literal("Allow", b.place)
	}
	add("Effect", b.place, effect)
	add("Sid", b.place, b.eval("sid", s))
	for _, x := range [][2]string{{"actions", "Action"}, {"not_actions", "NotAction"}, {"resources", "Resource"}, {"not_resources", "NotResource"}} {
		add(x[1], b.place, b.eval(x[0], s))
	}
	add("Principal", b.place, s.principals(b, "principals"))
	add("NotPrincipal", b.place, s.principals(b, "not_principals"))
	add("Condition", b.place, s.conditions(b))
	return out
}

func (s *scope) principals(b *block, kind string) *policy.Value {
	var out *policy.Value
	for _, x := range s.blocks(b, kind) {
		if out == nil {
			out = &policy.Value{Kind: policy.List, Place: x.block.place}
		}
		typ, _ := x.block.eval("type", x.scope).Known()
		if typ == "*" {
			typ = "AWS"
		}
		ids := x.block.eval("identifiers", x.scope)
		if ids == nil {
			continue
		}
		out.Items = append(out.Items, x.when(&policy.Value{Kind: policy.Map, Place: x.block.place, Entries: []policy.Entry{{Key: typ, KeyPlace: x.block.place, Value: ids}}}))
	}
	return out
}

func (s *scope) conditions(b *block) *policy.Value {
	var out *policy.Value
	for _, x := range s.blocks(b, "condition") {
		if out == nil {
			out = &policy.Value{Kind: policy.List, Place: x.block.place}
		}
		variable, values := x.block.eval("variable", x.scope), x.block.eval("values", x.scope)
		if values == nil {
			values = &policy.Value{Kind: policy.List, Place: x.block.place}
		}
		test, _ := x.block.eval("test", x.scope).Known()
		key := policy.Entry{KeyPlace: x.block.place, Value: values}
		if e := x.block.attrs["variable"]; e != nil {
			key.KeyPlace = e.place()
		}
		if text, ok := variable.Known(); ok {
			key.Key = text
		} else {
			key.KeyValue = variable
		}
		out.Items = append(out.Items, x.when(&policy.Value{Kind: policy.Map, Place: x.block.place, Entries: []policy.Entry{{
			Key: test, KeyPlace: x.block.place,
			Value: &policy.Value{Kind: policy.Map, Place: x.block.place, Entries: []policy.Entry{key}},
		}}}))
	}
	return out
}
