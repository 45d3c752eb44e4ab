package all_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/internal/opaque"
	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/all"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// verdicts say of every binary format in the list of github.com/gabriel-vasile/mimetype 1.4
// (supported_mimes.md), and some more, how it begins and what becomes of it. What that list tells
// apart within a zip, an OLE file, XML, JSON or text is left out: it is read as that.
var verdicts = []struct {
	mime, head string
	want       verdict
}{
	// read
	{"application/x-7z-compressed", "7z\xbc\xaf\x27\x1c", read},
	{"application/zip", "PK\x03\x04", read},
	{"application/pdf", "%PDF-1.4", read},
	{"application/x-ole-storage", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", read},
	{"application/gzip", "\x1f\x8b\x08", read},
	{"application/x-bzip2", "BZh91AY&SY", read},
	{"application/x-xz", "\xfd7zXZ\x00", read},
	{"application/zstd", "\x28\xb5\x2f\xfd", read},
	{"application/x-lz4", "\x04\x22\x4d\x18", read},
	{"application/x-rar-compressed", "Rar!\x1a\x07\x00", read},
	{"application/x-tar", strings.Repeat("x", 257) + "ustar\x00" + strings.Repeat("\x00", 300), read},
	{"application/x-archive", "!<arch>\n", read},
	{"application/x-rpm", "\xed\xab\xee\xdb", read},
	{"application/x-cpio", "070701" + strings.Repeat("0", 104), read},
	{"application/vnd.sqlite3", "SQLite format 3\x00", read},
	{"application/vnd.apache.parquet", "PAR1", read},
	{"application/onenote", "\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", read},
	{"text/rtf", "{\\rtf1", read},
	{"application/x-bplist", "bplist00", read},
	{"application/x-git-bundle", "# v2 git bundle\n", read},
	{"image/png", "\x89PNG\r\n\x1a\n", read},
	{"image/jpeg", "\xff\xd8\xff\xe0", read},
	{"image/gif", "GIF89a", read},
	{"image/webp", "RIFF\x00\x00\x00\x00WEBP", read},
	{"image/tiff", "II*\x00", read},
	{"image/bmp", "BM\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x28\x00\x00\x00", read},

	// rows
	{"application/x-lzip", "LZIP\x01", row},
	{"application/x-compress", "\x1f\x9d\x90\x00", row},
	{"application/vnd.ms-cab-compressed", "MSCF\x00\x00\x00\x00", row},
	{"application/x-installshield", "ISc(\x00", row},
	{"application/x-lzh", "\x20\x00-lh5-", row},
	{"application/x-xar", "xar!\x00\x1c", row},
	{"application/x-squashfs", "hsqs\x00", row},
	{"application/x-qcow", "QFI\xfb", row},
	{"application/x-pgdump", "PGDMP\x01\x0e", row},
	{"application/x-redis-dump", "REDIS0009\xfa", row},
	{"application/x-avro", "Obj\x01", row},
	{"application/x-orc", "ORC\x0a\x00", row},
	{"application/x-hdf5", "\x89HDF\r\n\x1a\n", row},
	{"application/x-msaccess", "\x00\x01\x00\x00Standard Jet DB\x00", row},
	{"application/x-msaccess", "\x00\x01\x00\x00Standard ACE DB\x00", row},
	{"application/grib", "GRIB\x00", row},
	{"application/bufr", "BUFR\x00", row},
	{"application/dicom", strings.Repeat("\x00", 128) + "DICM", row},
	{"application/x-mobipocket-ebook", strings.Repeat("\x00", 60) + "BOOKMOBI", row},
	{"application/x-ms-reader", "ITOLITLS\x01\x00", row},
	{"application/vnd.ms-htmlhelp", "ITSF\x03\x00\x00\x00", row},
	{"application/vnd.wordperfect", "\xffWPC\x10", row},
	{"application/vnd.lotus-1-2-3", "\x00\x00\x1a\x00\x02\x10\x04\x00", row},
	{"application/x-shockwave-flash", "CWS\x0a\xff", row},
	{"application/x-keepass", "\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5", encrypted},
	{"application/x-age", "age-encryption.org/v1\n", encrypted},
	{"application/x-ansible-vault", "$ANSIBLE_VAULT;1.1;AES256\n6162", encrypted},
	{"application/pgp-encrypted", "-----BEGIN PGP MESSAGE-----\n", encrypted},
	{"application/x-luks", "LUKS\xba\xbe\x00\x01", encrypted},
	{"application/x-git-crypt", "\x00GITCRYPT\x00", encrypted},
	{"image/avif", "\x00\x00\x00\x1cftypavif\x00\x00\x00\x00", row},
	{"image/heic", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", row},
	{"image/heif", "\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00", row},
	{"image/jp2", "\x00\x00\x00\x0cjP  \r\n\x87\n", row},
	{"image/jxl", "\x00\x00\x00\x0cJXL \r\n\x87\n", row},
	{"image/jxs", "\x00\x00\x00\x0cJXS \r\n\x87\n", row},
	{"image/jxr", "II\xbc\x01", row},
	{"image/bpg", "BPG\xfb", row},
	{"image/vnd.adobe.photoshop", "8BPS\x00\x01", row},
	{"image/vnd.djvu", "AT&TFORM\x00", row},
	{"image/vnd.dwg", "AC1032\x00", row},
	{"image/vnd.radiance", "#?RADIANCE\n\x00", row},
	{"image/x-xcf", "gimp xcf v001\x00", row},
	{"audio/aac", "\xff\xf1\x50\x80\x01\x1f\xfc\x00\xff\xf1", row},
	{"audio/aiff", "FORM\x00\x00\x00\x00AIFF", row},
	{"audio/amr", "#!AMR\n\x00", row},
	{"audio/ape", "MAC \x96\x0f", row},
	{"audio/basic", ".snd\x00", row},
	{"audio/flac", "fLaC\x00", row},
	{"audio/mpeg", "ID3\x04\x00", row},
	{"audio/musepack", "MPCK\x00", row},
	{"audio/ogg", "OggS\x00", row},
	{"audio/qcelp", "RIFF\x00\x00\x00\x00QLCMfmt ", row},
	{"audio/wav", "RIFF\x00\x00\x00\x00WAVEfmt ", row},
	{"audio/x-unknown", "Creative Voice File\x1a", row},
	{"video/mp4", "\x00\x00\x00\x18ftypmp42\x00", row},
	{"video/quicktime", "\x00\x00\x00\x14ftypqt  \x00", row},
	{"video/webm", "\x1a\x45\xdf\xa3", row},
	{"video/mpeg", "\x00\x00\x01\xba", row},
	{"video/x-flv", "FLV\x01", row},
	{"video/x-ms-asf", "\x30\x26\xb2\x75\x8e\x66\xcf\x11", row},
	{"video/x-msvideo", "RIFF\x00\x00\x00\x00AVI LIST", row},
	{"application/vnd.rn-realmedia-vbr", ".RMF\x00\x00", row},

	// matched as they stand: stored as they are, or text
	{"application/x-elf", "\x7fELF\x02\x01", asItStands},
	{"application/vnd.microsoft.portable-executable", "MZ\x90\x00", asItStands},
	{"application/x-mach-binary", "\xcf\xfa\xed\xfe", asItStands},
	{"application/x-java-applet", "\xca\xfe\xba\xbe\x00\x00\x00\x34", asItStands},
	{"application/wasm", "\x00asm\x01", asItStands},
	{"application/x-bittorrent", "d8:announce", asItStands},
	{"application/postscript", "%!PS-Adobe-3.0", asItStands},
	{"application/x-ms-shortcut", "L\x00\x00\x00\x01\x14\x02\x00", asItStands},
	{"application/marc", "00714cam a2200205 a 4500", asItStands},
	{"application/cbor", "\xd9\xd9\xf7", asItStands},
	{"application/warc", "WARC/1.0\r\n", asItStands},
	{"application/vnd.tcpdump.pcap", "\xd4\xc3\xb2\xa1", asItStands},
	{"image/x-portable-bitmap", "P4\n", asItStands},
	{"audio/midi", "MThd\x00", asItStands},

	// shapes of letters, and icons
	{"font/ttf", "\x00\x01\x00\x00\x00", asItStands},
	{"font/otf", "OTTO\x00", asItStands},
	{"font/woff", "wOFF\x00", asItStands},
	{"font/woff2", "wOF2\x00", asItStands},
	{"image/x-icon", "\x00\x00\x01\x00\x01", asItStands},
	{"image/x-icns", "icns\x00", asItStands},
}

type verdict string

const (
	read       verdict = "read"
	row        verdict = "a row"
	encrypted  verdict = "a row: encrypted"
	asItStands verdict = "as it stands"
)

// TestEveryKnownFormatHasItsVerdict: a format that is recognised is read, or a row that names
// it, or is known to hide nothing from whoever looks at its bytes.
func TestEveryKnownFormatHasItsVerdict(t *testing.T) {
	reader := extract.InProcess(all.Extractors(), hostileLimits())
	for _, v := range verdicts {
		content := []byte(v.head)
		got := asItStands
		if opaque.Sealed(content) != "" {
			got = encrypted // told before anybody is asked
		} else if e := reader.Claims(content); e != nil {
			got = read
			if e.Name != "e-mail" {
				err := reader.Extract(context.Background(), extract.FromBytes("", content), &extracttest.Recorder{})
				if err != nil {
					switch finding.ReasonOf(err).Code {
					case finding.Unsupported:
						got = row
					case finding.Encrypted:
						got = encrypted
					}
				}
			}
		}
		assert.Equal(t, v.want, got, v.mime)
	}
}

// TestARowNamesTheFormat also where the file lies in another one, and what can be seen in its
// bytes is matched all the same.
func TestARowNamesTheFormat(t *testing.T) {
	dump := append([]byte("PGDMP\x01\x0e\x00"), "account 123456789012"...)
	r, err := extracttest.Extract(t, tarred(t, "db/dump", dump), all.Extractors()...)
	require.NoError(t, err)
	assert.Equal(t, []string{"db/dump |  | PostgreSQL dump (pg_dump -Fc): a format that is not read"}, r.Rows)
	assert.Contains(t, r.All(), "account 123456789012")

	image := append(bytes.Repeat([]byte{0xfe, 1}, 4000), "koly\x00\x00\x00\x04\x00\x00\x02\x00"...)
	image = append(image, make([]byte, 500)...)
	e := extract.InProcess(all.Extractors(), hostileLimits()).ClaimsBehind(image[:extract.Sniff], image, true)
	require.NotNil(t, e)
	err = e.Extract(t.Context(), extract.FromBytes("", image), nil)
	require.EqualError(t, err, "Apple disk image: a format that is not read")
}

func TestTextsThatBeginLikeAFormatAreTexts(t *testing.T) {
	reader := extract.InProcess(all.Extractors(), hostileLimits())
	for _, text := range []string{"CWS is a company\n", "FLIF and others\n", "xx-lh5- in a text\n", "BUFR tables\n", "OggSound\n", "\xff\xfb\x90 no frame follows\x00", "RIFF raff and AVI LISTs\n"} {
		if e := reader.Claims([]byte(text)); e != nil {
			t.Errorf("%q is claimed as a %s", text, e.Name)
		}
	}
}
