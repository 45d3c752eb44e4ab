package detect

import "github.com/deputy-sec/deputy/scanner/finding"

// Table makes a detector of rows: literals, and what decides where one of them
// stands. Rows are written with [At] and [AtAnyCase].
func Table(rules []*finding.Rule, rows ...Row) Detector {
	t := &table{rules: rules}
	for _, row := range rows {
		for _, literal := range row.literals {
			t.triggers = append(t.triggers, Trigger{Literal: literal, Fold: row.fold})
			t.rows = append(t.rows, row)
		}
	}
	return t
}

// Row is one decision of a [Table] and the literals it is called for.
type Row struct {
	decide        Decision
	fold          bool
	literals      []string
	before, after int // what the decision is handed out at first
}

// Within is the row with a decision that is handed out so many bytes ahead of the trigger
// and behind it at first, instead of the whole window. It looks further by itself.
func (r Row) Within(before, after int) Row {
	r.before, r.after = before, after
	return r
}

// Decision reports the matches that belong to the window's trigger, as
// [Detector] has it.
type Decision func(w *Window, report func(Match))

// At is a row for literals as they stand.
func At(decide Decision, literals ...string) Row {
	return Row{decide: decide, literals: literals, before: Before, after: After}
}

// AtAnyCase is a row for literals in any case.
func AtAnyCase(decide Decision, literals ...string) Row {
	r := At(decide, literals...)
	r.fold = true
	return r
}

type table struct {
	rules    []*finding.Rule
	triggers []Trigger
	rows     []Row // of the trigger at the same place
}

func (t *table) Rules() []*finding.Rule { return t.rules }

func (t *table) Triggers() []Trigger { return t.triggers }

func (t *table) Detect(w *Window, report func(Match)) {
	row := &t.rows[w.Trigger]
	w.Look(row.before, row.after)
	row.decide(w, report)
}
