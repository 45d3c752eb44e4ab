package placeholder

import "strconv"

// The years 1995 to 2045 in the count of a UUID's first version, 100 ns from 15 October 1582.
const (
	oldestCount = 0x1ce24fddd648000
	newestCount = 0x206341e9b94c000
)

// Clocked reports whether a UUID was made of the time and the machine (version 1 of RFC 9562,
// section 5.1), and holds a time of our days: such a one is a name and no secret. Of values
// with the form of a UUID that are random through and through, one in five thousand is.
func Clocked[T ~string | ~[]byte](id T) bool {
	if len(id) != 36 || id[14] != '1' || id[19] != '8' && id[19] != '9' && id[19]|0x20 != 'a' && id[19]|0x20 != 'b' {
		return false
	}
	count, err := strconv.ParseUint(string(id[15:18])+string(id[9:13])+string(id[:8]), 16, 64)
	return err == nil && count >= oldestCount && count <= newestCount
}
