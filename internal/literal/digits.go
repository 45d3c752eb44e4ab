package literal

import "encoding/binary"

// MaxDigits bounds the digit groups that Digits reports: a longer run of digits
// is data, not an identifier.
const MaxDigits = 64

// Digits calls visit for every group of digits that starts in text[from:to] and
// may hold an identifier of twelve digits:
//   - a maximal run of 12 to MaxDigits digits, or
//   - three maximal runs of exactly four digits, joined by one '-' or one ' '
//     each (as the AWS console prints account IDs).
//
// A run is maximal in the whole text, also where it begins before from. A third
// form with the joints of two different kinds is not a group.
func Digits(text []byte, from, to int, visit func(start, end int)) {
	to = min(to, len(text))
	last := -1 // start of the group visited last
	// A group is at least twelve bytes long, so it holds four bytes that start at
	// one of any nine consecutive places; and of any four bytes in a group at
	// most one is no digit. Hardly any other text passes that.
	for i := from; i < to+8 && i+4 <= len(text); {
		if !digits4(binary.LittleEndian.Uint32(text[i : i+4])) {
			i += 8
			continue
		}
		at := i
		if !IsDigit(text[at]) {
			at++
		}
		start, end := runStart(text, at), runEnd(text, at)
		switch n := end - start; {
		case n >= 12 && n <= MaxDigits:
			last = group(start, end, from, to, last, visit)
		case n == 4: // the first, second or third of a group
			for _, first := range [...]int{start - 10, start - 5, start} {
				if stop, ok := grouped(text, first); ok {
					last = group(first, stop, from, to, last, visit)
				}
			}
		}
		i = max(i+8, end)
	}
}

// group visits a group unless it lies outside or was visited before.
func group(start, end, from, to, last int, visit func(start, end int)) int {
	if start < from || start >= to || start <= last {
		return last
	}
	visit(start, end)
	return start
}

// digits4 reports whether at least three of four bytes are digits.
func digits4(v uint32) bool {
	const low, high = 0x7f7f7f7f, 0x80808080
	t := v ^ 0x30303030 // digits become 0 to 9
	other := ((t & low) + 0x76767676 | t) & high
	return other&(other-1) == 0
}

// IsDigit reports whether c is a decimal digit of ASCII.
func IsDigit(c byte) bool { return c-'0' < 10 }

// OfGroup reports whether c may stand in a group of digits.
func OfGroup(c byte) bool { return IsDigit(c) || c == '-' || c == ' ' }

// runStart walks back to the start of the digit run at i. It gives up beyond
// MaxDigits, where the run is too long to matter.
func runStart(text []byte, i int) int {
	stop := max(0, i-MaxDigits)
	for i > stop && IsDigit(text[i-1]) {
		i--
	}
	return i
}

func runEnd(text []byte, i int) int {
	for i < len(text) && IsDigit(text[i]) {
		i++
	}
	return i
}

// grouped reports whether 4-4-4 digits start at i, and where they end.
func grouped(text []byte, i int) (end int, ok bool) {
	const n = 14
	if i < 0 || i+n > len(text) || i > 0 && IsDigit(text[i-1]) {
		return 0, false
	}
	sep := text[i+4]
	if sep != '-' && sep != ' ' || text[i+9] != sep {
		return 0, false
	}
	for _, at := range [...]int{0, 1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 13} {
		if !IsDigit(text[i+at]) {
			return 0, false
		}
	}
	if i+n < len(text) && IsDigit(text[i+n]) {
		return 0, false
	}
	return i + n, true
}
