package printable_test

import (
	"bytes"
	"fmt"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract/printable"
)

func utf16le(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

func utf16be(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u>>8), byte(u))
	}
	return string(b)
}

func TestRuns(t *testing.T) {
	for name, c := range map[string]struct {
		data string
		want []string
	}{
		"ASCII":                     {"\x00\x01account 123456789012\x00\x02", []string{"account 123456789012"}},
		"too short":                 {"\x01abcde\x02\x03x\x00y\x00z\x00\x04", nil},
		"UTF-8":                     {"\x01Größe 123\x02", []string{"Größe 123"}},
		"UTF-16LE":                  {"\x01\x02" + utf16le("account 123456789012") + "\x03", []string{"account 123456789012"}},
		"UTF-16LE, odd":             {"\x01" + utf16le("account 123456789012"), []string{"account 123456789012"}},
		"UTF-16BE":                  {"\x01\x02\x05" + utf16be("account 123456789012"), []string{"account 123456789012"}},
		"UTF-16, Latin-1":           {"\x01" + utf16le("Größe 123"), []string{"Größe 123"}},
		"ASCII, then UTF-16":        {"first run\x00" + utf16le("second run"), []string{"first run", "second run"}},
		"UTF-16, then ASCII":        {utf16le("first run") + "second run", []string{"first run", "second run"}},
		"short ASCII before UTF-16": {"abc" + utf16le("123456789012"), []string{"123456789012"}},
		"lines":                     {"first line\r\nsecond line\n", []string{"first line", "second line"}},
		"many in a row":             {"\x06" + utf16le("123456789012") + "\x01\x00" + utf16le("210987654321"), []string{"123456789012", "210987654321"}},
		"at both ends":              {"123456789012", []string{"123456789012"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for run := range printable.Runs([]byte(c.data)) {
				got = append(got, string(run))
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestRunsAreLines(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, printable.Write(&b, []byte("first run\x00second run\x01")))
	assert.Equal(t, "first run\nsecond run\n", b.String())
}

func TestText(t *testing.T) {
	for data, want := range map[string]bool{"": true, "plain\ttext\r\nGröße": true, "nul\x00": false, "\xff\xfe": false, "\x1b[0m": false} {
		_, got := printable.Text([]byte(data))
		assert.Equal(t, want, got, "%q", data)
	}
}

// FuzzRuns: a run is text of the least length, and there is no more text than
// twice the data (Latin-1 grows in UTF-8, but not beyond the 16 bits it had).
func FuzzRuns(f *testing.F) {
	f.Add([]byte("account 123456789012\x00" + utf16le("account 123456789012") + utf16be("account")))
	f.Fuzz(func(t *testing.T, data []byte) {
		total := 0
		for run := range printable.Runs(data) {
			total += len(run)
			if !utf8.Valid(run) || utf8.RuneCount(run) < printable.Shortest/4 || bytes.IndexByte(run, 0) >= 0 {
				t.Fatalf("%q", run)
			}
		}
		if total > len(data) {
			t.Fatalf("%d bytes of text in %d", total, len(data))
		}
	})
}

func BenchmarkRuns(b *testing.B) {
	data := make([]byte, 0, 1<<20)
	for x := uint32(1); len(data) < 1<<20; x = x*1664525 + 1013904223 {
		data = append(data, byte(x>>24), byte(x>>16))
		if x>>24 == 7 {
			data = append(data, "some text in between"...)
		}
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		for range printable.Runs(data) {
		}
	}
}

func TestWideTellsBothReadingsOfARun(t *testing.T) {
	all := func(data string) (out []string) {
		for at, run := range printable.Wide([]byte(data)) {
			out = append(out, fmt.Sprintf("%d %s", at, run))
		}
		return out
	}
	assert.Equal(t, []string{"1 little"}, all("\x01l\x00i\x00t\x00t\x00l\x00e\x00\x01"))
	assert.Equal(t, []string{"2 big run"}, all("\x01\x01\x00b\x00i\x00g\x00 \x00r\x00u\x00n\x01"))
	assert.Equal(t, []string{"0 xbig ru", "1 big run"}, all("x\x00b\x00i\x00g\x00 \x00r\x00u\x00n\x01"))
	assert.Empty(t, all("short\x00s\x00h\x00\x01"))
}
