package report

import (
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// Unresolved is the kind of a question that a target does not answer, where it is reported
// beside what was not examined.
const Unresolved finding.Code = "unresolved"

// Gaps returns what a verdict does not rest on, for formats that tell it in one list:
// what was not examined, then the questions that the target does not answer.
func (r *Result) Gaps() []finding.Unexamined {
	out := r.Unread()
	for _, u := range r.Unresolved {
		gap := finding.Unexamined{Path: u.Path, Kind: Unresolved, Reason: u.Reason}
		if u.Line > 0 {
			gap.Place = fmt.Sprintf("line %d", u.Line)
		}
		if len(u.Rules) > 0 {
			gap.Reason += " (" + strings.Join(u.Rules, ", ") + ")"
		}
		out = append(out, gap)
	}
	return out
}

// Extent says how much is missing of a gap.
func Extent(u finding.Unexamined) string {
	switch {
	case u.Kind == Unresolved:
		return "unresolved"
	case u.Partial:
		return "examined in part"
	}
	return "not examined"
}

// Why says in one printable line what is missing and why.
func Why(u finding.Unexamined) string { return Extent(u) + ": " + Printable(u.Reason) }
