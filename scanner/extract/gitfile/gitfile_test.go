package gitfile_test

import (
	"archive/tar"
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/archive"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/extract/gitfile"
)

// repository is one that the tests make with git: a value in a version that is gone, one in
// HEAD, one in the message of a commit, and a document.
type repository struct {
	t   testing.TB
	dir string
}

func newRepository(t testing.TB, args ...string) *repository {
	r := &repository{t, t.TempDir()}
	r.git(append([]string{"init", "-q", "-b", "main", "."}, args...)...)
	long := strings.Repeat("a line that both versions have\n", 40)
	r.commit("first", map[string]string{"deploy/main.tf": long + "the account that is gone\n", "README.md": "read me\n"})
	r.commit("removed, see the message", map[string]string{"deploy/main.tf": long + "the account that is here\n"})
	r.commit("an archive", map[string]string{"files/a.tar": string(tarred(t, map[string]string{"in.env": "within an archive\n"}))})
	r.git("branch", "customers/acme")
	return r
}

func (r *repository) git(args ...string) []byte {
	cmd := exec.Command("git", args...)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "HOME="+r.dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "LC_ALL=C",
		"GIT_AUTHOR_NAME=A U Thor", "GIT_AUTHOR_EMAIL=author@example.com", "GIT_AUTHOR_DATE=1700000000 +0100",
		"GIT_COMMITTER_NAME=C O Mitter", "GIT_COMMITTER_EMAIL=committer@example.com", "GIT_COMMITTER_DATE=1700000000 +0100")
	out, err := cmd.Output()
	require.NoError(r.t, err, "git %v", args)
	return out
}

func (r *repository) commit(message string, files map[string]string) {
	for name, content := range files {
		path := filepath.Join(r.dir, name)
		require.NoError(r.t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(r.t, os.WriteFile(path, []byte(content), 0o600))
	}
	r.git("add", "-A")
	r.git("commit", "-qm", message)
}

func (r *repository) bundle(revisions ...string) []byte {
	file := filepath.Join(r.t.TempDir(), "repo.bundle")
	r.git(append([]string{"bundle", "create", "-q", file}, revisions...)...)
	content, err := os.ReadFile(file)
	require.NoError(r.t, err)
	return content
}

// pack returns all of the repository in one pack.
func (r *repository) pack() []byte {
	r.git("repack", "-qad", "--depth=10")
	packs, err := filepath.Glob(filepath.Join(r.dir, ".git/objects/pack/*.pack"))
	require.NoError(r.t, err)
	require.Len(r.t, packs, 1)
	content, err := os.ReadFile(packs[0])
	require.NoError(r.t, err)
	return content
}

// blob returns the place of the blob that a revision has at a path.
func (r *repository) blob(at string) string {
	return "blob " + string(r.git("rev-parse", at)[:10])
}

// dotGit returns the git directory as a tar.
func (r *repository) dotGit() []byte {
	files := map[string]string{}
	require.NoError(r.t, fs.WalkDir(os.DirFS(r.dir), ".git", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(r.dir, path))
		files[path] = string(content)
		return err
	}))
	return tarred(r.t, files)
}

func tarred(t testing.TB, files map[string]string) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for name, content := range files {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o600}))
		_, err := w.Write([]byte(content))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func extractAll(t testing.TB, content []byte) (*extracttest.Recorder, error) {
	return extracttest.Extract(t, content, append(archive.All(), gitfile.New())...)
}

// hidden is every value of a repository, at its place.
func (r *repository) hidden(within string) []extracttest.Want {
	return []extracttest.Want{
		{Text: "the account that is gone", Inside: within + "deploy/main.tf", Place: r.blob("HEAD~2:deploy/main.tf")},
		{Text: "the account that is here", Inside: within + "deploy/main.tf", Place: r.blob("HEAD:deploy/main.tf")},
		{Text: "within an archive", Inside: within + "files/a.tar > in.env", Place: r.blob("HEAD:files/a.tar")},
		{Text: "see the message", Inside: strings.TrimSuffix(within, " > "), Place: "commit " + string(r.git("rev-parse", "HEAD~1")[:10])},
		{Text: "author A U Thor <author@example.com>", Inside: strings.TrimSuffix(within, " > "), Place: "commit " + string(r.git("rev-parse", "HEAD")[:10])},
	}
}

func TestBundle(t *testing.T) {
	r := newRepository(t)
	got, err := extractAll(t, r.bundle("--all"))
	require.NoError(t, err)
	extracttest.Find(t, got, append(r.hidden(""), extracttest.Want{Text: "refs/heads/customers/acme", Place: "refs"})...)
	assert.Empty(t, got.Rows)
}

func TestPack(t *testing.T) {
	for name, args := range map[string][]string{"SHA-1": nil, "SHA-256": {"--object-format=sha256"}} {
		t.Run(name, func(t *testing.T) {
			r := newRepository(t, args...)
			got, err := extractAll(t, r.pack())
			require.NoError(t, err)
			extracttest.Find(t, got, r.hidden("")...)
			got, err = extractAll(t, r.bundle("--all"))
			require.NoError(t, err)
			extracttest.Find(t, got, r.hidden("")...)
		})
	}
}

// A git directory in an archive holds loose objects, or packs, or both.
func TestAGitDirectoryInAnArchive(t *testing.T) {
	r := newRepository(t)
	got, err := extractAll(t, r.dotGit())
	require.NoError(t, err)
	for _, w := range r.hidden("") {
		assert.Contains(t, got.All(), w.Text, "from loose objects")
	}
	name := string(r.git("rev-parse", "HEAD:deploy/main.tf"))
	extracttest.Find(t, got, extracttest.Want{Text: "the account that is here", Inside: ".git/objects/" + name[:2] + "/" + strings.TrimSpace(name[2:])})

	r.pack()
	got, err = extractAll(t, r.dotGit())
	require.NoError(t, err)
	packs, err := filepath.Glob(filepath.Join(r.dir, ".git/objects/pack/*.pack"))
	require.NoError(t, err)
	extracttest.Find(t, got, r.hidden(".git/objects/pack/"+filepath.Base(packs[0])+" > ")...)
}

// A bundle of a range is made of deltas of what the reader is to have. What can be read is,
// and the rest is told.
func TestABundleOfARange(t *testing.T) {
	r := newRepository(t)
	r.pack()
	got, err := extractAll(t, r.bundle("HEAD~2..main"))
	assert.Contains(t, got.All(), "within an archive")
	if !strings.Contains(got.All(), "the account that is here") {
		require.ErrorContains(t, err, "made from objects that the bundle does not hold")
	}
}

func TestDamageIsTold(t *testing.T) {
	pack := newRepository(t).pack()
	for n := 40; n < len(pack); n += 97 {
		_, err := extractAll(t, pack[:n])
		require.ErrorIs(t, err, extract.ErrDamaged, "cut at %d", n)
	}
	_, err := extractAll(t, []byte("# v2 git bundle\n"+strings.Repeat("0", 40)+" refs/heads/main\n"))
	require.ErrorIs(t, err, extract.ErrDamaged)
	_, err = extractAll(t, []byte("# v3 git bundle\n@new\n\nPACK"))
	require.ErrorContains(t, err, "not known")
}

func FuzzGitFile(f *testing.F) {
	r := newRepository(f)
	f.Add(r.bundle("--all"))
	f.Add(r.pack())
	f.Add([]byte("# v3 git bundle\n@object-format=sha256\n-00 x\n00 refs/heads/main\n\nPACK\x00\x00\x00\x02\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, content []byte) { extracttest.Fuzz(t, gitfile.New(), content, archive.All()...) })
}
