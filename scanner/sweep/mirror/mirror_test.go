package mirror_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/internal/filelock"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
	"github.com/deputy-sec/deputy/scanner/sweep/mirror"
)

// serve serves repositories by git http-backend, to whoever has the password.
func serve(t *testing.T, root, password string, seen *[]string) *httptest.Server {
	t.Helper()
	path, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Skip("git is not on the PATH")
	}
	backend := &cgi.Handler{Path: filepath.Join(strings.TrimSpace(string(path)), "git-http-backend"), Env: []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1"}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, given, _ := r.BasicAuth()
		if seen != nil {
			*seen = append(*seen, given)
		}
		if given != password {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server
}

func open(t *testing.T, l mirror.Limits) *mirror.Cache {
	t.Helper()
	c, err := mirror.Open(t.TempDir(), l)
	require.NoError(t, err)
	return c
}

func TestMirrorFollowsItsOrigin(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a", "a")
	token := "hunter2-" + t.Name()
	server := serve(t, filepath.Dir(repo.Dir), token, nil)
	dir := t.TempDir()
	c, err := mirror.Open(dir, mirror.Limits{})
	require.NoError(t, err)
	source := mirror.Source{Identity: "x", URL: server.URL + "/" + filepath.Base(repo.Dir) + "/.git", User: "ada", Password: finding.NewSecret(token)}
	fetch := func() string {
		m, err := c.Fetch(t.Context(), source)
		require.NoError(t, err)
		defer m.Close()
		out, err := exec.Command("git", "--git-dir="+m.Dir, "rev-parse", "HEAD").Output()
		require.NoError(t, err)
		assert.Equal(t, repo.Git("rev-parse", "HEAD"), strings.TrimSpace(string(out)))
		return m.Tips
	}
	first := fetch()
	assert.Equal(t, first, fetch(), "nothing has changed")
	repo.Commit("b", "b")
	assert.NotEqual(t, first, fetch())
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		assert.NotContains(t, string(data), token, path)
		assert.NotContains(t, string(data), server.URL, path)
		return err
	}))
	source.Password = finding.NewSecret("wrong-" + t.Name())
	_, err = c.Fetch(t.Context(), source)
	assert.EqualError(t, err, "the host refused the token")
}

// A token goes to its own host alone, whatever that says.
func TestRedirectsAreNotFollowed(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a", "a")
	var seen []string
	other := serve(t, filepath.Dir(repo.Dir), "", &seen)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+r.URL.String(), http.StatusFound)
	}))
	t.Cleanup(server.Close)
	_, err := open(t, mirror.Limits{}).Fetch(t.Context(), mirror.Source{Identity: "x", URL: server.URL + "/" + filepath.Base(repo.Dir) + "/.git", User: "ada", Password: finding.NewSecret("hunter2-token")})
	assert.Error(t, err)
	assert.Empty(t, seen, "nobody else was asked")
}

func TestOnlyRefsWithinTheLimit(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	head := repo.Commit("a", "a")
	for _, name := range []string{"b", "c", "d"} {
		repo.Git("update-ref", "refs/heads/"+name, head)
	}
	server := serve(t, filepath.Dir(repo.Dir), "", nil)
	_, err := open(t, mirror.Limits{Refs: 3}).Fetch(t.Context(), mirror.Source{Identity: "x", URL: server.URL + "/" + filepath.Base(repo.Dir) + "/.git"})
	assert.ErrorContains(t, err, "more than 3 refs")
	assert.Equal(t, finding.OverBudget, finding.ReasonOf(err).Code)
}

func TestURLsThatRunProgramsOrReadFilesAreRefused(t *testing.T) {
	marker := filepath.Join(t.TempDir(), "ran")
	for _, url := range []string{"ext::sh -c touch% " + marker, "file:///etc", "/etc", "-u", "--upload-pack=touch " + marker, "https://ada:hunter2@example.com/x", "fd::0", ""} {
		_, err := open(t, mirror.Limits{}).Fetch(t.Context(), mirror.Source{Identity: "x", URL: url})
		require.Error(t, err, url)
		assert.NotContains(t, err.Error(), "hunter2")
	}
	assert.NoFileExists(t, marker)
}

