package ocr

import (
	"image"
	"image/color"
	"math"
)

// Oriented returns a picture that [Read] turns and mirrors first, as the
// orientation of Exif says (Exif 2.3, tag 0x0112: 1 to 8; others are 1).
func Oriented(m image.Image, orientation int) image.Image {
	if orientation < 2 || orientation > 8 {
		return m
	}
	return oriented{m, orientation}
}

type oriented struct {
	image.Image
	orientation int
}

// Opaque is that of the picture.
func (o oriented) Opaque() bool { return opaque(o.Image) }

// upright undoes what the orientation says was done.
func upright(g *image.Gray, orientation int) *image.Gray {
	switch orientation {
	case 2:
		return mirror(g)
	case 3:
		return turn(g, 2)
	case 4:
		return turn(mirror(g), 2)
	case 5:
		return transpose(g)
	case 6:
		return turn(g, 1)
	case 7:
		return turn(transpose(g), 2)
	case 8:
		return turn(g, 3)
	}
	return g
}

// grayscale returns the brightness of a picture, laid on a background where it
// is transparent.
func grayscale(m image.Image, background uint8) *image.Gray {
	b := m.Bounds()
	g := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	switch m := m.(type) {
	case oriented:
		return upright(grayscale(m.Image, background), m.orientation)
	case *image.Gray:
		for y := range b.Dy() {
			copy(g.Pix[y*g.Stride:][:b.Dx()], m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):])
		}
	case *image.YCbCr:
		for y := range b.Dy() {
			copy(g.Pix[y*g.Stride:][:b.Dx()], m.Y[m.YOffset(b.Min.X, b.Min.Y+y):])
		}
	case *image.NRGBA:
		for y := range b.Dy() {
			row := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:4*b.Dx()]
			for x := range b.Dx() {
				p := row[4*x : 4*x+4]
				g.Pix[y*g.Stride+x] = over(luma(p[0], p[1], p[2]), p[3], background)
			}
		}
	case *image.RGBA:
		for y := range b.Dy() {
			row := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:4*b.Dx()]
			for x := range b.Dx() {
				p := row[4*x : 4*x+4] // premultiplied
				g.Pix[y*g.Stride+x] = uint8(min(255, uint32(luma(p[0], p[1], p[2]))+uint32(background)*uint32(255-p[3])/255))
			}
		}
	case *image.Paletted:
		var shades [256]uint8
		for i, c := range m.Palette {
			shades[i] = shade(c, background)
		}
		for y := range b.Dy() {
			row := m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):][:b.Dx()]
			for x, i := range row {
				g.Pix[y*g.Stride+x] = shades[i]
			}
		}
	default:
		for y := range b.Dy() {
			for x := range b.Dx() {
				g.Pix[y*g.Stride+x] = shade(m.At(b.Min.X+x, b.Min.Y+y), background)
			}
		}
	}
	return g
}

// luma weighs red, green and blue as ITU-R BT.601 does.
func luma(r, g, b uint8) uint8 {
	return uint8((19595*uint32(r) + 38470*uint32(g) + 7471*uint32(b) + 1<<15) >> 16)
}

func over(v, alpha, background uint8) uint8 {
	return uint8((uint32(v)*uint32(alpha) + uint32(background)*uint32(255-alpha) + 127) / 255)
}

func shade(c color.Color, background uint8) uint8 {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return over(luma(n.R, n.G, n.B), n.A, background)
}

