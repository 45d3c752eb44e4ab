package markup

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
)

// The embedded documents of these tests are plain texts, which nobody claims and
// which therefore come out as they are.
func encoded(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func extracted(t *testing.T, content string) *extracttest.Recorder {
	t.Helper()
	r, err := extracttest.Extract(t, []byte(content), All()...)
	require.NoError(t, err)
	extracttest.Sound(t, r)
	return r
}

// sample is a document of a format with a text in each of its hiding places.
type sample struct {
	name      string
	extractor *extract.Extractor
	content   string
	want      []extracttest.Want
}

func samples(t *testing.T) []sample {
	return []sample{
		{"html", newHTML(), htmlPage, []extracttest.Want{
			{Text: "AWS account 123456789012\n"}, {Text: "Account\t12345678"},
			{Text: "a picture", Place: "embedded file 1"}, {Text: "plain text", Place: "embedded file 2"},
		}},
		{"svg", newSVG(), svgPicture, []extracttest.Want{
			{Text: "12345678\n"}, {Text: "next"}, {Text: "a picture", Place: "embedded file 1"}, {Text: "in a picture", Place: `diagram, page "inner"`},
		}},
		{"drawio", newDiagram(), drawing(t), diagramTexts()},
		{"ipynb", newNotebook(), notebookText, []extracttest.Want{
			{Text: "# Costs\nof account 1", Place: "cell 1"}, {Text: "attached", Place: "cell 1, attachment"},
			{Text: "print(1)", Place: "cell 2"}, {Text: "output", Place: "cell 2, output"},
			{Text: "a plot", Place: "cell 2, output"}, {Text: "12", Place: "cell 2, output"},
			{Text: `{"a":1}`, Place: "cell 2, output"}, {Text: "boom", Place: "cell 2, output"},
		}},
		{"ipynb 3", newNotebook(), oldNotebook, []extracttest.Want{
			{Text: "old", Place: "cell 1"}, {Text: "plot", Place: "cell 1, output"},
		}},
		{"rtf", newRTF(), rtfText, []extracttest.Want{
			{Text: "AWS account 123456789012\n"}, {Text: "café x-y\n€"}, {Text: "a\tb\t\n"},
			{Text: "A title", Place: "document properties"}, {Text: "top", Place: "header"}, {Text: "kept"},
			{Text: "below", Place: "footnote"}, {Text: "remark", Place: "comment"}, {Text: `HYPERLINK "https://x"`, Place: "field code"},
			{Text: "hidden"}, {Text: "gone"}, {Text: `{}\`}, {Text: "after"},
			{Text: "a picture", Place: "picture 1"}, {Text: "an object", Place: "object 1"}, {Text: "blob", Place: "picture 2"},
		}},
	}
}

func TestSamples(t *testing.T) {
	for _, s := range samples(t) {
		var own []extracttest.Want // what no other extractor of this package reads
		for _, w := range s.want {
			if s.name != "svg" || w.Place == "" {
				own = append(own, w)
			}
		}
		extracttest.Accept(t, s.extractor, []byte(s.content), own...)
	}
	assert.NotContains(t, extracted(t, rtfText).All(), "Times", "the name of a font")
}

var htmlPage = `<!DOCTYPE html><html><head><title>Costs</title></head><body><p>AWS account <b>1234</b><span class="x">5678</span>9012</p>` +
	`<table><tr><td>Account</td><td>&#49;&#50;&#51;&#52;5678</td></tr></table><!-- comment -->` +
	`<img src="data:image/png;base64,` + encoded("a picture") + `"><a href="data:,plain%20text">x</a><script>var a = "1<b>2"</script></body></html>`

var svgPicture = `<?xml version="1.0"?><svg xmlns="x" content="` + strings.NewReplacer("<", "&lt;", `"`, "&quot;").Replace(innerDiagram) + `"><text>1234<tspan dx="1">5678</tspan></text><text>next</text>` +
	`<image href="data:image/png;base64,` + encoded("a picture") + `"/></svg>`

const innerDiagram = `<mxfile><diagram name="inner"><mxGraphModel><mxCell value="in a picture"/></mxGraphModel></diagram></mxfile>`

var notebookText = `{"cells":[{"cell_type":"markdown","source":["# Costs\n","of account 1"],"attachments":{"a.png":{"image/png":"` + encoded("attached") + `"}}},` +
	`{"cell_type":"code","source":"print(1)","outputs":[{"output_type":"stream","text":["out","put\n"]},` +
	`{"data":{"image/png":"` + encoded("a plot") + `\n","text/html":["<td>1<b>2</b></td>"],"text/plain":["12"],"application/json":{"a":1}}},{"traceback":["boom"]}]}],"nbformat":4}`

var oldNotebook = `{"nbformat":3,"worksheets":[{"cells":[{"cell_type":"code","input":["old"],"outputs":[{"png":"` + encoded("plot") + `"}]}]}]}`

var rtfText = `{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Times 123456789012;}}{\info{\title A title}}{\header top\par}` +
	`AWS {\b ac}count 1234{\i 5678}\'39\u48?\u49?2\par caf\'e9\~x\_y\line{\uc2\u8364\'80\'80}\trowd a\cell b\cell\row` +
	`{\*\unknown kept}{\footnote below}{\*\annotation remark}{\field{\*\fldinst HYPERLINK "https://x"}{\fldrslt link}}{\v hidden}{\deleted gone}\{\}\\` +
	`{\pict\pngblip ` + fmt.Sprintf("%x", "a picture") + `}{\object{\*\objdata ` + fmt.Sprintf("%x", "an object") + `}}{\pict\bin4 blob}after}`

const diagramModel = `<mxGraphModel><root><mxCell id="2" value="account &lt;b&gt;1234&lt;/b&gt;5678" style="x"/><UserObject label="labelled" link="https://console/x" tooltip="9012"/></root></mxGraphModel>`

// compressed returns a page of a diagram as draw.io stores it.
func compressed(t *testing.T) []byte {
	var z bytes.Buffer
	w, err := flate.NewWriter(&z, 9)
	require.NoError(t, err)
	_, err = w.Write([]byte(url.PathEscape(diagramModel)))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return z.Bytes()
}

func drawing(t *testing.T) string {
	return `<mxfile host="x"><diagram id="a" name="Network">` + base64.StdEncoding.EncodeToString(compressed(t)) + `</diagram><diagram>` + diagramModel + `</diagram></mxfile>`
}

func diagramTexts() []extracttest.Want {
	var want []extracttest.Want
	for _, place := range []string{`page "Network"`, "page 2"} {
		for _, text := range []string{"account 12345678\n", "labelled\n", "link: https://console/x", "tooltip: 9012"} {
			want = append(want, extracttest.Want{Text: text, Place: place})
		}
	}
	return want
}

func TestPageThatIsCutOff(t *testing.T) {
	z := compressed(t)
	r := extracted(t, `<mxfile><diagram>`+base64.StdEncoding.EncodeToString(z[:len(z)/2])+`</diagram></mxfile>`)
	assert.Contains(t, strings.Join(r.Rows, "\n"), "damaged: a compressed page")
}

// A page that hides nothing is left to those who match it as it stands.
func TestPagesThatHideNothing(t *testing.T) {
	for name, page := range map[string]string{
		"plain text":          `<html><p>AWS account 123456789012</p></html>`,
		"cells":               `<html><table><tr><td>123</td><td>words</td></tr></table></html>`,
		"lines":               `<html>12<br>34</html>`,
		"references of signs": `<html>&#8212; &#160; &#x2014;</html>`,
		"an apostrophe":       `<html>It&#39;s 12 o&#x27;clock</html>`,
		"a comparison":        `<html><script>if (n%10<5&&n%10>1) f()</script></html>`,
		"another":             `<html><script>t+9<a&&(i=parse(t+4))>1</script></html>`,
		"data in a script":    `<html><script>f({data:1}, "x=data:;base64,eHh4")</script></html>`,
		"ends of sentences":   `<html>a <code>text/plain</code>. <b>Note</b>: <a>this</a>, (<i>that</i>)</html>`,
		"tags in a comment":   `<html><!--<link rel="a"><link rel="b">--></html>`,
		"blanks around tags":  `<html>all <b>bold</b> <i>words</i>, <a href="x">linked</a>, &amp; more</html>`,
		"a source map":        `<html><script>n="sourceMappingURL=data:application/json;base64,"+s</script></html>`,
		"a picture":           `<svg><title>Icon 12</title><style type="text/css">.a<b>c</style><path d="M10 20L30"/></svg>`,
	} {
		assert.Empty(t, extracted(t, page).Pieces, name)
	}
	for name, page := range map[string]string{
		"tags":               `<html>1234<em>5678</em></html>`,
		"empty tags":         `<html>1234<a name="x"></a>5678</html>`,
		"references":         `<html>&#49;&#50;</html>`,
		"hexadecimal":        `<html>&#x31;&#x32;</html>`,
		"leading zeros":      `<html>&#0049;</html>`,
		"signs of a key":     `<html>wJalr&#43;XUtn</html>`,
		"signs by name":      `<html>wJalr&sol;XUtn</html>`,
		"dashes":             `<html>4689&#45;2017&#45;3355</html>`,
		"no semicolon":       `<html>wJalr&#43abc</html>`,
		"a colon":            `<html>"sts:ExternalId"&#58; "x"</html>`,
		"a letter":           `<html>&#65;KIA</html>`,
		"a comment":          `<html>4689<!--[-->2017<!--]-->3355</html>`,
		"an instruction":     `<html>4689<?x?>2017</html>`,
		"parted letters":     `<html>AK<wbr>IA</html>`,
		"a highlighted pair": `<html><span>"sts:ExternalId"</span><span>:</span> <span>"Zk4T9vQx7"</span></html>`,
		"parted by a dash":   `<html><span>4689</span>-<span>2017</span></html>`,
		"behind a script":    `<html><script>if (a<b) c()</script>12<b>34</b></html>`,
		"blanks in a URI":    "<html><img src =\n \" data:,x\"></html>",
		"an open URI":        `<html><object DATA=data:,x></object></html>`,
		"a value by itself":  `<html>--external-id <code>Zk4T9vQx7</code></html>`,
		"groups of digits":   `<html><b>4689</b> <b>2017</b> <b>3355</b></html>`,
		"labels":             `<svg><text>AWS account</text><text>123456789012</text></svg>`,
		"behind a comment":   "\ufeff<!-- made by hand -->\n<HTML>1<i>2</i></HTML>",
		"a picture in a URI": `<html><img src="data:image/png;base64,` + encoded("x") + `"></html>`,
		"tags in a picture":  `<svg><text>1234<tspan>5678</tspan></text></svg>`,
	} {
		assert.NotEmpty(t, extracted(t, page).Pieces, name)
	}
}

// What scripts hold stands in the bytes.
func TestScriptsAreLeftOutOfPages(t *testing.T) {
	r := extracted(t, `<html><script>var kept = "in the bytes"</script><p>12<b>34</b></p><STYLE>p{}</STYLE><p>behind</p></html>`)
	assert.NotContains(t, r.All(), "kept")
	assert.NotContains(t, r.All(), "p{}")
	assert.Contains(t, r.All(), "1234")
	assert.Contains(t, r.All(), "behind")
	r = extracted(t, `<mxfile><diagram name="x"><mxGraphModel><mxCell value="&lt;script&gt;kept&lt;/script&gt;"/></mxGraphModel></diagram></mxfile>`)
	assert.Contains(t, r.All(), "kept", "the bytes of a label are not matched")
}

func TestQuality(t *testing.T) {
	for _, s := range samples(t) {
		extracttest.Recall(t, s.name, extracted(t, s.content), s.want...)
	}
}

func TestRowsOfTablesAreLines(t *testing.T) {
	for page, want := range map[string]string{
		"<table>\n <tr>\n  <th>Name</th>\n  <th>\n   Account\n   ID\n  </th>\n </tr>\n <tr><td>x</td>\n <td><p>12</p></td></tr></table>": "\nName\t Account ID \t\nx\t12\t\n",
		"<table><tr><td>a<td>b<tr><td><p>c</p><p>d</p></table>":                                                                          "\na\tb\nc\nd\n",
		"<table><tr><td><pre>a\nb</pre></td></tr></table>\n c":                                                                           "\na\nb\t\n\n c",
		"<table><tr><td>a</td><td></td><td>b</td></tr><tr><td></td><td></td><td>c</td></tr></table>":                                     "\na\t\tb\t\n\t\tc\t\n",
	} {
		text, ok := show(nil, []byte(page), false)
		assert.True(t, ok)
		assert.Equal(t, want, string(text), page)
	}
}

func TestLinesOfPicturesAreParted(t *testing.T) {
	for text, want := range map[string]string{
		`<tspan x="0" y="1">Account</tspan><tspan x="0" dy="1.2em">12</tspan>`: "Account\n12",
		`<tspan x="0">12</tspan><tspan x="5" dy="0">34</tspan>`:                "1234",
		`<tspan x="0" y="1">12</tspan><tspan x="5" y="1">34</tspan>`:           "1234",
	} {
		assert.Contains(t, extracted(t, `<svg><text y="1">`+text+`</text></svg>`).All(), want, text)
	}
}

func TestPagesThatAreXMLOrPiecesOfPages(t *testing.T) {
	for _, head := range []string{
		`<?xml version="1.0"?><html xmlns="x">`, "<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC 'x'>\n<html>", "<?xml version='1.0'?><!-- x --><xhtml:html>",
		"\ufeff<!-- x --><p class='a'>", "<TABLE>", "<body>",
	} {
		assert.True(t, newHTML().Claims([]byte(head)), head)
	}
	for _, head := range []string{`<?xml version="1.0"?><project>`, "<project>", "<propertyGroup>", "<p:a>", "<p", "p>", "<p align=center>\n</p>\n\n# Title\n"} {
		assert.False(t, newHTML().Claims([]byte(head)), head)
	}
}

func TestNotClaimed(t *testing.T) {
	for _, text := range []string{"", "plain", "<xml/>", "{}", `{"name": "x"}`, "# <html>", "{rtf", "<!-- open"} {
		for _, e := range All() {
			assert.False(t, e.Claims([]byte(text)), "%s claims %q", e.Name, text)
		}
	}
}

func FuzzMarkup(f *testing.F) {
	for _, s := range []string{`<html>1<b>2</b><img src="data:image/png;base64,AAAA">`, `<svg content="&lt;mxfile>"><text>1</text></svg>`, `<mxfile><diagram>AAAA</diagram></mxfile>`,
		`{"cell_type":1,"cells":[{"source":["x"],"outputs":[{"data":{"image/png":"AAAA"}}]}]}`, `{\rtf1 a{\b b}\'41\u65?{\pict 4142}\bin3 abc}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, e := range All() {
			extracttest.Fuzz(t, e, content, All()...)
			r, _ := extracttest.Extract(t, content, e)
			for _, p := range r.Pieces {
				if p.Place == "" {
					extracttest.Sound(t, &extracttest.Recorder{Pieces: []extracttest.Piece{p}})
				}
			}
		}
	})
}

// FuzzShow wants the same text from both readings of a page.
func FuzzShow(f *testing.F) {
	for _, page := range []string{
		`<html>a<b>c</b> &amp; d<br/>e<td>x</td><td>y</td>`, "<p a=b c='d>' e=\"f>\" / g = h/>i</p\n>", `<script>a<!--<script>b</script>c--></script>d`,
		`<script>x</scriptx></script y>z`, `<title>a&lt;b</title><textarea></textarea><noscript><b>&amp;</b></noscript><xmp></xmp>`, `<!-->a<!--->b<!----!>c<!--x--!y-->d<!doctype x>e<!x>f<?y>g</>h</ i>j`,
		"<table>\n <tr>\n <th>a\n b</th>\n<td><p>c</p>\n<p>d</p><td> \n<pre>e\n</pre>\n<table><td>f</table>\n g</table>\n h",
		"<text y=1>a<tspan y='1'>b</tspan><TSPAN DY=\"2\">c</TSPAN><tspan y=&#49; x=3>d<tspan dy=0>e<tspan y>f",
		"a\r\nb\rc\xff\xfe<\xffd &#0; &#x80; &nbsp", `<p ="x>">1<p a= >2<p a="b"c>3<p/ d>4`, `<`, `</`, `<a`, `<a b="`, `<a b=c`, `</a`, `<!`, `<!-`, `<!--`, `<?`, `a<`, `<img src="d&#97;ta:,x">`, `<style>a</STYLE >b<plaintext>c`,
	} {
		f.Add([]byte(page))
	}
	f.Fuzz(func(t *testing.T, page []byte) {
		for _, all := range []bool{false, true} {
			text, ok := show([]byte("before "), page, all)
			if !ok {
				require.Equal(t, "before ", string(text))
				continue
			}
			var want []byte
			e := &extract.Extractor{
				Claims: func([]byte) bool { return true },
				Extract: func(_ context.Context, _ *extract.Document, out *extract.Output) error {
					return (&writer{out: out, matched: !all}).tokens(page)
				},
			}
			r, err := extracttest.Extract(t, page, e)
			require.NoError(t, err)
			for _, p := range r.Pieces {
				want = append(want, p.Text...)
			}
			require.Equal(t, "before "+string(want), string(text))
		}
	})
}

func BenchmarkShow(b *testing.B) {
	page := []byte("<html>" + strings.Repeat("<p class=\"a\">A paragraph of 12 words &amp; <b>bold</b> <a href=\"/x/y.html#L12\" class=\"b\">ones</a>.</p>\n", 10_000))
	var text []byte
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		text, _ = show(text[:0], page, false)
	}
}

func BenchmarkGlance(b *testing.B) {
	page := []byte("<html>" + strings.Repeat("<p class=\"a\">A paragraph of 12 words &amp; <b>bold</b> ones.</p>\n", 10_000))
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		if hides(page) {
			b.Fatal("it hides nothing")
		}
	}
}
