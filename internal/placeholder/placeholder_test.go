package placeholder_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect/example"
)

func TestWhatWasTypedOrMaskedIsNotRandom(t *testing.T) {
	for name, typed := range map[string]string{
		"one letter":                   strings.Repeat("x", 40),
		"a mask at the end":            "COo38eU2XXXXXX",
		"a mask in the middle":         "sk9aXXXXXXXXXXXX7f2c",
		"a mask of stars":              "c21f********",
		"a piece again and again":      strings.Repeat("ab12", 10),
		"with another tail":            "q7Rm2q7Rm2q7Rm2zL",
		"with another head":            "zLq7Rm2q7Rm2q7Rm2",
		"an instruction":               "YOUR-KEY-GOES-HERE-1234567890abc",
		"the alphabet":                 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ",
		"the alphabet with numbers":    "a1b2c3d4e5f6a7b8c9d0",
		"pairs":                        "aaaabbbbccccddddeeeeffffgggghhhh",
		"rows of a keyboard":           "ZXCVBNMASDFGHJKL",
		"a row of a keyboard, in part": "k2QWERTYUp7m3d5v8n1z",
		"a row of a keyboard, back":    "k2poiuytp7m3d5v8n1z",
		"a word that says what it is":  "f3c9exampleb71d20aa8e",
		"a word that asks":             "9d31REPLACEb71d20aa8e",
	} {
		assert.True(t, placeholder.Random(typed), name)
	}
}

func TestNumbersWereTyped(t *testing.T) {
	for _, typed := range []string{"123456789012", "456123789012", "1111222233", "9876543210", "121212121212"} {
		assert.True(t, placeholder.Number(typed), typed)
	}
	for _, id := range []string{
		"123456789012", "111122223333", "444455556666", "777788889999", "012345678901", "012345678910", "123456789123",
		"210987654321", "987654321098", "000000000000", "999999999999", "112233445566", "123412341234", "123123123123",
		"000000000001", "100000000000", "111111111112", "123456789013", "314159265358",
		"567531256753", "445443334332", "233212345543",
		"787878134925", "382738271946", "419254192573", "147258369012", "789456123908", // a piece with another tail, keys of a number block
	} {
		assert.True(t, placeholder.Account(id), id)
	}
	for _, id := range []string{"8361" + "94027518", "5092" + "73618845", "0473" + "91528864"} { // that follow no pattern
		assert.False(t, placeholder.Account(id), id)
	}
}

func TestUUIDsWereTyped(t *testing.T) {
	for _, typed := range []string{
		"00000000-0000-0000-0000-000000000001", "12345678-1234-1234-1234-123456789012", "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d",
		"55ce55ce-5555-455f-9455-ce5e55c1554e", "44444444-c1d7-4ab3-9a2e-7f0d1b5e83c6", "c3e1d7a9-3333-4b1f-9c2a-e81f07b35d26",
		"c3e1d7a9-5f08-4b1f-9c2a-777777777777", "deadbeef-dead-beef-dead-beefdeadbeef", "89ab89ab-89ab-49ab-89ab-89ab89ab89ac",
		"11111111-1111-1111-1111-111111111111", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "01234567-89ab-cdef-0123-456789abcdef",
		"aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e", "00001111-aaaa-2222-bbbb-3333cccc4444", "aaaabbbb-0000-cccc-1111-dddd2222eeee",
		"f47ac10b-58cc-4372-a567-000000000000", "ABABABAB-1c5d-4e7f-8a9b-3c2d1e0f5a6b",
	} {
		assert.True(t, placeholder.UUID(typed), typed)
	}
}

// What a judge hides by mistake nobody sees: so many of a hundred thousand random values are
// taken for made up, at most.
func TestRandomValuesAreHardlyEverTakenForTyped(t *testing.T) {
	if testing.Short() {
		t.Skip("a measurement of quality")
	}
	r := rand.New(rand.NewPCG(4, 5))
	const n = 100_000
	uuid := func() string { return example.Shapes["uuid"](r, "") }
	chars := func(alphabet string, length int) func() string {
		return func() string { return example.Chars(r, alphabet, length) }
	}
	for name, c := range map[string]struct {
		value func() string
		typed func(string) bool
		most  int
	}{
		"hexadecimal digits, 32": {chars(example.Hex, 32), placeholder.Random[string], 20},
		"hexadecimal digits, 40": {chars(example.Hex, 40), placeholder.Random[string], 20},
		"base32, 16":             {chars(example.Base32, 16), placeholder.Random[string], 30},
		"base62, 40":             {chars(example.Base62, 40), placeholder.Random[string], 50},
		"base64, 34":             {chars(example.Base64, 34), placeholder.Random[string], 50},
		"UUIDs":                  {uuid, placeholder.UUID[string], 120},
		"accounts":               {chars(example.Digits, 12), placeholder.Account, 120},
		"numbers of 10 digits":   {chars(example.Digits, 10), placeholder.Number[string], 200},
		"numbers of 12 digits":   {chars(example.Digits, 12), placeholder.Number[string], 200},
		"masked":                 {chars(example.Base62, 40), placeholder.Masked[string], 2},
		"numbers in names":       {chars(example.Digits, 6), func(s string) bool { return placeholder.HoldsCounted("quiet-lake-"+s, 5) }, 20},
	} {
		wrong := 0
		for range n {
			if c.typed(c.value()) {
				wrong++
			}
		}
		assert.LessOrEqual(t, wrong, c.most, name)
		t.Logf("%s: %d of %d", name, wrong, n)
	}
}

func TestPhrasesAreWholeOrSomebodys(t *testing.T) {
	for value, want := range map[string]placeholder.Phrase{
		"my-external-id":       {Whole: true, StandsIn: true, Names: true},
		"testExternalId1":      {Whole: true, StandsIn: true, Names: true},
		"myproject":            {Whole: true, StandsIn: true, Names: true},
		"changeme123":          {Whole: true, StandsIn: true},
		"12345":                {Whole: true},
		"acme-app-assume-role": {Plain: true, Unknown: 2},
		"123ABC":               {Whole: true, StandsIn: true},
		"c7n-dev":              {Unknown: 1},
		"initech-external-id":  {Names: true, Unknown: 1},
		"x7#K9$m2":             {},
		"84719203":             {Unknown: 1},
		"":                     {},
	} {
		got := placeholder.Words(value)
		assert.Equal(t, want.Whole, got.Whole, value)
		assert.Equal(t, want.StandsIn, got.StandsIn, value)
		assert.Equal(t, want.Names, got.Names, value)
		assert.Equal(t, want.Unknown, got.Unknown, value)
	}
}

func FuzzJudge(f *testing.F) {
	f.Add("AKIAZXCVBNMASDFGHJKL")
	f.Add("my-external-id-12345")
	f.Add("\xff\x80\x00-ÄÖ")
	f.Fuzz(func(t *testing.T, value string) {
		if placeholder.Random(value) != placeholder.Random([]byte(value)) {
			t.Fatalf("%q is random as text or as bytes only", value)
		}
		if p := placeholder.Words(value); p.Whole && p.Unknown > 0 {
			t.Fatalf("%q is whole, with %d unknown words", value, p.Unknown)
		}
		_, _, _ = placeholder.UUID(value), placeholder.HoldsCounted(value, 5), placeholder.Counts(value)
	})
}
