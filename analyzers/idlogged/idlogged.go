package idlogged

import (
	"golang.org/x/tools/go/analysis"

	"github.com/deputy-sec/deputy/analyzers/report"
	"github.com/deputy-sec/deputy/analyzers/taint"
)

// Analyzer reports External IDs in logs.
var Analyzer = &analysis.Analyzer{
	Name:     "idlogged",
	Doc:      "report External IDs written to logs, telemetry, standard output or panics\n\nAn External ID is a credential: mask it or leave it out.",
	URL:      taint.Docs + "idlogged",
	Run:      run,
	Requires: []*analysis.Analyzer{taint.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	flows := pass.ResultOf[taint.Analyzer].(*taint.Result)
	r := report.New(pass)
	for _, f := range flows.Leaks(taint.Logged) {
		d := f.Diagnostic(pass, "idlogged", f.Subject()+" logged: "+f.What()+" reaches "+f.Sink.What)
		d.SuggestedFixes = flows.MaskFix(pass, f)
		r.Report(d)
	}
	r.Done()
	return nil, nil
}
