package terraform

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/checks/syntax"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// The parser of HCL is recursive, and a stack that overflows cannot be recovered from. So
// whatever it recurses over is counted first. The largest modules there are nest some
// twenty deep.
const (
	maxDepth    = 250    // of brackets
	maxPrefixes = 200    // signs in a row: !!!!x
	maxBranches = 20_000 // conditionals and directives, which may nest to the right
)

var errDepth = finding.OverBudget.Because("nested too deeply")

// shallow reports whether a text can be parsed without danger. It counts brackets in
// strings and comments, too: a text that has that many is no module.
func shallow(text []byte) bool {
	depth, prefixes, branches := 0, 0, 0
	for _, c := range text {
		switch c {
		case '{', '[', '(':
			if depth++; depth > maxDepth {
				return false
			}
		case '}', ']', ')':
			depth = max(depth-1, 0)
		case '?', '%':
			branches++
		}
		switch c {
		case '!', '-':
			if prefixes++; prefixes > maxPrefixes && c == '!' || prefixes > 20_000 {
				return false
			}
		case ' ', '\t', '\n', '\r':
		default:
			prefixes = 0
		}
	}
	return branches <= maxBranches
}

// block is a block of a module, of either syntax.
type block struct {
	kind   string
	labels []string
	place  policy.Place // of its first line
	file   *policy.File
	attrs  map[string]expr
	inner  func(kind string) []*block // the blocks in it of a kind
}

// expr is an argument, of either syntax.
type expr interface {
	eval(s *scope) *policy.Value
	place() policy.Place
}

// names returns the names of a block's arguments, in order.
func (b *block) names() []string { return slices.Sorted(maps.Keys(b.attrs)) }

func (b *block) label(i int) string {
	if i < len(b.labels) {
		return b.labels[i]
	}
	return ""
}

// parse reads a file into its blocks.
func parse(file *policy.File) ([]*block, error) {
	if !shallow(file.Text) {
		return nil, errDepth
	}
	if text := bytes.TrimLeft(file.Text, " \t\r\n"); len(text) > 0 && text[0] == '{' {
		nodes, err := syntax.Documents(file)
		if err != nil || len(nodes) != 1 {
			return nil, err
		}
		return jsonBlocks(file, nodes[0]), nil
	}
	text := file.Text
	parsed, diags := hclsyntax.ParseConfig(text, file.Path, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, fault("HCL", diags)
	}
	body, ok := parsed.Body.(*hclsyntax.Body)
	if !ok {
		return nil, nil
	}
	var out []*block
	for _, b := range body.Blocks {
		out = append(out, newBlock(file, b))
	}
	return out, nil
}

// fault says where a text stops being what it should be, without its content.
func fault(what string, diags hcl.Diagnostics) error {
	line := 0
	for _, d := range diags {
		if d.Severity == hcl.DiagError && d.Subject != nil {
			line = d.Subject.Start.Line
			break
		}
	}
	return finding.Damaged.Because("not %s: line %d", what, line)
}

func newBlock(file *policy.File, b *hclsyntax.Block) *block {
	out := &block{kind: b.Type, labels: b.Labels, file: file, place: placeOf(file, b.DefRange())}
	out.attrs, out.inner = bodyOf(file, b.Body)
	return out
}

func bodyOf(file *policy.File, body *hclsyntax.Body) (map[string]expr, func(string) []*block) {
	attrs := map[string]expr{}
	for name, a := range body.Attributes {
		attrs[name] = hclExpr{a.Expr, file}
	}
	return attrs, func(kind string) []*block {
		var out []*block
		for _, b := range body.Blocks {
			if b.Type == kind {
				out = append(out, newBlock(file, b))
			}
		}
		return out
	}
}

func placeOf(file *policy.File, r hcl.Range) policy.Place {
	end := len(file.Text)
	p := policy.Place{File: file, Start: min(max(r.Start.Byte, 0), end), End: min(max(r.End.Byte, 0), end)}
	p.End = max(p.Start, p.End)
	return p
}

// hclExpr is an expression of HCL's own syntax.
type hclExpr struct {
	e    hclsyntax.Expression
	file *policy.File
}

func (x hclExpr) place() policy.Place { return placeOf(x.file, x.e.Range()) }

func (x hclExpr) eval(s *scope) *policy.Value { return s.in(x.file).eval(x.e) }

// jsonBlocks reads the blocks of .tf.json: {"resource": {"aws_iam_role": {"x": {…}}}}.
func jsonBlocks(file *policy.File, n *syntax.Node) []*block {
	labels := map[string]int{"resource": 2, "data": 2, "variable": 1, "output": 1, "module": 1, "provider": 1}
	var out []*block
	for _, e := range n.Entries {
		kind := e.Key.Text
		descend(e.Value, labels[kind], nil, func(names []string, body *syntax.Node, place policy.Place) {
			if !place.Known() {
				place = e.Key.Place
			}
			out = append(out, newJSONBlock(file, kind, names, body, place))
		})
	}
	return out
}

