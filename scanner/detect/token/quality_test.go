package token

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/detect/quality"
)

func TestQuality(t *testing.T) {
	kinds := contextShapes()
	kinds["twilio"] = func(r *rand.Rand, _ string) string { return example.Shapes["hex"](r, "32") }
	kinds["hexkey"] = func(r *rand.Rand, _ string) string { return example.Shapes["hex"](r, "40") } // as Weights & Biases makes them
	ruleOf := map[string]string{"jwt": "json-web-token", "password": "url-password", "basic": "basic-auth", "twilio": "twilio-token", "hexkey": "model-key"}
	for shape := range shapes() {
		ruleOf[shape], _, _ = strings.Cut(shape, "/") // provider/form
	}
	quality.Check(t, "token", quality.Aim{Precision: 0.99, Recall: 0.97, Rule: 0.9}, quality.Corpus{
		Set: detect.NewSet(New(), NewJWT(), NewURL(), NewBasic()), Shape: kinds, Rule: ruleOf,
	})
}
