// Package gitlab writes GitLab's secret-detection report, for vet and check its report of static
// analysis (SAST), schema 15.0.4
// (https://gitlab.com/gitlab-org/security-products/security-report-schemas). As the
// file is made to be uploaded, values are masked in it whatever else was asked for.
package gitlab

import (
	"fmt"
	"io"
	"iter"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

const (
	version = "15.0.4"
	home    = "https://github.com/deputy-sec/deputy"
	// nobody is the commit of what is not committed. The schema wants one, and this is
	// how git writes none.
	nobody = "0000000000000000000000000000000000000000"
)

// Bounds of the schema, in characters, and one of our own: messages are shown one below
// the other above the findings.
const (
	maxName     = 255
	maxSolution = 7000
	maxText     = 1 << 20
	maxMessages = 1000
)

// Writer writes one report. Now is the clock for the end of the scan; nil is the
// system's.
type Writer struct{ Now func() time.Time }

type vulnerability struct {
	ID          string         `json:"id"`
	Name        string         `json:"name"`
	Description string         `json:"description"`
	Severity    string         `json:"severity"`
	Solution    string         `json:"solution,omitempty"`
	Identifiers []identifier   `json:"identifiers"`
	Links       []link         `json:"links,omitempty"`
	Location    location       `json:"location"`
	Details     map[string]any `json:"details,omitempty"`
}

type identifier struct {
	Type  string `json:"type"`
	Name  string `json:"name"`
	Value string `json:"value"`
}

type link struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

type location struct {
	File      string  `json:"file,omitempty"`
	StartLine int     `json:"start_line,omitempty"`
	EndLine   int     `json:"end_line,omitempty"`
	Commit    *commit `json:"commit,omitempty"` // nil in a report of static analysis, which is of files as they are
}

type commit struct {
	SHA    string `json:"sha"`
	Author string `json:"author,omitempty"`
	Date   string `json:"date,omitempty"`
}

type tool struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	URL     string `json:"url"`
	Version string `json:"version"`
	Vendor  vendor `json:"vendor"`
}

type vendor struct {
	Name string `json:"name"`
}

type message struct {
	Level string `json:"level"`
	Value string `json:"value"`
}

// Write implements [report.Writer].
func (g Writer) Write(w io.Writer, shown *report.Result) error {
	masked := *shown
	masked.ShowSecrets = false
	r := &masked
	end := time.Now
	if g.Now != nil {
		end = g.Now
	}
	j := report.NewJSON(w)
	j.Raw(`{"version":`)
	j.Value(version)
	j.Raw(",\n\"scan\":{\"analyzer\":")
	j.Value(deputy(r.Version))
	j.Raw(`,"scanner":`)
	j.Value(deputy(r.Version))
	j.Raw(`,"type":`)
	if r.Static {
		j.Value("sast")
	} else {
		j.Value("secret_detection")
	}
	j.Raw(`,"status":"success","start_time":`)
	j.Value(stamp(end().Add(-seconds(r.Stats.Seconds))))
	j.Raw(`,"end_time":`)
	j.Value(stamp(end()))
	j.Raw(",\n\"messages\":")
	report.Array(j, messages(r.Gaps()))
	j.Raw("},\n\"vulnerabilities\":")
	report.Array(j, vulnerabilities(r))
	j.Raw("}\n")
	return j.Close()
}

func deputy(version string) tool {
	if version = report.Printable(version); version == "" {
		version = "unknown"
	}
	return tool{ID: "deputy", Name: "deputy", URL: home, Version: version, Vendor: vendor{"deputy"}}
}

// maxScan bounds how long a scan is believed to have taken.
const maxScan = 30 * 24 * time.Hour

func seconds(s float64) time.Duration {
	return time.Duration(min(max(s, 0), maxScan.Seconds()) * float64(time.Second))
}

// stamp writes a time as the schema wants it: UTC, whole seconds, without a zone.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }

// messages say what was not examined.
func messages(rows []finding.Unexamined) iter.Seq[message] {
	return func(yield func(message) bool) {
		for i, u := range rows {
			text := report.Why(u)
			if where := report.Unread(u); where != "" {
				text = report.Extent(u) + ": " + where + ": " + report.Printable(u.Reason)
			}
			if i == maxMessages {
				text = fmt.Sprintf("not examined: %s more", report.Thousands(int64(len(rows)-i)))
			}
			if !yield(message{"warn", text}) || i == maxMessages {
				return
			}
		}
	}
}

