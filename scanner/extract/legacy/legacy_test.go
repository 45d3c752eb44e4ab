package legacy_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/extract/legacy"
	"github.com/deputy-sec/deputy/scanner/extract/legacy/cfb"
)

// want is an extracttest.Want.
type want struct{ Text, Inside, Place string }

func find(t *testing.T, r *extracttest.Recorder, list ...want) {
	t.Helper()
	for _, w := range list {
		extracttest.Find(t, r, extracttest.Want(w))
	}
}

// planted is a document and where in it which account ID is.
type planted struct {
	content []byte
	want    []want
}

// documents are one of each format with a value in every hiding place.
func documents() map[string]planted {
	return map[string]planted{
		"doc": wordSample(), "doc (Word 6)": word6Sample(), "xls": excelSample(), "xls (BIFF5)": excel5Sample(),
		"xls (default password)":        {encryptedWorkbook(), []want{{account(290), "", `sheet "Costs" cell A1`}}},
		"xls (BIFF5, default password)": {obfuscatedWorkbook(), []want{{account(291), "", `sheet "Costs" cell A1`}}},
		"ppt":                           powerpointSample(), "msg": outlookSample(), "vbaProject.bin": macroSample(), "oleObject.bin": objectSample(), "other": unknownSample(),
	}
}

func wordSample() planted {
	body := wordStory{
		{text: "Account "}, {text: account(1)[:7]}, {text: account(1)[7:] + " follows\r", wide: true},
		{text: "Name\aID\a\aProd\a" + account(2) + "\a\a"},
		{text: account(3)[:4] + "\x1e" + account(3)[4:8] + "\x1e" + account(3)[8:] + "\r"},
		{text: "soft " + account(4)[:5] + "\x1f" + account(4)[5:] + "\r"},
		{text: "see \x13 HYPERLINK \"https://" + account(5) + ".signin.aws.example\" \x14the console\x15 page\r"},
		{text: "größer " + account(6) + "\r", wide: true},
		{text: "now " + account(21) + account(20) + " it is\r"},
	}
	entries := wordDocument(0, slices.Concat([]byte("\x00\x00Gone: "+account(7)+"\x00"), picture([]byte("PNG "+account(8)))),
		body, narrow("Footnote "+account(9)+"\r"), narrow("Header "+account(10)+"\r"), nil,
		narrow("Comment "+account(11)+"\r"), narrow("Endnote "+account(12)+"\r"), narrow("Box "+account(13)+"\r"), narrow("Box "+account(14)+"\r"))
	markDeleted(entries, account(20))
	entries = append(entries,
		stream("\x05SummaryInformation", propertySet(summaryFormat, map[uint32]string{2: "Title " + account(15), 6: "Comments " + account(16)})),
		storage("ObjectPool", storage("_1", stream("\x01CompObj", nil), stream("Workbook", workbookStream(0x600, nil,
			sheetOf{name: "In", records: biff(0x204, at(0, 0, 0), longString(account(17)))})))),
		storage("Macros", storage("VBA", stream("_VBA_PROJECT", nil), stream("dir", macro("x")), stream("Module1", append([]byte("compiled"), macro("Attribute VB_Name = \"Module1\"\r\nid = \""+account(18)+"\"\r\n")...)))),
		stream("Data", slices.Concat(picture([]byte("PNG "+account(19))), metafile(utf16le("EMF "+account(22)), true), metafile(utf16le("EMF "+account(23)), false))))
	return planted{container(entries...), []want{
		{"Account " + account(1) + " follows\n", "", "paragraph 1"},
		{"Name\tID\t\n", "", "paragraph 2"},
		{"Prod\t" + account(2) + "\t\n", "", "paragraph 4"},
		{account(3)[:4] + "-" + account(3)[4:8] + "-" + account(3)[8:], "", "paragraph 6"},
		{"soft " + account(4), "", "paragraph 7"},
		{"see the console page\n", "", "paragraph 8"},
		{account(5), "", "paragraph 8, field"},
		{"größer " + account(6), "", "paragraph 9"},
		{account(7), "", "deleted text"},
		{"now " + account(21) + " it is\n", "", "paragraph 10"},
		{account(20) + "\n", "", "paragraph 10, deleted text"},
		{account(8), "WordDocument/image1", "image"},
		{account(9), "", "footnote"},
		{account(10), "", "header or footer"},
		{account(11), "", "comment"},
		{account(12), "", "endnote"},
		{account(13), "", "text box"},
		{account(14), "", "text box in a header"},
		{"title: Title " + account(15), "SummaryInformation", "document properties"},
		{"comments: Comments " + account(16), "SummaryInformation", "document properties"},
		{account(17), "ObjectPool/_1", `embedded object, sheet "In" cell A1`},
		{"id = \"" + account(18) + "\"\n", "Macros/VBA/Module1", "macro"},
		{account(19), "Data/image1", "image"},
		{"EMF " + account(22), "Data/image2", "image"},
		{"EMF " + account(23), "Data/image3", "image"},
	}}
}

