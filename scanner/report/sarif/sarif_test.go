package sarif_test

import (
	"testing"

	"github.com/deputy-sec/deputy/scanner/report/reporttest"
	"github.com/deputy-sec/deputy/scanner/report/sarif"
)

func TestAccept(t *testing.T) { reporttest.Accept(t, sarif.Writer{}, "sample.sarif.golden") }
