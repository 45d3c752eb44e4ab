package sweep_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/sweep"
	"github.com/deputy-sec/deputy/scanner/sweep/config"
	"github.com/deputy-sec/deputy/scanner/sweep/state"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

// The tests here have the states of findings follow from what happens to real repositories
// that are fetched from a server.

// place is a server with repositories, and the sweeps of it.
type place struct {
	*testing.T
	root, url string
	s         *store.Store
	w         *sweep.Worker
	names     []string
}

func newPlace(t *testing.T) *place {
	t.Helper()
	path, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Skip("git is not on the PATH")
	}
	p := &place{T: t, root: t.TempDir()}
	server := httptest.NewServer(&cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(string(path)), "git-http-backend"), Env: []string{"GIT_PROJECT_ROOT=" + p.root, "GIT_HTTP_EXPORT_ALL=1"}, Stderr: t.Output(),
	})
	t.Cleanup(server.Close)
	p.url = server.URL
	p.s, p.w = worker(t)
	return p
}

func (p *place) git(name string, args ...string) {
	p.Helper()
	cmd := exec.Command("git", append([]string{"-C", filepath.Join(p.root, name), "-c", "user.name=Ada", "-c", "user.email=ada@example.com"}, args...)...)
	out, err := cmd.CombinedOutput()
	require.NoError(p, err, "%s", out)
}

// leak is a text with a value that is found.
func leak(seed uint64) string {
	return "role = \"" + example.Expand("arn:aws:iam::«account»:role/deploy", seed, nil).Text + "\"\n"
}

