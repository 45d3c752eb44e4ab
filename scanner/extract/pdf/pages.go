package pdf

import (
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/pdf/content"
	"github.com/deputy-sec/deputy/scanner/extract/pdf/layout"
	"github.com/deputy-sec/deputy/scanner/extract/pdf/object"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// page is a page, current or of an earlier revision.
type page struct {
	dict      object.Dict
	resources object.Object // inherited, too
	place     string        // as a person says it
}

// maxPages bounds the page tree, which may be a graph.
const maxPages = 200_000

// findPages lists the pages of the page tree and behind them those that are in
// no tree: of earlier revisions, removed ones, or all where the tree is lost.
func (r *reader) findPages() {
	w := &treeWalk{r: r, seen: map[*object.Entry]bool{}}
	root := r.file.Dict(r.file.Trailer.Get("Root"))
	if root.Get("Pages") == nil {
		root = r.lastCatalog()
	}
	w.walk(root.Get("Pages"), nil, 0)
	lost := len(r.pages) == 0
	for i := range r.file.Definitions {
		d, ok := r.file.Definitions[i].Object.(object.Dict)
		if !ok || len(d) == 0 || w.seen[&d[0]] || r.file.Name(d.Get("Type")) != "Page" {
			continue
		}
		p := &page{dict: d, resources: r.inherited(d), place: "page outside of the page tree"}
		switch {
		case lost:
			p.place = fmt.Sprintf("page %d", len(r.pages)+1)
		case !r.file.Latest(i):
			p.place = "page of an earlier revision"
			if now, ok := r.marks.pageOf[r.file.Definitions[i].Num]; ok {
				p.place = now.place + ", earlier revision"
			}
		}
		r.pages = append(r.pages, p)
	}
}

func (r *reader) lastCatalog() object.Dict {
	for i := len(r.file.Definitions) - 1; i >= 0; i-- {
		if d, ok := r.file.Definitions[i].Object.(object.Dict); ok && r.file.Name(d.Get("Type")) == "Catalog" {
			return d
		}
	}
	return nil
}

// inherited finds the resources of a page from below.
func (r *reader) inherited(d object.Dict) object.Object {
	for range maxTreeDepth {
		if own := d.Get("Resources"); own != nil {
			return own
		}
		if d = r.file.Dict(d.Get("Parent")); d == nil {
			break
		}
	}
	return nil
}

// maxTreeDepth bounds trees of pages and fields.
const maxTreeDepth = 64

type treeWalk struct {
	r    *reader
	seen map[*object.Entry]bool
}

// walk goes through the page tree in the order of the pages. Only a node's kind
// of children tells it from a page: Type is wrong too often.
func (w *treeWalk) walk(node, resources object.Object, depth int) {
	r := w.r
	d := r.file.Dict(node)
	if len(d) == 0 || w.seen[&d[0]] || depth > maxTreeDepth || len(r.pages) >= maxPages {
		return
	}
	w.seen[&d[0]] = true
	if own := d.Get("Resources"); own != nil {
		resources = own
	}
	if kids := r.file.Array(d.Get("Kids")); kids != nil {
		for _, kid := range kids {
			if _, isRef := kid.(object.Ref); isRef && r.file.Resolve(kid) == nil {
				r.unexamined(fmt.Sprintf("page %d", len(r.pages)+1), fmt.Errorf("%w: the page is missing", extract.ErrDamaged))
			}
			w.walk(kid, resources, depth+1)
		}
		return
	}
	p := &page{dict: d, resources: resources, place: fmt.Sprintf("page %d", len(r.pages)+1)}
	r.pages = append(r.pages, p)
	r.marks.own(r.file, node, p)
}

// showPages writes what pages show.
func (r *reader) showPages() error {
	r.out.Begin("")
	for _, p := range r.pages {
		if err := r.showPage(p); err != nil {
			return err
		}
	}
	return nil
}

// showPage writes a page with its annotations. One of an earlier revision whose
// content is that of a page shown already says nothing new.
func (r *reader) showPage(p *page) error {
	streams := r.contents(p.dict.Get("Contents"))
	if p.dict.Get("Contents") != nil && len(streams) > 0 && r.allUsed(streams) {
		return nil
	}
	shown := &content.Page{}
	data := r.joined(p, streams)
	err := r.runner.Run(shown, data, r.file.Dict(p.resources), nil)
	if err == nil {
		err = r.runAnnotations(shown, p)
	}
	if stop := r.out.Err(); stop != nil {
		return stop
	}
	r.undecoded(p.place, err)
	r.addImages(p.place, shown.Images)
	return r.writeShown(shown, p.place)
}

// writeShown writes what was shown at a place, and keeps the other reading.
func (r *reader) writeShown(shown *content.Page, place string) error {
	if shown.Unknown > shown.Known/4 && shown.Unknown > 8 {
		r.unexamined(place, finding.Unsupported.Because("text in a font that does not tell its characters"))
	}
	text := layout.Geometric(shown)
	if err := r.write(piece{place, text}); err != nil {
		return err
	}
	for _, other := range []string{layout.ByObject(shown), layout.Wrapped(shown)} {
		if says(other, text) {
			r.second = append(r.second, piece{place, other})
		}
	}
	return nil
}

// says reports whether a reading has a word that may matter (long enough, with a
// digit) which the first reading has not.
func says(reading, first string) bool {
	const long = 6
	var words map[string]bool
	for w := range strings.FieldsSeq(reading) {
		if len(w) < long || !strings.ContainsAny(w, "0123456789") {
			continue
		}
		if words == nil {
			words = map[string]bool{}
			for w := range strings.FieldsSeq(first) {
				if len(w) >= long {
					words[w] = true
				}
			}
		}
		if !words[w] {
			return true
		}
	}
	return false
}

// showSecond writes the other readings as a text of their own.
func (r *reader) showSecond() error {
	if len(r.second) > 0 {
		r.out.Begin("")
	}
	for _, p := range r.second {
		if err := r.write(p); err != nil {
			return err
		}
	}
	r.second = nil
	return nil
}

// contents returns the content streams of a page.
func (r *reader) contents(o object.Object) []*object.Stream {
	if s := r.file.Stream(o); s != nil {
		return []*object.Stream{s}
	}
	var out []*object.Stream
	for _, part := range r.file.Array(o) {
		if s := r.file.Stream(part); s != nil {
			out = append(out, s)
		}
	}
	return out
}

func (r *reader) allUsed(streams []*object.Stream) bool {
	for _, s := range streams {
		if !r.used[s] {
			return false
		}
	}
	return true
}

// joined decodes the content streams of a page, which are one stream cut
// somewhere.
func (r *reader) joined(p *page, streams []*object.Stream) []byte {
	var all []byte
	for _, s := range streams {
		r.used[s] = true
		data, left, err := r.file.Decode(s)
		r.undecoded(p.place, err)
		switch {
		case len(left) > 0:
		case len(streams) == 1:
			return data
		case len(all)+len(data) <= maxStream:
			all = append(append(all, data...), '\n')
		default:
			r.undecoded(p.place, object.ErrBudget)
		}
	}
	return all
}

// runAnnotations shows the appearances of a page's annotations, of every state.
func (r *reader) runAnnotations(shown *content.Page, p *page) error {
	for _, o := range r.file.Array(p.dict.Get("Annots")) {
		a := r.file.Dict(o)
		for _, s := range r.appearances(a) {
			r.used[s] = true
			data, _, err := r.file.Decode(s)
			r.undecoded(p.place, err)
			resources := r.file.Dict(s.Get("Resources"))
			if resources == nil {
				resources = r.file.Dict(p.resources)
			}
			if err := r.runner.Run(shown, data, resources, r.placement(a, s)); err != nil {
				return err
			}
		}
	}
	return nil
}

// appearances returns the normal appearances of an annotation.
func (r *reader) appearances(a object.Dict) []*object.Stream {
	normal := r.file.Resolve(r.file.Dict(a.Get("AP")).Get("N"))
	switch v := normal.(type) {
	case *object.Stream:
		return []*object.Stream{v}
	case object.Dict:
		var out []*object.Stream
		for _, e := range v {
			if s := r.file.Stream(e.Value); s != nil {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// placement returns the matrix that puts an appearance's box where the
// annotation is (ISO 32000-2, 12.5.5), rotation of the box left aside.
func (r *reader) placement(a object.Dict, s *object.Stream) []float64 {
	rect, box := r.file.Numbers(a.Get("Rect")), r.file.Numbers(s.Get("BBox"))
	m := r.file.Numbers(s.Get("Matrix"))
	if len(m) != 6 {
		m = []float64{1, 0, 0, 1, 0, 0}
	}
	if len(rect) != 4 || len(box) != 4 {
		return m
	}
	x0, y0 := m[0]*box[0]+m[2]*box[1]+m[4], m[1]*box[0]+m[3]*box[1]+m[5]
	x1, y1 := m[0]*box[2]+m[2]*box[3]+m[4], m[1]*box[2]+m[3]*box[3]+m[5]
	m[4] += min(rect[0], rect[2]) - min(x0, x1)
	m[5] += min(rect[1], rect[3]) - min(y0, y1)
	return m
}
