package awsaccount

import (
	"bytes"

	"github.com/deputy-sec/deputy/scanner/detect"
)

// maxRepeats bounds how many other places of the same digits are looked at.
const maxRepeats = 8

// confirmedNearby says whether the same twelve digits stand in the window in a
// notation that is decisive.
func confirmedNearby(w *detect.Window, c candidate) bool {
	value := newNeedle(c.value)
	for at, n := 0, 0; n < maxRepeats; n++ {
		i := value.index(w.Text[at:])
		if i < 0 {
			return false
		}
		start := at + i
		at = start + idDigits
		if start == c.start || start > 0 && isDigit(w.Text[start-1]) || at < len(w.Text) && isDigit(w.Text[at]) {
			continue
		}
		other := placeOf(w, candidate{start: start, end: at, value: c.value}, nearBefore, nearAfter)
		if !disguised(other) && shapeOf(other).weight >= decisive {
			return true
		}
	}
	return false
}

// needle finds twelve digits by the skips of Horspool (1980): bytes.Index goes by
// the first byte, and there are many digits where this is asked often. A byte
// that does not occur in the digits lets it skip all twelve.
type needle struct {
	value string
	skip  [256]uint8 // how far the digits can be moved on if this byte stands under their last
}

func newNeedle(value string) *needle {
	n := &needle{value: value}
	for i := range n.skip {
		n.skip[i] = idDigits
	}
	for i := range idDigits - 1 {
		n.skip[value[i]] = uint8(idDigits - 1 - i)
	}
	return n
}

// index returns where the digits first stand in text, -1 if nowhere.
func (n *needle) index(text []byte) int {
	last := n.value[idDigits-1]
	for end := idDigits - 1; end < len(text); {
		c := text[end]
		if c == last && string(text[end+1-idDigits:end+1]) == n.value {
			return end + 1 - idDigits
		}
		end += int(n.skip[c])
	}
	return -1
}

// siblingLines is how many lines up and down are searched for more twelve-digit
// values.
const siblingLines = 4

// siblings counts the lines near by that hold twelve digits alone, too, and the
// other such groups in the digits' own line.
func siblings(p *place) int {
	n := min(2, groups(p.line)+groups(p.rest))
	up := p.before[:len(p.before)-len(p.line)]
	for i := 0; i < siblingLines && len(up) > 0; i++ {
		up = up[:len(up)-1]
		l := lastLine(up)
		up = up[:len(up)-len(l)]
		n += min(1, groups(l))
	}
	down := p.after[len(p.rest):]
	for i := 0; i < siblingLines && len(down) > 0; i++ {
		var l []byte
		down = down[1:] // the line break
		end := bytes.IndexByte(down, '\n')
		if end < 0 {
			end = len(down)
		}
		l, down = down[:end], down[end:]
		n += min(1, groups(l))
	}
	return n
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

// How far AWS is looked for around the digits, in lines and in bytes.
const (
	closeLines = 8
	wideBytes  = 2 << 10
)

// closeBy returns the lines up to the digits, closeBehind those from them.
func closeBy(p *place) []byte {
	before := tail(p.before, wideBytes)
	from := len(before)
	for range closeLines {
		if from = bytes.LastIndexByte(before[:from], '\n'); from < 0 {
			return before
		}
	}
	return before[from:]
}

func closeBehind(p *place) []byte {
	to := 0
	for range closeLines {
		i := bytes.IndexByte(p.after[to:], '\n')
		if i < 0 {
			return p.after[:min(len(p.after), wideBytes)]
		}
		to += i + 1
	}
	return p.after[:min(to, wideBytes)]
}
