package pdf_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/ascii85"
	"encoding/hex"
	"fmt"
	"image"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/extract/pdf"
)

// perDocument is how many account IDs stand in a document of the grid.
const perDocument = 24

func accountIDs(random *rand.Rand) []string {
	out := make([]string, perDocument)
	for i := range out {
		out[i] = fmt.Sprintf("%012d", 100_000_000_000+random.Int64N(900_000_000_000))
	}
	return out
}

// plainText extracts what passes as it is: the attachments of the grid.
var plainText = &extract.Extractor{
	Name:   "text",
	Claims: func([]byte) bool { return true },
	Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
		data, err := doc.Bytes()
		if err != nil {
			return err
		}
		_, err = out.WriteString(strings.ReplaceAll(strings.ToValidUTF8(string(data), "?"), "\x00", ""))
		return err
	},
}

// readIDs counts the IDs that a document's text has as numbers of their own.
func readIDs(t testing.TB, content []byte, ids []string) int {
	r, _ := extracttest.Extract(t, content, pdf.New(), plainText) // of a damaged document, what is read counts
	numbers := map[string]bool{}
	for _, n := range regexp.MustCompile(`\d+`).FindAllString(r.All(), -1) {
		numbers[n] = true
	}
	found := 0
	for _, id := range ids {
		if numbers[id] {
			found++
		}
	}
	return found
}

// TestQuality measures how many planted IDs are read, by kind of document.
func TestQuality(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 2))
	found, all := 0, 0
	for _, kind := range slices.Sorted(maps.Keys(grid)) {
		ids := accountIDs(random)
		n := readIDs(t, grid[kind](ids), ids)
		t.Logf("pdf %-34s %d of %d", kind, n, len(ids))
		assert.GreaterOrEqual(t, n, len(ids)-2, kind)
		found, all = found+n, all+len(ids)
	}
	t.Logf("pdf recall %.4f", float64(found)/float64(all))
	assert.GreaterOrEqual(t, float64(found)/float64(all), 0.99)
}

// shown makes the content of a page: one text object, a piece for each ID.
func shown(ids []string, piece func(i int, id string) string) string {
	var b strings.Builder
	b.WriteString("BT /F1 10 Tf ")
	for i, id := range ids {
		b.WriteString(piece(i, id))
		b.WriteByte('\n')
	}
	b.WriteString("ET")
	return b.String()
}

func row(i int) string { return fmt.Sprintf("1 0 0 1 50 %d Tm ", 800-30*i) }

// digitWidth is how wide a digit of Helvetica is at 10 points.
const digitWidth = 5.56

// cell is where the fourth of a row begins whose cells touch.
func cell(i int) (x float64, y int) { return 50 + float64(i%4)*12*digitWidth, 800 - i/4*30 }

// digits shows an ID digit by digit, each at a place of its own.
func digits(id string, x float64, y int, wobble int) string {
	var b strings.Builder
	for k := range id {
		fmt.Fprintf(&b, "1 0 0 1 %.2f %d Tm (%c) Tj ", x+digitWidth*float64(k), y+k%3*wobble, id[k])
	}
	return b.String()
}

func simple(_ int, id string) string { return "(" + id + ") Tj" }

func lines(ids []string) string {
	return shown(ids, func(i int, id string) string { return row(i) + simple(i, id) })
}

func deflate(data string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte(data))
	w.Close()
	return b.String()
}

// annotations puts an annotation for each ID on the page.
func annotations(ids []string, annotation func(i int, id string) string) *file {
	f := onePage("")
	var refs []string
	for i, id := range ids {
		f.with(10+i, annotation(i, id))
		refs = append(refs, fmt.Sprintf("%d 0 R", 10+i))
	}
	return f.page("/Annots[" + strings.Join(refs, " ") + "]")
}

func utf16Hex(s string) string {
	out := "FEFF"
	for _, u := range utf16.Encode([]rune(s)) {
		out += fmt.Sprintf("%04X", u)
	}
	return out
}

