package font

import "github.com/deputy-sec/deputy/scanner/extract/pdf/shape"

// outlines reads the glyphs of a TrueType font (ISO/IEC 14496-22, glyf and
// loca).
type outlines struct {
	glyf, loca reader
	long       bool // offsets in loca have four bytes
	em         float64
	glyphs     int
}

func newOutlines(tables map[string]reader) *outlines {
	head := tables["head"]
	o := &outlines{glyf: tables["glyf"], loca: tables["loca"], long: head.u16(50) == 1, em: float64(head.u16(18)), glyphs: tables["maxp"].u16(4)}
	if len(o.glyf) == 0 || len(o.loca) == 0 || o.em == 0 {
		return nil
	}
	return o
}

// shape returns how a glyph looks.
func (o *outlines) shape(gid uint32) (shape.Shape, bool) {
	return shape.OfOutline(o.contours(int(gid), 0), o.em)
}

func (o *outlines) count() int { return o.glyphs }

// drawings are the glyphs of a font program.
type drawings interface {
	count() int
	shape(gid uint32) (shape.Shape, bool)
}

// read returns the characters that the glyphs look like; one without an outline
// is a space. The first glyph stands for what is missing.
func read(d drawings) map[uint32]string {
	shapes := map[uint32]shape.Shape{}
	out := map[uint32]string{}
	for gid := uint32(1); int(gid) < d.count() && len(shapes) < shape.MaxGlyphs; gid++ {
		if s, ok := d.shape(gid); ok {
			shapes[gid] = s
		} else {
			out[gid] = " "
		}
	}
	for gid, char := range shape.Read(shapes, true) {
		out[gid] = string(char)
	}
	return out
}

// maxParts bounds glyphs that are made of glyphs.
const maxParts = 8

func (o *outlines) contours(gid, depth int) [][]shape.Point {
	begin, end := 2*o.loca.u16(2*gid), 2*o.loca.u16(2*gid+2)
	if o.long {
		begin, end = o.loca.u32(4*gid), o.loca.u32(4*gid+4)
	}
	g := o.glyf.span(begin, end-begin)
	count := int(int16(g.u16(0)))
	switch {
	case len(g) < 10 || depth > 3:
		return nil
	case count < 0:
		return o.composite(g, depth)
	}
	return simpleContours(g, count)
}

// composite reads a glyph made of others, moved; scaled ones are left as they
// are, since letters and digits are not made so.
func (o *outlines) composite(g reader, depth int) (out [][]shape.Point) {
	const words, xy, scale, more, scales, matrix = 1, 2, 8, 0x20, 0x40, 0x80
	at := 10
	for range maxParts {
		flags, gid := g.u16(at), g.u16(at+2)
		at += 4
		var dx, dy int
		if flags&words != 0 {
			dx, dy = int(int16(g.u16(at))), int(int16(g.u16(at+2)))
			at += 4
		} else {
			dx, dy = int(int8(g.u8(at))), int(int8(g.u8(at+1)))
			at += 2
		}
		switch {
		case flags&scale != 0:
			at += 2
		case flags&scales != 0:
			at += 4
		case flags&matrix != 0:
			at += 8
		}
		for _, c := range o.contours(gid, depth+1) {
			if flags&xy != 0 {
				for i := range c {
					c[i].X += float64(dx)
					c[i].Y += float64(dy)
				}
			}
			out = append(out, c)
		}
		if flags&more == 0 {
			break
		}
	}
	return out
}

// simpleContours reads points: flags with repetitions, then the differences in x,
// then those in y.
func simpleContours(g reader, count int) [][]shape.Point {
	const on, shortX, shortY, repeat, sameX, sameY = 1, 2, 4, 8, 16, 32
	points := g.u16(10+2*(count-1)) + 1
	at := 10 + 2*count
	at += 2 + g.u16(at) // the instructions
	if count == 0 || points > len(g) {
		return nil
	}
	flags := make([]int, 0, points)
	for len(flags) < points && at < len(g) {
		f := g.u8(at)
		at++
		flags = append(flags, f)
		if f&repeat != 0 {
			for n := g.u8(at); n > 0 && len(flags) < points; n-- {
				flags = append(flags, f)
			}
			at++
		}
	}
	coordinates := func(short, same int) []float64 {
		out := make([]float64, len(flags))
		v := 0
		for i, f := range flags {
			switch {
			case f&short != 0 && f&same != 0:
				v += g.u8(at)
				at++
			case f&short != 0:
				v -= g.u8(at)
				at++
			case f&same == 0:
				v += int(int16(g.u16(at)))
				at += 2
			}
			out[i] = float64(v)
		}
		return out
	}
	xs, ys := coordinates(shortX, sameX), coordinates(shortY, sameY)
	var out [][]shape.Point
	begin := 0
	for c := range count {
		end := min(g.u16(10+2*c)+1, len(flags))
		if end > begin {
			out = append(out, flatten(xs[begin:end], ys[begin:end], flags[begin:end], on))
		}
		begin = max(begin, end)
	}
	return out
}

// flatten makes lines of a contour of quadratic curves: points that are not on
// the curve bend it, and between two of them it passes through the middle.
func flatten(xs, ys []float64, flags []int, on int) []shape.Point {
	const pieces = 6
	n := len(xs)
	at := func(i int) shape.Point { return shape.Point{X: xs[i%n], Y: ys[i%n]} }
	middle := func(a, b shape.Point) shape.Point { return shape.Point{X: (a.X + b.X) / 2, Y: (a.Y + b.Y) / 2} }
	start := 0
	for start < n && flags[start]&on == 0 {
		start++
	}
	from := at(start)
	if start == n {
		start, from = 0, middle(at(n-1), at(0))
		start-- // the first point bends, too
	}
	out := []shape.Point{from}
	for i := start + 1; i <= start+n; i++ {
		if flags[i%n]&on != 0 {
			from = at(i)
			out = append(out, from)
			continue
		}
		to := at(i + 1)
		if flags[(i+1)%n]&on == 0 {
			to = middle(at(i), to)
		}
		for k := 1; k <= pieces; k++ {
			out = append(out, bend(from, at(i), to, float64(k)/pieces))
		}
		from = to
	}
	return out
}

// bend returns the point of a quadratic curve at t.
func bend(a, b, c shape.Point, t float64) shape.Point {
	u := 1 - t
	return shape.Point{X: u*u*a.X + 2*u*t*b.X + t*t*c.X, Y: u*u*a.Y + 2*u*t*b.Y + t*t*c.Y}
}
