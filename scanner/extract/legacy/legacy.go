package legacy

import (
	"context"
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/legacy/cfb"
	"github.com/deputy-sec/deputy/scanner/extract/printable"
)

// New returns the extractor of everything in a compound file.
func New() *extract.Extractor {
	return &extract.Extractor{
		Name:    "Office 97 document",
		Claims:  func(head []byte) bool { return strings.HasPrefix(string(head[:min(len(head), 8)]), cfb.Magic) },
		Extract: run,
	}
}

// NewWorksheet returns the extractor of worksheets of Excel 2 to 5 that lie in no
// compound file.
func NewWorksheet() *extract.Extractor {
	return &extract.Extractor{
		Name:   "Excel worksheet",
		Claims: isWorksheet,
		Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
			data, err := doc.Bytes()
			if err != nil {
				return err
			}
			f := &file{root: &cfb.Entry{}, out: out, read: map[*cfb.Entry]bool{}}
			return f.excel(data)
		},
	}
}

// isWorksheet reports whether a content begins with the record that a worksheet
// or workbook begins with, by the versions before compound files: its kind, its
// length and what it begins.
func isWorksheet(head []byte) bool {
	c := at(head, 0)
	kind, length := c.u16(), c.u16()
	c.u16()
	what := c.u16()
	return !c.over && (kind == 0x09 && length == 4 || (kind == 0x209 || kind == 0x409) && (length == 6 || length == 8)) &&
		(what == 0x10 || what == 0x05 || what == 0x100)
}

func run(_ context.Context, doc *extract.Document, out *extract.Output) error {
	data, err := doc.Bytes()
	if err != nil {
		return err
	}
	container, err := cfb.Open(data)
	if err != nil {
		if stop := printable.Write(out, data); stop != nil {
			return stop
		}
		return fmt.Errorf("%w: no directory in the compound file", extract.ErrDamaged)
	}
	f := &file{root: container.Root, out: out, read: map[*cfb.Entry]bool{}}
	return f.all(container)
}

// file is a compound file that is being read.
type file struct {
	root *cfb.Entry
	out  *extract.Output
	read map[*cfb.Entry]bool // streams and storages that a reader took
}

// formats are the documents that a compound file can be, by the stream that
// makes it one. There can be two: Excel wrote BIFF5 and BIFF8 side by side.
var formats = []struct {
	stream string
	read   func(*file, []byte) error
}{
	{"WordDocument", (*file).word},
	{"Workbook", (*file).excel},
	{"Book", (*file).excel},
	{"PowerPoint Document", (*file).powerpoint},
	{"__properties_version1.0", (*file).outlook},
}

func (f *file) all(container *cfb.File) error {
	if f.root.Child("\tDRMContent") != nil { // needs a licence
		return extract.ErrEncrypted
	}
	if sealed := f.root.Stream("EncryptedPackage"); sealed != nil {
		return f.sealedPackage(sealed)
	}
	var failed error
	for _, format := range formats {
		e := f.root.Child(format.stream)
		if e == nil || e.Storage {
			continue
		}
		f.take(e)
		if err := format.read(f, e.Data); err != nil && failed == nil {
			failed = err
		}
		if stop := f.out.Err(); stop != nil {
			return stop
		}
	}
	if err := f.rest(f.root, ""); err != nil {
		return err
	}
	if err := f.deleted(container); err != nil {
		return err
	}
	return failed
}

// take says that an entry is read. What is missing of it is reported.
func (f *file) take(e *cfb.Entry) {
	f.read[e] = true
	if e.Short {
		f.out.Unexamined(visible(e.Name), "", fmt.Errorf("%w: the stream is cut off", extract.ErrDamaged))
	}
}

// rest reads what no format took: macros, properties, objects, and the printable
// runs of everything else.
func (f *file) rest(storage *cfb.Entry, path string) error {
	for _, e := range storage.Children {
		if f.read[e] {
			continue
		}
		part := path + visible(e.Name)
		var err error
		switch {
		case !e.Storage:
			err = f.stream(e, part)
		case e.Name == "_SX_DB_CUR":
			err = f.pivotCaches(e, part)
		case macros(e):
			err = f.macros(e, part)
		case object(e):
			f.read[e] = true
			err = f.out.EmbedBytes(part, f.placeOf(e), cfb.Write(e))
		default:
			err = f.rest(e, part+"/")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// pivotCaches reads the streams of a storage that holds nothing else.
func (f *file) pivotCaches(storage *cfb.Entry, part string) error {
	for _, e := range storage.Children {
		if e.Storage {
			continue
		}
		f.take(e)
		if err := f.pivotCache(e.Data, part+"/"+visible(e.Name)); err != nil {
			return err
		}
	}
	return nil
}

// object reports whether a storage is a document by itself, embedded in this one.
func object(e *cfb.Entry) bool {
	for _, c := range e.Children {
		switch c.Name {
		case "\x01CompObj", "\x01Ole", "\x01Ole10Native", "Package", "CONTENTS", "EncryptedPackage":
			return true
		}
	}
	for _, format := range formats {
		if e.Child(format.stream) != nil {
			return true
		}
	}
	return false
}

// placeOf says where an embedded object stands, as far as its storage tells.
func (f *file) placeOf(*cfb.Entry) string { return "embedded object" }

// streams are those whose names say what they hold, in any storage.
var streams = map[string]func(f *file, data []byte, part string) error{
	"\x05SummaryInformation":         (*file).properties,
	"\x05DocumentSummaryInformation": (*file).properties,
	"\x01Ole10Native":                (*file).nativeObject,
}

func (f *file) stream(e *cfb.Entry, part string) error {
	f.take(e)
	if read := streams[e.Name]; read != nil {
		return read(f, e.Data, part)
	}
	return f.unknown(part, e.Data)
}

// unknown reads what no reader explains: a document as such, pictures in it, and
// else what can be read in it by eye.
func (f *file) unknown(part string, data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if f.out.Claims(data) {
		return f.out.EmbedBytes(part, "", data)
	}
	if err := f.pictures(part, "image", data); err != nil {
		return err
	}
	f.out.Begin(part)
	return printable.Write(f.out, data)
}

// deleted reads what the container holds beside its streams.
func (f *file) deleted(container *cfb.File) error {
	for _, e := range container.Lost {
		f.out.Begin(visible(e.Name))
		f.out.Place("deleted")
		if err := printable.Write(f.out, e.Data); err != nil {
			return err
		}
	}
	f.out.Begin("")
	f.out.Place("deleted")
	for _, run := range container.Unclaimed() {
		if err := printable.Write(f.out, run); err != nil {
			return err
		}
	}
	return nil
}

// visible returns a stream's name without the control character that the names
// of system streams begin with.
func visible(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, name)
}

// joinPlaces puts a place in a place behind it.
func joinPlaces(outer, inner string) string {
	if outer == "" || inner == "" {
		return outer + inner
	}
	return outer + ", " + inner
}
