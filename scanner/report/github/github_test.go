package github_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/github"
	"github.com/deputy-sec/deputy/scanner/report/reporttest"
)

func TestAccept(t *testing.T) { reporttest.Accept(t, github.Writer{}, "sample.annotations.golden") }

// line is a command with properties, none of which holds what ends it.
var line = regexp.MustCompile(`^::(error|warning|notice) [a-z]+=[^:,\r\n]*(,[a-z]+=[^:,\r\n]*)*::[^\r\n]*$`)

func TestEveryLineIsOneCommand(t *testing.T) {
	for seed := range uint64(300) {
		out := strings.TrimSuffix(reporttest.Write(t, github.Writer{}, reporttest.Random(seed)), "\n")
		for _, l := range strings.Split(out, "\n") {
			require.True(t, line.MatchString(l) || l == "deputy: no findings", "seed %d: %q", seed, l)
		}
	}
}

func TestNoMoreThanGitHubShows(t *testing.T) {
	for _, n := range []int{9, 10, 11, 5000} {
		r := &report.Result{}
		for _, s := range []finding.Severity{finding.Critical, finding.High, finding.Medium, finding.Low} {
			for i := range n {
				r.Findings = append(r.Findings, &finding.Finding{
					Rule: &finding.Rule{ID: "r", Title: "A value"}, Severity: s, Fingerprint: fmt.Sprint(s, i),
				})
			}
		}
		r.Unexamined = []finding.Unexamined{{Path: "a.pdf", Reason: "encrypted"}, {Path: "b.pdf", Reason: "encrypted"}}
		out := reporttest.Write(t, github.Writer{}, r)
		for kind, all := range map[string]int{"error": 2 * n, "warning": n + 1, "notice": n} {
			shown := strings.Count(out, "::"+kind+" ")
			assert.LessOrEqual(t, shown, 10, "%d findings", n)
			if all > 10 {
				assert.Contains(t, out, fmt.Sprintf("::%s title=deputy::%s more like these", kind, report.Thousands(int64(all-9))))
			} else {
				assert.Equal(t, all, shown)
			}
		}
		assert.LessOrEqual(t, strings.Count(out, "\n"), 50)
		assert.Contains(t, out, "::warning title=deputy%3A not examined::a.pdf: encrypted (and 1 more)\n")
	}
}

func TestWhatIsGoneHasNoFile(t *testing.T) {
	out := reporttest.Write(t, github.Writer{}, reporttest.Sample())
	assert.Contains(t, out, "file=Dockerfile,line=1,col=6")
	assert.NotContains(t, out, "file=iam/")
	assert.Contains(t, out, "iam/trust policy.json:9:31 (only in history)")
	assert.Contains(t, out, "file=docs/onboarding.pptx::", "a document has no lines")
}

func TestNeverTellsSecrets(t *testing.T) {
	r := reporttest.Sample()
	r.ShowSecrets = true
	out := reporttest.Write(t, github.Writer{}, r)
	for _, f := range r.Findings {
		assert.NotContains(t, out, f.Secret.Reveal())
	}
}
