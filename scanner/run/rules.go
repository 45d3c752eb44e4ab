package run

import (
	"fmt"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/all"
	"github.com/deputy-sec/deputy/scanner/detect/gitleaksrules"
)

// Rules are the families of detectors that a scan uses: the built-in ones and those of
// files.
type Rules struct {
	Families []all.Family
	Warnings []string // what the files ask for and do not get
	digests  []string // tell one set of files from another
}

// LoadRules returns the built-in detectors, those of files of gitleaks rules, and own ones.
// An error names the file and the line.
func LoadRules(files []string, own []Custom) (*Rules, error) {
	r := &Rules{Families: all.Families()}
	taken := map[string]bool{}
	take := func(d detect.Detector) {
		for _, rule := range d.Rules() {
			taken[rule.ID] = true
		}
	}
	for _, f := range r.Families {
		take(f.Detector)
	}
	isTaken := func(id string) bool { return taken[id] }
	for _, file := range files {
		rules, err := gitleaksrules.Load(file, isTaken)
		if err != nil {
			return nil, fmt.Errorf("--rules: %w", err)
		}
		take(rules)
		for _, warning := range rules.Warnings {
			r.Warnings = append(r.Warnings, "--rules: "+warning)
		}
		r.digests = append(r.digests, rules.Digest)
		r.Families = append(r.Families, all.Family{Detector: rules})
	}
	if len(own) == 0 {
		return r, nil
	}
	rules, err := gitleaksrules.Make("custom-rules", ownRules(own), isTaken)
	if err != nil {
		return nil, err
	}
	r.digests = append(r.digests, fmt.Sprintf("%#v", own))
	r.Families = append(r.Families, all.Family{Detector: rules})
	return r, nil
}

func ownRules(rules []Custom) []gitleaksrules.Own {
	own := make([]gitleaksrules.Own, len(rules))
	for i, c := range rules {
		own[i] = gitleaksrules.Own{
			ID: c.ID, Title: c.Title, Remedy: c.Remedy, Severity: c.Severity,
			Pattern: c.Pattern, Keywords: c.Keywords, Entropy: c.Entropy, Allow: c.AllowedText,
		}
	}
	return own
}

// Set returns the detectors as the engine takes them.
func (r *Rules) Set() *detect.Set {
	detectors := make([]detect.Detector, 0, len(r.Families))
	for _, f := range r.Families {
		detectors = append(detectors, f.Detector)
	}
	return detect.NewSet(detectors...)
}

// IDs lists the names of all rules.
func (r *Rules) IDs() []string {
	var ids []string
	for _, f := range r.Families {
		for _, rule := range f.Detector.Rules() {
			ids = append(ids, rule.ID)
		}
	}
	return ids
}
