package office

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// filled is a zip of one part in which a text is repeated, made without holding
// it in memory.
func filled(t testing.TB, name, before, again, after string, size int) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	types, err := w.Create("[Content_Types].xml")
	require.NoError(t, err)
	_, err = io.WriteString(types, contentTypes)
	require.NoError(t, err)
	f, err := w.Create(name)
	require.NoError(t, err)
	_, err = io.WriteString(f, before)
	require.NoError(t, err)
	chunk := strings.Repeat(again, 1+(64<<10)/len(again))
	for written := 0; written < size; written += len(chunk) {
		_, err = io.WriteString(f, chunk)
		require.NoError(t, err)
	}
	_, err = io.WriteString(f, after)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// grown are parts that are much larger than the zip that they lie in.
var grown = []struct{ what, name, before, again, after string }{
	{"one text", "word/document.xml", "<w:document><w:p><w:t>", "a", "</w:t></w:p>"},
	{"open elements", "word/document.xml", "<w:document>", "<a>", ""},
	{"open paragraphs", "word/document.xml", "<w:document>", "<w:p>", ""},
	{"open tables", "word/document.xml", "<w:document>", "<w:tbl><w:tr><w:tc>", ""},
	{"ends without starts", "word/document.xml", "<w:document><a><b><c>", "</w:p></w:tc></w:tr></w:tbl></x>", ""},
	{"attributes", "word/document.xml", "<w:document>", `<x y="123456789012"/>`, ""},
	{"alternative texts in a paragraph", "word/document.xml", "<w:document><w:p>", `<x descr="123456789012"/>`, ""},
	{"open quotes", "word/document.xml", "<w:document>", `<a b="`, ""},
	{"less-than signs", "word/document.xml", "<w:document>", `<`, ""},
	{"open comments", "word/document.xml", "<w:document>", `<!--`, ""},
	{"ampersands", "word/document.xml", "<w:document><w:p><w:t>", `&`, ""},
	{"a declaration", "word/document.xml", "<!DOCTYPE a [", `<!ENTITY a "&a;&a;">`, "]><w:document/>"},
	{"cells", "xl/worksheets/sheet1.xml", "<worksheet><row>", `<c><v>1</v></c>`, ""},
	{"far cells", "xl/worksheets/sheet1.xml", "<worksheet><row>", `<c r="XFD9"><v>1</v></c><c r="A9"><v>1</v></c>`, ""},
	{"wide rows", "xl/worksheets/sheet1.xml", "<worksheet>", `<row><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>`, ""},
	{"formulas", "xl/worksheets/sheet1.xml", "<worksheet><row>", `<c><f>"12345"</f></c>`, ""},
	{"strings", "xl/sharedStrings.xml", "<sst>", `<si/>`, ""},
	{"sheets", "xl/workbook.xml", "<workbook>", `<sheet name="a"/>`, ""},
	{"slides", "ppt/presentation.xml", "<presentation>", `<sldId r:id="a"/>`, ""},
	{"relations", "_rels/.rels", "<Relationships>", `<Relationship Id="a" Type="b" Target="c"/>`, ""},
	{"open frames", "content.xml", "<office:document-content><office:body><office:text>", `<office:annotation>`, ""},
	{"spaces", "content.xml", "<office:document-content><office:body><office:text><text:p>", `<text:s text:c="99999999"/>`, ""},
	{"repeated cells", "content.xml", "<office:document-content><office:body><office:spreadsheet><table:table>", `<table:table-row table:number-rows-repeated="9999999"><table:table-cell table:number-columns-repeated="9999999" office:value="1"/></table:table-row>`, ""},
}

