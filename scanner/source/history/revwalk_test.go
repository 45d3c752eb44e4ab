package history

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/objects"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
)

// randomGraph is a stream for git fast-import: a branch for every commit, whose
// parents are some of those shortly before, and whose clocks are up to twenty hours wrong.
func randomGraph(r *rand.Rand, commits int) []byte {
	var b bytes.Buffer
	for i := range commits {
		date := 1_700_000_000 + i*3600 + r.IntN(20*3600)
		fmt.Fprintf(&b, "commit refs/heads/c%d\nmark :%d\ncommitter A <a@example.com> %d +0000\ndata 1\nm\n", i, i+1, date)
		verb := "from"
		for parent := range min(i, r.IntN(3)) {
			fmt.Fprintf(&b, "%s :%d\n", verb, max(1, i-r.IntN(8)-parent))
			verb = "merge"
		}
		fmt.Fprintf(&b, "M 100644 inline f%d\ndata 1\n%d\n\n", i%7, i%10)
	}
	return b.Bytes()
}

// TestLimitedIsWhatGitLists: a range has the commits that git rev-list says.
func TestLimitedIsWhatGitLists(t *testing.T) {
	const commits = 150
	sizes := map[bool]int{}
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 3))
		repo := sourcetest.NewRepo(t)
		repo.GitIn(randomGraph(r, commits), "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force")
		dir, err := gitdir.Find(repo.Dir)
		require.NoError(t, err)
		db, err := objects.Open(dir.Git, objects.Options{})
		require.NoError(t, err)
		for range 40 {
			from, to := fmt.Sprintf("c%d", r.IntN(commits)), fmt.Sprintf("c%d", r.IntN(commits))
			want := list(repo, from+".."+to)
			sizes[len(want) > 3]++
			assert.Equal(t, want, selected(t, New(dir, db, Options{Jobs: 2, Range: from + ".." + to})), "%s..%s of seed %d", from, to, seed)
			assert.Equal(t, list(repo, "--all", "^"+from), selected(t, New(dir, db, Options{Jobs: 2, Since: from})), "since %s of seed %d", from, seed)
		}
		require.NoError(t, db.Close())
	}
	assert.Greater(t, sizes[true], 10, "ranges with several commits")
	assert.Greater(t, sizes[false], 10, "and with few or none")
}

// list returns the commits that git lists.
func list(repo *sourcetest.Repo, args ...string) map[string]bool {
	commits := map[string]bool{}
	for _, id := range strings.Fields(repo.Git(append([]string{"rev-list"}, args...)...)) {
		commits[id] = true
	}
	return commits
}

// selected returns the commits of a range.
func selected(t *testing.T, s *Source) map[string]bool {
	t.Helper()
	v := &heard{contents: map[source.ID]string{}, rows: map[string]string{}}
	require.NoError(t, s.Scan(t.Context(), v))
	assert.Empty(t, v.rows)
	commits := map[string]bool{}
	for n := range s.only {
		commits[s.objectIndex.id(n).String()] = true
	}
	return commits
}

// TestLimitedReadsNoMoreThanItNeeds: the history behind a push is not read.
func TestLimitedReadsNoMoreThanItNeeds(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	var b bytes.Buffer
	for i := range 400 { // one a day
		fmt.Fprintf(&b, "commit refs/heads/main\nmark :%d\ncommitter A <a@example.com> %d +0000\ndata 1\nm\nM 100644 inline f\ndata 3\n%03d\n\n", i+1, 1_700_000_000+i*86_400, i)
	}
	repo.GitIn(b.Bytes(), "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force")
	dir, err := gitdir.Find(repo.Dir)
	require.NoError(t, err)
	db, err := objects.Open(dir.Git, objects.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	s := New(dir, db, Options{Jobs: 1, Range: "main~2..main"})
	v := &heard{contents: map[source.ID]string{}, rows: map[string]string{}}
	require.NoError(t, s.Scan(t.Context(), v))
	assert.Len(t, s.only, 2)
	assert.Less(t, len(s.graph.commits), 10)
}

// TestLimitedLacksNothingBehindItsStart: a clone that has both ends of a range, as
// pipelines make them, has all of it, whatever was cut off behind.
func TestLimitedLacksNothingBehindItsStart(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	for i := range 5 {
		repo.Commit(fmt.Sprintf("f%d", i), fmt.Sprint(i))
	}
	shallow := t.TempDir()
	repo.Git("clone", "-q", "--depth=3", "file://"+repo.Dir, shallow)
	for name, want := range map[string]struct {
		o    Options
		rows int
	}{
		"behind the start": {Options{Jobs: 1, Range: "HEAD~2..HEAD"}, 0},
		"in the range":     {Options{Jobs: 1, Range: "HEAD"}, 1},
	} {
		dir, err := gitdir.Find(shallow)
		require.NoError(t, err)
		db, err := objects.Open(dir.Git, objects.Options{})
		require.NoError(t, err)
		s := New(dir, db, want.o)
		v := &heard{contents: map[source.ID]string{}, rows: map[string]string{}}
		require.NoError(t, s.Scan(t.Context(), v))
		assert.Len(t, v.rows, want.rows, name)
		assert.NotEmpty(t, s.only, name)
		require.NoError(t, db.Close())
	}
}
