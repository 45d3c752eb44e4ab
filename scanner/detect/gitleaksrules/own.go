package gitleaksrules

import (
	"errors"
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// Own is a rule that stands in no file of gitleaks, with what decides there and the words
// that a user reads.
type Own struct {
	ID, Title, Remedy string           // "" for the words of any rule
	Severity          finding.Severity // "": high
	Pattern           string           // RE2; its first group is the secret
	Keywords          []string         // one of which stands near it
	Entropy           float64          // at least, in bits a character
	Allow             []string         // patterns of secrets that are none
}

// Make returns a detector of own rules, whose errors are about name. taken reports which
// IDs are in use already.
func Make(name string, rules []Own, taken func(id string) bool) (*Ruleset, error) {
	f := &file{name: name}
	s := &Ruleset{name: name, freeWork: freeWork}
	used := map[string]bool{}
	for _, o := range rules {
		switch {
		case strings.TrimSpace(o.ID) == "":
			return nil, fmt.Errorf("%s: a rule has no id", name)
		case o.Pattern == "":
			return nil, fmt.Errorf("%s: rule %q has no pattern", name, o.ID)
		case used[o.ID] || taken(o.ID):
			return nil, fmt.Errorf("%s: there is a rule %q already", name, o.ID)
		case o.Severity != "" && o.Severity.Rank() == 0:
			return nil, fmt.Errorf("%s: rule %q: unknown severity %q: want low, medium, high or critical", name, o.ID, o.Severity)
		}
		used[o.ID] = true
		c := &ruleConfig{ID: o.ID, Description: o.Title, Regex: o.Pattern, Keywords: o.Keywords, Entropy: o.Entropy, file: f}
		if len(o.Allow) > 0 {
			c.Allowlists = []allowConfig{{Regexes: o.Allow, file: f}}
		}
		if err := s.add(c, o.ID, nil, nil); err != nil {
			return nil, err
		}
		if len(s.Warnings) > 0 { // a file of others' rules may have some that cannot be used; one's own must not
			return nil, errors.New(s.Warnings[0])
		}
		about := s.rules[len(s.rules)-1]
		if o.Severity != "" {
			about.Severity = o.Severity
		}
		if o.Remedy != "" {
			about.Remedy = o.Remedy
		}
	}
	return s, nil
}
