package font

import (
	_ "embed" // cffstrings.txt
	"math"
	"strings"
	"sync"
)

//go:embed cffstrings.txt
var cffStringList string

// cffStrings are the standard strings of Adobe Technical Note 5176, appendix A.
var cffStrings = sync.OnceValue(func() []string { return strings.Fields(cffStringList) })

// parseCFF reads the names, codes and CIDs of the glyphs in a compact font
// (Adobe Technical Note 5176).
func parseCFF(data []byte) *program {
	r := reader(data)
	at := r.u8(2)
	_, at = cffIndex(r, at)
	dicts, at := cffIndex(r, at)
	own, at := cffIndex(r, at)
	global, _ := cffIndex(r, at)
	if len(dicts) == 0 {
		return &program{}
	}
	top := cffDict(dicts[0])
	glyphs, _ := cffIndex(r, top.int(17))
	c := cff{r: r, own: own, glyphs: len(glyphs)}
	ids := c.charset(top.int(15))
	p := &program{}
	p.outlines = &charStrings{glyphs: glyphs, global: global, local: c.subroutines(top), fonts: c.fontOf(top.int(12<<8 | 37)), em: 1000}
	if top.has(12<<8 | 30) { // ROS: the font is keyed by CID
		p.gidOf = make(map[uint32]uint32, len(ids))
		for gid, cid := range ids {
			p.gidOf[uint32(cid)] = uint32(gid)
		}
		return p
	}
	p.names = make([]string, len(ids))
	for gid, sid := range ids {
		p.names[gid] = c.string(sid)
	}
	c.encoding(top.int(16), p)
	return p
}

type cff struct {
	r      reader
	own    []reader
	glyphs int
}

// subroutines returns those of the private dictionaries: of the font itself, or
// of each of those that a CID-keyed font is made of.
func (c cff) subroutines(top operands) [][]reader {
	dicts := []operands{top}
	if fonts, _ := cffIndex(c.r, top.int(12<<8|36)); len(fonts) > 0 {
		dicts = dicts[:0]
		for _, d := range fonts[:min(len(fonts), 256)] {
			dicts = append(dicts, cffDict(d))
		}
	}
	out := make([][]reader, len(dicts))
	for i, d := range dicts {
		if private := d[18]; len(private) == 2 {
			size, at := int(max(0, min(private[0], 1<<20))), d.int(18)
			if offset := cffDict(c.r.span(at, size)).int(19); offset > 0 {
				out[i], _ = cffIndex(c.r, at+offset)
			}
		}
	}
	return out
}

// fontOf reads which font dictionary each glyph belongs to, if there are many.
func (c cff) fontOf(at int) []byte {
	if at <= 0 {
		return nil
	}
	if c.r.u8(at) == 0 {
		return c.r.span(at+1, c.glyphs)
	}
	out := make([]byte, c.glyphs)
	gid := 0 // ranges are in order; each glyph is set once
	for i := range c.r.u16(at + 1) {
		for next := c.r.u16(at + 6 + 3*i); gid < min(next, c.glyphs); gid++ {
			out[gid] = byte(c.r.u8(at + 5 + 3*i))
		}
	}
	return out
}

func (c cff) string(sid int) string {
	std := cffStrings()
	switch {
	case sid < len(std):
		return std[sid]
	case sid-len(std) < len(c.own):
		return string(c.own[sid-len(std)])
	}
	return ""
}

// cffIndex reads an INDEX and returns where it ends.
func cffIndex(r reader, at int) (items []reader, end int) {
	count, size := r.u16(at), r.u8(at+2)
	if count == 0 || size < 1 || size > 4 || len(r) < at+3+(count+1)*size {
		return nil, at + 2
	}
	offset := func(i int) int {
		n := 0
		for k := range size {
			n = n<<8 | r.u8(at+3+i*size+k)
		}
		return n
	}
	base := at + 2 + (count+1)*size
	items = make([]reader, count)
	for i := range items {
		items[i] = r.span(base+offset(i), offset(i+1)-offset(i))
	}
	return items, base + offset(count)
}

// operands of a DICT by operator; those of two bytes have 12 in the high one.
type operands map[int][]float64

func (o operands) has(op int) bool { return o[op] != nil }

func (o operands) int(op int) int {
	if v := o[op]; len(v) > 0 && math.Abs(v[len(v)-1]) < 1<<31 {
		return int(v[len(v)-1])
	}
	return 0
}

func cffDict(r reader) operands {
	out := operands{}
	stack := []float64{}
	for at := 0; at < len(r); {
		b := r.u8(at)
		at++
		switch {
		case b <= 21:
			if b == 12 {
				b = 12<<8 | r.u8(at)
				at++
			}
			out[b] = append([]float64{}, stack...)
			stack = stack[:0]
		case b == 28:
			stack = append(stack, float64(int16(r.u16(at))))
			at += 2
		case b == 29:
			stack = append(stack, float64(int32(r.u32(at))))
			at += 4
		case b == 30: // a decimal number in nibbles, of which none is asked for
			for at < len(r) && r.u8(at)&0x0f != 0x0f {
				at++
			}
			at++
			stack = append(stack, 0)
		case b >= 32 && b <= 246:
			stack = append(stack, float64(b-139))
		case b >= 247 && b <= 250:
			stack = append(stack, float64((b-247)*256+r.u8(at)+108))
			at++
		case b >= 251 && b <= 254:
			stack = append(stack, float64(-(b-251)*256-r.u8(at)-108))
			at++
		}
		if len(stack) > 64 {
			stack = stack[:0]
		}
	}
	return out
}

// charset returns the string or CID of each glyph.
func (c cff) charset(at int) []int {
	ids := make([]int, c.glyphs)
	if at <= 2 { // ISOAdobe and the expert sets; the first is the strings' order
		for i := range ids {
			ids[i] = i
		}
		return ids
	}
	format := c.r.u8(at)
	at++
	for gid := 1; gid < c.glyphs && at < len(c.r); {
		first, more := c.r.u16(at), 0
		at += 2
		switch format {
		case 1:
			more = c.r.u8(at)
			at++
		case 2:
			more = c.r.u16(at)
			at += 2
		}
		for i := 0; i <= more && gid < c.glyphs; i++ {
			ids[gid] = first + i
			gid++
		}
	}
	return ids
}

// encoding gives each code the name of its glyph.
func (c cff) encoding(at int, p *program) {
	if at <= 1 {
		standard := runesOf(standardEncoding)
		has := make(map[string]string, len(p.names))
		for _, n := range p.names {
			has[glyphText(n)] = n
		}
		for code, r := range standard {
			if r != 0 {
				p.encoding[code] = has[string(r)]
			}
		}
		return
	}
	name := func(gid int) string {
		if gid < len(p.names) {
			return p.names[gid]
		}
		return ""
	}
	format, n := c.r.u8(at), c.r.u8(at+1)
	at += 2
	gid := 1
	for range n {
		first, more := c.r.u8(at), 0
		at++
		if format&0x7f == 1 {
			more = c.r.u8(at)
			at++
		}
		for i := 0; i <= more && first+i < 256; i++ {
			p.encoding[first+i] = name(gid)
			gid++
		}
	}
	if format&0x80 != 0 {
		for i := range c.r.u8(at) {
			p.encoding[c.r.u8(at+1+3*i)] = c.string(c.r.u16(at + 2 + 3*i))
		}
	}
}
