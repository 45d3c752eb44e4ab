package encoded_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/internal/encoded"
)

const plain = "export REGION=eu-west-1\nexport STAGE=production\nexport OWNER=\"the platform team\"\n"

func TestRunsAreFoundWhereverTheyBegin(t *testing.T) {
	run := strings.Repeat("aB3_", encoded.MinRun/4)
	for before := range 40 {
		for more := range 20 {
			text := []byte(strings.Repeat(".", before) + run + run[:more] + ".")
			var got []int
			encoded.Runs(text, 0, len(text), func(start int) { got = append(got, start) })
			require.Equal(t, []int{before}, got, "%d bytes before, %d more", before, more)
		}
	}
	short := []byte("." + run[1:] + ".")
	encoded.Runs(short, 0, len(short), func(int) { t.Error("too short") })
}

// Whatever stands between them and wherever the look begins and ends, the runs are those
// that a look at every byte tells.
func TestRunsAreThoseOfALookAtEveryByte(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"aB3_", "Zz9", " ", "\n", "=", "é", "word", "AKIA", "+/", "\"", "x"}
	for range 2000 {
		var b []byte
		for range random.IntN(60) {
			b = append(b, strings.Repeat(pieces[random.IntN(len(pieces))], 1+random.IntN(12))...)
		}
		from := random.IntN(len(b) + 1)
		to := from + random.IntN(len(b)-from+1)
		var want, got []int
		for i := from; i < to; i++ {
			if (i == 0 || !encoded.OfAlphabet(b[i-1])) && encoded.RunEnd(b, i)-i >= encoded.MinRun && encoded.WorthwhileRun(b[i:i+encoded.MinRun]) {
				want = append(want, i)
			}
		}
		encoded.Runs(b, from, to, func(start int) { got = append(got, start) })
		require.Equal(t, want, got, "%q from %d to %d", b, from, to)
	}
}

func BenchmarkRuns(b *testing.B) {
	text, err := os.ReadFile("runs.go")
	require.NoError(b, err)
	text = bytes.Repeat(text, 1+1<<20/len(text))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		encoded.Runs(text, 0, len(text), func(int) {})
	}
}

func decode(t *testing.T, text string) string {
	t.Helper()
	var got []string
	encoded.Runs([]byte(text), 0, len(text), func(start int) {
		at, ok := encoded.Start([]byte(text), start)
		if !ok {
			return
		}
		kind, isText := encoded.Begins([]byte(text), at)
		if kind == "" {
			return
		}
		if goesOn, _ := encoded.GoesOn([]byte(text), at, kind); isText && goesOn {
			return
		}
		got = append(got, string(encoded.Decode([]byte(text), at, kind, 1<<20).Bytes))
	})
	return strings.Join(got, "|")
}

func TestValuesAreDecodedHoweverTheyAreWritten(t *testing.T) {
	b64 := base64.StdEncoding.EncodeToString([]byte(plain))
	wrap := func(at string) string {
		var b strings.Builder
		for s := b64; ; s = s[40:] {
			if len(s) <= 40 {
				return b.String() + s
			}
			b.WriteString(s[:40] + at)
		}
	}
	for name, text := range map[string]string{
		"alone":                         b64,
		"of URLs, without padding":      base64.RawURLEncoding.EncodeToString([]byte(plain)),
		"quoted in JSON":                `{"data": "` + b64 + `"}`,
		"behind an escaped line break":  `"-----\n` + b64 + `"`,
		"in a data: URI":                "url(data:text/plain;base64," + b64 + ")",
		"in a query":                    "?SAMLResponse=" + strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(b64),
		"with escaped slashes":          `"` + strings.ReplaceAll(b64, "/", `\/`) + `"`,
		"wrapped":                       wrap("\n"),
		"wrapped and indented":          "data: |\n    " + wrap("\r\n    "),
		"wrapped in a comment":          "# " + wrap("\n# "),
		"wrapped with escaped breaks":   `"` + wrap(`\n`) + `"`,
		"texts that are put together":   `"` + wrap("\" +\n\t\"") + `"`,
		"a list of texts":               `["` + wrap("\",\n  \"") + `"]`,
		"an added line of a difference": "\n+" + b64 + "\n",
		"hexadecimal":                   hex.EncodeToString([]byte(plain)),
		"bytes of PostgreSQL":           `'\x` + hex.EncodeToString([]byte(plain)) + `'`,
		"a number in hexadecimal":       "0x" + strings.ToUpper(hex.EncodeToString([]byte(plain))),
	} {
		assert.Equal(t, plain, decode(t, text), name)
	}
}

