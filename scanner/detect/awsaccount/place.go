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
	before, after []byte // up to and from the digits, within the line of the text that holds them
	line, rest    []byte // the parts of these in the digits' line: an escaped line break ends one, too
	head, tail    []byte // of the token that the digits are part of
	arn           arn    // that reaches up to the digits

	w            *detect.Window
	survey       *survey
	from, to     int // in the window's text: before and after
	above, below neighbours
}

// forget makes the place none, with the room of this one.
func (p *place) forget() {
	clear(p.above.parts)
	clear(p.below.parts)
	*p = place{above: neighbours{parts: p.above.parts[:0]}, below: neighbours{parts: p.below.parts[:0]}}
}

// moved says that the window's text has moved by so many bytes.
func (p *place) moved(by int) {
	p.candidate = p.candidate.moved(by)
	p.from, p.to = p.from+by, p.to+by
}

// look cuts the surroundings of c out of the window, at most before and after bytes.
func (p *place) look(w *detect.Window, c candidate, before, after int) {
	*p = place{candidate: c, w: w, above: neighbours{parts: p.above.parts[:0]}, below: neighbours{parts: p.below.parts[:0]}}
	p.from = max(0, c.start-before)
	p.from += bytes.LastIndexByte(w.Text[p.from:c.start], '\n') + 1
	p.to = min(len(w.Text), c.end+after)
	if i := bytes.IndexByte(w.Text[c.end:p.to], '\n'); i >= 0 {
		p.to = c.end + i
	}
	p.before = plainText(w.Text[p.from:c.start])
	p.after = plainText(w.Text[c.end:p.to])
	p.line = lastLine(p.before)
	p.rest, _, _ = bytes.Cut(p.after, newline)
	p.head = p.line[tokenStart(p.line):]
	p.tail = p.rest[:tokenEnd(p.rest)]
}

var newline = []byte{'\n'}

func lastLine(text []byte) []byte { return text[bytes.LastIndexByte(text, '\n')+1:] }

// How much text the wide look takes behind the digits; before them it takes all.
const wideAfter = 2 << 10

// widen adds the lines above and below, and what the near look cut of the
// digits' own.
func (p *place) widen(s *survey) {
	w := p.w
	cutBefore := p.from > 0 && w.Text[p.from-1] != '\n'
	cutAfter := p.to < len(w.Text) && w.Text[p.to] != '\n'
	if cutBefore || cutAfter {
		p.look(w, p.candidate, detect.Before, wideAfter)
	}
	s.cover(w)
	p.survey = s
	p.above.index, p.above.edge = s.lineFrom(w.Offset()+p.from)-1, p.from
	p.below.index, p.below.edge = s.lineFrom(w.Offset()+p.to+1), p.to
	if own := p.before[:len(p.before)-len(p.line)]; len(own) > 0 {
		p.above.takeUp(partsOf(own[:len(own)-1]))
	}
	if own := p.after[len(p.rest):]; len(own) > 0 {
		p.below.takeDown(partsOf(own[1:]))
	}
}

// neighbours are the lines above or below the digits, the nearest first. They are
// taken one by one, as they are asked for.
type neighbours struct {
	parts []*part
	index int     // of the next line in the survey
	edge  int     // in the window's text: where the last line taken begins, or ends for those below
	cut   [1]part // the line that the end of the look cuts
}

func (n *neighbours) takeUp(parts []part) {
	for i := len(parts) - 1; i >= 0; i-- {
		n.parts = append(n.parts, &parts[i])
	}
}

func (n *neighbours) takeDown(parts []part) {
	for i := range parts {
		n.parts = append(n.parts, &parts[i])
	}
}

// cutParts returns the lines in text that is a part of a line.
func (n *neighbours) cutParts(text []byte) []part {
	text = plainText(text)
	if bytes.IndexByte(text, '\n') >= 0 {
		return partsOf(text)
	}
	n.cut[0] = newPart(text)
	return n.cut[:]
}

// up returns the i-th line above the digits, nil if there is none in reach.
func (p *place) up(i int) *part {
	n := &p.above
	low := max(0, p.start-detect.Before)
	for i >= len(n.parts) {
		end := n.edge - 1
		if end < low {
			return nil
		}
		if n.index >= 0 && p.survey.lines[n.index].from >= p.w.Offset()+low {
			l := &p.survey.lines[n.index]
			n.takeUp(l.parts(p.w))
			n.index, n.edge = n.index-1, l.from-p.w.Offset()
			continue
		}
		n.takeUp(n.cutParts(p.w.Text[low:end]))
		n.edge = low
	}
	return n.parts[i]
}

// down returns the i-th line below the digits, nil if there is none in reach.
func (p *place) down(i int) *part {
	n := &p.below
	high := min(len(p.w.Text), p.end+wideAfter)
	for i >= len(n.parts) {
		start := n.edge + 1
		if start >= high {
			return nil
		}
		if n.index < len(p.survey.lines) && p.survey.lines[n.index].to <= p.w.Offset()+high {
			l := &p.survey.lines[n.index]
			n.takeDown(l.parts(p.w))
			n.index, n.edge = n.index+1, l.to-p.w.Offset()
			continue
		}
		n.takeDown(n.cutParts(p.w.Text[start:high]))
		n.edge = high
	}
	return n.parts[i]
}

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

// quoted reports whether the digits alone are a string: "…", '…' or `…`.
func (p *place) quoted() bool {
	q := p.prev(1)
	return (q == '"' || q == '\'' || q == '`') && p.next(1) == q
}

// scalar reports whether the digits are all that stands behind a colon, an equals
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

// separates reports whether c ends a token: a path, a URL, an ARN, a host name.
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
