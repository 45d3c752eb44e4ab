package strength_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/deputy-sec/deputy/internal/strength"
)

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits = "0123456789"
)

func chars(r *rand.Rand, from string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = from[r.IntN(len(from))]
	}
	return string(b)
}

// Random values have about the bits that their maker gave them: hardly any one loses more than
// the alphabet that it happens not to use up.
func TestWhatIsRandomHasTheBitsOfItsAlphabet(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, c := range map[string]struct {
		alphabet string
		length   int
		least    float64
	}{
		"sixteen of base62":   {lower + upper + digits, 16, 85},
		"hexadecimal":         {"0123456789abcdef", 32, 120},
		"base32":              {upper + "234567", 26, 118},
		"base36":              {lower + digits, 20, 90},
		"letters of one case": {lower, 24, 110},
	} {
		low := 0
		const n = 3000
		for range n {
			if strength.Of(chars(r, c.alphabet, c.length)).Guess().Bits < c.least {
				low++
			}
		}
		assert.Less(t, float64(low)/n, 0.01, name)
	}
}

func TestWhatAPersonWouldThinkOfIsWorthNothing(t *testing.T) {
	for _, v := range []string{
		"databricks-serverless", "acme-prod", "AcmeCorporation", "customer_production_2024", "northwind.traders", "my-external-id",
		"2021-05-14", "20240229", "14.05.2021", "password123", "Company2023", "databricks-serverless-1234567890123456", "aaaaaaaaaaaaaaaaaaaa",
		"12345678901234567890", "abcdefghijklmnopqrst", "00000000-0000-0000-0000-000000000000", "11111111-2222-3333-4444-555555555555",
	} {
		assert.Less(t, strength.Of(v).Guess().Bits, 1.0, v)
	}
}

func TestUUIDsByVersion(t *testing.T) {
	for v, want := range map[string]struct {
		bits    float64
		version int
	}{
		"%08x-7a3e-4c1d-9f02-b6e5d8017c4a": {122, 4},
		"%08x-7a3e-7c1d-9f02-b6e5d8017c4a": {74, 7},
		"%08x-7a3e-11ed-9f02-b6e5d8017c4a": {14, 1},
		"%08x-7a3e-3c1d-9f02-b6e5d8017c4a": {0, 3},
		"%08x-7a3e-5c1d-9f02-b6e5d8017c4a": {0, 5},
		"%08x-7a3e-6c1d-9f02-b6e5d8017c4a": {14, 6},
		"%08x-7a3e-9c1d-1f02-b6e5d8017c4a": {128, -1},
	} {
		g := strength.Of(fmt.Sprintf(v, 0x3f9c2a1b)).Guess()
		assert.Equal(t, want.bits, g.Bits, v)
		assert.Equal(t, want.version, g.Version, v)
	}
}

func TestOnlyTheRandomPartOfAValueCounts(t *testing.T) {
	for v, bits := range map[string]float64{
		"acme-%s":       64,
		"production_%s": 64,
		"%s.customer":   64,
	} {
		g := strength.Of(fmt.Sprintf(v, "9b1f04c7e2"+"5a6d83")).Guess()
		assert.InDelta(t, bits, g.Bits, 0.1, v)
		assert.True(t, g.Words, v)
	}
}

func FuzzGuess(f *testing.F) {
	for _, seed := range []string{"", "a", "acme-prod", "2021-05-14", "00000000-0000-0000-0000-000000000000", "01ARZ3NDEKTSV4RRFFQ69G5FAV"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, v string) {
		g := strength.Of(v).Guess()
		if g.Bits < 0 || g.Bits > 8*float64(len(v)) {
			t.Errorf("%v bits of %d bytes", g.Bits, len(v))
		}
	})
}
