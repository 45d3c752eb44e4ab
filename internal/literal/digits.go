package literal

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
	// A group begins with at least four digits in a row, so looking at every
	// fourth byte, and around it where it is a digit, cannot miss one.
	for i := from; i < min(to+3, len(text)); i += 4 {
		if !isDigit(text[i]) {
			continue
		}
		start := runStart(text, i)
		end := runEnd(text, i)
		switch n := end - start; {
		case n >= 12:
			if start >= from && start < to && n <= MaxDigits {
				visit(start, end)
			}
		case n == 4:
			if start >= from && start < to {
				if stop, ok := grouped(text, start); ok {
					visit(start, stop)
				}
			}
		}
		if end > i {
			i += (end - i) &^ 3 // stay on the grid, behind the run
		}
	}
}

func isDigit(c byte) bool { return c-'0' < 10 }

// runStart walks back to the start of the digit run at i. It gives up beyond
// MaxDigits, where the run is too long to matter.
func runStart(text []byte, i int) int {
	stop := max(0, i-MaxDigits)
	for i > stop && isDigit(text[i-1]) {
		i--
	}
	return i
}

func runEnd(text []byte, i int) int {
	for i < len(text) && isDigit(text[i]) {
		i++
	}
	return i
}

// grouped says whether 4-4-4 digits start at i, and where they end. What stands
// before i is known not to be a digit.
func grouped(text []byte, i int) (end int, ok bool) {
	const n = 14
	if i+n > len(text) {
		return 0, false
	}
	sep := text[i+4]
	if sep != '-' && sep != ' ' || text[i+9] != sep {
		return 0, false
	}
	for _, at := range [...]int{5, 6, 7, 8, 10, 11, 12, 13} {
		if !isDigit(text[i+at]) {
			return 0, false
		}
	}
	if i+n < len(text) && isDigit(text[i+n]) {
		return 0, false
	}
	return i + n, true
}
