// Package ascii tells sorts of characters apart, a byte at a time. Bytes that are no ASCII
// are of no sort.
package ascii

// IsWord reports whether c is a letter, a digit or an underscore.
func IsWord(c byte) bool { return IsAlnum(c) || c == '_' }

// IsAlnum reports whether c is a letter or a digit.
func IsAlnum(c byte) bool { return IsDigit(c) || IsUpper(c) || IsLower(c) }

// IsLetter reports whether c is a letter.
func IsLetter(c byte) bool { return IsUpper(c) || IsLower(c) }

// IsUpper reports whether c is a capital.
func IsUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

// IsLower reports whether c is a small letter.
func IsLower(c byte) bool { return 'a' <= c && c <= 'z' }

// IsDigit reports whether c is a decimal digit.
func IsDigit(c byte) bool { return c-'0' < 10 }

// IsHex reports whether c is a hexadecimal digit.
func IsHex(c byte) bool { return IsDigit(c) || 'A' <= c && c <= 'F' || 'a' <= c && c <= 'f' }
