package gitleaksrules

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// hits scans a text with a ruleset, as the scanner does.
func hits(s *Ruleset, text string) []detect.Hit {
	var out []detect.Hit
	detect.NewSet(s).Scan([]byte(text), detect.Text{}, func(h detect.Hit) { out = append(out, h) })
	return out
}

// found lists what a ruleset finds in a text: "rule value", in the text's order.
func found(s *Ruleset, text string) []string {
	var out []string
	for _, h := range hits(s, text) {
		out = append(out, h.Rule.ID+" "+h.Value)
	}
	return out
}

// values are found without the rules' IDs.
func values(s *Ruleset, text string) []string {
	var out []string
	for _, h := range hits(s, text) {
		out = append(out, h.Value)
	}
	return out
}

// What a rule asks of a match, by what it finds in a text and what it leaves.
func TestRules(t *testing.T) {
	for name, c := range map[string]struct {
		rule, text string
		want       []string
	}{
		"the whole match without groups": {
			`regex = 'acme_[a-z]{4}'`,
			"x = acme_abcd;", []string{"acme_abcd"},
		},
		"the first group that holds something": {
			`regex = 'acme:(?:"([a-z]{4})"|([a-z]{4}))'`,
			`acme:"abcd" acme:efgh`, []string{"abcd", "efgh"},
		},
		"secretGroup": {
			"regex = '(acme|emca)=([a-z]{4})'\nsecretGroup = 2",
			"acme=abcd emca=efgh", []string{"abcd", "efgh"},
		},
		"a secretGroup that holds nothing": {
			"regex = 'acme=([a-z]{4})?(;)?'\nsecretGroup = 2",
			"acme=abcd acme=efgh;", []string{";"},
		},
		"line breaks at the ends are no part of it": {
			`regex = '\nacme_[a-z]{4}\n'`,
			"\nacme_abcd\n", []string{"acme_abcd"},
		},
		"entropy above, not at, the bound": {
			"regex = 'acme_([a-d]{4})'\nentropy = 1.5",
			"acme_aaaa acme_aabb acme_aabc acme_abcd", []string{"abcd"}, // 0, 1, 1.5 and 2 bits
		},
		"keywords beside literals must stand near": {
			"regex = 'acme_[a-z]{4}'\nkeywords = [\"Emca\"]",
			"acme_abcd", nil,
		},
		"a keyword in any case": {
			"regex = 'acme_[a-z]{4}'\nkeywords = [\"other\", \"Emca\"]",
			"for eMCA:\nacme_abcd", []string{"acme_abcd"},
		},
		"a keyword where the regex requires nothing": {
			"regex = '\\b[a-f0-9]{12}\\b'\nkeywords = [\"emca\"]",
			"EMCA id a0b1c2d3e4f5", []string{"a0b1c2d3e4f5"},
		},
		"a keyword behind the match": {
			"regex = '\\b[a-f0-9]{12}\\b'\nkeywords = [\"emca\"]",
			"a0b1c2d3e4f5 of emca", []string{"a0b1c2d3e4f5"},
		},
		"no keyword where the regex requires nothing": {
			"regex = '\\b[a-f0-9]{12}\\b'\nkeywords = [\"emca\"]",
			"acme id a0b1c2d3e4f5", nil,
		},
		"the mark in its line": {
			`regex = 'acme_[a-z]{4}'`,
			"acme_abcd # gitleaks:allow\nacme_efgh\n# gitleaks:allow\nacme_ijkl", []string{"acme_efgh", "acme_ijkl"},
		},
		"any case": {
			`regex = '(?i)acme_[a-z]{4}'`,
			"AcMe_aBcD", []string{"AcMe_aBcD"},
		},
		"ſ and K are other cases of s and k in a body, not in a literal": {
			`regex = '(?i)task_[a-z]{4}'`,
			"task_sſkK taſk_abcd", []string{"task_sſkK"},
		},
		"the text's beginning": {
			`regex = '\Aacme_[a-z]{4}'`,
			"acme_abcd acme_efgh\nacme_ijkl", []string{"acme_abcd"},
		},
		"the text's end": {
			`regex = 'acme_[a-z]{4}$'`,
			"acme_abcd\nacme_efgh acme_ijkl", []string{"acme_ijkl"},
		},
		"lines' ends": {
			`regex = '(?m)^acme_[a-z]{4}$'`,
			"acme_abcd\nacme_efgh acme_ijkl\nacme_mnop", []string{"acme_abcd", "acme_mnop"},
		},
		"a word's ends": {
			`regex = '\bacme_[a-z]{4}\b'`,
			"acme_abcd xacme_efgh acme_ijklm éacme_mnop", []string{"acme_abcd", "acme_mnop"}, // é is no word character to Go
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := load(t, "[[rules]]\nid = \"acme\"\n"+c.rule+"\n")
			assert.Empty(t, s.Warnings)
			assert.Equal(t, c.want, values(s, c.text))
		})
	}
}

