package notation

import "bytes"

// Unescape reads one escape at the start of text, of JSON strings, URLs or HTML, however deep
// it was escaped again: what it stands for (0 for nothing) and its length, which is 0 if there
// is none. It is a byte of ASCII.
func Unescape(text []byte) (c byte, n int) {
	switch text[0] {
	case '\r':
		return 0, 1
	case '\\':
		return unescapeBackslash(text)
	case '%':
		return unescapePercent(text)
	case '&':
		return unescapeEntity(text)
	}
	return 0, 0
}

// maxEscapes bounds how deep an escape may be escaped again.
const maxEscapes = 16

func unescapeBackslash(text []byte) (byte, int) {
	i := 0
	for i < len(text) && i < maxEscapes && text[i] == '\\' {
		i++
	}
	if i == len(text) {
		return 0, 0
	}
	switch text[i] {
	case '"', '\'', '/', '`':
		return text[i], i + 1
	case 'n':
		return '\n', i + 1
	case 't':
		return '\t', i + 1
	case 'r':
		return 0, i + 1
	case 'x':
		return printable(text, i+1)
	case 'u':
		if len(text) >= i+5 && text[i+1] == '0' && text[i+2] == '0' {
			return printable(text, i+3)
		}
	}
	return 0, 0
}

func unescapePercent(text []byte) (byte, int) {
	i := 1
	for i < maxEscapes && len(text) >= i+2 && text[i] == '2' && text[i+1] == '5' {
		i += 2
	}
	return printable(text, i)
}

// printable reads two hexadecimal digits at text[at:] and returns the byte they name and where
// they end: one that is printed, or white space.
func printable(text []byte, at int) (byte, int) {
	if at+2 > len(text) || !IsHex(text[at]) || !IsHex(text[at+1]) {
		return 0, 0
	}
	c := nibble(text[at])<<4 | nibble(text[at+1])
	switch {
	case c == '\r':
		return 0, at + 2
	case (c < ' ' || c > '~') && c != '\n' && c != '\t':
		return 0, 0
	}
	return c, at + 2
}

func nibble(c byte) byte {
	if IsDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// entities are the HTML and XML character references met around identifiers.
var entities = []struct {
	text string
	c    byte
}{
	{"&quot;", '"'}, {"&#34;", '"'}, {"&#x22;", '"'},
	{"&apos;", '\''}, {"&#39;", '\''}, {"&#x27;", '\''},
	{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'},
	{"&nbsp;", ' '}, {"&#xa;", '\n'}, {"&#10;", '\n'},
}

func unescapeEntity(text []byte) (byte, int) {
	for _, e := range entities {
		if len(text) >= len(e.text) && string(text[:len(e.text)]) == e.text {
			return e.c, len(e.text)
		}
	}
	return 0, 0
}

// escapes are the forms of an escape's end: its letters, and how many
// hexadecimal digits follow them.
var escapes = []struct {
	lead   string
	digits int
}{
	{`\n`, 0}, {`\r`, 0}, {`\t`, 0}, {"%", 2}, {`\x`, 2}, {`\u`, 4},
}

// longestEscape is the length of \u0026.
const longestEscape = 6

func escapeEnds(text []byte) bool {
	for _, e := range escapes {
		lead := len(text) - e.digits - len(e.lead)
		if lead >= 0 && bytes.HasPrefix(text[lead:], []byte(e.lead)) && allHex(text[lead+len(e.lead):]) {
			return true
		}
	}
	return false
}

func allHex(b []byte) bool {
	for _, c := range b {
		if !IsHex(c) {
			return false
		}
	}
	return true
}

// AfterEscape moves the start of a word that was walked back to over the end of
// an escape which it took for its own: \nname, \u003ename, %22name.
func AfterEscape(text []byte, start int) int {
	if start == 0 || start >= len(text) {
		return start
	}
	rest := text[start:]
	switch lead := text[start-1]; {
	case lead == '\\' && (rest[0] == 'n' || rest[0] == 'r' || rest[0] == 't'):
		return start + 1
	case lead == '\\' && rest[0] == 'u' && len(rest) >= 5 && allHex(rest[1:5]):
		return start + 5
	case lead == '%' && len(rest) >= 2 && allHex(rest[:2]):
		return start + 2
	}
	return start
}
