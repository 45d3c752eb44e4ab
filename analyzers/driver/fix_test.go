package driver_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"

	"github.com/deputy-sec/deputy/analyzers/driver"
	"github.com/deputy-sec/deputy/analyzers/policy"
)

const leaky = `package api

import (
	"log"

	"shop/store"
)

func mask(s string) string { return "***" + s[len(s)-2:] }

func Show(in *store.Integration) {
	log.Println(in.Name)
	log.Println(in.Handshake) // the first
	log.Printf("%s %s",
		in.Name, in.Handshake)
	log.Println(in)
}
`

func leakyModule(t *testing.T) string {
	return module(t, map[string]string{"store/store.go": shop["store/store.go"], "aws/aws.go": shop["aws/aws.go"], "api/api.go": leaky})
}

func TestFixesAreAppliedOnce(t *testing.T) {
	dir := leakyModule(t)
	r, err := driver.Run(context.Background(), driver.Options{Dir: dir}, policy.Config{})
	require.NoError(t, err)
	require.Len(t, r.Findings, 3)
	changes, refused := r.Fixes()
	require.Empty(t, refused)
	require.Len(t, changes, 1)
	require.Equal(t, []int{0, 1}, changes[0].Fixed, "the whole struct is left to people")
	want := strings.NewReplacer("log.Println(in.Handshake)", "log.Println(mask(in.Handshake))", "in.Name, in.Handshake)", "in.Name, mask(in.Handshake))").Replace(leaky)
	require.Equal(t, want, string(changes[0].After))
	before, err := os.ReadFile(filepath.Join(dir, "api/api.go"))
	require.NoError(t, err)
	require.Equal(t, leaky, string(before), "nothing is written before Write")
	require.NoError(t, changes[0].Write())

	r, err = driver.Run(context.Background(), driver.Options{Dir: dir}, policy.Config{})
	require.NoError(t, err)
	require.Equal(t, []string{"api.go:16 idlogged"}, found(r))
	changes, refused = r.Fixes()
	require.Empty(t, changes)
	require.Empty(t, refused)
}

func TestADiffIsWhatPatchApplies(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git applies the diff")
	}
	dir := leakyModule(t)
	r, err := driver.Run(context.Background(), driver.Options{Dir: dir}, policy.Config{})
	require.NoError(t, err)
	changes, _ := r.Fixes()
	require.Len(t, changes, 1)
	diff := changes[0].Diff("api/api.go")
	require.Contains(t, diff, "-\tlog.Println(in.Handshake) // the first\n+\tlog.Println(mask(in.Handshake)) // the first\n")
	cmd := exec.Command("git", "apply", "-")
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(diff)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s\n%s", out, diff)
	after, err := os.ReadFile(filepath.Join(dir, "api/api.go"))
	require.NoError(t, err)
	require.Equal(t, string(changes[0].After), string(after))
}

// changed is a change of a text far from another, of a line at the end without newline.
func TestDiffsOfDistantLines(t *testing.T) {
	var before, after strings.Builder
	for i := range 40 {
		fmt.Fprintf(&before, "line %d\n", i)
		if i == 3 || i == 30 {
			fmt.Fprintf(&after, "other %d\n", i)
		} else if i != 20 {
			fmt.Fprintf(&after, "line %d\n", i)
		}
	}
	before.WriteString("end")
	after.WriteString("END")
	c := driver.Change{Before: []byte(before.String()), After: []byte(after.String())}
	diff := c.Diff("x")
	require.Equal(t, 4, strings.Count(diff, "@@ -"), diff)
	require.Contains(t, diff, "@@ -1,7 +1,7 @@\n line 0\n")
	require.Contains(t, diff, "-end\n\\ No newline at end of file\n+END\n\\ No newline at end of file\n")
}

func TestFixesThatCannotBeAppliedAreRefused(t *testing.T) {
	dir := leakyModule(t)
	r, err := driver.Run(context.Background(), driver.Options{Dir: dir}, policy.Config{})
	require.NoError(t, err)
	require.Len(t, r.Findings, 3)

	// A second fix over the first one's bytes.
	r.Findings[1].Fixes = []analysis.SuggestedFix{{TextEdits: []analysis.TextEdit{{
		Pos: r.Findings[0].Fixes[0].TextEdits[0].Pos + 1, End: r.Findings[0].Fixes[0].TextEdits[0].End, NewText: []byte("x")}}}}
	changes, refused := r.Fixes()
	require.Len(t, changes, 1)
	require.Equal(t, []int{0}, changes[0].Fixed)
	require.Len(t, refused, 1)
	require.Contains(t, refused[0].Message, "overlaps")

	// One whose result is no Go.
	r.Findings[1].Fixes = nil
	r.Findings[0].Fixes[0].TextEdits[0].NewText = []byte("mask((in")
	changes, refused = r.Fixes()
	require.Empty(t, changes)
	require.Len(t, refused, 1)
	require.Contains(t, refused[0].Message, "does not parse")

	// One in a generated file, and one in a file that changed.
	r.Findings[0].Generated = true
	_, refused = r.Fixes()
	require.Contains(t, refused[0].Message, "generated")
	r.Findings[0].Generated = false
	require.NoError(t, os.WriteFile(filepath.Join(dir, "api/api.go"), []byte("package api\n"), 0o644))
	_, refused = r.Fixes()
	require.Contains(t, refused[0].Message, "has changed")
}
