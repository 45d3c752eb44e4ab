package font

import "github.com/deputy-sec/deputy/scanner/extract/pdf/shape"

// charStrings reads the glyphs of a compact font: programs of the Type 2 language
// (Adobe Technical Note 5177), of which hints and widths are passed over.
type charStrings struct {
	glyphs []reader
	global []reader
	local  [][]reader // by font dictionary; one if the font is not keyed by CID
	fonts  []byte     // of each glyph, its font dictionary; nil if there is one
	em     float64
}

func (c *charStrings) count() int { return len(c.glyphs) }

// shape returns how a glyph looks.
func (c *charStrings) shape(gid uint32) (shape.Shape, bool) {
	if int(gid) >= len(c.glyphs) {
		return shape.Shape{}, false
	}
	m := &charMachine{global: c.global, left: maxCharSteps}
	font := 0
	if int(gid) < len(c.fonts) {
		font = int(c.fonts[gid])
	}
	if font < len(c.local) {
		m.local = c.local[font]
	}
	m.run(c.glyphs[gid], 0)
	return shape.OfOutline(m.contours, c.em)
}

// maxCharSteps bounds the operators and numbers of one glyph.
const maxCharSteps = 20_000

// charMachine runs the program of one glyph.
type charMachine struct {
	global, local []reader
	stack         []float64
	stems         int
	contours      [][]shape.Point
	at            shape.Point
	left          int
	done          bool
}

func (m *charMachine) run(code reader, depth int) {
	const deep = 10
	for at := 0; at < len(code) && !m.done; {
		if m.left--; m.left < 0 || depth > deep {
			m.done = true
			return
		}
		b := code.u8(at)
		at++
		switch {
		case b == 28:
			m.push(float64(int16(code.u16(at))))
			at += 2
		case b == 255:
			m.push(float64(int32(code.u32(at))) / 65536)
			at += 4
		case b >= 251:
			m.push(float64(-(b-251)*256 - code.u8(at) - 108))
			at++
		case b >= 247:
			m.push(float64((b-247)*256 + code.u8(at) + 108))
			at++
		case b >= 32:
			m.push(float64(b - 139))
		case b == 11: // return
			return
		case b == 10:
			m.call(m.local, depth)
		case b == 29:
			m.call(m.global, depth)
		case b == 19, b == 20: // masks follow as bits, one for each hint
			m.stems += len(m.stack) / 2
			m.stack = m.stack[:0]
			at += (m.stems + 7) / 8
		case b == 12:
			m.flex(code.u8(at))
			at++
		default:
			m.operator(b)
		}
	}
}

func (m *charMachine) push(n float64) {
	if len(m.stack) < 64 {
		m.stack = append(m.stack, n)
	}
}

// call runs a subroutine; their numbers are biased by how many there are.
func (m *charMachine) call(subrs []reader, depth int) {
	n := len(m.stack)
	if n == 0 {
		return
	}
	bias := 32768
	switch {
	case len(subrs) < 1240:
		bias = 107
	case len(subrs) < 33900:
		bias = 1131
	}
	i := int(m.stack[n-1]) + bias
	m.stack = m.stack[:n-1]
	if i >= 0 && i < len(subrs) {
		m.run(subrs[i], depth+1)
	}
}

func (m *charMachine) operator(op int) {
	s := m.stack
	n := len(s)
	switch op {
	case 1, 3, 18, 23: // hints
		m.stems += n / 2
	case 21: // rmoveto
		if n >= 2 {
			m.move(s[n-2], s[n-1])
		}
	case 22: // hmoveto
		if n >= 1 {
			m.move(s[n-1], 0)
		}
	case 4: // vmoveto
		if n >= 1 {
			m.move(0, s[n-1])
		}
	case 5: // rlineto
		m.lines(s)
	case 6, 7: // hlineto, vlineto
		for i, d := range s {
			if (i%2 == 0) == (op == 6) {
				m.line(d, 0)
			} else {
				m.line(0, d)
			}
		}
	case 8: // rrcurveto
		m.curves(s)
	case 24: // rcurveline
		if n >= 2 {
			m.curves(s[:n-2])
			m.lines(s[n-2:])
		}
	case 25: // rlinecurve
		if n >= 6 {
			m.lines(s[:n-6])
			m.curves(s[n-6:])
		}
	case 26, 27: // vvcurveto, hhcurveto
		m.straight(s, op == 27)
	case 30, 31: // vhcurveto, hvcurveto
		m.alternating(s, op == 31)
	case 14: // endchar
		m.done = true
	}
	m.stack = m.stack[:0]
}

