package onenote_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/extract/onenote"
)

// account returns 12 digits that look like an account ID, made at test time.
func account(n int) string { return fmt.Sprintf("%012d", (uint64(n)*7919+13)*104729*32452843%1e12) }

const (
	magic    = "\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3"
	fileData = "\xe7\x16\xe3\xbd\x65\x26\x11\x45\xa4\xc4\x8d\x4d\x0b\x7a\x9e\xac"
)

func utf16le(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func embedded(content string) []byte {
	b := binary.LittleEndian.AppendUint64([]byte(fileData), uint64(len(content)))
	return append(append(b, make([]byte, 12)...), content...)
}

func sample() []byte {
	return slices.Concat([]byte(magic), make([]byte, 1000), utf16le("a page "+account(1)), []byte{1, 2}, []byte("in ASCII "+account(2)+"\x00"),
		embedded("BOX "+account(3)), []byte{0, 1}, embedded("plain "+account(4)), []byte{0, 1}, []byte("behind "+account(5)))
}

var box = &extract.Extractor{
	Name:   "box",
	Claims: func(head []byte) bool { return bytes.HasPrefix(head, []byte("BOX")) },
	Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
		data, err := doc.Bytes()
		if err == nil {
			_, err = out.Write(bytes.ReplaceAll(data, []byte("BOX"), []byte("boxed")))
		}
		return err
	},
}

func want() []extracttest.Want {
	return []extracttest.Want{
		{Text: "a page " + account(1) + "\n"}, {Text: "in ASCII " + account(2) + "\n"},
		{Text: account(3), Place: "embedded file"}, {Text: "plain " + account(4), Place: "embedded file"},
	}
}

func TestEveryHidingPlaceIsFoundAtItsPlace(t *testing.T) {
	extracttest.Accept(t, onenote.New(), sample(), want()...)
	r, err := extracttest.Extract(t, sample(), onenote.New(), box)
	require.NoError(t, err)
	extracttest.Find(t, r, extracttest.Want{Text: "boxed " + account(3), Place: "embedded file"}, extracttest.Want{Text: "behind " + account(5)})
}

// TestQuality prints the share of planted values that are found.
func TestQuality(t *testing.T) {
	r, err := extracttest.Extract(t, sample(), onenote.New())
	require.NoError(t, err)
	extracttest.Recall(t, "OneNote", r, want()...)
}

func TestAFileThatIsCutOffIsSaid(t *testing.T) {
	content := sample()
	binary.LittleEndian.PutUint64(content[bytes.Index(content, []byte(fileData))+16:], 1<<60)
	r, err := extracttest.Extract(t, content, onenote.New())
	require.NoError(t, err)
	assert.Len(t, r.Rows, 1)
}

func TestHostileSections(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 200 {
		content := sample()
		for range 1 + i%20 {
			content[random.IntN(len(content))] = byte(random.IntN(256))
		}
		extracttest.Fuzz(t, onenote.New(), content)
	}
}

func FuzzExtract(f *testing.F) {
	f.Add(sample())
	f.Fuzz(func(t *testing.T, content []byte) { extracttest.Fuzz(t, onenote.New(), content) })
}
