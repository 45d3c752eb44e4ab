package pdf_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/extract/pdf"
)

const secretText = "AWS account 123456789012"

func TestClaims(t *testing.T) {
	e := pdf.New()
	for head, want := range map[string]bool{
		"%PDF-1.4\n":                     true,
		"\xef\xbb\xbf\r\n%PDF-2.0\n":     true,
		"\x00\x01junk%PDF-1.4\n":         true,
		"X: y\n\n%PDF-1.4\n1 0 obj <<>>": true,
		"%FDF-1.2\n":                     true,
		"A file begins with %PDF-1.4.":   false,
		"":                               false,
		"%PD":                            false,
	} {
		assert.Equal(t, want, e.Claims([]byte(head)), "%q", head)
	}
}

// Text in every hiding place is found where a person would look for it.
func TestPlaces(t *testing.T) {
	text := func(s string) string { return "BT /F1 12 Tf 50 700 Td (" + s + ") Tj ET" }
	f := onePage("/P <</MCID 0>> BDC "+text("on the page")+" EMC").
		page("/Annots[10 0 R 11 0 R 12 0 R 13 0 R]").
		catalog("/Outlines 20 0 R/AcroForm<</Fields[11 0 R 15 0 R]/XFA[(datasets) 16 0 R]>>/OpenAction 21 0 R/Metadata 22 0 R/Names<</EmbeddedFiles<</Names[(a) 23 0 R]>>>>").
		with(2, "<</Type/Pages/Kids[3 0 R 6 0 R]/Count 2>>").
		with(6, "<</Type/Page/Parent 2 0 R/Contents 7 0 R/Resources<</Font<</F1 5 0 R>>>>>>").
		with(7, streamOf(text("on the second page"), "")).
		with(10, "<</Type/Annot/Subtype/Text/Rect[0 0 1 1]/T(An Author)/Contents(in a note)/Popup 14 0 R>>").
		with(11, "<</Type/Annot/Subtype/Widget/Rect[0 0 1 1]/FT/Tx/T(account)/TU(in a tip)/V(in a field)/DV(in a default)>>").
		with(12, "<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/A<</S/URI/URI(https://example.com/in-a-link)>>>>").
		with(13, "<</Type/Annot/Subtype/FreeText/Rect[100 100 200 120]/AP<</N 19 0 R>>>>").
		with(14, "<</Type/Annot/Subtype/Popup/Rect[0 0 1 1]/Contents(in a popup)>>").
		with(15, "<</FT/Ch/T(choice)/Opt[(in a choice)]>>").
		with(16, streamOf("<xfa:data>in a form</xfa:data>", "")).
		with(19, streamOf(text("in an appearance"), "/Subtype/Form/BBox[0 0 100 20]/Resources<</Font<</F1 5 0 R>>>>")).
		with(20, "<</Type/Outlines/First 24 0 R>>").
		with(21, "<</S/JavaScript/JS 25 0 R>>").
		with(22, streamOf("<x:xmpmeta>in metadata</x:xmpmeta>", "/Type/Metadata/Subtype/XML")).
		with(23, "<</Type/Filespec/UF(costs.txt)/Desc(in a description)/EF<</F 26 0 R>>>>").
		with(24, "<</Title(in the outline)/Parent 20 0 R>>").
		with(25, streamOf("app.alert('in a script')", "")).
		with(26, streamOf("in an attachment", "/Type/EmbeddedFile")).
		with(27, "<</Title(in the title)/Cost#20Centre(in a property)>>").
		with(28, "<</Type/StructElem/S/Figure/Alt(in an alternate text)>>").
		with(29, "<</PieceInfo<</Tool<</Private(in private data)>>>>>>").
		with(30, streamOf(text("in a lost drawing"), "")).
		with(31, "<</Type/Page/Contents 32 0 R/Resources<</Font<</F1 5 0 R>>>>>>").
		with(32, streamOf(text("on a removed page"), ""))
	f.trailer += "/Info 27 0 R"
	content := update(f.bytes(), map[int]string{
		7:  streamOf(text("on the second page, now"), ""),
		11: "<</Type/Annot/Subtype/Widget/Rect[0 0 1 1]/FT/Tx/T(account)/V(in a field, now)>>",
	})
	e := pdf.New()
	r, err := extracttest.Extract(t, content, e, plainText)
	require.NoError(t, err)
	extracttest.Find(t, r,
		extracttest.Want{Text: "on the page\n", Place: "page 1"},
		extracttest.Want{Text: "in an appearance\n", Place: "page 1"},
		extracttest.Want{Text: "on the second page, now\n", Place: "page 2"},
		extracttest.Want{Text: "on the second page\n", Place: "page 2, earlier revision"},
		extracttest.Want{Text: "on a removed page\n", Place: "page outside of the page tree"},
		extracttest.Want{Text: "in a lost drawing\n", Place: "drawing that no page shows"},
		extracttest.Want{Text: "in a note\n", Place: "page 1, annotation"},
		extracttest.Want{Text: "An Author\n", Place: "page 1, annotation"},
		extracttest.Want{Text: "in a popup\n", Place: "page 1, annotation"},
		extracttest.Want{Text: "account: in a field, now\n", Place: "page 1, form field account"},
		extracttest.Want{Text: "account: in a field\n", Place: "page 1, form field account, earlier revision"},
		extracttest.Want{Text: "in a tip\n", Place: "page 1, form field account, earlier revision"},
		extracttest.Want{Text: "in a choice\n", Place: "form field choice"},
		extracttest.Want{Text: "https://example.com/in-a-link\n", Place: "page 1, link"},
		extracttest.Want{Text: "in the outline\n", Place: "outline"},
		extracttest.Want{Text: "app.alert('in a script')\n", Place: "JavaScript"},
		extracttest.Want{Text: "<xfa:data>in a form</xfa:data>\n", Place: "form data (XFA)"},
		extracttest.Want{Text: "<x:xmpmeta>in metadata</x:xmpmeta>\n", Place: "XMP metadata"},
		extracttest.Want{Text: "Title: in the title\n", Place: "document information"},
		extracttest.Want{Text: "Cost Centre: in a property\n", Place: "document information"},
		extracttest.Want{Text: "in an alternate text\n", Place: "alternate text"},
		extracttest.Want{Text: "Private: in private data\n", Place: "hidden entry"},
		extracttest.Want{Text: "in a description\n", Place: "file name"},
		extracttest.Want{Text: "in an attachment", Inside: "costs.txt", Place: "attachment"},
	)
	assert.Empty(t, r.Rows)
}

