package run_test

import (
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/run"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
	"github.com/deputy-sec/deputy/scanner/suppress/baseline"
)

// edited is a repository that somebody works in, with a model of what is in it.
type edited struct {
	t      *testing.T
	r      *rand.Rand
	repo   *sourcetest.Repo
	values []string            // that are not used yet
	files  map[string][]string // the values of each file that is there
	fresh  map[string]bool     // "value path" that the baseline does not know
	made   int
}

// file writes a file with some values, and lines that no other file has.
func (e *edited) file(name string, values ...string) {
	var b strings.Builder
	for i := range 20 {
		fmt.Fprintf(&b, "# line %d of file %d\n", i, e.made)
	}
	for _, v := range values {
		fmt.Fprintf(&b, "role = \"arn:aws:iam::%s:role/x\"\n", v)
	}
	e.made++
	e.repo.Write(name, b.String())
	e.files[name] = values
}

func (e *edited) value() string {
	v := e.values[0]
	e.values = e.values[1:]
	return v
}

func (e *edited) any() string {
	names := slices.Sorted(maps.Keys(e.files))
	return names[e.r.IntN(len(names))]
}

func (e *edited) name() string {
	e.made++
	return path.Join([]string{"", "live", "live/eu", "modules"}[e.r.IntN(4)], fmt.Sprintf("f%d.tf", e.made))
}

func (e *edited) commit(args ...string) {
	e.repo.Git("add", "-A")
	e.repo.Git(append([]string{"commit", "-q", "--allow-empty", "-m", "an edit"}, args...)...)
}

func (e *edited) change(name string, edit func(text string) string) {
	data, err := os.ReadFile(filepath.Join(e.repo.Dir, name))
	require.NoError(e.t, err)
	e.repo.Write(name, edit(string(data)))
}

// move moves a file, and what the baseline does not know of it with it.
func (e *edited) move() string {
	from, to := e.any(), e.name()
	require.NoError(e.t, os.MkdirAll(filepath.Join(e.repo.Dir, path.Dir(to)), 0o755))
	e.repo.Git("mv", from, to)
	for _, v := range e.files[from] {
		if e.fresh[v+" "+from] {
			e.fresh[v+" "+to] = true
		}
	}
	e.files[to] = e.files[from]
	delete(e.files, from)
	return to
}

// edits are what people do to files.
var edits = []func(e *edited){
	func(e *edited) { e.move(); e.commit() },
	func(e *edited) {
		e.change(e.move(), func(text string) string { return strings.Replace(text, "# line 3 ", "# changed ", 1) + "# more\n" })
		e.commit()
	},
	func(e *edited) {
		e.change(e.any(), func(text string) string { return strings.ReplaceAll("  "+text, "\n", "\n  ") })
		e.commit()
	},
	func(e *edited) {
		e.change(e.any(), func(text string) string { return "# a note\n" + text })
		e.commit()
	},
	func(e *edited) { e.commit("--amend") },
	func(e *edited) { // a branch with several moves, merged as one commit
		e.repo.Git("checkout", "-q", "-b", "work")
		for range 3 {
			e.move()
			e.commit()
		}
		e.repo.Git("checkout", "-q", "main")
		e.repo.Git("merge", "-q", "--squash", "work")
		e.commit()
		e.repo.Git("branch", "-q", "-D", "work")
	},
	func(e *edited) {
		if len(e.files) > 6 {
			gone := e.any()
			e.repo.Git("rm", "-q", gone)
			delete(e.files, gone)
			e.commit()
		}
	},
	func(e *edited) { // a known value in a new file is new
		v, name := e.files[e.any()][0], e.name()
		e.file(name, v)
		e.fresh[v+" "+name] = true
		e.commit()
	},
	func(e *edited) { // so is a new value in a known file
		v, name := e.value(), e.any()
		e.change(name, func(text string) string { return text + "role = \"arn:aws:iam::" + v + ":role/y\"\n" })
		e.files[name] = append(slices.Clone(e.files[name]), v)
		e.fresh[v+" "+name] = true
		e.commit()
	},
}

// TestBaselineOverEdits: over moves, reformatting, rewriting and squashing nothing known
// comes back, and nothing new hides.
func TestBaselineOverEdits(t *testing.T) {
	e := &edited{t: t, r: rand.New(rand.NewPCG(3, 4)), repo: sourcetest.NewRepo(t), files: map[string][]string{}, fresh: map[string]bool{}}
	for _, s := range example.Expand(strings.Repeat("«account» ", 60), 9, nil).Want {
		e.values = append(e.values, s.Text)
	}
	for range 8 {
		e.file(e.name(), e.value())
	}
	e.commit()
	known := filepath.Join(t.TempDir(), "known.json")
	result, prints := e.scan("")
	require.Len(t, result.Findings, 8)
	f, err := os.Create(known)
	require.NoError(t, err)
	require.NoError(t, baseline.New(prints, result.Findings).Write(f))
	require.NoError(t, f.Close())

	for step := range 90 {
		edits[e.r.IntN(len(edits))](e)
		if step%9 != 8 {
			continue
		}
		result, _ := e.scan(known)
		got := map[string]bool{}
		for _, f := range result.Findings {
			for _, s := range f.Sightings {
				got[f.Secret.Reveal()+" "+s.Path] = true
			}
		}
		require.Equal(t, slices.Sorted(maps.Keys(e.fresh)), slices.Sorted(maps.Keys(got)), "after %d edits", step+1)
	}
	assert.Greater(t, len(e.fresh), 5)
}

func (e *edited) scan(known string) (*finding.Result, *finding.Fingerprinter) {
	e.t.Helper()
	c := run.Default()
	c.Jobs, c.Values, c.Baseline = 2, true, known
	scan, err := run.New(c, func(line string) { e.t.Log(line) }, slog.New(slog.DiscardHandler))
	require.NoError(e.t, err)
	result, err := scan.Scan(e.t.Context(), []string{e.repo.Dir}, strings.NewReader(""))
	require.NoError(e.t, err)
	require.Empty(e.t, result.Unexamined)
	return result, scan.Fingerprints()
}
