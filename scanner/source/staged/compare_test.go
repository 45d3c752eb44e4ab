package staged

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/objects"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
)

// lay returns trees of files as update-index takes them: some names are the beginning of
// others, and some are files here and directories there, where orders go wrong.
func lay(repo *sourcetest.Repo, r *rand.Rand, n int) string {
	names := []string{"a", "a-b", "a.b", "ab", "b", "a0", "lib", "lib-x", "z"}
	files := map[string]string{}
	for range n {
		parts := make([]string, 1+r.IntN(3))
		for i := range parts {
			parts[i] = names[r.IntN(len(names))]
		}
		path := strings.Join(parts, "/")
		clash := false
		for other := range files {
			clash = clash || strings.HasPrefix(other, path+"/") || strings.HasPrefix(path, other+"/")
		}
		if !clash {
			files[path] = repo.Object("blob", fmt.Sprint(r.IntN(6)))
		}
	}
	var b strings.Builder
	for path, id := range files {
		fmt.Fprintf(&b, "100644 %s\t%s\n", id, path)
	}
	return b.String()
}

// TestChangesAreWhatGitLists: of random indexes against random trees, in every form that
// an index has, with the directories that it knows to be unchanged and without.
func TestChangesAreWhatGitLists(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	repo := sourcetest.NewRepo(t)
	changed := 0
	for round := range 25 {
		repo.Git("read-tree", "--empty")
		repo.GitIn([]byte(lay(repo, r, 5+r.IntN(40))), "update-index", "--index-info")
		repo.Git("update-ref", "refs/heads/main", repo.Git("commit-tree", "-m", "x", repo.Git("write-tree")))
		if round%3 != 0 { // what stays is known to be unchanged
			repo.Git("read-tree", "HEAD")
		}
		for line := range strings.Lines(lay(repo, r, 1+r.IntN(8))) {
			_, path, _ := strings.Cut(strings.TrimSpace(line), "\t")
			repo.Git("rm", "-r", "-q", "-f", "--cached", "--ignore-unmatch", "--", path)
			repo.GitIn([]byte(line), "update-index", "--replace", "--index-info")
		}
		repo.Git("update-index", []string{"--index-version=2", "--index-version=4", "--split-index", "--no-split-index"}[round%4])
		got, gone := changesOf(t, repo)
		changed += len(got)
		assert.Equal(t, diffed(repo, "AM"), got, "round %d", round)
		assert.Equal(t, diffed(repo, "D"), gone, "round %d", round)
	}
	assert.Greater(t, changed, 50)
}

// diffed returns the paths that git lists, with what is staged there.
func diffed(repo *sourcetest.Repo, filter string) []string {
	out := []string{}
	for line := range strings.Lines(repo.Git("diff-index", "--cached", "--no-renames", "--diff-filter="+filter, "HEAD")) {
		head, path, _ := strings.Cut(strings.TrimSpace(line), "\t")
		id := strings.Fields(head)[3]
		if filter == "D" {
			id = strings.Fields(head)[2]
		}
		out = append(out, path+" "+id)
	}
	slices.Sort(out)
	return out
}

// changesOf returns the changes and the files that are gone.
func changesOf(t *testing.T, repo *sourcetest.Repo) (changes, moved []string) {
	t.Helper()
	dir, err := gitdir.Find(repo.Dir)
	require.NoError(t, err)
	db, err := objects.Open(dir.Git, objects.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	index, err := dir.ReadIndex()
	require.NoError(t, err)
	tree, ok := objects.ParseID(repo.Git("rev-parse", "HEAD^{tree}"))
	require.True(t, ok)
	c := compare(db, index, []objects.ID{tree}, true)
	assert.Empty(t, c.rows)
	changes, moved = []string{}, []string{}
	for _, x := range c.changes {
		changes = append(changes, x.path+" "+x.id.String())
	}
	w := &fileLister{db: db}
	for _, g := range c.gone {
		w.list(g, 0)
	}
	for _, g := range w.files {
		moved = append(moved, g.path+" "+g.id.String())
	}
	slices.Sort(changes)
	slices.Sort(moved)
	return changes, moved
}
