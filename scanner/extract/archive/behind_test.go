package archive_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/archive"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
)

// program returns something that begins as a program does, of so many bytes.
func program(magic string, size int) []byte {
	return append([]byte(magic), bytes.Repeat([]byte("\x90\x00\xcc\x13"), size/4)...)
}

// TestArchivesBehindSomethingElse puts every archive behind every kind of stub.
func TestArchivesBehindSomethingElse(t *testing.T) {
	seven, err := os.ReadFile(filepath.Join("testdata", "plain.7z"))
	require.NoError(t, err)
	script := []byte("#!/bin/sh\ntail -n +3 \"$0\" | tar x\nexit\n")
	commented := zipOf(t, "etc/app.env")
	commented[len(commented)-2] = 7
	commented = append(commented, "comment"...)
	for name, c := range map[string]struct{ stub, payload []byte }{
		"zip behind a script":                     {script, zipOf(t, "etc/app.env")},
		"zip behind a program of Windows":         {program("MZ", 70_000), zipOf(t, "etc/app.env")},
		"zip behind a program of Linux":           {program("\x7fELF\x02", 9000), zipOf(t, "etc/app.env")},
		"zip behind a program of macOS":           {program("\xcf\xfa\xed\xfe", 9000), zipOf(t, "etc/app.env")},
		"zip with a comment behind a program":     {program("MZ", 9000), commented},
		"zip behind a browser extension's header": {append([]byte("Cr24\x03\x00\x00\x00"), make([]byte, 500)...), zipOf(t, "etc/app.env")},
		"zip behind bytes that nobody knows":      {bytes.Repeat([]byte{0xf3, 0, 1}, 100), zipOf(t, "etc/app.env")},
		"7z behind a program":                     {program("MZ", 200_000), seven},
		"7z behind a program that knows 7z":       {append(program("\x7fELF", 100), "7z\xbc\xaf\x27\x1c and Rar!\x1a\x07\x01\x00, which it knows by name"...), seven},
		"rar behind a program":                    {program("MZ", 5000), rarOf("etc/app.env", text, false)},
		"tar.gz behind a script":                  {script, squeeze(t, tarOf(t, "etc/app.env"), compressors["gzip"])},
		"tar.xz behind a script":                  {script, squeeze(t, tarOf(t, "etc/app.env"), compressors["xz"])},
	} {
		t.Run(name, func(t *testing.T) {
			content := append(bytes.Clone(c.stub), c.payload...)
			require.True(t, archive.Behind.ClaimsBehind(content[:min(len(content), extract.Sniff)], content, true))
			r, err := extractAll(t, content)
			require.NoError(t, err)
			assert.Contains(t, r.All(), text)
			assert.Empty(t, r.Rows)

			r, err = extractAll(t, zipWith(t, "bin/run", content))
			require.NoError(t, err)
			assert.Contains(t, r.All(), text, "in another archive")
		})
	}
}

// TestAWatchSeesWhatStandsBehind compares what a watch says of pieces with what is said of
// the whole.
func TestAWatchSeesWhatStandsBehind(t *testing.T) {
	seven, err := os.ReadFile(filepath.Join("testdata", "plain.7z"))
	require.NoError(t, err)
	claims := extract.InProcess(archive.All(), extract.Defaults()).ClaimsBehind
	for name, content := range map[string][]byte{
		"zip":     append(program("MZ", 20_000), zipOf(t, "etc/app.env")...),
		"7z":      append(program("MZ", 20_000), seven...),
		"nothing": program("MZ", 20_000),
	} {
		whole := claims(content[:extract.Sniff], content, true)
		for _, piece := range []int{7, 64, 1000, 4096, 20_010, 1 << 20} {
			w := extract.Watch{Claims: claims}
			for rest := content; len(rest) > 0; rest = rest[min(piece, len(rest)):] {
				_, _ = w.Write(rest[:min(piece, len(rest))])
			}
			assert.Equal(t, whole, w.End(), "%s in pieces of %d", name, piece)
		}
	}
}

func TestWhatOnlyLooksLikeAnArchiveBehindIsNone(t *testing.T) {
	for name, content := range map[string]string{
		"the signatures in a program":     string(program("MZ", 100)) + "7z\xbc\xaf\x27\x1c Rar!\x1a\x07\x00 Rar!\x1a\x07\x01\x00 PK\x03\x04" + strings.Repeat("x", 100),
		"the end of a zip in a text":      "an end record is PK\x05\x06 and no more" + strings.Repeat(".", 22),
		"an end record without directory": strings.Repeat("x", 200) + "PK\x05\x06" + strings.Repeat("\x00", 18),
		"a script":                        "#!/bin/sh\necho hello\n",
	} {
		assert.False(t, archive.Behind.ClaimsBehind([]byte(content), []byte(content), true), name)
	}
}

func TestZlib(t *testing.T) {
	deflated := func(content string) []byte {
		return squeeze(t, []byte(content), func(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriter(w), nil })
	}
	long := strings.Repeat(text, 2000)
	for _, content := range []string{text, long} {
		r, err := extractAll(t, deflated(content))
		require.NoError(t, err)
		extracttest.Find(t, r, extracttest.Want{Text: content})
	}
	r, err := extractAll(t, deflated(fmt.Sprintf("blob %d\x00%s", len(text), text)))
	require.NoError(t, err)
	assert.Equal(t, []extracttest.Piece{{Text: text}}, r.Pieces, "a loose object of git is what it holds")
	r, err = extractAll(t, deflated(fmt.Sprintf("blob 7\x00%s", squeeze(t, []byte(text), compressors["gzip"]))))
	require.NoError(t, err)
	extracttest.Find(t, r, extracttest.Want{Text: text})

	cut := deflated(longNoise())
	r, err = extractAll(t, cut[:len(cut)/2])
	require.NoError(t, err)
	assert.Equal(t, []string{" |  | damaged: unexpected EOF"}, r.Rows)
	assert.NotEmpty(t, r.Pieces)

	for _, content := range []string{"x^2 + y^2 = z^2, which is a text that begins as zlib does", "X\tY\tZ\n1\t2\t3\n", "x\x9cnothing that inflates", "x\x9c"} {
		_, err := extractAll(t, []byte(content))
		require.ErrorIs(t, err, extract.ErrOtherFormat, "%q", content)
	}
}

// longNoise is a text that does not shrink much.
func longNoise() string {
	var b strings.Builder
	state := uint64(1)
	for range 3000 {
		state = state*6364136223846793005 + 1442695040888963407
		fmt.Fprintln(&b, state)
	}
	return b.String()
}

func FuzzBehind(f *testing.F) {
	for _, stub := range []string{"MZ", "#!/bin/sh\n", "\x7fELF"} {
		f.Add(append(program(stub, 40), zipOf(f, "a")...))
		f.Add(append(program(stub, 40), rarOf("a", text, false)...))
		f.Add(append([]byte(stub), squeeze(f, tarOf(f, "a"), compressors["gzip"])...))
	}
	claims := extract.InProcess(archive.All(), extract.Defaults()).ClaimsBehind
	f.Fuzz(func(t *testing.T, content []byte) {
		whole := claims(content[:min(len(content), extract.Sniff)], content, true)
		w := extract.Watch{Claims: claims}
		for rest := content; len(rest) > 0; rest = rest[min(100, len(rest)):] {
			_, _ = w.Write(rest[:min(100, len(rest))])
		}
		if whole != nil && len(content) < extract.Sniff {
			assert.NotNil(t, w.End(), "a watch misses what the whole shows")
		}
		extracttest.Fuzz(t, archive.Behind, content, archive.All()...)
	})
}