func vulnerabilities(r *report.Result) iter.Seq[vulnerability] {
	return func(yield func(vulnerability) bool) {
		for _, row := range r.Rows() {
			if !yield(newVulnerability(r, row)) {
				return
			}
		}
	}
}

// severities are GitLab's names of ours.
var severities = map[finding.Severity]string{
	finding.Low: "Low", finding.Medium: "Medium", finding.High: "High", finding.Critical: "Critical",
}

func newVulnerability(r *report.Result, row report.Row) vulnerability {
	severity, known := severities[row.Severity]
	if !known {
		severity = "Unknown"
	}
	rule := cut(report.Printable(row.Rule.ID), maxName)
	if rule == "" {
		rule = "unnamed"
	}
	v := vulnerability{
		ID:          id(row.Finding),
		Name:        cut(report.Printable(row.Title()), maxName),
		Description: cut(description(r, row), maxText),
		Severity:    severity,
		Solution:    cut(report.Printable(row.Rule.Remedy), maxSolution),
		Identifiers: []identifier{{Type: "deputy_rule_id", Name: "deputy rule " + rule, Value: rule}},
		Location:    newLocation(r, row.Finding),
		Details:     details(r, row),
	}
	if strings.HasPrefix(row.Rule.Source, "https://") && len(row.Rule.Source) > len("https://") {
		v.Links = []link{{Name: "Format", URL: report.Printable(row.Rule.Source)}}
	}
	return v
}

// description is Markdown.
func description(r *report.Result, row report.Row) string {
	lines := report.Telling(r, row)
	for i, l := range lines {
		lines[i] = report.EscapeMarkdown(l)
	}
	return report.EscapeMarkdown(row.Rule.About) + "\n\n" + strings.Join(lines, "  \n")
}

// id is the finding's fingerprint in the form of a UUID, so that a report of the next
// pipeline calls the same finding the same.
func id(f *finding.Finding) string {
	p := report.Printable(f.Fingerprint)
	if len(p) == 32 {
		return p[:8] + "-" + p[8:12] + "-" + p[12:16] + "-" + p[16:20] + "-" + p[20:]
	}
	return "deputy-" + p
}

// newLocation says where a value stands; in a document there are no lines.
func newLocation(r *report.Result, f *finding.Finding) location {
	at := report.Primary(f)
	l := location{File: report.Printable(at.Path)}
	if !r.Static {
		l.Commit = &commit{SHA: nobody}
	}
	if at.Line > 0 && !at.Extracted && at.Path != "" {
		l.StartLine, l.EndLine = at.Line, at.Line
	}
	c := at.Commit
	if c == nil {
		c = f.First
	}
	if c == nil || r.Static {
		return l
	}
	if hash := report.Printable(c.Hash); hash != "" {
		l.Commit.SHA = hash
	}
	l.Commit.Author = report.Printable(r.Masked(f, c.Author))
	if date, err := c.Date.MarshalText(); err == nil {
		l.Commit.Date = string(date)
	}
	return l
}

// maxPlaces is how many places a finding lists.
const maxPlaces = 100

// details are shown as a table below the description.
func details(r *report.Result, row report.Row) map[string]any {
	text := func(s string) map[string]any { return map[string]any{"type": "text", "value": s} }
	var places []any
	for _, s := range row.Sightings[:min(len(row.Sightings), maxPlaces)] {
		places = append(places, text(report.PlaceOf(r, row.Finding, s)))
	}
	if more := len(row.Sightings) - len(places); more > 0 {
		places = append(places, text(fmt.Sprintf("and %s", report.Count(int64(more), "more place", "more places"))))
	}
	named := func(name string, field map[string]any) map[string]any {
		field["name"] = name
		return field
	}
	out := map[string]any{"value": named("Value", text(report.Printable(r.Secret(row.Finding))))}
	if len(places) > 0 {
		out["places"] = named("Places", map[string]any{"type": "list", "items": places})
	}
	return out
}

// cut shortens printable text to n characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
