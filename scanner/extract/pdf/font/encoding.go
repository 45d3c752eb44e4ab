package font

import (
	_ "embed" // glyphs.txt
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/object"
)

type encodingTable map[object.Name]func() [256]rune

// encodings are the base encodings by name.
var encodings = encodingTable{
	"StandardEncoding": func() [256]rune { return runesOf(standardEncoding) },
	"WinAnsiEncoding":  winAnsi,
	"MacRomanEncoding": func() [256]rune { return ofCharmap(charmap.Macintosh) },
	"PDFDocEncoding":   func() [256]rune { return runesOf(pdfDocEncoding) },
}

// named returns the encoding of a name, if it is one.
func (t encodingTable) named(name object.Name) (out [256]rune, ok bool) {
	if table, ok := t[name]; ok {
		return table(), true
	}
	return out, false
}

// ofFont is for the two fonts that have an encoding of their own.
func (t encodingTable) ofFont(base string) ([256]rune, bool) {
	switch base = withoutTag(base); {
	case strings.HasPrefix(base, "ZapfDingbats"):
		return runesOf(dingbatsEncoding), true
	case base == "Symbol", strings.HasPrefix(base, "Symbol,"):
		return runesOf(symbolEncoding), true
	}
	return [256]rune{}, false
}

// withoutTag takes off the six letters and the plus of a subset.
func withoutTag(base string) string {
	if len(base) > 7 && base[6] == '+' {
		return base[7:]
	}
	return base
}

func runesOf(table string) (out [256]rune) {
	i := 0
	for _, r := range table {
		out[i] = r
		i++
	}
	return out
}

func ofCharmap(m *charmap.Charmap) (out [256]rune) {
	for code := ' '; code < 256; code++ {
		if r := m.DecodeByte(byte(code)); r != utf8.RuneError && !unicode.IsControl(r) {
			out[code] = r
		}
	}
	return out
}

// winAnsi is Windows-1252, whose unused codes are bullets.
func winAnsi() [256]rune {
	out := ofCharmap(charmap.Windows1252)
	for _, code := range []int{0x7f, 0x81, 0x8d, 0x8f, 0x90, 0x9d} {
		out[code] = '•'
	}
	return out
}

// PDFDoc decodes a text string of a document (ISO 32000-2, 7.9.2.2): UTF-16 or
// UTF-8 with a mark, else PDFDocEncoding.
func PDFDoc(s []byte) string {
	switch {
	case len(s) >= 2 && s[0] == 0xfe && s[1] == 0xff:
		return withoutLanguage(utf16Text(s[2:], false))
	case len(s) >= 2 && s[0] == 0xff && s[1] == 0xfe:
		return withoutLanguage(utf16Text(s[2:], true))
	case len(s) >= 3 && s[0] == 0xef && s[1] == 0xbb && s[2] == 0xbf:
		return strings.ToValidUTF8(string(s[3:]), "\ufffd")
	}
	table := pdfDoc()
	var b strings.Builder
	for _, c := range s {
		if r := table[c]; r != 0 {
			b.WriteRune(r)
		}
	}
	return b.String()
}

var pdfDoc = sync.OnceValue(func() [256]rune { return runesOf(pdfDocEncoding) })

// withoutLanguage takes out the codes of languages, between escape characters.
func withoutLanguage(s string) string {
	if !strings.Contains(s, "\x1b") {
		return s
	}
	parts := strings.Split(s, "\x1b")
	if len(parts)%2 == 0 {
		return strings.Join(parts, "")
	}
	var b strings.Builder
	for i := 0; i < len(parts); i += 2 {
		b.WriteString(parts[i])
	}
	return b.String()
}

//go:embed glyphs.txt
var glyphList string

// glyphs is the Adobe Glyph List: old-style and small figures and capitals stand
// for plain ones.
var glyphs = sync.OnceValue(func() map[string]string {
	out := make(map[string]string, 4500)
	for line := range strings.Lines(glyphList) {
		name, codes, _ := strings.Cut(strings.TrimSpace(line), " ")
		var text []rune
		for code := range strings.SplitSeq(codes, "_") {
			if n, err := strconv.ParseUint(code, 16, 32); err == nil {
				text = append(text, rune(n))
			}
		}
		out[name] = string(text)
	}
	return out
})

// glyphText returns the text of a glyph name by the rules of the Adobe Glyph
// List Specification, or "".
func glyphText(name string) string {
	if name == "" || len(name) > 127 {
		return ""
	}
	if t, ok := glyphs()[name]; ok {
		return t
	}
	if i := strings.IndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	var b strings.Builder
	for part := range strings.SplitSeq(name, "_") {
		t, ok := glyphs()[part]
		if !ok {
			t = hexName(part)
		}
		if t == "" {
			return ""
		}
		b.WriteString(t)
	}
	return b.String()
}

