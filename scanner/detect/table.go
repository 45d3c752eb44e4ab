package detect

import "github.com/deputy-sec/deputy/scanner/finding"

// Table makes a detector of rows: literals, and what decides where one of them
// stands. Rows are written with [At] and [AtAnyCase].
func Table(rules []*finding.Rule, rows ...Row) Detector {
	t := &table{rules: rules}
	for _, row := range rows {
		for _, literal := range row.literals {
			t.triggers = append(t.triggers, Trigger{Literal: literal, Fold: row.fold})
			t.decide = append(t.decide, row.decide)
		}
	}
	return t
}

// Row is one decision of a [Table] and the literals it is called for.
type Row struct {
	decide   Decision
	fold     bool
	literals []string
}

// Decision reports the matches that belong to the window's trigger, as
// [Detector] has it.
type Decision func(w *Window, report func(Match))

// At is a row for literals as they stand.
func At(decide Decision, literals ...string) Row { return Row{decide, false, literals} }

// AtAnyCase is a row for literals in any case.
func AtAnyCase(decide Decision, literals ...string) Row { return Row{decide, true, literals} }

type table struct {
	rules    []*finding.Rule
	triggers []Trigger
	decide   []Decision // of the trigger at the same place
}

func (t *table) Rules() []*finding.Rule { return t.rules }

func (t *table) Triggers() []Trigger { return t.triggers }

func (t *table) Detect(w *Window, report func(Match)) { t.decide[w.Trigger](w, report) }
