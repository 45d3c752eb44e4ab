package encoded

import (
	"bytes"
	"slices"
)

// Dump is what a hex dump in a text shows: of xxd, hexdump, od, tcpdump -X, PowerShell's
// Format-Hex, an export of Windows' registry, or an array of C as xxd -i writes it.
type Dump struct {
	Bytes   []byte
	Sources []int32 // of each byte, where it is written in the text
	At, End int     // of the dump, in the text
	Cut     bool    // there is more than the limit
	From    int     // what was looked at begins here
	Seen    int     // and ends here, which may lie behind the text's end
}

// Dumps are literals by which dumps are found: how their first or second line begins, and
// lists of bytes. Offsets are zeros, of which texts are full, so that what follows them
// belongs to the literal.
func Dumps() []string {
	return []string{
		"00000000: ", "00000000  ", "0x0000: ", // xxd; hexdump -C and Format-Hex; tcpdump -X
		"\n0000000 ", "\n0000010 ", "\n0000020 ", "\n000000 ", "\n000010 ", // hexdump and od
		"=hex:", "=hex(", "[] = {",
	}
}

const (
	longestDumpLine = 400 // of characters
	longestPrefix   = 32  // what stands in front of the offsets: indentation, a comment's sign
	leastText       = 32  // bytes of text that no words read the wrong way round begin with
	leastDumped     = 8   // bytes in a dump that is looked at
	longestOpening  = 12  // of a list: "=hex(100000):"
)

// ReadDump decodes the dump that one of [Dumps] begins at text[at] of, and looks at no more
// than limit characters of it. It is false if there is none; From and Seen are set all the
// same.
func ReadDump(text []byte, at, limit int) (d Dump, ok bool) {
	d.From, d.Seen = at, at+longestOpening
	if text[at] == '=' || text[at] == '[' {
		d.list(text, at, limit)
	} else {
		d.lines(text, at, limit)
	}
	return d, len(d.Bytes) >= leastDumped
}

// list reads bytes in hexadecimal that commas, blanks and line ends stand between, with or
// without 0x.
func (d *Dump) list(text []byte, at, limit int) {
	open := bytes.IndexAny(text[at:min(len(text), at+longestOpening)], ":{")
	if open < 0 {
		return
	}
	d.At = at + open + 1
	end := min(len(text), d.At+limit)
	i := d.At
	for i < end {
		for i < end && listJoint[text[i]] {
			i++
		}
		start := i
		if i+2 < end && text[i] == '0' && text[i+1]|0x20 == 'x' {
			i += 2
		}
		v, n := byte(0), 0
		for ; i+n < end && n < 2 && nibbles[text[i+n]] != none; n++ {
			v = v<<4 | nibbles[text[i+n]]
		}
		if n == 0 || i+n < len(text) && ofAlphabet[text[i+n]] {
			i = start
			break
		}
		i += n
		d.Bytes, d.Sources = append(d.Bytes, v), append(d.Sources, int32(start))
		d.End = i
	}
	d.Cut = i >= end && end < len(text)
	d.Seen = i + longestOpening
}

var listJoint = [256]bool{' ': true, '\t': true, '\r': true, '\n': true, ',': true, '\\': true}

// dumpReader reads the lines of a dump.
type dumpReader struct {
	*Dump
	text   []byte
	prefix []byte // what every line begins with
	digits int    // of an offset, with its 0x
	colon  bool   // behind it
	width  int    // of a word, in characters; 0 until the first one is seen
	cells  bool   // a character or three digits in every four columns, as od -c and -b have it
	double bool   // two blanks in the middle of a line belong to it
	words  []int  // where in Bytes each begins
	first  byte   // what the first line shows its first byte as; 0 if it does not

	offset int // of the line at hand, in bytes
	base   int // of offsets: 16 or 8; 0 until the second line
}

