package office

import (
	"encoding/binary"
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/deputy-sec/deputy/internal/ziparchive"
	"github.com/deputy-sec/deputy/scanner/extract"
)

// Records of the binary workbook (xlsb) that hold what people see, by their
// numbers in MS-XLSB, section 2.3.
const (
	recordRow          = 0   // BrtRowHdr
	recordCellRK       = 2   // BrtCellRk
	recordCellBool     = 4   // BrtCellBool
	recordCellReal     = 5   // BrtCellReal
	recordCellString   = 6   // BrtCellSt
	recordCellShared   = 7   // BrtCellIsst
	recordFormulaText  = 8   // BrtFmlaString
	recordFormulaReal  = 9   // BrtFmlaNum
	recordFormulaBool  = 10  // BrtFmlaBool
	recordSharedString = 19  // BrtSSTItem
	recordFormat       = 44  // BrtFmt
	recordCellFormat   = 47  // BrtXF
	recordCellRich     = 62  // BrtCellRString
	recordSheet        = 156 // BrtBundleSh
	recordFormatsBegin = 617 // BrtBeginCellXFs
	recordFormatsEnd   = 618 // BrtEndCellXFs
	recordComment      = 635 // BrtBeginComment
	recordCommentText  = 637 // BrtCommentText
)

// records calls f with every record of a binary part, as far as they are sound,
// and reports whether they all are.
func records(data []byte, f func(id int, body []byte)) (sound bool) {
	for len(data) > 0 {
		id, n := varint(data, 2)
		size, m := varint(data[n:], 4)
		if n == 0 || m == 0 || size > len(data)-n-m {
			return false
		}
		f(id, data[n+m:n+m+size])
		data = data[n+m+size:]
	}
	return true
}

// varint reads a number of at most so many bytes, seven bits each, and returns
// how many it takes, 0 if it is cut off.
func varint(data []byte, most int) (value, n int) {
	for n < most && n < len(data) {
		c := data[n]
		value |= int(c&0x7f) << (7 * n)
		if n++; c&0x80 == 0 || n == most {
			return value, n
		}
	}
	return 0, 0
}

// wideString reads a string with its length in front: 32 bits, in code units.
func wideString(body []byte) (text string, rest []byte) {
	if len(body) < 4 {
		return "", nil
	}
	n := binary.LittleEndian.Uint32(body)
	body = body[4:]
	if n == math.MaxUint32 {
		return "", body
	}
	n = min(n, uint32(len(body)/2))
	return strings.ReplaceAll(wide(body[:2*n]), "\x00", ""), body[2*n:]
}

