package suggest

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSuggestions(t *testing.T) {
	names := []string{"scan", "vet", "explain", "aws-account-id", "aws-access-key-id", "external-id"}
	for word, want := range map[string]string{
		"scna":          ` (did you mean "scan"?)`,
		"explian":       ` (did you mean "explain"?)`,
		"account-id":    ` (did you mean "aws-account-id"?)`,
		"externalid":    ` (did you mean "external-id"?)`,
		"vat":           ` (did you mean "vet"?)`,
		"id":            ` (did you mean "external-id", "aws-account-id" or "aws-access-key-id"?)`,
		"something":     "",
		"aws-accout-id": ` (did you mean "aws-account-id"?)`,
	} {
		assert.Equal(t, want, DidYouMean(word, names), word)
	}
}

func TestEditDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"scan", "scan", 0}, {"scna", "scan", 1}, {"kitten", "sitting", 3}, {"a", "b", 1}} {
		assert.Equal(t, c.want, editDistance(c.a, c.b), "%s %s", c.a, c.b)
		assert.Equal(t, c.want, editDistance(c.b, c.a), "%s %s", c.b, c.a)
	}
}
