package cloudformation

import (
	"strings"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/checks/syntax"
)

// generated adds the role that SAM makes for a function or a state machine.
func (t *template) generated(r *policy.Resource) {
	if r.Props.Get("Role") != nil || r.Type != "AWS::Serverless::Function" && r.Type != "AWS::Serverless::StateMachine" {
		return
	}
	props := &policy.Value{Kind: policy.Map, Place: r.Props.Place}
	add := func(key string, v *policy.Value) {
		if v != nil {
			props.Entries = append(props.Entries, policy.Entry{Key: key, KeyPlace: v.Place, Value: v})
		}
	}
	add("AssumeRolePolicyDocument", r.Props.Get("AssumeRolePolicyDocument"))
	inline := &policy.Value{Kind: policy.List, Place: r.Props.Place}
	managed := &policy.Value{Kind: policy.List, Place: r.Props.Place}
	for _, p := range r.Props.Get("Policies").All() {
		switch {
		case p.Kind == policy.Map && p.Get("Statement") != nil:
			inline.Items = append(inline.Items, &policy.Value{Kind: policy.Map, Place: p.Place, Entries: []policy.Entry{
				{Key: "PolicyDocument", KeyPlace: p.Place, Value: p},
			}})
		case p.Kind == policy.Text || p.Kind == policy.Hole:
			managed.Items = append(managed.Items, p)
		}
	}
	add("Policies", inline)
	add("ManagedPolicyArns", managed)
	t.unit.Resources = append(t.unit.Resources, &policy.Resource{
		Address: r.Address + "Role", Name: r.Name + "Role", Type: "AWS::IAM::Role", Word: r.Type, Place: r.Place,
		Exists: r.Exists, Props: props, Many: r.Many, Text: r.Text, Allow: r.Allow,
	})
}

// serverless adds the role that the Serverless Framework makes for all functions.
func (t *template) serverless() {
	provider := t.root.Get("provider")
	statements := provider.Get("iamRoleStatements")
	if role := provider.Get("iam").Get("role"); role.Get("statements") != nil {
		statements = role.Get("statements")
	}
	if statements == nil {
		return
	}
	list := t.eval(statements, nil)
	doc := &policy.Value{Kind: policy.Map, Place: statements.Place, Entries: []policy.Entry{{Key: "Statement", KeyPlace: statements.Place, Value: list}}}
	entry := &policy.Value{Kind: policy.Map, Place: statements.Place, Entries: []policy.Entry{{Key: "PolicyDocument", KeyPlace: statements.Place, Value: doc}}}
	props := &policy.Value{Kind: policy.Map, Place: statements.Place, Entries: []policy.Entry{{
		Key: "Policies", KeyPlace: statements.Place,
		Value: &policy.Value{Kind: policy.List, Place: statements.Place, Items: []*policy.Value{entry}},
	}}}
	t.unit.Resources = append(t.unit.Resources, &policy.Resource{
		Address: "IamRoleLambdaExecution", Name: "IamRoleLambdaExecution", Type: "AWS::IAM::Role", Word: "serverless.yml",
		Place: statements.Place, Props: props, Text: t.file,
	})
}

// variables cuts the Serverless Framework's ${…} out of a text: what the file itself says
// is known, all else is not.
func (t *template) variables(v *policy.Value) *policy.Value {
	var pieces []*policy.Value
	for _, p := range v.Parts {
		if p.Hole != nil {
			pieces = append(pieces, &policy.Value{Kind: policy.Text, Parts: []policy.Part{p}})
			continue
		}
		pieces = append(pieces, t.variablesOf(p)...)
	}
	return policy.Concat(v.Place, pieces...)
}

func (t *template) variablesOf(p policy.Part) []*policy.Value {
	var out []*policy.Value
	plain := func(start, end int) {
		if end > start {
			part := p.Cut(start, end)
			out = append(out, &policy.Value{Kind: policy.Text, Place: part.Place, Parts: []policy.Part{part}})
		}
	}
	from := 0
	for {
		open := strings.Index(p.Text[from:], "${")
		if open < 0 {
			break
		}
		open += from
		end := closing(p.Text, open+2)
		if end < 0 {
			break
		}
		plain(from, open)
		out = append(out, t.variable(p.Text[open+2:end], p.Sub(open, end+1)))
		from = end + 1
	}
	plain(from, len(p.Text))
	return out
}

// closing returns where the brace is closed that is open at an offset, -1 if nowhere.
func closing(text string, at int) int {
	depth := 1
	for ; at < len(text); at++ {
		switch text[at] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return at
			}
		}
	}
	return -1
}

// ambient are the variables that the framework brings.
var ambient = map[string]policy.Origin{
	"aws:accountId": policy.OwnAccount, "AWS::AccountId": policy.OwnAccount,
	"aws:region": policy.Ambient, "opt:region": policy.Ambient, "opt:stage": policy.Ambient, "sls:stage": policy.Ambient,
}

// variable returns what the file says of ${self:a.b}, else a hole.
func (t *template) variable(expression string, place policy.Place) *policy.Value {
	source, _, _ := strings.Cut(expression, ",")
	source = strings.TrimSpace(source)
	if path, ok := strings.CutPrefix(source, "self:"); ok {
		n := t.root
		for _, key := range strings.Split(path, ".") {
			n = n.Get(key)
		}
		if n != nil && n.Kind == syntax.Scalar && t.depth < maxStacks {
			t.depth++
			v := t.scalar(n)
			t.depth--
			return v.With(policy.Step{Place: n.Place, Message: path})
		}
	}
	return policy.Unknown(&policy.Reference{Name: "${" + source + "}", Origin: ambient[source], Why: "is not in the file"}, place)
}
