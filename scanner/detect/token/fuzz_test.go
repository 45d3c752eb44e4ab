package token

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/example"
)

func all() []detect.Detector {
	return []detect.Detector{New(), NewJWT(), NewURL(), NewBasic()}
}

// FuzzDetect holds what every text must show: no panic, matches inside the text,
// and the same matches in a stream.
func FuzzDetect(f *testing.F) {
	for _, d := range all() {
		for _, rule := range d.Rules() {
			for _, ex := range append(rule.Matches, rule.NearMisses...) {
				f.Add([]byte(example.Expand(ex.Text, 1, contextShapes()).Text))
			}
		}
	}
	set := detect.NewSet(all()...)
	f.Fuzz(func(t *testing.T, text []byte) {
		var scanned, streamed []string
		set.Scan(text, detect.Text{}, func(h detect.Hit) {
			require.Less(t, h.Start, h.End)
			require.LessOrEqual(t, h.Offset+int64(h.End-h.Start), int64(len(text)))
			require.LessOrEqual(t, h.ShowHead, len(h.Value))
			scanned = append(scanned, fmt.Sprint(h.Rule.ID, h.Offset, h.Value, h.Confidence))
		})
		_, err := set.Stream(bytes.NewReader(text), detect.Text{}, func(h detect.Hit) {
			streamed = append(streamed, fmt.Sprint(h.Rule.ID, h.Offset, h.Value, h.Confidence))
		})
		require.NoError(t, err)
		require.Equal(t, scanned, streamed)
	})
}

func BenchmarkDetect(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var prose, dense strings.Builder
	for prose.Len() < 1<<20 {
		fmt.Fprintf(&prose, "	if err := %s(ctx, %q); err != nil { return err } // see https://vendor.io/%s\n", example.Chars(r, example.Lower, 9), example.Chars(r, example.Hex, 8), example.Chars(r, example.Lower, 6))
	}
	literals := New().Triggers()
	for dense.Len() < 1<<20 {
		dense.WriteString(literals[r.IntN(len(literals))].Literal + example.Chars(r, base62, 40) + "\n")
	}
	set := detect.NewSet(all()...)
	for name, text := range map[string]string{"nothing to find": prose.String(), "a trigger in every line": dense.String()} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				set.Scan([]byte(text), detect.Text{}, func(detect.Hit) {})
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New()
	}
}
