package gitdir

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestEnvironmentBringsSettings(t *testing.T) {
	e, err := ReadEnvironment(env(
		"GIT_CONFIG_PARAMETERS", `'core.worktree=/old' 'Core.WorkTree'='/it'\''s here' 'a.B.c.D' 'x.y'='bang'\!''`,
		"GIT_CONFIG_COUNT", "2", "GIT_CONFIG_KEY_0", "remote.Up.Stream.url", "GIT_CONFIG_VALUE_0", "u", "GIT_CONFIG_KEY_1", "core.bare", "GIT_CONFIG_VALUE_1", "true",
	))
	require.NoError(t, err)
	s := e.settings
	assert.Equal(t, "/it's here", s.text("core", "worktree"))
	assert.Equal(t, "bang!", s.text("x", "y"))
	url, ok := s.last("remote", "Up.Stream", "url")
	assert.True(t, ok)
	assert.Equal(t, "u", url)
	bare, known := s.flag("core", "", "bare")
	assert.True(t, bare && known)
	set, known := s.flag("a", "B.c", "d")
	assert.True(t, set && known, "a key alone is true")
	assert.True(t, e.Says())
	for _, bad := range [][]string{
		{"GIT_CONFIG_PARAMETERS", "'a.b"}, {"GIT_CONFIG_COUNT", "-1"}, {"GIT_CONFIG_COUNT", "x"}, {"GIT_ALTERNATE_OBJECT_DIRECTORIES", `"x`},
	} {
		_, err := ReadEnvironment(env(bad...))
		assert.ErrorContains(t, err, bad[0])
	}
}

func TestEnvironmentListsDirectories(t *testing.T) {
	real := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(real, link))
	e, err := ReadEnvironment(env(
		"GIT_ALTERNATE_OBJECT_DIRECTORIES", `/one:"/with:colon\"":/three`,
		"GIT_CEILING_DIRECTORIES", strings.Join([]string{link, "relative", "", link}, ":"),
	))
	require.NoError(t, err)
	assert.Equal(t, []string{"/one", `/with:colon"`, "/three"}, e.Alternates)
	assert.Equal(t, []string{realPath(real), link}, e.Ceilings, "links behind an empty one are not resolved")
}

// TestSettings: what git's own documentation allows.
func TestSettings(t *testing.T) {
	s, err := parseSettings("\ufeff[core] bare = false ; one line\n\tWorkTree = \" /a b \" # x\n[remote \"a \\\"b\\\" \\\\c\"]\r\n\turl = x\\\n y\r\n[branch.Main] merge=refs/heads/m\n[include]\npath")
	require.NoError(t, err)
	bare, known := s.flag("core", "", "bare")
	assert.True(t, !bare && known)
	assert.Equal(t, " /a b ", s.text("core", "worktree"))
	url, _ := s.last("remote", `a "b" \c`, "url")
	assert.Equal(t, "x y", url)
	merge, _ := s.last("branch", "main", "merge")
	assert.Equal(t, "refs/heads/m", merge)
	for _, bad := range []string{"[core\n", "key = x", "[a]\nk = \"open\n", "[a]\nk = \\x\n", "[a \"b\n\"]", "[a]\n=x", "[]"} {
		_, err := parseSettings(bad)
		assert.ErrorContains(t, err, "malformed configuration: line", bad)
	}
}

// TestIncludesEnd: files that include each other are read so often and no more.
func TestIncludesEnd(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "config")
	require.NoError(t, os.WriteFile(file, []byte("[a]b=1\n[include]\npath=config\npath=config\n"), 0o644))
	var c Config
	assert.ErrorContains(t, c.read(nil, file, 0), "include each other too often")
	require.NoError(t, os.WriteFile(file, []byte("[include]path=other\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "other"), []byte("[core]worktree=x\n"), 0o644))
	c = Config{}
	require.NoError(t, c.read(nil, file, 0))
	assert.Equal(t, "x", c.settings.text("core", "worktree"))
}
