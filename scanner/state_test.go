package scanner_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner"
	"github.com/deputy-sec/deputy/scanner/cached"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/all"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/source/git"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
	"github.com/deputy-sec/deputy/scanner/source/state"
)

// TestStateChangesNothing scans a repository with and without a state after each
// of several changes to it, and wants the same result but for how it was come by.
func TestStateChangesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	server := sourcetest.NewRepo(t, "--bare")
	work := sourcetest.NewRepo(t)
	work.Git("remote", "add", "origin", server.Dir)
	file := filepath.Join(t.TempDir(), "state")
	account := func() string { return fmt.Sprintf("%012d", 200_000_000_000+r.Int64N(40)*1_234_567_891) }
	push := func() {
		for range 1 + r.IntN(4) {
			text := fmt.Sprintf("# notes %d\nnumber = %s\n", r.IntN(9), account())
			switch r.IntN(4) {
			case 0:
				text += "role = arn:aws:iam::" + account() + ":role/x\n"
			case 1:
				text = fmt.Sprintf("plain words only, for the %d. time\n", r.IntN(100))
			}
			work.Commit(fmt.Sprintf("dir%d/file%d.tf", r.IntN(2), r.IntN(5)), text)
		}
		work.Git("push", "-q", "--force", "origin", "HEAD:refs/heads/main")
	}
	steps := []struct {
		name string
		do   func()
	}{
		{"push", push},
		{"nothing", func() {}},
		{"push again", push},
		{"repack", func() { server.Git("repack", "-adfq") }},
		{"push to a pack", push},
		{"rewrite", func() { work.Git("reset", "-q", "--hard", "HEAD~1"); push() }},
		{"gc", func() { server.Git("gc", "-q", "--prune=now") }},
		{"branch", func() { server.Git("branch", "old", "main~1") }},
		{"push more", push},
	}
	remembered, found, recalled := int64(0), 0, 0
	for _, step := range steps {
		step.do()
		stamp, ok := git.Stamp(t.Context(), server.Dir, git.Options{Parts: git.History})
		require.True(t, ok)
		known, err := state.Open(file, "rules")
		require.NoError(t, err)
		with, without := scanHistory(t, server.Dir, known), scanHistory(t, server.Dir, nil)
		require.NoError(t, known.Save())
		remembered += with.Stats.Remembered
		found += len(with.Findings)
		with.Stats.Seconds, without.Stats.Seconds = 0, 0
		if data, ok := known.Result(server.Dir, stamp); ok {
			kept, err := cached.Decode(data, detect.NewSet(all.Detectors()...).Rules())
			require.NoError(t, err)
			kept.Stats.Remembered = 0
			assert.Equal(t, told(without), told(kept), step.name)
			recalled++
		}
		data, ok := encode(without)
		require.True(t, ok)
		known.KeepResult(server.Dir, stamp, data)
		require.NoError(t, known.Save())
		with.Stats.Remembered = 0
		assert.Equal(t, told(without), told(with), step.name)
	}
	assert.Equal(t, 1, recalled, "it changes in all steps but one")
	assert.Positive(t, remembered)
	assert.Positive(t, found)
}

func scanHistory(t *testing.T, dir string, known *state.State) *finding.Result {
	t.Helper()
	src, err := git.Open(dir, git.Options{Jobs: 2, Parts: git.History, State: known})
	require.NoError(t, err)
	defer func() { require.NoError(t, src.Close()) }()
	result, err := scanner.Scan(context.Background(), src, scanner.Options{
		Detectors:    detect.NewSet(all.Detectors()...),
		Fingerprints: finding.NewFingerprinter(nil),
		Jobs:         2,
	})
	require.NoError(t, err)
	return result
}

// told is all that a report tells of a result, in its order.
func told(r *finding.Result) []any {
	out := []any{r.Stats, r.Hidden, r.Allowed}
	ordered := &report.Result{Result: finding.Result{Findings: r.Findings, Unexamined: r.Unexamined}}
	for _, f := range ordered.Ordered() {
		related := slices.Clone(f.Related)
		f.Related, f.Secret = nil, finding.Masked(f.Secret.Mask())
		out = append(out, *f, len(related))
	}
	return append(out, ordered.Unread())
}

// encode redacts a result and writes it down.
func encode(r *finding.Result) ([]byte, bool) {
	r.Redact()
	data, err := cached.Encode(r)
	return data, err == nil
}
