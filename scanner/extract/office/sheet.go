package office

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/internal/lazyregexp"
	"github.com/deputy-sec/deputy/scanner/extract"
)

// workbook is what the sheets of a book share.
type workbook struct {
	binary  bool
	strings []string
	used    []bool   // strings that a cell shows
	formats []string // codes of number formats, by cell style
}

// sheets reads a workbook's list of sheets.
func (p *pack) sheets(data []byte, relations []relation) {
	t := newTokens(data)
	for t.next() {
		if t.kind != startTag || string(t.name) != "sheet" {
			continue
		}
		key := target(relations, t.attr("id"))
		if p.has(key) {
			p.places[key] = sheetPlace(t.attr("name"), t.attr("state"))
			p.inherit(key)
		}
	}
}

// shares reads the strings and styles that sheets refer to, and names the sheets
// that no workbook names.
func (p *pack) shares(relations []relation, book *workbook) {
	texts, styles := "xl/sharedstrings.xml", "xl/styles.xml"
	for _, r := range relations {
		switch {
		case r.outside:
		case r.kind == "sharedStrings":
			texts = r.target
		case r.kind == "styles":
			styles = r.target
		}
	}
	if book.strings = sharedStrings(p.part(texts)); len(book.strings) == maxStrings {
		p.out.Unexamined(texts, "", &extract.OverBudget{Limit: "more strings than sheets have"})
	}
	book.used = make([]bool, len(book.strings))
	book.formats = cellFormats(p.part(styles))
	for _, e := range p.parts {
		key := keyOf(e.Name)
		if file, ok := strings.CutPrefix(key, "xl/worksheets/"); ok && p.places[key] == "" && path.Ext(file) == ".xml" {
			p.places[key] = sheetPlace(strings.TrimSuffix(file, ".xml"), "")
			p.inherit(key)
		}
	}
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

// maxStrings bounds how many strings sheets share, and maxFormats how many
// formats: those that no program wrote would take more memory than they take
// bytes.
const (
	maxStrings = 1 << 22
	maxFormats = 1 << 16
)

// sharedStrings reads the strings that cells refer to by number. The runs of one
// are put together; phonetic guides are left out, since they stand above it.
func sharedStrings(data []byte) []string {
	var out []string
	var text []byte
	in, phonetic, runs := false, false, false
	t := newTokens(data)
	for t.next() && len(out) < maxStrings {
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
			out, in = append(out, unescaped(string(text))), false
			text = text[:0]
		case name == "rPh":
			phonetic = t.kind == startTag && !t.empty
		case name == "t":
			runs = t.kind == startTag && !t.empty
		}
	}
	if in {
		out = append(out, unescaped(string(text))) // cut off in the middle
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
		case name == "xf" && in && len(out) < maxFormats:
			out = append(out, codes[t.attr("numFmtId")])
		}
	}
	return out
}

// cell is a cell while it is read.
type cell struct {
	column         int
	kind, style    string
	value, formula []byte
}

// sheet writes a worksheet: its grid, then the formulas, and whatever else the
// sheet says.
func (p *pack) sheet(data []byte, part, place string, book *workbook) error {
	s := &sheetReader{book: book, grid: grid{out: p.out, sheet: place}, writer: writer{pack: p, part: part, place: place}}
	if place != "" {
		s.at(place)
	}
	t := newTokens(data)
	for t.next() && s.grid.err == nil {
		switch t.kind {
		case startTag:
			if string(t.name) == "row" {
				s.rows++
			}
			if s.rows > maxRows {
				s.grid.closeRow()
				p.out.Unexamined(part, place, &extract.OverBudget{Limit: "more rows than sheets have"})
				return errors.Join(s.grid.err, s.finish())
			}
			s.start(t)
			if t.empty {
				s.end(t.name)
			}
		case endTag:
			s.end(t.name)
		case characters:
			s.text(t.text)
		}
	}
	s.closeCell() // cut off in the middle
	s.grid.closeRow()
	if s.grid.err != nil {
		return s.grid.err
	}
	return s.finish()
}

type sheetReader struct {
	writer
	grid    grid
	book    *workbook
	cell    cell
	inCell  bool
	element []byte
	mute    bool // within a phonetic guide
	rows    int
	column  int
}

func (s *sheetReader) start(t *tokens) {
	s.element = t.name
	switch string(t.name) {
	case "row":
		n := atoi(t.attr("r"))
		if n <= 0 {
			n = s.grid.number + 1
		}
		s.grid.openRow(n)
		s.column = 0
	case "c":
		s.openCell(t)
	case "rPh":
		s.mute = !t.empty
	case "hyperlink", "dataValidation", "protectedRange", "control", "sheetPr", "brk":
		s.attributes(t)
	}
}

func (s *sheetReader) openCell(t *tokens) {
	s.column++
	s.cell = cell{value: s.cell.value[:0], formula: s.cell.formula[:0]}
	t.eachAttr(func(key, value []byte) bool {
		switch string(key) {
		case "r":
			if column, _ := columnOf(string(value)); column > 0 {
				s.column = column
			}
		case "t":
			s.cell.kind = string(value)
		case "s":
			s.cell.style = string(value)
		}
		return true
	})
	s.cell.column = s.column
	s.inCell = true
}

