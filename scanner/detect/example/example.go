// Package example turns the examples that document a rule into texts with
// values in them. Values are made when needed, never written down, so that the
// repository holds nothing that looks like a secret.
//
// In an example's text
//
//	«name»      is a value that must be found
//	‹name›      is a value that must not be found, or just filler
//	«name=x»    gives the value a label, and ‹=x› or «=x» repeats it
//
// The names are the shapes of [Shapes], with an argument behind a colon where a
// shape takes one («account», ‹digits:11›, «base62:36»), and those that the
// caller brings.
package example

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// Shape makes a value. arg is what stands behind the colon, "" if nothing.
type Shape func(r *rand.Rand, arg string) string

// Expansion is an example with its values filled in.
type Expansion struct {
	Text string
	Want []Value // in order of their place
}

// Value is one «…» of an example.
type Value struct {
	Shape      string // the name with its argument: account:dashed
	Text       string
	Start, End int // in Expansion.Text
}

// Expand fills in an example's values from a seed. Shapes of the caller go
// before the built-in ones. It panics on an unknown shape: examples are part of
// the program.
func Expand(text string, seed uint64, own map[string]Shape) Expansion {
	return expand(text, seed, own, nil)
}

// Sketch fills in an example for the eye: a value whose shape is not known here
// (some are made by libraries that only tests need) shows as a mask.
func Sketch(text string, seed uint64, own map[string]Shape) Expansion {
	return expand(text, seed, own, func(*rand.Rand, string) string { return "••••••••••••" })
}

func expand(text string, seed uint64, own map[string]Shape, unknown Shape) Expansion {
	e := expander{unknown: unknown, rand: rand.New(rand.NewPCG(seed, 0x6465707574790a)), own: own, labels: map[string]made{}}
	var (
		out  strings.Builder
		want []Value
	)
	for text != "" {
		i := strings.IndexAny(text, "«‹")
		if i < 0 {
			break
		}
		out.WriteString(text[:i])
		wanted := strings.HasPrefix(text[i:], "«")
		closing := "›"
		if wanted {
			closing = "»"
		}
		open := len("«")
		if !wanted {
			open = len("‹")
		}
		j := strings.Index(text[i:], closing)
		if j < 0 {
			panic(fmt.Sprintf("example: %q is not closed", text[i:]))
		}
		value := e.value(text[i+open : i+j])
		if wanted {
			want = append(want, Value{Shape: value.shape, Text: value.text, Start: out.Len(), End: out.Len() + len(value.text)})
		}
		out.WriteString(value.text)
		text = text[i+j+len(closing):]
	}
	out.WriteString(text)
	return Expansion{Text: out.String(), Want: want}
}

type expander struct {
	rand    *rand.Rand
	own     map[string]Shape
	unknown Shape // for names that nobody knows; nil: they are a mistake
	labels  map[string]made
}

// made is a value and the shape it has.
type made struct{ shape, text string }

func (e *expander) value(spec string) made {
	spec, label, labelled := strings.Cut(spec, "=")
	if labelled && spec == "" {
		v, ok := e.labels[label]
		if !ok {
			panic(fmt.Sprintf("example: label %q is used before it is made", label))
		}
		return v
	}
	name, arg, _ := strings.Cut(spec, ":")
	shape := e.own[name]
	if shape == nil {
		shape = Shapes[name]
	}
	if shape == nil {
		shape = e.unknown
	}
	if shape == nil {
		panic(fmt.Sprintf("example: no shape %q", name))
	}
	v := made{spec, shape(e.rand, arg)}
	if labelled {
		e.labels[label] = v
	}
	return v
}

// Alphabets that several formats share.
const (
	Digits = "0123456789"
	Upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	Lower  = "abcdefghijklmnopqrstuvwxyz"
	Base62 = Digits + Upper + Lower
	Base32 = Upper + "234567"
	Hex    = Digits + "abcdef"
	Base64 = Upper + Lower + Digits + "+/"
)

// Shapes are the built-in shapes.
var Shapes = map[string]Shape{
	"account":   account,             // 12 digits that are no known example; «account:dashed», «account:spaced»
	"digits":    from(Digits),        // ‹digits:11›
	"hex":       from(Hex),           // ‹hex:40›
	"upper":     from(Upper),         // ‹upper:3›
	"lower":     from(Lower),         // ‹lower:8›
	"alnum":     from(Base62),        // «alnum:36»
	"base62":    from(Base62),        // «base62:36»
	"base32":    from(Base32),        // «base32:16»
	"base64":    from(Base64),        // «base64:40»
	"base64url": from(Base62 + "-_"), // «base64url:35»
	"uuid":      uuid,                // version 4
	"word":      from(Lower),         // ‹word:8›
}

// From makes n characters of an alphabet, n being the shape's argument.
func from(alphabet string) Shape {
	return func(r *rand.Rand, arg string) string {
		n, err := strconv.Atoi(arg)
		if err != nil {
			panic(fmt.Sprintf("example: %q is not a length", arg))
		}
		return Chars(r, alphabet, n)
	}
}

// Chars returns n random characters of an alphabet.
func Chars(r *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

// account makes twelve digits with at least six different ones, so that no
// documentation placeholder comes out.
func account(r *rand.Rand, form string) string {
	for {
		v := Chars(r, Digits, 12)
		if distinct(v) < 6 || strings.HasPrefix(v, "19") || strings.HasPrefix(v, "20") {
			continue // looks like a placeholder, or begins like a date
		}
		switch form {
		case "dashed":
			return v[:4] + "-" + v[4:8] + "-" + v[8:]
		case "spaced":
			return v[:4] + " " + v[4:8] + " " + v[8:]
		}
		return v
	}
}

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, c := range s {
		seen[c] = true
	}
	return len(seen)
}

func uuid(r *rand.Rand, _ string) string {
	h := Chars(r, Hex, 30)
	return h[:8] + "-" + h[8:12] + "-4" + h[12:15] + "-" + string("89ab"[r.IntN(4)]) + h[15:18] + "-" + h[18:30]
}
