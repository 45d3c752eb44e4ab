package literal_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/internal/literal"
)

type occurrence struct{ id, start, end int }

// naive is the specification: every literal at every place.
func naive(literals []literal.Literal, text []byte, from, to int) []occurrence {
	var out []occurrence
	for at := from; at < min(to, len(text)); at++ {
		for id, l := range literals {
			if at+len(l.Text) > len(text) {
				continue
			}
			got := string(text[at : at+len(l.Text)])
			if got == l.Text || l.Fold && asciiEqualFold(got, l.Text) {
				out = append(out, occurrence{id, at, at + len(l.Text)})
			}
		}
	}
	return out
}

func asciiEqualFold(a, b string) bool {
	lower := func(s string) string {
		return strings.Map(func(r rune) rune {
			if 'A' <= r && r <= 'Z' {
				return r | 0x20
			}
			return r
		}, s)
	}
	return len(a) == len(b) && lower(a) == lower(b)
}

func each(literals []literal.Literal, text []byte, from, to int) []occurrence {
	var out []occurrence
	literal.New(literals).Each(text, from, to, func(id, start, end int) {
		out = append(out, occurrence{id, start, end})
	})
	return out
}

func sorted(o []occurrence) []occurrence {
	slices.SortFunc(o, func(a, b occurrence) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return a.id - b.id
	})
	return o
}

func TestEachFindsWhatComparingEverywhereFinds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var literals []literal.Literal
		for range 1 + r.IntN(8) {
			literals = append(literals, literal.Literal{Text: word(r, "abAB_1", 3+r.IntN(4)), Fold: r.IntN(2) == 0})
		}
		text := []byte(word(r, "abAB_1", r.IntN(200)))
		from := r.IntN(len(text) + 1)
		to := from + r.IntN(len(text)+2-from)
		require.Equal(t, naive(literals, text, from, to), sorted(each(literals, text, from, to)),
			"literals %v, text %q[%d:%d]", literals, text, from, to)
	}
}

func word(r *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

func TestALiteralAtTheVeryEndIsFound(t *testing.T) {
	got := each([]literal.Literal{{Text: "AKIA"}}, []byte("xxAKIA"), 0, 6)
	assert.Equal(t, []occurrence{{0, 2, 6}}, got)
}

// digitGroups is the specification of Digits, as patterns.
func digitGroups(text []byte, from, to int) [][2]int {
	long := regexp.MustCompile(`[0-9]+`)
	grouped := regexp.MustCompile(`^(?:[0-9]{4}-[0-9]{4}-[0-9]{4}|[0-9]{4} [0-9]{4} [0-9]{4})`)
	var out [][2]int
	for _, run := range long.FindAllIndex(text, -1) {
		start, end := run[0], run[1]
		if start < from || start >= to {
			continue
		}
		if n := end - start; n >= 12 && n <= literal.MaxDigits {
			out = append(out, [2]int{start, end})
		}
		if m := grouped.FindIndex(text[start:]); end-start == 4 && m != nil {
			stop := start + m[1]
			if stop == len(text) || text[stop] < '0' || text[stop] > '9' {
				out = append(out, [2]int{start, stop})
			}
		}
	}
	return out
}

func digits(text []byte, from, to int) [][2]int {
	var out [][2]int
	literal.Digits(text, from, to, func(start, end int) { out = append(out, [2]int{start, end}) })
	return out
}

func TestDigitsFindsWhatThePatternsFind(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	pieces := []string{"0123", "4567", "-", " ", "x", "89", "123456789012", strings.Repeat("7", 64), strings.Repeat("8", 65), "\n"}
	for range 20000 {
		var b strings.Builder
		for range r.IntN(12) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		text := []byte(b.String())
		from := r.IntN(len(text) + 1)
		to := from + r.IntN(len(text)+1-from)
		require.Equal(t, digitGroups(text, from, to), digits(text, from, to), "%q[%d:%d]", text, from, to)
	}
}

func FuzzMatcher(f *testing.F) {
	f.Add([]byte("xAKIAx 1234-5678-9012"), "AKIA", true, 0, 10)
	f.Fuzz(func(t *testing.T, text []byte, lit string, fold bool, from, to int) {
		if len(lit) < 3 || strings.ContainsFunc(lit, func(r rune) bool { return r > 0x7e }) {
			t.Skip()
		}
		from = min(max(0, from), len(text))
		to = min(max(from, to), len(text))
		literals := []literal.Literal{{Text: lit, Fold: fold}}
		if want, got := naive(literals, text, from, to), sorted(each(literals, text, from, to)); !slices.Equal(want, got) {
			t.Fatalf("want %v, got %v", want, got)
		}
		if want, got := digitGroups(text, from, to), digits(text, from, to); !slices.Equal(want, got) {
			t.Fatalf("digits: want %v, got %v", want, got)
		}
	})
}

// source is text of the kind that repositories hold, without secrets.
func source(size int) []byte {
	r := rand.New(rand.NewPCG(5, 6))
	var b strings.Builder
	for b.Len() < size {
		fmt.Fprintf(&b, "\tif %s := %s(ctx, %d); err != nil {\n\t\treturn fmt.Errorf(\"%s: %%w\", err)\n\t}\n",
			word(r, "etaoinshrdlucmfwyp", 3+r.IntN(9)), word(r, "etaoinshrdlucmfwyp", 4+r.IntN(9)), r.IntN(100000), word(r, "etaoin shrdlu", 20))
	}
	return []byte(b.String()[:size])
}

func BenchmarkEach(b *testing.B) {
	text := source(1 << 20)
	for _, n := range []int{20, 100, 300} {
		r := rand.New(rand.NewPCG(7, 8))
		var literals []literal.Literal
		for i := range n {
			literals = append(literals, literal.Literal{Text: word(r, "abcdefghijklmnopqrstuvwxyz_-ABCDEFGH", 4+r.IntN(6)), Fold: i%3 == 0})
		}
		m := literal.New(literals)
		b.Run(fmt.Sprintf("literals=%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				m.Each(text, 0, len(text), func(int, int, int) {})
			}
		})
	}
}

func BenchmarkDigits(b *testing.B) {
	text := source(1 << 20)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		literal.Digits(text, 0, len(text), func(int, int) {})
	}
}
