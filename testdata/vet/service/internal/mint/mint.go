// Package mint makes External IDs.
package mint

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	mathrand "math/rand"
	"strings"
	"time"

	"github.com/google/uuid"

	"example.com/skywatch/internal/domain"
)

// New is 160 random bits.
func New() string {
	b := make([]byte, 20)
	if _, err := rand.Read(b); err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// Fill gives a connection an External ID of its own.
func Fill(c *domain.Connection) {
	c.ExternalID = New() // decoy: 160 bits of crypto/rand
}

// FillUUID is how the first customers got theirs.
func FillUUID(c *domain.Connection) {
	c.ExternalID = uuid.NewString() // decoy: a random UUID
}

// FillPrefixed makes it easy to recognise ours in a trust policy.
func FillPrefixed(c *domain.Connection) {
	c.ExternalID = fmt.Sprintf("skywatch-%s", uuid.New()) // decoy: the prefix is no secret and the rest is
}

// everybody is what trials have.
const everybody = "skywatch-trial-2024"

// FillTrial is for accounts that connect before they are customers.
func FillTrial(c *domain.Connection) {
	c.ExternalID = everybody // planted: idweak
}

// FillByCustomer was meant to be reproducible.
func FillByCustomer(c *domain.Connection, customer domain.Customer) {
	c.ExternalID = "sw-" + customer.ID // planted: idweak
}

// FillByHash looks better than it is.
func FillByHash(c *domain.Connection) {
	sum := md5.Sum([]byte(c.AccountID))
	c.ExternalID = hex.EncodeToString(sum[:]) // planted: idweak
}

// FillNumber is six digits, so that they can be read out on the phone.
func FillNumber(c *domain.Connection) {
	c.ExternalID = fmt.Sprintf("%06d", mathrand.Intn(1000000)) // planted: idweak
}

// FillShort saves space.
func FillShort(c *domain.Connection) {
	b := make([]byte, 6)
	if _, err := rand.Read(b); err != nil {
		panic(err)
	}
	c.ExternalID = hex.EncodeToString(b) // planted: idweak
}

// FillTimed is unique, at least.
func FillTimed(c *domain.Connection) {
	c.ExternalID = time.Now().UTC().Format("20060102T150405.000000000") // planted: idweak
}

// FillNamespaced gives the same customer the same word.
func FillNamespaced(c *domain.Connection) {
	c.ExternalID = uuid.NewSHA1(uuid.NameSpaceDNS, []byte(c.CustomerID)).String() // planted: idweak
}

// ConnectionID is no secret: it stands in URLs.
func ConnectionID(customer domain.Customer) string {
	return "con_" + strings.ToLower(customer.ID) + "_" + fmt.Sprint(time.Now().UnixNano()) // decoy: an identifier, not an External ID
}

// Reset takes the word away until the customer asks for a new one.
func Reset(c *domain.Connection) {
	c.ExternalID = "" // decoy: empty is none
}

// Batch connects all accounts of a customer at once.
func Batch(customer domain.Customer, roles []string) []domain.Connection {
	word := New()
	out := make([]domain.Connection, 0, len(roles))
	for _, role := range roles {
		out = append(out, domain.Connection{CustomerID: customer.ID, RoleARN: role, ExternalID: word}) // planted: idweak
	}
	return out
}

// Replace gives each of them another one.
func Replace(list []*domain.Connection) {
	for _, c := range list {
		c.ExternalID = New() // decoy: each has its own
	}
}

// Adopt makes the demo's word the one of all trials.
func Adopt(list []domain.Connection) {
	shared := uuid.New()
	for i := range list {
		list[i].ExternalID = shared.String() // planted: idweak
	}
}
