package report

import (
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// Row is a finding as a person counts it. The parts of one credential are one: a key
// ID, its secret and a session token are rotated together, so the gravest of them
// leads the row and the others are its parts. Formats for scripts tell each by itself.
type Row struct {
	*finding.Finding
	Parts []*finding.Finding // in the order of findings; nil for nearly all
	Alike []*finding.Finding // others of its kind in the same file: see Grouped
}

// parts are the kinds that make up one credential.
var parts = map[finding.Kind]bool{
	finding.AccessKeyID:     true,
	finding.SecretAccessKey: true,
	finding.SessionToken:    true,
}

// Rows returns the findings in order, with the parts of a credential in the row of the
// first of them.
func (r *Result) Rows() []Row {
	ordered := r.Ordered()
	leads := leaders(ordered)
	rows := make([]Row, 0, len(ordered))
	at := make(map[*finding.Finding]int, len(leads))
	for _, f := range ordered {
		if first, ok := leads[f]; ok && first != f {
			rows[at[first]].join(f)
			continue
		}
		at[f] = len(rows)
		rows = append(rows, Row{Finding: f})
	}
	return rows
}

// crowd is how many findings of a kind in one file are one row: so many that their reasons
// repeat each other, and so few that nothing scrolls away before.
const crowd = 4

// Grouped returns the rows with those in one that differ in their value and line alone:
// a list of a hundred webhooks is one thing to a reader. It is for pages that are read from
// top to bottom; formats for scripts tell each by itself.
func (r *Result) Grouped() []Row {
	rows := r.Rows()
	if r.Static { // each has steps of its own
		return rows
	}
	sizes := map[kind]int{}
	for _, row := range rows {
		if k, ok := row.kind(); ok {
			sizes[k]++
		}
	}
	out := make([]Row, 0, len(rows))
	leads := map[kind]int{}
	for _, row := range rows {
		k, ok := row.kind()
		if !ok || sizes[k] < crowd {
			out = append(out, row)
			continue
		}
		if lead, known := leads[k]; known {
			out[lead].Alike = append(out[lead].Alike, row.Finding)
			continue
		}
		leads[k] = len(out)
		out = append(out, row)
	}
	return out
}

// kind is what findings have in common that are one row.
type kind struct {
	rule         *finding.Rule
	severity     finding.Severity
	class        finding.Class
	area         finding.Area
	status       string
	reason       string // the first of its evidence
	repository   string
	path, inside string
}

// kind returns false for what is told by itself: a credential of several parts, and what
// stands in no file.
func (w Row) kind() (kind, bool) {
	at := Primary(w.Finding)
	if at.Path == "" || len(w.Parts) > 0 {
		return kind{}, false
	}
	k := kind{
		rule: w.Rule, severity: w.Severity, class: w.Class, area: w.Area(), status: w.Status(),
		repository: w.Repository, path: at.Path, inside: strings.Join(at.Inside, "\x00"),
	}
	if len(w.Evidence) > 0 {
		k.reason = w.Evidence[0]
	}
	return k, true
}

// Count is how many credentials and values a row tells.
func (w Row) Count() int { return 1 + len(w.Alike) }

// Total adds up what rows tell.
func Total(rows []Row) (n int) {
	for _, row := range rows {
		n += row.Count()
	}
	return n
}

// join adds a part. The secret leads if nothing is graver: it is what must be revoked,
// and what to do about a key ID depends on it.
func (w *Row) join(f *finding.Finding) {
	if f.Rule.Kind == finding.SecretAccessKey && w.Rule.Kind != finding.SecretAccessKey && f.Severity == w.Severity {
		w.Finding, f = f, w.Finding
	}
	w.Parts = append(w.Parts, f)
}

// leaders maps each part of a credential to the first finding of the credential. Parts
// belong together if a relation leads from one to the other, over however many.
func leaders(ordered []*finding.Finding) map[*finding.Finding]*finding.Finding {
	var of []*finding.Finding
	for _, f := range ordered {
		if parts[f.Rule.Kind] {
			of = append(of, f)
		}
	}
	if len(of) < 2 {
		return nil
	}
	known := NewIndex(of)
	near := map[*finding.Finding][]*finding.Finding{}
	for _, f := range of {
		for _, rel := range f.Related {
			if other := known.Find(rel); other != nil && other != f && other.Rule.Kind != f.Rule.Kind {
				near[f] = append(near[f], other)
				near[other] = append(near[other], f)
			}
		}
	}
	leads := map[*finding.Finding]*finding.Finding{}
	for _, f := range of {
		for reach := []*finding.Finding{f}; len(reach) > 0; {
			next := reach[len(reach)-1]
			reach = reach[:len(reach)-1]
			if leads[next] == nil {
				leads[next] = f
				reach = append(reach, near[next]...)
			}
		}
	}
	return leads
}

// Relation is one that leads out of a row.
type Relation struct {
	finding.Relation
	Of *finding.Finding // the finding of the row that it leads from
}

// Relations are those of all findings of a row that lead out of it, each finding that
// they lead to once.
func (w Row) Relations() []Relation {
	type place struct{ rule, fingerprint string }
	members := slices.Concat([]*finding.Finding{w.Finding}, w.Parts, w.Alike)
	seen := map[place]bool{}
	for _, f := range members {
		seen[place{f.Rule.ID, f.Fingerprint}] = true
	}
	var out []Relation
	for _, f := range members {
		for _, rel := range f.Related {
			if to := (place{rel.Rule, rel.Fingerprint}); !seen[to] {
				seen[to] = true
				out = append(out, Relation{rel, f})
			}
		}
	}
	return out
}

// Title names what was found.
func (w Row) Title() string {
	has := func(kind finding.Kind) bool {
		return w.Rule.Kind == kind || slices.ContainsFunc(w.Parts, func(f *finding.Finding) bool { return f.Rule.Kind == kind })
	}
	if len(w.Parts) > 0 && has(finding.SecretAccessKey) && has(finding.AccessKeyID) {
		return "AWS key pair"
	}
	return w.Rule.Title
}

// Status says where a value still is, for lists to choose by.
func (w Row) Status() string {
	switch {
	case w.InHead:
		return "in HEAD"
	case w.StillThere():
		return "not committed"
	}
	return "only in history"
}
