package gitleaksrules

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"slices"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
)

// patterns are of the kinds that configurations are made of.
var patterns = []string{
	// a prefix and a body
	`acme_[a-zA-Z0-9]{36}`,
	`\bacme_[a-f0-9]{8}\b`,
	`\b(acme-[0-9]{4,8}-[a-z]{2,5})(?:[\x60'"\s;]|\\[nr]|$)`,
	`\b((?:acme|emca)_(?:live|test)_[\w-]{4,12})(?:[\x60'"\s;]|\\[nr]|$)`,
	`\bac[eim]e[0-9a-z]{6}\b`,
	`(?:ac1_[\w-]{8}|am1[ar]_[a-z+/]{5,}={0,3}|am2_[a-z+/]{5,}={0,3})`,
	`ACM[A-Z0-9]{9}`,
	`\b(?:ACME|[BD]CME)[2-7A-Z]{8}\b`,
	// a name, an operator and a value
	`(?i)[\w.-]{0,50}?(?:acme)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}([a-z0-9]{8})(?:[\x60'"\s;]|\\[nr]|$)`,
	`(?i)[\w.-]{0,50}?(?:access|auth|(?-i:[Aa]pi|API)|secret|token)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:{1,3}=|:|,)[\x60'"\s=]{0,5}([\w.=-]{10,40}|[a-z0-9][a-z0-9+/]{11,}={0,3})(?:[\x60'"\s;]|\\[nr]|$)`,
	`(?i)(?:sk|key|kiss)[_-]?(?:acme|ask)["' ]{0,2}[:=]["' ]{0,2}[a-z0-9]{6,9}\b`,
	`(?i)(?:^|[^a-z])acme_key\s*=\s*"([^"]{3,40})"`,
	`acme(?:\.io|\.example)?/(?:v[0-9]+/)?hooks/[A-Z0-9]{6}(?:/[a-z]{3})*`,
	// any length
	`-----BEGIN[ A-Z]{0,20}ACME KEY-----[\s\S]{4,}?KEY-----`,
	`(?i)acme.*secret`,
	`(?s)acme\{.+?\}`,
	`(?i)(?:kind: ?acme(?s:.){0,200}?\bdata:(?s:.){0,100}?[a-z0-9+/]{8}|data:(?s:.){0,200}?[a-z0-9+/]{8}(?s:.){0,200}?kind: ?acme)`,
	`[a-z]+_acme_[a-z]*`,
	`https?://[^\s:@/]{1,20}:[^\s@]{2,20}@acme`,
	`eyA[\w-]{4,}\.eyB[\w-]{4,}\.[\w-]{4,}`,
	// edges and lines
	`(?m)^acme[0-9]{3}$`,
	`\Aacme[0-9]{3}`,
	`^[ \t]{0,4}acme: [a-z]{3,5}$`,
	`acme[0-9]{3}\z`,
	`\Bacme\B[0-9]{3}`,
	// what repeats itself
	`(?i)a{12}[b-d]{4}`,
	`(?:ab){4,6}c`,
	`(acme[0-9]){2,3};`,
	`[^\s]{2,6}acme[^\s]{2,6}`,
	`.{0,5}acme.{0,5}`,
	`(?s).{3}acme.{3}`,
	// characters beyond ASCII
	`(?i)kiosk[a-z]{3,6}`,
	`acme£[\p{L}]{2,4}`,
	`ключ_acme_\pN{4}`,
	`(?i)[äöü]{1,3}acme\W[^a-z]{2}`,
}

// chained patterns match at every place of some runs: where one match begins then
// depends on all those before it, however far off.
var chained = []string{
	`aa[ab]{3}aac?`,
	`(?i)[a-f0-9]{0,7}(?:aaa|000)`,
	`(?:acme ?){2}`,
}

// seeds returns how many texts are tried with every pattern.
func seeds() uint64 {
	if testing.Short() {
		return 200
	}
	return 400
}

