//go:build unix

package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
	"github.com/deputy-sec/deputy/scanner/sweep/store/storetest"
)

// The tests here kill, freeze and cut off workers in the middle of sweeps, as real
// processes of the program, and want the same of every sweep as of one that nobody
// disturbed. `make sweep-chaos` does it at full size, go test at a small one.

// fullChaos is set by `make sweep-chaos` to a directory that keeps what differs.
const fullChaos = "DEPUTY_SWEEP_CHAOS"

// chaosSize is how much is done to how much.
type chaosSize struct {
	repositories, kills int
	lease               string // of the configuration; "" for the default
	freeze, away        time.Duration
}

func sizeOfChaos(t *testing.T) chaosSize {
	t.Helper()
	switch {
	case os.Getenv(fullChaos) != "":
		return chaosSize{repositories: 200, kills: 20, freeze: 60 * time.Second, away: 30 * time.Second}
	case testing.Short():
		t.Skip("processes are killed without -short alone")
	}
	return chaosSize{repositories: 6, kills: 2, lease: "3s"}
}

// organisation is a number of repositories, a half in a folder, a half served over HTTP.
type organisation struct {
	*testing.T
	dir    string
	config string
}

func newOrganisation(t *testing.T, repositories, commits int, limits string) *organisation {
	t.Helper()
	o := &organisation{T: t, dir: t.TempDir()}
	random := rand.New(rand.NewPCG(1, uint64(repositories)))
	server := serveGit(t, filepath.Join(o.dir, "served"))
	var urls strings.Builder
	for i := range repositories {
		where, name := "folder", fmt.Sprintf("r%04d.git", i)
		if i%2 == 1 {
			where = "served"
			fmt.Fprintf(&urls, "%s/%s\n", server.URL, name)
		}
		makeRepository(t, filepath.Join(o.dir, where, name), history(random, i, commits))
	}
	fmt.Fprintf(&urls, "%s/there-is-none.git\n", server.URL)
	o.write("urls", urls.String())
	o.config = o.write("sweep.yaml", fmt.Sprintf("targets:\n  - {repositories: folder}\n  - {url-file: urls}\nlimits: {%s}\n", limits))
	return o
}

func (o *organisation) write(name, text string) string {
	o.Helper()
	file := filepath.Join(o.dir, name)
	require.NoError(o, os.WriteFile(file, []byte(text), 0o600))
	return file
}

// serveGit serves repositories as their hosts do.
func serveGit(t *testing.T, root string) *httptest.Server {
	t.Helper()
	path, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Skip("git is not on the PATH")
	}
	backend := &cgi.Handler{Path: filepath.Join(strings.TrimSpace(string(path)), "git-http-backend"), Env: []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1"}, Stderr: io.Discard}
	server := httptest.NewServer(backend)
	t.Cleanup(server.Close)
	return server
}

