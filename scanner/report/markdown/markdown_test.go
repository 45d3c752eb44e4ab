package markdown_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/markdown"
	"github.com/deputy-sec/deputy/scanner/report/reporttest"
)

func TestAccept(t *testing.T) { reporttest.Accept(t, markdown.Writer{}, "sample.md.golden") }

// outside returns what of Markdown lies outside of code spans and is not escaped.
func outside(t *testing.T, line string) string {
	t.Helper()
	var out strings.Builder
	for i := 0; i < len(line); {
		switch {
		case line[i] == '\\' && i+1 < len(line):
			i += 2
		case line[i] == '`':
			n := len(line[i:]) - len(strings.TrimLeft(line[i:], "`"))
			end := i + n
			for { // the next run of as many backticks closes
				at := strings.IndexByte(line[end:], '`')
				require.GreaterOrEqual(t, at, 0, "a span is not closed: %s", line)
				end += at
				m := len(line[end:]) - len(strings.TrimLeft(line[end:], "`"))
				end += m
				if m == n {
					break
				}
			}
			i = end
		default:
			out.WriteByte(line[i])
			i++
		}
	}
	return out.String()
}

func TestStrangersWriteNoMarkup(t *testing.T) {
	for _, attack := range []string{
		"![x](https://example.com/a.png)", "<img src=x>", "[a](b)", "@team", "`` @team", "`@team", "a`", "| a | b |",
		"https://example.com", "www.example.com", "\n# heading", "&lt;", "#12", "!12", "~label", "\\", "\\`", "$$x$$", "***",
	} {
		commit := &finding.Commit{Hash: attack, Author: attack}
		r := &report.Result{Version: attack, Result: finding.Result{
			Findings: []*finding.Finding{{
				Rule:   &finding.Rule{ID: attack, Title: attack, Remedy: attack},
				Secret: finding.NewSecret("0123456789ab"), Class: finding.Class(attack), Severity: finding.High, Evidence: []string{attack},
				Sightings: []finding.Sighting{{Path: attack, Place: attack, Inside: []string{attack}, Commit: commit}}, First: commit,
			}},
			Unexamined: []finding.Unexamined{{Path: attack, Place: attack, Reason: attack}, {Reason: attack}},
		}}
		for _, line := range strings.Split(reporttest.Write(t, markdown.Writer{}, r), "\n") {
			plain := outside(t, line)
			for _, markup := range []string{"](", "<", "@", "|", "://", "www.", "&", "~", "$", "![", "#1"} {
				require.NotContains(t, plain, markup, "%q in %q", attack, line)
			}
			rest := strings.TrimLeft(line, "#")
			require.True(t, len(rest) == len(line) || strings.HasPrefix(rest, " deputy: 1 finding") ||
				strings.HasPrefix(rest, " What to do") || strings.HasPrefix(rest, " Not examined"), "a heading: %q", line)
		}
	}
}

func TestLargeReportIsCutAndSaysSo(t *testing.T) {
	r := &report.Result{}
	rule := &finding.Rule{ID: "r", Title: "A value", Remedy: "Rotate it."}
	for i := range 10_000 {
		severity := finding.Low
		if i == 5000 {
			severity = finding.Critical
		}
		r.Findings = append(r.Findings, &finding.Finding{
			Rule: rule, Secret: finding.NewSecret("0123456789ab"), Severity: severity, Fingerprint: fmt.Sprint(i),
			Sightings: []finding.Sighting{{Path: strings.Repeat("a", 200), Line: i + 1, Column: 1}},
		})
		r.Unexamined = append(r.Unexamined, finding.Unexamined{Path: strings.Repeat("b", 4000), Reason: "why"})
	}
	out := reporttest.Write(t, markdown.Writer{}, r)
	assert.LessOrEqual(t, len(out), markdown.Limit)
	first := strings.Index(out, "- **")
	assert.True(t, strings.HasPrefix(out[first:], "- **CRITICAL**"), "the most severe is told")
	told := strings.Count(out, "- **LOW**") + 1
	assert.Contains(t, out, fmt.Sprintf("**%s not listed here", report.Count(int64(10_000-told), "", "more findings are")))
	assert.Contains(t, out, "## deputy: 10,000 findings (1 critical, 9,999 low)")
	assert.Contains(t, out, "### What to do")
	assert.Contains(t, out, "### Not examined: 10,000")
}

func TestNothingFound(t *testing.T) {
	assert.Contains(t, reporttest.Write(t, markdown.Writer{}, &report.Result{}), "## deputy: no findings\n")
}
