package terraform

import (
	"fmt"
	"path"
	"strings"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Tree gives the other files of the tree.
type Tree interface {
	// Module returns the files of a directory that make a module.
	Module(dir string) []*policy.File
	// Find returns the file that a reference from another one means, nil if the tree does
	// not hold it or holds several.
	Find(from *policy.File, reference string) *policy.File
}

const (
	// maxSteps bounds what is evaluated for one root module with all that it calls.
	maxSteps = 1_000_000
	// maxCalls bounds how deep modules call each other.
	maxCalls = 12
	// maxInstances bounds how many instances of a resource or a module are told apart.
	maxInstances = 32
	// maxNested bounds how deep values refer to values.
	maxNested = 120
)

var errTooLarge = finding.OverBudget.Because("too much to evaluate")

// module is a module with the arguments of one call.
type module struct {
	unit    *policy.Unit
	tree    Tree
	dir     string
	prefix  string // of addresses: module.x.
	parent  *module
	call    *block
	vars    map[string]*block
	locals  map[string]local
	blocks  map[string]*block // resources and data by address within the module
	calls   map[string]*block
	outputs map[string]*block
	inputs  map[string]*policy.Input
	values  map[string]*policy.Value // tfvars
	args    map[string]*policy.Value // nil for a root module
	called  map[string][]*module     // the instances of the modules it calls, by name
	known   map[string]*policy.Value // what was evaluated; nil while it is
	steps   *int
	depth   int
	account string // the provider that the module is given, "" for the default
	read    map[string]bool
	faults  *[]error
}

// local is a local value.
type local struct {
	value expr
	name  policy.Place
}

// Read reads the module in a directory as a root module: nobody gives it arguments. It
// returns the directories of the local modules that it calls, too, and the files that are
// a part of it.
func Read(dir string, files []*policy.File, tree Tree) (*policy.Unit, map[string]bool, error) {
	steps := maxSteps
	read := map[string]bool{}
	var faults []error
	m := &module{
		unit: &policy.Unit{Word: "module", File: files[0]}, tree: tree, dir: dir, steps: &steps, read: read, faults: &faults,
	}
	m.run(files)
	if steps <= 0 {
		return nil, read, errTooLarge
	}
	if len(faults) > 0 {
		return m.unit, read, faults[0]
	}
	return m.unit, read, nil
}

// run reads a module's files and then its resources.
func (m *module) run(files []*policy.File) {
	m.vars, m.locals, m.blocks = map[string]*block{}, map[string]local{}, map[string]*block{}
	m.calls, m.outputs, m.inputs = map[string]*block{}, map[string]*block{}, map[string]*policy.Input{}
	m.called, m.known, m.values = map[string][]*module{}, map[string]*policy.Value{}, map[string]*policy.Value{}
	var order []*block
	for _, f := range files {
		if isVars(f.Path) {
			m.variables(f)
			continue
		}
		blocks, err := parse(f)
		if err != nil {
			*m.faults = append(*m.faults, fmt.Errorf("%s: %w", path.Base(f.Path), err))
			continue
		}
		order = append(order, blocks...)
	}
	for _, b := range order {
		m.declare(b)
	}
	for _, b := range order {
		if b.kind == "variable" {
			m.input(b)
		}
	}
	for _, b := range order {
		switch b.kind {
		case "module":
			m.instances(b.label(0))
		case "resource":
			m.resource(b)
		case "provider":
			m.provider(b)
		}
	}
	for _, b := range order {
		if b.kind == "output" {
			m.output(b)
		}
	}
}

// isVars reports whether a file gives values to variables without being asked to.
func isVars(name string) bool {
	base := path.Base(name)
	return base == "terraform.tfvars" || strings.HasSuffix(base, ".auto.tfvars")
}

func (m *module) variables(f *policy.File) {
	if m.args != nil { // only the root module's count
		return
	}
	attrs, err := parseAttributes(f)
	if err != nil {
		*m.faults = append(*m.faults, fmt.Errorf("%s: %w", path.Base(f.Path), err))
		return
	}
	s := &scope{m: m, file: f}
	for name, e := range attrs {
		v := e.eval(s)
		if text, ok := v.Known(); ok && strings.TrimSpace(text) == "" {
			continue // a form to fill in: whoever applies the module does
		}
		m.values[name] = v.With(policy.Step{Place: e.place(), Message: path.Base(f.Path) + " gives " + name + " its value"})
	}
}

func (m *module) declare(b *block) {
	switch b.kind {
	case "variable":
		m.vars[b.label(0)] = b
	case "locals":
		for name, e := range b.attrs {
			m.locals[name] = local{e, e.place()}
		}
	case "resource":
		m.blocks[b.label(0)+"."+b.label(1)] = b
	case "data":
		m.blocks["data."+b.label(0)+"."+b.label(1)] = b
	case "module":
		m.calls[b.label(0)] = b
	case "output":
		m.outputs[b.label(0)] = b
	}
}

// input declares a variable.
func (m *module) input(b *block) {
	s := &scope{m: m, file: b.file}
	in := &policy.Input{
		Name: b.label(0), Word: "variable", Address: m.prefix + b.label(0), Place: b.place,
		Hidden: isTrue(b.eval("sensitive", s)) || isTrue(b.eval("ephemeral", s)),
	}
	in.Note, _ = b.eval("description", s).Known()
	if d := b.attrs["default"]; d != nil {
		in.Default = d.eval(s)
	}
	for _, v := range b.inner("validation") {
		if c := v.attrs["condition"]; c != nil {
			p := c.place()
			in.Demands += string(p.File.Text[p.Start:p.End])
			in.Pattern = firstOf(in.Pattern, patternIn(c))
		}
	}
	if arg := m.args[in.Name]; arg != nil {
		in.Arguments = append(in.Arguments, policy.Argument{Place: arg.Place, Value: arg})
	}
	m.inputs[in.Name] = in
	m.unit.Inputs = append(m.unit.Inputs, in)
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func isTrue(v *policy.Value) bool {
	text, ok := v.Known()
	return ok && text == "true"
}

// eval returns what an argument of a block is, nil if it has none of the name.
func (b *block) eval(name string, s *scope) *policy.Value {
	if e := b.attrs[name]; e != nil {
		return e.eval(s)
	}
	return nil
}

// instances returns the instances of a local module, which is read when it is first asked
// for: its outputs may be arguments of another one.
func (m *module) instances(name string) []*module {
	if _, begun := m.called[name]; !begun {
		m.called[name] = nil
		if b := m.calls[name]; b != nil {
			m.instantiate(b)
		}
	}
	return m.called[name]
}

func (m *module) instantiate(b *block) {
	source, ok := b.eval("source", &scope{m: m, file: b.file}).Known()
	if !ok || !strings.HasPrefix(source, "./") && !strings.HasPrefix(source, "../") || m.depth >= maxCalls {
		return
	}
	dir := path.Join(m.dir, source)
	if dir == ".." || strings.HasPrefix(dir, "../") {
		return
	}
	for up := m; up != nil; up = up.parent {
		if up.dir == dir {
			return
		}
	}
	files := m.tree.Module(dir)
	if len(files) == 0 {
		return
	}
	m.read[dir] = true
	for _, s := range m.each(b) {
		m.instance(b, dir, files, s)
	}
}

func (m *module) instance(b *block, dir string, files []*policy.File, s *scope) {
	if *m.steps <= 0 {
		return
	}
	args := map[string]*policy.Value{}
	for _, name := range b.names() {
		e := b.attrs[name]
		switch name {
		case "source", "version", "count", "for_each", "providers", "depends_on":
			continue
		}
		args[name] = e.eval(s).With(policy.Step{Place: e.place(), Message: fmt.Sprintf("the module call %s gives %s its value", b.label(0), name)})
	}
	inner := &module{
		unit: m.unit, tree: m.tree, dir: dir, prefix: m.prefix + "module." + b.label(0) + s.key + ".", parent: m, call: b,
		args: args, steps: m.steps, depth: m.depth + 1, read: m.read, faults: m.faults, account: m.account,
	}
	if p := b.attrs["providers"]; p != nil {
		at := p.place()
		inner.account = string(at.File.Text[at.Start:at.End])
	}
	inner.run(files)
	m.called[b.label(0)] = append(m.called[b.label(0)], inner)
}

// each returns the scopes of a block's instances: one, or one for each element that
// count or for_each name. What is not known is one instance, whose each.value is a hole.
func (m *module) each(b *block) []*scope {
	s := &scope{m: m, file: b.file}
	if c := b.attrs["count"]; c != nil {
		s.exists = exists(c.eval(s), func(text string) bool { return text != "0" && text != "false" })
		s.vars = map[string]*policy.Value{"count.index": hole(c.place(), "count.index", "differs by instance")}
		return []*scope{s}
	}
	e := b.attrs["for_each"]
	if e == nil {
		return []*scope{s}
	}
	of := e.eval(s)
	if of != nil && of.Kind == policy.Choice {
		s.exists = exists(of, func(string) bool { return true })
		if of = populated(of); of == nil {
			return nil
		}
	}
	elements := elementsOf(of)
	if elements == nil || len(elements) > maxInstances {
		s.vars = map[string]*policy.Value{"each.key": hole(e.place(), "each.key", "differs by instance"), "each.value": hole(e.place(), "each.value", "differs by instance")}
		return []*scope{s}
	}
	var out []*scope
	for _, x := range elements {
		one := *s
		one.key = fmt.Sprintf("[%q]", x.name)
		one.vars = map[string]*policy.Value{"each.key": x.key, "each.value": x.value}
		out = append(out, &one)
	}
	return out
}

// populated returns the branch of a choice that holds elements.
func populated(v *policy.Value) *policy.Value {
	if v == nil || v.Kind != policy.Choice {
		return v
	}
	for _, x := range []*policy.Value{populated(v.Then), populated(v.Else)} {
		if x != nil && (len(x.Items) > 0 || len(x.Entries) > 0 || x.Kind == policy.Hole) {
			return x
		}
	}
	return nil
}

// element is one of what for_each or a for expression goes over.
type element struct {
	name       string
	key, value *policy.Value
}

// elementsOf returns the elements of a list or a map; nil if they are not known.
func elementsOf(v *policy.Value) []element {
	if v == nil {
		return nil
	}
	out := []element{}
	switch v.Kind {
	case policy.List:
		for i, x := range v.Items {
			if x == nil || x.Kind == policy.Null {
				continue
			}
			name, ok := x.Known()
			key := x
			if !ok {
				name = fmt.Sprint(i)
				key = policy.Literal(name, v.Place)
			}
			out = append(out, element{name, key, x})
		}
	case policy.Map:
		for _, e := range v.Entries {
			key := policy.Literal(e.Key, e.KeyPlace)
			if e.KeyValue != nil {
				key = e.KeyValue
			}
			out = append(out, element{e.Key, key, e.Value})
		}
	case policy.Null:
	default:
		return nil
	}
	return out
}

// exists returns the condition under which a count, or a for_each, makes anything.
func exists(v *policy.Value, some func(string) bool) *policy.Cond {
	if v == nil {
		return nil
	}
	switch v.Kind {
	case policy.Choice:
		then, other := exists(v.Then, some), exists(v.Else, some)
		return either(v.Cond, then, other)
	case policy.Null:
		return &policy.Cond{Value: policy.False, Input: v.Input}
	case policy.List:
		return &policy.Cond{Value: policy.TruthOf(len(v.Items) > 0), Input: v.Input}
	case policy.Map:
		return &policy.Cond{Value: policy.TruthOf(len(v.Entries) > 0), Input: v.Input}
	}
	if text, ok := v.Known(); ok {
		return &policy.Cond{Value: policy.TruthOf(some(text)), Input: v.ByDefault()}
	}
	return nil // as many as somebody says: it is looked at as if there were one
}

// either is the condition that then says if cond holds, and other says if not.
func either(cond, then, other *policy.Cond) *policy.Cond {
	yes := []*policy.Cond{cond, orAlways(then)}
	no := []*policy.Cond{policy.Negate(cond), orAlways(other)}
	return &policy.Cond{Ors: []*policy.Cond{{Ands: yes}, {Ands: no}}}
}

func orAlways(c *policy.Cond) *policy.Cond {
	if c == nil {
		return policy.Always
	}
	return c
}

func (m *module) output(b *block) {
	s := &scope{m: m, file: b.file}
	v := m.outputValue(b)
	if m.parent != nil {
		return // only who runs the root module sees its outputs
	}
	m.unit.Outputs = append(m.unit.Outputs, &policy.Output{
		Name: b.label(0), Word: "output", Place: b.place, Value: v, Hidden: isTrue(b.eval("sensitive", s)) || isTrue(b.eval("ephemeral", s)),
	})
}

func (m *module) outputValue(b *block) *policy.Value {
	return m.once("output."+b.label(0), b.place, func() *policy.Value {
		return b.eval("value", &scope{m: m, file: b.file})
	})
}

// once evaluates what has a name, and keeps it. What needs itself is a hole.
func (m *module) once(name string, place policy.Place, f func() *policy.Value) *policy.Value {
	if v, ok := m.known[name]; ok {
		if v == nil {
			return hole(place, name, "depends on itself")
		}
		return v
	}
	m.known[name] = nil
	v := f()
	if v == nil {
		v = policy.Nothing(place)
	}
	m.known[name] = v
	return v
}