// shifted writes the digits as the codes from first on.
func shifted(id string, first byte) string {
	var b strings.Builder
	for k := range id {
		fmt.Fprintf(&b, "\\%03o", id[k]-'0'+first)
	}
	return "(" + b.String() + ") Tj"
}

func shiftedWide(id string, first int) string {
	var b strings.Builder
	for k := range id {
		fmt.Fprintf(&b, "%04x", int(id[k]-'0')+first)
	}
	return "<" + b.String() + "> Tj"
}

func withFont(font string, piece func(id string) string) func(ids []string) []byte {
	return func(ids []string) []byte {
		content := shown(ids, func(i int, id string) string { return row(i) + piece(id) })
		return onePage(content).with(5, font).bytes()
	}
}

func simpleFont(subtype, names string) string {
	return "<</Type/Font/Subtype/" + subtype + "/BaseFont/ABCDEF+Odd/FontMatrix[.001 0 0 .001 0 0]/FirstChar 1/LastChar 10/Widths[" +
		strings.Repeat("556 ", 10) + "]/Encoding<</Differences[1 " + names + "]>>>>"
}

func numbered(format string, first int) string {
	var out string
	for k := range 10 {
		out += fmt.Sprintf(format, first+k)
	}
	return out
}

func cidFont(encoding, subtype, ordering, more string) string {
	return "<</Type/Font/Subtype/Type0/BaseFont/AAAAAA+Any/Encoding/" + encoding + more +
		"/DescendantFonts[<</Type/Font/Subtype/" + subtype + "/BaseFont/AAAAAA+Any/DW 556/CIDSystemInfo<</Registry(Adobe)/Ordering(" + ordering + ")/Supplement 0>>>>]>>"
}

// silent is a TrueType font that says nothing of what its glyphs are: a sound
// one without its character map and names. Its glyphs are shown by their numbers.
func silent(ids []string) []byte {
	ttf := bytes.Clone(goregular.TTF)
	for _, table := range []string{"cmap", "post"} {
		i := bytes.Index(ttf[:512], []byte(table))
		copy(ttf[i:], "gone")
	}
	font, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return nil
	}
	content := shown(ids, func(i int, id string) string {
		codes := ""
		for _, r := range id {
			gid, _ := font.GlyphIndex(nil, r) // no glyph is number 0, which is not found
			codes += fmt.Sprintf("%04x", gid)
		}
		return row(i) + "<" + codes + "> Tj"
	})
	return onePage(content).
		with(5, "<</Type/Font/Subtype/Type0/BaseFont/AAAAAA+Go/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/AAAAAA+Go/DW 556/CIDSystemInfo<</Ordering(Identity)>>/FontDescriptor 9 0 R>>]>>").
		with(9, "<</Type/FontDescriptor/FontFile2 10 0 R>>").
		with(10, streamOf(deflate(string(ttf)), "/Filter/FlateDecode")).bytes()
}

