package token

import (
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect/detecttest"
	"github.com/deputy-sec/deputy/scanner/detect/example"
)

func TestAccept(t *testing.T) { detecttest.Accept(t, New(), shapes()) }

// shapes makes a value for every form of the table: random text of its pattern,
// with the checksum or inner structure that its check asks for.
func shapes() map[string]example.Shape {
	m := map[string]example.Shape{}
	for i := range providers {
		p := &providers[i]
		for j := range p.forms {
			f, name := &p.forms[j], shapeName(p.id, p.forms[j].what)
			m[name] = func(r *rand.Rand, _ string) string { return f.make(r) }
			m[name+"/broken"] = func(r *rand.Rand, _ string) string { return broken(r, f.make(r)) }
		}
		for j := range p.keyed {
			k := &p.keyed[j]
			pattern := parse(k.value)
			m[shapeName(p.id, k.what)] = func(r *rand.Rand, _ string) string {
				return generated(k.same, func() string { return random(r, pattern) })
			}
		}
	}
	return m
}

// generated returns the first value that does not look typed by chance,
// apart from the bytes that all values of its kind have in front.
func generated(same int, next func() string) string {
	for range 1000 {
		if v := next(); !placeholder.Random(v[same:]) {
			return v
		}
	}
	panic("this form makes nothing but filler")
}

func (f *form) make(r *rand.Rand) string {
	rest := parse(f.rest)
	literal := f.literals[r.IntN(len(f.literals))]
	var lead string
	random := generated(0, func() string {
		lead = f.lead.begins + example.Chars(r, f.lead.alphabet, f.lead.min-len(f.lead.begins))
		return lead + random(r, rest)
	})
	token := lead + literal + random[len(lead):]
	if f.verify.holds == nil {
		return token
	}
	return seals[f.verify.name](r, token)
}

// broken changes one letter or digit of a token's last three.
func broken(r *rand.Rand, token string) string {
	at := len(token) - 1 - r.IntN(3)
	for {
		c := base36[r.IntN(16)]
		if c != token[at] && strings.ToUpper(string(c)) != token[at:at+1] {
			return token[:at] + string(c) + token[at+1:]
		}
	}
}

func parse(pattern string) *syntax.Regexp {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		panic(err)
	}
	return re
}

// random makes a text that a pattern matches.
func random(r *rand.Rand, re *syntax.Regexp) string {
	var b strings.Builder
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		b.WriteRune(oneOf(r, re.Rune))
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range re.Sub {
			b.WriteString(random(r, sub))
		}
	case syntax.OpAlternate:
		b.WriteString(random(r, re.Sub[r.IntN(len(re.Sub))]))
	case syntax.OpRepeat:
		most := re.Min + 40
		if re.Max >= 0 {
			most = min(most, re.Max)
		}
		for range re.Min + r.IntN(most-re.Min+1) {
			b.WriteString(random(r, re.Sub[0]))
		}
	case syntax.OpPlus:
		for range 20 {
			b.WriteString(random(r, re.Sub[0]))
		}
	case syntax.OpQuest:
		if r.IntN(2) == 0 {
			b.WriteString(random(r, re.Sub[0]))
		}
	case syntax.OpEmptyMatch:
	default:
		panic("no way to make " + re.String())
	}
	return b.String()
}

func oneOf(r *rand.Rand, ranges []rune) rune {
	n := 0
	for i := 0; i < len(ranges); i += 2 {
		n += int(ranges[i+1]-ranges[i]) + 1
	}
	n = r.IntN(n)
	for i := 0; ; i += 2 {
		if size := int(ranges[i+1]-ranges[i]) + 1; n >= size {
			n -= size
			continue
		}
		return ranges[i] + rune(n)
	}
}

func TestEveryPatternCompilesAndIsAnchoredByALiteral(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range providers {
		require.False(t, seen[p.id], "two rows for %s", p.id)
		seen[p.id] = true
		require.NotEmpty(t, p.source, p.id)
		what := map[string]bool{}
		for _, f := range p.forms {
			_, err := regexp.Compile(f.rest)
			require.NoError(t, err, f.what)
			for _, literal := range f.literals {
				assert.GreaterOrEqual(t, len(literal), 3, f.what)
			}
			assert.False(t, what[f.what], "%s names two forms %s", p.id, f.what)
			what[f.what] = true
		}
		for _, k := range p.keyed {
			assert.False(t, what[k.what], "%s names two forms %s", p.id, k.what)
			what[k.what] = true
			for _, name := range k.names {
				assert.Equal(t, strings.ToLower(name), name)
			}
		}
	}
}
