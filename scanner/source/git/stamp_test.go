package git

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
)

// later is when what a test has just written was written long ago.
func later() time.Time { return time.Now().Add(time.Minute) }

// TestStampChangesWithWhatIsRead makes changes to a repository one after the other. Each
// must change the stamp of what it belongs to, and nothing else may.
func TestStampChangesWithWhatIsRead(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Write(".gitignore", "*.log\n")
	repo.Commit("a.txt", "one")
	repo.Commit("dir/b.txt", "two")
	sub := sourcetest.NewRepo(t)
	sub.Commit("in.txt", "of the other")
	filter, err := source.NewFilter(nil, []string{"dir"})
	require.NoError(t, err)

	views := []struct {
		name    string
		options Options
	}{
		{"history", Options{Parts: History}},
		{"index", Options{Parts: Staged}},
		{"all", Options{Parts: Everything}},
		{"all but dir", Options{Parts: WorkTree, Filter: filter}},
	}
	if runtime.GOOS != "linux" {
		views = views[:2] // when a file was changed is not known
	}
	const history, index, all, rest = "history", "index", "all", "all but dir"
	seen := map[string]string{}
	same := func(step string, changed ...string) {
		t.Helper()
		for _, v := range views {
			v.options.Jobs = 2
			stamp, ok := stampAt(t.Context(), repo.Dir, v.options, later())
			require.True(t, ok, "%s: %s", step, v.name)
			if before := seen[v.name]; (stamp != before) != slices.Contains(changed, v.name) {
				t.Errorf("%s: the stamp of %s: changed is %t", step, v.name, stamp != before)
			}
			seen[v.name] = stamp
		}
	}
	git := func(args ...string) func() { return func() { repo.Git(args...) } }
	write := func(path, text string) func() { return func() { repo.Write(path, text) } }
	same("begin", history, index, all, rest)
	for _, step := range []struct {
		name    string
		do      func()
		changed []string
	}{
		{"nothing", func() {}, nil},
		{"look", git("log", "--all"), nil},
		{"object", func() { repo.Object("blob", "nobody's") }, []string{history, index, all, rest}},
		{"branch", git("branch", "side"), []string{history, index, all, rest}},
		{"reflog", git("reflog", "expire", "--expire=all", "--all"), []string{history, index, all, rest}},
		{"file", write("a.txt", "uno"), []string{all, rest}},
		{"file in dir", write("dir/c.txt", "new"), []string{all}},
		{"ignored file", write("x.log", "noise"), nil},
		{"rule", write(".gitignore", ""), []string{all, rest}},
		{"stage", git("add", "-A"), []string{history, index, all, rest}},
		{"rename", git("branch", "-m", "side", "other"), []string{history, index, all, rest}},
		{"repack", git("repack", "-adq"), []string{history, index, all, rest}},
		{"prune", git("prune-packed", "-q"), nil},
		{"nested repository", git("clone", "-q", sub.Dir, "sub"), []string{all, rest}},
		{"in it", func() { repo.At(filepath.Join(repo.Dir, "sub")).Write("in.txt", "changed there") }, []string{all, rest}},
		{"attributes", write(".git/info/attributes", "* filter=own\n"), []string{all, rest}},
		{"ref there and back", func() {
			head := repo.Head()
			repo.Git("update-ref", "refs/heads/main", head+"~1")
			repo.Git("update-ref", "refs/heads/main", head)
		}, []string{history, index, all, rest}},
		{"remote", git("config", "remote.origin.url", "https://example.com/x"), []string{history, index, all, rest}},
		{"alternate", write(".git/objects/info/alternates", filepath.Join(sub.Dir, ".git/objects")+"\n"), []string{history, index, all, rest}},
		{"object there", func() { sub.Object("blob", "nobody's") }, []string{history, index, all, rest}},
		{"shallow", func() {
			require.NoError(t, os.WriteFile(filepath.Join(repo.Dir, ".git/shallow"), []byte(repo.Head()+"\n"), 0o600))
		}, []string{history, index, all, rest}},
		{"damage", func() { damage(t, filepath.Join(repo.Dir, ".git/objects/pack")) }, []string{history, index, all, rest}},
	} {
		step.do()
		same(step.name, step.changed...)
	}
}

// damage changes a byte in the middle of a pack.
func damage(t *testing.T, dir string) {
	packs, err := filepath.Glob(filepath.Join(dir, "*.pack"))
	require.NoError(t, err)
	require.Len(t, packs, 1)
	data, err := os.ReadFile(packs[0])
	require.NoError(t, err)
	data[len(data)/2] ^= 1
	require.NoError(t, os.Chmod(packs[0], 0o600))
	require.NoError(t, os.WriteFile(packs[0], data, 0o600))
}

// TestStampReadsNoMoreThanAScan has files in place of an index that a scan would not read.
func TestStampReadsNoMoreThanAScan(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a.txt", "one")
	index := filepath.Join(repo.Dir, ".git/index")
	require.NoError(t, os.Remove(index))
	require.NoError(t, os.Symlink(os.DevNull, index))
	if _, err := os.Stat("/dev/zero"); err == nil {
		require.NoError(t, os.Remove(index))
		require.NoError(t, os.Symlink("/dev/zero", index))
	}
	_, ok := stampAt(t.Context(), repo.Dir, Options{Parts: Staged}, later())
	assert.True(t, ok)
	require.NoError(t, os.Remove(index))
	require.NoError(t, os.WriteFile(index, nil, 0o600))
	require.NoError(t, os.Truncate(index, 40<<30))
	_, ok = stampAt(t.Context(), repo.Dir, Options{Parts: Staged}, later())
	assert.True(t, ok)
}

func TestWhatHasNoStamp(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a.txt", "one")
	none := func(name string, path string, o Options, now time.Time) {
		t.Helper()
		_, ok := stampAt(t.Context(), path, o, now)
		assert.False(t, ok, name)
	}
	none("no repository", t.TempDir(), Options{}, later())
	none("a range", repo.Dir, Options{Range: "HEAD"}, later())
	none("since", repo.Dir, Options{Since: "HEAD"}, later())
	none("just written", repo.Dir, Options{}, time.Now())
}
