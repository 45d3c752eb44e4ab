package image

import "encoding/binary"

// unread are formats of pictures that we know by their first bytes and do not decode.
var unread = []struct{ magic, name string }{
	{"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"}, // ISO/IEC 15444-1, I.5.1
	{"\xff\x4f\xff\x51", "JPEG 2000"},               // ISO/IEC 15444-1, A.4: without a container
	{"\x00\x00\x00\x0cJXL \r\n\x87\n", "JPEG XL"},   // ISO/IEC 18181-2
	{"\xff\x0a", "JPEG XL"},                         // ISO/IEC 18181-1: without a container
	{"II\xbc\x01", "JPEG XR"},                       // ITU-T T.832, A.4
	{"\x97JB2\r\n\x1a\n", "JBIG2"},                  // ITU-T T.88, D.4.1
}

// brands are those of pictures in ISO's base media file format (ISO/IEC 14496-12; the
// brands of ISO/IEC 23008-12, annex B, and of AV1 Image File Format 1.1, section 6).
var brands = map[string]string{
	"avif": "AVIF", "avis": "AVIF",
	"heic": "HEIC", "heix": "HEIC", "heim": "HEIC", "heis": "HEIC", "hevc": "HEIC", "hevx": "HEIC", "hevm": "HEIC", "hevs": "HEIC",
	"mif1": "HEIF", "msf1": "HEIF", "mif2": "HEIF",
	"jp2 ": "JPEG 2000", "jpx ": "JPEG 2000", "jph ": "JPEG 2000",
}

// unreadFormat returns the name of the format of a picture that is not read, "" if it is
// none.
func unreadFormat(head []byte) string {
	for _, f := range unread {
		if len(head) >= len(f.magic) && string(head[:len(f.magic)]) == f.magic {
			return f.name
		}
	}
	return brandOf(head)
}

// brandOf returns the name of the format in the box that a file in ISO's format begins
// with. Where the main brand is the general one, those it is compatible with say more;
// a film that says so has a main brand of its own.
func brandOf(head []byte) string {
	const header, version = 8, 4
	if len(head) < header+4+version || string(head[4:header]) != "ftyp" {
		return ""
	}
	end := min(uint64(binary.BigEndian.Uint32(head)), uint64(len(head)))
	name := brands[string(head[header:header+4])]
	if name != "HEIF" {
		return name
	}
	for at := uint64(header + 4 + version); at+4 <= end; at += 4 {
		if more := brands[string(head[at:at+4])]; more != "" && more != "HEIF" {
			return more
		}
	}
	return name
}
