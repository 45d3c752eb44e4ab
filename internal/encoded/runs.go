package encoded

import (
	"encoding/binary"
	"math/bits"
)

// Runs calls visit for every run of the alphabet of base64, in its standard and its URL
// form, that begins in text[from:to] and is at least MinRun bytes long. A run begins where
// the byte in front of it is not of the alphabet.
func Runs(text []byte, from, to int, visit func(start int)) {
	to = min(to, len(text))
	// A run holds sixteen bytes that begin at one of any sixteen consecutive places. Blanks,
	// quotes, brackets and most of what stands between words is less than '+'.
	within := false // what was looked at last belongs to a run, which goes on
	for i := from; i < to+stride && i+stride <= len(text); i += stride {
		v, w := binary.LittleEndian.Uint64(text[i:i+8]), binary.LittleEndian.Uint64(text[i+8:i+16])
		if ((v-'+'*ones)|v|(w-'+'*ones)|w)&highs != 0 || !allOfAlphabet(v) || !allOfAlphabet(w) {
			within = false
			continue
		}
		if within {
			continue
		}
		within = true
		start := i
		for start > 0 && start > i-stride && ofAlphabet[text[start-1]] {
			start--
		}
		if start >= from && start < to && (start == 0 || !ofAlphabet[text[start-1]]) && start+MinRun <= len(text) && worthwhile(text[start:start+MinRun]) {
			visit(start)
		}
	}
}

// worthwhile reports whether bytes are the beginning of a run, and not that of a name or a
// path: those mix the signs of both forms of base64, or have one capital at most. Of what
// encodes text or data, two characters of five are capitals. Hexadecimal has none; it may
// stand behind the letters of an escape.
func worthwhile(run []byte) bool {
	capitals, digits, low := 0, 0, 0
	var standard, url uint64
	for i := 0; i < MinRun; i += 8 {
		v := binary.LittleEndian.Uint64(run[i : i+8])
		if !allOfAlphabet(v) {
			return false
		}
		capitals += bits.OnesCount64(between(v, 'A', 'Z') & highs)
		digits += bits.OnesCount64(between(v, '0', '9') & highs)
		low += bits.OnesCount64(between(v|0x20*ones, 'a', 'f') & highs)
		signs := v
		if i == 0 {
			signs &^= 0xff // of a line of a difference
		}
		standard |= (between(signs, '+', '+') | between(signs, '/', '/')) & highs
		url |= (between(signs, '-', '-') | between(signs, '_', '_')) & highs
	}
	if standard != 0 && url != 0 {
		return false
	}
	return capitals >= leastCapitals || digits+low >= MinRun-longestLead
}

const (
	leastCapitals = 2
	longestLead   = 4 // what a run may begin with that belongs to an escape: 0x, n
)

// stride is how far apart the places are that are looked at: of a run of MinRun bytes sixteen
// are seen at one of them.
const stride = 16

// RunEnd returns where the run ends that text[at] may belong to.
func RunEnd(text []byte, at int) int {
	for at+8 <= len(text) && allOfAlphabet(binary.LittleEndian.Uint64(text[at:at+8])) {
		at += 8
	}
	for at < len(text) && ofAlphabet[text[at]] {
		at++
	}
	return at
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// allOfAlphabet reports whether eight bytes are of the alphabet.
func allOfAlphabet(v uint64) bool {
	if v&highs != 0 {
		return false
	}
	l := v | 0x20*ones
	return (between(l, 'a', 'z')|between(v, '/', '9')|between(v, '+', '+')|between(v, '-', '-')|between(v, '_', '_'))&highs == highs
}

// between sets the high bit of the bytes of v from a to b. None of v's is set.
func between(v uint64, a, b byte) uint64 {
	return (v + (0x80-uint64(a))*ones) &^ (v + (0x7f-uint64(b))*ones)
}

// What a byte stands for in base64, or in hexadecimal.
var (
	ofAlphabet [256]bool
	sextets    [256]byte
	nibbles    [256]byte
	kinds      [256]byte // capitals, small letters, digits, the rest
)

const none = 0xff // stands for nothing

func init() {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for c := range sextets {
		sextets[c], nibbles[c] = none, none
	}
	for i := range len(alphabet) {
		sextets[alphabet[i]] = byte(i)
	}
	sextets['-'], sextets['_'] = 62, 63
	for c := range sextets {
		ofAlphabet[c] = sextets[c] != none
	}
	for i := range byte(26) {
		kinds['A'+i], kinds['a'+i] = 1, 2
	}
	for i := range byte(10) {
		kinds['0'+i] = 3
		nibbles['0'+i] = i
	}
	for i := range byte(6) {
		nibbles['a'+i], nibbles['A'+i] = 10+i, 10+i
	}
}
