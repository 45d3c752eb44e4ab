package detect

import "bytes"

// allowMark is what a person writes into a text to say that a finding there is
// meant to be there: deputy:allow RULE reason.
var allowMark = []byte("deputy:allow")

// allowed says whether a mark with a reason allows rule for the match at
// text[start:end]: in its line, or alone in the line above. A mark without a reason
// does not count. What it looked at is text[from:to]; a bound outside of text means
// that it is one of the text's edges that counts.
func allowed(text []byte, start, end int, rule string) (ok bool, from, to int) {
	lineStart := bytes.LastIndexByte(text[:start], '\n') + 1
	lineEnd := len(text)
	if i := bytes.IndexByte(text[end:], '\n'); i >= 0 {
		lineEnd = end + i
	}
	// One byte more on each side: it is what ends the line.
	from, to = lineStart-1, lineEnd+1
	if marked(text[lineStart:lineEnd], rule) {
		return true, from, to
	}
	if lineStart == 0 {
		return false, from, to
	}
	aboveStart := bytes.LastIndexByte(text[:lineStart-1], '\n') + 1
	above := text[aboveStart : lineStart-1]
	i := bytes.Index(above, allowMark)
	ok = i >= 0 && !bytes.ContainsFunc(above[:i], isWord) && marked(above, rule)
	return ok, aboveStart - 1, to
}

func marked(line []byte, rule string) bool {
	i := bytes.Index(line, allowMark)
	if i < 0 {
		return false
	}
	words := bytes.Fields(line[i+len(allowMark):])
	return len(words) >= 2 && string(words[0]) == rule && bytes.ContainsFunc(words[1], isWord)
}

func isWord(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}
