package office

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/scanner/extract"
)

// markup writes the text of a part in WordprocessingML, DrawingML, or any other
// XML.
//
// Inside a paragraph only what the table inline names is text. Outside of
// paragraphs every text counts, behind the name of its element: that is how
// properties and custom XML come out as "Account: 1234…".
func (p *pack) markup(data []byte, part, place, kind string) error {
	if place == "" {
		place = roots[kind]
	}
	m := &markup{writer: writer{pack: p, part: part, place: place, counted: kind == "document" && place == ""}, kind: kind, base: place}
	if place != "" {
		m.at(place)
	}
	t := newTokens(data)
	for t.next() && m.err == nil {
		switch t.kind {
		case startTag:
			m.start(t)
			if t.empty {
				m.end(t.name)
			}
		case endTag:
			m.end(t.name)
		case characters:
			m.text(t.text)
		}
	}
	return m.finish()
}

// roots say what a part is by its outermost element, for parts that nothing
// gives a place to.
var roots = map[string]string{
	"hdr": "header", "ftr": "footer", "comments": "comment", "footnotes": "footnote", "endnotes": "endnote",
	"coreProperties": "document properties", "Properties": "document properties",
	"pivotCacheDefinition": "pivot cache", "pivotCacheRecords": "pivot cache",
	"connections": "data connection", "queryTable": "data connection", "externalLink": "external link",
	"settings": "document settings", "datastoreItem": "custom XML", "glossaryDocument": "building blocks", "MasterContents": "master shape",
	"sldMaster": "slide master", "sldLayout": "slide layout", "notesMaster": "notes master", "handoutMaster": "handout master",
	"cmAuthorLst": "comment author", "Comments": "comment", "personList": "comment author", "people": "comment author",
}

// inline are the elements of which the characters belong to a paragraph.
var inline = map[string]bool{"t": true, "delText": true, "instrText": true, "delInstrText": true, "text": true}

// markup reads the elements of OOXML.
type markup struct {
	writer
	kind     string   // the outermost element
	base     string   // place of the part
	path     [][]byte // the open elements, as far as maxPath
	drawn    int      // Visio's texts around us, in which all characters count
	note     bool     // in the text of a comment of a sheet or slide
	label    string   // of a property or a name, from its attributes
	labelOf  string
	format   string // of the numbers of a chart
	midline  bool   // values were written that belong on one line
	span     int    // columns of the cell
	deleted  int    // tracked deletions around us
	added    int    // tracked insertions around us
	choice   map[string]bool
	fallback int // alternatives around us that older programs show
}

// starts are the elements that do something when they begin.
var starts = map[string]func(m *markup, t *tokens){
	"p":    func(m *markup, _ *tokens) { m.openParagraph() },
	"Text": func(m *markup, _ *tokens) { m.drawn++; m.openParagraph() },
	"text": func(m *markup, t *tokens) { // of a comment
		if !t.empty && m.top() == nil {
			m.note = true
			m.openParagraph()
		}
	},

	"tab":           func(m *markup, _ *tokens) { m.tab() },
	"ptab":          func(m *markup, _ *tokens) { m.separate("\t") },
	"br":            func(m *markup, _ *tokens) { m.separate("\n") },
	"cr":            func(m *markup, _ *tokens) { m.separate("\n") },
	"noBreakHyphen": func(m *markup, _ *tokens) { m.separate("-") },
	"sym":           func(m *markup, t *tokens) { m.separate(symbol(t.attr("char"))) },

	"tbl":      func(m *markup, _ *tokens) { m.openTable() },
	"tr":       func(m *markup, _ *tokens) { m.openRow() },
	"tc":       func(m *markup, t *tokens) { m.span = atoi(t.attr("gridSpan")); m.openCell() },
	"gridSpan": func(m *markup, t *tokens) { m.span = atoi(t.attr("val")) },

	"del":      func(m *markup, _ *tokens) { m.deleted++ },
	"moveFrom": func(m *markup, _ *tokens) { m.deleted++ },
	"ins":      func(m *markup, _ *tokens) { m.added++ },
	"moveTo":   func(m *markup, _ *tokens) { m.added++ },
	"fldChar":  func(m *markup, _ *tokens) { m.field(" ") },

	"AlternateContent": func(m *markup, _ *tokens) { m.choice = map[string]bool{} },
	"Fallback":         func(m *markup, _ *tokens) { m.fallback++ },

	"comment":         func(m *markup, t *tokens) { m.comment(t.attr("ref")) },
	"threadedComment": func(m *markup, t *tokens) { m.comment(t.attr("ref")) },

	"property":    func(m *markup, t *tokens) { m.named(t, "name") },
	"definedName": func(m *markup, t *tokens) { m.openFrame("definedName", "defined name"); m.named(t, "name") },
	"Row":         func(m *markup, t *tokens) { m.named(t, "N") },
	"Cell":        shapeData,

	"cacheField": func(m *markup, t *tokens) {
		m.named(t, "name")
		m.at(m.where())
		m.write(m.label + "\t")
		m.midline = true
	},
	"s": pivotValue,
	"n": pivotValue,
}

