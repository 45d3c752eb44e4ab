package finding

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"

	"golang.org/x/crypto/argon2"
)

// Fingerprinter names values without telling them. Equal rule and value give
// equal fingerprints under the same key, whatever the place.
//
// A plain hash of twelve digits is undone in minutes, so values that can be
// enumerated go through argon2id first. With the costs below one guess takes
// about two milliseconds and 256 KiB: sixty years of processor time for all 10¹²
// account IDs, but two days for the 10⁸ that end in the four digits of a mask.
// With a key that is kept secret, guessing is pointless.
type Fingerprinter struct {
	key  []byte
	memo sync.Map // derived key material by low-entropy value
}

// The costs of a guess at a low-entropy value (RFC 9106 names the parameters).
// Twelve passes over 256 KiB take a guess as long as three over 1 MiB, and move as
// many bytes; but the memory is new for every value, and of a history with forty
// accounts the page faults of the latter were a seventh of a whole scan.
const (
	derivePasses = 12
	deriveMemory = 256 // KiB
	deriveLanes  = 1
)

// defaultKey separates our fingerprints from other uses of the same functions.
// It is no secret: who needs one gives their own key.
const defaultKey = "deputy fingerprint v1"

// NewFingerprinter returns a fingerprinter with the given key, or with the
// public default if key is empty.
func NewFingerprinter(key []byte) *Fingerprinter {
	sum := sha256.Sum256(append([]byte(defaultKey+"\x00"), key...))
	return &Fingerprinter{key: sum[:]}
}

// KeyID names the key, and how values are derived, without telling it: fingerprints
// can be compared only under equal ones.
func (f *Fingerprinter) KeyID() string {
	mac := hmac.New(sha256.New, f.key)
	_, _ = fmt.Fprintf(mac, "key, argon2id %d %d %d", derivePasses, deriveMemory, deriveLanes) // a hash takes all
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

// Fingerprint returns 32 hexadecimal characters. It is safe for concurrent use;
// for a rule of low entropy the first call per value is slow on purpose.
func (f *Fingerprinter) Fingerprint(rule *Rule, value string) string {
	mac := hmac.New(sha256.New, f.key)
	mac.Write([]byte(rule.ID))
	mac.Write([]byte{0})
	if rule.LowEntropy {
		mac.Write(f.Derive(value))
	} else {
		mac.Write([]byte(value))
	}
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// Derive stretches a low-entropy value into 32 bytes.
func (f *Fingerprinter) Derive(value string) []byte {
	if d, ok := f.memo.Load(value); ok {
		return d.([]byte)
	}
	d := argon2.IDKey([]byte(value), f.key, derivePasses, deriveMemory, deriveLanes, 32)
	f.memo.Store(value, d)
	return d
}
