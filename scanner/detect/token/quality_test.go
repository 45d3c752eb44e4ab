package token

import (
	"testing"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/quality"
)

func TestQuality(t *testing.T) {
	quality.Check(t, "token", quality.Aim{Precision: 0.98, Recall: 0.95}, quality.Corpus{
		Set: detect.NewSet(New(), NewJWT(), NewURL(), NewBasic()), Shape: contextShapes(),
	})
}
