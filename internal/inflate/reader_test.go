package inflate

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"fmt"
	"io"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// raw returns p as a deflate stream.
func raw(t testing.TB, p []byte, level int) []byte {
	z := deflated(t, p, level)
	return z[2 : len(z)-4]
}

func gzipped(t testing.TB, p []byte, level int) []byte {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, level)
	require.NoError(t, err)
	w.Name, w.Comment, w.Extra = "name", "comment", []byte("extra")
	_, err = w.Write(p)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return buf.Bytes()
}

// large is longer than a Reader's buffer, with matches from one end of the window
// to the other.
func large() []byte {
	m := samples()
	var p []byte
	for _, name := range []string{"text", "zeros", "noise", "text", "skewed", "noise", "period 7", "text 300"} {
		p = append(p, m[name]...)
	}
	return append(p, p[len(p)-window:]...)
}

func TestReaderRestoresWhatWasDeflated(t *testing.T) {
	contents := samples()
	contents["large"] = large()
	var r Reader
	for name, want := range contents {
		for _, level := range levels() {
			z := append(raw(t, want, level), "rest"...)
			r.Reset(z)
			got, err := io.ReadAll(&r)
			require.NoError(t, err, "%s level %d", name, level)
			require.True(t, bytes.Equal(want, got), "%s level %d", name, level)
			require.Equal(t, "rest", string(r.Rest()), "%s level %d", name, level)

			r.Reset(z)
			var b bytes.Buffer
			n, err := io.Copy(&b, &r)
			require.NoError(t, err)
			require.EqualValues(t, len(want), n)
			require.True(t, bytes.Equal(want, b.Bytes()), "%s level %d", name, level)
		}
	}
}

func TestReadersReadAsReadersDo(t *testing.T) {
	want := samples()["text"][:3000]
	require.NoError(t, iotest.TestReader(NewReader(raw(t, want, 6)), want))
	z, err := NewGzip(gzipped(t, want, 6))
	require.NoError(t, err)
	require.NoError(t, iotest.TestReader(z, want))
}

func TestReaderHandsOutWhatComesBeforeTheCut(t *testing.T) {
	want := samples()["text 1000"]
	for _, level := range []int{0, 1, 9} {
		z := raw(t, want, level)
		before := 0
		for cut := range z {
			got, err := io.ReadAll(NewReader(z[:cut]))
			require.ErrorIs(t, err, io.ErrUnexpectedEOF, "level %d cut at %d of %d", level, cut, len(z))
			require.True(t, bytes.HasPrefix(want, got))
			require.GreaterOrEqual(t, len(got), before)
			before = len(got)
		}
		assert.Greater(t, before, len(want)-10, "level %d", level)
	}
}

func TestGzip(t *testing.T) {
	want := samples()["text 1000"]
	z := gzipped(t, want, 6)
	read := func(src []byte) ([]byte, error) {
		z, err := NewGzip(src)
		if err != nil {
			return nil, err
		}
		return io.ReadAll(z)
	}
	for members := 1; members <= 3; members++ {
		got, err := read(bytes.Repeat(z, members))
		require.NoError(t, err)
		assert.Equal(t, bytes.Repeat(want, members), got)
	}
	for cut := range z {
		_, err := read(z[:cut])
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, "cut at %d of %d", cut, len(z))
	}
	wrong := bytes.Clone(z)
	wrong[len(wrong)-5] ^= 1
	got, err := read(wrong)
	require.ErrorIs(t, err, ErrGzipChecksum)
	assert.Equal(t, want, got)
	_, err = read(append(bytes.Clone(z), make([]byte, 10)...))
	require.ErrorIs(t, err, ErrGzipHeader)
	_, err = read(nil)
	require.Error(t, err)
}

// FuzzReaderEqualsStandardLibrary: what compress/flate and compress/gzip read is
// read here, and nothing else; of what is wrong, one reads a beginning of what the
// other does. What is both cut short and corrupt may be called either.
func FuzzReaderEqualsStandardLibrary(f *testing.F) {
	for _, p := range samples() {
		for _, level := range []int{-2, 0, 1, 6, 9} {
			f.Add(raw(f, p[:min(len(p), 3000)], level))
			f.Add(gzipped(f, p[:min(len(p), 3000)], level))
		}
	}
	f.Add(raw(f, large(), 6))
	const most = 1 << 20
	var own Reader
	var ownGzip Gzip
	f.Fuzz(func(t *testing.T, src []byte) {
		want, wantErr := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(src)), most))
		own.Reset(src)
		got, err := io.ReadAll(io.LimitReader(&own, most))
		equal(t, want, wantErr, got, err)

		std, wantErr := gzip.NewReader(bytes.NewReader(src))
		err = ownGzip.Reset(src)
		require.Equal(t, wantErr == nil, err == nil, "compress/gzip says %v, we %v", wantErr, err)
		if err != nil {
			return
		}
		want, wantErr = io.ReadAll(io.LimitReader(std, most))
		got, err = io.ReadAll(io.LimitReader(&ownGzip, most))
		equal(t, want, wantErr, got, err)
	})
}

func equal(t *testing.T, want []byte, wantErr error, got []byte, err error) {
	require.Equal(t, wantErr == nil, err == nil, "the standard library says %v, we %v", wantErr, err)
	if err == nil {
		require.True(t, bytes.Equal(want, got))
		return
	}
	n := min(len(want), len(got))
	require.True(t, bytes.Equal(want[:n], got[:n]))
}

// BenchmarkReader compares the readers with the standard library's.
func BenchmarkReader(b *testing.B) {
	for name, content := range map[string][]byte{"text": samples()["text"], "large": large()} {
		z := raw(b, content, 6)
		b.Run(fmt.Sprintf("own/%s", name), func(b *testing.B) {
			var r Reader
			b.SetBytes(int64(len(content)))
			for b.Loop() {
				r.Reset(z)
				_, err := io.Copy(io.Discard, &r)
				require.NoError(b, err)
			}
		})
		b.Run(fmt.Sprintf("standard/%s", name), func(b *testing.B) {
			in := bytes.NewReader(z)
			r := flate.NewReader(in)
			b.SetBytes(int64(len(content)))
			for b.Loop() {
				in.Reset(z)
				require.NoError(b, r.(flate.Resetter).Reset(in, nil))
				_, err := io.Copy(io.Discard, r)
				require.NoError(b, err)
			}
		})
	}
}
