package legacy

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/scanner/extract/legacy/cfb"
	"github.com/deputy-sec/deputy/scanner/extract/lzfu"
	"github.com/deputy-sec/deputy/scanner/extract/printable"
)

// outlook reads a message: each property is a stream whose name says which one
// it is and of what type; recipients and attachments are storages.
func (f *file) outlook(properties []byte) error {
	m := &message{file: f, codePage: codePageOf(properties)}
	f.out.Begin("")
	if err := m.strings(f.root, "", messageOrder); err != nil {
		return err
	}
	if err := m.bodies(); err != nil {
		return err
	}
	n := 0
	for _, e := range f.root.Children {
		var err error
		switch {
		case !e.Storage:
		case strings.HasPrefix(e.Name, "__recip_version1.0_"):
			f.read[e] = true
			f.out.Begin("")
			err = m.strings(e, "recipient", nil)
		case strings.HasPrefix(e.Name, "__attach_version1.0_"):
			f.read[e] = true
			n++
			err = m.attachment(e, "attachment "+strconv.Itoa(n))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

type message struct {
	*file
	codePage int
}

// Names of properties, by their number ([MS-OXPROPS]).
const (
	propBody           = 0x1000
	propRTF            = 0x1009
	propHTML           = 0x1013
	propData           = 0x3701
	propShortName      = 0x3704
	propLongName       = 0x3707
	propMessageCP      = 0x3ffd
	propInternetCP     = 0x3fde
	streamPrefix       = "__substg1.0_"
	typeOfString8      = "001E"
	typeOfString16     = "001F"
	typeOfBinary       = "0102"
	typeOfObject       = "000D"
	messageHeader      = 32
	embeddedHeader     = 24
	fixedPropertyWidth = 16
)

var mailNames = map[int]string{
	0x0037: "Subject", 0x007d: "Headers", 0x0c1a: "From", 0x0c1f: "From address", 0x0e04: "To", 0x0e03: "Cc", 0x0e02: "Bcc",
	propBody: "Body", 0x1035: "Message-ID", 0x3001: "Name", 0x3003: "Address", 0x39fe: "Address",
	propShortName: "File", propLongName: "File",
}

// messageOrder are the properties that come first, in this order; the others
// follow as they lie in the container.
var messageOrder = []int{0x0037, 0x0c1a, 0x0c1f, 0x0e04, 0x0e03, 0x0e02, propBody}

// codePageOf finds the code page of 8-bit text among the properties of fixed
// length.
func codePageOf(properties []byte) int {
	for _, header := range []int{messageHeader, embeddedHeader} {
		for c := at(properties, header); len(c.data) >= fixedPropertyWidth; {
			p := &cursor{data: c.take(fixedPropertyWidth)}
			p.u16()
			number := p.u16()
			p.u32()
			if number == propMessageCP || number == propInternetCP {
				return int(p.u32())
			}
		}
	}
	return 0
}

// property splits the name of a stream into the number and the type of what it
// holds.
func property(name string) (number int, kind string, ok bool) {
	rest, ok := strings.CutPrefix(name, streamPrefix)
	if !ok || len(rest) < 8 {
		return 0, "", false
	}
	n, err := strconv.ParseUint(rest[:4], 16, 16)
	return int(n), strings.ToUpper(rest[4:8]), err == nil
}

// strings writes the properties of a storage that are text, one a line.
func (m *message) strings(storage *cfb.Entry, place string, order []int) error {
	for _, first := range order {
		for _, e := range storage.Children {
			if n, _, ok := property(e.Name); ok && n == first {
				if err := m.string(e, place); err != nil {
					return err
				}
			}
		}
	}
	for _, e := range storage.Children {
		if _, _, ok := property(e.Name); ok && !m.read[e] {
			if err := m.string(e, place); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *message) string(e *cfb.Entry, place string) error {
	number, kind, _ := property(e.Name)
	var text string
	switch {
	case e.Storage:
		return nil
	case kind == typeOfString16:
		text = utf16le(e.Data)
	case kind == typeOfString8:
		text = decode(e.Data, m.codePage)
	default:
		return nil
	}
	if number == propHTML {
		return nil // read as a document
	}
	m.take(e)
	name := mailNames[number]
	at := map[string]string{"Headers": "headers", "Body": "body"}[name]
	m.out.Place(joinPlaces(place, at))
	if name == "Body" {
		_, err := m.out.WriteString("\n" + clean(text) + "\n")
		return err
	}
	if name == "" {
		name = fmt.Sprintf("property %04X", number)
	}
	_, err := fmt.Fprintf(m.out, "%s: %s\n", name, clean(text))
	return err
}

// bodies reads the body's formatted versions.
func (m *message) bodies() error {
	for _, e := range m.root.Children {
		number, kind, ok := property(e.Name)
		if !ok || e.Storage || m.read[e] {
			continue
		}
		content, place := e.Data, "HTML body"
		switch number {
		case propHTML:
			if kind == typeOfString16 {
				content = []byte(utf16le(e.Data))
			}
		case propRTF:
			place = "RTF body"
			content = lzfu.Decompress(e.Data)
		default:
			continue
		}
		m.take(e)
		if err := m.out.EmbedBytes("", place, content); err != nil {
			return err
		}
	}
	return nil
}

// attachment reads the description of a file, and hands the file over.
func (m *message) attachment(storage *cfb.Entry, place string) error {
	m.out.Begin("")
	m.out.Place(place)
	name := ""
	for _, e := range storage.Children {
		if n, kind, _ := property(e.Name); n == propLongName || n == propShortName && name == "" {
			name = decode(e.Data, m.codePage)
			if kind == typeOfString16 {
				name = utf16le(e.Data)
			}
		}
	}
	if err := m.strings(storage, place, nil); err != nil {
		return err
	}
	if name = clean(name); name == "" {
		name = place
	}
	for _, e := range storage.Children {
		if m.read[e] || e.Name == "__properties_version1.0" {
			continue
		}
		number, kind, _ := property(e.Name)
		var err error
		switch {
		case number == propData && kind == typeOfBinary:
			m.take(e)
			err = m.out.EmbedBytes(name, place, e.Data)
		case number == propData && e.Storage:
			err = m.out.EmbedBytes(name, place, cfb.Write(e))
		case !e.Storage:
			m.out.Begin("")
			m.out.Place(place)
			err = printable.Write(m.out, e.Data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
