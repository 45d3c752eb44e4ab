package api

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// maxTokens bounds a schema. GitHub's has some three hundred thousand.
const maxTokens = 2_000_000

// IsGraphQL reports whether a text is in GraphQL's schema language: a line declares an
// input or extends, or is, what can be asked.
func IsGraphQL(text []byte) bool {
	for line := range bytes.Lines(text) {
		line = bytes.TrimRight(line, "\r\n {")
		for _, word := range []string{"type Mutation", "extend type Mutation", "type Query", "extend type Query"} {
			if string(line) == word {
				return true
			}
		}
		if rest, ok := bytes.CutPrefix(line, []byte("input ")); ok && len(bytes.Fields(rest)) == 1 && bytes.Contains(text, []byte("{")) && !bytes.ContainsAny(rest, "=;(") {
			return true
		}
	}
	return false
}

// graphSpec is a schema that is being read.
type graphSpec struct {
	file    *policy.File
	offsets []int // of runes
	types   map[string]*ast.Definition
	steps   int
}

// GraphQL reads a schema.
func GraphQL(file *policy.File) (*policy.Unit, error) {
	if !shallow(file.Text) {
		return nil, errDepth
	}
	schema, err := parser.ParseSchemaWithLimit(&ast.Source{Name: file.Path, Input: string(file.Text)}, maxTokens)
	if err != nil {
		return nil, finding.Damaged.Because("not a schema of GraphQL")
	}
	s := &graphSpec{file: file, types: map[string]*ast.Definition{}, steps: maxSteps}
	unit := &policy.Unit{Word: "spec", File: file}
	all := append(append(ast.DefinitionList{}, schema.Definitions...), schema.Extensions...)
	for _, d := range all {
		if s.types[d.Name] == nil {
			s.types[d.Name] = d
		}
	}
	called := false
	for _, d := range all {
		switch d.Name {
		case "Mutation", "Query":
			called = true
			for _, f := range d.Fields {
				unit.Operations = append(unit.Operations, s.operation(d.Name, f))
			}
		}
	}
	if !called { // the operations that take these stand in another file
		for _, d := range all {
			if d.Kind == ast.InputObject {
				op := &policy.Operation{Name: d.Name, Words: d.Name + " " + d.Description, Place: s.place(d.Position, d.Name), Writes: !readName(d.Name) && !filterName(d.Name), Secured: policy.Open}
				s.fields(d.Name, 0, map[string]bool{}, &op.Takes)
				unit.Operations = append(unit.Operations, op)
			}
		}
	}
	return unit, nil
}

func filterName(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "filter") || strings.Contains(name, "search") || strings.Contains(name, "where") || strings.Contains(name, "delete")
}

func (s *graphSpec) operation(kind string, f *ast.FieldDefinition) *policy.Operation {
	op := &policy.Operation{
		Name: f.Name, Words: f.Name + " " + f.Description, Place: s.place(f.Position, f.Name),
		Writes: kind == "Mutation" && !hasVerb(f.Name, "delete", "remove", "disable"), Reads: kind == "Query", Get: kind == "Query", Secured: policy.Open,
	}
	var beside []string
	for _, a := range f.Arguments {
		beside = append(beside, a.Name)
	}
	for _, a := range f.Arguments {
		op.Takes = append(op.Takes, policy.Field{Name: a.Name, Words: op.Words + " " + a.Description, Place: s.place(a.Position, a.Name), Beside: beside, Where: "body"})
		s.fields(named(a.Type), 0, map[string]bool{}, &op.Takes)
	}
	s.fields(named(f.Type), 0, map[string]bool{}, &op.Returns)
	return op
}

// named returns the name of a type within its lists.
func named(t *ast.Type) string {
	for t != nil && t.Elem != nil {
		t = t.Elem
	}
	if t == nil {
		return ""
	}
	return t.NamedType
}

func (s *graphSpec) fields(name string, depth int, seen map[string]bool, out *[]policy.Field) {
	d := s.types[name]
	if s.steps--; d == nil || seen[name] || depth > maxNested || s.steps <= 0 {
		return
	}
	seen[name] = true
	var beside []string
	for _, f := range d.Fields {
		beside = append(beside, f.Name)
	}
	for _, f := range d.Fields {
		*out = append(*out, policy.Field{
			Name: f.Name, Words: strings.Join([]string{d.Name, d.Description, f.Description}, " "), Place: s.place(f.Position, f.Name), Beside: beside, Where: "body",
		})
		s.fields(named(f.Type), depth+1, seen, out)
	}
}

// place returns where a name stands behind a position, which counts characters.
func (s *graphSpec) place(p *ast.Position, name string) policy.Place {
	if p == nil {
		return policy.Place{File: s.file}
	}
	if s.offsets == nil {
		for i := 0; i < len(s.file.Text); {
			s.offsets = append(s.offsets, i)
			_, size := utf8.DecodeRune(s.file.Text[i:])
			i += size
		}
		s.offsets = append(s.offsets, len(s.file.Text))
	}
	start := s.offsets[min(max(p.Start, 0), len(s.offsets)-1)]
	if i := bytes.Index(s.file.Text[start:], []byte(name)); i >= 0 && i < 2000 {
		start += i
	}
	return policy.Place{File: s.file, Start: start, End: min(start+len(name), len(s.file.Text))}
}
