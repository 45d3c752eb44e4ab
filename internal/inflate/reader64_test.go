package inflate

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// alike returns a deflate stream that says the same in Deflate64: no match in it is as long
// as the last length code tells, since none goes over a flush.
func alike(t testing.TB, p []byte, level int) []byte {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, level)
	require.NoError(t, err)
	for len(p) > 0 {
		n := min(len(p), 257)
		_, err := w.Write(p[:n])
		require.NoError(t, err)
		require.NoError(t, w.Flush())
		p = p[n:]
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestReader64RestoresWhatWasDeflated(t *testing.T) {
	contents := samples()
	contents["large"] = large()
	for name, want := range contents {
		want = want[:min(len(want), 2*window64)]
		for _, level := range []int{-2, 6} {
			got, err := io.ReadAll(NewReader64(alike(t, want, level)))
			require.NoError(t, err, "%s level %d", name, level)
			require.True(t, bytes.Equal(want, got), "%s level %d", name, level)
		}
	}
}

// by7z is what 7-Zip 26.02 makes of [far] with -mm=deflate64.
const by7z = "" +
	"5MGBAAAAAMMg1t8fYiDVzufz+Xw+n8/n8/l8Pp/P5/P5fD6fz+fz+Xw+n8/n8/l8Pp/P5/P5fD6fz+fz+Xw+n8/n8/l8Pp/P5/P5fD6fz+fz+X" +
	"w+n8/n8/l8Pp/P5/P5fD6fz+fz+Xw+n8/n8/l8Pp/P5/P5fD6fz+fz+Xw+n8/n8/l8Pp/P5/P5fD6fz+fz+Xw+n8/n8/l8Pp/P5/P5fD6fz+fz" +
	"+Xw+n8/n8/l8Pp/P5/P5fD6fz+fz+Xw+n8/n8/l8Pp/P5/P5fD6fz+fz+Xw+n8/n8/l8Pp/P5/P5fH7kwUEKABAQAMC3Kinh/1cvcCCX3Znh8/" +
	"l8Pp/P5/P5fD6fz+fz+Xw+n8/n8/l8Pp/P5/P5fD6fz+fz+Xw+n8/n8/l8Pp/P5/P5fD6fz+fz+Xw+n8/n8/l8Pp/P5/P5fD6fz+fz+Xw+n8/n" +
	"8/l8Pp/P5/P5fD6fz+fz+Xw+n8/n8/l8Pp/P5/P5fD6fz+fz+Xw+n8/n8/l8Pp9/XHk8Ho8XU+PxeDwej5dR5/F4PB6Px+PBJo/H4/F4PB6Px+" +
	"PxrhQeL7rG4/F4PB4vpcXj8Xg8Ho/H4/F4PN4/ncfj8Xg8Ho/HS6bweC8Gj8fj8Xg8Ho/H423y4OQGQBAAANiuohBv93/5cACNV4C2pzoej8fj" +
	"YRKPx+PxeDxeUQYej8fj8Xg8Ho/3oYXH4/F4PB6Px+PxeDzeW1oej8fjlWbj8Xg8Ho/H4/F4PB6Px+NlaOHxeDwej8fj8Xg8Ho9Xjsjj8Xg8Hu" +
	"+akcfj8Xg8Ho/H4/Hq0/N4PB6Px+PxeL9peTwej/e9hsfj8Xi8okQej8fj8XiHwOPxeCFMPB6Px+PxeDwej8e7Z+DxeDwej8fj8XgPJB6Px+Px" +
	"eLSOx+PxeLxzM4/H4/F4PB6Px+PxGCuPx+PxeDwej8fj8Xg8XiUCj8fjVSHyeDwej8d7w8bj8Xg8Ho/H4/F4PB6Px8ta4vF4PN5O/h2lAAREAQ" +
	"C8K7VsCff/kgNotSjvzdxkeDxeW+XxeDwej8fj8UKZeTwej8fj8Xgf23k8Ho/H4/F4PB6Px+PxeHlsPB6Px+PxeDwej8fj8QQLj8fj8Xg8Ho/H" +
	"4/FesvJ4PB7PUXg8Ho/H493B/1J5PB6Px+PxeDxeSpXH4/F4PB6Px7vE/1J5PB4voIHH4/F4vFAKj8fj8Xi8E/9L5fF4/C+Vx+PxeDwej8fj8f" +
	"rxv1Qej8fj8Xg8Ho//pfJ4PB6Px+vG/1J5PB6Px/9SeTwej8fj8Xg8Ho/H/1J5PB6Px+PxeDwej8fj5TTyeDxeCoXH4/F4PN5z/C+Vx+PxeDwe" +
	"j8fj8Xg8Hu/vJh6Px+PxeLwW/pd6lH+HNgAAIAzA3kXwv0bjZ5b2k/J4PB6Px+Px2gyPx+PxeDwe7+N/qTwej8fj8Xg8Ho/H4/F4PP6XyuPxeD" +
	"wej8fj8Xg8nm55PB6Px+PxeDwejxdy"

// far has matches longer than those of deflate and farther back.
func far() []byte {
	var b bytes.Buffer
	b.WriteString(strings.Repeat("ab", 50_000))
	state := uint32(1)
	for range 40 { // runs that differ, so that no match goes over all of them
		state = state*1664525 + 1013904223
		b.WriteString(strings.Repeat(string(rune('a'+state>>28)), 500+int(state>>20)))
	}
	p := b.Bytes()
	return append(p, p[len(p)-60_000:]...)
}

func TestReader64ReadsWhat7zWrites(t *testing.T) {
	stream, err := base64.StdEncoding.DecodeString(by7z)
	require.NoError(t, err)
	got, err := io.ReadAll(NewReader64(stream))
	require.NoError(t, err)
	require.True(t, bytes.Equal(far(), got))
	for n := 0; n < len(stream); n += 37 {
		part, err := io.ReadAll(NewReader64(stream[:n]))
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, "cut at %d", n)
		require.True(t, bytes.HasPrefix(got, part), "cut at %d", n)
	}
}

// FuzzReader64 holds that any bytes end, that a stream reads the same however it is asked
// for, and that what deflate makes without its longest match is read back.
func FuzzReader64(f *testing.F) {
	f.Add([]byte("some text, some text"))
	f.Add(alike(f, samples()["text 1000"], 6))
	if stream, err := base64.StdEncoding.DecodeString(by7z); err == nil {
		f.Add(stream)
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		const most = 1 << 18
		all, err := io.ReadAll(io.LimitReader(NewReader64(p), most))
		r := NewReader64(p)
		pieces := bytes.NewBuffer(nil)
		_, again := io.CopyBuffer(struct{ io.Writer }{pieces}, io.LimitReader(r, most), make([]byte, 7))
		require.Equal(t, err, again)
		require.True(t, bytes.Equal(all, pieces.Bytes()))

		got, err := io.ReadAll(NewReader64(alike(t, p, 6)))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(p, got))
	})
}
