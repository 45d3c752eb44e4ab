package run_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/run"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
)

// TestWhatIsInHeadIsFoundInHead holds what a scan of a history says of HEAD to a scan of the
// files of HEAD alone, over histories in which values come, go, and move between files.
func TestWhatIsInHeadIsFoundInHead(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 0))
			repo, files := sourcetest.NewRepo(t), map[string]string{}
			values := example.Expand(strings.Repeat("«account» ", 8), seed, nil).Want
			for range 30 {
				name := fmt.Sprintf("%c/main%d.tf", 'a'+r.IntN(3), r.IntN(3))
				files[name] = document(r, values)
				repo.Commit(name, files[name])
			}
			head := t.TempDir()
			for name, text := range files {
				require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(head, name)), 0o700))
				require.NoError(t, os.WriteFile(filepath.Join(head, name), []byte(text), 0o600))
			}
			assert.Equal(t, placesIn(t, head, false), placesIn(t, repo.Dir, true))
		})
	}
}

// document writes some of the values, each in a telling notation or as one of a list.
func document(r *rand.Rand, values []example.Value) string {
	var b strings.Builder
	for _, v := range values {
		switch r.IntN(4) {
		case 0:
			fmt.Fprintf(&b, "role = \"arn:aws:iam::%s:role/x\"\n", v.Text)
		case 1:
			fmt.Fprintf(&b, "aws_account_id = \"%s\"\n", v.Text)
		default:
			b.WriteString("# nothing here\n")
		}
	}
	return b.String()
}

// placesIn returns where values stand: value, path and line.
func placesIn(t *testing.T, dir string, history bool) []string {
	c := run.Default()
	c.Values, c.Jobs, c.Target.HistoryOnly, c.Documents.Off = true, 2, history, true
	scan, err := run.New(c, func(line string) { t.Log(line) }, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	result, err := scan.Scan(t.Context(), []string{dir}, strings.NewReader(""))
	require.NoError(t, err)
	var places []string
	for _, f := range result.Findings {
		for _, s := range f.Sightings {
			if !history || s.InHead {
				places = append(places, fmt.Sprintf("%s %s:%d", f.Secret.Reveal(), s.Path, s.Line))
			}
		}
	}
	slices.Sort(places)
	require.NotEmpty(t, places)
	return places
}
