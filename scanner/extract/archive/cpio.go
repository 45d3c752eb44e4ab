package archive

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/printable"
)

// Cpio reads the archives of cpio in the format that is in use (newc, also with checksums):
// what packages of RPM and the first file systems of Linux hold.
var Cpio = &extract.Extractor{
	Name: "cpio archive",
	Claims: func(head []byte) bool {
		return hasAnyPrefix(head, []string{"070701", "070702"}) && len(head) >= cpioHeader && cpioField(head, 0) >= 0
	},
	Extract: extractCpio,
}

const (
	cpioHeader = 110
	cpioMode   = 1 // fields of eight digits behind the magic
	cpioSize   = 6
	cpioName   = 11
)

// cpioField returns a field of a header, -1 if it is no number.
func cpioField(head []byte, n int) int64 {
	v, err := strconv.ParseUint(string(head[6+8*n:][:8]), 16, 32)
	if err != nil {
		return -1
	}
	return int64(v)
}

func extractCpio(_ context.Context, doc *extract.Document, out *extract.Output) error {
	content := bufio.NewReader(doc.Reader())
	for {
		var head [cpioHeader]byte
		if _, err := io.ReadFull(content, head[:]); err != nil { // a last member says that it is the last
			return damaged(err)
		}
		size, length := cpioField(head[:], cpioSize), cpioField(head[:], cpioName)
		if !hasAnyPrefix(head[:], []string{"070701", "070702"}) || size < 0 || length < 1 || length > maxMemberName {
			return fmt.Errorf("%w: the header of a member", extract.ErrDamaged)
		}
		name := make([]byte, length+padding(cpioHeader+length))
		if _, err := io.ReadFull(content, name); err != nil {
			return damaged(err)
		}
		name = bytes.TrimRight(name, "\x00")
		if string(name) == "TRAILER!!!" {
			return extractTrailer(content, out)
		}
		member := &io.LimitedReader{R: content, N: size}
		if cpioField(head[:], cpioMode)&0o170000 == 0o100000 { // a file
			if err := out.Embed(string(name), "", member); err != nil {
				return err
			}
		}
		if _, err := io.Copy(io.Discard, member); err != nil || member.N > 0 {
			return damaged(errors.Join(err, io.ErrUnexpectedEOF))
		}
		_, _ = content.Discard(int(padding(size))) // a missing end is told by the next header
	}
}

// padding returns what a length lacks to a multiple of four.
func padding(n int64) int64 { return -n & 3 }

// Rpm reads packages of RPM: what the header says, and the archive behind it.
var Rpm = &extract.Extractor{
	Name:    "RPM package",
	Claims:  func(head []byte) bool { return bytes.HasPrefix(head, []byte("\xed\xab\xee\xdb")) },
	Extract: extractRpm,
}

// The format is described in the RPM manual, "RPM v4 file format": a lead of 96 bytes, and two
// headers of an index of sixteen bytes an entry and a store; the first is filled up to eight.
const (
	rpmLead      = 96
	rpmMagic     = "\x8e\xad\xe8"
	rpmHeader    = 16
	rpmEntry     = 16
	maxRpmHeader = 32 << 20
)

func extractRpm(_ context.Context, doc *extract.Document, out *extract.Output) error {
	content := bufio.NewReader(doc.Reader())
	if _, err := content.Discard(rpmLead); err != nil {
		return damaged(err)
	}
	for i, place := range []string{"signature", "header"} {
		var head [rpmHeader]byte
		if _, err := io.ReadFull(content, head[:]); err != nil {
			return damaged(err)
		}
		index, size := int64(binary.BigEndian.Uint32(head[8:]))*rpmEntry, int64(binary.BigEndian.Uint32(head[12:]))
		if !bytes.HasPrefix(head[:], []byte(rpmMagic)) || index+size > maxRpmHeader {
			return fmt.Errorf("%w: a header", extract.ErrDamaged)
		}
		if i == 0 {
			size += -size & 7
		}
		store, err := io.ReadAll(io.LimitReader(content, index+size))
		if err == nil && int64(len(store)) < index+size {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return damaged(err)
		}
		out.Begin("")
		out.Place(place)
		if err := printable.Write(out, store[index:]); err != nil {
			return err
		}
	}
	return out.Embed("", "", content)
}
