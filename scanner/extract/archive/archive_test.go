package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/ulikunitz/xz"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/archive"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
)

const text = "AWS_ACCOUNT_ID=123456789012\n"

var member = extracttest.Want{Text: text, Inside: "etc/app.env"}

func extractAll(t testing.TB, content []byte) (*extracttest.Recorder, error) {
	return extracttest.Extract(t, content, archive.All()...)
}

func tarOf(t testing.TB, names ...string) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range names {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: name, Size: int64(len(text)), Mode: 0o600, Typeflag: tar.TypeReg}))
		_, err := io.WriteString(w, text)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func squeeze(t testing.TB, content []byte, open func(io.Writer) (io.WriteCloser, error)) []byte {
	var b bytes.Buffer
	w, err := open(&b)
	require.NoError(t, err)
	_, err = w.Write(content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// compressors write what the test reads; bzip2 has a reader alone in Go.
var compressors = map[string]func(io.Writer) (io.WriteCloser, error){
	"gzip": func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
	"xz":   func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) },
	"zstd": func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) },
}

func TestCompressions(t *testing.T) {
	for name, c := range compressors {
		t.Run(name, func(t *testing.T) {
			r, err := extractAll(t, squeeze(t, []byte(text), c))
			require.NoError(t, err)
			assert.Equal(t, []extracttest.Piece{{Text: text}}, r.Pieces, "a compressed file is what it holds")

			r, err = extractAll(t, squeeze(t, tarOf(t, "etc/app.env"), c))
			require.NoError(t, err)
			extracttest.Find(t, r, member)

			r, err = extractAll(t, squeeze(t, squeeze(t, tarOf(t, "etc/app.env"), c), c))
			require.NoError(t, err)
			extracttest.Find(t, r, member)
		})
	}
	t.Run("bzip2", func(t *testing.T) {
		content, err := hex.DecodeString("425a68393141592653590d9d0fc5000007ce0000107fe22c218e80a0002286468c80190a00311a69a3403049386654a9a61af8ce8541bbe256f8bb9229c284806ce87e28")
		require.NoError(t, err)
		r, err := extractAll(t, content)
		require.NoError(t, err)
		extracttest.Find(t, r, extracttest.Want{Text: text})
	})
}

// What is cut off or flipped is reported, and what was read before it counts.
func TestDamageIsTold(t *testing.T) {
	long := tarOf(t, strings.Split(strings.Repeat("etc/app.env,", 200), ",")[:200]...)
	for name, c := range compressors {
		t.Run(name, func(t *testing.T) {
			content := squeeze(t, long, c)
			for _, n := range []int{len(content) / 2, len(content) - 1, 30} {
				r, err := extractAll(t, content[:n])
				assert.True(t, err != nil || len(r.Rows) > 0, "cut at %d of %d: nothing said", n, len(content))
			}
		})
	}
	r, err := extractAll(t, long[:len(long)/2])
	require.ErrorIs(t, err, extract.ErrDamaged)
	extracttest.Find(t, r, member)
}

func TestTar(t *testing.T) {
	extracttest.Accept(t, archive.Tar, tarOf(t, "etc/app.env", "other"), member, extracttest.Want{Text: text, Inside: "other"})
	t.Run("before posix", func(t *testing.T) {
		content := tarOf(t, "etc/app.env")
		for i := 257; i < 265; i++ {
			content[i] = 0
		}
		sum := 0
		copy(content[148:156], "        ")
		for _, b := range content[:512] {
			sum += int(b)
		}
		copy(content[148:], []byte(octal(sum)+"\x00 "))
		r, err := extractAll(t, content)
		require.NoError(t, err)
		extracttest.Find(t, r, member)
	})
	t.Run("one behind another", func(t *testing.T) {
		r, err := extractAll(t, append(tarOf(t, "a"), tarOf(t, "etc/app.env")...))
		require.NoError(t, err)
		extracttest.Find(t, r, extracttest.Want{Text: text, Inside: "etc/app.env", Place: "behind the end of the archive"})
	})
	t.Run("one inside another", func(t *testing.T) {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		inner := squeeze(t, tarOf(t, "etc/app.env"), compressors["gzip"])
		require.NoError(t, w.WriteHeader(&tar.Header{Name: "layers/1.tar.gz", Size: int64(len(inner)), Typeflag: tar.TypeReg}))
		_, err := w.Write(inner)
		require.NoError(t, err)
		require.NoError(t, w.WriteHeader(&tar.Header{Name: "link", Linkname: "/etc/passwd", Typeflag: tar.TypeSymlink}))
		require.NoError(t, w.Close())
		r, err := extractAll(t, b.Bytes())
		require.NoError(t, err)
		extracttest.Find(t, r, extracttest.Want{Text: text, Inside: "layers/1.tar.gz > etc/app.env"})
		assert.Len(t, r.Pieces, 2, "and where the link leads, which nobody follows")
	})
}

