package legacy

import (
	"math"
	"strconv"
	"strings"
)

// styled returns a number as a person sees it and, if that looks different, as it
// is stored, too: 12345678901 with the format 000000000000 is an account ID.
func (b *workbook) styled(v float64, style uint16) string {
	stored := numeral(v)
	if int(style) >= len(b.xfs) {
		return stored
	}
	shown, ok := showDigits(b.formats[b.xfs[style]], v)
	switch {
	case !ok || shown == stored:
		return stored
	case len(stored) < leastDigits:
		return shown
	}
	return shown + " (" + stored + ")"
}

// leastDigits is how long a stored number is that may identify something by
// itself.
const leastDigits = 8

// numeral returns a number with the fifteen digits that Excel has for one, and
// without an exponent as long as that can be read.
func numeral(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return strconv.FormatInt(int64(v), 10)
	}
	short := strconv.FormatFloat(v, 'g', 15, 64)
	if math.Abs(v) >= 1e21 || math.Abs(v) < 1e-9 || math.IsNaN(v) {
		return short
	}
	rounded, err := strconv.ParseFloat(short, 64)
	if err != nil { // it was just written
		return short
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// showDigits formats a whole number by a format that only places its digits
// among others and literal text: 000000000000, 0000-0000-0000, "acct "0. Other
// formats (dates, fractions, thousands) show no identifier, so ok is false.
func showDigits(format string, v float64) (text string, ok bool) {
	pattern, ok := parseDigits(format)
	if !ok || v < 0 || v != math.Trunc(v) || v >= 1<<63 {
		return "", false
	}
	digits := strconv.FormatInt(int64(v), 10)
	if v == 0 {
		digits = ""
	}
	// From the right: each place takes a digit, and the first one all the rest.
	var out []string
	for i := len(pattern) - 1; i >= 0; i-- {
		p := pattern[i]
		if p.literal != "" {
			out = append(out, p.literal)
			continue
		}
		n := min(1, len(digits))
		if p.first {
			n = len(digits)
		}
		s := digits[len(digits)-n:]
		digits = digits[:len(digits)-n]
		if s == "" && p.zero {
			s = "0"
		}
		out = append(out, s)
	}
	var text2 strings.Builder
	for i := len(out) - 1; i >= 0; i-- {
		text2.WriteString(out[i])
	}
	return text2.String(), true
}

// formatPart is a place for a digit, or literal text.
type formatPart struct {
	literal     string
	zero, first bool
}

// parseDigits reads the first section of a format, that for positive numbers.
func parseDigits(format string) (parts []formatPart, ok bool) {
	places := 0
	for i := 0; i < len(format); i++ {
		switch c := format[i]; c {
		case '0', '#':
			parts = append(parts, formatPart{zero: c == '0', first: places == 0})
			places++
		case '"':
			end := strings.IndexByte(format[i+1:], '"')
			if end < 0 {
				return nil, false
			}
			parts = append(parts, formatPart{literal: format[i+1 : i+1+end]})
			i += end + 1
		case '\\':
			if i++; i < len(format) {
				parts = append(parts, formatPart{literal: format[i : i+1]})
			}
		case '_', '*': // a space as wide as, or filled with, the next character
			i++
		case '[': // a colour or condition
			end := strings.IndexByte(format[i:], ']')
			if end < 0 {
				return nil, false
			}
			i += end
		case '-', ' ', '(', ')', '/', ':', '+', '$', '\'':
			parts = append(parts, formatPart{literal: string(c)})
		case ';':
			return parts, places > 0
		default:
			return nil, false
		}
	}
	return parts, places > 0
}
