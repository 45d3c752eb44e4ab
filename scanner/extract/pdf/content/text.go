package content

import (
	"bytes"
	"math"
	"slices"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/font"
	"github.com/deputy-sec/deputy/scanner/extract/pdf/object"
)

// Gaps, in ems, that end a span. Kerning stays below the first one; a negative
// one goes back to write over what is there.
const (
	gapForward  = 0.1
	gapBackward = -0.3
)

// show shows a string.
func (c *run) show(text []byte) error {
	c.startOp()
	return c.glyphs(text)
}

// startOp counts the operators between which the pen was moved by coordinates:
// showing on where the pen stands goes on with the span.
func (c *run) startOp() {
	if c.moved || c.placed {
		c.flush()
		c.op++
		c.onward = !c.placed
		c.moved, c.placed = false, false
	}
	if c.state.font == nil {
		c.state.font = font.Default()
	}
}

// showArray shows the strings of TJ, moved by the numbers between them.
func (c *run) showArray() error {
	c.startOp()
	items := c.operands[min(c.array, len(c.operands)):]
	spacing := letterSpacing(items)
	for _, o := range items {
		switch o.kind {
		case object.Number:
			c.kern(-o.num/1000, spacing)
		case object.StringToken:
			if err := c.glyphs(o.bytes); err != nil {
				return err
			}
		}
	}
	return nil
}

// letterSpacing returns the gap in ems that stands between most glyphs of an
// array, if there is one: such text is set wide, and its gaps part no words.
func letterSpacing(items []operand) float64 {
	const few, limit, tolerance = 4, 0.6, 0.03
	var gaps []float64
	for i, o := range items {
		if o.kind == object.Number && i > 0 {
			gaps = append(gaps, -o.num/1000)
		}
	}
	if len(gaps) < few || 2*len(gaps) < len(items)-2 {
		return 0
	}
	if !singleGlyphs(items) {
		return 0
	}
	sorted := slices.Sorted(slices.Values(gaps))
	median := sorted[len(sorted)/2]
	if median < gapForward || median > limit {
		return 0
	}
	alike := 0
	for _, g := range gaps {
		if math.Abs(g-median) < tolerance {
			alike++
		}
	}
	if alike*5 < len(gaps)*4 {
		return 0
	}
	return median
}

// singleGlyphs reports whether the strings of an array are of a glyph each, and not
// all of the same one, as in a leader of dots.
func singleGlyphs(items []operand) bool {
	var one []byte
	differ := false
	for _, o := range items {
		if o.kind != object.StringToken {
			continue
		}
		if len(o.bytes) > 2 {
			return false
		}
		if one == nil {
			one = o.bytes
		}
		differ = differ || !bytes.Equal(o.bytes, one)
	}
	return differ
}

// kern moves the pen by so many ems; a gap ends the span.
func (c *run) kern(ems, spacing float64) {
	t := &c.state
	gap := (ems - spacing) / t.font.Em
	if spacing != 0 && gap < 0 {
		gap = 0
	}
	if gap > gapForward || gap < gapBackward {
		c.flush()
	}
	if t.font.Vertical {
		c.advance(0, ems*t.size)
		return
	}
	c.advance(ems*t.size*t.scale, 0)
}

// advance moves the pen along the text space's axes.
func (c *run) advance(x, y float64) {
	c.tm.e += x*c.tm.a + y*c.tm.c
	c.tm.f += x*c.tm.b + y*c.tm.d
}

func (c *run) glyphs(text []byte) error {
	t := &c.state
	for len(text) > 0 {
		g := t.font.Next(text)
		text = text[g.Bytes:]
		if len(c.text) == 0 && c.span.Size == 0 {
			c.beginSpan()
		}
		switch g.Text {
		case "":
			c.page.Unknown++
			c.text = append(c.text, "\ufffd"...)
		default:
			c.page.Known++
			c.text = append(c.text, g.Text...)
		}
		move := g.Width*t.size + t.charSpace
		if g.Space {
			move += t.wordSpace
		}
		if t.font.Vertical {
			c.advance(0, -move)
		} else {
			c.advance(move*t.scale, 0)
		}
		if err := c.charge(1); err != nil {
			return err
		}
	}
	if len(c.text) > 0 {
		c.span.X1, c.span.Y1 = c.pen()
	}
	return nil
}

