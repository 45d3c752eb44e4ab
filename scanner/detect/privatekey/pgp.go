package privatekey

import (
	"encoding/base64"
	"fmt"
)

// readPGP reads the first packet of an OpenPGP private key block as far as the
// byte that says how the secret numbers are protected (RFC 9580, sections 5.5.2
// and 5.5.3). sum is the armor's checksum, "" if it has none.
func readPGP(b []byte, sum string) (key, bool) {
	if sum != "" && base64.StdEncoding.EncodeToString(crc24(b)) != sum {
		return key{}, false
	}
	body, ok := packetBody(b)
	if !ok || len(body) < 6 {
		return key{}, false
	}
	k := key{what: fmt.Sprintf("an OpenPGP version %d private key", body[0]), pgp: true}
	usage, after, ok := secretUsage(body)
	switch {
	case !ok:
		return key{}, false
	case usage == 0:
		return k, true
	case usage >= 253 && len(after) >= 2 && after[1] == gnuExtension:
		return key{}, false // a stub: the secret is on a card or elsewhere
	}
	k.encrypted, k.pgp, k.protection = true, false, "protected by a passphrase"
	return k, true
}

// gnuExtension is the S2K type of GnuPG's stubs.
const gnuExtension = 101

// packetBody returns what the first packet holds if that is a secret key.
func packetBody(b []byte) ([]byte, bool) {
	const secretKey = 5
	if len(b) < 8 || b[0]&0x80 == 0 {
		return nil, false
	}
	if b[0]&0x40 == 0 { // old format: the two lowest bits say how long the length is
		size := 1 << (b[0] & 3)
		return b[min(len(b), 1+size):], b[0]>>2&15 == secretKey && size < 8
	}
	size := 1
	switch {
	case b[1] == 255:
		size = 5
	case b[1] >= 192:
		size = 2
	}
	return b[1+size:], b[0]&63 == secretKey
}

// publicParts says what the public part of a key consists of, by algorithm: 'n'
// a number, 'o' a curve's name or other field with its length in front, '2' 32
// bytes, '4' 57 bytes, '6' 56 bytes.
var publicParts = map[byte]string{1: "nn", 2: "nn", 3: "nn", 16: "nnn", 17: "nnnn", 18: "ono", 19: "on", 22: "on", 25: "2", 26: "6", 27: "2", 28: "4"}

// secretUsage skips the public part of a secret key packet's body and returns
// the byte that says how the secret is protected, and what follows it.
func secretUsage(body []byte) (usage byte, after []byte, ok bool) {
	version := body[0]
	if version < 3 || version > 6 {
		return 0, nil, false
	}
	at := 5
	if version == 3 {
		at = 7 // two bytes of validity
	}
	if len(body) <= at {
		return 0, nil, false
	}
	parts, known := publicParts[body[at]]
	if !known {
		return 0, nil, false
	}
	at++
	if version >= 5 {
		at += 4 // length of the public part
	}
	for _, part := range parts {
		if at, ok = skip(body, at, part); !ok {
			return 0, nil, false
		}
	}
	if at >= len(body) {
		return 0, nil, false
	}
	return body[at], body[at+1:], true
}

// skip moves over one part of a public key.
func skip(b []byte, at int, part rune) (int, bool) {
	n := 0
	switch part {
	case 'n':
		if at+2 > len(b) {
			return 0, false
		}
		n = 2 + (int(b[at])<<8|int(b[at+1])+7)/8
		if n < 3 {
			return 0, false
		}
	case 'o':
		if at >= len(b) {
			return 0, false
		}
		n = 1 + int(b[at])
	case '2':
		n = 32
	case '4':
		n = 57
	case '6':
		n = 56
	}
	return at + n, at+n <= len(b)
}

// crc24 is the checksum of OpenPGP's armor (RFC 9580, section 6.1.1).
func crc24(b []byte) []byte {
	crc := uint32(0xb704ce)
	for _, c := range b {
		crc ^= uint32(c) << 16
		for range 8 {
			crc <<= 1
			if crc&0x1000000 != 0 {
				crc ^= 0x864cfb
			}
		}
	}
	return []byte{byte(crc >> 16), byte(crc >> 8), byte(crc)}
}
