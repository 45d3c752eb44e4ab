package cloudformation

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/checks/syntax"
)

// call returns the intrinsic function that a node calls, by its long name, and its
// argument; "" if it calls none.
func call(n *syntax.Node) (name string, arg *syntax.Node) {
	if n == nil {
		return "", nil
	}
	if n.Tag != "" {
		name := strings.TrimPrefix(n.Tag, "!")
		plain := *n
		plain.Tag = ""
		if name == "Ref" || name == "Condition" {
			return name, &plain
		}
		return "Fn::" + name, &plain
	}
	if n.Kind == syntax.Map && len(n.Entries) == 1 {
		key := n.Entries[0].Key.Text
		if key == "Ref" || key == "Condition" || strings.HasPrefix(key, "Fn::") {
			return key, n.Entries[0].Value
		}
	}
	return "", nil
}

// functions are the intrinsic functions that make values. Condition is none: it is a key
// of policies, too.
var functions map[string]func(*template, *syntax.Node, *syntax.Node, *env) *policy.Value

func init() {
	functions = map[string]func(*template, *syntax.Node, *syntax.Node, *env) *policy.Value{
		"Ref":              (*template).ref,
		"Fn::GetAtt":       (*template).getAtt,
		"Fn::Sub":          (*template).sub,
		"Fn::Join":         (*template).join,
		"Fn::Select":       (*template).selectItem,
		"Fn::Split":        (*template).split,
		"Fn::FindInMap":    (*template).findInMap,
		"Fn::If":           (*template).choose,
		"Fn::Base64":       (*template).same,
		"Fn::ToJsonString": (*template).same,
		"Fn::ImportValue":  (*template).imported,
		"Fn::Length":       (*template).length,
		"Fn::Transform":    (*template).transform,
	}
}

// eval carries out a node.
func (t *template) eval(n *syntax.Node, e *env) *policy.Value {
	if n == nil {
		return nil
	}
	if *t.steps--; *t.steps <= 0 {
		return missing(n, "a value", "is too large", policy.Elsewhere)
	}
	if name, arg := call(n); name != "" && name != "Condition" {
		if f := functions[name]; f != nil {
			return f(t, n, arg, e)
		}
		return missing(n, name, "is not known before deployment", policy.Ambient)
	}
	switch n.Kind {
	case syntax.List:
		v := &policy.Value{Kind: policy.List, Place: n.Place}
		for _, x := range n.Items {
			v.Items = append(v.Items, t.eval(x, e))
		}
		return v
	case syntax.Map:
		return t.object(n, e)
	}
	return t.scalar(n)
}

func (t *template) object(n *syntax.Node, e *env) *policy.Value {
	v := &policy.Value{Kind: policy.Map, Place: n.Place}
	t.each(n, e, func(b bound) {
		entry := policy.Entry{Key: b.key, KeyPlace: b.node.Place, Value: t.eval(b.value, b.env)}
		if key := t.text.Scalar(b.node); len(key.Holes()) > 0 {
			entry.Key, entry.KeyValue = "", key
		}
		v.Entries = append(v.Entries, entry)
	})
	return v
}

// scalar reads a text, in which dynamic references are holes: they are resolved when the
// template is deployed.
func (t *template) scalar(n *syntax.Node) *policy.Value {
	v := t.text.Scalar(n)
	if strings.Contains(n.Text, "{{resolve:") {
		return dynamic(v)
	}
	if strings.Contains(n.Text, "${") && serverless(t.root) {
		return t.variables(v)
	}
	return v
}

// dynamic cuts {{resolve:…}} out of a text.
func dynamic(v *policy.Value) *policy.Value {
	out := &policy.Value{Kind: policy.Text, Place: v.Place, Via: v.Via}
	for _, p := range v.Parts {
		for p.Hole == nil {
			open := strings.Index(p.Text, "{{resolve:")
			if open < 0 {
				break
			}
			end := strings.Index(p.Text[open:], "}}")
			if end < 0 {
				break
			}
			end += open + 2
			if open > 0 {
				out.Parts = append(out.Parts, p.Cut(0, open))
			}
			origin := policy.Elsewhere
			if service := p.Text[open+len("{{resolve:"):]; strings.HasPrefix(service, "secretsmanager:") || strings.HasPrefix(service, "ssm-secure:") {
				origin = policy.Secret
			}
			place := p.Sub(open, end)
			out.Parts = append(out.Parts, policy.Part{Place: place, Hole: &policy.Reference{
				Name: "a dynamic reference", Origin: origin, Why: "is resolved at deployment", Place: place,
			}})
			p = p.Cut(end, len(p.Text))
		}
		if p.Hole != nil || p.Text != "" {
			out.Parts = append(out.Parts, p)
		}
	}
	return whole(out)
}

