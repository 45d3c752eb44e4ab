// Package inflate decompresses a whole zlib stream (RFC 1950, RFC 1951) into
// one buffer whose size is known beforehand, as it is for every git object.
//
// Knowing the size removes what makes a streaming inflater slow: there is no
// window to copy out of (the output is the window), no suspension in the middle
// of a symbol, no reader call per byte. What is left is a table look-up per
// symbol on a 64-bit bit buffer that is refilled eight bytes at a time.
//
// The set of streams accepted is exactly that of compress/zlib; a fuzz target
// holds the two equal.
package inflate
