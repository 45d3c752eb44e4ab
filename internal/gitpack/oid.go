package gitpack

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"
)

// OID is an object's name: the hash of its header and content. A SHA-1 name
// fills the first 20 bytes and leaves the rest zero, which no SHA-256 name does
// by chance (1 in 2^96) or by anyone's effort, so the value alone tells the two
// apart. It is comparable and a map key.
type OID [32]byte

const (
	sha1Len   = sha1.Size
	sha256Len = sha256.Size
)

// ParseOID reads 40 or 64 hexadecimal digits.
func ParseOID(s string) (OID, error) {
	var id OID
	if len(s) != 2*sha1Len && len(s) != 2*sha256Len {
		return OID{}, fmt.Errorf("object name %.80q: want 40 or 64 hexadecimal digits", s)
	}
	if _, err := hex.Decode(id[:], []byte(s)); err != nil {
		return OID{}, fmt.Errorf("object name %q: %w", s, err)
	}
	return id, nil
}

func oidFrom(b []byte) (id OID) {
	copy(id[:], b)
	return id
}

// IsZero reports whether id is the null name, which no object has.
func (id OID) IsZero() bool { return id == OID{} }

// Bytes returns the 20 or 32 bytes of the name.
func (id OID) Bytes() []byte {
	if bytes.Count(id[sha1Len:], []byte{0}) == sha256Len-sha1Len {
		return id[:sha1Len]
	}
	return id[:]
}

// String returns the name in hexadecimal.
func (id OID) String() string { return hex.EncodeToString(id.Bytes()) }

// Compare orders names bytewise, as indexes do.
func (id OID) Compare(other OID) int { return bytes.Compare(id[:], other[:]) }

// newHash returns the hash whose sums are n bytes long.
func newHash(n int) hash.Hash {
	if n == sha256Len {
		return sha256.New()
	}
	return sha1.New()
}

// objectHash returns a hash that has been fed an object's header and awaits its
// content.
func objectHash(hashLen int, t Type, size int64) hash.Hash {
	h := newHash(hashLen)
	var buf [40]byte
	head := append(buf[:0], t.String()...)
	head = append(head, ' ')
	head = strconv.AppendInt(head, size, 10)
	h.Write(append(head, 0))
	return h
}

// HashObject returns the name of an object with the given content in a
// repository whose names are hashLen bytes long (20 or 32).
func HashObject(hashLen int, t Type, content []byte) OID {
	h := objectHash(hashLen, t, int64(len(content)))
	h.Write(content)
	return oidFrom(h.Sum(nil))
}

// Type is one of git's four object types, numbered as in packfiles.
type Type uint8

// The object types.
const (
	Commit Type = 1 + iota
	Tree
	Blob
	Tag
)

// Entries of a pack can also be deltas, whose type is that of their base.
const (
	offsetDelta Type = 6
	refDelta    Type = 7
)

var typeNames = [8]string{"unknown", "commit", "tree", "blob", "tag", "unknown", "offset delta", "reference delta"}

func (t Type) String() string { return typeNames[t&7] }

func (t Type) isDelta() bool { return t == offsetDelta || t == refDelta }
func (t Type) isPlain() bool { return t >= Commit && t <= Tag }

func typeFromName(name []byte) (Type, bool) {
	for t := Commit; t <= Tag; t++ {
		if typeNames[t] == string(name) {
			return t, true
		}
	}
	return 0, false
}

// TypeMask is a set of types.
type TypeMask uint8

// Mask returns the set of the given types.
func Mask(types ...Type) TypeMask {
	var m TypeMask
	for _, t := range types {
		m |= 1 << t
	}
	return m
}

// Has reports whether t is in the set.
func (m TypeMask) Has(t Type) bool { return m&(1<<t) != 0 }
