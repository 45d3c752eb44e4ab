package standin_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/source/standin"
)

func pointer(content string) string {
	return fmt.Sprintf("version https://git-lfs.github.com/spec/v1\noid sha256:%x\nsize %d\n", sha256.Sum256([]byte(content)), len(content))
}

func TestResolve(t *testing.T) {
	dir := t.TempDir()
	keep := func(path, content string) {
		name := filepath.Join(dir, filepath.FromSlash(path))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(content), 0o644))
	}
	hash := fmt.Sprintf("%x", sha256.Sum256([]byte("kept by LFS")))
	keep("lfs/objects/"+hash[:2]+"/"+hash[2:4]+"/"+hash, "kept by LFS")
	keep(".dvc/cache/files/md5/0f/"+strings.Repeat("0f", 15), "kept by DVC")
	keep("annex/objects/aa/bb/KEY/KEY", "kept by annex")
	long := strings.Repeat("a long text\n", 1000)
	for text, want := range map[string]string{
		pointer("kept by LFS"): "kept by LFS",
		strings.Replace(pointer("kept by LFS"), "size 11", "size 12", 1): strings.Replace(pointer("kept by LFS"), "size 11", "size 12", 1),
		pointer("not here"):                                                       pointer("not here"),
		".git/annex/objects/aa/bb/KEY/KEY":                                        "kept by annex",
		"../../.git/annex/objects/aa/bb/KEY/KEY":                                  "kept by annex",
		".git/annex/objects/../../../../../../etc/passwd":                         ".git/annex/objects/../../../../../../etc/passwd",
		"/annex/objects/KEY\n":                                                    "/annex/objects/KEY\n",
		"outs:\n- md5: " + strings.Repeat("0f", 16) + "\n  size: 11\n  path: x\n": "kept by DVC",
		"just a text":              "just a text",
		"version 3 of this text\n": "version 3 of this text\n",
		"":                         "",
		long:                       long,
	} {
		r, err := standin.Store{Git: dir, WorkTree: dir, LFS: []string{dir + "/nowhere", dir + "/lfs"}}.Resolve(io.NopCloser(strings.NewReader(text)))
		require.NoError(t, err)
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		assert.NoError(t, r.Close())
		assert.Equal(t, want, string(got))
	}
}

func TestStorageElsewhere(t *testing.T) {
	dir := t.TempDir()
	hash := fmt.Sprintf("%x", sha256.Sum256([]byte("elsewhere")))
	name := filepath.Join(dir, "objects", hash[:2], hash[2:4], hash)
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(t, os.WriteFile(name, []byte("elsewhere"), 0o644))
	r, err := standin.Store{Git: t.TempDir(), LFS: []string{dir}}.Resolve(io.NopCloser(strings.NewReader(pointer("elsewhere"))))
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.NoError(t, r.Close())
	assert.Equal(t, "elsewhere", string(got))
}
