package integration_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// customBuild is the part of .custom-gcl.yml that says what is built.
type customBuild struct {
	Version string
	Plugins []struct{ Module, Import string }
}

// TestGolangciLintWithThePasses builds golangci-lint as "golangci-lint custom" does
// from our .custom-gcl.yml: its main package with an import of the plugin, in a module
// that replaces the plugin's. It differs in that the module proxy is asked for the
// linter, not git.
func TestGolangciLintWithThePasses(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: golangci-lint is built without it")
	}
	data, err := os.ReadFile("../golangci/.custom-gcl.yml")
	require.NoError(t, err)
	var build customBuild
	require.NoError(t, yaml.Unmarshal(data, &build))
	require.Len(t, build.Plugins, 1)

	linter := buildLinter(t, build)
	out, err := exec.Command(linter, "version").CombinedOutput()
	require.NoError(t, err, "%s", out)
	cmd := exec.Command(linter, "run", "./...")
	cmd.Dir = leakyProject(t)
	out, err = cmd.CombinedOutput()
	require.Error(t, err, "findings fail the linter")
	require.Regexp(t, regexp.MustCompile(`shop\.go:8:\d+: .*External ID logged.*\(deputy\)`), string(out))
	require.Equal(t, 1, strings.Count(string(out), "External ID"), "%s", out)
}

// buildLinter compiles the linter with the requirements that our own is built by.
func buildLinter(t *testing.T, build customBuild) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	dir := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join(root, "tools", name))
		require.NoError(t, err)
		if name == "go.mod" {
			require.Contains(t, string(data), "github.com/golangci/golangci-lint/v2 "+build.Version, "the version of .custom-gcl.yml is the one that tools pins")
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o644))
	}
	main := `package main

import (
	"fmt"
	"os"

	"github.com/golangci/golangci-lint/v2/pkg/commands"

	_ "` + build.Plugins[0].Import + `"
)

func main() {
	if err := commands.Execute(commands.BuildInfo{Version: "` + build.Version + `"}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
`
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(main), 0o644))
	module := build.Plugins[0].Module
	binary := filepath.Join(dir, "golangci-lint-deputy")
	for _, args := range [][]string{
		{"mod", "edit", "-require=" + module + "@v0.0.0", "-replace=" + module + "=" + root},
		{"build", "-mod=mod", "-o", binary, "."},
	} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil && isOffline(string(out)) {
			t.Skipf("golangci-lint's modules cannot be had: %s", out)
		}
		require.NoError(t, err, "%s", out)
	}
	return binary
}

// leakyProject has one leak, and a configuration that enables nothing but the plugin.
func leakyProject(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":        "module shop\n\ngo 1.25\n",
		"shop.go":       "package shop\n\nimport \"log\"\n\ntype Link struct{ RoleARN, ExternalID string }\n\nfunc Show(l Link) {\n\tlog.Println(l.ExternalID)\n\tlog.Println(l.RoleARN)\n}\n",
		".golangci.yml": "version: \"2\"\nlinters:\n  default: none\n  enable: [deputy]\n  settings:\n    custom:\n      deputy:\n        type: module\n        settings:\n          passes: [idlogged]\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	return dir
}
