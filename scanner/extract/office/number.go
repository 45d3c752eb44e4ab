package office

import (
	"math"
	"strconv"
	"strings"
)

// number returns a stored number as a person sees it: an integer without an
// exponent, padded and grouped as the code of its format says.
func number(stored, code string) string {
	stored = strings.TrimSpace(stored)
	v, err := strconv.ParseFloat(stored, 64)
	if err != nil || math.IsInf(v, 0) || math.Abs(v) >= 1e15 {
		return stored
	}
	if v != math.Trunc(v) {
		if strings.ContainsAny(stored, "eE") {
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
		return stored
	}
	digits := strconv.FormatFloat(math.Abs(v), 'f', 0, 64)
	if shown, ok := padded(digits, code); ok {
		digits = shown
	}
	if v < 0 {
		return "-" + digits
	}
	return digits
}

// padded writes digits into a format that is made of zeros and separators:
// 000000000000, 0000-0000-0000, "AWS "000000000000. Other formats are not ours.
func padded(digits, code string) (string, bool) {
	code, _, _ = strings.Cut(code, ";")
	pattern, zeros, ok := literals(code)
	if !ok || zeros < 4 {
		return "", false
	}
	if len(digits) < zeros {
		digits = strings.Repeat("0", zeros-len(digits)) + digits
	}
	var out strings.Builder
	extra := len(digits) - zeros
	for _, c := range pattern {
		if c != placeholder {
			out.WriteRune(c)
			continue
		}
		out.WriteString(digits[:1+extra])
		digits, extra = digits[1+extra:], 0
	}
	return out.String(), true
}

// placeholder stands for a 0 of a format, apart from zeros that are text.
const placeholder = '\x00'

// literals resolves the quotes and escapes of a format's code. It is not ok if
// the code holds anything but zeros and text.
func literals(code string) (pattern []rune, zeros int, ok bool) {
	quoted, escaped := false, false
	for _, c := range code {
		switch {
		case escaped:
			pattern, escaped = append(pattern, c), false
		case quoted:
			if quoted = c != '"'; quoted {
				pattern = append(pattern, c)
			}
		case c == '"':
			quoted = true
		case c == '\\':
			escaped = true
		case c == '0':
			pattern, zeros = append(pattern, placeholder), zeros+1
		case strings.ContainsRune("- /().:", c):
			pattern = append(pattern, c)
		default:
			return nil, 0, false
		}
	}
	return pattern, zeros, true
}
