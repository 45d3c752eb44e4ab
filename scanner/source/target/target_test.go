package target_test

import (
	"context"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/git"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
	"github.com/deputy-sec/deputy/scanner/source/target"
)

func open(t *testing.T, name string, o target.Options) *target.Target {
	t.Helper()
	o.Jobs = 2
	x, err := target.Open(context.Background(), name, o)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, x.Close()) })
	return x
}

func TestWhatATargetIs(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a.txt", "committed")
	repo.Git("rm", "-q", "a.txt")
	repo.Git("commit", "-q", "-m", "Remove")
	repo.Write("sub/b.txt", "in a directory")

	assert.True(t, sourcetest.Record(t, open(t, repo.Dir, target.Options{})).Has("committed"))
	r := sourcetest.Record(t, open(t, filepath.Join(repo.Dir, "sub"), target.Options{}))
	assert.True(t, r.Has("in a directory"))
	assert.True(t, sourcetest.Record(t, open(t, filepath.Join(repo.Dir, "sub", "b.txt"), target.Options{})).Has("in a directory"))
	assert.True(t, sourcetest.Record(t, open(t, "-", target.Options{Stdin: strings.NewReader("streamed")})).Has("streamed"))
	assert.True(t, sourcetest.Record(t, open(t, "file://"+repo.Dir, target.Options{})).Has("committed"))
	t.Chdir(repo.Dir)
	assert.True(t, sourcetest.Record(t, open(t, ".", target.Options{})).Has("committed"))

	// A path goes before a URL.
	require.NoError(t, os.MkdirAll("host:path", 0o755))
	repo.Write("host:path/c.txt", "with a colon")
	assert.True(t, sourcetest.Record(t, open(t, "host:path", target.Options{})).Has("with a colon"))
}

// TestPartsOfARepository: the same place has the same path, whatever was typed.
func TestPartsOfARepository(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("sub/gone.txt", "in the history of a part")
	repo.Git("rm", "-q", "sub/gone.txt")
	repo.Write(".gitignore", "*.log\nbuild/\n")
	repo.Write("sub/deep/b.txt", "in a part")
	repo.Write("sub/deep/b.log", "ignored in a part")
	repo.Write("build/out.txt", "ignored and named")
	repo.Write("other.txt", "elsewhere")
	repo.Git("add", ".")
	repo.Git("commit", "-q", "-m", "of the whole")
	t.Chdir(filepath.Join(repo.Dir, "sub"))
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(repo.Dir, link))

	paths := func(names ...string) []string {
		t.Helper()
		var out []string
		for _, q := range target.Requests(names, target.Options{Options: git.Options{Jobs: 2}}) {
			x, err := q.Open(t.Context())
			require.NoError(t, err)
			r := sourcetest.Record(t, x)
			for _, p := range r.Places(x, "") {
				out = append(out, p.Path+p.What)
			}
			require.NoError(t, x.Close())
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	whole := []string{".gitignore", "author", "commit message", "committer", "other.txt", "sub/deep/b.txt", "sub/gone.txt"}
	for _, c := range []struct {
		want  []string
		names [][]string
	}{
		{[]string{"sub/deep/b.txt", "sub/gone.txt"}, [][]string{{"."}, {repo.Dir + "/sub"}, {link + "/sub/"}, {"../sub"}, {"deep", "."}}},
		{whole, [][]string{{target.Here}, {".."}, {repo.Dir}, {link}, {"deep", ".."}, {target.Here, "deep"}}},
		{[]string{"sub/deep/b.txt"}, [][]string{{"deep"}, {"deep/b.txt"}, {"./deep/b.txt", link + "/sub/deep/b.txt"}}},
		{[]string{"other.txt", "sub/deep/b.log"}, [][]string{{"deep/b.log", "../other.txt"}}},
		{[]string{"build/out.txt"}, [][]string{{"../build"}, {"../build/out.txt"}}},
	} {
		for _, names := range c.names {
			assert.Equal(t, c.want, paths(names...), "%q", names)
		}
	}
}

// TestGitsEnvironment: what git sets for hooks names the repository.
func TestGitsEnvironment(t *testing.T) {
	home := t.TempDir()
	dots := filepath.Join(t.TempDir(), "dots.git")
	repo := sourcetest.NewRepo(t)
	repo.Git("init", "-q", "--bare", "-b", "main", dots)
	inHome := repo.At(home)
	require.NoError(t, os.Mkdir(filepath.Join(home, "sub"), 0o755))
	inHome.Write("sub/.profile", "a dotfile")
	inHome.Git("--git-dir="+dots, "--work-tree=.", "add", "sub/.profile")
	other := sourcetest.NewRepo(t)
	other.Commit("o.txt", "of another repository")

	t.Chdir(filepath.Join(home, "sub"))
	staged := target.Options{Options: git.Options{Parts: git.Staged}}
	t.Setenv("GIT_DIR", dots)
	t.Setenv("GIT_WORK_TREE", home)
	for _, name := range []string{target.Here, ".", ".profile", home} {
		r := sourcetest.Record(t, open(t, name, staged))
		assert.Equal(t, 1, len(r.Find("a dotfile")), name)
	}
	assert.True(t, sourcetest.Record(t, open(t, other.Dir, target.Options{})).Has("of another repository"), "it is about one repository")

	t.Setenv("GIT_WORK_TREE", filepath.Join(home, "nowhere"))
	_, err := target.Open(t.Context(), target.Here, staged)
	assert.ErrorContains(t, err, "GIT_WORK_TREE")
	require.NoError(t, os.Unsetenv("GIT_WORK_TREE"))
	repo.Git("--git-dir="+dots, "config", "core.bare", "false")
	repo.Git("--git-dir="+dots, "config", "core.worktree", home)
	x := open(t, target.Here, target.Options{Options: git.Options{Parts: git.WorkTree}})
	r := sourcetest.Record(t, x)
	assert.Equal(t, "sub/.profile", r.Places(x, "a dotfile")[0].Path, "core.worktree")

	for name, value := range map[string]string{
		"GIT_DIR": filepath.Join(home, "nowhere"), "GIT_CONFIG_COUNT": "many", "GIT_CONFIG_PARAMETERS": "'open",
		"GIT_OBJECT_DIRECTORY": filepath.Join(home, "nowhere"), "GIT_ALTERNATE_OBJECT_DIRECTORIES": `"open`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			_, err := target.Open(t.Context(), target.Here, staged)
			assert.ErrorContains(t, err, name)
		})
	}
	t.Run("git -c", func(t *testing.T) {
		t.Setenv("GIT_CONFIG_PARAMETERS", "'core.worktree'='"+filepath.Join(home, "sub")+"'")
		x := open(t, target.Here, target.Options{Options: git.Options{Parts: git.WorkTree}})
		assert.Equal(t, ".profile", sourcetest.Record(t, x).Places(x, "a dotfile")[0].Path)
	})
}

