package idweak

import (
	"cmp"
	"crypto/hmac"
	crand "crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"math/rand"
	"os"

	"github.com/google/uuid"
	"github.com/oklog/ulid/v2"
)

var pepper = []byte(os.Getenv("PEPPER"))

func digests(in *Integration, account string) {
	plain := sha256.New()
	plain.Write([]byte(account))
	in.ExternalID = hex.EncodeToString(plain.Sum(nil)) // want `is a hash without a key`
	spoken := hmac.New(sha256.New, []byte("acme"))
	spoken.Write([]byte(account))
	in.ExternalID = hex.EncodeToString(spoken.Sum(nil)) // want `is a hash by a key that stands in the code`
	keyed := hmac.New(sha256.New, pepper)
	keyed.Write([]byte(account))
	in.ExternalID = hex.EncodeToString(keyed.Sum(nil))
	random := sha256.New()
	b := make([]byte, 32)
	crand.Read(b)
	random.Write(b)
	in.ExternalID = hex.EncodeToString(random.Sum(nil))
}

func numbers(in *Integration) {
	n, _ := crand.Int(crand.Reader, big.NewInt(1_000_000))
	in.ExternalID = fmt.Sprintf("%06d", n) // want `fewer than 128 random bits`
	m, _ := crand.Int(crand.Reader, new(big.Int).Lsh(big.NewInt(1), 160))
	in.ExternalID = fmt.Sprintf("%x", m)
}

func sortable(in *Integration) {
	in.ExternalID = ulid.Make().String()                                           // want `a ULID, made of the time`
	in.ExternalID = ulid.MustNew(ulid.Now(), rand.New(rand.NewSource(1))).String() // want `made by math/rand`
	in.ExternalID = ulid.MustNew(ulid.Now(), crand.Reader).String()
}

func fallbacks(in *Integration, given string) {
	in.ExternalID = cmp.Or(given, "acme-prod") // want `is a literal, the same for every customer`
	in.ExternalID = cmp.Or(given, uuid.NewString())
	in.ExternalID = uuid.Nil.String() // want `the nil UUID`
}

func (c Customer) GetTenantID() (string, error) { return c.ID, nil }

func (c Customer) GetSecret() (string, error)

func getters(in *Integration, c Customer) {
	tenant, err := c.GetTenantID()
	if err == nil {
		in.ExternalID = tenant // want `derived from TenantID, which others know`
	}
	secret, err := c.GetSecret()
	if err == nil {
		in.ExternalID = secret
	}
}

func ofOrgAndEnv(in *Integration, org, env string) {
	in.ExternalID = org + ":" + env // want `derived from (org|env), which others know`
}

func env(name string) string

func ofTheEnvironment(in *Integration) {
	in.ExternalID = env("ACME_ID")
}