// ends are the elements that do something when they end.
var ends = map[string]func(m *markup){
	"p":    func(m *markup) { m.endParagraph() },
	"Text": func(m *markup) { m.endParagraph(); m.drawn = max(0, m.drawn-1) },
	"text": func(m *markup) {
		if m.note {
			m.note = false
			m.endParagraph()
		}
	},
	"tbl": func(m *markup) { m.closeTable() },
	"tr":  func(m *markup) { m.closeRow() },
	"tc":  func(m *markup) { m.closeCell(m.span) },

	"del":      func(m *markup) { m.deleted = max(0, m.deleted-1) },
	"moveFrom": func(m *markup) { m.deleted = max(0, m.deleted-1) },
	"ins":      func(m *markup) { m.added = max(0, m.added-1) },
	"moveTo":   func(m *markup) { m.added = max(0, m.added-1) },
	"Fallback": func(m *markup) { m.fallback = max(0, m.fallback-1) },

	"definedName": func(m *markup) { m.closeFrame("definedName") },
	"sharedItems": lineEnd, "r": lineEnd,
	"ser": lineEnd, "cat": lineEnd, "val": lineEnd, "tx": lineEnd, "xVal": lineEnd, "yVal": lineEnd, "bubbleSize": lineEnd, "cd": lineEnd,
}

func lineEnd(m *markup) {
	if len(m.open) == 0 && m.midline {
		m.write("\n")
		m.midline = false
	}
}

// pivotValue writes a value that a pivot table keeps of its source.
func pivotValue(m *markup, t *tokens) {
	if value := t.attr("v"); value != "" && m.pivot() {
		m.at(m.where())
		m.write(number(unescaped(value), "") + "\t")
		m.midline = true
	}
}

// maxPath bounds how many open elements are remembered.
const maxPath = 64

func (m *markup) start(t *tokens) {
	if len(m.path) < maxPath && !t.empty {
		m.path = append(m.path, t.name)
	}
	if f := starts[string(t.name)]; f != nil {
		f(m, t)
	}
	if !m.pivot() || len(t.name) > 1 { // whose values are written already
		m.attributes(t)
	}
}

// pivot reports whether the part keeps the source of a pivot table, in elements with
// names of one letter.
func (m *markup) pivot() bool { return strings.HasPrefix(m.kind, "pivot") }

func (m *markup) end(name []byte) {
	if n := len(m.path) - 1; n >= 0 && string(m.path[n]) == string(name) {
		m.path = m.path[:n]
	} else if n > 0 && string(m.path[n-1]) == string(name) { // one end is missing
		m.path = m.path[:n-1]
	}
	if f := ends[string(name)]; f != nil {
		f(m)
	}
	if m.labelOf == string(name) {
		m.label, m.labelOf = "", ""
	}
}

func (m *markup) element() string {
	if n := len(m.path); n > 0 {
		return string(m.path[n-1])
	}
	return ""
}

