package awsaccount

import "bytes"

// maxRows bounds how far up the header of a table is looked for.
const maxRows = 300

// column returns the header of the table column that the digits stand in: of a
// Markdown table, or of rows joined by commas, semicolons or tabs. It is nil
// where the lines form no table; a line of code does not.
func column(p *place) []byte {
	for i := range separators {
		if i > 0 && isCode(p.line) {
			return nil
		}
		at := bytes.Count(p.line, separators[i:i+1])
		all := at + bytes.Count(p.rest, separators[i:i+1])
		if all == 0 {
			continue
		}
		if h := header(p, i, all); h != nil {
			return field(h, separators[i], at)
		}
	}
	return nil
}

// separators part the cells of a row.
var separators = [...]byte{'|', '\t', ',', ';'}

// isCode reports whether a line up to the digits is code or a document's key rather
// than the cells of a row.
func isCode(line []byte) bool {
	return indentOf(line) > 0 || bytes.ContainsAny(line, "(){}[]=") || bytes.Contains(line, []byte(": ")) || bytes.Contains(line, []byte(`":`))
}

// header returns the topmost line of the rows above that have the same number
// of separators, nil if there is none or it holds a number like the digits.
func header(p *place, separator, count int) []byte {
	var top *part
	for n := range maxRows {
		l := p.up(n)
		if l == nil || l.count(separator) != count {
			break
		}
		top = l
	}
	if top == nil || !hasLetter(top.text) || top.hasGroups() {
		return nil
	}
	return top.text
}

func field(row []byte, sep byte, at int) []byte {
	for range at {
		_, row, _ = bytes.Cut(row, []byte{sep})
	}
	f, _, _ := bytes.Cut(row, []byte{sep})
	return bytes.TrimSpace(f)
}
