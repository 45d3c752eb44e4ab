// Package analyzers lists the go/analysis passes that keep External IDs secret.
//
//	externalid, program, taint  find out and report nothing
//	idlogged                    in logs, telemetry, standard output, panics
//	idreturned                  in responses
//	idsent                      in requests, messages and mail to others
//	idparam                     chosen by a request
//	idweak                      guessable, derived or too short
//	idmissing                   AssumeRole without one
//	staticcreds                 long-lived keys in code
//	idroutes                    endpoints without a rate limit
//
// Any go/analysis driver can run what New makes; package driver runs it over whole
// programs and as go vet's tool. Nothing of a run is kept in a package: two suites know
// nothing of each other.
package analyzers

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/analyzers/taint/summary"

	"golang.org/x/tools/go/analysis"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/idlogged"
	"github.com/deputy-sec/deputy/analyzers/idmissing"
	"github.com/deputy-sec/deputy/analyzers/idparam"
	"github.com/deputy-sec/deputy/analyzers/idreturned"
	"github.com/deputy-sec/deputy/analyzers/idroutes"
	"github.com/deputy-sec/deputy/analyzers/idsent"
	"github.com/deputy-sec/deputy/analyzers/idweak"
	"github.com/deputy-sec/deputy/analyzers/policy"
	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/staticcreds"
	"github.com/deputy-sec/deputy/analyzers/taint"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// World is what a driver that sees the whole program tells its passes of packages that
// they cannot see. The driver owns it and changes it between rounds, never while a pass
// runs. The zero value says nothing, as under go vet.
type World struct {
	Needed  program.Needed
	Known   externalid.Program
	Results summary.Results
}

// New makes the passes for one configuration, the silent ones first. Their flags add to
// that suite's configuration alone. A nil world says nothing.
func New(cfg policy.Config, w *World) []*analysis.Analyzer {
	if w == nil {
		w = &World{}
	}
	prog := program.New(&cfg, &w.Needed)
	ids := externalid.New(&cfg, prog, &w.Known)
	flows := taint.New(&cfg, prog, ids, &w.Results)
	return []*analysis.Analyzer{
		prog, ids, flows,
		idlogged.New(prog, flows),
		idreturned.New(flows),
		idsent.New(flows),
		idparam.New(flows),
		idweak.New(prog, ids),
		idmissing.New(prog),
		staticcreds.New(prog),
		idroutes.New(prog),
	}
}

// Reports reports whether a pass tells users what it finds; the others only find out.
func Reports(pass *analysis.Analyzer) bool { return pass.ResultType == nil }

// Choose keeps the passes of the names, with what they require; all if there are none.
func Choose(passes []*analysis.Analyzer, names []string) ([]*analysis.Analyzer, error) {
	if len(names) == 0 {
		return passes, nil
	}
	var out []*analysis.Analyzer
	for _, name := range names {
		i := slices.IndexFunc(passes, func(a *analysis.Analyzer) bool { return a.Name == name && Reports(a) })
		if i < 0 {
			return nil, fmt.Errorf("deputy has no pass %q", name)
		}
		out = append(out, passes[i])
	}
	return out, nil
}

// severities are those of diagnostics by category. What is only worth a look is low,
// the least of the scale.
var severities = map[string]finding.Severity{
	"idlogged":        finding.High,
	"idreturned":      finding.High,
	idreturned.Reveal: finding.Low,
	"idsent":          finding.High,
	"idparam":         finding.High,
	"idweak":          finding.High,
	"idmissing":       finding.Medium,
	"staticcreds":     finding.High,
	staticcreds.User:  finding.Medium,
	"idroutes":        finding.Low,
	"suppression":     finding.Low,
	"unfinished":      finding.Low,
}

// Severity is how much a diagnostic of a category matters.
func Severity(category string) finding.Severity {
	if s, ok := severities[category]; ok {
		return s
	}
	return finding.Medium
}

// docs are the packages' documentation, which is the help that users read.
//
//go:embed id*/doc.go staticcreds/doc.go
var docs embed.FS

// Names lists the passes that report, in the order of the suite.
func Names() []string {
	var names []string
	for _, pass := range New(policy.Config{}, nil) {
		if Reports(pass) {
			names = append(names, pass.Name)
		}
	}
	return names
}

// Explain is the documentation of a reporting pass: what it finds, what is good instead,
// and its limits.
func Explain(pass string) (string, bool) {
	source, err := docs.ReadFile(pass + "/doc.go")
	if err != nil {
		return "", false
	}
	var b strings.Builder
	for line := range strings.Lines(string(source)) {
		text, isComment := strings.CutPrefix(line, "//")
		if !isComment {
			break
		}
		b.WriteString(strings.TrimPrefix(text, " "))
	}
	return b.String(), true
}
