package notation

import "bytes"

// Mixed reports whether a value has capitals, small letters and digits.
func Mixed(value []byte) bool {
	return bytes.ContainsAny(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && bytes.ContainsAny(value, "abcdefghijklmnopqrstuvwxyz") && bytes.ContainsAny(value, "0123456789")
}