func (d *Dump) lines(text []byte, at, limit int) {
	if text[at] == '\n' {
		at++
	}
	start := lineStart(text, at)
	first := at
	for first > start && (text[first-1] == '0' || text[first-1] == 'x') {
		first--
	}
	d.From = min(d.From, start-1)
	if first-start > longestPrefix || first > start && ofAlphabet[text[first-1]] {
		return
	}
	r := &dumpReader{Dump: d, text: text, prefix: text[start:first]}
	if !zeros(text[at:min(len(text), at+7)]) { // it is the second line
		if start < 2 {
			return
		}
		start = lineStart(text, start-1)
		d.From = min(d.From, start-1)
	}
	d.At = start + len(r.prefix)
	end := min(len(text), start+limit)
	for line := start; line < len(text); {
		if line >= end {
			d.Cut = true
			break
		}
		stop := min(len(text), line+longestDumpLine)
		if i := bytes.IndexByte(text[line:stop], '\n'); i >= 0 {
			stop = line + i
		}
		d.Seen = stop + 1
		if !r.line(line, stop) {
			break
		}
		line = stop + 1
	}
	r.bigEnds()
}

// lineStart returns where the line begins that text[at] is on, or as far back as a dump's line
// may reach.
func lineStart(text []byte, at int) int {
	least := max(0, at-longestDumpLine)
	return least + bytes.LastIndexByte(text[least:at], '\n') + 1
}

// zeros reports whether an offset is that of the first line.
func zeros(b []byte) bool {
	for i, c := range b {
		if c != '0' && c != 'x' {
			return i > 5 || c == ' ' || c == ':'
		}
	}
	return true
}

// line reads a line, and reports whether it belongs to the dump and others may follow.
func (r *dumpReader) line(at, end int) bool {
	if end > at && r.text[end-1] == '\r' {
		end--
	}
	if !bytes.HasPrefix(r.text[at:end], r.prefix) {
		return false
	}
	at += len(r.prefix)
	if end-at == 1 && r.text[at] == '*' && len(r.Bytes) > 0 { // lines like the one before it
		r.base = -1
		return true
	}
	behind, ok := r.offsetAt(at, end)
	if !ok {
		return false
	}
	before := len(r.Bytes)
	if r.cells {
		r.cellsAt(behind, end)
	} else {
		r.wordsAt(behind, end)
	}
	r.End = max(r.End, behind)
	r.offset += len(r.Bytes) - before
	return len(r.Bytes) > before
}

// offsetAt reads the offset of a line, which must be where the line before it ended, and
// returns where the words begin.
func (r *dumpReader) offsetAt(at, end int) (int, bool) {
	i := at
	if i+2 < end && r.text[i+1] == 'x' {
		i += 2
	}
	hex, octal := 0, 0
	for ; i < end && i-at <= 16 && nibbles[r.text[i]] != none; i++ {
		v := int(nibbles[r.text[i]])
		hex, octal = hex<<4|v, octal<<3|v
	}
	n := i - at
	first := r.digits == 0
	colon := i < end && r.text[i] == ':'
	if colon {
		i++
	}
	if first {
		r.digits, r.colon = n, colon
	}
	if n != r.digits || n < 6 || colon != r.colon || i >= end || r.text[i] != ' ' {
		return 0, false
	}
	switch {
	case r.base == -1: // behind equal lines; one of them was read
		r.base, r.offset = 0, max(hex, r.offset)
	case hex == r.offset && r.base != 8:
		if hex > 7 {
			r.base = 16
		}
	case octal == r.offset && r.base != 16:
		r.base = 8
	default:
		return 0, false
	}
	if first {
		r.cells = !colon && isCells(r.text[i:end])
		r.double = !colon && i+2 < end && r.text[i+1] == ' ' && r.text[i+2] != ' '
	}
	if !r.cells {
		for i < end && r.text[i] == ' ' {
			i++
		}
	}
	return i, true
}

