package syntax

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// maxDepth bounds how deep documents nest. encoding/json has a bound of its own at ten
// thousand; no template comes near a hundred.
const maxDepth = 500

var errDepth = errors.New("nested too deeply")

// JSON reads a text of one JSON value. base is where the text begins in the file.
func JSON(file *policy.File, text []byte, base int) (*Node, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	r := &jsonReader{d: d, file: file, text: text, base: base}
	n, err := r.value(0)
	if err != nil {
		return nil, r.fault(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, r.fault(errors.New("more than one value"))
	}
	return n, nil
}

type jsonReader struct {
	d    *json.Decoder
	file *policy.File
	text []byte
	base int
}

// fault says where a text stops being JSON, without its content.
func (r *jsonReader) fault(err error) error {
	line, _ := r.file.Position(r.base + int(r.d.InputOffset()))
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return finding.Damaged.Because("not JSON: line %d", line)
	}
	return finding.Damaged.Because("not JSON: line %d: %v", line, err)
}

// start is where the next token begins: behind blanks, commas and colons.
func (r *jsonReader) start() int {
	at := int(r.d.InputOffset())
	for at < len(r.text) && bytes.IndexByte([]byte(" \t\r\n,:"), r.text[at]) >= 0 {
		at++
	}
	return at
}

func (r *jsonReader) value(depth int) (*Node, error) {
	if depth > maxDepth {
		return nil, errDepth
	}
	start := r.start()
	token, err := r.d.Token()
	if err != nil {
		return nil, err
	}
	n := &Node{}
	switch t := token.(type) {
	case json.Delim:
		err = r.within(n, t, depth)
	case string:
		r.str(n, t, start)
		return n, nil
	case json.Number:
		n.Text = t.String()
	case bool:
		n.Text = fmt.Sprint(t)
	case nil:
		n.Null = true
	}
	n.Place = r.place(start, int(r.d.InputOffset()))
	return n, err
}

func (r *jsonReader) place(start, end int) policy.Place {
	return policy.Place{File: r.file, Start: r.base + start, End: r.base + max(start, end)}
}

// str fills in a string, whose place is that of the text between the quotes.
func (r *jsonReader) str(n *Node, text string, start int) {
	end := int(r.d.InputOffset())
	n.Text, n.Quoted = text, true
	n.Place = r.place(min(start+1, end), max(start+1, end-1))
	if raw := r.text[min(start+1, end):max(start+1, end-1)]; len(raw) != len(text) {
		begin := n.Place.Start
		n.At = func(offset int) int { return begin + unescaped(raw, offset) }
	}
}

// within reads the members of an array or an object.
func (r *jsonReader) within(n *Node, open json.Delim, depth int) error {
	n.Kind = List
	if open == '{' {
		n.Kind = Map
	}
	for r.d.More() {
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		if n.Kind == List {
			n.Items = append(n.Items, item)
			continue
		}
		value, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.Entries = append(n.Entries, Entry{item, value})
	}
	_, err := r.d.Token()
	return err
}

// unescaped returns the offset in a JSON string's raw text at which its decoded text has
// reached an offset.
func unescaped(raw []byte, offset int) int {
	at, decoded := 0, 0
	for at < len(raw) && decoded < offset {
		if raw[at] != '\\' {
			at++
			decoded++
			continue
		}
		size, length := escape(raw[at:])
		at += size
		decoded += length
	}
	return min(at, len(raw))
}

// escape returns how long an escape is, and how long the character that it stands for.
func escape(raw []byte) (size, length int) {
	if len(raw) < 6 || raw[1] != 'u' {
		return min(2, len(raw)), 1
	}
	var s string
	size = 6
	if len(raw) >= 12 && raw[6] == '\\' && raw[7] == 'u' && (raw[2]|0x20) == 'd' && raw[3] >= '8' {
		size = 12 // perhaps a pair of surrogates
	}
	if json.Unmarshal(append(append([]byte{'"'}, raw[:size]...), '"'), &s) != nil || s == "" {
		return 6, utf8.UTFMax - 1
	}
	return size, len(s)
}
