package diagnostic_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/diagnostic"
	"github.com/deputy-sec/deputy/scanner/report/reporttest"
)

func TestAccept(t *testing.T) {
	reporttest.Accept(t, diagnostic.Writer{Severity: true, Advice: true}, "sample.diagnostic.golden")
}

var (
	logged = &finding.Rule{ID: "idlogged", Title: "External IDs in logs", Remedy: "Mask it."}
	weak   = &finding.Rule{ID: "idweak", Title: "weak External IDs", Remedy: "Generate it."}
)

func diagnosed(rule *finding.Rule, path string, line int, message string, steps ...finding.Step) *finding.Finding {
	return &finding.Finding{
		Rule: rule, Severity: finding.High, Evidence: []string{message}, Steps: steps,
		Sightings: []finding.Sighting{{Path: path, Line: line, Column: 2}},
	}
}

func TestDiagnosticsAreInOrderOfTheirPlaces(t *testing.T) {
	r := &report.Result{Result: finding.Result{
		Rules: []*finding.Rule{weak, logged},
		Findings: []*finding.Finding{
			diagnosed(weak, "b.go", 3, "weak"),
			diagnosed(logged, "a.go", 7, "logged\nour policy says no", finding.Step{Path: "a.go", Line: 5, Column: 1, Message: "read here"}),
			diagnosed(logged, "a.go", 4, "logged", finding.Step{Path: "a.go", Line: 4, Column: 9, Message: "on the line itself"}),
		},
		Unexamined: []finding.Unexamined{{Path: "x", Reason: "does not parse"}, {Path: "y", Partial: true, Reason: "z is undefined"}},
	}}
	out := reporttest.Write(t, diagnostic.Writer{Advice: true, Notes: []string{"--fix mends one."}, Counts: []string{"2 packages"}}, r)
	assert.Equal(t, strings.Join([]string{
		"a.go:4:2: logged (idlogged)",
		"a.go:7:2: logged (idlogged)",
		"\tour policy says no",
		"\ta.go:5:1: read here",
		"b.go:3:2: weak (idweak)",
		"x: not examined: does not parse",
		"y: examined in part: z is undefined",
		"",
		"idlogged (2): Mask it.",
		"idweak (1): Generate it.",
		"--fix mends one.",
		"3 findings, 2 packages",
		"",
	}, "\n"), out)
}

func TestNothingFound(t *testing.T) {
	out := reporttest.Write(t, diagnostic.Writer{Advice: true, Notes: []string{"note"}, Counts: []string{"1 package"}}, &report.Result{})
	assert.Equal(t, "0 findings, 1 package\n", out)
}
