package taint

import (
	"go/token"
	"reflect"

	"golang.org/x/tools/go/analysis"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/policy"
	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/interp"
	"github.com/deputy-sec/deputy/analyzers/taint/summary"
)

// New makes the pass that follows flows. Its result is a *Result.
func New(cfg *policy.Config, prog, ids *analysis.Analyzer, results *summary.Results) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "taint",
		Doc:  "follow External IDs to where they leave (reports nothing)",
		Run: func(pass *analysis.Pass) (any, error) {
			return run(pass, pass.ResultOf[prog].(*program.Result), pass.ResultOf[ids].(*externalid.Result), cfg, *results), nil
		},
		Flags:      *cfg.Flags("taint"),
		Requires:   []*analysis.Analyzer{prog, ids},
		ResultType: reflect.TypeFor[*Result](),
		FactTypes:  []analysis.Fact{new(summary.Summaries)},
	}
}

// Result is what flows in one package.
type Result struct {
	interp.Outcome
	fset    *token.FileSet
	message string // the project's own words, for every diagnostic
}

func run(pass *analysis.Pass, prog *program.Result, ids *externalid.Result, cfg *policy.Config, results summary.Results) *Result {
	if len(prog.Funcs) == 0 {
		return &Result{}
	}
	return &Result{Outcome: interp.Follow(pass, prog, ids, cfg, results), fset: pass.Fset, message: cfg.Message}
}
