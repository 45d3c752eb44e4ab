package inflate

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// Gzip inflates a gzip file (RFC 1952) that lies in memory, of one member or of
// several, and verifies the checksums.
type Gzip struct {
	r    Reader
	sum  uint32 // CRC-32 of the member so far
	size uint32 // and its length, modulo 2^32
	err  error
}

// The ways in which a gzip file can be wrong.
var (
	ErrGzipHeader   = errors.New("gzip: not a header")
	ErrGzipChecksum = errors.New("gzip: checksum or length does not match")
)

// NewGzip returns a Gzip of a file.
func NewGzip(src []byte) (*Gzip, error) {
	z := &Gzip{}
	return z, z.Reset(src)
}

// Reset makes the Gzip one of another file.
func (z *Gzip) Reset(src []byte) error {
	body, err := afterHeader(src)
	z.r.Reset(body)
	z.sum, z.size, z.err = 0, 0, err
	return err
}

// Read implements io.Reader.
func (z *Gzip) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	out, err := z.next()
	n := copy(p, out)
	z.took(out[:n])
	return n, err
}

// WriteTo implements io.WriterTo.
func (z *Gzip) WriteTo(w io.Writer) (int64, error) {
	var total int64
	for {
		out, err := z.next()
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
		n, err := w.Write(out)
		z.took(out[:n])
		total += int64(n)
		if err != nil {
			return total, err
		}
	}
}

func (z *Gzip) took(out []byte) {
	z.r.from += len(out)
	z.sum = crc32.Update(z.sum, crc32.IEEETable, out)
	z.size += uint32(len(out))
}

// next returns what is to be handed out next, at least a byte unless there is an
// error.
func (z *Gzip) next() ([]byte, error) {
	for z.err == nil {
		out, err := z.r.next()
		if err == nil {
			return out, nil
		}
		if z.err = err; errors.Is(err, io.EOF) {
			z.err = z.nextMember()
		}
	}
	return nil, z.err
}

// nextMember verifies the member that ended and begins the next one.
func (z *Gzip) nextMember() error {
	const trailer = 8
	rest := z.r.Rest()
	switch {
	case len(rest) < trailer:
		return io.ErrUnexpectedEOF
	case binary.LittleEndian.Uint32(rest) != z.sum || binary.LittleEndian.Uint32(rest[4:]) != z.size:
		return ErrGzipChecksum
	case len(rest) == trailer:
		return io.EOF
	}
	return z.Reset(rest[trailer:])
}

// The header: two bytes of magic, the method, flags, six bytes that tell nothing
// here, and what the flags say.
const (
	headerLength = 10
	flagsAt      = 3
	hasChecksum  = 1 << 1
	hasExtra     = 1 << 2
	hasName      = 1 << 3
	hasComment   = 1 << 4
	longestName  = 511 // what compress/gzip accepts
)

// afterHeader returns what follows a member's header.
func afterHeader(src []byte) ([]byte, error) {
	if len(src) < headerLength {
		return nil, io.ErrUnexpectedEOF
	}
	if !bytes.HasPrefix(src, []byte("\x1f\x8b\x08")) {
		return nil, ErrGzipHeader
	}
	flags, at := src[flagsAt], headerLength
	if flags&hasExtra != 0 {
		if len(src) < at+2 {
			return nil, io.ErrUnexpectedEOF
		}
		at += 2 + int(binary.LittleEndian.Uint16(src[at:]))
	}
	for _, has := range []byte{hasName, hasComment} {
		if flags&has == 0 {
			continue
		}
		length := bytes.IndexByte(src[min(at, len(src)):], 0)
		if length > longestName || length < 0 && len(src)-at > longestName {
			return nil, ErrGzipHeader
		}
		if length < 0 {
			return nil, io.ErrUnexpectedEOF
		}
		at += length + 1
	}
	if flags&hasChecksum != 0 {
		if len(src) < at+2 {
			return nil, io.ErrUnexpectedEOF
		}
		if binary.LittleEndian.Uint16(src[at:]) != uint16(crc32.ChecksumIEEE(src[:at])) {
			return nil, ErrGzipHeader
		}
		at += 2
	}
	if at > len(src) {
		return nil, io.ErrUnexpectedEOF
	}
	return src[at:], nil
}
