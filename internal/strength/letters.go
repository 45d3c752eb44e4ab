package strength

import (
	_ "embed" // the table of letters
	"math"
	"strings"

	"github.com/deputy-sec/deputy/internal/ascii"
)

// letterTable has a row for each letter that may stand in front, and one for the beginning of
// a word; in it a letter for each that may follow: how many half bits more often it does so in
// words than in letters drawn at random, with 'm' for as often. It was counted in the 13,738
// words that at least two of sixty public repositories use in their documentation.
//
//go:embed letters.txt
var letterTable string

var letterGain = func() (gain [27][26]float32) {
	row := 0
	for line := range strings.Lines(letterTable) {
		for i := range 26 {
			gain[row][i] = float32(int(line[i])-'m') / 2
		}
		row++
	}
	return gain
}()

// What it costs, in bits, that words go on in another way than with a letter of the same case.
// Random characters pay nothing for that.
const (
	costHump    = 7 // a capital behind a small letter begins another word
	costCase    = 5 // any other change of case
	costCapital = 1 // a capital behind another, where there are small letters
	costDigit   = 4 // digits behind letters, or letters behind digits
)

// wordiness says by how many bits a run of letters and digits is more likely to be words than
// characters drawn at random from an alphabet of so many.
func wordiness(token string, alphabet int) float64 {
	uniform := math.Log2(float64(alphabet))
	bits := 0.0
	before := 26 // the letter in front, or the beginning of a word
	for i := range len(token) {
		c := token[i]
		bits += uniform
		if ascii.IsDigit(c) {
			bits -= math.Log2(10)
			if i > 0 && !ascii.IsDigit(token[i-1]) {
				bits -= costDigit
			}
			before = 26
			continue
		}
		if i > 0 {
			switch prev := token[i-1]; {
			case ascii.IsDigit(prev):
				bits -= costDigit
			case ascii.IsLower(prev) && ascii.IsUpper(c):
				bits -= costHump
				before = 26
			case ascii.IsUpper(prev) && ascii.IsUpper(c) && alphabet >= 52:
				bits -= costCapital
			case ascii.IsUpper(prev) && ascii.IsLower(c) && i > 1 && !(ascii.IsLower(token[i-2]) || ascii.IsDigit(token[i-2])):
				bits -= costCase
			}
		}
		letter := int(c|0x20) - 'a'
		bits += float64(letterGain[before][letter]) - math.Log2(26)
		before = letter
	}
	return bits
}
