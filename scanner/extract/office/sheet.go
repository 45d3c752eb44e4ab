package office

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// workbook is what the sheets of a book share.
type workbook struct {
	binary  bool
	strings []string
	used    []bool   // strings that a cell shows
	formats []string // codes of number formats, by cell style
}

// sheets reads a workbook's list of sheets, its strings and its styles.
func (p *pack) sheets(data []byte, relations []relation, book *workbook) {
	t := newTokens(data)
	for t.next() {
		if t.kind != startTag || string(t.name) != "sheet" {
			continue
		}
		key := target(relations, t.attr("id"))
		if p.has(key) {
			p.places[key] = sheetPlace(t.attr("name"), t.attr("state"))
			p.inherit(key, 0)
		}
	}
	for _, r := range relations {
		switch {
		case r.outside:
		case r.kind == "sharedStrings":
			book.strings = sharedStrings(p.part(r.target))
		case r.kind == "styles":
			book.formats = cellFormats(p.part(r.target))
		}
	}
	if book.strings == nil {
		book.strings = sharedStrings(p.part("xl/sharedstrings.xml"))
	}
	book.used = make([]bool, len(book.strings))
}

func sheetPlace(name, state string) string {
	place := fmt.Sprintf("sheet %q", name)
	switch state {
	case "hidden":
		place += " (hidden)"
	case "veryHidden":
		place += " (very hidden)"
	}
	return place
}

// sharedStrings reads the strings that cells refer to by number. The runs of one
// are put together; phonetic guides are left out, since they stand above it.
func sharedStrings(data []byte) []string {
	var out []string
	var text []byte
	in, phonetic, runs := false, false, false
	t := newTokens(data)
	for t.next() {
		switch name := string(t.name); {
		case t.kind == characters:
			if in && runs && !phonetic {
				text = append(text, t.text...)
			}
		case name == "si":
			if t.kind == startTag && !t.empty {
				in, text = true, text[:0]
				continue
			}
			out, in = append(out, string(text)), false
			text = text[:0]
		case name == "rPh":
			phonetic = t.kind == startTag && !t.empty
		case name == "t":
			runs = t.kind == startTag && !t.empty
		}
	}
	if in {
		out = append(out, string(text)) // cut off in the middle
	}
	return out
}

// cellFormats reads the number format's code of every cell style.
func cellFormats(data []byte) []string {
	codes := map[string]string{}
	var out []string
	in := false
	t := newTokens(data)
	for t.next() {
		if t.kind == characters {
			continue
		}
		switch name := string(t.name); {
		case name == "cellXfs":
			in = t.kind == startTag
		case t.kind == endTag:
		case name == "numFmt":
			codes[t.attr("numFmtId")] = t.attr("formatCode")
		case name == "xf" && in:
			out = append(out, codes[t.attr("numFmtId")])
		}
	}
	return out
}

// cell is a cell while it is read.
type cell struct {
	ref, kind, style string
	value, formula   []byte
	inline           bool
}

// sheet writes a worksheet: a line for each row, its cells parted by tabs, then
// the formulas, and whatever else the sheet says.
func (p *pack) sheet(data []byte, place string, book *workbook) error {
	s := &sheetWriter{pack: p, place: place, book: book}
	if place != "" {
		p.out.Place(place)
	}
	t := newTokens(data)
	for t.next() && s.err == nil {
		switch t.kind {
		case startTag:
			s.start(t)
			if t.empty {
				s.end(string(t.name))
			}
		case endTag:
			s.end(string(t.name))
		case characters:
			s.text(t.text)
		}
	}
	s.end("row") // cut off in the middle
	s.finish()
	if s.err != nil {
		return s.err
	}
	return p.out.Err()
}

type sheetWriter struct {
	*pack
	place    string
	book     *workbook
	cell     cell
	element  string
	inCell   bool
	filled   bool // something stands in this row
	row, col int
	formulas []aside
	others   bytes.Buffer // headers, validations, targets in the document
	err      error
}

