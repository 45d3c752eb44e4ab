// Package crypt decrypts PDF files that open without a password: those whose
// author wanted readers not to print or copy, or was made to encrypt. It is the
// standard security handler of ISO 32000-2, 7.6 (revisions 2 to 4 and 6) and of
// Adobe's extension level 3 (revision 5), with the empty user password.
package crypt

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
)

// Method is how strings or streams are encrypted.
type Method uint8

// The methods of crypt filters.
const (
	None   Method = iota // Identity
	RC4                  // V2
	AES128               // AESV2
	AES256               // AESV3
)

// Params is what the Encrypt dictionary says.
type Params struct {
	Revision        int
	KeyBytes        int    // 5 to 16, for RC4
	Owner, User     []byte // the keys O and U
	UserKey         []byte // UE
	Permissions     int32
	ID              []byte // the first of the trailer's
	EncryptMetadata bool
	Strings         Method
	Streams         Method
}

// ErrPassword says that the file does not open with the empty password.
var ErrPassword = errors.New("needs a password")

// Key decrypts what a file holds.
type Key struct {
	secret           []byte
	strings, streams Method
}

// Open returns the key of a file, or ErrPassword.
func Open(p Params) (*Key, error) {
	secret, err := fileKey(p)
	if err != nil {
		return nil, err
	}
	return &Key{secret, p.Strings, p.Streams}, nil
}

func fileKey(p Params) ([]byte, error) {
	if p.Revision >= 5 {
		return fileKey256(p)
	}
	if p.Revision < 2 || len(p.Owner) < 32 || len(p.User) < 16 {
		return nil, fmt.Errorf("%w: revision %d", ErrPassword, p.Revision)
	}
	secret := fileKeyMD5(p)
	if !bytes.Equal(userEntry(p, secret)[:16], p.User[:16]) {
		return nil, ErrPassword
	}
	return secret, nil
}

// padding stands for the password that is not there (algorithm 2).
var padding = []byte("\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08" +
	"\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A")

// fileKeyMD5 is algorithm 2.
func fileKeyMD5(p Params) []byte {
	n := 5
	if p.Revision >= 3 {
		n = min(max(p.KeyBytes, 5), 16)
	}
	h := md5.New()
	h.Write(padding)
	h.Write(p.Owner[:32])
	h.Write(binary.LittleEndian.AppendUint32(nil, uint32(p.Permissions)))
	h.Write(p.ID)
	if p.Revision >= 4 && !p.EncryptMetadata {
		h.Write([]byte{0xff, 0xff, 0xff, 0xff})
	}
	key := h.Sum(nil)
	if p.Revision >= 3 {
		for range 50 {
			sum := md5.Sum(key[:n])
			key = sum[:]
		}
	}
	return key[:n]
}

// userEntry is what U has to be for the key: algorithm 4 (whose result is
// compared to 16 bytes here, too) and 5.
func userEntry(p Params, key []byte) []byte {
	if p.Revision == 2 {
		return rc4Of(key, padding)
	}
	h := md5.New()
	h.Write(padding)
	h.Write(p.ID)
	out := rc4Of(key, h.Sum(nil))
	turned := make([]byte, len(key))
	for i := 1; i <= 19; i++ {
		for k := range key {
			turned[k] = key[k] ^ byte(i)
		}
		out = rc4Of(turned, out)
	}
	return out
}

func rc4Of(key, data []byte) []byte {
	c, err := rc4.NewCipher(key)
	if err != nil {
		return data // a key of no bytes, which no caller has
	}
	out := make([]byte, len(data))
	c.XORKeyStream(out, data)
	return out
}

// fileKey256 is algorithm 2.A with the empty user password.
func fileKey256(p Params) ([]byte, error) {
	if len(p.User) < 48 || len(p.UserKey) < 32 {
		return nil, fmt.Errorf("%w: keys cut short", ErrPassword)
	}
	hash := hash5
	if p.Revision >= 6 {
		hash = hash6
	}
	validation, keySalt := p.User[32:40], p.User[40:48]
	if !bytes.Equal(hash(validation), p.User[:32]) {
		return nil, ErrPassword
	}
	block, err := aes.NewCipher(hash(keySalt))
	if err != nil {
		return nil, err
	}
	key := make([]byte, 32)
	cipher.NewCBCDecrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(key, p.UserKey[:32])
	return key, nil
}

func hash5(salt []byte) []byte {
	sum := sha256.Sum256(salt)
	return sum[:]
}

// hash6 is algorithm 2.B with the empty password: rounds of AES and SHA-2 whose
// number depends on what comes out of them.
func hash6(salt []byte) []byte {
	sum := sha256.Sum256(salt)
	k := sum[:]
	for round := 0; ; round++ {
		data := bytes.Repeat(k, 64)
		block, err := aes.NewCipher(k[:16])
		if err != nil {
			return nil // 16 bytes are a key
		}
		cipher.NewCBCEncrypter(block, k[16:32]).CryptBlocks(data, data)
		mod := 0
		for _, b := range data[:16] {
			mod += int(b)
		}
		switch mod % 3 { // 256 is 1 modulo 3, so a number is its bytes' sum
		case 0:
			s := sha256.Sum256(data)
			k = s[:]
		case 1:
			s := sha512.Sum384(data)
			k = s[:]
		case 2:
			s := sha512.Sum512(data)
			k = s[:]
		}
		if round >= 63 && int(data[len(data)-1]) <= round-31 {
			return k[:32]
		}
	}
}

// String decrypts a string of an object.
func (k *Key) String(num, gen int, data []byte) []byte { return k.decrypt(k.strings, num, gen, data) }

// Stream decrypts the data of a stream.
func (k *Key) Stream(num, gen int, data []byte) []byte { return k.decrypt(k.streams, num, gen, data) }

func (k *Key) decrypt(m Method, num, gen int, data []byte) []byte {
	switch m {
	case RC4:
		return rc4Of(k.objectKey(num, gen, ""), data)
	case AES128:
		return cbc(k.objectKey(num, gen, "sAlT"), data)
	case AES256:
		return cbc(k.secret, data)
	}
	return data
}

// objectKey is algorithm 1.
func (k *Key) objectKey(num, gen int, salt string) []byte {
	h := md5.New()
	h.Write(k.secret)
	h.Write([]byte{byte(num), byte(num >> 8), byte(num >> 16), byte(gen), byte(gen >> 8)})
	h.Write([]byte(salt))
	return h.Sum(nil)[:min(len(k.secret)+5, 16)]
}

// cbc decrypts AES data that begins with its initialisation vector. Whole blocks
// are decrypted even if the last one is cut off.
func cbc(key, data []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil || len(data) < 2*aes.BlockSize {
		return nil
	}
	iv, body := data[:aes.BlockSize], data[aes.BlockSize:]
	out := make([]byte, len(body)/aes.BlockSize*aes.BlockSize)
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(out, body[:len(out)])
	if pad := int(out[len(out)-1]); pad >= 1 && pad <= aes.BlockSize && len(out) == len(body) {
		out = out[:len(out)-pad]
	}
	return out
}
