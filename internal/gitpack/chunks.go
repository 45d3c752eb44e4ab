package gitpack

import (
	"encoding/binary"
	"fmt"
)

// chunks are the parts of a multi-pack-index or commit-graph file, by their
// four-letter identifiers.
type chunks map[string][]byte

// parseChunks reads the table of contents at the start of b: count entries of
// an identifier and an offset from the start of file, and one that ends the
// last chunk (git's Documentation/gitformat-chunk.txt).
func parseChunks(file, b []byte, count int) (chunks, error) {
	const entry = 4 + 8
	if len(b) < (count+1)*entry {
		return nil, fmt.Errorf("table of contents of %d chunks is cut short", count)
	}
	c := make(chunks, count)
	for ; count > 0; count-- {
		id := string(b[:4])
		from, to := binary.BigEndian.Uint64(b[4:]), binary.BigEndian.Uint64(b[entry+4:])
		if from > to || to > uint64(len(file)) {
			return nil, fmt.Errorf("chunk %q reaches beyond the file", id)
		}
		c[id] = file[from:to:to]
		b = b[entry:]
	}
	return c, nil
}

// table returns a chunk that must hold n records of width bytes.
func (c chunks) table(id string, n, width int) ([]byte, error) {
	if len(c[id]) != n*width {
		return nil, fmt.Errorf("chunk %q has %d bytes, not %d × %d", id, len(c[id]), n, width)
	}
	return c[id], nil
}

// hashVersion is how these files number the hash with names of n bytes.
func hashVersion(n int) byte {
	if n == sha256Len {
		return 2
	}
	return 1
}
