// Package ulid is a stub of the module, as far as fixtures need it.
package ulid

import "io"

type ULID [16]byte

func (ULID) String() string { return "" }

func Make() ULID                                { return ULID{} }
func MustNew(ms uint64, entropy io.Reader) ULID { return ULID{} }
func Now() uint64                               { return 0 }
