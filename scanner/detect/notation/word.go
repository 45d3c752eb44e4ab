package notation

import (
	"bytes"

	"github.com/deputy-sec/deputy/internal/ascii"
	"github.com/deputy-sec/deputy/scanner/detect"
)

// maxName bounds how far a name reaches on either side of the word that was
// found in it, in bytes.
const maxName = 64

// Name returns the bounds of the name that text[start:end] is part of: letters,
// digits, '_', '-' and, inside, '.'.
func Name(text []byte, start, end int) (int, int) {
	lo, hi := max(0, start-maxName), min(len(text), end+maxName)
	word := start
	for start > lo && isNamePart(text[start-1]) {
		start--
	}
	if bytes.ContainsAny(text[max(0, start-longestEscape):start], `\%`) {
		for start = word; start > lo && isNamePart(text[start-1]) && !escapeEnds(text[:start]); {
			start--
		}
	}
	for end < hi && isNamePart(text[end]) {
		end++
	}
	for end > start && text[end-1] == '.' {
		end--
	}
	return start, end
}

func isNamePart(c byte) bool { return IsWord(c) || c == '-' || c == '.' }

var nameParts = detect.BytesOf(isNamePart)

// Plain returns a name in lower case without its separators, so that
// AZURE_TENANT_ID, azureTenantId and azure-tenant-id are one.
func Plain(name []byte) string {
	plain := make([]byte, 0, len(name))
	for _, c := range name {
		switch {
		case 'A' <= c && c <= 'Z':
			plain = append(plain, c|0x20)
		case IsAlnum(c):
			plain = append(plain, c)
		}
	}
	return string(plain)
}

// Words returns the words of a name or phrase in lower case: it is cut at
// everything that is no letter or digit, where a capital follows a small letter,
// and between letters and digits. awsExternalID2 gives aws, external, id, 2.
func Words(name []byte) []string {
	var words []string
	start := 0
	cut := func(end int) {
		if end > start {
			words = append(words, string(Lower(name[start:end])))
		}
		start = end
	}
	for i, c := range name {
		if !IsAlnum(c) {
			cut(i)
			start = i + 1
			continue
		}
		if i > start {
			if prev := name[i-1]; IsUpper(c) && IsLower(prev) || IsDigit(c) != IsDigit(prev) {
				cut(i)
			}
		}
	}
	cut(len(name))
	return words
}

// Starts reports whether a value may begin at text[i]: what stands before belongs
// to another word, or ends an escape (\n, %3D, \u0026).
func Starts(text []byte, i int) bool {
	if i == 0 || !IsWord(text[i-1]) {
		return true
	}
	return escapeEnds(text[:i])
}

// Ends reports whether a value may end before text[i].
func Ends(text []byte, i int) bool { return i >= len(text) || !IsWord(text[i]) }

// Run returns the end of the longest run of bytes from text[at] that class
// accepts, at most limit of them.
func Run(text []byte, at, limit int, class func(byte) bool) int {
	end := min(len(text), at+limit)
	for at < end && class(text[at]) {
		at++
	}
	return at
}

// IsWord reports whether c is a letter, a digit or '_'.
func IsWord(c byte) bool { return ascii.IsWord(c) }

// IsAlnum reports whether c is an ASCII letter or digit.
func IsAlnum(c byte) bool { return ascii.IsAlnum(c) }

// IsUpper reports whether c is a capital of ASCII.
func IsUpper(c byte) bool { return ascii.IsUpper(c) }

// IsLower reports whether c is a small letter of ASCII.
func IsLower(c byte) bool { return ascii.IsLower(c) }

// IsDigit reports whether c is a decimal digit.
func IsDigit(c byte) bool { return ascii.IsDigit(c) }

// IsHex reports whether c is a hexadecimal digit.
func IsHex(c byte) bool { return ascii.IsHex(c) }

// IsBase64 reports whether c is of the standard base64 alphabet, without padding.
func IsBase64(c byte) bool { return IsAlnum(c) || c == '+' || c == '/' }

// IsBase64URL reports whether c is of the URL-safe base64 alphabet.
func IsBase64URL(c byte) bool { return IsWord(c) || c == '-' }
