package git_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/git"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
	"github.com/deputy-sec/deputy/scanner/source/state"
)

func TestMain(m *testing.M) {
	// Nobody's own ignore rules take part.
	os.Setenv("HOME", os.DevNull)
	os.Setenv("XDG_CONFIG_HOME", os.DevNull)
	os.Exit(m.Run())
}

func opener(path string, o git.Options) func(*testing.T, int) source.Source {
	return func(t *testing.T, jobs int) source.Source {
		t.Helper()
		o.Jobs = jobs
		s, err := git.Open(path, o)
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, s.Close()) })
		return s
	}
}

func accept(t *testing.T, path string, o git.Options, texts ...string) (*sourcetest.Recording, source.Source) {
	t.Helper()
	return sourcetest.Accept(t, opener(path, o), texts...)
}

// place is a place without what the case at hand does not look at.
func place(p source.Place) string {
	first, last := "", ""
	if p.First != nil {
		first, last = p.First.Hash, p.Last.Hash
	}
	return fmt.Sprintf("%s|%s|%s|%.8s|%.8s|%v", p.Path, p.What, p.Layer, first, last, p.InHead)
}

func places(r *sourcetest.Recording, src source.Source, text string) []string {
	var out []string
	for _, p := range r.Places(src, text) {
		out = append(out, place(p))
	}
	return out
}

func at(path, what string, layer finding.Layer, first, last string, inHead bool) string {
	return fmt.Sprintf("%s|%s|%s|%.8s|%.8s|%v", path, what, layer, first, last, inHead)
}

