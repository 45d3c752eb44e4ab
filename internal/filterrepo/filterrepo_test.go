package filterrepo_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/internal/filterrepo"
)

func TestLines(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"digits stand by themselves", "111122223333", `regex:(?<![0-9])111122223333(?![0-9])`},
		{"digits in groups", "1111-2222-3333", `regex:(?<![0-9])1111-2222-3333(?![0-9])`},
		{"a long value is literal", "key/with+signs(and)more", `literal:key/with+signs(and)more`},
		{"an arrow in a value", "left==>right==>middle", `literal:left==>right==>middle`},
		{"a word that begins like a form", "regex:anything.at.all", `literal:regex:anything.at.all`},
		{"a mark of comments is none here", "#not-a-comment-at-all", `literal:#not-a-comment-at-all`},
		{"a short word is no part of another", "swordfish", `regex:(?<![0-9A-Za-z_])swordfish(?![0-9A-Za-z_])`},
		{"signs at an end need no bound", "$wordfish!", `regex:\$wordfish!`},
		{"lines of a key, however they end", "first+line\r\n  second.line\n", `regex:first\+line\s+second\.line`},
		{"what is not ASCII stays", "schlüssel-für-alles", "literal:schlüssel-für-alles"},
		{"bytes that are no text stay", "\xff\xfe long enough \xff", "literal:\xff\xfe long enough \xff"},
	} {
		line, err := filterrepo.Expression{Value: c.value}.Line()
		require.NoError(t, err, c.name)
		assert.Equal(t, c.want+"==>"+filterrepo.Removed, line, c.name)
	}
}

func TestWhatCannotBeReplacedSaysWhy(t *testing.T) {
	for value, want := range map[string]error{"": filterrepo.ErrShort, "hunter2": filterrepo.ErrShort, "with\x00a NUL in it": filterrepo.ErrNUL} {
		_, err := filterrepo.Expression{Value: value}.Line()
		assert.ErrorIs(t, err, want)
	}
	_, err := filterrepo.Expression{Value: "long enough", Instead: "two\nlines"}.Line()
	assert.ErrorIs(t, err, filterrepo.ErrLine)
	_, err = filterrepo.Expression{Value: "long enough", Instead: "a==>b"}.Line()
	assert.ErrorIs(t, err, filterrepo.ErrLine)
}

func TestTheLongestComesFirstAndEachOnce(t *testing.T) {
	var b strings.Builder
	left, err := filterrepo.Write(&b, []filterrepo.Expression{
		{Value: "a-value-of-some-length"}, {Value: "short"}, {Value: "a-value-of-some-length-and-more"}, {Value: "a-value-of-some-length"},
	})
	require.NoError(t, err)
	assert.Equal(t, "literal:a-value-of-some-length-and-more==>***REMOVED***\nliteral:a-value-of-some-length==>***REMOVED***\n", b.String())
	assert.Equal(t, map[int]error{1: filterrepo.ErrShort}, left)
}

func TestAnExpressionDoesNotPrintItsValue(t *testing.T) {
	e := filterrepo.Expression{Value: "the-value-itself"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		assert.NotContains(t, fmt.Sprintf(verb, e), "value", verb)
	}
}

func TestTheFileIsItsOwnersAndLiesInNoRepository(t *testing.T) {
	top := t.TempDir()
	repo := filepath.Join(top, "repo")
	require.NoError(t, os.MkdirAll(filepath.Join(repo, "deep"), 0o755))
	require.NoError(t, os.Mkdir(filepath.Join(repo, ".git"), 0o755))
	for _, dir := range []string{repo, filepath.Join(repo, "deep"), filepath.Join(repo, ".git")} {
		_, err := filterrepo.Create(filepath.Join(dir, "x.txt"))
		assert.ErrorContains(t, err, "lies in the repository")
	}
	require.NoError(t, os.Symlink(repo, filepath.Join(top, "link")))
	_, err := filterrepo.Create(filepath.Join(top, "link", "x.txt"))
	require.ErrorContains(t, err, "lies in the repository", "by whatever name")
	work := filepath.Join(top, "work")
	require.NoError(t, os.Mkdir(work, 0o755))
	_, err = filterrepo.Create(filepath.Join(work, "x.txt"), work)
	require.ErrorContains(t, err, "lies in the repository", "whose repository lies elsewhere")

	name := filepath.Join(top, "x.txt")
	require.NoError(t, os.WriteFile(name, []byte("before"), 0o644))
	f, err := filterrepo.Create(name, work)
	require.NoError(t, err)
	_, err = f.WriteString("after")
	require.NoError(t, err)
	old, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.Equal(t, "before", string(old), "until it is complete")
	require.NoError(t, f.Commit())
	info, err := os.Stat(name)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	entries, err := os.ReadDir(top)
	require.NoError(t, err)
	assert.Len(t, entries, 4)
}

// TestFilterRepo lets the program itself say what the expressions mean.
func TestFilterRepo(t *testing.T) {
	if _, err := exec.LookPath("git-filter-repo"); err != nil {
		t.Skip("no git-filter-repo")
	}
	top := t.TempDir()
	dir, list := filepath.Join(top, "repo"), filepath.Join(top, "expressions")
	git := func(args ...string) string {
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=Ada", "-c", "user.email=ada@example.com"}, args...)...)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		return string(out)
	}
	require.NoError(t, os.Mkdir(dir, 0o755))
	git("init", "-q", ".")
	text := "id 111122223333, not 1111222233334 or x9111122223333\nkey=long-value(with)signs+more\nswordfish swordfishes\n-----\nfirst+line\n  second.line\n-----\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.txt"), []byte(text), 0o644))
	git("add", ".")
	git("commit", "-qm", "begin")
	f, err := filterrepo.Create(list)
	require.NoError(t, err)
	left, err := filterrepo.Write(f, []filterrepo.Expression{
		{Value: "111122223333", Instead: "444455556666"}, {Value: "long-value(with)signs+more"}, {Value: "swordfish"}, {Value: "first+line\nsecond.line"},
	})
	require.NoError(t, err)
	require.Empty(t, left)
	require.NoError(t, f.Commit())
	git("filter-repo", "--force", "--quiet", "--replace-text", list)
	assert.Equal(t, "id 444455556666, not 1111222233334 or x9111122223333\nkey=***REMOVED***\n***REMOVED*** swordfishes\n-----\n***REMOVED***\n-----\n", git("show", "HEAD:a.txt"))
}

// FuzzLine holds that whatever the value is, its expression is one line that filter-repo
// cuts where we meant it to.
func FuzzLine(f *testing.F) {
	for _, seed := range []string{"111122223333", "a==>b==>c==>d==>e", "regex:glob:literal:", "line\nline\r\nline", "#", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		line, err := filterrepo.Expression{Value: value, Instead: "444455556666"}.Line()
		if err != nil {
			return
		}
		assert.False(t, strings.ContainsAny(line, "\r\n"))
		at := strings.LastIndex(line, "==>")
		assert.Equal(t, "444455556666", line[at+3:])
		if text, ok := strings.CutPrefix(line[:at], "literal:"); ok {
			assert.Equal(t, strings.TrimSpace(value), text)
		} else {
			assert.True(t, strings.HasPrefix(line, "regex:"))
		}
	})
}