func word6Sample() planted {
	return planted{word6Document(0x419, []byte("\xd1\xf7\xe5\xf2 "+account(30)+"\r")), []want{{"Счет " + account(30), "", "paragraph 1"}}}
}

// Results of formulas: a number, or that a string follows.
func resultNumber(v float64) []byte { return le(math.Float64bits(v)) }
func resultString() []byte          { return le(uint32(0), uint16(0), uint16(0xffff)) }

func excelSample() planted {
	format := func(id uint16, s string) []byte { return biff(0x41e, id, longString(s)) }
	style := func(format uint16) []byte { return biff(0xe0, uint16(0), format, repeated(16)) }
	split := "split " + account(101)
	sst := slices.Concat(
		biff(0xfc, uint32(4), uint32(4), longString("plain "+account(100)), uint16(len(split)), byte(0), split[:9]),
		biff(0x3c, byte(1), utf16le(split[9:]), // goes on in 16 bits
			uint16(len("rich")), byte(0x08|0x04), uint16(1), uint32(4), "rich", uint32(0), "phon", wideString("nobody shows "+account(102))))
	blips := ppt(0xf000, 0, true, ppt(0xf001, 1, true, ppt(0xf007, 6, false, repeated(36), picture([]byte("PNG "+account(103))))))
	globals := slices.Concat(
		format(164, "000000000000"), format(165, `0000-0000-0000`), format(166, `"acct "0`), format(167, "yyyy-mm-dd"),
		style(0), style(164), style(165), style(166), style(167),
		biff(0x18, uint16(0), byte(0), byte(4), uint16(2+13), repeated(8), byte(0), "Prod", byte(0x17), byte(12), byte(0), account(104)),
		biff(0xeb, blips), sst)
	costs := slices.Concat(
		biff(0x14, longString("&LHeader "+account(105))), biff(0x15, longString("Footer "+account(106))),
		biff(0xfd, at(0, 0, 0), uint32(0)), biff(0xfd, at(0, 1, 0), uint32(1)), biff(0xfd, at(0, 2, 0), uint32(2)),
		biff(0x204, at(1, 0, 0), longString("label")), number(1, 1, 0, 123456789012), number(1, 2, 1, 12345678901), number(1, 3, 2, 1234567890),
		biff(0x27e, at(2, 0, 3), uint32(7<<2|2)), biff(0xbd, uint16(2), uint16(1), uint16(0), uint32(12345)<<2|2, uint16(0), uint32(678901)<<2|3, uint16(2)),
		formula(3, 0, resultString(), le(byte(0x17), byte(4), byte(0), "1234", byte(0x17), byte(8), byte(0), "56789012", byte(0x08))),
		biff(0x207, longString("123456789012")),
		formula(3, 1, resultNumber(5), le(byte(0x1f), math.Float64bits(123456789012), byte(0x44), uint16(0), uint16(0), byte(0x05))),
		drawnText(7, "comment "+account(107)), drawnText(8, "text box "+account(108)),
		biff(0x1c, uint16(11), uint16(2), uint16(0), uint16(7), longString("Ann")),
		biff(0x1b8, uint16(4), uint16(4), uint16(1), uint16(1), repeated(20), utf16le("https://x.example/"+account(109))),
		biff(0xec, ppt(0xf00b, 1, false, uint16(0x4104), uint32(1))),
		biff(0x1be, repeated(8), longString("list "+account(110))))
	book := workbookStream(0x600, globals, sheetOf{name: "Costs", records: costs},
		sheetOf{"Hidden", 1, biff(0x204, at(27, 27, 0), longString(account(111)))},
		sheetOf{"Very", 2, biff(0x204, at(0, 0, 0), longString(account(112)))})
	pivot := slices.Concat(biff(0xcd, longString("pivot "+account(114))), biff(0xc9, math.Float64bits(123456789012)))
	return planted{container(stream("Workbook", book), storage("_SX_DB_CUR", stream("0001", pivot)), storage("MBD0001", stream("\x01Ole10Native", packaged("keys.txt", []byte(account(113)))))), []want{
		{"plain " + account(100), "", `sheet "Costs" cell A1`},
		{split, "", `sheet "Costs" cell B1`},
		{"rich", "", `sheet "Costs" cell C1`},
		{"nobody shows " + account(102), "", "shared strings"},
		{account(103), "image1", `image on sheet "Costs"`},
		{"Prod\t" + account(104), "", "defined name"},
		{"Header " + account(105), "", `sheet "Costs", header`},
		{"Footer " + account(106), "", `sheet "Costs", footer`},
		{"label\t", "", `sheet "Costs" cell A2`},
		{"123456789012", "", `sheet "Costs" cell B2`},
		{"012345678901 (12345678901)", "", `sheet "Costs" cell C2`},
		{"0012-3456-7890 (1234567890)", "", `sheet "Costs" cell D2`},
		{"acct 7\t", "", `sheet "Costs" cell A3`},
		{"12345\t", "", `sheet "Costs" cell B3`},
		{"6789.01", "", `sheet "Costs" cell C3`},
		{"123456789012", "", `sheet "Costs" cell A4`},
		{"1234 56789012", "", `sheet "Costs" cell A4, formula`},
		{"123456789012", "", `sheet "Costs" cell B4, formula`},
		{"Ann: comment " + account(107), "", `sheet "Costs" cell C12, comment`},
		{"text box " + account(108), "", `sheet "Costs", text box`},
		{account(109), "", `sheet "Costs" cell B5, link`},
		{"list " + account(110), "", `sheet "Costs"`},
		{account(111), "", `sheet "Hidden" (hidden) cell AB28`},
		{account(112), "", `sheet "Very" (very hidden) cell A1`},
		{"pivot " + account(114) + "\n123456789012\n", "_SX_DB_CUR/0001", "pivot table"},
		{account(113), "MBD0001 > Ole10Native/keys.txt", "embedded object"},
	}}
}

