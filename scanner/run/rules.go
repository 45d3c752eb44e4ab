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

// LoadRules returns the built-in detectors and those of files of gitleaks rules. An error
// names the file and the line.
func LoadRules(files []string) (*Rules, error) {
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
	for _, file := range files {
		rules, err := gitleaksrules.Load(file, func(id string) bool { return taken[id] })
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
	return r, nil
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
