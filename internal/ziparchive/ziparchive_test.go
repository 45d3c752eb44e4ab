package ziparchive_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"

	"github.com/deputy-sec/deputy/internal/ziparchive"
)

type file struct {
	name, text string
	method     uint16
}

var files = []file{
	{"a.txt", "first file\n", zip.Deflate},
	{"dir/b.txt", "second file, stored\n", zip.Store},
	{"dir/b.txt", "the same name again\n", zip.Deflate},
	{"c.bin", string(bytes.Repeat([]byte("third "), 1000)), zip.Deflate},
}

// zipped writes an archive; raw entries have their sizes in front of the data
// instead of behind it.
func zipped(t testing.TB, raw bool, files ...file) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(zstd.ZipMethodWinZip, zstd.ZipCompressor())
	_, err := w.Create("empty/")
	require.NoError(t, err)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: f.method}
		var out io.Writer
		if raw && f.method == zip.Store {
			h.CRC32, h.CompressedSize64, h.UncompressedSize64 = checksum(f.text), uint64(len(f.text)), uint64(len(f.text))
			out, err = w.CreateRaw(h)
		} else {
			out, err = w.CreateHeader(h)
		}
		require.NoError(t, err)
		_, err = io.WriteString(out, f.text)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func checksum(s string) uint32 { return crc32.ChecksumIEEE([]byte(s)) }

func read(t testing.TB, a *ziparchive.Archive) (out []file) {
	for _, e := range a.Entries {
		out = append(out, file{e.Name, content(t, &e), e.Method})
	}
	return out
}

func content(t testing.TB, e *ziparchive.Entry) string {
	r, err := e.Open()
	require.NoError(t, err)
	defer r.Close()
	text, err := io.ReadAll(r)
	require.NoError(t, err, e.Name)
	return string(text)
}

func TestSound(t *testing.T) {
	for _, raw := range []bool{false, true} {
		a, err := ziparchive.Open(zipped(t, raw, files...))
		require.NoError(t, err)
		assert.False(t, a.Damaged)
		assert.Equal(t, files, read(t, a))
	}
	a, err := ziparchive.Open(zipped(t, false))
	require.NoError(t, err)
	assert.Empty(t, a.Entries)
	a, err = ziparchive.Open(zipped(t, false, file{"z", "zstandard", zstd.ZipMethodWinZip}))
	require.NoError(t, err)
	assert.Equal(t, "zstandard", content(t, &a.Entries[0]))
}

func TestJunkAroundIt(t *testing.T) {
	data := append(append([]byte("#!/bin/sh\nexec java -jar $0\n"), zipped(t, false, files...)...), "trailing"...)
	a, err := ziparchive.Open(data)
	require.NoError(t, err)
	assert.False(t, a.Damaged)
	assert.Equal(t, files, read(t, a))
}

func TestWithoutADirectory(t *testing.T) {
	for _, raw := range []bool{false, true} {
		data := zipped(t, raw, files...)
		a, err := ziparchive.Open(data[:bytes.Index(data, []byte("PK\x01\x02"))])
		require.NoError(t, err)
		assert.True(t, a.Damaged)
		assert.Equal(t, files, read(t, a))
	}
}

func TestCutInTheMiddle(t *testing.T) {
	data := zipped(t, false, files...)
	for n := range len(data) {
		a, err := ziparchive.Open(data[:n])
		if err != nil {
			continue
		}
		assert.True(t, a.Damaged, "cut at %d", n)
	}
	a, err := ziparchive.Open(data[:bytes.Index(data, []byte("c.bin"))+20])
	require.NoError(t, err)
	require.Len(t, a.Entries, 4)
	assert.Equal(t, "first file\n", content(t, &a.Entries[0]))
}

