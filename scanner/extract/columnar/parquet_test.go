package columnar_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/columnar"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
)

// account returns 12 digits that look like an account ID, made at test time.
func account(n int) string { return fmt.Sprintf("%012d", (uint64(n)*7919+13)*104729*32452843%1e12) }

// --- Thrift's compact protocol

// field is one of a struct: a number, a text, a struct or a list.
type field struct {
	id    int
	value any
}

type object []field

func zigzag(v int64) []byte { return binary.AppendUvarint(nil, uint64(v<<1)^uint64(v>>63)) }

func (o object) encode() []byte {
	var b []byte
	last := 0
	for _, f := range o {
		kind, body := encode(f.value)
		b = append(b, byte(f.id-last)<<4|kind)
		b = append(b, body...)
		last = f.id
	}
	return append(b, 0)
}

func encode(v any) (kind byte, body []byte) {
	switch v := v.(type) {
	case int:
		return 6, zigzag(int64(v))
	case string:
		return 8, append(binary.AppendUvarint(nil, uint64(len(v))), v...)
	case object:
		return 12, v.encode()
	case []object:
		body = append([]byte{0xfc}, binary.AppendUvarint(nil, uint64(len(v)))...)
		for _, o := range v {
			body = append(body, o.encode()...)
		}
		return 9, body
	}
	panic("no such value")
}

// --- Parquet

type columnOf struct {
	name       string
	kind       int
	width      int
	repetition int
	codec      int
	pages      [][]byte // with their headers
	statistics object
	dictionary bool // the first page is one
}

func page(kind, size int, header field, body []byte) []byte {
	return append(object{{1, kind}, {2, size}, {3, len(body)}, header}.encode(), body...)
}

func dataPage(encoding int, codec int, body []byte) []byte {
	return page(0, len(body), field{5, object{{1, 1}, {2, encoding}, {3, 3}, {4, 3}}}, compress(codec, body))
}

func dictionaryPage(codec int, body []byte) []byte {
	return page(2, len(body), field{7, object{{1, 1}, {2, 0}}}, compress(codec, body))
}

// dataPage2 has its levels before what is compressed.
func dataPage2(encoding, codec int, levels, body []byte) []byte {
	packed := append(bytes.Clone(levels), compress(codec, body)...)
	return page(3, len(levels)+len(body), field{8, object{{1, 1}, {2, 0}, {3, 1}, {4, encoding}, {5, len(levels)}, {6, 0}}}, packed)
}

func compress(codec int, body []byte) []byte {
	var b bytes.Buffer
	switch codec {
	case 0:
		return body
	case 1:
		return snappy.Encode(nil, body)
	case 2:
		w := gzip.NewWriter(&b)
		_, _ = w.Write(body)
		w.Close()
	case 4:
		w := brotli.NewWriter(&b)
		_, _ = w.Write(body)
		w.Close()
	case 6:
		w, err := zstd.NewWriter(&b)
		if err != nil {
			panic(err)
		}
		_, _ = w.Write(body)
		w.Close()
	case 7:
		var c lz4.Compressor
		out := make([]byte, lz4.CompressBlockBound(len(body)))
		n, err := c.CompressBlock(body, out)
		if err != nil || n == 0 {
			panic("does not compress")
		}
		return out[:n]
	}
	return b.Bytes()
}

func parquet(columns ...columnOf) []byte {
	out := []byte("PAR1")
	schema := []object{{{4, "root"}, {5, len(columns)}}}
	var chunks []object
	for _, c := range columns {
		element := object{{1, c.kind}}
		if c.width > 0 {
			element = append(element, field{2, c.width})
		}
		schema = append(schema, append(element, field{3, c.repetition}, field{4, c.name}))
		start := len(out)
		pages := bytes.Join(c.pages, nil)
		out = append(out, pages...)
		meta := object{{1, c.kind}, {4, c.codec}, {5, 1}, {7, len(pages)}, {9, start}}
		if c.dictionary {
			meta[4].value = start + len(c.pages[0])
			meta = append(meta, field{11, start})
		}
		if c.statistics != nil {
			meta = append(meta, field{12, c.statistics})
		}
		chunks = append(chunks, object{{2, start}, {3, meta}})
	}
	footer := object{{1, 1}, {2, schema}, {3, 1}, {4, []object{{{1, chunks}, {2, 1}}}},
		{5, []object{{{1, "note"}, {2, "noted " + account(20)}}}}, {6, "a writer"}}.encode()
	out = append(out, footer...)
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(footer))), "PAR1"...)
}

