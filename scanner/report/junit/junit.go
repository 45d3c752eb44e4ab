// Package junit writes the report as test results, which every CI service shows. A
// finding is a case that fails, what was not examined is a case that was skipped, and
// a target without findings is one case that passes: a file without any case is taken
// for a job that did not run.
//
// There is no standard; this is what the readers have in common (testmoapp/junitxml).
package junit

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

// Writer writes one test suite.
type Writer struct{}

type testCase struct {
	XMLName xml.Name `xml:"testcase"`
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	File    string   `xml:"file,attr,omitempty"`
	Line    int      `xml:"line,attr,omitempty"`
	Failure *failure `xml:"failure"`
	Skipped *skipped `xml:"skipped"`
}

type failure struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

type skipped struct {
	Message string `xml:"message,attr"`
}

// Write implements [report.Writer].
func (Writer) Write(w io.Writer, r *report.Result) error {
	rows, unread := r.Rows(), r.Gaps()
	counts := fmt.Sprintf(`tests="%d" failures="%d" errors="0" skipped="%d" time="%.3f"`,
		max(len(rows), 1)+len(unread), len(rows), len(unread), max(r.Stats.Seconds, 0))
	out := bufio.NewWriterSize(w, 1<<16)
	_, _ = fmt.Fprintf(out, "%s<testsuites name=\"deputy\" %s>\n<testsuite name=\"deputy\" %s>\n", xml.Header, counts, counts)
	encoder := xml.NewEncoder(out)
	var failed error
	write := func(c testCase) {
		if failed == nil {
			failed = encoder.Encode(c)
			_ = out.WriteByte('\n') // bufio keeps the first error for Flush
		}
	}
	for _, row := range rows {
		write(failing(r, row))
	}
	if len(rows) == 0 {
		write(testCase{Class: "deputy", Name: "no findings"})
	}
	for _, u := range unread {
		write(unexamined(u))
	}
	_, _ = out.WriteString("</testsuite>\n</testsuites>\n")
	if failed == nil {
		failed = out.Flush()
	}
	if failed != nil {
		return fmt.Errorf("write report: %w", failed)
	}
	return nil
}

func failing(r *report.Result, row report.Row) testCase {
	at := report.Primary(row.Finding)
	what := report.Name(r, row)
	c := testCase{
		Class: report.Printable(row.Rule.ID),
		Name:  what + " in " + report.PlaceOf(r, row.Finding, at),
		File:  report.Printable(at.Path),
		Failure: &failure{
			Type:    string(row.Severity),
			Message: what,
			Text:    strings.Join(report.Telling(r, row), "\n"),
		},
	}
	if at.Path != "" && !at.Extracted {
		c.Line = max(at.Line, 0)
	}
	return c
}

// class says which sort of case a gap is.
func class(u finding.Unexamined) string {
	if u.Kind == report.Unresolved {
		return "unresolved"
	}
	return "unexamined"
}

func unexamined(u finding.Unexamined) testCase {
	name := report.Unread(u)
	if name == "" {
		name = report.Printable(u.Reason)
	}
	return testCase{
		Class: class(u), Name: name, File: report.Printable(u.Path),
		Skipped: &skipped{Message: report.Why(u)},
	}
}
