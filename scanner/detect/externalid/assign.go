package externalid

import (
	"bytes"
	"strings"

	"github.com/deputy-sec/deputy/internal/strength"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
)

// reach is how far behind a name its values are looked for, in bytes.
const reach = 600

// reader reads the few ways in which texts put a literal behind a name. It gives up at
// everything else: an expression that it does not understand is a reference.
type reader struct{ *notation.Reader }

// assigned returns the literals assigned to a name.
func assigned(text []byte, n name) []notation.Literal {
	if v := notation.Siblings(text, n.start-len(n.quote), n.end); v != nil {
		return v
	}
	r := reader{notation.NewReader(text, n.end, n.end+reach)}
	if v, ok := notation.ValueOf(text, n.end); ok && v.Fallback && v.Start < n.end+reach {
		return r.fallback(text, v)
	}
	closed := r.Skip(n.quote)
	for r.Skip("]", ")", "**", "`") {
		closed = true
	}
	if n.quote != "" && closed && r.code(text, n) {
		return r.Literals()
	}
	switch {
	case n.tag:
		return r.inTag()
	case n.phrase:
		return r.inPhrase()
	case n.flag:
		return r.ofFlag(n, closed)
	}
	return r.assignment(text, n, closed)
}

// column reads the values below a name that heads a column of a table.
func column(text []byte, n name) (all []notation.Literal) {
	notation.Below(text, n.start, n.end, func(from, to int) bool {
		if to > from && to-from <= strength.MaxLength {
			all = append(all, notation.Literal{Start: from, End: to, Text: notation.Unescaped(text[from:to]), Bare: true})
		}
		return true
	})
	return all
}

// fallback reads the literal that stands in for a value from elsewhere: it ends with its quote,
// or with the reference that holds it.
func (r reader) fallback(text []byte, v notation.Value) []notation.Literal {
	if q := notation.QuoteBefore(text, v.Start); q != "" {
		r.Seek(v.Start - len(q))
		if literal, ok := r.Literal(q); ok {
			return []notation.Literal{literal}
		}
		return nil
	}
	r.Seek(v.Start)
	end := bytes.IndexByte(r.Rest(), '}')
	if end <= 0 {
		return nil
	}
	return []notation.Literal{{Start: v.Start, End: v.Start + end, Text: notation.Unescaped(r.Rest()[:end])}}
}

// code reads the comma between a quoted name and its literal where the name is
// an argument: getenv("EXTERNAL_ID", "…"), ("sts:ExternalId", "…").
func (r reader) code(text []byte, n name) bool {
	if !r.At(",") {
		return false
	}
	before := bytes.ToLower(text[max(0, n.start-len(n.quote)-24) : n.start-len(n.quote)])
	for _, call := range []string{"getenv(", "environ.get(", "env.fetch(", "env(", "lookup("} {
		if bytes.HasSuffix(before, []byte(call)) {
			return r.Skip(",") && r.Spaces() && r.Quote() != ""
		}
	}
	if n.spelled && bytes.HasPrefix(text[n.start:], []byte("sts:")) || n.flag {
		return r.Skip(",") && r.Spaces() && r.Quote() != ""
	}
	return false
}

// assignment reads the separators of data and code: = : := => (.
func (r reader) assignment(text []byte, n name, closed bool) []notation.Literal {
	if n.quote != "" && !closed && !r.At("=") && !r.At(":") && !r.At("%3") {
		return nil // the string goes on: it is not the name alone
	}
	tight := !r.At(" ")
	r.Spaces()
	switch {
	case r.At("==") || r.At("!=") || r.At("=~") || r.At("::"):
		return nil
	case r.Skip(":=", "=>", ":-"):
		return r.Literals()
	case r.Skip("("):
		if !tight || !callable(text, n) {
			return nil
		}
		return notation.Quoted(r.Literals())
	case r.Skip("%3D", "="):
		return r.Literals()
	case r.Skip("?:", ":", "%3A"):
		if ternary(text, n) {
			return nil
		}
		r.typeAnnotation()
		return r.Literals()
	case !tight && r.goType(), r.At("{"): // HCL: variable "external_id" {
		return r.Literals()
	}
	return nil
}

