package legacy

import (
	"encoding/binary"
	"math"
	"strings"
	"unicode/utf16"
)

// cursor reads numbers in little-endian order. Beyond the end it reads zeros and
// remembers that it did.
type cursor struct {
	data []byte
	over bool
}

// take returns the next n bytes, or nil if there are fewer.
func (c *cursor) take(n int) []byte {
	if n < 0 || n > len(c.data) {
		c.over, c.data = true, nil
		return nil
	}
	b := c.data[:n]
	c.data = c.data[n:]
	return b
}

func (c *cursor) u8() byte {
	if b := c.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) u16() uint16 {
	if b := c.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (c *cursor) u32() uint32 {
	if b := c.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (c *cursor) u64() uint64 {
	if b := c.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (c *cursor) f64() float64 { return math.Float64frombits(c.u64()) }

// line returns the bytes up to the next zero, and goes beyond it.
func (c *cursor) line() []byte {
	for i, b := range c.data {
		if b == 0 {
			line := c.data[:i]
			c.data = c.data[i+1:]
			return line
		}
	}
	c.over = true
	return nil
}

// at returns a cursor over data from an offset on.
func at(data []byte, offset int) *cursor {
	if offset < 0 || offset > len(data) {
		return &cursor{over: true}
	}
	return &cursor{data: data[offset:]}
}

// utf16le decodes text in 16 bits.
func utf16le(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// clean makes text of what a document calls text: control characters become
// space, line breaks are the usual one.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return r
		case r == '\r' || r == '\v':
			return '\n'
		case r < ' ' || r == 0x7f || r == 0xa0:
			return ' '
		}
		return r
	}, strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\r\n", "\n"))
}
