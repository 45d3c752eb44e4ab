package inflate

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkZlib compares the decoder with the standard library's on text of
// several sizes, since for short streams the tables are what costs.
func BenchmarkZlib(b *testing.B) {
	text := samples()["text"]
	for _, size := range []int{100, 1000, 10_000, len(text)} {
		z := deflated(b, text[:size], 6)
		src := append(bytes.Clone(z), make([]byte, 16)...)
		dst := make([]byte, size, size+Slack)
		b.Run(fmt.Sprintf("own/size=%d", size), func(b *testing.B) {
			var d Decoder
			b.SetBytes(int64(size))
			for b.Loop() {
				_, err := d.Zlib(dst, src, true)
				require.NoError(b, err)
			}
		})
		b.Run(fmt.Sprintf("standard/size=%d", size), func(b *testing.B) {
			in := bytes.NewReader(z)
			r, err := zlib.NewReader(in)
			require.NoError(b, err)
			b.SetBytes(int64(size))
			for b.Loop() {
				in.Reset(z)
				require.NoError(b, r.(zlib.Resetter).Reset(in, nil))
				_, err := io.ReadFull(r, dst)
				require.NoError(b, err)
			}
		})
	}
}