func TestWhatIsNotEncodedTextIsTold(t *testing.T) {
	for name, text := range map[string]string{
		"a hash":        "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
		"a path":        "github.com/deputy-sec/deputy/scanner/detect/awsaccount/testdata/quality",
		"an identifier": "TestScanningDeltasFindsWhatScanningInFullFindsEvenIfItTakesLong",
		"a commit":      "6486c185aa0fd1e0c1d1a1f0b5a09e0b0f0f0f0f",
		"a rule":        strings.Repeat("-", 80),
	} {
		assert.Empty(t, decode(t, text), name)
	}
}

func TestAViewLeadsBackToThePlace(t *testing.T) {
	for name, c := range map[string]struct{ text, want, of string }{
		"JSON":                   {`id \u0031\u0032\u0033 x`, "id 123 x", `\u0031\u0032\u0033`},
		"escaped once more":      {`id \\u0031\\u0032\\u0033 x`, "id 123 x", `\u0031\\u0032\\u0033`},
		"bytes":                  {`id \x31\x32\x33 x`, "id 123 x", `\x31\x32\x33`},
		"octal":                  {`id \061\062\063 x`, "id 123 x", `\061\062\063`},
		"a URL":                  {`id %31%32%33 x`, "id 123 x", `%31%32%33`},
		"entities":               {`id &#49;&#50;&#x33; x`, "id 123 x", `&#49;&#50;&#x33;`},
		"colours":                {"id \x1b[32m1\x1b[0m2\x1b[1;31m3\x1b[K x", "id 123 x", "1\x1b[0m2\x1b[1;31m3"},
		"soft hyphens":           {"id 1\u00ad2\u00ad3 x", "id 123 x", "1\u00ad2\u00ad3"},
		"characters of no width": {"id 1\u200b2\u20603 x", "id 123 x", "1\u200b2\u20603"},
	} {
		var v encoded.View
		v.Decode([]byte(c.text))
		require.Equal(t, c.want, string(v.Text), name)
		at := strings.Index(c.want, "123")
		assert.Equal(t, c.of, c.text[v.Source(at, len(c.text)):v.SourceEnd(at+3)], name)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(base64.StdEncoding.EncodeToString([]byte(plain))))
	f.Add([]byte(`"` + base64.StdEncoding.EncodeToString([]byte(plain)) + "\" +\n\""))
	f.Add([]byte(hex.EncodeToString([]byte(plain))))
	f.Fuzz(func(t *testing.T, text []byte) {
		encoded.Runs(text, 0, len(text), func(start int) {
			at, ok := encoded.Start(text, start)
			if !ok || at >= len(text) {
				return
			}
			kind, _ := encoded.Begins(text, at)
			if kind == "" {
				kind = encoded.Base64
			}
			d := encoded.Decode(text, at, kind, 1000)
			if d.End < at || d.End > len(text) || d.End-at > 1000 || len(d.Bytes) > d.End-at || d.First > len(d.Bytes)+2 {
				t.Fatalf("%+v at %d of %d", d, at, len(text))
			}
			encoded.GoesOn(text, at, kind)
			encoded.Further(text, at)
		})
	})
}

// Whatever a text holds, a view of it is no longer, and leads back in order.
func FuzzView(f *testing.F) {
	f.Add([]byte(`\u0031\\x32&#51;%34\065` + "\x1b[1m6\u200b7"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var v encoded.View
		v.Decode(text)
		if len(v.Text) > len(text) {
			t.Fatal("longer")
		}
		for i := range v.Text {
			if v.Source(i, len(text)) >= v.SourceEnd(i+1) || v.SourceEnd(i+1) > v.Source(i+1, len(text)) {
				t.Fatalf("byte %d of %q", i, text)
			}
		}
		if !bytes.ContainsAny(text, "\\%&\x1b\u00ad\u200b") && len(v.Marks) > 0 && !bytes.ContainsAny(text, "\xe2\xef\xc2") {
			t.Fatal("marks without escapes")
		}
	})
}
