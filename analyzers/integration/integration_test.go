package integration_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/analyzers/driver"
	"github.com/deputy-sec/deputy/analyzers/policy"
)

// TestMain lets the test binary be go vet's tool.
func TestMain(m *testing.M) {
	if driver.IsUnit(os.Args[1:]) {
		driver.UnitMain(policy.Config{})
	}
	os.Exit(m.Run())
}

// service is the sample service, a module of its own.
const service = "../../testdata/vet/service"

func TestTheSampleServiceAsAWholeProgram(t *testing.T) {
	dir := modules(t, service)
	m := readMarks(t, dir)
	require.Equal(t, len(m.planted), m.decoys, "as many decoys as planted flows")
	compare(t, m.planted, wholeProgram(t, dir))
	t.Logf("%d planted flows, %d decoys", len(m.planted), m.decoys)
}

func TestTheSampleServiceOnePackageAtATime(t *testing.T) {
	dir := modules(t, service)
	m := readMarks(t, dir)
	compare(t, m.modular(), onePackageAtATime(t, dir))
	t.Logf("%d of %d planted flows", len(m.modular()), len(m.planted))
}

func TestLoggersClientsAndSDKs(t *testing.T) {
	dir := modules(t, "samples")
	compare(t, readMarks(t, dir).planted, wholeProgram(t, dir))
}

func TestLoggersClientsAndSDKsOnePackageAtATime(t *testing.T) {
	dir := modules(t, "samples")
	compare(t, readMarks(t, dir).modular(), onePackageAtATime(t, dir))
}

// modules is the absolute path of a module whose dependencies are at hand; without
// them there is nothing to type-check against, and the test is skipped.
func modules(t *testing.T, dir string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: real modules are type-checked without it")
	}
	dir, err := filepath.Abs(dir)
	require.NoError(t, err)
	cmd := exec.Command("go", "list", "-deps", "./...")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err == nil {
		return dir
	}
	if isOffline(string(out)) {
		t.Skipf("the modules of %s cannot be had: %s", dir, out)
	}
	require.NoError(t, err, "%s", out)
	return dir
}

// isOffline recognises what the go command says where no module can be had.
func isOffline(out string) bool {
	return slices.ContainsFunc([]string{"dial tcp", "no such host", "module lookup disabled", "i/o timeout", "connection refused"}, func(s string) bool {
		return strings.Contains(out, s)
	})
}

// wholeProgram runs what deputy vet runs.
func wholeProgram(t *testing.T, dir string) []string {
	t.Helper()
	r, err := driver.Run(context.Background(), driver.Options{Dir: dir}, policy.Config{})
	require.NoError(t, err)
	require.Empty(t, r.Problems)
	var out []string
	for _, f := range r.Findings {
		out = append(out, place(t, dir, f.Position.Filename, f.Position.Line, f.Pass))
	}
	return out
}

func place(t *testing.T, dir, file string, line int, pass string) string {
	t.Helper()
	rel, err := filepath.Rel(dir, file)
	require.NoError(t, err)
	return fmt.Sprintf("%s:%d %s", filepath.ToSlash(rel), line, pass)
}

// onePackageAtATime runs go vet with this binary as its tool.
func onePackageAtATime(t *testing.T, dir string) []string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command("go", "vet", "-json", "-vettool="+self, "./...")
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	stdout, err := cmd.Output()
	require.NoError(t, err, "%s", stdout)
	var out []string
	for dec := json.NewDecoder(strings.NewReader(withoutComments(string(stdout)))); ; {
		var packages map[string]map[string]json.RawMessage
		if err := dec.Decode(&packages); err != nil {
			require.ErrorContains(t, err, "EOF")
			return out
		}
		for _, passes := range packages {
			for pass, raw := range passes {
				var found []struct{ Posn string }
				require.NoError(t, json.Unmarshal(raw, &found), "%s: %s", pass, raw)
				for _, d := range found {
					file, line, err := cutPosition(d.Posn)
					require.NoError(t, err)
					out = append(out, place(t, dir, file, line, pass))
				}
			}
		}
	}
}

// withoutComments drops the lines by which go vet names packages.
func withoutComments(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		if !strings.HasPrefix(line, "#") {
			b.WriteString(line)
		}
	}
	return b.String()
}

func cutPosition(s string) (file string, line int, err error) {
	parts := strings.Split(s, ":")
	if len(parts) < 3 {
		return "", 0, errors.New("no position: " + s)
	}
	_, err = fmt.Sscan(parts[len(parts)-2], &line)
	return strings.Join(parts[:len(parts)-2], ":"), line, err
}
