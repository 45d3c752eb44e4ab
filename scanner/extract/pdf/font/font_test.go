package font

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/shape"
)

func TestGlyphText(t *testing.T) {
	for name, want := range map[string]string{
		"A": "A", "seven": "7", "sevenoldstyle": "7", "uni0041": "A", "uni00410042": "AB", "u1F600": "😀",
		"f_f_i": "ffi", "one.tnum": "1", "uniD83DDE00": "😀", ".notdef": "", "g12": "", "": "", "uni00": "",
	} {
		assert.Equal(t, want, glyphText(name), name)
	}
}

func TestPDFDoc(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain", "\x80": "•", "\xfe\xff\x00A\xd8\x3d\xde\x00": "A😀", "\xff\xfeA\x00": "A", "\xef\xbb\xbfä": "ä",
		"\xfe\xff\x00\x1b\x00e\x00n\x00\x1b\x00A": "A",
	} {
		assert.Equal(t, want, PDFDoc([]byte(in)), "%q", in)
	}
}

func TestPlain(t *testing.T) {
	assert.Equal(t, "ffi x y9", Plain("ﬃ\u00a0x\u3000y\uf039\x00"))
}

func TestCMap(t *testing.T) {
	m := parseCMap([]byte(`1 begincodespacerange <00> <7f> <8000> <ffff> endcodespacerange
2 beginbfchar <01> <0041> <8001> <d83dde00> endbfchar
3 beginbfrange <02> <04> <0030> <05> <06> [<0058> <00590059>] <8010> <8020> <00660061> endbfrange
1 begincidrange <10> <20> 5 endcidrange 1 begincidchar <30> 99 endcidchar`))
	for code, want := range map[uint32]string{1: "A", 0x8001: "😀", 2: "0", 4: "2", 5: "X", 6: "YY", 7: "", 0x8012: "fc"} {
		assert.Equal(t, want, m.lookup(code), "%x", code)
	}
	cid, ok := m.cid(0x12)
	assert.True(t, ok)
	assert.Equal(t, uint32(7), cid)
	code, n := m.decode([]byte{0x80, 0x01})
	assert.Equal(t, 2, n)
	assert.Equal(t, uint32(0x8001), code)
	_, n = m.decode([]byte{0x01, 0x80})
	assert.Equal(t, 1, n)
}

func TestType1Encoding(t *testing.T) {
	p := parseProgram([]byte("%!PS-AdobeFont-1.0\n/Encoding 256 array 0 1 255 {1 index exch /.notdef put} for\ndup 33 /one put\ndup 34 /two put\nreadonly def\ncurrentfile eexec \x80\x81"))
	require.NotNil(t, p)
	assert.Equal(t, "1", p.textOfCode(33))
	assert.Equal(t, "2", p.textOfCode(34))
	assert.Empty(t, p.textOfCode(35))
}

// A square and a circle, by a subroutine, hints, a mask, and most of the ways to
// draw a line or a curve.
func TestCharStrings(t *testing.T) {
	n := func(v int) byte { return byte(v + 139) }
	square := reader{n(50), 7, n(-50), 6, 11} // vlineto, hlineto, return
	glyph := reader{
		n(1), n(2), 1, n(3), n(4), 19, 0xff, // hstem, hintmask with the implied vstem
		n(10), n(10), 21, // rmoveto
		n(50), 6, n(-107), 10, // hlineto, callsubr 0
		n(0), n(-50), 5, // rlineto
		n(100), 22, // hmoveto
		n(0), n(28), n(22), n(22), n(28), n(0), 8, // rrcurveto
		n(28), n(22), n(-22), n(28), 31, // hvcurveto
		n(-28), n(-22), n(-22), n(-28), 26, // vvcurveto
		14,
	}
	m := &charMachine{local: []reader{square}, left: maxCharSteps}
	m.run(glyph, 0)
	require.Len(t, m.contours, 2)
	assert.Equal(t, []shape.Point{{X: 10, Y: 10}, {X: 60, Y: 10}, {X: 60, Y: 60}, {X: 10, Y: 60}, {X: 10, Y: 10}}, m.contours[0])
	last := m.contours[1][len(m.contours[1])-1]
	assert.InDelta(t, 110+50+50-22, last.X, 1e-9)
	assert.InDelta(t, 10+50+6-78, last.Y, 1e-9)
	assert.True(t, m.done)

	loop := reader{n(-107), 10}
	m = &charMachine{local: []reader{loop}, left: maxCharSteps}
	m.run(loop, 0) // a subroutine that calls itself ends
	assert.True(t, m.done)
}

func TestCoreWidths(t *testing.T) {
	for name, want := range map[string]float64{"Helvetica": 556, "ABCDEF+Times-Bold": 500, "Courier-Oblique": 600, "Arial,Bold": 556} {
		w, ok := coreFont(name)("7")
		assert.True(t, ok)
		assert.InDelta(t, want, w, 0, name)
	}
}

func FuzzProgram(f *testing.F) {
	f.Add([]byte("\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00cmap\x00\x00\x00\x00\x00\x00\x00\x1c\x00\x00\x00\x20\x00\x00\x00\x01\x00\x03\x00\x01\x00\x00\x00\x0c\x00\x06"))
	f.Add([]byte("\x01\x00\x04\x01\x00\x01\x01\x01\x02A\x00\x01\x01\x01\x04\x8b\x0f\x8b"))
	f.Add([]byte("%!PS /Encoding StandardEncoding def"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := parseProgram(data)
		if p == nil {
			return
		}
		for code := range 256 {
			if s := p.textOfCode(code); !utf8.ValidString(s) {
				t.Fatalf("%q is no text", s)
			}
			p.textOfCID(uint32(code))
		}
	})
}

func FuzzCMap(f *testing.F) {
	f.Add([]byte("1 begincodespacerange <00><ff> endcodespacerange 1 beginbfrange <00><ff><0041> endbfrange 1 begincidrange <00><ff> 1 endcidrange"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m := parseCMap(data)
		for c := range uint32(300) {
			if s := m.lookup(c); !utf8.ValidString(s) {
				t.Fatalf("%q is no text", s)
			}
		}
		if len(m.spaces) > 0 {
			if _, n := m.decode([]byte{1, 2, 3, 4}); n < 1 || n > 4 {
				t.Fatalf("a code of %d bytes", n)
			}
		}
	})
}

func TestCodesAreTakenWhereGlyphsLookLikeThem(t *testing.T) {
	read := func(looks map[int]string) (text [256]string) {
		var looked [256]bool
		for code, t := range looks {
			text[code], looked[code] = t, true
		}
		preferCodes(&text, &looked)
		return text
	}
	ascii := read(map[int]string{'o': "0", 'l': "1", '0': "O", 'a': "a", 'C': "c", 'x': "x", 0x80: "0", ' ': "."})
	assert.Equal(t, "ol0aCx ", ascii['o']+ascii['l']+ascii['0']+ascii['a']+ascii['C']+ascii['x']+ascii[' '])
	assert.Equal(t, "0", ascii[0x80], "no code of ASCII")

	shifted := read(map[int]string{'"': "0", '#': "1", '$': "2", '%': "3", '&': "4"})
	assert.Equal(t, "01234", shifted['"']+shifted['#']+shifted['$']+shifted['%']+shifted['&'])
	few := read(map[int]string{'o': "0", 'l': "1"})
	assert.Equal(t, "0", few['o'])
}
