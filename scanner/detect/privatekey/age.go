package privatekey

import (
	"strings"

	"github.com/deputy-sec/deputy/scanner/detect"
)

// ageShown is the human-readable part of an age secret key, ageChars how many
// characters follow its separator: 32 bytes and a checksum.
const (
	ageShown  = "AGE-SECRET-KEY-"
	agePrefix = ageShown + "1"
	ageChars  = 58
)

// readAge reads an age secret key and verifies its checksum.
// https://github.com/C2SP/C2SP/blob/main/age.md#the-x25519-recipient-type
func readAge(w *detect.Window) (detect.Match, bool) {
	stop := w.Run(w.End, detect.After, base64Chars)
	data := string(w.Text[w.End:stop])
	if len(data) != ageChars || uniformText(data) || !bech32(ageShown, data) {
		return detect.Match{}, false
	}
	return detect.Match{
		Rule: ageRule, Start: w.Start, End: stop, Confidence: 0.99,
		Evidence: []string{"its checksum matches"},
	}, true
}

// uniformText reports whether a text is made of too few characters to be a key.
func uniformText(s string) bool {
	distinct := 0
	for i := range len(s) {
		if strings.IndexByte(s[:i], s[i]) < 0 {
			distinct++
		}
	}
	return distinct < 12
}

const bech32Alphabet = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"

// bech32 verifies the checksum of a Bech32 text in capitals (BIP 173).
func bech32(shown, data string) bool {
	var values []byte
	for _, c := range strings.ToLower(shown) {
		values = append(values, byte(c)>>5)
	}
	values = append(values, 0)
	for _, c := range strings.ToLower(shown) {
		values = append(values, byte(c)&31)
	}
	for i := range len(data) {
		v := strings.IndexByte(bech32Alphabet, data[i])
		if v < 0 {
			return false
		}
		values = append(values, byte(v))
	}
	return polymod(values) == 1
}

func polymod(values []byte) uint32 {
	generator := [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}
	sum := uint32(1)
	for _, v := range values {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(v)
		for i, g := range generator {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	return sum
}
