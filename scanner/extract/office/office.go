package office

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/deputy-sec/deputy/internal/ziparchive"
	"github.com/deputy-sec/deputy/scanner/extract"
)

// New returns the extractor of zipped office documents.
func New() *extract.Extractor {
	return &extract.Extractor{
		Name:    "office document",
		Claims:  func(head []byte) bool { return bytes.HasPrefix(head, []byte("PK\x03\x04")) },
		Extract: extractZipped,
	}
}

// extractZipped finds out whether a zip is an office document, and whose.
func extractZipped(_ context.Context, doc *extract.Document, out *extract.Output) error {
	data, err := doc.Bytes()
	if err != nil {
		return err
	}
	a, err := ziparchive.Open(data)
	if err != nil {
		return extract.ErrOtherFormat
	}
	p := newPackage(a, out)
	p.room = min(maxXML, leastXML+timesXML*int64(len(data)))
	switch {
	case p.has("[content_types].xml"), p.hasAny("word/document.xml", "xl/workbook.xml", "xl/workbook.bin", "ppt/presentation.xml", "visio/document.xml"):
		err = p.ooxml()
	case p.has("content.xml") && p.hasAny("meta-inf/manifest.xml", "mimetype", "styles.xml"),
		p.has("mimetype") && bytes.HasPrefix(p.part("mimetype"), []byte("application/vnd.oasis.opendocument")):
		err = p.odf()
	default:
		return extract.ErrOtherFormat
	}
	if err == nil && a.Damaged {
		out.Unexamined("", "", fmt.Errorf("%w: the directory of the zip does not fit its files; those that were found were read", extract.ErrDamaged))
	}
	return err
}

// pack is a zip of parts that refer to each other.
type pack struct {
	out    *extract.Output
	parts  []*ziparchive.Entry
	byName map[string]*ziparchive.Entry // by name in lower case, as both families compare them
	places map[string]string            // of parts, by name in lower case
	told   map[string]bool              // parts that were found damaged

	related   map[string][]relation
	inherited map[string]bool // parts whose place was handed on
	spent     int64           // bytes read
	room      int64           // bytes that may be read
}

func newPackage(a *ziparchive.Archive, out *extract.Output) *pack {
	p := &pack{
		out: out, byName: map[string]*ziparchive.Entry{}, places: map[string]string{}, told: map[string]bool{},
		related: map[string][]relation{}, inherited: map[string]bool{},
	}
	for i := range a.Entries {
		e := &a.Entries[i]
		p.parts = append(p.parts, e)
		if key := keyOf(e.Name); p.byName[key] == nil {
			p.byName[key] = e
		}
	}
	return p
}

// keyOf is a part's name in the form that names are compared in.
func keyOf(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

func (p *pack) has(key string) bool { return p.byName[key] != nil }

func (p *pack) hasAny(keys ...string) bool {
	for _, k := range keys {
		if p.has(k) {
			return true
		}
	}
	return false
}

// read returns the content of a part, as much as can be read of it.
func (p *pack) read(e *ziparchive.Entry) []byte {
	data, err := p.content(e)
	if err != nil && !p.told[e.Name] {
		p.told[e.Name] = true
		p.out.Unexamined(e.Name, p.places[keyOf(e.Name)], err)
	}
	return data
}

func (p *pack) content(e *ziparchive.Entry) ([]byte, error) {
	if e.Encrypted {
		return nil, extract.Encrypted(e.Cipher)
	}
	r, err := e.Open()
	if err != nil {
		return nil, extract.Unreadable(err)
	}
	defer r.Close()
	limit := min(p.out.Limits().Whole, p.room-p.spent)
	data, err := readUpTo(r, limit+1, e.Size())
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		err = extract.Unreadable(err)
	case int64(len(data)) > limit:
		data, err = data[:limit], &extract.OverBudget{Limit: "too large a part, too many of them, or they unpack to far more than the document"}
	}
	p.spent += int64(len(data))
	return data, err
}

// readUpTo reads no more than limit bytes. What it holds at first is by the size
// that the archive states, which is right in archives that nobody forged.
func readUpTo(r io.Reader, limit int64, stated uint64) ([]byte, error) {
	const most = 1 << 20
	var b bytes.Buffer
	b.Grow(int(min(stated, most)) + bytes.MinRead)
	_, err := b.ReadFrom(io.LimitReader(r, limit))
	return b.Bytes(), err
}

// What bounds how many bytes of XML a document may hold, some parts read twice: reading them
// costs time even if there is no text in them. XML that programs write is packed to a twentieth;
// a hundredth is where Apache POI, too, takes a document for a bomb (ZipSecureFile.MIN_INFLATE_RATIO).
const (
	maxXML   = 2 << 30
	leastXML = 16 << 20
	timesXML = 100
)

// part returns the content of the part with a key, nil if there is none.
func (p *pack) part(key string) []byte {
	if e := p.byName[key]; e != nil {
		return p.read(e)
	}
	return nil
}

// embed hands a part on that somebody else reads.
func (p *pack) embed(e *ziparchive.Entry) error {
	if e.Encrypted {
		p.out.Unexamined(e.Name, p.places[keyOf(e.Name)], extract.Encrypted(e.Cipher))
		return p.out.Err()
	}
	r, err := e.Open()
	if err != nil {
		p.out.Unexamined(e.Name, p.places[keyOf(e.Name)], extract.Unreadable(err))
		return p.out.Err()
	}
	defer r.Close()
	return p.out.Embed(e.Name, p.places[keyOf(e.Name)], r)
}

// root returns the name of a document's outermost element.
func root(data []byte) string {
	t := newTokens(data)
	for t.next() {
		if t.kind == startTag {
			return string(t.name)
		}
	}
	return ""
}
