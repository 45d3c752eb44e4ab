package office

import (
	"fmt"
	"path"
	"strings"

	"github.com/deputy-sec/deputy/scanner/extract"
)

// relation is how a part refers to another one, or to something outside.
type relation struct {
	id, kind string // kind is the last part of its type: "image", "slide"
	target   string // key of a part, or what stands in the document if outside
	outside  bool
}

// relations returns those of a part ("" for those of the package).
func (p *pack) relations(key string) []relation {
	known, ok := p.related[key]
	if !ok {
		known = p.readRelations(key)
		p.related[key] = known
	}
	return known
}

// maxRelations bounds how many a part has: a document with a million links is not
// one that a person reads.
const maxRelations = 1 << 20

func (p *pack) readRelations(key string) []relation {
	dir, base := path.Split(key)
	name := dir + "_rels/" + base + ".rels"
	data := p.part(name)
	if data == nil {
		return nil
	}
	var out []relation
	t := newTokens(data)
	for t.next() && len(out) < maxRelations {
		if t.kind != startTag || string(t.name) != "Relationship" {
			continue
		}
		r := relation{id: t.attr("Id"), kind: path.Base(t.attr("Type")), target: t.attr("Target")}
		if r.outside = strings.EqualFold(t.attr("TargetMode"), "External"); !r.outside {
			r.target = resolve(dir, r.target)
		}
		out = append(out, r)
	}
	if len(out) == maxRelations {
		p.out.Unexamined(name, "", &extract.OverBudget{Limit: "too many relations"})
	}
	return out
}

// resolve returns the key of the part that a target names, seen from a folder.
func resolve(dir, target string) string {
	if !strings.HasPrefix(target, "/") {
		target = path.Join("/", dir, target)
	}
	return keyOf(path.Clean(target))
}

func target(relations []relation, id string) string {
	for _, r := range relations {
		if r.id == id {
			return r.target
		}
	}
	return ""
}

// inherit gives a place to everything that a part refers to and that has none
// yet: what lies on a slide is on that slide.
func (p *pack) inherit(key string) {
	for queue := []string{key}; len(queue) > 0; queue = queue[1:] {
		from := queue[0]
		if p.inherited[from] {
			continue
		}
		p.inherited[from] = true
		for _, r := range p.relations(from) {
			if r.outside || p.places[r.target] != "" || !p.has(r.target) || layouts[r.kind] {
				continue
			}
			p.places[r.target] = placeOf(r.kind, p.places[from])
			queue = append(queue, r.target)
		}
	}
}

// layouts are the kinds of parts that many share, so that they stand nowhere in
// particular.
var layouts = map[string]bool{
	"slideLayout": true, "slideMaster": true, "notesMaster": true, "theme": true, "tableStyles": true, "styles": true,
	"slide": true, "presentation": true, "worksheet": true, "officeDocument": true, "sharedStrings": true, "page": true, "master": true,
}

// nouns say what a part of a kind is, in front of the place where it is.
var nouns = map[string]string{
	"image": "image", "hdphoto": "image", "chart": "chart", "oleObject": "embedded object", "package": "embedded document",
	"customXml": "custom XML", "vbaProject": "macros", "connections": "data connection", "externalLink": "external link",
	"pivotCacheDefinition": "pivot cache", "media": "media", "audio": "media", "video": "media", "chartEx": "chart",
	"core-properties": "document properties", "extended-properties": "document properties", "custom-properties": "document properties", "thumbnail": "thumbnail",
	"header": "header", "footer": "footer", "comments": "comment", "footnotes": "footnote", "endnotes": "endnote",
}

// placeOf says where a part of a kind stands that is referred to at a place.
func placeOf(kind, place string) string {
	noun := nouns[kind]
	switch {
	case kind == "notesSlide":
		return place + ", notes"
	case kind == "comments" || kind == "threadedComment" || kind == "commentAuthors":
		return join(place, "comment")
	case noun == "":
		return place
	case place == "":
		return noun
	case strings.HasPrefix(place, "slide"), strings.HasPrefix(place, "sheet"), strings.HasPrefix(place, "page"):
		return noun + " on " + place
	}
	return noun + " in " + place
}

func join(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return a + ", " + b
}

func numbered(noun string, n int) string { return fmt.Sprintf("%s %d", noun, n) }
