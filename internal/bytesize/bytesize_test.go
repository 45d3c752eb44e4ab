package bytesize

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSize(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "512": 512, "1K": 1024, "64m": 64 << 20, "2GiB": 2 << 30, "3GB": 3 << 30, "1t": 1 << 40} {
		n, err := Parse(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, n, text)
		again, err := Parse(Format(n))
		require.NoError(t, err)
		assert.Equal(t, n, again, "%s prints as %s", text, Format(n))
	}
	for _, text := range []string{"", "M", "-1", "1.5G", "9999999999G", "1X", "lots"} {
		_, err := Parse(text)
		assert.Error(t, err, text)
	}
}
