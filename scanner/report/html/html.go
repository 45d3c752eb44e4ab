// Package html writes the report as one page that needs nothing else: no font, no
// picture, no request. It can be mailed, archived and opened years later. Values are
// masked as in every format.
//
// The page is a list that a browser without scripts shows whole. Its one script filters
// and searches that list, and copies what to do. A policy in the page lets that script
// and that style run, by their hashes, and nothing else: whatever a target's names might
// smuggle in would be text even if it were not escaped.
package html

import (
	"bufio"
	"crypto/sha256"
	_ "embed" // the page's template, style and script
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"iter"
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

var (
	//go:embed page.html
	source string
	//go:embed page.css
	style string
	//go:embed page.js
	script string
)

// page is executed finding by finding, so that a long report is written as it
// is made.
var page = sync.OnceValue(func() *template.Template { return template.Must(template.New("page").Parse(source)) })

// policy is the page's Content-Security-Policy
// (https://www.w3.org/TR/CSP3/#external-hash).
var policy = fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", hash(style), hash(script))

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// Writer writes a page of HTML.
type Writer struct{}

// Write implements [report.Writer].
func (Writer) Write(w io.Writer, r *report.Result) error {
	out := bufio.NewWriterSize(w, 1<<16)
	if err := page().Execute(out, newView(r)); err != nil {
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
	Policy     string
	Style      template.CSS
	Script     template.JS
	Version    string
	Total      int
	Count      string
	Severities []tally
	Timeline   *timeline
	Facets     []facet
	Findings   iter.Seq[card]
	Remedies   []remedy
	Unexamined []gap
	Unread     int
	Unresolved int
	Hidden     int
	Elsewhere  int
	Allowed    int
	Known      int
	Examined   string
	Masked     bool
}

type tally struct {
	Severity finding.Severity
	Count    int
}

// batchSize is how many cards a browser passes over together while they are out of
// sight: few enough to show at once, and so many that ten thousand are few batches.
const batchSize = 50

// card is a finding.
type card struct {
	Begins     bool // a batch
	Ends       bool
	ID         string // of the element, for links
	Rule       string
	Severity   finding.Severity
	Title      string
	Secret     string
	Class      string
	Note       string // class and area, where they are not the usual ones
	Status     string
	PlaceKinds string // what sorts of place it stands in, a line each
	Author     string
	Since      string // the period of the timeline
	Confidence string
	Evidence   []string
	First      *commit
	Places     []place
	More       []place // beyond those that are shown at first
	Uncounted  int     // beyond those
	Parts      []part
	Alike      []part
	Values     int // that it tells
	Related    []link
}

type commit struct {
	Hash, Date, Author string
	InHead             bool
}

type place struct{ Where, Note string }

type part struct{ ID, Title, Secret, Where string }

type link struct{ ID, Title, Secret, Why string }

type remedy struct {
	ID, Title, Count, Remedy, Guide string
	Order                           []string
}

// gap is a reason for which things were not examined.
type gap struct {
	Reason string
	Count  int
	Paths  []string // of those that have one
}

func newView(r *report.Result) view {
	rows := r.Grouped()
	times := newTimeline(rows)
	all := make([]traits, len(rows))
	for i, row := range rows {
		all[i] = traitsOf(r, row, times)
	}
	return view{
		Policy:     policy,
		Style:      template.CSS(style),
		Script:     template.JS(script),
		Version:    report.Printable(r.Version),
		Total:      report.Total(rows),
		Count:      count(report.Total(rows)),
		Severities: tallies(rows),
		Timeline:   times,
		Facets:     facets(all),
		Findings:   cards(r, rows, all),
		Remedies:   remedies(rows),
		Unexamined: gaps(r.Gaps()),
		Unread:     len(r.Unexamined),
		Unresolved: len(r.Unresolved),
		Hidden:     r.Hidden,
		Elsewhere:  r.Elsewhere,
		Allowed:    r.Allowed,
		Known:      r.Known,
		Examined:   report.Examined(r.Stats),
		Masked:     !r.ShowSecrets,
	}
}

func count(n int) string {
	if n == 0 {
		return "No findings"
	}
	return report.Count(int64(n), "finding", "findings")
}

// tallies counts findings by severity, in the order they come.
func tallies(rows []report.Row) []tally {
	var out []tally
	for _, row := range rows {
		if len(out) == 0 || out[len(out)-1].Severity != row.Severity {
			out = append(out, tally{Severity: row.Severity})
		}
		out[len(out)-1].Count += row.Count()
	}
	return out
}

func cards(r *report.Result, rows []report.Row, all []traits) iter.Seq[card] {
	known := report.NewIndex(r.Findings)
	return func(yield func(card) bool) {
		for i, row := range rows {
			c := newCard(r, row, known, all[i])
			c.Begins, c.Ends = i%batchSize == 0, i%batchSize == batchSize-1 || i == len(rows)-1
			if !yield(c) {
				return
			}
		}
	}
}

// How many places of a value are shown before one asks for more, and how many then.
const (
	shownPlaces = 4
	morePlaces  = 46
)

func newCard(r *report.Result, row report.Row, known report.Index, t traits) card {
	f := row.Finding
	c := card{
		ID:         anchor(f.Rule.ID, f.Fingerprint),
		Rule:       t.rule,
		Severity:   f.Severity,
		Title:      report.Printable(row.Title()),
		Secret:     report.Printable(r.Secret(f)),
		Class:      t.class,
		Note:       note(f),
		Status:     t.status,
		PlaceKinds: strings.Join(t.places, "\n"),
		Author:     t.author,
		Since:      t.since,
		Confidence: fmt.Sprintf("%.0f %% sure", 100*f.Confidence),
		First:      newCommit(f, t.author),
		Parts:      newParts(r, row.Parts),
		Alike:      newParts(r, row.Alike),
		Values:     row.Count(),
	}
	for _, e := range f.Evidence {
		c.Evidence = append(c.Evidence, report.Printable(r.Masked(f, e)))
	}
	for i, s := range f.Sightings {
		switch {
		case i < shownPlaces:
			c.Places = append(c.Places, newPlace(r, f, s))
		case i < shownPlaces+morePlaces:
			c.More = append(c.More, newPlace(r, f, s))
		default:
			c.Uncounted++
		}
	}
	for _, rel := range row.Relations() {
		if other := known.Find(rel.Relation); other != nil {
			c.Related = append(c.Related, link{
				ID:     anchor(rel.Rule, rel.Fingerprint),
				Title:  report.Printable(other.Rule.Title),
				Secret: report.Printable(r.Secret(other)),
				Why:    report.Printable(r.Masked(rel.Of, rel.Why)),
			})
		}
	}
	return c
}

// newParts are other findings of a card's row.
func newParts(r *report.Result, of []*finding.Finding) []part {
	var out []part
	for _, f := range of {
		out = append(out, part{
			ID: anchor(f.Rule.ID, f.Fingerprint), Title: report.Printable(f.Rule.Title), Secret: report.Printable(r.Secret(f)),
			Where: report.PlaceOf(r, f, report.Primary(f)),
		})
	}
	return out
}

// note says what is not usual about a finding.
func note(f *finding.Finding) string {
	var notes []string
	if f.Class != "" && f.Class != finding.Unknown {
		notes = append(notes, string(f.Class))
	}
	if area := f.Area(); area != finding.Source {
		notes = append(notes, string(area))
	}
	if len(notes) == 0 {
		return ""
	}
	return "(" + strings.Join(notes, ", ") + ")"
}

func anchor(rule, fingerprint string) string { return report.Printable(rule + "-" + fingerprint) }

func newCommit(f *finding.Finding, author string) *commit {
	if f.First == nil {
		return nil
	}
	return &commit{
		Hash:   report.Printable(report.Short(f.First.Hash)),
		Date:   f.First.Date.Format("2006-01-02"),
		Author: author,
		InHead: f.InHead,
	}
}

func newPlace(r *report.Result, f *finding.Finding, s finding.Sighting) place {
	return place{
		Where: report.Printable(report.Where(s)),
		Note:  report.Printable(strings.Join(r.Notes(f, s), ", ")),
	}
}

// remedies say what to do, once per rule, in the order of the findings.
func remedies(rows []report.Row) []remedy {
	var order []*finding.Rule
	counts := map[*finding.Rule]int64{}
	for _, row := range rows {
		if counts[row.Rule] == 0 {
			order = append(order, row.Rule)
		}
		counts[row.Rule] += int64(row.Count())
	}
	out := make([]remedy, len(order))
	for i, rule := range order {
		out[i] = remedy{
			ID: report.Printable(rule.ID), Title: report.Printable(rule.Title), Remedy: report.Printable(rule.Remedy), Guide: report.Printable(rule.Guide),
			Count: report.Count(counts[rule], "finding", "findings"), Order: rule.Order(),
		}
	}
	return out
}

// gaps groups what was not examined by reason, in the order of its paths.
func gaps(rows []finding.Unexamined) []gap {
	var out []gap
	at := map[string]int{}
	for _, u := range rows {
		reason := report.Printable(u.Reason)
		if extent := report.Extent(u); extent != "not examined" { // which the heading says
			reason = extent + ": " + reason
		}
		i, known := at[reason]
		if !known {
			i = len(out)
			at[reason] = i
			out = append(out, gap{Reason: reason})
		}
		out[i].Count++
		if where := report.Unread(u); where != "" {
			out[i].Paths = append(out[i].Paths, where)
		}
	}
	return out
}
