package text_test

import (
	"testing"

	"github.com/deputy-sec/deputy/scanner/report/reporttest"
	"github.com/deputy-sec/deputy/scanner/report/text"
)

func TestAccept(t *testing.T) { reporttest.Accept(t, text.Writer{}, "sample.txt.golden") }
