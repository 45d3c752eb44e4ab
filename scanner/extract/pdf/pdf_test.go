package pdf_test

import (
	"testing"

	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/extract/pdf"
)

func TestPage(t *testing.T) {
	content := onePage("BT /F1 12 Tf 50 700 Td (AWS account 123456789012) Tj 0 -20 Td [(1111) -10 (2222) 20 (3333)] TJ ET").bytes()
	extracttest.Accept(t, pdf.New(), content,
		extracttest.Want{Text: "AWS account 123456789012\n", Place: "page 1"},
		extracttest.Want{Text: "111122223333\n", Place: "page 1"},
	)
}
