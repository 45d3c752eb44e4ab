package privatekey

import (
	"testing"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/quality"
)

func TestQuality(t *testing.T) {
	quality.Check(t, "privatekey", quality.Aim{Precision: 0.98, Recall: 0.95}, quality.Corpus{
		Set: detect.NewSet(New()), Shape: shapes,
		Same: func(found, want string) bool { return found == canonical[want] },
	})
}
