// Package mask shows enough of a secret to recognise it and too little to use it.
package mask

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"strings"
)

// Text keeps the last four characters.
func Text(s string) string {
	if len(s) <= 8 {
		return strings.Repeat("*", len(s))
	}
	return strings.Repeat("*", len(s)-4) + s[len(s)-4:]
}

// Fingerprint tells two values apart without telling either.
func Fingerprint(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}

// Secret never prints itself.
type Secret struct{ value string }

// NewSecret wraps a value.
func NewSecret(s string) Secret { return Secret{s} }

// Reveal is the only way out.
func (s Secret) Reveal() string { return s.value }

// String masks.
func (s Secret) String() string { return Text(s.value) }

// GoString masks.
func (s Secret) GoString() string { return Text(s.value) }

// LogValue masks.
func (s Secret) LogValue() slog.Value { return slog.StringValue(Text(s.value)) }

// MarshalJSON masks.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(Text(s.value)) }
