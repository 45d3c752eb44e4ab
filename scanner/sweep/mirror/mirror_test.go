package mirror_test

import (
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
