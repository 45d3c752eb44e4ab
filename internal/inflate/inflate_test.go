package inflate

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// deflated returns p as a zlib stream.
func deflated(t testing.TB, p []byte, level int) []byte {
	t.Helper()
	var buf bytes.Buffer
	w, err := zlib.NewWriterLevel(&buf, level)
	require.NoError(t, err)
	_, err = w.Write(p)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return buf.Bytes()
}

// samples are contents that drive every kind of block, match and code length.
// levels are those of compress/flate; in short, the ones that differ in kind.
func levels() []int {
	if testing.Short() {
		return []int{flate.HuffmanOnly, flate.NoCompression, flate.BestSpeed, flate.BestCompression}
	}
	return []int{-2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
}

func samples() map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 100_000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	skewed := make([]byte, 300_000)
	for i := range skewed {
		skewed[i] = byte(r.ExpFloat64() * 9)
	}
	words := strings.Fields("the quick brown fox jumps over a lazy dog and func return if err nil package import struct")
	var text strings.Builder
	for text.Len() < 200_000 {
		text.WriteString(words[r.IntN(len(words))])
		text.WriteByte(" \n\t"[r.IntN(3)])
		if r.IntN(40) == 0 {
			fmt.Fprint(&text, r.Uint64())
		}
	}
	m := map[string][]byte{
		"empty": {}, "one byte": {'x'}, "noise": noise, "skewed": skewed, "text": []byte(text.String()),
		"zeros": make([]byte, 70_000),
	}
	for period := 2; period < 20; period++ {
		m[fmt.Sprintf("period %d", period)] = bytes.Repeat(noise[:period], 500)
	}
	for _, n := range []int{2, 3, 7, 8, 15, 16, 40, 100, 257, 258, 259, 300, 1000} {
		m[fmt.Sprintf("text %d", n)] = m["text"][:n]
	}
	return m
}

func TestZlibRestoresWhatWasDeflated(t *testing.T) {
	var d Decoder
	for name, want := range samples() {
		for _, level := range levels() {
			z := deflated(t, want, level)
			for _, tail := range []int{0, 3, 64} {
				src := append(bytes.Clone(z), make([]byte, tail)...)
				for _, slack := range []int{0, 5, Slack} {
					dst := make([]byte, len(want), len(want)+slack)
					n, err := d.Zlib(dst, src, true)
					require.NoError(t, err, "%s level %d slack %d tail %d", name, level, slack, tail)
					require.Equal(t, len(z), n, "bytes taken up")
					require.True(t, bytes.Equal(want, dst), "%s level %d", name, level)
				}
			}
		}
	}
}

func TestZlibHoldsAStreamToItsStatedSize(t *testing.T) {
	var d Decoder
	for name, content := range samples() {
		for _, level := range []int{0, 1, 9} {
			z := deflated(t, content, level)
			for _, slack := range []int{0, Slack} {
				_, err := d.Zlib(make([]byte, len(content)+1, len(content)+1+slack), z, true)
				require.ErrorIs(t, err, ErrTooShort, "%s level %d", name, level)
				if len(content) > 0 {
					_, err = d.Zlib(make([]byte, len(content)-1, len(content)-1+slack), z, true)
					require.ErrorIs(t, err, ErrTooLong, "%s level %d", name, level)
				}
			}
		}
	}
}

func TestPrefixStopsWhereItsBufferEnds(t *testing.T) {
	var d Decoder
	for name, content := range samples() {
		for _, level := range []int{0, 1, 9} {
			z := deflated(t, content, level)
			for _, size := range []int{0, 1, 10, 100, 5000, len(content), len(content) + 10} {
				want := min(size, len(content))
				dst := make([]byte, size, size+Slack)
				n, err := d.Prefix(dst, z)
				require.NoError(t, err, "%s level %d size %d", name, level, size)
				require.Equal(t, want, n)
				require.True(t, bytes.Equal(content[:want], dst[:n]))
			}
		}
	}
}

func TestEveryCutIsNoticed(t *testing.T) {
	var d Decoder
	for _, name := range []string{"text 1000", "period 7", "one byte", "empty"} {
		content := samples()[name]
		for _, level := range levels() {
			z := deflated(t, content, level)
			for cut := range z {
				dst := make([]byte, len(content), len(content)+Slack)
				_, err := d.Zlib(dst, z[:cut], true)
				require.ErrorIs(t, err, ErrTruncated, "%s level %d cut at %d of %d", name, level, cut, len(z))
			}
		}
	}
}

func TestWrongChecksumIsNoticedWhenAskedFor(t *testing.T) {
	var d Decoder
	z := deflated(t, []byte("content"), 6)
	z[len(z)-1] ^= 1
	_, err := d.Zlib(make([]byte, 7), z, true)
	assert.ErrorIs(t, err, ErrChecksum)
	_, err = d.Zlib(make([]byte, 7), z, false)
	assert.NoError(t, err)
}

// standard inflates with compress/zlib, at most max bytes, and returns the
// content and the bytes of src taken up.
func standard(src []byte, max int64) ([]byte, int, error) {
	raw := bytes.NewReader(src)
	in := bufio.NewReaderSize(raw, 16)
	r, err := zlib.NewReader(in)
	if err != nil {
		return nil, 0, err
	}
	p, err := io.ReadAll(io.LimitReader(r, max))
	if err == nil && int64(len(p)) == max {
		_, err = r.Read(make([]byte, 1))
		if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	return p, len(src) - raw.Len() - in.Buffered(), err
}

func FuzzZlibEqualsStandardLibrary(f *testing.F) {
	for _, p := range samples() {
		for _, level := range []int{-2, 0, 1, 6, 9} {
			f.Add(deflated(f, p[:min(len(p), 3000)], level), uint8(Slack%256))
		}
	}
	const max = 1 << 20
	var d Decoder
	f.Fuzz(func(t *testing.T, src []byte, slack uint8) {
		want, taken, wantErr := standard(src, max)
		if len(want) == max {
			return
		}
		dst := make([]byte, len(want), len(want)+int(slack)*2)
		n, err := d.Zlib(dst, src, true)
		if wantErr != nil {
			require.Error(t, err, "compress/zlib says %v", wantErr)
			return
		}
		require.NoError(t, err)
		require.Equal(t, taken, n)
		require.True(t, bytes.Equal(want, dst))

		half := make([]byte, len(want)/2, len(want)/2+int(slack)*2)
		n, err = d.Prefix(half, src)
		require.NoError(t, err)
		require.Equal(t, len(half), n)
		require.True(t, bytes.Equal(want[:n], half))
	})
}
