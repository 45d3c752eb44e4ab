package awsaccount

import "bytes"

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
		c, n := unescape(text[i:])
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

// unescape reads one escape at the start of text: what it stands for (0 for
// nothing) and its length, which is 0 if there is none.
func unescape(text []byte) (c byte, n int) {
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

// printable reads two hexadecimal digits at text[at:] and returns the printable
// byte they name and where they end.
func printable(text []byte, at int) (byte, int) {
	if at+2 > len(text) || !isHex(text[at]) || !isHex(text[at+1]) {
		return 0, 0
	}
	c := nibble(text[at])<<4 | nibble(text[at+1])
	if c < ' ' || c > '~' {
		return 0, 0
	}
	return c, at + 2
}

func nibble(c byte) byte {
	if isDigit(c) {
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
