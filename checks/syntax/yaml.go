package syntax

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// YAML reads the documents of a text. base is where the text begins in the file; text
// must be the file's own bytes from there on.
func YAML(file *policy.File, text []byte, base int) ([]*Node, error) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	r := &yamlReader{file: file, text: text, base: base, lines: lineStarts(text), made: map[*yaml.Node]*Node{}}
	var out []*Node
	for {
		var doc yaml.Node
		err := d.Decode(&doc)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, finding.Damaged.Because("not YAML: %s", faultOf(err))
		}
		if doc.Kind != yaml.DocumentNode || len(doc.Content) == 0 {
			continue
		}
		n, err := r.node(doc.Content[0], 0)
		if err != nil {
			return out, finding.Damaged.Because("not YAML: %v", err)
		}
		out = append(out, n)
	}
}

// faultOf returns the library's words up to what they quote.
func faultOf(err error) string {
	s := strings.TrimPrefix(err.Error(), "yaml: ")
	for _, quote := range []string{"'", "`", "\""} {
		s, _, _ = strings.Cut(s, quote)
	}
	return strings.TrimSpace(strings.TrimPrefix(s, "unmarshal errors:"))
}

type yamlReader struct {
	file  *policy.File
	text  []byte
	base  int
	lines []int
	made  map[*yaml.Node]*Node // by anchor; nil while it is being made
}

func lineStarts(text []byte) []int {
	lines := []int{0}
	for i, c := range text {
		if c == '\n' {
			lines = append(lines, i+1)
		}
	}
	return lines
}

// offset returns where a line and a column of characters, both from 1, are in the text.
func (r *yamlReader) offset(line, column int) int {
	if line < 1 || line > len(r.lines) {
		return len(r.text)
	}
	at := r.lines[line-1]
	for range column - 1 {
		if at >= len(r.text) || r.text[at] == '\n' {
			break
		}
		_, size := utf8.DecodeRune(r.text[at:])
		at += size
	}
	return at
}

func (r *yamlReader) node(y *yaml.Node, depth int) (*Node, error) {
	if depth > maxDepth {
		return nil, errDepth
	}
	if y.Kind == yaml.AliasNode {
		return r.alias(y, depth)
	}
	if y.Anchor != "" {
		r.made[y] = nil
	}
	n := &Node{}
	start := r.offset(y.Line, y.Column)
	n.Place = policy.Place{File: r.file, Start: r.base + start, End: r.base + start}
	if strings.HasPrefix(y.Tag, "!") && !strings.HasPrefix(y.Tag, "!!") {
		n.Tag = y.Tag
	}
	var err error
	switch y.Kind {
	case yaml.MappingNode:
		err = r.mapping(n, y, depth)
	case yaml.SequenceNode:
		n.Kind = List
		for _, c := range y.Content {
			item, e := r.node(c, depth+1)
			if e != nil {
				return nil, e
			}
			n.Items = append(n.Items, item)
			n.Place.End = max(n.Place.End, item.Place.End)
		}
	default:
		r.scalar(n, y, start)
	}
	if y.Anchor != "" {
		r.made[y] = n
	}
	return n, err
}

func (r *yamlReader) alias(y *yaml.Node, depth int) (*Node, error) {
	n, begun := r.made[y.Alias]
	switch {
	case begun && n == nil:
		return nil, errors.New("an anchor holds itself")
	case begun:
		return n, nil
	}
	return r.node(y.Alias, depth+1)
}

func (r *yamlReader) mapping(n *Node, y *yaml.Node, depth int) error {
	n.Kind = Map
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, err := r.node(y.Content[i], depth+1)
		if err != nil {
			return err
		}
		value, err := r.node(y.Content[i+1], depth+1)
		if err != nil {
			return err
		}
		n.Place.End = max(n.Place.End, key.Place.End)
		if value.Place.Start >= n.Place.Start {
			n.Place.End = max(n.Place.End, value.Place.End)
		}
		if y.Content[i].Tag == "!!merge" {
			n.Entries = append(merged(value), n.Entries...)
			continue
		}
		n.Entries = append(n.Entries, Entry{key, value})
	}
	return nil
}

// merged returns what a merge key (<<) brings in; what the map itself says goes before it.
func merged(value *Node) []Entry {
	switch value.Kind {
	case Map:
		return value.Entries
	case List:
		var out []Entry
		for _, x := range value.Items {
			out = append(merged(x), out...)
		}
		return out
	}
	return nil
}

// scalar fills in a scalar and where its text stands.
func (r *yamlReader) scalar(n *Node, y *yaml.Node, start int) {
	n.Text = y.Value
	n.Null = y.Tag == "!!null"
	start = r.pastProperties(start, y)
	switch {
	case y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		n.Quoted = true
		r.block(n, y, start)
		return
	case y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		n.Quoted = true
		start = min(start+1, len(r.text))
	}
	end := min(start+len(y.Value), len(r.text))
	n.Place = policy.Place{File: r.file, Start: r.base + start, End: r.base + end}
}

// pastProperties skips the tag and the anchor in front of a scalar.
func (r *yamlReader) pastProperties(at int, y *yaml.Node) int {
	for at < len(r.text) && (r.text[at] == '!' || r.text[at] == '&') && !bytes.HasPrefix([]byte(y.Value), r.text[at:at+1]) {
		for at < len(r.text) && r.text[at] > ' ' {
			at++
		}
		for at < len(r.text) && (r.text[at] == ' ' || r.text[at] == '\t' || r.text[at] == '\n' || r.text[at] == '\r') {
			at++
		}
	}
	return at
}

// block finds the lines of a literal or folded scalar, whose indentation is not part of
// the text.
func (r *yamlReader) block(n *Node, y *yaml.Node, start int) {
	first := r.lineOf(start) + 1
	indent := -1
	for i := first; i < len(r.lines) && indent < 0; i++ {
		if line := r.line(i); len(bytes.TrimSpace(line)) > 0 {
			indent = len(line) - len(bytes.TrimLeft(line, " "))
		}
	}
	indent = max(indent, 0)
	last := first + strings.Count(strings.TrimRight(y.Value, "\n"), "\n")
	begin := len(r.text)
	if first < len(r.lines) {
		begin = min(r.lines[first]+indent, len(r.text))
	}
	end := begin
	if last < len(r.lines) {
		end = max(begin, r.lines[last]+len(bytes.TrimRight(r.line(last), "\r\n")))
	}
	n.Place = policy.Place{File: r.file, Start: r.base + begin, End: r.base + end}
	value := y.Value
	n.At = func(offset int) int {
		before := value[:min(offset, len(value))]
		line := first + strings.Count(before, "\n")
		if line >= len(r.lines) {
			return r.base + len(r.text)
		}
		column := len(before) - 1 - strings.LastIndexByte(before, '\n')
		return r.base + min(r.lines[line]+min(indent, len(bytes.TrimRight(r.line(line), "\r\n")))+column, len(r.text))
	}
}

func (r *yamlReader) line(i int) []byte {
	end := len(r.text)
	if i+1 < len(r.lines) {
		end = r.lines[i+1]
	}
	return r.text[r.lines[i]:end]
}

func (r *yamlReader) lineOf(offset int) int {
	low, high := 0, len(r.lines)
	for high-low > 1 {
		if mid := (low + high) / 2; r.lines[mid] <= offset {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}
