package office

import (
	"bytes"
	"context"
	"encoding/base64"
	"path"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/internal/ziparchive"
	"github.com/deputy-sec/deputy/scanner/extract"
)

// NewFlat returns the extractor of ODF documents in a single XML file.
func NewFlat() *extract.Extractor {
	return &extract.Extractor{
		Name: "flat OpenDocument",
		Text: true,
		Claims: func(head []byte) bool {
			return bytes.HasPrefix(head, []byte("<?xml")) && bytes.Contains(head, []byte("<office:document"))
		},
		Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
			data, err := doc.Bytes()
			if err != nil {
				return err
			}
			p := &pack{out: out, places: map[string]string{}}
			return p.openDocument(data, "")
		},
	}
}

// odf reads a package of ODF.
func (p *pack) odf() error {
	if bytes.Contains(p.part("meta-inf/manifest.xml"), []byte("encryption-data")) {
		return extract.ErrEncrypted
	}
	if content := p.part("content.xml"); content != nil {
		p.pictures(content)
	}
	for _, e := range p.parts {
		if err := p.odfPart(e); err != nil {
			return err
		}
	}
	return p.out.Err()
}

func (p *pack) odfPart(e *ziparchive.Entry) error {
	key := keyOf(e.Name)
	base := path.Base(key)
	switch {
	case key == "mimetype", strings.HasPrefix(base, "thumbnail"):
		return p.out.Err()
	case base == "content.xml", base == "styles.xml", base == "meta.xml", base == "settings.xml":
		p.out.Begin(e.Name)
		place := map[string]string{"styles.xml": "header or footer", "meta.xml": "document properties", "settings.xml": "document settings"}[base]
		if dir := path.Dir(key); dir != "." && place == "" {
			place = p.places[dir]
		}
		return p.openDocument(p.read(e), place)
	case strings.HasSuffix(key, ".xml"), strings.HasSuffix(key, ".rdf"):
		data := p.read(e)
		p.out.Begin(e.Name)
		return p.markup(data, "", root(data))
	}
	return p.embed(e)
}

// pictures gives places to the pictures and objects that pages and sheets show.
func (p *pack) pictures(content []byte) {
	w := &odfWriter{pack: p}
	t := newTokens(content)
	for t.next() {
		if t.kind != startTag {
			continue
		}
		w.whereabouts(t)
		if href := t.attr("href"); href != "" && (string(t.name) == "image" || string(t.name) == "object") {
			noun := map[string]string{"image": "image", "object": "embedded object"}[string(t.name)]
			place := noun
			if w.base != "" {
				place = noun + " on " + w.base
			}
			key := keyOf(strings.TrimPrefix(href, "./"))
			if p.places[key] == "" {
				p.places[key] = place
			}
		}
	}
}

// openDocument writes the text of an XML part of ODF.
func (p *pack) openDocument(data []byte, place string) error {
	w := &odfWriter{pack: p, base: place, hidden: hiddenTables(data)}
	if place != "" {
		p.out.Place(place)
	}
	t := newTokens(data)
	for t.next() && w.err == nil {
		switch t.kind {
		case startTag:
			w.start(t)
			if t.empty {
				w.end(string(t.name))
			}
		case endTag:
			w.end(string(t.name))
		case characters:
			w.characters(t.text)
		}
	}
	w.write("\n")
	w.writeAside()
	if w.err != nil {
		return w.err
	}
	return p.out.Err()
}

// hiddenTables returns the names of table styles that do not show.
func hiddenTables(data []byte) map[string]bool {
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
		case "body":
			return out
		}
	}
	return out
}

// odfWriter writes text and knows where it is.
type odfWriter struct {
	*pack
	base     string // the slide or sheet, or what the whole part is
	hidden   map[string]bool
	slide    int
	row, col int
	repeat   int    // columns that this cell stands for
	stored   string // value of the cell, where it shows another
	shown    bool   // the cell has text
	inside   []string
	depth    int // paragraphs around us
	element  string
	binary   bytes.Buffer
	aside    bytes.Buffer
	err      error
}

// frames are elements that have a place of their own while they are open.
var frames = map[string]string{
	"annotation": "comment", "notes": "notes", "tracked-changes": "deleted text", "header": "header", "footer": "footer",
	"note-body": "footnote", "header-left": "header", "footer-left": "footer", "title": "", "desc": "",
}

