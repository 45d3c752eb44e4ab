package columnar

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"github.com/deputy-sec/deputy/scanner/extract"
)

// Fields of the header of a page.
const (
	pageKind, pageSize, pageCompressed                          = 1, 2, 3
	pageData, pageDictionary, pageData2                         = 5, 7, 8
	dataEncoding                                                = 2
	data2Encoding, data2Defined, data2Repeated, data2Compressed = 4, 5, 6, 7

	kindData, kindDictionary, kindData2 = 0, 2, 3
)

// Types of values.
const (
	kindBoolean, kindInt32, kindInt64, kindInt96, kindFloat, kindDouble, kindBytes, kindFixed = 0, 1, 2, 3, 4, 5, 6, 7
)

// page writes the values in a page. A problem is what keeps it from being read.
func (f *file) page(c *column, header thriftStruct, body []byte, codec int64) (problem, stop error) {
	size := header.number(pageSize)
	encoding := int64(encodingPlain)
	switch header.number(pageKind) {
	case kindDictionary:
		body, problem = decompress(body, codec, size, f.out.Limits().Whole)
	case kindData:
		encoding = header.at(pageData).number(dataEncoding)
		if encodings[encoding] == nil { // indexes into the dictionary, or bits
			return unreadable(encoding), nil
		}
		body, problem = decompress(body, codec, size, f.out.Limits().Whole)
		body = afterLevels(c, body)
	case kindData2:
		h := header.at(pageData2)
		encoding = h.number(data2Encoding)
		if encodings[encoding] == nil {
			return unreadable(encoding), nil
		}
		levels := min(max(0, h.number(data2Defined))+max(0, h.number(data2Repeated)), int64(len(body)))
		body = body[levels:]
		if compressed, told := h[data2Compressed].(int64); !told || compressed != 0 {
			body, problem = decompress(body, codec, size-levels, f.out.Limits().Whole)
		}
	default:
		return nil, nil
	}
	return problem, encodings[encoding](f, c, body)
}

// Encodings of the values in a page.
const (
	encodingPlain, encodingPlainDictionary, encodingRLE, encodingBits          = 0, 2, 3, 4
	encodingDelta, encodingDeltaLength, encodingDeltaBytes, encodingDictionary = 5, 6, 7, 8
)

// encodings are how values are read; of those without one, the dictionary says
// all, or they are truth values.
var encodings = map[int64]func(*file, *column, []byte) error{
	encodingPlain:       (*file).plain,
	encodingDelta:       (*file).delta,
	encodingDeltaLength: (*file).deltaLength,
	encodingDeltaBytes:  (*file).deltaBytes,
}

// unreadable returns what to say of an encoding that is not read.
func unreadable(encoding int64) error {
	switch encoding {
	case encodingPlainDictionary, encodingDictionary, encodingRLE, encodingBits:
		return nil
	}
	return fmt.Errorf("in an encoding that is not read here (%d)", encoding)
}

// afterLevels goes over the levels before the values of a page: which lists they
// belong to and which are missing, each behind its length.
func afterLevels(c *column, body []byte) []byte {
	for _, there := range []bool{c.nested, c.optional} {
		if !there || len(body) < 4 {
			continue
		}
		n := uint64(binary.LittleEndian.Uint32(body))
		body = body[min(4+n, uint64(len(body))):]
	}
	return body
}

// plain reads values one behind the other.
func (f *file) plain(c *column, body []byte) error {
	if c.kind == kindBytes {
		for len(body) >= 4 {
			n := min(uint64(binary.LittleEndian.Uint32(body)), uint64(len(body)-4))
			if err := f.value(c, text(body[4:4+n])); err != nil {
				return err
			}
			body = body[4+n:]
		}
		return nil
	}
	width := widths[c.kind]
	if c.kind == kindFixed {
		width = c.width
	}
	for width > 0 && len(body) >= width {
		if err := f.value(c, c.fixed(body[:width])); err != nil {
			return err
		}
		body = body[width:]
	}
	return nil
}

// widths are those of values of a fixed length. Truth values are left out, and so
// are times in 96 bits.
var widths = map[int64]int{kindInt32: 4, kindInt64: 8, kindFloat: 4, kindDouble: 8}

func (c *column) fixed(b []byte) string {
	switch c.kind {
	case kindInt32:
		return strconv.Itoa(int(int32(binary.LittleEndian.Uint32(b))))
	case kindInt64:
		return strconv.FormatInt(int64(binary.LittleEndian.Uint64(b)), 10)
	case kindFloat:
		return decimal(float64(math.Float32frombits(binary.LittleEndian.Uint32(b))), 32)
	case kindDouble:
		return decimal(math.Float64frombits(binary.LittleEndian.Uint64(b)), 64)
	}
	return text(b)
}

func decimal(v float64, bits int) string {
	if math.Abs(v) < 1e21 && math.Abs(v) > 1e-9 {
		return strconv.FormatFloat(v, 'f', -1, bits)
	}
	return strconv.FormatFloat(v, 'g', -1, bits)
}

// Compressions of pages.
const (
	codecNone, codecSnappy, codecGzip, codecBrotli, codecZstd, codecLZ4 = 0, 1, 2, 4, 6, 7
)

// decompress returns a page's content, as far as it goes. It allocates by what
// comes out and not by the size that the page says.
func decompress(body []byte, codec, size, limit int64) ([]byte, error) {
	limit = min(max(size, 0), limit)
	var r io.Reader
	var err error
	switch codec {
	case codecNone:
		return body, nil
	case codecSnappy:
		return snappyBlock(body)
	case codecLZ4:
		return lz4Block(body, limit)
	case codecGzip:
		r, err = gzip.NewReader(bytes.NewReader(body))
	case codecBrotli:
		r = brotli.NewReader(bytes.NewReader(body))
	case codecZstd:
		var d *zstd.Decoder
		d, err = zstd.NewReader(bytes.NewReader(body), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(max(limit, 1<<20))))
		if err == nil {
			defer d.Close()
			r = d
		}
	default:
		return nil, fmt.Errorf("compressed in a way that is not known here (codec %d)", codec)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", extract.ErrDamaged, err)
	}
	out, err := io.ReadAll(io.LimitReader(r, limit))
	if err != nil {
		return out, fmt.Errorf("%w: %w", extract.ErrDamaged, err)
	}
	return out, nil
}

// What a byte can become at most, in Snappy and in LZ4.
const (
	snappyExpansion = 33
	lz4Expansion    = 256
)

func snappyBlock(body []byte) ([]byte, error) {
	n, err := snappy.DecodedLen(body)
	if err == nil && n > snappyExpansion*len(body) {
		err = errors.New("a page says that it is longer than it can be")
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", extract.ErrDamaged, err)
	}
	out, err := snappy.Decode(nil, body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", extract.ErrDamaged, err)
	}
	return out, nil
}

func lz4Block(body []byte, size int64) ([]byte, error) {
	out := make([]byte, min(size, lz4Expansion*int64(len(body))))
	n, err := lz4.UncompressBlock(body, out)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", extract.ErrDamaged, err)
	}
	return out[:n], nil
}
