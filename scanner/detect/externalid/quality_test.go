package externalid_test

import (
	"testing"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/externalid"
	"github.com/deputy-sec/deputy/scanner/detect/quality"
)

func TestQuality(t *testing.T) {
	quality.Check(t, "externalid", quality.Aim{Precision: 0.99, Recall: 0.97}, quality.Corpus{
		Set:   detect.NewSet(externalid.New()),
		Shape: externalid.Shapes,
	})
}
