package legacy

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"hash"

	"github.com/deputy-sec/deputy/scanner/extract"
)

// sealedPackage reads an OOXML document that lies encrypted in a compound file,
// if the default password opens it: Excel encrypts workbooks under that which are
// protected against changes of their structure ([MS-OFFCRYPTO] 2.3.4).
func (f *file) sealedPackage(sealed []byte) error {
	info := at(f.root.Stream("EncryptionInfo"), 0)
	major, minor := info.u16(), info.u16()
	info.u32()
	var open func(sealed []byte) []byte
	switch {
	case major == 4 && minor == 4:
		open = agile(info.data)
	case minor == 2 && major >= 2 && major <= 4:
		open = standard(info)
	}
	if open == nil || len(sealed) < 8 {
		return extract.ErrEncrypted
	}
	content := open(sealed[8:])
	length := binary.LittleEndian.Uint64(sealed)
	return f.out.EmbedBytes("EncryptedPackage", "", content[:min(length, uint64(len(content)))])
}

// standard returns what decrypts a package under AES in one piece, or nil if the
// default password is not the one.
func standard(info *cursor) func([]byte) []byte {
	const spins = 50_000
	header := cursor{data: info.take(int(info.u32()))}
	header.take(16)
	size := int(header.u32()) / 8
	salt := info.take(int(info.u32()))
	verifier := info.take(16)
	info.u32()
	sum := info.take(32)
	if sum == nil || len(salt) != 16 {
		return nil
	}
	h := spun(sha1.New(), salt, spins)
	final := digest(sha1.New(), h, []byte{0, 0, 0, 0})
	key := append(derived(final, 0x36), derived(final, 0x5c)...)
	block, err := aes.NewCipher(key[:min(size, len(key))])
	if err != nil {
		return nil
	}
	decrypt := func(sealed []byte) []byte {
		out := bytes.Clone(sealed[:len(sealed)/aes.BlockSize*aes.BlockSize])
		for b := out; len(b) > 0; b = b[aes.BlockSize:] {
			block.Decrypt(b, b)
		}
		return out
	}
	if want := sha1.Sum(decrypt(verifier)); !bytes.Equal(decrypt(sum)[:sha1.Size], want[:]) {
		return nil
	}
	return decrypt
}

// derived mixes a hash into a block of one byte, as the standard encryption makes
// its key.
func derived(h []byte, fill byte) []byte {
	b := bytes.Repeat([]byte{fill}, 64)
	for i := range h {
		b[i] ^= h[i]
	}
	return digest(sha1.New(), b)
}

// spun returns the hash of salt and default password, hashed again as often as is
// said.
func spun(h hash.Hash, salt []byte, spins uint32) []byte {
	sum := digest(h, salt, wide(defaultPassword))
	var count [4]byte
	for i := range spins {
		binary.LittleEndian.PutUint32(count[:], i)
		h.Reset()
		h.Write(count[:])
		h.Write(sum)
		sum = h.Sum(sum[:0])
	}
	return sum
}

func digest(h hash.Hash, parts ...[]byte) []byte {
	h.Reset()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// agileInfo is the description of the agile encryption.
type agileInfo struct {
	Data agileKey   `xml:"keyData"`
	Keys []agileKey `xml:"keyEncryptors>keyEncryptor>encryptedKey"`
}

type agileKey struct {
	Salt      string `xml:"saltValue,attr"`
	Hash      string `xml:"hashAlgorithm,attr"`
	Cipher    string `xml:"cipherAlgorithm,attr"`
	Chaining  string `xml:"cipherChaining,attr"`
	Bits      int    `xml:"keyBits,attr"`
	Spins     uint32 `xml:"spinCount,attr"`
	Verifier  string `xml:"encryptedVerifierHashInput,attr"`
	Sum       string `xml:"encryptedVerifierHashValue,attr"`
	SecretKey string `xml:"encryptedKeyValue,attr"`
}

var hashes = map[string]func() hash.Hash{
	"SHA1": sha1.New, "SHA-1": sha1.New, "SHA256": sha256.New, "SHA384": sha512.New384, "SHA512": sha512.New,
}

// What the keys of the parts of a description are derived with.
var (
	verifierKey = []byte{0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79}
	sumKey      = []byte{0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e}
	secretKey   = []byte{0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6}
)

// mostSpins bounds what a document can make us hash; Office takes 100,000.
const mostSpins = 1_000_000

// agile returns what decrypts a package in segments, or nil if the default
// password is not the one.
func agile(description []byte) func([]byte) []byte {
	var info agileInfo
	if err := xml.Unmarshal(description, &info); err != nil {
		return nil
	}
	for _, k := range info.Keys {
		if secret := k.secret(); secret != nil {
			return info.Data.segments(secret)
		}
	}
	return nil
}

func (k agileKey) usable() bool {
	return hashes[k.Hash] != nil && k.Cipher == "AES" && k.Chaining == "ChainingModeCBC" && k.Spins <= mostSpins &&
		(k.Bits == 128 || k.Bits == 192 || k.Bits == 256)
}

// secret returns the key of the package, which is encrypted under the password.
func (k agileKey) secret() []byte {
	if !k.usable() {
		return nil
	}
	salt := unbase64(k.Salt)
	h := hashes[k.Hash]()
	base := spun(h, salt, k.Spins)
	open := func(purpose []byte, sealed string) []byte {
		key := resized(digest(h, base, purpose), k.Bits/8)
		return cbc(key, resized(salt, aes.BlockSize), unbase64(sealed))
	}
	sum := open(sumKey, k.Sum)
	want := digest(h, open(verifierKey, k.Verifier))
	if len(sum) < len(want) || !bytes.Equal(sum[:len(want)], want) {
		return nil
	}
	return resized(open(secretKey, k.SecretKey), k.Bits/8)
}

// segments returns what decrypts 4,096 bytes at a time.
func (k agileKey) segments(secret []byte) func([]byte) []byte {
	const segment = 4096
	if !k.usable() {
		return nil
	}
	salt, h := unbase64(k.Salt), hashes[k.Hash]()
	return func(sealed []byte) []byte {
		out := make([]byte, 0, len(sealed))
		for n := uint32(0); len(sealed) > 0; n++ {
			part := sealed[:min(segment, len(sealed))]
			sealed = sealed[len(part):]
			iv := digest(h, salt, binary.LittleEndian.AppendUint32(nil, n))
			out = append(out, cbc(secret, resized(iv, aes.BlockSize), part)...)
		}
		return out
	}
}

// cbc decrypts whole blocks.
func cbc(key, iv, sealed []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	out := bytes.Clone(sealed[:len(sealed)/aes.BlockSize*aes.BlockSize])
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(out, out)
	return out
}

// resized cuts a key to its length, or fills it up as the format does.
func resized(key []byte, n int) []byte {
	if len(key) >= n {
		return key[:n]
	}
	return append(bytes.Clone(key), bytes.Repeat([]byte{0x36}, n-len(key))...)
}

func unbase64(s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	return b
}
