package office

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/internal/ziparchive"
	"github.com/deputy-sec/deputy/scanner/extract"
)

// NewFlat returns the extractor of office documents in a single XML file: those of
// ODF, and those that Word writes as "XML Document".
func NewFlat() *extract.Extractor {
	return &extract.Extractor{
		Name: "flat office document",
		Text: true,
		Claims: func(head []byte) bool {
			return bytes.Contains(head[:min(len(head), 8)], []byte("<?xml")) && flatRoot(head) != nil
		},
		Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
			data, err := doc.Bytes()
			if err != nil {
				return err
			}
			p := newPackage(&ziparchive.Archive{}, out)
			p.room = maxXML
			if string(flatRoot(data[:min(len(data), extract.Sniff)])) == openDocumentRoot {
				return p.openDocument(data, "", "")
			}
			p.out.Begin("")
			return p.markup(data, "", "", "document")
		},
	}
}

const openDocumentRoot = "<office:document"

// flatRoot returns the element that a document in a single file begins with.
func flatRoot(head []byte) []byte {
	for _, root := range []string{openDocumentRoot, "<pkg:package", "<w:wordDocument"} {
		if i := bytes.Index(head, []byte(root)); i >= 0 {
			return head[i : i+len(root)]
		}
	}
	return nil
}

// odf reads a package of ODF.
func (p *pack) odf() error {
	if bytes.Contains(p.part("meta-inf/manifest.xml"), []byte("encryption-data")) {
		return extract.ErrEncrypted
	}
	if e := p.byName["content.xml"]; e != nil {
		p.pictures(p.read(e))
	}
	for _, e := range p.parts {
		if err := p.odfPart(e); err != nil {
			return err
		}
	}
	return p.out.Err()
}

// odfNouns say what a part is by its file.
var odfNouns = map[string]string{"meta.xml": "document properties", "settings.xml": "document settings"}

func (p *pack) odfPart(e *ziparchive.Entry) error {
	key := keyOf(e.Name)
	dir, base := path.Split(key)
	switch {
	case key == "mimetype", key == "meta-inf/manifest.xml", dir == "thumbnails/", dir == "configurations2/accelerator/":
		return p.out.Err()
	case base == "content.xml", base == "styles.xml", base == "meta.xml", base == "settings.xml":
		place := join(p.places[strings.TrimSuffix(dir, "/")], odfNouns[base])
		return p.openDocument(p.read(e), e.Name, place)
	case strings.HasSuffix(key, ".xml"), strings.HasSuffix(key, ".rdf"), strings.HasSuffix(key, ".xba"), strings.HasSuffix(key, ".xlb"):
		data := p.read(e)
		p.out.Begin(e.Name)
		return p.markup(data, e.Name, p.places[key], root(data))
	}
	return p.embed(e)
}

// pictures gives places to the pictures and objects that pages and sheets show.
func (p *pack) pictures(content []byte) {
	o := &openDocument{hidden: hiddenStyles(content)}
	t := newTokens(content)
	for t.next() {
		if t.kind != startTag {
			continue
		}
		o.whereabouts(t)
		noun := shows[string(t.name)]
		if noun == "" {
			continue
		}
		key := keyOf(strings.TrimPrefix(t.attr("href"), "./"))
		if key != "" && p.places[key] == "" {
			p.places[key] = placeOn(noun, o.place)
		}
	}
}

// shows are the elements that show another part.
var shows = map[string]string{"image": "image", "fill-image": "image", "object": "embedded object", "object-ole": "embedded object", "plugin": "media"}

func placeOn(noun, place string) string {
	if place == "" {
		return noun
	}
	return noun + " on " + place
}

// hiddenStyles returns the names of the styles that hide a sheet or slide.
func hiddenStyles(data []byte) map[string]bool {
	out := map[string]bool{}
	style := ""
	t := newTokens(data)
	for t.next() {
		if t.kind != startTag {
			continue
		}
		switch string(t.name) {
		case "style":
			style = t.attr("name")
		case "table-properties":
			if t.attr("display") == "false" {
				out[style] = true
			}
		case "drawing-page-properties":
			if t.attr("visibility") == "hidden" {
				out[style] = true
			}
		case "body":
			return out
		}
	}
	return out
}

