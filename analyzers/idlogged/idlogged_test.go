package idlogged_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/deputy-sec/deputy/analyzers/idlogged"
	"github.com/deputy-sec/deputy/analyzers/policy"
)

func testdata() string { p, _ := filepath.Abs("../testdata"); return p }

func TestFeaturesOfTheLanguage(t *testing.T) {
	analysistest.Run(t, testdata(), idlogged.Analyzer, "flows")
}

func TestSuppressions(t *testing.T) {
	analysistest.Run(t, testdata(), idlogged.Analyzer, "suppressed")
}

func TestKindsOfRealCode(t *testing.T) {
	analysistest.Run(t, testdata(), idlogged.Analyzer, "kinds")
}

func TestFixes(t *testing.T) {
	analysistest.RunWithSuggestedFixes(t, testdata(), idlogged.Analyzer, "masking")
}

func TestForeignTypesByAConfigurationOfLevees(t *testing.T) {
	policy.Reset()
	t.Cleanup(policy.Reset)
	require.NoError(t, idlogged.Analyzer.Requires[0].Flags.Set("config", filepath.Join(testdata(), "foreign.yaml")))
	analysistest.Run(t, testdata(), idlogged.Analyzer, "foreign/uses", "foreign/generated")
}

func TestNothingButWhatIsConfigured(t *testing.T) {
	policy.Reset()
	t.Cleanup(policy.Reset)
	require.NoError(t, idlogged.Analyzer.Requires[0].Flags.Set("config", filepath.Join(testdata(), "foreignonly.yaml")))
	analysistest.Run(t, testdata(), idlogged.Analyzer, "foreign/only")
}
