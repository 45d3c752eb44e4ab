package finding_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
)

func TestEverySecretIsRotatedThenPurgedThenNotified(t *testing.T) {
	for _, kind := range []finding.Kind{
		finding.AccountID, finding.AccessKeyID, finding.SecretAccessKey, finding.SessionToken, finding.ExternalID,
		finding.PrivateKey, finding.Token, "gcp-service-account-key", "azure-tenant-id",
	} {
		steps := (&finding.Rule{Kind: kind}).Order()
		require.Len(t, steps, 3, kind)
		for i, word := range []string{"Rotate", "Purge", "Notify"} {
			assert.True(t, strings.HasPrefix(steps[i], word), "%s: %s", kind, steps[i])
		}
	}
	assert.Nil(t, (&finding.Rule{Kind: "flow"}).Order(), "there is nothing to rotate in code")
}
