package archive

import (
	"encoding/binary"
	"io"
	"math/bits"

	"github.com/ulikunitz/xz/lzma"
)

// isLzma reports whether a content is an .lzma file, which has no signature: the properties that
// everybody uses, a dictionary whose size is a power of two or half as much again, a size that is
// not known or less than a terabyte, and a first byte that the coder always writes (xz's
// lzma-file-format.txt, section 1.1).
func isLzma(head []byte) bool {
	const header, properties, most = 13, 0x5d, 1 << 40
	if len(head) < header+6 || head[0] != properties || head[header] != 0 {
		return false
	}
	dictionary, size := binary.LittleEndian.Uint32(head[1:]), binary.LittleEndian.Uint64(head[5:])
	return dictionary >= 1<<12 && bits.OnesCount32(dictionary) <= 2 && (size == 1<<64-1 || size < most)
}

func openLzma(r io.Reader) (io.Reader, error) {
	return lzma.ReaderConfig{DictCap: maxWindow}.NewReader(r)
}
