package notation

import (
	"bytes"

	"github.com/deputy-sec/deputy/scanner/detect"
)

// Value is where a text gives something to a name.
type Value struct {
	Start  int  // of the value, behind its opening quote
	Quoted bool // an opening quote stands before it
	Flag   bool // it follows the name by nothing but spaces: --project x
	Call   bool // it is the argument of a call that makes the value: pointer.String("x")
	Next   bool // it is the argument behind a quoted name: setenv("NAME", "x")
	// Fallback says that it stands for a value that may come from elsewhere:
	// process.env.NAME || "x", ${NAME:-x}, getenv("NAME", "x")
	Fallback bool
}

// Reach bounds how far behind its name a value begins, in bytes.
const Reach = 200

// ValueOf finds where the value begins that is given to the name ending at
// text[at]. It passes over the name's closing quote, an operator, a declared
// type, an opening quote, and over what stands between name and value in
//
//	name: AZURE_TENANT_ID        variable "tenant_id" {          <key>API_KEY</key>
//	value: x                       default = "x"                 <string>x</string>
//
//	process.env.API_KEY || "x"   apiKey = getenv("K", "x")       key: ${API_KEY:-x}
//
// Escapes of quotes (\" &quot; %22) are quotes.
func ValueOf(text []byte, at int) (Value, bool) {
	v, _, ok := valueWithin(text, at, Reach)
	return v, ok
}

// usualReach is enough for nearly all.
const usualReach = 40

// valueWithin is ValueOf for a shorter reach. short reports whether a longer one might have
// found something else.
func valueWithin(text []byte, at, reach int) (v Value, short, ok bool) {
	r := NewReader(text, at, at+reach)
	v, ok = r.value()
	return v, r.short, ok
}

func (r *Reader) value() (Value, bool) {
	named := r.quotes()
	r.brackets()
	spaces := r.Spaces()
	next := false
	switch {
	case r.elements():
		return Value{Quoted: true, Start: r.at}, !r.ends(1)
	case r.otherwise():
		return Value{Quoted: true, Fallback: true, Start: r.at}, !r.ends(1)
	case named && r.block():
	case r.indirect(spaces):
	case named && r.Skip(","):
		next = true
	case r.operator():
	case spaces && !named && r.declared():
	case spaces && !named:
		v := Value{Flag: true, Quoted: r.quotes(), Start: r.at}
		return v, !r.ends(1) && r.text[r.at] != '\n'
	default:
		return Value{}, false
	}
	r.Spaces()
	if r.declared() {
		r.Spaces()
	}
	if v, ok := r.fallback(); ok {
		return v, !r.ends(1)
	}
	v := Value{Next: next, Call: r.call()}
	v.Quoted = r.opening()
	v.Start = r.at
	return v, !r.ends(1)
}

// opening passes over the quotes before a value, with the letter that some
// languages put there: f"x", b'x'.
func (r *Reader) opening() bool {
	from := r.at
	r.Skip("!!str ", "<")
	r.Skip("rb", "br", "f", "r", "b", "u", "L", "@", "$")
	if r.quotes() {
		return true
	}
	r.at = from
	return false
}

var operators = anyOf(":=", "?=", "+=", ".=", ":-", "=>", "->", "=", ":", "|", "%3D", "%3d", "%3A", "%3a", "&#61;", `\u003d`, `\u003D`, ">")

// brackets closes what a name may stand in: env["NAME"] = x, {{NAME}}=x.
func (r *Reader) brackets() {
	for r.Skip("]", ")") {
	}
}

// operator passes over what gives a value to a name.
func (r *Reader) operator() bool {
	if r.Skip("==", "!=", "://") {
		return false
	}
	return r.skipOne(operators)
}

// elements passes over the end of the element that holds a name and the start of
// the next one, which holds its value: property lists and Hadoop's configuration.
func (r *Reader) elements() bool {
	from := r.at
	if r.Skip("</") && r.tagName() && r.blank() && r.Skip("<") && r.tagName() {
		return true
	}
	r.at = from
	return false
}

// tagName passes over the rest of a tag without attributes.
func (r *Reader) tagName() bool {
	from := r.at
	for !r.ends(1) && IsWord(r.text[r.at]) {
		r.at++
	}
	return r.at > from && r.Skip(">")
}

// maySpace passes over spaces; there may be none.
func (r *Reader) maySpace() bool {
	r.Spaces()
	return true
}

