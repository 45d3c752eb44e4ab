package notation

import "bytes"

// Bounds of a column: the cells that are read of it, and the length of a row, in bytes.
const (
	maxCells = 100
	maxRow   = 2 << 10
)

// Below calls visit for the cells below the heading text[start:end] of a table, where they
// stand in text, until it returns false. Tables are rows joined by walls, tabs, commas or
// semicolons, and those of HTML. It calls nothing where the heading is in none.
func Below(text []byte, start, end int, visit func(from, to int) bool) {
	if !belowTag(text, start, end, visit) {
		belowSeparated(text, start, end, visit)
	}
}

// cellSeparators part the cells of a row.
var cellSeparators = [][]byte{[]byte("|"), []byte("│"), []byte("\t"), []byte(","), []byte(";")}

func belowSeparated(text []byte, start, end int, visit func(from, to int) bool) {
	from := bytes.LastIndexByte(text[:start], '\n') + 1
	to := lineEnd(text, end)
	if to-from > maxRow {
		return
	}
	for _, sep := range cellSeparators {
		at := bytes.Count(text[from:start], sep)
		count := at + bytes.Count(text[end:to], sep)
		if count == 0 {
			continue
		}
		for n, line := 0, to+1; n < maxCells && line < len(text); n++ {
			behind := lineEnd(text, line)
			row := text[line:behind]
			if bytes.Count(row, sep) == count {
				a, b := cell(row, sep, at)
				if !visit(line+a, line+b) {
					return
				}
			} else if !drawn(row) {
				break
			}
			line = behind + 1
		}
		return
	}
}

func lineEnd(text []byte, at int) int {
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(text)
}

// cell returns the bounds of a cell of a row, without what stands around its value.
func cell(row, sep []byte, at int) (from, to int) {
	for range at {
		from += bytes.Index(row[from:], sep) + len(sep)
	}
	to = len(row)
	if i := bytes.Index(row[from:], sep); i >= 0 {
		to = from + i
	}
	return bare(row, from, to)
}

// bare moves bounds inwards over blanks, quotes and marks.
func bare(text []byte, from, to int) (int, int) {
	const around = " \t\r\n\"'`*"
	for from < to && bytes.IndexByte([]byte(around), text[from]) >= 0 {
		from++
	}
	for to > from && bytes.IndexByte([]byte(around), text[to-1]) >= 0 {
		to--
	}
	return from, to
}

// drawn reports whether a line is drawn between the rows of a table.
func drawn(line []byte) bool {
	return len(bytes.TrimSpace(line)) > 0 && bytes.IndexFunc(line, func(r rune) bool {
		return r != '-' && r != '=' && r != '+' && r != '|' && r != ':' && r != ' ' && r != '\r' && (r < 0x2500 || r > 0x257f)
	}) < 0
}

// belowTag is Below for a heading that is a cell of HTML, and reports whether it is one.
func belowTag(text []byte, start, end int, visit func(from, to int) bool) bool {
	open := cellTag(text[max(0, start-maxRow):start])
	if len(open) == 0 || bytes.Contains(text[max(0, start-maxRow)+open[len(open)-1]:start], []byte("</")) {
		return false
	}
	at := -1 // of the heading's cell, from the row's begin on
	row := bytes.LastIndex(text[max(0, start-maxRow):start], []byte("<tr"))
	for _, o := range open {
		if o > row {
			at++
		}
	}
	if row < 0 || at < 0 {
		return false
	}
	limit := len(text)
	if i := bytes.Index(text[end:], []byte("</table")); i >= 0 {
		limit = end + i
	}
	begin := rowTag(text, end, limit)
	for n := 0; n < maxCells && begin < limit; n++ {
		next := rowTag(text, begin+1, limit)
		if from, to, ok := tagged(text[begin:next], at); ok && !visit(begin+from, begin+to) {
			break
		}
		begin = next
	}
	return true
}

// rowTag returns where the next row of HTML begins, or limit.
func rowTag(text []byte, at, limit int) int {
	if i := bytes.Index(text[at:limit], []byte("<tr")); i >= 0 {
		return at + i
	}
	return limit
}

// tagged returns the bounds of the text in a cell of a row, the tags at its ends aside.
func tagged(row []byte, at int) (from, to int, ok bool) {
	open := cellTag(row)
	if at >= len(open) {
		return 0, 0, false
	}
	from, to = open[at], len(row)
	if at+1 < len(open) {
		to = open[at+1]
	}
	for from < to && row[from] == '<' {
		i := bytes.IndexByte(row[from:to], '>')
		if i < 0 {
			return 0, 0, false
		}
		from, _ = bare(row, from+i+1, to)
	}
	if i := bytes.IndexByte(row[from:to], '<'); i >= 0 {
		to = from + i
	}
	from, to = bare(row, from, to)
	return from, to, true
}

// cellTag returns where the tags of cells begin.
func cellTag(text []byte) (at []int) {
	for i := 0; i+3 < len(text); i++ {
		j := bytes.Index(text[i:], []byte("<t"))
		if j < 0 || i+j+3 >= len(text) {
			break
		}
		if i += j; (text[i+2] == 'd' || text[i+2] == 'h') && !IsAlnum(text[i+3]) {
			at = append(at, i)
		}
	}
	return at
}
