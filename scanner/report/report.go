// Package report is what every report has in common: the result to tell, the
// order of findings, and what must never reach a reader's screen. A folder
// below it holds one format each.
package report

import (
	"cmp"
	"io"
	"slices"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// Result is a result and how it is to be shown. A writer never changes it.
type Result struct {
	finding.Result
	Version     string // of deputy
	ShowSecrets bool   // tell values instead of masks
	Static      bool   // it is of what programs and templates do, not of values in contents
	Elsewhere   int    // findings of areas that were not asked for: see Only
}

// Only returns the result with findings of some areas alone, and the number of the
// others. It changes nothing of what was examined.
func (r *Result) Only(areas []finding.Area) *Result {
	chosen := *r
	chosen.Findings = nil
	for _, f := range r.Findings {
		if slices.Contains(areas, f.Area()) {
			chosen.Findings = append(chosen.Findings, f)
		}
	}
	chosen.Elsewhere += len(r.Findings) - len(chosen.Findings)
	return &chosen
}

// Writer writes a result in one format. It writes as it goes, so that a report
// of many findings needs memory for one.
type Writer interface {
	Write(w io.Writer, r *Result) error
}

// Secret returns what a report tells of a finding's value: the mask, or the
// value itself if that was asked for.
func (r *Result) Secret(f *finding.Finding) string {
	if r.ShowSecrets {
		return f.Secret.Reveal()
	}
	return f.Secret.Mask()
}

// Masked returns a text about a finding (a reason, a name, the words for a
// place) with the finding's value masked, should it stand in there. Paths are
// told as they are: a report that misspells them leads nowhere, and who reads
// the report knows the repository's file names.
func (r *Result) Masked(f *finding.Finding, s string) string {
	if r.ShowSecrets {
		return s
	}
	return f.Secret.Redact(s)
}

// Ordered returns the findings as every format tells them: the most severe first,
// then what is still there before what only the history has, the project's own
// files before tests, examples and copies of others' code, the most certain, then by
// kind and place. The order is total over rule and value, so equal results make equal
// reports.
func (r *Result) Ordered() []*finding.Finding {
	keys := make([]key, len(r.Findings))
	for i, f := range r.Findings {
		keys[i] = key{f, !f.StillThere(), f.Area().Rank()}
	}
	slices.SortFunc(keys, compare)
	out := make([]*finding.Finding, len(keys))
	for i, k := range keys {
		out[i] = k.Finding
	}
	return out
}

// key is a finding with what its order takes from all of its places, worked out once.
type key struct {
	*finding.Finding
	gone bool
	area int
}

func compare(a, b key) int {
	p, q := Primary(a.Finding), Primary(b.Finding)
	return cmp.Or(
		cmp.Compare(b.Severity.Rank(), a.Severity.Rank()),
		compareBool(a.gone, b.gone),
		cmp.Compare(a.area, b.area),
		cmp.Compare(b.Confidence, a.Confidence),
		cmp.Compare(a.Rule.Kind, b.Rule.Kind),
		cmp.Compare(p.Path, q.Path),
		cmp.Compare(p.Line, q.Line),
		cmp.Compare(p.Column, q.Column),
		cmp.Compare(a.Rule.ID, b.Rule.ID),
		cmp.Compare(a.Fingerprint, b.Fingerprint),
		cmp.Compare(a.Repository, b.Repository),
	)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// Unread returns what was not examined, by path and reason.
func (r *Result) Unread() []finding.Unexamined {
	out := slices.Clone(r.Unexamined)
	slices.SortFunc(out, func(a, b finding.Unexamined) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Place, b.Place), cmp.Compare(a.Reason, b.Reason))
	})
	return out
}

// Unread says what was not examined, for a person: a path, and the place in it.
func Unread(u finding.Unexamined) string {
	if u.Place == "" || u.Path == "" {
		return Printable(u.Path + u.Place)
	}
	return Printable(u.Path) + " › " + Printable(u.Place)
}

// Primary returns the place to look at first; the zero place if a finding
// stands nowhere.
func Primary(f *finding.Finding) finding.Sighting {
	if len(f.Sightings) == 0 {
		return finding.Sighting{}
	}
	return f.Sightings[0]
}
