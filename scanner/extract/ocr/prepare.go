package ocr

import (
	"image"
	"math"
)

// Figures of the preparation, found by trying on screenshots of consoles,
// terminals and slides at one and two pixels to the point and at several
// qualities of JPEG.
const (
	tileSize  = 48  // pixels, of the scaled picture: a line of text or two
	ruleSize  = 120 // pixels, of the scaled picture: no letter is as long
	wideSize  = 1920
	faintest  = 40 // contrast that is stretched to the full; what is fainter stays faint
	inkShade  = 112
	maxScaled = 16 << 20 // pixels; larger pictures are scaled down: letters of a scan or photograph are large
)

// prepare returns a picture as the recogniser likes it: letters high enough,
// dark on white whatever they were, and no lines of tables.
func prepare(g *image.Gray) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	switch {
	case w < wideSize && 4*w*h <= maxScaled:
		g = resize(g, 2*w, 2*h)
	case w*h > maxScaled:
		by := math.Sqrt(float64(maxScaled) / float64(w*h))
		g = resize(g, max(1, int(float64(w)*by)), max(1, int(float64(h)*by)))
	}
	g = flatten(g)
	eraseRules(g)
	return g
}

// flatten makes every tile dark on white: what differs from the tile's most
// frequent shade is ink, the more the darker.
func flatten(g *image.Gray) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	out := image.NewGray(g.Rect)
	for y0 := 0; y0 < h; y0 += tileSize {
		for x0 := 0; x0 < w; x0 += tileSize {
			flattenTile(g, out, image.Rect(x0, y0, min(x0+tileSize, w), min(y0+tileSize, h)))
		}
	}
	return out
}

func flattenTile(g, out *image.Gray, tile image.Rectangle) {
	var counts [256]int32
	for y := tile.Min.Y; y < tile.Max.Y; y++ {
		for _, v := range g.Pix[y*g.Stride+tile.Min.X : y*g.Stride+tile.Max.X] {
			counts[v]++
		}
	}
	background := dominant(&counts)
	var shades [256]uint8
	strongest := strongest(&counts, background, tile.Dx()*tile.Dy()/200)
	for v := range shades {
		diff := abs(v - background)
		shades[v] = uint8(255 - min(255, diff*255/max(faintest, strongest)))
	}
	for y := tile.Min.Y; y < tile.Max.Y; y++ {
		dst := out.Pix[y*out.Stride+tile.Min.X : y*out.Stride+tile.Max.X]
		for x, v := range g.Pix[y*g.Stride+tile.Min.X : y*g.Stride+tile.Max.X] {
			dst[x] = shades[v]
		}
	}
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

// strongest returns the difference from the background that all but a few pixels
// stay within.
func strongest(counts *[256]int32, background, few int) int {
	seen := int32(0)
	for diff := 255; diff > 0; diff-- {
		if v := background - diff; v >= 0 {
			seen += counts[v]
		}
		if v := background + diff; v <= 255 {
			seen += counts[v]
		}
		if int(seen) > few {
			return diff
		}
	}
	return 1
}

// eraseRules whitens dark stretches that are longer than any letter: lines of
// tables, borders of boxes, and edges where two backgrounds meet.
func eraseRules(g *image.Gray) {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	var rules []rule
	for y := range h {
		row := g.Pix[y*g.Stride:][:w]
		for x := 0; x < w; {
			n := 0
			for x+n < w && row[x+n] < inkShade {
				n++
			}
			if n > ruleSize {
				rules = append(rules, rule{y*g.Stride + x, 1, n})
			}
			x += n + 1
		}
	}
	run := make([]int, w) // of dark pixels down to the row
	for y := range h + 1 {
		for x := range w {
			if y < h && g.Pix[y*g.Stride+x] < inkShade {
				run[x]++
				continue
			}
			if n := run[x]; n > ruleSize {
				rules = append(rules, rule{(y-n)*g.Stride + x, g.Stride, n})
			}
			run[x] = 0
		}
	}
	for _, r := range rules {
		for i, at := 0, r.from; i < r.n; i, at = i+1, at+r.step {
			g.Pix[at] = 255
		}
	}
}

// rule is a dark stretch of n pixels, step bytes from one to the next.
type rule struct{ from, step, n int }

func abs(v int) int {
	if v < 0 {
		return -v
	}
	return v
}
