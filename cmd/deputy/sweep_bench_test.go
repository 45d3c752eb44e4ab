//go:build unix

package main

import (
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/sweep/store"
	"github.com/deputy-sec/deputy/scanner/sweep/store/storetest"
)

// The measurements here are run by `make sweep-bench`, and stand in docs/sweep.md.

func benchOnly(t *testing.T) {
	t.Helper()
	if os.Getenv("DEPUTY_SWEEP_BENCH") == "" {
		t.Skip("make sweep-bench measures this")
	}
}

// processor is how much processor time a process took that has ended, with those that it
// started.
func (p *party) processor() time.Duration {
	return p.ProcessState.UserTime() + p.ProcessState.SystemTime()
}

// median returns the one in the middle.
func median[T cmp.Ordered](all []T) T {
	slices.Sort(all)
	return all[len(all)/2]
}

// TestBenchWorkers sweeps with one, two and four workers that examine a repository at a
// time each, and says what that takes. The queue's own cost is the processor time of the
// database and of a sweep that finds nothing changed, which lists, takes jobs, looks at each
// repository and records that; beside that of the whole first sweep.
func TestBenchWorkers(t *testing.T) {
	benchOnly(t)
	o := newOrganisation(t, 200, 60, "")
	o.config = o.write("folder.yaml", "targets:\n  - {repositories: folder}\n")
	require.NoError(t, store.MakeKey(filepath.Join(o.dir, "key")))
	for _, workers := range []int{1, 2, 4} {
		var took, processor, database, unchanged []time.Duration
		var share []float64
		for range 3 {
			server := storetest.New(t)
			w := o.world(server.Schema(t))
			var others []*party
			for range workers - 1 {
				others = append(others, w.start("worker", "--jobs", "1"))
			}
			began := time.Now()
			first := w.start("sweep", "run", "--quiet", "--jobs", "1")
			w.finished(first)
			took = append(took, time.Since(began))
			all := first.processor()
			for _, p := range others {
				require.NoError(t, p.Process.Signal(os.Interrupt))
				<-p.ended
				p.ended <- nil
				all += p.processor()
			}
			db := server.Stop()
			server.Run(t)
			second := w.start("sweep", "run", "--quiet", "--jobs", "1")
			w.finished(second)
			processor, database, unchanged = append(processor, all), append(database, db), append(unchanged, second.processor())
			share = append(share, 100*float64(db+second.processor())/float64(all))
		}
		t.Logf("| %d | %.1f s | %.1f s | %.2f s | %.2f s | %.1f %% |", workers, median(took).Seconds(), median(processor).Seconds(), median(database).Seconds(), median(unchanged).Seconds(), median(share))
	}
	load(t)
}

func load(t *testing.T) {
	text, err := os.ReadFile("/proc/loadavg")
	if err == nil {
		t.Logf("load: %s", text)
	}
}

// many makes a folder of repositories that share some histories, as forks and copies do.
func many(t *testing.T, repositories, histories int) *organisation {
	t.Helper()
	o := &organisation{T: t, dir: t.TempDir()}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range histories {
		makeRepository(t, filepath.Join(o.dir, "made", fmt.Sprint(i)), history(random, i*3, 8))
	}
	for i := range repositories {
		from := filepath.Join(o.dir, "made", fmt.Sprint(i%histories))
		to := filepath.Join(o.dir, "folder", fmt.Sprintf("team%02d", i%40), fmt.Sprintf("service-%05d.git", i))
		require.NoError(t, filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name := filepath.Join(to, strings.TrimPrefix(path, from))
			if d.IsDir() {
				return os.MkdirAll(name, 0o755)
			}
			return os.Link(path, name)
		}))
	}
	o.config = o.write("sweep.yaml", "targets:\n  - {repositories: folder}\n")
	require.NoError(t, store.MakeKey(filepath.Join(o.dir, "key")))
	return o
}

// TestBenchTenThousand sweeps 10,000 repositories twice, and says what that takes.
func TestBenchTenThousand(t *testing.T) {
	benchOnly(t)
	n := 10_000
	if text := os.Getenv("DEPUTY_SWEEP_BENCH_REPOSITORIES"); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	o := many(t, n, 500)
	databases := map[string]string{"SQLite": storetest.SQLite(t)}
	databases["PostgreSQL"] = storetest.New(t).Schema(t)
	for _, name := range []string{"SQLite", "PostgreSQL"} {
		w := o.world(databases[name])
		var facts []string
		for _, sweep := range []string{"first", "second"} {
			began := time.Now()
			p := w.sweep()
			w.within(p, 30*time.Minute)
			usage := p.ProcessState.SysUsage().(*syscall.Rusage)
			facts = append(facts, fmt.Sprintf("%s sweep %s, %s processor time, %d MB", sweep, time.Since(began).Round(time.Second), (p.ProcessState.UserTime()+p.ProcessState.SystemTime()).Round(time.Second), usage.Maxrss>>10))
		}
		s := storetest.Open(t, databases[name])
		size, err := s.Size(t.Context())
		require.NoError(t, err)
		t.Logf("%s: %s; database %d MB", name, strings.Join(facts, "; "), size>>20)
		w.pages(name)
	}
	load(t)
}

// within waits for a sweep that takes long.
func (w *sweptWorld) within(p *party, limit time.Duration) {
	w.Helper()
	require.False(w, p.runs(limit), "the sweep does not end")
	require.Equal(w, 1, p.ProcessState.ExitCode(), p.said.String())
}

// pages asks for the page's views, and says how long they take and what memory that needs.
func (w *sweptWorld) pages(name string) {
	w.Helper()
	p := &party{ended: make(chan error, 1)}
	p.Cmd = exec.Command("deputy", "serve", "--listen", "127.0.0.1:0", "--database", w.database)
	p.Stderr = &p.said
	require.NoError(w, p.Start())
	w.started = append(w.started, p)
	go func() { p.ended <- p.Wait() }()
	address := regexp.MustCompile(`url=(http://127\.0\.0\.1:\d+)/`)
	require.Eventually(w, func() bool { return address.MatchString(p.said.String()) }, time.Minute, 10*time.Millisecond)
	url := address.FindStringSubmatch(p.said.String())[1]
	for _, path := range []string{"/", "/findings", "/findings?q=service-09", "/repositories", "/repositories?q=service-09", "/metrics"} {
		var all []time.Duration
		for range 7 {
			began := time.Now()
			res, err := http.Get(url + path)
			require.NoError(w, err)
			_, err = io.Copy(io.Discard, res.Body)
			require.NoError(w, err)
			res.Body.Close()
			require.Equal(w, http.StatusOK, res.StatusCode, path)
			all = append(all, time.Since(began))
		}
		slices.Sort(all)
		w.Logf("%s: page %s: median %d ms", name, path, all[3].Milliseconds())
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	if err == nil {
		w.Logf("%s: page's memory at most:%s", name, regexp.MustCompile(`VmHWM:(.*)`).FindStringSubmatch(string(status))[1])
	}
	p.kill()
}
