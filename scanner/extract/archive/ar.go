package archive

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/scanner/extract"
)

// Ar reads the archives of ar: Debian's packages, and libraries.
var Ar = &extract.Extractor{
	Name:    "ar archive or Debian package",
	Claims:  func(head []byte) bool { return bytes.HasPrefix(head, []byte(arMagic)) },
	Extract: extractAr,
}

const (
	arMagic  = "!<arch>\n"
	arHeader = 60
	// maxMemberName bounds a name that stands in front of a member or in the table of names.
	maxMemberName  = 4 << 10
	maxMemberNames = 4 << 20
)

func extractAr(_ context.Context, doc *extract.Document, out *extract.Output) error {
	content := bufio.NewReader(doc.Reader())
	_, _ = content.Discard(len(arMagic)) // it was seen
	var names []byte
	for {
		var head [arHeader]byte
		switch _, err := io.ReadFull(content, head[:]); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return damaged(err)
		}
		size, err := strconv.ParseInt(strings.TrimSpace(string(head[48:58])), 10, 64)
		if err != nil || size < 0 || string(head[58:]) != "`\n" {
			return fmt.Errorf("%w: the header of a member", extract.ErrDamaged)
		}
		member := &io.LimitedReader{R: content, N: size}
		name := strings.TrimRight(string(head[:16]), " ")
		switch name {
		case "//": // the names that are longer than the header has room for
			names, err = io.ReadAll(io.LimitReader(member, maxMemberNames))
		case "/", "/SYM64/", "__.SYMDEF": // the symbols of a library, which its members hold, too
		default:
			if name, err = arName(name, names, member); err == nil {
				err = out.Embed(name, "", member)
				if err != nil {
					return err
				}
			}
		}
		if err == nil {
			_, err = io.Copy(io.Discard, member)
		}
		if err == nil && member.N > 0 {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return damaged(err)
		}
		if size%2 != 0 {
			_, _ = content.Discard(1)
		}
	}
}

// arName returns the name of a member: "name/", "/12" in the table of names, or "#1/12" in front
// of the member, as BSD has it.
func arName(name string, names []byte, member *io.LimitedReader) (string, error) {
	if n, err := strconv.Atoi(strings.TrimPrefix(name, "#1/")); err == nil && strings.HasPrefix(name, "#1/") && n > 0 {
		if n > maxMemberName {
			return "", extract.ErrDamaged
		}
		long := make([]byte, n)
		_, err := io.ReadFull(member, long)
		return string(bytes.TrimRight(long, "\x00")), err
	}
	if n, err := strconv.Atoi(strings.TrimPrefix(name, "/")); err == nil && strings.HasPrefix(name, "/") && n >= 0 && n < len(names) {
		long, _, _ := bytes.Cut(names[n:min(len(names), n+maxMemberName)], []byte("\n"))
		return strings.TrimSuffix(string(long), "/"), nil
	}
	return strings.TrimSuffix(name, "/"), nil
}