func excel5Sample() planted {
	note := "note " + account(203)
	records := slices.Concat(
		biff(0x204, at(0, 0, 0), uint16(5+12), "caf\xe9 "+account(200)),
		biff(0xd6, at(0, 1, 0), uint16(12), account(201), byte(0)),
		formula(1, 0, resultString(), le(byte(0x17), byte(12), account(202), byte(0x44), uint16(0), byte(0), byte(0x17), byte(3), "end")),
		biff(0x207, uint16(6), "result"),
		biff(0x1c, uint16(2), uint16(3), uint16(len(note)), note[:10]), biff(0x1c, uint16(0xffff), uint16(0), uint16(len(note)-10), note[10:]),
		biff(0x14, byte(12), account(204)))
	book := workbookStream(0x500, biff(0x42, uint16(1252)), sheetOf{name: "Old", state: 1, records: records})
	return planted{container(stream("Book", book)), []want{
		{"café " + account(200), "", `sheet "Old" (hidden) cell A1`},
		{account(201), "", `sheet "Old" (hidden) cell B1`},
		{"result", "", `sheet "Old" (hidden) cell A2`},
		{account(202) + " end", "", `sheet "Old" (hidden) cell A2, formula`},
		{note, "", `sheet "Old" (hidden) cell D3, comment`},
		{account(204), "", `sheet "Old" (hidden), header`},
	}}
}

