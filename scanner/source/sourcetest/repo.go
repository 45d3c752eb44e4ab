package sourcetest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Repo is a repository that a test makes with git.
type Repo struct {
	t    *testing.T
	Dir  string
	Now  time.Time // the date of the next commit; it goes a minute with every command
	Name string    // who commits
}

// NewRepo makes an empty repository; args are further ones of git init.
func NewRepo(t *testing.T, args ...string) *Repo {
	t.Helper()
	r := &Repo{t: t, Dir: t.TempDir(), Now: time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC), Name: "Ada"}
	r.Git(append([]string{"init", "-q", "-b", "main"}, args...)...)
	return r
}

// At is the repository in another directory, with the same clock.
func (r *Repo) At(dir string) *Repo {
	return &Repo{t: r.t, Dir: dir, Now: r.Now, Name: r.Name}
}

// Git runs git, apart from the user's configuration, and returns what it says.
func (r *Repo) Git(args ...string) string {
	r.t.Helper()
	return r.GitIn(nil, args...)
}

// GitIn runs git with standard input.
func (r *Repo) GitIn(input []byte, args ...string) string {
	r.t.Helper()
	r.Now = r.Now.Add(time.Minute)
	date, mail := r.Now.Format(time.RFC3339), strings.ToLower(r.Name)+"@example.com"
	cmd := exec.Command("git", args...)
	cmd.Dir = r.Dir
	cmd.Stdin = bytes.NewReader(input)
	cmd.Env = append(os.Environ(),
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull, "GIT_ALLOW_PROTOCOL=file",
		"GIT_AUTHOR_NAME="+r.Name, "GIT_AUTHOR_EMAIL="+mail, "GIT_AUTHOR_DATE="+date,
		"GIT_COMMITTER_NAME="+r.Name, "GIT_COMMITTER_EMAIL="+mail, "GIT_COMMITTER_DATE="+date)
	out, err := cmd.CombinedOutput()
	require.NoError(r.t, err, "git %v: %s", args, out)
	return strings.TrimSpace(string(out))
}

// Write writes a file of the work tree.
func (r *Repo) Write(path, content string) {
	r.t.Helper()
	full := filepath.Join(r.Dir, filepath.FromSlash(path))
	require.NoError(r.t, os.MkdirAll(filepath.Dir(full), 0o755))
	require.NoError(r.t, os.WriteFile(full, []byte(content), 0o644))
}

// Commit writes a file, commits it, and returns the commit's hash.
func (r *Repo) Commit(path, content string) string {
	r.t.Helper()
	r.Write(path, content)
	r.Git("add", "-f", "--", path)
	r.Git("commit", "-q", "-m", "Write "+path)
	return r.Head()
}

// Head returns the hash of HEAD.
func (r *Repo) Head() string {
	r.t.Helper()
	return r.Git("rev-parse", "HEAD")
}

// Object stores an object of that type as it is, well-formed or not, and
// returns its hash.
func (r *Repo) Object(kind, content string) string {
	r.t.Helper()
	return r.GitIn([]byte(content), "hash-object", "-t", kind, "-w", "--literally", "--stdin")
}
