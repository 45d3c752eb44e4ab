package scanner

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// kept is a result as it is written down for a later scan of the same.
type kept struct {
	Repository             *source.Repository
	Findings               []keptFinding
	Unexamined             []finding.Unexamined
	Stats                  finding.Stats
	Hidden, Allowed, Known int
}

// keptFinding is a finding with the rule's name for the rule, and the mask for the
// secret.
type keptFinding struct {
	*finding.Finding
	Rule, Secret string
}

// Keep writes a result down for [Recall], and redacts it for that. It is false if the
// result is not worth keeping: some of it could go otherwise the next time, or it cannot
// be written down as it is.
func (r *Result) Keep() ([]byte, bool) {
	r.Redact()
	if !slices.ContainsFunc(r.Unexamined, passing) {
		k := kept{r.Repository, nil, r.Unexamined, r.Stats, r.Hidden, r.Allowed, r.Known}
		for _, f := range r.Findings {
			k.Findings = append(k.Findings, keptFinding{f, f.Rule.ID, f.Secret.Mask()})
		}
		data, err := json.Marshal(k)
		// What is no UTF-8, as names of files may be, is written so and lost. And a
		// date that nobody can have lived is an error.
		if err == nil && !bytes.Contains(data, []byte(`\ufffd`)) {
			return data, true
		}
	}
	return nil, false
}

// passing reports whether something may be read the next time.
func passing(u finding.Unexamined) bool { return !u.Kind.Lasting() }

// Recall returns a result that was kept. All of its blobs count as remembered.
func Recall(data []byte, rules []*finding.Rule) (*Result, error) {
	var k kept
	if err := json.Unmarshal(data, &k); err != nil {
		return nil, fmt.Errorf("recall a result: %w", err)
	}
	r := &Result{
		Repository: k.Repository, Unexamined: k.Unexamined, Stats: k.Stats,
		Hidden: k.Hidden, Allowed: k.Allowed, Known: k.Known,
	}
	r.Stats.Remembered = r.Stats.Blobs
	byID := make(map[string]*finding.Rule, len(rules))
	for _, rule := range rules {
		byID[rule.ID] = rule
	}
	for _, f := range k.Findings {
		rule := byID[f.Rule]
		if rule == nil || f.Finding == nil {
			return nil, fmt.Errorf("recall a result: no rule %q", f.Rule)
		}
		f.Finding.Rule, f.Finding.Secret = rule, finding.Masked(f.Secret)
		r.Findings = append(r.Findings, f.Finding)
	}
	return r, nil
}