// openDocument writes the text of an XML part of ODF.
func (p *pack) openDocument(data []byte, part, place string) error {
	p.out.Begin(part)
	o := &openDocument{writer: writer{pack: p, part: part, place: place}, base: place, hidden: hiddenStyles(data), grid: grid{out: p.out}}
	t := newTokens(data)
	for t.next() && o.err == nil && o.grid.err == nil {
		switch t.kind {
		case startTag:
			o.start(t)
			if t.empty {
				o.end(t.name)
			}
		case endTag:
			o.end(t.name)
		case characters:
			o.text(t.text)
		}
	}
	o.closeSheet()
	if o.grid.err != nil {
		return o.grid.err
	}
	return o.finish()
}

// openDocument reads the elements of ODF.
type openDocument struct {
	writer
	base   string // place of the part
	hidden map[string]bool
	body   bool
	what   string // the kind of the body: text, spreadsheet, presentation, drawing
	slide  int

	grid    grid
	inSheet bool
	cell    sheetCell
	times   int // rows that this one stands for
	column  int // of the cell

	element []byte
	label   string
	silent  int // elements around us whose characters are no text of the paragraph
	binary  []byte
}

// sheetCell is a cell of a sheet while it is read.
type sheetCell struct {
	open   bool
	text   []byte
	stored string
	times  int
}

// odfFrames are the elements with a place of their own.
var odfFrames = map[string]string{
	"annotation": "comment", "notes": "notes", "tracked-changes": "deleted text", "note-body": "footnote",
	"header": "header", "header-left": "header", "header-first": "header", "footer": "footer", "footer-left": "footer", "footer-first": "footer",
	"meta": "document properties", "named-expressions": "defined name", "content-validations": "data validation", "dde-links": "data connection", "forms": "form",
}

// silentElements are those within paragraphs whose characters stand beside the
// text: numbers of notes, guides of pronunciation.
var silentElements = map[string]bool{"note-citation": true, "ruby-text": true, "sender-initials": true}

func (o *openDocument) start(t *tokens) {
	name := string(t.name)
	if !t.empty {
		o.element = t.name
	}
	o.whereabouts(t)
	if noun := odfFrames[name]; noun != "" {
		o.openFrame(name, noun)
	}
	if silentElements[name] {
		o.silent++
	}
	if f := odfStarts[name]; f != nil {
		f(o, t)
	}
	if o.body || name == "user-defined" {
		o.attributes(t)
	}
}

var odfStarts = map[string]func(o *openDocument, t *tokens){
	"body": func(o *openDocument, _ *tokens) { o.body = true },
	"p":    func(o *openDocument, _ *tokens) { o.openParagraph() },
	"h":    func(o *openDocument, _ *tokens) { o.openParagraph() },

	"tab":        func(o *openDocument, _ *tokens) { o.separate("\t") },
	"line-break": func(o *openDocument, _ *tokens) { o.separate("\n") },
	"s": func(o *openDocument, t *tokens) {
		o.separate(strings.Repeat(" ", min(max(1, atoi(t.attr("c"))), maxGap)))
	},

	"table":              func(o *openDocument, _ *tokens) { o.startTable() },
	"table-row":          func(o *openDocument, t *tokens) { o.startRow(t) },
	"table-cell":         func(o *openDocument, t *tokens) { o.startCell(t) },
	"covered-table-cell": func(o *openDocument, t *tokens) { o.startCell(t) },

	"change-track-table-cell": func(o *openDocument, t *tokens) { o.nearby("", number(t.attr("value"), "")) },

	"user-defined": func(o *openDocument, t *tokens) { o.label = t.attr("name") },
	"config-item":  func(o *openDocument, t *tokens) { o.label = t.attr("name") },
	"binary-data":  func(o *openDocument, _ *tokens) { o.binary = o.binary[:0] },
}

func (o *openDocument) end(name []byte) {
	switch string(name) {
	case "p", "h":
		o.endParagraph()
	case "table-cell", "covered-table-cell":
		o.endCell()
	case "table-row":
		o.endRow()
	case "table":
		o.endTable()
	case "binary-data":
		o.picture()
	case "user-defined", "config-item":
		o.label = ""
	}
	if silentElements[string(name)] {
		o.silent = max(0, o.silent-1)
	}
	o.closeFrame(string(name))
	if string(name) == string(o.element) {
		o.element = nil
	}
}

// whereabouts follows the kind of document, its slides and sheets.
func (o *openDocument) whereabouts(t *tokens) {
	switch name := string(t.name); name {
	case "text", "spreadsheet", "presentation", "drawing":
		if o.what == "" {
			o.what = name
			o.counted = name == "text"
		}
	case "page":
		if o.what == "presentation" || o.what == "drawing" {
			o.slide++
			o.place = numbered(map[string]string{"presentation": "slide", "drawing": "page"}[o.what], o.slide)
			if o.hidden[t.attr("style-name")] {
				o.place += " (hidden)"
			}
		}
	case "table":
		if o.what == "spreadsheet" && !o.inSheet && len(o.frames) == 0 {
			o.place = sheetPlace(t.attr("name"), "")
			if o.hidden[t.attr("style-name")] {
				o.place += " (hidden)"
			}
		}
	}
}