// TestEverywhere plants a text for every place that a repository has, and wants
// each where it stands.
func TestEverywhere(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	want := map[string][]string{}

	c := repo.Commit("dir/kept.txt", "still here")
	want["still here"] = []string{at("dir/kept.txt", "", finding.History, c, c, true)}

	c = repo.Commit("deleted.txt", "deleted later")
	want["deleted later"] = []string{at("deleted.txt", "", finding.History, c, c, false)}
	repo.Git("rm", "-q", "deleted.txt")
	repo.Git("commit", "-q", "-m", "Remove")

	repo.Git("checkout", "-q", "-b", "side")
	c = repo.Commit("side.txt", "on a side branch")
	want["on a side branch"] = []string{at("side.txt", "", finding.History, c, c, false)}
	repo.Git("checkout", "-q", "main")
	repo.Commit("main.txt", "main goes on")

	repo.Git("merge", "-q", "--no-ff", "--no-commit", "side")
	repo.Git("rm", "-q", "-f", "side.txt")
	repo.Write("evil.txt", "only in the merge")
	repo.Git("add", "evil.txt")
	repo.Git("commit", "-q", "-m", "Merge side")
	c = repo.Head()
	want["only in the merge"] = []string{at("evil.txt", "", finding.History, c, c, true)}

	first := repo.Commit("again.txt", "comes back")
	repo.Commit("again.txt", "something else")
	last := repo.Commit("again.txt", "comes back")
	want["comes back"] = []string{at("again.txt", "", finding.History, first, last, true)}
	c = repo.Commit("copy.txt", "comes back")
	want["comes back"] = append(want["comes back"], at("copy.txt", "", finding.History, c, c, true))

	repo.Write("main.txt", "stashed content")
	repo.Write("stash-untracked.txt", "stashed though untracked")
	repo.Git("stash", "push", "-q", "-u", "-m", "first stash message")
	c = repo.Git("rev-parse", "stash")
	u := repo.Git("rev-parse", "stash^3")
	want["stashed content"] = []string{at("main.txt", "", finding.History, c, c, false)}
	want["stashed though untracked"] = []string{at("stash-untracked.txt", "", finding.History, u, u, false)}
	repo.Write("main.txt", "a second stash hides the first")
	repo.Git("stash", "push", "-q", "-m", "second") // the first is in the reflog only

	repo.Write("x.txt", "x")
	repo.Git("add", "x.txt")
	repo.Git("commit", "-q", "-m", "Subject\n\nsaid in a message")
	c = repo.Head()
	want["said in a message"] = []string{at("", "commit message", finding.History, c, c, true)}

	repo.Name = "Eve Of Destruction"
	repo.Commit("y.txt", "y")
	c = repo.Head()
	last = repo.Commit("z.txt", "z")
	want["Eve Of Destruction"] = []string{at("", "author", finding.History, c, last, false), at("", "committer", finding.History, c, last, false)}
	repo.Name = "Ada"

	repo.Git("tag", "-a", "v1", "-m", "said in a tag")
	tag := repo.Git("rev-parse", "v1")
	want["said in a tag"] = []string{at("", "tag message", finding.History, tag, tag, false)}
	repo.Name = "Only Tags"
	repo.Git("tag", "-a", "v2", "-m", "x")
	want["Only Tags"] = []string{at("", "tagger", finding.History, repo.Git("rev-parse", "v2"), repo.Git("rev-parse", "v2"), false)}
	repo.Name = "Ada"

	c = repo.Head()
	repo.Git("notes", "add", "-m", "said in a note")
	n := repo.Git("rev-parse", "refs/notes/commits")
	want["said in a note"] = []string{at("", "note on "+c[:12], finding.History, n, n, false)}

	c = repo.Commit("amended.txt", "amended away")
	repo.Write("amended.txt", "nothing")
	repo.Git("add", "amended.txt")
	repo.Git("commit", "-q", "--amend", "-m", "Amended")
	want["amended away"] = []string{at("amended.txt", "", finding.History, c, c, false)}

	ref := repo.Object("blob", "named by a ref")
	repo.Git("update-ref", "refs/keys/one", ref)
	want["named by a ref"] = []string{at("", "refs/keys/one", finding.History, "", "", false)}

	lost := repo.Object("blob", "nobody knows me")
	want["nobody knows me"] = []string{at("", "unreachable object "+lost[:12], finding.Unreachable, "", "", false)}
	repo.Git("checkout", "-q", "--detach")
	c = repo.Commit("dangling.txt", "in a commit that nothing reaches")
	repo.Git("checkout", "-q", "main")
	repo.Git("reflog", "expire", "--expire=now", "HEAD")
	want["in a commit that nothing reaches"] = []string{at("dangling.txt", "", finding.Unreachable, c, c, false)}

	repo.Write("staged.txt", "staged, then changed")
	repo.Git("add", "staged.txt")
	repo.Write("staged.txt", "changed after staging")
	want["staged, then changed"] = []string{at("staged.txt", "", finding.Staged, "", "", false)}
	want["changed after staging"] = []string{at("staged.txt", "", finding.WorkTree, "", "", false)}

	repo.Write("new.txt", "not tracked yet")
	want["not tracked yet"] = []string{at("new.txt", "", finding.WorkTree, "", "", false)}

	repo.Write(".git/info/exclude", "excluded.txt\n")
	repo.Write("excluded.txt", "left out by exclude")
	repo.Write("dir/.gitignore", "*.log\n")
	repo.Write("dir/a.log", "left out by a rule")

	check := func(t *testing.T) {
		r, src := accept(t, repo.Dir, git.Options{})
		for text, where := range want {
			assert.ElementsMatch(t, where, places(r, src, text), "%q", text)
		}
		assert.False(t, r.Has("left out"))
		assert.Empty(t, r.Rows)
		for _, p := range r.Places(src, "still here") {
			assert.Equal(t, "Ada", p.First.Author)
			assert.Equal(t, "ada@example.com", p.First.Email)
			assert.Equal(t, 2026, p.First.Date.Year())
		}
	}
	t.Run("loose", check)
	t.Run("packed refs", func(t *testing.T) {
		repo.Git("pack-refs", "--all")
		check(t)
	})
	t.Run("packed", func(t *testing.T) {
		repo.Git("repack", "-adkfq", "--depth=50")
		repo.Git("prune-packed")
		check(t)
	})
	t.Run("linked worktree", func(t *testing.T) {
		linked := filepath.Join(t.TempDir(), "linked")
		repo.Git("worktree", "add", "-q", "--detach", linked)
		at := repo.At(linked)
		at.Write("there.txt", "only in the linked worktree")
		r, src := accept(t, linked, git.Options{}, "still here", "deleted later", "stashed content", "only in the linked worktree")
		assert.False(t, r.Has("changed after staging"), "another worktree's file")
		assert.Equal(t, finding.WorkTree, r.Places(src, "only in the linked worktree")[0].Layer)
		c := at.Commit("there.txt", "only in the linked worktree")

		// From the main worktree, its detached HEAD keeps the commit reachable.
		r, src = accept(t, repo.Dir, git.Options{Parts: git.History})
		p := r.Places(src, "only in the linked worktree")
		require.Len(t, p, 1)
		assert.Equal(t, finding.History, p[0].Layer)
		assert.Equal(t, c, p[0].First.Hash)
		repo.Git("worktree", "remove", "--force", linked)
	})
	t.Run("include ignored", func(t *testing.T) {
		accept(t, repo.Dir, git.Options{IncludeIgnored: true}, "left out by exclude", "left out by a rule")
	})
	t.Run("staged only", func(t *testing.T) {
		r, src := accept(t, repo.Dir, git.Options{Parts: git.Staged}, "staged, then changed")
		assert.Len(t, r.Contents, 1)
		assert.Equal(t, want["staged, then changed"], places(r, src, "staged"))
	})
	t.Run("no history", func(t *testing.T) {
		r, src := accept(t, repo.Dir, git.Options{Parts: git.Staged | git.WorkTree}, "still here", "staged, then changed", "changed after staging", "not tracked yet")
		assert.Equal(t, []string{at("dir/kept.txt", "", finding.WorkTree, "", "", true)}, places(r, src, "still here"))
		assert.False(t, r.Has("deleted later"))
		assert.False(t, r.Has("said in"))
	})
	t.Run("git directory", func(t *testing.T) {
		r, _ := accept(t, filepath.Join(repo.Dir, ".git"), git.Options{}, "still here", "staged, then changed")
		assert.False(t, r.Has("not tracked yet"))
		assert.Zero(t, r.Rows)
	})
}

