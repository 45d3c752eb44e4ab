package gitdir_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
)

func roots(t *testing.T, d *gitdir.Dir) (names []string, rows map[string]string) {
	t.Helper()
	rows = map[string]string{}
	for _, r := range d.Roots(func(path string, why finding.Reason) { rows[path] = why.Detail }) {
		name := r.Name
		if r.Log {
			name += " (log)"
		}
		names = append(names, fmt.Sprintf("%s %.8s", name, r.ID))
	}
	return names, rows
}

func TestRoots(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	one := repo.Commit("a", "1")
	two := repo.Commit("a", "2")
	repo.Git("tag", "light", one)
	repo.Git("tag", "-a", "-m", "m", "heavy", two)
	tag := repo.Git("rev-parse", "heavy")
	repo.Git("pack-refs", "--all")
	repo.Git("branch", "unpacked", one)
	repo.Git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/heads/main")
	repo.Write(".git/MERGE_HEAD", one+"\n"+two+"\n")
	repo.Write(".git/FETCH_HEAD", two+"\tnot-for-merge\tbranch 'x' of y\n")
	repo.Write(".git/description_HEAD_not", "x")
	d, err := gitdir.Find(repo.Dir)
	require.NoError(t, err)
	names, rows := roots(t, d)
	assert.Empty(t, rows)
	short := func(name, id string) string { return fmt.Sprintf("%s %.8s", name, id) }
	assert.ElementsMatch(t, []string{
		short("refs/heads/main", two), short("refs/tags/light", one), short("refs/tags/heavy", tag), short("refs/heads/unpacked", one),
		short("MERGE_HEAD", one), short("MERGE_HEAD", two), short("FETCH_HEAD", two),
		short("HEAD (log)", one), short("HEAD (log)", two),
		short("refs/heads/main (log)", one), short("refs/heads/main (log)", two), short("refs/heads/unpacked (log)", one), short("refs/remotes/origin/HEAD (log)", two),
	}, names)

	for name, want := range map[string]string{
		"HEAD": two, "refs/heads/main": two, "refs/remotes/origin/HEAD": two, "refs/tags/light": one, "refs/tags/heavy": tag, "FETCH_HEAD": two, "MERGE_HEAD": one,
	} {
		id, ok := d.Resolve(name)
		assert.True(t, ok, name)
		assert.Equal(t, want, id.String(), name)
	}
	for _, name := range []string{"refs/heads/none", "../config", "/etc/passwd", "", "refs", "config"} {
		_, ok := d.Resolve(name)
		assert.False(t, ok, name)
	}
}

func TestRefStorageThatCannotBeReadIsTold(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Git("config", "extensions.refStorage", "other")
	d, err := gitdir.Find(repo.Dir)
	require.NoError(t, err)
	_, rows := roots(t, d)
	assert.Contains(t, rows[".git/refs"], "other")
}

func TestFind(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a", "1")
	d, err := gitdir.Find(repo.Dir)
	require.NoError(t, err)
	assert.Equal(t, repo.Dir, d.WorkTree)
	assert.Equal(t, d.Git, d.Common)
	assert.Equal(t, 20, d.Config.IDSize)

	d, err = gitdir.Find(filepath.Join(repo.Dir, ".git"))
	require.NoError(t, err)
	assert.Empty(t, d.WorkTree)

	linked := filepath.Join(t.TempDir(), "linked")
	repo.Git("worktree", "add", "-q", linked)
	d, err = gitdir.Find(linked)
	require.NoError(t, err)
	assert.Equal(t, linked, d.WorkTree)
	assert.NotEqual(t, d.Git, d.Common)
	assert.Len(t, d.Linked(), 2)

	// core.worktree is not followed.
	repo.Git("config", "core.worktree", "/")
	d, err = gitdir.Find(repo.Dir)
	require.NoError(t, err)
	assert.Equal(t, repo.Dir, d.WorkTree)

	empty := t.TempDir()
	for _, text := range []string{"gitdir: nowhere", "gitdir:", "nothing", strings.Repeat("x", 1<<17)} {
		require.NoError(t, os.WriteFile(filepath.Join(empty, ".git"), []byte(text), 0o644))
		_, err = gitdir.Find(empty)
		assert.Error(t, err, "%.20q", text)
	}
}

