package history

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/objects"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
)

// sourceOf opens the history of a repository.
func sourceOf(t *testing.T, repo *sourcetest.Repo, o Options) *Source {
	t.Helper()
	dir, err := gitdir.Find(repo.Dir)
	require.NoError(t, err)
	db, err := objects.Open(dir.Git, objects.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	o.Jobs = 2
	return New(dir, db, o)
}

// TestEveryFormOfRange: whatever git rev-list takes selects what it lists.
func TestEveryFormOfRange(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	for i := range 6 {
		repo.Commit("a", fmt.Sprint("a", i))
	}
	repo.Git("tag", "-a", "-m", "a tag", "v1.0", "HEAD~2")
	repo.Git("checkout", "-q", "-b", "side", "HEAD~3")
	repo.Commit("b", "b0")
	repo.Commit("b", "b1")
	repo.Git("checkout", "-q", "main")
	repo.Git("merge", "-q", "--no-ff", "-m", "Merge side", "side")
	repo.Commit("a", "last")
	repo.Git("update-ref", "refs/remotes/origin/main", "HEAD~3")
	repo.Git("config", "remote.origin.url", "https://example.com/x")
	repo.Git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
	repo.Git("config", "branch.main.remote", "origin")
	repo.Git("config", "branch.main.merge", "refs/heads/main")
	repo.Git("checkout", "-q", "side")
	repo.Git("checkout", "-q", "main")
	head := repo.Head()
	for _, form := range []string{
		"HEAD", "main", "side", "v1.0", head, head[:8], "@", "HEAD~2", "HEAD^^2", "HEAD~1^2~1", "v1.0^{}", "v1.0^0", "v1.0^{commit}", "heads/main",
		"HEAD~4..HEAD", "HEAD~4..", "..side", "side..main", "main..side", "side...main", "main...side", "...side", "main...",
		"v1.0..", "HEAD^!", "HEAD~1^!", "HEAD^@", "HEAD~1^@", "HEAD~1^-", "HEAD~1^-2", "^side main", "main ^side", "main side ^v1.0", "main --not side v1.0",
		"@{u}..", "@{upstream}..HEAD", "main@{u}..main", "HEAD@{upstream}..", "@{push}..", "..@{u}",
		"HEAD@{1}..", "HEAD@{2}..HEAD", "main@{1}..main", "@{1}..", "@{-1}..main", "main..@{-1}", "main@{0}", "@{-1}@{0}",
		"--all", "--branches", "--all --not side", "--branches=si*", "--tags", "--remotes", "--remotes=origin", "--glob=refs/heads/*", "--glob=heads", "--all --not --remotes", "main --not --remotes=origin",
		":/^Write b", "HEAD^{/side}", "HEAD^{/side}..", ":/!-Write", "v1.0-1-g" + head[:9], "HEAD~4..HEAD ^side", "side...main ^v1.0",
		"HEAD@{" + time.Now().AddDate(5, 0, 0).Format("2006-01-02") + "}",
	} {
		args := strings.Fields(form)
		if strings.HasPrefix(form, ":/") {
			args = []string{form}
		}
		want := list(repo, args...)
		assert.Equal(t, want, selected(t, sourceOf(t, repo, Options{Range: form})), form)
	}
	for form, reason := range map[string]string{
		"":               "it is empty",
		"..":             "no commit on either side",
		"^main":          "names no commit to go back from",
		"--objects main": "is not supported",
		"--max-count=1":  "is not supported",
		"HEAD:a":         "names a file",
		"HEAD^{tree}":    "no revision",
		"HEAD@{99}":      "has only",
		"side@{u}..":     "has no upstream",
		"HEAD@{soon}":    "no date",
		"@{-9}":          "not so many checkouts",
		"nowhere":        "names no commit here",
		":/no such text": "no commit's message matches",
		"HEAD^-3":        "no such parent",
		"HEAD@{1":        "not closed",
	} {
		_, err := sourceOf(t, repo, Options{}).choose(t.Context(), form)
		assert.ErrorContains(t, err, reason, form)
	}
}

// TestSymmetricIsWhatGitLists: of histories with many merges, and clocks that are wrong.
func TestSymmetricIsWhatGitLists(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	repo := sourcetest.NewRepo(t)
	repo.GitIn(randomGraph(r, 120), "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force")
	for range 40 {
		form := fmt.Sprintf("c%d...c%d", r.IntN(120), r.IntN(120))
		assert.Equal(t, list(repo, form), selected(t, sourceOf(t, repo, Options{Range: form})), form)
	}
}

// TestWhatTheRemotesDoNotHave: hooks call a ref that is yet to be made by zeros.
func TestWhatTheRemotesDoNotHave(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a", "pushed")
	zero := strings.Repeat("0", 40)
	assert.Len(t, selected(t, sourceOf(t, repo, Options{Range: zero + "..HEAD"})), 1, "nothing was ever pushed")
	repo.Git("update-ref", "refs/remotes/origin/main", "HEAD")
	assert.Empty(t, selected(t, sourceOf(t, repo, Options{Range: zero + "..HEAD"})))
	repo.Git("checkout", "-q", "-b", "new")
	repo.Commit("b", "new")
	repo.Commit("b", "newer")
	assert.Len(t, selected(t, sourceOf(t, repo, Options{Range: zero + "..new"})), 2)
	assert.Empty(t, selected(t, sourceOf(t, repo, Options{Range: "HEAD.." + zero})), "a deleted ref brings nothing")
	assert.Len(t, selected(t, sourceOf(t, repo, Options{Range: "HEAD.." + zero + " " + zero + "..new"})), 2, "of a push of several refs")

	bare := repo.At(t.TempDir())
	repo.Git("clone", "-q", "--bare", repo.Dir, bare.Dir)
	assert.Len(t, selected(t, sourceOf(t, bare, Options{Range: zero + "..new"})), 2, "what no other ref has, on a server")
}

// TestTagsOfARange: who brings an annotated tag brings its message.
func TestTagsOfARange(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a", "one")
	repo.Git("tag", "light")
	repo.Git("tag", "-a", "-m", "said in the first", "first")
	repo.Commit("a", "two")
	repo.Git("tag", "-a", "-m", "said in the second", "second")
	repo.Git("-c", "advice.nestedTag=false", "tag", "-a", "-m", "said around it", "around", "second")
	zero := strings.Repeat("0", 40)
	for form, want := range map[string][]string{
		"light..second":       {"second"},
		"second~0..second":    {"second"},
		"first..second":       {"second"},
		"first..around":       {"second", "around it"},
		"second..around":      {"around it"},
		"light..second^{}":    nil,
		"light..HEAD":         nil,
		"--tags ^light":       {"first", "second", "around it"},
		"^first --tags":       {"second", "around it"},
		"second^!":            {"second"},
		zero + "..around":     {"second", "around it"},
		"light...second":      {"second"},
		"around --not second": {"around it"},
	} {
		s := sourceOf(t, repo, Options{Range: form})
		v := &heard{contents: map[source.ID]string{}, rows: map[string]string{}}
		require.NoError(t, s.Scan(t.Context(), v))
		var got []string
		for _, said := range []string{"first", "second", "around it"} {
			for id, text := range v.contents {
				if strings.Contains(text, "said in the "+said) || strings.Contains(text, "said "+said) {
					got = append(got, said)
					places, err := s.Locate(t.Context(), map[source.ID]bool{id: true})
					require.NoError(t, err)
					assert.Equal(t, "tag message", places[0].What)
				}
			}
		}
		assert.Equal(t, want, got, form)
		assert.Equal(t, len(want) == 0 && len(s.only) == 0, s.Empty() != "", form)
	}
}
