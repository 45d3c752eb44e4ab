package awsaccount

import "bytes"

// inserted reads the values of an INSERT, whose columns stand in it or in the CREATE TABLE
// above.
func inserted(p *place) (heading, bool) {
	if before := bytes.TrimRight(p.line, " '\"\t"); len(before) > 0 && before[len(before)-1] != ',' && before[len(before)-1] != '(' {
		return heading{}, false
	}
	text := p.w.Text[:p.start]
	start := lastKeyword(text, "INSERT INTO")
	if start < 0 {
		return heading{}, false
	}
	statement := text[start:]
	values := lastKeyword(statement[:min(len(statement), longestColumns)], "VALUES")
	if values < 0 {
		return heading{}, false
	}
	at, inside := valueAt(statement[values:])
	if !inside {
		return heading{}, false
	}
	columns := namesIn(statement[:values])
	if columns == nil {
		columns = created(text[:start])
	}
	own := statement[bytes.LastIndexAny(statement, ",(")+1:]
	return pick(columns, at, !hasLetter(own))
}

// longestColumns is how many bytes the head of an INSERT, with its columns, may have.
const longestColumns = 4 << 10

// lastKeyword returns where the last keyword begins that is written in capitals or in small
// letters, or -1.
func lastKeyword(text []byte, keyword string) int {
	return max(lastIndex(text, []byte(keyword)), lastIndex(text, bytes.ToLower([]byte(keyword))))
}

// valueAt returns how many values stand ahead in the tuple that is open at the end of a text,
// and whether one is.
func valueAt(text []byte) (n int, inside bool) {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			if depth++; depth == 1 {
				n = 0
			}
		case c == ')':
			depth--
		case c == ',' && depth == 1:
			n++
		}
	}
	return n, depth == 1
}

// namesIn returns the names in the first parentheses of a text, nil if there are none.
func namesIn(text []byte) [][]byte {
	_, list, ok := bytes.Cut(text, []byte{'('})
	if !ok {
		return nil
	}
	list, _, _ = bytes.Cut(list, []byte{')'})
	return cells(list, ",")
}

// created returns the columns of the CREATE TABLE last in a text, nil if there is none.
func created(text []byte) (columns [][]byte) {
	start := lastKeyword(text, "CREATE TABLE")
	if start < 0 {
		return nil
	}
	_, list, _ := bytes.Cut(text[start:], []byte{'('})
	depth, from := 0, 0
	for i, c := range list {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		}
		if (c == ',' && depth == 0 || depth < 0) && len(columns) < maxColumns {
			columns = append(columns, firstField(list[from:i]))
			from = i + 1
		}
		if depth < 0 {
			return columns
		}
	}
	return nil
}

func firstField(text []byte) []byte {
	text = bytes.TrimSpace(text)
	if i := bytes.IndexAny(text, " \t\n"); i >= 0 {
		text = text[:i]
	}
	return text
}

// copied returns the columns that the head of PostgreSQL's COPY names, joined by commas; nil if
// the line is none. Rows of text follow it.
func copied(line []byte) []byte {
	if len(line) < 5 || !equalFold(line[:5], "copy ") {
		return nil
	}
	_, list, ok := bytes.Cut(line, []byte{'('})
	if !ok {
		return nil
	}
	list, _, _ = bytes.Cut(list, []byte{')'})
	return list
}
