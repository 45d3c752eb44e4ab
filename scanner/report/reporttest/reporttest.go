// Package reporttest is the acceptance suite that every report format passes:
// it tells a known result as its golden file does, whatever the order of the
// findings, tells no secret, and lets no control character through.
package reporttest

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

var update = flag.Bool("update", false, "rewrite the golden files from what is written now")

// rounds is how many random results the properties are tried with.
const rounds = 200

// Accept runs the suite for a writer whose golden file is
// testdata/report/<golden> of the repository.
func Accept(t *testing.T, w report.Writer, golden string) {
	t.Helper()
	t.Run("golden", func(t *testing.T) { Golden(t, golden, Write(t, w, Sample())) })
	t.Run("whatever the order", func(t *testing.T) { anyOrder(t, w) })
	t.Run("empty", func(t *testing.T) { assert.NotEmpty(t, Write(t, w, &report.Result{})) })
	t.Run("tells what the verdict does not rest on", func(t *testing.T) { tellsGaps(t, w) })
	t.Run("no secrets", func(t *testing.T) { noSecrets(t, w) })
	t.Run("nothing invisible", func(t *testing.T) { nothingInvisible(t, w) })
	t.Run("a full disk is an error", func(t *testing.T) {
		require.ErrorIs(t, w.Write(fullDisk{}, Sample()), errFull)
	})
}

// Write returns a report as text.
func Write(t *testing.T, w report.Writer, r *report.Result) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, w.Write(&out, r))
	return out.String()
}

// Golden compares text with a golden file, or rewrites the file under -update.
func Golden(t *testing.T, name, got string) {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	file := filepath.Join(filepath.Dir(here), "..", "..", "..", "testdata", "report", name)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "go test ./scanner/report/... -update writes it")
	require.Equal(t, string(want), got)
}

func anyOrder(t *testing.T, w report.Writer) {
	r := Sample()
	want := Write(t, w, r)
	slices.Reverse(r.Findings)
	slices.Reverse(r.Unexamined)
	given := slices.Clone(r.Findings)
	require.Equal(t, want, Write(t, w, r))
	require.Equal(t, given, r.Findings, "a writer leaves its input alone")
}

// tellsGaps holds that no format calls clean what was not looked at.
func tellsGaps(t *testing.T, w report.Writer) {
	out := Write(t, w, &report.Result{Result: finding.Result{
		Unexamined: []finding.Unexamined{{Path: "docs/locked.pdf", Kind: finding.Encrypted, Reason: "it needs a password"}},
	}})
	require.Contains(t, out, "locked.pdf")
	require.Contains(t, out, "it needs a password")
}

// noSecrets tries results in which values also stand where a careless detector
// or a hostile author puts them.
func noSecrets(t *testing.T, w report.Writer) {
	for seed := range uint64(rounds) {
		r := Random(seed)
		// Line breaks of a page could hide what it tells.
		out := strings.Join(strings.Fields(Write(t, w, r)), "")
		for _, f := range r.Findings {
			require.NotContains(t, out, f.Secret.Reveal(), "seed %d", seed)
		}
	}
}

func nothingInvisible(t *testing.T, w report.Writer) {
	for seed := range uint64(rounds) {
		for _, show := range []bool{false, true} {
			r := Random(seed)
			r.ShowSecrets = show
			out := Write(t, w, r)
			require.True(t, utf8.ValidString(out), "seed %d", seed)
			for _, c := range strings.NewReplacer("\r\n", "\n", "\n\t", "\n").Replace(out) { // tables end lines, and diagnostics begin them so
				if c != '\n' && (unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == '\u2028') {
					t.Fatalf("seed %d: %U reaches the reader", seed, c)
				}
			}
		}
	}
}

var errFull = errors.New("no space left")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }
