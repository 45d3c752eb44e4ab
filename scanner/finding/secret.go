package finding

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Secret carries a value that must not be printed. Every way Go has of turning
// a value into text yields the mask; the value itself leaves only through
// [Secret.Reveal], so that a search for that name lists every place where it
// can.
type Secret struct {
	value string
	keep  int // characters shown at the end
	head  int // characters shown at the front: a public prefix such as AKIA

	mask string // if nothing else is known
}

// NewSecret wraps a value of which the mask shows the last four characters.
func NewSecret(value string) Secret { return Secret{value: value, keep: 4} }

// Masked returns a secret of which only the mask is known: what was kept of it.
func Masked(mask string) Secret { return Secret{mask: mask} }

// WithHead returns the secret with its first n bytes shown: for values whose
// prefix is a public part of the format, like AKIA or ghp_.
func (s Secret) WithHead(n int) Secret {
	s.head = n
	return s
}

// Opaque returns the secret with nothing of it shown: for values without an
// identifier's public tail, such as private keys and passwords.
func (s Secret) Opaque() Secret {
	s.keep, s.head = 0, 0
	return s
}

// Reveal returns the value itself, "" if only its mask is known.
func (s Secret) Reveal() string { return s.value }

// maxBullets bounds the mask of long secrets; the length of a private key is
// of no use to a reader.
const maxBullets = 24

// minHidden is how many characters a mask hides at least; what is too short for
// that shows neither tail nor head.
const minHidden = 8

// Mask returns the value with all but its public head and last characters
// replaced: ••••••••9012, AKIA••••••••••••WXYZ.
func (s Secret) Mask() string {
	if s.value == "" {
		return s.mask
	}
	runes := []rune(s.value)
	head, keep := s.head, s.keep
	if len(runes)-head-keep < minHidden {
		keep = 0
	}
	if len(runes)-head < minHidden {
		head = 0
	}
	hidden := min(len(runes)-head-keep, maxBullets)
	return string(runes[:head]) + strings.Repeat("•", hidden) + string(runes[len(runes)-keep:])
}

// Redact returns a text with the value masked, should it stand in there.
func (s Secret) Redact(text string) string {
	if s.value == "" || !strings.Contains(text, s.value) {
		return text
	}
	return strings.ReplaceAll(text, s.value, s.Mask())
}

// String returns the mask.
func (s Secret) String() string { return s.Mask() }

// GoString returns the mask.
func (s Secret) GoString() string { return fmt.Sprintf("finding.Secret(%q)", s.Mask()) }

// LogValue returns the mask.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.Mask()) }

// MarshalText returns the mask.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.Mask()), nil }

// Format masks under every verb, %x and %#v included.
func (s Secret) Format(f fmt.State, verb rune) {
	text := s.Mask()
	if verb == 'v' && f.Flag('#') {
		text = s.GoString()
	}
	_, _ = io.WriteString(f, text)
}
