// Package filter decodes the streams of PDF files (ISO 32000-2, 7.4).
//
// Every decoder returns what it could decode even when it returns an error, and
// never more than it is allowed to: a kilobyte may stand for a gigabyte.
package filter

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"io"
	"sync"

	"github.com/deputy-sec/deputy/internal/inflate"
)

// What is wrong with encoded data.
var (
	ErrDamaged = errors.New("damaged stream")
	ErrTooLong = errors.New("stream decodes to more than is allowed")
	ErrImage   = errors.New("encoded as a picture")
	ErrUnknown = errors.New("unknown filter")
)

// Params are the numbers in a filter's DecodeParms. Zero stands for what was
// not given.
type Params struct {
	Predictor, Colors, BitsPerComponent, Columns int
	LateChange                                   bool // EarlyChange is 0
}

type decoder func(data []byte, p Params, limit int) ([]byte, error)

// decoders are by the names that streams use and those of inline images.
var decoders = map[string]decoder{
	"FlateDecode": predicted(flate), "Fl": predicted(flate),
	"LZWDecode": predicted(lzw), "LZW": predicted(lzw),
	"ASCIIHexDecode": asciiHex, "AHx": asciiHex,
	"ASCII85Decode": ascii85, "A85": ascii85,
	"RunLengthDecode": runLength, "RL": runLength,
	"Crypt": func(data []byte, _ Params, _ int) ([]byte, error) { return data, nil },
}

var images = map[string]bool{
	"DCTDecode": true, "DCT": true, "JPXDecode": true, "JBIG2Decode": true, "CCITTFaxDecode": true, "CCF": true,
}

// Decode undoes one filter. It fails with ErrImage for those that make a
// picture of the data.
func Decode(name string, data []byte, p Params, limit int) ([]byte, error) {
	if images[name] {
		return data, ErrImage
	}
	d, ok := decoders[name]
	if !ok {
		return nil, ErrUnknown
	}
	return d(data, p, limit)
}

var inflaters = sync.Pool{New: func() any { return new(inflate.Reader) }}

// flate reads zlib data, and data without the header if it begins with none. A checksum may
// be missing; one that does not fit is damage, of which what was decoded is returned.
func flate(data []byte, _ Params, limit int) ([]byte, error) {
	body := bytes.TrimLeft(data, "\r\n") // of writers that are wrong about where a stream begins
	if !hasZlibHeader(body) {
		body = data
	}
	if hasZlibHeader(body) {
		out, rest, err := inflateRaw(body[2:], limit)
		if err == nil && len(rest) >= adler32.Size && binary.BigEndian.Uint32(rest) != adler32.Checksum(out) {
			return out, fmt.Errorf("%w: its checksum does not fit", ErrDamaged)
		}
		if len(out) > 0 || err == nil || errors.Is(err, ErrTooLong) {
			return out, err
		}
	}
	out, _, err := inflateRaw(data, limit)
	return out, err
}

func hasZlibHeader(b []byte) bool {
	return len(b) >= 2 && b[0]&0x0f == 8 && (int(b[0])<<8|int(b[1]))%31 == 0
}

func inflateRaw(data []byte, limit int) (out, rest []byte, err error) {
	r := inflaters.Get().(*inflate.Reader)
	defer inflaters.Put(r)
	r.Reset(data)
	out, err = readAtMost(r, 4*len(data), limit)
	return out, r.Rest(), err
}

