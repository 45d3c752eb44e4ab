package token

import "strings"

// fillers are words that a random value does not hold and a typed one does.
// None is shorter than four letters: a random value of 36 letters and digits
// holds a given word of four, in any case, once in thirty thousand.
var fillers = []string{
	"xxxx", "your", "example", "placeholder", "redacted", "changeme", "change_me", "replace", "dummy",
	"fake", "sample", "secret", "token", "insert", "invalid", "testing", "test_", "_test", "foobar",
	"qwerty", "asdf", "abcdef", "password", "something", "goes", "here_", "_here", "12345678", "deadbeef",
	"hello", "world", "chars", "longer", "length", "string", "failing", "random",
}

// filler says whether a value was typed and not generated: it holds a word that
// says so, runs along the alphabet or the keyboard, repeats itself, or uses too
// few characters. A random value of 20 or more characters passes as filler less
// than once in a thousand.
func filler(value string) bool {
	lower := strings.ToLower(value)
	for _, word := range fillers {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return few(lower) || sequential(lower, 1) || sequential(lower, 2) || periodic(lower)
}

// few says whether a value is made of too few different characters. Sixteen
// random hexadecimal digits have nine or more nearly always; sixteen of a
// larger alphabet have more.
func few(s string) bool {
	var seen [256]bool
	distinct := 0
	for i := range len(s) {
		if !seen[s[i]] {
			seen[s[i]] = true
			distinct++
		}
	}
	return distinct < min(7, max(2, len(s)/3))
}

// sequential says whether the characters of a value follow each other too
// often, seen at every step-th: aaaa, 1234, fedc, a1b2c3. Of random digits
// three in ten do, of random hexadecimal digits two, of letters one.
func sequential(s string, step int) bool {
	follows, run, longestRun := 0, 0, 0
	for i := step; i < len(s); i++ {
		if d := int(s[i]) - int(s[i-step]); d < -1 || d > 1 || !isAlnum(s[i]) {
			run = 0
			continue
		}
		follows++
		run++
		longestRun = max(longestRun, run)
	}
	return longestRun >= 7+step || 2*follows > len(s)-step && len(s) >= 8
}

// periodic says whether a value is one piece written again and again.
func periodic(s string) bool {
	for p := 1; p <= min(len(s)/2, 40); p++ {
		if s[p:] == s[:len(s)-p] {
			return true
		}
	}
	return false
}
