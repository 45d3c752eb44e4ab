package notation

import "bytes"

// shortWord is the length up to which letters make up other words, and random
// values, by chance: central, gke in base64.
const shortWord = 5

// Near returns the first of the words, in lower case, that stands within reach
// bytes of text[start:end] in any case, or "". A short one counts where a word
// begins only.
func Near(text []byte, start, end, reach int, words ...string) string {
	from := max(0, start-reach)
	around := text[from:min(len(text), end+reach)]
	lower := Lower(around)
	for _, word := range words {
		if len(word) <= shortWord && IsAlnum(word[0]) {
			if begins(around, lower, word) {
				return word
			}
		} else if bytes.Contains(lower, []byte(word)) {
			return word
		}
	}
	return ""
}

// begins reports whether a word begins somewhere in a text: behind what is no
// letter or digit, or with a capital behind a small letter.
func begins(text, lower []byte, word string) bool {
	for at := 0; ; at++ {
		i := bytes.Index(lower[at:], []byte(word))
		if i < 0 {
			return false
		}
		at += i
		if at == 0 || !IsAlnum(text[at-1]) || IsLower(text[at-1]) && !IsLower(text[at]) || escapeEnds(text[:at]) {
			return true
		}
	}
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
