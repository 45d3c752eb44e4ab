// Package strength measures how hard a literal is to guess: scan asks it of an External ID
// in a text, audit of all that a vendor has given out.
package strength

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/internal/ascii"
	"github.com/deputy-sec/deputy/internal/placeholder"
)

// Bounds of an External ID's length in characters.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
const (
	MinLength = 2
	MaxLength = 1224
)

// Valid reports whether AWS would take a value as an External ID: 2 to 1224 characters of
// letters, digits and +=,.@:/-_
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
func Valid(v string) bool {
	if len(v) < MinLength || len(v) > MaxLength {
		return false
	}
	for i := range len(v) {
		if !ascii.IsWord(v[i]) && strings.IndexByte("+=,.@:/-", v[i]) < 0 {
			return false
		}
	}
	return true
}

// Measure says how well a value serves as an External ID.
type Measure struct {
	Text   string
	UUID   bool
	Random bool   // cannot be guessed
	Sample bool   // a person wrote it to show where a value goes
	Weak   string // why it can be guessed
}

// Of measures a value by itself.
func Of(v string) Measure {
	m := Measure{Text: v, UUID: IsUUID(v)}
	m.Random = m.UUID || LooksRandom(v)
	m.Sample = placeholder.Masked(v) || m.UUID && placeholder.UUID(v) || !m.Random && standsIn(v)
	switch {
	case m.Random:
	case IsAccount(v):
		m.Weak = "weak: it is an account ID, which is no secret"
		m.Sample = m.Sample || placeholder.Account(v)
	case len(v) < 8:
		m.Weak = fmt.Sprintf("weak: it has %d characters", len(v))
	case !strings.ContainsAny(v, "0123456789"):
		m.Weak = "weak: it is made of words"
	default:
		m.Weak = "weak: most of it can be guessed"
	}
	return m
}

// LooksRandom reports whether a value could not have been thought of: a long number
// in hex, or twelve characters and more in which digits and capitals begin
// often, two times in five in random letters and digits, one in six in words.
func LooksRandom(v string) bool {
	body := squeeze(v)
	if len(body) < 12 || !bytes.ContainsAny(body, "0123456789") || placeholder.Distinct(body) < 8 || placeholder.Counts(string(body)) {
		return false
	}
	if len(body) >= 16 && isHex(body) {
		return true
	}
	changes := 0
	for i := 1; i < len(body); i++ {
		prev, c := body[i-1], body[i]
		if ascii.IsDigit(prev) != ascii.IsDigit(c) || ascii.IsLower(prev) && ascii.IsUpper(c) {
			changes++
		}
	}
	return changes*4 >= len(body) && len(body)*4 >= len(v)*3
}

// standsIn reports whether a value that can be guessed shows where a value goes: all of its
// words say so or name the thing itself, or it is a number that counts. One that has but a
// word of these is somebody's.
func standsIn(v string) bool {
	if strings.Contains(strings.ToLower(v), "example") { // Example Corp. is AWS's own company of no one
		return true
	}
	said := placeholder.Words(v)
	return said.Whole && (said.StandsIn || said.Names || !said.Plain)
}

// IsUUID reports whether a value has the form of a UUID, of whatever version.
func IsUUID(v string) bool {
	if len(v) != 36 {
		return false
	}
	for i := range len(v) {
		switch i {
		case 8, 13, 18, 23:
			if v[i] != '-' {
				return false
			}
		default:
			if !ascii.IsHex(v[i]) {
				return false
			}
		}
	}
	return true
}

// IsAccount reports whether a value has the form of an AWS account ID: twelve digits.
func IsAccount(v string) bool {
	for i := range len(v) {
		if !ascii.IsDigit(v[i]) {
			return false
		}
	}
	return len(v) == 12
}

func isHex(v []byte) bool {
	for _, c := range v {
		if !ascii.IsHex(c) {
			return false
		}
	}
	return true
}

// squeeze returns the letters and digits of v.
func squeeze(v string) []byte {
	b := make([]byte, 0, len(v))
	for i := range len(v) {
		if ascii.IsAlnum(v[i]) {
			b = append(b, v[i])
		}
	}
	return b
}
