package font

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/object"
)

// cmap maps codes to texts (a ToUnicode map) or to CIDs (an encoding).
type cmap struct {
	spaces   []codeSpace
	chars    map[uint32]string
	ranges   []cmapRange
	cids     map[uint32]uint32
	cidRange []cidRange
	vertical bool
	parent   string // of usecmap
}

// codeSpace says how long the codes are that begin in a range.
type codeSpace struct {
	bytes  int
	lo, hi uint32
}

// cmapRange maps lo to first, lo+1 to its successor and so on; prefix stands
// before each.
type cmapRange struct {
	lo, hi uint32
	prefix string
	first  rune
}

type cidRange struct{ lo, hi, first uint32 }

func (m *cmap) empty() bool { return len(m.chars) == 0 && len(m.ranges) == 0 }

// lookup returns the text of a code, "" if the map has none or is nil.
func (m *cmap) lookup(code uint32) string {
	if m == nil {
		return ""
	}
	if t, ok := m.chars[code]; ok {
		return t
	}
	i := sort.Search(len(m.ranges), func(i int) bool { return m.ranges[i].lo > code })
	if i--; i < 0 || code > m.ranges[i].hi {
		return ""
	}
	r := m.ranges[i]
	c := r.first + rune(code-r.lo)
	if !utf8.ValidRune(c) {
		return ""
	}
	return r.prefix + string(c)
}

// cid returns the CID of a code.
func (m *cmap) cid(code uint32) (uint32, bool) {
	if c, ok := m.cids[code]; ok {
		return c, true
	}
	i := sort.Search(len(m.cidRange), func(i int) bool { return m.cidRange[i].lo > code })
	if i--; i < 0 || code > m.cidRange[i].hi {
		return 0, false
	}
	return m.cidRange[i].first + code - m.cidRange[i].lo, true
}

// cmapParser reads the PostScript of a CMap as what it always is: lists between
// a begin and an end (Adobe Technical Note 5014).
type cmapParser struct {
	object.Lexer
	m *cmap
}

func parseCMap(data []byte) *cmap {
	p := &cmapParser{Lexer: object.Lexer{Data: data}, m: &cmap{chars: map[uint32]string{}, cids: map[uint32]uint32{}}}
	lists := map[string]func(object.Token){
		"begincodespacerange": p.codeSpaces, "beginbfchar": p.bfChar, "beginbfrange": p.bfRange,
		"begincidchar": p.cidChar, "begincidrange": p.cidRanges,
	}
	var last object.Token
	for {
		t := p.Next()
		if t.Kind == object.End {
			break
		}
		if t.Kind == object.Keyword {
			if read, ok := lists[string(t.Bytes)]; ok {
				p.list(read)
			}
			if string(t.Bytes) == "usecmap" && last.Kind == object.NameToken {
				p.m.parent = string(last.Bytes)
			}
		}
		if last.Kind == object.NameToken && string(last.Bytes) == "WMode" {
			p.m.vertical = t.Num == 1
		}
		last = t
	}
	p.m.sort()
	return p.m
}

func (m *cmap) sort() {
	slices.SortStableFunc(m.ranges, func(a, b cmapRange) int { return int(int64(a.lo) - int64(b.lo)) })
	slices.SortStableFunc(m.cidRange, func(a, b cidRange) int { return int(int64(a.lo) - int64(b.lo)) })
}

// list reads the entries of a list; read is given the first token of each.
func (p *cmapParser) list(read func(object.Token)) {
	for {
		t := p.Next()
		if t.Kind == object.End || t.Kind == object.Keyword {
			return
		}
		read(t)
	}
}

// code is the number that the bytes of a code are.
func code(b []byte) (n uint32) {
	for _, c := range b[:min(len(b), 4)] {
		n = n<<8 | uint32(c)
	}
	return n
}

func (p *cmapParser) codeSpaces(lo object.Token) {
	hi := p.Next()
	if n := len(lo.Bytes); n >= 1 && n <= 4 && len(hi.Bytes) == n {
		p.m.spaces = append(p.m.spaces, codeSpace{n, code(lo.Bytes), code(hi.Bytes)})
	}
}

func (p *cmapParser) bfChar(src object.Token) {
	p.m.chars[code(src.Bytes)] = bfText(p.Next())
}

// bfText reads what a code stands for: UTF-16, or a glyph's name.
func bfText(t object.Token) string {
	if t.Kind == object.NameToken {
		return glyphText(string(t.Bytes))
	}
	if len(t.Bytes) == 1 {
		return string(rune(t.Bytes[0]))
	}
	return utf16Text(t.Bytes, false)
}

func (p *cmapParser) bfRange(src object.Token) {
	end := p.Next()
	lo, hi := code(src.Bytes), code(end.Bytes)
	t := p.Next()
	if t.Kind == object.ArrayOpen {
		for c := lo; ; c++ {
			t := p.Next()
			if t.Kind == object.ArrayClose || t.Kind == object.End || t.Kind == object.Keyword {
				return
			}
			p.m.chars[c] = bfText(t)
		}
	}
	text := bfText(t)
	if hi < lo || text == "" {
		return
	}
	if lo == hi {
		p.m.chars[lo] = text
		return
	}
	last, size := utf8.DecodeLastRuneInString(text)
	p.m.ranges = append(p.m.ranges, cmapRange{lo, hi, text[:len(text)-size], last})
}

func (p *cmapParser) cidChar(src object.Token) {
	p.m.cids[code(src.Bytes)] = uint32(max(0, p.Next().Num))
}

func (p *cmapParser) cidRanges(src object.Token) {
	end := p.Next()
	first := p.Next()
	p.m.cidRange = append(p.m.cidRange, cidRange{code(src.Bytes), code(end.Bytes), uint32(max(0, first.Num))})
}

func utf16Text(b []byte, little bool) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
		if little {
			units[i] = units[i]<<8 | units[i]>>8
		}
	}
	return utf16String(units)
}

func utf16String(units []uint16) string {
	return strings.ToValidUTF8(string(utf16.Decode(units)), "\ufffd")
}
