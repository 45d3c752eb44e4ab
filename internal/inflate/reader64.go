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
	d         Decoder
	buf       [2*window64 + match64]byte
	from      int // of buf: not handed out yet, up to d.pos
	stored    int // bytes left of a stored block
	lit       *[litSize]uint32
	dist      *[distSize]uint32 // of the block at hand; nil between blocks
	lastBlock bool
	err       error
}

// NewReader64 returns a Reader64 of the stream at the start of src.
func NewReader64(src []byte) *Reader64 {
	r := &Reader64{}
	r.d.src, r.d.out, r.d.limit = src, r.buf[:], len(r.buf)
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

// step decodes what the block at hand has room for, or begins the next one.
func (r *Reader64) step() error {
	switch {
	case r.stored > 0:
		n := copy(r.buf[r.d.pos:min(r.d.pos+r.stored, len(r.buf))], r.d.src[r.d.in:])
		if n == 0 {
			return ErrTruncated
		}
		r.d.pos, r.d.in, r.stored = r.d.pos+n, r.d.in+n, r.stored-n
		return nil
	case r.lit != nil:
		done, err := r.d.symbol(r.lit, r.dist)
		if done {
			r.lit = nil
		}
		return err
	case r.lastBlock:
		return io.EOF
	}
	head, err := r.d.bits(3)
	if err != nil {
		return err
	}
	r.lastBlock = head&1 != 0
	switch head >> 1 {
	case 0:
		r.stored, err = r.d.storedLength()
	case 1:
		r.lit, r.dist = &fixedLit64, &fixedDist64
	case 2:
		if err = r.d.readTables(&deflate64); err == nil {
			r.lit, r.dist = &r.d.lit, &r.d.dist
		}
	default:
		err = ErrCorrupt
	}
	return err
}