// fetchOf returns what fetches a repository into a cache and says where the mirror is.
func fetchOf(t *testing.T, repo *sourcetest.Repo, dir string) func() string {
	t.Helper()
	server := serve(t, filepath.Dir(repo.Dir), "", nil)
	c, err := mirror.Open(dir, mirror.Limits{})
	require.NoError(t, err)
	return func() string {
		t.Helper()
		m, err := c.Fetch(t.Context(), mirror.Source{Identity: "x", URL: server.URL + "/" + filepath.Base(repo.Dir) + "/.git"})
		require.NoError(t, err)
		defer m.Close()
		out, err := exec.Command("git", "--git-dir="+m.Dir, "log", "-1", "--format=%H").Output()
		require.NoError(t, err)
		assert.Equal(t, repo.Git("rev-parse", "HEAD"), strings.TrimSpace(string(out)))
		return m.Dir
	}
}

// What a machine leaves that lost its power keeps no later fetch from its work.
func TestMirrorGoesOnAfterAGitThatWasKilled(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a", "a")
	fetch := fetchOf(t, repo, t.TempDir())
	dir := fetch()
	for _, left := range []string{"HEAD.lock", "packed-refs.lock", "config.lock", "refs/heads/main.lock", "refs/heads/master.lock", "objects/pack/tmp_pack_abc"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, left), nil, 0o600))
	}
	repo.Commit("b", "b")
	fetch()
	assert.NoFileExists(t, filepath.Join(dir, "objects/pack/tmp_pack_abc"))
}

func TestDamagedMirrorIsMadeAnew(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a", "a")
	fetch := fetchOf(t, repo, t.TempDir())
	for name, damage := range map[string]func(dir string) error{
		"packs are gone": func(dir string) error { return os.RemoveAll(filepath.Join(dir, "objects", "pack")) },
		"no HEAD":        func(dir string) error { return os.WriteFile(filepath.Join(dir, "HEAD"), nil, 0o600) },
		"bad config":     func(dir string) error { return os.WriteFile(filepath.Join(dir, "config"), []byte("[core"), 0o600) },
	} {
		require.NoError(t, damage(fetch()), name)
		repo.Commit(name, name)
		fetch()
	}
}

// helper is set in a process that fetches and is killed.
const helper = "MIRROR_TEST_FETCH"

func TestMain(m *testing.M) {
	if args := strings.Fields(os.Getenv(helper)); len(args) == 2 {
		c, err := mirror.Open(args[0], mirror.Limits{})
		if err == nil {
			_, err = c.Fetch(context.Background(), mirror.Source{Identity: "x", URL: args[1]})
		}
		fmt.Println(err)
		return
	}
	os.Exit(m.Run())
}

// Who is killed leaves git behind. Nobody else writes to the mirror until that has ended.
func TestGitHoldsTheMirrorThoughItsWorkerIsDead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("processes inherit no files there")
	}
	asked, goOn := make(chan bool, 1), make(chan bool)
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- true
		<-goOn
	}))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	worker := exec.Command(os.Args[0])
	worker.Env = append(os.Environ(), helper+"="+dir+" "+server.URL+"/a.git")
	require.NoError(t, worker.Start())
	<-asked
	require.NoError(t, worker.Process.Kill())
	_ = worker.Wait()
	locks, err := filepath.Glob(filepath.Join(dir, "*.git.lock"))
	require.NoError(t, err)
	require.Len(t, locks, 1)
	_, err = filelock.Try(locks[0])
	require.ErrorIs(t, err, filelock.ErrHeld)
	close(goOn)
	require.Eventually(t, func() bool { return filelock.Abandoned(locks[0]) }, time.Minute, 10*time.Millisecond)
}

// What was used the longest ago goes, once there is too much.
func TestTheLongestUnusedMirrorsGo(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a", strings.Repeat("a line of text\n", 10))
	server := serve(t, filepath.Dir(repo.Dir), "", nil)
	c := open(t, mirror.Limits{Cache: 5_000})
	var dirs []string
	for i := range 6 {
		m, err := c.Fetch(t.Context(), mirror.Source{Identity: fmt.Sprint(i), URL: server.URL + "/" + filepath.Base(repo.Dir) + "/.git"})
		require.NoError(t, err)
		require.NoError(t, m.Close())
		dirs = append(dirs, m.Dir)
		old := time.Now().Add(time.Duration(i-100) * time.Minute)
		require.NoError(t, os.Chtimes(m.Dir+".lock", old, old))
	}
	assert.NoDirExists(t, dirs[0])
	assert.NoDirExists(t, dirs[1])
	assert.DirExists(t, dirs[5])
}