func TestAccepted(t *testing.T) {
	content := onePage("BT /F1 12 Tf 50 700 Td (" + secretText + ") Tj 0 -20 Td [(with) -300 (a ro) 20 (le)] TJ ET").bytes()
	extracttest.Accept(t, pdf.New(), content,
		extracttest.Want{Text: secretText + "\nwith a role\n", Place: "page 1"},
	)
}

func TestEncrypted(t *testing.T) {
	files, err := filepath.Glob("testdata/*.pdf")
	require.NoError(t, err)
	require.Len(t, files, 8)
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			content, err := os.ReadFile(name)
			require.NoError(t, err)
			require.NotContains(t, string(content), secretText)
			r, err := extracttest.Extract(t, content, pdf.New())
			if strings.Contains(name, "user") {
				require.ErrorIs(t, err, extract.ErrEncrypted)
				assert.Empty(t, r.All())
				return
			}
			require.NoError(t, err)
			extracttest.Find(t, r,
				extracttest.Want{Text: secretText + "\n", Place: "page 1"},
				extracttest.Want{Text: "Title: Accounts of the demo\n", Place: "document information"},
			)
		})
	}
}

// pictures remembers what pictures it is given.
func pictures(seen *[]string) *extract.Extractor {
	return &extract.Extractor{
		Name: "picture",
		Claims: func(head []byte) bool {
			return bytes.HasPrefix(head, []byte("\x89PNG")) || bytes.HasPrefix(head, []byte("\xff\xd8"))
		},
		Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
			data, err := doc.Bytes()
			*seen = append(*seen, string(data))
			out.BeginOCR("")
			out.WriteString("a picture")
			return err
		},
	}
}

func TestPictures(t *testing.T) {
	image := func(entries, data string) string {
		return streamOf(data, "/Type/XObject/Subtype/Image/Width 64/Height 16"+entries)
	}
	grey := strings.Repeat("\x00\xff", 64*16/2)
	f := onePage("q /A Do /B Do /C Do /D Do /E Do /S Do Q").
		page("/Resources<</XObject<</A 10 0 R/B 11 0 R/C 12 0 R/D 13 0 R/E 14 0 R/S 15 0 R>>>>").
		with(10, image("/Filter/DCTDecode", "\xff\xd8 as it is")).
		with(11, image("/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/FlateDecode", deflate(grey))).
		with(12, image("/ImageMask true/BitsPerComponent 1", strings.Repeat("\xaa", 64*16/8))).
		with(13, image("/BitsPerComponent 8/ColorSpace[/Indexed/DeviceRGB 1 <000000ffffff>]", strings.Repeat("\x00\x01", 64*16/2))).
		with(14, image("/Filter/JBIG2Decode", "x")).
		with(15, streamOf("x", "/Subtype/Image/Width 1/Height 1"))
	var seen []string
	r, err := extracttest.Extract(t, f.bytes(), pdf.New(), pictures(&seen))
	require.NoError(t, err)
	require.Len(t, seen, 4)
	assert.Equal(t, "\xff\xd8 as it is", seen[0])
	extracttest.Find(t, r, extracttest.Want{Text: "a picture", Place: "image on page 1"})
	assert.Equal(t, []string{" | image on page 1 | a picture in the format JBIG2, which is not read"}, r.Rows)
	assert.Equal(t, seen[1], seen[3], "black and white by grey and by palette")
}

