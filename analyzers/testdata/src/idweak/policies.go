package idweak

import (
	"fmt"

	"github.com/google/uuid"
)

// A trust policy that is spelt as text says what the External ID is, too.
func policies(vendor, tenantID string) []string {
	const statement = `{"Effect":"Allow","Principal":{"AWS":%q},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":%q}}}`
	return []string{
		fmt.Sprintf(statement, vendor, "acme-prod-2024"), // want `sts:ExternalId is a literal`
		fmt.Sprintf(statement, vendor, "acme-"+tenantID), // want `derived from tenantID`
		fmt.Sprintf(statement, "arn:aws:iam::role/vendor", uuid.NewString()),
		fmt.Sprintf("no sts:ExternalId in the policy of %s, see %s", vendor, "the-handbook"),
	}
}
