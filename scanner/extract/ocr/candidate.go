package ocr

import (
	"image"
	"strings"

	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// To read a letter costs a thousand times as much as to find it, and most letters of a
// screenshot belong to words. So what is read first is what may be an ID, a key or the
// label of an External ID by the shapes of its letters alone, and the rest only if
// something of that kind came out.

// Figures of candidates, in glyphs.
const (
	chainLength = accountDigits - 1 // one glyph may be torn, or hang together with what is beside it
	wordLength  = 18                // of keys, UUIDs, secrets and tokens; of paths, too
	fewLetters  = 60                // a picture with no more of them is read whole
)

// candidate reports whether a segment, with letters of a height, may hold an identifier:
// a chain of glyphs of one height on one line, as digits and capitals are; a word that is
// longer than words are; the label of an External ID; or a blur, the glyphs of which
// cannot be told apart. The spots are in order from left to right.
func candidate(spots []image.Rectangle, height int) bool {
	return chained(spots) >= chainLength || longestWord(spots, height) >= wordLength ||
		labelOfExternalID(spots, height) || blurry(spots, height)
}

// glyphs is about how many characters a spot is: those that touch are one.
func glyphs(width, height int) int { return max(1, (8*width+5*height)/(10*max(1, height))) }

// chained returns the length of the longest chain of glyphs that have one top and one
// bottom. Dashes belong to a chain and do not count.
func chained(spots []image.Rectangle) int {
	longest, length := 0, 0
	var first, last image.Rectangle // of the chain
	for _, s := range spots {
		tolerance := max(1, first.Dy()/8)
		switch {
		case length > 0 && s.Min.X-last.Max.X > first.Dy():
			first, length = s, glyphs(s.Dx(), s.Dy())
		case length > 0 && abs(s.Min.Y-first.Min.Y) <= tolerance && abs(s.Max.Y-first.Max.Y) <= tolerance:
			length += glyphs(s.Dx(), first.Dy())
		case length > 0 && dash(s, first):
		default:
			first, length = s, glyphs(s.Dx(), s.Dy())
		}
		last = s
		longest = max(longest, length)
	}
	return longest
}

// dash reports whether a spot lies at half the height of a glyph.
func dash(s, glyph image.Rectangle) bool {
	return 2*s.Dy() < glyph.Dy() && s.Min.Y > glyph.Min.Y && s.Max.Y < glyph.Max.Y && s.Dx() <= glyph.Dy()
}

// longestWord returns the number of glyphs of the longest word.
func longestWord(spots []image.Rectangle, height int) int {
	longest, length := 0, 0
	end := 0
	for i, s := range spots {
		if i > 0 && 20*(s.Min.X-end) > 9*height {
			length = 0
		}
		if s.Max.X > end || length == 0 { // and no dot above a letter
			length += glyphs(s.Dx(), height)
		}
		end = max(end, s.Max.X)
		longest = max(longest, length)
	}
	return longest
}

// externalShape is "ExternalId" or "External ID" as high glyphs (H), glyphs as low as an x
// (x) and what is between them (t), as the t and whatever rounding made a little lower;
// those that are low may touch. The group is what stands behind "Externa".
var externalShape = lazyregexp.New(`[Ht]x?[Htx]?x{1,5}([Ht]{2,3})`)

// labelOfExternalID reports whether a segment has a word of that shape, in which the low
// letters take the room of six.
func labelOfExternalID(spots []image.Rectangle, height int) bool {
	var shape strings.Builder
	for _, s := range spots {
		switch h := 20 * s.Dy(); {
		case h >= 19*height:
			shape.WriteByte('H')
		case h >= 17*height:
			shape.WriteByte('t')
		case h >= 10*height:
			shape.WriteByte('x')
		default:
			shape.WriteByte('.')
		}
	}
	for _, at := range externalShape.FindAllStringSubmatchIndex(shape.String(), -1) {
		low := spots[at[2]].Min.X - spots[at[0]].Max.X
		if all := spots[at[1]-1].Max.X - spots[at[0]].Min.X; 10*low >= 33*height && all <= 11*height {
			return true
		}
	}
	return false
}

// blurry reports whether most glyphs of a segment touch those beside them, so that their
// heights tell nothing.
func blurry(spots []image.Rectangle, height int) bool {
	all := 0
	for _, s := range spots {
		all += glyphs(s.Dx(), height)
	}
	return all >= chainLength && 2*len(spots) < all
}

// What has to come out of candidates for the rest to be read: twelve digits as the program
// may read them, with one that is lost and some that became letters; the prefix of a key;
// the name of an External ID; or something that is as long and as mixed as a secret.
var (
	numberLike = lazyregexp.New(`[` + likeDigits + `](?:[ -]{0,2}[` + likeDigits + `]){10}`)
	named      = lazyregexp.New(`A[KSI][I1l|]A|(?i:ext[ec]r[nmr]+a[l1I|][ _-]{0,2}[il1|][do0])`)
	secretLike = lazyregexp.New(`[0-9A-Za-z+/_=]{32,}`)
)

// Digits that there have to be: the others may be misread.
const (
	leastOfNumber = 8
	leastOfSecret = 2
)

// promising reports whether an identifier may stand in a text.
func promising(text string) bool {
	return named.MatchString(text) || digitsIn(numberLike.FindString(text)) >= leastOfNumber ||
		digitsIn(secretLike.FindString(text)) >= leastOfSecret
}
