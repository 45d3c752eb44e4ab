package externalid_test

import (
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/passtest"
	"github.com/deputy-sec/deputy/analyzers/program"
)

// silent leaves the marks to the passes that they are for.
type silent struct{}

func (silent) Errorf(string, ...any) {}

// go vet runs the passes that ask of one result side by side.
func TestAResultIsAskedFromManySides(t *testing.T) {
	source := passtest.Pass(t, "externalid")
	asks := &analysis.Analyzer{
		Name: "asks", Doc: "ask of every field of every type", Requires: []*analysis.Analyzer{source},
		Run: func(pass *analysis.Pass) (any, error) {
			ids := pass.ResultOf[source].(*externalid.Result)
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					for _, name := range pass.Pkg.Scope().Names() {
						typ := pass.Pkg.Scope().Lookup(name).Type()
						if s := program.StructOf(typ); s != nil {
							for i := range s.NumFields() {
								ids.Field(typ, i)
							}
						}
					}
				})
			}
			wg.Wait()
			return nil, nil
		},
	}
	dir, err := filepath.Abs("../testdata")
	require.NoError(t, err)
	analysistest.Run(silent{}, dir, asks, "kinds", "idreturned")
}
