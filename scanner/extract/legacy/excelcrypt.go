package legacy

import (
	"bytes"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha1"
	"encoding/binary"
	"math/bits"
	"unicode/utf16"

	"github.com/deputy-sec/deputy/scanner/extract"
)

// defaultPassword is what Excel itself encrypts with when a workbook is
// protected against writing only. It opens such a workbook without asking.
const defaultPassword = "VelvetSweatshop"

// decryptWorkbook returns the workbook from the record on that says how it is
// encrypted, in plain text and at the same offsets, if the default password opens
// it ([MS-XLS] 2.2.10, [MS-OFFCRYPTO] 2.3.5 and 2.3.6).
func decryptWorkbook(stream []byte, r *record) ([]byte, error) {
	cipher := workbookCipher(&r.chunks)
	if cipher == nil {
		return nil, extract.ErrEncrypted
	}
	out := bytes.Clone(stream)
	for offset := r.start; ; {
		kind, data, next, ok := rawRecord(out, offset)
		if !ok {
			return out, nil
		}
		from := next - len(data)
		if kind == biffSheet { // where the sheet begins is plain
			from = min(from+4, next)
		}
		if kind != biffFilePass && !beginnings[kind] && !plainRecords[kind] {
			cipher.decrypt(out[:next], from, next-len(data))
		}
		offset = next
	}
}

// recordCipher decrypts what the stream ends with, from an offset on; the data of
// the record that this belongs to begins at start.
type recordCipher interface {
	decrypt(stream []byte, from, start int)
}

// plainRecords are never encrypted.
var plainRecords = map[uint16]bool{0x194: true, 0x195: true, 0x196: true, 0xe1: true}

// blockCipher is RC4 with a key for every 1,024 bytes of the stream.
type blockCipher struct {
	key    func(block uint32) []byte
	block  int
	at     int // of the keystream, in the block
	cipher *rc4.Cipher
}

const cipherBlock = 1024

func (b *blockCipher) decrypt(data []byte, from, _ int) {
	var skipped [cipherBlock]byte
	for to := len(data); from < to; {
		if block := from / cipherBlock; block != b.block {
			c, err := rc4.NewCipher(b.key(uint32(block)))
			if err != nil { // lengths are checked where the key is made
				return
			}
			b.cipher, b.block, b.at = c, block, 0
		}
		if skip := from%cipherBlock - b.at; skip > 0 {
			b.cipher.XORKeyStream(skipped[:skip], skipped[:skip])
		}
		n := min(to-from, cipherBlock-from%cipherBlock)
		b.cipher.XORKeyStream(data[from:from+n], data[from:from+n])
		from += n
		b.at = (from-1)%cipherBlock + 1
	}
}

// workbookCipher returns what decrypts a workbook, or nil if the default password
// is not the one.
func workbookCipher(c *chunks) recordCipher {
	const xor, rc4Encryption = 0, 1
	if len(c.data) == 4 { // before BIFF8 there was one way
		return newXORCipher(c.u16(), c.u16())
	}
	var key func(block uint32) []byte
	switch c.u16() {
	case xor:
		return newXORCipher(c.u16(), c.u16())
	case rc4Encryption:
		switch major, minor := c.u16(), c.u16(); {
		case major == 1 && minor == 1:
			key = standardKey(c)
		case minor == 2 && major >= 2 && major <= 4:
			key = cryptoAPIKey(c)
		}
	}
	if key == nil {
		return nil
	}
	return &blockCipher{key: key, block: -1}
}

// xorCipher is the obfuscation of Excel 5 and 95 ([MS-OFFCRYPTO] 2.3.7).
type xorCipher [16]byte

// newXORCipher returns the cipher under the default password, which is known by
// its key and check sum.
func newXORCipher(key, checksum uint16) recordCipher {
	const defaultKey, defaultChecksum, padding = 0xb359, 0x9a0a, 0xbb
	if key != defaultKey || checksum != defaultChecksum {
		return nil
	}
	var x xorCipher
	for i, c := range append([]byte(defaultPassword), padding) {
		half := byte(key & 0xff)
		if i%2 != 0 {
			half = byte(key >> 8)
		}
		x[i] = bits.RotateLeft8(c^half, 2)
	}
	return &x
}

func (x *xorCipher) decrypt(stream []byte, from, start int) {
	for i := from; i < len(stream); i++ {
		stream[i] = bits.RotateLeft8(stream[i], 3) ^ x[(len(stream)+i-start)%len(x)]
	}
}

func standardKey(c *chunks) func(block uint32) []byte {
	salt, verifier, hash := c.take(16), c.take(16), c.take(16)
	if hash == nil {
		return nil
	}
	password := md5.Sum(wide(defaultPassword))
	salted := md5.Sum(bytes.Repeat(append(bytes.Clone(password[:5]), salt...), 16))
	key := func(block uint32) []byte {
		k := md5.Sum(binary.LittleEndian.AppendUint32(bytes.Clone(salted[:5]), block))
		return k[:]
	}
	sum := func(b []byte) []byte { s := md5.Sum(b); return s[:] }
	return verified(key, verifier, hash, sum)
}

func cryptoAPIKey(c *chunks) func(block uint32) []byte {
	c.u32() // flags
	header := cursor{data: c.take(int(c.u32()))}
	header.take(16)
	length := int(header.u32()) / 8
	if length == 0 {
		length = 5
	}
	saltSize := int(c.u32())
	salt, verifier := c.take(saltSize), c.take(16)
	hash := c.take(int(c.u32()))
	if c.over || length > sha1.Size || len(hash) < sha1.Size || len(salt) != 16 {
		return nil
	}
	password := sha1.Sum(append(bytes.Clone(salt), wide(defaultPassword)...))
	key := func(block uint32) []byte {
		k := sha1.Sum(binary.LittleEndian.AppendUint32(bytes.Clone(password[:]), block))
		if length == 5 { // 40 bits are filled up to 128
			return append(bytes.Clone(k[:5]), make([]byte, 11)...)
		}
		return k[:length]
	}
	sum := func(b []byte) []byte { s := sha1.Sum(b); return s[:] }
	return verified(key, verifier, hash[:sha1.Size], sum)
}

// verified returns the keys if they decrypt the verifier to what its hash says.
func verified(key func(uint32) []byte, verifier, hash []byte, sum func([]byte) []byte) func(uint32) []byte {
	c, err := rc4.NewCipher(key(0))
	if err != nil {
		return nil
	}
	plain := append(bytes.Clone(verifier), hash...)
	c.XORKeyStream(plain, plain)
	if !bytes.Equal(sum(plain[:len(verifier)]), plain[len(verifier):]) {
		return nil
	}
	return key
}

func wide(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}
