package encoded

// longestEscape is the length of the longest escape of one character that is read.
const longestEscape = 12

// unescape reads the escape of a byte of ASCII that text begins with: of JSON, of
// programming languages and shells, of URLs, and of HTML. It returns its length, 0 if there
// is none.
func unescape(text []byte) (c byte, size int) {
	if len(text) < 2 {
		return 0, 0
	}
	switch text[0] {
	case '\\':
		return unescapeBackslash(text)
	case '%':
		return digits(text, 1, 2, 2, 16)
	case '&':
		return unescapeEntity(text)
	}
	return 0, 0
}

func unescapeBackslash(text []byte) (c byte, size int) {
	switch text[1] {
	case 'u':
		if len(text) > 2 && text[2] == '{' {
			return closed(text, 3, 16, '}')
		}
		return digits(text, 2, 4, 4, 16)
	case 'U':
		return digits(text, 2, 8, 8, 16)
	case 'x':
		if len(text) > 2 && text[2] == '{' {
			return closed(text, 3, 16, '}')
		}
		return digits(text, 2, 2, 2, 16)
	case '0', '1':
		return digits(text, 1, 2, 3, 8)
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'e':
		return 0x1b, 2
	case '/', '"', '\'', '\\':
		return text[1], 2
	}
	return 0, 0
}

func unescapeEntity(text []byte) (c byte, size int) {
	switch {
	case text[1] != '#' || len(text) < 3:
		return 0, 0
	case text[2]|0x20 == 'x':
		return closed(text, 3, 16, ';')
	}
	return closed(text, 2, 10, ';')
}

// digits reads a number of at least so many digits and at most so many from text[at].
func digits(text []byte, at, least, most int, base uint32) (c byte, size int) {
	v, i := uint32(0), at
	for ; i < len(text) && i < at+most; i++ {
		d := uint32(nibbles[text[i]])
		if d >= base {
			break
		}
		v = v*base + d
	}
	if i-at < least || v >= 0x80 {
		return 0, 0
	}
	return byte(v), i
}

// closed is digits for a number that a sign ends.
func closed(text []byte, at int, base uint32, end byte) (c byte, size int) {
	if c, size = digits(text, at, 1, 7, base); size == 0 || size >= len(text) || text[size] != end {
		return 0, 0
	}
	return c, size + 1
}
