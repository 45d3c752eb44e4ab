package api

import (
	"bytes"
	"strings"
	"text/scanner"

	"github.com/emicklei/proto"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// The parsers of both languages are recursive: what they recurse over is counted first.
const maxBraces = 200

var errDepth = finding.OverBudget.Because("nested too deeply")

func shallow(text []byte) bool {
	depth := 0
	for _, c := range text {
		switch c {
		case '{', '[', '(':
			if depth++; depth > maxBraces {
				return false
			}
		case '}', ']', ')':
			depth = max(depth-1, 0)
		}
	}
	return true
}

// IsProto reports whether a text is a file of Protocol Buffers with services or messages.
func IsProto(text []byte) bool {
	return (bytes.Contains(text, []byte("syntax = \"proto")) || bytes.Contains(text, []byte("syntax=\"proto")) || bytes.Contains(text, []byte("edition = \""))) &&
		bytes.Contains(text, []byte("message "))
}

// protoSpec is a file of Protocol Buffers with what it imports from the tree.
type protoSpec struct {
	tree     Tree
	messages map[string]message // by name, without the package
	read     map[*policy.File]bool
	steps    int
}

type message struct {
	*proto.Message
	file *policy.File
}

// Proto reads the services of a file.
func Proto(file *policy.File, tree Tree) (*policy.Unit, error) {
	s := &protoSpec{tree: tree, messages: map[string]message{}, read: map[*policy.File]bool{}, steps: maxSteps}
	definition, err := s.parse(file)
	if err != nil {
		return nil, err
	}
	unit := &policy.Unit{Word: "spec", File: file}
	for _, e := range definition.Elements {
		service, ok := e.(*proto.Service)
		if !ok {
			continue
		}
		for _, x := range service.Elements {
			if rpc, ok := x.(*proto.RPC); ok {
				unit.Operations = append(unit.Operations, s.operation(file, service, rpc))
			}
		}
	}
	return unit, nil
}

func (s *protoSpec) parse(file *policy.File) (*proto.Proto, error) {
	if s.read[file] || len(s.read) > 200 {
		return &proto.Proto{}, nil
	}
	s.read[file] = true
	if !shallow(file.Text) {
		return nil, errDepth
	}
	definition, err := proto.NewParser(bytes.NewReader(file.Text)).Parse()
	if err != nil {
		return nil, finding.Damaged.Because("not Protocol Buffers")
	}
	for _, e := range definition.Elements {
		switch x := e.(type) {
		case *proto.Import:
			if s.tree == nil {
				continue
			}
			if other := s.tree.Find(file, x.Filename); other != nil && IsProto(other.Text) {
				_, _ = s.parse(other) // what it declares is missing, then
			}
		case *proto.Message:
			s.declare(file, x)
		}
	}
	return definition, nil
}

func (s *protoSpec) declare(file *policy.File, m *proto.Message) {
	if _, known := s.messages[m.Name]; !known {
		s.messages[m.Name] = message{m, file}
	}
	for _, e := range m.Elements {
		if inner, ok := e.(*proto.Message); ok {
			s.declare(file, inner)
		}
	}
}

func (s *protoSpec) operation(file *policy.File, service *proto.Service, rpc *proto.RPC) *policy.Operation {
	op := &policy.Operation{
		Name: rpc.Name, Place: placeAt(file, rpc.Position, rpc.Name), Words: service.Name + " " + rpc.Name + " " + comment(rpc.Comment),
		Writes: writeName(rpc.Name), Reads: readName(rpc.Name), Secured: policy.Open,
	}
	s.fields(rpc.RequestType, 0, map[string]bool{}, &op.Takes)
	s.fields(rpc.ReturnsType, 0, map[string]bool{}, &op.Returns)
	return op
}

func comment(c *proto.Comment) string {
	if c == nil {
		return ""
	}
	return strings.Join(c.Lines, " ")
}

// fields collects the fields of a message and of those within it.
func (s *protoSpec) fields(name string, depth int, seen map[string]bool, out *[]policy.Field) {
	name = name[strings.LastIndexByte(name, '.')+1:]
	m, ok := s.messages[name]
	if s.steps--; !ok || seen[name] || depth > maxNested || s.steps <= 0 {
		return
	}
	seen[name] = true
	all := fieldsOf(m.Elements)
	var beside []string
	for _, f := range all {
		beside = append(beside, f.Name)
	}
	for _, f := range all {
		field := policy.Field{
			Name: f.Name, Beside: beside, Where: "body", Place: placeAt(m.file, f.Position, f.Name),
			Words: strings.Join([]string{m.Name, comment(m.Comment), comment(f.Comment), comment(f.InlineComment)}, " "),
		}
		for _, o := range f.Options {
			field.Fixed = field.Fixed || strings.Contains(o.Constant.SourceRepresentation(), "OUTPUT_ONLY")
			field.Hidden = field.Hidden || strings.Contains(o.Constant.SourceRepresentation(), "INPUT_ONLY")
		}
		*out = append(*out, field)
		if !field.Fixed {
			s.fields(f.Type, depth+1, seen, out)
		}
	}
}

// fieldsOf returns the fields of a message, those of its unions and maps included.
func fieldsOf(elements []proto.Visitee) []*proto.Field {
	var out []*proto.Field
	for _, e := range elements {
		switch x := e.(type) {
		case *proto.NormalField:
			out = append(out, x.Field)
		case *proto.MapField:
			out = append(out, x.Field)
		case *proto.OneOfField:
			out = append(out, x.Field)
		case *proto.Oneof:
			out = append(out, fieldsOf(x.Elements)...)
		}
	}
	return out
}

// placeAt is the place of a name behind a position, which is that of the declaration.
func placeAt(file *policy.File, at scanner.Position, name string) policy.Place {
	start := min(max(at.Offset, 0), len(file.Text))
	if i := bytes.Index(file.Text[start:], []byte(name)); i >= 0 && i < 500 {
		start += i
	}
	return policy.Place{File: file, Start: start, End: min(start+len(name), len(file.Text))}
}

// writeName and readName tell what a call does by its name, as they all begin with it.
func writeName(name string) bool {
	return hasVerb(name, "create", "update", "add", "register", "connect", "link", "put", "set", "save", "upsert", "configure", "onboard", "enable", "integrate")
}

func readName(name string) bool {
	return hasVerb(name, "get", "list", "describe", "fetch", "read", "search", "query", "find")
}

func hasVerb(name string, verbs ...string) bool {
	name = strings.ToLower(name)
	for _, v := range verbs {
		if strings.HasPrefix(name, v) {
			return true
		}
	}
	return false
}
