package archive

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/bodgit/sevenzip"
	"github.com/nwaples/rardecode/v2"

	"github.com/deputy-sec/deputy/internal/inflate"
	"github.com/deputy-sec/deputy/scanner/extract"
)

// Seven reads 7z archives.
var Seven = &extract.Extractor{
	Name:    "7z archive",
	Claims:  func(head []byte) bool { return hasAnyPrefix(head, []string{"7z\xbc\xaf\x27\x1c"}) },
	Extract: extractSeven,
}

// 7-Zip knows Deflate64, too, which the library leaves out.
func init() {
	sevenzip.RegisterDecompressor([]byte{4, 1, 9}, func(_ []byte, _ uint64, in []io.ReadCloser) (io.ReadCloser, error) {
		if len(in) != 1 {
			return nil, extract.ErrDamaged
		}
		packed, err := io.ReadAll(io.LimitReader(in[0], extract.Defaults().Whole))
		return struct {
			io.Reader
			io.Closer
		}{inflate.NewReader64(packed), in[0]}, err
	})
}

func extractSeven(_ context.Context, doc *extract.Document, out *extract.Output) error {
	data, err := doc.Bytes()
	if err != nil {
		return err
	}
	r, err := sevenzip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return sevenError(err)
	}
	for _, f := range r.File {
		if f.FileInfo().IsDir() {
			out.Begin(f.Name)
			continue
		}
		if err := extractSevenFile(f, out); err != nil {
			return err
		}
	}
	return nil
}

func extractSevenFile(f *sevenzip.File, out *extract.Output) error {
	content, err := f.Open()
	if err != nil {
		out.Unexamined(f.Name, "", sevenError(err))
		return out.Err()
	}
	defer content.Close()
	return out.Embed(f.Name, "", sevenReader{content})
}

// sevenReader says encrypted where the library says that decoding failed for
// want of a password.
type sevenReader struct{ io.Reader }

func (r sevenReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // the end itself, not an error that wraps it
		err = sevenError(err)
	}
	return n, err
}

func sevenError(err error) error {
	var read *sevenzip.ReadError
	if errors.As(err, &read) && read.Encrypted {
		return extract.Encrypted("AES-256") // 7-Zip knows no other
	}
	return damaged(err)
}

// Rar reads rar archives, of RAR 1.5 to 7.
var Rar = &extract.Extractor{
	Name: "rar archive",
	Claims: func(head []byte) bool {
		return hasAnyPrefix(head, []string{"Rar!\x1a\x07\x00", "Rar!\x1a\x07\x01\x00"})
	},
	Extract: extractRar,
}

// maxRarWindow is what a rar may ask us to hold. RAR 5 allows 4 GiB; the largest
// that WinRAR offers without a warning is 1 GiB, the default 32 MiB.
const maxRarWindow = 256 << 20

func extractRar(_ context.Context, doc *extract.Document, out *extract.Output) error {
	r, err := rardecode.NewReader(doc.Reader(), rardecode.MaxDictionarySize(maxRarWindow))
	if err != nil {
		return rarError(err)
	}
	for {
		h, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return rarError(err)
		case h.IsDir:
			out.Begin(h.Name)
			continue
		case h.Encrypted:
			out.Unexamined(h.Name, "", extract.Encrypted("AES"))
			continue
		}
		if err := out.Embed(h.Name, "", r); err != nil {
			return err
		}
	}
}

func rarError(err error) error {
	if errors.Is(err, rardecode.ErrArchiveEncrypted) || errors.Is(err, rardecode.ErrArchivedFileEncrypted) {
		return extract.Encrypted("AES")
	}
	return damaged(err)
}
