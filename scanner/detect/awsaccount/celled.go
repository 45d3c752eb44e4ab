package awsaccount

import (
	"bytes"
	"strconv"
)

// The tables of this file have their cells on lines of their own, or in tags.

// tagReach is how far ahead of the digits the tag of their cell stands at most, in bytes.
const tagReach = 512

// tagged reads a table of HTML, or of a template that makes one. It looks at the text as it
// stands, since a row may be one line or twenty.
func tagged(p *place) (heading, bool) {
	text := p.w.Text[:p.start]
	near := max(0, len(text)-tagReach)
	i := lastCellTag(text[near:])
	if i < 0 {
		return heading{}, false
	}
	cell := text[near+i:]
	if bytes.Contains(cell, []byte("</t")) {
		return heading{}, false // the digits stand behind it
	}
	row := lastTag(text[:near+i], "<tr")
	if row < 0 {
		return heading{}, false
	}
	table := lastTag(text[:row], "<table")
	if table < 0 {
		return heading{}, false
	}
	first := firstRow(text[table:row])
	if first == nil {
		return heading{}, false
	}
	columns, _ := tagCells(first)
	_, at := tagCells(text[row : near+i])
	behind := p.w.Text[p.end:min(len(p.w.Text), p.end+wideAfter)]
	if end := endOfRow(behind); end >= 0 {
		_, more := tagCells(behind[:end])
		at += max(0, len(columns)-at-1-more) // cells that go on from rows above stand first
	}
	return pick(columns, at, !hasLetter(withoutTags(cell)))
}

// lastCellTag returns where the last tag of a cell begins, or -1.
func lastCellTag(text []byte) int { return max(lastTag(text, "<td"), lastTag(text, "<th")) }

// lastTag returns where the last tag with a name begins, or -1. Names are written in small
// letters, or all of them in capitals.
func lastTag(text []byte, tag string) int {
	for _, t := range [][]byte{[]byte(tag), bytes.ToUpper([]byte(tag))} {
		for end := len(text); end > 0; {
			i := bytes.LastIndex(text[:end], t)
			if i < 0 {
				break
			}
			if behind := i + len(t); behind < len(text) && !isAlnum(text[behind]) {
				return i
			}
			end = i
		}
	}
	return -1
}

// firstRow returns what stands in the first row of a table, nil if there is none.
func firstRow(table []byte) []byte {
	for _, t := range []string{"<tr", "<TR"} {
		if i := bytes.Index(table, []byte(t)); i >= 0 {
			row := table[i+len(t):]
			if end := endOfRow(row); end >= 0 {
				row = row[:end]
			}
			return row
		}
	}
	return nil
}

// endOfRow returns where a row ends, or -1.
func endOfRow(text []byte) int {
	for _, t := range []string{"</tr", "</TR", "<tr", "<TR", "</table", "</TABLE"} {
		if i := bytes.Index(text, []byte(t)); i >= 0 {
			return i
		}
	}
	return -1
}

// tagCells returns the texts of the cells in a row, one for each column that they take, and
// how many these are.
func tagCells(row []byte) (list [][]byte, columns int) {
	for {
		i := nextCellTag(row)
		if i < 0 || columns >= maxColumns {
			return list, columns
		}
		row = row[i:]
		begin := bytes.IndexByte(row, '>') + 1
		if begin == 0 {
			return list, columns
		}
		span := spanOf(row[:begin])
		row = row[begin:]
		end := nextCellTag(row)
		if end < 0 {
			end = len(row)
		}
		text := withoutTags(row[:end])
		for range span {
			list = append(list, text)
		}
		columns += span
		row = row[end:]
	}
}

// nextCellTag returns where the next tag of a cell begins, or -1.
func nextCellTag(text []byte) int {
	for at := 0; ; at++ {
		i := bytes.IndexByte(text[at:], '<')
		if i < 0 || at+i+3 >= len(text) {
			return -1
		}
		at += i
		if t := text[at+1:]; t[0]|0x20 == 't' && (t[1]|0x20 == 'd' || t[1]|0x20 == 'h') && !isAlnum(t[2]) {
			return at
		}
	}
}

// spanOf returns how many columns a cell takes.
func spanOf(tag []byte) int {
	_, value, _ := bytes.Cut(tag, []byte("colspan="))
	value = bytes.TrimLeft(value, `"'`)
	n := 0
	for n < len(value) && isDigit(value[n]) {
		n++
	}
	span, _ := strconv.Atoi(string(value[:n]))
	return min(max(1, span), maxColumns)
}

