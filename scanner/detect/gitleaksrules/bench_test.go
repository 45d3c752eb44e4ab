package gitleaksrules

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/all"
	"github.com/deputy-sec/deputy/scanner/detect/example"
)

// BenchmarkRules200 scans generated source text on one core, with the built-in
// rules and with 200 more from a file: `make bench BENCH=Rules`. Half of these are
// a prefix with a body, half a name, an operator and a value; some names are
// words that source text is full of.
func BenchmarkRules200(b *testing.B) {
	text := []byte(sourceText(8 << 20))
	rules := load(b, rules200())
	if n := len(rules.Rules()); n != 200 {
		b.Fatalf("%d rules", n)
	}
	for _, c := range []struct {
		name string
		set  *detect.Set
	}{
		{"built-in", detect.NewSet(all.Detectors()...)},
		{"built-in+200", detect.NewSet(append(all.Detectors(), rules)...)},
		{"200", detect.NewSet(rules)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				c.set.Scan(text, detect.Text{}, func(detect.Hit) {})
			}
			b.ReportMetric(float64(len(text))*float64(b.N)/1e9/b.Elapsed().Seconds(), "GB/s")
		})
	}
}

// BenchmarkRulesLoad is what --rules costs a commit hook.
func BenchmarkRulesLoad(b *testing.B) {
	name := write(b, "rules.toml", rules200())
	b.ReportAllocs()
	for b.Loop() {
		s, err := Load(name, noneTaken)
		if err != nil {
			b.Fatal(err)
		}
		detect.NewSet(s)
	}
}

// rules200 writes a configuration of the usual shapes.
func rules200() string {
	const (
		edge     = "(?:[\\x60'\"\\s;]|\\\\[nr]|$)"
		operator = `(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}`
	)
	r := rand.New(rand.NewPCG(1, 1))
	var out strings.Builder
	rule := func(id, keywords, regex string) {
		list := strings.ReplaceAll(strconv.Quote(keywords), " ", `", "`)
		fmt.Fprintf(&out, "[[rules]]\nid = %q\nregex = '''%s'''\nentropy = 3.5\nkeywords = [%s]\n", id, regex, list)
	}
	named := func(name, value string) {
		rule(name+"-key", name, `(?i)[\w.-]{0,50}?(?:`+name+`)`+operator+`(`+value+`)`+edge)
	}
	rule("generic", "access auth api credential creds key passwd password secret token", `(?i)[\w.-]{0,50}?(?:access|auth|(?-i:[Aa]pi|API)|credential|creds|key|passw(?:or)?d|secret|token)`+operator+`([\w.=-]{10,150}|[a-z0-9][a-z0-9+/]{11,}={0,3})`+edge)
	rule("pem", "begin", `(?i)-----BEGIN[ A-Z0-9_-]{0,100}ACME KEY-----[\s\S-]{64,}?KEY-----`)
	rule("login", "://", `https?://[^\s:@/]{3,20}:([^\s:@/]{8,40})@[\w.-]{4,60}`)
	for _, word := range []string{"message", "private", "server", "linear"} {
		named(word, `[a-f0-9]{32}`)
	}
	bodies := []string{`[a-z0-9]{32}`, `[a-f0-9]{64}`, `[\w-]{24,40}`, `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`}
	for i := range 193 {
		name := syllables(r, 3)
		if i%2 == 0 {
			named(name, bodies[i/2%len(bodies)])
			continue
		}
		prefix := name[:2+i%4] + "_"
		rule(fmt.Sprintf("%s-%d", name, i), prefix, `\b(`+prefix+bodies[i/2%len(bodies)]+`)`+edge)
	}
	return out.String()
}

// sourceText writes lines as they stand in code, configuration and data.
func sourceText(size int) string {
	r := rand.New(rand.NewPCG(2, 2))
	word := func() string {
		if r.IntN(3) == 0 {
			return syllables(r, 1+r.IntN(3))
		}
		return vocabulary[r.IntN(len(vocabulary))]
	}
	var out strings.Builder
	for out.Len() < size {
		switch r.IntN(12) {
		case 0:
			fmt.Fprintf(&out, "func (%s *%s) %s(%s string) (%s, error) {\n", word()[:1], word(), word(), word(), word())
		case 1:
			fmt.Fprintf(&out, "\tif err := %s.%s(ctx, %s, %q); err != nil {\n", word(), word(), word(), word())
		case 2:
			fmt.Fprintf(&out, "    %s_%s = self.%s[%q]\n", word(), word(), word(), word())
		case 3:
			fmt.Fprintf(&out, "  %s-%s: %s\n", word(), word(), word())
		case 4:
			fmt.Fprintf(&out, "\t\t%q: %q,\n", word()+"_"+word(), word()+" "+word())
		case 5:
			fmt.Fprintf(&out, "# %s %s the %s of a %s, %s and %s\n", word(), word(), word(), word(), word(), word())
		case 6:
			fmt.Fprintf(&out, "const %sUrl = `https://%s.example.com/%s/${%s}`;\n", word(), word(), word(), word())
		case 7:
			fmt.Fprintf(&out, "      \"integrity\": \"sha512-%s==\",\n", example.Chars(r, example.Base64, 86))
		default:
			fmt.Fprintf(&out, "        %s.%s(%s, %s)\n", word(), word(), word(), word())
		}
	}
	return out.String()
}

// vocabulary holds what source text is full of. The words in its last line, which
// rules look for, come to about two in a kilobyte, as in the source of minio and
// of serverless.
var vocabulary = strings.Fields(`
	acquire adapter append apply argument array assert assign async await backend balance batch before begin
	between binary block body boolean branch buffer build bytes cache call cancel case catch chain channel
	char check child class clean clear clone close cluster code collect color command commit compare compile
	compute connect console construct container content convert copy core cursor current cycle date debug decode
	define degree depth derive describe detail device digest direct disk dispatch document domain done double
	return error string value name type list index client server request response handler config options
	context message result status private public static const import package default create update delete
	get set new user group role account bucket region table item field column row test mock expected
	linear parse format write read open close start stop run build version resource provider module
	key token secret auth access api password data info count size length first last next
`)

func syllables(r *rand.Rand, n int) string {
	var out strings.Builder
	for range n {
		out.WriteByte("bdfgklmnprstvz"[r.IntN(14)])
		out.WriteByte("aeiou"[r.IntN(5)])
	}
	return out.String()
}
