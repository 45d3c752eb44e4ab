package gcp

import (
	"maps"
	"testing"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/detect/quality"
)

func TestQuality(t *testing.T) {
	numbers := map[string]example.Shape{}
	for _, shape := range []string{"number", "organization", "folder"} {
		numbers[shape] = example.Shapes["account"] // twelve digits that look given out
	}
	maps.Copy(numbers, shapes)
	quality.Check(t, "gcp", quality.Aim{Precision: 0.99, Recall: 0.97, Rule: 0.9}, quality.Corpus{Set: detect.NewSet(New()), Shape: numbers, Rule: ruleOf})
}

var ruleOf = map[string]string{
	"number":       "gcp-project-number",
	"project":      "gcp-project-id",
	"organization": "gcp-organization",
	"folder":       "gcp-folder",
	"billing":      "gcp-billing-account",
	"address":      "gcp-service-account-email",
	"appengine":    "gcp-service-account-email",
	"apikey":       "gcp-api-key",
	"clientid":     "gcp-oauth-client-id",
	"gocspx":       "gcp-oauth-client-secret",
	"ya29":         "gcp-oauth-access-token",
	"refresh":      "gcp-oauth-refresh-token",
	"pkcs8":        "gcp-service-account-key",
}