// readAtMost reads all, about guess bytes, and fails when it is more than limit.
func readAtMost(r io.Reader, guess, limit int) ([]byte, error) {
	out := make([]byte, 0, min(guess, limit, 1<<20)+512)
	for {
		if len(out) == cap(out) {
			out = append(out, 0)[:len(out)]
		}
		n, err := r.Read(out[len(out):cap(out)])
		out = out[:len(out)+n]
		switch {
		case len(out) > limit:
			return out[:limit], ErrTooLong
		case err == io.EOF:
			return out, nil
		case err != nil:
			return out, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
	}
}

func asciiHex(data []byte, _ Params, limit int) ([]byte, error) {
	out := make([]byte, 0, min(len(data)/2+1, limit))
	high := -1
	for _, c := range data {
		if c == '>' {
			break
		}
		d := hexDigit(c)
		switch {
		case d < 0:
			continue
		case len(out) >= limit:
			return out, ErrTooLong
		case high < 0:
			high = d
		default:
			out = append(out, byte(high<<4|d))
			high = -1
		}
	}
	if high >= 0 {
		out = append(out, byte(high<<4))
	}
	return out, nil
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func ascii85(data []byte, _ Params, limit int) ([]byte, error) {
	data = bytes.TrimPrefix(bytes.TrimLeft(data, " \t\r\n\f\x00"), []byte("<~"))
	out := make([]byte, 0, min(len(data)/5*4+8, limit))
	var group uint32
	n := 0
	for _, c := range data {
		switch {
		case c == '~':
			return ascii85Tail(out, group, n), nil
		case c == 'z' && n == 0:
			out = append(out, 0, 0, 0, 0)
		case c >= '!' && c <= 'u':
			group = group*85 + uint32(c-'!')
			if n++; n == 5 {
				out = append(out, byte(group>>24), byte(group>>16), byte(group>>8), byte(group))
				group, n = 0, 0
			}
		}
		if len(out) > limit {
			return out[:limit], ErrTooLong
		}
	}
	return ascii85Tail(out, group, n), nil
}

// ascii85Tail writes the last n-1 bytes of a group of n digits.
func ascii85Tail(out []byte, group uint32, n int) []byte {
	if n < 2 {
		return out
	}
	for i := n; i < 5; i++ {
		group = group*85 + 84
	}
	for i := range n - 1 {
		out = append(out, byte(group>>(24-8*i)))
	}
	return out
}

func runLength(data []byte, _ Params, limit int) ([]byte, error) {
	var out []byte
	for i := 0; i < len(data); {
		n := int(data[i])
		i++
		switch {
		case n == 128:
			return out, nil
		case n < 128:
			end := min(i+n+1, len(data))
			out = append(out, data[i:end]...)
			i = end
		case i < len(data):
			out = append(out, bytes.Repeat(data[i:i+1], 257-n)...)
			i++
		}
		if len(out) > limit {
			return out[:limit], ErrTooLong
		}
	}
	return out, nil
}

// lzw decodes codes of 9 to 12 bits, most significant bit first. The width
// grows one code early unless the stream says otherwise.
func lzw(data []byte, p Params, limit int) ([]byte, error) {
	const clear, end, first, most = 256, 257, 258, 4096
	early := 1
	if p.LateChange {
		early = 0
	}
	var (
		out    = make([]byte, 0, min(3*len(data), limit, 1<<20))
		starts [most]int // where in out the entry stands, first occurrence
		sizes  [most]int
		next   = first
		width  = uint(9)
		last   = -1 // size of the entry written last
		bits   uint32
		have   uint
	)
	for _, b := range data {
		bits, have = bits<<8|uint32(b), have+8
		if have < width {
			continue
		}
		have -= width
		code := int(bits>>have) & (1<<width - 1)
		switch code {
		case end:
			return out, nil
		case clear:
			next, width, last = first, 9, -1
			continue
		}
		at := len(out)
		switch {
		case code < clear:
			out = append(out, byte(code))
		case code < next:
			out = append(out, out[starts[code]:starts[code]+sizes[code]]...)
		case code == next && last > 0: // the entry that is just being made
			out = append(out, out[at-last:at]...)
			out = append(out, out[at-last])
		default:
			return out, ErrDamaged
		}
		if len(out) > limit {
			return out[:limit], ErrTooLong
		}
		if last > 0 && next < most {
			starts[next], sizes[next] = at-last, last+1
			next++
		}
		last = len(out) - at
		if next+early >= 1<<width && width < 12 {
			width++
		}
	}
	return out, nil
}