// wide decodes UTF-16, least significant byte first.
func wide(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// wideRuns returns the printable texts in a record whose structure is not known
// here: headers, names, validations, connections.
func wideRuns(body []byte) []string {
	const least = 8
	var out []string
	for start := 0; start < 2; start++ {
		from := start
		for i := start; i+1 < len(body); i += 2 {
			if c := binary.LittleEndian.Uint16(body[i:]); c >= ' ' && c < 0x3000 && unicode.IsPrint(rune(c)) {
				continue
			}
			if i-from >= 2*least {
				out = append(out, wide(body[from:i]))
			}
			from = i + 2
		}
		if end := from + (len(body)-from)&^1; end-from >= 2*least {
			out = append(out, wide(body[from:end]))
		}
	}
	return out
}

// binaryWorkbook reads the list of sheets, the strings and the styles of a binary
// workbook.
func (p *pack) binaryWorkbook(data []byte, relations []relation, book *workbook) {
	records(data, func(id int, body []byte) {
		if id != recordSheet || len(body) < 8 {
			return
		}
		state := map[uint32]string{1: "hidden", 2: "veryHidden"}[binary.LittleEndian.Uint32(body)]
		relation, rest := wideString(body[8:])
		name, _ := wideString(rest)
		if key := target(relations, relation); p.has(key) && p.places[key] == "" {
			p.places[key] = sheetPlace(name, state)
			p.inherit(key)
		}
	})
	for _, r := range relations {
		switch {
		case r.outside:
		case r.kind == "sharedStrings":
			records(p.part(r.target), func(id int, body []byte) {
				if id == recordSharedString && len(body) > 1 && len(book.strings) < maxStrings {
					text, _ := wideString(body[1:])
					book.strings = append(book.strings, text)
				}
			})
		case r.kind == "styles":
			book.formats = binaryFormats(p.part(r.target))
		}
	}
	book.used = make([]bool, len(book.strings))
}

// binaryFormats reads the number format's code of every cell style.
func binaryFormats(data []byte) []string {
	codes := map[uint16]string{}
	var out []string
	in := false
	records(data, func(id int, body []byte) {
		switch {
		case id == recordFormatsBegin || id == recordFormatsEnd:
			in = id == recordFormatsBegin
		case id == recordFormat && len(body) > 2:
			codes[binary.LittleEndian.Uint16(body)], _ = wideString(body[2:])
		case id == recordCellFormat && in && len(body) >= 4 && len(out) < maxFormats:
			out = append(out, codes[binary.LittleEndian.Uint16(body[2:])])
		}
	})
	return out
}

// binarySheet writes a part of a binary workbook: its cells row by row, and the
// texts in its other records.
func (p *pack) binarySheet(e *ziparchive.Entry, book *workbook) error {
	key := keyOf(e.Name)
	if base := path.Base(key); base == "sharedstrings.bin" || base == "styles.bin" {
		return p.out.Err()
	}
	p.out.Begin(e.Name)
	b := &binaryReader{book: book, grid: grid{out: p.out, sheet: p.places[key]}, writer: writer{pack: p, part: e.Name, place: p.places[key]}}
	if !records(p.read(e), b.record) {
		p.out.Unexamined(e.Name, p.places[key], fmt.Errorf("%w: a record is cut off", extract.ErrDamaged))
	}
	b.grid.closeRow()
	if b.grid.err != nil {
		return b.grid.err
	}
	return b.finish()
}

type binaryReader struct {
	writer
	grid    grid
	book    *workbook
	comment string // place of the comment that was begun
}

func (b *binaryReader) record(id int, body []byte) {
	switch {
	case b.grid.err != nil || b.err != nil:
	case id == recordRow && len(body) >= 4:
		b.grid.openRow(int(binary.LittleEndian.Uint32(body)&0xfffff) + 1)
	case id == recordComment && len(body) >= 20: // an author, then first row, last row, first column
		row, column := binary.LittleEndian.Uint32(body[4:]), binary.LittleEndian.Uint32(body[12:])
		b.comment = strings.TrimSuffix(b.place, ", comment") + " cell " + cellName(int(column&0x3fff)+1, int(row&0xfffff)+1) + ", comment"
	case id == recordCommentText && len(body) > 1:
		text, _ := wideString(body[1:])
		b.keep(aside{b.comment, text})
	case id <= recordFormulaBool || id == recordCellRich:
		b.cell(id, body)
	default:
		for _, text := range wideRuns(body) {
			b.keep(aside{join(b.place, "attributes"), text})
		}
	}
}

func (b *binaryReader) cell(id int, body []byte) {
	if len(body) < 8 {
		return
	}
	column := int(binary.LittleEndian.Uint32(body)&0x3fff) + 1
	style := strconv.Itoa(int(binary.LittleEndian.Uint32(body[4:]) & 0xffffff))
	value := body[8:]
	switch {
	case id == recordCellRK && len(value) >= 4:
		b.grid.add(column, b.number(rk(binary.LittleEndian.Uint32(value)), style))
	case (id == recordCellReal || id == recordFormulaReal) && len(value) >= 8:
		b.grid.add(column, b.number(math.Float64frombits(binary.LittleEndian.Uint64(value)), style))
	case id == recordCellShared && len(value) >= 4:
		b.grid.add(column, b.book.shared(int(int32(binary.LittleEndian.Uint32(value)))))
	case id == recordCellString, id == recordFormulaText:
		text, _ := wideString(value)
		b.grid.add(column, text)
	case (id == recordCellBool || id == recordFormulaBool) && len(value) > 0:
		b.grid.add(column, truth[string('0'+rune(value[0]))])
	case id == recordCellRich && len(value) > 1:
		text, _ := wideString(value[1:])
		b.grid.add(column, text)
	}
	if id == recordFormulaText || id == recordFormulaReal {
		for _, text := range wideRuns(value) {
			b.keep(aside{b.grid.cellPlace(column) + ", formula", text})
		}
	}
}

func (b *binaryReader) number(v float64, style string) string {
	return number(strconv.FormatFloat(v, 'g', -1, 64), b.book.format(style))
}

// rk decodes a number in 30 bits: an integer or the front of a float, maybe in
// hundredths (MS-XLSB, section 2.5.123).
func rk(v uint32) float64 {
	var f float64
	if v&2 != 0 {
		f = float64(int32(v) >> 2)
	} else {
		f = math.Float64frombits(uint64(v&^3) << 32)
	}
	if v&1 != 0 {
		f /= 100
	}
	return f
}
