package awsaccount

import (
	"bytes"

	"github.com/deputy-sec/deputy/scanner/detect/notation"
)

// plainText returns text without the escapes that JSON strings, URLs and HTML
// put around an identifier, so that every later test reads one notation:
// \" → ", \/ → /, \n → a line break, %3A → :, %253A → :, \u003a → :,
// &quot; → ". Carriage returns are dropped. What is no escape stays as it is;
// a byte above 0x7e is never produced by one. The result shares text's memory
// where nothing had to be undone.
func plainText(text []byte) []byte {
	if !escaped(text) {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		c, n := notation.Unescape(text[i:])
		if n == 0 {
			out = append(out, text[i])
			i++
			continue
		}
		if c != 0 {
			out = append(out, c)
		}
		i += n
	}
	return out
}

// escaped looks for the bytes that begin an escape, one after the other: that is
// several times faster than looking for any of them.
func escaped(text []byte) bool {
	return bytes.IndexByte(text, '\\') >= 0 || bytes.IndexByte(text, '%') >= 0 ||
		bytes.IndexByte(text, '&') >= 0 || bytes.IndexByte(text, '\r') >= 0
}
