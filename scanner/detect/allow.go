package detect

import (
	"bytes"

	"github.com/deputy-sec/deputy/internal/allowmark"
)

// maxMarksAbove is how many marks above each other are read: as many as anybody writes.
const maxMarksAbove = 8

// permission is what the marks about a match say.
type permission struct {
	ok       bool
	problem  string // why a mark that stands there does not count, "" if none does
	from, to int    // what was looked at; a bound outside of the text means that its edge counts
}

// permits reads the marks about the match at text[start:end] for a rule: in its line, and
// alone in the lines right above it.
func permits(text []byte, start, end int, rule string) permission {
	lineStart := bytes.LastIndexByte(text[:start], '\n') + 1
	lineEnd := len(text)
	if i := bytes.IndexByte(text[end:], '\n'); i >= 0 {
		lineEnd = end + i
	}
	// One byte more on each side: it is what ends the line.
	p := permission{from: lineStart - 1, to: lineEnd + 1}
	if m, ok := allowmark.Parse(text[lineStart:lineEnd]); ok && p.take(m, rule) {
		return p
	}
	for range maxMarksAbove {
		if lineStart == 0 {
			return p
		}
		aboveStart := bytes.LastIndexByte(text[:lineStart-1], '\n') + 1
		p.from = aboveStart - 1
		m, ok := allowmark.Parse(text[aboveStart : lineStart-1])
		if !ok || !m.Alone || p.take(m, rule) {
			return p
		}
		lineStart = aboveStart
	}
	return p
}

// take reports whether a mark permits the rule, and keeps why it does not.
func (p *permission) take(m allowmark.Mark, rule string) bool {
	if p.ok = m.Allows(rule); p.ok {
		p.problem = ""
	} else if p.problem == "" {
		p.problem = m.Problem(rule)
	}
	return p.ok
}
