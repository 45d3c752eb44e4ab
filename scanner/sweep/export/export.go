// Package export writes the findings of sweeps that a filter chooses, for programs: the
// JSON object of scan with the repository on each finding, a table with the state of each
// finding, and SARIF. Values are masked, as the store holds nothing else.
package export

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	reportcsv "github.com/deputy-sec/deputy/scanner/report/csv"
	"github.com/deputy-sec/deputy/scanner/report/json"
	"github.com/deputy-sec/deputy/scanner/report/sarif"
	"github.com/deputy-sec/deputy/scanner/sweep/state"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

// View is what is exported.
type View struct {
	Store   *store.Store
	Filter  store.FindingFilter
	Rules   map[string]*finding.Rule // by ID; of a rule that is not there the store's words are used
	Version string                   // of deputy
}

// Format is a way to write a view.
type Format struct {
	Name, Type, Ending string
	Write              func(context.Context, View, io.Writer) error
}

// Formats are the formats that there are.
var Formats = []Format{
	{"json", "application/json", ".json", writeJSON},
	{"csv", "text/csv; charset=utf-8", ".csv", writeCSV},
	{"sarif", "application/sarif+json", ".sarif", writeSARIF},
}

// Named returns a format by its name.
func Named(name string) (Format, bool) {
	for _, f := range Formats {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}

// pageRows is how many findings are read at once.
const pageRows = 500

// found is a finding with the repositories where it stands.
type found struct {
	store.Finding
	in []store.Occurrence
}

// all hands out the findings of a view, in the order of the page. An error is the last
// thing that comes.
func (v *View) all(ctx context.Context) iter.Seq2[found, error] {
	return func(yield func(found, error) bool) {
		for after := store.Cursor(""); ; {
			page, next, err := v.Store.Findings(ctx, v.Filter, after, pageRows)
			if err != nil {
				yield(found{}, err)
				return
			}
			ids := make([]int64, len(page))
			for i, f := range page {
				ids[i] = f.ID
			}
			where, err := v.Store.OccurrencesOf(ctx, ids)
			if err != nil {
				yield(found{}, err)
				return
			}
			of := map[int64][]store.Occurrence{}
			for _, o := range where {
				of[o.Finding] = append(of[o.Finding], o)
			}
			for _, f := range page {
				if !yield(found{f, v.shown(&f, of[f.ID])}, nil) {
					return
				}
			}
			if after = next; after == "" {
				return
			}
		}
	}
}

// shown are the places that a view tells of: those of the repository that was asked for,
// and of a finding that is still somewhere only those.
func (v *View) shown(f *store.Finding, all []store.Occurrence) []store.Occurrence {
	return slices.DeleteFunc(all, func(o store.Occurrence) bool {
		return v.Filter.Repository != 0 && o.Repository != v.Filter.Repository || f.State != state.Fixed && f.Repositories > 0 && !o.Present
	})
}

// rule returns the rule of a finding, or what the store knows of it.
func (v *View) rule(f *store.Finding) *finding.Rule {
	if r := v.Rules[f.Rule]; r != nil {
		return r
	}
	return &finding.Rule{ID: f.Rule, Kind: f.Kind, Severity: f.Severity, Title: f.Rule}
}

// findings returns a finding for each repository that holds it.
func (v *View) findings(f *found) []*finding.Finding {
	var out []*finding.Finding
	for _, o := range f.in {
		out = append(out, &finding.Finding{
			Rule: v.rule(&f.Finding), Secret: finding.Masked(f.Secret), Class: o.Class, Severity: o.Severity, Confidence: o.Confidence, Evidence: o.Evidence,
			Fingerprint: f.Fingerprint, Related: o.Related, Steps: o.Steps, Sightings: o.Sightings, First: o.First, Last: o.Last, InHead: o.InHead,
		})
	}
	return out
}

// exported is a finding in JSON: that of scan, and what sweeps add.
type exported struct {
	json.Finding
	Repository  string      `json:"repository"`
	State       state.State `json:"state"`
	FirstSeenAt time.Time   `json:"first_seen_at"`
	LastSeenAt  time.Time   `json:"last_seen_at"`
	Assignee    string      `json:"assignee,omitempty"`
	Owner       string      `json:"owner,omitempty"`
	DueAt       *time.Time  `json:"due_at,omitempty"`
	Who         string      `json:"who,omitempty"`
	Why         string      `json:"why,omitempty"`
	Until       *time.Time  `json:"until,omitempty"`
}

func writeJSON(ctx context.Context, v View, w io.Writer) error {
	j := report.NewJSON(w)
	var failed error
	j.Raw("{\"version\":1,\n\"findings\":")
	r := &report.Result{}
	report.Array(j, func(yield func(exported) bool) {
		for f, err := range v.all(ctx) {
			if err != nil {
				failed = err
				return
			}
			for i, one := range v.findings(&f) {
				if !yield(newExported(json.NewFinding(r, one), &f, &f.in[i])) {
					return
				}
			}
		}
	})
	if failed != nil { // what was written does not end as JSON: nobody takes it for whole
		return failed
	}
	j.Raw(",\n\"unexamined\":[]}\n")
	return j.Close()
}

func newExported(one json.Finding, f *found, o *store.Occurrence) exported {
	return exported{
		Finding: one, Repository: o.FullName, State: f.State, FirstSeenAt: f.FirstSeenAt, LastSeenAt: f.LastSeenAt,
		Assignee: f.Assignee, Owner: f.Owner, DueAt: pointer(f.DueAt), Who: f.Who, Why: f.Why, Until: pointer(f.Until),
	}
}

func pointer(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// columns are the table's. They are added to at the end, never renamed.
var columns = []string{
	"id", "state", "severity", "confidence", "rule", "title", "kind", "class", "secret", "fingerprint", "repository", "path", "line", "in_head", "present",
	"repositories", "owner", "assignee", "due", "first_seen", "last_seen", "who", "why", "until",
}

func writeCSV(ctx context.Context, v View, w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	_ = out.Write(columns) // the first error sticks
	for f, err := range v.all(ctx) {
		if err != nil {
			return err
		}
		for _, o := range f.in {
			cells := []string{
				strconv.FormatInt(f.ID, 10), string(f.State), string(o.Severity), strconv.FormatFloat(o.Confidence, 'f', 3, 64), f.Rule, v.rule(&f.Finding).Title,
				string(f.Kind), string(o.Class), f.Secret, f.Fingerprint, o.FullName, o.Path, strconv.Itoa(o.Line), strconv.FormatBool(o.InHead), strconv.FormatBool(o.Present),
				strconv.Itoa(f.Repositories), f.Owner, f.Assignee, date(f.DueAt), date(f.FirstSeenAt), date(f.LastSeenAt), f.Who, f.Why, date(f.Until),
			}
			for i := range cells {
				cells[i] = reportcsv.Cell(cells[i])
			}
			_ = out.Write(cells)
		}
	}
	out.Flush()
	return out.Error()
}

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// writeSARIF writes paths with the repository in front, as for several targets.
func writeSARIF(ctx context.Context, v View, w io.Writer) error {
	r := &report.Result{Version: v.Version}
	for f, err := range v.all(ctx) {
		if err != nil {
			return err
		}
		for i, one := range v.findings(&f) {
			repository := f.in[i].FullName
			for k := range one.Sightings {
				at := &one.Sightings[k]
				at.Target, at.Path = repository, strings.TrimSuffix(repository+"/"+at.Path, "/")
			}
			r.Findings = append(r.Findings, one)
		}
	}
	if err := (sarif.Writer{}).Write(w, r); err != nil {
		return fmt.Errorf("SARIF: %w", err)
	}
	return nil
}
