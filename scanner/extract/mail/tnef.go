package mail

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/lzfu"
	"github.com/deputy-sec/deputy/scanner/extract/printable"
)

// NewTNEF returns the extractor of winmail.dat: what Outlook puts a message's
// formatting and attachments in when it sends them to another Outlook
// ([MS-OXTNEF]).
func NewTNEF() *extract.Extractor {
	return &extract.Extractor{
		Name:    "TNEF attachment",
		Claims:  func(head []byte) bool { return bytes.HasPrefix(head, []byte(tnefMagic)) },
		Extract: runTNEF,
	}
}

const tnefMagic = "\x78\x9f\x3e\x22"

// Attributes, by their number and type.
const (
	tnefBody           = 0x0002800c
	tnefAttachmentData = 0x0006800f
	tnefFileName       = 0x00018010
	tnefRender         = 0x00069002 // begins an attachment
)

// runTNEF reads the attributes one after the other: level, number, length, data
// and a check sum. Those that are no text or attachment hold properties, whose
// printable runs are enough: subject, names and paths.
func runTNEF(_ context.Context, doc *extract.Document, out *extract.Output) error {
	data, err := doc.Bytes()
	if err != nil {
		return err
	}
	const header, attribute, checksum = 6, 9, 2
	data = data[min(header, len(data)):]
	name, content := "", []byte(nil)
	attachment := func() error {
		if content == nil {
			return nil
		}
		err := out.EmbedBytes(name, "attachment", content)
		name, content = "", nil
		return err
	}
	for len(data) >= attribute {
		number := binary.LittleEndian.Uint32(data[1:])
		length := uint64(binary.LittleEndian.Uint32(data[5:]))
		data = data[attribute:]
		if length > uint64(len(data)) {
			err = fmt.Errorf("%w: an attribute is cut off", extract.ErrDamaged)
			length = uint64(len(data))
		}
		value := data[:length]
		data = data[min(int(length)+checksum, len(data)):]
		var stop error
		switch number {
		case tnefRender:
			stop = attachment()
		case tnefFileName:
			name = clean(string(bytes.TrimRight(value, "\x00")))
		case tnefAttachmentData:
			content = value
		case tnefBody:
			out.Begin("")
			out.Place("body")
			_, stop = out.WriteString(clean(string(value)))
		default:
			stop = properties(value, out)
		}
		if stop != nil {
			return stop
		}
	}
	if stop := attachment(); stop != nil {
		return stop
	}
	return err
}

// properties reads an attribute that holds properties: the body in RTF, which is
// compressed, and by eye the others.
func properties(value []byte, out *extract.Output) error {
	const before = 8 // of the header stands before the magic
	if i := bytes.Index(value, []byte(lzfu.Magic)); i >= before {
		if err := out.EmbedBytes("", "RTF body", lzfu.Decompress(value[i-before:])); err != nil {
			return err
		}
	}
	out.Begin("")
	return printable.Write(out, value)
}