// pen returns where the pen is on the page.
func (c *run) pen() (float64, float64) {
	x, y := c.tm.e, c.tm.f
	if c.state.rise != 0 {
		x, y = x+c.state.rise*c.tm.c, y+c.state.rise*c.tm.d
	}
	return c.state.ctm.apply(x, y)
}

func (c *run) beginSpan() {
	t := &c.state
	m := c.tm.times(t.ctm)
	dx, dy := m.a, m.b
	em := math.Abs(t.size*t.font.Em) * math.Hypot(dx, dy) * math.Abs(t.scale)
	if t.font.Vertical {
		dx, dy = -m.c, -m.d
		em = math.Abs(t.size) * math.Hypot(dx, dy)
	}
	if t.size*t.scale < 0 && !t.font.Vertical {
		dx, dy = -dx, -dy
	}
	x, y := c.pen()
	c.span = Span{
		X0: x, Y0: y, Size: max(em, 1e-6), Angle: math.Atan2(dy, dx),
		Op: c.op, Onward: c.onward, Object: c.object, Mark: c.mark,
	}
}

// maxSpans bounds what is kept of one page; the steps bound it, too, but a span
// takes more memory than a step.
const maxSpans = 1 << 20

// flush ends the span.
func (c *run) flush() {
	if len(c.text) > 0 && len(c.page.Spans) < maxSpans && finite(c.span.X0, c.span.Y0, c.span.X1, c.span.Y1, c.span.Size) {
		c.span.Text = string(c.text)
		c.page.Spans = append(c.page.Spans, c.span)
	}
	c.text = c.text[:0]
	c.span = Span{}
}

func finite(numbers ...float64) bool {
	for _, n := range numbers {
		if math.IsNaN(n) || math.IsInf(n, 0) {
			return false
		}
	}
	return true
}

// begin begins a marked content sequence.
func (c *run) begin(properties object.Dict) {
	c.flush()
	c.markCount++
	m := mark{number: c.markCount, begin: len(c.page.Spans)}
	if s, ok := c.File.String(properties.Get("ActualText")); ok {
		m.actual, m.hasActual = font.PDFDoc(s), true
	}
	if len(c.marks) < maxSaved {
		c.marks = append(c.marks, m)
	}
	c.mark = m.number
}

func (c *run) beginWithProperties() {
	if n := len(c.operands); n > 0 && c.operands[n-1].dict != nil {
		c.begin(c.operands[n-1].dict)
		return
	}
	c.begin(c.File.Dict(c.resource("Properties", c.name(0))))
}

// endMark ends a sequence. Its actual text, if it has one, stands in the place
// of what was shown.
func (c *run) endMark() {
	c.flush()
	n := len(c.marks)
	if n == 0 {
		return
	}
	m := c.marks[n-1]
	c.marks = c.marks[:n-1]
	c.markCount++
	c.mark = c.markCount
	shown := c.page.Spans[min(m.begin, len(c.page.Spans)):]
	if !m.hasActual || len(shown) == 0 {
		return
	}
	actual := shown[0]
	actual.Text, actual.Actual = font.Plain(m.actual), true
	if text := joined(shown); text == actual.Text {
		return
	}
	for i := range shown {
		shown[i].Replaced = true
	}
	last := shown[len(shown)-1]
	actual.X1, actual.Y1 = last.X1, last.Y1
	if actual.Text != "" {
		c.page.Spans = append(c.page.Spans, actual)
	}
}

func joined(spans []Span) string {
	if len(spans) == 1 {
		return spans[0].Text
	}
	var b []byte
	for _, s := range spans {
		b = append(b, s.Text...)
	}
	return string(b)
}
