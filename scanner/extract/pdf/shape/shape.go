// Package shape tells characters by how they look: the last resort for fonts
// that nowhere say what their glyphs are.
//
// A glyph is scaled to a small grey picture of one size and compared with those
// of the letters, digits and signs of some common typefaces (shapes.bin, made by
// the tests of package font with -write-shapes). Programs embed these very
// typefaces, so that most glyphs are met exactly; others are taken for what they
// resemble most, if they do.
package shape

import (
	"math"

	"golang.org/x/image/vector"
)

// The size of the picture that a glyph is scaled to.
const (
	Columns = 8
	Rows    = 12
)

// Point is a point of an outline, y upwards.
type Point struct{ X, Y float64 }

// Shape is how a glyph looks.
type Shape struct {
	Ink  [Rows * Columns]uint8 // how much of each field is covered, rows from the top
	Tall float64               // height over width
	Top  float64               // in ems above the baseline
	Foot float64               // the lowest point, likewise
}

// OfOutline returns the shape of closed contours; em is how long an em is in
// their units. It reports false for what covers nothing.
func OfOutline(contours [][]Point, em float64) (Shape, bool) {
	low, high := Point{math.Inf(1), math.Inf(1)}, Point{math.Inf(-1), math.Inf(-1)}
	for _, c := range contours {
		for _, p := range c {
			low = Point{min(low.X, p.X), min(low.Y, p.Y)}
			high = Point{max(high.X, p.X), max(high.Y, p.Y)}
		}
	}
	width, height := high.X-low.X, high.Y-low.Y
	if !(width > 0 && height > 0 && em > 0) || math.IsInf(width, 0) || math.IsInf(height, 0) {
		return Shape{}, false
	}
	r := vector.NewRasterizer(Columns, Rows)
	for _, c := range contours {
		for i, p := range c {
			x, y := float32((p.X-low.X)/width*Columns), float32((high.Y-p.Y)/height*Rows)
			if i == 0 {
				r.MoveTo(x, y)
			} else {
				r.LineTo(x, y)
			}
		}
		r.ClosePath()
	}
	s := Shape{Tall: height / width, Top: high.Y / em, Foot: low.Y / em}
	drawInk(r, s.Ink[:])
	return s, true
}

// Bitmap is a picture of a glyph.
type Bitmap struct {
	Width, Height int
	Set           func(x, y int) bool // y from the top
}

// OfBitmap returns the shape of what is set; base is how many rows from the top
// the baseline is, em how many rows an em has.
func OfBitmap(b Bitmap, base, em float64) (Shape, bool) {
	left, right, top, bottom := b.Width, -1, b.Height, -1
	for y := range b.Height {
		for x := range b.Width {
			if b.Set(x, y) {
				left, right, top, bottom = min(left, x), max(right, x), min(top, y), max(bottom, y)
			}
		}
	}
	if right < 0 || em <= 0 {
		return Shape{}, false
	}
	width, height := right-left+1, bottom-top+1
	s := Shape{Tall: float64(height) / float64(width), Top: (base - float64(top)) / em, Foot: (base - float64(bottom+1)) / em}
	const fine = 4 // samples of a field, each way
	for row := range Rows {
		for col := range Columns {
			n := 0
			for i := range fine * fine {
				x := left + (2*(col*fine+i%fine)+1)*width/(2*Columns*fine)
				y := top + (2*(row*fine+i/fine)+1)*height/(2*Rows*fine)
				if b.Set(x, y) {
					n++
				}
			}
			s.Ink[row*Columns+col] = uint8(n * 255 / (fine * fine))
		}
	}
	return s, true
}
