// Package api reads what APIs promise: OpenAPI 2 to 3.2 over several files, Protocol
// Buffers, and GraphQL's schema language.
//
// OpenAPI is read from the tree of [syntax], not by a library for it: a check needs the
// place of every property, in JSON, too, and specs that a validator refuses are read by
// clients all the same.
package api

import (
	"strings"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/checks/syntax"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Tree gives the other files of the tree.
type Tree interface {
	// Find returns the file that a reference from another one means, nil if the tree does
	// not hold it.
	Find(from *policy.File, reference string) *policy.File
}

// IsOpenAPI reports whether a document is a spec of OpenAPI or Swagger.
func IsOpenAPI(n *syntax.Node) bool {
	return (n.Get("openapi") != nil || n.Get("swagger") != nil) && n.Get("paths").Sure().Kind == syntax.Map
}

const (
	// maxSteps bounds what is looked at for one spec. The largest real ones, of a cloud,
	// take some hundred thousand.
	maxSteps = 2_000_000
	// maxNested bounds how deep schemas are followed: an External ID lies near the top.
	maxNested = 8
)

var errTooLarge = finding.OverBudget.Because("too much to read")

// spec is a spec that is being read.
type spec struct {
	tree    Tree
	root    doc
	steps   int
	files   map[*policy.File]*syntax.Node
	secured bool // some operation, or all, must be authenticated
}

// doc is a node with the file and document that it stands in.
type doc struct {
	file *policy.File
	root *syntax.Node
	node *syntax.Node
}

func (d doc) get(keys ...string) doc {
	for _, k := range keys {
		d.node = d.node.Get(k)
	}
	return d
}

// OpenAPI reads a spec.
func OpenAPI(file *policy.File, n *syntax.Node, tree Tree) (*policy.Unit, error) {
	s := &spec{tree: tree, root: doc{file, n, n}, steps: maxSteps, files: map[*policy.File]*syntax.Node{file: n}}
	unit := &policy.Unit{Word: "spec", File: file}
	s.secured = n.Get("security") != nil || n.Get("securityDefinitions") != nil || n.Get("components").Get("securitySchemes") != nil
	for _, e := range n.Get("paths").Entries {
		path := s.follow(doc{file, n, e.Value})
		for _, m := range path.node.Sure().Entries {
			if op := s.operation(e.Key.Text, m, path); op != nil {
				unit.Operations = append(unit.Operations, op)
			}
		}
		for _, m := range path.node.Get("additionalOperations").Sure().Entries {
			if op := s.operation(e.Key.Text, m, path); op != nil {
				unit.Operations = append(unit.Operations, op)
			}
		}
	}
	if s.steps <= 0 {
		return nil, errTooLarge
	}
	return unit, nil
}

// methods are the keys of a path that are operations, and whether they write.
var methods = map[string]bool{"get": false, "head": false, "query": false, "post": true, "put": true, "patch": true, "delete": false}

func (s *spec) operation(path string, e syntax.Entry, within doc) *policy.Operation {
	writes, ok := methods[strings.ToLower(e.Key.Text)]
	if !ok || e.Value.Sure().Kind != syntax.Map {
		return nil
	}
	d := doc{within.file, within.root, e.Value}
	op := &policy.Operation{
		Name: strings.ToUpper(e.Key.Text) + " " + path, Place: e.Key.Place,
		Words:  strings.Join([]string{path, e.Value.Get("operationId").String(), e.Value.Get("summary").String(), e.Value.Get("description").String()}, " "),
		Writes: writes, Reads: strings.EqualFold(e.Key.Text, "get"), Get: strings.EqualFold(e.Key.Text, "get"),
	}
	op.Secured = s.security(e.Value)
	for _, list := range []doc{within.get("parameters"), d.get("parameters")} {
		for _, p := range list.node.Sure().Items {
			s.parameter(doc{list.file, list.root, p}, op)
		}
	}
	body := s.follow(d.get("requestBody"))
	for _, c := range body.node.Get("content").Sure().Entries {
		s.fields(doc{body.file, body.root, c.Value.Get("schema")}, "body", 0, map[*syntax.Node]bool{}, &op.Takes)
	}
	for _, r := range e.Value.Get("responses").Sure().Entries {
		if !strings.HasPrefix(r.Key.Text, "2") && r.Key.Text != "default" {
			continue
		}
		answer := s.follow(doc{d.file, d.root, r.Value})
		s.fields(answer.get("schema"), "body", 0, map[*syntax.Node]bool{}, &op.Returns)
		for _, c := range answer.node.Get("content").Sure().Entries {
			s.fields(doc{answer.file, answer.root, c.Value.Get("schema")}, "body", 0, map[*syntax.Node]bool{}, &op.Returns)
		}
	}
	return op
}

// security reports whether an operation must be authenticated: by its own word, else by
// that of the whole spec.
func (s *spec) security(op *syntax.Node) policy.Truth {
	own := op.Get("security")
	if own == nil {
		own = s.root.node.Get("security")
	}
	switch {
	case own == nil && !s.secured:
		return policy.Open
	case own == nil || len(own.Items) == 0:
		return policy.False
	}
	for _, x := range own.Items {
		if x.Kind == syntax.Map && len(x.Entries) == 0 {
			return policy.False // an empty requirement is met by anybody
		}
	}
	return policy.True
}

// parameter reads a parameter of the path, the query, the header, or, in Swagger, the
// body.
func (s *spec) parameter(d doc, op *policy.Operation) {
	d = s.follow(d)
	switch in := d.node.Get("in").String(); in {
	case "body":
		s.fields(d.get("schema"), "body", 0, map[*syntax.Node]bool{}, &op.Takes)
	case "path", "query", "header", "formData":
		name := d.node.Get("name")
		if name != nil {
			op.Takes = append(op.Takes, policy.Field{Name: name.Text, Words: d.node.Get("description").String() + " " + op.Words, Place: name.Place, Where: in})
		}
	}
}

// follow resolves a reference, within the file or to another one of the tree.
func (s *spec) follow(d doc) doc {
	for range maxNested {
		ref := d.node.Get("$ref")
		if ref == nil || ref.Kind != syntax.Scalar {
			return d
		}
		s.steps--
		name, pointer, _ := strings.Cut(ref.Text, "#")
		if name != "" {
			next := s.open(d.file, name)
			if next.node == nil {
				return doc{}
			}
			d = next
		}
		d.node = d.root
		for _, key := range strings.Split(strings.Trim(pointer, "/"), "/") {
			if key != "" {
				d.node = d.node.Get(strings.NewReplacer("~1", "/", "~0", "~", "%7B", "{", "%7D", "}").Replace(key))
			}
		}
	}
	return d
}

func (s *spec) open(from *policy.File, name string) doc {
	if s.tree == nil || strings.Contains(name, "://") {
		return doc{}
	}
	file := s.tree.Find(from, name)
	if file == nil {
		return doc{}
	}
	root, ok := s.files[file]
	if !ok {
		if nodes, err := syntax.Documents(file); err == nil && len(nodes) > 0 {
			root = nodes[0]
		}
		s.files[file] = root
	}
	return doc{file, root, root}
}

// fields collects the properties of a schema and of those within it.
func (s *spec) fields(d doc, where string, depth int, seen map[*syntax.Node]bool, out *[]policy.Field) {
	name := d.node.Get("$ref").String()
	d = s.follow(d)
	if s.steps--; s.steps <= 0 || d.node == nil || depth > maxNested || seen[d.node] {
		return
	}
	seen[d.node] = true
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		name = name[i+1:]
	}
	words := strings.Join([]string{name, d.node.Get("title").String(), d.node.Get("description").String()}, " ")
	properties := d.node.Get("properties").Sure()
	var beside []string
	for _, e := range properties.Entries {
		beside = append(beside, e.Key.Text)
	}
	for _, e := range properties.Entries {
		p := s.follow(doc{d.file, d.root, e.Value})
		*out = append(*out, policy.Field{
			Name: e.Key.Text, Place: e.Key.Place, Beside: beside, Where: where,
			Words: strings.Join([]string{words, p.node.Get("description").String(), p.node.Get("title").String(), p.node.Get("pattern").String()}, " "),
			Fixed: isTrue(p.node.Get("readOnly")) || isTrue(e.Value.Get("readOnly")), Hidden: isTrue(p.node.Get("writeOnly")) || isTrue(e.Value.Get("writeOnly")),
		})
		if !isTrue(e.Value.Get("readOnly")) || where != "body" {
			s.fields(doc{d.file, d.root, e.Value}, where, depth+1, seen, out)
		}
	}
	for _, key := range []string{"allOf", "oneOf", "anyOf"} {
		for _, x := range d.node.Get(key).Sure().Items {
			s.fields(doc{d.file, d.root, x}, where, depth+1, seen, out)
		}
	}
	for _, key := range []string{"items", "additionalProperties"} {
		if x := d.node.Get(key); x != nil {
			s.fields(doc{d.file, d.root, x}, where, depth+1, seen, out)
		}
	}
}

func isTrue(n *syntax.Node) bool { return n.String() == "true" }