func makeRepository(t *testing.T, dir, stream string) {
	t.Helper()
	for _, args := range [][]string{{"init", "--quiet", "--bare", "--template=", "-b", "main", dir}, {"--git-dir=" + dir, "fast-import", "--quiet"}} {
		cmd := exec.Command("git", args...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
		if args[0] != "init" {
			cmd.Stdin = strings.NewReader(stream)
		}
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
}

// history is a repository's as git fast-import reads it. Values stand in several
// repositories, come and go.
func history(random *rand.Rand, n, commits int) string {
	var b strings.Builder
	for c := range commits {
		fmt.Fprintf(&b, "commit refs/heads/main\ncommitter Ada <ada@example.com> %d +0000\ndata 1\nx\n", 1767323045+c)
		text := fmt.Sprintf("role = %q\n", example.Expand("arn:aws:iam::«account»:role/deploy", uint64(n/3*100+c), nil).Text)
		for range 40 {
			text += fmt.Sprintf("value_%d = %d\n", random.IntN(1000), random.Int64())
		}
		fmt.Fprintf(&b, "M 100644 inline dir%d/main%d.tf\ndata %d\n%s\n", c%3, c%5, len(text), text)
	}
	return b.String()
}

// world is one database that the organisation is swept into.
type sweptWorld struct {
	*organisation
	database string
	cache    string
	started  []*party
}

func (o *organisation) world(database string) *sweptWorld {
	w := &sweptWorld{organisation: o, database: database, cache: o.TempDir()}
	o.Cleanup(func() {
		for _, p := range w.started {
			p.kill()
		}
	})
	return w
}

// party is a process that takes part.
type party struct {
	*exec.Cmd
	said  said
	ended chan error
}

// start starts the program.
func (w *sweptWorld) start(verb ...string) *party {
	w.Helper()
	p := &party{ended: make(chan error, 1)}
	p.Cmd = exec.Command("deputy", append(verb, "--config", w.config, "--database", w.database, "--cache", w.cache, "--fingerprint-key", filepath.Join(w.dir, "key"))...)
	p.Stderr, p.Stdout = &p.said, &p.said
	require.NoError(w, p.Start())
	w.started = append(w.started, p)
	go func() { p.ended <- p.Wait() }()
	return p
}

func (w *sweptWorld) sweep() *party  { return w.start("sweep", "run", "--quiet", "--jobs", "2") }
func (w *sweptWorld) worker() *party { return w.start("worker", "--jobs", "2") }

func (p *party) kill() {
	_ = p.Process.Kill()
	<-p.ended
	p.ended <- nil // for who asks again
}

// runs reports whether the process is there after a while.
func (p *party) runs(after time.Duration) bool {
	select {
	case err := <-p.ended:
		p.ended <- err
		return false
	case <-time.After(after):
		return true
	}
}

// finished waits for the end of a sweep, which has findings.
func (w *sweptWorld) finished(p *party) {
	w.Helper()
	select {
	case err := <-p.ended:
		p.ended <- err
		require.Equal(w, 1, p.ProcessState.ExitCode(), "%v\n%s", err, p.said.String())
	case <-time.After(5 * time.Minute):
		require.FailNow(w, "the sweep does not end", p.said.String())
	}
}

func (w *sweptWorld) db() *sql.DB {
	w.Helper()
	name, source := "pgx", w.database
	if file, ok := strings.CutPrefix(w.database, "sqlite://"); ok {
		name, source = "sqlite", "file:"+file+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(name, source)
	require.NoError(w, err)
	return db
}

// rows returns the rows of a query as lines.
func (w *sweptWorld) rows(db *sql.DB, query string) string {
	w.Helper()
	rows, err := db.QueryContext(w.Context(), query)
	require.NoError(w, err)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(w, err)
	var b bytes.Buffer
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(sql.NullString)
		}
		require.NoError(w, rows.Scan(values...))
		for _, v := range values {
			b.WriteString(v.(*sql.NullString).String + "|")
		}
		b.WriteByte('\n')
	}
	require.NoError(w, rows.Err())
	return b.String()
}

// outcome is all that a sweep came to, without what differs each time.
func (w *sweptWorld) outcome() string {
	w.Helper()
	db := w.db()
	defer db.Close()
	truth := func(column string) string { return "CASE WHEN " + column + " THEN 1 ELSE 0 END" }
	return "findings\n" + w.rows(db, `SELECT rule, fingerprint, kind, class, severity, confidence, mask, state, repositories, `+truth("in_head")+` FROM finding ORDER BY rule, fingerprint`) +
		"places\n" + w.rows(db, `SELECT f.rule, f.fingerprint, r.identity, `+truth("o.present")+`, o.path, o.line, o.detail FROM occurrence o JOIN finding f ON f.id = o.finding_id JOIN repository r ON r.id = o.repository_id ORDER BY 1, 2, 3`) +
		"repositories\n" + w.rows(db, `SELECT identity, presence, verdict, reason, findings, risk, `+truth("job_id IS NULL")+` FROM repository ORDER BY 1`) +
		"events\n" + w.rows(db, `SELECT f.rule, f.fingerprint, e.kind, COUNT(*) FROM event e LEFT JOIN finding f ON f.id = e.finding_id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`) +
		"sweeps\n" + w.rows(db, `SELECT id, status, listing, remaining, total FROM sweep ORDER BY 1`) +
		"scans of each sweep and repository\n" + w.rows(db, `SELECT s.sweep_id, r.identity, s.verdict, COUNT(*) FROM scan s JOIN repository r ON r.id = s.repository_id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`) +
		"tasks that were not done\n" + w.rows(db, `SELECT COUNT(*) FROM task WHERE scan_id IS NULL`) +
		"jobs that are not settled\n" + w.rows(db, `SELECT COUNT(*) FROM river_job WHERE state <> 'completed'`) +
		"tallies\n" + w.rows(db, `SELECT sweep_id, state, severity, findings FROM tally ORDER BY 1, 2, 3`)
}

// chaos is an organisation with what a sweep of it comes to that nobody disturbs.
type chaos struct {
	chaosSize
	*organisation
	want   string
	random *rand.Rand
}

func newChaos(t *testing.T) *chaos {
	t.Helper()
	c := &chaos{chaosSize: sizeOfChaos(t), random: rand.New(rand.NewPCG(14, 2026))}
	limits := ""
	if c.lease != "" {
		limits = "lease: " + c.lease
	}
	c.organisation = newOrganisation(t, c.repositories, 6, limits)
	require.NoError(t, store.MakeKey(filepath.Join(c.dir, "key")))
	w := c.world(storetest.SQLite(t))
	w.finished(w.sweep())
	c.want = w.outcome()
	_, scans, _ := strings.Cut(c.want, "scans of each")
	require.Equal(t, c.repositories, strings.Count(scans, "|whole|1|\n"), "every repository has one scan\n%s", scans)
	require.Equal(t, 1, strings.Count(scans, "there-is-none|failed|1|\n"), "and one is not there\n%s", scans)
	return c
}

// moments are how many repositories are done when somebody is killed, in order.
func (c *chaos) moments() []int {
	all := make([]int, c.kills)
	for i := range all {
		all[i] = c.random.IntN(c.repositories * 9 / 10)
	}
	slices.Sort(all)
	return all
}

// done is how many repositories of the first sweep are done.
func (w *sweptWorld) done(db *sql.DB) (n int) {
	if db.QueryRowContext(w.Context(), "SELECT total - remaining FROM sweep WHERE id = 1").Scan(&n) != nil {
		return 0 // it has not begun
	}
	return n
}

// until waits until so many repositories are done, and a little longer. The sweep is not
// to end before that.
func (c *chaos) until(w *sweptWorld, db *sql.DB, whole *party, done int) {
	c.Helper()
	for w.done(db) < done {
		require.True(c, whole.runs(2*time.Millisecond), "the sweep ended too early\n%s", whole.said.String())
	}
	time.Sleep(time.Duration(c.random.IntN(30)) * time.Millisecond)
}

// same compares what a sweep came to with what it should.
func (c *chaos) same(w *sweptWorld) {
	c.Helper()
	outcome := w.outcome()
	if dir := os.Getenv(fullChaos); dir != "" && outcome != c.want {
		for name, text := range map[string]string{"got": outcome, "want": c.want} {
			assert.NoError(c, os.WriteFile(filepath.Join(dir, strings.ReplaceAll(c.Name(), "/", "-")+"."+name), []byte(text), 0o600))
		}
	}
	got, want := strings.Split(outcome, "\n"), strings.Split(c.want, "\n")
	differences := 0
	for i := range max(len(got), len(want)) {
		if i < len(got) && i < len(want) && got[i] == want[i] {
			continue
		}
		if differences++; differences < 10 {
			c.Errorf("line %d: want %.300s\ngot %.300s", i, strings.Join(want[min(i, len(want)):min(i+1, len(want))], ""), strings.Join(got[min(i, len(got)):min(i+1, len(got))], ""))
		}
	}
	assert.Zero(c, differences)
}

// survivesKills has one process after the other killed, and the last one finish.
func (c *chaos) survivesKills(w *sweptWorld) {
	c.Helper()
	db := w.db()
	defer db.Close()
	for _, moment := range c.moments() {
		p := w.sweep()
		c.until(w, db, p, moment)
		p.kill()
	}
	w.finished(w.sweep())
	c.same(w)
}

// killedBeside has one of two workers killed again and again; who has begun the sweep is not.
func (c *chaos) killedBeside(w *sweptWorld) {
	c.Helper()
	db := w.db()
	defer db.Close()
	whole := w.sweep()
	for _, moment := range c.moments() {
		p := w.worker()
		c.until(w, db, whole, moment)
		p.kill()
	}
	w.finished(whole)
	c.same(w)
}

// holds reports whether a process has jobs.
func (w *sweptWorld) holds(db *sql.DB, p *party) bool {
	w.Helper()
	host, err := os.Hostname()
	require.NoError(w, err)
	text := fmt.Sprintf(`SELECT COUNT(*) FROM river_job WHERE state = 'running' AND attempted_by[cardinality(attempted_by)] = (SELECT id FROM worker WHERE name = '%s/%d')`, host, p.Process.Pid)
	return w.rows(db, text) != "0|\n"
}

// frozen has a worker frozen in the middle of a job, and go on once others have done it.
func (c *chaos) frozen(w *sweptWorld) {
	c.Helper()
	whole, p := w.sweep(), w.worker()
	db := w.db()
	defer db.Close()
	c.until(w, db, whole, c.repositories/8)
	for held := false; !held; {
		require.True(c, whole.runs(time.Millisecond), "the sweep ended before a worker was frozen")
		if !w.holds(db, p) {
			continue
		}
		require.NoError(c, p.Process.Signal(syscall.SIGSTOP))
		if held = w.holds(db, p); !held {
			require.NoError(c, p.Process.Signal(syscall.SIGCONT))
		}
	}
	time.Sleep(c.freeze)
	require.NoError(c, p.Process.Signal(syscall.SIGCONT))
	w.finished(whole)
	require.Eventually(c, func() bool { return strings.Contains(p.said.String(), "begins anew") }, time.Minute, 10*time.Millisecond)
	p.kill()
	c.same(w)
}

// cutOff has the database go away in the middle, for longer than workers go on without it.
func (c *chaos) cutOff(server *storetest.Server, w *sweptWorld) {
	c.Helper()
	whole, p := w.sweep(), w.worker()
	db := w.db()
	c.until(w, db, whole, c.repositories/4)
	require.NoError(c, db.Close())
	server.Stop()
	time.Sleep(c.away)
	server.Run(c)
	w.finished(whole)
	assert.True(c, p.runs(0), "the other worker lives")
	p.kill()
	c.same(w)
}

func TestSweepsSurviveDeaths(t *testing.T) {
	c := newChaos(t)
	run := func(name string, do func(c *chaos)) {
		t.Run(name, func(t *testing.T) {
			own, o := *c, *c.organisation
			o.T, own.organisation = t, &o
			do(&own)
		})
	}
	run("killed on SQLite", func(c *chaos) { c.survivesKills(c.world(storetest.SQLite(c))) })
	run("one of two killed on PostgreSQL", func(c *chaos) { c.killedBeside(c.world(storetest.New(c).Schema(c))) })
	if c.freeze == 0 {
		return // the rest at full size alone
	}
	run("killed on PostgreSQL", func(c *chaos) { c.survivesKills(c.world(storetest.New(c).Schema(c))) })
	run("frozen on PostgreSQL", func(c *chaos) { c.frozen(c.world(storetest.New(c).Schema(c))) })
	run("the database away", func(c *chaos) {
		server := storetest.New(c)
		c.cutOff(server, c.world(server.Schema(c)))
	})
}
