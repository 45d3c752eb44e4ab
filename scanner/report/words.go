package report

import (
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// The words that formats for people share, so that they speak with one voice.

// Where returns a sighting's place in the form that terminals and editors open,
// path:line:column. In a document lines are those of the extracted text, which
// nobody can open, so it is the path alone; "" for what stands in no file.
func Where(s finding.Sighting) string {
	if s.Path == "" || s.Extracted || s.Line == 0 {
		return s.Path
	}
	return fmt.Sprintf("%s:%d:%d", s.Path, s.Line, s.Column)
}

// Notes returns what else there is to say about a sighting: the place in a
// document or commit, and where to look for a value that is not plainly there.
func (r *Result) Notes(f *finding.Finding, s finding.Sighting) []string {
	var notes []string
	if what := r.Masked(f, s.Place); what != "" {
		if s.Path == "" && s.Commit != nil {
			what += " of " + Short(s.Commit.Hash)
		}
		notes = append(notes, what)
	}
	switch where := line(s); {
	case len(s.Inside) > 0:
		notes = append(notes, "in "+strings.Join(s.Inside, " › ")+where)
	case s.Extracted && where != "":
		notes = append(notes, "in its text"+where)
	}
	if note := status(s); note != "" {
		notes = append(notes, note)
	}
	return notes
}

// line returns the line of a value in a file that lies in another one, or in the text
// of a document, where nothing says better where it stands.
func line(s finding.Sighting) string {
	if s.Place != "" || s.Line == 0 {
		return ""
	}
	return fmt.Sprintf(" line %d", s.Line)
}

// status says where to look for a value that is not plainly there.
func status(s finding.Sighting) string {
	switch {
	case s.InHead:
		return ""
	case s.Layer == finding.Unreachable:
		return "no ref leads to it"
	case s.Path == "":
		return "" // a commit message is nowhere but in history
	case s.Layer == finding.History:
		return "only in history"
	case s.Layer == finding.WorkTree && s.Commit == nil:
		return "not committed"
	case s.Layer == finding.WorkTree:
		return "not in HEAD"
	case s.Layer == finding.Staged && s.Place == "":
		return "staged"
	}
	return ""
}

// shortHash is what git abbreviates to in repositories of usual size.
const shortHash = 10

// Short abbreviates a commit hash.
func Short(hash string) string { return hash[:min(len(hash), shortHash)] }

// Index finds the findings that relations point at; what is not reported is not
// in it.
type Index map[finding.Relation]*finding.Finding

// NewIndex indexes findings.
func NewIndex(findings []*finding.Finding) Index {
	known := make(Index, len(findings))
	for _, f := range findings {
		known[finding.Relation{Rule: f.Rule.ID, Fingerprint: f.Fingerprint}] = f
	}
	return known
}

// Find returns the finding that a relation points at, nil if there is none.
func (x Index) Find(rel finding.Relation) *finding.Finding {
	return x[finding.Relation{Rule: rel.Rule, Fingerprint: rel.Fingerprint}]
}

// Examined says how much was read, leaving out what the target does not have.
func Examined(s finding.Stats) string {
	var parts []string
	for _, c := range []struct {
		n         int64
		one, many string
	}{
		{s.Commits, "commit", "commits"},
		{s.Blobs, "blob", "blobs"},
		{s.Files, "file", "files"},
	} {
		if c.n > 0 {
			parts = append(parts, Count(c.n, c.one, c.many))
		}
		if c.one == "blob" && s.Remembered > 0 {
			parts[len(parts)-1] += " (" + Thousands(s.Remembered) + " remembered)"
		}
	}
	return strings.Join(append(parts, size(s.Bytes)), ", ") + " in " + duration(s.Seconds)
}

// Count writes a number with its noun.
func Count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Thousands(n) + " " + many
}

// Thousands writes 1234567 as 1,234,567.
func Thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// size writes bytes in powers of a thousand, three figures at most.
func size(n int64) string {
	units := []string{"kB", "MB", "GB", "TB", "PB", "EB"}
	if n < 1000 {
		return Count(n, "byte", "bytes")
	}
	x, unit := float64(n)/1000, units[0]
	for _, next := range units[1:] {
		if x < 999.5 {
			break
		}
		x, unit = x/1000, next
	}
	if x < 9.95 {
		return fmt.Sprintf("%.1f %s", x, unit)
	}
	return fmt.Sprintf("%.0f %s", x, unit)
}

func duration(seconds float64) string {
	switch s := int64(seconds + 0.5); {
	case seconds < 9.95:
		return fmt.Sprintf("%.1f s", seconds)
	case s < 120:
		return fmt.Sprintf("%d s", s)
	case s < 7200:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	default:
		return fmt.Sprintf("%d h %d min", s/3600, s%3600/60)
	}
}

// PlaceOf says in one printable line where a value stands.
func PlaceOf(r *Result, f *finding.Finding, s finding.Sighting) string {
	where, notes := Printable(Where(s)), Printable(strings.Join(r.Notes(f, s), ", "))
	switch {
	case notes == "":
		return where
	case where == "":
		return notes
	}
	return where + " (" + notes + ")"
}

// Name is what a finding is called in one printable line: what it is, and its value.
func Name(r *Result, row Row) string {
	return Printable(strings.TrimSpace(row.Title() + " " + r.Secret(row.Finding)))
}

// maxTold is how many places are told by formats that have no room for all of them.
const maxTold = 4

// Telling says in printable lines what there is to say of a finding: the value, where
// it stands, since when, and why we think so.
func Telling(r *Result, row Row) []string {
	f := row.Finding
	var lines []string
	if value := r.Secret(f); value != "" { // a flow has none
		if f.Class != "" && f.Class != finding.Unknown {
			value += " (" + string(f.Class) + ")"
		}
		lines = append(lines, Printable("value: "+value))
	}
	for _, p := range row.Parts {
		lines = append(lines, Printable("with: "+p.Rule.Title+" "+r.Secret(p))+" at "+PlaceOf(r, p, Primary(p)))
	}
	for _, s := range f.Sightings[:min(len(f.Sightings), maxTold)] {
		lines = append(lines, "at: "+PlaceOf(r, f, s))
	}
	if more := len(f.Sightings) - maxTold; more > 0 {
		lines = append(lines, "and "+Count(int64(more), "more place", "more places"))
	}
	if since := r.Since(f); since != "" {
		lines = append(lines, "since: "+since)
	}
	for _, e := range f.Evidence {
		lines = append(lines, "why: "+Printable(r.Masked(f, e)))
	}
	return lines
}

// Since says in one printable line which commit wrote a value first, and whether HEAD
// still has it; "" if it was never committed.
func (r *Result) Since(f *finding.Finding) string {
	c := f.First
	if c == nil {
		return ""
	}
	parts := []string{Short(c.Hash)}
	if !c.Date.IsZero() {
		parts = append(parts, c.Date.Format("2006-01-02"))
	}
	if who := r.Masked(f, c.Author); who != "" {
		parts = append(parts, who)
	}
	since := Printable(strings.Join(parts, " "))
	if f.InHead {
		since += ", still in HEAD"
	}
	return since
}