func TestDamageIsTold(t *testing.T) {
	whole := onePage("BT /F1 12 Tf (" + secretText + ") Tj ET")
	for name, content := range map[string][]byte{
		"end missing":  whole.bytes()[:len(whole.bytes())-60],
		"page missing": onePage("").with(2, "<</Type/Pages/Kids[3 0 R 77 0 R]/Count 2>>").bytes(),
		"no page":      []byte("%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\n%%EOF"),
		"no object":    []byte("%PDF-1.4\nnothing"),
		"bad stream":   onePage("").with(4, streamOf("\x78\x9c\xff\xff\xff", "/Filter/FlateDecode")).bytes(),
		"bad objects":  onePage("").with(9, streamOf("\x78\x9c\xff\xff\xff", "/Type/ObjStm/N 3/First 10/Filter/FlateDecode")).bytes(),
		"unknown font": onePage("BT /F1 9 Tf 50 50 Td <00010002000300040005000600070008000900100011> Tj ET").with(5, cidFont("Identity-H", "CIDFontType0", "Identity", "")).bytes(),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := extracttest.Extract(t, content, pdf.New())
			if err == nil {
				assert.NotEmpty(t, r.Rows)
				return
			}
			require.ErrorIs(t, err, extract.ErrDamaged)
		})
	}
	_, err := extracttest.Extract(t, []byte("\x00\x01%PDF-1.4 but nothing else"), pdf.New())
	require.ErrorIs(t, err, extract.ErrOtherFormat)
}

// bombs are small files that ask for much.
func bombs() map[string][]byte {
	self := onePage("/X Do").with(9, streamOf("/X Do BT /F1 9 Tf (x) Tj ET", "/Subtype/Form/Resources<</XObject<</X 9 0 R>>/Font<</F1 5 0 R>>>>"))
	doubling := onePage("/X20 Do")
	names := ""
	for i := range 30 {
		names += fmt.Sprintf("/X%d %d 0 R", i, 20+i)
		doubling.with(20+i, streamOf(strings.Repeat(fmt.Sprintf("/X%d Do ", i-1), 40)+"BT /F1 1 Tf (x) Tj ET", "/Subtype/Form"))
	}
	flate := deflate(strings.Repeat("\x00", 128<<20))
	nest := func(n int) string { return strings.Repeat("[", n) }
	pages := onePage("")
	for i := range 200 {
		pages.with(100+i, fmt.Sprintf("<</Type/Pages/Kids[%d 0 R %d 0 R 2 0 R]/Parent %d 0 R>>", 101+i, 102+i, 102+i))
	}
	return map[string][]byte{
		"size":            []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\nxref\n0 3000000000\ntrailer<</Size 3000000000/Root 1 0 R>>\nstartxref\n55\n%%EOF"),
		"xref stream":     onePage("").with(9, streamOf("x", "/Type/XRef/Size 3000000000/W[1 2000000000 2]/Index[0 2000000000]/Root 1 0 R")).bytes(),
		"form in itself":  self.page("/Resources<</XObject<</X 9 0 R>>>>").bytes(),
		"forms in forms":  doubling.page("/Resources<</XObject<<" + names + ">>/Font<</F1 5 0 R>>>>").bytes(),
		"flate":           onePage("").with(4, streamOf(flate, "/Filter/FlateDecode")).bytes(),
		"flate of flate":  onePage("").with(4, streamOf(deflate(flate), "/Filter[/FlateDecode/FlateDecode]")).bytes(),
		"many filters":    onePage("").with(4, streamOf(flate, "/Filter["+strings.Repeat("/ASCIIHexDecode", 100_000)+"]")).bytes(),
		"deep arrays":     onePage("").with(9, nest(1<<20)).bytes(),
		"deep in content": onePage(nest(1 << 20)).bytes(),
		"deep dicts":      onePage("").with(9, strings.Repeat("<</A", 1<<18)).bytes(),
		"page graph":      pages.with(2, "<</Type/Pages/Kids[100 0 R 101 0 R 2 0 R]>>").bytes(),
		"open strings":    append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte("1 0 obj ( endobj "), 200_000)...),
		"open streams":    append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte("1 0 obj<<>>stream\n"), 200_000)...),
		"open objects":    append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte("1 0 obj<</A "), 200_000)...),
		"saved states":    onePage(strings.Repeat("q ", 1<<20)).bytes(),
		"predictor":       onePage("").with(4, streamOf(deflate("xxx"), "/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 2000000000/Colors 100/BitsPerComponent 16>>")).bytes(),
		"big picture":     onePage("/I Do").page("/Resources<</XObject<</I 9 0 R>>>>").with(9, streamOf("x", "/Subtype/Image/Width 50000/Height 50000/ColorSpace/DeviceRGB")).bytes(),
		"big fax":         onePage("/I Do").page("/Resources<</XObject<</I 9 0 R>>>>").with(9, streamOf("x", "/Subtype/Image/Width 1000000/Height 1000000/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 1000000>>")).bytes(),
		"shared objects":  onePage("").with(9, streamOf(strings.Repeat("9 0 ", 20_000)+"["+strings.Repeat("0 ", 50_000), "/Type/ObjStm/N 20000/First 80000")).bytes(),
		"cmap":            onePage("").with(5, cidFont("Identity-H", "CIDFontType2", "Identity", "/ToUnicode 9 0 R")).with(9, streamOf(strings.Repeat("1 beginbfrange <00000000><ffffffff><0041> endbfrange ", 1000), "")).bytes(),
		"lengths":         onePage("").with(4, "<</Length 4 0 R>>stream\nx\nendstream").bytes(),
		"reference":       onePage("").with(9, "9 0 R").with(3, "<</Type/Page/Contents 9 0 R/Parent 9 0 R>>").bytes(),
		"inline pictures": onePage(strings.Repeat("BI ID EI", 100_000)).bytes(),
		"fields":          onePage("").with(9, "<</FT/Tx/T(a)/V(x)/Parent 9 0 R/Kids[9 0 R]>>").bytes(),
	}
}

