// Package inflate decompresses deflate data (RFC 1951) that lies in memory.
//
// A Decoder inflates a whole zlib stream (RFC 1950) into one buffer whose size is
// known beforehand, as it is for every git object; a Reader inflates what may be
// of any size, in pieces.
//
// Knowing the size removes what makes a streaming inflater slow: there is no
// window to copy out of (the output is the window), no suspension in the middle
// of a symbol, no reader call per byte. What is left is a table look-up per
// symbol on a 64-bit bit buffer that is refilled eight bytes at a time.
//
// The set of streams accepted is exactly that of compress/zlib, compress/flate and
// compress/gzip; fuzz targets hold them equal.
package inflate
