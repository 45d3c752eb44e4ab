package notation

import (
	"bytes"
	"strings"
)

// Reader walks over a text; each of its methods passes over one thing if it stands there, and
// reports whether it did. What lies behind its limit is not looked at.
type Reader struct {
	text  []byte
	at    int
	limit int
	short bool // more text might have changed something
}

// NewReader reads text[at:limit]. What text holds behind the limit counts where a literal ends
// there only.
func NewReader(text []byte, at, limit int) *Reader {
	return &Reader{text: text, at: at, limit: min(len(text), limit)}
}

// Offset returns where in the text the reader stands.
func (r *Reader) Offset() int { return r.at }

// Seek moves the reader to another place.
func (r *Reader) Seek(at int) { r.at = at }

// Rest returns what the reader may still look at.
func (r *Reader) Rest() []byte { return r.text[min(r.at, r.limit):r.limit] }

// ends reports whether fewer than n bytes are left.
func (r *Reader) ends(n int) bool {
	if r.at+n <= r.limit {
		return false
	}
	r.short = true
	return true
}

// At reports whether a literal stands here.
func (r *Reader) At(literal string) bool {
	return !r.ends(len(literal)) && string(r.text[r.at:r.at+len(literal)]) == literal
}

// Skip passes over the first of the literals that stands here.
func (r *Reader) Skip(literals ...string) bool {
	for _, l := range literals {
		if l != "" && r.At(l) {
			r.at += len(l)
			return true
		}
	}
	return false
}

// oneOf is a list of literals that is skipped by its first bytes: nearly always
// none of them stands there.
type oneOf struct {
	literals []string
	first    [256]bool
}

func anyOf(literals ...string) *oneOf {
	o := &oneOf{literals: literals}
	for _, l := range literals {
		o.first[l[0]] = true
	}
	return o
}

func (r *Reader) skipOne(o *oneOf) bool {
	return !r.ends(1) && o.first[r.text[r.at]] && r.Skip(o.literals...)
}

// Spaces passes over blanks within a line, those of a URL too.
func (r *Reader) Spaces() bool {
	from := r.at
	for !r.ends(1) {
		switch c := r.text[r.at]; {
		case c == ' ' || c == '\t':
			r.at++
		case c == '%' && r.At("%20"):
			r.at += len("%20")
		default:
			return r.at > from
		}
	}
	return r.at > from
}

// SpacesAndLines passes over blanks and line breaks, those written as escapes too, and reports
// whether there was a line break.
func (r *Reader) SpacesAndLines() bool {
	lines := false
	for {
		switch {
		case r.Spaces():
		case r.Skip("\n", "\r", `\n`, `\r`):
			lines = true
		default:
			return lines
		}
	}
}

// Word passes over a word and returns it, "" if none begins here.
func (r *Reader) Word() string {
	from := r.at
	for r.at < r.limit && IsWord(r.text[r.at]) {
		r.at++
	}
	return string(r.text[from:r.at])
}

var (
	plainQuotes   = anyOf(`"`, `'`, "`", "u0022", "u0027")
	encodedQuotes = anyOf("&quot;", "&#34;", "&#39;", "&apos;", "%22", "%27", "“", "”", "‘", "’")
)

// closing are the quotes that end with another one.
var closing = map[string]string{"“": "”", "‘": "’"}

// quote passes over one quote, however it is escaped.
func (r *Reader) quote() bool {
	from := r.at
	for !r.ends(1) && r.text[r.at] == '\\' {
		r.at++
	}
	if r.skipOne(plainQuotes) {
		return true
	}
	r.at = from
	return r.skipOne(encodedQuotes)
}

// quotes passes over all quotes that follow each other: **`name`**, """x""".
func (r *Reader) quotes() bool {
	any := false
	for r.quote() || r.Skip("**") {
		any = true
	}
	return any
}

// Quote returns the quote that stands here, however it is escaped, "" if there is none.
func (r *Reader) Quote() string {
	from := r.at
	defer func() { r.at = from }()
	if !r.quote() || r.text[from] == 'u' {
		return ""
	}
	return string(r.text[from:r.at])
}

// QuoteBefore returns the quote that ends before text[at], however it is escaped, "" if there
// is none.
func QuoteBefore(text []byte, at int) string {
	for _, quotes := range [...]*oneOf{plainQuotes, encodedQuotes} {
		for _, q := range quotes.literals {
			if !bytes.HasSuffix(text[:at], []byte(q)) {
				continue
			}
			start := at - len(q)
			if quotes == plainQuotes {
				for start > 0 && text[start-1] == '\\' {
					start--
				}
			}
			if text[start] != 'u' {
				return string(text[start:at])
			}
		}
	}
	return ""
}

// stringPrefix passes over the letters that some languages put in front of a string.
func (r *Reader) stringPrefix() {
	from := r.at
	for n := 2; n > 0; n-- {
		r.at = from
		for range n {
			if r.at < r.limit && strings.IndexByte("fFrRbBuU$@", r.text[r.at]) >= 0 {
				r.at++
			}
		}
		if r.Quote() != "" {
			return
		}
	}
	r.at = from
}