func (m *charMachine) move(dx, dy float64) {
	m.at = shape.Point{X: m.at.X + dx, Y: m.at.Y + dy}
	m.contours = append(m.contours, []shape.Point{m.at})
}

func (m *charMachine) add(p shape.Point) {
	if n := len(m.contours); n > 0 {
		m.contours[n-1] = append(m.contours[n-1], p)
	}
}

func (m *charMachine) line(dx, dy float64) {
	m.at = shape.Point{X: m.at.X + dx, Y: m.at.Y + dy}
	m.add(m.at)
}

func (m *charMachine) lines(s []float64) {
	for ; len(s) >= 2; s = s[2:] {
		m.line(s[0], s[1])
	}
}

// curve draws a curve by the differences between its four points.
func (m *charMachine) curve(x1, y1, x2, y2, x3, y3 float64) {
	const pieces = 6
	a := m.at
	b := shape.Point{X: a.X + x1, Y: a.Y + y1}
	c := shape.Point{X: b.X + x2, Y: b.Y + y2}
	d := shape.Point{X: c.X + x3, Y: c.Y + y3}
	for k := 1; k <= pieces; k++ {
		m.add(cubic(a, b, c, d, float64(k)/pieces))
	}
	m.at = d
}

func (m *charMachine) curves(s []float64) {
	for ; len(s) >= 6; s = s[6:] {
		m.curve(s[0], s[1], s[2], s[3], s[4], s[5])
	}
}

// straight draws curves that begin and end in one direction.
func (m *charMachine) straight(s []float64, level bool) {
	aside := 0.0
	if len(s)%4 == 1 {
		aside, s = s[0], s[1:]
	}
	for ; len(s) >= 4; s = s[4:] {
		if level {
			m.curve(s[0], aside, s[1], s[2], s[3], 0)
		} else {
			m.curve(aside, s[0], s[1], s[2], 0, s[3])
		}
		aside = 0
	}
}

// alternating draws curves that begin level and end upright, or the other way,
// in turn; the last one may end anywhere.
func (m *charMachine) alternating(s []float64, level bool) {
	for ; len(s) >= 4; s = s[4:] {
		last := 0.0
		if len(s) == 5 {
			last = s[4]
		}
		if level {
			m.curve(s[0], 0, s[1], s[2], last, s[3])
		} else {
			m.curve(0, s[0], s[1], s[2], s[3], last)
		}
		level = !level
	}
}

// flex draws the two curves of a flex: hflex, flex, hflex1 or flex1.
func (m *charMachine) flex(op int) {
	s := m.stack
	switch {
	case op == 34 && len(s) >= 7:
		m.curve(s[0], 0, s[1], s[2], s[3], 0)
		m.curve(s[4], 0, s[5], -s[2], s[6], 0)
	case op == 35 && len(s) >= 12:
		m.curves(s[:12])
	case op == 36 && len(s) >= 9:
		m.curve(s[0], s[1], s[2], s[3], s[4], 0)
		m.curve(s[5], 0, s[6], s[7], s[8], -(s[1] + s[3] + s[7]))
	case op == 37 && len(s) >= 11:
		m.flex1(s)
	}
	m.stack = m.stack[:0]
}

// flex1 ends level or upright with where it began, whichever it went less.
func (m *charMachine) flex1(s []float64) {
	dx, dy := s[0]+s[2]+s[4]+s[6]+s[8], s[1]+s[3]+s[5]+s[7]+s[9]
	m.curve(s[0], s[1], s[2], s[3], s[4], s[5])
	if dx*dx > dy*dy {
		m.curve(s[6], s[7], s[8], s[9], s[10], -dy)
	} else {
		m.curve(s[6], s[7], s[8], s[9], -dx, s[10])
	}
}
