// Package html writes the report as one page that needs nothing else: no
// script, no font, no request. It can be mailed, archived and opened years
// later. Values are masked as in every format.
package html

import (
	"bufio"
	_ "embed" // the page's template
	"fmt"
	"html/template"
	"io"
	"iter"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

//go:embed page.html
var source string

// page is executed finding by finding, so that a long report is written as it
// is made.
var page = template.Must(template.New("page").Parse(source))

// Writer writes a page of HTML.
type Writer struct{}

// Write implements [report.Writer].
func (Writer) Write(w io.Writer, r *report.Result) error {
	out := bufio.NewWriterSize(w, 1<<16)
	if err := page.Execute(out, newView(r)); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// view is what the template shows. All of its strings are printable; the
// template escapes them.
type view struct {
	Version    string
	Total      int
	Severities []tally
	Findings   iter.Seq[card]
	Remedies   []remedy
	Unexamined []gap
	Unread     int
	Hidden     int
	Allowed    int
	Known      int
	Examined   string
	Masked     bool
}

type tally struct {
	Severity finding.Severity
	Count    int
}

// card is a finding.
type card struct {
	ID         string // of the element, for links
	Severity   finding.Severity
	Title      string
	Secret     string
	Class      string
	Confidence string
	Evidence   []string
	First      *commit
	InHead     bool
	Places     []place
	More       []place // beyond those that are shown at first
	Related    []link
}

type commit struct{ Hash, Date, Author string }

type place struct{ Where, Note string }

type link struct{ ID, Title, Secret, Why string }

type remedy struct {
	Rule  *finding.Rule
	Count int
}

// gap is a reason for which things were not examined.
type gap struct {
	Reason string
	Paths  []string
}

func newView(r *report.Result) view {
	ordered := r.Ordered()
	return view{
		Version:    report.Printable(r.Version),
		Total:      len(ordered),
		Severities: tallies(ordered),
		Findings:   cards(r, ordered),
		Remedies:   remedies(ordered),
		Unexamined: gaps(r.Unread()),
		Unread:     len(r.Unexamined),
		Hidden:     r.Hidden,
		Allowed:    r.Allowed,
		Known:      r.Known,
		Examined:   report.Examined(r.Stats),
		Masked:     !r.ShowSecrets,
	}
}

// tallies counts findings by severity, in the order they come.
func tallies(ordered []*finding.Finding) []tally {
	var out []tally
	for _, f := range ordered {
		if len(out) == 0 || out[len(out)-1].Severity != f.Severity {
			out = append(out, tally{Severity: f.Severity})
		}
		out[len(out)-1].Count++
	}
	return out
}

func cards(r *report.Result, ordered []*finding.Finding) iter.Seq[card] {
	known := report.NewIndex(ordered)
	return func(yield func(card) bool) {
		for _, f := range ordered {
			if !yield(newCard(r, f, known)) {
				return
			}
		}
	}
}

// shownPlaces is how many places of a value are shown before one asks for more.
const shownPlaces = 4

func newCard(r *report.Result, f *finding.Finding, known report.Index) card {
	c := card{
		ID:         anchor(f.Rule.ID, f.Fingerprint),
		Severity:   f.Severity,
		Title:      f.Rule.Title,
		Secret:     report.Printable(r.Secret(f)),
		Confidence: fmt.Sprintf("%.0f %% sure", 100*f.Confidence),
		First:      newCommit(r, f),
		InHead:     f.InHead,
	}
	if f.Class != finding.Unknown {
		c.Class = string(f.Class)
	}
	for _, e := range f.Evidence {
		c.Evidence = append(c.Evidence, report.Printable(r.Masked(f, e)))
	}
	for i, s := range f.Sightings {
		p := newPlace(r, f, s)
		if i < shownPlaces {
			c.Places = append(c.Places, p)
		} else {
			c.More = append(c.More, p)
		}
	}
	for _, rel := range f.Related {
		if other := known.Find(rel); other != nil {
			c.Related = append(c.Related, link{
				ID:     anchor(rel.Rule, rel.Fingerprint),
				Title:  other.Rule.Title,
				Secret: report.Printable(r.Secret(other)),
				Why:    report.Printable(r.Masked(f, rel.Why)),
			})
		}
	}
	return c
}

func anchor(rule, fingerprint string) string { return rule + "-" + fingerprint }

func newCommit(r *report.Result, f *finding.Finding) *commit {
	if f.First == nil {
		return nil
	}
	return &commit{
		Hash:   report.Printable(report.Short(f.First.Hash)),
		Date:   f.First.Date.Format("2006-01-02"),
		Author: report.Printable(r.Masked(f, f.First.Author)),
	}
}

func newPlace(r *report.Result, f *finding.Finding, s finding.Sighting) place {
	return place{
		Where: report.Printable(report.Where(s)),
		Note:  report.Printable(strings.Join(r.Notes(f, s), ", ")),
	}
}

func remedies(ordered []*finding.Finding) []remedy {
	var out []remedy
	at := map[*finding.Rule]int{}
	for _, f := range ordered {
		i, known := at[f.Rule]
		if !known {
			i = len(out)
			at[f.Rule] = i
			out = append(out, remedy{Rule: f.Rule})
		}
		out[i].Count++
	}
	return out
}

// gaps groups what was not examined by reason, in the order of its paths.
func gaps(rows []finding.Unexamined) []gap {
	var out []gap
	at := map[string]int{}
	for _, u := range rows {
		i, known := at[u.Reason]
		if !known {
			i = len(out)
			at[u.Reason] = i
			out = append(out, gap{Reason: report.Printable(u.Reason)})
		}
		out[i].Paths = append(out[i].Paths, report.Unread(u))
	}
	return out
}