func byteArrays(values ...string) []byte {
	var b []byte
	for _, v := range values {
		b = append(binary.LittleEndian.AppendUint32(b, uint32(len(v))), v...)
	}
	return b
}

// deltas packs integers, in one block of 128 with miniblocks of 32 and 40 bits.
func deltas(values ...int64) []byte {
	b := bytes.Join([][]byte{binary.AppendUvarint(nil, 128), binary.AppendUvarint(nil, 4), binary.AppendUvarint(nil, uint64(len(values))), zigzag(values[0])}, nil)
	if len(values) == 1 {
		return b
	}
	least := int64(math.MaxInt64)
	for i := 1; i < len(values); i++ {
		least = min(least, values[i]-values[i-1])
	}
	b = append(append(b, zigzag(least)...), 40, 0, 0, 0)
	packed := make([]byte, 32*40/8)
	for i := 1; i < len(values); i++ {
		d := uint64(values[i] - values[i-1] - least)
		for k := range 5 {
			packed[(i-1)*5+k] = byte(d >> (8 * k))
		}
	}
	return append(b, packed...)
}

const placeholder = 123456789012

func sample() []byte {
	long := strings.Repeat(" and so on", 50)
	levels := []byte{2, 0, 0, 0, 2, 1}
	ints := binary.LittleEndian.AppendUint64(nil, placeholder)
	doubles := binary.LittleEndian.AppendUint64(nil, math.Float64bits(placeholder))
	return parquet(
		columnOf{name: "plain", kind: 6, pages: [][]byte{dataPage(0, 0, byteArrays("first "+account(1), "second "+account(2)))}},
		columnOf{name: "optional", kind: 6, repetition: 1, codec: 1, pages: [][]byte{dataPage(0, 1, append(bytes.Clone(levels), byteArrays("snappy "+account(3))...))}},
		columnOf{name: "repeated", kind: 6, repetition: 2, codec: 2, pages: [][]byte{dataPage(0, 2, append(append(bytes.Clone(levels), levels...), byteArrays("gzip "+account(4))...))}},
		columnOf{name: "dictionary", kind: 6, codec: 6, dictionary: true, pages: [][]byte{dictionaryPage(6, byteArrays("zstd "+account(5))), dataPage(8, 6, []byte{1, 2, 0})}},
		columnOf{name: "second version", kind: 6, repetition: 1, codec: 4, pages: [][]byte{dataPage2(0, 4, []byte{2, 1}, byteArrays("brotli "+account(6)))}},
		columnOf{name: "lz4", kind: 6, codec: 7, pages: [][]byte{dataPage(0, 7, byteArrays("lz4 "+account(7)+long))}},
		columnOf{name: "int", kind: 2, pages: [][]byte{dataPage(0, 0, ints)}},
		columnOf{name: "double", kind: 5, pages: [][]byte{dataPage(0, 0, doubles)}},
		columnOf{name: "delta", kind: 2, pages: [][]byte{dataPage(5, 0, deltas(7, placeholder, 9))}},
		columnOf{name: "delta length", kind: 6, pages: [][]byte{dataPage(6, 0, append(deltas(3, 12), "abc"+account(8)...))}},
		columnOf{name: "delta bytes", kind: 6, pages: [][]byte{dataPage(7, 0, append(append(deltas(0, 8), deltas(20, 12)...), "account:"+account(9)+account(10)...))}},
		columnOf{name: "fixed", kind: 7, width: 12, pages: [][]byte{dataPage(0, 0, []byte(account(11)+account(12)))}},
		columnOf{name: "statistics", kind: 6, statistics: object{{5, "max " + account(13)}, {6, "min " + account(14)}}},
		columnOf{name: "binary", kind: 6, pages: [][]byte{dataPage(0, 0, byteArrays("\x00\x01runs "+account(15)+"\x00\xff"))}},
	)
}

func want() []extracttest.Want {
	at := func(text, column string) extracttest.Want {
		return extracttest.Want{Text: text, Place: fmt.Sprintf("column %q", column)}
	}
	return []extracttest.Want{
		{Text: "note=noted " + account(20), Place: "schema"},
		at("plain=first "+account(1)+"\nplain=second "+account(2)+"\n", "plain"),
		at("optional=snappy "+account(3)+"\n", "optional"),
		at("repeated=gzip "+account(4)+"\n", "repeated"),
		at("dictionary=zstd "+account(5)+"\n", "dictionary"),
		at("second version=brotli "+account(6)+"\n", "second version"),
		at("lz4=lz4 "+account(7), "lz4"),
		at("int=123456789012\n", "int"),
		at("double=123456789012\n", "double"),
		at("delta=7\ndelta=123456789012\ndelta=9\n", "delta"),
		at("delta length=abc\ndelta length="+account(8)+"\n", "delta length"),
		at("delta bytes=account:"+account(9)+"\ndelta bytes=account:"+account(10)+"\n", "delta bytes"),
		at("fixed="+account(11)+"\nfixed="+account(12)+"\n", "fixed"),
		at("max "+account(13), "statistics"),
		at("min "+account(14), "statistics"),
		at("binary=runs "+account(15)+"\n", "binary"),
	}
}

