package cloudformation

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/checks/syntax"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Is reports whether a document looks like a template: it has resources with types of
// AWS's or of a provider's.
func Is(n *syntax.Node) bool {
	resources := resourcesOf(n)
	if resources == nil || resources.Kind != syntax.Map {
		return false
	}
	for _, e := range resources.Entries {
		if strings.Contains(e.Value.Get("Type").String(), "::") || strings.HasPrefix(e.Key.Text, "Fn::ForEach::") {
			return true
		}
	}
	return serverless(n) && n.Get("functions") != nil
}

// resourcesOf returns the resources of a template, those of serverless.yml included.
func resourcesOf(n *syntax.Node) *syntax.Node {
	if r := n.Get("Resources"); r != nil {
		return r
	}
	return n.Get("resources").Get("Resources")
}

// serverless reports whether a document is a serverless.yml.
func serverless(n *syntax.Node) bool {
	return n.Get("provider").Get("name") != nil && (n.Get("service") != nil || n.Get("functions") != nil)
}

// Tree gives the other files of the tree that a template names.
type Tree interface {
	// Find returns the file that a reference from another one means, nil if the tree does
	// not hold it or holds several.
	Find(from *policy.File, reference string) *policy.File
}

// maxSteps bounds what is evaluated for one file. The largest real templates take some
// ten thousand.
const maxSteps = 400_000

// maxStacks bounds how deep stacks nest; AWS's own quota is lower.
const maxStacks = 8

// ErrTooLarge says that a template takes too many steps.
var ErrTooLarge = finding.OverBudget.Because("too much to evaluate")

// template is a template that is being read.
type template struct {
	unit       *policy.Unit
	file       *policy.File
	root       *syntax.Node
	text       *syntax.Text // holes of a template that stands in a text of another one
	tree       Tree
	prefix     string // of the addresses of a nested stack's resources
	inputs     map[string]*policy.Input
	args       map[string]*policy.Value
	resources  map[string]policy.Place
	conditions map[string]*policy.Cond // nil while it is being read
	steps      *int
	depth      int
	files      []*policy.File // that have called this one
	read       *[]*policy.File
	many       policy.Place
	outputs    map[string]*policy.Value
}

// Read reads a template. It returns the files of nested stacks that it has read with
// their arguments, too, so that nobody reads them again without.
func Read(file *policy.File, root *syntax.Node, tree Tree) (*policy.Unit, []*policy.File, error) {
	steps := maxSteps
	var read []*policy.File
	t := &template{
		unit: &policy.Unit{Word: "template", File: file}, file: file, root: root, tree: tree,
		steps: &steps, files: []*policy.File{file}, read: &read,
	}
	t.run()
	if steps <= 0 {
		return nil, nil, ErrTooLarge
	}
	return t.unit, read, nil
}

func (t *template) run() {
	t.inputs = map[string]*policy.Input{}
	t.conditions = map[string]*policy.Cond{}
	t.outputs = map[string]*policy.Value{}
	for _, e := range t.root.Get("Parameters").Sure().Entries {
		t.input(e)
	}
	t.resources = map[string]policy.Place{}
	var entries []bound
	t.each(resourcesOf(t.root).Sure(), nil, func(b bound) {
		t.resources[b.key] = b.node.Place
		entries = append(entries, b)
	})
	for _, b := range entries {
		t.resource(b)
	}
	if serverless(t.root) {
		t.serverless()
	}
	outputs := t.root.Get("Outputs")
	if outputs == nil {
		outputs = t.root.Get("resources").Get("Outputs")
	}
	t.each(outputs.Sure(), nil, t.output)
}

// input declares a parameter.
func (t *template) input(e syntax.Entry) {
	n := e.Value
	in := &policy.Input{
		Name: e.Key.Text, Word: "parameter", Address: t.prefix + e.Key.Text, Place: e.Key.Place,
		Hidden:  strings.EqualFold(n.Get("NoEcho").String(), "true"),
		List:    strings.HasPrefix(n.Get("Type").String(), "List<") || n.Get("Type").String() == "CommaDelimitedList",
		Pattern: n.Get("AllowedPattern").String(),
		Note:    n.Get("Description").String(),
	}
	in.MinLength, _ = strconv.Atoi(n.Get("MinLength").String())
	for _, x := range n.Get("AllowedValues").Sure().Items {
		in.Allowed = append(in.Allowed, x.String())
	}
	if d := n.Get("Default"); d != nil && !d.Null {
		in.Default = t.eval(d, nil)
	}
	t.inputs[e.Key.Text] = in
	t.unit.Inputs = append(t.unit.Inputs, in)
	if arg := t.args[e.Key.Text]; arg != nil {
		in.Arguments = append(in.Arguments, policy.Argument{Place: arg.Place, Value: arg})
	}
}

