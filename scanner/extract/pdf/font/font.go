// Package font turns the codes that a PDF file shows into the characters that a
// person sees.
//
// A file need not say what its glyphs mean, and often does not. What is asked, in
// this order: the ToUnicode map, the names in the encoding's Differences, the
// base encoding, and the font program itself: its own encoding, the names of its
// glyphs, its character map. Where all are silent, a glyph is what it looks like
// (package shape), and glyphs of a TrueType font that kept their numbers are taken
// to stand in the order in which fonts have them.
package font

import (
	"math"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/object"
)

// Glyph is what one code shows.
type Glyph struct {
	Text  string  // "" if it is not known
	Width float64 // how far it moves the pen, in units of the font size
	Space bool    // the single byte 32, which word spacing widens
	Bytes int     // of the code
}

// Font is a font as content streams use it.
type Font struct {
	Vertical bool
	// Em is about how long an em is in units of the font size: 1, but for Type 3
	// fonts, which have units of their own.
	Em     float64
	decode codec
	simple *[256]Glyph
	cached map[uint32]*Glyph
	make   func(code uint32, raw []byte) Glyph
}

// Next returns the glyph that text begins with, which is not empty.
func (f *Font) Next(text []byte) *Glyph {
	if f.simple != nil {
		return &f.simple[text[0]]
	}
	code, n := f.decode(text)
	key := code | uint32(n)<<28
	if g, ok := f.cached[key]; ok {
		return g
	}
	g := f.make(code, text[:n])
	g.Bytes = n
	if len(f.cached) < maxCached {
		f.cached[key] = &g
	}
	return &g
}

// maxCached bounds what is remembered of a font: no font has more glyphs.
const maxCached = 1 << 16

// Default is the font of text that is shown without a font that can be read.
var Default = sync.OnceValue(func() *Font {
	return NewLoader(new(object.File)).Load(object.Dict{
		{Key: "Subtype", Value: object.Name("Type1")},
		{Key: "BaseFont", Value: object.Name("Helvetica")},
		{Key: "Encoding", Value: object.Name("WinAnsiEncoding")},
	})
})

// Loader loads the fonts of a file. Font programs that fonts share are read once.
type Loader struct {
	file     *object.File
	programs map[*object.Stream]*program
}

// NewLoader returns a loader of a file's fonts.
func NewLoader(file *object.File) *Loader {
	return &Loader{file, map[*object.Stream]*program{}}
}

// Load reads a font dictionary. What cannot be read of it is done without.
func (shared *Loader) Load(dict object.Dict) *Font {
	l := &loader{Loader: shared, dict: dict}
	file := shared.file
	l.toUnicode = l.unicodeMap(dict.Get("ToUnicode"))
	if file.Name(dict.Get("Subtype")) == "Type0" {
		return l.composite()
	}
	return l.simple()
}

// loader holds what a font is made from.
type loader struct {
	*Loader
	dict      object.Dict
	toUnicode *cmap
	prog      *program // of the embedded font; loaded when it is asked for
	progRead  bool
}

// unicodeMap reads a ToUnicode entry: a CMap, or the name of one.
func (l *loader) unicodeMap(o object.Object) *cmap {
	if name := l.file.Name(o); strings.HasPrefix(string(name), "Identity") {
		return &cmap{ranges: []cmapRange{{0, 0xffff, "", 0}}}
	}
	s := l.file.Stream(o)
	if s == nil {
		return nil
	}
	data, _, _ := l.file.Decode(s) // of a damaged map, what is there
	m := parseCMap(data)
	if m.empty() {
		return nil
	}
	return m
}

// program returns the embedded font program, or nil.
func (l *loader) program(descriptor object.Dict) *program {
	if l.progRead {
		return l.prog
	}
	l.progRead = true
	for _, key := range []object.Name{"FontFile2", "FontFile3", "FontFile"} {
		if s := l.file.Stream(descriptor.Get(key)); s != nil {
			p, ok := l.programs[s]
			if !ok {
				data, _, _ := l.file.Decode(s) // of a damaged program, what is there
				p = parseProgram(data)
				l.programs[s] = p
			}
			l.prog = p
			break
		}
	}
	return l.prog
}

