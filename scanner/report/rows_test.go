package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/html"
	"github.com/deputy-sec/deputy/scanner/report/reporttest"
	"github.com/deputy-sec/deputy/scanner/report/text"
)

// webhooks makes findings of one rule, a line each, in one file.
func webhooks(n int) *report.Result {
	rule := &finding.Rule{ID: "chat-webhook", Kind: finding.Token, Title: "Webhook", Remedy: "Make a new one."}
	r := &report.Result{}
	for i := range n {
		r.Findings = append(r.Findings, &finding.Finding{
			Rule: rule, Secret: finding.NewSecret(fmt.Sprintf("hook-%04d-%s", i, strings.Repeat("z", 12))), Severity: finding.Medium,
			Class: finding.Unknown, Confidence: 0.95, Fingerprint: fmt.Sprintf("%032x", i+1), Evidence: []string{"has the form of a webhook"},
			Sightings: []finding.Sighting{{Path: "hooks.yaml", Line: i + 1, Column: 1}},
		})
	}
	return r
}

func TestGroupedTellsAKindInAFileOnce(t *testing.T) {
	for name, c := range map[string]struct {
		result func() *report.Result
		rows   int
	}{
		"a hundred in one file": {func() *report.Result { return webhooks(154) }, 1},
		"a few are told each":   {func() *report.Result { return webhooks(3) }, 3},
		"another severity is another row": {func() *report.Result {
			r := webhooks(10)
			r.Findings[3].Severity = finding.Critical
			return r
		}, 2},
		"another reason is another row": {func() *report.Result {
			r := webhooks(10)
			r.Findings[3].Evidence = []string{"stands under hooks"}
			return r
		}, 2},
		"another file is another row": {func() *report.Result {
			r := webhooks(10)
			r.Findings[3].Sightings[0].Path = "other.yaml"
			return r
		}, 2},
		"commit messages are no file": {func() *report.Result {
			r := webhooks(10)
			for _, f := range r.Findings {
				f.Sightings[0].Path = ""
			}
			return r
		}, 10},
		"flows have steps of their own": {func() *report.Result {
			r := webhooks(10)
			r.Static = true
			return r
		}, 10},
	} {
		t.Run(name, func(t *testing.T) {
			r := c.result()
			rows := r.Grouped()
			assert.Len(t, rows, c.rows)
			assert.Equal(t, len(r.Findings), report.Total(rows))
		})
	}
}

// Whatever is grouped, every value and every part of one is in some row, once.
func TestGroupedLosesNothing(t *testing.T) {
	for seed := range uint64(300) {
		r := reporttest.Random(seed)
		r.Findings = append(r.Findings, webhooks(int(seed%9)).Findings...)
		seen := map[*finding.Finding]int{}
		for _, row := range r.Grouped() {
			seen[row.Finding]++
			for _, f := range append(append([]*finding.Finding{}, row.Parts...), row.Alike...) {
				seen[f]++
			}
		}
		require.Len(t, seen, len(r.Findings), "seed %d", seed)
		for f, n := range seen {
			require.Equal(t, 1, n, "seed %d: %s", seed, f.Rule.ID)
		}
	}
}

func TestPagesCountTheValuesOfAGroup(t *testing.T) {
	r := webhooks(154)
	page := reporttest.Write(t, text.Writer{}, r)
	assert.Equal(t, 1, strings.Count(page, "MEDIUM "), page)
	assert.Contains(t, page, "first of 154")
	assert.Contains(t, page, "147 more of them")
	assert.Contains(t, page, "154 findings (154 medium)")
	web := reporttest.Write(t, html.Writer{}, r)
	assert.Equal(t, 1, strings.Count(web, "<article class=\"finding"))
	assert.Contains(t, web, "<h1>154 findings</h1>")
	for _, f := range r.Findings { // links from elsewhere lead to each
		assert.Contains(t, web, `id="chat-webhook-`+f.Fingerprint+`"`)
	}
}