func (o *openDocument) startTable() {
	if o.what == "spreadsheet" && !o.inSheet && len(o.frames) == 0 {
		o.inSheet, o.hold = true, true
		o.grid = grid{out: o.out, sheet: o.place}
		return
	}
	o.openTable()
}

func (o *openDocument) endTable() {
	if len(o.rows) > 0 {
		o.closeTable()
		return
	}
	o.closeSheet()
}

func (o *openDocument) closeSheet() {
	if !o.inSheet {
		return
	}
	o.endCell()
	o.grid.closeRow()
	o.inSheet, o.hold, o.cellName = false, false, ""
	o.writeLate()
	o.place, o.said = o.base, ""
	o.write("\n")
}

// inGrid reports whether we are in the grid of a sheet rather than in a table.
func (o *openDocument) inGrid() bool { return o.inSheet && len(o.rows) == 0 }

func (o *openDocument) startRow(t *tokens) {
	if !o.inGrid() {
		o.openRow()
		return
	}
	o.grid.openRow(o.grid.number + max(1, o.times))
	o.times = min(atoi(t.attr("number-rows-repeated")), maxRows)
	o.column = 0
}

func (o *openDocument) endRow() {
	if !o.inGrid() {
		o.closeRow()
		return
	}
	o.grid.closeRow()
}

func (o *openDocument) startCell(t *tokens) {
	if !o.inGrid() {
		o.openCell()
		return
	}
	o.column++
	o.cellName = cellName(o.column, o.grid.number)
	o.cell = sheetCell{open: true, text: o.cell.text[:0], times: max(1, atoi(t.attr("number-columns-repeated")))}
	if v := t.attr("value"); v != "" {
		o.cell.stored = number(v, "")
	} else {
		o.cell.stored = t.attr("string-value")
	}
	if f := t.attr("formula"); telltale.MatchString(f) {
		o.keep(aside{join(o.where(), "formula"), withJoined(f)})
	}
}

func (o *openDocument) endCell() {
	if !o.inGrid() {
		o.closeCell(0) // covered cells follow
		return
	}
	if !o.cell.open {
		return
	}
	o.cell.open, o.cellName = false, ""
	o.grid.add(o.column, both(string(o.cell.text), o.cell.stored))
	o.column += min(o.cell.times, maxColumns) - 1
}

// endParagraph writes a paragraph, or gives it to its cell.
func (o *openDocument) endParagraph() {
	p := o.top()
	switch {
	case p == nil || !o.inGrid():
	case len(o.frames) == 0 && o.cell.open && len(o.open) == 1:
		if len(o.cell.text) > 0 {
			o.cell.text = append(o.cell.text, cellBreak...)
		}
		o.cell.text = append(o.cell.text, p.now...)
		p.now = nil
	default: // a comment or a drawing in the midst of a row
		o.keep(aside{o.where(), string(p.now)})
		p.now = nil
	}
	o.closeParagraph()
}

func (o *openDocument) text(text []byte) {
	p := o.top()
	switch element := string(o.element); {
	case element == "binary-data":
		o.binary = append(o.binary, text...)
	case o.body && (element == "title" || element == "desc"):
		o.nearby("alt text", string(text))
	case p == nil:
		o.loose(bytes.TrimSpace(text))
	case o.silent == 0:
		p.add(text)
		o.divide(p)
	}
}

// loose writes a text outside of paragraphs.
func (o *openDocument) loose(text []byte) {
	if len(text) == 0 || o.label == "PrinterSetup" {
		return
	}
	label := o.label
	if label == "" {
		label = string(o.element)
	}
	if label != "" {
		label += ": "
	}
	o.nearby("", label+string(text))
}

// picture hands on a picture that a flat document holds.
func (o *openDocument) picture() {
	data, err := base64.StdEncoding.DecodeString(string(bytes.Join(bytes.Fields(o.binary), nil)))
	o.binary = nil
	if len(data) == 0 || o.err != nil {
		return
	}
	place := placeOn("image", o.place)
	if err != nil {
		o.out.Unexamined(o.part, place, fmt.Errorf("%w: not in base64", extract.ErrDamaged))
		return
	}
	o.err = o.out.EmbedBytes("", place, data)
	o.out.Begin(o.part)
	o.said = ""
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
