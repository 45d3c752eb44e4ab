package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// action plays a step of a GitHub workflow: action VERB runs the action's script with
// fresh files for outputs and summary.
func action(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: action scan|verdict")
	}
	for _, name := range []string{"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"} {
		ts.Check(os.WriteFile(ts.Getenv(name), nil, 0o600))
	}
	temp := ts.Getenv("RUNNER_TEMP")
	ts.Check(errors.Join(os.RemoveAll(temp), os.MkdirAll(temp, 0o700)))
	err := ts.Exec("bash", filepath.Join(ts.Getenv("DEPUTY_SOURCE"), "scripts", "github-action"), args[0])
	if failed := err != nil; failed != neg {
		ts.Fatalf("action %s: failed is %v, want %v", args[0], failed, neg)
	}
}

// commit sets a variable to a commit's hash: commit [-C DIRECTORY] VARIABLE REVISION
func commit(ts *testscript.TestScript, neg bool, args []string) {
	var in []string
	if len(args) == 4 && args[0] == "-C" {
		in, args = args[:2], args[2:]
	}
	if neg || len(args) != 2 {
		ts.Fatalf("usage: commit [-C DIRECTORY] VARIABLE REVISION")
	}
	ts.Check(ts.Exec("git", slices.Concat(in, []string{"rev-parse", "--verify", args[1] + "^{commit}"})...))
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// job writes the script of a job of a GitLab file: job FILE JOB SCRIPT
func job(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: job FILE JOB SCRIPT")
	}
	text, err := os.ReadFile(filepath.Join(ts.Getenv("DEPUTY_SOURCE"), filepath.FromSlash(args[0])))
	ts.Check(err)
	var jobs map[string]yaml.Node
	ts.Check(yaml.Unmarshal(text, &jobs))
	var found struct{ Script []string }
	node := jobs[args[1]]
	ts.Check(node.Decode(&found))
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte("set -eu\n"+strings.Join(found.Script, "\n")), 0o600))
}

// TestActionPastesNothingIntoScripts holds what keeps a branch's or a title's text from
// running in a workflow, and what an action of others may change under our feet.
func TestActionPastesNothingIntoScripts(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "action.yml"))
	require.NoError(t, err)
	var parsed struct {
		Inputs map[string]struct{ Description string }
		Runs   struct {
			Using string
			Steps []struct {
				Uses, Run, Shell string
				Env, With        map[string]string
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &parsed))
	require.Equal(t, "composite", parsed.Runs.Using)
	require.NotEmpty(t, parsed.Runs.Steps)
	pinned := regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`)
	for _, step := range parsed.Runs.Steps {
		if step.Uses != "" {
			assert.Regexp(t, pinned, step.Uses, "pinned by commit")
			continue
		}
		assert.NotContains(t, step.Run, "${{", "what is not ours comes by env")
		assert.Equal(t, "bash", step.Shell)
	}
	for name, in := range parsed.Inputs {
		assert.NotEmpty(t, in.Description, name)
		assert.Contains(t, string(text), "${{ inputs."+name+" }}", "it is used")
	}
}

// TestExamplesOfTheDocumentationAreTheFiles keeps docs/ci.md from telling of inputs and
// plugins that there are none of.
func TestExamplesOfTheDocumentationAreTheFiles(t *testing.T) {
	read := func(names ...string) string {
		text, err := os.ReadFile(filepath.Join(append([]string{"..", ".."}, names...)...))
		require.NoError(t, err)
		return string(text)
	}
	docs := read("docs", "ci.md")
	var parsed struct{ Inputs map[string]any }
	require.NoError(t, yaml.Unmarshal([]byte(read("action.yml")), &parsed))
	for name := range parsed.Inputs {
		assert.Contains(t, docs, "| `"+name+"` |")
	}
	_, plugin, _ := strings.Cut(read("analyzers", "golangci", ".custom-gcl.yml"), "\n")
	assert.Contains(t, docs, plugin, "the build file of golangci-lint")
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(docs, -1) {
		var parsedBlock any
		assert.NoError(t, yaml.Unmarshal([]byte(block[1]), &parsedBlock), block[1])
	}
}