func TestBareAndCloneAndMirror(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	c := repo.Commit("a.txt", "content")
	repo.Commit("a.txt", "other")
	bare := filepath.Join(t.TempDir(), "bare.git")
	repo.Git("clone", "-q", "--bare", repo.Dir, bare)
	r, src := accept(t, bare, git.Options{}, "content", "other")
	assert.Equal(t, []string{at("a.txt", "", finding.History, c, c, false)}, places(r, src, "content"))
	assert.EqualValues(t, 2, r.Commits)
}

func TestSHA256(t *testing.T) {
	repo := sourcetest.NewRepo(t, "--object-format=sha256")
	c := repo.Commit("dir/a.txt", "of a long hash")
	repo.Commit("dir/a.txt", "other")
	repo.Write("b.txt", "staged content")
	repo.Git("add", "b.txt")
	repo.Write("c.txt", "untracked content")
	for range 2 {
		r, src := accept(t, repo.Dir, git.Options{}, "other", "staged content", "untracked content")
		assert.Equal(t, []string{at("dir/a.txt", "", finding.History, c, c, false)}, places(r, src, "of a long hash"))
		assert.Equal(t, []string{at("b.txt", "", finding.Staged, "", "", false)}, places(r, src, "staged content"))
		assert.Empty(t, r.Rows)
		repo.Git("repack", "-adfq")
	}
}

func TestEmptyRepository(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	r, _ := accept(t, repo.Dir, git.Options{})
	assert.Empty(t, r.Contents)
	assert.Empty(t, r.Rows)
	repo.Write("a.txt", "before the first commit")
	repo.Git("add", "a.txt")
	r, src := accept(t, repo.Dir, git.Options{}, "before the first commit")
	assert.Equal(t, []string{at("a.txt", "", finding.Staged, "", "", false)}, places(r, src, "before the first commit"))
}

func TestNotARepository(t *testing.T) {
	_, err := git.Open(t.TempDir(), git.Options{})
	assert.ErrorIs(t, err, gitdir.ErrNotRepository)
}

