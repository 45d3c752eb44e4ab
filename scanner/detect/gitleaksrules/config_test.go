package gitleaksrules

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// write puts files, names and contents in turn, into a directory of their own and
// returns the path of the first.
func write(t testing.TB, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		require.NoError(t, os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o600))
	}
	return filepath.Join(dir, files[0])
}

func noneTaken(string) bool { return false }

// load loads a configuration that has nothing wrong with it.
func load(t testing.TB, config string) *Ruleset {
	t.Helper()
	s, err := Load(write(t, "rules.toml", config), noneTaken)
	require.NoError(t, err)
	return s
}

func (s *Ruleset) ids() []string {
	var out []string
	for _, r := range s.Rules() {
		out = append(out, r.ID)
	}
	return out
}

// A mistake in a file is reported with the line that it stands in.
func TestLoadSaysWhereAMistakeIs(t *testing.T) {
	const good = "[[rules]]\nid = \"acme\"\nregex = 'acme_[a-z]{8}'\n"
	for name, c := range map[string]struct{ config, want string }{
		"syntax":                     {"title = \"a\"\n[[rules]\n", "rules.toml:2: expected"},
		"wrong type":                 {good + "entropy = \"high\"\n" + strings.Replace(good, "acme", "emca", 1) + "entropy = 3.5\n", "rules.toml:2: entropy: incompatible types"},
		"wrong type for all":         {good + "[allowlist]\nregexes = 'x'\n", "rules.toml:5: allowlist.regexes: "},
		"no id":                      {good + "[[rules]]\nregex = 'other_[a-z]+'\n", "rules.toml:5: a rule has no id"},
		"no id and nothing else":     {"[[rules]]\n", "rules.toml:1: a rule has no id"},
		"id twice":                   {good + good, `rules.toml:2: rule "acme" stands twice`},
		"regex":                      {"\n[[rules]]\nid = \"acme\"\nregex = 'acme_(['\n", `rules.toml:4: rule "acme": error parsing regexp: missing closing ]`},
		"regex in an escaped string": {"[[rules]]\nid = \"acme\"\nregex = \"acme_\\\\d(\"\n", `rules.toml:2: rule "acme": error parsing regexp: missing closing )`},
		"regex of several lines":     {"[[rules]]\nid = \"acme\"\nregex = '''acme_\n('''\n", `rules.toml:3: rule "acme": error parsing regexp`},
		"lookahead":                  {"[[rules]]\nid = \"acme\"\nregex = 'acme_(?!x)'\n", "rules.toml:3: rule \"acme\": error parsing regexp: invalid or unsupported Perl syntax: `(?!`"},
		"path":                       {good + "path = '*.go'\n", `rules.toml:4: path of rule "acme": error parsing regexp`},
		"secretGroup too high":       {good + "secretGroup = 1\n", `rules.toml:2: rule "acme": secretGroup 1, but the regex has 0 groups`},
		"secretGroup below zero":     {good + "secretGroup = -1\n", `rules.toml:2: rule "acme": secretGroup -1`},
		"allowlist regex":            {good + "[[rules.allowlists]]\nregexes = ['x', '(y']\n", "rules.toml:5: allowlist: error parsing regexp"},
		"allowlist path":             {good + "[[rules.allowlists]]\npaths = ['(y']\n", "rules.toml:5: allowlist: error parsing regexp"},
		"allowlist condition":        {good + "[[rules.allowlists]]\ncondition = \"XOR\"\nregexes = ['x']\n", `rules.toml:2: allowlist condition "XOR": want AND or OR`},
		"allowlist regexTarget":      {good + "[[rules.allowlists]]\nregexTarget = \"file\"\nregexes = ['x']\n", `rules.toml:2: allowlist regexTarget "file": want secret, match or line`},
		"allowlist of nothing":       {good + "[[rules.allowlists]]\ndescription = \"d\"\n", `rules.toml:2: allowlist "d" names no regexes, paths, stopwords or commits`},
		"both forms in a rule":       {good + "[rules.allowlist]\nregexes = ['x']\n[[rules.allowlists]]\nregexes = ['x']\n", `rules.toml:2: rule "acme": allowlist and allowlists exclude each other`},
		"both forms for all":         {good + "[allowlist]\nregexes = ['x']\n[[allowlists]]\nregexes = ['x']\n", "rules.toml:4: allowlist and allowlists exclude each other"},
		"global allowlist":           {good + "[[allowlists]]\nregexes = ['(x']\n", "rules.toml:5: allowlist: error parsing regexp"},
		"targetRules":                {good + "[[allowlists]]\ntargetRules = [\"acne\"]\nregexes = ['x']\n", `rules.toml:5: allowlists: targetRules: there is no rule "acne"`},
		"extend both":                {good + "[extend]\nuseDefault = true\npath = \"x.toml\"\n", "rules.toml:5: extend.path and extend.useDefault exclude each other"},
		"extend url":                 {good + "[extend]\nurl = \"https://example.com/x.toml\"\n", "rules.toml:5: extend.url is not supported"},
		"extend of no file":          {good + "[extend]\npath = \"missing.toml\"\n", "rules.toml:5: extend.path: open "},
		"no rules":                   {"title = \"a\"\n", "rules.toml: holds no rule that can be used"},
		"no usable rule":             {"[[rules]]\nid = \"short\"\nregex = '[a-z]{40}'\n", `rules.toml: holds no rule that can be used: `},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Load(write(t, "rules.toml", c.config), noneTaken)
			require.Error(t, err)
			assert.Nil(t, s)
			assert.Contains(t, err.Error(), c.want)
		})
	}
}