// TestIndex compares what is read with what git lists, for every version.
func TestIndex(t *testing.T) {
	for _, format := range []string{"sha1", "sha256"} {
		for _, version := range []string{"2", "3", "4"} {
			t.Run(format+" version "+version, func(t *testing.T) {
				repo := sourcetest.NewRepo(t, "--object-format="+format)
				for i := range 30 {
					repo.Write(fmt.Sprintf("dir%d/%s", i%3, strings.Repeat("n", i*8+1)), fmt.Sprint(i))
				}
				require.NoError(t, os.Symlink("dir0", filepath.Join(repo.Dir, "link")))
				repo.Git("add", ".")
				repo.Write("later", "x")
				repo.Git("add", "-N", "later")
				repo.Git("update-index", "--index-version", version)
				d, err := gitdir.Find(repo.Dir)
				require.NoError(t, err)
				x, err := gitdir.ReadIndex(d.IndexFile(), d.Config.IDSize)
				require.NoError(t, err)
				var got []string
				for _, e := range x.Entries() {
					got = append(got, fmt.Sprintf("%06o %s %d\t%s", uint32(e.Mode), e.ID, e.Stage, e.Path))
					assert.Equal(t, e.Path == "later", e.IntentToAdd, e.Path)
				}
				assert.Equal(t, strings.Split(repo.Git("ls-files", "-s"), "\n"), got)
				info, err := os.Lstat(filepath.Join(repo.Dir, "link"))
				require.NoError(t, err)
				assert.True(t, x.Entries()[x.Len()-1].Stat.Mtime.When().Equal(info.ModTime()))
			})
		}
	}
}

// TestSplitIndex compares what is read of two files with what git lists, after
// each sort of change.
func TestSplitIndex(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	for i := range 200 {
		repo.Write(fmt.Sprintf("dir%d/f%d", i%7, i), fmt.Sprint(i))
	}
	repo.Git("add", ".")
	repo.Git("config", "splitIndex.maxPercentChange", "100")
	repo.Git("update-index", "--split-index")
	check := func(split bool) {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(repo.Dir, ".git/index"))
		require.NoError(t, err)
		assert.Equal(t, split, strings.Contains(string(data), "link"))
		x, err := gitdir.ReadIndex(filepath.Join(repo.Dir, ".git/index"), 20)
		require.NoError(t, err)
		var got []string
		for c := x.Cursor(); c.Next(); {
			e := c.Entry()
			got = append(got, fmt.Sprintf("%06o %s %d\t%s", uint32(e.Mode), e.ID, e.Stage, e.Path))
		}
		assert.Equal(t, strings.Split(repo.Git("ls-files", "-s"), "\n"), got)
		assert.Len(t, x.Entries(), x.Len())
	}
	check(true)
	for i := range 60 {
		repo.Write(fmt.Sprintf("dir%d/f%d", i%7, i), fmt.Sprint("changed ", i))
	}
	repo.Git("add", ".")
	check(true)
	repo.Git("rm", "-q", "--cached", "dir3/f3", "dir0/f7", "dir4/f4")
	repo.Write("a", "in front of all")
	repo.Write("dir3/z", "in between")
	repo.Write("zz", "behind all")
	repo.Git("add", "a", "dir3/z", "zz")
	check(true)
	repo.Git("update-index", "--no-split-index")
	check(false)

	repo.Git("update-index", "--split-index")
	shared, err := filepath.Glob(filepath.Join(repo.Dir, ".git/sharedindex.*"))
	require.NoError(t, err)
	for _, file := range shared {
		require.NoError(t, os.Remove(file))
	}
	_, err = gitdir.ReadIndex(filepath.Join(repo.Dir, ".git/index"), 20)
	assert.ErrorContains(t, err, "split index")
}

func TestNoIndexIsEmpty(t *testing.T) {
	x, err := gitdir.ReadIndex(filepath.Join(t.TempDir(), "index"), 20)
	require.NoError(t, err)
	assert.Empty(t, x.Entries())
}
