package notation

import (
	"bytes"
	"net/url"
	"strings"
)

// Literal is a value that a text writes out.
type Literal struct {
	Start, End int    // in the text, within its quotes
	Text       string // without its escapes
	Bare       bool   // without quotes: may be an identifier
	Alone      bool   // bare, and nothing else stands on its line
}

// What is read behind a name is bounded: an expression that is not understood, or goes on
// further than this, is a reference.
const (
	literalReach = 600 // how far behind a key its literal ends, in bytes
	maxItems     = 50  // of a list
	maxDepth     = 4   // of calls and lists in each other
	// maxLiteral is the length of the longest value: that of an External ID,
	// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
	maxLiteral = 1224
)

// Literals reads the literal, the list of literals or the block with a default that begins
// here, on this line or the next one.
func (r *Reader) Literals() []Literal { return r.literals(0) }

func (r *Reader) literals(depth int) []Literal {
	if depth > maxDepth {
		return nil
	}
	nameAt := r.at
	onNewLine := r.SpacesAndLines()
	switch {
	case r.at >= r.limit:
		return nil
	case onNewLine && r.At("- "):
		return r.yamlList()
	case onNewLine:
		return r.nextLine(nameAt)
	case r.Skip("["):
		return r.list(depth)
	case r.At("{"):
		return r.defaultIn(r.limit)
	}
	r.stringPrefix()
	if q := r.Quote(); q != "" {
		if v, ok := r.Literal(q); ok {
			return []Literal{v}
		}
		return nil
	}
	if r.handsOn() {
		return Quoted(r.literals(depth + 1))
	}
	return r.Bare()
}

// list reads literals up to the closing bracket.
func (r *Reader) list(depth int) []Literal {
	var all []Literal
	for range maxItems {
		for r.SpacesAndLines() || r.Skip(",") {
			continue
		}
		r.stringPrefix()
		q := r.Quote()
		if q == "" {
			if r.handsOn() {
				all = append(all, Quoted(r.literals(depth+1))...)
			}
			return all
		}
		v, ok := r.Literal(q)
		if !ok {
			return all
		}
		r.Spaces()
		if r.At("=>") || r.At(":") {
			return all // a map: it is a key
		}
		all = append(all, v)
		if !r.At(",") && !r.lineEnd() {
			return all
		}
	}
	return all
}

// yamlList reads "- value" lines.
func (r *Reader) yamlList() []Literal {
	var all []Literal
	for range maxItems {
		if !r.Skip("- ") {
			return all
		}
		r.Spaces()
		if q := r.Quote(); q != "" {
			v, ok := r.Literal(q)
			if !ok {
				return all
			}
			all = append(all, v)
		} else {
			all = append(all, r.Bare()...)
		}
		for r.at < r.limit && r.text[r.at] != '\n' {
			r.at++
		}
		r.SpacesAndLines()
	}
	return all
}

// nextLine reads a literal that a formatter moved to the next line, or the
// block that stands there further to the right than the line of the name.
func (r *Reader) nextLine(nameAt int) []Literal {
	save := r.at
	if q := r.Quote(); q != "" {
		if v, ok := r.Literal(q); ok && !r.At(":") {
			return []Literal{v}
		}
	}
	r.at = save
	outer := indent(r.text, nameAt)
	if indent(r.text, r.at) <= outer {
		return nil
	}
	end := r.at
	for end < r.limit {
		if r.text[end] == '\n' && end+1 < r.limit && indent(r.text, end+1) <= outer {
			break
		}
		end++
	}
	return r.defaultIn(end)
}

// indent counts the blanks that the line of text[at] begins with.
func indent(text []byte, at int) int {
	start := bytes.LastIndexByte(text[:at], '\n') + 1
	n := 0
	for start+n < len(text) && (text[start+n] == ' ' || text[start+n] == '\t') {
		n++
	}
	return n
}

// defaultIn reads the default in a declaration that ends before limit:
//
//	variable "external_id" { default = "…" }
//	ExternalId: {Type: String, Default: …}
func (r *Reader) defaultIn(limit int) []Literal {
	if end := bytes.IndexByte(r.text[r.at:limit], '}'); end >= 0 {
		limit = r.at + end
	}
	return valueOfKey(r.text, r.at, min(limit, r.at+400), defaults)
}

// sibling are the keys beside one that holds a name under which the value of that name stands.
var sibling = map[string]map[string]bool{
	"variable":      words("values"),
	"parameterkey":  words("parametervalue", "parameter_value"),
	"parameter_key": words("parametervalue", "parameter_value"),
	"name":          words("value", "default"),
	"key":           words("value", "default"),
}

var defaults = words("default")

// siblingReach is how far around a name its value's key stands, in bytes.
const siblingReach = 200

