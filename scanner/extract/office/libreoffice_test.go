package office

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
)

const flatHead = xmlHead + `<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" ` +
	`xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" ` +
	`xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" ` +
	`xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.`

// A sample is a document that LibreOffice converts: values stand in it as
// {name}, and are expected at these places.
type sample struct {
	source string // extension of the flat document
	text   string
	made   map[string]map[string]string // places by format and value; "inside | place"
}

var samples = []sample{
	{"fodt", flatHead + `text"><office:meta><dc:title>{title}</dc:title><meta:user-defined meta:name="Account">{custom}</meta:user-defined></office:meta>` +
		`<office:automatic-styles><style:page-layout style:name="pm1"><style:page-layout-properties/></style:page-layout><style:style style:name="b" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style></office:automatic-styles>` +
		`<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="pm1"><style:header><text:p>{header}</text:p></style:header><style:footer><text:p>{footer}</text:p></style:footer></style:master-page></office:master-styles>` +
		`<office:body><office:text><text:tracked-changes><text:changed-region text:id="c1"><text:deletion><office:change-info><dc:creator>J</dc:creator><dc:date>2024-01-01T00:00:00</dc:date></office:change-info><text:p>{deleted}</text:p></text:deletion></text:changed-region></text:tracked-changes>` +
		`<text:p>Account <text:change text:change-id="c1"/>{runs}<text:note text:id="n1" text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>{footnote}</text:p></text:note-body></text:note> and <office:annotation><dc:creator>J</dc:creator><text:p>{comment}</text:p></office:annotation></text:p>` +
		`<text:p>see <text:a xlink:type="simple" xlink:href="https://example.com/{link}">here</text:a></text:p>` +
		`<text:p><draw:frame draw:name="box" text:anchor-type="paragraph" svg:width="5cm" svg:height="2cm"><draw:text-box><text:p>{box}</text:p></draw:text-box><svg:desc>{alt}</svg:desc></draw:frame></text:p>` +
		`<table:table table:name="T"><table:table-column table:number-columns-repeated="2"/><table:table-row><table:table-cell><text:p>Account</text:p></table:table-cell><table:table-cell><text:p>{cell}</text:p></table:table-cell></table:table-row></table:table>` +
		`</office:text></office:body></office:document>`,
		map[string]map[string]string{
			"docx": {
				"runs": "word/document.xml | paragraph 1", "deleted": "word/document.xml | paragraph 1, deleted text", "cell": "word/document.xml | table 1, row 1",
				"box": "word/document.xml | paragraph 3", "link": "word/_rels/document.xml.rels | link",
				"footnote": "word/footnotes.xml | footnote", "comment": "word/comments.xml | comment", "title": "docProps/core.xml | document properties", "custom": "docProps/custom.xml | document properties",
				"header": "word/header1.xml | header", "footer": "word/footer1.xml | footer",
			},
			"odt": {
				"runs": "content.xml | paragraph 1", "deleted": "content.xml | deleted text", "cell": "content.xml | table 1, row 1", "box": "content.xml | paragraph 3", "alt": "content.xml | paragraph 3, alt text",
				"link": "content.xml | paragraph 2, attributes", "footnote": "content.xml | paragraph 1, footnote", "comment": "content.xml | paragraph 1, comment",
				"title": "meta.xml | document properties", "custom": "meta.xml | document properties", "header": "styles.xml | header", "footer": "styles.xml | footer",
			},
			"fodt": {"runs": " | paragraph 1", "cell": " | table 1, row 1", "header": " | header", "custom": " | document properties", "comment": " | paragraph 1, comment"},
		}},
	{"fods", flatHead + `spreadsheet"><office:automatic-styles><number:number-style style:name="N1"><number:number number:decimal-places="0" number:min-integer-digits="12"/></number:number-style>` +
		`<style:style style:name="padded" style:family="table-cell" style:data-style-name="N1"/><style:style style:name="hidden" style:family="table"><style:table-properties table:display="false"/></style:style></office:automatic-styles>` +
		`<office:body><office:spreadsheet><table:table table:name="Costs"><table:table-row><table:table-cell office:value-type="string"><text:p>AWS account</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell></table:table-row>` +
		`<table:table-row><table:table-cell office:value-type="float" office:value="{number}"/><table:table-cell table:style-name="padded" office:value-type="float" office:value="{padded}"/></table:table-row>` +
		`<table:table-row table:number-rows-repeated="8"><table:table-cell table:number-columns-repeated="9"/></table:table-row>` +
		`<table:table-row><table:table-cell table:number-columns-repeated="2"/><table:table-cell office:value-type="string"><text:p>far</text:p><office:annotation><dc:creator>J</dc:creator><text:p>{comment}</text:p></office:annotation></table:table-cell>` +
		`<table:table-cell table:formula="of:=&quot;id &quot;&amp;&quot;{formula}&quot;" office:value-type="string"/></table:table-row></table:table>` +
		`<table:table table:name="Old" table:style-name="hidden"><table:table-row><table:table-cell office:value-type="float" office:value="{hidden}"/></table:table-row></table:table></office:spreadsheet></office:body></office:document>`,
		map[string]map[string]string{
			"xlsx": {
				"text": `xl/worksheets/sheet1.xml | sheet "Costs" cell B1`, "number": `xl/worksheets/sheet1.xml | sheet "Costs" cell A2`, "padded": `xl/worksheets/sheet1.xml | sheet "Costs" cell B2`,
				"comment": `xl/comments1.xml | sheet "Costs" cell C11, comment`, "formula": `xl/worksheets/sheet1.xml | sheet "Costs" cell D11, formula`, "hidden": `xl/worksheets/sheet2.xml | sheet "Old" (hidden) cell A1`,
			},
			"ods": {
				"text": `content.xml | sheet "Costs" cell B1`, "number": `content.xml | sheet "Costs" cell A2`, "padded": `content.xml | sheet "Costs" cell B2`,
				"comment": `content.xml | sheet "Costs" cell C11, comment`, "formula": `content.xml | sheet "Costs" cell D11, formula`, "hidden": `content.xml | sheet "Old" (hidden) cell A1`,
			},
		}},
	{"fodp", flatHead + `presentation"><office:automatic-styles><style:page-layout style:name="pm1"><style:page-layout-properties fo:page-width="28cm" fo:page-height="21cm"/></style:page-layout>` +
		`<style:style style:name="dp2" style:family="drawing-page"><style:drawing-page-properties presentation:visibility="hidden"/></style:style></office:automatic-styles>` +
		`<office:master-styles><style:master-page style:name="Default" style:page-layout-name="pm1"/></office:master-styles><office:body><office:presentation>` +
		`<draw:page draw:name="p1" draw:master-page-name="Default"><draw:frame svg:width="10cm" svg:height="2cm" svg:x="1cm" svg:y="1cm"><draw:text-box><text:p>Account {slide}</text:p></draw:text-box><svg:desc>{alt}</svg:desc></draw:frame>` +
		`<presentation:notes><draw:frame presentation:class="notes" svg:width="10cm" svg:height="5cm" svg:x="1cm" svg:y="10cm"><draw:text-box><text:p>{notes}</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>` +
		`<draw:page draw:name="p2" draw:style-name="dp2" draw:master-page-name="Default"><draw:frame svg:width="10cm" svg:height="2cm" svg:x="1cm" svg:y="1cm"><draw:text-box><text:p>{hidden}</text:p></draw:text-box></draw:frame></draw:page>` +
		`</office:presentation></office:body></office:document>`,
		map[string]map[string]string{
			"pptx": {"slide": "ppt/slides/slide1.xml | slide 1", "notes": "ppt/notesSlides/notesSlide1.xml | slide 1, notes", "hidden": "ppt/slides/slide2.xml | slide 2 (hidden)"},
			"odp":  {"slide": "content.xml | slide 1", "alt": "content.xml | slide 1, alt text", "notes": "content.xml | slide 1, notes", "hidden": "content.xml | slide 2 (hidden)"},
		}},
}

