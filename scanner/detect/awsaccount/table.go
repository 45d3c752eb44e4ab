package awsaccount

import (
	"bytes"
	"unicode/utf8"
)

// heading is what a table says of the column that the digits stand in. Its texts are those
// of the table's first row.
type heading struct {
	text   []byte   // of the column
	others [][]byte // of the other columns
	alone  bool     // the digits' own cell names them by no word
}

// Bounds of a table: how far up its first row is sought, in lines, and how many columns it has.
const (
	maxRows    = 300
	maxColumns = 64
)

// tables are the notations of tables, those first that tell at a glance that the digits are
// in none of theirs.
var tables = []func(*place) (heading, bool){tagged, asciidoc, itemized, inserted, separated, aligned}

// headingOf returns the heading of the digits' column; false where they stand in no table.
func headingOf(p *place) (heading, bool) {
	for _, t := range tables {
		if h, ok := t(p); ok {
			return h, hasLetter(h.text)
		}
	}
	return heading{}, false
}

// pick makes a heading of a table's first row.
func pick(row [][]byte, at int, alone bool) (heading, bool) {
	if at >= len(row) {
		return heading{}, false
	}
	h := heading{text: row[at], alone: alone}
	for i, c := range row {
		if i != at {
			h.others = append(h.others, c)
		}
	}
	return h, true
}

// reading reads a heading. One that only says ID means that of the account beside it.
func (h *heading) reading() reading {
	r := readBack(h.text)
	if r.kind == neutral && h.numbersOnly() {
		for _, other := range h.others {
			if o := readBack(other); o.kind == account && !o.id && !o.number {
				o.id = true
				return o
			}
		}
	}
	return r
}

// numbersOnly reports whether a heading is a word for an ID and no more.
func (h *heading) numbersOnly() bool {
	list := split(h.text)
	for _, w := range list {
		if !ordinals[w] && !numbers[w] {
			return false
		}
	}
	return len(list) > 0
}

// ofAnother reports whether another column of the table is that of account IDs.
func (h *heading) ofAnother() bool {
	for _, other := range h.others {
		if r := readBack(other); r.kind == account && (r.id || r.number || meaningOf(lastWord(other)) == account || isCompound(lastWord(other))) {
			return true
		}
	}
	return false
}

// separators part the cells of a row: the walls of Markdown, of grids and of boxes, then what
// is written between values.
var separators = [...]string{"|", "│", "║", "┃", "\t", ",", ";"}

const walls = 4 // of the separators

// separated reads a Markdown table, a grid, or rows that are joined by commas, semicolons or
// tabs. A line of code is no row of the latter.
func separated(p *place) (heading, bool) {
	for i, sep := range separators {
		if i == walls && isCode(p.line) {
			break
		}
		at, open := countCells(p.line, i, false)
		behind, _ := countCells(p.rest, i, open)
		if at+behind == 0 {
			continue
		}
		row, between := header(p, i, at+behind)
		if row == nil {
			continue
		}
		own := p.line[lastCell(p.line, sep):]
		return pick(cells(row, between), at, !hasLetter(own))
	}
	return heading{}, false
}

// lastCell returns where the last cell of a line begins.
func lastCell(line []byte, sep string) int {
	if i := bytes.LastIndex(line, []byte(sep)); i >= 0 {
		return i + len(sep)
	}
	return 0
}

// countCells counts the separators in a text, those in quotes aside: a wall stands in none.
// quoted is whether the text begins and ends in quotes.
func countCells(text []byte, separator int, quoted bool) (n int, open bool) {
	sep := []byte(separators[separator])
	if separator < walls || !quoted && bytes.IndexByte(text, '"') < 0 {
		return bytes.Count(text, sep), false
	}
	for _, c := range text {
		switch {
		case c == '"':
			quoted = !quoted
		case !quoted && c == sep[0]:
			n++
		}
	}
	return n, quoted
}

