package dir_test

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/dir"
	"github.com/deputy-sec/deputy/scanner/source/filetree"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
)

func write(t *testing.T, name, content string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(t, os.WriteFile(name, []byte(content), 0o644))
}

func opener(name string) func(*testing.T, int) source.Source {
	return func(t *testing.T, jobs int) source.Source {
		t.Helper()
		s, err := dir.New(name, dir.Options{Jobs: jobs})
		require.NoError(t, err)
		return s
	}
}

func TestDirectory(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "top.txt"), "top")
	write(t, filepath.Join(root, "a/b/c/deep.txt"), "deep")
	write(t, filepath.Join(root, "empty"), "")
	write(t, filepath.Join(root, "two\nlines/na\nme"), "newline")
	write(t, filepath.Join(root, "latin-\xe9"), "no UTF-8 name")
	for i := range 3 * 64 { // more than one worker takes at a time
		write(t, filepath.Join(root, "many", strings.Repeat("x", i+1)), "one of many")
	}
	write(t, filepath.Join(root, "large.log"), strings.Repeat("0123456789abcde\n", filetree.Hold/16)+"end of the large one")
	r, src := sourcetest.Accept(t, opener(root), "top", "deep", "newline", "no UTF-8 name", "one of many", "end of the large one")
	assert.Empty(t, r.Rows)
	assert.EqualValues(t, 6+3*64, r.Files)
	assert.Equal(t, "two\nlines/na\nme", r.Places(src, "newline")[0].Path)
	assert.Equal(t, "a/b/c/deep.txt", r.Places(src, "deep")[0].Path)
}

func TestSingleFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.txt")
	write(t, name, "alone")
	r, src := sourcetest.Accept(t, opener(name), "alone")
	assert.Equal(t, "a.txt", r.Places(src, "alone")[0].Path)

	_, err := dir.New(name+"x", dir.Options{})
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestLinksAreNotFollowed(t *testing.T) {
	outside, root := t.TempDir(), t.TempDir()
	write(t, filepath.Join(outside, "secret"), "outside of the target")
	write(t, filepath.Join(root, "in/file"), "inside")
	for link, to := range map[string]string{
		"out": outside, "out-file": filepath.Join(outside, "secret"), "in-dir": "in", "in-file": "in/file",
		"loop": "loop", "in/up": "..", "dangling": "nowhere/at/all",
	} {
		require.NoError(t, os.Symlink(to, filepath.Join(root, link)))
	}
	r, _ := sourcetest.Accept(t, opener(root), "nowhere/at/all", outside)
	assert.False(t, r.Has("outside of the target"))
	assert.Len(t, r.Find("inside"), 1)
	assert.Contains(t, r.Reason("out"), "not followed")
	assert.Contains(t, r.Reason("out-file"), "not followed")
	assert.Len(t, r.Rows, 2)

	// The target itself may be a link: a person named it.
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(root, link))
	r, _ = sourcetest.Accept(t, opener(link), "inside")
	assert.Len(t, r.Rows, 2)
}

func TestHardLinksAreReadOnce(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "one"), "the same file")
	require.NoError(t, os.Link(filepath.Join(root, "one"), filepath.Join(root, "two")))
	src := opener(root)(t, 1)
	r := sourcetest.Record(t, src)
	assert.Len(t, r.Contents, 1)
	places := r.Places(src, "the same file")
	require.Len(t, places, 2)
	assert.Equal(t, []string{"one", "two"}, []string{places[0].Path, places[1].Path})
}

func TestWhatIsNoFileIsToldNotRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no pipes in directories")
	}
	root := t.TempDir()
	write(t, filepath.Join(root, "file"), "readable")
	require.NoError(t, syscall.Mkfifo(filepath.Join(root, "pipe"), 0o644))
	l, err := net.Listen("unix", filepath.Join(root, "s"))
	require.NoError(t, err)
	defer l.Close()
	r, _ := sourcetest.Accept(t, opener(root), "readable")
	assert.Contains(t, r.Reason("pipe"), "named pipe")
	assert.Contains(t, r.Reason("s"), "socket")

	r = sourcetest.Record(t, opener(filepath.Join(root, "pipe"))(t, 1))
	assert.Contains(t, r.Reason("pipe"), "named pipe")
	assert.Empty(t, r.Contents)
}

func TestUnreadableIsTold(t *testing.T) {
	if os.Getuid() == 0 {
		// Permissions do not stop root. A directory that is gone when it is
		// listed takes the same way.
		root := t.TempDir()
		src := opener(root)(t, 1)
		require.NoError(t, os.Remove(root))
		r := sourcetest.Record(t, src)
		assert.Contains(t, r.Reason("."), "cannot be read")
		return
	}
	root := t.TempDir()
	write(t, filepath.Join(root, "closed"), "x")
	write(t, filepath.Join(root, "dir/file"), "y")
	require.NoError(t, os.Chmod(filepath.Join(root, "closed"), 0))
	require.NoError(t, os.Chmod(filepath.Join(root, "dir"), 0))
	t.Cleanup(func() { assert.NoError(t, os.Chmod(filepath.Join(root, "dir"), 0o755)) })
	r := sourcetest.Record(t, opener(root)(t, 2))
	assert.Contains(t, r.Reason("closed"), "permission denied")
	assert.Contains(t, r.Reason("dir"), "permission denied")
}

func TestGitDirectoriesAreSkippedAndTold(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "repo/.git/objects/aa/x"), "an object")
	write(t, filepath.Join(root, "repo/file"), "of the work tree")
	r, _ := sourcetest.Accept(t, opener(root), "of the work tree")
	assert.False(t, r.Has("an object"))
	assert.Contains(t, r.Reason("repo/.git"), "history")
}

func TestFilter(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "a.go"), "keep")
	write(t, filepath.Join(root, "vendor/b.go"), "leave")
	write(t, filepath.Join(root, "c.txt"), "leave")
	f, err := source.NewFilter([]string{"*.go"}, []string{"vendor"})
	require.NoError(t, err)
	src, err := dir.New(root, dir.Options{Filter: f, Jobs: 2})
	require.NoError(t, err)
	r := sourcetest.Record(t, src)
	assert.Equal(t, map[source.ID]string{"a.go": "keep"}, r.Contents)
}
