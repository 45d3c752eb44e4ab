package fileid_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/internal/fileid"
)

func TestWhatChangesALine(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("the system does not tell when a file was changed")
	}
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	write := func(text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o600)) }
	line := func(path string) string {
		info, err := os.Lstat(path)
		require.NoError(t, err)
		return fileid.Line("name", path, info)
	}
	write("one")
	require.NoError(t, os.Symlink(file, link))
	first, linked := line(file), line(link)
	assert.Equal(t, first, line(file))
	require.NoError(t, os.Rename(file, file+".old"))
	write("two")
	then := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(file, then, then))
	require.NoError(t, os.Chtimes(file+".old", then, then))
	assert.NotEqual(t, line(file), first)
	assert.NotEqual(t, line(link), linked, "what it leads to is another file")
	require.NoError(t, os.Remove(file))
	assert.Contains(t, line(link), "no such file")
}
