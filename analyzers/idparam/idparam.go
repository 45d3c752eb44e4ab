package idparam

import (
	"golang.org/x/tools/go/analysis"

	"github.com/deputy-sec/deputy/analyzers/taint/tables"

	"github.com/deputy-sec/deputy/analyzers/report"
	"github.com/deputy-sec/deputy/analyzers/taint"
)

// New makes the pass that reports External IDs taken from requests.
func New(flows *analysis.Analyzer) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "idparam",
		Doc:  "report External IDs that a request may choose\n\nGenerate the External ID; who may choose it can make the service assume another customer's role.",
		URL:  taint.Docs + "idparam",
		Run: func(pass *analysis.Pass) (any, error) {
			run(pass, pass.ResultOf[flows].(*taint.Result))
			return nil, nil
		},
		Requires: []*analysis.Analyzer{flows},
	}
}

// outcomes say how far a value got.
var outcomes = map[tables.SinkKind]string{
	tables.STS:    " reaches STS as ",
	tables.Stored: " is stored by ",
	tables.Kept:   " becomes ",
}

func run(pass *analysis.Pass, flows *taint.Result) {
	r := report.New(pass)
	for _, f := range flows.Accepted() {
		d := flows.Diagnostic(pass, f, "idparam", "External ID accepted from a request: "+taint.What(f)+outcomes[f.Sink.Kind]+f.Sink.What)
		d.Related = append(d.Related, analysis.RelatedInformation{Pos: f.Sink.Pos, Message: f.Sink.What})
		d.Pos = f.Source()
		r.Report(d)
	}
	r.Done()
}