func TestBombs(t *testing.T) {
	if testing.Short() {
		t.Skip("a bomb takes ten times as long under a race detector, and nothing runs at once")
	}
	for name, content := range bombs() {
		t.Run(name, func(t *testing.T) {
			r, err := extracttest.Extract(t, content, pdf.New())
			extracttest.Sound(t, r)
			if err != nil {
				assert.NotContains(t, err.Error(), "internal error")
				assert.NotErrorIs(t, err, context.DeadlineExceeded)
			}
		})
	}
}

// TestHostile damages documents of every kind in the ways that people, disks and
// attackers do.
func TestHostile(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	ids := accountIDs(random)
	damages := []func([]byte) []byte{
		func(b []byte) []byte { return b[:random.IntN(len(b))] },
		func(b []byte) []byte {
			for range 1 + len(b)/200 {
				b[random.IntN(len(b))] ^= 1 << random.IntN(8)
			}
			return b
		},
		func(b []byte) []byte { // a piece is written again elsewhere
			from, to := random.IntN(len(b)), random.IntN(len(b))
			copy(b[to:], b[from:min(len(b), from+300)])
			return b
		},
		func(b []byte) []byte { // numbers grow
			return bytes.ReplaceAll(b, []byte(" 0 R"), fmt.Appendf(nil, " 0 R %d", random.Int64()))
		},
		func(b []byte) []byte { // references go astray
			return bytes.ReplaceAll(b, fmt.Appendf(nil, "%d 0 R", 1+random.IntN(12)), fmt.Appendf(nil, "%d 0 R", 1+random.IntN(12)))
		},
	}
	count := 0
	for _, kind := range slices.Sorted(maps.Keys(grid)) {
		for i, damage := range damages {
			content := damage(grid[kind](ids))
			r, err := extracttest.Extract(t, content, pdf.New(), plainText)
			extracttest.Sound(t, r)
			if err != nil {
				assert.NotContains(t, err.Error(), "internal error", "%s, damage %d", kind, i)
			}
			count++
		}
	}
	assert.GreaterOrEqual(t, count, 300)
}

func FuzzPDF(f *testing.F) {
	ids := accountIDs(rand.New(rand.NewPCG(5, 5)))
	for _, make := range grid {
		f.Add(make(ids))
	}
	for _, content := range bombs() {
		if len(content) < 10_000 {
			f.Add(content)
		}
	}
	f.Fuzz(func(t *testing.T, content []byte) { extracttest.Fuzz(t, pdf.New(), content, plainText) })
}

func BenchmarkExtract(b *testing.B) {
	ids := accountIDs(rand.New(rand.NewPCG(6, 6)))
	var text strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&text, "1 0 0 1 50 %d Tm [(Account ) -20 (%s) 30 ( is used by a role)] TJ\n", 800-i%60*12, ids[i%len(ids)])
	}
	content := onePage("").with(4, streamOf(deflate("BT /F1 10 Tf "+text.String()+"ET"), "/Filter/FlateDecode")).bytes()
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if _, err := extracttest.Extract(b, content, pdf.New()); err != nil {
			b.Fatal(err)
		}
	}
}