func powerpointSample() planted {
	var objectFile = container(stream("Workbook", workbookStream(0x600, nil, sheetOf{name: "In", records: biff(0x204, at(0, 0, 0), longString(account(310)))})))
	textbox := func(s string) []byte {
		return ppt(0x040c, 0, true, ppt(0xf004, 0, true, ppt(0xf00d, 0, true, ppt(0x0f9f, 0, false, uint32(0)), pptText(s))))
	}
	reference := ppt(0x040c, 0, true, ppt(0xf00d, 0, true, ppt(0x0f9e, 0, false, uint32(1))))
	pictureShape := ppt(0xf004, 0, true, ppt(0xf00b, 1, false, uint16(0x4104), uint32(1)))
	objectShape := ppt(0xf004, 0, true, ppt(0xf011, 0, true, ppt(0x0bc1, 0, false, uint32(5))))
	alt := "alt " + account(311)
	described := ppt(0xf004, 0, true, ppt(0xf00b, 1, false, uint16(0xc381), uint32(2*len(alt)), utf16le(alt)))
	comment := ppt(0x1388, 0, true, ppt(0x138a, 0, true, ppt(0x138b, 0, false,
		ppt(0x2ee0, 0, true, ppt(0x0fba, 0, false, utf16le("Ann")), ppt(0x0fba, 1, false, utf16le("comment "+account(305)))))))
	document := slices.Concat(
		ppt(0x040b, 0, true, ppt(0xf000, 0, true, ppt(0xf001, 1, true, ppt(0xf007, 6, false, repeated(28), uint32(0), repeated(4))))),
		ppt(0x0409, 0, true, ppt(0x0fd7, 0, true, ppt(0x0fba, 1, false, utf16le("https://x.example/"+account(306)))),
			ppt(0x0fcc, 0, true, ppt(0x0fc3, 0, false, uint32(0), uint32(0), uint32(5), uint32(0), uint32(90), uint32(0)))))
	before := slices.Concat(
		ppt(0x03ee, 0, true, textbox("as it was "+account(307))),
		ppt(0x1011, 1, false, uint32(len(objectFile)), deflated(objectFile)))
	entries := presentationStreams(before, document,
		slideOf{outline: []string{"Title " + account(300), "Body " + account(301)}, records: slices.Concat(reference, textbox("Box "+account(302)), pictureShape, comment, described), notes: textbox("Notes " + account(303))},
		slideOf{hidden: true, records: append(textbox("Hidden "+account(304)), objectShape...)})
	// The object is numbered 90 in the directory that the presentation names.
	body := entries[1].Data
	table := bytes.LastIndex(body, le(uint16(0x1772)))
	addition := le(uint32(1<<20|90), uint32(len(ppt(0x03ee, 0, true, textbox("as it was "+account(307))))))
	size := binary.LittleEndian.Uint32(body[table+2:])
	binary.LittleEndian.PutUint32(body[table+2:], size+uint32(len(addition)))
	end := table + 6 + int(size)
	entries[1].Data = slices.Concat(body[:end], addition, body[end:])
	binary.LittleEndian.PutUint32(entries[0].Data[16:], binary.LittleEndian.Uint32(entries[0].Data[16:])+uint32(len(addition)))
	entries = append(entries, stream("Pictures", picture([]byte("PNG "+account(308)))))
	return planted{container(entries...), []want{
		{"Title " + account(300), "", "slide 1"},
		{"Body " + account(301) + "\n", "", "slide 1"},
		{"Box " + account(302), "", "slide 1"},
		{"Notes " + account(303), "", "slide 1, notes"},
		{"Hidden " + account(304), "", "slide 2 (hidden)"},
		{"comment " + account(305), "", "slide 1, comment"},
		{account(306), "", "presentation"},
		{"as it was " + account(307), "", "earlier version"},
		{account(308), "Pictures/image1", "image on slide 1"},
		{account(310), "", `object on slide 2 (hidden), sheet "In" cell A1`},
		{alt, "", "slide 1"},
	}}
}

