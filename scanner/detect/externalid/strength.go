package externalid

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/detect/placeholder"
)

// valid reports whether AWS would take a value: 2 to 1224 characters of letters,
// digits and +=,.@:/-_
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
func valid(v string) bool {
	if len(v) < 2 || len(v) > maxValue {
		return false
	}
	for i := range len(v) {
		if !notation.IsWord(v[i]) && strings.IndexByte("+=,.@:/-", v[i]) < 0 {
			return false
		}
	}
	return true
}

// reference reports whether a literal names a place where a value is kept: a
// condition key, an ARN, a URL, a path, an environment variable.
func reference(v string) bool {
	for _, prefix := range []string{"sts:", "aws:", "iam:", "arn:", "ssm:", "http:", "https:", "file:", "/", "./", "-", "var.", "local.", "data.", "env:", "Ref:"} {
		if strings.HasPrefix(v, prefix) {
			return true
		}
	}
	if strings.HasSuffix(v, "ExternalId") || strings.HasSuffix(v, "ExternalID") {
		return true // the name that another program knows it by
	}
	return strings.Contains(v, "_") && strings.ToUpper(v) == v && !strings.ContainsAny(v, "0123456789") ||
		strings.Contains(v, "::") || strings.Contains(strings.ToLower(v), "secretsmanager")
}

// strength says how well a value serves as an External ID.
type strength struct {
	text   string
	uuid   bool
	random bool   // cannot be guessed
	sample bool   // a person wrote it to show where a value goes
	weak   string // why it can be guessed
}

func strengthOf(v string) strength {
	s := strength{text: v, uuid: isUUID(v)}
	s.random = s.uuid || looksRandom(v)
	s.sample = placeholder.Masked(v) || s.uuid && placeholder.UUID(v) || !s.random && standsIn(v)
	switch {
	case s.random:
	case isAccount(v):
		s.weak = "weak: it is an account ID, which is no secret"
		s.sample = s.sample || placeholder.Account(v)
	case len(v) < 8:
		s.weak = fmt.Sprintf("weak: it has %d characters", len(v))
	case !strings.ContainsAny(v, "0123456789"):
		s.weak = "weak: it is made of words"
	default:
		s.weak = "weak: most of it can be guessed"
	}
	return s
}

func (s strength) evidence() []string {
	switch {
	case s.weak != "":
		return []string{s.weak}
	case s.uuid:
		return []string{"the value is a UUID"}
	}
	return []string{fmt.Sprintf("the value is random, of %d characters", len(s.text))}
}

// evident reports whether a value without quotes is one, and not the name of a
// variable.
func (s strength) evident(n name, v value) bool {
	if s.random {
		return s.uuid || !strings.ContainsAny(v.text, ".") && !namesItself(v.text)
	}
	if !v.alone && !n.flag || !n.link && strings.ContainsAny(v.text, ".:/@") || n.phrase {
		return false
	}
	if strings.ContainsAny(v.text, "0123456789-") {
		return true
	}
	return v.alone && (n.flag || n.tag) && !s.sample
}

// looksRandom reports whether a value could not have been thought of: a long number
// in hex, or twelve characters and more in which digits and capitals begin
// often, two times in five in random letters and digits, one in six in words.
func looksRandom(v string) bool {
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
		if notation.IsDigit(prev) != notation.IsDigit(c) || notation.IsLower(prev) && notation.IsUpper(c) {
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

// namesItself reports whether a word is the name of an External ID, and not its value.
func namesItself(v string) bool {
	plain := notation.Plain([]byte(v))
	return strings.Contains(plain, "externalid") || strings.Contains(plain, "extid")
}

func isUUID(v string) bool {
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
			if !notation.IsHex(v[i]) {
				return false
			}
		}
	}
	return true
}

func isAccount(v string) bool {
	for i := range len(v) {
		if !notation.IsDigit(v[i]) {
			return false
		}
	}
	return len(v) == 12
}

func isHex(v []byte) bool {
	for _, c := range v {
		if !notation.IsHex(c) {
			return false
		}
	}
	return true
}

// squeeze returns the letters and digits of v.
func squeeze(v string) []byte {
	b := make([]byte, 0, len(v))
	for i := range len(v) {
		if notation.IsAlnum(v[i]) {
			b = append(b, v[i])
		}
	}
	return b
}

// Placeholder reports whether a value only shows where an External ID goes.
func Placeholder(value string) bool { return strengthOf(value).sample || reference(value) }
