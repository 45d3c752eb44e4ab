package encoded

import "unicode/utf8"

// TextPrefix returns how many bytes at the front of b are text: printable characters of
// UTF-8, white space and the escape sign of terminals. A character may be cut at either
// end. Single bytes beyond ASCII, as Latin-1 has them, count between bytes of ASCII.
func TextPrefix(b []byte) int {
	i := 0
	for i < len(b) && i < utf8.UTFMax-1 && b[i]&0xc0 == 0x80 {
		i++ // of a character that began earlier
	}
	for i < len(b) {
		if c := b[i]; c < utf8.RuneSelf {
			if !plain(c) {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		switch {
		case r == utf8.RuneError && size == 1 && !utf8.FullRune(b[i:]):
			return len(b)
		case r == utf8.RuneError && size == 1:
			if b[i] < 0xa0 || i == 0 || i+1 >= len(b) || !plain(b[i-1]) || !plain(b[i+1]) {
				return i
			}
		case r < 0xa0:
			return i
		}
		i += size
	}
	return i
}

// plain reports whether a byte is a character of ASCII that texts have.
func plain(c byte) bool {
	return c >= ' ' && c < 0x7f || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == 0x1b
}

// UTF16 returns in UTF-8 what is text in little-endian UTF-16, as PowerShell encodes its
// commands, or nil. All that is looked for is ASCII, so every second byte is zero nearly
// everywhere, and what is not is replaced.
func UTF16(b []byte) []byte {
	if len(b) >= 2 && b[0] == 0xff && b[1] == 0xfe {
		b = b[2:]
	}
	if !wide(b) {
		return nil
	}
	out := make([]byte, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		r := rune(b[i]) | rune(b[i+1])<<8
		if r < 0xa0 && !plain(byte(r)) {
			break
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

// wide reports whether b begins as ASCII in UTF-16 does.
func wide(b []byte) bool {
	for i := range min(4, len(b)/2) {
		if b[2*i+1] != 0 || !plain(b[2*i]) {
			return false
		}
	}
	return len(b) >= 8
}

// Strings reports whether data, which is no text, holds so many printable characters as
// a serialized message or object does: random bytes are printable in three of eight cases.
func Strings(b []byte) bool {
	const enough = 96
	if len(b) < enough {
		return false
	}
	n := 0
	for _, c := range b[:enough] {
		if plain(c) {
			n++
		}
	}
	return n >= enough*3/5
}
