package office

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
)

// planter makes values and remembers where they are to be found.
type planter struct {
	random *rand.Rand
	want   []extracttest.Want
}

func newPlanter() *planter { return &planter{random: rand.New(rand.NewPCG(7, 7))} }

// digits makes a number of twelve digits and remembers its place.
func (p *planter) digits(inside, place string) string {
	v := fmt.Sprint(200_000_000_000 + p.random.Int64N(700_000_000_000))
	p.want = append(p.want, extracttest.Want{Text: v, Inside: inside, Place: place})
	return v
}

// split cuts a value into runs, as editors do.
func split(v, before, after string) string {
	return before + v[:3] + after + before + v[3:8] + after + before + v[8:] + after
}

// exponent writes a value as spreadsheets store it.
func exponent(v string) string { return v[:1] + "." + v[1:] + "E+11" }

type part struct{ name, text string }

func zipped(t testing.TB, parts ...part) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, p := range parts {
		f, err := w.Create(p.name)
		require.NoError(t, err)
		_, err = f.Write([]byte(p.text))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

const (
	xmlHead      = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	contentTypes = xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`
	relType      = `http://schemas.openxmlformats.org/officeDocument/2006/relationships/`
)

func rels(list ...string) string {
	var b strings.Builder
	b.WriteString(xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for i := 0; i+1 < len(list); i += 2 {
		mode := ""
		if strings.Contains(list[i+1], "://") {
			mode = ` TargetMode="External"`
		}
		fmt.Fprintf(&b, `<Relationship Id="rId%d" Type="%s%s" Target="%s"%s/>`, i/2+1, relType, list[i], list[i+1], mode)
	}
	return b.String() + `</Relationships>`
}

// A text in a picture stands for what others read: nobody does in these tests,
// so it comes out as it is, at its place.
func wordDocument(t testing.TB, p *planter) []byte {
	run := func(v string) string { return split(v, `<w:r><w:t>`, `</w:t></w:r><w:proofErr w:type="x"/>`) }
	paragraph := func(s string) string { return `<w:p>` + s + `</w:p>` }
	body := "word/document.xml"
	digits := func(place string) string { return p.digits(body, place) }
	document := xmlHead + `<w:document xmlns:w="x"><w:body>` +
		paragraph(`<w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr>`+run(digits("paragraph 1"))) +
		paragraph(`<w:r><w:t>1234</w:t><w:noBreakHyphen/><w:t>56</w:t><w:softHyphen/><w:t>78</w:t></w:r>`) +
		paragraph(`<w:r><w:lastRenderedPageBreak/></w:r>`+run(digits("paragraph 3"))) +
		`<w:tbl><w:tr><w:tc>` + paragraph(`<w:r><w:t>Team</w:t></w:r>`) + `</w:tc><w:tc>` + paragraph(`<w:r><w:t>Account</w:t></w:r>`) + `</w:tc></w:tr>` +
		`<w:tr><w:tc>` + paragraph(``) + `</w:tc><w:tc>` + paragraph(run(digits("table 1, row 2"))) + `</w:tc></w:tr></w:tbl>` +
		paragraph(`<w:del><w:r><w:delText>`+digits("paragraph 4, deleted text")+`</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins>`) +
		paragraph(`<w:moveFrom><w:r><w:t>`+digits("paragraph 5, deleted text")+`</w:t></w:r></w:moveFrom>`) +
		paragraph(`<w:moveTo><w:r><w:t>`+digits("paragraph 6")+`</w:t></w:r></w:moveTo>`) +
		paragraph(`<w:r><w:fldChar/>`+split(`HYPERLINK "https://x/`+digits("paragraph 7, field code")+`"`, `<w:instrText>`, `</w:instrText>`)+`</w:r>`) +
		paragraph(`<w:fldSimple w:instr="DOCPROPERTY x`+digits("paragraph 8, field code")+`"/>`) +
		paragraph(`<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>`+paragraph(run(digits("paragraph 9")))+`</w:txbxContent></mc:Choice>`+
			`<mc:Fallback><w:txbxContent>`+paragraph(run(digits("paragraph 9")))+`</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>`) +
		paragraph(`<w:r><w:drawing><wp:docPr id="1" descr="a diagram of `+digits("paragraph 10, alt text")+`" title="`+digits("paragraph 10, alt text")+`"/><wp:posOffset>123456</wp:posOffset></w:drawing></w:r>`) +
		paragraph(`<w:r><w:rPr><w:vanish/></w:rPr><w:t>`+digits("paragraph 11")+`</w:t></w:r>`) +
		paragraph(`<w:r><w:t>`+digits("paragraph 12")+`</w:t><w:br/><w:t>next line</w:t><w:tab/><w:t>tabbed</w:t></w:r>`) +
		paragraph(`<w:sdt><w:sdtPr><w:alias w:val="Account `+digits("paragraph 13, attributes")+`"/><w:text/></w:sdtPr><w:sdtContent>`+run(digits("paragraph 13"))+`</w:sdtContent></w:sdt>`) +
		paragraph(`<w:r><w:pict><v:shape><v:textpath string="watermark `+digits("paragraph 14, text effect")+`"/></v:shape></w:pict></w:r>`) +
		`</w:body></w:document>`
	one := func(name, element, place string) part {
		return part{name, xmlHead + `<w:` + element + ` xmlns:w="x"><w:p>` + run(p.digits(name, place)) + `</w:p></w:` + element + `>`}
	}
	return zipped(t,
		part{"[Content_Types].xml", contentTypes},
		part{"_rels/.rels", rels("officeDocument", "word/document.xml")},
		part{"word/document.xml", document},
		part{"word/_rels/document.xml.rels", rels("header", "header1.xml", "footer", "footer1.xml", "footnotes", "footnotes.xml", "endnotes", "endnotes.xml",
			"comments", "comments.xml", "image", "media/image1.png", "package", "embeddings/book.bin",
			"vbaProject", "vbaProject.bin", "customXml", "../customXml/item1.xml", "glossaryDocument", "glossary/document.xml",
			"hyperlink", "https://example.com/"+p.digits("word/_rels/document.xml.rels", "link"))},
		one("word/header1.xml", "hdr", "header"), one("word/footer1.xml", "ftr", "footer"), one("word/footnotes.xml", "footnotes", "footnote"),
		one("word/endnotes.xml", "endnotes", "endnote"), one("word/comments.xml", "comments", "comment"),
		part{"word/settings.xml", xmlHead + `<w:settings xmlns:w="x"><w:docVars><w:docVar w:name="acct" w:val="` + p.digits("word/settings.xml", "document settings, attributes") + `"/></w:docVars></w:settings>`},
		part{"word/media/image1.png", "picture " + p.digits("word/media/image1.png", "image")},
		part{"word/embeddings/book.bin", "object " + p.digits("word/embeddings/book.bin", "embedded document")},
		part{"word/vbaProject.bin", "macro " + p.digits("word/vbaProject.bin", "macros")},
		part{"docProps/core.xml", xmlHead + `<cp:coreProperties xmlns:cp="x"><dc:title>` + p.digits("docProps/core.xml", "document properties") + `</dc:title></cp:coreProperties>`},
		part{"docProps/custom.xml", xmlHead + `<Properties><property name="AWS account"><vt:lpwstr>` + p.digits("docProps/custom.xml", "document properties") + `</vt:lpwstr></property></Properties>`},
		part{"customXml/item1.xml", `<data><accountId>` + p.digits("customXml/item1.xml", "custom XML") + `</accountId></data>`},
		part{"word/glossary/document.xml", xmlHead + `<w:glossaryDocument xmlns:w="x"><w:p>` + run(p.digits("word/glossary/document.xml", "building blocks")) + `</w:p></w:glossaryDocument>`},
	)
}

func slideShow(t testing.TB, p *planter) []byte {
	slide := func(name, place, attrs string) part {
		return part{name, xmlHead + `<p:sld xmlns:p="x" xmlns:a="y"` + attrs + `><p:sp><p:cNvPr id="1" descr="shows ` + p.digits(name, place+", alt text") + `"/><a:p>` +
			split(p.digits(name, place), `<a:r><a:t>`, `</a:t></a:r>`) + `</a:p></p:sp><a:tbl><a:tr><a:tc><a:p><a:r><a:t>Account</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>` +
			p.digits(name, place) + `</a:t></a:r></a:p></a:tc></a:tr></a:tbl></p:sld>`}
	}
	return zipped(t,
		part{"[Content_Types].xml", contentTypes},
		part{"_rels/.rels", rels("officeDocument", "/ppt/presentation.xml")},
		part{"ppt/presentation.xml", xmlHead + `<p:presentation xmlns:p="x" xmlns:r="y"><p:sldIdLst><p:sldId id="256" r:id="rId2"/><p:sldId r:id="rId1" id="257"/></p:sldIdLst></p:presentation>`},
		part{"ppt/_rels/presentation.xml.rels", rels("slide", "slides/slide1.xml", "slide", "slides/slide9.xml")},
		slide("ppt/slides/slide9.xml", "slide 1", ""),
		slide("ppt/slides/slide1.xml", "slide 2 (hidden)", ` show="0"`),
		slide("ppt/slides/slide4.xml", "a slide that is not shown", ""),
		part{"ppt/slides/_rels/slide9.xml.rels", rels("notesSlide", "../notesSlides/notesSlide1.xml", "image", "../media/image1.png", "chart", "../charts/chart1.xml",
			"comments", "../comments/comment1.xml", "diagramData", "../diagrams/data1.xml", "package", "../embeddings/sheet.bin")},
		part{"ppt/notesSlides/notesSlide1.xml", xmlHead + `<p:notes xmlns:a="y"><a:p>` + split(p.digits("ppt/notesSlides/notesSlide1.xml", "slide 1, notes"), `<a:r><a:t>`, `</a:t></a:r>`) + `</a:p></p:notes>`},
		part{"ppt/notesSlides/_rels/notesSlide1.xml.rels", rels("slide", "../slides/slide9.xml")},
		part{"ppt/media/image1.png", "picture " + p.digits("ppt/media/image1.png", "image on slide 1")},
		part{"ppt/charts/chart1.xml", xmlHead + `<c:chartSpace xmlns:c="x"><c:ser><c:cat><c:pt><c:v>` + p.digits("ppt/charts/chart1.xml", "chart on slide 1") + `</c:v></c:pt></c:cat></c:ser></c:chartSpace>`},
		part{"ppt/comments/comment1.xml", xmlHead + `<p:cmLst xmlns:p="x"><p:cm><p:text>` + p.digits("ppt/comments/comment1.xml", "slide 1, comment") + `</p:text></p:cm></p:cmLst>`},
		part{"ppt/diagrams/data1.xml", xmlHead + `<dgm:dataModel><dgm:pt><dgm:t><a:p><a:r><a:t>` + p.digits("ppt/diagrams/data1.xml", "slide 1") + `</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:dataModel>`},
		part{"ppt/slides/_rels/slide1.xml.rels", rels("notesSlide", "../notesSlides/notesSlide2.xml", "hyperlink", "https://example.com/"+p.digits("ppt/slides/_rels/slide1.xml.rels", "slide 2 (hidden), link"))},
		part{"ppt/notesSlides/notesSlide2.xml", xmlHead + `<p:notes xmlns:a="y"><a:p><a:r><a:t>` + p.digits("ppt/notesSlides/notesSlide2.xml", "slide 2 (hidden), notes") + `</a:t></a:r></a:p></p:notes>`},
		part{"ppt/slideMasters/slideMaster1.xml", xmlHead + `<p:sldMaster xmlns:a="y"><a:p><a:r><a:t>` + p.digits("ppt/slideMasters/slideMaster1.xml", "slide master") + `</a:t></a:r></a:p></p:sldMaster>`},
		part{"ppt/tags/tag1.xml", xmlHead + `<p:tagLst><p:tag name="ACCOUNT" val="` + p.digits("ppt/tags/tag1.xml", "attributes") + `"/></p:tagLst>`},
		part{"docProps/core.xml", xmlHead + `<cp:coreProperties><cp:keywords>` + p.digits("docProps/core.xml", "document properties") + `</cp:keywords></cp:coreProperties>`},
		part{"ppt/embeddings/sheet.bin", "object " + p.digits("ppt/embeddings/sheet.bin", "embedded document on slide 1")},
	)
}

func workbookFile(t testing.TB, p *planter) []byte {
	costs, hidden, deep := `sheet "Costs"`, `sheet "Old" (hidden)`, `sheet "Deep" (very hidden)`
	s1, s2, s3 := "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml"
	padded := "0" + p.digits(s1, costs+" cell B3")[1:]
	p.want[len(p.want)-1].Text = padded
	dashed := p.digits(s1, costs+" cell C3")
	p.want[len(p.want)-1].Text = dashed[:4] + "-" + dashed[4:8] + "-" + dashed[8:] + "  " + dashed
	joined := p.digits(s1, costs+" cell A6, formula")
	shared := p.digits(s1, costs+" cell C12")
	sst := xmlHead + `<sst><si><t>Account</t></si><si>` + split(shared, `<r><t>`, `</t></r>`) + `<rPh><t>9</t></rPh></si><si><t>` +
		p.digits("xl/sharedStrings.xml", "text that no cell shows") + `</t></si></sst>`
	return zipped(t,
		part{"[Content_Types].xml", contentTypes},
		part{"_rels/.rels", rels("officeDocument", "xl/workbook.xml")},
		part{"xl/workbook.xml", xmlHead + `<workbook xmlns:r="y"><sheets><sheet name="Costs" sheetId="1" r:id="rId1"/><sheet name="Old" sheetId="2" state="hidden" r:id="rId2"/><sheet name="Deep" state="veryHidden" r:id="rId3"/></sheets>` +
			`<definedNames><definedName name="acct">"` + p.digits("xl/workbook.xml", "defined name") + `"</definedName></definedNames></workbook>`},
		part{"xl/_rels/workbook.xml.rels", rels("worksheet", "worksheets/sheet1.xml", "worksheet", "worksheets/sheet2.xml", "worksheet", "worksheets/sheet3.xml", "sharedStrings", "sharedStrings.xml", "styles", "styles.xml")},
		part{"xl/sharedStrings.xml", sst},
		part{"xl/styles.xml", xmlHead + `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="000000000000"/><numFmt numFmtId="165" formatCode="0000\-0000\-0000"/></numFmts><cellStyleXfs><xf numFmtId="165"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>`},
		part{s1, xmlHead + `<worksheet><sheetData>` +
			`<row r="1"><c r="A1" t="s"><v>0</v></c></row>` +
			`<row r="2"><c r="A2"><v>` + exponent(p.digits(s1, costs+" cell A2")) + `</v></c><c r="B2" t="inlineStr"><is>` + split(p.digits(s1, costs+" cell B2"), `<r><t>`, `</t></r>`) + `</is></c></row>` +
			`<row r="3" hidden="1"><c r="A3"><v>` + p.digits(s1, costs+" cell A3") + `</v></c><c r="B3" s="1"><v>` + strings.TrimLeft(padded, "0") + `</v></c><c r="C3" s="2"><v>` + dashed + `</v></c></row>` +
			`<row r="4"><c r="A4" t="str"><f>"` + p.digits(s1, costs+" cell A4, formula") + `"&amp;""</f><v>` + p.digits(s1, costs+" cell A4") + `</v></c></row>` +
			`<row><c t="n"><v>` + p.digits(s1, costs+" cell A5") + `</v></c></row>` +
			`<row r="6"><c r="A6" t="str"><f>"` + joined[:4] + `" &amp; "` + joined[4:] + `"</f></c></row>` +
			`<row r="12"><c r="C12" t="s"><v>1</v></c></row>` +
			`</sheetData><dataValidations><dataValidation><formula1>"` + p.digits(s1, costs+", data validation") + `"</formula1></dataValidation></dataValidations>` +
			`<headerFooter><oddHeader>&amp;C&amp;"Arial,Bold"&amp;14 ` + p.digits(s1, costs+", header") + `</oddHeader></headerFooter></worksheet>`},
		part{"xl/worksheets/_rels/sheet1.xml.rels", rels("comments", "../comments1.xml", "threadedComment", "../threadedComments/t1.xml", "drawing", "../drawings/drawing1.xml",
			"hyperlink", "https://console.example.com/"+p.digits("xl/worksheets/_rels/sheet1.xml.rels", costs+", link"))},
		part{"xl/comments1.xml", xmlHead + `<comments><commentList><comment ref="B7"><text>` + split(p.digits("xl/comments1.xml", costs+" cell B7, comment"), `<r><t>`, `</t></r>`) + `</text></comment></commentList></comments>`},
		part{"xl/threadedComments/t1.xml", xmlHead + `<ThreadedComments><threadedComment ref="B8"><text>` + p.digits("xl/threadedComments/t1.xml", costs+" cell B8, comment") + `</text></threadedComment></ThreadedComments>`},
		part{"xl/drawings/drawing1.xml", xmlHead + `<xdr:wsDr><a:p><a:r><a:t>` + p.digits("xl/drawings/drawing1.xml", costs) + `</a:t></a:r></a:p></xdr:wsDr>`},
		part{"xl/drawings/_rels/drawing1.xml.rels", rels("image", "../media/image1.png")},
		part{"xl/media/image1.png", "picture " + p.digits("xl/media/image1.png", "image on "+costs)},
		part{s2, xmlHead + `<worksheet><sheetData><row r="1"><c r="A1"><v>` + p.digits(s2, hidden+" cell A1") + `</v></c></row></sheetData></worksheet>`},
		part{s3, xmlHead + `<worksheet><sheetData><row r="1"><c r="AA1"><v>` + p.digits(s3, deep+" cell AA1") + `</v></c></row></sheetData></worksheet>`},
		part{"xl/pivotCache/pivotCacheDefinition1.xml", xmlHead + `<pivotCacheDefinition><sharedItems><s v="` + p.digits("xl/pivotCache/pivotCacheDefinition1.xml", "pivot cache") + `"/></sharedItems></pivotCacheDefinition>`},
		part{"xl/pivotCache/pivotCacheRecords1.xml", xmlHead + `<pivotCacheRecords><r><n v="` + exponent(p.digits("xl/pivotCache/pivotCacheRecords1.xml", "pivot cache")) + `"/><x v="0"/></r></pivotCacheRecords>`},
		part{"xl/externalLinks/externalLink1.xml", xmlHead + `<externalLink><cell r="A1"><v>` + p.digits("xl/externalLinks/externalLink1.xml", "external link") + `</v></cell></externalLink>`},
		part{"docProps/app.xml", xmlHead + `<Properties><Company>` + p.digits("docProps/app.xml", "document properties") + `</Company></Properties>`},
		part{"xl/queryTables/queryTable1.xml", xmlHead + `<queryTable name="account ` + p.digits("xl/queryTables/queryTable1.xml", "data connection, attributes") + `"/>`},
		part{"xl/connections.xml", xmlHead + `<connections><connection><dbPr connection="Server=x;Account=` + p.digits("xl/connections.xml", "data connection, attributes") + `"/></connection></connections>`},
	)
}

func binaryRecord(id int, body []byte) []byte {
	var out []byte
	if id < 0x80 {
		out = append(out, byte(id))
	} else {
		out = append(out, byte(id)|0x80, byte(id>>7))
	}
	n := len(body)
	for n >= 0x80 {
		out = append(out, byte(n)|0x80)
		n >>= 7
	}
	return append(append(out, byte(n)), body...)
}

func wideBytes(s string) []byte {
	units := utf16.Encode([]rune(s))
	out := binary.LittleEndian.AppendUint32(nil, uint32(len(units)))
	for _, u := range units {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}

func binaryWorkbookFile(t testing.TB, p *planter) []byte {
	le := func(v uint32) []byte { return binary.LittleEndian.AppendUint32(nil, v) }
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	sheet, place := "xl/worksheets/sheet1.bin", `sheet "Costs" (hidden)`
	cell := func(id, column int, body []byte) []byte {
		return binaryRecord(id, join(le(uint32(column)), le(0), body))
	}
	real := p.digits(sheet, place+" cell A3")
	var v float64
	_, err := fmt.Sscan(real, &v)
	require.NoError(t, err)
	grouped := p.digits(sheet, place+" cell E3")
	p.want[len(p.want)-1].Text = grouped[:4] + "-" + grouped[4:8] + "-" + grouped[8:]
	var styled float64
	_, err = fmt.Sscan(grouped, &styled)
	require.NoError(t, err)
	return zipped(t,
		part{"[Content_Types].xml", contentTypes},
		part{"_rels/.rels", rels("officeDocument", "xl/workbook.bin")},
		part{"xl/workbook.bin", string(binaryRecord(recordSheet, join(le(1), le(1), wideBytes("rId1"), wideBytes("Costs"))))},
		part{"xl/_rels/workbook.bin.rels", rels("worksheet", "worksheets/sheet1.bin", "sharedStrings", "sharedStrings.bin", "styles", "styles.bin", "vbaProject", "vbaProject.bin")},
		part{"xl/vbaProject.bin", "macro " + p.digits("xl/vbaProject.bin", "macros")},
		part{"xl/styles.bin", string(join(
			binaryRecord(recordFormat, join([]byte{164, 0}, wideBytes("0000-0000-0000"))),
			binaryRecord(recordFormatsBegin, le(2)), binaryRecord(recordCellFormat, le(0)), binaryRecord(recordCellFormat, join([]byte{0, 0, 164, 0}, le(0))), binaryRecord(recordFormatsEnd, nil)))},
		part{"xl/worksheets/_rels/sheet1.bin.rels", rels("comments", "../comments1.bin")},
		part{"xl/comments1.bin", string(join(
			binaryRecord(recordComment, join(le(0), le(6), le(6), le(1), le(1))),
			binaryRecord(recordCommentText, join([]byte{0}, wideBytes(p.digits("xl/comments1.bin", place+" cell B7, comment"))))))},
		part{"xl/sharedStrings.bin", string(join(
			binaryRecord(recordSharedString, join([]byte{0}, wideBytes(p.digits(sheet, place+" cell B3")))),
			binaryRecord(recordSharedString, join([]byte{0}, wideBytes(p.digits("xl/sharedStrings.xml", "text that no cell shows"))))))},
		part{sheet, string(join(
			binaryRecord(recordRow, join(le(2), le(0))),
			cell(recordCellReal, 0, binary.LittleEndian.AppendUint64(nil, math.Float64bits(v))),
			cell(recordCellShared, 1, le(0)),
			cell(recordCellString, 2, wideBytes(p.digits(sheet, place+" cell C3"))),
			cell(recordCellRK, 3, le(4711<<2|2)),
			binaryRecord(recordCellReal, join(le(4), le(1), binary.LittleEndian.AppendUint64(nil, math.Float64bits(styled)))),
			cell(recordFormulaText, 5, join(wideBytes("shown"), wideBytes(p.digits(sheet, place+" cell F3, formula")))),
			binaryRecord(479, wideBytes("&C"+p.digits(sheet, place+", attributes")))))},
	)
}

func drawingFile(t testing.TB, p *planter) []byte {
	first, second := "visio/pages/page7.xml", "visio/pages/page1.xml"
	return zipped(t,
		part{"[Content_Types].xml", contentTypes},
		part{"_rels/.rels", rels("document", "visio/document.xml")},
		part{"visio/document.xml", xmlHead + `<VisioDocument/>`},
		part{"visio/pages/pages.xml", xmlHead + `<Pages><Page ID="0" Name="Overview"><Rel r:id="rId2"/></Page><Page ID="4" Name="Back" Background="1"><Rel r:id="rId1"/></Page></Pages>`},
		part{"visio/pages/_rels/pages.xml.rels", rels("page", "page1.xml", "page", "page7.xml")},
		part{first, xmlHead + `<PageContents><Shapes><Shape ID="1"><Section N="Property"><Row N="AccountID"><Cell N="Value" V="` + p.digits(first, "page 1, shape data") + `"/></Row></Section><Text>` +
			split(p.digits(first, "page 1"), `<cp IX="0"/>`, ``) + `</Text></Shape><Shape ID="2"><Text><fld IX="0">` + p.digits(first, "page 1") + `</fld></Text></Shape></Shapes></PageContents>`},
		part{"visio/pages/_rels/page7.xml.rels", rels("image", "../media/image1.png", "hyperlink", "https://example.com/"+p.digits("visio/pages/_rels/page7.xml.rels", "page 1, link"))},
		part{"visio/media/image1.png", "picture " + p.digits("visio/media/image1.png", "image on page 1")},
		part{second, xmlHead + `<PageContents><Shapes><Shape ID="1"><Text>` + p.digits(second, "page 2") + `</Text></Shape></Shapes></PageContents>`},
		part{"visio/masters/master1.xml", xmlHead + `<MasterContents><Shapes><Shape ID="1"><Text>` + p.digits("visio/masters/master1.xml", "master shape") + `</Text></Shape></Shapes></MasterContents>`},
		part{"visio/comments.xml", xmlHead + `<Comments><CommentList><CommentEntry>` + p.digits("visio/comments.xml", "comment") + `</CommentEntry></CommentList></Comments>`},
	)
}

const odfHead = xmlHead + `<office:document-content xmlns:office="x" xmlns:text="y"><office:automatic-styles><style:style style:name="ta2"><style:table-properties table:display="false"/></style:style><style:style style:name="dp2"><style:drawing-page-properties presentation:visibility="hidden"/></style:style></office:automatic-styles><office:body>`

func openText(t testing.TB, p *planter) []byte {
	c := "content.xml"
	return zipped(t,
		part{"mimetype", "application/vnd.oasis.opendocument.text"},
		part{"META-INF/manifest.xml", xmlHead + `<manifest:manifest/>`},
		part{c, odfHead + `<office:text><text:tracked-changes><text:changed-region><text:deletion><text:p>` + p.digits(c, "deleted text") + `</text:p></text:deletion></text:changed-region></text:tracked-changes>` +
			`<text:user-field-decls><text:user-field-decl text:name="account" office:value-type="float" office:value="` + exponent(p.digits(c, "attributes")) + `"/></text:user-field-decls>` +
			`<text:p>` + split(p.digits(c, "paragraph 1"), `<text:span>`, `</text:span>`) + `</text:p><text:p>a<text:s text:c="3"/>b<text:tab/>c<text:line-break/>d<text:a xlink:href="https://x/` + p.digits(c, "paragraph 2, attributes") + `">link</text:a></text:p>` +
			`<text:p>` + split(p.digits(c, "paragraph 3"), ``, `<office:annotation><dc:creator>J</dc:creator><text:p>`+p.digits(c, "paragraph 3, comment")+`</text:p></office:annotation>`) + ` and<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>` + p.digits(c, "paragraph 3, footnote") + `</text:p></text:note-body></text:note></text:p>` +
			`<table:table><table:table-row><table:table-cell><text:p>Account</text:p></table:table-cell><table:table-cell><text:p>` + p.digits(c, "table 1, row 1") + `</text:p></table:table-cell></table:table-row></table:table>` +
			`<text:p><draw:frame><draw:image xlink:href="Pictures/1.png"/><svg:desc>` + p.digits(c, "paragraph 4, alt text") + `</svg:desc></draw:frame><text:hidden-text text:string-value="` + p.digits(c, "paragraph 4, attributes") + `"/></text:p></office:text></office:body></office:document-content>`},
		part{"styles.xml", xmlHead + `<office:document-styles><style:header><text:p>` + p.digits("styles.xml", "header") + `</text:p></style:header></office:document-styles>`},
		part{"meta.xml", xmlHead + `<office:document-meta><meta:user-defined meta:name="Account">` + p.digits("meta.xml", "document properties") + `</meta:user-defined></office:document-meta>`},
		part{"Pictures/1.png", "picture " + p.digits("Pictures/1.png", "image")},
	)
}

// openPackage is a package of ODF with properties, and a picture in it.
func openPackage(t testing.TB, p *planter, kind, image, body string) []byte {
	return zipped(t,
		part{"mimetype", "application/vnd.oasis.opendocument." + kind},
		part{"META-INF/manifest.xml", xmlHead + `<manifest:manifest/>`},
		part{"content.xml", odfHead + `<office:` + kind + `>` + body + `</office:` + kind + `></office:body></office:document-content>`},
		part{"meta.xml", xmlHead + `<office:document-meta><meta:user-defined meta:name="Account">` + p.digits("meta.xml", "document properties") + `</meta:user-defined></office:document-meta>`},
		part{"styles.xml", xmlHead + `<office:document-styles><style:master-page><style:footer><style:region-left><text:p>` + p.digits("styles.xml", "footer") + `</text:p></style:region-left></style:footer></style:master-page></office:document-styles>`},
		part{"Pictures/1.png", "picture " + p.digits("Pictures/1.png", "image on "+image)},
		part{"Object 1/content.xml", odfHead + `<office:chart><chart:chart><chart:title><text:p>` + p.digits("Object 1/content.xml", "embedded object on "+image) + `</text:p></chart:title></chart:chart></office:chart></office:body></office:document-content>`},
	)
}

const shownParts = `<draw:frame><draw:image xlink:href="./Pictures/1.png"/></draw:frame><draw:frame><draw:object xlink:href="./Object 1"/></draw:frame>`

func openSheet(t testing.TB, p *planter) []byte {
	costs := `sheet "Costs"`
	at := func(place string) string { return p.digits("content.xml", place) }
	cell := func(attributes, text string) string {
		return `<table:table-cell ` + attributes + `><text:p>` + text + `</text:p></table:table-cell>`
	}
	row := func(cells ...string) string {
		return `<table:table-row>` + strings.Join(cells, "") + `</table:table-row>`
	}
	return openPackage(t, p, "spreadsheet", costs,
		`<table:tracked-changes><table:cell-content-change><table:previous><table:change-track-table-cell><text:p>`+at("deleted text")+`</text:p></table:change-track-table-cell></table:previous></table:cell-content-change></table:tracked-changes>`+
			`<table:content-validations><table:content-validation table:condition="of:cell-content-is-in-list(&quot;`+at("data validation, attributes")+`&quot;)"/></table:content-validations>`+
			`<table:table table:name="Costs">`+
			row(cell("", "Account"), `<table:table-cell table:number-columns-repeated="2"/>`, cell(`office:value-type="float" office:value="`+at(costs+" cell D1")+`"`, "1.23E+11"))+
			row(`<table:table-cell><text:p>`+split(at(costs+" cell A2"), `<text:span>`, `</text:span>`)+`</text:p><office:annotation><text:p>`+at(costs+" cell A2, comment")+`</text:p></office:annotation></table:table-cell>`)+
			`<table:table-row table:number-rows-repeated="5"><table:table-cell table:number-columns-repeated="1000"/></table:table-row>`+
			row(cell(`office:value-type="float" office:value="`+exponent(at(costs+" cell A8"))+`"`, ""),
				cell(`table:formula="of:=&quot;`+at(costs+" cell B8, formula")+`&quot;"`, ""),
				`<table:table-cell><draw:frame>`+shownParts+`<draw:text-box><text:p>`+at(costs+" cell C8")+`</text:p></draw:text-box></draw:frame></table:table-cell>`)+
			`</table:table>`+
			`<table:table table:name="Old" table:style-name="ta2">`+row(cell("", at(`sheet "Old" (hidden) cell A1`)))+`</table:table>`+
			`<table:named-expressions><table:named-expression table:name="account" table:expression="of:=`+at("defined name, attributes")+`"/></table:named-expressions>`)
}

func openSlides(t testing.TB, p *planter) []byte {
	at := func(place string) string { return p.digits("content.xml", place) }
	return openPackage(t, p, "presentation", "slide 1",
		`<draw:page draw:name="first"><draw:frame><draw:text-box><text:p>`+split(at("slide 1"), `<text:span>`, `</text:span>`)+`</text:p></draw:text-box><svg:desc>`+at("slide 1, alt text")+`</svg:desc></draw:frame>`+shownParts+
			`<table:table><table:table-row><table:table-cell><text:p>Account</text:p></table:table-cell><table:table-cell><text:p>`+at("slide 1")+`</text:p></table:table-cell></table:table-row></table:table>`+
			`<office:annotation><text:p>`+at("slide 1, comment")+`</text:p></office:annotation>`+
			`<draw:custom-shape><office:event-listeners><presentation:event-listener xlink:href="https://example.com/`+at("slide 1, attributes")+`"/></office:event-listeners></draw:custom-shape>`+
			`<presentation:notes><text:p>`+at("slide 1, notes")+`</text:p></presentation:notes></draw:page>`+
			`<draw:page draw:style-name="dp2"><text:p>`+at("slide 2 (hidden)")+`</text:p><presentation:notes><text:p>`+at("slide 2 (hidden), notes")+`</text:p></presentation:notes></draw:page>`)
}

// documents are one of each format with a value in every place.
var documents = []struct {
	name string
	make func(testing.TB, *planter) []byte
}{
	{"docx", wordDocument}, {"pptx", slideShow}, {"xlsx", workbookFile}, {"xlsb", binaryWorkbookFile}, {"vsdx", drawingFile},
	{"odt", openText}, {"ods", openSheet}, {"odp", openSlides},
}
