package font

import (
	"bytes"
	"io"
	"math"

	"golang.org/x/image/ccitt"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/object"
	"github.com/deputy-sec/deputy/scanner/extract/pdf/shape"
)

// procedure is the drawing of a glyph in a Type 3 font: an outline, or a mask.
type procedure struct {
	contours [][]shape.Point
	mask     *mask
}

// mask is an inline picture of one bit per pixel and where it is put.
type mask struct {
	width, height int
	bits          []byte
	inverted      bool // 1 is drawn
	place         [6]float64
}

func (m *mask) set(x, y int) bool {
	i := y*((m.width+7)/8) + x/8
	if x < 0 || x >= m.width || y < 0 || y >= m.height || i >= len(m.bits) {
		return false
	}
	return m.bits[i]>>(7-x%8)&1 == 1 == m.inverted
}

// maxMask bounds the pixels of a glyph.
const maxMask = 1 << 20

// type3Texts reads the glyphs of a Type 3 font by their look, by their names.
// What draws nothing is a space.
func (l *loader) type3Texts() map[string]string {
	shapes, empty, bitmaps := l.type3Shapes()
	out := map[string]string{}
	for name, char := range shape.Read(shapes, !bitmaps) {
		out[name] = string(char)
	}
	for _, name := range empty {
		out[name] = " "
	}
	return out
}

// type3Shapes returns how the glyphs of a Type 3 font look, by their names. The
// em is what the tallest glyph tells, capitals being about 0.73 of it. Glyphs
// that hang from the baseline are turned up where they are shown.
func (l *loader) type3Shapes() (shapes map[string]shape.Shape, empty []string, bitmaps bool) {
	const capital = 0.73
	drawn := map[string]procedure{}
	high, low := 0.0, 0.0
	for _, e := range l.file.Dict(l.dict.Get("CharProcs")) {
		s := l.file.Stream(e.Value)
		if s == nil || len(drawn) >= 256 {
			continue
		}
		data, _, _ := l.file.Decode(s) // of a damaged drawing, what is there
		p := l.draw(data)
		drawn[string(e.Key)] = p
		bitmaps = bitmaps || p.mask != nil
		top, foot := p.extent()
		high, low = max(high, top), min(low, foot)
	}
	hanging := -low > 2*high
	shapes = map[string]shape.Shape{}
	for name, p := range drawn {
		if len(p.contours) == 0 && p.mask == nil {
			empty = append(empty, name)
			continue
		}
		if hanging {
			p.turn()
		}
		if s, ok := p.shape(max(high, -low) / capital); ok {
			shapes[name] = s
		}
	}
	return shapes, empty, bitmaps
}

// extent returns how high and how low a glyph reaches.
func (p procedure) extent() (top, foot float64) {
	for _, c := range p.contours {
		for _, q := range c {
			top, foot = max(top, q.Y), min(foot, q.Y)
		}
	}
	if p.mask != nil {
		a, b := p.mask.place[5], p.mask.place[5]+p.mask.place[3]
		top, foot = max(top, a, b), min(foot, a, b)
	}
	return top, foot
}

// turn turns a glyph upside down.
func (p procedure) turn() {
	for _, c := range p.contours {
		for i := range c {
			c[i].Y = -c[i].Y
		}
	}
	if p.mask != nil {
		p.mask.place[3], p.mask.place[5] = -p.mask.place[3], -p.mask.place[5]
	}
}

func (p procedure) shape(em float64) (shape.Shape, bool) {
	if p.mask == nil {
		return shape.OfOutline(p.contours, em)
	}
	m := p.mask
	row := math.Abs(m.place[3]) / float64(m.height) // how tall a row is
	if row == 0 || em == 0 {
		return shape.Shape{}, false
	}
	set := m.set
	if m.place[3] < 0 { // upside down
		set = func(x, y int) bool { return m.set(x, m.height-1-y) }
	}
	top := max(m.place[5], m.place[5]+m.place[3])
	return shape.OfBitmap(shape.Bitmap{Width: m.width, Height: m.height, Set: set}, top/row, em/row)
}

