package markup

import "bytes"

// flow is how the text of a page runs: where its lines and cells end. A row of a table is one
// line, its cells parted by tabs, however the page writes it, so that what heads a column or
// row stands where a reader sees it.
type flow struct {
	fresh  bool // a separator stands at the end
	tables int  // that are open
	cell   bool // one is open
	edge   bool // it has no text yet
	broken bool // a line of it has ended, and more may follow
	pre    bool // blanks are meant

	moved bool   // the tag at hand begins another line of a picture
	y     string // of the text of a picture that is open
}

// tag returns what a tag writes.
func (f *flow) tag(name string, start bool) (separator string) {
	if len(name) > 1 && (name[0] == 't' || name[0] == 'p' && name[1] == 'r') {
		switch name {
		case "td", "th":
			return f.cellTag(start)
		case "table", "tr", "thead", "tbody", "tfoot":
			f.cell, f.broken = false, false
			if name == "table" {
				f.table(start)
			}
		case "pre":
			f.pre = start
		case "tspan":
			moved := f.moved
			if f.moved = false; moved {
				return f.line()
			}
			return ""
		}
	}
	if !parts(name) {
		return ""
	}
	return f.line()
}

func (f *flow) table(start bool) {
	if start {
		f.tables++
	} else if f.tables > 0 {
		f.tables--
	}
}

// line ends a line. At the edges of a cell that is none.
func (f *flow) line() string {
	switch {
	case f.cell:
		f.broken = !f.edge
		return ""
	case f.fresh:
		return ""
	}
	f.fresh = true
	return "\n"
}

func (f *flow) cellTag(start bool) string {
	open := f.cell
	f.cell, f.edge, f.broken = start, true, false
	if start && !open {
		return ""
	}
	f.fresh = false
	return "\t"
}

// text returns what a text writes, and what comes before it.
func (f *flow) text(text []byte) (separator string, shown []byte) {
	if len(text) == 0 {
		return "", nil
	}
	if f.tables > 0 && !f.pre {
		if text = f.inTable(text); len(text) == 0 {
			return "", nil
		}
	}
	if f.broken {
		f.broken, separator = false, "\n"
	}
	f.fresh, f.edge = false, false
	return separator, text
}

// inTable returns a text without the line breaks that only the page's source has.
func (f *flow) inTable(text []byte) []byte {
	if len(bytes.TrimLeft(text, " \t\r\n\f")) == 0 && (!f.cell || f.edge || f.broken) {
		return nil
	}
	if !f.cell || bytes.IndexByte(text, '\n') < 0 {
		return text
	}
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		i := bytes.IndexByte(text, '\n')
		if i < 0 {
			return append(out, text...)
		}
		out = append(append(out, bytes.TrimRight(text[:i], " \t")...), ' ')
		text = bytes.TrimLeft(text[i:], " \t\r\n\f")
	}
	return out
}

// placed is what kind of element says where a text of a picture stands.
type placed int

const (
	unplaced placed = iota
	aText
	aPiece // of a text
)

func placedBy(name string) placed {
	switch name {
	case "text":
		return aText
	case "tspan":
		return aPiece
	}
	return unplaced
}

// place notes an attribute of a text of a picture: one that stands lower than what is before it
// begins another line. Letters that are placed one by one along a line do not.
func (f *flow) place(by placed, key, value []byte) {
	switch {
	case len(value) == 0:
	case len(key) == 2 && key[0]|0x20 == 'd' && key[1]|0x20 == 'y':
		f.moved = f.moved || by == aPiece && bytes.ContainsAny(value, "123456789")
	case len(key) == 1 && key[0]|0x20 == 'y':
		f.moved = f.moved || by == aPiece && string(value) != f.y
		f.y = string(value)
	}
}
