// Package exact finds given values in whatever spelling they stand: what belonged to a customer,
// of which no trace is to be left.
//
// A value is found as it is and in any case; with each of its characters written plainly or
// escaped, for URLs, JSON, HTML or mail; in hexadecimal digits; in base64, wherever in it the
// value begins; and in UTF-16. An account ID is found in groups of four or three digits, too,
// without its leading zeros, and as the number that a spreadsheet or JSON makes of it. A name
// of several words is found however they are joined.
//
// Not found: an account ID within a longer number (its digits must begin and end there), a
// name or domain within a longer word, a role within a longer name.
//
// # Limits
//
// What is compressed or encrypted within a text, written by digits as words, or escaped twice
// in two different ways is not found. Extractors read compressed files and documents.
package exact

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/deputy-sec/deputy/internal/ascii"
	"github.com/deputy-sec/deputy/internal/strength"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Kind says what a value is, which decides where it ends.
type Kind string

// The kinds of values.
const (
	Account    Kind = "account"
	ExternalID Kind = "external-id"
	Role       Kind = "role"
	Domain     Kind = "domain"
	Name       Kind = "name"
	Other      Kind = "value"
)

// Kinds lists them.
func Kinds() []Kind { return []Kind{Account, ExternalID, Role, Domain, Name, Other} }

// Value is what is looked for. It does not print itself.
type Value struct {
	Kind Kind
	text string
}

// Format implements fmt.Formatter: the value is not shown under any verb.
func (v Value) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, string(v.Kind)) }

// Secret returns the value as reports hold it.
func (v Value) Secret() finding.Secret { return finding.NewSecret(v.text) }

// Bounds of a list of values.
const (
	shortest  = 4 // characters: shorter values stand everywhere
	longest   = 1224
	maxValues = 10_000
)

// NewValue returns a value. Without a kind its form says what it is.
func NewValue(kind Kind, text string) (Value, error) {
	text = strings.TrimSpace(text)
	if kind == "" {
		kind = kindOf(text)
	}
	if kind == Account {
		text = strings.NewReplacer("-", "", " ", "").Replace(text)
		if !strength.IsAccount(text) {
			return Value{}, errors.New("it is no account ID: that has twelve digits")
		}
	}
	if kind == Domain {
		text = strings.Trim(strings.ToLower(text), ".")
	}
	switch {
	case len(text) < shortest:
		return Value{}, fmt.Errorf("it has fewer than %d characters, and would be found everywhere", shortest)
	case len(text) > longest:
		return Value{}, fmt.Errorf("it has more than %d characters", longest)
	case strings.ContainsAny(text, "\r\n\x00"):
		return Value{}, errors.New("it is no single line")
	}
	return Value{kind, text}, nil
}

var (
	roleForm   = regexp.MustCompile(`^arn:[a-z-]+:(iam|sts)::\d{12}:(role|assumed-role)/.+$`)
	domainForm = regexp.MustCompile(`^(?i)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$`)
)

// kindOf tells what a value is by its form.
func kindOf(text string) Kind {
	plain := strings.NewReplacer("-", "", " ", "").Replace(text)
	switch {
	case strength.IsAccount(plain):
		return Account
	case roleForm.MatchString(text):
		return Role
	case domainForm.MatchString(text):
		return Domain
	case strength.Of(text).Random:
		return ExternalID
	case strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 || ascii.IsLetter(byte(r)) }):
		return Name
	}
	return Other
}

// Read reads a list of values, one a line: as it is, or behind its kind and a colon. Blank
// lines and those that begin with # are left out. A role brings its account along. Errors
// name the line and hold nothing of it.
func Read(r io.Reader) ([]Value, error) {
	var values []Value
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 64<<10)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		kind := Kind("")
		for _, k := range Kinds() {
			if rest, ok := strings.CutPrefix(text, string(k)+":"); ok {
				kind, text = k, rest
			}
		}
		v, err := NewValue(kind, text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		values = append(values, v)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	return Distinct(values)
}

// Distinct returns values, each once, with the accounts of roles.
func Distinct(values []Value) ([]Value, error) {
	var out []Value
	seen := map[string]bool{}
	add := func(v Value) {
		if !seen[v.text] {
			seen[v.text] = true
			out = append(out, v)
		}
	}
	for _, v := range values {
		add(v)
		if v.Kind == Role {
			if fields := strings.SplitN(v.text, ":", 6); len(fields) == 6 && strength.IsAccount(fields[4]) {
				add(Value{Account, fields[4]})
			}
		}
	}
	switch {
	case len(out) == 0:
		return nil, errors.New("there are no values")
	case len(out) > maxValues:
		return nil, fmt.Errorf("more than %d values", maxValues)
	}
	return out, nil
}
