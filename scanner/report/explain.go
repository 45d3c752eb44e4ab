package report

import (
	"cmp"
	"slices"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// Explanation is a rule with its examples filled in.
type Explanation struct {
	Rule       *finding.Rule
	Matches    []Example
	NearMisses []Example
}

// Example is a text with values in it. They are made up, so they are shown as they are.
type Example struct {
	Name   string
	Text   string
	Values []Value // in order of their place, not overlapping
}

// Value is where a rule finds a value in an example.
type Value struct {
	Start, End int // in Example.Text
}

// Part is a piece of an example: a value, or the text around values.
type Part struct {
	Text  string
	Value bool
}

// Parts cuts an example into text and values.
func (e Example) Parts() []Part {
	var parts []Part
	at := 0
	for _, v := range e.Values {
		parts = append(parts, Part{Text: e.Text[at:v.Start]}, Part{Text: e.Text[v.Start:v.End], Value: true})
		at = v.End
	}
	return append(parts, Part{Text: e.Text[at:]})
}

// OrderedRules returns rules by ID.
func OrderedRules(rules []*finding.Rule) []*finding.Rule {
	out := slices.Clone(rules)
	slices.SortFunc(out, func(a, b *finding.Rule) int { return cmp.Compare(a.ID, b.ID) })
	return out
}
