package legacy

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/scanner/extract/printable"
)

// properties reads a property set: title, author, comments and what people add
// to them, each on a line "name: value" ([MS-OLEPS]).
func (f *file) properties(data []byte, part string) error {
	f.out.Begin(part)
	f.out.Place("document properties")
	c := at(data, 24)
	sets := min(int(c.u32()), 2) // there are one or two
	for range sets {
		format := c.u32()
		c.take(12)
		if err := f.propertySet(format, at(data, int(c.u32())).data); err != nil {
			return err
		}
	}
	return nil
}

// propertyNames are those of the sets that all documents have, by the first
// bytes of the set's identifier. Other sets, those that people fill, bring names.
var propertyNames = map[uint32]map[uint32]string{
	0xf29f85e0: {2: "title", 3: "subject", 4: "author", 5: "keywords", 6: "comments", 7: "template", 8: "last author", 18: "application"},
	0xd5cdd502: {2: "category", 3: "presentation format", 12: "headings", 13: "parts", 14: "manager", 15: "company", 26: "content type", 27: "status"},
}

const (
	propertyDictionary = 0
	propertyCodePage   = 1
)

func (f *file) propertySet(format uint32, set []byte) error {
	c := &cursor{data: set}
	c.u32() // its length
	n := min(int(c.u32()), len(set)/8)
	table := c.take(8 * n)
	p := propertyReader{names: propertyNames[format]}
	p.counts = p.names == nil
	p.each(set, table, propertyCodePage, func(v *cursor) {
		v.u32()
		p.codePage = int(v.u16())
	})
	p.each(set, table, propertyDictionary, func(v *cursor) { p.names = p.dictionary(v) })
	for i := range n {
		id, value := at(table, 8*i).u32(), at(set, int(at(table, 8*i+4).u32()))
		if id == propertyDictionary || id == propertyCodePage {
			continue
		}
		p.text = nil
		p.value(value, value.u32())
		if err := p.write(f, id); err != nil {
			return err
		}
	}
	return nil
}

type propertyReader struct {
	codePage int
	names    map[uint32]string
	text     []string // of the value that is read
	blob     []byte   // a value that may hold text in a structure of its own
	counts   bool     // numbers count: they are not those of pages and words
}

// each calls read with the values of an id.
func (p *propertyReader) each(set, table []byte, id uint32, read func(*cursor)) {
	for i := 0; i+8 <= len(table); i += 8 {
		if at(table, i).u32() == id {
			read(at(set, int(at(table, i+4).u32())))
		}
	}
}

// dictionary reads the names of user-defined properties.
func (p *propertyReader) dictionary(c *cursor) map[uint32]string {
	names := map[uint32]string{}
	for n := c.u32(); n > 0 && !c.over; n-- {
		id, length := c.u32(), int(c.u32())
		if p.codePage == codePageUTF16 {
			length *= 2
		}
		names[id] = p.string8(c.take(length))
		if p.codePage == codePageUTF16 && length%4 != 0 {
			c.take(2)
		}
	}
	return names
}

// Types of values; vectors are lists of one, or of values with types of their own.
const (
	typeInt16, typeInt32, typeFloat64, typeVariant = 2, 3, 5, 12
	typeInt64, typeUint64                          = 20, 21
	typeString8, typeString16, typeBlob            = 30, 31, 65
	typeVector                                     = 0x1000
)

func (p *propertyReader) value(c *cursor, kind uint32) {
	n := uint32(1)
	if kind&typeVector != 0 {
		n = c.u32()
	}
	for kind &^= typeVector; n > 0 && !c.over; n-- {
		p.scalar(c, kind)
	}
}

func (p *propertyReader) scalar(c *cursor, kind uint32) {
	if kind == typeVariant {
		kind = c.u32()
	}
	switch kind {
	case typeString8:
		p.add(p.string8(c.take(int(c.u32()))))
	case typeString16:
		n := int(c.u32())
		p.add(utf16le(c.take(2 * n)))
		if n%2 != 0 {
			c.take(2)
		}
	case typeInt16:
		p.number(strconv.Itoa(int(int16(c.u16()))))
		c.take(2)
	case typeInt32:
		p.number(strconv.Itoa(int(int32(c.u32()))))
	case typeInt64, typeUint64:
		p.number(strconv.FormatInt(int64(c.u64()), 10))
	case typeFloat64:
		p.number(strconv.FormatFloat(c.f64(), 'f', -1, 64))
	case typeBlob:
		p.blob = c.take(int(c.u32()))
	default: // of a length that is not known
		c.over = true
	}
}

func (p *propertyReader) add(s string) {
	if s = strings.TrimSpace(clean(strings.TrimRight(s, "\x00"))); s != "" {
		p.text = append(p.text, s)
	}
}

func (p *propertyReader) number(s string) {
	if p.counts {
		p.text = append(p.text, s)
	}
}

func (p *propertyReader) string8(b []byte) string {
	return strings.TrimRight(decode(b, p.codePage), "\x00")
}

func (p *propertyReader) write(f *file, id uint32) error {
	if len(p.blob) > 0 {
		blob := p.blob
		p.blob = nil
		return printable.Write(f.out, blob)
	}
	if len(p.text) == 0 {
		return nil
	}
	name := p.names[id]
	if name == "" {
		name = "property " + strconv.Itoa(int(id))
	}
	_, err := fmt.Fprintf(f.out, "%s: %s\n", clean(name), strings.Join(p.text, "\n"))
	return err
}
