package awsaccount

import (
	"bytes"

	"github.com/deputy-sec/deputy/scanner/detect"
)

// maxRepeats bounds how many places of the same digits are looked at.
const maxRepeats = 8

// repeated is what the same digits are elsewhere in the window.
type repeated struct {
	confirmed bool // they stand in a notation that is decisive
	another   bool // they are called a phone or a card, or are in another provider's notation
}

// elsewhereNearby reads the other places in the window that have the same twelve digits.
func elsewhereNearby(p *place, s *survey) repeated {
	var r repeated
	n := 0
	s.runs.repeats(p.w, p.candidate, func(start int) bool {
		n++
		if start != p.start {
			other := &s.there
			other.look(p.w, candidate{start: start, end: start + idDigits}, nearBefore, nearAfter)
			r.confirmed = !disguised(other) && shapeOf(other).weight >= decisive
			r.another = r.another || !r.confirmed && ofAnother(other)
		}
		return !r.confirmed && n < maxRepeats
	})
	return r
}

// ofAnother reports whether digits are those of another provider, or have the name of another
// kind of number.
func ofAnother(p *place) bool {
	phrase, _, _ := inLine(p.line)
	return google(p) || phone(p) || readBack(ownName(phrase)).kind == identity
}

// nextTo is how far apart numbers lie that were counted up, or made up by changing an end. Of
// two accounts that were given out at random one in a billion pairs is that close.
const nextTo = 1000

// inSequence reports whether a number that is close to the candidate's stands in the window.
func inSequence(p *place, s *survey) bool {
	s.runs.cover(p.w)
	value := number([]byte(p.value))
	low, high := p.w.Offset(), p.w.Offset()+len(p.w.Text)-idDigits
	for _, x := range s.runs.list[s.runs.first(low):] {
		if x.at >= high {
			break
		}
		if d := max(x.value, value) - min(x.value, value); d > 0 && d < nextTo {
			return true
		}
	}
	return false
}

// countedOn reports whether a number that is close to the digits stands within the reach of
// siblings, which a notation that decides has looked at already.
func countedOn(p *place) bool {
	text := p.w.Text
	lo, hi := max(0, p.start-siblingReach), min(len(text), p.end+siblingReach)
	value := number([]byte(p.value))
	for i := lo; i < hi; {
		end := i
		for end < hi && isDigit(text[end]) {
			end++
		}
		if end-i == idDigits {
			other := number(text[i:end])
			if d := max(other, value) - min(other, value); d > 0 && d < nextTo {
				return true
			}
		}
		i = max(end, i+1)
	}
	return false
}

// amongHashes reports whether a line near by has twelve hexadecimal digits with letters where
// the candidate stands: the short IDs of images and layers, of which some have no letters.
func amongHashes(p *place) bool {
	for i := range siblingLines {
		for _, l := range [...]*part{p.up(i), p.down(i)} {
			if l != nil && hashAt(l.text, p.line, p.next(1)) {
				return true
			}
		}
	}
	return false
}

func hashAt(text, before []byte, behind byte) bool {
	text, ok := bytes.CutPrefix(text, before)
	if !ok || len(text) < idDigits || len(text) > idDigits && text[idDigits] != behind || len(text) == idDigits && behind != 0 {
		return false
	}
	letters := 0
	for _, c := range text[:idDigits] {
		if !isDigit(c) && (c < 'a' || c > 'f') {
			return false
		}
		if isLetter(c) {
			letters++
		}
	}
	return letters > 0
}

// inColumns reports whether the digits are a cell of a table of fixed width that holds other
// numbers: two of six digits and more, set off by several blanks.
func inColumns(p *place) bool {
	cells := 0
	for _, side := range [][]byte{tail(p.line, maxLine), head(p.rest, maxLine)} {
		for cell := range bytes.SplitSeq(side, []byte("  ")) {
			cell = bytes.TrimLeft(cell, " ")
			n := 0
			for n < len(cell) && isDigit(cell[n]) {
				n++
			}
			if n >= 6 && n != idDigits {
				cells++
			}
		}
	}
	return cells >= 2
}

