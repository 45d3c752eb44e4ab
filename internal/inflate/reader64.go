package inflate

import (
	"errors"
	"io"
)

const (
	window64 = 64 << 10
	match64  = 3 + (1<<16 - 1) // the longest match
)

// Reader64 inflates a raw Deflate64 stream that lies in memory, as zip archives of more
// than 2 GiB have it from Windows (method 9 in PKWARE's APPNOTE.TXT, 4.4.5; the format is
// that of RFC 1951 with a window of 64 KiB, two more distance codes, and sixteen extra bits
// for the last length code). It decodes symbol by symbol: the method is too rare for more.
//
// Its errors are those of [Reader].
type Reader64 struct {
	blocks
	buf  [2*window64 + match64]byte
	from int // of buf: not handed out yet, up to d.pos
	err  error
}

// NewReader64 returns a Reader64 of the stream at the start of src.
func NewReader64(src []byte) *Reader64 {
	r := &Reader64{}
	r.begin(src, r.buf[:], &deflate64, (*Decoder).symbol)
	return r
}

// Read implements io.Reader.
func (r *Reader64) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if r.from == r.d.pos && r.err == nil {
		r.slide()
		for r.err == nil && r.d.pos < 2*window64 {
			r.err = r.step()
		}
	}
	if r.from == r.d.pos {
		if errors.Is(r.err, ErrTruncated) {
			return 0, io.ErrUnexpectedEOF
		}
		return 0, r.err
	}
	n := copy(p, r.buf[r.from:r.d.pos])
	r.from += n
	return n, nil
}

// slide moves the window to the front.
func (r *Reader64) slide() {
	if drop := r.d.pos - window64; drop > 0 {
		copy(r.buf[:], r.buf[drop:r.d.pos])
		r.d.pos = window64
	}
	r.from = r.d.pos
}
