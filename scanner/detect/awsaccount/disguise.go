package awsaccount

import (
	"bytes"
	"strings"
)

// disguise is another kind of thing that twelve digits can be a part of. The
// tests see only the nearest bytes; the first that holds ends the search.
type disguise struct {
	name string
	is   func(p *place) bool
}

// disguises are in order of what they cost and how often they hold.
var disguises = []disguise{
	{"letters run into the digits: a hash, a base64 text, a resource ID", partOfWord},
	{"joined to the digits of another literal: bytes written out", joined},
	{"decimals of a fraction", fraction},
	{"a group of a UUID", uuidGroup},
	{"the hash in a Go pseudo-version", pseudoVersion},
	{"a longer row of digit groups: a card or serial number", longerGroups},
	{"an international phone number", phone},
	{"a number in a Google resource name or e-mail", google},
	{"a part of a base64 text", base64Text},
	{"a part of a Slack token or a Facebook ad account", otherPrefix},
	{"an account of another cloud", otherResourceName},
}

func disguised(p *place) bool {
	for _, d := range disguises {
		if d.is(p) {
			return true
		}
	}
	return false
}

// gluedWords may stand before the digits without a separator: account123…
var gluedWords = []string{"account", "acct", "aws", "accountid", "acc"}

// gluedSuffixes may follow them: a Go, Java, C or JavaScript number's type.
var gluedSuffixes = []string{"L", "l", "n", "u", "U", "UL", "ULL", "i64", "u64"}

func partOfWord(p *place) bool {
	left := p.line[wordStart(p.line):]
	right := p.rest[:wordEnd(p.rest)]
	if len(right) > 0 && !oneOf(string(right), gluedSuffixes) {
		return true
	}
	if len(left) == 0 {
		return false
	}
	lower := strings.ToLower(string(left))
	for _, w := range gluedWords {
		if strings.HasSuffix(lower, w) && !strings.ContainsAny(lower, "0123456789") {
			return false
		}
	}
	return true
}

// joined holds for "2206" + "120474797065": the digits go on from a literal that
// itself ends in a hexadecimal digit, with a digit somewhere in it.
func joined(p *place) bool {
	if p.prev(1) != '"' && p.prev(1) != '\'' {
		return false
	}
	quote := p.line[len(p.line)-1]
	left := bytes.TrimRight(p.line[:len(p.line)-1], " \t")
	left, plus := bytes.CutSuffix(left, []byte("+"))
	left, closed := bytes.CutSuffix(bytes.TrimRight(left, " \t"), []byte{quote})
	if !plus || !closed {
		return false
	}
	piece := left[bytes.LastIndexByte(left, quote)+1:]
	notHex := func(r rune) bool { return r > 0x7f || !isHex(byte(r)) }
	return len(piece) > 0 && !bytes.ContainsFunc(piece, notHex) && bytes.ContainsAny(piece, "0123456789")
}

func oneOf(s string, list []string) bool {
	for _, l := range list {
		if s == l {
			return true
		}
	}
	return false
}

func wordStart(line []byte) int {
	i := len(line)
	for i > 0 && (isAlnum(line[i-1]) || line[i-1] >= 0x80) {
		i--
	}
	return i
}

func wordEnd(rest []byte) int {
	i := 0
	for i < len(rest) && (isAlnum(rest[i]) || rest[i] >= 0x80) {
		i++
	}
	return i
}

// fraction holds for 1.123456789012, .123456789012 and 123456789012.5, but not
// for the labels of a host name.
func fraction(p *place) bool {
	if p.next(1) == '.' && isDigit(p.next(2)) {
		return true
	}
	if p.prev(1) != '.' {
		return false
	}
	before := p.prev(2)
	return !isLetter(before) && before != '}' && before != '*' && !bytes.HasPrefix(p.after, []byte(".dkr"))
}

// uuidGroup holds for the last group of 8-4-4-4-12, for three middle groups of
// it, and for twelve digits followed by more groups of hexadecimal digits.
func uuidGroup(p *place) bool {
	hexBefore := countBack(p.before, 1, isHexOrX)
	if p.form != plain {
		return p.prev(1) == '-' && (hexBefore > 0 || !isLetter(p.prev(2))) || p.next(1) == '-' && isAlnum(p.next(2))
	}
	at := 0
	for range 3 {
		sep := p.prev(at + 1)
		if sep != '-' && sep != '_' || countBack(p.before, at+1, isHexOrX) != 4 {
			return false
		}
		at += 5
	}
	return true
}

func isHexOrX(c byte) bool { return isHex(c) || c|0x20 == 'x' }

// countBack counts the bytes of one kind that end skip bytes before the end of
// text, up to one more than a UUID group can have.
func countBack(text []byte, skip int, kind func(byte) bool) int {
	n := 0
	for i := len(text) - skip - 1; i >= 0 && n < idDigits && kind(text[i]); i-- {
		n++
	}
	return n
}