// siblingLines is how many lines up and down are searched for more twelve-digit
// values.
const siblingLines = 4

// siblings counts the lines near by that hold twelve digits alone, too, and the
// other such groups in the digits' own line. From two on it does not go on.
func siblings(p *place) int {
	n := groups(p.line) + groups(p.rest)
	for i := 0; i < siblingLines && n < 2; i++ {
		if l := p.up(i); l != nil && l.hasGroups() {
			n++
		}
		if l := p.down(i); l != nil && l.hasGroups() {
			n++
		}
	}
	return n
}

// otherLines is how many lines up and down are searched for other numbers.
const otherLines = 6

// otherLengths counts the lines near by, the digits' own aside, that hold a number of four to
// fifteen digits that is no account's: amounts, phone numbers, counters of a test.
func otherLengths(p *place) int {
	n := 0
	for i := range otherLines {
		for _, l := range [...]*part{p.up(i), p.down(i)} {
			if l != nil && holdsNumber(l.text) {
				n++
			}
		}
	}
	return n
}

// holdsNumber reports whether a number of another length than an account's stands in a line
// as a value: in quotes or parentheses, or behind an operator.
func holdsNumber(line []byte) bool {
	line = line[:min(len(line), maxLine)]
	for i := 0; i < len(line); {
		if !isDigit(line[i]) {
			i++
			continue
		}
		end := i
		for end < len(line) && (isDigit(line[end]) || line[end] == '.') {
			end++
		}
		if n := end - i; n >= 4 && n <= 15 && n != idDigits && !dated(line[i:end]) && i > 0 && bytes.IndexByte([]byte("\"'(+= "), line[i-1]) >= 0 &&
			(end == len(line) || bytes.IndexByte([]byte("\"'),;fLlu "), line[end]) >= 0) {
			return true
		}
		i = end
	}
	return false
}

// dated reports whether four digits are a year.
func dated(number []byte) bool {
	return len(number) == 4 && (number[0] == '1' && number[1] == '9' || number[0] == '2' && number[1] == '0')
}

// maxLine bounds how much of a line is searched for siblings and words.
const maxLine = 1 << 10

// groups counts the runs of exactly twelve digits in line that are part of no
// word, fraction or UUID.
func groups(line []byte) int {
	line = line[:min(len(line), maxLine)]
	n := 0
	for i := 0; i < len(line); {
		if !isDigit(line[i]) {
			i++
			continue
		}
		end := i
		for end < len(line) && isDigit(line[end]) {
			end++
		}
		if end-i == idDigits && alone(line, i, end) {
			n++
		}
		i = end
	}
	return n
}

func alone(line []byte, start, end int) bool {
	ok := func(c byte) bool { return !isAlnum(c) && c != '-' && c != '.' && c != '+' }
	return (start == 0 || ok(line[start-1])) && (end == len(line) || ok(line[end]))
}

// How far topics are listened for around the digits, in lines beside their own
// and in bytes.
const (
	closeLines = 7
	closeBytes = 2 << 10
	wideLines  = detect.Before // all
	wideBytes  = 4 << 10
)

// hear returns what is spoken of in so many lines around the digits, and in so
// many bytes before them.
func hear(p *place, lines, bytesBefore int) talk {
	t := listen(tail(p.line, bytesBefore))
	left := bytesBefore - len(p.line)
	for i := 0; i < lines; i++ {
		l := p.up(i)
		left-- // the line break
		if l == nil || left <= 0 {
			break
		}
		if len(l.text) > left {
			t.and(listen(tail(l.text, left)))
			break
		}
		t.and(l.hear())
		left -= len(l.text)
	}
	t.and(listen(p.rest))
	for i := 0; i < lines; i++ {
		l := p.down(i)
		if l == nil {
			break
		}
		t.and(l.hear())
	}
	return t
}
