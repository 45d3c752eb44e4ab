package terminal

import (
	"strings"
	"unicode/utf8"
)

// letter is what stands in a cell of the terminal, and the line of the recording that put it
// there.
type letter struct {
	char rune
	from int
}

type row []letter

func (r row) text() string {
	var b strings.Builder
	for _, l := range r {
		b.WriteRune(l.char)
	}
	return b.String()
}

// trimmed returns a row without the blanks at its end.
func (r row) trimmed() row {
	for len(r) > 0 && r[len(r)-1].char == ' ' {
		r = r[:len(r)-1]
	}
	return r
}

// maxLine bounds a line, in letters; a longer one is written in pieces.
const maxLine = 1 << 16

// screen is a terminal as far as it shows lines (ECMA-48, and what xterm adds to it). A line is as
// long as it is written, over the rows that the terminal breaks it into.
type screen struct {
	emit  func(row)
	width int // in columns; 0 if it is not known
	line  row
	at    int // of the cursor in the line
	from  int // the line of the recording at hand

	back    bool // the cursor went back to where the line begins, to write it anew
	pending bool // the last column was written, and the cursor stays in it until the next letter
	control []byte
	partial []byte // of a letter in UTF-8
}

// longestControl bounds a control sequence, in bytes. The rest of one that does not end is text.
const longestControl = 4 << 10

// write has the terminal show what an event of the recording wrote.
func (s *screen) write(data []byte, from int) {
	s.from = from
	for len(data) > 0 {
		c := data[0]
		switch {
		case len(s.control) > 0:
			data = data[1:]
			s.goOn(c)
		case c == 0x1b:
			s.control = append(s.control, c)
			data = data[1:]
		case c < ' ' || c == 0x7f:
			s.partial = s.partial[:0]
			s.act(c)
			data = data[1:]
		default:
			data = s.letter(data)
		}
	}
}

// letter writes the letter that data begins with, if it is whole.
func (s *screen) letter(data []byte) (rest []byte) {
	if data[0] < utf8.RuneSelf && len(s.partial) == 0 {
		s.put(rune(data[0]))
		return data[1:]
	}
	s.partial = append(s.partial, data[0])
	if !utf8.FullRune(s.partial) {
		return data[1:]
	}
	r, _ := utf8.DecodeRune(s.partial)
	s.partial = s.partial[:0]
	s.put(r)
	return data[1:]
}

func (s *screen) put(r rune) {
	if s.at < len(s.line) && s.line[s.at].char != r && s.line[s.at].char != ' ' {
		s.overwrite()
	}
	s.pad(s.at)
	if s.at < len(s.line) {
		s.line[s.at] = letter{r, s.from}
	} else {
		s.line = append(s.line, letter{r, s.from})
	}
	s.at++
	s.pending = s.width > 0 && s.at%s.width == 0
	if len(s.line) >= maxLine {
		s.newLine()
	}
}

// overwrite writes the line as it is if it is about to be written anew.
func (s *screen) overwrite() {
	if s.back {
		s.back = false
		s.show()
	}
}

func (s *screen) show() {
	if line := s.line.trimmed(); len(line) > 0 {
		s.emit(line)
	}
}

func (s *screen) newLine() {
	s.emit(s.line.trimmed())
	s.clear()
}

// another begins another line, without an empty one in between.
func (s *screen) another() {
	s.show()
	s.clear()
}

func (s *screen) clear() { s.line, s.at, s.back, s.pending = s.line[:0], 0, false, false }

// end writes what is left.
func (s *screen) end() { s.another() }

// pad makes the line reach up to a column.
func (s *screen) pad(to int) {
	for len(s.line) < min(to, maxLine-1) {
		s.line = append(s.line, letter{' ', s.from})
	}
}

// act does what a control character says.
func (s *screen) act(c byte) {
	switch c {
	case '\n', '\v', '\f':
		s.newLine()
	case '\r':
		s.moveTo(s.begin())
		s.back = true
	case '\b', 0x7f:
		if s.at > 0 {
			s.moveTo(s.at - 1)
		}
		if c == 0x7f { // typed, it rubs out
			s.line = s.line[:min(len(s.line), s.at)]
		}
	case '\t':
		const stop = 8
		s.put(' ')
		for s.at%stop != 0 {
			s.put(' ')
		}
	}
}