// bitmaps is a font whose glyphs are pictures under names that say nothing.
func bitmaps(ids []string) []byte {
	f := onePage(shown(ids, func(i int, id string) string { return row(i) + shifted(id, 1) }))
	font, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return nil
	}
	procs := ""
	for k := range 10 {
		const size = 60
		var b sfnt.Buffer
		gid, _ := font.GlyphIndex(&b, rune('0'+k)) // no glyph is number 0, which is not found
		segments, err := font.LoadGlyph(&b, gid, fixed.I(size), nil)
		if err != nil {
			return nil
		}
		r := vector.NewRasterizer(size, size)
		at := func(p fixed.Point26_6) (x, y float32) { return float32(p.X) / 64, float32(p.Y)/64 + size }
		for _, s := range segments {
			x, y := at(s.Args[0])
			x1, y1 := at(s.Args[1])
			switch s.Op {
			case sfnt.SegmentOpMoveTo:
				r.MoveTo(x, y)
			case sfnt.SegmentOpLineTo:
				r.LineTo(x, y)
			case sfnt.SegmentOpQuadTo:
				r.QuadTo(x, y, x1, y1)
			}
		}
		r.ClosePath()
		img := image.NewAlpha(image.Rect(0, 0, size, size))
		r.Draw(img, img.Rect, image.Opaque, image.Point{})
		bits := make([]byte, (size+7)/8*size)
		for i, ink := range img.Pix {
			if ink < 128 {
				bits[i/size*8+i%size/8] |= 0x80 >> (i % size % 8)
			}
		}
		f.with(20+k, streamOf(fmt.Sprintf("30 0 0 0 60 60 d1 60 0 0 60 0 0 cm BI /IM true /W %d /H %d /BPC 1 ID %s\nEI", size, size, bits), ""))
		procs += fmt.Sprintf("/x%d %d 0 R", k, 20+k)
	}
	return f.with(5, "<</Type/Font/Subtype/Type3/FontMatrix[.0167 0 0 .0167 0 0]/FirstChar 1/LastChar 10/Widths["+strings.Repeat("33 ", 10)+
		"]/CharProcs<<"+procs+">>/Encoding<</Differences[1"+numbered("/x%d", 0)+"]>>>>").bytes()
}

const redacted = "BT /F1 10 Tf 50 50 Td (redacted) Tj ET"

