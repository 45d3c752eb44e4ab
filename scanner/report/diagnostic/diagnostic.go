// Package diagnostic writes findings as compilers and go vet write theirs, so that editors
// and people find their way: a line for each, with the steps to where a value comes from
// below it; then what is unresolved and what was not examined, what to do, and as the last
// line how much it was.
//
// Everything that comes from what was examined goes through [report.Printable].
package diagnostic

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

// Writer writes diagnostics.
type Writer struct {
	Severity bool     // stands in front of each message
	Advice   bool     // what to do stands below, once for each rule
	Notes    []string // lines below the advice, if there are findings
	Counts   []string // of the last line, behind the number of findings
}

// Write implements [report.Writer].
func (d Writer) Write(w io.Writer, r *report.Result) error {
	var b strings.Builder
	for _, f := range ordered(r.Findings) {
		d.finding(&b, r, f)
	}
	for _, u := range r.Unresolved {
		line(&b, at(u.Path, u.Line, u.Column), "unresolved: "+u.Reason+" ("+strings.Join(u.Rules, ", ")+")")
	}
	for _, u := range r.Unread() {
		extent := "not examined: "
		if u.Partial {
			extent = "examined in part: "
		}
		fmt.Fprintf(&b, "%s: %s%s\n", report.Unread(u), extent, report.Printable(u.Reason))
	}
	if len(r.Findings) > 0 {
		d.advice(&b, r)
	}
	counts := append([]string{report.Count(int64(len(r.Findings)), "finding", "findings")}, d.Counts...)
	b.WriteString(strings.Join(counts, ", ") + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// ordered returns findings by their place, as compilers have them.
func ordered(findings []*finding.Finding) []*finding.Finding {
	out := slices.Clone(findings)
	slices.SortStableFunc(out, func(a, b *finding.Finding) int {
		p, q := report.Primary(a), report.Primary(b)
		return cmp.Or(strings.Compare(p.Path, q.Path), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column), strings.Compare(a.Rule.ID, b.Rule.ID))
	})
	return out
}

func (d Writer) finding(b *strings.Builder, r *report.Result, f *finding.Finding) {
	message := f.Rule.Title
	if len(f.Evidence) > 0 {
		message = r.Masked(f, f.Evidence[0])
	}
	message, more, _ := strings.Cut(message, "\n")
	if d.Severity {
		message = string(f.Severity) + ": " + message
	}
	place := report.Primary(f)
	line(b, at(place.Path, place.Line, place.Column), message+" ("+f.Rule.ID+")")
	if more != "" { // the project's own words
		step(b, "", more)
	}
	if leads(f) {
		for _, s := range f.Steps {
			step(b, at(s.Path, s.Line, s.Column), s.Message)
		}
	}
	if f.Instead != "" {
		step(b, "instead", f.Instead)
	}
}

// leads reports whether a finding's steps show more than its own line does.
func leads(f *finding.Finding) bool {
	place := report.Primary(f)
	return slices.ContainsFunc(f.Steps, func(s finding.Step) bool { return s.Path != place.Path || s.Line != place.Line })
}

// advice says, once for each rule that found something, what is to be done.
func (d Writer) advice(b *strings.Builder, r *report.Result) {
	if !d.Advice {
		return
	}
	found := map[string]int{}
	for _, f := range r.Findings {
		found[f.Rule.ID]++
	}
	b.WriteString("\n")
	for _, rule := range report.OrderedRules(r.Rules) {
		if n := found[rule.ID]; n > 0 {
			fmt.Fprintf(b, "%s (%d): %s\n", rule.ID, n, report.Printable(rule.Remedy))
		}
	}
	for _, note := range d.Notes {
		b.WriteString(note + "\n")
	}
}

func at(path string, line, column int) string { return fmt.Sprintf("%s:%d:%d", path, line, column) }

// line writes a place, if there is one, and what is said of it.
func line(b *strings.Builder, place, message string) {
	if place != "" {
		b.WriteString(report.Printable(place) + ": ")
	}
	b.WriteString(report.Printable(message) + "\n")
}

// step is a line further in.
func step(b *strings.Builder, place, message string) {
	b.WriteString("\t")
	line(b, place, message)
}
