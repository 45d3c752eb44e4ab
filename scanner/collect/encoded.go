package collect

import (
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// What lies encoded in a text and is a document is read like one that lies in a file of its
// own: beside the walk, once however many versions of however many files hold it.

// encodedDocs are the documents that were found encoded in texts, by what they hold.
type encodedDocs struct {
	mu   sync.Mutex
	docs map[[sha256.Size]byte]*encodedDoc
}

// encodedDoc is a document and what was found in it.
type encodedDoc struct {
	once sync.Once
	hits []hit
	rows []Failure
}

// maxEncodedDocs bounds how many documents are kept in mind. One beyond that is read once more.
const maxEncodedDocs = 1 << 16

func (d *encodedDocs) of(data []byte) *encodedDoc {
	key := sha256.Sum256(data)
	d.mu.Lock()
	defer d.mu.Unlock()
	doc := d.docs[key]
	if doc == nil {
		doc = &encodedDoc{}
		if d.docs == nil {
			d.docs = map[[sha256.Size]byte]*encodedDoc{}
		}
		if len(d.docs) < maxEncodedDocs {
			d.docs[key] = doc
		}
	}
	return doc
}

// embeds reports whether a document that begins so is read if it lies encoded in a text.
func (c *Collection) embeds(head []byte) bool {
	return c.documents != nil && c.documents.Claims(head) != nil
}

// encodedAt is where a document lies encoded.
type encodedAt struct {
	hit hit
	doc *detect.Embedded
}

// emit takes what the engine found in the content as it stands.
func (x *examination) emit(h detect.Hit) {
	own := hit{Hit: h}
	if h.Inside != nil {
		own.in = &Within{Inside: h.Inside, InText: true}
	}
	x.take(own)
}

// take keeps a hit, or a document for later.
func (x *examination) take(h hit) {
	if h.Embedded != nil {
		x.encoded = append(x.encoded, encodedAt{h, h.Embedded})
		return
	}
	x.hits = append(x.hits, h)
}

// encodedDocuments reads the documents that were found encoded, and what lies encoded in these.
func (x *examination) encodedDocuments() {
	for depth := 0; len(x.encoded) > 0; depth++ {
		found := x.encoded
		x.encoded = nil
		for _, at := range found {
			if depth >= maxEncodedDepth {
				x.c.failed(x.blob, Failure{Why: finding.OverBudget.Because("documents are encoded in documents over and over")})
				return
			}
			x.encodedDocument(at)
		}
	}
}

// maxEncodedDepth bounds how often a document lies encoded in a text of another one.
const maxEncodedDepth = 3

func (x *examination) encodedDocument(at encodedAt) {
	if len(at.doc.Data) == 0 {
		return
	}
	doc := x.c.encodedDocs.of(at.doc.Data)
	doc.once.Do(func() { doc.hits, doc.rows = x.c.readEncoded(at.doc.Data) })
	for _, h := range doc.hits {
		x.take(h.moved(at.hit))
	}
	for _, f := range doc.rows {
		x.c.failed(x.blob, Failure{strings.Join(append(at.hit.way(), f.Place), " › "), f.Why})
	}
}

// way returns the way into the document that a hit stands in.
func (h *hit) way() []string {
	if h.in == nil {
		return nil
	}
	return slices.Clone(h.in.Inside)
}

// moved returns the hit of a document that lies encoded at a place.
func (h hit) moved(at hit) hit {
	in := &Within{Inside: at.way(), InText: at.in != nil && at.in.InText}
	if h.in != nil {
		in.Inside, in.Place = append(in.Inside, h.in.Inside...), h.in.Place
	}
	if in.Place == "" && at.in != nil {
		in.Place = at.in.Place
	}
	h.Position, h.Offset, h.Start, h.End = at.Position, at.Offset, at.Start, at.End
	h.Allowed = h.Allowed || at.Allowed
	h.in = in
	return h
}

// readEncoded reads a document that was found encoded.
func (c *Collection) readEncoded(data []byte) ([]hit, []Failure) {
	quiet := c.quietly()
	x := &examination{c: quiet, blob: &source.Blob{ID: "encoded", Data: data, Size: int64(len(data))}}
	x.guarded(func() (bool, error) {
		done, err := x.document()
		if errors.Is(err, extract.ErrOtherFormat) {
			err = nil
		}
		return done, err
	})
	return append(x.hits, x.encodedHits()...), quiet.failures["encoded"]
}

// encodedHits returns the documents found encoded as hits, for whoever holds this one.
func (x *examination) encodedHits() []hit {
	out := make([]hit, len(x.encoded))
	for i, at := range x.encoded {
		out[i] = at.hit
	}
	return out
}
