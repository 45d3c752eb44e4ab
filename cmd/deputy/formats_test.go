package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/analyzers"
)

func TestChooseFormat(t *testing.T) {
	for name, c := range map[string]struct {
		asked, file string
		files       int
		want        string // "" for an error
	}{
		"standard output":                   {"", "", 1, "text"},
		"standard output by its sign":       {"", "-", 1, "text"},
		"by extension":                      {"", "a/b.csv", 1, "csv"},
		"whatever the case":                 {"", "REPORT.HTM", 1, "html"},
		"the longest ending decides":        {"", "out.sarif.json", 1, "sarif"},
		"the name that GitLab gives":        {"", "x/gl-secret-detection-report.json", 1, "gitlab"},
		"JSON is JSON":                      {"", "report.json", 1, "json"},
		"no extension":                      {"", "REPORT", 1, "text"},
		"a directory with an extension":     {"", "out.d/report", 1, "text"},
		"what is asked for goes first":      {"markdown", "report.json", 1, "markdown"},
		"each of several by its own":        {"markdown", "report.json", 2, "json"},
		"what is asked for fills the gaps":  {"markdown", "report.out", 2, "markdown"},
		"an extension that no format has":   {"", "report.pdf", 1, ""},
		"the same among several":            {"", "report.pdf", 2, ""},
		"a format that there is none of":    {"yaml", "", 1, ""},
		"a dot file has no other extension": {"", ".report", 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := chooseFormat(c.asked, c.file, c.files)
			if c.want == "" {
				require.Error(t, err)
				for _, want := range []string{"sarif", "csv"} {
					assert.ErrorContains(t, err, want, "the error lists what there is")
				}
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, got.name)
		})
	}
}

func TestEveryFormatHasAnEndingOfItsOwn(t *testing.T) {
	seen := map[string]string{}
	for _, f := range allFormats {
		require.NotEmpty(t, f.endings)
		for _, e := range f.endings {
			assert.Empty(t, seen[e])
			seen[e] = f.name
			got, ok := formatOfFile("x" + e)
			assert.True(t, ok)
			assert.Equal(t, f.name, got.name)
		}
	}
}

// sarifLog is what the tests below read of SARIF.
type sarifLog struct {
	Runs []struct {
		Tool struct {
			Driver struct {
				Rules []struct {
					ID                   string
					DefaultConfiguration struct{ Level string }
				}
			}
		}
	}
}

// rulesInSARIF returns the rules of a report by ID, with their levels.
func rulesInSARIF(t *testing.T, args ...string) map[string]string {
	t.Helper()
	var out, errs bytes.Buffer
	code := execute(append(args, "--format", "sarif"), strings.NewReader("nothing\n"), &out, &errs)
	require.Equal(t, exitClean, code, errs.String())
	var log sarifLog
	require.NoError(t, json.Unmarshal(out.Bytes(), &log))
	levels := map[string]string{}
	for _, r := range log.Runs[0].Tool.Driver.Rules {
		levels[r.ID] = r.DefaultConfiguration.Level
	}
	return levels
}

func TestSARIFHasEveryRule(t *testing.T) {
	var out bytes.Buffer
	require.Equal(t, exitClean, execute([]string{"rules", "--format", "json"}, nil, &out, &out))
	var listed struct {
		Rules []struct{ Rule, Severity string }
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &listed))
	require.NotEmpty(t, listed.Rules)
	levels := rulesInSARIF(t, "scan", "-")
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("nothing\n"), 0o600))
	maps.Copy(levels, rulesInSARIF(t, "check", dir))
	for _, r := range listed.Rules {
		want := map[string]string{"low": "note", "medium": "warning", "high": "error", "critical": "error"}[r.Severity]
		assert.Equal(t, want, levels[r.Rule], r.Rule)
	}
	assert.Len(t, levels, len(listed.Rules))
}

func TestSARIFOfVetHasEveryPass(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/clean\n\ngo 1.24\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "clean.go"), []byte("package clean\n"), 0o600))
	t.Chdir(dir)
	levels := rulesInSARIF(t, "vet")
	for _, pass := range analyzers.Names() {
		assert.Contains(t, []string{"note", "warning", "error"}, levels[pass], pass)
	}
	assert.Len(t, levels, len(analyzers.Names()))
}
