// Package ocrtest makes pictures that show account IDs and keys the way that
// consoles, terminals and slides do, for tests of what reads them. The values
// are made up from a seed whenever a picture is made.
package ocrtest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// The kinds of values, by the placeholder that stands for them.
const (
	Account  = "account"  // 12 digits
	Dashed   = "dashed"   // 4-4-4 digits, as the console's menu has them
	Key      = "key"      // an access key ID
	External = "external" // an External ID: a UUID
)

// Value is one value that a picture shows.
type Value struct{ Kind, Text string }

// Values makes up values.
type Values struct {
	random *rand.Rand
	Shown  []Value // those made so far, in order
}

// NewValues returns values that are the same for the same seed.
func NewValues(seed uint64) *Values {
	return &Values{random: rand.New(rand.NewPCG(seed, 0x0c2))}
}

// Next makes up a value of a kind.
func (v *Values) Next(kind string) string {
	text := v.make(kind)
	v.Shown = append(v.Shown, Value{kind, text})
	return text
}

const (
	digits = "0123456789"
	base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	hexa   = "0123456789abcdef"
)

func (v *Values) make(kind string) string {
	switch kind {
	case Account:
		return v.of("123456789", 1) + v.of(digits, 11)
	case Dashed:
		return v.of("123456789", 1) + v.of(digits, 3) + "-" + v.of(digits, 4) + "-" + v.of(digits, 4)
	case Key:
		return "AK" + "IA" + v.of(base32, 16)
	case External:
		return v.of(hexa, 8) + "-" + v.of(hexa, 4) + "-4" + v.of(hexa, 3) + "-a" + v.of(hexa, 3) + "-" + v.of(hexa, 12)
	}
	panic("no such kind: " + kind)
}

func (v *Values) of(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[v.random.IntN(len(alphabet))]
	}
	return string(b)
}

// Expand puts a made-up value in the place of every {account}, {dashed}, {key}
// and {external}.
func (v *Values) Expand(template string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(template, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		switch name {
		case Account, Dashed, Key, External:
			b.WriteString(v.Next(name))
			template = after
		default:
			_ = closed // a brace that is none of ours
			b.WriteByte('{')
			template = rest
		}
	}
}

// Score counts the values that stand in texts exactly.
type Score struct {
	Read, Shown map[string]int // by kind
	Missed      []Value
}

// Add counts the values shown by one picture that was read as text.
func (s *Score) Add(shown []Value, text string) {
	if s.Read == nil {
		s.Read, s.Shown = map[string]int{}, map[string]int{}
	}
	for _, v := range shown {
		s.Shown[v.Kind]++
		if holds(text, v.Text) {
			s.Read[v.Kind]++
		} else {
			s.Missed = append(s.Missed, v)
		}
	}
}

// holds reports whether a value stands in a text and is no part of a longer
// number.
func holds(text, value string) bool {
	for {
		i := strings.Index(text, value)
		if i < 0 {
			return false
		}
		end := i + len(value)
		if (i == 0 || !digit(text[i-1])) && (end == len(text) || !digit(text[end])) {
			return true
		}
		text = text[i+1:]
	}
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// Share returns the share of values of the given kinds that were read.
func (s *Score) Share(kinds ...string) float64 {
	read, shown := 0, 0
	for _, k := range kinds {
		read, shown = read+s.Read[k], shown+s.Shown[k]
	}
	return float64(read) / float64(max(1, shown))
}

// String tells the shares by kind.
func (s *Score) String() string {
	var b strings.Builder
	for _, k := range []string{Account, Dashed, Key, External} {
		if s.Shown[k] > 0 {
			fmt.Fprintf(&b, " %s %d/%d", k, s.Read[k], s.Shown[k])
		}
	}
	return strings.TrimSpace(b.String())
}
