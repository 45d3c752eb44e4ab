package sourcetest

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// LargeRepo returns a bare repository with that many commits for a benchmark. It
// is always the same one: half as many blobs again, in nested directories, each
// version of a file a few lines away from the one before and stored as a delta of
// it, and some account IDs that come and go. Making fifty thousand commits takes
// some ten seconds, so it is kept in the user's cache. The environment variable
// DEPUTY_BENCH_REPOSITORY names another repository to measure instead.
func LargeRepo(b testing.TB, commits int) string {
	b.Helper()
	if dir := os.Getenv("DEPUTY_BENCH_REPOSITORY"); dir != "" {
		return dir
	}
	cache, err := os.UserCacheDir()
	require.NoError(b, err)
	dir := filepath.Join(cache, "deputy-bench", fmt.Sprintf("history-1-%d", commits))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	require.NoError(b, os.MkdirAll(filepath.Dir(dir), 0o755))
	made, err := os.MkdirTemp(filepath.Dir(dir), "making-*")
	require.NoError(b, err)
	defer func() { _ = os.RemoveAll(made) }() // it is in the system's temporary directory
	git(b, made, nil, "init", "-q", "--bare", "-b", "main", ".")
	reader, writer := io.Pipe()
	go func() {
		w := bufio.NewWriterSize(writer, 1<<20)
		newWork(commits).write(w)
		writer.CloseWithError(w.Flush())
	}()
	git(b, made, reader, "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--depth=50", "--done")
	require.NoError(b, os.Rename(made, dir))
	return dir
}

func git(b testing.TB, dir string, in io.Reader, args ...string) {
	b.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Stdin = dir, in
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
	out, err := cmd.CombinedOutput()
	require.NoError(b, err, "git %v: %s", args, out)
}

// work is what the commits of a large repository change.
type work struct {
	random  *rand.Rand
	commits int
	changes [][]change // by commit
	files   []file
}

type file struct {
	path     string
	versions int
}

type change struct{ file, version int }

const filesPerCommit = 0.04

func newWork(commits int) *work {
	w := &work{random: rand.New(rand.NewPCG(20, 26)), commits: commits, changes: make([][]change, commits)}
	count := 20 + int(filesPerCommit*float64(commits))
	for i := range count {
		r := w.random
		w.files = append(w.files, file{path: fmt.Sprintf("area%d/module%d/part%d.go", r.IntN(12), r.IntN(10), i)})
	}
	for i := range w.changes {
		for range 1 + w.random.IntN(2) {
			// Some files change much more often than others, and new ones appear.
			born := 20 + i*(count-20)/commits
			at := int(float64(born) * w.random.Float64() * w.random.Float64())
			f := &w.files[at]
			if n := len(w.changes[i]); n > 0 && w.changes[i][n-1].file == at {
				continue
			}
			w.changes[i] = append(w.changes[i], change{at, f.versions})
			f.versions++
		}
	}
	return w
}

// write writes the stream of git fast-import: the versions of each file one after
// the other, so that they become deltas of each other, and then the commits. That
// writing went wrong shows when git reads it.
func (w *work) write(out io.Writer) {
	first := make([]int, len(w.files)) // mark of a file's first version
	mark := 1
	for i, f := range w.files {
		first[i] = mark
		text := newText(rand.New(rand.NewPCG(uint64(i), 7)))
		for range f.versions {
			content := text.String()
			_, _ = fmt.Fprintf(out, "blob\nmark :%d\ndata %d\n%s\n", mark, len(content), content)
			mark++
			text.edit()
		}
	}
	for i, changes := range w.changes {
		message := fmt.Sprintf("Change %d\n\nThis is what was to be done about it.\n", i)
		_, _ = fmt.Fprintf(out, "commit refs/heads/main\ncommitter Ada %d <ada%d@example.com> %d +0000\ndata %d\n%s", i%50, i%50, 1500000000+i*1800, len(message), message)
		for _, c := range changes {
			_, _ = fmt.Fprintf(out, "M 100644 :%d %s\n", first[c.file]+c.version, w.files[c.file].path)
		}
		_, _ = fmt.Fprintln(out)
	}
	_, _ = fmt.Fprintln(out, "done")
}

// text is the content of a file.
type text struct {
	random *rand.Rand
	lines  []string
}

func newText(r *rand.Rand) *text {
	t := &text{random: r}
	for range 20 + r.IntN(250) {
		t.lines = append(t.lines, t.line())
	}
	return t
}

func (t *text) String() string { return strings.Join(t.lines, "\n") + "\n" }

func (t *text) edit() {
	for range 1 + t.random.IntN(4) {
		at := t.random.IntN(len(t.lines))
		switch t.random.IntN(4) {
		case 0:
			t.lines = append(t.lines[:at], append([]string{t.line()}, t.lines[at:]...)...)
		case 1:
			if len(t.lines) > 10 {
				t.lines = append(t.lines[:at], t.lines[at+1:]...)
			}
		default:
			t.lines[at] = t.line()
		}
	}
}

var words = strings.Fields(`account role config return err func value string if nil policy for range
	context request response client bucket key token session region version name list read write
	handler service error options default test assert struct type package import policy const`)

// line returns what a line of code looks like, one in some thousand with an
// account ID.
func (t *text) line() string {
	r := t.random
	if r.IntN(3000) == 0 {
		return fmt.Sprintf("\trole := \"arn:aws:iam::%012d:role/%s\"", 200_000_000_000+r.Int64N(600)*1_234_567_891, words[r.IntN(len(words))])
	}
	var b strings.Builder
	b.WriteString(strings.Repeat("\t", r.IntN(4)))
	for range 2 + r.IntN(7) {
		b.WriteString(words[r.IntN(len(words))])
		b.WriteString([]string{" ", ".", "(", ", ", " := "}[r.IntN(5)])
	}
	if r.IntN(4) == 0 {
		fmt.Fprintf(&b, "%d", r.IntN(100_000))
	}
	return b.String()
}