// A mistake in a file that another one extends is reported with both places.
func TestLoadSaysWhereAMistakeIsInAnExtendedFile(t *testing.T) {
	base := "# the rules of the house\n[[rules]]\nid = \"base\"\nregex = 'base_[a-z]{8}'\nsecretGroup = 2\n"
	name := write(t, "rules.toml", "[extend]\npath = \"base.toml\"\n", "base.toml", base)
	_, err := Load(name, noneTaken)
	assert.ErrorContains(t, err, "base.toml:3: rule \"base\": secretGroup 2, but the regex has 0 groups")

	name = write(t, "rules.toml", "\n[extend]\npath = \"base.toml\"\n", "base.toml", "[[rules]]\nid = 1\n")
	_, err = Load(name, noneTaken)
	assert.ErrorContains(t, err, "rules.toml:3: extend.path: ")
	assert.ErrorContains(t, err, "base.toml:1: id: incompatible types")
}

func TestLoadReadsNoMoreThanABound(t *testing.T) {
	_, err := Load(write(t, "rules.toml", strings.Repeat("#", maxFile+1)), noneTaken)
	assert.ErrorContains(t, err, "rules.toml: larger than 1 MiB")

	_, err = Load(filepath.Join(t.TempDir(), "missing.toml"), noneTaken)
	assert.ErrorIs(t, err, os.ErrNotExist)

	_, err = Load(t.TempDir(), noneTaken)
	assert.Error(t, err, "a directory")
}

// What a file asks for and does not get is reported, and the other rules are used.
func TestLoadWarnsOfWhatIsNotUsed(t *testing.T) {
	const good = "[[rules]]\nid = \"acme\"\nregex = 'acme_[a-z]{8}'\n"
	for name, c := range map[string]struct{ config, want string }{
		"neither literal nor keyword": {"[[rules]]\nid = \"bare\"\nregex = '[a-z0-9]{40}'\n", `rules.toml: rule "bare" is not used: its regex requires no text of three letters or more`},
		"keywords too short":          {"[[rules]]\nid = \"bare\"\nregex = '[a-z0-9]{40}'\nkeywords = [\"ab\"]\n", `rule "bare" is not used: its regex requires no text`},
		"one keyword too short":       {"[[rules]]\nid = \"bare\"\nregex = '[a-z0-9]{40}'\nkeywords = [\"long\", \"ab\"]\n", `rule "bare" is not used: its regex requires no text`},
		"a path alone":                {"[[rules]]\nid = \"p12\"\npath = '\\.p12$'\n", `rule "p12" is not used: it is about a path alone`},
		"not to be reported":          {"[[rules]]\nid = \"part\"\nregex = 'part_[a-z]+'\nskipReport = true\n", `rule "part" is not used: it is not to be reported`},
		"no regex":                    {"[[rules]]\nid = \"github-pat\"\n", `rule "github-pat" is not used: it has no regex`},
		"useDefault":                  {"[extend]\nuseDefault = true\n", "rules.toml: extend.useDefault adds nothing"},
		"unknown key":                 {"[[rules]]\nid = \"new\"\nregex = 'new_[a-z]+'\nvalidate = \"cel\"\n", `rule "new" is not used: it has validate, which gitleaks does not know`},
	} {
		t.Run(name, func(t *testing.T) {
			s := load(t, good+c.config)
			require.Len(t, s.Warnings, 1)
			assert.Contains(t, s.Warnings[0], c.want)
			assert.Contains(t, s.ids(), "acme")
		})
	}
	assert.Empty(t, load(t, good).Warnings)
}