func outlookSample() planted {
	inner := []*cfb.Entry{stream("__properties_version1.0", repeated(24)), mailText(0x37, "Inner"), mailText(0x1000, "inner body "+account(400))}
	content := container(
		stream("__properties_version1.0", repeated(32)),
		storage("__nameid_version1.0", stream("__substg1.0_00040102", utf16le("x-account"))),
		mailText(0x37, "Subject "+account(401)), mailText(0x1000, "Hello\r\nbody "+account(402)+"\r\n"), mailText(0x7d, "X-Id: "+account(403)),
		mailBinary(0x1013, []byte("<p>"+account(404)+"</p>")), mailBinary(0x1009, compressedRTF(`{\rtf1 text `+account(405)+`}`)),
		stream("__substg1.0_0E04001E", []byte("to-"+account(406)+"@x.example")),
		storage("__recip_version1.0_#00000000", stream("__properties_version1.0", repeated(8)), mailText(0x3003, account(407)+"@x.example")),
		storage("__attach_version1.0_#00000000", stream("__properties_version1.0", repeated(8)), mailText(0x3707, "keys.csv"), mailBinary(0x3701, []byte("id\n"+account(408)+"\n"))),
		storage("__attach_version1.0_#00000001", stream("__properties_version1.0", repeated(8)), mailText(0x3001, "fwd"), storage("__substg1.0_3701000D", inner...)))
	return planted{content, []want{
		{"Subject: Subject " + account(401), "", ""},
		{"Hello\nbody " + account(402), "", "body"},
		{"X-Id: " + account(403), "", "headers"},
		{account(404), "", "HTML body"},
		{`{\rtf1 text ` + account(405) + `}`, "", "RTF body"},
		{"To: to-" + account(406), "", ""},
		{account(407) + "@x.example", "", "recipient"},
		{account(408), "keys.csv", "attachment 1"},
		{account(400), "attachment 2", "attachment 2, body"},
	}}
}

func macroSample() planted {
	source := "Attribute VB_Name = \"Keys\"\r\n" + strings.Repeat("' a long comment line\r\n", 400) + "Const Account = \"" + account(500) + "\"\r\n"
	return planted{container(storage("VBA", stream("_VBA_PROJECT", nil), stream("dir", macro("\x03\x00\x02\x00\x00\x00\xe4\x04")), stream("Keys", append([]byte("p-code"), macro(source)...))),
		storage("UserForm1", stream("o", []byte("\x00\x01Caption "+account(501)+"\x00")))),
		[]want{{"Const Account = \"" + account(500) + "\"\n", "VBA/Keys", "macro"}, {account(501), "UserForm1/o", ""}}}
}

func objectSample() planted {
	return planted{container(stream("\x01Ole10Native", packaged("id.txt", []byte("ID "+account(510))))), []want{
		{"ID " + account(510), "Ole10Native/id.txt", ""}, {`C:\share\id.txt`, "Ole10Native", ""},
	}}
}

func unknownSample() planted {
	return planted{container(stream("VisioDocument", slices.Concat([]byte("\x00\x01\x02"), utf16le("shape "+account(520)), []byte("\x00\xff master "+account(521)+"\x00")))), []want{
		{"shape " + account(520), "VisioDocument", ""}, {account(521), "VisioDocument", ""},
	}}
}

