//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package gitpack

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPipesAreNotWaitedFor(t *testing.T) {
	dir := bareRepo(t)
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "objects", "pack", "pack-x.pack"), 0o666))
	w := walkAll(t, dir, Options{}, WalkOptions{})
	assert.Len(t, w.problems, 1)
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "config"), 0o666))
	_, err := Open(dir, Options{})
	assert.ErrorContains(t, err, "not a regular file")
}
