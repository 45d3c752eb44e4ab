// Package json writes the report that scripts read. Its field names are a
// contract: they are added to, never renamed.
package json

import (
	"io"
	"iter"
	"math"
	"slices"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

// version is of the contract; it changes when a field's meaning does.
const version = 1

// Writer writes one JSON object with a finding a line.
type Writer struct{}

// Write implements [report.Writer].
func (Writer) Write(w io.Writer, r *report.Result) error {
	j := report.NewJSON(w)
	j.Raw(`{"version":`)
	j.Value(version)
	j.Raw(",\n\"findings\":")
	report.Array(j, findings(r))
	j.Raw(",\n\"unexamined\":")
	report.Array(j, slices.Values(r.Unread()))
	if r.Unresolved != nil {
		j.Raw(",\n\"unresolved\":")
		report.Array(j, slices.Values(r.Unresolved))
	}
	j.Raw(",\n\"stats\":")
	j.Value(stats(r.Stats))
	j.Raw("}\n")
	return j.Close()
}

func findings(r *report.Result) iter.Seq[Finding] {
	return func(yield func(Finding) bool) {
		for _, f := range r.Ordered() {
			if !yield(NewFinding(r, f)) {
				return
			}
		}
	}
}

func stats(s finding.Stats) finding.Stats {
	s.Seconds = round(s.Seconds)
	return s
}

// round keeps three decimals: milliseconds, and more than a confidence is
// worth.
func round(x float64) float64 { return math.Round(x*1000) / 1000 }

// Finding is a finding of the contract. Path, place and position are those of
// the sighting to look at first.
type Finding struct {
	Rule        string           `json:"rule"`
	Kind        finding.Kind     `json:"kind"`
	Class       finding.Class    `json:"class"`
	Severity    finding.Severity `json:"severity"`
	Confidence  float64          `json:"confidence"`
	Secret      string           `json:"secret"`
	Fingerprint string           `json:"fingerprint"`
	Evidence    []string         `json:"evidence"`
	Path        string           `json:"path"`
	Inside      []string         `json:"inside"`
	Place       string           `json:"place"`
	Line        int              `json:"line"`
	Column      int              `json:"column"`
	EndColumn   int              `json:"end_column"`
	InHead      bool             `json:"in_head"`
	First       *Commit          `json:"first"`
	Last        *Commit          `json:"last"`
	Sightings   []Sighting       `json:"sightings"`
	Related     []Relation       `json:"related"`
	Steps       []finding.Step   `json:"steps,omitempty"`
	Instead     string           `json:"instead,omitempty"`
	Repository  string           `json:"repository,omitempty"`
	State       string           `json:"state,omitempty"`
	Title       string           `json:"title"`
	Area        finding.Area     `json:"area"`
}

// Sighting is one place where the value stands. Commit is the first one that
// put it there, "" if it was never committed.
type Sighting struct {
	Commit    string        `json:"commit"`
	Path      string        `json:"path"`
	Line      int           `json:"line"`
	Column    int           `json:"column"`
	EndColumn int           `json:"end_column"`
	Inside    []string      `json:"inside,omitempty"`
	Place     string        `json:"place,omitempty"`
	Layer     finding.Layer `json:"layer,omitempty"`
	InHead    bool          `json:"in_head"`
}

// Commit is a commit that wrote the value. Date is the author date as RFC 3339,
// null where git holds one that cannot be written so: years beyond 9999 are
// forged easily, and must not cost the report.
type Commit struct {
	Hash   string  `json:"commit"`
	Author string  `json:"author"`
	Email  string  `json:"email"`
	Date   *string `json:"date"`
}

// Relation points at another finding of the report.
type Relation struct {
	Rule        string `json:"rule"`
	Fingerprint string `json:"fingerprint"`
	Why         string `json:"why"`
}

// NewFinding returns a finding in the words of the contract, its secret masked
// unless the result shows secrets.
func NewFinding(r *report.Result, f *finding.Finding) Finding {
	at := report.Primary(f)
	out := Finding{
		Rule:        f.Rule.ID,
		Kind:        f.Rule.Kind,
		Class:       f.Class,
		Severity:    f.Severity,
		Confidence:  round(f.Confidence),
		Secret:      r.Secret(f),
		Fingerprint: f.Fingerprint,
		Evidence:    redacted(r, f, f.Evidence),
		Path:        at.Path,
		Inside:      append([]string{}, at.Inside...),
		Place:       r.Masked(f, at.Place),
		Line:        at.Line,
		Column:      at.Column,
		EndColumn:   at.EndColumn,
		InHead:      f.InHead,
		First:       commit(r, f, f.First),
		Last:        commit(r, f, f.Last),
		Sightings:   make([]Sighting, 0, len(f.Sightings)),
		Related:     make([]Relation, 0, len(f.Related)),
		Repository:  f.Repository,
		State:       f.State,
		Title:       f.Rule.Title,
		Area:        f.Area(),
		Steps:       f.Steps,
		Instead:     f.Instead,
	}
	for _, s := range f.Sightings {
		out.Sightings = append(out.Sightings, newSighting(r, f, s))
	}
	for _, rel := range f.Related {
		out.Related = append(out.Related, Relation{rel.Rule, rel.Fingerprint, r.Masked(f, rel.Why)})
	}
	return out
}

func newSighting(r *report.Result, f *finding.Finding, s finding.Sighting) Sighting {
	out := Sighting{
		Path: s.Path, Inside: s.Inside, Place: r.Masked(f, s.Place),
		Line: s.Line, Column: s.Column, EndColumn: s.EndColumn,
		Layer: s.Layer, InHead: s.InHead,
	}
	if s.Commit != nil {
		out.Commit = s.Commit.Hash
	}
	return out
}

func redacted(r *report.Result, f *finding.Finding, texts []string) []string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = r.Masked(f, s)
	}
	return out
}

func commit(r *report.Result, f *finding.Finding, c *finding.Commit) *Commit {
	if c == nil {
		return nil
	}
	out := &Commit{Hash: c.Hash, Author: r.Masked(f, c.Author), Email: r.Masked(f, c.Email)}
	if date, err := c.Date.MarshalText(); err == nil {
		text := string(date)
		out.Date = &text
	}
	return out
}
