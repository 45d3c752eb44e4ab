package legacy

import (
	"strings"

	"github.com/deputy-sec/deputy/scanner/extract/printable"
)

// nativeObject reads a file that was put into a document as an icon ("package"):
// its name, the paths it came from, and its content ([MS-OLEDS] 2.3.6 and the
// packager's own structure in it).
func (f *file) nativeObject(data []byte, part string) error {
	c := at(data, 4) // the length of all that follows
	c.u16()
	label, path := c.line(), c.line()
	c.u32()
	temporary := c.take(int(c.u32()))
	content := c.take(int(c.u32()))
	f.out.Begin(part)
	if content == nil {
		return f.unknown(part, at(data, 4).data)
	}
	name := decode(label, 0)
	for _, s := range [][]byte{label, path, temporary, c.data} { // the last holds the names in 16 bits
		if err := printable.Write(f.out, s); err != nil {
			return err
		}
	}
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	return f.out.EmbedBytes(part+"/"+clean(name), "", content)
}