// What the directory keeps silent about is there all the same.
func TestHidden(t *testing.T) {
	data := zipped(t, true, files[1])
	hidden := zipped(t, true, file{"hidden.txt", "not listed\n", zip.Store})
	hidden = hidden[bytes.Index(hidden[1:], []byte("PK\x03\x04"))+1 : bytes.Index(hidden, []byte("PK\x01\x02"))]
	a, err := ziparchive.Open(append(append([]byte{}, hidden...), data...))
	require.NoError(t, err)
	assert.Equal(t, []file{files[1], {"hidden.txt", "not listed\n", zip.Store}}, read(t, a))

	nested := zipped(t, true, file{"inner.zip", string(zipped(t, true, files[1])), zip.Store})
	a, err = ziparchive.Open(nested)
	require.NoError(t, err)
	assert.Len(t, a.Entries, 1, "files of an archive that lies in it are not its own")
}

func TestWrongChecksum(t *testing.T) {
	data := zipped(t, true, files[1])
	data[bytes.Index(data, []byte("second"))] ^= 1
	a, err := ziparchive.Open(data)
	require.NoError(t, err)
	r, err := a.Entries[0].Open()
	require.NoError(t, err)
	text, err := io.ReadAll(r)
	require.ErrorIs(t, err, ziparchive.ErrChecksum)
	assert.Len(t, text, len(files[1].text), "what was read counts")
}

// compressors make what stands in an entry of a method.
var compressors = map[uint16]func(t *testing.T, text []byte) []byte{
	12: func(t *testing.T, _ []byte) []byte {
		data, err := base64.StdEncoding.DecodeString(bzipped)
		require.NoError(t, err)
		return data
	},
	14: func(t *testing.T, text []byte) []byte {
		var b bytes.Buffer
		w, err := lzma.WriterConfig{EOSMarker: true}.NewWriter(&b)
		require.NoError(t, err)
		_, err = w.Write(text)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		const properties, header = 5, 13
		return append(append([]byte{9, 20, properties, 0}, b.Bytes()[:properties]...), b.Bytes()[header:]...)
	},
	93: func(t *testing.T, text []byte) []byte {
		w, err := zstd.NewWriter(nil)
		require.NoError(t, err)
		return w.EncodeAll(text, nil)
	},
	95: func(t *testing.T, text []byte) []byte {
		var b bytes.Buffer
		w, err := xz.NewWriter(&b)
		require.NoError(t, err)
		_, err = w.Write(text)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return b.Bytes()
	},
}

const methodText = "the text of every method\n"

// bzipped is methodText, made by bzip2 1.0.8.
const bzipped = "QlpoOTFBWSZTWSJOg0wAAApRgAAQQAAHQpVgIAAxANABTajamaag60brEjMaEwWM5t/F3JFOFCQIk6DTAA=="

func TestMethods(t *testing.T) {
	for method, compress := range compressors {
		t.Run(fmt.Sprint(method), func(t *testing.T) {
			body := compress(t, []byte(methodText))
			var b bytes.Buffer
			w := zip.NewWriter(&b)
			out, err := w.CreateRaw(&zip.FileHeader{Name: "a", Method: method, CRC32: checksum(methodText), CompressedSize64: uint64(len(body)), UncompressedSize64: uint64(len(methodText))})
			require.NoError(t, err)
			_, err = out.Write(body)
			require.NoError(t, err)
			require.NoError(t, w.Close())
			for _, data := range [][]byte{b.Bytes(), b.Bytes()[:bytes.LastIndex(b.Bytes(), []byte("PK\x01\x02"))]} {
				a, err := ziparchive.Open(data)
				require.NoError(t, err)
				require.Len(t, a.Entries, 1)
				assert.Equal(t, methodText, content(t, &a.Entries[0]))
			}
		})
	}
}