// isCells reports whether a line is made of cells of four columns.
func isCells(b []byte) bool {
	if len(b) < 4 || len(b)%4 != 0 {
		return false
	}
	for ; len(b) > 0; b = b[4:] {
		cell := bytes.TrimLeft(b[1:4], " ")
		if b[0] != ' ' || bytes.IndexByte(cell, ' ') >= 0 || len(cell) == 2 && cell[0] != '\\' {
			return false
		}
	}
	return true
}

var cellEscapes = map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', '0': 0, 'a': 7, 'b': 8, 'f': 12, 'v': 11}

func (r *dumpReader) cellsAt(at, end int) {
	for ; at+4 <= end; at += 4 {
		cell := bytes.TrimLeft(r.text[at+1:at+4], " ")
		var c byte
		switch {
		case len(cell) == 0:
			c = ' '
		case len(cell) == 3:
			for _, digit := range cell {
				if digit-'0' > 7 {
					return
				}
				c = c<<3 | (digit - '0')
			}
		case len(cell) == 2:
			c = cellEscapes[cell[1]]
		default:
			c = cell[0]
		}
		source := at + 4 - max(1, len(cell))
		r.Bytes, r.Sources = append(r.Bytes, c), append(r.Sources, int32(source))
		r.End = at + 4
	}
}

func (r *dumpReader) wordsAt(at, end int) {
	for n := 0; ; n++ {
		stop := at
		for stop < end && nibbles[r.text[stop]] != none {
			stop++
		}
		length := stop - at
		if r.width == 0 && length > 1 && length <= 16 {
			r.width = length
		}
		last := length < r.width && length%2 == 0 && r.width%2 == 0
		if length == 0 || length != r.width && !last || !r.word(at, stop) {
			return
		}
		r.End = stop
		gap := 0
		for stop+gap < end && r.text[stop+gap] == ' ' {
			gap++
		}
		if last || gap == 0 || gap > 1 && !(r.double && gap == 2 && n == 7) {
			if r.base == 0 && stop+gap < end {
				r.first = r.text[stop+gap]
			}
			return
		}
		at = stop + gap
	}
}

// word decodes a word of hexadecimal, or of octal as od has it by default, the lower byte last.
func (r *dumpReader) word(at, stop int) bool {
	if (r.width == 3 || r.width == 6) && !r.colon {
		v := 0
		for _, c := range r.text[at:stop] {
			if c-'0' > 7 {
				return false
			}
			v = v<<3 | int(c-'0')
		}
		if r.width == 6 {
			r.words = append(r.words, len(r.Bytes))
			r.Bytes, r.Sources = append(r.Bytes, byte(v>>8)), append(r.Sources, int32(at))
		}
		r.Bytes, r.Sources = append(r.Bytes, byte(v)), append(r.Sources, int32(at))
		return true
	}
	if (stop-at)%2 != 0 {
		return false
	}
	r.words = append(r.words, len(r.Bytes))
	for ; at < stop; at += 2 {
		r.Bytes = append(r.Bytes, nibbles[r.text[at]]<<4|nibbles[r.text[at+1]])
		r.Sources = append(r.Sources, int32(at))
	}
	return true
}

// bigEnds turns the words round if the machine that wrote the dump has the lower byte first:
// od and hexdump show numbers then, unless the other order is text and this is not; xxd does so
// if it is told to, and the characters beside the words show it.
func (r *dumpReader) bigEnds() {
	if r.width <= 2 || r.cells || len(r.Bytes) == 0 {
		return
	}
	turned, sources := slices.Clone(r.Bytes), slices.Clone(r.Sources)
	for i, from := range r.words {
		to := len(turned)
		if i+1 < len(r.words) {
			to = r.words[i+1]
		}
		slices.Reverse(turned[from:to])
		slices.Reverse(sources[from:to])
	}
	turn := r.first > ' ' && r.first == turned[0] && r.first != r.Bytes[0]
	if !r.colon {
		turn = TextPrefix(turned) >= TextPrefix(r.Bytes) || TextPrefix(r.Bytes) < min(len(r.Bytes), leastText)
	}
	if turn {
		r.Bytes, r.Sources = turned, sources
	}
}