// Both forms of allowlists, what each kind of condition means, and what the
// regexes look at. Places are asked for afterwards: what a match says of them
// is tried with "exempt" places.
func TestAllowlists(t *testing.T) {
	const rule = "[[rules]]\nid = \"acme\"\nregex = 'acme=([a-z]{4})'\n"
	const text = "x acme=abcd y\nx acme=efgh z\n"
	for name, c := range map[string]struct {
		list string
		want []string
	}{
		"older form":               {"[rules.allowlist]\nregexes = ['^abcd$']\n", []string{"efgh"}},
		"newer form":               {"[[rules.allowlists]]\nregexes = ['^abcd$']\n[[rules.allowlists]]\nregexes = ['^efgh$']\n", nil},
		"older form, for all":      {"[allowlist]\nregexes = ['^abcd$']\n", []string{"efgh"}},
		"newer form, for all":      {"[[allowlists]]\nregexes = ['^abcd$']\n", []string{"efgh"}},
		"any of several regexes":   {"[[rules.allowlists]]\nregexes = ['^abcd$', 'x|gh']\n", nil},
		"the secret by default":    {"[[rules.allowlists]]\nregexes = ['acme']\n", []string{"abcd", "efgh"}},
		"secret":                   {"[[rules.allowlists]]\nregexTarget = \"secret\"\nregexes = ['acme']\n", []string{"abcd", "efgh"}},
		"match":                    {"[[rules.allowlists]]\nregexTarget = \"match\"\nregexes = ['^acme=abcd$']\n", []string{"efgh"}},
		"line":                     {"[[rules.allowlists]]\nregexTarget = \"line\"\nregexes = ['^x acme=.* z$']\n", []string{"abcd"}},
		"stopword, any case":       {"[[rules.allowlists]]\nstopwords = [\"BC\"]\n", []string{"efgh"}},
		"a stopword is the secret": {"[[rules.allowlists]]\nregexTarget = \"line\"\nstopwords = [\"acme\"]\n", []string{"abcd", "efgh"}},
		"OR":                       {"[[rules.allowlists]]\ncondition = \"or\"\nregexes = ['^abcd$']\nstopwords = [\"fg\"]\n", nil},
		"AND":                      {"[[rules.allowlists]]\ncondition = \"AND\"\nregexes = ['^abcd$']\nstopwords = [\"fg\"]\n", []string{"abcd", "efgh"}},
		"AND, both hold":           {"[[rules.allowlists]]\ncondition = \"&&\"\nregexes = ['^[a-f]+$']\nstopwords = [\"bc\"]\n", []string{"efgh"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := hits(load(t, rule+c.list), text)
			var kept []string
			for _, h := range got {
				kept = append(kept, h.Value)
				assert.Nil(t, h.Exempt, "it does not depend on the place")
			}
			assert.Equal(t, c.want, kept)
		})
	}
}

