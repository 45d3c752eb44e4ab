package legacy

import (
	"strings"
	"unicode/utf16"
)

// BIFF is what a workbook is written in: records of a kind, a length and up to
// 8,224 bytes, with longer ones going on in records of the kind CONTINUE.
const (
	biffInteger2    = 0x02
	biffNumber2     = 0x03
	biffLabel2      = 0x04
	biffFormula     = 0x06
	biffBOF2        = 0x09
	biffEOF         = 0x0a
	biffHeader      = 0x14
	biffFooter      = 0x15
	biffName        = 0x18
	biffNote        = 0x1c
	biffFilePass    = 0x2f
	biffContinue    = 0x3c
	biffCodePage    = 0x42
	biffObject      = 0x5d
	biffSheet       = 0x85
	biffMulRK       = 0xbd
	biffPivotNumber = 0xc9
	biffPivotString = 0xcd
	biffRichString  = 0xd6
	biffXF          = 0xe0
	biffDrawings    = 0xeb
	biffDrawing     = 0xec
	biffSST         = 0xfc
	biffLabelSST    = 0xfd
	biffText        = 0x1b6
	biffLink        = 0x1b8
	biffNumber      = 0x203
	biffLabel       = 0x204
	biffString      = 0x207
	biffRK          = 0x27e
	biffFormula3    = 0x206
	biffFormula4    = 0x406
	biffFormat      = 0x41e
	biffXF5         = 0x43
	biffLinkTip     = 0x800
	biffBOF         = 0x809
)

// beginnings are the records that begin a workbook or sheet, by version.
var beginnings = map[uint16]bool{biffBOF2: true, 0x209: true, 0x409: true, biffBOF: true}

// record is one with the records that continue it.
type record struct {
	kind  uint16
	start int // in the stream
	chunks
}

// nextRecord reads the record at the beginning of c. ok is false at the end.
func nextRecord(stream []byte, offset int) (r record, next int, ok bool) {
	kind, data, next, ok := rawRecord(stream, offset)
	if !ok {
		return record{}, next, false
	}
	r = record{kind: kind, start: offset, chunks: chunks{cursor: cursor{data: data}, whole: data}}
	for {
		kind, more, after, ok := rawRecord(stream, next)
		if !ok || kind != biffContinue {
			return r, next, true
		}
		r.rest = append(r.rest, more)
		next = after
	}
}

func rawRecord(stream []byte, offset int) (kind uint16, data []byte, next int, ok bool) {
	c := at(stream, offset)
	kind = c.u16()
	n := int(c.u16())
	if c.over {
		return 0, nil, offset, false
	}
	n = min(n, len(c.data)) // the last one may be cut
	return kind, c.data[:n], offset + 4 + n, true
}

// chunks reads over the borders of continued records. Numbers do not cross them.
type chunks struct {
	cursor
	whole []byte   // the first, from its beginning
	rest  [][]byte // those to come
}

// more goes on to the next chunk when one is read, if there is one.
func (c *chunks) more() bool {
	for len(c.data) == 0 && !c.over && len(c.rest) > 0 {
		c.data, c.rest = c.rest[0], c.rest[1:]
	}
	return len(c.data) > 0
}

// appendTo appends all chunks, whatever was read of them.
func (c *chunks) appendTo(to []byte) []byte {
	to = append(to, c.whole...)
	for _, more := range c.rest {
		to = append(to, more...)
	}
	return to
}

// skip goes over n bytes in any number of chunks.
func (c *chunks) skip(n int) {
	for n > 0 && c.more() {
		k := min(n, len(c.data))
		c.take(k)
		n -= k
	}
}

// Flags of a string, which say how its characters are stored and what follows.
const (
	stringWide     = 0x01
	stringPhonetic = 0x04
	stringRich     = 0x08
)

// unicodeString reads n characters with the flags before them. Where a string
// crosses a border, the flags are repeated, and may then say another width.
func (c *chunks) unicodeString(n int) string {
	c.more()
	flags := c.u8()
	runs, phonetic := 0, 0
	if flags&stringRich != 0 {
		runs = int(c.u16())
	}
	if flags&stringPhonetic != 0 {
		phonetic = int(c.u32())
	}
	s := c.characters(n, flags)
	c.skip(4*runs + phonetic)
	return s
}

func (c *chunks) characters(n int, flags byte) string {
	var units []uint16
	for n > 0 {
		if len(c.data) == 0 {
			if !c.more() {
				c.over = true
				break
			}
			flags = c.u8()
			continue
		}
		if flags&stringWide == 0 {
			run := c.take(min(n, len(c.data)))
			for _, b := range run {
				units = append(units, uint16(b))
			}
			n -= len(run)
			continue
		}
		k := min(n, len(c.data)/2)
		for run := (cursor{data: c.take(2 * k)}); len(run.data) > 0; {
			units = append(units, run.u16())
		}
		n -= k
		if k == 0 { // half a character
			c.take(len(c.data))
		}
	}
	return string(utf16.Decode(units))
}

// text reads a string with a length of 1 or 2 bytes: in the code page of the
// workbook before BIFF8, in Unicode since.
func (b *workbook) text(c *chunks, lengthBytes int) string {
	n := int(c.u8())
	if lengthBytes == 2 {
		n |= int(c.u8()) << 8
	}
	return b.textOf(c, n)
}

func (b *workbook) textOf(c *chunks, n int) string {
	switch {
	case n == 0:
		return ""
	case b.unicode:
		return c.unicodeString(n)
	}
	var out strings.Builder
	for n > 0 && c.more() {
		run := c.take(min(n, len(c.data)))
		out.Write(run)
		n -= len(run)
	}
	return decode([]byte(out.String()), b.codePage)
}