// put commits a text to a repository, which is made if it is not there.
func (p *place) put(name, file, text string) {
	p.Helper()
	dir := filepath.Join(p.root, name)
	if _, err := os.Stat(dir); err != nil {
		require.NoError(p, os.MkdirAll(dir, 0o755))
		p.git(name, "init", "-q", "-b", "main")
		p.names = append(p.names, name)
	}
	require.NoError(p, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
	p.git(name, "add", ".")
	p.git(name, "commit", "-q", "-m", "change")
}

func (p *place) sweep() {
	p.Helper()
	var urls []string
	for _, name := range p.names {
		urls = append(urls, p.url+"/"+name)
	}
	sweepOnce(p.T, p.s, p.w, &config.Config{Targets: []config.Target{{URLs: urls}}})
}

// states are those of all findings, in the order in which they were found.
func (p *place) states() (all []state.State) {
	p.Helper()
	found, _, err := p.s.Findings(p.Context(), store.FindingFilter{}, "", 10)
	require.NoError(p, err)
	for _, f := range found {
		all = append([]state.State{f.State}, all...)
	}
	return all
}

// What stands in the history alone is not fixed; once the history is written anew without
// it, it is.
func TestAHistoryThatIsRewrittenFixes(t *testing.T) {
	p := newPlace(t)
	p.put("a", "README", "nothing\n")
	p.put("a", "main.tf", leak(1))
	p.sweep()
	assert.Equal(t, []state.State{state.New}, p.states())
	p.put("a", "main.tf", "nothing\n")
	p.sweep()
	assert.Equal(t, []state.State{state.Open}, p.states(), "whoever clones it has it")
	p.git("a", "reset", "-q", "--hard", "HEAD~2")
	p.put("a", "other.tf", "nothing else\n")
	p.sweep()
	assert.Equal(t, []state.State{state.Fixed}, p.states())
	p.put("a", "main.tf", leak(1))
	p.sweep()
	assert.Equal(t, []state.State{state.Reappeared}, p.states())
}

// A repository that cannot be reached keeps its findings as they are, and is told of.
func TestARepositoryThatCannotBeReachedFixesNothing(t *testing.T) {
	p := newPlace(t)
	p.put("a", "main.tf", leak(1))
	p.put("b", "main.tf", leak(2))
	p.sweep()
	require.NoError(t, os.Rename(filepath.Join(p.root, "a"), filepath.Join(p.root, "away")))
	p.put("b", "main.tf", leak(2)+"# and more\n")
	p.sweep()
	assert.Equal(t, []state.State{state.Open, state.Open}, p.states())
	all, _, err := p.s.Repositories(t.Context(), store.RepositoryFilter{Verdict: []store.Verdict{store.Failed}}, store.ByName, "", 10)
	require.NoError(t, err)
	require.Len(t, all, 1)
	assert.Equal(t, "a", all[0].FullName)
	assert.NotEmpty(t, all[0].Reason)
	require.NoError(t, os.Rename(filepath.Join(p.root, "away"), filepath.Join(p.root, "a")))
	p.sweep()
	assert.Equal(t, []state.State{state.Open, state.Open}, p.states())
}

// A fork holds what its origin does: one finding in two repositories, fixed once neither
// has it, and its contents are not examined again.
func TestAForkHoldsTheSameFinding(t *testing.T) {
	p := newPlace(t)
	for i := range 300 { // enough that some of them are remembered as samples
		require.NoError(t, os.MkdirAll(filepath.Join(p.root, "a"), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(p.root, "a", fmt.Sprint("f", i)), []byte(strings.Repeat("text ", i)), 0o600))
	}
	p.git("", "init", "-q", "-b", "main", "a")
	p.names = append(p.names, "a")
	p.put("a", "main.tf", leak(1))
	p.git("a", "gc", "-q")
	p.sweep()
	p.git("", "clone", "-q", "a", "fork")
	p.names = append(p.names, "fork")
	p.sweep()
	found, _, err := p.s.Findings(t.Context(), store.FindingFilter{}, "", 10)
	require.NoError(t, err)
	require.Len(t, found, 1)
	assert.Equal(t, 2, found[0].Repositories)
	assert.Equal(t, state.Open, found[0].State, "it is known, wherever it comes up")
	v, err := p.s.SweepVerdicts(t.Context(), 2)
	require.NoError(t, err)
	assert.Greater(t, v.Remembered, int64(200), "the fork's contents are known")
	for i, name := range []string{"a", "fork"} {
		p.git(name, "checkout", "-q", "--orphan", "anew")
		p.put(name, "main.tf", "nothing\n")
		p.git(name, "branch", "-q", "-D", "main")
		if name == "fork" {
			p.git(name, "remote", "remove", "origin")
		}
		p.sweep()
		assert.Equal(t, []state.State{[]state.State{state.Open, state.Fixed}[i]}, p.states(), name)
	}
}

// Whose a finding is CODEOWNERS says, and else who last wrote there.
func TestCodeownersSayWhoseAFindingIs(t *testing.T) {
	p := newPlace(t)
	p.put("a", "other.tf", leak(2))
	p.put("a", "CODEOWNERS", "/main.tf @acme/platform\n")
	p.put("a", "main.tf", leak(1))
	p.sweep()
	for path, want := range map[string]string{"main.tf": "@acme/platform", "other.tf": "ada@example.com"} {
		found, _, err := p.s.Findings(t.Context(), store.FindingFilter{Text: path}, "", 10)
		require.NoError(t, err)
		require.Len(t, found, 1, path)
		assert.Equal(t, want, found[0].Owner, path)
	}
	found, _, err := p.s.Findings(t.Context(), store.FindingFilter{Text: "ACME/plat"}, "", 10)
	require.NoError(t, err)
	assert.Len(t, found, 1, "owners are searched for")
}

// A host is asked whether its answers still hold, and a worker tells of it in numbers.
func TestAListingIsAskedForAgainOnlyIfItHasChanged(t *testing.T) {
	s, w := worker(t)
	asked, confirmed := 0, 0
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked++
		if r.Header.Get("If-None-Match") == `"v1"` {
			confirmed++
			rw.WriteHeader(http.StatusNotModified)
			return
		}
		rw.Header().Set("ETag", `"v1"`)
		_, _ = io.WriteString(rw, "[]")
	}))
	defer server.Close()
	c := &config.Config{Targets: []config.Target{{Gitea: "acme", URL: server.URL}}}
	for range 2 {
		sweepOnce(t, s, w, c)
	}
	assert.Equal(t, asked, 2*confirmed)
	assert.Positive(t, confirmed)
	rec := httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	assert.Contains(t, rec.Body.String(), `deputy_worker_host_requests_total{event="not-modified"} `+strconv.Itoa(confirmed))
	assert.Contains(t, rec.Body.String(), `deputy_database_write_seconds_bucket{le="+Inf"}`)
	assert.NotContains(t, rec.Body.String(), "acme")
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/": 404} {
		rec := httptest.NewRecorder()
		w.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		assert.Equal(t, want, rec.Code, path)
	}
}