func TestGrown(t *testing.T) {
	if testing.Short() {
		t.Skip("a bomb takes ten times as long under a race detector, and nothing runs at once")
	}
	const size = 4 << 20
	for _, g := range grown {
		t.Run(g.what, func(t *testing.T) {
			content := filled(t, g.name, g.before, g.again, g.after, size)
			assert.Less(t, len(content), size/10)
			limits := extract.Defaults()
			limits.Text, limits.Time = 16<<20, 20*time.Second
			sink := &counter{}
			err := extract.InProcess([]*extract.Extractor{New()}, limits).Extract(t.Context(), extract.FromBytes("", content), sink)
			var over *extract.OverBudget
			if err != nil && !errors.As(err, &over) {
				require.NoError(t, err)
			}
			assert.LessOrEqual(t, sink.text, int(limits.Text))
			assert.Less(t, sink.places, size/4)
		})
	}
}

// counter is a sink that counts.
type counter struct{ text, places int }

func (c *counter) Begin(extract.Origin)                              {}
func (c *counter) Place(string)                                      { c.places++ }
func (c *counter) Write(text []byte) (int, error)                    { c.text += len(text); return len(text), nil }
func (c *counter) Unexamined(extract.Origin, string, finding.Reason) {}

// All parts refer to all others, and to themselves.
func TestRelationsGoRound(t *testing.T) {
	parts := []part{{"[Content_Types].xml", contentTypes}}
	var all []string
	for n := range 60 {
		all = append(all, "x", fmt.Sprintf("/word/p%d.xml", n))
	}
	parts = append(parts, part{"_rels/.rels", rels(append(all, "officeDocument", "/word/p0.xml")...)})
	for n := range 60 {
		parts = append(parts, part{fmt.Sprintf("word/p%d.xml", n), `<w:p><w:t>x</w:t></w:p>`}, part{fmt.Sprintf("word/_rels/p%d.xml.rels", n), rels(all...)})
	}
	r, err := extracttest.Extract(t, zipped(t, parts...), New())
	require.NoError(t, err)
	assert.Equal(t, 60, strings.Count(r.All(), "x"))
}

// Documents that were damaged in many ways end, and are accounted for: as text,
// as an error, or as a part that was not read.
func TestDamaged(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, d := range documents {
		sound := d.make(t, newPlanter())
		for n := range 60 {
			content := damage(random, sound, n)
			r, err := extracttest.Extract(t, content, New())
			assert.NotContains(t, strings.Join(r.Rows, "\n"), "internal error") // parts of which the name is damaged come out as they are
			if err != nil {
				assert.NotContains(t, err.Error(), "internal error")
				continue
			}
			assert.True(t, len(r.Pieces) > 0 || len(r.Rows) > 0, "%s %d came out as nothing", d.name, n)
		}
	}
}

// damage cuts a document off, flips bits in it, or moves a piece of it.
func damage(random *rand.Rand, sound []byte, n int) []byte {
	out := bytes.Clone(sound)
	switch n % 3 {
	case 0:
		return out[:4+random.IntN(len(out)-4)]
	case 1:
		for range 1 + random.IntN(30) {
			out[4+random.IntN(len(out)-4)] ^= 1 << random.IntN(8)
		}
	case 2:
		from, to, length := 4+random.IntN(len(out)/2), 4+random.IntN(len(out)/2), random.IntN(len(out)/2-4)
		copy(out[to:to+length], sound[from:from+length])
	}
	return out
}

// Where its directory is lost, all of a document is still found; where its end is
// lost, what stands before.
func TestSalvaged(t *testing.T) {
	p := newPlanter()
	content := wordDocument(t, p)
	directory := bytes.Index(content, []byte("PK\x01\x02"))
	r, err := extracttest.Extract(t, content[:directory], New())
	require.NoError(t, err)
	extracttest.Find(t, r, p.want...)
	assert.NotEmpty(t, r.Rows)

	next := bytes.Index(content, []byte("word/_rels/document.xml.rels"))
	r, err = extracttest.Extract(t, content[:next-40], New()) // in the middle of the document
	require.NoError(t, err)
	extracttest.Find(t, r, p.want[0], p.want[1], p.want[2])
	assert.NotEmpty(t, r.Rows)
}