func octal(n int) string {
	s := ""
	for range 6 {
		s = string(rune('0'+n%8)) + s
		n /= 8
	}
	return s
}

func zipOf(t testing.TB, names ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range names {
		f, err := w.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(f, text)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func zipWith(t testing.TB, name string, content []byte) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	require.NoError(t, err)
	_, err = f.Write(content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestZip(t *testing.T) {
	sound := zipOf(t, "etc/app.env", "other")
	extracttest.Accept(t, archive.Zip, sound, member, extracttest.Want{Text: text, Inside: "other"})
	t.Run("without its end", func(t *testing.T) {
		r, err := extractAll(t, sound[:bytes.Index(sound, []byte("PK\x01\x02"))])
		require.NoError(t, err)
		extracttest.Find(t, r, member)
		assert.Contains(t, strings.Join(r.Rows, "\n"), "damaged: the directory of the archive does not fit its files")
	})
	t.Run("encrypted", func(t *testing.T) {
		secret := bytes.Clone(sound)
		secret[bytes.LastIndex(secret, []byte("PK\x01\x02"))+8] |= 1
		r, err := extractAll(t, secret)
		require.NoError(t, err)
		extracttest.Find(t, r, member)
		assert.Equal(t, []string{"other |  | encrypted (ZipCrypto)"}, r.Rows)
	})
	t.Run("a method that is not read", func(t *testing.T) {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		_, err := w.CreateRaw(&zip.FileHeader{Name: "a", Method: 98})
		require.NoError(t, err)
		require.NoError(t, w.Close())
		r, err := extractAll(t, b.Bytes())
		require.NoError(t, err)
		assert.Equal(t, []string{"a |  | compressed with PPMd, which is not read"}, r.Rows)
	})
	t.Run("empty", func(t *testing.T) {
		r, err := extractAll(t, zipOf(t))
		require.NoError(t, err)
		assert.Empty(t, r.Pieces)
		assert.Empty(t, r.Rows)
	})
}

func TestSeven(t *testing.T) {
	for name, want := range map[string][]extracttest.Want{
		"plain.7z": {member, {Text: "read me", Inside: "readme.txt"}},
		"ppmd.7z":  {member, {Text: "read me", Inside: "readme.txt"}},
		"bz.7z":    {member},
	} {
		t.Run(name, func(t *testing.T) {
			content, err := os.ReadFile(filepath.Join("testdata", name))
			require.NoError(t, err)
			extracttest.Accept(t, archive.Seven, content, want...)
		})
	}
	for _, name := range []string{"secret.7z", "hidden.7z"} {
		t.Run(name, func(t *testing.T) {
			content, err := os.ReadFile(filepath.Join("testdata", name))
			require.NoError(t, err)
			r, err := extractAll(t, content)
			if err == nil {
				require.Equal(t, []string{"etc/app.env |  | encrypted (AES-256)"}, r.Rows)
			} else {
				require.ErrorIs(t, err, extract.ErrEncrypted)
			}
			assert.Empty(t, r.Pieces)
		})
	}
}

// rarOf writes a RAR 5 archive that stores one file, as described in RARLAB's
// technical note "RAR 5.0 archive format".
func rarOf(name, content string, encrypted bool) []byte {
	b := []byte("Rar!\x1a\x07\x01\x00")
	b = append(b, rarHeader(1, 0, []byte{0}, nil, nil)...) // main header: no flags
	var body, extra []byte
	body = append(body, 0x04)                               // file flags: a checksum of the data follows
	body = binary.AppendUvarint(body, uint64(len(content))) // unpacked size
	body = binary.AppendUvarint(body, 0o644)
	body = binary.LittleEndian.AppendUint32(body, crc32.ChecksumIEEE([]byte(content)))
	body = append(body, 0, 1) // stored; made on Unix
	body = binary.AppendUvarint(body, uint64(len(name)))
	body = append(body, name...)
	if encrypted {
		record := append([]byte{0x01, 0, 0, 0x0f}, make([]byte, 16+16)...) // encryption: version, flags, rounds, salt, vector
		extra = append(binary.AppendUvarint(nil, uint64(len(record))), record...)
	}
	b = append(b, rarHeader(2, 2, body, extra, []byte(content))...)
	return append(b, rarHeader(5, 0, []byte{0}, nil, nil)...)
}

func rarHeader(kind, flags uint64, body, extra, data []byte) []byte {
	h := binary.AppendUvarint(nil, kind)
	if extra != nil {
		flags |= 1
	}
	h = binary.AppendUvarint(h, flags)
	if extra != nil {
		h = binary.AppendUvarint(h, uint64(len(extra)))
	}
	if flags&2 != 0 {
		h = binary.AppendUvarint(h, uint64(len(data)))
	}
	h = append(append(h, body...), extra...)
	h = append(binary.AppendUvarint(nil, uint64(len(h))), h...)
	out := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(h))
	return append(append(out, h...), data...)
}

func TestRar(t *testing.T) {
	extracttest.Accept(t, archive.Rar, rarOf("etc/app.env", text, false), member)
	r, err := extractAll(t, rarOf("etc/app.env", text, true))
	require.NoError(t, err)
	assert.Equal(t, []string{"etc/app.env |  | encrypted (AES)"}, r.Rows)
}

// A few bytes that unpack to more than anybody has.
func TestBombsEndAtTheBudget(t *testing.T) {
	limits := extract.Defaults()
	limits.Text = 1 << 20
	zeros := bytes.Repeat([]byte{'0'}, 64<<20)
	for name, c := range compressors {
		_, err := extracttest.ExtractWithin(t, limits, squeeze(t, zeros, c), archive.All()...)
		require.ErrorContains(t, err, "over budget: more than 1 MiB of text", name)
	}
	nested := []byte(text)
	for range 40 {
		nested = squeeze(t, nested, compressors["gzip"])
	}
	r, err := extractAll(t, nested)
	require.NoError(t, err)
	require.Len(t, r.Rows, 1)
	assert.Contains(t, r.Rows[0], "documents in each other")
}

func TestNamesAreOnlyTold(t *testing.T) {
	r, err := extractAll(t, tarOf(t, "../../../../tmp/evil", "/etc/cron.d/evil"))
	require.NoError(t, err)
	extracttest.Find(t, r, extracttest.Want{Text: text, Inside: "../../../../tmp/evil"}, extracttest.Want{Text: text, Inside: "/etc/cron.d/evil"})
}

func FuzzArchive(f *testing.F) {
	f.Add(tarOf(f, "a", "b"))
	f.Add(zipOf(f, "a", "b"))
	f.Add(rarOf("a", text, false))
	f.Add(rarOf("a", text, true))
	for _, c := range compressors {
		f.Add(squeeze(f, tarOf(f, "a"), c))
	}
	for _, name := range []string{"plain.7z", "secret.7z", "hidden.7z", "ppmd.7z", "bz.7z"} {
		content, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(f, err)
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) { extracttest.Fuzz(t, archive.Tar, content, archive.All()...) })
}

// A header of a few bytes may ask for a dictionary of 4 GiB.
func TestAHugeDictionaryIsRefused(t *testing.T) {
	var b bytes.Buffer
	w, err := xz.NewWriter(&b)
	require.NoError(t, err)
	_, err = io.WriteString(w, strings.Repeat("one line of text\n", 100))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	const block, dictionary = 12, 4 // where the block's header stands, and in it the size of the dictionary
	content := b.Bytes()
	header := content[block:][:4*(int(content[block])+1)]
	require.Equal(t, []byte{0x21, 1}, header[dictionary-2:dictionary], "LZMA2 with one byte of properties")
	header[dictionary] = 40 // 4 GiB - 1
	binary.LittleEndian.PutUint32(header[len(header)-4:], crc32.ChecksumIEEE(header[:len(header)-4]))

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := extracttest.Extract(t, content, archive.All()...)
	runtime.ReadMemStats(&after)
	require.EqualError(t, err, "over budget: an xz file that asks for a dictionary of more than 128 MiB")
	assert.NotContains(t, r.All(), "one line")
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20))
}
