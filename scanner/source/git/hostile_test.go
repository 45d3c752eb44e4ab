package git_test

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/source/git"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
)

func gitFile(repo *sourcetest.Repo, name string) string {
	return filepath.Join(repo.Dir, ".git", filepath.FromSlash(name))
}

func objectFile(repo *sourcetest.Repo, id string) string {
	return gitFile(repo, "objects/"+id[:2]+"/"+id[2:])
}

func TestMissingAndDamagedObjects(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("dir/missing.txt", "missing blob")
	repo.Commit("dir/damaged.txt", "damaged blob")
	repo.Commit("sound.txt", "sound blob")
	missing := repo.Git("rev-parse", "HEAD:dir/missing.txt")
	damaged := repo.Git("rev-parse", "HEAD:dir/damaged.txt")
	require.NoError(t, os.Remove(objectFile(repo, missing)))
	require.NoError(t, os.Chmod(objectFile(repo, damaged), 0o644))
	require.NoError(t, os.WriteFile(objectFile(repo, damaged), []byte("no zlib"), 0o644))

	r, _ := accept(t, repo.Dir, git.Options{Parts: git.History}, "sound blob")
	assert.Contains(t, r.Reason("dir/missing.txt"), "missing")
	assert.NotEmpty(t, r.Reason("dir/damaged.txt"))
	assert.Len(t, r.Rows, 2)

	// The work tree still has the contents.
	r, _ = accept(t, repo.Dir, git.Options{}, "sound blob", "missing blob", "damaged blob")
	assert.Len(t, r.Rows, 2)
}

func TestMissingTreesAndCommits(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("dir/a.txt", "one")
	first := repo.Head()
	repo.Commit("dir/a.txt", "two")
	second := repo.Head()
	repo.Commit("dir/a.txt", "three")
	require.NoError(t, os.Remove(objectFile(repo, repo.Git("rev-parse", first+":dir"))))
	require.NoError(t, os.Remove(objectFile(repo, second)))
	require.NoError(t, os.RemoveAll(gitFile(repo, "logs")))
	require.NoError(t, os.RemoveAll(gitFile(repo, "ORIG_HEAD")))
	r, src := accept(t, repo.Dir, git.Options{Parts: git.History}, "one", "two", "three")
	assert.Contains(t, r.Reason("object "+second), "missing")
	assert.Contains(t, r.Reason("dir"), "missing")
	assert.Equal(t, "dir/a.txt", r.Places(src, "three")[0].Path)
}

// TestWhatGitRemovesIsNotMissed has a commit that nothing reaches and whose
// blob is gone, as git leaves them when it removes old objects.
func TestWhatGitRemovesIsNotMissed(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a.txt", "kept")
	repo.Git("checkout", "-q", "--detach")
	repo.Commit("b.txt", "removed")
	blob := repo.Git("rev-parse", "HEAD:b.txt")
	repo.Git("checkout", "-q", "main")
	require.NoError(t, os.RemoveAll(gitFile(repo, "logs")))
	require.NoError(t, os.Remove(objectFile(repo, blob)))
	r, _ := accept(t, repo.Dir, git.Options{}, "kept", "Write b.txt")
	assert.Empty(t, r.Rows)
}

func TestDamagedPack(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	for i := range 30 {
		repo.Commit("a.txt", strings.Repeat(fmt.Sprintf("version %d\n", i), 50))
	}
	repo.Git("repack", "-adfq")
	packs, err := filepath.Glob(gitFile(repo, "objects/pack/*.pack"))
	require.NoError(t, err)
	require.Len(t, packs, 1)
	data, err := os.ReadFile(packs[0])
	require.NoError(t, err)
	require.NoError(t, os.Chmod(packs[0], 0o644))
	require.NoError(t, os.WriteFile(packs[0], data[:len(data)/2], 0o644))
	r := sourcetest.Record(t, opener(repo.Dir, git.Options{Parts: git.History})(t, 2))
	assert.NotEmpty(t, r.Rows)
}

func TestDamagedRefsIndexAndConfig(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a.txt", "content")
	repo.Write(".git/refs/heads/garbage", "garbage")
	repo.Write(".git/refs/heads/gone", strings.Repeat("ab", 20)+"\n")
	repo.Write(".git/refs/heads/x/loop-a", "ref: refs/heads/x/loop-b\n")
	repo.Write(".git/refs/heads/x/loop-b", "ref: refs/heads/x/loop-a\n")
	repo.Write(".git/packed-refs", "what is this\n")
	repo.Write(".git/logs/HEAD", "neither one nor\nthe other")
	repo.Write(".git/index", "DIRC too short")
	repo.Write(".git/config", "[core\nbroken")
	repo.Write(".gitignore", "ignored.txt\n")
	repo.Write("ignored.txt", "read, since what is tracked is not known")
	require.NoError(t, syscall.Mkfifo(gitFile(repo, "refs/heads/pipe"), 0o644))
	require.NoError(t, syscall.Mkfifo(gitFile(repo, "MERGE_HEAD"), 0o644))
	r, _ := accept(t, repo.Dir, git.Options{}, "content", "read, since")
	for _, row := range []string{".git/refs/heads/garbage", "refs/heads/gone", ".git/packed-refs", ".git/index", ".git/config"} {
		assert.NotEmpty(t, r.Reason(row), row)
	}

	repo.Write(".git/HEAD", "ref: refs/heads/x/loop-a\n")
	accept(t, repo.Dir, git.Options{}, "content")
	repo.Write(".git/HEAD", "ref: ../../../../etc/passwd\n")
	accept(t, repo.Dir, git.Options{}, "content")
	require.NoError(t, os.Remove(gitFile(repo, "HEAD")))
	accept(t, repo.Dir, git.Options{}, "content")
}