// draw reads the drawing of a glyph. What it strokes or shades is left out.
func (l *loader) draw(data []byte) procedure {
	const most = 1 << 14 // points
	var (
		p     procedure
		lex   = object.NewParser(data, 1<<12)
		nums  []float64
		ctm   = [6]float64{1, 0, 0, 1, 0, 0}
		at    shape.Point
		count int
	)
	point := func(i int) shape.Point {
		x, y := nums[i], nums[i+1]
		return shape.Point{X: ctm[0]*x + ctm[2]*y + ctm[4], Y: ctm[1]*x + ctm[3]*y + ctm[5]}
	}
	add := func(q shape.Point) {
		if n := len(p.contours); n > 0 {
			p.contours[n-1] = append(p.contours[n-1], q)
			count++
		}
		at = q
	}
	begin := func(q shape.Point) {
		p.contours = append(p.contours, nil)
		add(q)
	}
	curve := func(a, b, c shape.Point) {
		const pieces = 8
		from := at
		for k := 1; k <= pieces; k++ {
			add(cubic(from, a, b, c, float64(k)/pieces))
		}
	}
	for count < most {
		t := lex.Next()
		if t.Kind == object.End {
			break
		}
		if t.Kind == object.Number {
			nums = append(nums, t.Num)
			continue
		}
		if t.Kind != object.Keyword {
			continue
		}
		n := len(nums)
		switch word := string(t.Bytes); {
		case word == "cm" && n >= 6:
			ctm = times([6]float64(nums[n-6:]), ctm)
		case word == "m" && n >= 2:
			begin(point(n - 2))
		case word == "l" && n >= 2:
			add(point(n - 2))
		case word == "c" && n >= 6:
			curve(point(n-6), point(n-4), point(n-2))
		case word == "v" && n >= 4:
			curve(at, point(n-4), point(n-2))
		case word == "y" && n >= 4:
			curve(point(n-4), point(n-2), point(n-2))
		case word == "BI" && p.mask == nil:
			if p.mask = l.inlineMask(lex); p.mask != nil {
				p.mask.place = ctm
			}
			return p
		}
		nums = nums[:0]
	}
	return p
}

// times returns the matrix that applies a first and b then.
func times(a, b [6]float64) [6]float64 {
	return [6]float64{
		a[0]*b[0] + a[1]*b[2], a[0]*b[1] + a[1]*b[3],
		a[2]*b[0] + a[3]*b[2], a[2]*b[1] + a[3]*b[3],
		a[4]*b[0] + a[5]*b[2] + b[4], a[4]*b[1] + a[5]*b[3] + b[5],
	}
}

// cubic returns the point of a cubic curve at t.
func cubic(a, b, c, d shape.Point, t float64) shape.Point {
	u := 1 - t
	k := [4]float64{u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t}
	return shape.Point{X: k[0]*a.X + k[1]*b.X + k[2]*c.X + k[3]*d.X, Y: k[0]*a.Y + k[1]*b.Y + k[2]*c.Y + k[3]*d.Y}
}

// inlineMask reads the inline picture behind a BI.
func (l *loader) inlineMask(lex *object.Parser) *mask {
	var d object.Dict
	for {
		t := lex.Next()
		if t.Kind != object.NameToken {
			break // ID, or an end
		}
		key := object.Name(t.Bytes)
		o, ok := lex.Object()
		if !ok {
			return nil
		}
		d = append(d, object.Entry{Key: key, Value: o})
	}
	number := func(long, short object.Name) int { return l.file.Int(oneOf(d, long, short), 0) }
	m := &mask{width: number("Width", "W"), height: number("Height", "H")}
	if m.width <= 0 || m.height <= 0 || m.width > maxMask || m.height > maxMask || m.width*m.height > maxMask {
		return nil
	}
	if decode := l.file.Numbers(oneOf(d, "Decode", "D")); len(decode) == 2 {
		m.inverted = decode[0] > decode[1]
	}
	data := lex.Data[min(lex.Pos+1, len(lex.Data)):]
	if i := bytes.LastIndex(data, []byte("EI")); i >= 0 {
		data = data[:i]
	}
	decoded, left, _ := l.file.DecodeData(data, l.file.Filters(d)) // of a damaged picture, what is there
	if len(left) == 1 {
		parms := left[0].Parms
		if l.file.Number(parms.Get("K"), 0) >= 0 {
			return nil
		}
		decoded = fax(decoded, m, l.file.Resolve(parms.Get("BlackIs1")) == true, l.file.Resolve(parms.Get("EncodedByteAlign")) == true)
	} else if len(left) > 1 {
		return nil
	}
	m.bits = decoded
	return m
}

func oneOf(d object.Dict, long, short object.Name) object.Object {
	if v := d.Get(long); v != nil {
		return v
	}
	return d.Get(short)
}

// fax decodes CCITT group 4.
func fax(data []byte, m *mask, blackIs1, align bool) []byte {
	r := ccitt.NewReader(bytes.NewReader(data), ccitt.MSB, ccitt.Group4, m.width, m.height, &ccitt.Options{Align: align, Invert: blackIs1})
	out, _ := io.ReadAll(io.LimitReader(r, maxMask)) // of a damaged picture, what is there
	return out
}
