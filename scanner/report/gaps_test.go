package report_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/csv"
	"github.com/deputy-sec/deputy/scanner/report/github"
	"github.com/deputy-sec/deputy/scanner/report/gitlab"
	"github.com/deputy-sec/deputy/scanner/report/html"
	"github.com/deputy-sec/deputy/scanner/report/junit"
	"github.com/deputy-sec/deputy/scanner/report/markdown"
	"github.com/deputy-sec/deputy/scanner/report/reporttest"
	"github.com/deputy-sec/deputy/scanner/report/sarif"
)

func TestGaps(t *testing.T) {
	r := &report.Result{Result: finding.Result{
		Unexamined: []finding.Unexamined{{Path: "b", Reason: "why"}, {Path: "a", Reason: "half", Partial: true}},
		Unresolved: []finding.Unresolved{{Path: "main.tf", Line: 7, Column: 3, Reason: "var.role has no value", Rules: []string{"trust-any", "no-id"}}},
	}}
	gaps := r.Gaps()
	assert.Equal(t, []string{"examined in part: half", "not examined: why", "unresolved: var.role has no value (trust-any, no-id)"},
		[]string{report.Why(gaps[0]), report.Why(gaps[1]), report.Why(gaps[2])})
	assert.Equal(t, "main.tf › line 7", report.Unread(gaps[2]))
}

func TestQuestionsWithoutAnswerAreInEveryFormat(t *testing.T) {
	r := &report.Result{Result: finding.Result{Unresolved: []finding.Unresolved{{Path: "main.tf", Line: 7, Reason: "it has no value"}}}}
	for name, w := range map[string]report.Writer{
		"csv": csv.Writer{}, "github": github.Writer{}, "gitlab": gitlab.Writer{}, "html": html.Writer{},
		"junit": junit.Writer{}, "markdown": markdown.Writer{}, "sarif": sarif.Writer{},
	} {
		out := reporttest.Write(t, w, r)
		assert.Contains(t, out, "main.tf", name)
		assert.Contains(t, out, "unresolved", name)
		assert.Contains(t, out, "it has no value", name)
	}
}
