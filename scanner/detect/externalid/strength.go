package externalid

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/detect/notation"
)

// valid says whether AWS would take a value: 2 to 1224 characters of letters,
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

// reference says whether a literal names a place where a value is kept: a
// condition key, an ARN, a URL, a path, an environment variable.
func reference(v string) bool {
	for _, prefix := range []string{"sts:", "aws:", "iam:", "arn:", "ssm:", "http:", "https:", "file:", "/", "./", "-", "var.", "local.", "data.", "env:", "Ref:"} {
		if strings.HasPrefix(v, prefix) {
			return true
		}
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
	s.sample = strings.Contains(strings.ToLower(v), "example") || s.uuid && madeUpUUID(v) || !s.random && (allPlaceholders(v) || saysPlaceholder(v))
	switch {
	case s.random:
	case isAccount(v):
		s.weak = "weak: it is an account ID, which is no secret"
		s.sample = s.sample || madeUpDigits(v) || documentedAccounts[v]
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

// evident says whether a value without quotes is one, and not the name of a
// variable.
func (s strength) evident(n name, v value) bool {
	if s.random {
		return s.uuid || !strings.ContainsAny(v.text, ".") && !saysPlaceholder(v.text)
	}
	if !v.alone && !n.flag || !n.link && strings.ContainsAny(v.text, ".:/@") || n.phrase {
		return false
	}
	if strings.ContainsAny(v.text, "0123456789-") {
		return true
	}
	return v.alone && (n.flag || n.tag) && !s.sample
}

// looksRandom says whether a value could not have been thought of: a long number
// in hex, or twelve characters and more in which digits and capitals begin
// often, two times in five in random letters and digits, one in six in words.
func looksRandom(v string) bool {
	body := squeeze(v)
	if len(body) < 12 || !bytes.ContainsAny(body, "0123456789") || notation.Distinct(body) < 8 || madeUpDigits(string(body)) {
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

// placeholders are the words of which made-up External IDs are made.
var placeholders = set("external", "externalid", "id", "ids", "ext", "extid", "eid", "my", "your", "the", "a", "an", "this", "is", "some", "any",
	"unique", "secret", "string", "value", "test", "testing", "tests", "dummy", "fake", "mock", "sample", "demo", "default", "placeholder",
	"change", "changeme", "me", "replace", "here", "insert", "todo", "foo", "bar", "baz", "qux", "foobar", "abc", "abcd", "abcdef", "xyz", "xxx",
	"null", "none", "nil", "undefined", "true", "false", "optional", "required", "uuid", "guid", "uid", "key", "name", "provided", "customer",
	"vendor", "company", "account", "acct", "aws", "role", "sts", "iam", "assume", "arn", "user", "from", "for", "to", "of", "by", "and", "or", "with",
	"shared", "token", "random", "generated", "text", "data", "hello", "world", "goes", "yet", "repo", "repository", "legit", "corp", "new", "old", "prod", "dev", "cross", "third", "party", "org",
	"tenant", "client", "app", "invalid", "valid", "wrong", "other", "another", "different", "empty", "blank", "not", "no", "set", "enter", "password",
	"fixed", "param", "parameter", "variable", "type", "number", "integer", "object", "deadbeef", "asdf", "qwerty", "something", "anything", "whatever",
	"example", "one", "two", "expected", "actual", "source", "target", "bad", "good", "condition", "specific", "given", "supplied", "supply", "acme", "env", "ignored", "pretend", "incorrect", "denied", "be", "populated", "filled", "defined", "tbd", "tba")

// allPlaceholders says whether a value consists of placeholder words and
// counting numbers.
func allPlaceholders(v string) bool {
	for _, w := range notation.Words([]byte(v)) {
		switch {
		case notation.IsDigit(w[0]):
			if len(w) > 2 && !madeUpDigits(w) {
				return false
			}
		case len(w) > 2 && !placeholders[w] && notation.Distinct([]byte(w)) > 1:
			return false
		}
	}
	return true
}

// saysPlaceholder says whether a value names itself (prowler-external-id,
// my-ext-id-2024) or counts on the keyboard.
func saysPlaceholder(v string) bool {
	body := strings.ToLower(string(squeeze(v)))
	for _, w := range []string{"externalid", "extid", "abc123", "12345", "changeme", "replaceme", "yourid"} {
		if strings.Contains(body, w) {
			return true
		}
	}
	return slices.Contains(notation.Words([]byte(v)), "ext")
}

// madeUpDigits says whether a value counts or repeats: 12345, 1234-5678, 0000.
func madeUpDigits(v string) bool {
	steps := 0
	for i := 1; i < len(v); i++ {
		if d := int(v[i]) - int(v[i-1]); d == 0 || d == 1 || d == -1 || v[i] == '0' && v[i-1] == '9' {
			steps++
		}
	}
	return steps*4 >= (len(v)-1)*3
}

// documentedAccounts are those of AWS's documentation that do not count or
// repeat.
var documentedAccounts = set("111122223333", "444455556666", "777788889999", "123456789012")

// madeUpUUID says whether a UUID counts or repeats.
func madeUpUUID(v string) bool {
	body := squeeze(v)
	return notation.Distinct(body) < 6 || madeUpDigits(string(body))
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
