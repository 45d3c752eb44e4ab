package analyzers_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"

	"github.com/deputy-sec/deputy/analyzers"
	"github.com/deputy-sec/deputy/analyzers/policy"
)

// all are the passes of a suite.
var all = analyzers.New(policy.Config{}, nil)

// support are the folders that hold no pass.
var support = []string{"driver", "policy", "report", "testdata", "golangci", "integration", "passtest"}

func TestEveryPassIsListed(t *testing.T) {
	require.NoError(t, analysis.Validate(all))
	listed := map[string]bool{}
	for _, a := range all {
		listed[a.Name] = true
	}
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, e := range entries {
		if e.IsDir() && !slices.Contains(support, e.Name()) {
			require.True(t, listed[e.Name()], "pass %s is not in the suite", e.Name())
			docs, err := filepath.Glob(filepath.Join(e.Name(), "*.go"))
			require.NoError(t, err)
			require.NotEmpty(t, docs)
		}
	}
}

func TestOnlyPassesThatReportAreExplained(t *testing.T) {
	for _, name := range []string{"taint", "no such pass", "../driver"} {
		_, ok := analyzers.Explain(name)
		require.False(t, ok, name)
	}
}

func TestReportingPassesAreDocumented(t *testing.T) {
	for _, a := range all {
		if !analyzers.Reports(a) {
			continue // a silent pass
		}
		doc, err := os.ReadFile(filepath.Join(a.Name, "doc.go"))
		require.NoError(t, err, a.Name)
		for _, part := range []string{"Bad:", "Good:", "guide"} {
			require.Contains(t, string(doc), part, a.Name)
		}
		text, ok := analyzers.Explain(a.Name)
		require.True(t, ok, a.Name)
		require.Regexp(t, "^Package "+a.Name+" (reports|notes) ", text)
		require.NotContains(t, text, "package "+a.Name)
		require.Contains(t, a.Doc, "\n\n", "what is to be done, which deputy vet tells below its findings")
		require.NotEmpty(t, a.URL, a.Name)
		require.Positive(t, analyzers.Severity(a.Name).Rank(), a.Name)
	}
}
