package objects

import (
	"bytes"
	"encoding/hex"
	"fmt"
)

// ID names an object by the hash of its type and content: SHA-1 (20 bytes) or
// SHA-256 (32 bytes). The zero value names nothing.
type ID struct {
	sum  [32]byte
	size uint8
}

// NewID takes the binary form of a hash. It panics on a length that no object
// format has, so that callers check the length of foreign bytes first.
func NewID(raw []byte) ID {
	if len(raw) != 20 && len(raw) != 32 {
		panic(fmt.Sprintf("objects: an ID of %d bytes", len(raw)))
	}
	id := ID{size: uint8(len(raw))}
	copy(id.sum[:], raw)
	return id
}

// ParseID takes the hexadecimal form of a hash. It is false for anything else
// and for the all-zero hash, which git writes for "no object".
func ParseID[T string | []byte](text T) (ID, bool) {
	if len(text) != 40 && len(text) != 64 {
		return ID{}, false
	}
	id := ID{size: uint8(len(text) / 2)}
	if _, err := hex.Decode(id.sum[:], []byte(text)); err != nil {
		return ID{}, false
	}
	return id, !bytes.Equal(id.Bytes(), make([]byte, id.size))
}

// Bytes returns the binary form.
func (id ID) Bytes() []byte { return id.sum[:id.size] }

// String returns the hexadecimal form.
func (id ID) String() string { return hex.EncodeToString(id.sum[:id.size]) }

// Short returns as much of the hexadecimal form as a person needs.
func (id ID) Short() string { return id.String()[:min(12, 2*int(id.size))] }

// IsZero says that id names nothing.
func (id ID) IsZero() bool { return id.size == 0 }

// Compare orders IDs as their bytes.
func (id ID) Compare(other ID) int { return bytes.Compare(id.Bytes(), other.Bytes()) }