// typeAnnotation skips the type in "name: string = literal".
func (r reader) typeAnnotation() {
	save := r.Offset()
	r.Spaces()
	if word := r.Word(); word == "" {
		r.Seek(save)
		return
	}
	for r.Skip("|", "[", "]", "?") || r.Spaces() && r.Word() != "" {
		continue
	}
	r.Spaces()
	if r.At("==") || !r.Skip("=") {
		r.Seek(save)
	}
}

// goType skips the type in "name string = literal".
func (r reader) goType() bool {
	save := r.Offset()
	r.Skip("*")
	if word := r.Word(); word == "string" || word == "String" || word == "str" {
		r.Spaces()
		if !r.At("==") && r.Skip("=") {
			return true
		}
	}
	r.Seek(save)
	return false
}

// ofFlag reads the value of a command-line flag.
func (r reader) ofFlag(n name, closed bool) []notation.Literal {
	if n.quote != "" && closed {
		return nil // a list of flags, whose comma code has read
	}
	if !r.Skip("=") && !r.Spaces() {
		return nil
	}
	if r.At("-") || r.At("|") || r.At("\\\n") {
		return nil
	}
	return r.Literals()
}

// inTag reads <ExternalId>value</ExternalId>.
func (r reader) inTag() []notation.Literal {
	if !r.Skip(">") {
		return nil
	}
	return r.Bare()
}

// inPhrase reads the value behind "External ID" of a sentence, a form or a
// table.
func (r reader) inPhrase() []notation.Literal {
	for r.tagEnd() || r.Skip("*", "\"") {
		continue
	}
	r.Spaces()
	r.Skip(":", "=", "|", "is ", "of ", "to ", "as ")
	for r.Spaces() || r.Skip("|", "*") || r.tagEnd() {
		continue
	}
	if r.SpacesAndLines() {
		return r.Bare() // a form prints the label above the value
	}
	if r.instruction() {
		return notation.Quoted(r.Literals())
	}
	return r.Literals()
}

// instructions are the words between "external ID" and the value in a sentence
// that tells people what to do: choose Require external ID and enter "…".
var instructions = set("and", "then", "enter", "use", "type", "paste", "provide", "input", "specify", "set", "the", "value",
	"following", "it", "to", "with", "field", "box", "in", "this", "your", "our")

// instruction skips such words and reports whether there were any.
func (r reader) instruction() bool {
	found := false
	for range 8 {
		save := r.Offset()
		for r.Skip("*", ",", ":") || r.Spaces() {
			continue
		}
		if !instructions[strings.ToLower(r.Word())] {
			r.Seek(save)
			break
		}
		found = true
	}
	for r.Skip("*", ":") || r.Spaces() {
		continue
	}
	return found
}

// maxTag is the length of the longest tag that is skipped, in bytes.
const maxTag = 80

// tagEnd skips an HTML tag.
func (r reader) tagEnd() bool {
	if !r.At("<") {
		return false
	}
	rest := r.Rest()
	end := bytes.IndexByte(rest[:min(len(rest), maxTag)], '>')
	if end < 0 {
		return false
	}
	r.Seek(r.Offset() + end + 1)
	return true
}

// callable reports whether a name in front of a parenthesis sets what it names:
// withExternalId, .externalId( of a builder.
func callable(text []byte, n name) bool {
	last := text[n.start:n.end]
	last = last[bytes.LastIndexByte(last, '.')+1:]
	switch notation.Words(last)[0] {
	case "with", "set", "external", "externalid":
		return true
	}
	return false
}

// ternary reports whether the colon behind a name belongs to "cond ? name : …".
func ternary(text []byte, n name) bool {
	for i := n.start - 1; i >= 0 && n.start-i < 80 && text[i] != '\n'; i-- {
		if text[i] == '?' {
			return true
		}
	}
	return false
}
