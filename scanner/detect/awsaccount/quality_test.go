package awsaccount_test

import (
	"testing"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/awsaccount"
	"github.com/deputy-sec/deputy/scanner/detect/quality"
)

func TestQuality(t *testing.T) {
	quality.Check(t, "account", quality.Aim{Precision: 0.99, Recall: 0.95}, quality.Corpus{Set: detect.NewSet(awsaccount.New())})
}
