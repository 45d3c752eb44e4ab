package privatekey

import (
	"testing"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/quality"
)

func TestQuality(t *testing.T) {
	quality.Check(t, "privatekey", quality.Aim{Precision: 0.99, Recall: 0.97, Rule: 0.9}, quality.Corpus{
		Set: detect.NewSet(New()), Shape: shapes, Rule: ruleOf(),
		Same: func(found, want string) bool { return found == canonical[want] },
	})
}

// ruleOf says which rule finds a shape: keys that ask for a passphrase have a
// rule of their own, however they are written.
func ruleOf() map[string]string {
	rules := map[string]string{"age": "age-secret-key", "pgp": "pgp-private-key", "pgp-escaped": "pgp-private-key"}
	for shape := range shapes {
		if rules[shape] == "" {
			rules[shape] = "private-key"
		}
		for _, key := range []string{"pkcs8-encrypted", "rsa-encrypted", "openssh-encrypted", "aes256-cbc", "encrypted"} {
			rules[shape+":"+key] = "encrypted-private-key"
		}
	}
	return rules
}
