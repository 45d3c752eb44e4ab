package awskey_test

import (
	"encoding/base64"
	"testing"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/awskey"
	"github.com/deputy-sec/deputy/scanner/detect/quality"
)

func TestQuality(t *testing.T) {
	quality.Check(t, "awskey", quality.Aim{Precision: 0.99, Recall: 0.97, Rule: 0.9}, quality.Corpus{
		Set:   detect.NewSet(awskey.New()),
		Shape: awskey.Shapes,
		Rule:  ruleOf,
		Same:  sameOrEncoded,
	})
}

var ruleOf = map[string]string{
	"aws-id":      "aws-access-key-id",
	"b64-aws-id":  "aws-access-key-id",
	"aws-secret":  "aws-secret-access-key",
	"b64-secret":  "aws-secret-access-key",
	"aws-token":   "aws-session-token",
	"aws-bedrock": "aws-bedrock-api-key",
	"url2":        "aws-presigned-url",
	"url4":        "aws-presigned-url",
	"url4html":    "aws-presigned-url",
	"appsync":     "aws-appsync-api-key",
	"mws":         "aws-mws-auth-token",
	"lwa":         "amazon-lwa-client-secret",
}

// sameOrEncoded takes a value for that of the text also if the text holds it in
// base64.
func sameOrEncoded(found, want string) bool {
	decoded, err := base64.StdEncoding.DecodeString(want)
	return found == want || err == nil && found == string(decoded)
}