func TestEveryHidingPlaceIsFoundAtItsPlace(t *testing.T) {
	for name, d := range documents() {
		t.Run(name, func(t *testing.T) {
			wants := make([]extracttest.Want, len(d.want))
			for i, w := range d.want {
				wants[i] = extracttest.Want(w)
			}
			extracttest.Accept(t, legacy.New(), d.content, wants...)
		})
	}
}

// TestQuality prints the share of planted values that are found at their place,
// for each format.
func TestQuality(t *testing.T) {
	all := documents()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		d := all[name]
		r, err := extracttest.Extract(t, d.content, legacy.New())
		require.NoError(t, err)
		found := 0
		for _, w := range d.want {
			if slices.ContainsFunc(r.Pieces, func(p extracttest.Piece) bool {
				return p.Inside == w.Inside && p.Place == w.Place && strings.Contains(p.Text, w.Text)
			}) {
				found++
			}
		}
		t.Logf("%-24s %d of %d", name, found, len(d.want))
		assert.Equal(t, len(d.want), found, name)
	}
}

// TestDocumentsOfLibreOffice reads what testdata/make.sh made.
func TestDocumentsOfLibreOffice(t *testing.T) {
	const id = "123456789012"
	for name, list := range map[string][]want{
		"writer.doc": {
			{"Account " + id + " x\n", "", "paragraph 1"}, {"deleted " + id, "", "paragraph 1, deleted text"}, {"prod\t" + id + "\t\n", "", "paragraph 5"},
			{"1234-5678-9012", "", "paragraph 4"}, {"Größe Ж " + id, "", "paragraph 7"}, {"https://" + id + ".example/", "", "paragraph 3, field"},
			{"foot " + id, "", "footnote"}, {"end " + id, "", "endnote"}, {"comment " + id, "", "comment"}, {"box " + id, "", "text box"},
			{"Header " + id, "", "header or footer"}, {"Footer " + id, "", "header or footer"},
			{"title: T " + id, "SummaryInformation", "document properties"}, {"acct: " + id, "DocumentSummaryInformation", "document properties"},
		},
		"calc.xls": {
			{"acct " + id, "", `sheet "Costs" cell A1`}, {id, "", `sheet "Costs" cell B1`}, {"012345678901 (12345678901)", "", `sheet "Costs" cell C1`},
			{"note " + id, "", `sheet "Costs" cell D1, comment`}, {"https://" + id, "", `sheet "Costs" cell E1, link`},
			{"hid " + id, "", `sheet "Hid" (hidden) cell A1`}, {"acct: " + id, "DocumentSummaryInformation", "document properties"},
		},
	} {
		content, err := os.ReadFile("testdata/" + name)
		require.NoError(t, err)
		r, err := extracttest.Extract(t, content, legacy.New())
		require.NoError(t, err)
		find(t, r, list...)
		assert.Empty(t, r.Rows)
	}
}

func TestTheOrderOfTextIsThatOfReading(t *testing.T) {
	r, err := extracttest.Extract(t, excelSample().content, legacy.New())
	require.NoError(t, err)
	all := ""
	for _, p := range r.Pieces {
		all += p.Text
	}
	assert.Contains(t, all, columns("label", "123456789012", "012345678901 (12345678901)", "0012-3456-7890 (1234567890)")+"\n", "a row is a line")
}

func TestWhatIsEncryptedIsSaid(t *testing.T) {
	user := le(uint16(0), uint16(0x0ff6), uint32(20), uint32(20), uint32(0xf3d1c4df), uint32(0))
	for name, content := range map[string][]byte{
		"doc":   container(wordDocument(0x0100, nil, narrow("x"))...),
		"xls":   container(stream("Workbook", workbookStream(0x600, biff(0x2f, uint16(0), uint32(0))))),
		"ppt":   container(stream("Current User", user), stream("PowerPoint Document", ppt(0x03e8, 0, true))),
		"OOXML": container(stream("EncryptionInfo", repeated(100)), stream("EncryptedPackage", repeated(100))),
		"DRM":   container(stream("\tDRMContent", repeated(100))),
	} {
		_, err := extracttest.Extract(t, content, legacy.New())
		assert.ErrorIs(t, err, extract.ErrEncrypted, name)
	}
}

