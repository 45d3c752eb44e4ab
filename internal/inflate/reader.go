package inflate

import (
	"errors"
	"io"
)

const (
	window = 32 << 10 // how far back a match may lie
	room   = 64 << 10 // decoded at a time; with the window it stays in the second-level cache
)

// Reader inflates a raw deflate stream (RFC 1951) that lies in memory and whose
// content may be of any size: it holds no more of it than the window and what it
// hands out next. It is several times faster than a reader of an io.Reader,
// because the input is not asked for byte by byte.
//
// Its errors are those of compress/flate: io.ErrUnexpectedEOF for a stream that is
// cut short, another for one that is corrupt; what comes before is handed out
// first.
type Reader struct {
	blocks
	buf  [window + room + fastWrite]byte
	from int // of buf: not handed out yet, up to d.pos
	err  error
}

// NewReader returns a Reader of the stream at the start of src.
func NewReader(src []byte) *Reader {
	r := &Reader{}
	r.Reset(src)
	return r
}

// Reset makes the Reader one of the stream at the start of src.
func (r *Reader) Reset(src []byte) {
	r.begin(src, r.buf[:], &deflate32, (*Decoder).symbols)
	r.from, r.err = 0, nil
}

// Rest returns what follows the stream in its source, once it was read to its end.
func (r *Reader) Rest() []byte { return r.d.src[min(r.d.consumed(), len(r.d.src)):] }

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	out, err := r.next()
	n := copy(p, out)
	r.from += n
	return n, err
}

// WriteTo implements io.WriterTo.
func (r *Reader) WriteTo(w io.Writer) (int64, error) {
	var total int64
	for {
		out, err := r.next()
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
		n, err := w.Write(out)
		r.from += n
		total += int64(n)
		if err != nil {
			return total, err
		}
	}
}

// next returns what is to be handed out next, at least a byte unless there is an
// error.
func (r *Reader) next() ([]byte, error) {
	if r.from == r.d.pos && r.err == nil {
		r.slide()
		for r.err == nil && !r.d.full() {
			r.err = r.step()
		}
	}
	if r.from < r.d.pos {
		return r.buf[r.from:r.d.pos], nil
	}
	if errors.Is(r.err, ErrTruncated) {
		return nil, io.ErrUnexpectedEOF
	}
	return nil, r.err
}

// slide moves the window to the front if there is no room behind it.
func (r *Reader) slide() {
	if r.d.full() {
		copy(r.buf[:window], r.buf[r.d.pos-window:r.d.pos])
		r.d.pos = window
	}
	r.from = r.d.pos
}

// symbols decodes symbols until the block ends (done) or there is no room for any.
func (d *Decoder) symbols(lit *[litSize]uint32, dist *[distSize]uint32) (done bool, err error) {
	for !done && err == nil && !d.full() {
		if done, err = d.fast(lit, dist); done || err != nil || d.full() {
			break
		}
		done, err = d.symbol(lit, dist)
	}
	return done, err
}
