package legacy

import "strconv"

// literals returns the strings and numbers that are written in a formula. It is
// stored as a row of tokens, whose lengths follow from their kinds; at a token
// that is not known the rest is left.
func (b *workbook) literals(tokens []byte) []string {
	c := &chunks{cursor: cursor{data: tokens}}
	var out []string
	for len(c.data) > 0 && !c.over {
		token := c.u8()
		if token >= 0x40 { // classes of operands differ in what they return
			token = token&0x1f | 0x20
		}
		switch token {
		case tokenString:
			out = append(out, b.text(c, 1))
		case tokenInteger:
			out = appendLong(out, strconv.Itoa(int(c.u16())))
		case tokenNumber:
			out = appendLong(out, strconv.FormatFloat(c.f64(), 'f', -1, 64))
		case tokenAttribute:
			c.attribute()
		default:
			length, known := tokenLengths[token]
			if !known {
				return out
			}
			if !b.unicode {
				length = length.before8()
			}
			c.take(int(length))
		}
	}
	return out
}

// appendLong leaves out what is too short to identify anything.
func appendLong(out []string, number string) []string {
	if len(number) < 4 {
		return out
	}
	return append(out, number)
}

const (
	tokenString    = 0x17
	tokenAttribute = 0x19
	tokenInteger   = 0x1e
	tokenNumber    = 0x1f
)

// attribute goes over a token that steers the evaluation. CHOOSE brings a table.
func (c *chunks) attribute() {
	const choose = 0x04
	kind, n := c.u8(), int(c.u16())
	if kind&choose != 0 {
		c.take(2 * (n + 1))
	}
}

// tokenLength is how many bytes follow a token in BIFF8.
type tokenLength int

// before8 returns the length in BIFF5, whose references are shorter by the byte
// that a column has more in BIFF8, and longer where they name a sheet.
func (n tokenLength) before8() tokenLength {
	switch n {
	case refLength:
		return 3
	case areaLength:
		return 6
	case ref3DLength:
		return 17
	case area3DLength:
		return 20
	}
	return n
}

const (
	refLength    tokenLength = 4
	areaLength   tokenLength = 8
	ref3DLength  tokenLength = 6
	area3DLength tokenLength = 10
)

var tokenLengths = func() map[byte]tokenLength {
	lengths := map[byte]tokenLength{
		0x01: 4, 0x02: 4, 0x1c: 1, 0x1d: 1, // shared formula, table; error, truth value
		0x20: 7, 0x21: 2, 0x22: 3, 0x23: 4, // array, functions, name
		0x24: refLength, 0x25: areaLength, 0x26: 6, 0x27: 6, 0x28: 6, 0x29: 2, // memory of areas
		0x2a: refLength, 0x2b: areaLength, 0x2c: refLength, 0x2d: areaLength,
		0x39: 6, 0x3a: ref3DLength, 0x3b: area3DLength, 0x3c: ref3DLength, 0x3d: area3DLength,
	}
	for operator := byte(0x03); operator <= 0x16; operator++ {
		lengths[operator] = 0
	}
	return lengths
}()