// withoutTags returns a text without the tags in it.
func withoutTags(text []byte) []byte {
	if bytes.IndexByte(text, '<') < 0 {
		return bytes.TrimSpace(text)
	}
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		i := bytes.IndexByte(text, '<')
		if i < 0 {
			out = append(out, text...)
			break
		}
		out = append(append(out, text[:i]...), ' ')
		end := bytes.IndexByte(text[i:], '>')
		if end < 0 {
			break
		}
		text = text[i+end+1:]
	}
	return bytes.TrimSpace(out)
}

// asciidoc reads a table whose cells begin with a wall, on one line or on many. Its first line
// tells how many of them make a row, or the columns that are declared above it
// (https://docs.asciidoctor.org/asciidoc/latest/tables/add-columns/).
func asciidoc(p *place) (heading, bool) {
	own := bytes.TrimLeft(p.line, " ")
	if len(own) == 0 || own[0] != '|' || bytes.HasSuffix(bytes.TrimRight(p.rest, " "), []byte{'|'}) {
		return heading{}, false
	}
	top := 0
	for ; ; top++ {
		l := p.up(top)
		if l == nil || top > maxRows {
			return heading{}, false
		}
		if bytes.HasPrefix(l.trimmed, []byte("|===")) {
			break
		}
	}
	columns := declared(p.up(top + 1))
	var row [][]byte
	total, first := 0, true
	for i := top - 1; i >= 0; i-- {
		l := p.up(i)
		switch {
		case len(l.trimmed) == 0:
			if first && columns == 0 {
				columns = total
			}
			first = first && total == 0
			continue
		case first && columns == 0 && total == 0 && l.count(0) > 1:
			columns = l.count(0)
		}
		cell := cells(l.text, separators[0])[1:]
		total += len(cell)
		row = append(row, cell[:min(len(cell), maxColumns-min(maxColumns, len(row)))]...)
	}
	total += bytes.Count(own, []byte{'|'}) - 1
	if columns == 0 || columns > len(row) || total < columns {
		return heading{}, false
	}
	return pick(row[:columns], total%columns, !hasLetter(own[lastCell(own, "|"):]))
}

// declared returns how many columns the attributes of a table declare, 0 if they do not.
func declared(attributes *part) int {
	if attributes == nil {
		return 0
	}
	_, list, ok := bytes.Cut(attributes.trimmed, []byte("cols="))
	if !ok {
		return 0
	}
	list = bytes.Trim(list, `"]`)
	if end := bytes.IndexAny(list, `"]`); end >= 0 {
		list = list[:end]
	}
	n := 0
	for c := range bytes.SplitSeq(list, []byte{','}) {
		times := 1
		if before, _, ok := bytes.Cut(c, []byte{'*'}); ok {
			times, _ = strconv.Atoi(string(bytes.TrimSpace(before)))
		}
		n += min(max(times, 0), maxColumns)
	}
	return min(n, maxColumns)
}

// itemized reads the table that reStructuredText writes as a list of lists
// (https://docutils.sourceforge.io/docs/ref/rst/directives.html#list-table).
func itemized(p *place) (heading, bool) {
	column := itemColumn(p.line)
	if column < 0 {
		return heading{}, false
	}
	at, found := 0, beginsRow(p.line, column)
	n := 0
	for ; !found; n++ {
		l := p.up(n)
		if l == nil || n > maxColumns {
			return heading{}, false
		}
		if itemColumn(l.text) == column {
			at++
			found = beginsRow(l.text, column)
		}
	}
	top := -1 // the line with the first cell of the first row
	for ; n < maxRows; n++ {
		l := p.up(n)
		if l == nil {
			return heading{}, false
		}
		if itemColumn(l.text) == column {
			if beginsRow(l.text, column) {
				top = n
			}
			continue
		}
		if bytes.Contains(l.text, []byte("list-table")) {
			break
		}
	}
	if top < 0 || n == maxRows {
		return heading{}, false
	}
	var row [][]byte
	for ; top >= 0 && len(row) < maxColumns; top-- {
		l := p.up(top)
		if itemColumn(l.text) != column {
			continue
		}
		if len(row) > 0 && beginsRow(l.text, column) {
			break
		}
		row = append(row, bytes.TrimSpace(l.text[column+1:]))
	}
	return pick(row, at, !hasLetter(p.line))
}

// itemColumn returns where the dash of a cell stands in a line, -1 if there is none.
func itemColumn(line []byte) int {
	i := indentOf(line)
	if i+2 < len(line) && line[i] == '*' && line[i+1] == ' ' {
		i += 2
	}
	if i+1 < len(line) && line[i] == '-' && line[i+1] == ' ' {
		return i
	}
	return -1
}

// beginsRow reports whether the cell whose dash stands at a column is the first of its row.
func beginsRow(line []byte, column int) bool { return column >= 2 && line[column-2] == '*' }