func TestAlternates(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a.txt", "borrowed")
	shared := filepath.Join(t.TempDir(), "shared")
	repo.Git("clone", "-q", "--shared", repo.Dir, shared)
	r, src := accept(t, shared, git.Options{}, "borrowed")
	assert.Empty(t, r.Rows)
	assert.True(t, r.Places(src, "borrowed")[0].InHead)

	// In a circle.
	require.NoError(t, os.WriteFile(filepath.Join(repo.Dir, ".git/objects/info/alternates"), []byte(filepath.Join(shared, ".git/objects")+"\n"), 0o644))
	accept(t, shared, git.Options{}, "borrowed")

	// Gone.
	require.NoError(t, os.RemoveAll(repo.Dir))
	r, _ = accept(t, shared, git.Options{Parts: git.History})
	assert.NotEmpty(t, r.Rows)
}

func TestShallowClone(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a.txt", "first")
	c := repo.Commit("a.txt", "second")
	shallow := filepath.Join(t.TempDir(), "shallow")
	repo.Git("clone", "-q", "--depth=1", "file://"+repo.Dir, shallow)
	r, src := accept(t, shallow, git.Options{}, "second")
	assert.False(t, r.Has("first"))
	require.Len(t, r.Rows, 1)
	assert.Contains(t, r.Reason(".git/shallow"), "shallow clone")
	assert.Equal(t, []string{at("a.txt", "", finding.History, c, c, true)}, places(r, src, "second"))
}

func TestPartialClone(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Git("config", "uploadpack.allowFilter", "true")
	repo.Commit("old.txt", "not fetched")
	repo.Commit("old.txt", "not fetched either")
	repo.Git("rm", "-q", "old.txt")
	repo.Commit("new.txt", "fetched")
	partial := filepath.Join(t.TempDir(), "partial")
	repo.Git("clone", "-q", "--filter=blob:none", "file://"+repo.Dir, partial)
	r, _ := accept(t, partial, git.Options{}, "fetched", "Write old.txt")
	assert.False(t, r.Has("not fetched"))
	require.Len(t, r.Rows, 1)
	assert.Equal(t, "not in this partial clone (2 versions)", r.Reason("old.txt"))
}

func TestSubmodules(t *testing.T) {
	inner := sourcetest.NewRepo(t)
	inner.Commit("gone.txt", "deleted in the submodule")
	inner.Git("rm", "-q", "gone.txt")
	inner.Commit("LICENSE", "the same in both")
	repo := sourcetest.NewRepo(t)
	repo.Commit("LICENSE", "the same in both")
	repo.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.Dir, "third/party")
	repo.Git("commit", "-q", "-m", "Add a submodule")
	repo.Write("third/party/new.txt", "untracked in the submodule")

	r, src := accept(t, repo.Dir, git.Options{}, "deleted in the submodule", "untracked in the submodule")
	assert.Empty(t, r.Rows)
	var paths []string
	for _, text := range []string{"deleted in", "untracked in", "the same"} {
		for _, p := range r.Places(src, text) {
			paths = append(paths, p.Path)
		}
	}
	assert.Equal(t, []string{"third/party/gone.txt", "third/party/new.txt", "LICENSE", "third/party/LICENSE"}, paths)

	f, err := source.NewFilter(nil, []string{"third"})
	require.NoError(t, err)
	r = sourcetest.Record(t, opener(repo.Dir, git.Options{Filter: f})(t, 2))
	assert.False(t, r.Has("in the submodule"))
}

func TestNestedRepositoriesStayInTheTarget(t *testing.T) {
	elsewhere := sourcetest.NewRepo(t)
	elsewhere.Commit("a.txt", "of another repository")
	repo := sourcetest.NewRepo(t)
	repo.Commit("b.txt", "ours")
	nested := repo.At(filepath.Join(repo.Dir, "nested"))
	require.NoError(t, os.Mkdir(nested.Dir, 0o755))
	nested.Git("init", "-q", "-b", "main")
	nested.Commit("n.txt", "of the nested one")
	repo.Write("out/.git", "gitdir: "+filepath.Join(elsewhere.Dir, ".git")+"\n")
	repo.Write("circle/.git", "gitdir: ../.git\n")
	repo.Write("broken/.git", "no git directory")
	repo.Write("broken/file.txt", "beside a broken one")

	r, src := accept(t, repo.Dir, git.Options{}, "ours", "of the nested one", "beside a broken one")
	assert.False(t, r.Has("of another repository"))
	assert.Contains(t, r.Reason("out"), "outside of the target")
	assert.Contains(t, r.Reason("circle"), "in a circle")
	assert.Len(t, r.Rows, 2)
	assert.Equal(t, "nested/n.txt", r.Places(src, "of the nested one")[0].Path)
}