func TestEveryHidingPlaceIsFoundAtItsPlace(t *testing.T) {
	extracttest.Accept(t, columnar.New(), sample(), want()...)
}

// TestQuality prints the share of planted values that are found.
func TestQuality(t *testing.T) {
	r, err := extracttest.Extract(t, sample(), columnar.New())
	require.NoError(t, err)
	assert.Empty(t, r.Rows)
	extracttest.Recall(t, "Parquet", r, want()...)
}

func TestDamageIsSaidAndTheRestIsRead(t *testing.T) {
	t.Run("no footer", func(t *testing.T) {
		r, err := extracttest.Extract(t, sample()[:200], columnar.New())
		require.ErrorIs(t, err, extract.ErrDamaged)
		assert.Contains(t, r.All(), account(1))
	})
	t.Run("a page", func(t *testing.T) {
		content := sample()
		i := bytes.Index(content, []byte("snappy"))
		copy(content[i-12:i], bytes.Repeat([]byte{0xff}, 12))
		r, err := extracttest.Extract(t, content, columnar.New())
		require.NoError(t, err)
		require.Len(t, r.Rows, 1)
		assert.Contains(t, r.Rows[0], `column "optional"`)
		assert.Contains(t, r.All(), account(4))
	})
	t.Run("an encoding that is not read", func(t *testing.T) {
		r, err := extracttest.Extract(t, parquet(columnOf{name: "x", kind: 5, pages: [][]byte{dataPage(9, 0, []byte("12345678"))}}), columnar.New())
		require.NoError(t, err)
		assert.Len(t, r.Rows, 1)
	})
	t.Run("encrypted", func(t *testing.T) {
		_, err := extracttest.Extract(t, []byte("PARE1234PARE"), columnar.New())
		assert.ErrorIs(t, err, extract.ErrEncrypted)
	})
}

// TestBombs: columns that lie in each other, and values that take no space.
func TestBombs(t *testing.T) {
	same := columnOf{name: "same", kind: 6, pages: [][]byte{dataPage(0, 0, byteArrays(strings.Repeat("x", 5000)))}}
	content := parquet(same)
	footer := content[len(content)-8-int(binary.LittleEndian.Uint32(content[len(content)-8:])) : len(content)-8]
	body := content[:len(content)-8-len(footer)]
	element := object{{1, 6}, {3, 0}, {4, "same"}}
	chunk := object{{2, 4}, {3, object{{1, 6}, {4, 0}, {5, 1}, {7, len(body) - 4}, {9, 4}}}}
	schema, chunks := []object{{{4, "root"}, {5, 2000}}}, []object(nil)
	for range 2000 {
		schema, chunks = append(schema, element), append(chunks, chunk)
	}
	footer = object{{1, 1}, {2, schema}, {4, []object{{{1, chunks}}}}}.encode()
	content = append(append(bytes.Clone(body), footer...), binary.LittleEndian.AppendUint32(nil, uint32(len(footer)))...)
	content = append(content, "PAR1"...)
	r, err := extracttest.Extract(t, content, columnar.New())
	require.NoError(t, err)
	assert.Less(t, len(r.All()), 4*len(content))
	assert.Contains(t, strings.Join(r.Rows, "\n"), "over budget")
}

func TestHostileFiles(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	whole := sample()
	for i := range 200 {
		content := bytes.Clone(whole)
		for range 1 + i%20 {
			content[random.IntN(len(content))] = byte(random.IntN(256))
		}
		extracttest.Fuzz(t, columnar.New(), content)
	}
}

func FuzzExtract(f *testing.F) {
	f.Add(sample())
	f.Fuzz(func(t *testing.T, content []byte) { extracttest.Fuzz(t, columnar.New(), content) })
}

func BenchmarkExtract(b *testing.B) {
	values := make([]string, 10_000)
	for i := range values {
		values[i] = "a value of a common length " + account(i)
	}
	content := parquet(columnOf{name: "name", kind: 6, codec: 1, pages: [][]byte{dataPage(0, 1, byteArrays(values...))}})
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if _, err := extracttest.Extract(b, content, columnar.New()); err != nil {
			b.Fatal(err)
		}
	}
}
