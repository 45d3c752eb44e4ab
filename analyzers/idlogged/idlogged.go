package idlogged

import (
	"golang.org/x/tools/go/analysis"

	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/report"
	"github.com/deputy-sec/deputy/analyzers/taint"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
)

// New makes the pass that reports External IDs in logs.
func New(prog, flows *analysis.Analyzer) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "idlogged",
		Doc:  "report External IDs written to logs, telemetry, standard output or panics\n\nAn External ID is a credential: mask it or leave it out.",
		URL:  taint.Docs + "idlogged",
		Run: func(pass *analysis.Pass) (any, error) {
			run(pass, pass.ResultOf[prog].(*program.Result), pass.ResultOf[flows].(*taint.Result))
			return nil, nil
		},
		Requires: []*analysis.Analyzer{prog, flows},
	}
}

func run(pass *analysis.Pass, prog *program.Result, flows *taint.Result) {
	r := report.New(pass)
	for _, f := range flows.Leaks(tables.Logged) {
		d := flows.Diagnostic(pass, f, "idlogged", taint.Subject(f)+" logged: "+taint.What(f)+" reaches "+f.Sink.What)
		d.SuggestedFixes = flows.MaskFix(pass, f)
		r.Report(d)
	}
	schemas(pass, prog, r)
	r.Done()
}