// aside is a text that is written later, at its place.
type aside struct{ place, text string }

func (s *sheetWriter) start(t *tokens) {
	s.element = string(t.name)
	switch s.element {
	case "row":
		s.col = 0
		if n, err := strconv.Atoi(t.attr("r")); err == nil {
			s.row = n
		} else {
			s.row++
		}
	case "c":
		s.col++
		s.cell = cell{ref: t.attr("r"), kind: t.attr("t"), style: t.attr("s")}
		if s.cell.ref == "" {
			s.cell.ref = reference1(s.row, s.col)
		}
		s.inCell = true
	case "hyperlink", "dataValidation", "cfRule":
		t.eachAttr(func(key, value []byte) bool {
			if len(value) >= 12 && telling(value) {
				s.others.Write(t.decode(value))
				s.others.WriteByte('\n')
			}
			return true
		})
	}
}

// reference1 names a cell by its row and column, from 1: C12.
func reference1(row, col int) string {
	letters := ""
	for ; col > 0; col = (col - 1) / 26 {
		letters = string(rune('A'+(col-1)%26)) + letters
	}
	return letters + strconv.Itoa(row)
}

func (s *sheetWriter) text(text []byte) {
	switch {
	case !s.inCell:
		if text = bytes.TrimSpace(text); len(text) > 0 {
			s.others.Write(text)
			s.others.WriteByte('\n')
		}
	case s.element == "v":
		s.cell.value = append(s.cell.value, text...)
	case s.element == "t":
		s.cell.value = append(s.cell.value, text...)
		s.cell.inline = true
	case s.element == "f":
		s.cell.formula = append(s.cell.formula, text...)
	}
}

func (s *sheetWriter) end(name string) {
	switch name {
	case "c":
		s.closeCell()
	case "row":
		if s.filled {
			s.write("\n")
			s.filled = false
		}
	}
	if name == s.element {
		s.element = ""
	}
}

func (s *sheetWriter) closeCell() {
	s.inCell = false
	c := &s.cell
	where := s.place + " cell " + c.ref
	if shown := s.shown(c); shown != "" {
		s.out.Place(where)
		s.write(shown + "\t")
		s.filled = true
	}
	if len(c.formula) >= 8 {
		s.formulas = append(s.formulas, aside{where + ", formula", string(c.formula)})
	}
}

// shown returns what a person sees in a cell.
func (s *sheetWriter) shown(c *cell) string {
	value := string(c.value)
	switch {
	case c.kind == "s":
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || n < 0 || n >= len(s.book.strings) {
			return ""
		}
		s.book.used[n] = true
		return s.book.strings[n]
	case c.kind == "" || c.kind == "n":
		n, err := strconv.Atoi(c.style)
		if err != nil || n < 0 || n >= len(s.book.formats) {
			return number(value, "")
		}
		return number(value, s.book.formats[n])
	}
	return value
}

// finish writes what is not in the grid.
func (s *sheetWriter) finish() {
	for _, f := range s.formulas {
		s.out.Place(f.place)
		s.write("=" + f.text + "\n")
	}
	if s.others.Len() > 0 && s.err == nil {
		s.out.Place(s.place)
		_, s.err = s.out.Write(s.others.Bytes())
	}
}

func (s *sheetWriter) write(text string) {
	if s.err == nil {
		_, s.err = s.out.WriteString(text)
	}
}

// unused writes the strings that no cell shows any more: editors keep what was
// deleted until they save anew.
func (book *workbook) unused(p *pack) error {
	begun := false
	for i, text := range book.strings {
		if book.used[i] || text == "" {
			continue
		}
		if !begun {
			p.out.Begin("xl/sharedStrings.xml")
			p.out.Place("text that no cell shows")
			begun = true
		}
		if _, err := p.out.WriteString(text + "\n"); err != nil {
			return err
		}
	}
	return p.out.Err()
}