// opaque reports whether nothing shines through a picture.
func opaque(m image.Image) bool {
	o, ok := m.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// even reports whether a picture is drawn rather than photographed: most of its
// pixels are as the one beside them.
func even(g *image.Gray) bool {
	const everyRow = 8
	w, same, all := g.Rect.Dx(), 0, 0
	for y := 0; y < g.Rect.Dy(); y += everyRow {
		row := g.Pix[y*g.Stride:][:w]
		for x := 1; x < w; x++ {
			if row[x] == row[x-1] {
				same++
			}
		}
		all += w
	}
	return 10*same >= 6*all
}

// resize scales a picture with the cubic filter of Catmull and Rom, which keeps
// the edges of small letters.
func resize(g *image.Gray, w, h int) *image.Gray {
	if w == g.Rect.Dx() && h == g.Rect.Dy() {
		return g
	}
	return resizeRows(transpose(resizeRows(transpose(g), h)), w)
}

// resizeRows scales the rows to w pixels.
func resizeRows(g *image.Gray, w int) *image.Gray {
	from := g.Rect.Dx()
	out := image.NewGray(image.Rect(0, 0, w, g.Rect.Dy()))
	taps := kernel(from, w)
	for y := range g.Rect.Dy() {
		src, dst := g.Pix[y*g.Stride:][:from], out.Pix[y*out.Stride:][:w]
		for x := range dst {
			t := &taps[x]
			sum := int32(1 << 13)
			for i, weight := range t.weights {
				sum += weight * int32(src[t.first+i])
			}
			dst[x] = uint8(max(0, min(255, sum>>14)))
		}
	}
	return out
}

// tap says how a pixel is made of those from first on; the weights sum to 1<<14.
type tap struct {
	first   int
	weights []int32
}

func kernel(from, to int) []tap {
	taps := make([]tap, to)
	ratio := float64(from) / float64(to)
	reach := max(1, ratio) // the filter widens when a picture shrinks
	for x := range taps {
		center := (float64(x)+0.5)*ratio - 0.5
		first := max(0, int(math.Ceil(center-2*reach)))
		last := min(from-1, int(math.Floor(center+2*reach)))
		weights := make([]float64, last-first+1)
		sum := 0.0
		for i := range weights {
			weights[i] = catmullRom(math.Abs(float64(first+i)-center) / reach)
			sum += weights[i]
		}
		taps[x] = tap{first, make([]int32, len(weights))}
		for i, weight := range weights {
			taps[x].weights[i] = int32(math.Round(weight / sum * (1 << 14)))
		}
	}
	return taps
}

func catmullRom(t float64) float64 {
	switch {
	case t < 1:
		return (1.5*t-2.5)*t*t + 1
	case t < 2:
		return ((-0.5*t+2.5)*t-4)*t + 2
	}
	return 0
}

// doubled returns a picture of w by h pixels of which the given one is the half.
func doubled(g *image.Gray, w, h int) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		src := g.Pix[min(y/2, g.Rect.Dy()-1)*g.Stride:]
		for x := range w {
			out.Pix[y*out.Stride+x] = src[min(x/2, g.Rect.Dx()-1)]
		}
	}
	return out
}

// blurred mixes every pixel with its neighbours, one part to two. Loss leaves
// letters with ragged edges, which are taken for strokes.
func blurred(g *image.Gray) *image.Gray {
	return transpose(blurredRows(transpose(blurredRows(g))))
}

func blurredRows(g *image.Gray) *image.Gray {
	w := g.Rect.Dx()
	out := image.NewGray(g.Rect)
	for y := range g.Rect.Dy() {
		src, dst := g.Pix[y*g.Stride:][:w], out.Pix[y*out.Stride:][:w]
		for x, v := range src {
			dst[x] = uint8((int(src[max(0, x-1)]) + 2*int(v) + int(src[min(w-1, x+1)]) + 2) / 4)
		}
	}
	return out
}

// transpose swaps rows and columns, in squares that fit the cache.
func transpose(g *image.Gray) *image.Gray {
	const square = 32
	w, h := g.Rect.Dx(), g.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, h, w))
	for y0 := 0; y0 < h; y0 += square {
		for x0 := 0; x0 < w; x0 += square {
			for y := y0; y < min(y0+square, h); y++ {
				for x := x0; x < min(x0+square, w); x++ {
					out.Pix[x*out.Stride+y] = g.Pix[y*g.Stride+x]
				}
			}
		}
	}
	return out
}

// turn rotates a picture clockwise by quarters of a full turn.
func turn(g *image.Gray, quarters int) *image.Gray {
	switch quarters & 3 {
	case 1:
		return mirror(transpose(g))
	case 2:
		return mirror(transpose(mirror(transpose(g))))
	case 3:
		return transpose(mirror(g))
	}
	return g
}

// mirror swaps left and right.
func mirror(g *image.Gray) *image.Gray {
	w := g.Rect.Dx()
	out := image.NewGray(g.Rect)
	for y := range g.Rect.Dy() {
		src, dst := g.Pix[y*g.Stride:][:w], out.Pix[y*out.Stride:][:w]
		for x, v := range src {
			dst[w-1-x] = v
		}
	}
	return out
}