// bound is an entry of a map, with what Fn::ForEach has bound for it.
type bound struct {
	key   string
	node  *syntax.Node // the key
	value *syntax.Node
	env   *env
}

// env is what names stand for within Fn::ForEach and the map of Fn::Sub.
type env struct {
	outer *env
	name  string
	value *policy.Value
}

func (e *env) find(name string) *policy.Value {
	for ; e != nil; e = e.outer {
		if e.name == name {
			return e.value
		}
	}
	return nil
}

// each calls f for the entries of a map, those that Fn::ForEach makes included.
func (t *template) each(n *syntax.Node, outer *env, f func(bound)) {
	for _, e := range n.Entries {
		if strings.HasPrefix(e.Key.Text, "Fn::ForEach") && e.Value.Kind == syntax.List && len(e.Value.Items) == 3 {
			t.forEach(e, outer, f)
			continue
		}
		f(bound{e.Key.Text, e.Key, e.Value, outer})
	}
}

func (t *template) forEach(e syntax.Entry, outer *env, f func(bound)) {
	name := e.Value.Items[0].String()
	for _, item := range t.eval(e.Value.Items[1], outer).All() {
		if *t.steps <= 0 {
			return
		}
		inner := &env{outer, name, item}
		t.each(e.Value.Items[2].Sure(), inner, func(b bound) {
			*t.steps--
			if text, ok := item.Known(); ok {
				b.key = strings.NewReplacer("${"+name+"}", text, "&{"+name+"}", text).Replace(b.key)
			}
			f(b)
		})
	}
}

func (t *template) output(b bound) {
	value := t.eval(b.value.Get("Value"), b.env)
	t.outputs[b.key] = value
	word := "output"
	if b.value.Get("Export") != nil {
		word = "export"
	}
	t.unit.Outputs = append(t.unit.Outputs, &policy.Output{
		Name: t.prefix + b.key, Word: word, Place: b.node.Place, Value: value,
		Exists: t.condition(b.value.Get("Condition").String()),
	})
}

// resource reads one resource.
func (t *template) resource(b bound) {
	kind := b.value.Get("Type").String()
	if kind == "" {
		return
	}
	r := &policy.Resource{
		Address: t.prefix + b.key, Name: b.key, Type: kind, Word: kind, Place: b.node.Place, Text: t.file,
		Exists: t.condition(b.value.Get("Condition").String()), Many: t.many, Allow: allowances(b.value),
	}
	r.Props = t.eval(b.value.Get("Properties"), b.env)
	if r.Props == nil || r.Props.Kind != policy.Map {
		r.Props = &policy.Value{Kind: policy.Map, Place: b.node.Place}
	}
	t.unit.Resources = append(t.unit.Resources, r)
	switch {
	case strings.HasPrefix(kind, "AWS::Serverless::"):
		t.generated(r)
	case kind == "AWS::CloudFormation::Stack":
		t.nested(r)
	case kind == "AWS::CloudFormation::StackSet":
		t.stackSet(r)
	}
}

// allowances reads the marks of a resource's metadata, which is where JSON can hold them:
// {"deputy": {"allow": {"trust-root": "reason"}}}.
func allowances(n *syntax.Node) map[string]string {
	var out map[string]string
	for _, e := range n.Get("Metadata").Get("deputy").Get("allow").Sure().Entries {
		if out == nil {
			out = map[string]string{}
		}
		out[e.Key.Text] = e.Value.String()
	}
	return out
}

// nested reads the template of a nested stack with the stack's arguments.
func (t *template) nested(r *policy.Resource) {
	url := r.Props.Get("TemplateURL")
	text := url.Sketch()
	if text == "" || t.tree == nil || t.depth >= maxStacks {
		return
	}
	file := t.tree.Find(t.file, strings.ReplaceAll(text, string(policy.Mark), "*"))
	if file == nil {
		return
	}
	for _, caller := range t.files {
		if caller == file {
			return
		}
	}
	root, err := Parse(file)
	if err != nil || !Is(root) {
		return
	}
	args := map[string]*policy.Value{}
	for _, e := range r.Props.Get("Parameters").Sure().Entries {
		args[e.Key] = e.Value.With(policy.Step{Place: e.KeyPlace, Message: fmt.Sprintf("the stack %s gives %s its value", r.Name, e.Key)})
	}
	*t.read = append(*t.read, file)
	t.inner(r, file, root, nil, args)
}

// inner reads a template that belongs to a resource of this one.
func (t *template) inner(r *policy.Resource, file *policy.File, root *syntax.Node, text *syntax.Text, args map[string]*policy.Value) *template {
	in := &template{
		unit: t.unit, file: file, root: root, text: text, tree: t.tree, prefix: r.Address + ".", args: args,
		steps: t.steps, depth: t.depth + 1, files: append(append([]*policy.File{}, t.files...), file), read: t.read, many: r.Many,
	}
	in.run()
	return in
}

