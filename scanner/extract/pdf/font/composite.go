package font

import (
	"sort"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/object"
)

// codec reads the code that text begins with and tells how many bytes it has.
type codec func(text []byte) (code uint32, n int)

// fixed reads codes of so many bytes, fewer at the end.
func fixed(size int) codec {
	return func(text []byte) (uint32, int) {
		n := min(size, len(text))
		return code(text[:n]), n
	}
}

// composite reads a Type 0 font.
func (l *loader) composite() *Font {
	down := l.file.Dict(first(l.file.Array(l.dict.Get("DescendantFonts"))))
	c := &cidFont{loader: l, dict: down, descriptor: l.file.Dict(down.Get("FontDescriptor"))}
	c.readEncoding(l.dict.Get("Encoding"))
	c.readWidths()
	c.readGIDs()
	c.collection = collections[strings.TrimSpace(c.ordering())]
	return &Font{Em: 1, Vertical: c.vertical, decode: c.decode, cached: map[uint32]*Glyph{}, make: c.glyph}
}

func first(a object.Array) object.Object {
	if len(a) == 0 {
		return nil
	}
	return a[0]
}

// cidFont is the font that a Type 0 font descends to.
type cidFont struct {
	*loader
	dict, descriptor object.Dict
	vertical         bool
	decode           codec
	cmap             *cmap             // an embedded encoding
	charset          encoding.Encoding // a predefined one that encodes characters
	unicode          bool              // codes are UTF-16
	widths           []widthRange
	standard         float64
	gids             []byte // CIDToGIDMap
	collection       asciiRuns
}

func (c *cidFont) ordering() string {
	s, _ := c.file.String(c.file.Dict(c.dict.Get("CIDSystemInfo")).Get("Ordering"))
	return string(s)
}

// charsets are the character sets behind the names of predefined CMaps
// (ISO 32000-2, table 116), by what the names begin with.
var charsets = []struct {
	prefix string
	set    encoding.Encoding
}{
	{"GBK2K", simplifiedchinese.GB18030}, {"GB", simplifiedchinese.GBK},
	{"ETen", traditionalchinese.Big5}, {"B5", traditionalchinese.Big5}, {"HKscs", traditionalchinese.Big5},
	{"83pv-RKSJ", japanese.ShiftJIS}, {"90ms-RKSJ", japanese.ShiftJIS}, {"90msp-RKSJ", japanese.ShiftJIS},
	{"90pv-RKSJ", japanese.ShiftJIS}, {"Add-RKSJ", japanese.ShiftJIS}, {"Ext-RKSJ", japanese.ShiftJIS},
	{"EUC-", japanese.EUCJP}, {"KSC", korean.EUCKR},
}

func (c *cidFont) readEncoding(o object.Object) {
	c.decode = fixed(2)
	if s := c.file.Stream(o); s != nil {
		data, _, _ := c.file.Decode(s) // of a damaged map, what is there
		c.cmap = parseCMap(data)
		c.vertical = c.cmap.vertical || c.file.Int(s.Get("WMode"), 0) == 1
		parent := c.cmap.parent
		if parent == "" {
			parent = string(c.file.Name(s.Get("UseCMap")))
		}
		if len(c.cmap.spaces) > 0 {
			c.decode = c.cmap.decode
		}
		if len(c.cmap.cids) == 0 && len(c.cmap.cidRange) == 0 {
			c.cmap = nil
			c.predefined(parent)
		}
		return
	}
	c.predefined(string(c.file.Name(o)))
}

func (c *cidFont) predefined(name string) {
	c.vertical = c.vertical || strings.HasSuffix(name, "-V") || name == "V"
	switch {
	case strings.Contains(name, "UCS2"), strings.Contains(name, "UTF16"):
		c.unicode = true
		c.decode = utf16Code
		return
	case strings.Contains(name, "UTF32"):
		c.unicode = true
		c.decode = fixed(4)
		return
	case strings.Contains(name, "UTF8"):
		c.unicode = true
		c.decode = utf8Code
		return
	case name == "H", name == "V": // JIS X 0208 in seven bits
		c.charset = sevenBit{japanese.EUCJP}
		return
	}
	for _, s := range charsets {
		if strings.HasPrefix(name, s.prefix) {
			c.charset = s.set
			c.decode = multiByte(s.set == japanese.ShiftJIS)
			return
		}
	}
}

func utf16Code(text []byte) (uint32, int) {
	if len(text) >= 4 && text[0]&0xfc == 0xd8 && text[2]&0xfc == 0xdc {
		return code(text[:4]), 4
	}
	return fixed(2)(text)
}

func utf8Code(text []byte) (uint32, int) {
	r, n := utf8.DecodeRune(text)
	return uint32(r), n
}

// multiByte reads the East Asian codes of one or two bytes. Shift-JIS has
// single bytes among the high ones, too.
func multiByte(shiftJIS bool) codec {
	return func(text []byte) (uint32, int) {
		c := text[0]
		if c < 0x81 || len(text) < 2 || shiftJIS && c >= 0xa0 && c <= 0xdf {
			return uint32(c), 1
		}
		return code(text[:2]), 2
	}
}

// sevenBit decodes a code whose high bits were taken off.
type sevenBit struct{ encoding.Encoding }

// decode reads a code by the code spaces of the map.
func (m *cmap) decode(text []byte) (uint32, int) {
	for n := 1; n <= min(4, len(text)); n++ {
		c := code(text[:n])
		for _, s := range m.spaces {
			if s.bytes == n && inSpace(c, s) {
				return c, n
			}
		}
	}
	n := min(m.spaces[0].bytes, len(text))
	return code(text[:n]), n
}

