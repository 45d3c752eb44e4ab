// Package settings applies what a configuration says of rules: that one is switched off,
// everywhere or at some paths, or that it matters more or less there.
package settings

import (
	"fmt"
	"slices"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/deputy-sec/deputy/internal/pathglob"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Setting changes what some rules do at some paths. Of several that fit, the last one
// decides, for each of Enabled and Severity by itself.
type Setting struct {
	Rule     string           // a rule's ID, or a glob over them: "aws-*"
	Paths    []string         // globs over paths (see [pathglob.List]); none: everywhere
	Enabled  *bool            // nil: as it is
	Severity finding.Severity // "": as it is
}

// Set are settings that have been checked, in order.
type Set []compiled

type compiled struct {
	Setting
	paths pathglob.List
}

// UnknownRule says that there is no rule of a name.
type UnknownRule struct{ Name string }

func (e *UnknownRule) Error() string { return fmt.Sprintf("no rule %q", e.Name) }

// Compile checks settings against the rules that there are, and the names of those that
// others have: one file of settings serves all who find something, and each takes its own
// out of it.
func Compile(settings []Setting, rules []*finding.Rule, others ...string) (Set, error) {
	var set Set
	for _, s := range settings {
		if !doublestar.ValidatePattern(s.Rule) {
			return nil, fmt.Errorf("bad glob %q", s.Rule)
		}
		if s.Enabled == nil && s.Severity == "" {
			return nil, fmt.Errorf("rule %q: neither enabled nor severity is set", s.Rule)
		}
		if s.Severity != "" && s.Severity.Rank() == 0 {
			return nil, fmt.Errorf("rule %q: unknown severity %q: want low, medium, high or critical", s.Rule, s.Severity)
		}
		named := func(id string) bool { return doublestar.MatchUnvalidated(s.Rule, id) }
		if !slices.ContainsFunc(rules, func(r *finding.Rule) bool { return named(r.ID) }) && !slices.ContainsFunc(others, named) {
			return nil, &UnknownRule{s.Rule}
		}
		paths, err := pathglob.Compile(s.Paths)
		if err != nil {
			return nil, fmt.Errorf("rule %q: %w", s.Rule, err)
		}
		set = append(set, compiled{s, paths})
	}
	return set, nil
}

// Apply changes a result's findings. What is switched off wherever it stands is taken out,
// and counted.
func (set Set) Apply(r *finding.Result) {
	if len(set) == 0 {
		return
	}
	before := len(r.Findings)
	r.Findings = slices.DeleteFunc(r.Findings, func(f *finding.Finding) bool { return !set.apply(f) })
	r.Disabled += before - len(r.Findings)
}

// apply reports whether anything is left of a finding. It is as severe as the worst of its
// places.
func (set Set) apply(f *finding.Finding) bool {
	var worst finding.Severity
	var left []finding.Sighting
	for _, s := range f.Sightings {
		enabled, severity := set.at(f, s.Path)
		if !enabled {
			continue
		}
		left = append(left, s)
		if severity.Rank() > worst.Rank() {
			worst = severity
		}
	}
	if len(left) == 0 {
		return false
	}
	if len(left) < len(f.Sightings) {
		f.InHead = slices.ContainsFunc(left, func(s finding.Sighting) bool { return s.InHead })
	}
	f.Sightings, f.Severity = left, worst
	return true
}

// at returns what the settings say of a finding at a path.
func (set Set) at(f *finding.Finding, path string) (enabled bool, severity finding.Severity) {
	enabled, severity = true, f.Severity
	for _, s := range set {
		if !doublestar.MatchUnvalidated(s.Rule, f.Rule.ID) || len(s.paths) > 0 && !s.paths.Match(path) {
			continue
		}
		if s.Enabled != nil {
			enabled = *s.Enabled
		}
		if s.Severity != "" {
			severity = s.Severity
		}
	}
	return enabled, severity
}