// Scanning by windows finds what the pattern finds in the whole text.
func TestWindowsFindWhatTheWholeTextHolds(t *testing.T) {
	for _, pattern := range patterns {
		t.Run(pattern, func(t *testing.T) {
			t.Parallel()
			p := newProbe(t, pattern)
			found := 0
			for seed := range seeds() {
				text := p.text(rand.New(rand.NewPCG(seed, 1)))
				whole, windows := p.whole(text), p.windows(text)
				if !slices.Equal(whole, windows) {
					require.Equal(t, show(text, whole), show(text, windows), "seed %d, literals %q, text %q", seed, p.required.literals, text)
				}
				found += len(whole)
			}
			require.Greater(t, found, 5, "the texts hold matches")
		})
	}
}

// Of matches that nearly touch, windows find at least one, and nothing that stands
// apart from them.
func TestWindowsFindSomeOfAChain(t *testing.T) {
	for _, pattern := range chained {
		t.Run(pattern, func(t *testing.T) {
			t.Parallel()
			p := newProbe(t, pattern)
			for seed := range seeds() {
				text := p.text(rand.New(rand.NewPCG(seed, 1)))
				chains, windows := joined(p.whole(text)), p.windows(text)
				found := make([]bool, len(chains))
				for _, w := range windows {
					i := slices.IndexFunc(chains, func(c span) bool { return w.start < c.end+8 && c.start < w.end+8 })
					require.NotEqual(t, -1, i, "seed %d: %q matches nowhere in %q", seed, show(text, []span{w}), text)
					found[i] = true
				}
				if i := slices.Index(found, false); i >= 0 {
					t.Fatalf("seed %d: nothing of %q is found in %q", seed, show(text, chains[i:i+1]), text)
				}
			}
		})
	}
}

// joined unites spans with less between them than a match of a chain takes; they
// come in order.
func joined(spans []span) []span {
	var out []span
	for _, s := range spans {
		if last := len(out) - 1; last >= 0 && s.start < out[last].end+8 {
			out[last].end = s.end
			continue
		}
		out = append(out, s)
	}
	return out
}

// probe is a pattern with what it takes to try it.
type probe struct {
	re       *regexp.Regexp
	syntax   *syntax.Regexp
	required required
	set      *detect.Set
}

func newProbe(t testing.TB, pattern string) *probe {
	re, err := syntax.Parse(pattern, syntax.Perl)
	require.NoError(t, err)
	s := load(t, fmt.Sprintf("[[rules]]\nid = \"probe\"\nregex = '''(%s)'''\n", pattern)) // the first group is what is reported
	required := s.byIndex[0].required
	require.NotEmpty(t, required.literals)
	return &probe{regexp.MustCompile(pattern), re, required, detect.NewSet(s)}
}

// whole finds matches in the text at once. Those that no literal stands in, but
// only its letters as ſ or K, do not count.
func (p *probe) whole(text []byte) []span {
	var out []span
	for _, loc := range p.re.FindAllIndex(text, -1) {
		if p.holdsLiteral(text[loc[0]:loc[1]]) {
			out = append(out, span{loc[0], loc[1]})
		}
	}
	return out
}

func (p *probe) holdsLiteral(match []byte) bool {
	if p.required.fold {
		match = lowered(match)
	}
	return slices.ContainsFunc(p.required.literals, func(l string) bool { return bytes.Contains(match, []byte(l)) })
}

func (p *probe) windows(text []byte) []span {
	var out []span
	p.set.Scan(text, detect.Text{}, func(h detect.Hit) {
		out = append(out, span{int(h.Offset), int(h.Offset) + h.End - h.Start})
	})
	return out
}

func show(text []byte, spans []span) []string {
	var out []string
	for _, s := range spans {
		out = append(out, fmt.Sprintf("%d-%d %q", s.start, s.end, text[s.start:s.end]))
	}
	return out
}