func (w *odfWriter) start(t *tokens) {
	name := string(t.name)
	w.element = name
	if w.whereabouts(t) {
		w.place()
	}
	if what := frames[name]; what != "" {
		w.inside = append(w.inside, what)
		w.write("\n")
		w.place()
	}
	switch name {
	case "p", "h":
		w.depth++
	case "tab":
		w.write("\t")
	case "line-break":
		w.write("\n")
	case "s":
		w.write(strings.Repeat(" ", min(max(1, atoi(t.attr("c"))), 100)))
	case "table-cell", "covered-table-cell":
		w.cell(t)
	case "binary-data":
		w.binary.Reset()
	}
	w.attributes(t)
}

// whereabouts follows slides, sheets, rows and columns, and says whether the
// place is another one.
func (w *odfWriter) whereabouts(t *tokens) bool {
	switch string(t.name) {
	case "page":
		w.slide++
		w.base = numbered("slide", w.slide)
	case "table":
		if name := t.attr("name"); name != "" && w.slide == 0 {
			w.base = sheetPlace(name, "")
			if w.hidden[t.attr("style-name")] {
				w.base += " (hidden)"
			}
			w.row = 0
		}
	case "table-row":
		w.row++
		w.col = 0
		return false
	default:
		return false
	}
	return true
}

func (w *odfWriter) cell(t *tokens) {
	w.col++
	w.repeat = max(1, atoi(t.attr("number-columns-repeated")))
	w.shown = false
	w.stored = ""
	if v := t.attr("value"); v != "" {
		w.stored = number(v, "")
	} else if v := t.attr("string-value"); v != "" {
		w.stored = v
	}
	w.place()
}

func (w *odfWriter) end(name string) {
	switch name {
	case "p", "h":
		w.depth = max(0, w.depth-1)
		if w.col > 0 {
			w.write("  ")
		} else {
			w.write("\n")
		}
	case "table-cell", "covered-table-cell":
		if len(w.stored) >= 8 {
			w.write(w.stored) // what it shows may be rounded
		}
		w.stored = ""
		w.write("\t")
		w.col += w.repeat - 1
		w.repeat = 1
	case "table-row":
		w.write("\n")
	case "table":
		w.col = 0
	case "binary-data":
		w.picture()
	}
	if frames[name] != "" && len(w.inside) > 0 {
		w.inside = w.inside[:len(w.inside)-1]
		w.write("\n")
		w.place()
	}
	if name == w.element {
		w.element = ""
	}
}

func (w *odfWriter) characters(text []byte) {
	switch {
	case w.element == "binary-data":
		w.binary.Write(text)
	case w.depth > 0:
		w.writeBytes(text)
	default:
		if text = bytes.TrimSpace(text); len(text) > 0 {
			if w.element != "" {
				w.write(w.element + ": ")
			}
			w.writeBytes(text)
			w.write("\n")
		}
	}
}

// place tells where we are.
func (w *odfWriter) place() {
	where := w.base
	if w.col > 0 && strings.HasPrefix(where, "sheet") {
		where += " cell " + reference1(w.row, w.col)
	}
	w.out.Place(join(where, strings.Join(w.inside, ", ")))
}

// picture hands on a picture that a flat document holds.
func (w *odfWriter) picture() {
	data, err := base64.StdEncoding.DecodeString(string(bytes.Join(bytes.Fields(w.binary.Bytes()), nil)))
	w.binary.Reset()
	if err != nil || len(data) == 0 || w.err != nil {
		return
	}
	place := "image"
	if w.base != "" {
		place += " on " + w.base
	}
	w.err = w.out.EmbedBytes("", place, data)
	if w.err == nil {
		w.out.Begin("")
		w.place()
	}
}

// attributes notes targets of links, formulas, and names and texts that do not
// show.
func (w *odfWriter) attributes(t *tokens) {
	const least = 12
	if len(t.attrs) < least {
		return
	}
	t.eachAttr(func(key, value []byte) bool {
		if len(value) >= least && telling(value) && !stylistic[string(key)] {
			w.aside.Write(key)
			w.aside.WriteString(": ")
			w.aside.Write(t.decode(value))
			w.aside.WriteByte('\n')
		}
		return true
	})
}

// stylistic are attributes that name styles.
var stylistic = map[string]bool{
	"style-name": true, "parent-style-name": true, "data-style-name": true, "master-page-name": true, "font-name": true,
	"presentation-style-name": true, "text-style-name": true, "list-style-name": true, "default-cell-style-name": true,
	"display-name": true, "next-style-name": true, "page-layout-name": true, "value": true, "string-value": true,
}

func (w *odfWriter) writeAside() {
	if w.aside.Len() == 0 || w.err != nil {
		return
	}
	w.out.Place("attributes")
	w.writeBytes(w.aside.Bytes())
}

func (w *odfWriter) write(s string) { w.writeBytes([]byte(s)) }

func (w *odfWriter) writeBytes(b []byte) {
	if w.err == nil {
		_, w.err = w.out.Write(b)
	}
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
