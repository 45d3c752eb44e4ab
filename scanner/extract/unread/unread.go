package unread

import (
	"bytes"
	"context"
	"slices"

	"github.com/deputy-sec/deputy/internal/encoded"
	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// format is one that is known and not read.
type format struct {
	name      string
	offset    int // of the magic
	magic     string
	encrypted bool                   // and may be a text
	sound     func(head []byte) bool // for magics that are too short to tell; may be nil
}

// is reports whether a content may be of the format, whose magic it has: what is text from end to
// end only begins with the same letters.
func (f *format) is(head []byte) bool {
	return (f.sound == nil || f.sound(head)) && (f.encrypted || encoded.TextPrefix(head) < len(head))
}

// New returns the extractor, which reads nothing. It is asked when everybody else has been.
func New() *extract.Extractor {
	return &extract.Extractor{
		Name:   "format that is not read",
		Text:   true, // what can be seen in the bytes is matched as it stands
		Claims: func(head []byte) bool { return of(head) != nil },
		ClaimsBehind: func(head, piece []byte, last bool) bool {
			return last && trailer(piece) != nil
		},
		Extract: run,
	}
}

func run(_ context.Context, doc *extract.Document, _ *extract.Output) error {
	f := of(doc.Head(extract.Sniff))
	if f == nil {
		data, err := doc.Bytes()
		if err != nil {
			return err
		}
		if f = trailer(data); f == nil {
			return extract.ErrOtherFormat
		}
	}
	if f.encrypted {
		return extract.Encrypted(f.name)
	}
	return finding.Unsupported.Because("%s: a format that is not read", f.name)
}

// of returns the format of a content, nil if it is none of them.
func of(head []byte) *format {
	if len(head) == 0 {
		return nil
	}
	for _, f := range byFirst[head[0]] {
		if bytes.HasPrefix(head, []byte(f.magic)) && f.is(head) {
			return f
		}
	}
	for _, f := range inside {
		if len(head) >= f.offset+len(f.magic) && string(head[f.offset:f.offset+len(f.magic)]) == f.magic && f.is(head) {
			return f
		}
	}
	return nil
}

// trailer returns the format of a content that ends in a block of 512 bytes which tells it.
func trailer(end []byte) *format {
	const block = 512
	if len(end) < block {
		return nil
	}
	end = end[len(end)-block:]
	for i := range trailers {
		if bytes.HasPrefix(end, []byte(trailers[i].magic)) {
			return &trailers[i]
		}
	}
	return nil
}

var (
	byFirst [256][]*format // those whose magic is at the beginning
	inside  []*format      // and the others
)

func init() {
	for i := range formats {
		f := &formats[i]
		if f.offset > 0 {
			inside = append(inside, f)
			continue
		}
		byFirst[f.magic[0]] = append(byFirst[f.magic[0]], f)
	}
	for _, list := range byFirst {
		slices.SortStableFunc(list, func(a, b *format) int { return len(b.magic) - len(a.magic) })
	}
}

// trailers are formats that a block at the end tells: "koly" of Apple's disk images, "conectix"
// of Virtual PC's (Virtual Hard Disk Image Format Specification, 1.0).
var trailers = []format{
	{name: "Apple disk image", magic: "koly\x00\x00\x00\x04\x00\x00\x02\x00"},
	{name: "virtual disk (VHD)", magic: "conectix"},
}

// formats are known from the descriptions of their makers, and from the lists of file(1) and of
// github.com/gabriel-vasile/mimetype.
var formats = []format{
	// compressions and archives
	{name: "lzip file", magic: "LZIP\x01"},
	{name: "lzop file", magic: "\x89LZO\x00\r\n\x1a\n"},
	{name: "lrzip file", magic: "LRZI\x00"},
	{name: "compress (.Z) file", magic: "\x1f\x9d", sound: func(head []byte) bool { return len(head) > 3 && head[2]&0x60 == 0 && head[2]&0x1f-9 < 8 }},
	{name: "framed Snappy file", magic: "\xff\x06\x00\x00sNaPpY"},
	{name: "Microsoft cabinet", magic: "MSCF\x00\x00\x00\x00"},
	{name: "InstallShield cabinet", magic: "ISc("},
	{name: "LHA archive", offset: 2, magic: "-lh0-"}, {name: "LHA archive", offset: 2, magic: "-lh1-"},
	{name: "LHA archive", offset: 2, magic: "-lh4-"}, {name: "LHA archive", offset: 2, magic: "-lh5-"},
	{name: "LHA archive", offset: 2, magic: "-lh6-"}, {name: "LHA archive", offset: 2, magic: "-lh7-"},
	{name: "zoo archive", offset: 20, magic: "\xdc\xa7\xc4\xfd"},
	{name: "ACE archive", offset: 7, magic: "**ACE**"},
	{name: "xar archive or macOS package", magic: "xar!\x00\x1c"},
	{name: "StuffIt archive", magic: "StuffIt (c)"},
	{name: "StuffIt archive", magic: "SIT!\x00"},
	{name: "ALZip archive", magic: "ALZ\x01"},
	{name: "EGG archive", magic: "EGGA"},
	{name: "Windows image (WIM)", magic: "MSWIM\x00\x00\x00"},
	// file systems and disks
	{name: "squashfs file system", magic: "hsqs"},
	{name: "squashfs file system", magic: "sqsh"},
	{name: "cramfs file system", magic: "\x45\x3d\xcd\x28"},
	{name: "virtual disk (QCOW)", magic: "QFI\xfb"},
	{name: "virtual disk (VMDK)", magic: "KDMV\x01\x00\x00\x00"},
	{name: "virtual disk (VMDK)", magic: "COWD\x01\x00\x00\x00"},
	{name: "virtual disk (VHDX)", magic: "vhdxfile"},
	{name: "virtual disk (VDI)", offset: 64, magic: "\x7f\x10\xda\xbe"},
	// encrypted, but for what internal/opaque knows
	{name: "LUKS volume", magic: "LUKS\xba\xbe", encrypted: true},
	{name: "BitLocker volume", offset: 3, magic: "-FVE-FS-", encrypted: true},
	{name: "Apple disk image", magic: "encrcdsa", encrypted: true},
	{name: "KeePass database", magic: "\x03\xd9\xa2\x9a", encrypted: true},
	// data
	{name: "PostgreSQL dump (pg_dump -Fc)", magic: "PGDMP"},
	{name: "Redis dump", magic: "REDIS0"},
	{name: "Avro file", magic: "Obj\x01"},
	{name: "ORC file", magic: "ORC\x0a"},
	{name: "ORC file", magic: "ORC\x08"},
	{name: "Arrow file", magic: "ARROW1\x00\x00"},
	{name: "Feather file", magic: "FEA1"},
	{name: "HDF5 file", magic: "\x89HDF\r\n\x1a\n"},
	{name: "MATLAB file", magic: "MATLAB 5.0 MAT-file"},
	{name: "Access database", offset: 4, magic: "Standard Jet DB"},
	{name: "Access database", offset: 4, magic: "Standard ACE DB"},
	{name: "GRIB file", magic: "GRIB"},
	{name: "BUFR file", magic: "BUFR"},
	{name: "DICOM file", offset: 128, magic: "DICM"},
	{name: "core dump of Windows", magic: "MDMP\x93\xa7"},
	// books, help and drawings
	{name: "Mobipocket book", offset: 60, magic: "BOOKMOBI"},
	{name: "Palm document", offset: 60, magic: "TEXtREAd"},
	{name: "Microsoft Reader book", magic: "ITOLITLS"},
	{name: "compiled HTML help", magic: "ITSF\x03\x00\x00\x00"},
	{name: "WordPerfect document", magic: "\xffWPC"},
	{name: "Lotus 1-2-3 worksheet", magic: "\x00\x00\x1a\x00\x00\x10\x04\x00"},
	{name: "Lotus 1-2-3 worksheet", magic: "\x00\x00\x1a\x00\x02\x10\x04\x00"},
	{name: "Lotus 1-2-3 worksheet", magic: "\x00\x00\x02\x00\x06\x04\x06\x00"},
	{name: "DjVu document", magic: "AT&TFORM"},
	{name: "AutoCAD drawing", magic: "AC1012\x00"}, {name: "AutoCAD drawing", magic: "AC1014\x00"},
	{name: "AutoCAD drawing", magic: "AC1015\x00"}, {name: "AutoCAD drawing", magic: "AC1018\x00"},
	{name: "AutoCAD drawing", magic: "AC1021\x00"}, {name: "AutoCAD drawing", magic: "AC1024\x00"},
	{name: "AutoCAD drawing", magic: "AC1027\x00"}, {name: "AutoCAD drawing", magic: "AC1032\x00"},
	{name: "compressed Flash film", magic: "CWS"},
	{name: "compressed Flash film", magic: "ZWS"},
	// pictures that scanner/extract/image leaves
	{name: "Photoshop picture", magic: "8BPS\x00"},
	{name: "GIMP picture", magic: "gimp xcf"},
	{name: "BPG picture", magic: "BPG\xfb"},
	{name: "OpenEXR picture", magic: "\x76\x2f\x31\x01"},
	{name: "Radiance picture", magic: "#?RADIANCE\n"},
	{name: "QOI picture", magic: "qoif\x00"},
	{name: "FLIF picture", magic: "FLIF"},
	{name: "Direct3D texture", magic: "DDS \x7c\x00\x00\x00"},
	{name: "JPEG XS picture", magic: "\x00\x00\x00\x0cJXS \r\n\x87\n"},
	// films and sound
	{name: "MPEG-4 or QuickTime film or sound", offset: 4, magic: "ftyp"},
	{name: "QuickTime film", offset: 4, magic: "moov"},
	{name: "QuickTime film", offset: 4, magic: "mdat"},
	{name: "Matroska or WebM film", magic: "\x1a\x45\xdf\xa3"},
	{name: "AVI film", offset: 8, magic: "AVI LIST"},
	{name: "WAV sound", offset: 8, magic: "WAVEfmt "},
	{name: "AIFF sound", offset: 8, magic: "AIFF"},
	{name: "AIFF sound", offset: 8, magic: "AIFC"},
	{name: "MPEG film", magic: "\x00\x00\x01\xba"},
	{name: "MPEG film", magic: "\x00\x00\x01\xb3"},
	{name: "Flash film", magic: "FLV\x01"},
	{name: "Windows Media film or sound", magic: "\x30\x26\xb2\x75\x8e\x66\xcf\x11"},
	{name: "RealMedia film", magic: ".RMF\x00\x00"},
	{name: "Ogg film or sound", magic: "OggS\x00"},
	{name: "MP3 sound", magic: "ID3\x02"}, {name: "MP3 sound", magic: "ID3\x03"}, {name: "MP3 sound", magic: "ID3\x04"},
	{name: "MP3 sound", magic: "\xff\xfb", sound: mp3Frames}, {name: "MP3 sound", magic: "\xff\xfa", sound: mp3Frames},
	{name: "AAC sound", magic: "\xff\xf1", sound: aacFrames}, {name: "AAC sound", magic: "\xff\xf9", sound: aacFrames},
	{name: "FLAC sound", magic: "fLaC\x00"},
	{name: "Monkey's Audio sound", magic: "MAC \x96\x0f"},
	{name: "Musepack sound", magic: "MPCK"},
	{name: "AMR sound", magic: "#!AMR"},
	{name: "QCELP sound", offset: 8, magic: "QLCMfmt "},
	{name: "Creative sound", magic: "Creative Voice File\x1a"},
	{name: "Sun sound", magic: ".snd\x00"},
}

// mp3Frames reports whether a frame of MPEG-1 Layer III is followed by another one (ISO/IEC
// 11172-3, 2.4.1.3).
func mp3Frames(head []byte) bool {
	rates := [...]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0} // kbit/s
	samples := [...]int{44100, 48000, 32000, 0}
	if len(head) < 4 {
		return false
	}
	rate, sample := rates[head[2]>>4], samples[head[2]>>2&3]
	if rate == 0 || sample == 0 {
		return false
	}
	next := 144_000*rate/sample + int(head[2]>>1&1)
	return next+2 <= len(head) && head[next] == 0xff && head[next+1]&0xfe == 0xfa
}

// aacFrames reports whether a frame of AAC in ADTS is followed by another one (ISO/IEC 13818-7,
// 6.2).
func aacFrames(head []byte) bool {
	if len(head) < 7 {
		return false
	}
	next := int(head[3]&3)<<11 | int(head[4])<<3 | int(head[5]>>5)
	return next >= 7 && next+2 <= len(head) && head[next] == 0xff && head[next+1]&0xf6 == 0xf0
}
