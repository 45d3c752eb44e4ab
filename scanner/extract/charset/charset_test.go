package charset_test

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract/charset"
)

func utf16le(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

func swap(b []byte) []byte {
	out := make([]byte, len(b))
	for i := 0; i+1 < len(b); i += 2 {
		out[i], out[i+1] = b[i+1], b[i]
	}
	return out
}

func TestDetect(t *testing.T) {
	text := "account_id = \"placeholder\"\r\nregion = eu-west-1\r\n"
	for name, c := range map[string]struct {
		content []byte
		want    charset.Encoding
	}{
		"empty":                  {nil, charset.ASCII},
		"utf-8":                  {[]byte("konto: übergabe"), charset.ASCII},
		"latin-1":                {[]byte("konto: \xfcbergabe"), charset.ASCII},
		"utf-16le with bom":      {append([]byte{0xff, 0xfe}, utf16le(text)...), charset.UTF16LE},
		"utf-16be with bom":      {append([]byte{0xfe, 0xff}, swap(utf16le(text))...), charset.UTF16BE},
		"utf-16le without bom":   {utf16le(text), charset.UTF16LE},
		"utf-16be without bom":   {swap(utf16le(text)), charset.UTF16BE},
		"utf-16le with umlauts":  {utf16le("größe übergabe straße " + text), charset.UTF16LE},
		"utf-32le with bom":      {[]byte{0xff, 0xfe, 0, 0, 'a', 0, 0, 0}, charset.UTF32LE},
		"an elf header":          {[]byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00\x01\x00"), charset.Binary},
		"little-endian integers": {[]byte{1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0, 9, 0}, charset.Binary},
		"text with a stray nul":  {[]byte("hello\x00world, this is text"), charset.Binary},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, charset.Detect(c.content)) })
	}
}

func TestReaderAndBytesDecodeAlike(t *testing.T) {
	text := strings.Repeat("schlüssel 🔑 = wert\n", 500)
	raw := append([]byte{0xff, 0xfe}, utf16le(text)...)
	e := charset.Detect(raw)
	require.Equal(t, charset.UTF16LE, e)
	streamed, err := io.ReadAll(e.Reader(iotest.HalfReader(strings.NewReader(string(raw)))))
	require.NoError(t, err)
	assert.Equal(t, "\ufeff"+text, string(streamed))
	assert.Equal(t, streamed, e.Bytes(raw))
	assert.Equal(t, len(raw), e.Units()(streamed), "units count the bytes of the original")
}

func FuzzDetect(f *testing.F) {
	f.Add([]byte("plain"))
	f.Add(utf16le("wide text"))
	f.Fuzz(func(t *testing.T, content []byte) {
		e := charset.Detect(content)
		out := e.Bytes(content)
		streamed, err := io.ReadAll(e.Reader(strings.NewReader(string(content))))
		if err != nil {
			t.Fatal(err)
		}
		if string(out) != string(streamed) {
			t.Fatalf("%d: bytes and stream differ", e)
		}
		if e != charset.ASCII && e != charset.Binary && !utf8.Valid(out) {
			t.Fatalf("%d: decoded text is not UTF-8", e)
		}
	})
}
