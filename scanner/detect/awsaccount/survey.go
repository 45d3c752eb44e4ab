package awsaccount

import (
	"bytes"

	"github.com/deputy-sec/deputy/internal/literal"
	"github.com/deputy-sec/deputy/scanner/detect"
)

// survey is what was learned of a text so far, kept between its windows: in a
// dense text the same lines are asked for by hundreds of numbers. It holds only
// what follows from a line itself, so it changes no verdict. A line that a window
// cuts is read anew for it.
type survey struct {
	used    bool   // for the text at hand
	covered int    // from here on all whole lines are known
	lines   []line // in order, without gaps
	next    int    // where the line behind the last one begins
	runs    runs

	here, there place // reused for each candidate
}

// line is a line of the text, where escapes may make several of it.
type line struct {
	from, to int // in the text, without the line break
	read     bool
	one      [1]part
	more     []part // instead of one, if there are several
}

// maxRoom is how many lines there may be room for in a survey that is kept.
const maxRoom = 8 << 10

// Reset implements [detect.Resetter].
func (s *survey) Reset() {
	if !s.used {
		return
	}
	if cap(s.lines) > maxRoom || cap(s.runs.list) > maxRoom {
		*s = survey{}
		return
	}
	clear(s.lines)
	s.used, s.covered, s.lines, s.next = false, 0, s.lines[:0], 0
	s.runs = runs{list: s.runs.list[:0]}
	s.here.forget()
	s.there.forget()
}

// surveyOf returns the survey of the text that the window is cut from.
func surveyOf(w *detect.Window) *survey {
	scratch := w.Scratch()
	s, ok := (*scratch).(*survey)
	if !ok {
		s = &survey{}
		*scratch = s
	}
	s.used = true
	return s
}

// maxPassed is how many lines, or runs, may be kept that are out of reach.
const maxPassed = 512

// cover makes the whole lines of the window known.
func (s *survey) cover(w *detect.Window) {
	low := w.Offset()
	if low < s.covered || low > s.next || len(s.lines) == 0 {
		s.lines, s.covered, s.next = s.lines[:0], low, low
		if low > 0 { // else a line begins here
			s.next += bytes.IndexByte(w.Text, '\n') + 1
		}
	} else if passed := s.lineFrom(low); passed > maxPassed {
		s.lines = append(s.lines[:0], s.lines[passed:]...)
		s.covered = low
	}
	for s.next < low+len(w.Text) {
		n := bytes.IndexByte(w.Text[s.next-low:], '\n')
		if n < 0 {
			return
		}
		s.lines = append(s.lines, line{from: s.next, to: s.next + n})
		s.next += n + 1
	}
}

