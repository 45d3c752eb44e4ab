package awsaccount

import "bytes"

// maxRows bounds how far up the header of a table is looked for.
const maxRows = 300

// column returns the header of the table column that the digits stand in: of a
// Markdown table, or of rows joined by commas, semicolons or tabs. It is nil
// where the lines form no table; a line of code does not.
func column(p *place) []byte {
	for _, sep := range []byte{'|', '\t', ',', ';'} {
		if sep != '|' && isCode(p.line) {
			return nil
		}
		at := bytes.Count(p.line, []byte{sep})
		all := at + bytes.Count(p.rest, []byte{sep})
		if all == 0 {
			continue
		}
		if h := header(p.before[:len(p.before)-len(p.line)], sep, all); h != nil {
			return field(h, sep, at)
		}
	}
	return nil
}

// isCode says whether a line up to the digits is code or a document's key rather
// than the cells of a row.
func isCode(line []byte) bool {
	return indentOf(line) > 0 || bytes.ContainsAny(line, "(){}[]=") || bytes.Contains(line, []byte(": ")) || bytes.Contains(line, []byte(`":`))
}

// header returns the topmost line of the rows above that have the same number
// of separators, nil if there is none or it holds a number like the digits.
func header(above []byte, sep byte, count int) []byte {
	var top []byte
	for n := 0; n < maxRows && len(above) > 0; n++ {
		above = above[:len(above)-1]
		l := lastLine(above)
		if bytes.Count(l, []byte{sep}) != count {
			break
		}
		top = l
		above = above[:len(above)-len(l)]
	}
	if top == nil || !hasLetter(top) || groups(top) > 0 {
		return nil
	}
	return top
}

func field(row []byte, sep byte, at int) []byte {
	for range at {
		_, row, _ = bytes.Cut(row, []byte{sep})
	}
	f, _, _ := bytes.Cut(row, []byte{sep})
	return bytes.TrimSpace(f)
}
