package lzfu_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/deputy-sec/deputy/scanner/extract/lzfu"
)

// The examples of [MS-OXRTFCP] 4.1 and 4.2.
func TestExamplesOfTheSpecification(t *testing.T) {
	for name, c := range map[string]struct{ packed, want string }{
		"simple": {
			"\x2d\x00\x00\x00\x2b\x00\x00\x00\x4c\x5a\x46\x75\xf1\xc5\xc7\xa7\x03\x00\x0a\x00\x72\x63\x70\x67\x31\x32\x35\x42\x32\x0a\xf3\x20\x68\x65\x6c\x09\x00\x20\x62\x77\x05\xb0\x6c\x64\x7d\x0a\x80\x0f\xa0",
			"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n",
		},
		"a copy that reads what it writes": {
			"\x1a\x00\x00\x00\x1c\x00\x00\x00\x4c\x5a\x46\x75\xe2\xd4\x4b\x51\x41\x00\x04\x20\x57\x58\x59\x5a\x0d\x6e\x7d\x01\x0e\xb0",
			"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}",
		},
		"not compressed": {"\x00\x00\x00\x00\x03\x00\x00\x00MELA\x00\x00\x00\x00{\\rtf1}", "{\\rtf1}"},
		"too short":      {"LZFu", ""},
	} {
		assert.Equal(t, c.want, string(lzfu.Decompress([]byte(c.packed))), name)
	}
}

// FuzzDecompress: nothing panics, and nothing grows beyond what tokens can make.
func FuzzDecompress(f *testing.F) {
	f.Add(append(bytes.Repeat([]byte{0}, 16), 0xff, 0x00, 0x1f, 0x00, 0x2f))
	f.Fuzz(func(t *testing.T, data []byte) {
		if n := len(lzfu.Decompress(data)); n > 9*len(data) {
			t.Fatalf("%d bytes out of %d", n, len(data))
		}
	})
}