// What an allowlist says of paths and commits.
func TestAllowlistsOfPlaces(t *testing.T) {
	const (
		rule   = "[[rules]]\nid = \"acme\"\nregex = 'acme=([a-z]{4})'\n"
		commit = "c0ffee"
	)
	type place struct{ path, commit string }
	here, there, then, both := place{"src/a.go", ""}, place{"test/a.go", ""}, place{"src/a.go", commit}, place{"test/a.go", commit}
	all := []place{here, there, then, both}
	for name, c := range map[string]struct {
		list   string
		exempt []place
	}{
		"paths":                     {"[[rules.allowlists]]\npaths = ['^test/', 'vendor']\n", []place{there, both}},
		"commits":                   {"[[rules.allowlists]]\ncommits = [\" C0FFEE \"]\n", []place{then, both}},
		"paths or commits":          {"[[rules.allowlists]]\npaths = ['^test/']\ncommits = [\"c0ffee\"]\n", []place{there, then, both}},
		"paths and commits":         {"[[rules.allowlists]]\ncondition = \"AND\"\npaths = ['^test/']\ncommits = [\"c0ffee\"]\n", []place{both}},
		"paths and a regex":         {"[[rules.allowlists]]\ncondition = \"AND\"\npaths = ['^test/']\nregexes = ['^abcd$']\n", []place{there, both}},
		"paths and another regex":   {"[[rules.allowlists]]\ncondition = \"AND\"\npaths = ['^test/']\nregexes = ['^efgh$']\n", nil},
		"paths and a stopword":      {"[[rules.allowlists]]\ncondition = \"AND\"\npaths = ['^test/']\nstopwords = [\"abc\"]\n", []place{there, both}},
		"paths or another stopword": {"[[rules.allowlists]]\npaths = ['^test/']\nstopwords = [\"xyz\"]\n", []place{there, both}},
		"for all rules":             {"[allowlist]\npaths = ['^test/']\n", []place{there, both}},
		"two lists":                 {"[[rules.allowlists]]\npaths = ['^test/']\n[[rules.allowlists]]\ncommits = [\"c0ffee\"]\n", []place{there, then, both}},
		"the rule's own path":       {"path = '^test/'\n", []place{here, then}},
	} {
		t.Run(name, func(t *testing.T) {
			got := hits(load(t, rule+c.list), "acme=abcd")
			require.Len(t, got, 1)
			var exempt []place
			for _, p := range all {
				if got[0].Exempt != nil && got[0].Exempt(p.path, p.commit) {
					exempt = append(exempt, p)
				}
			}
			assert.Equal(t, c.exempt, exempt)
		})
	}
}

// An allowlist outside of rules is for all of them, or for those that it names.
func TestTargetRules(t *testing.T) {
	s := load(t, `
[[rules]]
id = "acme"
regex = 'acme=([a-z]{4})'
[[rules]]
id = "emca"
regex = 'emca=([a-z]{4})'
[[allowlists]]
targetRules = ["emca"]
regexes = ['^abcd$']
[[allowlists]]
regexes = ['^efgh$']
`)
	assert.Equal(t, []string{"acme abcd"}, found(s, "acme=abcd emca=abcd acme=efgh emca=efgh"))
}

// What a user reads of a rule.
func TestRulesAreDescribed(t *testing.T) {
	s := load(t, "[[rules]]\nid = \"acme-api_key\"\nregex = 'acme_[a-z]{4}'\n"+
		"[[rules]]\nid = \"emca\"\ndescription = \"A key of Emca.\"\nregex = 'emca_[a-z]{4}'\n"+
		"[[rules]]\nid = \"long\"\ndescription = \""+strings.Repeat("on and on ", 20)+"\"\nregex = 'long_[a-z]{4}'\n"+
		"[[rules]]\nid = \"ñandú\"\nregex = 'nandu_[a-z]{4}'\n")
	var titles []string
	for _, r := range s.Rules() {
		titles = append(titles, r.Title)
		assert.NotEmpty(t, r.About)
		assert.NotEmpty(t, r.Remedy)
		assert.Equal(t, finding.Token, r.Kind)
	}
	assert.Equal(t, []string{"Acme api key", "A key of Emca", "Long", "Ñandú"}, titles)
}

// A text made to be dear is given up, and says so; what stands before that is found, and
// the next text is looked at again.
func TestATextMadeToBeDearIsGivenUp(t *testing.T) {
	s := load(t, `
[[rules]]
id = "any-key"
regex = '''[\w.-]{0,50}?(?:key)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|:)[\s'"=]{0,5}([\w.=-]{10,150})(?:['"\s;]|$)'''
keywords = ["key"]
`)
	s.freeWork = 100_000
	secret := strings.Repeat("x7", 8)
	text := "key = '" + secret + "'\n" + strings.Repeat("key=", 4000)
	var reasons, values []string
	set := detect.NewSet(s)
	scan := func(text string) {
		set.Scan([]byte(text), detect.Text{GaveUp: func(reason string) { reasons = append(reasons, reason) }},
			func(h detect.Hit) { values = append(values, h.Value) })
	}
	scan(text)
	require.NotEmpty(t, reasons)
	assert.Equal(t, "too dense for the rules of rules.toml", reasons[0])
	assert.Contains(t, values, secret)

	reasons, values = nil, nil
	scan(text[:25])
	assert.Empty(t, reasons)
	assert.Equal(t, []string{secret}, values)
}
