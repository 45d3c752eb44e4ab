package widetext_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/extract/widetext"
)

// wide writes ASCII in 16 bits, the lower byte first or last.
func wide(text string, first bool) []byte {
	var b []byte
	for _, c := range []byte(text) {
		if first {
			b = append(b, c, 0)
		} else {
			b = append(b, 0, c)
		}
	}
	return b
}

func TestTextOf16BitsIsFoundWhereverItBegins(t *testing.T) {
	e := widetext.New()
	for _, first := range []bool{true, false} {
		for before := range 40 {
			content := append(bytes.Repeat([]byte{0xf1, 0xfe, 0xfd, 0, 1}, 4), bytes.Repeat([]byte{0xfe}, before)...)
			at := len(content)
			content = append(append(content, wide("123456789012", first)...), 0xff, 0xff)
			require.True(t, e.ClaimsBehind(content, content, true), "%d bytes ahead", before)
			r := &extracttest.Recorder{}
			doc := extract.FromBytes("", append([]byte{0x7f}, content...))
			require.NoError(t, extract.InProcess([]*extract.Extractor{e}, extract.Defaults()).Extract(t.Context(), doc, r))
			extracttest.Find(t, r, extracttest.Want{Text: "123456789012", Place: fmt.Sprintf("byte %d", at+1)})
		}
	}
}

func TestWhatHoldsNoneIsNotClaimed(t *testing.T) {
	e := widetext.New()
	for name, content := range map[string][]byte{
		"text":                    []byte("123456789012 in a text"),
		"a text that is UTF-16":   wide("a text of which every character has sixteen bits, from end to end", true),
		"shorter runs":            bytes.Repeat(append(wide("elevenchars", true), 0xff, 0xff, 0, 7), 20),
		"zeros":                   make([]byte, 1000),
		"text of eight bits":      append([]byte{0, 1, 2, 3, 0xff}, "a long text of eight bits a character"...),
		"numbers of sixteen bits": bytes.Repeat([]byte{1, 0, 2, 0, 3, 0}, 50),
	} {
		assert.False(t, e.ClaimsBehind(content, content, true), name)
	}
}

func FuzzWideText(f *testing.F) {
	f.Add([]byte{0xff, 0, 1}, "a text")
	f.Fuzz(func(t *testing.T, noise []byte, text string) {
		e := widetext.New()
		extracttest.Fuzz(t, e, noise)
		if len(text) < 12 || bytes.ContainsFunc([]byte(text), func(r rune) bool { return r < ' ' || r > '~' }) {
			return
		}
		content := append(append([]byte{0, 0xff, 0xff, 0}, noise...), 0xff, 0xff, 0xff)
		content = append(append(content, wide(text, true)...), 0xff, 0xff, 0xff)
		r, err := extracttest.Extract(t, content, e)
		if err == nil {
			assert.Contains(t, r.All(), text)
		}
	})
}
