package idreturned

import (
	"strings"

	"github.com/deputy-sec/deputy/analyzers/taint/tables"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/report"
	"github.com/deputy-sec/deputy/analyzers/taint"
)

// New makes the pass that reports External IDs in responses.
func New(flows *analysis.Analyzer) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "idreturned",
		Doc:  "report External IDs in HTTP, RPC and Lambda responses\n\nReturn one only where the user explicitly asks for it.",
		URL:  taint.Docs + "idreturned",
		Run: func(pass *analysis.Pass) (any, error) {
			run(pass, pass.ResultOf[flows].(*taint.Result))
			return nil, nil
		},
		Requires: []*analysis.Analyzer{flows},
	}
}

// Reveal is the category of handlers whose purpose is to show an External ID.
const Reveal = "idreturned-reveal"

func run(pass *analysis.Pass, flows *taint.Result) {
	r := report.New(pass)
	for _, f := range flows.Leaks(tables.Returned) {
		category, verb := "idreturned", " returned: "
		if reveals(f.Fn) {
			category, verb = Reveal, " returned by a handler that is there to show it: "
		}
		r.Report(flows.Diagnostic(pass, f, category, taint.Subject(f)+verb+taint.What(f)+" reaches "+f.Sink.What))
	}
	r.Done()
}

// purposes are the words by which a handler says that it shows an External ID on
// request.
var purposes = []string{"generate", "rotate", "reveal", "renew", "newexternalid", "createexternalid", "getexternalid", "showexternalid", "issueexternalid", "mintexternalid"}

func reveals(fn *ssa.Function) bool {
	for ; fn != nil; fn = fn.Parent() {
		name := strings.ToLower(fn.Name())
		for _, p := range purposes {
			if strings.Contains(name, p) {
				return true
			}
		}
	}
	return false
}
