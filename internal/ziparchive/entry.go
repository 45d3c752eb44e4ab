package ziparchive

import (
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"
	"github.com/ulikunitz/xz/lzma"

	"github.com/deputy-sec/deputy/internal/inflate"
)

// Entry is a file in an archive.
type Entry struct {
	Name      string // slash-separated; as the archive says it, so no path to write to
	Method    uint16 // how it is compressed
	Encrypted bool
	Cipher    string // how, if it is encrypted

	crc              uint32
	compressed, size uint64
	checked          bool // crc and sizes are known
	offset           uint64
	header, end      int // of header and data, in the archive
	body             []byte
}

// What is wrong with an entry.
var (
	ErrMethod   = error(unsupported("which is not read"))
	ErrChecksum = errors.New("its checksum does not hold")
	ErrCut      = errors.New("its end is missing")
	ErrData     = errors.New("its compressed data is corrupt")
)

// unsupported is an error that is [errors.ErrUnsupported] in other words.
type unsupported string

func (u unsupported) Error() string        { return string(u) }
func (u unsupported) Is(target error) bool { return target == errors.ErrUnsupported }

// The methods of compression that can be read.
const (
	store     = 0
	deflate   = 8
	deflate64 = 9
	bzip      = 12
	lzma1     = 14
	zstandard = 93
	xzip      = 95
)

// methods are those that an entry may name (APPNOTE.TXT, 4.4.5); others show that it is none.
var methods = map[uint16]string{
	store: "stored", 1: "Shrink", 2: "Reduce", 3: "Reduce", 4: "Reduce", 5: "Reduce", 6: "Implode",
	deflate: "Deflate", deflate64: "Deflate64", 10: "PKWARE DCL Implode", bzip: "bzip2", lzma1: "LZMA",
	16: "IBM z/OS CMPSC", 18: "IBM TERSE", 19: "IBM LZ77", 20: "Zstandard", zstandard: "Zstandard", 94: "MP3", xzip: "xz",
	96: "JPEG", 97: "WavPack", 98: "PPMd", aes: "AES",
}

const aes = 99 // it stands for a method, which the extra field then names

// cipher says how an entry is encrypted, from its extra field (APPNOTE.TXT, 4.5.12 and 7, and
// WinZip's description of AES encryption, www.winzip.com/en/support/aes-encryption).
func cipher(flags, method uint16, extra []byte) string {
	switch {
	case flags&1 == 0:
		return ""
	case method == aes:
		if field := extraField(extra, 0x9901); len(field) >= 5 && field[4]-1 < 3 {
			return [...]string{"AES-128", "AES-192", "AES-256"}[field[4]-1]
		}
		return "AES"
	case flags&(1<<6) != 0:
		return "PKWARE strong encryption"
	}
	return "ZipCrypto"
}

// extraField returns what the extra field of an ID holds.
func extraField(extra []byte, id uint16) []byte {
	for len(extra) >= 4 {
		n := int(binary.LittleEndian.Uint16(extra[2:]))
		if 4+n > len(extra) {
			break
		}
		if binary.LittleEndian.Uint16(extra) == id {
			return extra[4 : 4+n]
		}
		extra = extra[4+n:]
	}
	return nil
}

// maxWindow bounds what a decompressor may hold of the past.
const maxWindow = 128 << 20

// Size returns how long the archive says that the file is.
func (e *Entry) Size() uint64 { return e.size }

func (e *Entry) isDirectory() bool { return strings.HasSuffix(e.Name, "/") }

// locate finds the data of an entry of the directory.
func (e *Entry) locate(data []byte, shift int64) bool {
	at := int64(e.offset) + shift
	if at < 0 || at > int64(len(data))-localLength || string(data[at:at+4]) != localSignature {
		return false
	}
	r := data[at:]
	start := localLength + int(binary.LittleEndian.Uint16(r[26:])) + int(binary.LittleEndian.Uint16(r[28:]))
	if start > len(r) {
		return false
	}
	whole := e.compressed <= uint64(len(r)-start)
	length := len(r) - start
	if whole {
		length = int(e.compressed)
	}
	e.body = r[start : start+length]
	e.header, e.end = int(at), int(at)+start+length
	return whole
}

