package placeholder

import "bytes"

// Random reports whether a value that ought to be random, such as a token or a key, was
// typed or masked. It is meant for values of 16 and more characters from an alphabet of 16
// and more; of random ones it takes fewer than one in a thousand for made up.
func Random[T ~string | ~[]byte](value T) bool {
	s := lower([]byte(value))
	return Masked(s) || holdsWord(s) || monotonous(s)
}

// Masked reports whether a run of the letter X, or of marks, hides a part of a value: of 40
// random characters of base64, one value in a million has a run of four.
func Masked[T ~string | ~[]byte](value T) bool {
	return sameRun([]byte(value), func(c byte) bool { return bytes.IndexByte([]byte("xX*•#?"), c) >= 0 }) >= 4
}

// monotonous reports whether a value in lower case is made of too few characters, runs along
// the alphabet, the digits or the keyboard, or repeats itself.
func monotonous(s []byte) bool {
	if Distinct(s) < min(7, max(2, len(s)/3)) || keyboard(s) >= keyboardRun {
		return true
	}
	for _, stride := range [...]int{1, 2} { // a1b2c3 counts with every second one
		if n, longest := steps(s, stride); longest >= 7+stride || 2*n > len(s)-stride && len(s) >= 8 {
			return true
		}
	}
	return repeats(s)
}

// Where pieces of a value repeat each other, so many characters do not by chance.
const (
	longestPeriod = 40
	repeatedRun   = 6
)

// repeats reports whether a value is one piece written again and again, perhaps with
// another end or beginning.
func repeats(s []byte) bool {
	p, n := repeated(s, longestPeriod)
	if n >= repeatedRun || n > 0 && n == len(s)-p {
		return true
	}
	_, n = repeated(reversed(s), longestPeriod)
	return n >= repeatedRun
}

// Counts reports whether a short value counts or repeats: 12345, 1234-5678, 0000.
func Counts(v string) bool {
	n := 0
	for i := 1; i < len(v); i++ {
		if d := int(v[i]) - int(v[i-1]); -1 <= d && d <= 1 || v[i] == '0' && v[i-1] == '9' {
			n++
		}
	}
	return n*4 >= (len(v)-1)*3
}

// UUID reports whether a UUID was typed: its digits run along, a group of it is one digit or
// counts, or they are of fewer sorts than random ones. Of random ones, one in a thousand is.
func UUID[T ~string | ~[]byte](id T) bool {
	s := lower([]byte(id))
	digits := bytes.ReplaceAll(s, []byte("-"), nil)
	if n, _ := fingers(digits); n >= 17 || collisions(digits) >= mostCollisions || Distinct(digits[max(0, len(digits)-12):]) <= 3 {
		return true
	}
	for group := range bytes.SplitSeq(s, []byte("-")) {
		if Distinct(group) == 1 || len(group) >= 8 && countsUp(group) {
			return true
		}
	}
	_, n := repeated(digits, 16)
	return n >= repeatedRun
}

// fingers counts the bytes that a person's fingers would put where they stand: the same as
// one or two before, or its neighbour in the alphabet.
func fingers(value []byte) (n, of int) {
	for i := 1; i < len(value); i++ {
		d := int(value[i]) - int(value[i-1])
		if -1 <= d && d <= 1 || i > 1 && value[i] == value[i-2] {
			n++
		}
	}
	return n, len(value) - 1
}

// Typed reports whether an identifier of hexadecimal digits was typed: half of its digits
// are the same as, or next to, one of the two before them.
func Typed[T ~string | ~[]byte](value T) bool {
	n, of := fingers([]byte(value))
	return 2*n > of
}

// mostCollisions is more pairs of equal digits than 32 random hexadecimal ones have: they
// have 31 on average, and more than 60 once in ten thousand times.
const mostCollisions = 66

// collisions counts the pairs of equal bytes.
func collisions(s []byte) int {
	var count [256]int
	n := 0
	for _, c := range s {
		n += count[c]
		count[c]++
	}
	return n
}

// countsUp reports whether a group counts, with every digit or every second one: 12345678,
// a1b2c3d4.
func countsUp(group []byte) bool {
	for _, stride := range [...]int{1, 2} {
		if n, _ := steps(group, stride); n == len(group)-stride {
			return true
		}
	}
	return false
}
