package legacy_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/extract/legacy"
)

const excelPassword = "VelvetSweatshop"

// agilePackage encrypts a content as Excel 2010 does.
func agilePackage(password string, content []byte, spins int) []byte {
	salt, dataSalt := bytes.Repeat([]byte{3}, 16), bytes.Repeat([]byte{5}, 16)
	secret, verifier := bytes.Repeat([]byte{9}, 32), bytes.Repeat([]byte{7}, 16)
	sum := func(parts ...[]byte) []byte { s := sha512.Sum512(bytes.Join(parts, nil)); return s[:] }
	base := sum(salt, utf16le(password))
	for i := range spins {
		base = sum(binary.LittleEndian.AppendUint32(nil, uint32(i)), base)
	}
	seal := func(key, iv, plain []byte) []byte {
		block, err := aes.NewCipher(key)
		if err != nil {
			panic(err)
		}
		out := append(bytes.Clone(plain), make([]byte, (16-len(plain)%16)%16)...)
		cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, out)
		return out
	}
	under := func(purpose string, plain []byte) string {
		return base64.StdEncoding.EncodeToString(seal(sum(base, []byte(purpose))[:32], salt, plain))
	}
	info := fmt.Sprintf(`<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password">`+
		`<keyData saltSize="16" keyBits="256" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="%s"/>`+
		`<keyEncryptors><keyEncryptor uri="x"><p:encryptedKey spinCount="%d" keyBits="256" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="%s" `+
		`encryptedVerifierHashInput="%s" encryptedVerifierHashValue="%s" encryptedKeyValue="%s"/></keyEncryptor></keyEncryptors></encryption>`,
		base64.StdEncoding.EncodeToString(dataSalt), spins, base64.StdEncoding.EncodeToString(salt),
		under("\xfe\xa7\xd2\x76\x3b\x4b\x9e\x79", verifier), under("\xd7\xaa\x0f\x6d\x30\x61\x34\x4e", sum(verifier)), under("\x14\x6e\x0b\xe7\xab\xac\xd0\xd6", secret))
	sealed := binary.LittleEndian.AppendUint64(nil, uint64(len(content)))
	for n := uint32(0); len(content) > 0; n++ {
		k := min(4096, len(content))
		sealed = append(sealed, seal(secret, sum(dataSalt, binary.LittleEndian.AppendUint32(nil, n))[:16], content[:k])...)
		content = content[k:]
	}
	return container(stream("EncryptionInfo", append(le(uint16(4), uint16(4), uint32(0x40)), info...)), stream("EncryptedPackage", sealed))
}

// standardPackage encrypts a content as Excel 2007 does.
func standardPackage(password string, content []byte) []byte {
	salt, verifier := bytes.Repeat([]byte{3}, 16), bytes.Repeat([]byte{7}, 16)
	sum := func(parts ...[]byte) []byte { s := sha1.Sum(bytes.Join(parts, nil)); return s[:] }
	h := sum(salt, utf16le(password))
	for i := range 50_000 {
		h = sum(binary.LittleEndian.AppendUint32(nil, uint32(i)), h)
	}
	h = sum(h, make([]byte, 4))
	inner := bytes.Repeat([]byte{0x36}, 64)
	for i := range h {
		inner[i] ^= h[i]
	}
	block, err := aes.NewCipher(sum(inner)[:16])
	if err != nil {
		panic(err)
	}
	seal := func(plain []byte) []byte {
		out := append(bytes.Clone(plain), make([]byte, (16-len(plain)%16)%16)...)
		for b := out; len(b) > 0; b = b[16:] {
			block.Encrypt(b, b)
		}
		return out
	}
	header := le(uint32(0x24), uint32(0), uint32(0x660e), uint32(0x8004), uint32(128), uint32(0x18), uint32(0), uint32(0), "A\x00\x00\x00")
	info := le(uint16(3), uint16(2), uint32(0x24), uint32(len(header)), header, uint32(16), salt, seal(verifier), uint32(20), seal(sum(verifier)))
	return container(stream("EncryptionInfo", info),
		stream("EncryptedPackage", append(binary.LittleEndian.AppendUint64(nil, uint64(len(content))), seal(content)...)))
}

func TestPackagesUnderExcelsOwnPasswordAreOpened(t *testing.T) {
	content := []byte(strings.Repeat("a sheet\n", 2000) + account(800))
	for name, seal := range map[string]func(string) []byte{
		"agile":    func(password string) []byte { return agilePackage(password, content, 1000) },
		"standard": func(password string) []byte { return standardPackage(password, content) },
	} {
		t.Run(name, func(t *testing.T) {
			r, err := extracttest.Extract(t, seal(excelPassword), legacy.New())
			require.NoError(t, err)
			find(t, r, want{account(800), "EncryptedPackage", ""})
			assert.Equal(t, string(content), r.Pieces[0].Text)
			_, err = extracttest.Extract(t, seal("another"), legacy.New())
			assert.ErrorIs(t, err, extract.ErrEncrypted)
		})
	}
}

// TestHashingIsBounded: what asks for millions of rounds is left closed.
func TestHashingIsBounded(t *testing.T) {
	_, err := extracttest.Extract(t, agilePackage(excelPassword, []byte("x"), 1_000_001), legacy.New())
	require.ErrorIs(t, err, extract.ErrEncrypted)
}
