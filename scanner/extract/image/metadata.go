package image

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"net/url"
	"strings"
	"unicode/utf16"

	"github.com/deputy-sec/deputy/scanner/extract/excalidraw"
)

// metadata collects what stands beside the pixels.
type metadata struct {
	text        bytes.Buffer
	diagrams    [][]byte
	orientation int // as in Exif: 1 to 8; 0 if nothing says
}

// maxInflated bounds a compressed text.
const maxInflated = 16 << 20

// say adds a text under a name.
func (m *metadata) say(name string, value []byte) {
	value = bytes.TrimSpace(bytes.ReplaceAll(value, []byte{0}, []byte{' '}))
	if len(value) == 0 {
		return
	}
	if name != "" {
		m.text.WriteString(strings.ReplaceAll(name, "\x00", "") + ": ")
	}
	m.text.Write(value)
	m.text.WriteByte('\n')
}

// pngMetadata reads the chunks tEXt, zTXt, iTXt and eXIf (PNG, third edition,
// section 11.3.3).
func pngMetadata(data []byte, m *metadata) int {
	at := 8
	for at+12 <= len(data) {
		n := int(binary.BigEndian.Uint32(data[at:]))
		if n < 0 || n > len(data)-at-12 {
			return 0
		}
		kind, body := string(data[at+4:at+8]), data[at+8:at+8+n]
		at += 12 + n
		switch kind {
		case "tEXt":
			name, value := split(body)
			m.pngText(name, value, false)
		case "zTXt":
			if name, rest := split(body); len(rest) > 1 {
				m.pngText(name, rest[1:], true)
			}
		case "iTXt":
			m.international(body)
		case "eXIf":
			exif(body, m)
		case "IEND":
			return at
		}
	}
	return 0
}

func split(body []byte) (name string, rest []byte) {
	i := bytes.IndexByte(body, 0)
	if i < 0 {
		return "", body
	}
	return string(body[:i]), body[i+1:]
}

// pngText adds a text, or hands on the diagram that draw.io or Excalidraw keeps in one.
func (m *metadata) pngText(name string, value []byte, compressed bool) {
	if compressed {
		value = inflate(value)
	}
	if name == "mxfile" || name == "mxGraphModel" {
		plain := string(value)
		if decoded, err := url.PathUnescape(plain); err == nil {
			plain = decoded
		}
		m.diagrams = append(m.diagrams, []byte(plain))
		return
	}
	if name == excalidraw.Type {
		if scene, ok := excalidraw.Scene(value); ok {
			m.diagrams = append(m.diagrams, scene)
			return
		}
	}
	m.say(name, value)
}

// international reads an iTXt: name, whether it is compressed and how, language,
// translated name, text.
func (m *metadata) international(body []byte) {
	name, rest := split(body)
	if len(rest) < 2 {
		return
	}
	compressed := rest[0] == 1
	_, rest = split(rest[2:])
	_, rest = split(rest)
	m.pngText(name, rest, compressed)
}

func inflate(value []byte) []byte {
	r, err := zlib.NewReader(bytes.NewReader(value))
	if err != nil {
		return nil
	}
	plain, _ := io.ReadAll(io.LimitReader(r, maxInflated)) // as far as it goes
	return plain
}

// jpegMetadata reads the segments in front of the pixels: Exif and XMP (APP1),
// IPTC in Photoshop's blocks (APP13), and comments.
func jpegMetadata(data []byte, m *metadata) int {
	at := 2
	for at+4 <= len(data) && data[at] == 0xff {
		marker := data[at+1]
		if marker == 0xff || marker == 0x01 || marker >= 0xd0 && marker <= 0xd8 {
			at++
			if marker != 0xff {
				at++
			}
			continue
		}
		n := int(binary.BigEndian.Uint16(data[at+2:]))
		if marker == 0xda || marker == 0xd9 || n < 2 || n > len(data)-at-2 {
			break
		}
		m.segment(marker, data[at+4:at+2+n])
		at += 2 + n
	}
	if i := bytes.LastIndex(data, []byte{0xff, 0xd9}); i >= at {
		return i + 2
	}
	return 0
}

func (m *metadata) segment(marker byte, body []byte) {
	switch {
	case marker == 0xfe:
		m.say("comment", body)
	case marker == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")):
		exif(body[6:], m)
	case marker == 0xe1 && bytes.HasPrefix(body, []byte("http://ns.adobe.com/")):
		if i := bytes.IndexByte(body, 0); i >= 0 {
			m.say("XMP", body[i+1:])
		}
	case marker == 0xed:
		iptc(body, m)
	}
}

// iptc reads the datasets of application record 2: a tag of 0x1c 0x02, the
// dataset, two bytes of length.
func iptc(body []byte, m *metadata) {
	for {
		i := bytes.Index(body, []byte{0x1c, 0x02})
		if i < 0 || i+5 > len(body) {
			return
		}
		n := int(binary.BigEndian.Uint16(body[i+3:]))
		body = body[i+5:]
		if n <= len(body) && n < 1<<15 {
			m.say("IPTC", body[:n])
			body = body[n:]
		}
	}
}