func TestMalformedObjects(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a.txt", "content")
	repo.Object("commit", "no commit at all, but text")
	repo.Object("commit", "tree "+repo.Git("rev-parse", "HEAD^{tree}")+"\n\nneither author nor date")
	repo.Object("commit", "tree "+repo.Git("rev-parse", "HEAD^{tree}")+"\nauthor A <a@b.c> 99999999999999999999 +9999\ncommitter\nx-extra an extra header\n\nm")
	repo.Object("tag", "no tag at all, but text")
	repo.Object("tree", "100644 cut off")
	r, _ := accept(t, repo.Dir, git.Options{}, "no commit at all", "neither author nor date", "an extra header", "no tag at all", "A <a@b.c>")
	assert.Len(t, r.Rows, 3)
}

// TestTreeBomb has trees of ten names for the next one each: few objects, but
// more paths than can be listed.
func TestTreeBomb(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	mode, kind, id := "100644", "blob", repo.Object("blob", "boom")
	for range 12 {
		var tree strings.Builder
		for i := range 10 {
			fmt.Fprintf(&tree, "%s %s %s\td%d\n", mode, kind, id, i)
		}
		id = repo.GitIn([]byte(tree.String()), "mktree")
		mode, kind = "040000", "tree"
	}
	repo.Git("update-ref", "refs/heads/main", repo.Git("commit-tree", "-m", "bomb", id))
	src := opener(repo.Dir, git.Options{Parts: git.History})(t, 2)
	r := sourcetest.Record(t, src)
	assert.NotEmpty(t, r.Places(src, "boom"))
	assert.Contains(t, r.Reason(".git"), "too many places")

	src = opener(repo.Dir, git.Options{Range: "HEAD"})(t, 2)
	r = sourcetest.Record(t, src)
	assert.True(t, r.Has("boom"))
}

// TestDeepTrees nests trees deeper than git itself goes.
func TestDeepTrees(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	w := zlib.NewWriter(nil)
	store := func(kind string, content []byte) []byte {
		object := append(fmt.Appendf(nil, "%s %d\x00", kind, len(content)), content...)
		sum := sha1.Sum(object)
		id := hex.EncodeToString(sum[:])
		var z bytes.Buffer
		w.Reset(&z)
		_, _ = w.Write(object)
		_ = w.Close()
		require.NoError(t, os.MkdirAll(filepath.Dir(objectFile(repo, id)), 0o755))
		require.NoError(t, os.WriteFile(objectFile(repo, id), z.Bytes(), 0o644))
		return sum[:]
	}
	id := store("tree", append([]byte("100644 f\x00"), store("blob", []byte("at the bottom"))...))
	for range 3000 {
		id = store("tree", append([]byte("40000 d\x00"), id...))
	}
	c := store("commit", fmt.Appendf(nil, "tree %x\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nm", id))
	repo.Write(".git/refs/heads/main", hex.EncodeToString(c)+"\n")
	src := opener(repo.Dir, git.Options{Parts: git.History})(t, 2)
	r := sourcetest.Record(t, src)
	assert.NotEmpty(t, r.Places(src, "at the bottom"))
	src = opener(repo.Dir, git.Options{Range: "HEAD"})(t, 2)
	r = sourcetest.Record(t, src)
	assert.NotEmpty(t, r.Rows)
}

// TestNothingRuns has everything in the repository that makes git run programs.
func TestNothingRuns(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("a.txt", "content")
	repo.Write(".gitattributes", "* filter=evil diff=evil merge=evil\n")
	mark := filepath.Join(t.TempDir(), "ran")
	script := filepath.Join(repo.Dir, "evil.sh")
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\ntouch "+mark+"\n"), 0o755))
	for _, key := range []string{
		"core.fsmonitor", "core.sshCommand", "core.editor", "core.pager", "core.hooksPath", "core.askPass",
		"filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv", "diff.external",
		"uploadpack.packObjectsHook", "credential.helper", "core.gitProxy", "core.alternateRefsCommand",
	} {
		repo.Git("config", key, script)
	}
	for _, hook := range []string{"post-checkout", "fsmonitor-watchman", "post-index-change", "reference-transaction", "pre-auto-gc"} {
		require.NoError(t, os.WriteFile(gitFile(repo, "hooks/"+hook), []byte("#!/bin/sh\ntouch "+mark+"\n"), 0o755))
	}
	require.NoError(t, os.RemoveAll(mark))
	accept(t, repo.Dir, git.Options{}, "content")
	assert.NoFileExists(t, mark)
}

func TestOddPaths(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	c := repo.Commit("two\nlines.txt", "newline")
	repo.Commit("caf\xe9.txt", "latin")
	repo.Write("un\ntracked", "untracked newline")
	r, src := accept(t, repo.Dir, git.Options{}, "newline", "latin")
	p := r.Places(src, "newline")
	assert.Equal(t, "two\nlines.txt", p[0].Path)
	assert.Equal(t, c, p[0].First.Hash)
	assert.Equal(t, "caf\xe9.txt", r.Places(src, "latin")[0].Path)
}

func TestTargetInsideALinkedDirectory(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("dir/a.txt", "tracked below")
	outside := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(outside, "a.txt"), []byte("outside"), 0o644))
	require.NoError(t, os.RemoveAll(filepath.Join(repo.Dir, "dir")))
	require.NoError(t, os.Symlink(outside, filepath.Join(repo.Dir, "dir")))
	r, _ := accept(t, repo.Dir, git.Options{}, "tracked below", outside)
	assert.Empty(t, r.Find("outside\n"))
	for _, content := range r.Contents {
		assert.NotEqual(t, "outside", content)
	}
}
