package token

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/detecttest"
	"github.com/deputy-sec/deputy/scanner/detect/example"
)

func all() []detect.Detector {
	return []detect.Detector{New(), NewJWT(), NewURL(), NewBasic(), NewCurl()}
}

func FuzzDetect(f *testing.F) { detecttest.Fuzz(f, contextShapes(), nil, all()...) }

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
