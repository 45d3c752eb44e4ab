// Package storetest gives tests databases: SQLite in a file and, where its programs are on
// the PATH, PostgreSQL from a server of the test's own.
package storetest

import (
	"bytes"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

// Main runs a package's tests and stops the server that they started, if any.
func Main(m *testing.M) int {
	defer stop()
	return m.Run()
}

// Each runs a test once for each database, with the URL of an empty one.
func Each(t *testing.T, test func(t *testing.T, database string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// SQLite returns the URL of a database that is not there yet.
func SQLite(t testing.TB) string {
	t.Helper()
	return "sqlite://" + filepath.Join(t.TempDir(), "sweeps.db")
}

// Open opens a database for the length of a test.
func Open(t testing.TB, database string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), database)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Postgres returns the URL of an empty schema of its own, or skips the test where
// PostgreSQL's programs are not on the PATH.
func Postgres(t testing.TB) string {
	t.Helper()
	return Start(t).Schema(t)
}

// Schema returns the URL of an empty schema of its own.
func (s *Server) Schema(t testing.TB) string {
	t.Helper()
	schema := "test_" + strings.ToLower(rand.Text()[:12])
	db, err := sql.Open("pgx", s.URL("public"))
	require.NoError(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), "CREATE SCHEMA "+schema)
	require.NoError(t, err)
	return s.URL(schema)
}

// Server is a PostgreSQL of a test's own, reached by a socket alone.
type Server struct {
	bin, dir string
	command  *exec.Cmd
}

var shared struct {
	sync.Mutex
	server *Server
}

// Start returns the server that the tests of a package share.
func Start(t testing.TB) *Server {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		shared.server = newServer(t)
	}
	return shared.server
}

func stop() {
	shared.Lock()
	defer shared.Unlock()
	if shared.server != nil {
		shared.server.Stop()
		_ = os.RemoveAll(shared.server.dir)
	}
}

// New returns a server of one test's own, that it may stop and run again.
func New(t testing.TB) *Server {
	t.Helper()
	s := newServer(t)
	t.Cleanup(func() { s.Stop(); _ = os.RemoveAll(s.dir) })
	return s
}

func newServer(t testing.TB) *Server {
	t.Helper()
	tool, err := exec.LookPath("pg_ctl")
	if err != nil {
		t.Skip("PostgreSQL is not tested: pg_ctl is not on the PATH")
	}
	if tool, err = filepath.EvalSymlinks(tool); err != nil {
		t.Skip("PostgreSQL is not tested: " + err.Error())
	}
	if problem := cannotRun(); problem != "" {
		t.Skip("PostgreSQL is not tested: " + problem)
	}
	dir, err := os.MkdirTemp("", "pg-*") // short: a socket's path has a hundred bytes
	require.NoError(t, err)
	s := &Server{bin: filepath.Dir(tool), dir: dir}
	require.NoError(t, own(dir))
	initdb := exec.Command(filepath.Join(s.bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "deputy", "-A", "trust", "-N", "--no-instructions")
	s.asUser(initdb)
	out, err := initdb.CombinedOutput()
	require.NoError(t, err, "%s", out)
	s.Run(t)
	return s
}

func (s *Server) asUser(c *exec.Cmd) {
	c.Dir = s.dir
	c.SysProcAttr = asUser()
}

// Run starts the server, also again after Stop.
func (s *Server) Run(t testing.TB) {
	t.Helper()
	s.command = exec.Command(filepath.Join(s.bin, "postgres"), "-D", filepath.Join(s.dir, "data"), "-k", s.dir,
		"-c", "listen_addresses=", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200")
	var log bytes.Buffer
	s.command.Stderr = &log
	s.asUser(s.command)
	require.NoError(t, s.command.Start())
	db, err := sql.Open("pgx", s.URL("public"))
	require.NoError(t, err)
	defer db.Close()
	for range 1000 {
		if err = db.PingContext(t.Context()); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.Stop()
	require.NoError(t, err, "%s", log.String())
}

// Stop ends the server and all connections to it, and returns how much processor time it
// took, with all its processes.
func (s *Server) Stop() (took time.Duration) {
	if s.command == nil {
		return 0
	}
	_ = s.command.Process.Signal(os.Interrupt) // fast shutdown
	_ = s.command.Wait()
	if ended := s.command.ProcessState; ended != nil {
		took = ended.UserTime() + ended.SystemTime()
	}
	s.command = nil
	return took
}

// URL is the address of a schema.
func (s *Server) URL(schema string) string {
	return fmt.Sprintf("postgres:///postgres?host=%s&user=deputy&search_path=%s", url.QueryEscape(s.dir), schema)
}