// gifMetadata reads comments and XMP (GIF89a, sections 24 and 26).
func gifMetadata(data []byte, m *metadata) int {
	if len(data) < 13 {
		return 0
	}
	at := 13
	if data[10]&0x80 != 0 {
		at += 3 << (data[10]&7 + 1)
	}
	for at < len(data) {
		switch data[at] {
		case 0x3b:
			return at + 1
		case 0x2c:
			if at+10 > len(data) {
				return 0
			}
			table := 0
			if data[at+9]&0x80 != 0 {
				table = 3 << (data[at+9]&7 + 1)
			}
			at += 10 + table + 1
			_, at = blocks(data, at)
		case 0x21:
			if at+2 > len(data) {
				return 0
			}
			label := data[at+1]
			var body []byte
			body, at = blocks(data, at+2)
			if label == 0xfe {
				m.say("comment", body)
			} else if bytes.HasPrefix(body, []byte("XMP DataXMP")) {
				m.say("XMP", body[11:])
			}
		default:
			return 0
		}
	}
	return 0
}

// blocks joins sub-blocks, each with its length in front, up to an empty one.
func blocks(data []byte, at int) ([]byte, int) {
	var out []byte
	for at < len(data) {
		n := int(data[at])
		at++
		if n == 0 || at+n > len(data) {
			break
		}
		out = append(out, data[at:at+n]...)
		at += n
	}
	return out, at
}

// riffMetadata reads the chunks EXIF and XMP of a webp.
func riffMetadata(data []byte, m *metadata) int {
	at := 12
	for at+8 <= len(data) {
		n := int(binary.LittleEndian.Uint32(data[at+4:]))
		if n < 0 || n > len(data)-at-8 {
			return 0
		}
		switch body := data[at+8 : at+8+n]; string(data[at : at+4]) {
		case "EXIF":
			exif(bytes.TrimPrefix(body, []byte("Exif\x00\x00")), m)
		case "XMP ":
			m.say("XMP", body)
		}
		at += 8 + n + n&1
	}
	return at
}

func bmpMetadata([]byte, *metadata) int { return 0 }

func tiffMetadata(data []byte, m *metadata) int {
	exif(data, m)
	return 0
}

// Tags of a TIFF directory that hold another one, or text in another form than
// ASCII (Exif 2.3; the XP tags are Windows's).
const (
	tagOrientation = 0x0112
	tagExif        = 0x8769
	tagGPS         = 0x8825
	tagUserComment = 0x9286
	tagXPTitle     = 0x9c9b
	tagXPSubject   = 0x9c9f
	tagXMP         = 0x02bc
	tagIPTC        = 0x83bb
)

var tagNames = map[uint16]string{
	0x010e: "description", 0x013b: "artist", 0x8298: "copyright", 0x0131: "software", 0x010d: "document name", 0x011d: "page name", 0x013c: "host",
	tagUserComment: "user comment", 0x9c9b: "title", 0x9c9c: "comment", 0x9c9d: "author", 0x9c9e: "keywords", 0x9c9f: "subject", tagXMP: "XMP",
}

// maxDirectories bounds the chain of directories.
const maxDirectories = 200

// exif reads the texts of a TIFF structure.
func exif(data []byte, m *metadata) {
	order, first, ok := tiffHeader(data)
	if !ok {
		return
	}
	seen := map[uint32]bool{}
	todo := []uint32{first}
	for len(todo) > 0 && len(seen) < maxDirectories {
		at := todo[0]
		todo = todo[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		todo = append(todo, directory(data, at, order, m)...)
	}
}

func tiffHeader(data []byte) (order binary.ByteOrder, first uint32, ok bool) {
	if len(data) < 8 {
		return nil, 0, false
	}
	switch string(data[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return nil, 0, false
	}
	return order, order.Uint32(data[4:]), true
}

// directory reads one directory and returns those that it refers to.
func directory(data []byte, at uint32, order binary.ByteOrder, m *metadata) (next []uint32) {
	if uint64(at)+2 > uint64(len(data)) {
		return nil
	}
	n := int(order.Uint16(data[at:]))
	rest := data[at+2:]
	for range n {
		if len(rest) < 12 {
			return next
		}
		tag, kind := order.Uint16(rest), order.Uint16(rest[2:])
		count, value := order.Uint32(rest[4:]), order.Uint32(rest[8:])
		switch {
		case tag == tagExif || tag == tagGPS:
			next = append(next, value)
		case tag == tagOrientation && m.orientation == 0: // that of a thumbnail comes later
			m.orientation = int(order.Uint16(rest[8:]))
		case kind == 2 || tag == tagUserComment || tag >= tagXPTitle && tag <= tagXPSubject || tag == tagXMP:
			body := rest[8:12]
			if count > 4 {
				body = nil
				if uint64(value)+uint64(count) <= uint64(len(data)) {
					body = data[value : uint64(value)+uint64(count)]
				}
			}
			m.tag(tag, body[:min(len(body), int(min(count, 1<<24)))])
		case tag == tagIPTC && uint64(value)+uint64(count)*4 <= uint64(len(data)):
			iptc(data[value:uint64(value)+uint64(count)*4], m)
		}
		rest = rest[12:]
	}
	if len(rest) >= 4 {
		if following := order.Uint32(rest); following != 0 {
			next = append(next, following)
		}
	}
	return next
}

func (m *metadata) tag(tag uint16, body []byte) {
	name := tagNames[tag]
	switch {
	case tag == tagUserComment && len(body) > 8:
		if bytes.HasPrefix(body, []byte("UNICODE")) {
			body = narrow(body[8:])
		} else {
			body = body[8:]
		}
	case tag >= tagXPTitle && tag <= tagXPSubject:
		body = narrow(body)
	}
	m.say(name, body)
}

// narrow decodes UTF-16 in little-endian order.
func narrow(body []byte) []byte {
	units := make([]uint16, len(body)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(body[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}
