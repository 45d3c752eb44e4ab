package font

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// program is what a font program tells of its glyphs' meaning.
type program struct {
	encoding [256]string     // of Type 1: the name at each code
	names    []string        // by glyph
	runes    map[uint32]rune // by glyph, from the character map
	codes    [256]uint32     // of TrueType: the glyph at each code
	gidOf    map[uint32]uint32
	byName   map[string]uint32
	retained bool // TrueType without names and characters, whose glyphs kept their numbers
	outlines drawings
	looks    map[uint32]string // of the outlines

	asked, says bool // whether speaks was asked, and what it says
}

// speaks reports whether the program says anything of its glyphs' meaning: names
// like g12 do not.
func (p *program) speaks() bool {
	if !p.asked {
		p.asked = true
		p.says = len(p.runes) > 0
		for _, name := range p.names {
			if t := glyphText(name); t != "" && t != " " {
				p.says = true
				break
			}
		}
	}
	return p.says
}

func (p *program) textOfCode(code int) string {
	if t := glyphText(p.encoding[code]); t != "" {
		return t
	}
	if gid := p.codes[code]; gid != 0 {
		return p.named(gid)
	}
	return ""
}

func (p *program) textOfName(name string) string {
	if p.byName == nil {
		p.byName = make(map[string]uint32, len(p.names))
		for gid, n := range p.names {
			p.byName[n] = uint32(gid)
		}
	}
	if gid, ok := p.byName[name]; ok {
		if r, ok := p.runes[gid]; ok {
			return string(r)
		}
	}
	return ""
}

// textOfCID is for fonts whose CIDs are glyphs, or are mapped to them by the
// program.
func (p *program) textOfCID(cid uint32) string {
	if p.gidOf != nil {
		gid, ok := p.gidOf[cid]
		if !ok {
			return ""
		}
		cid = gid
	}
	return p.textOfGlyph(cid)
}

func (p *program) textOfGlyph(gid uint32) string {
	t := p.named(gid)
	if t == "" && !p.speaks() {
		t = p.textOfShape(gid)
	}
	if t == "" && p.retained {
		t = usual(gid)
	}
	return t
}

// textOfShape returns what a glyph looks like, which is read for all glyphs at
// once.
func (p *program) textOfShape(gid uint32) string {
	if p.outlines == nil {
		return ""
	}
	if p.looks == nil {
		p.looks = read(p.outlines)
	}
	return p.looks[gid]
}

// named returns the text of a glyph that the program tells.
func (p *program) named(gid uint32) string {
	if r, ok := p.runes[gid]; ok && utf8.ValidRune(r) && r != 0 {
		return string(r)
	}
	if int(gid) < len(p.names) {
		if t := glyphText(p.names[gid]); t != "" {
			return t
		}
	}
	return ""
}

// usual is what a glyph shows in a font of the usual order.
func usual(gid uint32) string {
	if gid >= 3 && gid <= 97 {
		return string(rune(gid + usualOrder))
	}
	return ""
}

// usualOrder is how far ASCII is from the numbers of the glyphs in most TrueType
// fonts: those that Apple and Microsoft made begin with three special glyphs, so
// that the space is glyph 3, and who came later did the same. A subset that was
// made for a PDF has lost everything that tells, but often not the numbers.
const usualOrder = ' ' - 3

// parseProgram reads a font program of any kind.
func parseProgram(data []byte) *program {
	switch {
	case len(data) < 8:
		return nil
	case string(data[:4]) == "OTTO", string(data[:4]) == "true", string(data[:4]) == "\x00\x01\x00\x00", string(data[:4]) == "ttcf":
		return parseSFNT(data)
	case data[0] == 1 && data[1] <= 1 && data[2] >= 4:
		return parseCFF(data)
	case bytes.HasPrefix(data, []byte("%!")), data[0] == 0x80:
		return parseType1(data)
	}
	return nil
}

// reader reads big-endian numbers and yields 0 beyond the end.
type reader []byte

func (r reader) u8(at int) int {
	if at < 0 || at >= len(r) {
		return 0
	}
	return int(r[at])
}

func (r reader) u16(at int) int {
	if at < 0 || at+2 > len(r) {
		return 0
	}
	return int(binary.BigEndian.Uint16(r[at:]))
}

func (r reader) u32(at int) int {
	if at < 0 || at+4 > len(r) {
		return 0
	}
	return int(binary.BigEndian.Uint32(r[at:]))
}

// from returns what begins at an offset, nothing if that is beyond the end.
func (r reader) from(at int) reader {
	if at < 0 || at > len(r) {
		return nil
	}
	return r[at:]
}

func (r reader) span(at, n int) reader {
	r = r.from(at)
	return r[:max(0, min(n, len(r)))]
}
