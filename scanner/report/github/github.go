// Package github writes workflow commands that GitHub Actions shows as annotations
// beside the lines of a change
// (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).
// A job's log is read by whoever can read the repository, so values are masked in it
// whatever else was asked for.
//
// GitHub shows 10 annotations of a kind for a step and 50 for a job, and drops the rest
// without a word. So the last one of a kind counts what does not fit.
package github

import (
	"fmt"
	"io"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

// maxKind is how many annotations of a kind GitHub shows for a step. There are three
// kinds, so a job stays below its 50.
const maxKind = 10

// Writer writes workflow commands.
type Writer struct{}

// kinds are GitHub's, from the gravest.
var kinds = []string{"error", "warning", "notice"}

// kindOf says which kind a severity is.
var kindOf = map[finding.Severity]string{
	finding.Critical: "error", finding.High: "error", finding.Medium: "warning", finding.Low: "notice",
}

// Write implements [report.Writer].
func (Writer) Write(w io.Writer, shown *report.Result) error {
	masked := *shown
	masked.ShowSecrets = false
	commands := map[string][]string{}
	for _, row := range masked.Rows() {
		kind, known := kindOf[row.Severity]
		if !known {
			kind = "warning"
		}
		commands[kind] = append(commands[kind], annotation(kind, &masked, row))
	}
	if gaps := masked.Gaps(); len(gaps) > 0 {
		first, n := gaps[0], len(gaps)
		text := strings.TrimPrefix(report.Unread(first)+": "+report.Printable(first.Reason), ": ")
		if n > 1 {
			text += fmt.Sprintf(" (and %s more)", report.Thousands(int64(n-1)))
		}
		commands["warning"] = append([]string{command("warning", text, [2]string{"title", "deputy: " + report.Extent(first)})}, commands["warning"]...)
	}
	var out strings.Builder
	for _, kind := range kinds {
		list := commands[kind]
		if len(list) > maxKind {
			rest := fmt.Sprintf("%s more like these; the report lists all", report.Thousands(int64(len(list)-maxKind+1)))
			list = append(list[:maxKind-1:maxKind-1], command(kind, rest, [2]string{"title", "deputy"}))
		}
		out.WriteString(strings.Join(list, ""))
	}
	if out.Len() == 0 {
		out.WriteString("deputy: no findings\n") // no command: a line of the log
	}
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// annotation names a file only if the checked-out tree has it: GitHub has nothing to
// show beside another one.
func annotation(kind string, r *report.Result, row report.Row) string {
	at := report.Primary(row.Finding)
	properties := [][2]string{{"title", "deputy: " + row.Title()}}
	if at.Path != "" && row.StillThere() {
		properties = append(properties, [2]string{"file", at.Path})
		if at.Line > 0 && !at.Extracted {
			properties = append(properties, [2]string{"line", fmt.Sprint(at.Line)})
			if at.Column > 0 {
				properties = append(properties, [2]string{"col", fmt.Sprint(at.Column)})
			}
		}
	}
	return command(kind, strings.Join(report.Telling(r, row), "\n"), properties...)
}

// command writes a workflow command. Only line ends and the characters that structure
// it are escaped, as actions/toolkit does.
func command(kind, message string, properties ...[2]string) string {
	var out strings.Builder
	out.WriteString("::" + kind)
	separator := " "
	for _, p := range properties {
		out.WriteString(separator + p[0] + "=" + property.Replace(report.Printable(p[1])))
		separator = ","
	}
	out.WriteString("::" + data.Replace(message) + "\n")
	return out.String()
}

var (
	data     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
