package ignore_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/suppress/ignore"
)

const print = "0123456789abcdef0123456789abcdef"

var (
	day     = time.Date(2026, 11, 30, 23, 0, 0, 0, time.UTC)
	account = &finding.Rule{ID: "aws-account-id", Kind: finding.AccountID}
	token   = &finding.Rule{ID: "github-token", Kind: finding.Token}
)

func at(rule *finding.Rule, paths ...string) *finding.Finding {
	f := &finding.Finding{Rule: rule, Fingerprint: strings.Repeat("f", 32)}
	for _, p := range paths {
		f.Sightings = append(f.Sightings, finding.Sighting{Path: p, Line: 3, Commit: &finding.Commit{Hash: strings.Repeat("ab", 20)}})
	}
	return f
}

func read(t *testing.T, text string) *ignore.List {
	t.Helper()
	l := &ignore.List{}
	require.NoError(t, l.Read(strings.NewReader(text), ".deputyignore"))
	return l
}

func TestPathsRulesAndFingerprints(t *testing.T) {
	known := at(token, "a.txt")
	known.Fingerprint = print
	l := read(t, "# a comment\n\ndocs/** # made up\nsrc rule=aws-account-id # in review\n"+print+" # published\nmy file.txt # spaces\n")
	left, gone := l.Apply([]*finding.Finding{
		at(account, "docs/a.md"), at(account, "src/b.tf"), at(token, "src/b.tf"), known, at(token, "my file.txt"), at(account, "docs/a.md", "main.tf"),
	}, day)
	assert.Equal(t, 4, gone)
	require.Len(t, left, 2)
	assert.Equal(t, token, left[0].Rule)
	assert.Equal(t, "main.tf", left[1].Sightings[0].Path)
	assert.Len(t, left[1].Sightings, 1)
	assert.Empty(t, l.Stale(day, true))
}

func TestWhatHasExpiredCountsNoMore(t *testing.T) {
	l := read(t, "a.tf until=2026-11-29 # until the release\nb.tf until=2026-11-30 # the last day counts\n")
	left, gone := l.Apply([]*finding.Finding{at(account, "a.tf"), at(account, "b.tf")}, day)
	assert.Equal(t, 1, gone)
	require.Len(t, left, 1)
	assert.Equal(t, []string{".deputyignore:1: a.tf until=2026-11-29: expired on 2026-11-29"}, l.Stale(day, true))
}

func TestWhatNothingIsFoundForIsStale(t *testing.T) {
	l := read(t, "a.tf # x\nb.tf # y\n")
	l.Apply([]*finding.Finding{at(account, "a.tf")}, day)
	assert.Equal(t, []string{".deputyignore:2: b.tf: nothing is found for it any more"}, l.Stale(day, true))
	assert.Empty(t, l.Stale(day, false), "of a part of what there is nothing follows")
}

func TestMistakesHaveALine(t *testing.T) {
	for text, want := range map[string]string{
		"a.tf\n":                   ".deputyignore:1: an entry needs a reason",
		"# x\na.tf #\n":            ".deputyignore:2: an entry needs a reason",
		"a.tf until=soon # x":      "want a day",
		"a.tf severity=low # x":    "unknown severity=",
		"[ # x":                    "bad glob",
		strings.Repeat("x", 1<<17): "too long",
	} {
		assert.ErrorContains(t, (&ignore.List{}).Read(strings.NewReader(text), ".deputyignore"), want)
	}
	assert.ErrorContains(t, (&ignore.List{}).ReadGitleaks(strings.NewReader("what is this"), ".gitleaksignore"), ".gitleaksignore:1: want FILE:RULE:LINE")
}

func TestGitleaksEntriesArePlaces(t *testing.T) {
	hash := strings.Repeat("ab", 20)
	l := &ignore.List{}
	require.NoError(t, l.ReadGitleaks(strings.NewReader("# theirs\na.txt:github-pat:3\n"+hash+":c:d.txt:generic-api-key:3\nb.txt:github-pat:4\n"+strings.Repeat("cd", 20)+":e.txt:x:3\n"), ".gitleaksignore"))
	left, gone := l.Apply([]*finding.Finding{at(token, "a.txt"), at(token, "c:d.txt"), at(token, "b.txt"), at(token, "e.txt"), at(account, "a.txt")}, day)
	assert.Equal(t, 2, gone)
	require.Len(t, left, 3, "another line, another commit, and an account, which gitleaks does not know")
}

func FuzzRead(f *testing.F) {
	f.Add("a rule=x until=2026-01-01 # y\n")
	f.Add(print + " # z")
	f.Fuzz(func(t *testing.T, text string) {
		for _, l := range []*ignore.List{{}, {}} {
			if l.Read(strings.NewReader(text), "x") == nil {
				assert.LessOrEqual(t, l.Len(), strings.Count(text, "\n")+1)
				l.Apply([]*finding.Finding{at(token, "a/b")}, day)
			}
		}
		_ = (&ignore.List{}).ReadGitleaks(strings.NewReader(text), "x")
	})
}
