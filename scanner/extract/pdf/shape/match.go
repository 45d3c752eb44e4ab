package shape

import (
	_ "embed" // shapes.bin
	"image"
	"image/draw"
	"math"
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
		k := known{char: rune(b[0])}
		measure := func(i int) float64 { return float64(int16(uint16(b[i])<<8|uint16(b[i+1]))) / 100 } //nolint:gosec // two's complement
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
	out := []byte{byte(char)} //nolint:gosec // ASCII
	for _, m := range []float64{s.Tall, s.Top, s.Foot} {
		n := int16(math.Round(100 * max(-300, min(300, m))))
		out = append(out, byte(uint16(n)>>8), byte(n)) //nolint:gosec // two's complement
	}
	for i := 0; i < len(s.Ink); i += 2 {
		high, low := (int(s.Ink[i])+8)/17, (int(s.Ink[i+1])+8)/17
		out = append(out, byte(high<<4|low)) //nolint:gosec // 4 bits each
	}
	return out
}

// alike is how far a glyph may be from a known one: what the same character in
// another typeface mostly is, and hardly ever another character.
const alike = 0.13

// Match returns the character that a shape is most like, or 0.
func Match(s Shape) rune {
	best, char := alike, rune(0)
	for i := range all() {
		k := &all()[i]
		if d := distance(&s, &k.Shape, best); d < best {
			best, char = d, k.char
		}
	}
	return char
}

// distance weighs how the ink differs (0 to 1), how the proportions do, and
// where the glyph stands. It gives up beyond a bound.
func distance(a, b *Shape, bound float64) float64 {
	d := 0.25*min(1, math.Abs(math.Log(a.Tall/b.Tall))) + 0.4*(math.Abs(a.Top-b.Top)+math.Abs(a.Foot-b.Foot))
	if d > bound {
		return d
	}
	sum := 0
	for i, ink := range a.Ink {
		diff := int(ink) - int(b.Ink[i])
		sum += max(diff, -diff)
	}
	return d + float64(sum)/(255*Rows*Columns)
}

// drawInk writes the coverage that a rasterizer has collected.
func drawInk(r *vector.Rasterizer, ink []uint8) {
	img := &image.Alpha{Pix: ink, Stride: Columns, Rect: image.Rect(0, 0, Columns, Rows)}
	r.DrawOp = draw.Src
	r.Draw(img, img.Rect, image.Opaque, image.Point{})
}
