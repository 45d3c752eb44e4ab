package externalid

import (
	"bytes"
	"net/url"
	"strings"

	"github.com/deputy-sec/deputy/internal/strength"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
)

// value is a literal that a text assigns to a name.
type value struct {
	start, end int
	text       string
	bare       bool // without quotes: may be an identifier
	alone      bool // bare, and nothing else stands on its line
}

// The parser reads no language. It knows the few ways in which all of them put
// a literal behind a name, and gives up at everything else: an expression that
// it does not understand is a reference.
//
// Its steps are bounded: what lies further behind the name than reach is not
// looked at, lists have at most maxItems items.
const (
	reach    = 600
	maxItems = 50
	maxValue = strength.MaxLength
)

type reader struct {
	text  []byte
	i     int
	limit int
}

// assigned returns the literals assigned to a name.
func assigned(text []byte, n name) []value {
	r := &reader{text, n.end, min(len(text), n.end+reach)}
	if v := siblings(text, n); v != nil {
		return v
	}
	if v, ok := notation.ValueOf(text, n.end); ok && v.Fallback && v.Start < r.limit {
		return r.fallback(v)
	}
	closed := r.skip(n.quote) && n.quote != ""
	for r.skip("]") || r.skip(")") || r.skip("**") || r.skip("`") {
		closed = true
	}
	if n.quote != "" && closed && r.code(text, n) {
		return r.values(0)
	}
	switch {
	case n.tag:
		return r.inTag()
	case n.phrase:
		return r.inPhrase()
	case n.flag:
		return r.ofFlag(n, closed)
	}
	return r.assignment(n, closed)
}

// fallback reads the literal that stands in for a value from elsewhere: it ends with its quote,
// or with the reference that holds it.
func (r *reader) fallback(v notation.Value) []value {
	r.i = v.Start
	if q := quoteBefore(r.text, v.Start); q != "" {
		r.i -= len(q)
		if literal, ok := r.literal(q); ok {
			return []value{literal}
		}
		return nil
	}
	end := bytes.IndexByte(r.text[v.Start:r.limit], '}')
	if end <= 0 {
		return nil
	}
	return []value{{start: v.Start, end: v.Start + end, text: unescape(r.text[v.Start : v.Start+end])}}
}

// code reads the comma between a quoted name and its literal where the name is
// an argument: getenv("EXTERNAL_ID", "…"), ("sts:ExternalId", "…").
func (r *reader) code(text []byte, n name) bool {
	if !r.at(",") {
		return false
	}
	before := bytes.ToLower(text[max(0, n.start-len(n.quote)-24) : n.start-len(n.quote)])
	for _, call := range []string{"getenv(", "environ.get(", "env.fetch(", "env(", "lookup("} {
		if bytes.HasSuffix(before, []byte(call)) {
			return r.skip(",") && r.spaces() && r.quote() != ""
		}
	}
	if n.spelled && bytes.HasPrefix(text[n.start:], []byte("sts:")) || n.flag {
		return r.skip(",") && r.spaces() && r.quote() != ""
	}
	return false
}

// assignment reads the separators of data and code: = : := => (.
func (r *reader) assignment(n name, closed bool) []value {
	if n.quote != "" && !closed && !r.at("=") && !r.at(":") && !r.at("%3") {
		return nil // the string goes on: it is not the name alone
	}
	tight := !r.at(" ")
	r.spaces()
	switch {
	case r.at("==") || r.at("!=") || r.at("=~") || r.at("::"):
		return nil
	case r.skip(":="), r.skip("=>"), r.skip(":-"):
		return r.values(0)
	case r.skip("("):
		if !tight || !callable(r.text, n) {
			return nil
		}
		return quoted(r.values(0))
	case r.skip("%3D"), r.skip("="):
		return r.values(0)
	case r.skip("?:"), r.skip(":"), r.skip("%3A"):
		if ternary(r.text, n) {
			return nil
		}
		r.typeAnnotation()
		return r.values(0)
	case !tight && r.goType(), r.at("{"): // HCL: variable "external_id" {
		return r.values(0)
	}
	return nil
}

// typeAnnotation skips the type in "name: string = literal".
func (r *reader) typeAnnotation() {
	save := r.i
	r.spaces()
	if word := r.word(); word == "" {
		r.i = save
		return
	}
	for r.skip("|") || r.skip("[") || r.skip("]") || r.skip("?") || r.spaces() && r.word() != "" {
		continue
	}
	r.spaces()
	if r.at("==") || !r.skip("=") {
		r.i = save
	}
}