// An extending file adds rules, leaves some out and changes some, as gitleaks has
// it: what it says of a rule goes before what the other says.
func TestExtend(t *testing.T) {
	base := `
[[rules]]
id = "kept"
regex = 'kept_[a-z]{4}'
[[rules]]
id = "dropped"
regex = 'dropped_[a-z]{4}'
[[rules]]
id = "changed"
description = "As it was"
regex = 'changed_[a-z]{4}'
entropy = 1.0
[[rules.allowlists]]
stopwords = ["aaaa"]
[[allowlists]]
regexes = ['^kept_zzzz$']
`
	name := write(t, "rules.toml", `
[extend]
path = "base.toml"
disabledRules = ["dropped", "unheard"]
[[rules]]
id = "changed"
description = "As it is"
regex = 'changed_([a-z]{4})'
secretGroup = 1
[[rules.allowlists]]
stopwords = ["bcde"]
[[rules]]
id = "added"
regex = 'added_[a-z]{4}'
`, "base.toml", base)
	s, err := Load(name, noneTaken)
	require.NoError(t, err)
	assert.Equal(t, []string{"changed", "added", "kept"}, s.ids())
	assert.Equal(t, "As it is", s.Rules()[0].Title)
	require.Len(t, s.Warnings, 1)
	assert.Contains(t, s.Warnings[0], `disabledRules: base.toml has no rule "unheard"`)

	text := "kept_abcd kept_zzzz dropped_abcd added_abcd changed_wxyz changed_abcd_aaaa changed_aaab changed_aaaa changed_bcde"
	assert.Equal(t, []string{"kept kept_abcd", "added added_abcd", "changed wxyz", "changed abcd"}, found(s, text),
		"entropy and the stopwords of both files hold")
}

// Files are followed as far as gitleaks follows them, so that none goes round in
// a circle.
func TestExtendEnds(t *testing.T) {
	name := write(t, "rules.toml", "[extend]\npath = \"rules.toml\"\n[[rules]]\nid = \"acme\"\nregex = 'acme_[a-z]{8}'\n")
	s, err := Load(name, noneTaken)
	require.NoError(t, err)
	assert.Equal(t, []string{"acme"}, s.ids())
	require.Len(t, s.Warnings, 1)
	assert.Contains(t, s.Warnings[0], "extend.path is not followed: it is the 3th file")
}

// The digest tells apart what finds other things, an extended file's change
// included.
func TestDigest(t *testing.T) {
	const extending, rule = "[extend]\npath = \"base.toml\"\n", "[[rules]]\nid = \"acme\"\nregex = 'acme_[a-z]{8}'\n"
	digest := func(files ...string) string {
		s, err := Load(write(t, files...), noneTaken)
		require.NoError(t, err)
		return s.Digest
	}
	one := digest("rules.toml", extending, "base.toml", rule)
	assert.NotEmpty(t, one)
	assert.Equal(t, one, digest("rules.toml", extending, "base.toml", rule), "the same files elsewhere")
	assert.NotEqual(t, one, digest("rules.toml", extending, "base.toml", rule+"entropy = 3.0\n"))
	assert.NotEqual(t, one, digest("rules.toml", extending+"#", "base.toml", rule))
	assert.NotEqual(t, one, digest("rules.toml", rule))
}

// A rule whose ID is in use already gets another one, and its allowlists find it
// under its own.
func TestTakenIDs(t *testing.T) {
	s, err := Load(write(t, "rules.toml", "[[rules]]\nid = \"acme\"\nregex = 'acme_[a-z]{4}'\n[[allowlists]]\ntargetRules = [\"acme\"]\nstopwords = [\"zzzz\"]\n"),
		func(id string) bool { return id == "acme" })
	require.NoError(t, err)
	assert.Equal(t, []string{"gitleaks-acme"}, s.ids())
	assert.Equal(t, []string{"gitleaks-acme acme_abcd"}, found(s, "acme_abcd acme_zzzz"))
}

// Neither another file's rule nor another rule of the file takes that name.
func TestTakenIDsStayApart(t *testing.T) {
	taken := map[string]bool{"acme": true, "gitleaks-acme-2": true, "emca": true}
	s, err := Load(write(t, "rules.toml", `
[[rules]]
id = "acme"
regex = 'acme_[a-z]{4}'
[[rules]]
id = "gitleaks-acme"
regex = 'other_[a-z]{4}'
[[rules]]
id = "emca"
regex = 'emca_[a-z]{4}'
`), func(id string) bool { return taken[id] })
	require.NoError(t, err)
	assert.Equal(t, []string{"gitleaks-acme-3", "gitleaks-acme", "gitleaks-emca"}, s.ids())
}

func TestARuleWithKeysOfAnotherToolIsNotHalfLoaded(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.toml")
	require.NoError(t, os.WriteFile(name, []byte("minVersion = \"v8.99.0\"\n[[rules]]\nid = \"a\"\nregex = '''aaaa_[a-z]+'''\nfilter = \"entropy(finding) > 3\"\nvalidate = \"x\"\n[[rules]]\nid = \"b\"\nregex = '''bbbb_[a-z]+'''\nsecretgroup = 0\n"), 0o600))
	s, err := Load(name, func(string) bool { return false })
	require.NoError(t, err)
	require.Len(t, s.Rules(), 1)
	assert.Equal(t, "b", s.Rules()[0].ID)
	all := strings.Join(s.Warnings, "\n")
	assert.Contains(t, all, `rule "a" is not used: it has filter, validate, which gitleaks does not know`)
	assert.Contains(t, all, `minVersion "v8.99.0"`)
}
