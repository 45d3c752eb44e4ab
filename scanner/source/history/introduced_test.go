package history

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/objects"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
)

// TestBroughtByEitherWay: looking up trees and going along all of them find the
// blobs that git's own listings of the commits tell.
func TestBroughtByEitherWay(t *testing.T) {
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 2))
		repo := sourcetest.NewRepo(t)
		repo.GitIn(randomHistory(r, 60), "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force")
		if seed%2 == 0 {
			repo.Git("repack", "-adfq", "--depth=30")
		}
		want := listed(repo)
		require.NotEmpty(t, want)
		for name, lister := range listers() {
			got, rows := introducedIn(t, repo, lister)
			assert.Equal(t, want, got, name)
			assert.Empty(t, rows, name)
		}
	}
}

func TestBroughtWithoutATree(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.GitIn(randomHistory(rand.New(rand.NewPCG(1, 2)), 20), "-c", "fastimport.unpackLimit=10000", "fast-import", "--quiet", "--force")
	tree := strings.TrimSpace(repo.Git("rev-parse", "b0:d1"))
	require.NoError(t, os.Remove(filepath.Join(repo.Dir, ".git", "objects", tree[:2], tree[2:])))
	var blobs []map[string]bool
	for name, lister := range listers() {
		got, rows := introducedIn(t, repo, lister)
		assert.Contains(t, rows, "d1", name)
		blobs = append(blobs, got)
	}
	assert.NotEmpty(t, blobs[0])
	assert.Equal(t, blobs[0], blobs[1])
}

func listers() map[string]func(*Source) lister {
	return map[string]func(*Source) lister{
		"looked up": func(s *Source) lister { return newStoredList(s) },
		"grown":     func(s *Source) lister { return newGrownList(s) },
	}
}

// introducedIn returns what all commits of a repository introduced.
func introducedIn(t *testing.T, repo *sourcetest.Repo, from func(*Source) lister) (blobs map[string]bool, rows map[string]string) {
	t.Helper()
	dir, err := gitdir.Find(repo.Dir)
	require.NoError(t, err)
	db, err := objects.Open(dir.Git, objects.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	s := New(dir, db, Options{Jobs: 2, Since: "2000-01-01"})
	v := &heard{contents: map[source.ID]string{}, rows: map[string]string{}}
	require.NoError(t, db.EachCommit(context.Background(), 1, func(id objects.ID, c *objects.CommitData) {
		s.graph.addCommit(s.objectIndex.of(id), id, c)
	}))
	require.NoError(t, s.growForest(context.Background()))
	b := newIntroduced(s, v, from(s))
	for _, c := range s.graph.commits {
		b.commit(c)
	}
	blobs = map[string]bool{}
	for id := range b.blobs {
		blobs[id.String()] = true
	}
	return blobs, v.rows
}

// listed returns the blobs that commits have at a path at which none of their
// parents has them.
func listed(repo *sourcetest.Repo) map[string]bool {
	trees := map[string]map[string]string{}
	of := func(commit string) map[string]string {
		if trees[commit] == nil {
			trees[commit] = map[string]string{}
			for line := range strings.Lines(repo.Git("ls-tree", "-r", commit)) {
				head, path, _ := strings.Cut(line, "\t")
				trees[commit][path] = strings.Fields(head)[2]
			}
		}
		return trees[commit]
	}
	blobs := map[string]bool{}
	for line := range strings.Lines(repo.Git("rev-list", "--all", "--parents")) {
		commits := strings.Fields(line)
		for path, blob := range of(commits[0]) {
			inherited := false
			for _, p := range commits[1:] {
				inherited = inherited || of(p)[path] == blob
			}
			if !inherited {
				blobs[blob] = true
			}
		}
	}
	return blobs
}