func (m *markup) text(text []byte) {
	p := m.top()
	element := m.element()
	switch {
	case p == nil:
		m.loose(text, element)
	case !inline[element] && m.drawn == 0:
	case element == "instrText" || element == "delInstrText":
		m.field(string(text))
	case element == "delText" || m.deleted > 0:
		p.remove(text)
	case m.added > 0:
		p.insert(text)
	default:
		p.add(text)
	}
	if p != nil {
		m.divide(p)
	}
}

// field adds to the code of a field. That of a link may go on in the next
// paragraph.
func (m *markup) field(code string) {
	if p := m.top(); p != nil && (code != " " || len(p.fields) > 0) {
		p.fields = append(p.fields, code...)
	}
}

// endParagraph writes a paragraph, unless it is one of an alternative for older
// programs and says the same as that for newer ones.
func (m *markup) endParagraph() {
	const most = 10_000
	if p := m.top(); p != nil && m.choice != nil && !p.forked && len(p.now) > 0 {
		switch {
		case m.fallback > 0 && m.choice[string(p.now)]:
			p.now = nil
		case m.fallback == 0 && len(m.choice) < most:
			m.choice[string(p.now)] = true
		}
	}
	m.closeParagraph()
}

// loose writes a text outside of paragraphs.
func (m *markup) loose(text []byte, element string) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return
	}
	m.at(m.where())
	switch element {
	case "formatCode":
		m.format = string(text)
		return
	case "v": // of a chart's cache
		m.write(number(string(text), m.format) + "\t")
		m.midline = true
		return
	case "DataMashup":
		m.mashup(text)
		return
	}
	label := m.label
	if label == "" {
		label = element
	}
	if label != "" && !inline[element] {
		m.write(label + ": ")
	}
	m.writeBytes(text)
	m.write("\n")
}

// mashup hands on the queries of a workbook: a zip behind eight bytes, in
// base64 (MS-QDEFF, section 2.2).
func (m *markup) mashup(text []byte) {
	data, err := base64.StdEncoding.DecodeString(string(text))
	if i := bytes.Index(data, []byte("PK\x03\x04")); i >= 0 && m.err == nil {
		m.err = m.out.EmbedBytes(m.part, "data query", data[i:])
		m.out.Begin(m.part)
		m.said = ""
		return
	}
	if err != nil {
		m.out.Unexamined(m.part, "data query", extract.ErrDamaged)
	}
}

// named takes the label of what follows from an attribute.
func (m *markup) named(t *tokens, attribute string) {
	m.label, m.labelOf = t.attr(attribute), string(t.name)
}

// tab separates, unless it is the definition of a tab stop.
func (m *markup) tab() {
	if !strings.HasPrefix(m.element(), "tab") || m.element() == "tab" {
		m.separate("\t")
	}
}

// shapeData writes what the cells of a shape in a drawing hold, unless they only
// shape it.
func shapeData(m *markup, t *tokens) {
	const least = 12
	name, value := t.attr("N"), t.attr("V")
	if value == "" || len(value) < least && !dataCells[name] || !telling([]byte(value)) {
		return
	}
	label := m.label
	if label == "" {
		label = name
	}
	m.nearby("shape data", label+": "+value)
}

// dataCells are the cells of a shape that hold what people wrote.
var dataCells = map[string]bool{"Value": true, "Label": true, "Prompt": true, "Address": true, "SubAddress": true, "Description": true, "Comment": true}

// symbol returns a character that is given by its code in a symbol font's
// private area.
func symbol(code string) string {
	if n, err := strconv.ParseUint(code, 16, 16); err == nil && n >= 0xf020 && n < 0xf07f {
		return string(rune(n - 0xf000))
	}
	return ""
}

// comment gives a comment of a sheet the place of its cell.
func (m *markup) comment(cell string) {
	if cell != "" {
		m.place = strings.TrimSuffix(m.base, ", comment") + " cell " + cell + ", comment"
	}
}
