package worktree

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/objects"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
)

func TestMain(m *testing.M) {
	os.Setenv("HOME", os.DevNull)
	os.Setenv("XDG_CONFIG_HOME", os.DevNull)
	os.Exit(m.Run())
}

// walked lists what a work tree source reads, by path.
func walked(t *testing.T, repo *sourcetest.Repo) []string {
	t.Helper()
	d, err := gitdir.Find(repo.Dir)
	require.NoError(t, err)
	db, err := objects.Open(d.Git, objects.Options{})
	require.NoError(t, err)
	defer db.Close()
	x, err := gitdir.ReadIndex(d.IndexFile(), 20)
	require.NoError(t, err)
	s := New(d, db, x, Options{Jobs: 2})
	sourcetest.Record(t, s)
	var paths []string
	for p := range s.files {
		paths = append(paths, p)
	}
	return paths
}

// listed is what git takes for tracked or untracked, but not ignored.
func listed(repo *sourcetest.Repo) []string {
	out := strings.TrimSuffix(repo.Git("ls-files", "-z", "--cached", "--others", "--exclude-standard"), "\x00")
	if out == "" {
		return nil
	}
	return strings.Split(out, "\x00")
}

// TestIgnoreRules has the rules of gitignore(5), and git to say what they mean.
func TestIgnoreRules(t *testing.T) {
	files := []string{
		"a.log", "b.txt", "keep.log", "dir/a.log", "dir/keep.log", "build/x", "dir/build/x", "src/build", "foo/bar", "x/foo/bar",
		"deep/1/2/3/file", "deep/file", "deep/1/file", "#hash", "!bang", "sp ace", "trail ", "br[ack]et", "curly{a,b}", "curlya", "star*", "q?x", "qqx",
		"doc/frotz/a", "a/doc/frotz/a", "ab/c", "a-b", "d1", "d2", "dx", "abc/x/def", "abc/def", "abc/x/y/def", "back\\slash", "cr",
	}
	repo := sourcetest.NewRepo(t)
	for _, f := range files {
		repo.Write(f, f)
	}
	for _, rules := range []string{
		"*.log", "*.log\n!keep.log", "build/", "/build/", "build", "foo/bar", "/foo/bar", "**/foo/bar", "foo/**", "deep/**/file", "deep/*/file",
		"\\#hash", "#hash", "\\!bang", "!bang", "trail\\ ", "trail   ", "br[[]ack]et", "curly{a,b}", "star\\*", "q?x", "doc/frotz", "doc/frotz/", "d[0-9]", "d[!0-9]", "d[^0-9]",
		"abc/**/def", "abc/**", "**", "*", "/*", "*\n!*/\n!b.txt", "dir/*\n!dir/keep.log", "dir/\n!dir/keep.log", "**/build", "build/**", "a?b", "[", "back\\\\slash", "cr\r", "", "/", "//", "**/", "de*p/", "dir/**/", "x/**/bar", "**/**/bar", "fo**o/bar", "foo**", "**o/bar", "\\", "*.LOG",
		"!/a.log\n*.log", "*\n!dir\n!dir/**", "[[:alpha:]]1", "d[a-z]", "d[]x]", "d[\\]x]", "\ufeff*.log",
	} {
		t.Run(fmt.Sprintf("%q", rules), func(t *testing.T) {
			repo.Write(".gitignore", rules+"\n")
			assert.ElementsMatch(t, listed(repo), walked(t, repo))
		})
	}
}

// TestIgnoreRulesAtRandom compares random rules in several files with git.
func TestIgnoreRulesAtRandom(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(from ...string) string { return from[rng.IntN(len(from))] }
	for range 120 {
		repo.Write(strings.Join([]string{pick("a", "b", "ab"), pick("a", "b", "ba"), pick("c", "a.c", "b.d")}, pick("/", "/", "/x/")), "x")
		repo.Write(pick("a.c", "b.d", "c"), "x")
	}
	repo.Git("add", "-f", listed(repo)[0], listed(repo)[5])
	for range 40 {
		rule := func() string {
			var b strings.Builder
			b.WriteString(pick("", "", "", "!", "/", "!/"))
			for i := range 1 + rng.IntN(3) {
				if i > 0 {
					b.WriteString("/")
				}
				b.WriteString(pick("a", "b", "c", "*", "**", "a*", "*.c", "?", "[ab]", "x", "*b"))
			}
			b.WriteString(pick("", "", "/"))
			return b.String()
		}
		texts := map[string]string{}
		for _, f := range []string{".gitignore", "a/.gitignore", "b/a/.gitignore", ".git/info/exclude"} {
			texts[f] = rule() + "\n" + rule() + "\n" + rule() + "\n"
			if f == ".gitignore" || rng.IntN(2) == 0 {
				repo.Write(f, texts[f])
			}
		}
		require.ElementsMatch(t, listed(repo), walked(t, repo), "%q", texts)
	}
}

func TestUsersOwnRules(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	repo := sourcetest.NewRepo(t)
	repo.Write("a.mine", "x")
	repo.Write("a.own", "x")
	assert.Len(t, walked(t, repo), 2)
	require.NoError(t, os.MkdirAll(filepath.Join(home, ".config/git"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(home, ".config/git/ignore"), []byte("*.mine\n"), 0o644))
	assert.Equal(t, []string{"a.own"}, walked(t, repo))
	require.NoError(t, os.WriteFile(filepath.Join(home, ".gitconfig"), []byte("[core]\n\texcludesFile = ~/own\n"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(home, "own"), []byte("*.own\n"), 0o644))
	assert.Equal(t, []string{"a.mine"}, walked(t, repo))
}

// TestHostileGlobs would take longer than the world lasts with a matcher that
// goes back further than to the last star.
func TestHostileGlobs(t *testing.T) {
	name := strings.Repeat("a", 200)
	assert.False(t, matchName(strings.Repeat("a*", 100)+"b", name))
	path := strings.Split(strings.Repeat("a/", 200)+"a", "/")
	assert.False(t, matchPath(strings.Split(strings.Repeat("**/a/", 60)+"b", "/"), path))
	assert.True(t, matchPath(strings.Split(strings.Repeat("**/a/", 60)+"a", "/"), path))
}

// FuzzIgnore wants of any rules and path neither panic nor, for a path without
// wildcards as its own rule, a miss.
func FuzzIgnore(f *testing.F) {
	f.Add("*.log\n!keep.log\n/a/**/b/", "a/x/b")
	f.Add("[", "[")
	f.Fuzz(func(t *testing.T, rules, path string) {
		g := &ignores{rules: parseRules(rules)}
		g.match(path, false)
		g.match(path, true)
		if path != "" && !strings.ContainsAny(path, "\\*?[]!#/ \r\n\ufeff{}") {
			require.True(t, (&ignores{rules: parseRules(path)}).match("dir/"+path, false), "%q", path)
		}
	})
}
