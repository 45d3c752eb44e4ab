package iwork

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/deputy-sec/deputy/internal/ziparchive"
	"github.com/deputy-sec/deputy/scanner/extract"
)

// New returns the extractor of Keynote, Pages and Numbers documents.
func New() *extract.Extractor {
	return &extract.Extractor{Name: "iWork document", Claims: claims, Extract: run}
}

// hints are names in such a zip, one of which is among the first.
var hints = [][]byte{[]byte(".iwa"), []byte("Index.zip"), []byte("preview"), []byte("Data/"), []byte("Metadata/")}

func claims(head []byte) bool {
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return false
	}
	for _, h := range hints {
		if bytes.Contains(head, h) {
			return true
		}
	}
	return false
}

func run(_ context.Context, doc *extract.Document, out *extract.Output) error {
	data, err := doc.Bytes()
	if err != nil {
		return err
	}
	archive, err := ziparchive.Open(data)
	if err != nil || !isDocument(archive) {
		return extract.ErrOtherFormat
	}
	for i := range archive.Entries {
		if err := entry(&archive.Entries[i], out); err != nil {
			return err
		}
	}
	if archive.Damaged {
		return fmt.Errorf("%w: the directory of the zip does not fit its files", extract.ErrDamaged)
	}
	return nil
}

func isDocument(a *ziparchive.Archive) bool {
	for _, e := range a.Entries {
		if path.Ext(e.Name) == ".iwa" || path.Base(e.Name) == "Index.zip" {
			return true
		}
	}
	return false
}

func entry(e *ziparchive.Entry, out *extract.Output) error {
	if e.Encrypted || path.Base(e.Name) == ".iwpv2" { // the second verifies a password
		out.Unexamined(e.Name, "", extract.ErrEncrypted)
		return out.Err()
	}
	content, err := e.Open()
	if err != nil {
		out.Unexamined(e.Name, "", extract.Unreadable(err))
		return out.Err()
	}
	defer content.Close()
	if path.Ext(e.Name) != ".iwa" {
		return out.Embed(e.Name, "", content)
	}
	messages, err := inflate(content, out.Limits().Whole)
	out.Begin(e.Name)
	w := &writer{out: out, place: strings.TrimSuffix(path.Base(e.Name), ".iwa")}
	out.Place(w.place)
	if stop := w.archive(messages); stop != nil {
		return stop
	}
	if err != nil {
		out.Unexamined(e.Name, "", err)
	}
	return out.Err()
}

// inflate returns what an .iwa file holds: chunks of Snappy without its check
// sums, each behind a zero and its length in three bytes. What stands before an
// error is returned, too.
func inflate(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit))
	var out []byte
	for len(data) >= 4 && err == nil {
		n := int(data[1]) | int(data[2])<<8 | int(data[3])<<16
		if data[0] != 0 || n > len(data)-4 {
			err = errors.New("a chunk is cut off")
			break
		}
		out, err = appendSnappy(out, data[4:4+n])
		data = data[4+n:]
		if int64(len(out)) > limit {
			return out, &extract.OverBudget{Limit: "it inflates to more than can be held in memory"}
		}
	}
	if err != nil {
		return out, fmt.Errorf("%w: %w", extract.ErrDamaged, err)
	}
	return out, nil
}