// hexName reads uni20AC (any number of groups of four) and u1F600.
func hexName(name string) string {
	if digits, ok := strings.CutPrefix(name, "uni"); ok && len(digits) >= 4 && len(digits)%4 == 0 {
		var units []uint16
		for i := 0; i < len(digits); i += 4 {
			n, err := strconv.ParseUint(digits[i:i+4], 16, 16)
			if err != nil {
				return ""
			}
			units = append(units, uint16(n))
		}
		return utf16String(units)
	}
	if digits, ok := strings.CutPrefix(name, "u"); ok && len(digits) >= 4 && len(digits) <= 6 {
		if n, err := strconv.ParseUint(digits, 16, 32); err == nil && n <= unicode.MaxRune {
			return string(rune(n))
		}
	}
	return ""
}

// base is that of the numbers in glyph names which are numbers behind letters,
// 0 if there are none.
type base int

// numericNames looks for names like c48, g48, a48 or G30 that programs make up
// and that carry the code of the character. Letters among the digits tell that
// they are hexadecimal.
func numericNames(names [256]string) base {
	count, out := 0, base(10)
	for _, name := range names {
		if name == "" || name == ".notdef" || glyphText(name) != "" {
			continue
		}
		digits := strings.TrimLeftFunc(name, unicode.IsLetter)
		if prefix := len(name) - len(digits); prefix == 1 && len(digits) >= 2 {
			count++
		} else if prefix > 1 && len(name) == 3 {
			if _, err := strconv.ParseUint(name[1:], 16, 8); err == nil {
				out = 16
				count++
			}
		}
	}
	if count == 0 {
		return 0
	}
	return out
}

func (b base) text(name string, code int) string {
	if b != 0 && len(name) >= 3 {
		n, err := strconv.ParseUint(name[1:], int(b), 16)
		if err == nil && n >= ' ' && n < 256 && n != 127 {
			return string(winAnsi()[n])
		}
	}
	if code > ' ' && code <= '~' && b == 0 {
		return string(rune(code))
	}
	return ""
}

// known tells a text that says something from one that a broken map gives.
func known(t string) bool {
	if t == "" {
		return false
	}
	for _, r := range t {
		if r == utf8.RuneError || r == 0 || r >= 0xe000 && r <= 0xf8ff || r >= 0xfff0 && r <= 0xffff {
			return false
		}
	}
	return true
}

// Plain writes ligatures out, makes white space of control characters and takes
// the characters of symbol fonts from where Windows keeps them.
func Plain(t string) string {
	if t == "" || len(t) == 1 && t[0] >= ' ' && t[0] < 0x7f {
		return t
	}
	var b strings.Builder
	for _, r := range t {
		switch {
		case r == 0, r == utf8.RuneError, r == '\ufeff', r >= 0x7f && r < 0xa0:
		case r < ' ', r == '\u00a0', r >= 0x2000 && r <= 0x200a, r == 0x202f, r == 0x3000:
			b.WriteByte(' ')
		case r >= 0xfb00 && r <= 0xfb06:
			b.WriteString(ligatures[r-0xfb00])
		case r >= 0xf021 && r <= 0xf07e:
			b.WriteRune(r - 0xf000)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

var ligatures = []string{"ff", "fi", "fl", "ffi", "ffl", "st", "st"}

// coreFont returns the widths of the fonts that every reader has, by the name or
// what the name sounds like.
func coreFont(name string) func(text string) (float64, bool) {
	name = strings.ToLower(withoutTag(name))
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(name, w) {
				return true
			}
		}
		return false
	}
	if has("courier", "mono", "consol") {
		return func(string) (float64, bool) { return 600, true }
	}
	family := "Helvetica"
	if has("times", "serif", "roman", "georgia", "garamond", "book", "palatino", "minion") && !has("sans") {
		family = "Times"
	}
	bold, italic := has("bold", "black", "heavy"), has("italic", "oblique")
	switch {
	case family == "Helvetica" && bold:
		family = "Helvetica-Bold"
	case family == "Times" && bold && italic:
		family = "Times-BoldItalic"
	case family == "Times" && bold:
		family = "Times-Bold"
	case family == "Times" && italic:
		family = "Times-Italic"
	case family == "Times":
		family = "Times-Roman"
	}
	widths := coreWidths[family]
	return func(text string) (float64, bool) {
		r, _ := utf8.DecodeRuneInString(text)
		i := int(r) - ' '
		if r >= 0xa1 {
			i = int(r) - 0xa1 + '~' - ' ' + 1
		} else if r > '~' {
			return 0, false
		}
		if text == "" || i < 0 || i >= len(widths) || widths[i] == 0 {
			return 0, false
		}
		return float64(widths[i]), true
	}
}