// cells cuts a row at the separators that stand in no quotes.
func cells(row []byte, sep string) (list [][]byte) {
	quoted, from := false, 0
	for i := 0; i < len(row) && len(list) < maxColumns; i++ {
		switch {
		case row[i] == '"' && len(sep) == 1 && sep != separators[0]:
			quoted = !quoted
		case !quoted && row[i] == sep[0] && bytes.HasPrefix(row[i:], []byte(sep)):
			list = append(list, bytes.TrimSpace(row[from:i]))
			from = i + len(sep)
			i = from - 1
		}
	}
	return append(list, bytes.TrimSpace(row[from:]))
}

// isCode reports whether a line up to the digits is code or a document's key rather
// than the cells of a row.
func isCode(line []byte) bool {
	return indentOf(line) > 0 || bytes.ContainsAny(line, "(){}[]=") || bytes.Contains(line, []byte(": ")) || bytes.Contains(line, []byte(`":`))
}

// header returns the topmost line of the rows above that have the same number of separators,
// and its separator; nil if there is none or it holds a number like the digits. What is drawn
// between rows is none.
func header(p *place, separator, count int) (row []byte, sep string) {
	var top *part
	sep = separators[separator]
	for n := range maxRows {
		l := p.up(n)
		if l == nil {
			break
		}
		if l.count(separator) == count {
			top = l
			continue
		}
		if separator == 0 && l.count(0) == 2*count && bytes.HasPrefix(l.trimmed, []byte("||")) {
			return l.text, "||" // as wikis mark headings
		}
		if separators[separator] == "\t" {
			if names := copied(l.trimmed); names != nil {
				return names, ","
			}
		}
		if !isBorder(l.trimmed) {
			break
		}
	}
	if top == nil || !hasLetter(top.text) || top.hasGroups() {
		return nil, ""
	}
	return top.text, sep
}

// isBorder reports whether a line is drawn between the rows of a table.
func isBorder(line []byte) bool {
	n := 0
	for _, r := range string(line) {
		switch {
		case r == '-' || r == '=' || r == '~' || r == '^' || r >= 0x2500 && r <= 0x257f:
			n++
		case r != '+' && r != '|' && r != ':' && r != ' ':
			return false
		}
	}
	return n >= 2
}

// aligned reads a table whose cells are set off by blanks and stand below each other.
func aligned(p *place) (heading, bool) {
	first := len(bytes.TrimLeft(p.line, " ")) == 0
	if !first && !bytes.HasSuffix(p.line, gap) || first && !bytes.HasPrefix(bytes.TrimRight(p.rest, " "), gap) ||
		len(p.rest) > 0 && p.rest[0] != ' ' {
		return heading{}, false
	}
	from := utf8.RuneCount(p.line)
	to := from + p.end - p.start
	var (
		top []byte
		row []byte
	)
	for n := range maxRows {
		l := p.up(n)
		if l == nil || len(l.trimmed) == 0 {
			break
		}
		if isBorder(l.trimmed) {
			continue
		}
		if !bytes.Contains(l.trimmed, gap) {
			break
		}
		if c := cellOver(l.text, from, to); hasLetter(c) {
			top, row = c, l.trimmed
		}
	}
	if top == nil {
		return heading{}, false
	}
	h := heading{text: top, alone: true}
	for c := range bytes.SplitSeq(row, gap) {
		if c = bytes.TrimSpace(c); len(c) > 0 && !bytes.Equal(c, top) && len(h.others) < maxColumns {
			h.others = append(h.others, c)
		}
	}
	return h, true
}

// gap sets off the cells of an aligned table.
var gap = []byte("  ")

// cellOver returns the cell of a line that stands over some columns, which are counted in
// characters; nil if none does.
func cellOver(line []byte, from, to int) []byte {
	for column := 0; len(line) > 0; {
		blanks := len(line) - len(bytes.TrimLeft(line, " "))
		line, column = line[blanks:], column+blanks
		end := bytes.Index(line, gap)
		if end < 0 {
			end = len(line)
		}
		width := utf8.RuneCount(line[:end])
		if column < to && column+width > from {
			return bytes.TrimSpace(line[:end])
		}
		line, column = line[end:], column+width
	}
	return nil
}