func TestDiscoveryEndsAtCeilings(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a/b/c.txt", "a file")
	t.Chdir(filepath.Join(repo.Dir, "a", "b"))
	require.NotNil(t, open(t, target.Here, target.Options{}).Repository)
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Join(repo.Dir, "a")+":"+repo.Dir)
	require.Nil(t, open(t, target.Here, target.Options{}).Repository)
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Join(repo.Dir, "a", "b"))
	require.NotNil(t, open(t, target.Here, target.Options{}).Repository, "the directory itself is no ceiling")
}

func TestWhatCannotBeOpened(t *testing.T) {
	damaged := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(damaged, ".git"), 0o755))
	plain := t.TempDir()
	for name, o := range map[string]target.Options{
		filepath.Join(plain, "nowhere"): {},
		damaged:                         {}, // its history would be passed over
		"ext::sh -c true":               {},
		"ext://sh":                      {},
		"ftp://example.com/x":           {},
		"file:///nowhere/at/all":        {},
		plain:                           {Options: git.Options{Range: "A..B"}},
		"-":                             {Options: git.Options{Parts: git.Staged}},
		"https://example.com/x":         {Options: git.Options{Parts: git.Staged}},
	} {
		_, err := target.Open(context.Background(), name, o)
		assert.Error(t, err, name)
	}
	// Who asks for files alone gets them.
	require.NoError(t, os.WriteFile(filepath.Join(damaged, "a.txt"), []byte("a file"), 0o644))
	x := open(t, damaged, target.Options{Options: git.Options{Parts: git.Staged | git.WorkTree}})
	assert.True(t, sourcetest.Record(t, x).Has("a file"))
}

// server serves repositories below root as a forge does.
func server(t *testing.T, root string) *httptest.Server {
	t.Helper()
	path, err := exec.LookPath("git")
	require.NoError(t, err)
	s := httptest.NewServer(&cgi.Handler{
		Path: path, Args: []string{"http-backend"},
		Env: []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"},
	})
	t.Cleanup(s.Close)
	return s
}

// temporary makes a place of its own for temporary files, to see what stays.
func temporary(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	return dir
}

func TestClone(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	c := repo.Commit("a.txt", "on main")
	repo.Git("checkout", "-q", "-b", "side")
	repo.Commit("b.txt", "on a branch")
	repo.Git("checkout", "-q", "main")
	repo.Git("update-ref", "refs/pull/1/head", repo.Git("commit-tree", "-m", "of a pull request", "HEAD^{tree}"))
	repo.Git("tag", "-a", "v1", "-m", "said in a tag")
	url := server(t, repo.Dir).URL + "/.git"

	dir := temporary(t)
	x := open(t, strings.Replace(url, "://", "://user:pass-word@", 1), target.Options{})
	assert.Equal(t, url, x.Name, "credentials are not shown")
	r := sourcetest.Record(t, x)
	for _, text := range []string{"on main", "on a branch", "of a pull request", "said in a tag"} {
		assert.True(t, r.Has(text), text)
	}
	assert.Empty(t, r.Rows)
	p := r.Places(x, "on main")
	require.Len(t, p, 1)
	assert.Equal(t, "a.txt", p[0].Path)
	assert.Equal(t, finding.History, p[0].Layer)
	assert.Equal(t, c, p[0].First.Hash)
	assert.True(t, p[0].InHead)

	require.NoError(t, x.Close())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left, "the clone is removed")
}

func TestCloneThatFailsLeavesAndTellsNothing(t *testing.T) {
	dir := temporary(t)
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	name := strings.Replace(s.URL, "://", "://user:pass-word@", 1) + "/x.git?token=tok-en"
	_, err := target.Open(context.Background(), name, target.Options{})
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "pass-word")
	assert.NotContains(t, err.Error(), "tok-en")
	assert.Contains(t, err.Error(), "/x.git")
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestCloneEndsWithItsContext(t *testing.T) {
	dir := temporary(t)
	ctx, cancel := context.WithCancel(context.Background())
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel() // somebody interrupts while the server keeps us waiting
		<-r.Context().Done()
	}))
	defer s.Close()
	_, err := target.Open(ctx, s.URL+"/x.git", target.Options{})
	require.ErrorIs(t, err, context.Canceled)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
}
