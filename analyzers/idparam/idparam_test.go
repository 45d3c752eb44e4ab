package idparam_test

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/deputy-sec/deputy/analyzers/idparam"
)

func testdata() string { p, _ := filepath.Abs("../testdata"); return p }

func TestHandlersThatLetARequestChoose(t *testing.T) {
	analysistest.Run(t, testdata(), idparam.Analyzer, "idparam")
}

func TestFunctionsThatFrameworksCall(t *testing.T) {
	analysistest.Run(t, testdata(), idparam.Analyzer, "handlersin")
}