// Open returns the file's content. Reading it tells what is wrong with it after
// what can be read; of a wrong checksum at the end, when all of it was read.
func (e *Entry) Open() (io.ReadCloser, error) {
	r, err := e.decompress()
	if err != nil {
		return nil, err
	}
	return &contentReader{r: r, checked: e.checked, sum: crc32.NewIEEE(), want: e.crc}, nil
}

func (e *Entry) decompress() (io.Reader, error) {
	body := bytes.NewReader(e.body)
	switch e.Method {
	case store:
		return body, nil
	case deflate:
		return openDeflate(e.body), nil
	case deflate64:
		return inflate.NewReader64(e.body), nil
	case bzip:
		return bzip2.NewReader(body), nil
	case lzma1:
		return e.lzma()
	case zstandard, 20:
		d, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	case xzip:
		return xz.NewReader(body, maxWindow)
	}
	if name := methods[e.Method]; name != "" {
		return nil, fmt.Errorf("compressed with %s, %w", name, ErrMethod)
	}
	return nil, fmt.Errorf("compressed by method %d, %w", e.Method, ErrMethod)
}

// inflaters are kept, since an office document has a hundred small entries and
// each inflater a hundred kilobytes of window.
var inflaters = sync.Pool{New: func() any { return new(inflate.Reader) }}

// deflated is an entry of the usual kind; it gives its inflater back when it is
// closed.
type deflated struct{ *inflate.Reader }

func openDeflate(body []byte) *deflated {
	r := inflaters.Get().(*inflate.Reader)
	r.Reset(body)
	return &deflated{r}
}

func (d *deflated) Close() error {
	if d.Reader != nil {
		d.Reset(nil)
		inflaters.Put(d.Reader)
		d.Reader = nil
	}
	return nil
}

// lzma puts the header that LZMA files have in front of what zip stores: zip has
// a version and the length of the properties instead, and knows the size.
func (e *Entry) lzma() (io.Reader, error) {
	const lead, properties = 4, 5
	if len(e.body) < lead+properties || binary.LittleEndian.Uint16(e.body[2:]) != properties {
		return nil, fmt.Errorf("compressed with LZMA without properties, %w", ErrMethod)
	}
	if binary.LittleEndian.Uint32(e.body[lead+1:]) > maxWindow {
		return nil, fmt.Errorf("compressed with LZMA and a giant dictionary, %w", ErrMethod)
	}
	header := append([]byte{}, e.body[lead:lead+properties]...)
	size := e.size
	if !e.checked {
		size = 1<<64 - 1
	}
	header = binary.LittleEndian.AppendUint64(header, size)
	return lzma.NewReader(io.MultiReader(bytes.NewReader(header), bytes.NewReader(e.body[lead+properties:])))
}

// contentReader compares the checksum of what was read, and says in our words
// what each method says in its own.
type contentReader struct {
	r       io.Reader
	checked bool // the checksum is known
	sum     hash.Hash32
	want    uint32
}

func (c *contentReader) Read(p []byte) (int, error) {
	if c.r == nil {
		return 0, os.ErrClosed
	}
	n, err := c.r.Read(p)
	if c.checked {
		c.sum.Write(p[:n])
	}
	switch {
	case err == nil:
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = ErrCut
	case !errors.Is(err, io.EOF):
		err = ErrData
	case c.checked && c.sum.Sum32() != c.want:
		err = ErrChecksum
	}
	return n, err
}

func (c *contentReader) Close() error {
	defer func() { c.r = nil }()
	if closer, ok := c.r.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}
