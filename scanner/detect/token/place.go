package token

import (
	"bytes"
	"strings"

	"github.com/deputy-sec/deputy/scanner/detect"
)

// starts reports whether a token may begin at text[i]: nothing before it belongs
// to the same word. The last letter of an escape does not: \n, %3D, =.
func starts(text []byte, i int) bool {
	if i == 0 {
		return true
	}
	switch c := text[i-1]; {
	case isWord(c):
		return escapeEnds(text[:i])
	case c == '-':
		return i < 2 || !isWord(text[i-2])
	}
	return true
}

// ends reports whether a token may end before text[i].
func ends(text []byte, i int) bool {
	if i >= len(text) {
		return true
	}
	switch c := text[i]; {
	case isWord(c):
		return false
	case c == '-':
		return i+1 >= len(text) || !isWord(text[i+1])
	}
	return true
}

// escapeReach is how far back an escape sequence is looked for: \u003d.
const escapeReach = 6

// escapeEnds reports whether an escape sequence ends text.
func escapeEnds(text []byte) bool {
	n := len(text)
	switch {
	case n >= 2 && text[n-2] == '\\' && bytes.IndexByte([]byte("nrtbfv"), text[n-1]) >= 0:
		return true
	case n >= 3 && text[n-3] == '%' && isHex(text[n-2]) && isHex(text[n-1]):
		return true
	case n >= 6 && text[n-6] == '\\' && text[n-5] == 'u' && isHex(text[n-4]) && isHex(text[n-3]) && isHex(text[n-2]) && isHex(text[n-1]):
		return true
	case n >= 4 && text[n-4] == '\\' && text[n-3] == 'x' && isHex(text[n-2]) && isHex(text[n-1]):
		return true
	}
	return false
}

func isWord(c byte) bool { return isAlnum(c) || c == '_' }

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'F' || 'a' <= c && c <= 'f'
}

// ofTokens are the bytes of tokens of any pattern, so that none looks further than one
// byte behind a run of them.
var ofTokens = detect.BytesOf(func(c byte) bool { return isWord(c) || strings.IndexByte(`-.+/=\@:%~`, c) >= 0 })
