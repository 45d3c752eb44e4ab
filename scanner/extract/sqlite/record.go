package sqlite

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/unicode"

	"github.com/deputy-sec/deputy/scanner/extract/printable"
)

type kind uint8

const (
	null kind = iota
	integer
	float
	textValue
	bytesValue
)

// value is one column of a row.
type value struct {
	kind   kind
	number int64 // or the bits of a float
	data   []byte
}

func (v value) integer() int64 {
	if v.kind == integer {
		return v.number
	}
	return 0
}

// values splits a record: the length of its header, a type for each column, and
// the columns. A cut record yields the columns that are whole, and what there is
// of the next.
func (f *file) values(record []byte) []value {
	length, n := varint(record)
	if length < int64(n) || length > int64(len(record)) {
		return nil
	}
	types, body := record[n:length], record[length:]
	var out []value
	for len(types) > 0 {
		kind, n := varint(types)
		types = types[n:]
		v, size := newValue(kind, body)
		body = body[size:]
		out = append(out, v)
	}
	return out
}

// widths are those of integers, by their type.
var widths = [...]int{0, 1, 2, 3, 4, 6, 8}

func newValue(kind int64, body []byte) (value, int) {
	switch {
	case kind >= 1 && kind <= 6:
		n := widths[kind]
		if n > len(body) {
			return value{}, len(body)
		}
		return value{kind: integer, number: signed(body[:n])}, n
	case kind == 7:
		if len(body) < 8 {
			return value{}, len(body)
		}
		return value{kind: float, number: int64(binary.BigEndian.Uint64(body))}, 8
	case kind == 8 || kind == 9:
		return value{kind: integer, number: kind - 8}, 0
	case kind >= 12:
		n := int(min((kind-12)/2, int64(len(body))))
		v := value{kind: bytesValue, data: body[:n]}
		if kind%2 != 0 {
			v.kind = textValue
		}
		return v, n
	}
	return value{}, 0
}

func signed(b []byte) int64 {
	v := int64(int8(b[0]))
	for _, c := range b[1:] {
		v = v<<8 | int64(c)
	}
	return v
}

// text returns a value as text. Bytes that are none give what can be read in them
// by eye.
func (f *file) text(v value) string {
	switch v.kind {
	case integer:
		return strconv.FormatInt(v.number, 10)
	case float:
		n := math.Float64frombits(uint64(v.number))
		if math.Abs(n) < 1e21 && math.Abs(n) > 1e-9 {
			return strconv.FormatFloat(n, 'f', -1, 64)
		}
		return strconv.FormatFloat(n, 'g', -1, 64)
	case textValue:
		return f.decode(v.data)
	case bytesValue:
		if s, ok := printable.Text(v.data); ok {
			return s
		}
		var runs []string
		for run := range printable.Runs(v.data) {
			runs = append(runs, string(run))
		}
		return strings.Join(runs, " ")
	}
	return ""
}

func (f *file) decode(b []byte) string {
	order := unicode.LittleEndian
	switch f.encoding {
	case utf16LE:
	case utf16BE:
		order = unicode.BigEndian
	default:
		return string(b)
	}
	s, err := unicode.UTF16(order, unicode.IgnoreBOM).NewDecoder().Bytes(b)
	if err != nil { // the decoder replaces what is malformed
		return string(b)
	}
	return string(s)
}
