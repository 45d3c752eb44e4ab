package idmissing_test

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/deputy-sec/deputy/analyzers/passtest"
)

func testdata() string { p, _ := filepath.Abs("../testdata"); return p }

func TestFixtures(t *testing.T) {
	analysistest.Run(t, testdata(), passtest.Pass(t, "idmissing"), "idmissing")
}

func TestTheHostSaysNothingAboutThePackage(t *testing.T) {
	analysistest.Run(t, testdata(), passtest.Pass(t, "idmissing"), "example.com/shop", "example.com/examples/shop")
}
