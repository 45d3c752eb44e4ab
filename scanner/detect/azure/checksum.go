package azure

import (
	"encoding/binary"
	"math/bits"
)

// A client secret with the mark 8Q~ ends in the first three of the six
// characters of a checksum over the rest: Marvin32 with a fixed seed, written in
// the alphabet of client secrets (https://github.com/microsoft/security-utilities:
// IdentifiableMetadata).
const (
	secretSeed     = 0x4161645077643030 // "AadPwd00"
	secretAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~"
	checksumLength = 3
)

// secretChecksum returns the three characters that end a client secret which
// begins with body.
func secretChecksum(body []byte) string {
	const digits = 6
	var encoded [digits]byte
	sum := marvin32(body, secretSeed)
	for i := digits - 1; i >= 0; i-- {
		encoded[i] = secretAlphabet[sum%uint32(len(secretAlphabet))]
		sum /= uint32(len(secretAlphabet))
	}
	return string(encoded[:checksumLength])
}

// checksumHolds reports whether a client secret ends in its checksum.
func checksumHolds(value []byte) bool {
	body := len(value) - checksumLength
	return secretChecksum(value[:body]) == string(value[body:])
}

// marvin32 is the hash of that name (Ferguson, US patent 20130262421).
func marvin32(data []byte, seed uint64) uint32 {
	a, b := uint32(seed), uint32(seed>>32)
	for ; len(data) >= 4; data = data[4:] {
		a, b = marvinMix(a+binary.LittleEndian.Uint32(data), b)
	}
	var last [4]byte
	copy(last[:], data)
	last[len(data)] = 0x80
	a, b = marvinMix(a+binary.LittleEndian.Uint32(last[:]), b)
	a, b = marvinMix(a, b)
	return a ^ b
}

func marvinMix(a, b uint32) (uint32, uint32) {
	b ^= a
	a = bits.RotateLeft32(a, 20) + b
	b = bits.RotateLeft32(b, 9) ^ a
	a = bits.RotateLeft32(a, 27) + b
	b = bits.RotateLeft32(b, 19)
	return a, b
}
