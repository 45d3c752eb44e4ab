package placeholder

import "bytes"

// Distinct counts the different bytes of a value.
func Distinct[T ~string | ~[]byte](value T) int {
	var seen [256]bool
	n := 0
	for i := range len(value) {
		if c := value[i]; !seen[c] {
			seen[c] = true
			n++
		}
	}
	return n
}

// steps counts the bytes that follow the one stride before them as a finger's do: the same,
// or its neighbour in the alphabet; and the longest run of them.
func steps(s []byte, stride int) (n, longest int) {
	run := 0
	for i := stride; i < len(s); i++ {
		if d := int(s[i]) - int(s[i-stride]); d < -1 || d > 1 || !isAlnum(s[i]) {
			run = 0
			continue
		}
		n, run = n+1, run+1
		longest = max(longest, run)
	}
	return n, longest
}

// Steps returns the length of the longest stretch of a value in which every character
// follows the one before (ABCDEF, 234567) or repeats it (AAAA).
func Steps(s string) int {
	longest, up, same := 1, 1, 1
	for i := 1; i < len(s); i++ {
		up, same = up+1, same+1
		if s[i] != s[i-1]+1 {
			up = 1
		}
		if s[i] != s[i-1] {
			same = 1
		}
		longest = max(longest, up, same)
	}
	return longest
}

// rows are those of a keyboard, on which fingers run when nothing comes to mind.
var rows = [...]string{"1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm"}

// neighbours tells pairs of small letters and digits that lie side by side on a keyboard.
var neighbours = func() (pair [256][256]bool) {
	for _, row := range rows {
		for i := 1; i < len(row); i++ {
			pair[row[i-1]][row[i]], pair[row[i]][row[i-1]] = true, true
		}
	}
	return pair
}()

// keyboardRun is how many neighbouring keys in a row, to the same side, are none by chance:
// of random letters, six are once in a million places.
const keyboardRun = 6

// keyboard returns the length of the longest run along a row of the keyboard in s, which is
// in lower case.
func keyboard(s []byte) int {
	longest, run := 1, 1
	for i := 1; i < len(s); i++ {
		switch {
		case !neighbours[s[i-1]][s[i]]:
			run = 1
			continue
		case run > 1 && s[i] == s[i-2]: // back to the key it came from
			run = 2
		default:
			run++
		}
		longest = max(longest, run)
	}
	return longest
}

// repeated returns how many bytes of s, from its front, repeat what stands a period before
// them, for the period of which that is most.
func repeated(s []byte, longest int) (period, n int) {
	for p := 1; p <= min(longest, len(s)/2); p++ {
		same := p
		for same < len(s) && s[same] == s[same-p] {
			same++
		}
		if same-p > n {
			period, n = p, same-p
		}
	}
	return period, n
}

// reversed is s from its end.
func reversed(s []byte) []byte {
	r := bytes.Clone(s)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return r
}

// sameRun returns the length of the longest run of one byte that of accepts.
func sameRun(s []byte, of func(byte) bool) int {
	longest, run := 0, 0
	for i, c := range s {
		switch {
		case !of(c):
			run = 0
		case i > 0 && s[i-1] == c:
			run++
		default:
			run = 1
		}
		longest = max(longest, run)
	}
	return longest
}

func isAlnum(c byte) bool { return c-'0' < 10 || c|0x20 >= 'a' && c|0x20 <= 'z' }

func lower(value []byte) []byte {
	out := bytes.Clone(value)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] = c | 0x20
		}
	}
	return out
}
