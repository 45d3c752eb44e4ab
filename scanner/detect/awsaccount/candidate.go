package awsaccount

import "github.com/deputy-sec/deputy/scanner/detect"

// form is how the twelve digits are written.
type form int

const (
	plain  form = iota // 123456789012
	dashed             // 1234-5678-9012
	spaced             // 1234 5678 9012
)

// candidate is twelve digits in their surroundings.
type candidate struct {
	start, end int // in the window's text
	form       form
	value      string // twelve digits; read when the nearest bytes have not ruled the candidate out
}

// moved is the candidate in a text that has moved by so many bytes.
func (c candidate) moved(by int) candidate {
	c.start, c.end = c.start+by, c.end+by
	return c
}

// idDigits is the length of an AWS account ID.
// https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html
const idDigits = 12

// candidateAt reads the digits of the window's trigger. A run of more than
// twelve is a candidate only where the surplus is the number of an escape:
// %22 (URL), \u0022 (JSON), \x22 (C), %2522 (URL twice).
func candidateAt(w *detect.Window) (candidate, bool) {
	c := candidate{start: w.Start, end: w.End}
	switch n := c.end - c.start; {
	case n == idDigits:
	case n == idDigits+2 && (w.Text[c.start+4] == '-' || w.Text[c.start+4] == ' '):
		c.form = dashed
		if w.Text[c.start+4] == ' ' {
			c.form = spaced
		}
	default:
		surplus := n - idDigits
		if surplus < 2 || !endsInEscape(w.Text[:c.start], w.Text[c.start:c.start+surplus]) {
			return c, false
		}
		c.start += surplus
	}
	return c, true
}

// endsInEscape reports whether digits complete an escape that begins before them.
func endsInEscape(before, digits []byte) bool {
	ends := func(s string) bool {
		return len(before) >= len(s) && string(before[len(before)-len(s):]) == s
	}
	switch len(digits) {
	case 2:
		return ends("%") || ends(`\x`)
	case 4:
		return digits[0] == '0' && digits[1] == '0' && ends(`\u`) ||
			digits[0] == '2' && digits[1] == '5' && ends("%")
	}
	return false
}

func digitsOf(text []byte) string {
	var b [idDigits]byte
	n := 0
	for _, ch := range text {
		if isDigit(ch) && n < len(b) {
			b[n] = ch
			n++
		}
	}
	return string(b[:n])
}

func isDigit(c byte) bool  { return c-'0' < 10 }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isAlnum(c byte) bool  { return isDigit(c) || isLetter(c) }
func isHex(c byte) bool    { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
