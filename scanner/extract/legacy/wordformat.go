package legacy

import (
	"cmp"
	"slices"
)

// span is a part of a stream.
type span struct{ from, to int }

// deletions returns where text lies that is marked as deleted, in order. The
// formatting of characters lies on pages of 512 bytes, which a table names: each
// has the borders of the runs on it, and for each run its properties
// ([MS-DOC] 2.9.33).
func (l wordLayout) deletions(stream, table []byte) []span {
	const page = 512
	n := (len(table) - 4) / (4 + l.pageWidth)
	if n <= 0 {
		return nil
	}
	var out []span
	seen := map[int]bool{}
	for c := at(table, 4*(n+1)); n > 0; n-- {
		number := int(c.u16())
		if l.pageWidth == 4 {
			number |= int(c.u16()) << 16 & 0x3fffff
		}
		if p := at(stream, number*page).take(page); p != nil && !seen[number] {
			seen[number] = true
			out = l.deletedOn(out, p)
		}
	}
	slices.SortFunc(out, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	return separate(out)
}

// deletedOn appends the runs of a page that are marked.
func (l wordLayout) deletedOn(to []span, page []byte) []span {
	runs := int(page[len(page)-1])
	borders, offsets := at(page, 0), at(page, 4*(runs+1))
	from := int(borders.u32())
	for range runs {
		end := int(borders.u32())
		if offset := 2 * int(offsets.u8()); offset > 0 && end > from {
			c := at(page, offset)
			if l.marks(c.take(min(int(c.u8()), len(c.data)))) {
				to = append(to, span{from, end})
			}
		}
		from = end
	}
	return to
}

// marks reports whether properties say that text is deleted.
func (l wordLayout) marks(properties []byte) bool {
	c := &cursor{data: properties}
	for len(c.data) > l.sprmWidth {
		property := uint16(c.u8())
		if l.sprmWidth == 1 { // lengths follow from the number; the mark comes first
			return property == l.deleted && c.u8() != 0
		}
		property |= uint16(c.u8()) << 8
		if property == l.deleted {
			return c.u8() != 0
		}
		c.take(min(propertyLength(property, c.data), len(c.data)))
	}
	return false
}

// propertyLength returns how long the operand of a property is, which its upper
// bits say. Of a variable one, its first byte.
func propertyLength(property uint16, operand []byte) int {
	switch property >> 13 {
	case 0, 1:
		return 1
	case 2, 4, 5:
		return 2
	case 3:
		return 4
	case 7:
		return 3
	}
	if len(operand) == 0 {
		return 0
	}
	return 1 + int(operand[0])
}

// separate cuts spans that overlap, so that they can be searched.
func separate(spans []span) []span {
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s.from < out[n-1].to {
			s.from = out[n-1].to
		}
		if s.from < s.to {
			out = append(out, s)
		}
	}
	return out
}
