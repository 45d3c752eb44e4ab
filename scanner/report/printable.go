package report

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Paths, names and document text are written by strangers. On a terminal an
// escape sequence rewrites what was printed before, and a bidirectional control
// makes a path read as another one (CVE-2021-42574, trojansource.codes). Both
// become visible here, and so does every other character that cannot be seen.

// maxMarks is how many combining marks may follow each other. Vietnamese and
// pointed Hebrew need three; towers of them hide the lines above.
const maxMarks = 4

// Printable returns s with all that does not print as itself on one line spelt
// out: \n, \x1b, \u202e, and \xff for a byte that is no UTF-8. The result is
// valid UTF-8, and Printable leaves it as it is.
func Printable(s string) string {
	if plain(s) {
		return s
	}
	var out strings.Builder
	marks := 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if unicode.Is(unicode.M, r) {
			marks++
		} else {
			marks = 0
		}
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, `\x%02x`, s[i])
		case visible(r) && marks <= maxMarks:
			out.WriteRune(r)
		default:
			out.WriteString(spell(r))
		}
		i += size
	}
	return out.String()
}

// plain reports whether s is printable ASCII, as nearly everything is.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// visible reports whether a character shows as itself and leaves its
// neighbours alone.
func visible(r rune) bool {
	return unicode.IsPrint(r) && !unicode.Is(blank, r)
}

// blank are letters and symbols that show nothing though Unicode calls them
// printable: the Hangul fillers and the empty Braille pattern.
var blank = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x115f, Hi: 0x1160, Stride: 1},
		{Lo: 0x2800, Hi: 0x2800, Stride: 1},
		{Lo: 0x3164, Hi: 0x3164, Stride: 1},
		{Lo: 0xffa0, Hi: 0xffa0, Stride: 1},
	},
}

// spell writes a character as Go's string literals do.
func spell(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < utf8.RuneSelf:
		return fmt.Sprintf(`\x%02x`, r)
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// EscapeJSON returns encoded JSON with the invisible characters that JSON
// allows in strings (DEL, the C1 controls, bidirectional controls and the like)
// escaped. The document means the same; printed on a terminal it does nothing.
func EscapeJSON(encoded []byte) []byte {
	if !bytes.ContainsFunc(encoded, unseen) {
		return encoded
	}
	var out bytes.Buffer
	for _, r := range string(encoded) {
		switch {
		case !unseen(r):
			out.WriteRune(r)
		case r <= 0xffff:
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, high, low)
		}
	}
	return out.Bytes()
}

// unseen are the characters that JSON need not escape and a terminal must not
// get. The encoder has escaped those below the space already; what is left of
// them is layout between values.
func unseen(r rune) bool { return r >= 0x7f && !visible(r) && r != utf8.RuneError }
