package azure

import (
	"maps"
	"math/rand/v2"
	"net/url"
	"testing"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/detect/quality"
)

func TestQuality(t *testing.T) {
	kinds := map[string]example.Shape{
		"subscription": example.Shapes["uuid"],
		"older-secret": func(r *rand.Rand, _ string) string {
			return "Yd7" + example.Chars(r, example.Base62+"-.[]", 26) + "q[J"
		},
		"tenant":     example.Shapes["uuid"],
		"client":     example.Shapes["uuid"],
		"openai":     func(r *rand.Rand, _ string) string { return example.Shapes["hex"](r, "32") },
		"sharedkey":  func(r *rand.Rand, _ string) string { return shapes["key"](r, "32") },
		"accountkey": func(r *rand.Rand, _ string) string { return shapes["key"](r, "64") },
	}
	maps.Copy(kinds, shapes)
	quality.Check(t, "azure", quality.Aim{Precision: 0.99, Recall: 0.97, Rule: 0.9}, quality.Corpus{
		Set: detect.NewSet(New()), Shape: kinds, Rule: ruleOf, Same: sameSignature,
	})
}

var ruleOf = map[string]string{
	"subscription": "azure-subscription-id",
	"tenant":       "azure-tenant-id",
	"client":       "azure-client-id",
	"clientsecret": "azure-client-secret",
	"older-secret": "azure-client-secret",
	"accountkey":   "azure-storage-key",
	"marked":       "azure-access-key",
	"registry":     "azure-access-key",
	"function":     "azure-access-key",
	"openai":       "azure-access-key",
	"sharedkey":    "azure-connection-string",
	"dbpassword":   "azure-connection-string",
	"signature":    "azure-sas-token",
	"pat":          "azure-devops-pat",
}

// sameSignature takes a value for that of the text also if a URL escapes it.
func sameSignature(found, want string) bool {
	plain, err := url.QueryUnescape(want)
	return found == want || err == nil && found == plain
}