func (s *sheetReader) text(text []byte) {
	switch {
	case !s.inCell:
		s.loose(text)
	case s.mute:
	case string(s.element) == "v" || string(s.element) == "t":
		s.cell.value = append(s.cell.value, text...)
	case string(s.element) == "f":
		s.cell.formula = append(s.cell.formula, text...)
	}
}

// looseNouns say what a text outside of the grid is by its element.
var looseNouns = map[string]string{
	"oddHeader": "header", "evenHeader": "header", "firstHeader": "header",
	"oddFooter": "footer", "evenFooter": "footer", "firstFooter": "footer",
	"formula": "conditional format", "formula1": "data validation", "formula2": "data validation",
}

func (s *sheetReader) loose(text []byte) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return
	}
	noun := looseNouns[string(s.element)]
	line := string(text)
	if noun == "header" || noun == "footer" {
		line = withoutCodes(line)
	}
	s.keep(aside{join(s.place, noun), line})
}

// withoutCodes takes the codes out of a header or footer: &C begins its middle,
// &"Arial,Bold" sets a font, &12 its size (ECMA-376, part 1, 18.3.1.46).
func withoutCodes(text string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "&")
		out.WriteString(before)
		if !found || rest == "" {
			return strings.TrimSpace(out.String())
		}
		switch c := rest[0]; {
		case c == '&':
			out.WriteByte('&')
			rest = rest[1:]
		case c == '"':
			_, rest, _ = strings.Cut(rest[1:], `"`)
		case '0' <= c && c <= '9':
			// A size has two digits at most; Excel parts it from digits of the
			// text by a blank.
			n := 1
			if len(rest) > 1 && '0' <= rest[1] && rest[1] <= '9' {
				n = 2
			}
			rest = rest[n:]
		case c == 'K' && len(rest) >= 7: // a colour
			rest = rest[7:]
		default:
			out.WriteByte(' ')
			rest = rest[1:]
		}
		text = rest
	}
}

func (s *sheetReader) end(name []byte) {
	switch string(name) {
	case "c":
		s.closeCell()
	case "row":
		s.grid.closeRow()
		s.relieve()
	case "rPh":
		s.mute = false
	}
	if string(name) == string(s.element) {
		s.element = nil
	}
}

// relieve writes what was kept for the end of the sheet, if it is too much to be
// kept.
func (s *sheetReader) relieve() {
	const most = 20_000
	if len(s.late) > most {
		s.writeLate()
		s.grid.last = -1 // what follows begins a table, for it stands below
	}
}

func (s *sheetReader) closeCell() {
	if !s.inCell {
		return
	}
	s.inCell = false
	c := &s.cell
	s.grid.add(c.column, s.shown(c))
	if telltale.Match(c.formula) {
		s.keep(aside{s.grid.cellPlace(c.column) + ", formula", withJoined("=" + string(c.formula))})
	}
}

// telltale are formulas that say more than the names of cells: they hold texts,
// long numbers or other files.
var telltale = lazyregexp.New(`["\[]|[0-9]{5}`)

// betweenLiterals is what puts two literals of a formula together.
var betweenLiterals = lazyregexp.New(`"\s*&\s*"`)

// withJoined returns a formula, and behind it the formula once more with those of
// its literals put together that it concatenates.
func withJoined(formula string) string {
	if joined := betweenLiterals.ReplaceAllLiteralString(formula, ""); joined != formula {
		return formula + "\n" + joined
	}
	return formula
}

// shown returns what a person sees in a cell.
func (s *sheetReader) shown(c *cell) string {
	switch c.kind {
	case "s":
		n, err := strconv.Atoi(string(bytes.TrimSpace(c.value)))
		if err != nil {
			return ""
		}
		return s.book.shared(n)
	case "", "n":
		return number(string(c.value), s.book.format(c.style))
	case "b":
		return truth[string(bytes.TrimSpace(c.value))]
	}
	return unescaped(string(c.value))
}

// truth says how truth values show.
var truth = map[string]string{"0": "FALSE", "1": "TRUE"}

// shared returns a string by its number and notes that it shows. A very long one
// is returned once: a million cells that show the same book would say no more.
func (book *workbook) shared(n int) string {
	const long = 4 << 10
	if n < 0 || n >= len(book.strings) || book.used[n] && len(book.strings[n]) > long {
		return ""
	}
	book.used[n] = true
	return book.strings[n]
}

// format returns the code of a cell style's number format.
func (book *workbook) format(style string) string {
	if n, err := strconv.Atoi(style); err == nil && n >= 0 && n < len(book.formats) {
		return book.formats[n]
	}
	return ""
}

var escapes = lazyregexp.New(`_x[0-9A-Fa-f]{4}_`)

// unescaped resolves _x000D_, by which spreadsheets write characters that XML
// cannot hold (ECMA-376, part 1, 22.9.2.19).
func unescaped(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	return escapes.ReplaceAllStringFunc(text, func(e string) string {
		n, err := strconv.ParseUint(e[2:6], 16, 16)
		if err != nil || n == 0 {
			return ""
		}
		return string(rune(n))
	})
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