// grid makes a document of each kind.
var grid = map[string]func(ids []string) []byte{
	"plain": func(ids []string) []byte { return onePage(lines(ids)).bytes() },
	"no table": func(ids []string) []byte {
		f := onePage(lines(ids))
		f.table = false
		return f.bytes()
	},
	"junk around": func(ids []string) []byte {
		return slices.Concat([]byte("HTTP/1.1 200 OK\r\n\r\n"), onePage(lines(ids)).bytes(), bytes.Repeat([]byte{0xa5, 0}, 900))
	},
	"wrong length": func(ids []string) []byte {
		return regexp.MustCompile(`/Length \d+`).ReplaceAll(onePage(lines(ids)).bytes(), []byte("/Length 7"))
	},
	"length elsewhere": func(ids []string) []byte {
		content := lines(ids)
		return onePage("").with(4, "<</Length 9 0 R>>\nstream\n"+content+"\nendstream").with(9, fmt.Sprint(len(content))).bytes()
	},
	"no catalog": func(ids []string) []byte {
		f := onePage(lines(ids)).with(1, "<<>>")
		return f.bytes()
	},
	"no page": func(ids []string) []byte { return onePage(lines(ids)).with(3, "null").bytes() },

	"strings split": func(ids []string) []byte {
		return onePage(shown(ids, func(i int, id string) string {
			return row(i) + fmt.Sprintf("(%s) Tj (%s) Tj (%s) Tj", id[:4], id[4:8], id[8:])
		})).bytes()
	},
	"moves inside": func(ids []string) []byte {
		return onePage(shown(ids, func(i int, id string) string {
			return row(i) + fmt.Sprintf("(%s) Tj 22.24 0 Td (%s) Tj 22.24 0 Td (%s) Tj", id[:4], id[4:8], id[8:])
		})).bytes()
	},
	"kerned": func(ids []string) []byte {
		return onePage(shown(ids, func(i int, id string) string {
			piece := row(i) + "["
			for k := range id {
				piece += fmt.Sprintf("(%c) %d ", id[k], []int{-20, 30, -60, -110, -140, 0, 15}[(i+k)%7])
			}
			return piece + "] TJ"
		})).bytes()
	},
	"set wide by kerning": func(ids []string) []byte {
		return onePage(shown(ids, func(i int, id string) string {
			piece := row(i) + "["
			for k := range id {
				piece += fmt.Sprintf("(%c) -280 ", id[k])
			}
			return piece + "] TJ"
		})).bytes()
	},
	"set wide": func(ids []string) []byte {
		return onePage(shown(ids, func(i int, id string) string { return row(i) + fmt.Sprintf("%d Tc (%s) Tj", 1+i%5, id) })).bytes()
	},
	"digit by digit": func(ids []string) []byte {
		return onePage(shown(ids, func(i int, id string) string { return digits(id, 50, 800-30*i, 0) })).bytes()
	},
	"digits on a wave": func(ids []string) []byte {
		return onePage(shown(ids, func(i int, id string) string { return digits(id, 50, 800-30*i, 1) })).bytes()
	},
	"digits below each other": func(ids []string) []byte {
		return onePage(shown(ids, func(i int, id string) string {
			piece := ""
			for k := range id {
				piece += fmt.Sprintf("1 0 0 1 %d %d Tm (%c) Tj ", 20*i, 700-10*k, id[k])
			}
			return piece
		})).bytes()
	},
	"drawn twice": func(ids []string) []byte {
		return onePage(shown(ids, func(i int, id string) string {
			piece := ""
			for k := range id {
				for _, aside := range []float64{0, 0.3} {
					piece += fmt.Sprintf("1 0 0 1 %.2f %d Tm (%c) Tj ", 50+digitWidth*float64(k)+aside, 800-30*i, id[k])
				}
			}
			return piece
		})).bytes()
	},
	"rotated": func(ids []string) []byte {
		turns := []string{"1 0 0 1", "0 1 -1 0", "-1 0 0 -1", "0 -1 1 0", ".7 .7 -.7 .7", ".9 .3 -.3 .9"}
		return onePage(shown(ids, func(i int, id string) string {
			return fmt.Sprintf("%s %d %d Tm (%s) Tj", turns[i%6], 100+i%4*110, 150+i/4*110, id)
		})).bytes()
	},
	"upside down": func(ids []string) []byte {
		return onePage("1 0 0 -1 0 842 cm " + shown(ids, func(i int, id string) string {
			return fmt.Sprintf("1 0 0 -1 50 %d Tm (%s) Tj", 30+30*i, id)
		})).bytes()
	},
	"cells that touch": func(ids []string) []byte {
		return onePage(shown(ids, func(i int, id string) string {
			x, y := cell(i)
			return fmt.Sprintf("1 0 0 1 %.2f %d Tm (%s) Tj (%s) Tj", x, y, id[:6], id[6:])
		})).bytes()
	},
	"cells that touch, digits, rules": func(ids []string) []byte {
		rules := ""
		for k := range 5 {
			rules += fmt.Sprintf("%.2f 0 m %.2f 842 l S ", 50+float64(k)*12*digitWidth, 50+float64(k)*12*digitWidth)
		}
		return onePage(rules + shown(ids, func(i int, id string) string {
			x, y := cell(i)
			return digits(id, x, y, 0)
		})).bytes()
	},
	"cells that touch, one string": func(ids []string) []byte {
		return onePage(shown(ids, func(i int, id string) string {
			if i%4 != 0 {
				return "(" + id + ") Tj"
			}
			return row(i) + "(" + id + ") Tj"
		})).bytes()
	},
	"cells that touch, boxes": func(ids []string) []byte {
		boxes := ""
		for i := range ids {
			x, y := cell(i)
			boxes += fmt.Sprintf("%.2f %d %.2f 16 re S ", x, y-4, 12*digitWidth)
		}
		return onePage(boxes + shown(ids, func(i int, id string) string {
			if _, y := cell(i); i%4 == 0 {
				return fmt.Sprintf("1 0 0 1 50 %d Tm (%s) Tj", y, id)
			}
			return "(" + id + ") Tj"
		})).bytes()
	},
	"two columns": func(ids []string) []byte {
		return onePage(shown(ids, func(i int, id string) string {
			return fmt.Sprintf("1 0 0 1 %d %d Tm (Account %s of) Tj", 50+200*(i%2), 800-i/2*12-i%2*3, id)
		})).bytes()
	},
	"invisible": func(ids []string) []byte {
		return onePage(shown(ids, func(i int, id string) string { return row(i) + "3 Tr " + simple(i, id) })).bytes()
	},
	"white under a black box": func(ids []string) []byte {
		return onePage("1 g " + lines(ids) + " 0 g 0 0 595 842 re f").bytes()
	},
	"off the page": func(ids []string) []byte {
		return onePage(shown(ids, func(i int, id string) string { return fmt.Sprintf("1 0 0 1 %d %d Tm (%s) Tj", 700+i, 900+30*i, id) })).bytes()
	},
	"hidden layer": func(ids []string) []byte {
		f := onePage("/OC /o BDC "+lines(ids)+" EMC").with(10, "<</Type/OCG/Name(h)>>")
		return f.catalog("/OCProperties<</OCGs[10 0 R]/D<</OFF[10 0 R]>>>>").bytes()
	},
	"actual text": func(ids []string) []byte {
		return onePage(shown(ids, func(i int, id string) string {
			return row(i) + "/Span<</ActualText(" + id + ")>>BDC (xxxxxxxxxxxx) Tj EMC"
		})).bytes()
	},
	"behind an actual text": func(ids []string) []byte {
		return onePage(shown(ids, func(i int, id string) string {
			return row(i) + "/Span<</ActualText(nothing)>>BDC (" + id + ") Tj EMC"
		})).bytes()
	},
	"inline image before": func(ids []string) []byte {
		return onePage("BI /W 4 /H 4 /BPC 8 /CS /G ID \x00(EI)\x80 EI\x81<<\xff\n EI Q " + lines(ids)).bytes()
	},

	"hexadecimal strings": func(ids []string) []byte {
		return onePage(shown(ids, func(i int, id string) string { return row(i) + "<" + hex.EncodeToString([]byte(id)) + "> Tj" })).bytes()
	},
	"octal strings": func(ids []string) []byte {
		return onePage(shown(ids, func(i int, id string) string { return row(i) + shifted(id, '0') })).bytes()
	},
	"flate": func(ids []string) []byte {
		return onePage("").with(4, streamOf(deflate(lines(ids)), "/Filter/FlateDecode")).bytes()
	},
	"flate, cut off": func(ids []string) []byte {
		data := deflate(lines(ids))
		return onePage("").with(4, streamOf(data[:len(data)-12], "/Filter/FlateDecode")).bytes()
	},
	"base 85, flate": func(ids []string) []byte {
		data := deflate(lines(ids))
		out := make([]byte, ascii85.MaxEncodedLen(len(data)))
		out = out[:ascii85.Encode(out, []byte(data))]
		return onePage("").with(4, streamOf(string(out)+"~>", "/Filter[/ASCII85Decode/FlateDecode]")).bytes()
	},
	"hexadecimal, run length": func(ids []string) []byte {
		var b strings.Builder
		for part := range slices.Chunk([]byte(lines(ids)), 100) {
			b.WriteByte(byte(len(part) - 1))
			b.Write(part)
		}
		return onePage("").with(4, streamOf(hex.EncodeToString([]byte(b.String()+"\x80"))+">", "/Filter[/AHx/RL]")).bytes()
	},
	"flate, PNG predictor": func(ids []string) []byte {
		var rows, above []byte
		for part := range slices.Chunk([]byte(lines(ids)), 10) {
			rows = append(rows, 2)
			for k := range part {
				if above == nil {
					rows = append(rows, part[k])
				} else {
					rows = append(rows, part[k]-above[k])
				}
			}
			above = part
		}
		return onePage("").with(4, streamOf(deflate(string(rows)), "/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 10>>")).bytes()
	},
	"content in pieces": func(ids []string) []byte {
		f := onePage("")
		var refs []string
		for i, id := range ids {
			f.with(10+2*i, streamOf(fmt.Sprintf("BT /F1 10 Tf 50 %d Td", 800-30*i), ""))
			f.with(11+2*i, streamOf("("+id+") Tj ET", ""))
			refs = append(refs, fmt.Sprintf("%d 0 R %d 0 R", 10+2*i, 11+2*i))
		}
		return f.page("/Contents[" + strings.Join(refs, " ") + "]").bytes()
	},
	"objects in a stream": func(ids []string) []byte {
		inside := []string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", onePage("").objects[3], helvetica}
		var head, body string
		for i, o := range inside {
			head += fmt.Sprintf("%d %d ", []int{1, 2, 3, 5}[i], len(body))
			body += o + " "
		}
		f := onePage(lines(ids)).with(9, streamOf(deflate(head+body), fmt.Sprintf("/Type/ObjStm/N 4/First %d/Filter/FlateDecode", len(head))))
		for _, num := range []int{1, 2, 3, 5} {
			delete(f.objects, num)
		}
		return f.bytes()
	},

	"names":                     withFont(simpleFont("Type1", "/zero/one/two/three/four/five/six/seven/eight/nine"), func(id string) string { return shifted(id, 1) }),
	"names that are characters": withFont(simpleFont("TrueType", numbered("/uni%04X", '0')), func(id string) string { return shifted(id, 1) }),
	"names that are numbers":    withFont(simpleFont("Type3", numbered("/g%d", '0')), func(id string) string { return shifted(id, 1) }),
	"old-style names":           withFont(simpleFont("Type1", "/zerooldstyle/oneoldstyle/twooldstyle/threeoldstyle/fouroldstyle/fiveoldstyle/sixoldstyle/sevenoldstyle/eightoldstyle/nineoldstyle"), func(id string) string { return shifted(id, 1) }),
	"glyphs in the usual order": withFont(cidFont("Identity-H", "CIDFontType2", "Identity", ""), func(id string) string { return shiftedWide(id, 19) }),
	"Japanese collection":       withFont(cidFont("Identity-H", "CIDFontType0", "Japan1", ""), func(id string) string { return shiftedWide(id, 17) }),
	"Unicode encoding":          withFont(cidFont("UniJIS-UCS2-H", "CIDFontType0", "Japan1", ""), func(id string) string { return shiftedWide(id, '0') }),
	"Shift-JIS encoding":        withFont(cidFont("90ms-RKSJ-H", "CIDFontType0", "Japan1", ""), simpleID),
	"map to Unicode": func(ids []string) []byte {
		f := onePage(shown(ids, func(i int, id string) string { return row(i) + shiftedWide(id, 0x100) }))
		f.with(5, cidFont("Identity-H", "CIDFontType2", "Identity", "/ToUnicode 9 0 R"))
		return f.with(9, streamOf("1 begincodespacerange <0000><ffff> endcodespacerange 1 beginbfrange <0100><0104><0030> endbfrange 2 beginbfrange <0105><0106>[<0035><0036>] <0107><0109><0037> endbfrange", "")).bytes()
	},

	"glyphs without a meaning": silent,
	"pictures of glyphs":       bitmaps,

	"form": func(ids []string) []byte {
		f := onePage("")
		names, content := "", ""
		for i, id := range ids {
			f.with(10+i, streamOf("BT /F1 9 Tf 2 2 Td ("+id+") Tj ET", "/Type/XObject/Subtype/Form/BBox[0 0 100 10]/Resources<</Font<</F1 5 0 R>>>>"))
			names += fmt.Sprintf("/X%d %d 0 R", i, 10+i)
			content += fmt.Sprintf("q 1 0 0 1 0 %d cm /X%d Do Q ", 20*i, i)
		}
		return f.with(4, streamOf(content, "")).page("/Resources<</XObject<<" + names + ">>>>").bytes()
	},
	"field values": func(ids []string) []byte {
		return annotations(ids, func(i int, id string) string {
			return fmt.Sprintf("<</Type/Annot/Subtype/Widget/FT/Tx/T(f%d)/V(%s)/Rect[0 0 10 10]>>", i, id)
		}).bytes()
	},
	"field appearances": func(ids []string) []byte {
		f := annotations(ids, func(i int, _ string) string {
			return fmt.Sprintf("<</Type/Annot/Subtype/Widget/FT/Tx/T(f%d)/AP<</N %d 0 R>>/Rect[0 %d 100 %d]>>", i, 50+i, 20*i, 20*i+10)
		})
		for i, id := range ids {
			f.with(50+i, streamOf("/Tx BMC BT /F1 9 Tf 2 2 Td ("+id+") Tj ET EMC", "/Subtype/Form/BBox[0 0 100 10]/Resources<</Font<</F1 5 0 R>>>>"))
		}
		return f.bytes()
	},
	"annotations": func(ids []string) []byte {
		return annotations(ids, func(i int, id string) string {
			return fmt.Sprintf("<</Type/Annot/Subtype/%s/Contents<%s>/Rect[0 0 10 10]>>", []string{"Text", "FreeText", "Highlight"}[i%3], utf16Hex("see "+id))
		}).bytes()
	},
	"links": func(ids []string) []byte {
		return annotations(ids, func(_ int, id string) string {
			return "<</Type/Annot/Subtype/Link/A<</S/URI/URI(https://example.com/" + id + "/y)>>/Rect[0 0 1 1]>>"
		}).bytes()
	},
	"script": func(ids []string) []byte {
		return onePage("").catalog("/OpenAction<</S/JavaScript/JS(a=[" + strings.Join(ids, ", ") + "])>>").bytes()
	},
	"attachment": func(ids []string) []byte {
		return onePage("").with(10, "<</Type/Filespec/F(a.txt)/EF<</F 11 0 R>>>>").
			with(11, streamOf(deflate(strings.Join(ids, "\n")), "/Type/EmbeddedFile/Filter/FlateDecode")).bytes()
	},
	"metadata": func(ids []string) []byte {
		return onePage("").with(10, streamOf("<x:xmpmeta>"+strings.Join(ids, " ")+"</x:xmpmeta>", "/Type/Metadata/Subtype/XML")).
			catalog("/Metadata 10 0 R").bytes()
	},
	"document information": func(ids []string) []byte {
		f := onePage("").with(10, "<</Title("+strings.Join(ids[:12], " ")+")/Account<"+utf16Hex(strings.Join(ids[12:], " "))+">>>")
		f.trailer += "/Info 10 0 R"
		return f.bytes()
	},

	"superseded content": func(ids []string) []byte {
		return update(onePage(lines(ids)).bytes(), map[int]string{4: streamOf(redacted, "")})
	},
	"superseded page": func(ids []string) []byte {
		return update(onePage(lines(ids)).bytes(), map[int]string{2: "<</Type/Pages/Kids[30 0 R]/Count 1>>", 30: "<</Type/Page/Parent 2 0 R/Contents 31 0 R>>", 31: streamOf(redacted, "")})
	},
	"superseded fields": func(ids []string) []byte {
		empty := map[int]string{}
		for i := range ids {
			empty[10+i] = "<</Type/Annot/Subtype/Widget/FT/Tx/V()>>"
		}
		return update(annotations(ids, func(i int, id string) string {
			return fmt.Sprintf("<</Type/Annot/Subtype/Widget/FT/Tx/T(f%d)/V(%s)>>", i, id)
		}).bytes(), empty)
	},
}

func simpleID(id string) string { return "(" + id + ") Tj" }

// The other reading is written only where it says more.
func TestSecondReadingOnlyWhereItDiffers(t *testing.T) {
	ids := accountIDs(rand.New(rand.NewPCG(1, 1)))
	r, err := extracttest.Extract(t, grid["plain"](ids), pdf.New())
	require.NoError(t, err)
	for _, id := range ids {
		assert.Equal(t, 1, strings.Count(r.All(), id))
	}
}
