package archive

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"

	"github.com/deputy-sec/deputy/internal/ziparchive"
	"github.com/deputy-sec/deputy/scanner/extract"
)

// Behind reads the archives that stand behind something else: a zip behind whatever it is, as
// jars that run by themselves, browsers' extensions and pictures that hide something have it;
// and those that a program or a script unpacks: 7z, rar, and compressed files behind the last
// line.
var Behind = &extract.Extractor{
	Name:         "self-extracting archive",
	Claims:       func([]byte) bool { return false },
	ClaimsBehind: claimsBehind,
	AlsoBehind:   true,
	Extract:      extractBehind,
}

func claimsBehind(head, piece []byte, last bool) bool {
	if hasAnyPrefix(head, zipMagics) {
		return false
	}
	program := extract.IsProgram(head)
	return last && ziparchive.Ends(piece, program) || program && payload(head, piece) >= 0
}

// maxPayloads bounds the archives behind one program.
const maxPayloads = 16

func extractBehind(ctx context.Context, doc *extract.Document, out *extract.Output) error {
	data, err := doc.Bytes()
	if err != nil {
		return err
	}
	if ziparchive.Ends(data, true) {
		return extractZip(ctx, doc, out)
	}
	head := data[:min(len(data), extract.Sniff)]
	for range maxPayloads {
		at := payload(head, data)
		if at < 0 {
			return nil
		}
		if err := out.EmbedBytes("", "behind the program", data[at:]); err != nil {
			return err
		}
		data = data[at+1:]
	}
	return nil
}

// payloads are how archives begin that programs carry, and what tells one from a program's own
// copy of the signature.
var payloads = []struct {
	signature string
	script    bool // behind a script's last line, not in a program
	sound     func(b []byte) bool
}{
	{"7z\xbc\xaf\x27\x1c", false, soundSeven},
	{"Rar!\x1a\x07", false, soundRar},
	{"\n7z\xbc\xaf\x27\x1c", true, nil},
	{"\n\x1f\x8b\x08", true, nil},
	{"\nBZh", true, func(b []byte) bool { return hasAnyPrefix(b, bzip2Magics()) }},
	{"\n\xfd7zXZ\x00", true, nil},
	{"\n\x28\xb5\x2f\xfd", true, nil},
}

// payload returns where the first archive begins that a program carries, -1 if there is none.
func payload(head, data []byte) int {
	first := -1
	script := hasAnyPrefix(head, []string{"#!", ":;", "@"})
	for _, p := range payloads {
		if p.script != script {
			continue
		}
		for at := 0; ; at++ {
			i := bytes.Index(data[at:], []byte(p.signature))
			if i < 0 {
				break
			}
			at += i
			begin := at
			if script {
				begin++
			}
			if p.sound == nil || p.sound(data[begin:]) {
				if first < 0 || begin < first {
					first = begin
				}
				break
			}
		}
	}
	return first
}

// soundSeven reports whether the checksum of a 7z's start header holds (7zFormat.txt:
// signature, version, CRC-32 of the twenty bytes that follow it).
func soundSeven(b []byte) bool {
	const crc, start, length = 8, 12, 32
	return len(b) >= length && binary.LittleEndian.Uint32(b[crc:]) == crc32.ChecksumIEEE(b[start:length])
}

// soundRar reports whether the checksum of the first header behind a rar's signature holds: of
// RAR 5 a CRC-32, of versions before it the lower half of one (RARLAB, "RAR 5.0 archive
// format", and technote.txt).
func soundRar(b []byte) bool {
	const longest = 64
	if bytes.HasPrefix(b, []byte("Rar!\x1a\x07\x01\x00")) && len(b) > 13 {
		size, n := binary.Uvarint(b[12:min(len(b), 15)])
		end := 12 + n + int(size)
		return n > 0 && size < longest && end <= len(b) && binary.LittleEndian.Uint32(b[8:]) == crc32.ChecksumIEEE(b[12:end])
	}
	if bytes.HasPrefix(b, []byte("Rar!\x1a\x07\x00")) && len(b) > 14 {
		size := int(binary.LittleEndian.Uint16(b[12:]))
		return size >= 7 && size < longest && 7+size <= len(b) && binary.LittleEndian.Uint16(b[7:]) == uint16(crc32.ChecksumIEEE(b[9:7+size]))
	}
	return false
}
