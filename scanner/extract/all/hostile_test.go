package all_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/all"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/extract/isolate"
)

func TestMain(m *testing.M) {
	if isolate.IsWorker() {
		isolate.Work(all.Extractors())
		return
	}
	os.Exit(m.Run())
}

// hostileLimits are small, so that what grows or hangs shows itself soon.
func hostileLimits() extract.Limits {
	l := extract.Defaults()
	l.Time, l.Memory, l.Text, l.OCR = 20*time.Second, 512<<20, 64<<20, extract.OCROff
	return l
}

// TestAThousandHostileDocuments damages sound documents in every way that a disk,
// a network or a person does. Each one is accounted for: read, or told why not;
// none takes its worker with it.
func TestAThousandHostileDocuments(t *testing.T) {
	seeds := sound(t)
	names := slices.Sorted(maps.Keys(seeds))
	pool := isolate.NewPool(all.Extractors(), hostileLimits(), 2)
	defer pool.Close()
	random := rand.New(rand.NewPCG(1, 2))
	outcomes := map[string]int{}
	for i := range 1000 {
		name := names[i%len(names)]
		m := damages[i/len(names)%len(damages)]
		content := m.apply(bytes.Clone(seeds[name]), seeds[names[random.IntN(len(names))]], random)
		r := &extracttest.Recorder{}
		err := pool.Extract(t.Context(), extract.FromBytes("", content), r)
		outcomes[outcome(r, err)]++
		for _, told := range append(r.Rows, fmt.Sprint(err)) {
			assert.NotContains(t, told, "internal error", "%s, %s", name, m.name)
			assert.NotContains(t, told, "crashed", "%s, %s", name, m.name)
			assert.NotContains(t, told, "over budget", "%s, %s", name, m.name)
		}
	}
	t.Logf("%d kinds of documents, %d kinds of damage: %v", len(names), len(damages), outcomes)
}

func outcome(r *extracttest.Recorder, err error) string {
	switch {
	case err != nil && len(r.Pieces) > 0:
		return "read in part, and told"
	case err != nil:
		return "not read, and told"
	case len(r.Rows) > 0:
		return "parts not read, and told"
	}
	return "read"
}

