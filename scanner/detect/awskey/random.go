package awskey

import (
	"github.com/deputy-sec/deputy/scanner/detect/notation"
)

// kindChanges counts how often upper case, lower case, digits and the rest
// change places in s. Words, paths and identifiers change seldom; in random
// base64 two neighbours differ in kind with a chance of 0.65, so that forty
// characters change 25 times, give or take 3.
func kindChanges(s string) int {
	n := 0
	for i := 1; i < len(s); i++ {
		if charKind(s[i]) != charKind(s[i-1]) {
			n++
		}
	}
	return n
}

// beginnings counts where a capital follows a small letter, and where digits or
// signs begin or end. Forty random characters of base64 have 19, give or take 3;
// names in camel case and paths have one or two to the word.
func beginnings(s string) int {
	n := 0
	for i := 1; i < len(s); i++ {
		a, b := charKind(s[i-1]), charKind(s[i])
		if a != b && !(a == upperCase && b == lowerCase) {
			n++
		}
	}
	return n
}

const (
	upperCase = iota
	lowerCase
	digit
	sign
)

func charKind(c byte) int {
	switch {
	case notation.IsUpper(c):
		return upperCase
	case notation.IsLower(c):
		return lowerCase
	case notation.IsDigit(c):
		return digit
	}
	return sign
}

// mixed reports whether s has upper case, lower case and digits.
func mixed(s string) bool {
	var has [4]bool
	for i := range len(s) {
		has[charKind(s[i])] = true
	}
	return has[upperCase] && has[lowerCase] && has[digit]
}
