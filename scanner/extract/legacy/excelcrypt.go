package legacy

import (
	"bytes"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha1"
	"encoding/binary"
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
	key := workbookKey(&r.chunks)
	if key == nil {
		return nil, extract.ErrEncrypted
	}
	out := bytes.Clone(stream)
	keystream := &blockCipher{key: key, block: -1}
	for offset := r.start; ; {
		kind, data, next, ok := rawRecord(out, offset)
		if !ok {
			return out, nil
		}
		from := next - len(data)
		switch {
		case kind == biffFilePass || beginnings[kind] || plainRecords[kind]:
		case kind == biffSheet && len(data) > 4: // where the sheet begins is plain
			keystream.apply(out, from+4, next)
		default:
			keystream.apply(out, from, next)
		}
		offset = next
	}
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

func (b *blockCipher) apply(data []byte, from, to int) {
	var skipped [cipherBlock]byte
	for from < to {
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

// workbookKey returns the keys of the blocks, or nil if the default password is
// not the one.
func workbookKey(c *chunks) func(block uint32) []byte {
	const rc4Encryption = 1
	if c.u16() != rc4Encryption {
		return nil
	}
	switch major, minor := c.u16(), c.u16(); {
	case major == 1 && minor == 1:
		return standardKey(c)
	case minor == 2 && major >= 2 && major <= 4:
		return cryptoAPIKey(c)
	}
	return nil
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