func TestUnchangedFilesAreNotReadAgain(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a.txt", "content")
	past := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(filepath.Join(repo.Dir, "a.txt"), past, past))
	repo.Git("update-index", "--refresh")
	// What cannot be read cannot have been: a file that is not touched stays
	// without a row.
	r, _ := accept(t, repo.Dir, git.Options{}, "content")
	assert.EqualValues(t, 1, r.Files)
	assert.Len(t, r.Find("content"), 1)

	// The same size and time, other content: only ctime and inode tell.
	require.NoError(t, os.Remove(filepath.Join(repo.Dir, "a.txt")))
	repo.Write("a.txt", "CONTENT")
	require.NoError(t, os.Chtimes(filepath.Join(repo.Dir, "a.txt"), past, past))
	r, _ = accept(t, repo.Dir, git.Options{}, "CONTENT")
	assert.Len(t, r.Find("CONTENT"), 1)
}

func TestFilesThatFiltersChange(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Git("config", "filter.upper.clean", "tr a-z A-Z")
	repo.Write(".gitattributes", "*.txt filter=upper\n")
	repo.Git("add", ".gitattributes")
	repo.Commit("a.txt", "same size")
	past := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(filepath.Join(repo.Dir, "a.txt"), past, past))
	repo.Git("update-index", "--refresh")
	accept(t, repo.Dir, git.Options{}, "SAME SIZE", "same size")
}

func TestTrackedFilesAreReadThoughIgnored(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit(".gitignore", "build/\n*.log\n!keep.log\n")
	repo.Commit("build/tracked.txt", "v1")
	repo.Write("build/tracked.txt", "tracked in an ignored directory")
	repo.Write("build/other.txt", "ignored one")
	repo.Write("a.log", "ignored two")
	repo.Write("keep.log", "taken back")
	r, _ := accept(t, repo.Dir, git.Options{}, "tracked in an ignored directory", "taken back")
	assert.False(t, r.Has("ignored one"))
	assert.False(t, r.Has("ignored two"))
}

func TestConflictsInTheIndex(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a.txt", "base")
	var info strings.Builder
	for stage, text := range []string{"side zero", "side one", "side two"} {
		fmt.Fprintf(&info, "100644 %s %d\ta.txt\n", repo.Object("blob", text), stage+1)
	}
	repo.Git("rm", "-q", "--cached", "a.txt")
	repo.GitIn([]byte(info.String()), "update-index", "--index-info")
	r, src := accept(t, repo.Dir, git.Options{}, "side zero", "side one", "side two")
	for _, p := range r.Places(src, "side ") {
		assert.Equal(t, at("a.txt", "", finding.Staged, "", "", false), place(p))
	}
}

// hooked opens a repository as git's environment names it.
func hooked(env gitdir.Environment, o git.Options) func(*testing.T, int) source.Source {
	return func(t *testing.T, jobs int) source.Source {
		t.Helper()
		o.Jobs = jobs
		dir, err := env.Here()
		require.NoError(t, err)
		s, err := git.OpenDir(dir, o)
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, s.Close()) })
		return s
	}
}

func TestIndexOfAHook(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a.txt", "committed")
	repo.Write("b.txt", "in the index")
	repo.Git("add", "b.txt")
	data, err := os.ReadFile(filepath.Join(repo.Dir, ".git", "index"))
	require.NoError(t, err)
	repo.Git("rm", "-q", "--cached", "b.txt")
	git1 := filepath.Join(repo.Dir, ".git")
	for name, other := range map[string]string{
		"in the git directory": filepath.Join(git1, "next-index-1.lock"),
		"elsewhere":            filepath.Join(t.TempDir(), "index"),
	} {
		require.NoError(t, os.WriteFile(other, data, 0o644))
		sourcetest.Accept(t, hooked(gitdir.Environment{Dir: git1, WorkTree: repo.Dir, Index: other}, git.Options{Parts: git.Staged}), "in the index")
		r := sourcetest.Record(t, opener(repo.Dir, git.Options{Parts: git.Staged})(t, 1))
		assert.Empty(t, r.Contents, "%s: without the variable the repository's own index counts", name)
	}
}

