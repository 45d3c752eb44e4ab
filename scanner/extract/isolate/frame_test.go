package isolate

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func FuzzFrame(f *testing.F) {
	f.Add([]byte{'T', 0, 0, 0, 2, 'h', 'i'})
	f.Add([]byte{'T', 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, stream []byte) {
		r := bytes.NewReader(stream)
		var again bytes.Buffer
		for {
			k, payload, err := readFrame(r, nil)
			if err != nil {
				break
			}
			require.NoError(t, writeFrame(&again, k, payload))
		}
		assert.True(t, bytes.HasPrefix(stream, again.Bytes()), "what was read is what was written")
	})
}
