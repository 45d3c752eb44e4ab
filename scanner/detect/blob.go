package detect

import "bytes"

// blobReach is how many characters of base64 beside a match make it a piece of data. Paths in
// URLs have slashes, too, but not so far apart.
const blobReach = 48

// withinBlob reports whether text[start:end] is a piece of a blob of base64, such as a picture
// or an archive, where any prefix stands by chance: more of it goes on at either end, over a
// sign or letter that a value of its own does not end with.
func withinBlob(text []byte, start, end int) bool {
	return blobEnds(text[max(0, start-blobReach):start]) || blobBegins(text[end:min(len(text), end+blobReach)])
}

func blobEnds(before []byte) bool {
	return len(before) == blobReach && isBase64(before[len(before)-1]) && isBlob(before)
}

func blobBegins(after []byte) bool {
	return len(after) == blobReach && isBase64(after[0]) && isBlob(after)
}

// isBlob reports whether a piece of text is as mixed as data in base64 is: it holds a sign of
// that alphabet that names do not have, but slashes no closer than chance puts them.
func isBlob(b []byte) bool {
	var upper, lower, digit bool
	for _, c := range b {
		if !isBase64(c) {
			return false
		}
		upper, lower, digit = upper || c >= 'A' && c <= 'Z', lower || c >= 'a' && c <= 'z', digit || c-'0' < 10
	}
	slashes := bytes.Count(b, []byte("/"))
	return upper && lower && digit && slashes <= blobReach/8 && kindChanges(b) >= blobReach/3
}

// kindChanges counts where capitals, small letters, digits and signs change places: two
// neighbours in random base64 do so with a chance of 0.65, in words and names seldom.
func kindChanges(b []byte) int {
	n := 0
	for i := 1; i < len(b); i++ {
		if kindOf(b[i]) != kindOf(b[i-1]) {
			n++
		}
	}
	return n
}

func kindOf(c byte) int {
	switch {
	case c >= 'A' && c <= 'Z':
		return 1
	case c >= 'a' && c <= 'z':
		return 2
	case c-'0' < 10:
		return 3
	}
	return 0
}

func isBase64(c byte) bool { return kindOf(c) != 0 || c == '+' || c == '/' }
