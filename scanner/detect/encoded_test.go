package detect_test

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
)

const script = "#!/bin/bash\nset -e\nexport STAGE=production\nexport NAME=key\n"

func b64(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

func packed(make func(io.Writer) io.WriteCloser, data string) []byte {
	var b bytes.Buffer
	w := make(&b)
	_, _ = io.WriteString(w, data)
	_ = w.Close()
	return b.Bytes()
}

func TestWhatIsEncodedIsFoundAtItsPlace(t *testing.T) {
	set := detect.NewSet(newWitness())
	zlibbed := packed(func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }, script)
	longer := script
	for i := range 40 {
		longer += fmt.Sprintf("export VARIABLE_%d=%x\n", i, i*i*i)
	}
	deflated := packed(func(w io.Writer) io.WriteCloser { f, _ := flate.NewWriter(w, 9); return f }, longer)
	var wide []byte
	for _, u := range utf16.Encode([]rune(script)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	nested := []byte(script)
	for range 5 {
		nested = []byte(b64(nested))
	}
	for name, c := range map[string]struct {
		value  string
		inside []string
	}{
		"base64":                {b64([]byte(script)), []string{"base64"}},
		"hexadecimal":           {hex.EncodeToString([]byte(script)), []string{"hex"}},
		"gzip":                  {b64(compressed([]byte(script))), []string{"base64", "gzip"}},
		"zlib":                  {b64(zlibbed), []string{"base64", "zlib"}},
		"deflate":               {b64(deflated), []string{"base64", "deflate"}},
		"base64 of base64":      {b64([]byte(b64(compressed([]byte(script))))), []string{"base64", "base64", "gzip"}},
		"UTF-16, of PowerShell": {b64(wide), []string{"base64"}},
		"five times over":       {string(nested), strings.Split("base64 base64 base64 base64 base64", " ")},
	} {
		text := "name: x\n  data: " + c.value + "\n"
		hits := scan(set, []byte(text), detect.Text{})
		require.NotEmpty(t, hits, name)
		h := hits[0]
		assert.Equal(t, c.inside, h.Inside, name)
		assert.Equal(t, "key", h.Value, name)
		assert.Equal(t, detect.Position{Line: 2, Column: 9, EndColumn: 9 + len(c.value)}, h.Position, name)
	}
}

func TestShortValuesOfASecretAreDecoded(t *testing.T) {
	set := detect.NewSet(newWitness())
	value := b64([]byte("123456789012"))
	text := fmt.Sprintf("apiVersion: v1\nkind: Secret\ndata:\n  account: %s\n", value)
	hits := scan(set, []byte(text), detect.Text{})
	require.Len(t, hits, 1)
	assert.Equal(t, "123456789012", hits[0].Value)
	assert.Equal(t, detect.Position{Line: 4, Column: 12, EndColumn: 28}, hits[0].Position)
	assert.Empty(t, scan(set, []byte(strings.Replace(text, "Secret", "Deployment", 1)), detect.Text{}))
}

func TestABombInBase64IsGivenUp(t *testing.T) {
	set := detect.NewSet(newWitness())
	bomb := b64(compressed(bytes.Repeat([]byte("lorem "), 4<<20)))
	var told []string
	set.Scan([]byte(bomb), detect.Text{GaveUp: func(reason string) { told = append(told, reason) }}, func(detect.Hit) {})
	assert.Equal(t, []string{"what is encoded here unpacks to more than is looked at"}, told)
}

func TestAMarkBesideTheEncodedValueAllowsIt(t *testing.T) {
	set := detect.NewSet(newWitness())
	hits := scan(set, []byte("data: "+b64([]byte(script))+" # deputy:allow witness made for a test\n"), detect.Text{})
	require.NotEmpty(t, hits)
	assert.True(t, hits[0].Allowed)
}

func TestDocumentsThatLieEncodedAreHandedOver(t *testing.T) {
	set := detect.NewSet(newWitness())
	document := append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{0, 1, 2}, 100)...)
	how := detect.Text{Embeds: func(head []byte) bool { return bytes.HasPrefix(head, []byte("\x89PNG")) }}
	text := "![](data:image/png;base64," + b64(document) + ")"
	hits := scan(set, []byte(text), how)
	require.Len(t, hits, 1)
	require.NotNil(t, hits[0].Embedded)
	assert.Equal(t, document, hits[0].Embedded.Data)
	assert.True(t, hits[0].Embedded.Whole)
	assert.Equal(t, []string{"base64"}, hits[0].Inside)
	assert.Empty(t, scan(set, []byte(text), detect.Text{}), "if nobody reads it")
}

func TestEscapesAreTransparent(t *testing.T) {
	set := detect.NewSet(newWitness())
	for name, form := range map[string]string{
		"JSON": `\u%04x`, "JavaScript": `\x%02x`, "of code points": `\u{%x}`, "octal": `\%03o`, "a URL": "%%%02X",
		"HTML": "&#%d;", "HTML in hexadecimal": "&#x%x;",
		"colours": "\x1b[32m%c\x1b[0m", "soft hyphens": "%c\u00ad", "no width": "\u200b%c",
	} {
		var b strings.Builder
		for _, c := range "123456789012" {
			fmt.Fprintf(&b, form, c)
		}
		hits := scan(set, []byte("x\naccount: "+b.String()+" y"), detect.Text{})
		require.NotEmpty(t, hits, name)
		i := 0
		for i < len(hits)-1 && hits[i].Value != "123456789012" {
			i++
		}
		assert.Equal(t, "123456789012", hits[i].Value, name)
		assert.Equal(t, 2, hits[i].Line, name)
		assert.GreaterOrEqual(t, hits[i].Column, 10, name)
		assert.LessOrEqual(t, hits[i].EndColumn, 10+b.Len(), name)
		assert.Empty(t, hits[i].Inside, name)
	}
}

// Whatever is encoded in a text, its hits lie in it, and a stream finds the same ones.
func FuzzEncoded(f *testing.F) {
	f.Add([]byte("data: " + b64([]byte(script)) + "\n"))
	f.Add([]byte(`"` + b64(compressed([]byte(script))) + `"`))
	f.Add([]byte(hex.EncodeToString([]byte("key 123456789012 key 123456789012"))))
	f.Add([]byte(`account \u0031\u0032\u0033456789012` + "\x1b[1mkey"))
	fuzzDecoding(f)
}

// fuzzDecoding holds the engine to what it finds in texts that hide something: it lies in the
// text, and a stream finds the same.
func fuzzDecoding(f *testing.F) {
	set := detect.NewSet(newWitness())
	f.Fuzz(func(t *testing.T, text []byte) {
		want := scan(set, text, detect.Text{})
		for _, h := range want {
			if h.Offset < 0 || h.End <= h.Start || h.Offset+int64(h.End-h.Start) > int64(len(text)) {
				t.Fatalf("%+v in %d bytes", h, len(text))
			}
		}
		var got []detect.Hit
		if _, err := set.Stream(bytes.NewReader(text), detect.Text{}, func(h detect.Hit) { got = append(got, h) }); err != nil {
			t.Fatal(err)
		}
		same(t, want, got)
	})
}
