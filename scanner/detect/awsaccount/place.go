package awsaccount

import (
	"bytes"

	"github.com/deputy-sec/deputy/scanner/detect"
)

// How much text the first, cheap look takes: the rest of the line and of the
// token, as a rule.
const (
	nearBefore = 512
	nearAfter  = 256
)

// place is what stands around a candidate, in plain text (see plainText).
type place struct {
	candidate
	before, after []byte // up to and from the digits
	line          []byte // the part of before in the digits' line
	rest          []byte // the part of after in the digits' line
	head, tail    []byte // of the token that the digits are part of
}

// placeOf cuts the surroundings of c out of the window, at most before and after bytes.
func placeOf(w *detect.Window, c candidate, before, after int) *place {
	p := &place{candidate: c}
	p.before = plainText(w.Text[max(0, c.start-before):c.start])
	p.after = plainText(w.Text[c.end:min(len(w.Text), c.end+after)])
	p.line = lastLine(p.before)
	p.rest, _, _ = bytes.Cut(p.after, newline)
	p.head = p.line[tokenStart(p.line):]
	p.tail = p.rest[:tokenEnd(p.rest)]
	return p
}

var newline = []byte{'\n'}

func lastLine(text []byte) []byte { return text[bytes.LastIndexByte(text, '\n')+1:] }

// prev returns the byte n before the digits, 0 where there is none.
func (p *place) prev(n int) byte {
	if n > len(p.before) {
		return 0
	}
	return p.before[len(p.before)-n]
}

// next returns the byte n behind the digits (the first is 1), 0 where there is none.
func (p *place) next(n int) byte {
	if n > len(p.after) {
		return 0
	}
	return p.after[n-1]
}

// quoted says whether the digits alone are a string: "…", '…' or `…`.
func (p *place) quoted() bool {
	q := p.prev(1)
	return (q == '"' || q == '\'' || q == '`') && p.next(1) == q
}

// scalar says whether the digits are all that stands behind a colon, an equals
// sign or the dash of a list.
func (p *place) scalar() bool {
	before := bytes.TrimRight(p.line, " \t")
	if len(before) == 0 || len(before) == len(p.line) && before[len(before)-1] != '=' {
		return false
	}
	switch before[len(before)-1] {
	case ':', '=', '-':
		return len(bytes.TrimSpace(p.rest)) == 0 || p.rest[0] == ',' || p.rest[0] == ';' || bytes.HasPrefix(p.rest, []byte(" #"))
	}
	return false
}

// separates says whether c ends a token: a path, a URL, an ARN, a host name.
func separates(c byte) bool {
	switch c {
	case ' ', '\t', '\n', '"', '\'', '`', '<', '>', '(', ')', '[', ']', '{', '}', ',', ';', '|':
		return true
	}
	return false
}

// tokenStart returns where the token at the end of line begins. A reference in
// the token, ${AWS::Region} or {region}, is part of it.
func tokenStart(line []byte) int {
	i := len(line)
	for i > 0 {
		c := line[i-1]
		if c == '}' {
			open := bytes.LastIndexByte(line[:i], '{')
			if open < 0 || i-open > 40 || bytes.ContainsAny(line[open:i], " \"'") {
				return i
			}
			i = open
			continue
		}
		if separates(c) {
			return i
		}
		i--
	}
	return 0
}

func tokenEnd(rest []byte) int {
	for i, c := range rest {
		if separates(c) {
			return i
		}
	}
	return len(rest)
}