// stackSet reads the template that a stack set deploys in many accounts.
func (t *template) stackSet(r *policy.Resource) {
	if t.depth >= maxStacks {
		return
	}
	args := map[string]*policy.Value{}
	for _, p := range r.Props.Get("Parameters").All() {
		if key, ok := p.Get("ParameterKey").Known(); ok {
			if v := p.Get("ParameterValue"); v != nil {
				args[key] = v.With(policy.Step{Place: v.Place, Message: fmt.Sprintf("the stack set %s gives %s its value", r.Name, key)})
			}
		}
	}
	many := *r
	many.Many = r.Place
	if url := r.Props.Get("TemplateURL"); url != nil && t.tree != nil {
		if file := t.tree.Find(t.file, strings.ReplaceAll(url.Sketch(), string(policy.Mark), "*")); file != nil && file != t.file {
			if root, err := Parse(file); err == nil && Is(root) {
				*t.read = append(*t.read, file)
				t.inner(&many, file, root, nil, args)
			}
		}
		return
	}
	text, err := syntax.NewText(r.Props.Get("TemplateBody"))
	if err != nil {
		return
	}
	root, err := text.Parse()
	if err != nil || !Is(root) {
		return
	}
	t.inner(&many, t.file, root, text, args)
}

// Parse reads a file as the one document that is a template.
func Parse(file *policy.File) (*syntax.Node, error) {
	nodes, err := syntax.Documents(file)
	if err != nil {
		return nil, err
	}
	for _, n := range nodes {
		if Is(n) {
			return n, nil
		}
	}
	return nil, errors.New("no template")
}

// condition returns the condition of a name, nil for no name.
func (t *template) condition(name string) *policy.Cond {
	if name == "" {
		return nil
	}
	if c, ok := t.conditions[name]; ok {
		if c == nil { // it depends on itself
			return &policy.Cond{Value: policy.Open}
		}
		return c
	}
	n := t.root.Get("Conditions").Get(name)
	if n == nil {
		return &policy.Cond{Atom: t.prefix + "condition " + name, Why: "the condition " + name + " is not declared"}
	}
	t.conditions[name] = nil
	c := t.test(n, nil)
	t.conditions[name] = c
	return c
}

// test reads a condition's expression.
func (t *template) test(n *syntax.Node, e *env) *policy.Cond {
	if *t.steps--; *t.steps <= 0 || n == nil {
		return &policy.Cond{Value: policy.Open}
	}
	name, arg := call(n)
	switch name {
	case "Condition":
		return t.condition(arg.String())
	case "Fn::Not":
		if len(arg.Sure().Items) == 1 {
			return policy.Negate(t.test(arg.Items[0], e))
		}
	case "Fn::And", "Fn::Or":
		var of []*policy.Cond
		for _, x := range arg.Sure().Items {
			of = append(of, t.test(x, e))
		}
		if name == "Fn::And" {
			return &policy.Cond{Ands: of, Place: n.Place}
		}
		return &policy.Cond{Ors: of, Place: n.Place}
	case "Fn::Equals":
		if len(arg.Sure().Items) == 2 {
			return t.equals(t.eval(arg.Items[0], e), t.eval(arg.Items[1], e), n.Place)
		}
	}
	return &policy.Cond{Atom: fmt.Sprintf("%scondition at %d", t.prefix, n.Place.Start), Why: "a condition that is not read", Place: n.Place}
}

// equals compares two values as far as they are known.
func (t *template) equals(a, b *policy.Value, place policy.Place) *policy.Cond {
	x, knownA := a.Known()
	y, knownB := b.Known()
	if knownA && knownB {
		c := &policy.Cond{Value: policy.TruthOf(x == y), Place: place, Input: a.ByDefault()}
		if c.Input == nil {
			c.Input = b.ByDefault()
		}
		return c
	}
	if knownA {
		a, b, y, knownB = b, a, x, true
	}
	if holes := a.Holes(); knownB && len(holes) == 1 && holes[0].Input != nil && len(a.Parts) == 1 && holes[0].Input.Excludes(y) {
		return &policy.Cond{Value: policy.False, Place: place}
	}
	return &policy.Cond{Atom: t.prefix + nameOf(a) + " == " + nameOf(b), Why: nameOf(a), Place: place}
}

// nameOf writes a value so that equal ones are written the same.
func nameOf(v *policy.Value) string {
	if v == nil {
		return "nothing"
	}
	var b strings.Builder
	for _, p := range v.Parts {
		if p.Hole != nil {
			b.WriteString("${" + p.Hole.Name + "}")
		} else {
			b.WriteString(p.Text)
		}
	}
	if v.Kind != policy.Text && v.Kind != policy.Hole {
		fmt.Fprintf(&b, "a value at %d", v.Place.Start)
	}
	return b.String()
}
