package archive

import (
	"bytes"
	"compress/bzip2"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz/lzma"

	"github.com/deputy-sec/deputy/internal/inflate"
	"github.com/deputy-sec/deputy/scanner/extract"
)

// compression is a format that holds one file.
type compression struct {
	name   string
	magic  []string
	claims func(head []byte) bool // for one without a signature
	open   func(*extract.Document) (io.Reader, error)
}

// stream makes the opener of a format that is read from a stream.
func stream(open func(io.Reader) (io.Reader, error)) func(*extract.Document) (io.Reader, error) {
	return func(doc *extract.Document) (io.Reader, error) { return open(doc.Reader()) }
}

// maxWindow bounds what a decompressor may hold of the past. Formats allow
// gigabytes; what people make asks for up to 128 MiB (zstd --ultra --long=27,
// xz -9 asks for 64 MiB). What is needed is allocated as the header says, so a
// few bytes could ask for all of it.
const maxWindow = 128 << 20

var compressions = []compression{
	{name: "gzip file", magic: []string{"\x1f\x8b\x08"}, open: openGzip},
	{name: "bzip2 file", magic: bzip2Magics(), open: stream(func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil })},
	{name: "xz file", magic: []string{"\xfd7zXZ\x00"}, open: stream(func(r io.Reader) (io.Reader, error) { return xz.NewReader(r, maxWindow) })},
	{name: "zstd file", magic: []string{"\x28\xb5\x2f\xfd"}, open: stream(openZstd)},
	{name: "lz4 file", magic: []string{"\x04\x22\x4d\x18", "\x02\x21\x4c\x18"}, open: stream(func(r io.Reader) (io.Reader, error) { return lz4.NewReader(r), nil })},
	{name: "lzma file", claims: isLzma, open: stream(openLzma)},
	{name: "zlib stream", claims: isZlib, open: stream(openZlib)},
}

// bzip2Magics are "BZh", a digit for the block size, and the first block or, in
// an empty file, the end.
func bzip2Magics() []string {
	var out []string
	for digit := '1'; digit <= '9'; digit++ {
		for _, block := range []string{"\x31\x41\x59\x26\x53\x59", "\x17\x72\x45\x38\x50\x90"} {
			out = append(out, "BZh"+string(digit)+block)
		}
	}
	return out
}

// heldGzip is how large a gzip file in another document may be to be read from
// memory, which is three times as fast as from a stream: as many of them as documents
// lie in each other are held at once.
const heldGzip = 8 << 20

func openGzip(doc *extract.Document) (io.Reader, error) {
	data, err := doc.BytesUpTo(heldGzip) // of any size if it is in memory already
	if err != nil {                      // too large, or its end cannot be read
		return gzip.NewReader(doc.Reader())
	}
	return inflate.NewGzip(data)
}

func openZstd(r io.Reader) (io.Reader, error) {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

// extractor makes the compression's extractor.
func (c compression) extractor() *extract.Extractor {
	return &extract.Extractor{
		Name:   c.name,
		Claims: func(head []byte) bool { return hasAnyPrefix(head, c.magic) || c.claims != nil && c.claims(head) },
		Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
			content, err := c.open(doc)
			if err != nil {
				return damaged(err)
			}
			if closer, ok := content.(io.Closer); ok {
				defer closer.Close()
			}
			return out.Embed("", "", content)
		},
	}
}

func hasAnyPrefix(head []byte, magics []string) bool {
	for _, m := range magics {
		if len(head) >= len(m) && string(head[:len(m)]) == m {
			return true
		}
	}
	return false
}

// damaged wraps what a library says of bytes it does not understand. Libraries
// speak of offsets and header fields, not of content.
func damaged(err error) error {
	if tooLarge := (*lzma.ErrDictSize)(nil); errors.Is(err, xz.ErrMemlimit) || errors.As(err, &tooLarge) {
		return &extract.OverBudget{Limit: fmt.Sprintf("an xz file that asks for a dictionary of more than %d MiB", maxWindow>>20)}
	}
	return extract.Unreadable(err)
}

// isTar tells a tar by its first header: the mark of POSIX and GNU, or the
// checksum that formats before them have too.
func isTar(head []byte) bool {
	if len(head) < tarBlock {
		return false
	}
	if bytes.HasPrefix(head[257:], []byte("ustar")) {
		return true
	}
	return head[0] != 0 && tarChecksum(head)
}
