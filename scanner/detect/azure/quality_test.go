package azure

import (
	"net/url"
	"testing"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/quality"
)

func TestQuality(t *testing.T) {
	quality.Check(t, "azure", quality.Aim{Precision: 0.98, Recall: 0.95}, quality.Corpus{
		Set: detect.NewSet(New()), Shape: shapes, Same: sameSignature,
	})
}

// sameSignature takes a value for that of the text also if a URL escapes it.
func sameSignature(found, want string) bool {
	plain, err := url.QueryUnescape(want)
	return found == want || err == nil && found == plain
}
