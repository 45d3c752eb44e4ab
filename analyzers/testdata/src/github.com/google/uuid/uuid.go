// Package uuid is a stub of the module, as far as fixtures need it.
package uuid

type UUID [16]byte

func (u UUID) String() string { return "" }

func New() UUID                            { return UUID{} }
func NewString() string                    { return "" }
func NewRandom() (UUID, error)             { return UUID{}, nil }
func NewUUID() (UUID, error)               { return UUID{}, nil }
func NewSHA1(space UUID, data []byte) UUID { return UUID{} }
func NewMD5(space UUID, data []byte) UUID  { return UUID{} }

var (
	NameSpaceURL UUID
	Nil          UUID
)
