package terraform

import (
	"strings"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/checks/syntax"
)

// IsPlan reports whether a document is a plan, or a state, as JSON (terraform show -json).
func IsPlan(n *syntax.Node) bool {
	return n.Get("format_version") != nil && (n.Get("planned_values") != nil || n.Get("values").Get("root_module") != nil)
}

// ReadPlan reads what a plan is going to make. What is known only after that is a hole.
func ReadPlan(file *policy.File, n *syntax.Node) (*policy.Unit, error) {
	p := &plan{unit: &policy.Unit{Word: "plan", File: file}, file: file, unknown: map[string]*syntax.Node{}, steps: maxSteps}
	for _, c := range n.Get("resource_changes").Sure().Items {
		p.unknown[c.Get("address").String()] = c.Get("change").Get("after_unknown")
	}
	for _, e := range n.Get("planned_values").Get("outputs").Sure().Entries {
		p.output(e)
	}
	root := n.Get("planned_values").Get("root_module")
	if root == nil {
		root = n.Get("values").Get("root_module")
	}
	p.module(root.Sure(), 0)
	if p.steps <= 0 {
		return nil, errTooLarge
	}
	return p.unit, nil
}

type plan struct {
	unit    *policy.Unit
	file    *policy.File
	unknown map[string]*syntax.Node // by address: what is known after apply
	steps   int
}

func (p *plan) output(e syntax.Entry) {
	p.unit.Outputs = append(p.unit.Outputs, &policy.Output{
		Name: e.Key.Text, Word: "output", Place: e.Key.Place, Value: p.value(e.Value.Get("value"), nil, "output."+e.Key.Text),
		Hidden: e.Value.Get("sensitive").String() == "true",
	})
}

func (p *plan) module(n *syntax.Node, depth int) {
	if depth > maxCalls || p.steps <= 0 {
		return
	}
	for _, r := range n.Get("resources").Sure().Items {
		p.resource(r)
	}
	for _, m := range n.Get("child_modules").Sure().Items {
		p.module(m, depth+1)
	}
}

func (p *plan) resource(n *syntax.Node) {
	typ := n.Get("type").String()
	k, ok := kinds[typ]
	if n.Get("mode").String() == "data" || typ == "" {
		return
	}
	address := n.Get("address").String()
	r := &policy.Resource{
		Address: address, Name: n.Get("name").String(), Type: typ, Word: typ, Place: n.Get("address").Sure().Place, Text: p.file,
		Account: n.Get("provider_name").String(),
	}
	if ok {
		r.Type = k.name
	}
	r.Props = &policy.Value{Kind: policy.Map, Place: r.Place}
	unknown := p.unknown[address]
	add := func(name string, place policy.Place, v *policy.Value) {
		if v != nil && v.Kind != policy.Null && name != "" {
			if documents[name] {
				v = document(v)
			}
			r.Props.Entries = append(r.Props.Entries, policy.Entry{Key: name, KeyPlace: place, Value: v})
		}
	}
	for _, e := range n.Get("values").Sure().Entries {
		add(property(k, e.Key.Text), e.Key.Place, p.value(e.Value, unknown.Get(e.Key.Text), address+"."+e.Key.Text))
		if e.Key.Text == "inline_policy" && k.name == "AWS::IAM::Role" {
			add("Policies", e.Key.Place, p.inline(e.Value, address))
		}
	}
	for _, e := range unknown.Sure().Entries {
		if n.Get("values").Get(e.Key.Text) == nil && e.Value.String() == "true" {
			add(property(k, e.Key.Text), r.Place, afterApply(address+"."+e.Key.Text, r.Place))
		}
	}
	p.unit.Resources = append(p.unit.Resources, r)
}

func (p *plan) inline(n *syntax.Node, address string) *policy.Value {
	out := &policy.Value{Kind: policy.List, Place: n.Place}
	for _, x := range n.Items {
		if v := x.Get("policy"); v != nil {
			out.Items = append(out.Items, &policy.Value{Kind: policy.Map, Place: x.Place, Entries: []policy.Entry{
				{Key: "PolicyDocument", KeyPlace: v.Place, Value: document(p.value(v, nil, address))},
			}})
		}
	}
	return out
}

// property returns what an argument is called in the model, "" if the checks do not ask.
func property(k kind, arg string) string {
	if name, ok := k.args[arg]; ok {
		return name
	}
	if arg == "name_prefix" || arg == "bucket_prefix" {
		return "NamePrefix"
	}
	return words[arg]
}

func afterApply(name string, place policy.Place) *policy.Value {
	return policy.Unknown(&policy.Reference{Name: name, Why: "is known after apply", Place: place}, place)
}

// value returns what a plan says of a value.
func (p *plan) value(n, unknown *syntax.Node, name string) *policy.Value {
	if p.steps--; p.steps <= 0 || n == nil {
		return nil
	}
	if unknown.String() == "true" {
		return afterApply(name, n.Place)
	}
	switch n.Kind {
	case syntax.List:
		v := &policy.Value{Kind: policy.List, Place: n.Place}
		for i, x := range n.Items {
			var u *syntax.Node
			if unknown != nil && i < len(unknown.Items) {
				u = unknown.Items[i]
			}
			v.Items = append(v.Items, p.value(x, u, name))
		}
		return v
	case syntax.Map:
		v := &policy.Value{Kind: policy.Map, Place: n.Place}
		for _, e := range n.Entries {
			v.Entries = append(v.Entries, policy.Entry{Key: e.Key.Text, KeyPlace: e.Key.Place, Value: p.value(e.Value, unknown.Get(e.Key.Text), name+"."+e.Key.Text)})
		}
		return v
	}
	var text *syntax.Text
	v := text.Scalar(n)
	if strings.HasPrefix(n.Text, "(known after apply)") {
		return afterApply(name, n.Place)
	}
	return v
}
