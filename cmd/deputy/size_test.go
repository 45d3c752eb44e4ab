package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSize(t *testing.T) {
	for text, want := range map[string]size{"0": 0, "512": 512, "1K": 1024, "64m": 64 << 20, "2GiB": 2 << 30, "3GB": 3 << 30} {
		var s size
		require.NoError(t, s.Set(text), text)
		assert.Equal(t, want, s, text)
		var again size
		require.NoError(t, again.Set(s.String()))
		assert.Equal(t, s, again, "%s prints as %s", text, s.String())
	}
	for _, text := range []string{"", "M", "-1", "1.5G", "9999999999G", "1X", "lots"} {
		var s size
		assert.Error(t, s.Set(text), text)
	}
}
