package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect/example"
)

// repo is a repository that a test makes with git.
type repo struct {
	t    *testing.T
	dir  string
	tick time.Time
}

func newRepo(t *testing.T, args ...string) *repo {
	t.Helper()
	r := &repo{t: t, dir: t.TempDir(), tick: time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)}
	r.git(append([]string{"init", "-q", "-b", "main"}, args...)...)
	return r
}

// git runs git with a fixed identity and a clock that goes a minute a command.
func (r *repo) git(args ...string) string {
	r.t.Helper()
	return r.gitAs("Ada", args...)
}

func (r *repo) gitAs(name string, args ...string) string {
	r.t.Helper()
	r.tick = r.tick.Add(time.Minute)
	cmd := exec.Command("git", args...)
	cmd.Dir = r.dir
	date := r.tick.Format(time.RFC3339)
	cmd.Env = append(os.Environ(),
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME="+name, "GIT_AUTHOR_EMAIL="+strings.ToLower(name)+"@example.com", "GIT_AUTHOR_DATE="+date,
		"GIT_COMMITTER_NAME="+name, "GIT_COMMITTER_EMAIL="+strings.ToLower(name)+"@example.com", "GIT_COMMITTER_DATE="+date)
	out, err := cmd.CombinedOutput()
	require.NoError(r.t, err, "git %v: %s", args, out)
	return strings.TrimSpace(string(out))
}

func (r *repo) write(path string, content []byte) {
	r.t.Helper()
	full := filepath.Join(r.dir, path)
	require.NoError(r.t, os.MkdirAll(filepath.Dir(full), 0o755))
	require.NoError(r.t, os.WriteFile(full, content, 0o644))
}

// commit writes a file and commits it, and returns the commit's hash.
func (r *repo) commit(author, path, content, message string) string {
	r.t.Helper()
	r.write(path, []byte(content))
	r.git("add", "--", path)
	r.gitAs(author, "commit", "-q", "-m", message)
	return r.git("rev-parse", "HEAD")
}

// deputy runs the command line in the repository.
func (r *repo) deputy(args ...string) (stdout, stderr string, code int) {
	r.t.Helper()
	r.t.Chdir(r.dir)
	var out, errs bytes.Buffer
	code = execute(args, strings.NewReader(""), &out, &errs)
	return out.String(), errs.String(), code
}

// document is the JSON contract, as a script reads it.
type document struct {
	Version    int
	Findings   []jsonFinding
	Unexamined []struct{ Path, Reason string }
	Stats      struct{ Blobs, Bytes, Commits, Files int64 }
}

type jsonFinding struct {
	Rule, Kind, Class, Severity, Secret, Fingerprint, Path, Place string
	Confidence                                                    float64
	Evidence                                                      []string
	Line, Column                                                  int
	EndColumn                                                     int  `json:"end_column"`
	InHead                                                        bool `json:"in_head"`
	First, Last                                                   *jsonCommit
	Sightings                                                     []struct {
		Commit, Path, Place string
		Line                int
	}
	Related []struct{ Rule, Fingerprint, Why string }
}

type jsonCommit struct {
	Commit, Author, Email string
	Date                  time.Time
}

func parse(t *testing.T, out string) document {
	t.Helper()
	var d document
	require.NoError(t, json.Unmarshal([]byte(out), &d), "%s", out)
	require.Equal(t, 1, d.Version)
	return d
}