// simple reads a font of one-byte codes.
func (l *loader) simple() *Font {
	f := &Font{simple: new([256]Glyph), Em: 1}
	subtype := l.file.Name(l.dict.Get("Subtype"))
	descriptor := l.file.Dict(l.dict.Get("FontDescriptor"))
	width := l.simpleWidths(descriptor, subtype)
	text := l.simpleTexts(descriptor, subtype)
	unit := 0.001
	if m := l.file.Numbers(l.dict.Get("FontMatrix")); subtype == "Type3" && len(m) == 6 {
		unit = math.Hypot(m[0], m[1])
	}
	sum, count := 0.0, 0.0
	for code := range f.simple {
		f.simple[code] = Glyph{Text: text[code], Space: code == ' ', Bytes: 1}
		w, known := width(code, text[code])
		if !known {
			w = 500
		}
		f.simple[code].Width = w * unit
		if w > 0 {
			sum, count = sum+w*unit, count+1
		}
	}
	if subtype == "Type3" && sum > 0 {
		f.Em = 2 * sum / count // letters are about half as wide
	}
	return f
}

// simpleWidths returns where the widths come from: the file, or the tables of
// the fonts that need no widths in it.
func (l *loader) simpleWidths(descriptor object.Dict, subtype object.Name) func(code int, text string) (float64, bool) {
	widths := l.file.Array(l.dict.Get("Widths"))
	first := l.file.Int(l.dict.Get("FirstChar"), 0)
	missing := l.file.Number(descriptor.Get("MissingWidth"), 0)
	core := coreFont(string(l.file.Name(l.dict.Get("BaseFont"))))
	return func(code int, text string) (float64, bool) {
		if i := code - first; i >= 0 && i < len(widths) {
			if w := l.file.Number(widths[i], 0); w != 0 || subtype == "Type3" {
				return w, true
			}
		}
		if len(widths) > 0 && missing > 0 {
			return missing, true
		}
		if subtype == "Type3" {
			return 0, true
		}
		return core(text)
	}
}

// simpleTexts returns what each of the 256 codes shows.
func (l *loader) simpleTexts(descriptor object.Dict, subtype object.Name) (text [256]string) {
	names, base, given := l.encoding(descriptor, subtype)
	looks := l.looks(descriptor, subtype, names)
	numeric := numericNames(names)
	var looked [256]bool // what tells is nothing but the look
	for code := range text {
		switch t := l.toUnicode.lookup(uint32(code)); {
		case known(t) && !(subtype == "Type3" && dingbat(names[code], t)):
			text[code] = t
		case names[code] != "":
			text[code] = l.named(names[code], descriptor)
			if text[code] == "" {
				text[code] = looks(code)
				looked[code] = text[code] != ""
			}
			if text[code] == "" {
				text[code] = numeric.text(names[code], code)
			}
		case base[code] != 0:
			text[code] = string(base[code])
		case t != "" && subtype != "Type3": // of no known meaning, but something
			text[code] = t
		}
		if text[code] == "" && !given {
			text[code] = l.builtIn(code, descriptor, looks)
		}
		text[code] = Plain(text[code])
	}
	if subtype == "Type3" {
		preferCodes(&text, &looked)
	}
	return text
}

// preferCodes takes the codes of a font for its characters if nearly all glyphs look as their
// codes say: then the codes are ASCII, which tells an o from a 0 and an l from a 1 where a look
// does not.
func preferCodes(text *[256]string, looked *[256]bool) {
	const few = 4
	like, all := 0, 0
	for code := '!'; code <= '~'; code++ {
		if looked[code] && len(text[code]) == 1 {
			all++
			if alike(text[code][0], byte(code)) {
				like++
			}
		}
	}
	if like < few || 4*like < 3*all {
		return
	}
	for code := ' '; code <= '~'; code++ {
		if looked[code] {
			text[code] = string(code)
		}
	}
}

