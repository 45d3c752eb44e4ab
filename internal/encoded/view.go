package encoded

import (
	"bytes"
	"sort"
)

// Escapes are beginnings of escapes of digits and colons, as JSON, programming languages
// and HTML write them, and of what terminals and typesetting put between letters without
// showing it. Nobody needs to escape a digit, so they are rare.
func Escapes() []string {
	return append([]string{
		`\u003`, `\u{3`, `\x3`, `\x{3`, `\06`, `\07`, "&#4", "&#5", "&#x3", "&#X3",
		"\x1b[m", "\x1b[K", `\u001b[`, `\u001B[`, `\x1b[`, `\x1B[`, `\033[`,
	}, zeroWidth...)
}

// EscapesWithDigit are further ones that a digit follows: of URLs, of terminals, and the
// hyphen that shows at the end of a line only.
func EscapesWithDigit() []string { return []string{"%3", "\x1b[", softHyphen} }

const softHyphen = "\u00ad"

// zeroWidth are characters that take no room: spaces, joiners, marks of direction, and the
// mark of byte order in the middle of a text.
var zeroWidth = []string{"\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2060", "\ufeff"}

// View is a text in which escapes are decoded and what is not shown is left out, with the
// way back to the places in the text.
type View struct {
	Text  []byte
	from  []int32 // of each byte of Text, where its spelling begins
	Marks []Mark  // in order
}

// Mark is an escape in a text.
type Mark struct {
	At    int  // in View.Text: the byte that it stands for, or would
	From  int  // in the text
	Size  int  // of the escape
	Shows bool // it stands for a byte
}

// Decode makes the View one of a text. It keeps the room of the one before.
func (v *View) Decode(text []byte) {
	v.Text, v.from, v.Marks = v.Text[:0], v.from[:0], v.Marks[:0]
	for i := 0; i < len(text); {
		c := text[i]
		if !opens[c] {
			v.put(c, i)
			i++
			continue
		}
		b, size := unescape(text[i:min(len(text), i+longestEscape)])
		switch {
		case size > 0 && b != '\\':
			if c == '\\' && size > 2 {
				v.dropBackslashes()
			}
			v.mark(i, size, true)
			v.put(b, i)
		case size > 0:
			v.put(c, i)
			size = 1
		default:
			if size = hidden(text[i:]); size > 0 {
				v.mark(i, size, false)
				break
			}
			v.put(c, i)
			size = 1
		}
		i += size
	}
}

func (v *View) put(c byte, from int) { v.Text, v.from = append(v.Text, c), append(v.from, int32(from)) }

func (v *View) mark(from, size int, shows bool) {
	v.Marks = append(v.Marks, Mark{len(v.Text), from, size, shows})
}

// dropBackslashes takes back those that stand in front of an escape that was escaped once more.
func (v *View) dropBackslashes() {
	for n := len(v.Text); n > 0 && v.Text[n-1] == '\\'; n-- {
		v.Text, v.from = v.Text[:n-1], v.from[:n-1]
	}
}

// opens are the bytes that escapes and what is not shown begin with.
var opens = [256]bool{'\\': true, '%': true, '&': true, 0x1b: true, 0xc2: true, 0xe2: true, 0xef: true}

// longestControl bounds the control sequences of terminals that are left out, in bytes.
const longestControl = 32

// hidden returns the length of what text begins with and nobody sees, 0 if it is shown.
func hidden(text []byte) int {
	switch text[0] {
	case 0x1b:
		return controlSequence(text)
	case 0xc2:
		if bytes.HasPrefix(text, []byte(softHyphen)) {
			return len(softHyphen)
		}
	case 0xe2, 0xef:
		for _, z := range zeroWidth {
			if bytes.HasPrefix(text, []byte(z)) {
				return len(z)
			}
		}
	}
	return 0
}

// controlSequence returns the length of the control sequence of terminals (ECMA-48, 5.4)
// that text begins with.
func controlSequence(text []byte) int {
	if len(text) < 3 || text[1] != '[' {
		return 0
	}
	for i := 2; i < min(len(text), longestControl); i++ {
		switch c := text[i]; {
		case c >= 0x40 && c <= 0x7e:
			return i + 1
		case c < 0x20 || c > 0x3f:
			return 0
		}
	}
	return 0
}

// Source returns where the spelling of the byte at an offset of the View begins in the text
// of that size; behind the last one, where the text ends.
func (v *View) Source(at, size int) int {
	if at >= len(v.from) {
		return size
	}
	return int(v.from[at])
}

// SourceEnd returns where the spelling of the byte in front of an offset ends.
func (v *View) SourceEnd(at int) int {
	if at == 0 {
		return 0
	}
	from := int(v.from[at-1])
	i := sort.Search(len(v.Marks), func(i int) bool { return v.Marks[i].From >= from })
	if i < len(v.Marks) && v.Marks[i].From == from {
		return from + v.Marks[i].Size
	}
	return from + 1
}

// Offset returns the first offset of the View whose spelling begins at or behind a place in
// the text.
func (v *View) Offset(from int) int {
	return sort.Search(len(v.from), func(i int) bool { return int(v.from[i]) >= from })
}

// Worthwhile reports whether the escape that begins at text[at] may hide or set apart what is
// looked for: one of a digit or a colon must stand beside a digit. It looks no further than
// thirty bytes around it.
func Worthwhile(text []byte, at int) bool {
	c, size := unescape(text[at:min(len(text), at+longestEscape)])
	if size == 0 || c == 0x1b {
		return true
	}
	return (c == ':' || isDigit(c)) && (at > 0 && isDigit(text[at-1]) || digitAt(text, at+size))
}

func isDigit(c byte) bool { return c-'0' < 10 }

// digitAt reports whether a digit stands at text[at], bare or escaped.
func digitAt(text []byte, at int) bool {
	if at >= len(text) {
		return false
	}
	if !opens[text[at]] {
		return isDigit(text[at])
	}
	c, size := unescape(text[at:min(len(text), at+longestEscape)])
	return size == 0 || isDigit(c)
}

// MarkAt returns the index of the escape that begins at a place in the text, or -1.
func (v *View) MarkAt(from int) int {
	i := sort.Search(len(v.Marks), func(i int) bool { return v.Marks[i].From >= from })
	if i == len(v.Marks) || v.Marks[i].From != from {
		return -1
	}
	return i
}
