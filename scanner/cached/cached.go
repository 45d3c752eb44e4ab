// Package cached writes results down for a later examination of the same, and reads them
// again: masks and fingerprints, and a value only where it is part of a path.
package cached

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// result is a [finding.Result] as it is written down: all of its fields, but for the rules,
// which the reader has, and the findings.
type result struct {
	*finding.Result
	Rules    any `json:",omitempty"`
	Findings []record
}

// record is a finding with the rule's name for the rule, and the mask for the secret.
type record struct {
	*finding.Finding
	Rule, Secret string
}

// What is not written down.
var (
	ErrNotRedacted = errors.New("the result is not redacted")
	// ErrPassing is of results that could differ the next time though nothing changed.
	ErrPassing = errors.New("something could not be examined that may be the next time")
	// ErrNotText is of names and dates that JSON cannot hold as they are.
	ErrNotText = errors.New("the result holds what is no text")
)

// Encode writes a redacted result down for [Decode].
func Encode(r *finding.Result) ([]byte, error) {
	if !r.Redacted() {
		return nil, ErrNotRedacted
	}
	if slices.ContainsFunc(r.Unexamined, func(u finding.Unexamined) bool { return !u.Kind.Lasting() }) {
		return nil, ErrPassing
	}
	out := result{Result: r}
	for _, f := range r.Findings {
		out.Findings = append(out.Findings, record{f, f.Rule.ID, f.Secret.Mask()})
	}
	data, err := json.Marshal(out)
	switch {
	case err != nil: // a date that nobody can have lived
		return nil, fmt.Errorf("%w: %w", ErrNotText, err)
	case bytes.Contains(data, []byte(`\ufffd`)): // names of files need not be UTF-8
		return nil, ErrNotText
	}
	return data, nil
}

// Decode returns a result that was written down, with its rules found among those given.
// All of its blobs count as remembered.
func Decode(data []byte, rules []*finding.Rule) (*finding.Result, error) {
	in := result{Result: &finding.Result{}}
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, fmt.Errorf("decode a result: %w", err)
	}
	r := in.Result
	if r == nil {
		return nil, errors.New("decode a result: there is none")
	}
	r.Rules, r.Findings = rules, nil
	r.Stats.Remembered = r.Stats.Blobs
	byID := make(map[string]*finding.Rule, len(rules))
	for _, rule := range rules {
		byID[rule.ID] = rule
	}
	for _, f := range in.Findings {
		rule := byID[f.Rule]
		if rule == nil || f.Finding == nil {
			return nil, fmt.Errorf("decode a result: no rule %q", f.Rule)
		}
		f.Finding.Rule, f.Finding.Secret = rule, finding.Masked(f.Secret)
		r.Findings = append(r.Findings, f.Finding)
	}
	r.Redact() // it was, when it was written down
	return r, nil
}
