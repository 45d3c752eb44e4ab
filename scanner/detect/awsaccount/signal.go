package awsaccount

import (
	"cmp"
	"math"
	"slices"

	"github.com/deputy-sec/deputy/scanner/detect"
)

// signal is one reason to believe that a candidate is an account ID, or that it
// is not. Weights are log-odds: they add up, 0 is even, +2 is about 88 %, -2
// about 12 %. A phrase is what the user reads; a signal without one only
// weighs.
type signal struct {
	weight float64
	phrase string
}

// prior is the log-odds of twelve digits that stand alone and of which nothing
// else is known: about one in three is an account ID.
const prior = -0.85

// decisive is the weight of a notation that means an account ID and nothing
// else. It outweighs everything that speaks against it.
const decisive = 8

// maxConfidence leaves room for doubt: no account ID has a check digit.
const maxConfidence = 0.99

// verdict collects signals.
type verdict struct {
	score   float64
	signals []signal
}

func (v *verdict) add(s signal) {
	if s.weight == 0 {
		return
	}
	v.score += s.weight
	v.signals = append(v.signals, s)
}

// hopeless reports whether a candidate is dropped even if signals of that weight are
// still to come.
func (v *verdict) hopeless(still float64) bool {
	later := verdict{score: v.score + still + 1e-6} // sums of floats depend on their order
	return later.confidence() < detect.Keep
}

// confidence is the logistic of the prior and all weights.
func (v *verdict) confidence() float64 {
	return min(maxConfidence, 1/(1+math.Exp(-prior-v.score)))
}

// maxEvidence is how many reasons a reader wants to see.
const maxEvidence = 4

// evidence lists the phrases that speak for the candidate, the strongest first.
func (v *verdict) evidence() []string {
	slices.SortStableFunc(v.signals, func(a, b signal) int { return cmp.Compare(b.weight, a.weight) })
	var phrases []string
	for _, s := range v.signals {
		if s.weight > 0 && s.phrase != "" && len(phrases) < maxEvidence && !slices.Contains(phrases, s.phrase) {
			phrases = append(phrases, s.phrase)
		}
	}
	if phrases == nil {
		return []string{"twelve digits that stand alone"}
	}
	return phrases
}
