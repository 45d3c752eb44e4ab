package iwork_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/snappy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/extract/iwork"
)

// account returns 12 digits that look like an account ID, made at test time.
func account(n int) string { return fmt.Sprintf("%012d", (uint64(n)*7919+13)*104729*32452843%1e12) }

// Fields of messages.
func text(number uint64, s string) []byte { return nested(number, []byte(s)) }

func nested(number uint64, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	b := binary.AppendUvarint(nil, number<<3|2)
	return append(binary.AppendUvarint(b, uint64(len(body))), body...)
}

func number(field, v uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, field<<3), v)
}

// iwa writes one message of a type as a file does, in chunks of Snappy.
func iwa(kind uint64, message []byte) []byte {
	info := append(number(1, 77), nested(2, number(1, kind), number(3, uint64(len(message))))...)
	raw := append(binary.AppendUvarint(nil, uint64(len(info))), append(info, message...)...)
	var out []byte
	for len(raw) > 0 {
		n := min(1000, len(raw))
		block := snappy.Encode(nil, raw[:n])
		out = append(out, 0, byte(len(block)), byte(len(block)>>8), byte(len(block)>>16))
		out = append(out, block...)
		raw = raw[n:]
	}
	return out
}

// decimalCell is a cell with a number in decimal128.
func decimalCell(digits uint64, exponent int) []byte {
	cell := make([]byte, 28)
	cell[0], cell[1] = 5, 2
	binary.LittleEndian.PutUint32(cell[8:], 1)
	binary.LittleEndian.PutUint64(cell[12:], digits)
	e := exponent + 0x1820
	cell[26], cell[27] = byte(e<<1), byte(e>>7)
	return cell
}

func doubleCell(v float64) []byte {
	cell := make([]byte, 20)
	cell[0], cell[1] = 5, 2
	binary.LittleEndian.PutUint32(cell[8:], 2)
	binary.LittleEndian.PutUint64(cell[12:], math.Float64bits(v))
	return cell
}

func tile() []byte {
	a, b, c := decimalCell(123456789012, 0), doubleCell(123456789012), decimalCell(12345, -2)
	offsets := []byte{0, 0, 0xff, 0xff, byte(len(a) / 4), 0, byte((len(a) + len(b)) / 4), 0}
	return nested(5, number(1, 6), nested(6, a, b, c), nested(7, offsets), number(8, 1))
}

func zipped(t testing.TB, files ...any) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i].(string))
		require.NoError(t, err)
		_, err = f.Write(files[i+1].([]byte))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func document(t testing.TB) []byte {
	return zipped(t,
		"Index/Document.iwa", iwa(1, bytes.Join([][]byte{text(1, "Title "+account(1)), nested(2, number(1, 5), nested(3, number(1, 300), text(2, "deep "+account(2))))}, nil)),
		"Index/Slide-12.iwa", iwa(5, text(3, "a slide\nwith lines "+account(3)+strings.Repeat(" and so on", 300))),
		"Index/Tables/DataList-9.iwa", iwa(6005, nested(3, number(1, 1), text(3, "cell "+account(4)))),
		"Index/Tables/Tile-3.iwa", iwa(6002, tile()),
		"Data/note.txt", []byte("data "+account(5)),
	)
}

func want() []extracttest.Want {
	return []extracttest.Want{
		{Text: "Title " + account(1) + "\n", Inside: "Index/Document.iwa", Place: "Document"},
		{Text: "deep " + account(2) + "\n", Inside: "Index/Document.iwa", Place: "Document"},
		{Text: "a slide\nwith lines " + account(3), Inside: "Index/Slide-12.iwa", Place: "Slide-12"},
		{Text: "cell " + account(4) + "\n", Inside: "Index/Tables/DataList-9.iwa", Place: "DataList-9"},
		{Text: "123456789012", Inside: "Index/Tables/Tile-3.iwa", Place: "Tile-3, cell A7"},
		{Text: "123456789012", Inside: "Index/Tables/Tile-3.iwa", Place: "Tile-3, cell C7"},
		{Text: "123.45", Inside: "Index/Tables/Tile-3.iwa", Place: "Tile-3, cell D7"},
		{Text: "data " + account(5), Inside: "Data/note.txt"},
	}
}

func TestEveryHidingPlaceIsFoundAtItsPlace(t *testing.T) {
	extracttest.Accept(t, iwork.New(), document(t), want()...)
}

func TestAnIndexInAZipOfItsOwn(t *testing.T) {
	outer := zipped(t, "Data/a.txt", []byte("x"), "Index.zip", zipped(t, "Document.iwa", iwa(1, text(1, "inner "+account(10)))))
	r, err := extracttest.Extract(t, outer, iwork.New())
	require.NoError(t, err)
	extracttest.Find(t, r, extracttest.Want{Text: "inner " + account(10), Inside: "Index.zip > Document.iwa", Place: "Document"})
}

// TestQuality prints the share of planted values that are found.
func TestQuality(t *testing.T) {
	r, err := extracttest.Extract(t, document(t), iwork.New())
	require.NoError(t, err)
	extracttest.Recall(t, "iWork", r, want()...)
}

func TestOtherZipsAreLeftToOthers(t *testing.T) {
	_, err := extracttest.Extract(t, zipped(t, "Data/a.txt", []byte("x")), iwork.New())
	require.ErrorIs(t, err, extract.ErrOtherFormat)
	assert.False(t, iwork.New().Claims(zipped(t, "a.txt", []byte("x"))))
	assert.False(t, iwork.New().Claims([]byte("Index.zip")))
}

func TestAPasswordIsSaid(t *testing.T) {
	r, err := extracttest.Extract(t, zipped(t, "Index/Document.iwa", []byte("sealed"), ".iwpv2", []byte("x")), iwork.New())
	require.NoError(t, err)
	assert.Contains(t, strings.Join(r.Rows, "\n"), "encrypted")
}

// TestAChunkThatSaysToBeLong: nothing is allocated by what a chunk says.
func TestAChunkThatSaysToBeLong(t *testing.T) {
	r, err := extracttest.Extract(t, zipped(t, "Index/Document.iwa", []byte{0, 6, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0}), iwork.New())
	require.NoError(t, err)
	assert.Contains(t, strings.Join(r.Rows, "\n"), "damaged")
}

func TestHostileDocuments(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 200 {
		message := bytes.Clone(bytes.Join([][]byte{tile(), text(1, "Title "+account(1)), nested(2, nested(3, nested(4, text(2, "deep"))))}, nil))
		for range 1 + i%10 {
			message[random.IntN(len(message))] = byte(random.IntN(256))
		}
		file := iwa(6002, message)
		if i%2 == 0 {
			file[random.IntN(len(file))] ^= 0xff
		}
		extracttest.Fuzz(t, iwork.New(), zipped(t, "Index/Tile.iwa", file[:len(file)-i%4*len(file)/8]))
	}
}

func FuzzMessages(f *testing.F) {
	f.Add(uint16(6002), tile())
	f.Add(uint16(1), append(text(1, "Title"), nested(2, nested(3, text(2, "deep")))...))
	f.Fuzz(func(t *testing.T, kind uint16, message []byte) {
		extracttest.Fuzz(t, iwork.New(), zipped(t, "Index/Document.iwa", iwa(uint64(kind), message)))
	})
}

func FuzzFile(f *testing.F) {
	f.Add(iwa(6002, tile()))
	f.Fuzz(func(t *testing.T, file []byte) {
		extracttest.Fuzz(t, iwork.New(), zipped(t, "Index/Document.iwa", file))
	})
}
