package idlogged_test

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/deputy-sec/deputy/analyzers/idlogged"
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
