package awsaccount

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/example"
)

func benchmark(b *testing.B, text string) {
	set := detect.NewSet(New())
	in := []byte(text)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		set.Scan(in, detect.Text{}, func(detect.Hit) {})
	}
}

func expandTimes(line string, n int) string {
	var out strings.Builder
	for i := range n {
		out.WriteString(example.Expand(line, uint64(i), nil).Text)
	}
	return out.String()
}

// BenchmarkCode has no digits to look at.
func BenchmarkCode(b *testing.B) {
	benchmark(b, strings.Repeat("func (s *server) handle(w http.ResponseWriter, r *http.Request) error { return nil }\n", 12_000))
}

// BenchmarkHashes has digit runs that the neighbouring bytes rule out.
func BenchmarkHashes(b *testing.B) {
	benchmark(b, expandTimes("    \"zh:‹hex:20›a‹digits:12›b‹hex:30›\",\n", 12_000))
}

// BenchmarkARNs has an account in every line that its notation decides.
func BenchmarkARNs(b *testing.B) {
	benchmark(b, expandTimes("  - arn:aws:iam::«account»:role/‹lower:8›\n", 12_000))
}

// BenchmarkTable is the worst case: every line needs all the words around it.
func BenchmarkTable(b *testing.B) {
	benchmark(b, expandTimes("‹word:8›,‹digits:12›,‹word:5›,‹digits:3›\n", 12_000))
}

// BenchmarkOneLine is minified data without a line break.
func BenchmarkOneLine(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var out strings.Builder
	for range 12_000 {
		out.WriteString(`{"k":"` + example.Chars(r, example.Digits, 12) + `"},`)
	}
	benchmark(b, out.String())
}