func TestDamageIsSaidAndTheRestIsRead(t *testing.T) {
	t.Run("no directory", func(t *testing.T) {
		content := append([]byte(cfb.Magic), slices.Concat(bytes.Repeat([]byte{0xff}, 1000), []byte("left "+account(600)), repeated(100))...)
		r, err := extracttest.Extract(t, content, legacy.New())
		require.ErrorIs(t, err, extract.ErrDamaged)
		find(t, r, want{Text: account(600)})
	})
	t.Run("no table of pieces", func(t *testing.T) {
		entries := wordDocument(0, nil, narrow("left "+account(601)))
		r, err := extracttest.Extract(t, container(entries[0]), legacy.New())
		require.ErrorIs(t, err, extract.ErrDamaged)
		find(t, r, want{Text: account(601), Inside: "WordDocument"})
	})
	t.Run("no directory of slides", func(t *testing.T) {
		body := ppt(0x03ee, 0, true, pptText("left "+account(602)))
		r, err := extracttest.Extract(t, container(stream("PowerPoint Document", body)), legacy.New())
		require.ErrorIs(t, err, extract.ErrDamaged)
		find(t, r, want{Text: account(602), Place: "presentation"})
	})
	t.Run("a slide is missing", func(t *testing.T) {
		entries := presentationStreams(nil, nil, slideOf{outline: []string{"left " + account(603)}})
		body := entries[1].Data
		copy(body[bytes.Index(body, le(uint16(0x03ee))):], le(uint16(0x0bad)))
		r, err := extracttest.Extract(t, container(entries...), legacy.New())
		require.NoError(t, err)
		find(t, r, want{Text: account(603), Place: "slide 1"})
		assert.Len(t, r.Rows, 1)
	})
	t.Run("a stream is cut off", func(t *testing.T) {
		content := container(stream("Contents", []byte(strings.Repeat("some text ", 1000))))
		table := (int(binary.LittleEndian.Uint32(content[0x4c:])) + 1) * 512
		binary.LittleEndian.PutUint32(content[table+4*4:], 0xfffffffe)
		r, err := extracttest.Extract(t, content, legacy.New())
		require.NoError(t, err)
		assert.Equal(t, []string{"Contents |  | damaged: the stream is cut off"}, r.Rows)
	})
}

// TestPiecesThatLieInEachOtherAreBounded: a table of pieces that all show the
// same text is a bomb.
func TestPiecesThatLieInEachOtherAreBounded(t *testing.T) {
	entries := wordDocument(0, nil, narrow(strings.Repeat("x", 10_000)))
	doc, clx := entries[0].Data, entries[1].Data
	var positions, descriptors []byte
	const n = 50_000
	for i := range n + 1 {
		positions = append(positions, le(uint32(i*10_000))...)
	}
	for range n {
		descriptors = append(descriptors, le(uint16(0), uint32(0x600*2|1<<30), uint16(0))...)
	}
	plc := append(positions, descriptors...)
	table := append(clx[:len("style names"):len("style names")], le(byte(2), uint32(len(plc)), plc)...)
	binary.LittleEndian.PutUint32(doc[0x1a6:], uint32(5+len(plc)))
	binary.LittleEndian.PutUint32(doc[0x4c:], 1<<30)
	r, err := extracttest.Extract(t, container(stream("WordDocument", doc), stream("1Table", table)), legacy.New())
	require.NoError(t, err)
	assert.Less(t, len(r.All()), 8*(len(doc)+len(table)))
	assert.Contains(t, strings.Join(r.Rows, "\n"), "lie in each other")
}

