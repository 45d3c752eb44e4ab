package driver

import (
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/deputy-sec/deputy/analyzers"
	"github.com/deputy-sec/deputy/analyzers/policy"
)

// UnitMain is the main function of go vet's tool: it answers -V=full, -flags and
// unit.cfg, and exits.
//
// go vet hands its tool every dependency, the standard library included, and wants
// the types of each back. Type-checking is therefore the floor of a cold run; package
// program keeps everything above it to the units that can see an External ID.
func UnitMain(cfg policy.Config) {
	passes := analyzers.New(cfg, nil)
	for _, a := range passes {
		if analyzers.Reports(a) {
			named(a)
		}
	}
	unitchecker.Main(passes...)
}

// named has a pass say its name behind what it reports, which go vet does not: it is what a
// suppression has to name.
func named(a *analysis.Analyzer) {
	run := a.Run
	a.Run = func(pass *analysis.Pass) (any, error) {
		report := pass.Report
		pass.Report = func(d analysis.Diagnostic) {
			first, rest, more := strings.Cut(d.Message, "\n")
			d.Message = first + " (" + a.Name + ")"
			if more {
				d.Message += "\n" + rest
			}
			report(d)
		}
		return run(pass)
	}
}

// IsUnit reports whether a command line is one that go vet gives to its tool.
func IsUnit(args []string) bool {
	if len(args) == 0 {
		return false
	}
	return args[0] == "-flags" || strings.HasPrefix(args[0], "-V=") || strings.HasSuffix(args[len(args)-1], ".cfg")
}