// whole makes a hole of a text that is nothing but one.
func whole(v *policy.Value) *policy.Value {
	if v.Kind == policy.Text && len(v.Parts) == 1 && v.Parts[0].Hole != nil {
		v.Kind, v.Hole = policy.Hole, v.Parts[0].Hole
	}
	return v
}

func missing(n *syntax.Node, name, why string, origin policy.Origin) *policy.Value {
	return policy.Unknown(&policy.Reference{Name: name, Why: why, Origin: origin, Place: n.Place}, n.Place)
}

// pseudo are the parameters that AWS brings, and what they are for us.
var pseudo = map[string]policy.Origin{
	"AWS::AccountId":        policy.OwnAccount,
	"AWS::StackId":          policy.OwnStack,
	"AWS::StackName":        policy.OwnStack,
	"AWS::Region":           policy.Ambient,
	"AWS::Partition":        policy.Ambient,
	"AWS::URLSuffix":        policy.Ambient,
	"AWS::NotificationARNs": policy.Elsewhere,
}

func (t *template) ref(n, arg *syntax.Node, e *env) *policy.Value {
	return t.named(strings.TrimSpace(arg.String()), n.Place, e)
}

// named returns what a name stands for.
func (t *template) named(name string, place policy.Place, e *env) *policy.Value {
	if v := e.find(name); v != nil {
		return v
	}
	if name == "AWS::NoValue" {
		return policy.Nothing(place)
	}
	if origin, ok := pseudo[name]; ok {
		return policy.Unknown(&policy.Reference{Name: name, Origin: origin, Why: "is known at deployment"}, place)
	}
	if in := t.inputs[name]; in != nil {
		return t.parameter(in, place)
	}
	if _, ok := t.resources[name]; ok {
		return t.attribute(name, "Ref", place)
	}
	return policy.Unknown(&policy.Reference{Name: name, Why: "is not declared here"}, place)
}

// parameter returns a parameter's argument, default, or absence.
func (t *template) parameter(in *policy.Input, place policy.Place) *policy.Value {
	if arg := t.args[in.Name]; arg != nil {
		return arg.With(policy.Step{Place: in.Place, Message: "the parameter " + in.Name})
	}
	kind := t.root.Get("Parameters").Get(in.Name).Get("Type").String()
	switch {
	case strings.HasPrefix(kind, "AWS::SSM::Parameter::Value"):
		return policy.Unknown(&policy.Reference{Name: in.Name, Origin: policy.Elsewhere, Why: "is read from Parameter Store", Input: in, Place: in.Place}, place)
	case in.Default == nil:
		return policy.Unknown(&policy.Reference{Name: in.Name, Origin: policy.Parameter, Why: "has no default", Input: in, Place: in.Place}, place)
	}
	text, ok := in.Default.Known()
	if !ok {
		return in.Default
	}
	v := policy.Literal(text, in.Default.Place)
	v.Parts[0].Input = in
	v.Parts[0].At = in.Default.Parts[0].At
	v.Bare = in.Default.Bare
	v.Via = []policy.Step{{Place: in.Default.Place, Message: "the default of the parameter " + in.Name}}
	if in.List {
		list := policy.Split(v, ",")
		for _, x := range list.Items {
			x.Place = place
			trimBlanks(x)
		}
		list.Place = place
		if text == "" {
			list.Items = nil
		}
		return list
	}
	v.Place = place
	return v
}

func trimBlanks(v *policy.Value) {
	for i := range v.Parts {
		v.Parts[i].Text = strings.TrimSpace(v.Parts[i].Text)
	}
}

// attribute returns what a resource returns.
func (t *template) attribute(name, attr string, place policy.Place) *policy.Value {
	r := &policy.Reference{
		Name: name + "." + attr, Origin: policy.OfResource, Why: "is known when " + name + " is made",
		Resource: t.prefix + name, Attr: attr, Place: t.resources[name],
	}
	if attr == "Ref" {
		r.Name = name
	}
	return policy.Unknown(r, place)
}

func (t *template) getAtt(n, arg *syntax.Node, e *env) *policy.Value {
	var name, attr string
	if arg.Sure().Kind == syntax.List && len(arg.Items) >= 2 {
		name = arg.Items[0].String()
		attr, _ = t.eval(arg.Items[1], e).Known()
	} else {
		name, attr, _ = strings.Cut(arg.String(), ".")
	}
	return t.attribute(name, attr, n.Place)
}

