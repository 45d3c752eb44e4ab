package ocr

import "image"

// What a picture has to have to be read. Repositories hold thousands of icons,
// logos and photographs, and reading costs a second each; this costs milliseconds
// per megapixel. The figures are on the safe side: a line of five small words is
// enough.
const (
	minWidth, minHeight = 60, 10 // twelve digits of the smallest font there is
	cell                = 16     // pixels
	minInk, maxInk      = 8, 160 // pixels of a cell that differ from its background
	contrast            = 32     // how much they differ
	minEdges            = 12     // changes between ink and background in the rows, or in the columns, of a cell
	minFlat             = 64     // pixels of a cell that are its background
	smooth              = 14     // what noise may change about that
	minRow              = 3      // such cells side by side
)

// LargeEnough reports whether there is room for a line of text in a picture, in
// pixels.
func LargeEnough(width, height int) bool {
	return max(width, height) >= minWidth && min(width, height) >= minHeight
}

// holdsLetters reports whether there may be a line of text in a picture: small
// marks on an even background, a few cells in a row (or in a column, for what
// lies on its side), at any of the levels.
func holdsLetters(g *image.Gray) bool {
	for level := range levels {
		if !LargeEnough(g.Rect.Dx(), g.Rect.Dy()) {
			return false
		}
		least := minEdges
		if level > 2 { // a gradient that was scaled down has stairs
			least *= 2
		}
		if rowOfLetters(g, least) {
			return true
		}
		g = halved(g)
	}
	return false
}

func rowOfLetters(g *image.Gray, leastEdges int) bool {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	below := make([]int, (w+cell-1)/cell) // cells with letters in a column, down to the row
	for y := 0; y < h; y += cell {
		beside := 0
		for x := 0; x < w; x += cell {
			if !lettersIn(g, image.Rect(x, y, min(x+cell, w), min(y+cell, h)), leastEdges) {
				beside, below[x/cell] = 0, 0
				continue
			}
			beside++
			below[x/cell]++
			if beside >= minRow || below[x/cell] >= minRow {
				return true
			}
		}
	}
	return false
}

// lettersIn reports whether a cell looks like a piece of a line of text.
func lettersIn(g *image.Gray, at image.Rectangle, leastEdges int) bool {
	var counts [256]int32
	for y := at.Min.Y; y < at.Max.Y; y++ {
		for _, v := range g.Pix[y*g.Stride+at.Min.X : y*g.Stride+at.Max.X] {
			counts[v]++
		}
	}
	background := dominant(&counts)
	flat, ink := 0, 0
	for v, n := range counts {
		switch diff := abs(v - background); {
		case diff <= smooth:
			flat += int(n)
		case diff >= contrast:
			ink += int(n)
		}
	}
	if flat < minFlat || ink < minInk || ink > maxInk {
		return false
	}
	return edges(g, at, background) >= leastEdges
}

// edges counts the changes between ink and background along rows or along
// columns, whichever has more.
func edges(g *image.Gray, at image.Rectangle, background int) int {
	rows, columns := 0, 0
	var above [cell]bool
	for y := at.Min.Y; y < at.Max.Y; y++ {
		left := false
		for i, v := range g.Pix[y*g.Stride+at.Min.X : y*g.Stride+at.Max.X] {
			ink := abs(int(v)-background) >= contrast
			if i > 0 && ink != left {
				rows++
			}
			if y > at.Min.Y && ink != above[i] {
				columns++
			}
			left, above[i] = ink, ink
		}
	}
	return max(rows, columns)
}

// halved scales a picture down to half its size.
func halved(g *image.Gray) *image.Gray {
	w, h := g.Rect.Dx()/2, g.Rect.Dy()/2
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		upper, lower := g.Pix[2*y*g.Stride:], g.Pix[(2*y+1)*g.Stride:]
		for x := range w {
			sum := int(upper[2*x]) + int(upper[2*x+1]) + int(lower[2*x]) + int(lower[2*x+1])
			out.Pix[y*out.Stride+x] = uint8((sum + 2) / 4)
		}
	}
	return out
}

// dominant returns the shade with most pixels around it, so that neither noise
// nor a slow gradient hides it.
func dominant(counts *[256]int32) int {
	const around = 3
	best, most := 0, int32(-1)
	for v := range counts {
		sum := counts[v] // the middle counts double
		for i := max(0, v-around); i <= min(255, v+around); i++ {
			sum += counts[i]
		}
		if sum > most {
			best, most = v, sum
		}
	}
	return best
}

func abs(v int) int {
	if v < 0 {
		return -v
	}
	return v
}