// Siblings reads the literals of a name that is itself a value, text[start:end] with the quote
// in front of it:
//
//	variable = "sts:ExternalId"   values = ["…"]
//	ParameterKey=ExternalId,ParameterValue=…
//	{"name": "EXTERNAL_ID", "value": "…"}
func Siblings(text []byte, start, end int) []Literal {
	keyEnd := start
	for keyEnd > 0 && (text[keyEnd-1] == ' ' || text[keyEnd-1] == '=' || text[keyEnd-1] == ':') {
		keyEnd--
	}
	if keyEnd == start {
		return nil
	}
	keyEnd -= len(QuoteBefore(text, keyEnd))
	keyStart := keyEnd
	for keyStart > 0 && IsWord(text[keyStart-1]) {
		keyStart--
	}
	want := sibling[strings.ToLower(string(text[keyStart:keyEnd]))]
	if want == nil {
		return nil
	}
	from, to := max(0, keyStart-siblingReach), min(len(text), end+siblingReach)
	if i := bytes.LastIndexByte(text[from:keyStart], '{'); i >= 0 {
		from += i
	} else {
		from = keyStart
	}
	if i := bytes.IndexByte(text[end:to], '}'); i >= 0 {
		to = end + i
	}
	return valueOfKey(text, from, to, want)
}

// valueOfKey reads the literal assigned to the first of the wanted keys within
// text[from:to].
func valueOfKey(text []byte, from, to int, want map[string]bool) []Literal {
	for i := from; i < to; {
		if !IsWord(text[i]) {
			i++
			continue
		}
		start := i
		for i < to && IsWord(text[i]) {
			i++
		}
		if i-start > 16 || !want[strings.ToLower(string(text[start:i]))] {
			continue
		}
		r := NewReader(text, i, i+literalReach)
		r.Skip(QuoteBefore(text, start))
		r.Spaces()
		if !r.Skip("=", ":") {
			continue
		}
		return r.literals(maxDepth - 1)
	}
	return nil
}

// handOn are functions that hand on the literal they are given.
var handOn = words("string", "str", "ptr", "stringptr", "toptr", "of", "from", "valueof", "some", "jsii", "list",
	"aslist", "listof", "tolist", "stringslice", "create", "output", "stringarray", "array", "pointer", "stringvalue", "sub", "secret")

// handsOn reads the opening of a call that hands on its argument.
func (r *Reader) handsOn() bool {
	i := r.at
	for i < r.limit && (IsWord(r.text[i]) || r.text[i] == '.' || r.text[i] == ':') {
		i++
	}
	function := strings.ToLower(string(r.text[r.at:i]))
	if cut := strings.LastIndexAny(function, ".:"); cut >= 0 {
		function = function[cut+1:]
	}
	if i >= r.limit || !handOn[function] {
		return false
	}
	switch r.text[i] {
	case '(', '[', '{':
		r.at = i + 1
		return true
	}
	return false
}

// Literal reads the string that the quote q opens.
func (r *Reader) Literal(q string) (Literal, bool) {
	start := r.at + len(q)
	if c, ok := closing[q]; ok {
		q = c
	}
	end := bytes.Index(r.text[start:min(len(r.text), start+maxLiteral+len(q))], []byte(q))
	if end <= 0 || bytes.IndexByte(r.text[start:start+end], '\n') >= 0 {
		return Literal{}, false
	}
	r.at = start + end + len(q)
	if r.joined() {
		return Literal{}, false // the beginning of a value, which another piece follows
	}
	return Literal{Start: start, End: start + end, Text: Unescaped(r.text[start : start+end])}, true
}

// joined reports whether another piece is joined to the literal before: "acme-" + id.
func (r *Reader) joined() bool {
	save := r.at
	defer func() { r.at = save }()
	r.Spaces()
	return r.At("+ ") || r.At("+=") || r.At("..") || r.At(". $") || r.At("% ")
}

// Bare reads a value without quotes up to the end of its word.
func (r *Reader) Bare() []Literal {
	start := r.at
	for r.at < r.limit && r.at-start <= maxLiteral && inValue(r.text[r.at]) && !r.At("%22") && !r.At("%26") && !r.At("%27") {
		r.at++
	}
	end := r.at
	for end > start && strings.IndexByte(",.;:", r.text[end-1]) >= 0 {
		end--
	}
	if end == start || r.At("(") || r.At("[") || r.At("{") || r.At("$") || r.At("\\") && !r.At(`\n`) {
		return nil // a call, an index, a piece of a template
	}
	v := Literal{Start: start, End: end, Text: Unescaped(r.text[start:end]), Bare: true}
	v.Alone = end == r.at && (r.at >= len(r.text) || r.At("\n") || r.At("\r") || r.At(" #") || r.At("<") || r.At("&"))
	return []Literal{v}
}

// inValue reports whether a byte may stand in a value without quotes, or in its encoding for a
// URL. A comma may stand in an External ID too, but mostly ends it.
func inValue(c byte) bool { return IsWord(c) || strings.IndexByte("+=.@:/-%", c) >= 0 }

// Unescaped returns a literal without its escapes.
func Unescaped(raw []byte) string {
	s := strings.ReplaceAll(string(raw), `\/`, "/")
	if strings.Contains(s, "%") {
		if decoded, err := url.PathUnescape(s); err == nil {
			return decoded
		}
	}
	return s
}

// Quoted returns the literals in front of the first one without quotes.
func Quoted(all []Literal) []Literal {
	for i, v := range all {
		if v.Bare {
			return all[:i]
		}
	}
	return all
}

func words(all ...string) map[string]bool {
	m := make(map[string]bool, len(all))
	for _, w := range all {
		m[w] = true
	}
	return m
}
