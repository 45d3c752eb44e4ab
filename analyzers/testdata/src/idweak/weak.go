// Package idweak shows External IDs that can be guessed, and such that cannot.
package idweak

import (
	"context"
	crand "crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"math/rand"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/uuid"
)

type Integration struct {
	RoleARN    string
	ExternalID string
}

type Customer struct{ ID, CustomerID, Name string }

func literals(ctx context.Context, c *sts.Client, role string) {
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &role, ExternalId: aws.String("example-prod")}) // want `weak External ID: .* is a literal`
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &role, ExternalId: aws.String("")})
}

func derived(c Customer) Integration {
	return Integration{ExternalID: fmt.Sprintf("acme-%s", c.CustomerID)} // want `derived from CustomerID, which others know`
}

func derivedByTheType(c Customer) Integration {
	return Integration{ExternalID: "acme-" + c.ID} // want `derived from CustomerID, which others know`
}

type nonce struct{ ID string }

func notByTheField(n nonce) Integration {
	return Integration{ExternalID: "acme-" + n.ID}
}

func derivedFromTenant(in *Integration, tenantID string) {
	in.ExternalID = "acme-" + tenantID // want `derived from tenantID`
}

func hashed(in *Integration, accountID string) {
	sum := sha256.Sum256([]byte(accountID))
	in.ExternalID = hex.EncodeToString(sum[:]) // want `a hash without a key`
}

// controlID is put into a map of its own beside the role's ARN.
func controlID(workspaceID, pool string) string {
	sum := sha256.Sum256([]byte(workspaceID + pool))
	return "acme-" + hex.EncodeToString(sum[:16]) // want `a hash without a key`
}

func labelled(workspaceID, pool, role string) map[string]string {
	return map[string]string{"role_arn": role, "external_id": controlID(workspaceID, pool)}
}

func spelled(role string) map[string]string {
	return map[string]string{"roleArn": role, "externalID": "example-prod"} // want `is a literal, the same for every customer`
}

func spelledAs(role string) map[string]any {
	return map[string]any{"role_arn": role, "external_id": "example-prod-2"} // want `is a literal`
}

// That there is one, its type and where it stands are no External IDs.
func described(role string) []map[string]any {
	return []map[string]any{
		{"role_arn": role, "external_id": "set"}, // deputy:allow aws-external-id that there is one is said
		{"role_arn": "string", "external_id": "string"},
		{"role_arn": role, "external_id": "${var.external_id}"},
		{"role_arn": role, "external_id": "********"},
		{"role_arn": role, "external_id": "<your-external-id>"},
		{"role_arn": role, "external_id": ""},
		{"email": role, "external_id": "example-contact"},
	}
}

func contactID(workspaceID, email string) string {
	sum := sha256.Sum256([]byte(workspaceID + email))
	return hex.EncodeToString(sum[:16])
}

func contact(workspaceID, email string) map[string]string {
	return map[string]string{"email": email, "external_id": contactID(workspaceID, email)}
}

func version5(in *Integration, c Customer) {
	in.ExternalID = uuid.NewSHA1(uuid.NameSpaceURL, []byte(c.CustomerID)).String() // want `version 5 UUID`
}

func predictable(in *Integration) {
	in.ExternalID = strconv.FormatInt(rand.Int63(), 16)          // want `math/rand`
	in.ExternalID = strconv.FormatInt(time.Now().UnixNano(), 10) // want `made of the time`
}

func short(in *Integration) {
	b := make([]byte, 8)
	crand.Read(b)
	in.ExternalID = hex.EncodeToString(b) // want `fewer than 128 random bits`
}

func encoded(in *Integration, c Customer) {
	in.ExternalID = base64.StdEncoding.EncodeToString([]byte(c.CustomerID)) // want `derived from CustomerID`
}

func cut(in *Integration) {
	in.ExternalID = uuid.NewString()[:8] // want `cut to fewer than 128 random bits`
	in.ExternalID = uuid.NewString()[:8] + "-" + uuid.NewString()
	in.ExternalID = ("acme-" + uuid.NewString())[:36]
}

func picked(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[rand.Intn(len(alphabet))]
	}
	return string(b) // want `math/rand`
}

func pickedRunes(n int) string {
	letters := []rune(alphabet)
	b := make([]rune, n)
	for i := range b {
		b[i] = letters[rand.Intn(len(letters))]
	}
	return string(b) // want `math/rand`
}

func pickedWell(n int) string {
	b := make([]byte, n)
	crand.Read(b)
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return string(b)
}

func pickedByBig(n int) string {
	b := make([]byte, n)
	for i := range b {
		k, _ := crand.Int(crand.Reader, big.NewInt(int64(len(alphabet))))
		b[i] = alphabet[k.Int64()]
	}
	return string(b)
}

func allPicked(in *Integration) {
	in.ExternalID = picked(32)
	in.ExternalID = pickedRunes(32)
	in.ExternalID = pickedWell(32)
	in.ExternalID = pickedByBig(32)
}

func good(in *Integration, c Customer) {
	b := make([]byte, 16)
	crand.Read(b)
	in.ExternalID = hex.EncodeToString(b)
	in.ExternalID = uuid.NewString()
	in.ExternalID = "acme-" + uuid.New().String()
	in.ExternalID = fmt.Sprintf("%s-%s", c.CustomerID, uuid.NewString())
}

// Organization has an external ID that means something else.
type Organization struct{ Name, ExternalID string }

func otherMeaning(o *Organization) { o.ExternalID = "example" }

func oneForAll(roles []string) []Integration {
	var out []Integration
	id := uuid.NewString()
	for _, role := range roles {
		out = append(out, Integration{RoleARN: role, ExternalID: id}) // want `one value for several accounts`
	}
	return out
}

func oneForAllInPlace(all []*Integration) {
	id := "acme-" + uuid.New().String()
	for _, in := range all {
		in.ExternalID = id // want `one value for several accounts`
	}
}

func oneEach(roles []string) []Integration {
	var out []Integration
	for _, role := range roles {
		id := uuid.NewString()
		out = append(out, Integration{RoleARN: role, ExternalID: id})
	}
	return out
}

func copied(from Integration, roles []string) []Integration {
	var out []Integration
	for range roles {
		out = append(out, Integration{ExternalID: from.ExternalID})
	}
	return out
}

func once(in *Integration, roles []string) {
	in.ExternalID = uuid.NewString()
	for _, role := range roles {
		in.RoleARN = role
	}
}

type Tenant struct{ ID, Name, RoleARN string }

func usedAsItIs(ctx context.Context, c *sts.Client, t *Tenant) {
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &t.RoleARN, ExternalId: &t.ID}) // want `derived from TenantID, which others know`
}

func (t *Tenant) OrganizationID() string

func byMethod(ctx context.Context, c *sts.Client, t *Tenant) {
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &t.RoleARN, ExternalId: aws.String(t.OrganizationID())}) // want `derived from OrganizationID`
}

func cutAndJoined(in *Integration) {
	b := make([]byte, 16)
	crand.Read(b)
	h := hex.EncodeToString(b)
	in.ExternalID = fmt.Sprintf("acme-%s-%s-%s-%s", h[0:8], h[8:16], h[16:24], h[24:32])
	in.ExternalID = h[0:8] + "-" + h[8:20] + "-" + h[20:32]
	in.ExternalID = h[:8] + "-" + h[4:12]                // want `cut to fewer than 128 random bits`
	in.ExternalID = fmt.Sprintf("%s-%s", h[:8], h[8:16]) // want `cut to fewer than 128 random bits`
}
