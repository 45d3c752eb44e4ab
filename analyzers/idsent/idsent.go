package idsent

import (
	"golang.org/x/tools/go/analysis"

	"github.com/deputy-sec/deputy/analyzers/taint/tables"

	"github.com/deputy-sec/deputy/analyzers/report"
	"github.com/deputy-sec/deputy/analyzers/taint"
)

// New makes the pass that reports External IDs that are sent to others.
func New(flows *analysis.Analyzer) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "idsent",
		Doc:  "report External IDs in URLs, bodies and headers of outgoing requests, in messages and in mail\n\nOnly STS needs one: send what the other side knows the customer by.",
		URL:  taint.Docs + "idsent",
		Run: func(pass *analysis.Pass) (any, error) {
			run(pass, pass.ResultOf[flows].(*taint.Result))
			return nil, nil
		},
		Requires: []*analysis.Analyzer{flows},
	}
}

func run(pass *analysis.Pass, flows *taint.Result) {
	r := report.New(pass)
	for _, f := range flows.Leaks(tables.Sent) {
		r.Report(flows.Diagnostic(pass, f, "idsent", taint.Subject(f)+" sent: "+taint.What(f)+" reaches "+f.Sink.What))
	}
	r.Done()
}