// begin returns where the row of the cursor begins in the line.
func (s *screen) begin() int {
	if s.width == 0 {
		return 0
	}
	at := s.at
	if s.pending {
		at--
	}
	return at - at%s.width
}

func (s *screen) moveTo(at int) { s.at, s.pending = max(0, min(at, maxLine-1)), false }

// goOn takes the next byte of a control sequence, and does what it says if that ends it.
func (s *screen) goOn(c byte) {
	if c == 0x1b && s.stringAhead() { // perhaps its end
		s.control = append(s.control, c)
		return
	}
	s.control = append(s.control, c)
	if len(s.control) > longestControl {
		s.control = s.control[:0]
		return
	}
	switch k := s.control[1]; {
	case k == '[':
		if len(s.control) > 2 && c >= 0x40 && c <= 0x7e {
			s.sequence(s.control[2:len(s.control)-1], c)
			s.control = s.control[:0]
		}
	case s.stringAhead():
		if c == 0x07 || len(s.control) > 3 && c == '\\' && s.control[len(s.control)-2] == 0x1b {
			s.control = s.control[:0]
		}
	case k >= 0x20 && k <= 0x2f:
		if c >= 0x30 {
			s.control = s.control[:0]
		}
	default:
		if k == 'c' || k == 'D' || k == 'E' || k == 'M' {
			s.another()
		}
		s.control = s.control[:0]
	}
}

// stringAhead reports whether the control sequence is one that holds a text: a window's title, say.
func (s *screen) stringAhead() bool {
	return len(s.control) > 1 && strings.IndexByte("]PX^_", s.control[1]) >= 0
}

// sequence does what a control sequence says.
func (s *screen) sequence(parameters []byte, final byte) {
	n := first(parameters)
	count := max(1, n)
	if s.pending && final >= 'A' && final <= 'G' {
		s.moveTo(s.at - 1)
	}
	switch final {
	case 'C', 'a':
		s.moveTo(s.at + count)
	case 'D':
		s.moveTo(max(s.begin(), s.at-count))
	case 'G', '`':
		s.moveTo(s.begin() + count - 1)
	case 'A', 'B', 'F', 'E':
		s.vertical(final, count)
	case 'H', 'f', 'd', 'L', 'M', 'S', 'T', 'r':
		s.another()
	case 'h', 'l':
		if len(parameters) > 0 && parameters[0] == '?' && first(parameters[1:]) >= 1047 {
			s.another() // the other screen
		}
	case 'J':
		s.erase(n)
		if n >= 2 {
			s.another()
		}
	case 'K':
		s.erase(n)
	case 'P':
		if s.at < len(s.line) {
			s.overwrite()
			s.line = append(s.line[:s.at], s.line[min(len(s.line), s.at+count):]...)
		}
	case 'X':
		for i := s.at; i < min(len(s.line), s.at+count); i++ {
			s.line[i].char = ' '
		}
	case '@':
		s.insert(count)
	}
}

// vertical moves the cursor over rows: in one line if that is broken into as many.
func (s *screen) vertical(final byte, count int) {
	if to := s.at - count*s.width; (final == 'A' || final == 'F') && s.width > 0 && to >= 0 {
		s.moveTo(to)
	} else if to := s.at + count*s.width; (final == 'B' || final == 'E') && s.width > 0 && to <= len(s.line) {
		s.moveTo(to)
	} else {
		s.another()
	}
}

// erase wipes the line: behind the cursor, in front of it, or all of it.
func (s *screen) erase(what int) {
	switch what {
	case 0:
		if s.at < len(s.line) {
			s.overwrite()
			s.line = s.line[:s.at]
		}
	case 1:
		for i := range s.line[:min(len(s.line), s.at+1)] {
			s.line[i].char = ' '
		}
	default:
		at := s.at
		s.show()
		s.clear()
		s.at = at
	}
}

func (s *screen) insert(count int) {
	if s.at >= len(s.line) {
		return
	}
	count = min(count, maxLine-len(s.line))
	s.line = append(s.line, make(row, count)...)
	copy(s.line[s.at+count:], s.line[s.at:])
	for i := s.at; i < s.at+count; i++ {
		s.line[i] = letter{' ', s.from}
	}
}

// first reads the first parameter of a control sequence, 0 if there is none.
func first(parameters []byte) int {
	const most = 1 << 16
	n := 0
	for _, c := range parameters {
		if c < '0' || c > '9' {
			break
		}
		n = min(n*10+int(c-'0'), most)
	}
	return n
}
