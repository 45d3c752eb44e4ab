package office

import (
	"encoding/binary"
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/deputy-sec/deputy/internal/ziparchive"
)

// Records of the binary workbook (xlsb) that hold what people see, by their
// numbers in MS-XLSB, section 2.3.
const (
	brtRowHdr    = 0
	brtCellRk    = 2
	brtCellReal  = 5
	brtCellSt    = 6
	brtCellIsst  = 7
	brtFmlaStr   = 8
	brtFmlaNum   = 9
	brtSSTItem   = 19
	brtBundleSh  = 156
	brtCommentTx = 637
)

// records calls f with every record of a binary part, as far as they are sound.
func records(data []byte, f func(id int, body []byte)) {
	for len(data) > 0 {
		id, n := varint(data, 2)
		if n == 0 {
			return
		}
		size, m := varint(data[n:], 4)
		if m == 0 || size > len(data)-n-m {
			return
		}
		f(id, data[n+m:n+m+size])
		data = data[n+m+size:]
	}
}

// varint reads a number of at most most bytes, seven bits each, and returns how
// many it takes.
func varint(data []byte, most int) (value, n int) {
	for n < most && n < len(data) {
		c := data[n]
		value |= int(c&0x7f) << (7 * n)
		n++
		if c&0x80 == 0 {
			return value, n
		}
	}
	if n == most {
		return value, n
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
	units := make([]uint16, n)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(body[2*i:])
	}
	return strings.ReplaceAll(string(utf16.Decode(units)), "\x00", ""), body[2*n:]
}

// binaryWorkbook reads the list of sheets and the strings of a binary workbook.
func (p *pack) binaryWorkbook(data []byte, relations []relation, book *workbook) {
	records(data, func(id int, body []byte) {
		if id != brtBundleSh || len(body) < 8 {
			return
		}
		state := map[uint32]string{1: "hidden", 2: "veryHidden"}[binary.LittleEndian.Uint32(body)]
		relation, rest := wideString(body[8:])
		name, _ := wideString(rest)
		if key := target(relations, relation); p.has(key) {
			p.places[key] = sheetPlace(name, state)
			p.inherit(key, 0)
		}
	})
	for _, r := range relations {
		if r.kind == "sharedStrings" && !r.outside {
			records(p.part(r.target), func(id int, body []byte) {
				if id == brtSSTItem && len(body) > 1 {
					text, _ := wideString(body[1:])
					book.strings = append(book.strings, text)
				}
			})
		}
	}
	book.used = make([]bool, len(book.strings))
}

// binarySheet writes a part of a binary workbook: its cells row by row, and the
// texts of its comments.
func (p *pack) binarySheet(e *ziparchive.Entry, book *workbook) error {
	place := p.places[keyOf(e.Name)]
	if base := path.Base(keyOf(e.Name)); base == "sharedstrings.bin" || base == "styles.bin" {
		return nil
	}
	row := 0
	var err error
	write := func(where, text string) {
		if text != "" && err == nil {
			p.out.Place(where)
			_, err = p.out.WriteString(text)
		}
	}
	p.out.Begin(e.Name)
	records(p.read(e), func(id int, body []byte) {
		switch {
		case id == brtRowHdr && len(body) >= 4:
			row = int(binary.LittleEndian.Uint32(body)&0xfffff) + 1
			write(place, "\n")
		case id == brtCommentTx && len(body) > 1:
			text, _ := wideString(body[1:])
			write(join(place, "comment"), text+"\n")
		case len(body) >= 8:
			column := int(binary.LittleEndian.Uint32(body)&0x3fff) + 1
			if text := binaryCell(id, body[8:], book); text != "" {
				write(fmt.Sprintf("%s cell %s", place, reference1(row, column)), text+"\t")
			}
		}
	})
	if err != nil {
		return err
	}
	return p.out.Err()
}

// binaryCell returns what a cell shows.
func binaryCell(id int, body []byte, book *workbook) string {
	switch {
	case id == brtCellRk && len(body) >= 4:
		return number(strconv.FormatFloat(rk(binary.LittleEndian.Uint32(body)), 'g', -1, 64), "")
	case (id == brtCellReal || id == brtFmlaNum) && len(body) >= 8:
		return number(strconv.FormatFloat(math.Float64frombits(binary.LittleEndian.Uint64(body)), 'g', -1, 64), "")
	case id == brtCellSt || id == brtFmlaStr:
		text, _ := wideString(body)
		return text
	case id == brtCellIsst && len(body) >= 4:
		if n := int(binary.LittleEndian.Uint32(body)); n >= 0 && n < len(book.strings) {
			book.used[n] = true
			return book.strings[n]
		}
	}
	return ""
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
