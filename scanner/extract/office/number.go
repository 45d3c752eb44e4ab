package office

import (
	"math"
	"strconv"
	"strings"
)

// number returns a stored number as a person sees it: an integer without an
// exponent, padded and grouped as the code of its format says. Where the format
// groups the digits, they follow once more as they are stored.
func number(stored, code string) string {
	stored = strings.TrimSpace(stored)
	plain := plainNumber(stored)
	digits := strings.TrimPrefix(plain, "-")
	if code == "" || !isDigits(digits) {
		return plain
	}
	shown, ok := padded(digits, code)
	if !ok || shown == digits {
		return plain
	}
	if len(digits) < len(plain) {
		shown = "-" + shown
	}
	return both(shown, digits)
}

// both returns a cell's text and its value, if the text shows the value in
// another way.
func both(shown, stored string) string {
	const least = 8 // fewer digits identify nothing
	switch {
	case shown == "":
		return stored
	case len(stored) < least || strings.Contains(shown, stored):
		return shown
	}
	return shown + cellBreak + stored
}

// plainNumber writes a stored number without an exponent, as far as a float
// knows its digits.
func plainNumber(stored string) string {
	const most = 1e18
	if !strings.ContainsAny(stored, "eE.") {
		return stored
	}
	v, err := strconv.ParseFloat(stored, 64)
	switch {
	case err != nil || math.IsInf(v, 0) || math.IsNaN(v) || math.Abs(v) >= most:
		return stored
	case v == math.Trunc(v):
		return strconv.FormatFloat(v, 'f', 0, 64)
	case strings.ContainsAny(stored, "eE"):
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return stored
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// padded writes digits into a format that is made of digits and separators:
// 000000000000, 0000-0000-0000, "AWS "000000000000, ####-####-####. It is not ok
// for any other.
func padded(digits, code string) (string, bool) {
	code, _, _ = strings.Cut(code, ";")
	pattern, places, ok := literals(code)
	if !ok || places < 4 {
		return "", false
	}
	var out strings.Builder
	missing, extra := places-len(digits), max(0, len(digits)-places)
	for _, c := range pattern {
		switch {
		case c != zero && c != optional:
			out.WriteRune(c)
		case missing > 0:
			if missing--; c == zero {
				out.WriteByte('0')
			}
		default:
			out.WriteString(digits[:1+extra])
			digits, extra = digits[1+extra:], 0
		}
	}
	return out.String(), true
}

// Digits of a format, apart from characters that are text.
const (
	zero     = '\x00'
	optional = '\x01'
)

// literals resolves the quotes and escapes of a format's code and leaves out its
// colours and languages. It is not ok if the code holds anything but digits and
// text.
func literals(code string) (pattern []rune, places int, ok bool) {
	quoted, escaped, bracketed := false, false, false
	for _, c := range code {
		switch {
		case bracketed:
			bracketed = c != ']'
		case escaped:
			pattern, escaped = append(pattern, c), false
		case quoted:
			if quoted = c != '"'; quoted {
				pattern = append(pattern, c)
			}
		case c == '[':
			bracketed = true
		case c == '"':
			quoted = true
		case c == '\\':
			escaped = true
		case c == '0':
			pattern, places = append(pattern, zero), places+1
		case c == '#':
			pattern, places = append(pattern, optional), places+1
		case strings.ContainsRune("- /():", c):
			pattern = append(pattern, c)
		default:
			return nil, 0, false
		}
	}
	return pattern, places, true
}
