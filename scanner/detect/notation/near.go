package notation

import "bytes"

// Near returns the first of the words, in lower case, that stands within reach
// bytes of text[start:end] in any case, or "".
func Near(text []byte, start, end, reach int, words ...string) string {
	around := Lower(text[max(0, start-reach):min(len(text), end+reach)])
	for _, word := range words {
		if bytes.Contains(around, []byte(word)) {
			return word
		}
	}
	return ""
}

// Lower returns text with its ASCII letters in lower case. Unlike
// bytes.ToLower it keeps every byte at its place whatever the text holds.
func Lower(text []byte) []byte {
	lower := make([]byte, len(text))
	for i, c := range text {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		lower[i] = c
	}
	return lower
}
