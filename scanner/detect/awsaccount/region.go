package awsaccount

import "bytes"

// A region is an area, a direction and a number: us-east-1, us-gov-west-1,
// eu-isoe-west-1.
// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
var (
	areas      = []string{"us-gov", "us-iso", "us-isob", "us-isof", "eu-isoe", "us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx", "cn", "eusc-de"}
	directions = []string{"northeast", "northwest", "southeast", "southwest", "north", "south", "east", "west", "central"}
)

// regionLength returns the length of the region that text begins with, 0 if
// there is none. The number must end there.
func regionLength(text []byte) int {
	for _, a := range areas {
		n := len(a)
		if len(text) <= n || text[n] != '-' || !equalFold(text[:n], a) {
			continue
		}
		for _, d := range directions {
			m := n + 1 + len(d)
			if len(text) < m+2 || text[m] != '-' || !equalFold(text[n+1:m], d) {
				continue
			}
			if isDigit(text[m+1]) && (len(text) == m+2 || !isDigit(text[m+2])) {
				return m + 2
			}
		}
	}
	return 0
}

// googleAreas begin Google's regions, where no dash precedes the number:
// us-central1, europe-west4.
// https://cloud.google.com/compute/docs/regions-zones
var googleAreas = []string{"us", "europe", "asia", "northamerica", "southamerica", "australia", "me", "africa"}

// hasGoogleRegion reports whether a region of Google stands in text.
func hasGoogleRegion(text []byte) bool {
	if bytes.IndexByte(text, '-') < 0 {
		return false
	}
	for _, d := range directions {
		for at := 0; ; {
			i := bytes.Index(text[at:], []byte("-"+d))
			if i < 0 {
				break
			}
			start := at + i
			at = start + 1 + len(d)
			if at < len(text) && isDigit(text[at]) && oneOf(string(bytes.ToLower(text[wordStart(text[:start]):start])), googleAreas) {
				return true
			}
		}
	}
	return false
}

func equalFold(text []byte, lower string) bool {
	if len(text) != len(lower) {
		return false
	}
	for i, c := range text {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// longestRegion is that of "ap-northeast-1" and "us-gov-west-1", with room.
const longestRegion = 20

func endsInRegion(text []byte) bool {
	if len(text) == 0 || !isDigit(text[len(text)-1]) {
		return false
	}
	for i := max(0, len(text)-longestRegion); i < len(text); i++ {
		if (i == 0 || !isAlnum(text[i-1])) && regionLength(text[i:]) == len(text)-i {
			return true
		}
	}
	return false
}

// hasRegion reports whether a region stands in text.
func hasRegion(text []byte) bool {
	for i := 0; i < len(text); {
		j := bytes.IndexByte(text[i:], '-')
		if j < 0 {
			return false
		}
		for start := max(0, i+j-7); start < i+j; start++ {
			if (start == 0 || !isAlnum(text[start-1])) && regionLength(text[start:]) > 0 {
				return true
			}
		}
		i += j + 1
	}
	return false
}
