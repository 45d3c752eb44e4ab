package archive

import (
	"context"
	"fmt"
	"io"

	"github.com/deputy-sec/deputy/internal/ziparchive"
	"github.com/deputy-sec/deputy/scanner/extract"
)

// Zip reads zip archives, and everything that is one under another name.
var Zip = &extract.Extractor{
	Name:    "zip archive",
	Claims:  func(head []byte) bool { return hasAnyPrefix(head, zipMagics) },
	Extract: extractZip,
}

// zipMagics are a file's header, the end of an empty archive, and the mark of
// one that was split.
var zipMagics = []string{"PK\x03\x04", "PK\x05\x06", "PK\x07\x08PK\x03\x04"}

func extractZip(_ context.Context, doc *extract.Document, out *extract.Output) error {
	data, err := doc.Bytes()
	if err != nil {
		return err
	}
	a, err := ziparchive.Open(data)
	if err != nil {
		return damaged(err)
	}
	for i := range a.Entries {
		if err := extractEntry(&a.Entries[i], out); err != nil {
			return err
		}
	}
	if a.Damaged {
		out.Unexamined("", "", fmt.Errorf("%w: the directory of the archive does not fit its files; those that were found were read", extract.ErrDamaged))
	}
	return out.Err()
}

func extractEntry(e *ziparchive.Entry, out *extract.Output) error {
	if e.Encrypted {
		out.Unexamined(e.Name, "", extract.Encrypted(e.Cipher))
		return out.Err()
	}
	content, err := e.Open()
	if err != nil {
		out.Unexamined(e.Name, "", damaged(err))
		return out.Err()
	}
	defer content.Close()
	return out.Embed(e.Name, "", io.Reader(content))
}