func utf16le(s string) []byte {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

// TestPlantedRepository plants one account ID for every place that a value can
// hide in, and wants exactly these found, each where it stands and since when.
func TestPlantedRepository(t *testing.T) {
	r := newRepo(t)
	ids := example.Expand(strings.Repeat("«account» ", 20), 7, nil).Want
	next := func() string {
		v := ids[0].Text
		ids = ids[1:]
		return v
	}
	var want []string
	plant := func(account, path, place string, line int, commit, author string, inHead bool) {
		want = append(want, fmt.Sprintf("%s %s|%s:%d %.8s %s head=%v", account, path, place, line, commit, author, inHead))
	}
	arn := func(account string) string { return "role = arn:aws:iam::" + account + ":role/deploy\n" }

	r.commit("Ada", "README.md", "# Planted\n\nA repository.\n", "Start")

	a := next()
	c := r.commit("Bob", "deploy/main.tf", "# roles\n\n"+arn(a), "Add a role")
	plant(a, "deploy/main.tf", "", 3, c, "Bob", true)

	a = next()
	c = r.commit("Cem", "old.tf", arn(a), "Add what is deleted later")
	plant(a, "old.tf", "", 1, c, "Cem", false)
	r.git("rm", "-q", "old.tf")
	r.git("commit", "-q", "-m", "Remove it")

	a = next()
	r.git("checkout", "-q", "-b", "side")
	c = r.commit("Dee", "side.txt", "x\n"+arn(a), "Work aside")
	plant(a, "side.txt", "", 2, c, "Dee", false)

	r.git("checkout", "-q", "main")
	r.commit("Ada", "main.txt", "main goes on\n", "Go on")
	a = next()
	r.git("merge", "-q", "--no-ff", "--no-commit", "side")
	r.write("merge.txt", []byte(arn(a)))
	r.git("rm", "-q", "--cached", "side.txt")
	require.NoError(t, os.Remove(filepath.Join(r.dir, "side.txt")))
	r.git("add", "merge.txt")
	r.gitAs("Eve", "commit", "-q", "-m", "Merge side")
	plant(a, "merge.txt", "", 1, r.git("rev-parse", "HEAD"), "Eve", true)

	a = next()
	r.write("main.txt", []byte("main goes on\n"+arn(a)))
	r.gitAs("Fay", "stash", "push", "-q", "-m", "for later")
	plant(a, "main.txt", "", 2, r.git("rev-parse", "stash"), "Fay", false)

	a = next()
	c = r.commit("Gus", "note.txt", "note\n", "Deploy\n\nNow "+strings.TrimSpace(arn(a))+" can deploy.")
	plant(a, "", "commit message", 3, c, "Gus", true)

	a = next()
	r.git("tag", "-a", "v1", "-m", "Release for account "+arn(a))
	plant(a, "", "tag message", 1, r.git("rev-parse", "v1"), "Ada", false)

	a = next()
	r.write("wide.txt", utf16le("first\r\n"+arn(a)))
	r.git("add", "wide.txt")
	r.gitAs("Hal", "commit", "-q", "-m", "From a Windows machine")
	plant(a, "wide.txt", "", 2, r.git("rev-parse", "HEAD"), "Hal", true)

	a = next()
	c = r.commit("Ida", "link.md", "[role](https://example.com/?arn=arn%3Aaws%3Aiam%3A%3A"+a+"%3Arole%2Fdeploy)\n", "Link")
	plant(a, "link.md", "", 1, c, "Ida", true)

	a = next()
	c = r.commit("Jon", "dashed.md", "Our AWS account ID is "+a[:4]+"-"+a[4:8]+"-"+a[8:]+".\n", "Say it")
	plant(a, "dashed.md", "", 1, c, "Jon", true)

	a = next()
	c = r.commit("Kim", "amended.txt", arn(a), "To be amended")
	r.write("amended.txt", []byte("nothing\n"))
	r.git("add", "amended.txt")
	r.git("commit", "-q", "--amend", "-m", "Amended")
	plant(a, "amended.txt", "", 1, c, "Kim", false) // only the reflog knows it

	a = next()
	r.write("staged.txt", []byte(arn(a)))
	r.git("add", "staged.txt")
	r.write("staged.txt", []byte("not any more\n"))
	plant(a, "staged.txt", "", 1, "", "", false)

	a = next()
	r.write("untracked.txt", []byte("\n\n\n"+arn(a)))
	plant(a, "untracked.txt", "", 4, "", "", false)

	// What must not be found: ignored, an example, a number of another kind.
	r.write(".git/info/exclude", []byte("ignored.txt\n"))
	ignored := next()
	r.write("ignored.txt", []byte(arn(ignored)))
	r.write("decoys.txt", []byte("arn:aws:iam::123456789012:role/example\nepoch 1700000000123\nuuid 0b5c2f5e-9d0c-4d1a-8f6e-"+next()+"\n"))

	check := func(t *testing.T, args ...string) document {
		out, errs, code := r.deputy(append([]string{"scan", "--format", "json", "--show-secrets"}, args...)...)
		require.Equal(t, exitFindings, code, "stderr: %s", errs)
		d := parse(t, out)
		assert.Empty(t, d.Unexamined)
		var got []string
		for _, f := range d.Findings {
			commit, author := "", ""
			if f.First != nil {
				commit, author = f.First.Commit, f.First.Author
			}
			got = append(got, fmt.Sprintf("%s %s|%s:%d %.8s %s head=%v", f.Secret, f.Path, f.Place, f.Line, commit, author, f.InHead))
		}
		sort.Strings(got)
		sort.Strings(want)
		assert.Equal(t, want, got)
		return d
	}
	t.Run("loose", func(t *testing.T) { check(t) })
	t.Run("packed", func(t *testing.T) {
		r.git("repack", "-adfq", "--depth=50")
		check(t)
	})
	t.Run("include-ignored", func(t *testing.T) {
		out, _, _ := r.deputy("scan", "--format", "json", "--show-secrets", "--include-ignored")
		assert.Contains(t, out, ignored)
	})
	t.Run("masked by default", func(t *testing.T) {
		for _, format := range []string{"text", "json", "sarif"} {
			out, errs, code := r.deputy("scan", "--format", format)
			assert.Equal(t, exitFindings, code)
			for _, w := range want {
				assert.NotContains(t, out+errs, w[:12], format)
			}
		}
	})
}