// descend calls f for the bodies that lie as many labels deep. Lists of bodies are the
// same as bodies.
func descend(n *syntax.Node, depth int, names []string, f func([]string, *syntax.Node, policy.Place)) {
	if n.Kind == syntax.List {
		for _, x := range n.Items {
			descend(x, depth, names, f)
		}
		return
	}
	if depth == 0 {
		f(names, n, policy.Place{})
		return
	}
	for _, e := range n.Entries {
		below := append(append([]string{}, names...), e.Key.Text)
		if depth > 1 {
			descend(e.Value, depth-1, below, f)
			continue
		}
		descend(e.Value, 0, below, func(names []string, body *syntax.Node, _ policy.Place) { f(names, body, e.Key.Place) })
	}
}

func newJSONBlock(file *policy.File, kind string, names []string, body *syntax.Node, place policy.Place) *block {
	b := &block{kind: kind, labels: names, place: place, file: file, attrs: map[string]expr{}}
	for _, e := range body.Entries {
		b.attrs[e.Key.Text] = jsonExpr{e.Value, file}
	}
	b.inner = func(kind string) []*block {
		var out []*block
		v := body.Get(kind)
		if v == nil {
			return nil
		}
		depth := 0
		if kind == "dynamic" {
			depth = 1
		}
		descend(v, depth, nil, func(names []string, x *syntax.Node, _ policy.Place) {
			if x.Kind == syntax.Map {
				out = append(out, newJSONBlock(file, kind, names, x, x.Place))
			}
		})
		return out
	}
	return b
}

// jsonExpr is a value of .tf.json: its texts are templates.
type jsonExpr struct {
	n    *syntax.Node
	file *policy.File
}

func (x jsonExpr) place() policy.Place { return x.n.Place }

func (x jsonExpr) eval(s *scope) *policy.Value {
	if *s.m.steps--; *s.m.steps <= 0 {
		return hole(x.n.Place, "a value", "is too large")
	}
	switch x.n.Kind {
	case syntax.List:
		v := &policy.Value{Kind: policy.List, Place: x.n.Place}
		for _, item := range x.n.Items {
			v.Items = append(v.Items, jsonExpr{item, x.file}.eval(s))
		}
		return v
	case syntax.Map:
		v := &policy.Value{Kind: policy.Map, Place: x.n.Place}
		for _, e := range x.n.Entries {
			v.Entries = append(v.Entries, policy.Entry{Key: e.Key.Text, KeyPlace: e.Key.Place, Value: jsonExpr{e.Value, x.file}.eval(s)})
		}
		return v
	}
	if x.n.Null {
		return policy.Nothing(x.n.Place)
	}
	if !x.n.Quoted || !strings.Contains(x.n.Text, "${") && !strings.Contains(x.n.Text, "%{") {
		v := policy.Literal(x.n.Text, x.n.Place)
		v.Parts[0].At, v.Bare = x.n.At, !x.n.Quoted
		return v
	}
	return s.template(x.n.Text, x.file, x.n.Place, x.n.Sub, nil)
}

// template carries out a text of template syntax that stands in a file, or is one.
func (s *scope) template(text string, file *policy.File, place policy.Place, sub func(int, int) policy.Place, vars map[string]*policy.Value) *policy.Value {
	if !shallow([]byte(text)) {
		return hole(place, "a template", "is nested too deeply")
	}
	// Offsets count in the text; a scratch file gives them places, which are moved after.
	e, diags := hclsyntax.ParseTemplate([]byte(text), file.Path, hcl.InitialPos)
	if diags.HasErrors() {
		return hole(place, "a template", "is not read")
	}
	scratch := &policy.File{Path: file.Path, Text: []byte(text)}
	inner := *s
	inner.file, inner.vars = scratch, vars
	v := inner.eval(e)
	return moved(v, scratch, func(p policy.Place) policy.Place { return sub(p.Start, p.End) }, map[*policy.Value]*policy.Value{})
}

// moved returns a value whose places in a scratch file are moved to where its text stands.
func moved(v *policy.Value, scratch *policy.File, to func(policy.Place) policy.Place, done map[*policy.Value]*policy.Value) *policy.Value {
	if v == nil {
		return nil
	}
	if out, ok := done[v]; ok {
		return out
	}
	place := func(p policy.Place) policy.Place {
		if p.File == scratch {
			return to(p)
		}
		return p
	}
	out := *v
	done[v] = &out
	out.Place = place(v.Place)
	out.Parts = nil
	for _, p := range v.Parts {
		if p.Place.File == scratch {
			p.Place, p.At = place(p.Place), nil
		}
		out.Parts = append(out.Parts, p)
	}
	out.Items = nil
	for _, x := range v.Items {
		out.Items = append(out.Items, moved(x, scratch, to, done))
	}
	out.Entries = nil
	for _, e := range v.Entries {
		e.KeyPlace, e.Value, e.KeyValue = place(e.KeyPlace), moved(e.Value, scratch, to, done), moved(e.KeyValue, scratch, to, done)
		out.Entries = append(out.Entries, e)
	}
	out.Then, out.Else = moved(v.Then, scratch, to, done), moved(v.Else, scratch, to, done)
	if v.Cond != nil && v.Cond.Place.File == scratch {
		c := *v.Cond
		c.Place = place(c.Place)
		out.Cond = &c
	}
	return &out
}

// hole returns a value of which nothing is known.
func hole(place policy.Place, name, why string) *policy.Value {
	return policy.Unknown(&policy.Reference{Name: name, Why: why, Place: place}, place)
}

func (b *block) String() string { return fmt.Sprint(b.kind, b.labels) }
