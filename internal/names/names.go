// Package names finds the names that may hold an identifier themselves: of files and
// folders (the logs of CloudTrail and many trees of Terraform are keyed by account), of
// branches and tags, and of members of archives.
package names

import (
	"strings"

	"github.com/deputy-sec/deputy/internal/literal"
)

// accountDigits is how many an account ID has; more are a date and a time, or a hash.
const accountDigits = 12

// minCapitals is the length of a run of capitals and digits from which it may be a key
// ID: they have 16 and more.
const minCapitals = 16

// Worth reports whether a name is worth looking at: it has digits as an account has
// them, or a run of capitals and digits as a key ID has. Hardly any name passes that.
func Worth(name []byte) bool {
	if len(name) < 12 {
		return false
	}
	found := false
	literal.Digits(name, 0, len(name), func(start, end int) {
		found = found || end-start == accountDigits || !literal.IsDigit(name[start+4]) // 1234-5678-9012
	})
	if found {
		return true
	}
	run, digits := 0, 0
	for _, c := range name {
		switch {
		case c >= '0' && c <= '9':
			digits++
			run++
		case c >= 'A' && c <= 'Z':
			run++
		default:
			run, digits = 0, 0
		}
		if run >= minCapitals && digits > 0 {
			return true
		}
	}
	return false
}

// Each calls yield with a slash-separated path up to each of its elements that is worth
// looking at; whole says that this is all of it. What stands in front of a name is its
// context: "accounts/" says what the digits behind it are.
func Each(path string, worth func([]byte) bool, yield func(upTo string, whole bool)) {
	start := 0
	for start < len(path) {
		end := strings.IndexByte(path[start:], '/')
		if end < 0 {
			end = len(path) - start
		}
		if worth([]byte(path[start : start+end])) {
			yield(path[:start+end], start+end == len(path))
		}
		start += end + 1
	}
}
