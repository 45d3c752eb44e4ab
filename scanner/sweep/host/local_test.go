package host

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func git(t *testing.T, args ...string) {
	t.Helper()
	out, err := exec.Command("git", args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

func TestFolders(t *testing.T) {
	dir := t.TempDir()
	at := func(names ...string) string { return filepath.Join(append([]string{dir}, names...)...) }
	git(t, "init", "-q", at("web"))
	git(t, "init", "-q", "--bare", at("team", "api.git"))
	git(t, "-C", at("web"), "-c", "user.name=K", "-c", "user.email=k@example.com", "commit", "-q", "--allow-empty", "-m", "x")
	require.NoError(t, os.MkdirAll(at("web", "vendor", ".git"), 0o755), "what lies in a repository is its own matter")
	require.NoError(t, os.MkdirAll(at("notes"), 0o755))
	require.NoError(t, os.MkdirAll(at("link-to", ".git"), 0o755))
	outside := t.TempDir()
	git(t, "init", "-q", filepath.Join(outside, "secret"))
	require.NoError(t, os.Symlink(outside, at("team", "elsewhere")))
	require.NoError(t, os.MkdirAll(at("worktree"), 0o755))
	require.NoError(t, os.WriteFile(at("worktree", ".git"), []byte("gitdir: ../web/.git/worktrees/x\n"), 0o644))

	all := slices.Collect(Folder(dir, Filters{}, newClock()).List(t.Context()))
	names := swept(all)
	slices.Sort(names)
	assert.Equal(t, []string{"link-to", "team/api", "web", "worktree"}, names)
	for _, r := range all {
		assert.True(t, filepath.IsAbs(r.Repository.CloneURL))
		assert.Equal(t, r.Repository.FullName == "team/api", r.Repository.Empty, r.Repository.FullName)
	}
	exclude, err := Names([]string{"team"})
	require.NoError(t, err)
	all = slices.Collect(Folder(dir, Filters{Exclude: exclude}, newClock()).List(t.Context()))
	assert.Len(t, swept(all), 3)
	assert.Len(t, because(all, Name), 1)
}

func TestAFolderWithoutARepositoryIsARow(t *testing.T) {
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "not there")} {
		assert.Len(t, because(slices.Collect(Folder(dir, Filters{}, newClock()).List(t.Context())), Failed), 1)
	}
}

func TestDocuments(t *testing.T) {
	dir := t.TempDir()
	all := slices.Collect(Documents(dir).List(t.Context()))
	require.Len(t, all, 1)
	assert.Equal(t, Directory, all[0].Repository.Kind)
	file := filepath.Join(dir, "x")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	for _, not := range []string{file, filepath.Join(dir, "y")} {
		assert.Len(t, because(slices.Collect(Documents(not).List(t.Context())), Failed), 1)
	}
}

func TestParseClone(t *testing.T) {
	for text, want := range map[string]string{
		"https://github.com/acme/web.git":      "github.com acme web acme/web",
		"https://GitLab.com/acme/team/web":     "gitlab.com acme/team web acme/team/web",
		"ssh://git@git.example.com:2222/a/b":   "git.example.com:2222 a b a/b",
		"git@github.com:acme/web.git":          "github.com acme web acme/web",
		"host:web.git":                         "host  web web",
		"git://git.kernel.org/pub/scm/git.git": "git.kernel.org pub/scm git pub/scm/git",
	} {
		r, err := ParseClone(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, strings.Join([]string{r.Host, r.Owner, r.Name, r.FullName}, " "))
	}
	for _, text := range []string{
		"", "web", "/srv/git/web.git", "file:///srv/git/web.git", "ext::sh -c id", "ext::sh", "fd::17", "--upload-pack=id", "-oProxyCommand=id:x",
		"ssh://-oProxyCommand=id/x", "https://kim:treasure@github.com/a/b", "https://treasure@github.com/a/b", "https://github.com", "https://github.com/",
		"ftp://x/y", "https://x/a b", "https://x/a\nb", "ssh://git:treasure@host/x", "-x@host:y", "host:", "git@-oProxyCommand=id:x",
	} {
		_, err := ParseClone(text)
		require.Error(t, err, text)
		assert.NotContains(t, err.Error(), "treasure")
	}
}

func TestURLFiles(t *testing.T) {
	name := filepath.Join(t.TempDir(), "urls")
	require.NoError(t, os.WriteFile(name, []byte("# ours\nhttps://github.com/acme/web.git\n\nhttps://kim:treasure@github.com/acme/api\r\nhttps://github.com/acme/web.git\ngit@host:x.git"), 0o644))
	all := slices.Collect(URLFile(name, Filters{}, newClock()).List(t.Context()))
	assert.Equal(t, []string{"acme/web", "x"}, swept(all))
	require.Len(t, because(all, Failed), 1)
	assert.Contains(t, because(all, Failed)[0], "URL 2: it holds a user or a password")
	all = slices.Collect(URLFile(name+"x", Filters{}, newClock()).List(t.Context()))
	assert.Len(t, because(all, Failed), 1)
	all = slices.Collect(URLs("urls", []string{"https://github.com/acme/web"}, Filters{}, newClock()).List(t.Context()))
	assert.Equal(t, []string{"acme/web"}, swept(all))
}
