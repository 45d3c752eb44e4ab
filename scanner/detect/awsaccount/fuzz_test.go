package awsaccount

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// FuzzDetect feeds arbitrary bytes around digits: nothing panics, a match is
// twelve digits of the text that it names, and a stream gives what a scan gives.
func FuzzDetect(f *testing.F) {
	for _, list := range [][]finding.Example{matches, nearMisses} {
		for _, ex := range list {
			f.Add([]byte(example.Expand(ex.Text, 1, nil).Text), []byte(" tail"))
		}
	}
	f.Add([]byte("arn:aws:iam::"), []byte(`%22\u0022\\\"&quot;{[(,;|`))
	set := detect.NewSet(New())
	f.Fuzz(func(t *testing.T, before, behind []byte) {
		text := append(append(bytes.Clone(before), "836194"+"027518"...), behind...)
		var scanned, streamed []detect.Hit
		set.Scan(text, detect.Text{}, func(h detect.Hit) { scanned = append(scanned, h) })
		_, err := set.Stream(bytes.NewReader(text), detect.Text{}, func(h detect.Hit) { streamed = append(streamed, h) })
		require.NoError(t, err)
		require.Equal(t, scanned, streamed)
		for _, h := range scanned {
			end := h.Offset + int64(h.End-h.Start)
			require.LessOrEqual(t, end, int64(len(text)))
			assert.Equal(t, digitsOf(text[h.Offset:end]), h.Value)
			assert.Len(t, h.Value, idDigits)
			assert.NotEmpty(t, h.Evidence)
			assert.GreaterOrEqual(t, h.Confidence, detect.Keep)
			assert.LessOrEqual(t, h.Confidence, 1.0)
		}
	})
}

// FuzzPlainText checks that undoing escapes never lengthens a text and changes
// nothing in one without escapes.
func FuzzPlainText(f *testing.F) {
	for _, s := range []string{`a\"b\\\"c`, "%253A%3a%", `\u003a\x2f\n`, "&quot;&amp;&", "\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got := plainText(text)
		require.LessOrEqual(t, len(got), len(text))
		if !bytes.ContainsAny(text, "\\%&\r") {
			require.Equal(t, text, got)
		}
	})
}