// lookalikes are characters that look the same in one typeface or another.
var lookalikes = []string{"0oOQDC", "1lI|i!j", "5sS$", "2zZ", "8B&", "6bG", "9gq", "uUvV", "-_~", ".,:;", "'`\"", "({[<", ")}]>"}

// alike reports whether two characters are one, in one case or another, or look the same.
func alike(a, b byte) bool {
	if a == b || a|0x20 == b|0x20 && a|0x20 >= 'a' && a|0x20 <= 'z' {
		return true
	}
	for _, l := range lookalikes {
		if strings.IndexByte(l, a) >= 0 && strings.IndexByte(l, b) >= 0 {
			return true
		}
	}
	return false
}

// dingbat tells a map that was made of names like a12, which programs number
// glyphs by and which are the names of dingbats, too.
func dingbat(name, text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return len(name) > 1 && name[0] == 'a' && name[1] >= '0' && name[1] <= '9' && r >= 0x2190 && r <= 0x2bff
}

// encoding returns the names that the Differences give, the base encoding, and
// whether the file gives one at all.
func (l *loader) encoding(descriptor object.Dict, subtype object.Name) (names [256]string, base [256]rune, given bool) {
	o := l.file.Resolve(l.dict.Get("Encoding"))
	if name, ok := o.(object.Name); ok {
		if base, given = encodings.named(name); given {
			return names, base, true
		}
	}
	if d, ok := o.(object.Dict); ok {
		l.differences(d, &names)
		if base, given = encodings.named(l.file.Name(d.Get("BaseEncoding"))); given {
			return names, base, true
		}
	}
	if special, ok := encodings.ofFont(string(l.file.Name(l.dict.Get("BaseFont")))); ok {
		return names, special, true
	}
	return names, l.impliedEncoding(descriptor, subtype), false
}

// impliedEncoding is the base where the file names none: that of the program, or
// the standard one.
func (l *loader) impliedEncoding(descriptor object.Dict, subtype object.Name) (base [256]rune) {
	p := l.program(descriptor)
	if p == nil {
		if subtype == "Type3" {
			return base
		}
		if subtype == "TrueType" {
			return winAnsi()
		}
		return runesOf(standardEncoding)
	}
	for code := range base {
		if r := []rune(glyphText(p.encoding[code])); len(r) > 0 {
			base[code] = r[0]
		}
	}
	return base
}

func (l *loader) differences(d object.Dict, names *[256]string) {
	code := 0
	for _, o := range l.file.Array(d.Get("Differences")) {
		switch v := l.file.Resolve(o).(type) {
		case float64:
			code = int(v)
		case object.Name:
			if code >= 0 && code < 256 {
				names[code] = string(v)
			}
			code++
		}
	}
}

// looks returns what tells characters by how their glyphs look.
func (l *loader) looks(descriptor object.Dict, subtype object.Name, names [256]string) func(code int) string {
	if subtype == "Type3" {
		texts := sync.OnceValue(l.type3Texts)
		return func(code int) string { return texts()[names[code]] }
	}
	return func(code int) string {
		if p := l.program(descriptor); p != nil && p.codes[code] != 0 {
			return p.textOfShape(p.codes[code])
		}
		return ""
	}
}

// named returns the text of a glyph name.
func (l *loader) named(name string, descriptor object.Dict) string {
	if t := glyphText(name); t != "" || name == ".notdef" {
		return t
	}
	if p := l.program(descriptor); p != nil {
		return p.textOfName(name)
	}
	return ""
}

// builtIn returns what the font program has at a code, by what it says and then
// by how it looks, and at last the code itself.
func (l *loader) builtIn(code int, descriptor object.Dict, looks func(int) string) string {
	p := l.program(descriptor)
	if p == nil {
		return ""
	}
	if t := p.textOfCode(code); t != "" {
		return t
	}
	if p.speaks() {
		return ""
	}
	if t := looks(code); t != "" {
		return t
	}
	if code < ' ' || code > '~' {
		return ""
	}
	return string(rune(code))
}
