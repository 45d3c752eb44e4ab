package legacy

import (
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

const (
	codePageUTF16 = 1200
	codePageMac   = 10000
)

// codePages are the encodings of 8-bit text by the numbers that Windows gives
// them. Zero, and what is not listed, is read as Western European: all of them
// extend ASCII.
var codePages = map[int]encoding.Encoding{
	437: charmap.CodePage437, 850: charmap.CodePage850, 852: charmap.CodePage852, 866: charmap.CodePage866,
	874: charmap.Windows874, 932: japanese.ShiftJIS, 936: simplifiedchinese.GBK, 949: korean.EUCKR, 950: traditionalchinese.Big5,
	codePageUTF16: unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
	1250:          charmap.Windows1250, 1251: charmap.Windows1251, 1252: charmap.Windows1252, 1253: charmap.Windows1253,
	1254: charmap.Windows1254, 1255: charmap.Windows1255, 1256: charmap.Windows1256, 1257: charmap.Windows1257,
	1258: charmap.Windows1258, codePageMac: charmap.Macintosh, 20866: charmap.KOI8R, 20932: japanese.EUCJP,
	28591: charmap.ISO8859_1, 28592: charmap.ISO8859_2, 28605: charmap.ISO8859_15, 32768: charmap.Macintosh,
	50220: japanese.ISO2022JP, 54936: simplifiedchinese.GB18030, 65001: encoding.Nop,
}

// decode returns 8-bit text in a code page as UTF-8.
func decode(b []byte, codePage int) string {
	e := codePages[codePage]
	if e == nil {
		e = charmap.Windows1252
	}
	s, err := e.NewDecoder().Bytes(b)
	if err != nil { // these decoders replace what is malformed
		s = b
	}
	return string(s)
}

// languages are the code pages of Word 6 and 95 by the primary language of a
// document, where it is not Western European.
var languages = map[uint16]int{
	0x01: 1256, 0x02: 1251, 0x04: 936, 0x05: 1250, 0x08: 1253, 0x0d: 1255, 0x0e: 1250, 0x11: 932, 0x12: 949,
	0x15: 1250, 0x18: 1250, 0x19: 1251, 0x1a: 1250, 0x1b: 1250, 0x1e: 874, 0x1f: 1254, 0x22: 1251, 0x23: 1251,
	0x24: 1250, 0x25: 1257, 0x26: 1257, 0x27: 1257, 0x29: 1256, 0x2a: 1258,
}

func languageCodePage(lid uint16) int { return languages[lid&0x3ff] }