// blank passes over spaces and line breaks; there may be none.
func (r *Reader) blank() bool {
	for r.Spaces() || r.Skip("\n", "\r") {
	}
	return true
}

// joints stand between an expression that may have no value and the literal that is taken
// then, in the languages that have one.
var joints = anyOf("||", "??", "?:", "or ", "| default ", "|default ", "| default(", "|default(", ".unwrap_or(", ".getOrElse(", ".orElse(", ".getOrDefault(")

// otherwise passes over such a joint and the quote of the literal behind it.
func (r *Reader) otherwise() bool {
	from := r.at
	if r.skipOne(joints) && r.maySpace() && r.quote() {
		return true
	}
	r.at = from
	return false
}

// fallback passes over an expression that may have no value, up to the literal that is taken
// then: process.env.NAME || "x", os.getenv("NAME", "x"), ${NAME:-x}.
func (r *Reader) fallback() (Value, bool) {
	from, short := r.at, r.short
	if v, ok := r.reference(); ok {
		return v, true
	}
	r.at, r.short = from, short
	if !r.path() || r.at == r.limit { // a value as long as that is none of these
		r.at, r.short = from, short
		return Value{}, false
	}
	inCall := false
	for r.argument() {
		inCall = true
	}
	if inCall && r.Skip(",") && r.blank() && r.quote() { // the second argument
		return Value{Quoted: true, Fallback: true, Start: r.at}, true
	}
	r.Skip(")", "]")
	for r.Skip("()", ")", "]", "!") {
	}
	r.blank()
	if r.otherwise() {
		return Value{Quoted: true, Fallback: true, Start: r.at}, true
	}
	r.at = from
	return Value{}, false
}

// reference passes over ${NAME:-x and ${name:x, as shells and Spring write it, with the quote
// before it.
func (r *Reader) reference() (Value, bool) {
	quoted := r.quotes()
	if !r.Skip("${") {
		return Value{}, false
	}
	name := r.at
	if !r.path() {
		return Value{}, false
	}
	// A plain word in front of a colon says where the value lies: ${env:NAME}, ${aws:userid}.
	where := Run(r.text, name, r.at-name, IsLower) == r.at
	if !r.Skip(":-", ":=") && (where || !r.Skip(":")) {
		return Value{}, false
	}
	return Value{Quoted: quoted || r.quotes(), Fallback: true, Start: r.at}, true
}

// path passes over a name with those of what it belongs to: process.env.NAME, $_ENV, Foo::bar.
func (r *Reader) path() bool {
	from := r.at
	for {
		switch {
		case r.Skip("::", "?.", "->"):
		case !r.ends(1) && (isNamePart(r.text[r.at]) || r.text[r.at] == '$'):
			r.at++
		default:
			return r.at > from && !IsDigit(r.text[from])
		}
	}
}

// argument passes over the parenthesis or bracket of a call or an index and the quoted or
// plain name in it: ("NAME", ['NAME'.
func (r *Reader) argument() bool {
	from := r.at
	if !r.Skip("(", "[") {
		return false
	}
	r.blank()
	quoted := r.quote()
	for !r.ends(1) && isNamePart(r.text[r.at]) {
		r.at++
	}
	if quoted && !r.quote() {
		r.at = from
		return false
	}
	return true
}

// types are the declared types that stand between a name and its value.
var types = anyOf("string", "String", "str", "*string", "const", "char*", "[]byte", "Optional[str]", "STRING", "guid", "Guid")

// declared passes over a type and the operator behind it: tenantID string = "x".
func (r *Reader) declared() bool {
	if r.ends(1) || !types.first[r.text[r.at]] {
		return false
	}
	from := r.at
	for _, t := range types.literals {
		r.at = from
		if r.Skip(t) && r.maySpace() && r.Skip(":=", "=") {
			return true
		}
	}
	r.at = from
	return false
}

// indirect passes over the key that holds the value of what was named before
// it: name: X, value: y; <add key="X" value="y"/>. apart reports whether spaces
// already were between the two.
func (r *Reader) indirect(apart bool) bool {
	from := r.at
	for !r.ends(1) && bytes.IndexByte([]byte(" \t\r\n,;-"), r.text[r.at]) >= 0 {
		r.at++
	}
	apart = apart || r.at > from
	for r.quote() {
	}
	if apart && r.Skip("value", "Value", "VALUE", "default", "defaultValue") {
		for r.quote() {
		}
		r.Spaces()
		if r.operator() {
			return true
		}
	}
	r.at = from
	return false
}