// goType skips the type in "name string = literal".
func (r *reader) goType() bool {
	save := r.i
	r.skip("*")
	if word := r.word(); word == "string" || word == "String" || word == "str" {
		r.spaces()
		if !r.at("==") && r.skip("=") {
			return true
		}
	}
	r.i = save
	return false
}

// ofFlag reads the value of a command-line flag.
func (r *reader) ofFlag(n name, closed bool) []value {
	if n.quote != "" && closed {
		return nil // a list of flags, whose comma code has read
	}
	if !r.skip("=") && !r.spaces() {
		return nil
	}
	if r.at("-") || r.at("|") || r.at("\\\n") {
		return nil
	}
	return r.values(0)
}

// inTag reads <ExternalId>value</ExternalId>.
func (r *reader) inTag() []value {
	if !r.skip(">") {
		return nil
	}
	return r.bare()
}

// inPhrase reads the value behind "External ID" of a sentence, a form or a
// table.
func (r *reader) inPhrase() []value {
	for r.tagEnd() || r.skip("*") || r.skip("\"") {
		continue
	}
	r.spaces()
	for _, joint := range []string{":", "=", "|", "is ", "of ", "to ", "as "} {
		if r.skip(joint) {
			break
		}
	}
	for r.spaces() || r.skip("|") || r.skip("*") || r.tagEnd() {
		continue
	}
	if r.spacesAndLines() {
		return r.bare() // a form prints the label above the value
	}
	if r.instruction() {
		return quoted(r.values(0))
	}
	return r.values(0)
}

// instructions are the words between "external ID" and the value in a sentence
// that tells people what to do: choose Require external ID and enter "…".
var instructions = set("and", "then", "enter", "use", "type", "paste", "provide", "input", "specify", "set", "the", "value",
	"following", "it", "to", "with", "field", "box", "in", "this", "your", "our")

// instruction skips such words and reports whether there were any.
func (r *reader) instruction() bool {
	found := false
	for range 8 {
		save := r.i
		for r.skip("*") || r.skip(",") || r.skip(":") || r.spaces() {
			continue
		}
		if !instructions[strings.ToLower(r.word())] {
			r.i = save
			break
		}
		found = true
	}
	for r.skip("*") || r.skip(":") || r.spaces() {
		continue
	}
	return found
}

// tagEnd skips an HTML tag.
func (r *reader) tagEnd() bool {
	if !r.at("<") {
		return false
	}
	end := bytes.IndexByte(r.text[r.i:min(r.limit, r.i+80)], '>')
	if end < 0 {
		return false
	}
	r.i += end + 1
	return true
}

// wrappers are functions that hand on the literal they are given.
var wrappers = set("string", "str", "ptr", "stringptr", "toptr", "of", "from", "valueof", "some", "jsii", "list",
	"aslist", "listof", "tolist", "stringslice", "create", "output", "stringarray", "array", "pointer", "stringvalue", "sub", "secret")

// values reads the literal, list of literals or block that starts here.
func (r *reader) values(depth int) []value {
	if depth > 4 {
		return nil
	}
	nameAt := r.i
	onNewLine := r.spacesAndLines()
	switch {
	case r.i >= r.limit:
		return nil
	case onNewLine && r.at("- "):
		return r.yamlList()
	case onNewLine:
		return r.nextLine(nameAt)
	case r.skip("["):
		return r.list(depth)
	case r.at("{"):
		return r.block(r.limit)
	}
	r.stringPrefix()
	if q := r.quote(); q != "" {
		if v, ok := r.literal(q); ok {
			return []value{v}
		}
		return nil
	}
	if r.call() {
		return quoted(r.values(depth + 1))
	}
	return r.bare()
}

// list reads literals up to the closing bracket.
func (r *reader) list(depth int) []value {
	var all []value
	for range maxItems {
		for r.spacesAndLines() || r.skip(",") || r.skip(" ") {
			continue
		}
		r.stringPrefix()
		q := r.quote()
		if q == "" {
			if r.call() {
				all = append(all, quoted(r.values(depth+1))...)
			}
			return all
		}
		v, ok := r.literal(q)
		if !ok {
			return all
		}
		all = append(all, v)
		r.spaces()
		if !r.at(",") && !r.at("\n") && !r.at("\r") {
			return all
		}
	}
	return all
}

