package notation

import "bytes"

// Near returns the first of the words, in lower case, that stands within reach
// bytes of text[start:end] in any case, or "".
func Near(text []byte, start, end, reach int, words ...string) string {
	around := bytes.ToLower(text[max(0, start-reach):min(len(text), end+reach)])
	for _, word := range words {
		if bytes.Contains(around, []byte(word)) {
			return word
		}
	}
	return ""
}