// What LibreOffice writes is read as well as what these tests write.
func TestLibreOffice(t *testing.T) {
	program, err := exec.LookPath("soffice")
	if err != nil || testing.Short() {
		t.Skip("soffice is not installed, or the test is to be short")
	}
	dir := t.TempDir()
	for _, s := range samples {
		p := newPlanter()
		values := map[string]string{}
		source := s.text
		for range strings.Count(source, "{") {
			_, rest, _ := strings.Cut(source, "{")
			name, _, _ := strings.Cut(rest, "}")
			values[name] = p.digits("", "")
			source = strings.ReplaceAll(source, "{"+name+"}", values[name])
			if !strings.Contains(source, "{") {
				break
			}
		}
		file := filepath.Join(dir, "sample."+s.source)
		require.NoError(t, os.WriteFile(file, []byte(source), 0o600))
		for format, places := range s.made {
			t.Run(format, func(t *testing.T) {
				content := []byte(source)
				if format != s.source {
					out, err := exec.Command(program, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", format, "--outdir", dir, file).CombinedOutput()
					require.NoError(t, err, string(out))
					content, err = os.ReadFile(filepath.Join(dir, "sample."+format))
					require.NoError(t, err, string(out))
				}
				r, err := extracttest.Extract(t, content, New(), NewFlat())
				require.NoError(t, err)
				for name, at := range places {
					inside, place, _ := strings.Cut(at, " | ")
					extracttest.Find(t, r, extracttest.Want{Text: values[name], Inside: inside, Place: place})
				}
			})
		}
	}
}
