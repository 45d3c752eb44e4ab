package archive

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/scanner/extract"
)

const tarBlock = 512

// Tar reads tar archives of every age.
var Tar = &extract.Extractor{
	Name:    "tar archive",
	Claims:  isTar,
	Extract: extractTar,
}

func extractTar(_ context.Context, doc *extract.Document, out *extract.Output) error {
	content := bufio.NewReader(doc.Reader())
	r := tar.NewReader(content)
	for {
		h, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return extractTrailer(content, out)
		case err != nil:
			return damaged(err)
		}
		if h.Typeflag != tar.TypeReg { // a directory, a link, a device: a name, and where a link leads
			out.Begin(h.Name)
			if _, err := out.WriteString(h.Linkname); err != nil {
				return err
			}
			continue
		}
		if err := out.Embed(h.Name, "", r); err != nil {
			return err
		}
	}
}

// extractTrailer passes on what stands behind the end of an archive, past its
// padding of zeros: another archive (tar --concatenate), or what somebody hid.
func extractTrailer(content *bufio.Reader, out *extract.Output) error {
	for out.Err() == nil {
		b, err := content.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return damaged(err)
		case b != 0:
			_ = content.UnreadByte() // the byte was just read
			return out.Embed("", "behind the end of the archive", content)
		}
	}
	return out.Err()
}

// tarChecksum reports whether the checksum field of a header holds the sum of
// its bytes, the field itself counted as spaces (POSIX.1-1988, ustar).
func tarChecksum(head []byte) bool {
	field := strings.Trim(string(head[148:156]), " \x00")
	want, err := strconv.ParseUint(field, 8, 32)
	if err != nil {
		return false
	}
	sum := uint64(0)
	for i, b := range head[:tarBlock] {
		if i >= 148 && i < 156 {
			b = ' '
		}
		sum += uint64(b)
	}
	return sum == want
}
