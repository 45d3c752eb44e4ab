package rows

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"
)

// objects reads JSON Lines: an object on each line. The lines of an array that has one on
// each are read, too.
type objects struct {
	in     *lines
	names  map[string]int // of the wanted columns, in their plain form
	values [][]byte
	text   [][]byte // of values whose escapes are undone
}

func newJSON(in *lines, columns []Column) Reader {
	o := &objects{in: in, names: map[string]int{}, values: make([][]byte, len(columns)), text: make([][]byte, len(columns))}
	for i, c := range columns {
		name := c.Name
		if c.Other != "" {
			name = c.Other
		}
		o.names[plainName(name)] = i
	}
	return o
}

// Next implements [Reader].
func (o *objects) Next(row *Row) error {
	for {
		line, err := o.in.next()
		if errors.Is(err, errLong) {
			return &Malformed{o.in.number, o.in.number, errLong.Error()}
		}
		if err != nil && (!errors.Is(err, io.EOF) || len(line) == 0) {
			return err
		}
		text := bytes.TrimSpace(line)
		text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("[")))
		text = bytes.TrimSpace(bytes.TrimSuffix(text, []byte("]")))
		text = bytes.TrimSpace(bytes.TrimSuffix(text, []byte(",")))
		if len(text) == 0 {
			continue
		}
		clear(o.values)
		if !o.object(text) {
			return &Malformed{o.in.number, o.in.number, "it is no JSON object"}
		}
		row.Number = o.in.number
		row.Values = append(row.Values[:0], o.values...)
		return nil
	}
}

// object reads the fields of an object. Values that are objects or arrays themselves are left
// out.
func (o *objects) object(b []byte) bool {
	s := scanner{b: b}
	if !s.skip('{') {
		return false
	}
	if s.skip('}') {
		return s.end()
	}
	for {
		key, escaped, ok := s.str()
		if !ok {
			return false
		}
		if escaped {
			if key, ok = undo(nil, key); !ok {
				return false
			}
		}
		if !s.skip(':') {
			return false
		}
		at, wanted := o.names[plainName(string(key))]
		if !o.value(&s, at, wanted) {
			return false
		}
		if s.skip(',') {
			continue
		}
		return s.skip('}') && s.end()
	}
}

func (o *objects) value(s *scanner, at int, wanted bool) bool {
	s.space()
	if s.at('"') {
		text, escaped, ok := s.str()
		if ok && wanted && escaped {
			if o.text[at], ok = undo(o.text[at][:0], text); ok {
				text = o.text[at]
			}
		}
		if ok && wanted {
			o.values[at] = text
		}
		return ok
	}
	start := s.i
	if !s.any(0) {
		return false
	}
	text := s.b[start:s.i]
	if wanted && len(text) > 0 && text[0] != '{' && text[0] != '[' && !bytes.Equal(text, []byte("null")) {
		o.values[at] = text
	}
	return true
}

// scanner walks over JSON. It takes numbers and words as they come: what is wrong with them
// is wrong with a value, and not with the row.
type scanner struct {
	b []byte
	i int
}

func (s *scanner) space() {
	for s.i < len(s.b) && (s.b[s.i] == ' ' || s.b[s.i] == '\t' || s.b[s.i] == '\r' || s.b[s.i] == '\n') {
		s.i++
	}
}

func (s *scanner) at(c byte) bool { return s.i < len(s.b) && s.b[s.i] == c }

func (s *scanner) skip(c byte) bool {
	s.space()
	if !s.at(c) {
		return false
	}
	s.i++
	return true
}

func (s *scanner) end() bool {
	s.space()
	return s.i == len(s.b)
}

// str reads a string, and returns what stands between its quotes.
func (s *scanner) str() (text []byte, escaped, ok bool) {
	if !s.skip('"') {
		return nil, false, false
	}
	start := s.i
	for s.i < len(s.b) {
		switch c := s.b[s.i]; {
		case c == '"':
			s.i++
			return s.b[start : s.i-1], escaped, true
		case c == '\\':
			escaped = true
			s.i += 2
		case c < ' ':
			return nil, false, false
		default:
			s.i++
		}
	}
	return nil, false, false
}

// deepest bounds the nesting of values that are left out.
const deepest = 100

// any walks over a value.
func (s *scanner) any(depth int) bool {
	s.space()
	switch {
	case depth > deepest || s.i >= len(s.b):
		return false
	case s.at('"'):
		_, _, ok := s.str()
		return ok
	case s.skip('{'):
		return s.list('}', depth, func() bool {
			_, _, ok := s.str()
			return ok && s.skip(':') && s.any(depth+1)
		})
	case s.skip('['):
		return s.list(']', depth, func() bool { return s.any(depth + 1) })
	}
	start := s.i
	for s.i < len(s.b) && bytes.IndexByte([]byte(",]} \t\r\n:\"{["), s.b[s.i]) < 0 {
		s.i++
	}
	return json.Valid(s.b[start:s.i])
}

// list walks over what stands between brackets, of which the first is behind us.
func (s *scanner) list(closing byte, _ int, item func() bool) bool {
	if s.skip(closing) {
		return true
	}
	for item() {
		if !s.skip(',') {
			return s.skip(closing)
		}
	}
	return false
}

// undo appends what a string of JSON with escapes stands for.
func undo(to, text []byte) ([]byte, bool) {
	quoted := make([]byte, 0, len(text)+2)
	quoted = append(append(append(quoted, '"'), text...), '"')
	var s string
	if json.Unmarshal(quoted, &s) != nil || !utf8.ValidString(s) {
		return nil, false
	}
	return append(to, s...), true
}
