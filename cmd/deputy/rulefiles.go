package main

import (
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/all"
	"github.com/deputy-sec/deputy/scanner/detect/gitleaksrules"
)

// ruleFiles are the files of --rules, whose rules stand beside the built-in ones.
type ruleFiles struct {
	names  []string
	loaded []*gitleaksrules.Ruleset
}

func (r *ruleFiles) flags(f *pflag.FlagSet) {
	f.StringArrayVar(&r.names, "rules", nil, "use the rules of a gitleaks configuration `FILE`, too; may be repeated")
}

// families returns the built-in detectors and those of the files.
func (r *ruleFiles) families() ([]all.Family, error) {
	families := all.Families()
	taken := map[string]bool{}
	take := func(d detect.Detector) {
		for _, rule := range d.Rules() {
			taken[rule.ID] = true
		}
	}
	for _, f := range families {
		take(f.Detector)
	}
	r.loaded = nil
	for _, name := range r.names {
		rules, err := gitleaksrules.Load(name, func(id string) bool { return taken[id] })
		if err != nil {
			return nil, fmt.Errorf("--rules: %w", err)
		}
		take(rules)
		r.loaded = append(r.loaded, rules)
		families = append(families, all.Family{Detector: rules})
	}
	return families, nil
}

// warn tells what the files ask for and do not get.
func (r *ruleFiles) warn(errs io.Writer) {
	for _, rules := range r.loaded {
		for _, warning := range rules.Warnings {
			_, _ = fmt.Fprintf(errs, "deputy: --rules: %s\n", warning)
		}
	}
}

// digests tell one set of files from another.
func (r *ruleFiles) digests() []string {
	var out []string
	for _, rules := range r.loaded {
		out = append(out, rules.Digest)
	}
	return out
}

func detectorsOf(families []all.Family) []detect.Detector {
	var out []detect.Detector
	for _, f := range families {
		out = append(out, f.Detector)
	}
	return out
}
