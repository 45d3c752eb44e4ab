package rows

import (
	"bytes"
	"errors"
	"io"
)

// table reads CSV as RFC 4180 has it, with commas, semicolons, tabs or bars, whichever the
// header has most of. A quotation mark within a field that does not begin with one is itself.
type table struct {
	in        *lines
	separator byte
	at        []int // of the wanted columns
	fields    [][]byte
	row       []byte // of a row that goes over several lines, or whose quotes are undone
	width     int    // columns of the header
}

func newCSV(in *lines, columns []Column) (Reader, error) {
	t := &table{in: in}
	line, err := in.next()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	in.unread, in.last, in.err = true, line, err
	t.separator = separatorOf(line)
	if err := t.record(); err != nil {
		var bad *Malformed
		if errors.As(err, &bad) {
			return nil, errors.New("the header cannot be read: " + bad.Reason)
		}
		return nil, err
	}
	names := make([]string, len(t.fields))
	for i, f := range t.fields {
		names[i] = string(f)
	}
	t.width = len(names)
	t.at, err = find(columns, names)
	return t, err
}

// separatorOf returns the sign that a header has most of, outside of quotes.
func separatorOf(line []byte) byte {
	var count [256]int
	quoted := false
	for _, c := range line {
		if c == '"' {
			quoted = !quoted
		} else if !quoted {
			count[c]++
		}
	}
	best := byte(',')
	for _, c := range []byte(";\t|") {
		if count[c] > count[best] {
			best = c
		}
	}
	return best
}

// Next implements [Reader].
func (t *table) Next(row *Row) error {
	from := t.in.number + 1
	for {
		if err := t.record(); err != nil {
			return err
		}
		if len(t.fields) != 1 || len(t.fields[0]) > 0 || t.width == 1 && len(t.row) > 0 {
			break // not a blank line
		}
		from = t.in.number + 1
	}
	if len(t.fields) != t.width {
		return &Malformed{from, t.in.number, "it has another number of fields than the header"}
	}
	row.Number = from
	row.Values = row.Values[:0]
	for _, at := range t.at {
		if at < 0 {
			row.Values = append(row.Values, nil)
			continue
		}
		row.Values = append(row.Values, t.fields[at])
	}
	return nil
}

// record reads a row into fields.
func (t *table) record() error {
	line, err := t.in.next()
	if errors.Is(err, errLong) {
		return &Malformed{t.in.number, t.in.number, errLong.Error()}
	}
	if err != nil && (!errors.Is(err, io.EOF) || len(line) == 0) {
		return err
	}
	t.fields, t.row = t.fields[:0], t.row[:0]
	if bytes.IndexByte(line, '"') < 0 {
		t.plain(trimEnd(line))
		return nil
	}
	return t.quoted(line)
}

func trimEnd(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}

// plain splits a line that holds no quotation marks.
func (t *table) plain(line []byte) {
	for {
		i := bytes.IndexByte(line, t.separator)
		if i < 0 {
			t.fields = append(t.fields, line)
			return
		}
		t.fields = append(t.fields, line[:i])
		line = line[i+1:]
	}
}

// quoted reads a row that holds quotation marks, and perhaps line breaks between them.
func (t *table) quoted(line []byte) error {
	from := t.in.number
	var ends []int // of the fields in row
	for {
		rest, open := t.field(line, &ends, false)
		for open {
			next, err := t.in.next()
			switch {
			case errors.Is(err, errLong), err == nil && len(t.row)+len(next) > maxRow:
				return &Malformed{from, t.in.number, "a quotation mark that nothing closes within a megabyte"}
			case err != nil && (!errors.Is(err, io.EOF) || len(next) == 0):
				if errors.Is(err, io.EOF) {
					return &Malformed{from, t.in.number, "a quotation mark that nothing closes"}
				}
				return err
			}
			rest, open = t.field(next, &ends, true)
		}
		if rest == nil {
			break
		}
		line = rest
	}
	start := 0
	for _, end := range ends {
		t.fields = append(t.fields, t.row[start:end])
		start = end
	}
	return nil
}

// field appends the field that a line begins with to row, or goes on with one that was left
// open. It returns what follows the separator behind it, nil at the end of the row; open says
// that the field goes on in the next line.
func (t *table) field(line []byte, ends *[]int, within bool) (rest []byte, open bool) {
	if !within {
		if len(line) == 0 || line[0] != '"' {
			text := trimEnd(line)
			i := bytes.IndexByte(text, t.separator)
			if i < 0 {
				t.row = append(t.row, text...)
				*ends = append(*ends, len(t.row))
				return nil, false
			}
			t.row = append(t.row, text[:i]...)
			*ends = append(*ends, len(t.row))
			return line[i+1:], false
		}
		line = line[1:]
	}
	for {
		i := bytes.IndexByte(line, '"')
		if i < 0 {
			t.row = append(t.row, line...)
			return nil, true
		}
		t.row = append(t.row, line[:i]...)
		line = line[i+1:]
		if len(line) > 0 && line[0] == '"' {
			t.row = append(t.row, '"')
			line = line[1:]
			continue
		}
		// What stands between the closing mark and the separator belongs to the field.
		text := trimEnd(line)
		end := bytes.IndexByte(text, t.separator)
		if end < 0 {
			t.row = append(t.row, text...)
			*ends = append(*ends, len(t.row))
			return nil, false
		}
		t.row = append(t.row, text[:end]...)
		*ends = append(*ends, len(t.row))
		return line[end+1:], false
	}
}