// What is wrong is said in the same words whatever the method.
func TestWrongData(t *testing.T) {
	data := zipped(t, false, file{"a", string(bytes.Repeat([]byte("some text that goes on. "), 100)), zip.Deflate})
	read := func(data []byte) error {
		a, err := ziparchive.Open(data)
		require.NoError(t, err)
		r, err := a.Entries[0].Open()
		require.NoError(t, err)
		_, err = io.ReadAll(r)
		return err
	}
	start := bytes.LastIndex(data, []byte("PK\x03\x04")) + 31 // behind the header and the name
	require.ErrorIs(t, read(data[:start+20]), ziparchive.ErrCut)
	corrupt := bytes.Clone(data)
	for i := range 8 {
		corrupt[start+i] = 0xff
	}
	require.ErrorIs(t, read(corrupt), ziparchive.ErrData)

	var b bytes.Buffer
	w := zip.NewWriter(&b)
	_, err := w.CreateRaw(&zip.FileHeader{Name: "a", Method: 98})
	require.NoError(t, err)
	require.NoError(t, w.Close())
	a, err := ziparchive.Open(b.Bytes())
	require.NoError(t, err)
	_, err = a.Entries[0].Open()
	require.ErrorIs(t, err, ziparchive.ErrMethod)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.EqualError(t, err, "compressed with PPMd, which is not read")
}

func TestEncrypted(t *testing.T) {
	data := zipped(t, true, files[1])
	data[bytes.LastIndex(data, []byte("PK\x01\x02"))+8] |= 1
	a, err := ziparchive.Open(data)
	require.NoError(t, err)
	assert.True(t, a.Entries[0].Encrypted)
	assert.Equal(t, "ZipCrypto", a.Entries[0].Cipher)
}

func TestTheCipherIsNamed(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	_, err := w.CreateRaw(&zip.FileHeader{Name: "a", Method: 99, Flags: 1, Extra: []byte("\x01\x99\x07\x00\x02\x00AE\x03\x08\x00")})
	require.NoError(t, err)
	require.NoError(t, w.Close())
	a, err := ziparchive.Open(b.Bytes())
	require.NoError(t, err)
	assert.Equal(t, "AES-256", a.Entries[0].Cipher)
}

func TestEndsTellsTheEndOfAnArchive(t *testing.T) {
	data := zipped(t, false, files...)
	assert.True(t, ziparchive.Ends(data, false))
	assert.True(t, ziparchive.Ends(data[len(data)-40:], false), "the last piece alone")
	assert.False(t, ziparchive.Ends(data[:len(data)-1], true))
	assert.False(t, ziparchive.Ends(append(bytes.Clone(data), 0), true))
	assert.False(t, ziparchive.Ends(zipped(t, false)[:22], true), "an archive of nothing")
	data[len(data)-2] = 3
	data = append(data, "end"...)
	assert.True(t, ziparchive.Ends(data, true))
	assert.False(t, ziparchive.Ends(data, false))
}

// An archive with ZIP64's records, as archive/zip writes it for many entries.
func TestZip64(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := range 70_000 {
		_, err := w.CreateRaw(&zip.FileHeader{Name: fmt.Sprint(i)})
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	a, err := ziparchive.Open(b.Bytes())
	require.NoError(t, err)
	assert.False(t, a.Damaged)
	assert.Len(t, a.Entries, 70_000)
}

func TestNotAnArchive(t *testing.T) {
	for _, text := range []string{"", "PK", "PK\x03\x04", "nothing of the kind"} {
		_, err := ziparchive.Open([]byte(text))
		assert.ErrorIs(t, err, ziparchive.ErrFormat, "%q", text)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(zipped(f, false, files...))
	f.Add(zipped(f, true, files...))
	r := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		data := zipped(f, r.IntN(2) == 0, files...)
		binary.LittleEndian.PutUint32(data[r.IntN(len(data)-4):], r.Uint32())
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := ziparchive.Open(data)
		if err != nil {
			return
		}
		total := 0
		for i, e := range a.Entries {
			if i > 100 {
				break
			}
			r, err := e.Open()
			if err != nil {
				continue
			}
			n, _ := io.Copy(io.Discard, io.LimitReader(r, 1<<20))
			total += int(n)
			r.Close()
		}
	})
}
