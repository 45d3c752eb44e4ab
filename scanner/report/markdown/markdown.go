// Package markdown writes the report for comments, wikis and job summaries, in what
// GitHub's and GitLab's Markdown have in common. What strangers wrote stands in code
// spans or is escaped, so it makes no link and calls nobody by name.
//
// A job summary and a comment have a largest size, and a service that is given more
// shows nothing at all. So the report is cut at [Limit]: the most severe findings are
// told, the others counted.
package markdown

import (
	"fmt"
	"io"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

// Limit is how many bytes a report has at most: GitHub takes a job summary of 1 MiB
// (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary),
// and other steps write to the same one.
const Limit = 900_000

// closing is how much of the limit is kept for what stands behind the findings.
const closing = 100_000

// Writer writes Markdown.
type Writer struct{}

// Write implements [report.Writer].
func (Writer) Write(w io.Writer, r *report.Result) error {
	rows := r.Rows()
	var out strings.Builder
	out.WriteString(heading(rows))
	told := 0
	for _, row := range rows {
		item := item(r, row)
		if out.Len()+len(item) > Limit-closing {
			break
		}
		out.WriteString(item)
		told++
	}
	if left := len(rows) - told; left > 0 {
		fmt.Fprintf(&out, "\n**%s not listed here: the report would be too large.** `deputy scan --format json` lists all.\n",
			report.Count(int64(left), "more finding is", "more findings are"))
	}
	out.WriteString(remedies(rows))
	out.WriteString(unexamined(r.Gaps()))
	out.WriteString(footer(r))
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// heading counts findings by severity.
func heading(rows []report.Row) string {
	if len(rows) == 0 {
		return "## deputy: no findings\n"
	}
	counts := map[finding.Severity]int64{}
	for _, row := range rows {
		counts[row.Severity]++
	}
	var parts []string
	for _, s := range []finding.Severity{finding.Critical, finding.High, finding.Medium, finding.Low} {
		if counts[s] > 0 {
			parts = append(parts, report.Thousands(counts[s])+" "+string(s))
		}
	}
	return fmt.Sprintf("## deputy: %s (%s)\n\n", report.Count(int64(len(rows)), "finding", "findings"), strings.Join(parts, ", "))
}

// maxPlaces is how many places of a value are reported.
const maxPlaces = 4

// item is a finding as an entry of a list.
func item(r *report.Result, row report.Row) string {
	f := row.Finding
	var out strings.Builder
	fmt.Fprintf(&out, "- **%s** %s", strings.ToUpper(string(f.Severity)), report.EscapeMarkdown(row.Title()))
	if value := report.CodeSpan(r.Secret(f)); value != "" { // a flow has none
		out.WriteString(" " + value)
	}
	if f.Class != "" && f.Class != finding.Unknown {
		fmt.Fprintf(&out, " (%s)", report.EscapeMarkdown(string(f.Class)))
	}
	out.WriteByte('\n')
	for _, p := range row.Parts {
		fmt.Fprintf(&out, "  - with %s %s at %s\n", report.EscapeMarkdown(p.Rule.Title), report.CodeSpan(r.Secret(p)), place(r, p, report.Primary(p)))
	}
	for _, s := range f.Sightings[:min(len(f.Sightings), maxPlaces)] {
		fmt.Fprintf(&out, "  - at %s\n", place(r, f, s))
	}
	if more := len(f.Sightings) - maxPlaces; more > 0 {
		fmt.Fprintf(&out, "  - and %s\n", report.Count(int64(more), "more place", "more places"))
	}
	if since := r.Since(f); since != "" {
		fmt.Fprintf(&out, "  - since %s\n", report.EscapeMarkdown(since))
	}
	for _, e := range f.Evidence {
		fmt.Fprintf(&out, "  - why: %s\n", report.EscapeMarkdown(r.Masked(f, e)))
	}
	return out.String()
}

// place is a path as code, and what there is to say about it as text.
func place(r *report.Result, f *finding.Finding, s finding.Sighting) string {
	where, notes := report.CodeSpan(report.Where(s)), report.EscapeMarkdown(strings.Join(r.Notes(f, s), ", "))
	switch {
	case notes == "":
		return where
	case where == "":
		return notes
	}
	return where + ", " + notes
}

// remedies say what to do, once per rule.
func remedies(rows []report.Row) string {
	var out strings.Builder
	told := map[*finding.Rule]bool{}
	for _, row := range rows {
		if told[row.Rule] || out.Len() > closing/2 {
			continue
		}
		if len(told) == 0 {
			out.WriteString("\n### What to do\n\n")
		}
		told[row.Rule] = true
		fmt.Fprintf(&out, "- **%s:** %s (`deputy explain` %s)\n",
			report.EscapeMarkdown(row.Rule.Title), report.EscapeMarkdown(row.Rule.Remedy), report.CodeSpan(row.Rule.ID))
	}
	return out.String()
}

// maxUnread is how many rows of what was not examined are reported.
const maxUnread = 50

// unexamined says what was not examined.
func unexamined(rows []finding.Unexamined) string {
	if len(rows) == 0 {
		return ""
	}
	var out strings.Builder
	fmt.Fprintf(&out, "\n### Not examined: %s\n\n", report.Thousands(int64(len(rows))))
	for i, u := range rows {
		reason := report.EscapeMarkdown(u.Reason)
		if extent := report.Extent(u); extent != "not examined" { // which the heading says
			reason = extent + ": " + reason
		}
		line := "- " + reason + "\n"
		if where := report.Unread(u); where != "" {
			line = "- " + report.CodeSpan(where) + ": " + reason + "\n"
		}
		if i == maxUnread || out.Len()+len(line) > closing/2-1000 {
			fmt.Fprintf(&out, "- and %s more\n", report.Thousands(int64(len(rows)-i)))
			break
		}
		out.WriteString(line)
	}
	return out.String()
}

// footer says what the verdict rests on.
func footer(r *report.Result) string {
	parts := []string{report.Examined(r.Stats)}
	for _, c := range []struct {
		n    int
		what string
	}{
		{r.Allowed, "allowed in the text"},
		{r.Known, "known to the baseline"},
		{r.Hidden, "examples and vendors' accounts not shown"},
		{r.Elsewhere, "in other areas not shown"},
	} {
		if c.n > 0 {
			parts = append(parts, report.Thousands(int64(c.n))+" "+c.what)
		}
	}
	if version := report.EscapeMarkdown(r.Version); version != "" {
		parts = append(parts, "deputy "+version)
	}
	return "\n" + strings.Join(parts, " · ") + "\n"
}