func TestQuarantineOfAPush(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	from := repo.Commit("a.txt", "old")
	to := repo.Commit("b.txt", "pushed")
	blob := repo.Git("rev-parse", "HEAD:b.txt")
	repo.Git("update-ref", "refs/heads/main", from)
	incoming := filepath.Join(repo.Dir, ".git", "objects", "tmp_objdir-incoming-1")
	for _, id := range []string{to, blob, repo.Git("rev-parse", to+"^{tree}")} {
		name := filepath.Join(incoming, id[:2], id[2:])
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.Rename(objectFile(repo, id), name))
	}
	git1 := filepath.Join(repo.Dir, ".git")
	for _, env := range []gitdir.Environment{
		{Dir: git1, Objects: incoming, Quarantine: true},
		{Dir: git1, Alternates: []string{incoming}},
	} {
		for _, name := range []string{from + ".." + to, strings.Repeat("0", 40) + ".." + to} {
			r, _ := sourcetest.Accept(t, hooked(env, git.Options{Range: name}), "pushed")
			assert.Equal(t, env.Quarantine || strings.HasPrefix(name, from), !r.Has("old"), "a push brings what no ref has (%s)", name)
		}
	}
}

func TestRange(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a.txt", "before")
	from := repo.Head()
	c := repo.Commit("dir/b.txt", "within")
	repo.Commit("a.txt", "after")
	to := repo.Head()
	repo.Commit("c.txt", "later")
	for _, name := range []string{from + ".." + to, from[:9] + ".." + strings.ToUpper(to[:9]), "HEAD~3..main^", "main~3..HEAD~1"} {
		r, src := accept(t, repo.Dir, git.Options{Range: name}, "within", "after", "Write dir/b.txt")
		assert.Equal(t, []string{at("dir/b.txt", "", finding.History, c, c, true)}, places(r, src, "within"), name)
		assert.False(t, r.Has("before") || r.Has("later"), name)
		assert.EqualValues(t, 2, r.Commits, name)
	}
	r, _ := accept(t, repo.Dir, git.Options{Range: strings.Repeat("0", 40) + ".." + from}, "before")
	assert.EqualValues(t, 1, r.Commits)
	s := opener(repo.Dir, git.Options{Range: to + ".." + strings.Repeat("0", 40)})(t, 1)
	assert.Empty(t, sourcetest.Record(t, s).Contents, "a deleted ref brings nothing")
	assert.Equal(t, "no commits in the range", s.(source.Delta).Empty())
	for _, bad := range []string{"nowhere..HEAD", "HEAD..nowhere", "..", " ", "^HEAD", "--objects", "HEAD:c.txt", "HEAD~9..HEAD", "HEAD^2", "HEAD^x", from[:3] + "..HEAD", "abcdef123456..HEAD"} {
		err := opener(repo.Dir, git.Options{Range: bad})(t, 1).Scan(t.Context(), r)
		assert.ErrorContains(t, err, "range", bad)
	}
}

