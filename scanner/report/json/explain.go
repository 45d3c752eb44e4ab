package json

import (
	"io"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

// Rule is a rule in the words of the contract.
type Rule struct {
	ID       string           `json:"rule"`
	Kind     finding.Kind     `json:"kind"`
	Severity finding.Severity `json:"severity"`
	Title    string           `json:"title"`
	About    string           `json:"about"`
	Remedy   string           `json:"remedy"`
	Order    []string         `json:"order,omitempty"` // what to do, step by step
	Guide    string           `json:"guide"`
	Source   string           `json:"source"`
}

// Example is an example of a rule; its values are made up.
type Example struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Rules writes {"version":1,"rules":[…]}, by ID.
func Rules(w io.Writer, rules []*finding.Rule) error {
	j := report.NewJSON(w)
	j.Raw(`{"version":`)
	j.Value(version)
	j.Raw(",\n\"rules\":")
	report.Array(j, func(yield func(Rule) bool) {
		for _, rule := range report.OrderedRules(rules) {
			if !yield(newRule(rule)) {
				return
			}
		}
	})
	j.Raw("}\n")
	return j.Close()
}

// Explain writes a rule with its examples.
func Explain(w io.Writer, e report.Explanation) error {
	j := report.NewJSON(w)
	j.Value(struct {
		Version int `json:"version"`
		Rule
		Matches    []Example `json:"matches"`
		NearMisses []Example `json:"near_misses"`
	}{version, newRule(e.Rule), newExamples(e.Matches), newExamples(e.NearMisses)})
	j.Raw("\n")
	return j.Close()
}

func newRule(r *finding.Rule) Rule {
	return Rule{r.ID, r.Kind, r.Severity, r.Title, r.About, r.Remedy, r.Order(), r.Guide, r.Source}
}

func newExamples(examples []report.Example) []Example {
	out := make([]Example, len(examples))
	for i, e := range examples {
		out[i] = Example{e.Name, e.Text}
	}
	return out
}
