package gitleaksrules

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
)

// Whatever a file holds, loading it ends, and either says what is wrong in which
// file or gives rules that can be tried.
func FuzzLoad(f *testing.F) {
	for _, config := range []string{
		"[[rules]]\nid = \"acme\"\nregex = 'acme_[a-z]{8}'\nsecretGroup = 0\nentropy = 2.5\nkeywords = [\"acme\"]\npath = '\\.go$'\n",
		"[extend]\npath = \"rules.toml\"\ndisabledRules = [\"acme\"]\n[[rules]]\nid = \"emca\"\nregex = '''(?i)emca[\\w.-]{0,20}=([a-f0-9]{8})'''\n",
		"[[rules]]\nid = \"acme\"\nregex = 'acme_[a-z]{8}'\n[[rules.allowlists]]\ncondition = \"AND\"\nregexTarget = \"line\"\nregexes = ['x']\npaths = ['y']\nstopwords = [\"z\"]\ncommits = [\"c\"]\n",
		"[[rules]]\nid = \"acme\"\nregex = 'acme_[a-z]{8}'\n[[allowlists]]\ntargetRules = [\"acme\"]\nregexes = ['x']\n[[rules.required]]\nid = \"x\"\n",
		"\x17", // the library has the mistake ahead of the beginning
		"a." + strings.Repeat("a.", 40) + "a = 1",
		"x = " + strings.Repeat("[{a=", 40),
		"[[rules]]\nid = \"İ\"\nregex = '(?i)İacme'\n",
	} {
		f.Add([]byte(config))
	}
	dir := f.TempDir()
	name := filepath.Join(dir, "rules.toml")
	f.Fuzz(func(t *testing.T, config []byte) {
		require.NoError(t, os.WriteFile(name, config, 0o600))
		s, err := Load(name, noneTaken)
		if err != nil {
			require.Nil(t, s)
			require.Contains(t, err.Error(), "rules.toml")
			return
		}
		require.Len(t, slices.Compact(slices.Sorted(slices.Values(s.ids()))), len(s.Rules()), "every rule has a name of its own")
		detect.NewSet(s).Scan(config, detect.Text{}, func(h detect.Hit) {
			require.LessOrEqual(t, h.Offset+int64(h.End-h.Start), int64(len(config)))
			require.NotEmpty(t, h.Value)
		})
	})
}

// Where a pattern matches, one of its literals stands in the match, and the tests
// of what stands around that let the match through.
func FuzzRequired(f *testing.F) {
	for i, pattern := range slices.Concat(patterns, chained) {
		p := newProbe(f, pattern)
		for seed := range uint64(3) {
			f.Add(pattern, p.text(rand.New(rand.NewPCG(seed, uint64(i)))))
		}
	}
	f.Add(`(?i)İacme`, []byte("İacme"))
	f.Add(`(?:acme|(?:emca)+x)[\x{FFFD}a]{3}?$`, []byte("acme\xffa\xff"))
	f.Fuzz(func(t *testing.T, pattern string, text []byte) {
		if len(pattern) > 200 || len(text) > reach {
			return
		}
		re, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil {
			return
		}
		q, also, ok := requiredBy(re)
		if !ok {
			return
		}
		compiled, err := regexp.Compile(pattern)
		require.NoError(t, err)
		ahead := aheadOf(q.follow)
		for _, loc := range compiled.FindAllIndex(text, -1) {
			match := text[loc[0]:loc[1]]
			if bytes.ContainsRune(match, longS) || bytes.ContainsRune(match, kelvin) {
				continue // are not looked for
			}
			for _, a := range also {
				if len(a.places(text, loc[0], loc[1])) == 0 {
					t.Fatalf("pattern %s: %q holds none of %q", pattern, match, a.literals)
				}
			}
			if !slices.ContainsFunc(q.places(text, loc[0], loc[1]), func(at span) bool {
				most, ok := ahead.match(text[at.end:min(len(text), at.end+q.after)])
				return ok && at.end+most >= loc[1] && back(text, at.start, q.before, &q.lead) <= loc[0]
			}) {
				t.Fatalf("pattern %s, literals %q: %q in %q is not let through", pattern, q.literals, match, text)
			}
		}
	})
}

// places lists where literals stand in part of a text.
func (r required) places(text []byte, from, to int) []span {
	in := text
	if r.fold {
		in = lowered(text)
	}
	var out []span
	for _, l := range r.literals {
		for at := from; at+len(l) <= to; at++ {
			if bytes.HasPrefix(in[at:to], []byte(l)) {
				out = append(out, span{at, at + len(l)})
			}
		}
	}
	return out
}