// block passes from the name of a block to its default, unless another block
// begins before: variable "x" { default = "y" }.
func (r *Reader) block() bool {
	from := r.at
	r.Skip(":")
	r.Spaces()
	if r.Skip("{") {
		body := r.Rest()
		r.short = true // it is looked through as far as it goes
		if end := bytes.IndexByte(body, '}'); end >= 0 {
			body = body[:end]
		}
		for _, word := range [...]string{"default", "defaultValue", "value"} {
			if i := bytes.Index(body, []byte(word)); i >= 0 && bytes.IndexByte(body[:i], '{') < 0 {
				r.at += i + len(word)
				for r.quote() {
				}
				r.Spaces()
				if r.operator() {
					return true
				}
				break
			}
		}
	}
	r.at = from
	return false
}

// BlockUnder returns where the block begins that the name before text[at] heads, or the
// arguments of the call that it is, and whether the block's lines are known by their
// indentation alone:
//
//	datadog:            [datadog]              "datadog": {          ElevenLabs(
//	  apiKey: …         api_key = …              "apiKey": "…"         api_key="…")
func BlockUnder(text []byte, at int) (start int, indented, ok bool) {
	r := NewReader(text, at, len(text))
	r.quote()
	r.Spaces()
	switch {
	case r.Skip("("):
		r.lineEnd()
		return r.at, false, true
	case r.Skip("]"):
	case r.Skip(":", "=>", "="):
		indented = true
		r.Spaces()
		if r.Skip("{") {
			r.lineEnd()
			return r.at, false, true
		}
	case r.Skip("{"):
		r.lineEnd()
		return r.at, false, true
	default:
		return 0, false, false
	}
	r.Spaces()
	return r.at, indented, r.lineEnd()
}

func (r *Reader) lineEnd() bool { return r.Skip("\r\n", "\n") }

// call passes over calls around a value: to.StringPtr("x"), cty.StringVal("x").
func (r *Reader) call() bool {
	from := r.at
	for !r.ends(1) && (IsWord(r.text[r.at]) || bytes.IndexByte([]byte(".&*:"), r.text[r.at]) >= 0) {
		r.at++
	}
	if r.at > from && r.Skip("(") {
		inner := r.at
		if r.quote() {
			r.at = inner
			return true
		}
	}
	r.at = from
	return false
}

// Assignment is a name with the value that is given to it.
type Assignment struct {
	Value
	Name               string
	Plain              string // see [Plain]
	NameStart, NameEnd int
}

// Moved is the assignment in a text that has moved by so many bytes.
func (a Assignment) Moved(by int) Assignment {
	a.Start, a.NameStart, a.NameEnd = a.Start+by, a.NameStart+by, a.NameEnd+by
	return a
}

// valueShown is how much of a value AssignedIn hands out at least.
const valueShown = 100

// AssignedIn reads the name that the trigger of a window is part of, and finds its value.
// What only stands behind a name, with nothing but spaces between, is a value if
// the name is a flag's: --project x, -TenantId x.
func AssignedIn(w *detect.Window) (a Assignment, ok bool) {
	w.Look(maxName+8, 0) // what stands before a name belongs to it if it is an escape
	w.Run(w.End, maxName, nameParts)
	a.NameStart, a.NameEnd = Name(w.Text, w.Start, w.End)
	if fragment(w.Text, a.NameStart) {
		return a, false
	}
	var short bool
	for _, reach := range [...]int{usualReach, Reach} {
		w.Look(0, a.NameEnd+reach-w.End)
		if a.Value, short, ok = valueWithin(w.Text, a.NameEnd, reach); !short {
			break
		}
	}
	name := w.Text[a.NameStart:a.NameEnd]
	if !ok || a.Flag && name[0] != '-' {
		return a, false
	}
	w.Look(0, a.Start+valueShown-w.End)
	a.Name, a.Plain = string(name), Plain(name)
	return a, true
}

// fragment reports whether the word at text[i] is a place in a page that a link
// leads to, (#new-project:billing), and not a name behind the # of a comment.
func fragment(text []byte, i int) bool {
	return i >= 2 && text[i-1] == '#' && bytes.IndexByte([]byte("([<\"'/="), text[i-2]) >= 0
}
