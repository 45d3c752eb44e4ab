package run_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/isolate"
	"github.com/deputy-sec/deputy/scanner/run"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"

	extractors "github.com/deputy-sec/deputy/scanner/extract/all"
)

func TestMain(m *testing.M) {
	if isolate.IsWorker() { // the tests' own program is what reads documents
		isolate.Work(extractors.Extractors())
		return
	}
	os.Exit(m.Run())
}

// world is a repository with an account that a text shows and one that a page shows, and
// an inventory that calls the first one ours.
type world struct {
	dir, inventory string
	text, page     string
}

func newWorld(t *testing.T, seed uint64) world {
	repo := sourcetest.NewRepo(t)
	values := example.Expand("«account» «account»", seed, nil).Want
	w := world{dir: repo.Dir, inventory: filepath.Join(t.TempDir(), "accounts"), text: values[0].Text, page: values[1].Text}
	repo.Commit("main.tf", "role = \"arn:aws:iam::"+w.text+":role/x\"\n")
	half := len(w.page) / 2
	repo.Commit("page.html", "<html><body><p>AWS account ID: <b>"+w.page[:half]+"</b><b>"+w.page[half:]+"</b></p></body></html>\n")
	require.NoError(t, os.WriteFile(w.inventory, []byte(w.text+" own ours\n"), 0o600))
	return w
}

// scan says what a configuration finds in a world: class and value, a line each.
func (w world) scan(t *testing.T, c run.Config) string {
	t.Helper()
	c.Values, c.Jobs = true, 2
	scan, err := run.New(c, func(line string) { t.Log(line) }, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	result, err := scan.Scan(t.Context(), []string{w.dir}, strings.NewReader(""))
	require.NoError(t, err)
	var lines []string
	for _, f := range result.Findings {
		lines = append(lines, fmt.Sprintf("%s %s %s", f.Class, f.Secret.Reveal(), f.Fingerprint))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// TestScansAtOnceAreWhatTheyAreAlone runs different configurations over different
// repositories at the same time, in one process.
func TestScansAtOnceAreWhatTheyAreAlone(t *testing.T) {
	first, second := newWorld(t, 1), newWorld(t, 2)
	key := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(key, []byte(strings.Repeat("k", 32)), 0o600))
	plain, ours, keyed := run.Default(), run.Default(), run.Default()
	ours.Accounts = first.inventory
	keyed.KeyFile, keyed.Documents.Off, keyed.Target.HistoryOnly = key, true, true
	cases := []struct {
		world
		config run.Config
	}{{first, plain}, {first, ours}, {second, keyed}, {second, plain}}
	var alone []string
	for _, c := range cases {
		alone = append(alone, c.scan(t, c.config))
	}
	assert.Contains(t, alone[1], "own "+first.text)
	assert.Contains(t, alone[0], first.page)
	assert.NotContains(t, alone[2], second.page)
	var all sync.WaitGroup
	for range 3 {
		for i, c := range cases {
			all.Go(func() { assert.Equal(t, alone[i], c.scan(t, c.config), "case %d", i) })
		}
	}
	all.Wait()
}

// TestCachedResultsAreOfTheSameConfiguration scans an unchanged repository in several ways
// with one state: what one way found is not taken for another's.
func TestCachedResultsAreOfTheSameConfiguration(t *testing.T) {
	w := newWorld(t, 3)
	state := filepath.Join(t.TempDir(), "state")
	scan := func(change func(*run.Config)) (findings int, remembered bool) {
		c := run.Default()
		c.State = state
		change(&c)
		s, err := run.New(c, func(line string) { t.Log(line) }, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		result, err := s.Scan(t.Context(), []string{w.dir}, strings.NewReader(""))
		require.NoError(t, err)
		return len(result.Findings), result.Stats.Remembered == result.Stats.Blobs
	}
	ways := map[string]struct {
		change func(*run.Config)
		want   int
	}{
		"all":       {func(c *run.Config) { c.Target.HistoryOnly = true }, 2},
		"no pages":  {func(c *run.Config) { c.Target.HistoryOnly, c.Target.Exclude = true, []string{"*.html"} }, 1},
		"inventory": {func(c *run.Config) { c.Target.HistoryOnly, c.Accounts = true, w.inventory }, 2},
	}
	for round := range 2 {
		for name, way := range ways {
			found, remembered := scan(way.change)
			assert.Equal(t, way.want, found, "%s, round %d", name, round)
			assert.Equal(t, round == 1, remembered, "%s, round %d", name, round)
		}
	}
	found, remembered := scan(func(c *run.Config) {
		c.Target.HistoryOnly, c.Documents.Limits.OCR = true, extract.OCROff
	})
	assert.Equal(t, 2, found)
	assert.False(t, remembered, "documents are read in another way")
}
