package archive

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"io"
	"slices"

	"github.com/deputy-sec/deputy/internal/encoded"
)

// isZlib reports whether a content is a zlib stream (RFC 1950). Two bytes are too few to tell:
// it has to inflate to something, all of it if it is short, and be no text.
func isZlib(head []byte) bool {
	const method, window, preset, enough = 0x0f, 7 << 4, 0x20, 512
	if len(head) < 8 || head[0]&method != 8 || head[0] > window|method || head[1]&preset != 0 || (int(head[0])<<8|int(head[1]))%31 != 0 {
		return false
	}
	if encoded.TextPrefix(head) == len(head) {
		return false
	}
	r, err := zlib.NewReader(bytes.NewReader(head))
	if err != nil {
		return false
	}
	n, err := io.CopyN(io.Discard, r, enough)
	return n == enough || n > 0 && err == io.EOF //nolint:errorlint // the end, with a sound checksum
}

// openZlib opens a zlib stream. Of a loose object of git it leaves out the header, so that
// what follows is what it is.
func openZlib(r io.Reader) (io.Reader, error) {
	z, err := zlib.NewReader(r)
	if err != nil {
		return nil, err
	}
	content := bufio.NewReader(z)
	head, _ := content.Peek(longestObjectHeader) // what is wrong is told by whoever reads on
	_, err = content.Discard(objectHeader(head))
	return content, err
}

const longestObjectHeader = 32

// objectHeader returns the length of the header of git's objects, a type and a length, 0 if
// there is none.
func objectHeader(head []byte) int {
	end := bytes.IndexByte(head, 0)
	kind, length, ok := bytes.Cut(head[:max(end, 0)], []byte(" "))
	if !ok || !slices.Contains([]string{"blob", "tree", "commit", "tag"}, string(kind)) {
		return 0
	}
	for _, c := range length {
		if c < '0' || c > '9' {
			return 0
		}
	}
	return end + 1
}