// lineFrom returns the index of the first line that begins at or behind a place.
func (s *survey) lineFrom(at int) int {
	lo, hi := 0, len(s.lines)
	for lo < hi {
		if mid := int(uint(lo+hi) >> 1); s.lines[mid].from < at {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// parts returns the lines that a line of the window's text is, with the escapes
// undone. A line break begins a new escape, so they do not depend on what stands
// around them.
func (l *line) parts(w *detect.Window) []part {
	if !l.read {
		l.read = true
		text := plainText(w.Text[l.from-w.Offset() : l.to-w.Offset()])
		if bytes.IndexByte(text, '\n') < 0 {
			l.one[0] = newPart(text)
		} else {
			l.more = partsOf(text)
		}
	}
	if l.more != nil {
		return l.more
	}
	return l.one[:]
}

// part is a line of plain text and what is known of it.
type part struct {
	text    []byte
	trimmed []byte
	indent  int
	opening bool // it opens a bracket or a block
	closing bool // it begins with a closing bracket
	item    bool

	grouped, heard, understood bool // which of these are known
	counted                    [len(separators)]bool

	groups  bool // it holds twelve digits alone
	talk    talk
	reading reading
	counts  [len(separators)]int
}

func newPart(text []byte) part {
	p := part{text: text, trimmed: bytes.TrimSpace(text), indent: indentOf(text)}
	if len(p.trimmed) > 0 {
		p.opening, p.closing, p.item = opens(p.trimmed), closes(p.trimmed), isItem(text)
	}
	return p
}

// partsOf cuts plain text into lines.
func partsOf(text []byte) []part {
	var out []part
	for more := true; more; {
		var l []byte
		l, text, more = bytes.Cut(text, newline)
		out = append(out, newPart(l))
	}
	return out
}

func (p *part) hasGroups() bool {
	if !p.grouped {
		p.grouped, p.groups = true, groups(p.text) > 0
	}
	return p.groups
}

// hear returns what the line speaks of.
func (p *part) hear() talk {
	if !p.heard {
		p.heard, p.talk = true, listen(p.text)
	}
	return p.talk
}

// readBack reads the line as a phrase above the digits.
func (p *part) readBack() reading {
	if !p.understood {
		p.understood, p.reading = true, readBack(p.trimmed)
	}
	return p.reading
}

// count counts a separator of tables, by its index. Quotes that do not match are none.
func (p *part) count(separator int) int {
	if !p.counted[separator] {
		p.counted[separator] = true
		n, open := countCells(p.text, separator, false)
		if open {
			n = bytes.Count(p.text, []byte(separators[separator]))
		}
		p.counts[separator] = n
	}
	return p.counts[separator]
}

// runs are the runs of exactly twelve digits in a stretch of the text, in order.
type runs struct {
	from, to int // the stretch; no digit stands before to
	list     []run
}

type run struct {
	at    int
	value uint64
}

// cover makes the runs inside the window known, those at its edges aside.
func (r *runs) cover(w *detect.Window) {
	low := w.Offset()
	end := len(w.Text)
	for end > 0 && isDigit(w.Text[end-1]) {
		end--
	}
	if low < r.from || low > r.to {
		r.list, r.from, r.to = r.list[:0], low, low
	} else if passed := r.first(low); passed > maxPassed {
		r.list = append(r.list[:0], r.list[passed:]...)
		r.from = low
	}
	if low+end <= r.to {
		return
	}
	literal.Digits(w.Text[:end], r.to-low, end, func(from, to int) {
		if to-from == idDigits && from > 0 {
			r.list = append(r.list, run{low + from, number(w.Text[from:to])})
		}
	})
	r.to = low + end
}

// first returns the index of the first run behind a place.
func (r *runs) first(at int) int {
	lo, hi := 0, len(r.list)
	for lo < hi {
		if mid := int(uint(lo+hi) >> 1); r.list[mid].at <= at {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// number reads digits.
func number(digits []byte) uint64 {
	var n uint64
	for _, c := range digits {
		n = n*10 + uint64(c-'0')
	}
	return n
}

// repeats calls visit for every run of the candidate's digits in the window, in
// order, until it returns false. The candidate's own is one of them.
func (r *runs) repeats(w *detect.Window, c candidate, visit func(start int) bool) {
	r.cover(w)
	value := number([]byte(c.value))
	same := func(start int) bool {
		return number(w.Text[start:start+idDigits]) != value || visit(start)
	}
	if countDigits(w.Text) == idDigits && !same(0) {
		return
	}
	last := w.Offset() + len(w.Text) - idDigits
	for _, x := range r.list[r.first(w.Offset()):] {
		if x.at >= last {
			break
		}
		if x.value == value && !same(x.at-w.Offset()) {
			return
		}
	}
	if start := len(w.Text) - idDigits; start > 0 && countDigits(w.Text[start:]) == idDigits && !isDigit(w.Text[start-1]) {
		same(start)
	}
}

// countDigits returns how many digits text begins with, at most one more than an
// account has.
func countDigits(text []byte) int {
	n := 0
	for n < len(text) && n <= idDigits && isDigit(text[n]) {
		n++
	}
	return n
}
