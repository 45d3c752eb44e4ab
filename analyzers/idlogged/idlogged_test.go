package idlogged_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/deputy-sec/deputy/analyzers/passtest"
	"github.com/deputy-sec/deputy/analyzers/policy"
)

func testdata() string { p, _ := filepath.Abs("../testdata"); return p }

func TestFeaturesOfTheLanguage(t *testing.T) {
	analysistest.Run(t, testdata(), passtest.Pass(t, "idlogged"), "flows")
}

func TestSuppressions(t *testing.T) {
	analysistest.Run(t, testdata(), passtest.Pass(t, "idlogged"), "suppressed")
}

func TestKindsOfRealCode(t *testing.T) {
	analysistest.Run(t, testdata(), passtest.Pass(t, "idlogged"), "kinds", "kinds/flags", "kinds/plainflags")
}

func TestSchemasOfTerraform(t *testing.T) {
	analysistest.Run(t, testdata(), passtest.Pass(t, "idlogged"), "terraform")
}

func TestInterceptorsOfGRPC(t *testing.T) {
	analysistest.Run(t, testdata(), passtest.Pass(t, "idlogged"), "interceptors", "interceptors/elsewhere", "interceptors/unrelated")
}

func TestFixes(t *testing.T) {
	analysistest.RunWithSuggestedFixes(t, testdata(), passtest.Pass(t, "idlogged"), "masking")
}

func TestForeignTypesByAConfigurationOfLevees(t *testing.T) {
	analysistest.Run(t, testdata(), passtest.With(t, configured(t, "foreign.yaml"), "idlogged"), "foreign/uses", "foreign/generated")
}

func TestNothingButWhatIsConfigured(t *testing.T) {
	analysistest.Run(t, testdata(), passtest.With(t, configured(t, "foreignonly.yaml"), "idlogged"), "foreign/only")
}

// configured is the configuration that a file of the fixtures holds.
func configured(t *testing.T, name string) policy.Config {
	t.Helper()
	var cfg policy.Config
	require.NoError(t, cfg.ReadFile(filepath.Join(testdata(), name)))
	return cfg
}