// pseudoVersion holds for v0.0.0-20060102150405-123456789012.
// https://go.dev/ref/mod#pseudo-versions
func pseudoVersion(p *place) bool {
	const stamp = 14
	n := 0
	for i := len(p.before) - 2; i >= 0 && n <= stamp && isDigit(p.before[i]); i-- {
		n++
	}
	return p.prev(1) == '-' && n == stamp
}

// longerGroups holds for 4-4-4 digits next to more digits: 1234 5678 9012 3456,
// or a row of numbers. What stands behind a comma or slash is a cell of its own
// unless it is one more group.
func longerGroups(p *place) bool {
	if p.form == plain {
		return false
	}
	longer := func(joint byte, digits int) bool {
		switch joint {
		case ' ', '-':
			return digits > 0
		case ',', '/':
			return digits == 4
		}
		return false
	}
	behind := 0
	for 1+behind < len(p.after) && behind <= idDigits && isDigit(p.after[1+behind]) {
		behind++
	}
	return longer(p.prev(1), countBack(p.before, 1, isDigit)) || longer(p.next(1), behind)
}

// phone holds for +441234567890, but not for the plus of a changed line or a
// string concatenation, nor for aws+123456789012@.
func phone(p *place) bool {
	return p.prev(1) == '+' && p.form == plain && len(p.line) > 1 && !isAlnum(p.prev(2))
}

var googleHosts = [][]byte{
	[]byte("gserviceaccount.com"), []byte("googleusercontent.com"), []byte("googleapis.com"),
	[]byte(".run.app"), []byte("gcr.io"), []byte("firebase"),
}

// googleCollections are the resource names whose IDs are twelve digits or so.
// https://cloud.google.com/apis/design/resource_names
var googleCollections = [][]byte{
	[]byte("projects/"), []byte("organizations/"), []byte("folders/"), []byte("projectNumber="), []byte("project="),
	[]byte("project-owners-"), []byte("project-editors-"), []byte("project-viewers-"), []byte("apps/"),
}

func google(p *place) bool {
	if inARN(p) {
		return false
	}
	for _, h := range googleHosts {
		if bytes.Contains(p.tail, h) || bytes.Contains(p.head, h) {
			return true
		}
	}
	for _, c := range googleCollections {
		if bytes.HasSuffix(p.head, c) {
			return true
		}
	}
	return firebaseApp(p) || hasGoogleRegion(p.head) || hasGoogleRegion(p.tail)
}

// firebaseApp holds for 1:123456789012:web:0a1b2c.
func firebaseApp(p *place) bool {
	if p.prev(1) != ':' || p.prev(2) != '1' {
		return false
	}
	for _, platform := range []string{":web:", ":android:", ":ios:"} {
		if bytes.HasPrefix(p.tail, []byte(platform)) {
			return true
		}
	}
	return false
}

func otherPrefix(p *place) bool {
	return bytes.HasPrefix(p.head, []byte("xox")) || string(p.head) == "act_"
}

// base64Line is the shortest token of nothing but base64 digits that no path is.
const base64Line = 40

// base64Text holds where the digits are joined by + or / to a long run of the
// base64 alphabet with letters of both cases and digits in disorder.
func base64Text(p *place) bool {
	joint := func(c byte) bool { return c == '+' || c == '/' || c == '=' }
	if !joint(p.prev(1)) && !joint(p.next(1)) {
		return false
	}
	head := p.head[bytes.LastIndexAny(p.head, "-:.,_")+1:]
	tail := p.tail
	if i := bytes.IndexAny(tail, "-:.,_"); i >= 0 {
		tail = tail[:i]
	}
	return len(head)+idDigits+len(tail) >= base64Line && disorder(head)+disorder(tail) >= base64Line/10
}

// disorder counts the changes between upper case, lower case and digits, a
// capital before small letters aside.
func disorder(text []byte) int {
	n := 0
	for i := 1; i < len(text); i++ {
		a, b := text[i-1], text[i]
		if isDigit(a) && isUpper(b) || isUpper(a) && isDigit(b) || isLower(a) && isUpper(b) {
			n++
		}
	}
	return n
}

// otherResourceNames are the prefixes that Tencent, Alibaba, Huawei, IBM and
// Yandex clouds use where AWS uses arn:.
var otherResourceNames = [][]byte{[]byte("qcs::"), []byte("acs:"), []byte("crn:"), []byte("hrn:"), []byte("urn:"), []byte("ocid1.")}

func otherResourceName(p *place) bool {
	for _, n := range otherResourceNames {
		if bytes.HasPrefix(p.head, n) {
			return true
		}
	}
	return false
}
