package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// Explanation is a rule with its examples filled in.
type Explanation struct {
	Rule       *finding.Rule
	Matches    []Example
	NearMisses []Example
}

// Example is a text with values in it. The values are made up; they are masked
// all the same, so that an explanation can be pasted anywhere without waking a
// scanner.
type Example struct {
	Name   string
	Text   string
	Values []Value // in order of their place, not overlapping
}

// Value is a value that a rule finds in an example.
type Value struct {
	Start, End int // in Example.Text
	Secret     finding.Secret
}

// Part is a piece of an example: a masked value, or the text around values.
type Part struct {
	Text  string
	Value bool
}

// Parts cuts an example into text and masked values.
func (e Example) Parts() []Part {
	var parts []Part
	at := 0
	for _, v := range e.Values {
		parts = append(parts, Part{Text: e.Text[at:v.Start]}, Part{Text: v.Secret.Mask(), Value: true})
		at = v.End
	}
	return append(parts, Part{Text: e.Text[at:]})
}

// Masked returns an example's text with its values masked.
func (e Example) Masked() string {
	var out strings.Builder
	for _, p := range e.Parts() {
		out.WriteString(p.Text)
	}
	return out.String()
}

// OrderedRules returns rules by ID.
func OrderedRules(rules []*finding.Rule) []*finding.Rule {
	out := slices.Clone(rules)
	slices.SortFunc(out, func(a, b *finding.Rule) int { return cmp.Compare(a.ID, b.ID) })
	return out
}
