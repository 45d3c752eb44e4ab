package idsent

import (
	"golang.org/x/tools/go/analysis"

	"github.com/deputy-sec/deputy/analyzers/report"
	"github.com/deputy-sec/deputy/analyzers/taint"
)

// Analyzer reports External IDs that are sent to others.
var Analyzer = &analysis.Analyzer{
	Name:     "idsent",
	Doc:      "report External IDs in URLs, bodies and headers of outgoing requests, in messages and in mail\n\nOnly STS needs one: send what the other side knows the customer by.",
	URL:      taint.Docs + "idsent",
	Run:      run,
	Requires: []*analysis.Analyzer{taint.Analyzer},
}

func run(pass *analysis.Pass) (any, error) {
	flows := pass.ResultOf[taint.Analyzer].(*taint.Result)
	r := report.New(pass)
	for _, f := range flows.Leaks(taint.Sent) {
		r.Report(f.Diagnostic(pass, "idsent", f.Subject()+" sent: "+f.What()+" reaches "+f.Sink.What))
	}
	r.Done()
	return nil, nil
}
