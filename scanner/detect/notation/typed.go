package notation

import "bytes"

// fillers are words that a typed value holds and a random one does not.
var fillers = [][]byte{
	[]byte("xxxx"), []byte("your"), []byte("example"), []byte("placeholder"), []byte("redacted"), []byte("changeme"),
	[]byte("replace"), []byte("dummy"), []byte("fake"), []byte("sample"), []byte("secret"), []byte("insert"),
	[]byte("sanitized"), []byte("invalid"), []byte("testing"), []byte("foobar"), []byte("qwerty"), []byte("abcdef"),
	[]byte("password"), []byte("012345"), []byte("123456"), []byte("deadbeef"), []byte("testkey"), []byte("apikey"),
}

// Typed says whether a secret was typed and not generated: it holds a word that
// says so, uses too few characters, runs along the alphabet or the row of
// digits, or repeats itself. It is meant for values of 20 and more characters
// from an alphabet of 16 and more; of random ones it takes fewer than one in a
// thousand for typed.
func Typed(value []byte) bool {
	lower := Lower(value)
	for _, word := range fillers {
		if bytes.Contains(lower, word) {
			return true
		}
	}
	return Distinct(value) < min(8, len(value)/3) || periodic(value) || 2*Steps(value) > len(value)
}

// Mixed says whether a value has capitals, small letters and digits.
func Mixed(value []byte) bool {
	return bytes.ContainsAny(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && bytes.ContainsAny(value, "abcdefghijklmnopqrstuvwxyz") && bytes.ContainsAny(value, "0123456789")
}

// Distinct counts the different bytes of a value.
func Distinct(value []byte) int {
	var seen [256]bool
	n := 0
	for _, c := range value {
		if !seen[c] {
			seen[c] = true
			n++
		}
	}
	return n
}

// Steps counts the bytes that a person's fingers would put where they stand:
// the same as one or two before, or its neighbour in the alphabet.
func Steps(value []byte) int {
	n := 0
	for i := 1; i < len(value); i++ {
		d := int(value[i]) - int(value[i-1])
		if -1 <= d && d <= 1 || i > 1 && value[i] == value[i-2] {
			n++
		}
	}
	return n
}

// periodic says whether a value is one piece written again and again.
func periodic(s []byte) bool {
	for p := 1; p <= min(len(s)/2, 40); p++ {
		if bytes.Equal(s[p:], s[:len(s)-p]) {
			return true
		}
	}
	return false
}

// TypedNumber says whether digits were typed and not given out: they count up or
// down for seven digits or all, or in two thirds of their steps (456123789012),
// use hardly any different digits, or are one piece again and again. Of random
// numbers of ten digits, one in a thousand is.
func TypedNumber(digits []byte) bool {
	run, up, down := 1, 0, 0
	for i := 1; i < len(digits); i++ {
		switch (digits[i] - digits[i-1] + 10) % 10 {
		case 1:
			up++
		case 9:
			down++
		default:
			run = 1
			continue
		}
		if run++; run >= min(7, len(digits)) {
			return true
		}
	}
	if counted := max(up, down); len(digits) >= 8 && 3*counted >= 2*(len(digits)-1) {
		return true
	}
	return Distinct(digits) <= 2 || len(digits) >= 10 && Distinct(digits) == 3 || periodic(digits)
}