// yamlList reads "- value" lines.
func (r *reader) yamlList() []value {
	var all []value
	for range maxItems {
		if !r.skip("- ") {
			return all
		}
		r.spaces()
		if q := r.quote(); q != "" {
			v, ok := r.literal(q)
			if !ok {
				return all
			}
			all = append(all, v)
		} else {
			all = append(all, r.bare()...)
		}
		for r.i < r.limit && r.text[r.i] != '\n' {
			r.i++
		}
		r.spacesAndLines()
	}
	return all
}

// nextLine reads a literal that a formatter moved to the next line, or the
// block that stands there further to the right than the line of the name.
func (r *reader) nextLine(nameAt int) []value {
	save := r.i
	if q := r.quote(); q != "" {
		if v, ok := r.literal(q); ok && !r.at(":") {
			return []value{v}
		}
	}
	r.i = save
	outer := indent(r.text, nameAt)
	if indent(r.text, r.i) <= outer {
		return nil
	}
	end := r.i
	for end < r.limit {
		if r.text[end] == '\n' && end+1 < r.limit && indent(r.text, end+1) <= outer {
			break
		}
		end++
	}
	return r.block(end)
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

// block reads the default in a declaration that ends before limit:
//
//	variable "external_id" { default = "…" }
//	ExternalId: {Type: String, Default: …}
func (r *reader) block(limit int) []value {
	if end := bytes.IndexByte(r.text[r.i:limit], '}'); end >= 0 {
		limit = r.i + end
	}
	return valueOfKey(r.text, r.i, min(limit, r.i+400), set("default"))
}

// siblings reads the literal of a name that is itself a value:
//
//	variable = "sts:ExternalId"   values = ["…"]
//	ParameterKey=ExternalId,ParameterValue=…
//	{"name": "EXTERNAL_ID", "value": "…"}
func siblings(text []byte, n name) []value {
	keyEnd := n.start - len(n.quote)
	for keyEnd > 0 && (text[keyEnd-1] == ' ' || text[keyEnd-1] == '=' || text[keyEnd-1] == ':') {
		keyEnd--
	}
	if keyEnd == n.start-len(n.quote) {
		return nil
	}
	if q := quoteBefore(text, keyEnd); q != "" {
		keyEnd -= len(q)
	}
	keyStart := keyEnd
	for keyStart > 0 && notation.IsWord(text[keyStart-1]) {
		keyStart--
	}
	var want map[string]bool
	switch strings.ToLower(string(text[keyStart:keyEnd])) {
	case "variable":
		want = set("values")
	case "parameterkey", "parameter_key":
		want = set("parametervalue", "parameter_value")
	case "name", "key":
		want = set("value", "default")
	default:
		return nil
	}
	from, to := max(0, keyStart-200), min(len(text), n.end+200)
	if i := bytes.LastIndexByte(text[from:keyStart], '{'); i >= 0 {
		from += i
	} else {
		from = keyStart
	}
	if i := bytes.IndexByte(text[n.end:to], '}'); i >= 0 {
		to = n.end + i
	}
	return valueOfKey(text, from, to, want)
}

// valueOfKey reads the literal assigned to the first of the wanted keys within
// text[from:to].
func valueOfKey(text []byte, from, to int, want map[string]bool) []value {
	for i := from; i < to; {
		if !notation.IsWord(text[i]) {
			i++
			continue
		}
		start := i
		for i < to && notation.IsWord(text[i]) {
			i++
		}
		if i-start > 16 || !want[strings.ToLower(string(text[start:i]))] {
			continue
		}
		r := &reader{text, i, min(len(text), i+reach)}
		if q := quoteBefore(text, start); q != "" {
			r.skip(q)
		}
		r.spaces()
		if !r.skip("=") && !r.skip(":") {
			continue
		}
		return r.values(3)
	}
	return nil
}

// call reads the opening of a call that hands on its argument.
func (r *reader) call() bool {
	i := r.i
	for i < r.limit && (notation.IsWord(r.text[i]) || r.text[i] == '.' || r.text[i] == ':') {
		i++
	}
	function := strings.ToLower(string(r.text[r.i:i]))
	if cut := strings.LastIndexAny(function, ".:"); cut >= 0 {
		function = function[cut+1:]
	}
	if i >= r.limit || !wrappers[function] {
		return false
	}
	switch r.text[i] {
	case '(', '[', '{':
		r.i = i + 1
		return true
	}
	return false
}

// literal reads the string that the quote q opens.
func (r *reader) literal(q string) (value, bool) {
	start := r.i + len(q)
	end := bytes.Index(r.text[start:min(len(r.text), start+maxValue+len(q))], []byte(q))
	if end <= 0 || bytes.IndexByte(r.text[start:start+end], '\n') >= 0 {
		return value{}, false
	}
	r.i = start + end + len(q)
	if r.joined() {
		return value{}, false // the beginning of a value, which another piece follows
	}
	return value{start: start, end: start + end, text: unescape(r.text[start : start+end])}, true
}

// joined reports whether another piece is joined to the literal before: "acme-" + id.
func (r *reader) joined() bool {
	save := r.i
	defer func() { r.i = save }()
	r.spaces()
	return r.at("+ ") || r.at("+=") || r.at("..") || r.at(". $") || r.at("% ")
}

// bare reads a value without quotes up to the end of its word.
func (r *reader) bare() []value {
	start := r.i
	for r.i < r.limit && r.i-start <= maxValue && inValue(r.text[r.i]) && !r.at("%22") && !r.at("%26") && !r.at("%27") {
		r.i++
	}
	end := r.i
	for end > start && strings.IndexByte(",.;:", r.text[end-1]) >= 0 {
		end--
	}
	if end == start || r.at("(") || r.at("[") || r.at("{") || r.at("$") || r.at("\\") && !r.at(`\n`) {
		return nil // a call, an index, a piece of a template
	}
	v := value{start: start, end: end, text: unescape(r.text[start:end]), bare: true}
	v.alone = end == r.i && (r.i >= len(r.text) || r.at("\n") || r.at("\r") || r.at(" #") || r.at("<") || r.at("&"))
	return []value{v}
}

// inValue reports whether a byte may stand in an External ID without quotes, or in
// its encoding for a URL. A comma may too, but mostly ends it: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
func inValue(c byte) bool { return notation.IsWord(c) || strings.IndexByte("+=.@:/-%", c) >= 0 }

func unescape(raw []byte) string {
	s := strings.ReplaceAll(string(raw), `\/`, "/")
	if strings.Contains(s, "%") {
		if decoded, err := url.PathUnescape(s); err == nil {
			return decoded
		}
	}
	return s
}

func quoted(all []value) []value {
	for i, v := range all {
		if v.bare {
			return all[:i]
		}
	}
	return all
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

// quotes are the ways in which a quotation mark is written, each before those
// that it ends with.
var quotes = []string{`\\\"`, `\"`, `\'`, `\u0022`, `\u0027`, "&quot;", "&#34;", "&#39;", "%22", "%27", `"`, `'`, "`"}

func (r *reader) quote() string {
	for _, q := range quotes {
		if r.at(q) {
			return q
		}
	}
	return ""
}

func quoteBefore(text []byte, i int) string {
	for _, q := range quotes {
		if bytes.HasSuffix(text[:i], []byte(q)) {
			return q
		}
	}
	return ""
}

// stringPrefix skips what some languages put in front of a string.
func (r *reader) stringPrefix() {
	save := r.i
	for range 2 {
		if r.i < r.limit && strings.IndexByte("fFrRbBuU$@", r.text[r.i]) >= 0 {
			r.i++
		}
	}
	if r.i > save && r.quote() == "" {
		r.i = save
		if r.i+1 < r.limit && strings.IndexByte("fFrRbBuU$@", r.text[r.i]) >= 0 {
			r.i++
			if r.quote() == "" {
				r.i = save
			}
		}
	}
}

func (r *reader) at(s string) bool {
	return r.i < r.limit && bytes.HasPrefix(r.text[r.i:], []byte(s))
}

func (r *reader) skip(s string) bool {
	if s == "" || !r.at(s) {
		return false
	}
	r.i += len(s)
	return true
}

// spaces skips blanks within a line and reports whether there were any.
func (r *reader) spaces() bool {
	start := r.i
	for r.skip(" ") || r.skip("\t") || r.skip("%20") {
		continue
	}
	return r.i > start
}

// spacesAndLines skips blanks and line breaks, those written as escapes too,
// and reports whether there was a line break.
func (r *reader) spacesAndLines() bool {
	lines := false
	for {
		switch {
		case r.spaces():
		case r.skip("\n"), r.skip("\r"), r.skip(`\n`), r.skip(`\r`):
			lines = true
		default:
			return lines
		}
	}
}

func (r *reader) word() string {
	start := r.i
	for r.i < r.limit && notation.IsWord(r.text[r.i]) {
		r.i++
	}
	return string(r.text[start:r.i])
}
