package awskey

import "github.com/deputy-sec/deputy/scanner/detect/notation"

// Values stand in texts that are escaped for JSON, for URLs, or for a URL
// inside JSON. The functions here read through one such layer without knowing
// which it is: a backslash or percent sign is in none of the alphabets we look
// for, so reading the escape is never wrong where it matters.

// char reads the character at text[i] through its escape and returns it with
// the number of bytes it takes. Escapes of characters outside ASCII come back
// as 0xff.
func char(text []byte, i int) (c byte, n int) {
	switch c = text[i]; c {
	case '%':
		if v, ok := hexValue(text, i+1, 2); ok {
			return ascii(v), 3
		}
	case '\\':
		if i+1 < len(text) {
			return backslash(text, i)
		}
	}
	return c, 1
}

func backslash(text []byte, i int) (byte, int) {
	switch e := text[i+1]; e {
	case 'n':
		return '\n', 2
	case 't':
		return '\t', 2
	case 'r':
		return '\r', 2
	case '"', '\'', '/', '\\':
		return e, 2
	case 'u':
		if v, ok := hexValue(text, i+2, 4); ok {
			return ascii(v), 6
		}
	}
	return '\\', 1
}

func ascii(v int) byte {
	if v >= 0x80 {
		return 0xff
	}
	return byte(v)
}

// hexValue reads digits hexadecimal digits at text[i].
func hexValue(text []byte, i, digits int) (v int, ok bool) {
	if i+digits > len(text) {
		return 0, false
	}
	for _, c := range text[i : i+digits] {
		switch {
		case notation.IsDigit(c):
			v = v<<4 | int(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			v = v<<4 | int(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return v, true
}

// bounded reports whether no word goes on across text[start] and text[end]: the
// character before, seen through its escape, and the one behind are neither
// letters nor digits.
func bounded(text []byte, start, end int) bool {
	return !wordBefore(text, start) && (end >= len(text) || !notation.IsAlnum(text[end]))
}

func wordBefore(text []byte, i int) bool {
	if i == 0 || !notation.IsAlnum(text[i-1]) {
		return false
	}
	for _, n := range []int{2, 3, 6} { // \n, %3D and =
		if i >= n && (text[i-n] == '\\' || text[i-n] == '%') {
			if c, took := char(text, i-n); took == n && !notation.IsAlnum(c) {
				return false
			}
		}
	}
	return true
}

// run is a stretch of characters of one alphabet.
type run struct {
	start, end int    // in the text, escapes included
	value      string // escapes read
}

// readRun reads the run that starts at text[start], at most limit characters
// of it; whole reports whether it ended there.
func readRun(text []byte, start, limit int, in func(byte) bool) (r run, whole bool) {
	value := make([]byte, 0, 64)
	i := start
	for i < len(text) {
		c, n := char(text, i)
		if !in(c) {
			break
		}
		if len(value) == limit {
			return run{}, false
		}
		value = append(value, c)
		i += n
	}
	return run{start, i, string(value)}, true
}
