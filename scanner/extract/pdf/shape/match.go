package shape

import (
	"cmp"
	_ "embed" // shapes.bin
	"image"
	"image/draw"
	"maps"
	"math"
	"slices"
	"sync"

	"golang.org/x/image/vector"
)

// known is a shape whose character is known.
type known struct {
	Shape
	char rune
}

// A record of shapes.bin: the character, the measures in hundredths (height over
// width, top, foot), and the ink with 4 bits each.
const record = 1 + 2*3 + Rows*Columns/2

//go:embed shapes.bin
var shapes []byte

var all = sync.OnceValue(func() []known {
	var out []known
	for b := shapes; len(b) >= record; b = b[record:] {
		k := known{char: rune(b[0] & 0x7f)}
		measure := func(i int) float64 { return float64(int16(uint16(b[i])<<8|uint16(b[i+1]))) / 100 }
		k.Tall, k.Top, k.Foot = measure(1), measure(3), measure(5)
		for i, ink := range b[7:record] {
			k.Ink[2*i], k.Ink[2*i+1] = ink>>4*17, ink&15*17
		}
		out = append(out, k)
	}
	return out
})

// Encode is the record of a shape.
func Encode(char rune, s Shape) []byte {
	out := []byte{byte(char)}
	for _, m := range []float64{s.Tall, s.Top, s.Foot} {
		n := int16(math.Round(100 * max(-300, min(300, m))))
		out = append(out, byte(uint16(n)>>8), byte(n))
	}
	for i := 0; i < len(s.Ink); i += 2 {
		high, low := (int(s.Ink[i])+8)/17, (int(s.Ink[i+1])+8)/17
		out = append(out, byte(high<<4|low))
	}
	return out
}

const (
	// alike is how far a glyph may be from a known one. Of the digits in forty
	// typefaces that are not among the known ones, 93 % are read right below it,
	// and what is taken for another character is O for 0, nearly always.
	alike = 0.26
	// favour is what speaks for a digit in a font with digits.
	favour = 0.03
	// fewDigits make a font one with digits.
	fewDigits = 4
)

// MaxGlyphs is how many glyphs of one font are read.
const MaxGlyphs = 300

// Read returns the characters of a font's glyphs. In a font of distinct glyphs no
// two are one character: the one that is more like it is, the other what it is
// like next. Fonts of bitmaps hold a character in all sizes that it is shown in.
func Read[K cmp.Ordered](glyphs map[K]Shape, distinct bool) map[K]rune {
	var pairs []pair[K]
	sure := map[rune]bool{}
	for _, key := range slices.Sorted(maps.Keys(glyphs)) {
		s := glyphs[key]
		near := likeness(&s)
		best := rune(0)
		for i, d := range near {
			if char := rune(i); d < alike {
				pairs = append(pairs, pair[K]{key, char, d})
				if best == 0 || d < near[best] {
					best = char
				}
			}
		}
		if best >= '0' && best <= '9' {
			sure[best] = true
		}
	}
	if len(sure) >= fewDigits {
		for i := range pairs {
			if c := pairs[i].char; c >= '0' && c <= '9' {
				pairs[i].distance -= favour
			}
		}
	}
	slices.SortFunc(pairs, func(a, b pair[K]) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.char, b.char), cmp.Compare(a.key, b.key))
	})
	out, taken := map[K]rune{}, map[rune]bool{}
	for _, p := range pairs {
		if out[p.key] == 0 && !(distinct && taken[p.char]) {
			out[p.key], taken[p.char] = p.char, true
		}
	}
	return out
}

type pair[K cmp.Ordered] struct {
	key      K
	char     rune
	distance float64
}

// likeness returns how far a shape is from every character, alike if it is far.
func likeness(s *Shape) (out [128]float64) {
	for i := range out {
		out[i] = alike
	}
	for i := range all() {
		k := &all()[i]
		out[k.char] = min(out[k.char], distance(s, &k.Shape, out[k.char]))
	}
	return out
}

// distance weighs how the ink differs (0 to 1), how the proportions do, and
// where the glyph stands. It gives up beyond a bound.
func distance(a, b *Shape, bound float64) float64 {
	d := 0.25*min(1, math.Abs(math.Log(a.Tall/b.Tall))) + 0.4*(math.Abs(a.Top-b.Top)+math.Abs(a.Foot-b.Foot))
	if d > bound {
		return d
	}
	sum, most := 0, int((bound-d)*255*Rows*Columns)
	for row := 0; row < Rows*Columns; row += Columns {
		for i := row; i < row+Columns; i++ {
			diff := int(a.Ink[i]) - int(b.Ink[i])
			sum += max(diff, -diff)
		}
		if sum > most {
			return bound
		}
	}
	return d + float64(sum)/(255*Rows*Columns)
}

// drawInk writes the coverage that a rasterizer has collected.
func drawInk(r *vector.Rasterizer, ink []uint8) {
	img := &image.Alpha{Pix: ink, Stride: Columns, Rect: image.Rect(0, 0, Columns, Rows)}
	r.DrawOp = draw.Src
	r.Draw(img, img.Rect, image.Opaque, image.Point{})
}
