package office

import (
	"path"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/internal/ziparchive"
)

// ooxml reads a package of OOXML. Parts are read in the order of the zip, each
// at the place that the main part's relations give it.
func (p *pack) ooxml() error {
	book := p.arrange()
	for _, e := range p.parts {
		if err := p.ooxmlPart(e, book); err != nil {
			return err
		}
	}
	return book.unused(p)
}

func (p *pack) ooxmlPart(e *ziparchive.Entry, book *workbook) error {
	key := keyOf(e.Name)
	switch {
	case skipped(key):
		return p.out.Err()
	case strings.HasSuffix(key, ".rels"):
		return p.links(e)
	case key == "[content_types].xml":
		return nil
	case book.binary && isRecords(key):
		return p.binarySheet(e, book)
	case !strings.HasSuffix(key, ".xml") && !strings.HasSuffix(key, ".vml"):
		return p.embed(e)
	}
	data := p.read(e)
	if len(data) == 0 {
		return p.out.Err()
	}
	p.out.Begin(e.Name)
	place := p.places[key]
	switch kind := root(data); kind {
	case "worksheet", "macrosheet", "chartsheet", "dialogsheet":
		return p.sheet(data, e.Name, place, book)
	case "sst", "styleSheet", "theme", "styles", "fonts", "tableStyles":
		return nil // sheets show their strings; the others hold no text of anybody
	default:
		return p.markup(data, e.Name, place, kind)
	}
}

// isRecords reports whether a part of a binary workbook is made of its records.
func isRecords(key string) bool {
	if path.Ext(key) != ".bin" || !strings.HasPrefix(key, "xl/") {
		return false
	}
	for _, other := range []string{"vbaproject", "embeddings/", "activex/", "ctrlprops/", "model/"} {
		if strings.Contains(key, other) {
			return false
		}
	}
	return true
}

// skipped are parts without text: fonts and printer settings.
func skipped(key string) bool {
	switch path.Ext(key) {
	case ".odttf", ".fntdata", ".ttf":
		return true
	}
	return strings.Contains(key, "printersettings")
}

// links writes the targets outside that a part refers to.
func (p *pack) links(e *ziparchive.Entry) error {
	key := keyOf(e.Name)
	owner := strings.TrimSuffix(strings.Replace(key, "_rels/", "", 1), ".rels")
	begun := false
	for _, r := range p.relations(owner) {
		if !r.outside {
			continue
		}
		if !begun {
			p.out.Begin(e.Name)
			p.out.Place(join(p.places[owner], "link"))
			begun = true
		}
		if _, err := p.out.WriteString(r.target + "\n"); err != nil {
			return err
		}
	}
	return p.out.Err()
}

// arrange gives places to parts, starting from the main part, and reads what
// sheets share.
func (p *pack) arrange() *workbook {
	book := &workbook{}
	main := p.mainPart()
	data := p.part(main)
	relations := p.relations(main)
	book.binary = path.Ext(main) == ".bin" || main == "" && p.has("xl/worksheets/sheet1.bin")
	switch {
	case book.binary:
		p.binaryWorkbook(data, relations, book)
	default:
		switch root(data) {
		case "presentation":
			p.slides(data, relations)
		case "workbook":
			p.sheets(data, relations)
		}
		p.shares(relations, book)
	}
	p.otherSlides(data == nil)
	p.pages()
	p.inherit(main)
	p.inherit("")
	return book
}

// mainPart returns the key of the document itself.
func (p *pack) mainPart() string {
	for _, r := range p.relations("") {
		if r.kind == "officeDocument" && p.has(r.target) {
			return r.target
		}
	}
	for _, key := range []string{"word/document.xml", "ppt/presentation.xml", "xl/workbook.xml", "xl/workbook.bin", "visio/document.xml"} {
		if p.has(key) {
			return key
		}
	}
	return ""
}

// slides numbers the slides in the order that a presentation shows them in.
func (p *pack) slides(data []byte, relations []relation) {
	n := 0
	t := newTokens(data)
	for t.next() {
		if t.kind == startTag && string(t.name) == "sldId" {
			n++
			p.slide(target(relations, slideRelation(t)), n)
		}
	}
}

// otherSlides gives places to the slides that no presentation shows, or that have
// lost theirs.
func (p *pack) otherSlides(lost bool) {
	for _, e := range p.parts {
		key := keyOf(e.Name)
		number, ok := strings.CutPrefix(key, "ppt/slides/slide")
		if !ok || path.Ext(key) != ".xml" || p.places[key] != "" {
			continue
		}
		p.places[key] = "a slide that is not shown"
		if lost {
			p.places[key] = "slide " + strings.TrimSuffix(number, ".xml")
		}
		p.inherit(key)
	}
}

// slideRelation returns the relation's id of a sldId, which has an id of its own
// beside it: the one with letters in it.
func slideRelation(t *tokens) string {
	id := ""
	t.eachAttr(func(key, value []byte) bool {
		if string(key) == "id" && strings.Trim(string(value), "0123456789") != "" {
			id = string(value)
		}
		return true
	})
	return id
}

func (p *pack) slide(key string, n int) {
	if !p.has(key) || p.places[key] != "" {
		return
	}
	p.places[key] = numbered("slide", n)
	t := newTokens(p.part(key))
	for t.next() {
		if t.kind == startTag {
			if show := t.attr("show"); show == "0" || show == "false" {
				p.places[key] += " (hidden)"
			}
			break
		}
	}
	p.inherit(key)
}

// pages numbers the pages of a drawing, in the order that it lists them in; those
// that it does not list by their files.
func (p *pack) pages() {
	const list = "visio/pages/pages.xml"
	n := 0
	t := newTokens(p.part(list))
	for t.next() {
		if t.kind != startTag {
			continue
		}
		switch string(t.name) {
		case "Page":
			n++
		case "Rel":
			p.page(target(p.relations(list), t.attr("id")), strconv.Itoa(n))
		}
	}
	for _, e := range p.parts {
		key := keyOf(e.Name)
		if file, ok := strings.CutPrefix(key, "visio/pages/page"); ok && path.Ext(key) == ".xml" && key != list {
			p.page(key, strings.TrimSuffix(file, ".xml"))
		}
	}
}

func (p *pack) page(key, number string) {
	if p.has(key) && p.places[key] == "" {
		p.places[key] = "page " + number
		p.inherit(key)
	}
}
