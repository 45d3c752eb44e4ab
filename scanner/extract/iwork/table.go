package iwork

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Fields of a tile, of its rows, and of a cell. They are not published; these
// are as observed by those who read Numbers documents (masaccio/numbers-parser,
// obriensp/iWorkFileFormat).
const (
	tileRow      = 5
	rowIndex     = 1
	rowCells     = 6
	rowOffsets   = 7
	rowWide      = 8
	cellVersion  = 5
	cellFlags    = 8
	cellHeader   = 12
	flagDecimal  = 1
	flagDouble   = 2
	noCell       = 0xffff
	decimalBias  = 0x1820
	longestFloat = 40
)

// tile writes the numbers in the cells of a tile, at their places.
func (w *writer) tile(body []byte) error {
	var stop error
	each(body, func(f field) {
		if f.number == tileRow && f.wire == wireBytes && stop == nil {
			stop = w.row(f.bytes)
		}
	})
	w.out.Place(w.place)
	return stop
}

func (w *writer) row(body []byte) error {
	var cells, offsets []byte
	row, scale := 0, 1
	each(body, func(f field) {
		switch f.number {
		case rowIndex:
			row = int(f.value)
		case rowCells:
			cells = f.bytes
		case rowOffsets:
			offsets = f.bytes
		case rowWide:
			if f.value != 0 {
				scale = 4
			}
		}
	})
	for col := 0; len(offsets) >= 2; col, offsets = col+1, offsets[2:] {
		offset := int(binary.LittleEndian.Uint16(offsets))
		if offset == noCell || offset*scale >= len(cells) {
			continue
		}
		number, ok := cellNumber(cells[offset*scale:])
		if !ok {
			continue
		}
		w.out.Place(fmt.Sprintf("%s, cell %s%d", w.place, column(col), row+1))
		if _, err := w.out.WriteString(number + "\t"); err != nil {
			return err
		}
	}
	return nil
}

// column returns the letters of a column as people see them.
func column(col int) string {
	name := ""
	for n := col + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}

// cellNumber returns the number in a cell, if it holds one.
func cellNumber(cell []byte) (string, bool) {
	if len(cell) < cellHeader || cell[0] != cellVersion {
		return "", false
	}
	flags, value := binary.LittleEndian.Uint32(cell[cellFlags:]), cell[cellHeader:]
	switch {
	case flags&flagDecimal != 0 && len(value) >= 16:
		return decimal([16]byte(value)), true
	case flags&flagDouble != 0 && len(value) >= 8:
		return strconv.FormatFloat(math.Float64frombits(binary.LittleEndian.Uint64(value)), 'f', -1, 64), true
	}
	return "", false
}

// decimal writes a number of decimal128: 113 bits of digits, and how far the
// point is moved.
func decimal(b [16]byte) string {
	exponent := (int(b[15]&0x7f)<<7 | int(b[14]>>1)) - decimalBias
	var digits [15]byte
	for i := range digits {
		digits[i] = b[14-i]
	}
	digits[0] &= 1
	s := new(big.Int).SetBytes(digits[:]).String()
	switch {
	case exponent > longestFloat || exponent < -longestFloat:
		s += "E" + strconv.Itoa(exponent)
	case exponent >= 0:
		s += strings.Repeat("0", exponent)
	default:
		if len(s) <= -exponent {
			s = strings.Repeat("0", 1-exponent-len(s)) + s
		}
		s = strings.TrimRight(s[:len(s)+exponent]+"."+s[len(s)+exponent:], "0")
		s = strings.TrimSuffix(s, ".")
	}
	if b[15]&0x80 != 0 {
		s = "-" + s
	}
	return s
}