func TestSince(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a.txt", "before")
	from := repo.Head()
	date := repo.Now.Add(30 * time.Second)
	c := repo.Commit("dir/b.txt", "within")
	repo.Git("branch", "side")
	repo.Git("checkout", "-q", "side")
	side := repo.Commit("c.txt", "on a branch")
	repo.Git("checkout", "-q", "main")
	repo.Git("tag", "-m", "a tag", "v1", from)
	check := func() {
		t.Helper()
		for _, since := range []string{from, from[:9], "v1", "main~1", date.Format(time.RFC3339), date.Local().Format("2006-01-02 15:04:05")} {
			r, src := accept(t, repo.Dir, git.Options{Since: since}, "within", "on a branch", "Write c.txt")
			assert.Equal(t, []string{at("dir/b.txt", "", finding.History, c, c, true)}, places(r, src, "within"), since)
			assert.Equal(t, []string{at("c.txt", "", finding.History, side, side, false)}, places(r, src, "on a branch"), since)
			assert.False(t, r.Has("before"), since)
			assert.EqualValues(t, 2, r.Commits, since)
			assert.Empty(t, r.Rows)
		}
	}
	check()
	repo.Git("commit-graph", "write", "--reachable")
	check()
	repo.Commit("d.txt", "later than the graph")
	repo.Git("commit-graph", "write", "--reachable", "--split=no-merge")
	repo.Commit("e.txt", "later than the chain")
	r, _ := accept(t, repo.Dir, git.Options{Since: from}, "within", "later than the graph", "later than the chain")
	assert.EqualValues(t, 4, r.Commits)
	r, _ = accept(t, repo.Dir, git.Options{Since: "2026-02-03"})
	assert.Empty(t, r.Contents)
	for _, bad := range []string{"nowhere", "yesterdya", "2026-13-01", "abcdef12"} {
		err := opener(repo.Dir, git.Options{Since: bad})(t, 1).Scan(t.Context(), r)
		assert.ErrorContains(t, err, "since", bad)
	}
}

func TestCommitGraphThatLies(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	from := repo.Commit("a.txt", "before")
	repo.Commit("b.txt", "within")
	repo.Git("commit-graph", "write", "--reachable")
	file := filepath.Join(repo.Dir, ".git/objects/info/commit-graph")
	graph, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.Chmod(file, 0o644))
	require.NoError(t, os.WriteFile(file, graph[:len(graph)/2], 0o644))
	accept(t, repo.Dir, git.Options{Since: from}, "within")
}

func TestStateLeavesOutWhatHoldsNothing(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("dull.txt", "nothing at all")
	c := repo.Commit("hot.txt", "a secret")
	repo.Git("repack", "-adq")
	repo.Commit("loose.txt", "nothing loose")
	file := filepath.Join(t.TempDir(), "state")
	clean := func(content string) bool { return !strings.Contains(content, "secret") }
	scan := func(rules string) (*sourcetest.Recording, source.Source) {
		t.Helper()
		s, err := state.Open(file, rules)
		require.NoError(t, err)
		src := opener(repo.Dir, git.Options{State: s})(t, 2)
		r := sourcetest.RecordClean(t, src, clean)
		require.NoError(t, s.Save())
		assert.Empty(t, r.Rows, "what is known is not missed")
		assert.Contains(t, places(r, src, "a secret"), at("hot.txt", "", finding.History, c, c, true))
		return r, src
	}
	r, _ := scan("rules")
	assert.True(t, r.Has("nothing at all") && r.Has("nothing loose"))
	assert.Zero(t, r.Remembers)
	r, _ = scan("rules")
	assert.True(t, r.Has("a secret") && r.Has("Write dull.txt"), "what had a hit is shown again")
	assert.False(t, r.Has("nothing"), "what had none is not, not even from the work tree")
	assert.EqualValues(t, 2, r.Remembers)
	repo.Commit("new.txt", "nothing new")
	repo.Git("gc", "-q", "--prune=now")
	r, _ = scan("rules")
	assert.True(t, r.Has("nothing new"))
	assert.False(t, r.Has("nothing at all"), "a new pack of known objects is known")
	r, _ = scan("other rules")
	assert.True(t, r.Has("nothing at all"))
}

func TestFilterChoosesByAnyPath(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("src/a.go", "in both")
	repo.Commit("vendor/a.go", "in both")
	repo.Commit("vendor/b.go", "vendored only")
	f, err := source.NewFilter(nil, []string{"vendor"})
	require.NoError(t, err)
	src := opener(repo.Dir, git.Options{Filter: f})(t, 2)
	r := sourcetest.Record(t, src)
	p := r.Places(src, "in both")
	require.Len(t, p, 1)
	assert.Equal(t, "src/a.go", p[0].Path)
	assert.Empty(t, r.Places(src, "vendored only"))
}
