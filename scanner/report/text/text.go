// Package text writes the report that people read on a terminal or in a log:
// findings first, then what to do about them, then what was not examined, and a
// summary as the last line, where the eye is when a command ends.
//
// Everything that comes from the scanned target goes through
// [report.Printable]; no escape sequence but our own reaches the terminal.
package text

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

// Writer writes text for people.
type Writer struct{ Options Options }

// Write implements [report.Writer].
func (t Writer) Write(w io.Writer, r *report.Result) error {
	p := newPage(w, t.Options)
	rows := r.Grouped()
	known := report.NewIndex(r.Findings)
	for _, row := range rows {
		p.finding(r, row, known)
	}
	if !t.Options.Quiet {
		p.remedies(rows)
		p.unexamined(r.Unread())
		p.summary(r, rows)
	}
	return p.flush()
}

// page is a sheet that is written from top to bottom.
type page struct {
	Options
	out *bufio.Writer
}

func newPage(w io.Writer, o Options) *page {
	return &page{Options: o, out: bufio.NewWriterSize(w, 1<<16)}
}

// line writes a line; bufio keeps the first error for flush.
func (p *page) line(parts ...string) {
	for _, s := range parts {
		_, _ = p.out.WriteString(s)
	}
	_ = p.out.WriteByte('\n')
}

func (p *page) flush() error {
	if err := p.out.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// Layout: what belongs to a heading stands in from it; labels make a column.
const (
	indent     = "  "
	labelWidth = 7
)

// labelled writes lines behind a label, which only the first line has.
func (p *page) labelled(label string, lines ...string) {
	for _, l := range lines {
		p.line(indent, p.paint(dim, label), strings.Repeat(" ", labelWidth-len(label)), l)
		label = ""
	}
}

// prose writes sentences behind a label, broken to the width of the page.
func (p *page) prose(label, s string) {
	p.labelled(label, fill(report.Printable(s), p.columns()-len(indent)-labelWidth)...)
}

// looks of the severities.
var looks = map[finding.Severity]style{
	finding.Critical: loud,
	finding.High:     red,
	finding.Medium:   yellow,
	finding.Low:      blue,
}

// finding writes one value: what it is, where it stands, since when, and why we
// think so.
func (p *page) finding(r *report.Result, row report.Row, known report.Index) {
	f := row.Finding
	p.heading(r, row)
	p.places(r, f)
	p.parts(r, row)
	p.alike(r, row)
	if s := p.since(r, f); s != "" {
		p.labelled("since", s)
	}
	label := "why"
	for _, e := range f.Evidence {
		p.prose(label, r.Masked(f, e))
		label = ""
	}
	p.related(r, row, known)
	p.line()
}

func (p *page) heading(r *report.Result, row report.Row) {
	f := row.Finding
	parts := []string{
		p.paint(looks[f.Severity], fmt.Sprintf("%-8s", strings.ToUpper(string(f.Severity)))),
		p.paint(bold, report.Printable(row.Title())),
		p.paint(cyan, report.Printable(r.Secret(f))),
	}
	var notes []string
	if n := row.Count(); n > 1 {
		notes = append(notes, "first of "+report.Thousands(int64(n)))
	}
	if f.Class != finding.Unknown && f.Class != "" {
		notes = append(notes, string(f.Class))
	}
	if area := f.Area(); area != finding.Source {
		notes = append(notes, string(area))
	}
	if f.Confidence < certain {
		notes = append(notes, fmt.Sprintf("%.0f %% sure", 100*f.Confidence))
	}
	if len(notes) > 0 {
		parts = append(parts, p.paint(dim, "("+strings.Join(notes, ", ")+")"))
	}
	p.line(strings.Join(parts, "  "))
}

// certain is the confidence from which a doubt is not worth a reader's time.
const certain = 0.9

// maxPlaces is how many places of a value are reported; the rest is counted, and
// listed in the JSON report.
const maxPlaces = 4

func (p *page) places(r *report.Result, f *finding.Finding) {
	shown := f.Sightings[:min(len(f.Sightings), p.most(maxPlaces))]
	label := "at"
	for i, s := range shown {
		look := bare
		if i == 0 {
			look = bold
		}
		p.labelled(label, p.place(report.Where(s), look, r.Notes(f, s)))
		label = "and"
	}
	if more := len(f.Sightings) - len(shown); more > 0 {
		p.labelled(label, report.Count(int64(more), "more place", "more places"))
	}
}

// parts are the other halves of a credential.
func (p *page) parts(r *report.Result, row report.Row) {
	for _, part := range row.Parts {
		at := report.Primary(part)
		p.labelled("its", report.Printable(part.Rule.Title)+" "+p.paint(cyan, report.Printable(r.Secret(part))))
		p.labelled("", "at "+p.place(report.Where(at), bare, r.Notes(part, at)))
	}
}

// maxAlike is how many more values of a kind in one file are told; the rest is counted, and
// listed in the JSON report.
const maxAlike = 6

// alike are the other values of the row, by what a reader finds them by.
func (p *page) alike(r *report.Result, row report.Row) {
	shown := row.Alike[:min(len(row.Alike), p.most(maxAlike))]
	label := "alike"
	for _, f := range shown {
		at := report.Primary(f)
		p.labelled(label, p.paint(cyan, report.Printable(r.Secret(f)))+"  at "+p.place(report.Where(at), bare, r.Notes(f, at)))
		label = ""
	}
	if more := len(row.Alike) - len(shown); more > 0 {
		p.labelled(label, report.Count(int64(more), "more of them", "more of them"))
	}
}

// place is where a value stands, and what there is to say about that.
func (p *page) place(where string, look style, notes []string) string {
	where = p.paint(look, report.Printable(where))
	if len(notes) == 0 {
		return where
	}
	note := report.Printable(strings.Join(notes, ", "))
	if where == "" {
		return p.paint(look, note)
	}
	return where + "  " + p.paint(dim, note)
}

// since says which commit wrote the value first, and whether HEAD still has it.
func (p *page) since(r *report.Result, f *finding.Finding) string {
	c := f.First
	if c == nil {
		return ""
	}
	parts := []string{p.paint(yellow, report.Printable(report.Short(c.Hash)))}
	if !c.Date.IsZero() {
		parts = append(parts, c.Date.Format("2006-01-02"))
	}
	if who := r.Masked(f, c.Author); who != "" {
		parts = append(parts, shorten(report.Printable(who), maxName))
	}
	since := strings.Join(parts, "  ")
	if f.InHead {
		since += p.paint(dim, ", still in HEAD")
	}
	return since
}

// maxName is how much of an author's name is reported, in columns.
const maxName = 40

// maxRelated bounds what is reported of an account that many keys belong to.
const maxRelated = 3

// related tells the findings that belong to this one by what a reader sees of
// them: their title and mask.
func (p *page) related(r *report.Result, row report.Row, known report.Index) {
	label, shown, more := "with", 0, 0
	for _, rel := range row.Relations() {
		other := known.Find(rel.Relation)
		switch {
		case other == nil:
			continue
		case shown == maxRelated:
			more++
			continue
		}
		p.labelled(label, report.Printable(other.Rule.Title)+" "+p.paint(cyan, report.Printable(r.Secret(other)))+
			p.paint(dim, ", "+report.Printable(r.Masked(rel.Of, rel.Why))))
		label = ""
		shown++
	}
	if more > 0 {
		p.labelled(label, report.Count(int64(more), "more finding", "more findings"))
	}
}
