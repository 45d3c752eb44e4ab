package idparam_test

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/deputy-sec/deputy/analyzers/passtest"
)

func testdata() string { p, _ := filepath.Abs("../testdata"); return p }

func TestHandlersThatLetARequestChoose(t *testing.T) {
	analysistest.Run(t, testdata(), passtest.Pass(t, "idparam"), "idparam")
}

func TestFunctionsThatFrameworksCall(t *testing.T) {
	analysistest.Run(t, testdata(), passtest.Pass(t, "idparam"), "handlersin")
}
