package office

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
)

func TestEveryHidingPlace(t *testing.T) {
	for _, d := range documents {
		t.Run(d.name, func(t *testing.T) {
			p := newPlanter()
			content := d.make(t, p)
			extracttest.Accept(t, New(), content, p.want...)
		})
	}
}

func TestQuality(t *testing.T) {
	for _, d := range documents {
		p := newPlanter()
		r, err := extracttest.Extract(t, d.make(t, p), New())
		require.NoError(t, err)
		found, placed := 0, 0
		for _, w := range p.want {
			if strings.Contains(r.All(), w.Text) {
				found++
			}
			if slices.ContainsFunc(r.Pieces, func(p extracttest.Piece) bool {
				return p.Inside == w.Inside && p.Place == w.Place && strings.Contains(p.Text, w.Text)
			}) {
				placed++
			}
		}
		n := len(p.want)
		t.Logf("%s: %d of %d values found: recall %.4f; %d at the place that is right", d.name, found, n, float64(found)/float64(n), placed)
		assert.Equal(t, n, found)
		assert.Equal(t, n, placed)
	}
}

// textOf returns the text of a part.
func textOf(r *extracttest.Recorder, inside string) string {
	var b strings.Builder
	for _, p := range r.Pieces {
		if p.Inside == inside {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

// Rows and headings come out so that the name of a value is near it.
func TestContextIsKept(t *testing.T) {
	p := newPlanter()
	r, err := extracttest.Extract(t, wordDocument(t, p), New())
	require.NoError(t, err)
	assert.Contains(t, textOf(r, "word/document.xml"), "Team\tAccount\n-\t"+p.want[2].Text+"\n")
	assert.Contains(t, textOf(r, "word/document.xml"), "\n1234-5678\n")
	assert.Contains(t, textOf(r, "docProps/custom.xml"), "AWS account: ")
	assert.Contains(t, textOf(r, "customXml/item1.xml"), "accountId: ")
}

// What Power Query does is in a zip in base64 in custom XML.
func TestQueriesAreHandedOn(t *testing.T) {
	queries := append(make([]byte, 8), zipped(t, part{"Formulas/Section1.m", "Source"})...)
	zips := &extract.Extractor{
		Name:   "zip",
		Claims: func(head []byte) bool { return bytes.HasPrefix(head, []byte("PK")) },
		Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
			_, err := out.WriteString("a zip")
			return err
		},
	}
	content := zipped(t, part{"xl/workbook.xml", `<workbook/>`},
		part{"customXml/item1.xml", `<DataMashup>` + base64.StdEncoding.EncodeToString(queries) + `</DataMashup>`},
		part{"customXml/item2.xml", `<DataMashup>!</DataMashup>`})
	r, err := extracttest.Extract(t, content, New(), zips)
	require.NoError(t, err)
	extracttest.Find(t, r, extracttest.Want{Text: "a zip", Inside: "customXml/item1.xml", Place: "data query"})
	assert.Equal(t, []string{"customXml/item2.xml | data query | damaged"}, r.Rows)
}

func TestFlat(t *testing.T) {
	p := newPlanter()
	content := xmlHead + `<office:document xmlns:office="x" office:mimetype="application/vnd.oasis.opendocument.text"><office:meta><meta:user-defined meta:name="Account">` + p.digits("", "document properties") + `</meta:user-defined></office:meta>` +
		`<office:settings><config:config-item config:name="PrinterSetup">UHJpbnRlcg==</config:config-item></office:settings>` +
		`<office:body><office:text><text:p>` + split(p.digits("", "paragraph 1"), `<span>`, `</span>`) + `</text:p>` +
		`<draw:frame><draw:image><office:binary-data>cGljdHVy
		ZSB0ZXh0</office:binary-data></draw:image></draw:frame></office:text></office:body></office:document>`
	extracttest.Accept(t, NewFlat(), []byte(content), append(p.want, extracttest.Want{Text: "picture text", Place: "image"})...)
	r, err := extracttest.Extract(t, []byte(content), NewFlat())
	require.NoError(t, err)
	assert.NotContains(t, r.All(), "UHJpbnRlcg")
}

func TestWordInOneFile(t *testing.T) {
	p := newPlanter()
	content := xmlHead + `<?mso-application progid="Word.Document"?><pkg:package xmlns:pkg="x"><pkg:part pkg:name="/word/document.xml"><pkg:xmlData><w:document><w:body><w:p>` +
		split(p.digits("", "paragraph 1"), `<w:r><w:t>`, `</w:t></w:r>`) + `</w:p></w:body></w:document></pkg:xmlData></pkg:part></pkg:package>`
	extracttest.Accept(t, NewFlat(), []byte(content), p.want...)
}

// The name of a column is near every value in it, however long the table, and
// rows have as many tabs as their header, wherever the table stands and whatever
// is empty.
func TestColumnsKeepTheirNames(t *testing.T) {
	var rows strings.Builder
	rows.WriteString(`<row r="2"><c r="B2" t="str"><v>A title</v></c></row><row r="4"><c r="B4" t="str"><v>team</v></c><c r="C4" t="str"><v>AWS account</v></c><c r="D4" t="str"><v>phone</v></c></row>`)
	for n := range 1000 {
		fmt.Fprintf(&rows, `<row r="%d"><c r="C%d"><v>%d</v></c></row>`, n+5, n+5, 100_000_000_000+n)
	}
	r, err := extracttest.Extract(t, zipped(t, part{"xl/workbook.xml", `<workbook/>`}, part{"xl/worksheets/sheet1.xml", `<worksheet><sheetData>` + rows.String() + `</sheetData></worksheet>`}), New())
	require.NoError(t, err)
	const reach = 8 << 10
	text := textOf(r, "xl/worksheets/sheet1.xml")
	const header = "\nteam\tAWS account\tphone\n"
	assert.Contains(t, text, "A title\n"+header)
	for n := range 1000 {
		row := fmt.Sprintf("\n-\t%d\t\n", 100_000_000_000+n)
		at := strings.Index(text, row)
		require.Positive(t, at, row)
		above := text[max(0, at-reach) : at+1]
		last := strings.LastIndex(above, header)
		require.GreaterOrEqual(t, last, 0, "no header above row %d", n)
		assert.NotContains(t, above[last+len(header)-1:], "\n\n", "row %d is in another table than its header", n)
	}
}

// A cell far away, or in a row far down, costs no more than any other.
func TestFarCells(t *testing.T) {
	r, err := extracttest.Extract(t, zipped(t, part{"xl/workbook.xml", `<workbook/>`}, part{"xl/worksheets/sheet1.xml",
		`<worksheet><row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>2</v></c></row><row r="1048576"><c r="XFD1048576"><v>3</v></c></row><row r="99999999999999999999"><c r="ZZZZZZ1"><v>4</v></c></row></worksheet>`}), New())
	require.NoError(t, err)
	assert.Less(t, len(r.All()), 1000)
	extracttest.Find(t, r, extracttest.Want{Text: "3", Inside: "xl/worksheets/sheet1.xml", Place: `sheet "sheet1" cell XFD1048576`})
}

func TestLongStringsAreWrittenOnce(t *testing.T) {
	content := zipped(t, part{"xl/workbook.xml", `<workbook/>`}, part{"xl/sharedStrings.xml", `<sst><si><t>` + strings.Repeat("long ", 10_000) + `</t></si></sst>`},
		part{"xl/worksheets/sheet1.xml", `<worksheet><row>` + strings.Repeat(`<c t="s"><v>0</v></c>`, 1000) + `</row></worksheet>`})
	r, err := extracttest.Extract(t, content, New())
	require.NoError(t, err)
	assert.Equal(t, 10_000, strings.Count(r.All(), "long "))
}

func TestHeaderCodes(t *testing.T) {
	for text, want := range map[string]string{
		`&C&"Arial,Bold"&14 123&R456 && &P`: "123 456 &", "&L&12Text": "Text", `&K01+000red`: "red", "plain": "plain", "&": "", `&"open`: "",
	} {
		assert.Equal(t, want, strings.Join(strings.Fields(withoutCodes(text)), " "), text)
	}
}

// An alternative for older programs is written if it says something else.
func TestAlternatives(t *testing.T) {
	box := func(s string) string {
		return `<w:txbxContent><w:p><w:r><w:t>` + s + `</w:t></w:r></w:p></w:txbxContent>`
	}
	r, err := extracttest.Extract(t, zipped(t, part{"word/document.xml", `<w:document><w:p><w:r><mc:AlternateContent><mc:Choice>` + box("same") + `</mc:Choice><mc:Fallback>` + box("same") + box("other") + `</mc:Fallback></mc:AlternateContent></w:r></w:p></w:document>`}), New())
	require.NoError(t, err)
	assert.Equal(t, "same\nother\n", textOf(r, "word/document.xml"))
}

// A number that was deleted is found, in part or whole, whatever stands right
// beside it.
func TestTrackedChanges(t *testing.T) {
	run := func(element, s string) string { return `<w:r><w:` + element + `>` + s + `</w:` + element + `></w:r>` }
	for body, want := range map[string]string{
		`<w:del>` + run("delText", "1111") + `</w:del><w:ins>` + run("t", "2222") + `</w:ins>`:                                            "2222|1111",
		run("t", "11") + `<w:del>` + run("delText", "22") + `</w:del>` + run("t", "33"):                                                   "1133|112233|22",
		`<w:del>` + run("delText", "1") + run("delText", "2") + `</w:del>` + run("t", "-") + `<w:del>` + run("delText", "3") + `</w:del>`: "-|12-3|12|3",
		`<w:ins>` + run("t", "22") + `</w:ins>` + run("t", "33"):                                                                          "2233",
		`<w:rPr><w:ins/><w:del/></w:rPr>` + run("t", "1"):                                                                                 "1",
	} {
		r, err := extracttest.Extract(t, zipped(t, part{"word/document.xml", `<w:document><w:p>` + body + `</w:p></w:document>`}), New())
		require.NoError(t, err)
		assert.Equal(t, want, strings.ReplaceAll(strings.TrimSpace(textOf(r, "word/document.xml")), "\n", "|"), body)
	}
}

// Parts that lost what says what they are keep their numbers.
func TestWithoutTheMainPart(t *testing.T) {
	p := newPlanter()
	r, err := extracttest.Extract(t, zipped(t, part{"[Content_Types].xml", contentTypes},
		part{"ppt/slides/slide3.xml", `<p:sld><a:p><a:r><a:t>` + p.digits("ppt/slides/slide3.xml", "slide 3") + `</a:t></a:r></a:p></p:sld>`},
		part{"ppt/notesSlides/notesSlide1.xml", `<p:notes><a:p><a:r><a:t>` + p.digits("ppt/notesSlides/notesSlide1.xml", "slide 3, notes") + `</a:t></a:r></a:p></p:notes>`},
		part{"ppt/slides/_rels/slide3.xml.rels", rels("notesSlide", "../notesSlides/notesSlide1.xml")},
		part{"xl/worksheets/sheet2.xml", `<worksheet><row r="1"><c r="A1"><v>` + p.digits("xl/worksheets/sheet2.xml", `sheet "sheet2" cell A1`) + `</v></c></row></worksheet>`}), New())
	require.NoError(t, err)
	extracttest.Find(t, r, p.want...)
}

func TestUTF16(t *testing.T) {
	var wide bytes.Buffer
	wide.WriteString("\xff\xfe")
	for _, u := range utf16.Encode([]rune(`<?xml version="1.0" encoding="UTF-16"?><w:document><w:p><w:r><w:t>wide</w:t></w:r></w:p></w:document>`)) {
		wide.Write([]byte{byte(u), byte(u >> 8)})
	}
	r, err := extracttest.Extract(t, zipped(t, part{"word/document.xml", wide.String()}), New())
	require.NoError(t, err)
	extracttest.Find(t, r, extracttest.Want{Text: "wide", Inside: "word/document.xml", Place: "paragraph 1"})
}

func TestEncryptedAndForeign(t *testing.T) {
	_, err := extracttest.Extract(t, zipped(t, part{"mimetype", "x"}, part{"content.xml", "x"}, part{"META-INF/manifest.xml", `<manifest:encryption-data/>`}), New())
	require.ErrorIs(t, err, extract.ErrEncrypted)
	_, err = extracttest.Extract(t, zipped(t, part{"a.txt", "text"}), New())
	require.ErrorIs(t, err, extract.ErrOtherFormat)
}

// What expands in a parser that reads declarations does not here.
func TestEntitiesAreNotExpanded(t *testing.T) {
	bomb := `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><w:document><w:p><w:r><w:t>&b;&lt;&#65;&#x42;&#0;&bogus</w:t></w:r></w:p></w:document>`
	r, err := extracttest.Extract(t, zipped(t, part{"word/document.xml", bomb}), New())
	require.NoError(t, err)
	extracttest.Find(t, r, extracttest.Want{Text: "&b;<AB&bogus", Inside: "word/document.xml", Place: "paragraph 1"})
	extracttest.Sound(t, r)
}

func TestNumbersAreShownAsPeopleSeeThem(t *testing.T) {
	for _, c := range [][3]string{
		{"1.23456789012E+11", "", "123456789012"}, {"1.23456789012E11", "General", "123456789012"}, {"12345678", "000000000000", "000012345678"},
		{"123456789012", `0000\-0000\-0000`, "1234-5678-9012  123456789012"}, {"123456789012", `"AWS "000000000000`, "AWS 123456789012"},
		{"123456789012", "0000 0000 0000;-0", "1234 5678 9012  123456789012"}, {"123456789012", "#,##0", "123456789012"}, {"0.5", "0000", "0.5"},
		{"-123456789012", "", "-123456789012"}, {"1E+300", "", "1E+300"}, {"text", "", "text"}, {"", "0000", ""}, {"12345", "0000", "12345"},
		{"123456789012", "####-####-####", "1234-5678-9012  123456789012"}, {"12345", "[Red]00-00-00", "01-23-45"}, {"123456789012", "0.0000", "123456789012"},
	} {
		assert.Equal(t, c[2], number(c[0], c[1]), "%s as %q", c[0], c[1])
	}
}

func FuzzOffice(f *testing.F) {
	for _, d := range documents {
		f.Add(d.make(f, newPlanter()))
	}
	f.Fuzz(func(t *testing.T, content []byte) { extracttest.Fuzz(t, New(), content) })
}

// FuzzMarkup skips the zip, which hardly any change to it survives.
func FuzzMarkup(f *testing.F) {
	for _, s := range []string{`<a b="c">d<e/></a>`, `<p><t>x</t>`, `<![CDATA[x]]><!-- --><!DOCTYPE a [<!ENTITY b "c">]>`, `<a "`, `<row><c r="A1"><v>1</v></c></row>`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, xml []byte) {
		for _, name := range []string{"word/document.xml", "xl/worksheets/sheet1.xml", "content.xml"} {
			content := zipped(t, part{"[Content_Types].xml", ""}, part{name, string(xml)})
			if name == "content.xml" {
				content = zipped(t, part{"mimetype", ""}, part{name, string(xml)})
			}
			r, err := extracttest.Extract(t, content, New())
			if err != nil {
				t.Fatal(err)
			}
			extracttest.Sound(t, r)
		}
	})
}

func benchmark(b *testing.B, name, before, after string, again func(w io.Writer, i int)) {
	var body strings.Builder
	body.WriteString(before)
	for i := range 20_000 {
		again(&body, i)
	}
	body.WriteString(after)
	content := zipped(b, part{"[Content_Types].xml", contentTypes}, part{name, body.String()})
	b.SetBytes(int64(body.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if err := extract.InProcess([]*extract.Extractor{New()}, extract.Defaults()).Extract(b.Context(), extract.FromBytes("", content), &counter{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDocument(b *testing.B) {
	benchmark(b, "word/document.xml", `<w:document><w:body>`, `</w:body></w:document>`, func(w io.Writer, i int) {
		fmt.Fprintf(w, `<w:p w:rsidR="00A77427" w:rsidRDefault="00A77427"><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">Paragraph %d of a text </w:t></w:r><w:r><w:t>in two runs</w:t></w:r></w:p>`, i)
	})
}

func BenchmarkSheet(b *testing.B) {
	benchmark(b, "xl/worksheets/sheet1.xml", `<worksheet><sheetData>`, `</sheetData></worksheet>`, func(w io.Writer, i int) {
		fmt.Fprintf(w, `<row r="%d" spans="1:4"><c r="A%d" s="1"><v>%d</v></c><c r="B%d" t="str"><f>A1+B2</f><v>some text</v></c><c r="C%d"><v>0.25</v></c><c r="D%d" t="n"><v>1.5E+11</v></c></row>`, i+1, i+1, i, i+1, i+1, i+1)
	})
}

func BenchmarkOpenDocument(b *testing.B) {
	benchmark(b, "content.xml", `<office:document-content><office:body><office:text>`, `</office:text></office:body></office:document-content>`, func(w io.Writer, i int) {
		fmt.Fprintf(w, `<text:p text:style-name="Standard">Paragraph %d of <text:span text:style-name="T1">a text</text:span></text:p>`, i)
	})
}
