package gitleaksrules

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Ruleset is a detector that tries the rules of a configuration.
type Ruleset struct {
	Warnings []string // what the file asks for and does not get
	Digest   string   // of the files read: two rulesets of one digest find the same

	name     string
	freeWork int
	rules    []*finding.Rule
	triggers []detect.Trigger
	byIndex  []*rule // by trigger
}

// Load reads a gitleaks configuration from a file. taken says which rule IDs are
// in use already; a rule of that name is called gitleaks-NAME. An error names the
// line of what is wrong.
func Load(name string, taken func(id string) bool) (*Ruleset, error) {
	digest := sha256.New()
	c, warnings, err := reader{digest}.read(name, 0)
	if err != nil {
		return nil, err
	}
	s := &Ruleset{name: filepath.Base(name), freeWork: freeWork, Warnings: warnings, Digest: hex.EncodeToString(digest.Sum(nil))}
	global, err := globals(c)
	if err != nil {
		return nil, err
	}
	used, named := map[string]bool{}, map[string]bool{}
	for i := range c.Rules {
		named[c.Rules[i].ID] = true
	}
	parts, err := requiredParts(c, global)
	if err != nil {
		return nil, err
	}
	for i := range c.Rules {
		rc := &c.Rules[i]
		switch {
		case strings.TrimSpace(rc.ID) == "":
			return nil, rc.file.errorf([]string{rc.Regex, rc.Description, "[[rules]]"}, "a rule has no id")
		case used[rc.ID]:
			return nil, rc.file.errorf([]string{rc.named()}, "rule %q stands twice", rc.ID)
		}
		used[rc.ID] = true
		if err := s.add(rc, nameOf(rc.ID, taken, named), global(rc.ID), parts); err != nil {
			return nil, err
		}
	}
	for _, a := range c.Allowlists {
		for _, id := range a.TargetRules {
			if !used[id] {
				return nil, a.file.errorf([]string{"targetRules"}, "allowlists: targetRules: there is no rule %q", id)
			}
		}
	}
	if len(s.rules) == 0 {
		return nil, fmt.Errorf("%s: holds no rule that can be used: %s", name, strings.Join(s.Warnings, "; "))
	}
	return s, nil
}

// requiredParts returns the rules that others require, by their IDs.
func requiredParts(c *config, global func(id string) []*allowlist) (map[string]*rule, error) {
	wanted := map[string]bool{}
	for i := range c.Rules {
		for _, q := range c.Rules[i].Required {
			wanted[q.ID] = true
		}
	}
	parts := map[string]*rule{}
	for i := range c.Rules {
		rc := &c.Rules[i]
		if !wanted[rc.ID] || rc.Regex == "" || rc.unknown != "" {
			continue
		}
		r, _, err := newRule(rc, rc.ID, global(rc.ID)) // it need not be found by itself
		if err != nil {
			return nil, err
		}
		parts[rc.ID] = r
	}
	return parts, nil
}

// add takes a rule in, or warns why not.
func (s *Ruleset) add(c *ruleConfig, id string, global []*allowlist, parts map[string]*rule) error {
	if c.SkipReport && parts[c.ID] != nil {
		return nil // it is there for others
	}
	reason := unused(c)
	var r *rule
	if reason == "" {
		var err error
		if r, reason, err = newRule(c, id, global); err != nil {
			return err
		}
	}
	if reason == "" {
		reason = link(c, r, parts)
	}
	if reason != "" {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%s: rule %q is not used: %s", c.file.name, c.ID, reason))
		return nil
	}
	s.rules = append(s.rules, r.about)
	for _, t := range r.triggers() {
		s.triggers = append(s.triggers, t)
		s.byIndex = append(s.byIndex, r)
	}
	return nil
}

// Rules implements detect.Detector.
func (s *Ruleset) Rules() []*finding.Rule { return s.rules }

// Triggers implements detect.Detector.
func (s *Ruleset) Triggers() []detect.Trigger { return s.triggers }

// Detect implements detect.Detector.
func (s *Ruleset) Detect(w *detect.Window, report func(detect.Match)) {
	work, ok := workIn(w, s.freeWork)
	if !ok {
		w.GiveUp("too dense for the rules of " + s.name)
		return
	}
	s.byIndex[w.Trigger].detect(w, work, report)
}

// nameOf returns a name for a rule that nothing else has; named are the rules of
// the file, as it calls them, and as they are called if that differs.
func nameOf(id string, taken func(string) bool, named map[string]bool) string {
	if !taken(id) {
		return id
	}
	name := "gitleaks-" + id
	for n := 2; taken(name) || named[name]; n++ {
		name = fmt.Sprintf("gitleaks-%s-%d", id, n)
	}
	named[name] = true
	return name
}

// globals returns the allowlists outside of rules, by the rule they are for.
func globals(c *config) (func(id string) []*allowlist, error) {
	var everywhere []*allowlist
	targeted := map[string][]*allowlist{}
	for _, ac := range c.Allowlists {
		a, err := newAllowlist(ac.file, ac, "allowlist")
		if err != nil {
			return nil, err
		}
		if len(ac.TargetRules) == 0 {
			everywhere = append(everywhere, a)
		}
		for _, id := range ac.TargetRules {
			targeted[id] = append(targeted[id], a)
		}
	}
	return func(id string) []*allowlist { return slices.Concat(targeted[id], everywhere) }, nil
}
