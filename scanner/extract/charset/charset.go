// Package charset turns the encodings that text files come in into bytes that
// the engine can match: UTF-8 and every encoding that extends ASCII by single
// bytes stay as they are, UTF-16 and UTF-32 are decoded, and what is no text is
// told apart.
package charset

import (
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// Encoding is how a content is to be read.
type Encoding uint8

// The encodings that are told apart. ASCII stands for all that extend it
// (UTF-8, Latin-1, Windows-1252, Shift-JIS as far as digits and keys go).
const (
	ASCII Encoding = iota
	UTF16LE
	UTF16BE
	UTF32LE
	UTF32BE
	Binary
)

// Sniff is how many bytes Detect wants to see, if there are as many. It is what
// git looks at to call a file binary.
const Sniff = 8000

// Detect tells the encoding from the beginning of a content.
func Detect(head []byte) Encoding {
	head = head[:min(len(head), Sniff)]
	for _, b := range boms {
		if bytes.HasPrefix(head, b.mark) {
			return b.encoding
		}
	}
	if bytes.IndexByte(head, 0) < 0 {
		return ASCII
	}
	return unmarked(head)
}

// boms are tried in order: the mark of UTF-16LE begins that of UTF-32LE.
var boms = []struct {
	mark     []byte
	encoding Encoding
}{
	{[]byte{0xff, 0xfe, 0, 0}, UTF32LE},
	{[]byte{0, 0, 0xfe, 0xff}, UTF32BE},
	{[]byte{0xff, 0xfe}, UTF16LE},
	{[]byte{0xfe, 0xff}, UTF16BE},
}

// unmarked recognises UTF-16 without a byte order mark: most of what people
// write in it, and all that we look for, is ASCII, so every second byte is zero
// far more often than the other one, and hardly any code unit is a control
// character.
func unmarked(head []byte) Encoding {
	units := len(head) / 2
	if units < 4 {
		return Binary
	}
	var even, odd, control int
	for i := 0; i+1 < len(head); i += 2 {
		a, b := head[i], head[i+1]
		if a == 0 {
			even++
		}
		if b == 0 {
			odd++
		}
		if a|b < 0x20 && !space(a|b) {
			control++
		}
	}
	switch {
	case control*50 > units:
		return Binary
	case odd*2 > units && even*20 < units:
		return UTF16LE
	case even*2 > units && odd*20 < units:
		return UTF16BE
	}
	return Binary
}

func space(c byte) bool { return c == '\t' || c == '\n' || c == '\r' || c == '\f' }

var decoders = map[Encoding]encoding.Encoding{
	UTF16LE: unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
	UTF16BE: unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
	UTF32LE: utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM),
	UTF32BE: utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM),
}

// Reader returns r's content as bytes that extend ASCII. A byte order mark is
// kept (as U+FEFF), so that Units counts it.
func (e Encoding) Reader(r io.Reader) io.Reader {
	if d, ok := decoders[e]; ok {
		return d.NewDecoder().Reader(r)
	}
	return r
}

// Bytes is Reader for a content in memory. It returns data itself where there
// is nothing to decode.
func (e Encoding) Bytes(data []byte) []byte {
	d, ok := decoders[e]
	if !ok {
		return data
	}
	out, err := d.NewDecoder().Bytes(data)
	if err != nil { // these decoders replace what is malformed and do not fail
		return data
	}
	return out
}

// Units returns a function that counts the bytes which decoded text took in the
// original, or nil where nothing is decoded.
func (e Encoding) Units() func([]byte) int {
	switch e {
	case UTF16LE, UTF16BE:
		return utf16Bytes
	case UTF32LE, UTF32BE:
		return func(text []byte) int { return 4 * utf8.RuneCount(text) }
	}
	return nil
}

func utf16Bytes(text []byte) int {
	n := 0
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		n += 2
		if r > 0xffff {
			n += 2
		}
		text = text[size:]
	}
	return n
}