// text makes a text of matches, what is nearly one, and what stands around them.
func (p *probe) text(r *rand.Rand) []byte {
	var out []byte
	for range r.IntN(12) {
		switch r.IntN(8) {
		case 0, 1, 2:
			out = p.match(r, p.syntax, out)
		case 3:
			out = append(out, damaged(r, p.match(r, p.syntax, nil))...)
		case 4:
			out = append(out, p.required.literals[r.IntN(len(p.required.literals))]...)
		case 5:
			out = append(out, bytes.Repeat([]byte{"a A0_=\n-"[r.IntN(8)]}, r.IntN(300))...)
		case 6:
			out = append(out, fillers[r.IntN(len(fillers))]...)
		case 7:
			for range r.IntN(8) {
				out = append(out, byte(r.Uint32()))
			}
		}
		out = append(out, separators[r.IntN(len(separators))]...)
	}
	if r.IntN(2) == 0 { // to the text's end
		out = p.match(r, p.syntax, out)
	}
	return out
}

var (
	separators = []string{"", "", " ", "\n", "\n\n", `"`, "; ", "\\n"}
	fillers    = []string{
		"the quick brown fox ", "größe = 3\n", "func (s *server) handle() {\n", "\xff\xfe", "ſkſk KKK", "日本語テキスト",
		"0123456789abcdef0123456789abcdef", `key = "value"`, "acme", "ACME_", "secret token auth",
	}
)

// damaged changes one byte of a match, or drops or doubles a part.
func damaged(r *rand.Rand, match []byte) []byte {
	if len(match) == 0 {
		return match
	}
	a, b := r.IntN(len(match)), r.IntN(len(match))
	a, b = min(a, b), max(a, b)
	switch r.IntN(4) {
	case 0:
		match[a] = "a!\n9"[r.IntN(4)]
		return match
	case 1:
		return slices.Delete(match, a, b)
	case 2:
		return match[:a]
	}
	return slices.Insert(match, b, bytes.Clone(match[a:b])...)
}

// match appends a text that an expression matches, leaving aside what it asks of
// the text around.
func (p *probe) match(r *rand.Rand, re *syntax.Regexp, out []byte) []byte {
	times := func(least, most int) []byte {
		n := least
		switch {
		case most < 0 && r.IntN(10) == 0:
			n += r.IntN(200)
		case most < 0:
			n += r.IntN(8)
		case r.IntN(3) > 0:
			n += r.IntN(most - least + 1)
		case r.IntN(2) == 0:
			n = most
		}
		for range n {
			out = p.match(r, re.Sub[0], out)
		}
		return out
	}
	switch re.Op {
	case syntax.OpLiteral:
		for _, c := range re.Rune {
			if re.Flags&syntax.FoldCase != 0 {
				c = otherCase(r, c)
			}
			out = utf8.AppendRune(out, c)
		}
	case syntax.OpCharClass:
		out = utf8.AppendRune(out, member(r, re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		out = utf8.AppendRune(out, []rune("aA0_ é日-acme")[r.IntN(12)])
	case syntax.OpCapture:
		return p.match(r, re.Sub[0], out)
	case syntax.OpStar:
		return times(0, -1)
	case syntax.OpPlus:
		return times(1, -1)
	case syntax.OpQuest:
		return times(0, 1)
	case syntax.OpRepeat:
		return times(re.Min, re.Max)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			out = p.match(r, sub, out)
		}
	case syntax.OpAlternate:
		return p.match(r, re.Sub[r.IntN(len(re.Sub))], out)
	case syntax.OpBeginLine, syntax.OpEndLine:
		if r.IntN(2) == 0 {
			out = append(out, '\n')
		}
	}
	return out
}

// otherCase returns a character in one of its cases, but for ſ and K: literals are
// not sought by them, and TestRules shows what that means. Classes do hold them.
func otherCase(r *rand.Rand, c rune) rune {
	for range r.IntN(4) {
		if next := unicode.SimpleFold(c); next != longS && next != kelvin {
			c = next
		}
	}
	return c
}

// member returns a character of a class, mostly one of ASCII.
func member(r *rand.Rand, class []rune) rune {
	for range 20 {
		i := 2 * r.IntN(len(class)/2)
		c := class[i] + rune(r.IntN(min(int(class[i+1]-class[i]), 0x100)+1))
		if utf8.ValidRune(c) && (c < utf8.RuneSelf || r.IntN(8) == 0) {
			return c
		}
	}
	return class[0]
}