func TestOnlyCompoundFilesAreClaimed(t *testing.T) {
	e := legacy.New()
	for _, head := range []string{"", "\xd0\xcf", "PK\x03\x04", "{\\rtf1"} {
		assert.False(t, e.Claims([]byte(head)))
	}
}

func TestWorksheetsWithoutAContainer(t *testing.T) {
	for name, content := range map[string][]byte{
		"BIFF2": slices.Concat(biff(0x09, uint16(2), uint16(0x10)), biff(0x04, uint16(0), uint16(0), repeated(3), byte(12), account(720)), eof()),
		"BIFF3": slices.Concat(biff(0x209, uint16(0), uint16(0x10), uint16(0)), biff(0x204, at(0, 0, 0), uint16(12), account(720)), eof()),
		"BIFF4": slices.Concat(biff(0x409, uint16(0), uint16(0x10), uint16(0)), biff(0x204, at(0, 0, 0), uint16(12), account(720)), eof()),
	} {
		t.Run(name, func(t *testing.T) {
			extracttest.Accept(t, legacy.NewWorksheet(), content, extracttest.Want{Text: account(720), Place: "sheet 1 cell A1"})
		})
	}
	for _, head := range []string{"", "\t\x00\x04\x00", "\t\x08\x10\x00\x00\x06\x05\x00", "\t\tindented text"} {
		assert.False(t, legacy.NewWorksheet().Claims([]byte(head)))
	}
}

func TestItStopsWhenItIsTold(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := &extracttest.Recorder{}
	err := extract.InProcess([]*extract.Extractor{legacy.New()}, extract.Defaults()).Extract(ctx, extract.FromBytes("", excelSample().content), r)
	assert.ErrorIs(t, err, context.Canceled)
}

// TestHostileDocuments: damaged ones end, and nothing in them panics.
func TestHostileDocuments(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, d := range documents() {
		for i := range 100 {
			content := bytes.Clone(d.content)
			for range 1 + i%20 {
				content[random.IntN(len(content))] = byte(random.IntN(256))
			}
			extracttest.Fuzz(t, legacy.New(), content[:len(content)-i%4*len(content)/8])
		}
	}
}

func TestASheetWhoseOffsetIsWrongHasItsName(t *testing.T) {
	book := workbookStream(0x600, nil, sheetOf{name: "Costs", records: biff(0x204, at(0, 0, 0), longString(account(700)))})
	i := bytes.Index(book, shortString("Costs"))
	copy(book[i-6:], le(uint32(1)))
	r, err := extracttest.Extract(t, container(stream("Workbook", book)), legacy.New())
	require.NoError(t, err)
	find(t, r, want{account(700), "", `sheet "Costs" cell A1`})
}

func FuzzExtract(f *testing.F) {
	for _, d := range documents() {
		f.Add(d.content)
	}
	f.Fuzz(func(t *testing.T, content []byte) { extracttest.Fuzz(t, legacy.New(), content) })
}

func BenchmarkExtract(b *testing.B) {
	for name, d := range map[string][]byte{"doc": largeWord(), "xls": largeExcel(), "ppt": largePowerpoint()} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(d)))
			for b.Loop() {
				if _, err := extracttest.Extract(b, d, legacy.New()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func largeWord() []byte {
	return container(wordDocument(0, nil, narrow(strings.Repeat("A paragraph of a common length, with an account "+account(1)+" in it.\r", 10_000)))...)
}

func largeExcel() []byte {
	var records []byte
	for row := range 10_000 {
		records = append(records, biff(0x204, at(row, 0, 0), longString("account"))...)
		records = append(records, number(row, 1, 0, float64(123456789012+row))...)
	}
	return container(stream("Workbook", workbookStream(0x600, nil, sheetOf{name: "Costs", records: records})))
}

func largePowerpoint() []byte {
	slides := make([]slideOf, 1000)
	for i := range slides {
		slides[i].records = pptText(strings.Repeat("A line with an account "+account(i)+"\r", 20))
	}
	return container(presentationStreams(nil, nil, slides...)...)
}
