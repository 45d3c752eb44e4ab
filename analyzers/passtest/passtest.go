// Package passtest makes single passes for the tests of their fixtures: each one in a
// suite of its own, by the constructor that every driver uses.
package passtest

import (
	"testing"

	"golang.org/x/tools/go/analysis"

	"github.com/deputy-sec/deputy/analyzers"
	"github.com/deputy-sec/deputy/analyzers/policy"
)

// Pass is the pass of a name, without any configuration.
func Pass(t testing.TB, name string) *analysis.Analyzer {
	t.Helper()
	return With(t, policy.Config{}, name)
}

// With is the pass of a name for a configuration.
func With(t testing.TB, cfg policy.Config, name string) *analysis.Analyzer {
	t.Helper()
	for _, a := range analyzers.New(cfg, nil) {
		if a.Name == name {
			return a
		}
	}
	t.Fatalf("no pass %q", name)
	return nil
}
