package awskey_test

import (
	"encoding/base64"
	"testing"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/awskey"
	"github.com/deputy-sec/deputy/scanner/detect/quality"
)

func TestQuality(t *testing.T) {
	quality.Check(t, "awskey", quality.Aim{Precision: 0.98, Recall: 0.95}, quality.Corpus{
		Set:   detect.NewSet(awskey.New()),
		Shape: awskey.Shapes,
		Same:  sameOrEncoded,
	})
}

// sameOrEncoded takes a value for that of the text also if the text holds it in
// base64.
func sameOrEncoded(found, want string) bool {
	decoded, err := base64.StdEncoding.DecodeString(want)
	return found == want || err == nil && found == string(decoded)
}