// made returns small documents of the kinds that are easily made.
func made(t *testing.T) map[string][]byte {
	const head, account = `<?xml version="1.0" encoding="UTF-8"?>`, "AWS account 123456789012"
	return map[string][]byte{
		"tar.gz": compressed(t, tarred(t, "etc/app.env", []byte(account))),
		"png":    picture(t),
		"pdf": []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
			"3 0 obj<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>endobj\n4 0 obj<</Length 58>>stream\n" +
			"BT /F1 12 Tf 72 700 Td (" + account + ") Tj ET\nendstream endobj\n5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"),
		"docx": zipped(t, "[Content_Types].xml", head+`<Types/>`, "word/document.xml", head+`<w:document><w:body><w:p><w:r><w:t>`+account+`</w:t></w:r></w:p></w:body></w:document>`),
		"xlsx": zipped(t, "[Content_Types].xml", head+`<Types/>`, "xl/workbook.xml", head+`<workbook><sheets><sheet name="Costs" r:id="rId1"/></sheets></workbook>`,
			"xl/_rels/workbook.xml.rels", head+`<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
			"xl/worksheets/sheet1.xml", head+`<worksheet><sheetData><row r="1"><c r="A1"><v>123456789012</v></c></row></sheetData></worksheet>`),
		"pptx": zipped(t, "[Content_Types].xml", head+`<Types/>`, "ppt/slides/slide1.xml", head+`<p:sld><a:p><a:r><a:t>`+account+`</a:t></a:r></a:p></p:sld>`),
		"odt": zipped(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml",
			head+`<office:document-content><office:body><text:p>`+account+`</text:p></office:body></office:document-content>`),
		"fodt": []byte(head + `<office:document office:mimetype="x"><office:body><text:p>` + account + `</text:p></office:body></office:document>`),
		"eml": []byte("Received: from a\r\nMIME-Version: 1.0\r\nFrom: a@example.com\r\nTo: b@example.com\r\nDate: Fri, 2 Jan 2026 03:04:05 +0000\r\nSubject: hello\r\n" +
			"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nAWS=20account=\r\n 123456789012\r\n" +
			"--x\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==\r\n--x--\r\n"),
		"rtf":   []byte(`{\rtf1\ansi {\b AWS} account 1234{\i 5678}\'39012\par}`),
		"html":  []byte(`<!DOCTYPE html><html><body><p>AWS account <b>1234</b>56789012</p><img src="data:image/png;base64,iVBORw0KGgo="></body></html>`),
		"svg":   []byte(`<svg xmlns="http://www.w3.org/2000/svg"><text>AWS account <tspan>1234</tspan>56789012</text></svg>`),
		"ipynb": []byte(`{"cells":[{"cell_type":"code","source":["account = '123456789012'\n"],"outputs":[{"data":{"image/png":"iVBORw0KGgo="}}]}],"nbformat":4}`),
	}
}

func zipped(t *testing.T, files ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		require.NoError(t, err)
		_, err = f.Write([]byte(files[i+1]))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

// sound returns one document of every kind that there is a fixture of.
func sound(t *testing.T) map[string][]byte {
	seeds := made(t)
	files, err := filepath.Glob("../*/testdata/*")
	require.NoError(t, err)
	for _, file := range files {
		info, err := os.Stat(file)
		require.NoError(t, err)
		if !info.Mode().IsRegular() || info.Size() > 1<<20 {
			continue
		}
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, e := range all.Extractors() {
			if e.Claims(content[:min(len(content), extract.Sniff)]) {
				seeds[strings.TrimPrefix(file, "../")] = content
				break
			}
		}
	}
	return seeds
}

// damages are ways to spoil a document. other is another document.
var damages = []struct {
	name  string
	apply func(content, other []byte, random *rand.Rand) []byte
}{
	{"cut", func(c, _ []byte, r *rand.Rand) []byte { return c[:r.IntN(len(c))] }},
	{"bit flipped", func(c, _ []byte, r *rand.Rand) []byte { return flip(c, r, 1) }},
	{"bits flipped", func(c, _ []byte, r *rand.Rand) []byte { return flip(c, r, 1+len(c)/100) }},
	{"block of zeros", func(c, _ []byte, r *rand.Rand) []byte {
		from := r.IntN(len(c))
		clear(c[from:min(len(c), from+512)])
		return c
	}},
	{"block of ones", func(c, _ []byte, r *rand.Rand) []byte {
		for i := r.IntN(len(c)); i < len(c) && r.IntN(64) > 0; i++ {
			c[i] = 0xff
		}
		return c
	}},
	{"block lost", func(c, _ []byte, r *rand.Rand) []byte {
		from := r.IntN(len(c))
		return slices.Delete(c, from, min(len(c), from+1+r.IntN(512)))
	}},
	{"block twice", func(c, _ []byte, r *rand.Rand) []byte {
		from := r.IntN(len(c))
		return slices.Insert(c, from, bytes.Clone(c[from:min(len(c), from+1+r.IntN(4096))])...)
	}},
	{"digits grown", func(c, _ []byte, r *rand.Rand) []byte {
		for i := range c {
			if c[i] >= '0' && c[i] <= '9' && r.IntN(20) == 0 {
				c[i] = '9'
			}
		}
		return c
	}},
	{"half of another", func(c, other []byte, r *rand.Rand) []byte { return append(c[:len(c)/2], other[len(other)/2:]...) }},
	{"another behind it", func(c, other []byte, _ *rand.Rand) []byte { return append(c, other...) }},
	{"junk before it", func(c, _ []byte, r *rand.Rand) []byte {
		return append(bytes.Repeat([]byte{byte(r.IntN(256))}, r.IntN(1024)), c...)
	}},
}

func flip(c []byte, r *rand.Rand, n int) []byte {
	for range n {
		c[r.IntN(len(c))] ^= 1 << r.IntN(8)
	}
	return c
}

// TestBombs are small documents that want everything.
func TestBombs(t *testing.T) {
	limits := hostileLimits()
	limits.OCR = extract.OCRAuto
	pool := isolate.NewPool(all.Extractors(), limits, 1)
	defer pool.Close()
	for name, content := range bombs(t) {
		t.Run(name, func(t *testing.T) {
			r := &extracttest.Recorder{}
			err := pool.Extract(t.Context(), extract.FromBytes("", content), r)
			told := strings.Join(append(r.Rows, fmt.Sprint(err)), "\n")
			assert.Contains(t, told, "over budget")
		})
	}
}

func bombs(t *testing.T) map[string][]byte {
	zeros := compressed(t, make([]byte, 100<<20))
	many := tarOf(t, func(w *tar.Writer) {
		for i := range 110_000 {
			require.NoError(t, w.WriteHeader(&tar.Header{Name: fmt.Sprint(i), Typeflag: tar.TypeReg}))
		}
	})
	deep := []byte("ACCOUNT=123456789012\n")
	for range 30 {
		deep = compressed(t, tarred(t, "inner", deep))
	}
	return map[string][]byte{
		"100 MB of zeros in 100 kB": zeros,
		"archive of many such":      tarred(t, "zeros.gz", zeros),
		"110,000 empty members":     compressed(t, many),
		"50,000 by 50,000 pixels":   hugePicture(t),
		"archives in archives":      deep,
	}
}

func compressed(t *testing.T, content []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func tarred(t *testing.T, name string, content []byte) []byte {
	return tarOf(t, func(w *tar.Writer) {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Typeflag: tar.TypeReg}))
		_, err := w.Write(content)
		require.NoError(t, err)
	})
}

func tarOf(t *testing.T, fill func(*tar.Writer)) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	fill(w)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func picture(t *testing.T) []byte {
	m := image.NewGray(image.Rect(0, 0, 200, 100))
	m.Set(10, 10, color.White)
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, m))
	return b.Bytes()
}

// hugePicture says that it has 50,000 by 50,000 pixels.
func hugePicture(t *testing.T) []byte {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, data []byte) {
		_ = binary.Write(&b, binary.BigEndian, uint32(len(data)))
		body := append([]byte(kind), data...)
		b.Write(body)
		_ = binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(body))
	}
	header := binary.BigEndian.AppendUint32(nil, 50_000)
	header = binary.BigEndian.AppendUint32(header, 50_000)
	chunk("IHDR", append(header, 8, 0, 0, 0, 0))
	var rows bytes.Buffer
	w := zlib.NewWriter(&rows)
	_, err := io.Copy(w, io.LimitReader(zeroReader{}, 64<<20))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	chunk("IDAT", rows.Bytes())
	chunk("IEND", nil)
	return b.Bytes()
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
