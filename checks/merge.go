package checks

import (
	"fmt"
	"slices"

	"github.com/deputy-sec/deputy/checks/policy"
)

// Question is something that the tree does not say, with the checks that wait for it.
type Question struct {
	Place   policy.Place
	Message string
	Rules   []string
	Steps   []policy.Step
}

// Merge puts the verdicts together that are unresolved for the same reason at the same
// place. They come in order.
func Merge(unresolved []Verdict) []Question {
	var out []Question
	index := map[string]int{}
	for _, v := range unresolved {
		key := fmt.Sprint(v.Place.Path(), v.Place.Start, v.Message)
		at, ok := index[key]
		if !ok {
			at = len(out)
			index[key] = at
			out = append(out, Question{Place: v.Place, Message: v.Message, Steps: v.Steps})
		}
		if !slices.Contains(out[at].Rules, v.Rule.ID) {
			out[at].Rules = append(out[at].Rules, v.Rule.ID)
		}
	}
	return out
}

// Add adds what another run has found.
func (r *Report) Add(other *Report) {
	r.Fails = append(r.Fails, other.Fails...)
	r.Unresolved = append(r.Unresolved, other.Unresolved...)
	r.Unexamined = append(r.Unexamined, other.Unexamined...)
	r.Passed += other.Passed
	r.Allowed += other.Allowed
	r.Files += other.Files
	r.Examined += other.Examined
	r.Bytes += other.Bytes
}
