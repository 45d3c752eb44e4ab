package run

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/state"
	"github.com/deputy-sec/deputy/scanner/source/target"
)

// Identity is what the results of a run depend on beside the targets, for whoever keeps
// them. Equal ones of two runs, on whatever machine, mean equal results.
type Identity struct {
	RuleSet string // what decides what is found in a content: see state.Open
	Scope   string // what the configuration looks for and leaves out, whatever the program's version
	All     string // all of it: rule set, scope, and what is known of accounts and findings
}

// Identity returns the run's.
func (r *Run) Identity() (Identity, error) {
	rules, err := r.ruleSet()
	if err != nil {
		return Identity{}, err
	}
	c := r.config // by what files hold, not by what they are called here
	c.KeyFile, c.Accounts, c.Baseline, c.Rules = "", "", "", nil
	known, err := r.knownDigest()
	if err != nil {
		return Identity{}, err
	}
	scope := digest(c.key(), strings.Join(r.rules.digests, "\n"))
	return Identity{RuleSet: digest(rules), Scope: scope, All: digest(rules, scope, known)}, nil
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		_, _ = fmt.Fprintf(h, "%d %s\n", len(p), p) // a hash takes all
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:16])
}

// Stamp says what a target is like without reading it: as long as its stamps are equal,
// nothing has changed that a scan would see. ok is false if that cannot be said.
func (r *Run) Stamp(ctx context.Context, name string) (stamp string, ok bool) {
	read, err := r.config.Target.options(r.config.Jobs, r.config.MaxMemory)
	if err != nil {
		return "", false
	}
	requests := target.Requests([]string{name}, target.Options{Options: read})
	if len(requests) != 1 {
		return "", false
	}
	return requests[0].Stamp(ctx)
}

// ScanKnowing scans one target, knowing what earlier scans have examined: contents that s
// knows are not read again, and it learns what holds nothing. The state must be about the
// run's own rule set. The result is redacted.
func (r *Run) ScanKnowing(ctx context.Context, name string, s *state.State) (*finding.Result, error) {
	read, err := r.config.Target.options(r.config.Jobs, r.config.MaxMemory)
	if err != nil {
		return nil, err
	}
	read.State = s
	documents, done, err := r.config.Documents.Reader(r.config.Jobs)
	if err != nil {
		return nil, err
	}
	defer done()
	engine := r.engine
	engine.Documents = documents
	result, err := r.scanTargets(ctx, target.Requests([]string{name}, target.Options{Options: read}), engine, nil)
	if err != nil {
		return nil, err
	}
	r.settings.Apply(result)
	result.Redact()
	return result, nil
}