// inSpace compares byte by byte, as code spaces are boxes.
func inSpace(c uint32, s codeSpace) bool {
	for i := 0; i < s.bytes; i++ {
		b := byte(c >> (8 * i))
		if b < byte(s.lo>>(8*i)) || b > byte(s.hi>>(8*i)) {
			return false
		}
	}
	return true
}

type widthRange struct {
	lo, hi uint32
	list   []float64 // one each, or one for all
}

// readWidths reads W: "c [w1 w2 …]" and "first last w".
func (c *cidFont) readWidths() {
	c.standard = c.file.Number(c.dict.Get("DW"), 1000)
	w := c.file.Array(c.dict.Get("W"))
	for i := 0; i+1 < len(w); {
		lo := uint32(max(0, c.file.Int(w[i], 0)))
		if list := c.file.Array(w[i+1]); list != nil {
			c.widths = append(c.widths, widthRange{lo, lo + uint32(len(list)) - 1, c.file.Numbers(list)})
			i += 2
			continue
		}
		if i+2 >= len(w) {
			break
		}
		hi := uint32(max(0, c.file.Int(w[i+1], 0)))
		c.widths = append(c.widths, widthRange{lo, hi, []float64{c.file.Number(w[i+2], c.standard)}})
		i += 3
	}
	sort.SliceStable(c.widths, func(i, j int) bool { return c.widths[i].lo < c.widths[j].lo })
}

func (c *cidFont) width(cid uint32) float64 {
	i := sort.Search(len(c.widths), func(i int) bool { return c.widths[i].lo > cid }) - 1
	if i < 0 || cid > c.widths[i].hi || len(c.widths[i].list) == 0 {
		return c.standard
	}
	list := c.widths[i].list
	return list[min(int(cid-c.widths[i].lo), len(list)-1)]
}

func (c *cidFont) readGIDs() {
	if s := c.file.Stream(c.dict.Get("CIDToGIDMap")); s != nil {
		c.gids, _, _ = c.file.Decode(s) // of a damaged map, what is there
	}
}

// glyph makes the glyph of a code.
func (c *cidFont) glyph(code uint32, raw []byte) Glyph {
	cid, text := c.characters(code, raw)
	g := Glyph{Width: c.width(cid) / 1000, Space: len(raw) == 1 && raw[0] == ' '}
	if c.vertical {
		g.Width = 1
	}
	if t := c.toUnicode.lookup(code); known(t) {
		text = t
	} else if text == "" {
		if text = c.ofCID(cid); text == "" {
			text = t
		}
	}
	g.Text = Plain(text)
	return g
}

// characters returns the CID of a code and, where the encoding tells, the text.
func (c *cidFont) characters(code uint32, raw []byte) (cid uint32, text string) {
	switch {
	case c.cmap != nil:
		cid, _ = c.cmap.cid(code)
		return cid, ""
	case c.unicode && len(raw) == 4 && code>>16 >= 0xd800:
		return code, utf16Text(raw, false)
	case c.unicode:
		return c.collection.cidOf(rune(code)), string(rune(code))
	case c.charset != nil:
		text = decodeCharset(c.charset, raw)
		r, _ := utf8.DecodeRuneInString(text)
		return c.collection.cidOf(r), text
	}
	return code, ""
}

func decodeCharset(set encoding.Encoding, raw []byte) string {
	if seven, ok := set.(sevenBit); ok {
		set = seven.Encoding
		raw = append([]byte(nil), raw...)
		for i := range raw {
			raw[i] |= 0x80
		}
	}
	out, err := set.NewDecoder().Bytes(raw)
	if err != nil || !known(string(out)) {
		return ""
	}
	return string(out)
}

// ofCID asks the character collection and the font program.
func (c *cidFont) ofCID(cid uint32) string {
	if t := c.collection.text(cid); t != "" {
		return t
	}
	gid := cid
	if c.gids != nil {
		if int(cid)*2+1 >= len(c.gids) {
			return ""
		}
		gid = uint32(c.gids[2*cid])<<8 | uint32(c.gids[2*cid+1])
	}
	p := c.program(c.descriptor)
	if p == nil {
		if c.file.Name(c.dict.Get("Subtype")) == "CIDFontType2" {
			return usual(gid)
		}
		return ""
	}
	if t := p.textOfCID(gid); t != "" || p.gidOf == nil {
		return t
	}
	return identity.text(cid)
}

// asciiRun says that the CIDs from one on are ASCII from a character on.
type asciiRun struct {
	cid   uint32
	char  rune
	count uint32
}

type asciiRuns []asciiRun

// collections are where Adobe's character collections have ASCII: proportional
// and half-width (Technical Notes 5078, 5079, 5080 and 5093).
var collections = map[string]asciiRuns{
	"Japan1": {{1, ' ', 95}, {231, ' ', 95}},
	"GB1":    {{1, ' ', 95}, {814, ' ', 95}},
	"CNS1":   {{1, ' ', 95}, {13648, ' ', 95}},
	"Korea1": {{1, ' ', 95}, {8094, ' ', 95}},
	"KR":     {{1, ' ', 95}},
}

// identity is where CID-keyed fonts of no collection mostly have ASCII: their
// makers go by the collections that there are (Source Han, Noto CJK).
var identity = asciiRuns{{1, ' ', 95}}

func (runs asciiRuns) text(cid uint32) string {
	for _, r := range runs {
		if cid >= r.cid && cid-r.cid < r.count {
			return string(r.char + rune(cid-r.cid))
		}
	}
	return ""
}

// cidOf is for widths: those of ASCII are given by CID, all else has the
// standard width.
func (runs asciiRuns) cidOf(char rune) uint32 {
	for _, r := range runs {
		if char >= r.char && char < r.char+95 {
			return r.cid + uint32(char-r.char)
		}
	}
	return 1 << 20
}
