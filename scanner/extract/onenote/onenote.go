package onenote

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/printable"
)

// Identifiers that files and the objects in them begin with.
const (
	section  = "\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3"
	contents = "\xa1\x2f\xff\x43\xd9\xef\x76\x4c\x9e\xe2\x10\xea\x57\x22\x76\x5f"
	fileData = "\xe7\x16\xe3\xbd\x65\x26\x11\x45\xa4\xc4\x8d\x4d\x0b\x7a\x9e\xac"
)

// New returns the extractor of OneNote sections.
func New() *extract.Extractor {
	return &extract.Extractor{
		Name: "OneNote section",
		Claims: func(head []byte) bool {
			return bytes.HasPrefix(head, []byte(section)) || bytes.HasPrefix(head, []byte(contents))
		},
		Extract: run,
	}
}

// run writes the text between embedded files, and hands those over.
func run(_ context.Context, doc *extract.Document, out *extract.Output) error {
	data, err := doc.Bytes()
	if err != nil {
		return err
	}
	const header = len(fileData) + 8 + 12 // its length, and what is reserved
	for len(data) > 0 {
		i := bytes.Index(data, []byte(fileData))
		if i < 0 || i+header > len(data) {
			i = len(data)
		}
		out.Begin("")
		if err := printable.Write(out, data[:i]); err != nil {
			return err
		}
		if data = data[i:]; len(data) == 0 {
			break
		}
		length := binary.LittleEndian.Uint64(data[len(fileData):])
		data = data[header:]
		if length > uint64(len(data)) {
			out.Unexamined("", "embedded file", fmt.Errorf("%w: it is cut off", extract.ErrDamaged))
			length = uint64(len(data))
		}
		if err := file(data[:length], out); err != nil {
			return err
		}
		data = data[length:]
	}
	return nil
}

func file(content []byte, out *extract.Output) error {
	if out.Claims(content) {
		return out.EmbedBytes("", "embedded file", content)
	}
	out.Begin("")
	out.Place("embedded file")
	if text, ok := printable.Text(content); ok {
		_, err := out.WriteString(text)
		return err
	}
	return printable.Write(out, content)
}