func (t *template) sub(n, arg *syntax.Node, e *env) *policy.Value {
	pattern := arg
	if arg.Sure().Kind == syntax.List {
		if len(arg.Items) == 0 {
			return missing(n, "Fn::Sub", "has no text", policy.Elsewhere)
		}
		pattern = arg.Items[0]
		if len(arg.Items) > 1 {
			for _, x := range arg.Items[1].Sure().Entries {
				e = &env{e, x.Key.Text, t.eval(x.Value, e)}
			}
		}
	}
	if name, _ := call(pattern); name != "" || pattern.Sure().Kind != syntax.Scalar {
		return missing(n, "Fn::Sub", "is of a text that is not known", policy.Elsewhere)
	}
	v := t.scalar(pattern)
	var pieces []*policy.Value
	for _, p := range v.Parts {
		if p.Hole != nil {
			pieces = append(pieces, &policy.Value{Kind: policy.Text, Parts: []policy.Part{p}})
			continue
		}
		pieces = append(pieces, t.substitute(p, e)...)
	}
	return policy.Concat(pattern.Place, pieces...)
}

// substitute cuts a text at its ${…}.
func (t *template) substitute(p policy.Part, e *env) []*policy.Value {
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
		length := strings.IndexByte(p.Text[open:], '}')
		if length < 0 {
			break
		}
		end := open + length
		plain(from, open)
		from = end + 1
		name := strings.TrimSpace(p.Text[open+2 : end])
		if literal, ok := strings.CutPrefix(name, "!"); ok {
			part := p.Cut(open, end+1)
			part.Text, part.At = "${"+literal+"}", nil
			out = append(out, &policy.Value{Kind: policy.Text, Place: part.Place, Parts: []policy.Part{part}})
			continue
		}
		out = append(out, t.substituted(name, p.Sub(open, end+1), e))
	}
	plain(from, len(p.Text))
	return out
}

func (t *template) substituted(name string, place policy.Place, e *env) *policy.Value {
	if v := e.find(name); v != nil {
		return v
	}
	if resource, attr, dotted := strings.Cut(name, "."); dotted {
		return t.attribute(resource, attr, place)
	}
	return t.named(name, place, e)
}

func (t *template) join(n, arg *syntax.Node, e *env) *policy.Value {
	if len(arg.Sure().Items) != 2 {
		return missing(n, "Fn::Join", "is not read", policy.Elsewhere)
	}
	delimiter := t.eval(arg.Items[0], e)
	return policy.Map1(t.eval(arg.Items[1], e), func(list *policy.Value) *policy.Value {
		if list.Sure().Kind != policy.List {
			return list
		}
		var pieces []*policy.Value
		for i, x := range list.Items {
			if i > 0 {
				pieces = append(pieces, delimiter)
			}
			if x != nil && x.Kind == policy.List { // a parameter that is a list
				x = policy.Concat(x.Place, x.Items...)
			}
			pieces = append(pieces, x)
		}
		v := policy.Concat(n.Place, pieces...)
		if v.Place.End <= v.Place.Start {
			v.Place.End = arg.Place.End
		}
		return v
	})
}

func (t *template) selectItem(n, arg *syntax.Node, e *env) *policy.Value {
	if len(arg.Sure().Items) != 2 {
		return missing(n, "Fn::Select", "is not read", policy.Elsewhere)
	}
	index, _ := t.eval(arg.Items[0], e).Known()
	at, err := strconv.Atoi(strings.TrimSpace(index))
	return policy.Map1(t.eval(arg.Items[1], e), func(list *policy.Value) *policy.Value {
		if err == nil && list.Sure().Kind == policy.List && at >= 0 && at < len(list.Items) {
			return list.Items[at]
		}
		for _, x := range list.Holes() { // a part of what is missing is as unknown as it all
			return policy.Unknown(x, n.Place)
		}
		return missing(n, "Fn::Select", "is of a list that is not known", policy.Elsewhere)
	})
}

func (t *template) split(n, arg *syntax.Node, e *env) *policy.Value {
	if len(arg.Sure().Items) != 2 {
		return missing(n, "Fn::Split", "is not read", policy.Elsewhere)
	}
	separator, _ := t.eval(arg.Items[0], e).Known()
	return policy.Map1(t.eval(arg.Items[1], e), func(v *policy.Value) *policy.Value {
		if v.Sure().Kind != policy.Text {
			return v
		}
		return policy.Split(v, separator)
	})
}

