package sweep_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/sweep"
	"github.com/deputy-sec/deputy/scanner/sweep/config"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

// told is what a receiver of messages was sent.
type told struct {
	sync.Mutex
	bodies []map[string]any
	raw    string
}

func (r *told) ServeHTTP(_ http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	var m map[string]any
	_ = json.Unmarshal(body, &m)
	r.Lock()
	defer r.Unlock()
	r.bodies, r.raw = append(r.bodies, m), r.raw+string(body)
}

func (r *told) count() int {
	r.Lock()
	defer r.Unlock()
	return len(r.bodies)
}

// TestASweepTellsWhatIsNewOnce sweeps a repository twice: the first sweep has something to
// tell to whom hears of it, the second nothing.
func TestASweepTellsWhatIsNewOnce(t *testing.T) {
	repositories, all, grave := t.TempDir(), &told{}, &told{}
	value := example.Expand("«account»", 7, nil).Text
	commit(t, filepath.Join(repositories, "shop"), "deploy.sh", "export AWS_ACCOUNT_ID="+value+"\naws iam get-role --role-name arn:aws:iam::"+value+":role/deploy\n")
	hears, hearsGrave := httptest.NewServer(all), httptest.NewServer(grave)
	defer hears.Close()
	defer hearsGrave.Close()

	c := &config.Config{
		Targets: []config.Target{{Repositories: repositories}},
		Notify: []config.Notification{
			{Webhook: &config.Webhook{URL: hears.URL}},
			{Webhook: &config.Webhook{URL: hearsGrave.URL}, Severity: finding.Critical},
		},
		Serve: config.Serve{URL: "https://deputy.example.com"},
	}
	s, w := worker(t)
	sweepOnce(t, s, w, c)
	sweepOnce(t, s, w, c)

	require.Equal(t, 1, all.count(), "the second sweep found nothing new")
	assert.Zero(t, grave.count(), "nothing is critical")
	assert.EqualValues(t, 1, all.bodies[0]["new"])
	assert.Contains(t, all.raw, "deploy.sh")
	assert.Contains(t, all.raw, "https://deputy.example.com/findings/")
	assert.NotContains(t, all.raw, value)
}

// TestARepositoryDoesNotSwitchRulesOff has a mark in the text that allows what stands there.
func TestARepositoryDoesNotSwitchRulesOff(t *testing.T) {
	for trusted, want := range map[bool]int64{false: 1, true: 0} {
		repositories := t.TempDir()
		value := example.Expand("«account»", 7, nil).Text
		commit(t, filepath.Join(repositories, "shop"), "main.tf", "role = \"arn:aws:iam::"+value+":role/deploy\" # deputy:allow aws-account-id it is ours\n")
		s, w := worker(t)
		sweepOnce(t, s, w, &config.Config{Targets: []config.Target{{Repositories: repositories}}, TrustRepositories: trusted})
		n, err := s.CountFindings(t.Context(), store.FindingFilter{})
		require.NoError(t, err)
		assert.Equal(t, want, n, "trusted: %t", trusted)
	}
}

// TestWhoCannotBeToldKeepsNoSweepFromEnding has a receiver that refuses for good.
func TestWhoCannotBeToldKeepsNoSweepFromEnding(t *testing.T) {
	repositories := t.TempDir()
	value := example.Expand("«account»", 7, nil).Text
	commit(t, filepath.Join(repositories, "shop"), "main.tf", "role = \"arn:aws:iam::"+value+":role/deploy\"\n")
	refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	defer refuses.Close()
	s, w := worker(t)
	sweepOnce(t, s, w, &config.Config{
		Targets: []config.Target{{Repositories: repositories}},
		Notify:  []config.Notification{{Webhook: &config.Webhook{URL: refuses.URL}}},
	})
}

func commit(t *testing.T, dir, name, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	for _, args := range [][]string{
		{"init", "-q"}, {"add", "."}, {"-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "deploy"},
	} {
		out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput()
		require.NoError(t, err, string(out))
	}
}

// worker returns a store of its own and a worker on it.
func worker(t *testing.T) (*store.Store, *sweep.Worker) {
	t.Helper()
	dir := t.TempDir()
	s, err := store.Open(t.Context(), "sqlite://"+filepath.Join(dir, "sweeps.db"))
	require.NoError(t, err)
	key := filepath.Join(dir, "key")
	require.NoError(t, store.MakeKey(key))
	w, err := sweep.Start(t.Context(), s, sweep.Options{
		Name: "test", KeyFile: key, CacheDir: filepath.Join(dir, "cache"), LockDir: filepath.Join(dir, "locks"), Jobs: 1,
		Log: slog.New(slog.DiscardHandler), Lost: func(reason string) { t.Error(reason) },
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		assert.NoError(t, w.Stop(ctx))
		assert.NoError(t, s.Close())
	})
	return s, w
}

// sweepOnce sweeps, and waits for the end.
func sweepOnce(t *testing.T, s *store.Store, w *sweep.Worker, c *config.Config) {
	t.Helper()
	plan, err := sweep.WritePlan(c)
	require.NoError(t, err)
	n, err := sweep.Begin(t.Context(), s, w.Inserter, plan, "ada")
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		got, err := s.Sweep(t.Context(), n)
		return err == nil && got.Status != store.Running
	}, time.Minute, 20*time.Millisecond)
}