// findInMap looks a value up. If a key is not known and all values agree, it is that
// value.
func (t *template) findInMap(n, arg *syntax.Node, e *env) *policy.Value {
	items := arg.Sure().Items
	if len(items) < 3 {
		return missing(n, "Fn::FindInMap", "is not read", policy.Elsewhere)
	}
	name, ok := t.eval(items[0], e).Known()
	table := t.root.Get("Mappings").Get(name)
	if !ok || table == nil {
		return missing(n, "Fn::FindInMap", "is of a mapping that is not here", policy.Elsewhere)
	}
	return policy.Map1(t.eval(items[1], e), func(first *policy.Value) *policy.Value {
		return policy.Map1(t.eval(items[2], e), func(second *policy.Value) *policy.Value {
			return t.lookUp(n, table, name, first, second, items, e)
		})
	})
}

func (t *template) lookUp(n, table *syntax.Node, name string, first, second *policy.Value, items []*syntax.Node, e *env) *policy.Value {
	var found []*syntax.Node
	for _, row := range candidates(table, first) {
		found = append(found, candidates(row, second)...)
	}
	if len(found) == 0 && len(items) > 3 {
		return t.eval(items[3].Get("DefaultValue"), e)
	}
	for i, x := range found {
		if i > 0 && (x.Kind != syntax.Scalar || x.Text != found[0].Text) {
			return missing(n, "Fn::FindInMap", fmt.Sprintf("depends on %s, by which the mapping %s differs", nameOf(unknownOf(first, second)), name), policy.Elsewhere)
		}
	}
	if len(found) == 0 {
		return missing(n, "Fn::FindInMap", "is not in the mapping "+name, policy.Elsewhere)
	}
	v := t.eval(found[0], e)
	out := *v
	out.Via = append([]policy.Step{{Place: found[0].Place, Message: "the mapping " + name}}, v.Via...)
	out.Via = append(append(out.Via, first.Via...), second.Via...)
	out.Place = n.Place
	return &out
}

// unknownOf returns the first of two keys that is not known.
func unknownOf(first, second *policy.Value) *policy.Value {
	if _, ok := first.Known(); !ok {
		return first
	}
	return second
}

// candidates are the values that a key may mean: one if it is known, else all.
func candidates(n *syntax.Node, key *policy.Value) []*syntax.Node {
	if text, ok := key.Known(); ok {
		if v := n.Get(text); v != nil {
			return []*syntax.Node{v}
		}
		return nil
	}
	var out []*syntax.Node
	for _, e := range n.Sure().Entries {
		out = append(out, e.Value)
	}
	return out
}

func (t *template) choose(n, arg *syntax.Node, e *env) *policy.Value {
	if len(arg.Sure().Items) != 3 {
		return missing(n, "Fn::If", "is not read", policy.Elsewhere)
	}
	cond := t.condition(arg.Items[0].String())
	if name, _ := call(arg.Items[0]); name != "" {
		cond = t.test(arg.Items[0], e)
	}
	return &policy.Value{Kind: policy.Choice, Place: n.Place, Cond: cond, Then: t.eval(arg.Items[1], e), Else: t.eval(arg.Items[2], e)}
}

func (t *template) same(_, arg *syntax.Node, e *env) *policy.Value { return t.eval(arg, e) }

func (t *template) imported(n, arg *syntax.Node, e *env) *policy.Value {
	return missing(n, "the import "+nameOf(t.eval(arg, e)), "is exported by another stack", policy.Elsewhere)
}

func (t *template) length(n, arg *syntax.Node, e *env) *policy.Value {
	if v := t.eval(arg, e); v.Sure().Kind == policy.List {
		return policy.Literal(strconv.Itoa(len(v.Items)), n.Place)
	}
	return missing(n, "Fn::Length", "is of a list that is not known", policy.Ambient)
}

// transform includes a file of the tree (AWS::Include); other macros run in the account.
func (t *template) transform(n, arg *syntax.Node, e *env) *policy.Value {
	name := arg.Get("Name").String()
	location := t.eval(arg.Get("Parameters").Get("Location"), e)
	if name == "AWS::Include" && t.tree != nil {
		if file := t.tree.Find(t.file, strings.ReplaceAll(location.Sketch(), string(policy.Mark), "*")); file != nil {
			if nodes, err := syntax.Documents(file); err == nil && len(nodes) == 1 {
				return t.eval(nodes[0], e)
			}
		}
	}
	return missing(n, "the macro "+name, "runs at deployment", policy.Elsewhere)
}
