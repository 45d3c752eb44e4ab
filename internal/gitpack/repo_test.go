package gitpack

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// git runs git in dir, apart from the configuration of whoever runs the tests.
func git(t testing.TB, dir string, stdin io.Reader, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Stdin = dir, stdin
	cmd.Env = append(os.Environ(),
		"HOME="+dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "LC_ALL=C",
		"GIT_AUTHOR_NAME=A U Thor", "GIT_AUTHOR_EMAIL=author@example.com", "GIT_AUTHOR_DATE=1700000000 +0100",
		"GIT_COMMITTER_NAME=C O Mitter", "GIT_COMMITTER_EMAIL=committer@example.com", "GIT_COMMITTER_DATE=1700000000 +0100")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "git %s: %s", strings.Join(args, " "), stderr.String())
	return string(out)
}

// history is a fast-import stream: commits that each edit some of the files.
func history(seed uint64, commits, files, lines int) io.Reader {
	r := rand.New(rand.NewPCG(seed, 1))
	var out bytes.Buffer
	line := func() string { return fmt.Sprintf("%x = %x // %d\n", r.Uint32(), r.Uint64(), r.IntN(100)) }
	text := make([][]string, files)
	for i := range text {
		for range r.IntN(lines) + 1 {
			text[i] = append(text[i], line())
		}
	}
	for c := range commits {
		fmt.Fprintf(&out, "commit refs/heads/main\ncommitter C <c@example.com> %d +0000\ndata 3\nc%d\n", 1700000000+c, c%10)
		for i := range text {
			if c > 0 && r.IntN(4) > 0 {
				continue
			}
			at := r.IntN(len(text[i]))
			switch r.IntN(3) {
			case 0:
				text[i] = append(text[i][:at:at], append([]string{line()}, text[i][at:]...)...)
			case 1:
				text[i][at] = line()
			default:
				if len(text[i]) > 1 {
					text[i] = append(text[i][:at:at], text[i][at+1:]...)
				}
			}
			p := strings.Join(text[i], "")
			fmt.Fprintf(&out, "M 100644 inline d%d/f%d\ndata %d\n%s\n", i%3, i, len(p), p)
		}
	}
	fmt.Fprintf(&out, "blob\ndata 0\n\ntag v1\nfrom refs/heads/main\ntagger T <t@example.com> 1700000000 +0000\ndata 4\nnote\n")
	return &out
}

// loadHistory makes a bare repository whose objects are in one pack without
// deltas or loose.
func loadHistory(t testing.TB, commits int, initArgs ...string) string {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, nil, append([]string{"init", "-q", "--bare", "-b", "main"}, initArgs...)...)
	git(t, dir, history(7, commits, 12, 120), "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force")
	return dir
}

func repack(t testing.TB, dir string, config ...string) {
	t.Helper()
	args := append(config, "repack", "-adfq", "--depth=50", "--window=10")
	git(t, dir, nil, args...)
}

// packBase returns the path of the only pack, without extension.
func packBase(t testing.TB, dir string) string {
	t.Helper()
	packs, err := filepath.Glob(filepath.Join(dir, "objects", "pack", "*.pack"))
	require.NoError(t, err)
	require.Len(t, packs, 1)
	return strings.TrimSuffix(packs[0], ".pack")
}

type stored struct {
	kind Type
	data []byte
}

// objectsOf asks git for every object of a repository.
func objectsOf(t testing.TB, dir string) map[OID]stored {
	t.Helper()
	in := bufio.NewReader(strings.NewReader(git(t, dir, nil, "cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer")))
	all := make(map[OID]stored)
	for {
		line, err := in.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		var name, kind string
		var size int
		_, err = fmt.Sscan(line, &name, &kind, &size)
		require.NoError(t, err, line)
		id, err := ParseOID(name)
		require.NoError(t, err)
		data := make([]byte, size+1)
		_, err = io.ReadFull(in, data)
		require.NoError(t, err)
		typ, ok := typeFromName([]byte(kind))
		require.True(t, ok, kind)
		all[id] = stored{typ, data[:size]}
	}
}

// witness is a visitor that keeps everything and checks edit scripts.
type witness struct {
	t        testing.TB
	mu       sync.Mutex
	seen     map[OID]stored
	deltas   int
	streamed int
	problems []Problem
}

func newWitness(t testing.TB) *witness { return &witness{t: t, seen: make(map[OID]stored)} }

func (w *witness) Visit(o *Object) (any, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, twice := w.seen[o.OID]
	assert.False(w.t, twice, "%s seen twice", o.OID)
	data := bytes.Clone(o.Data)
	if o.Stream != nil {
		assert.Nil(w.t, o.Data)
		assert.Nil(w.t, o.Segments)
		w.streamed++
		var err error
		if data, err = io.ReadAll(o.Stream); err != nil {
			return nil, nil // reported as a problem too
		}
	}
	assert.Equal(w.t, o.Size, int64(len(data)))
	if o.Segments != nil {
		w.deltas++
		checkScript(w.t, o.Segments, o.Base.([]byte), data)
	}
	w.seen[o.OID] = stored{o.Type, data}
	return data, nil
}

func (w *witness) Problem(p Problem) { w.problems = append(w.problems, p) }

// checkScript holds an edit script to what Segment promises.
func checkScript(t testing.TB, segs []Segment, base, data []byte) {
	t.Helper()
	at := 0
	for i, s := range segs {
		require.Equal(t, at, s.Dst, "segments leave no gap")
		require.Positive(t, s.Len)
		at += s.Len
		require.LessOrEqual(t, at, len(data))
		if !s.Inserted() {
			require.LessOrEqual(t, s.Src+s.Len, len(base))
			require.True(t, bytes.Equal(base[s.Src:s.Src+s.Len], data[s.Dst:at]), "copied bytes are the base's")
		}
		if i > 0 {
			last := segs[i-1]
			require.False(t, s.Inserted() && last.Inserted(), "neighbours that continue each other are one")
			require.False(t, !s.Inserted() && !last.Inserted() && last.Src+last.Len == s.Src, "neighbours that continue each other are one")
		}
	}
	require.Equal(t, len(data), at, "segments cover the object")
}

var allTypes = Mask(Commit, Tree, Blob, Tag)

// variants are ways to walk that must all show the same.
var variants = map[string]struct {
	open Options
	walk WalkOptions
}{
	"default":       {Options{}, WalkOptions{Types: allTypes}},
	"one worker":    {Options{}, WalkOptions{Types: allTypes, Workers: 1}},
	"five workers":  {Options{}, WalkOptions{Types: allTypes, Workers: 5}},
	"not mapped":    {Options{NoMap: true}, WalkOptions{Types: allTypes}},
	"verified":      {Options{}, WalkOptions{Types: allTypes, Verify: true}},
	"tight memory":  {Options{}, WalkOptions{Types: allTypes, Workers: 2, MaxMemory: 120 << 10}},
	"beyond memory": {Options{CacheSize: -1, ReadLimit: 500}, WalkOptions{Types: allTypes, Workers: 2, MaxMemory: 2000}},
	"all streamed":  {Options{}, WalkOptions{Types: allTypes, Workers: 2, BlobLimit: 16, Verify: true}},
	"some streamed, not mapped": {Options{NoMap: true, CacheSize: -1, ReadLimit: 3000},
		WalkOptions{Types: allTypes, BlobLimit: 2000}},
}

// agree holds every way to read a repository to what git says is in it.
func agree(t *testing.T, dir string, want map[OID]stored, problems int) {
	t.Helper()
	for name, variant := range variants {
		t.Run(name, func(t *testing.T) {
			r, err := Open(dir, variant.open)
			require.NoError(t, err)
			w := newWitness(t)
			require.NoError(t, r.Walk(context.Background(), variant.walk, w))
			assert.Len(t, w.problems, problems, "%v", w.problems)
			equalObjects(t, want, w.seen)
			randomAccess(t, r, want)
			require.NoError(t, r.Close())
		})
	}
}

func equalObjects(t *testing.T, want, got map[OID]stored) {
	t.Helper()
	assert.Equal(t, len(want), len(got))
	for id, w := range want {
		g, ok := got[id]
		require.True(t, ok, "%s %s was not shown", w.kind, id)
		require.Equal(t, w.kind, g.kind, id)
		require.True(t, bytes.Equal(w.data, g.data), "%s %s differs", w.kind, id)
	}
}

func randomAccess(t *testing.T, r *Repo, want map[OID]stored) {
	t.Helper()
	for id, w := range want {
		require.True(t, r.Has(id))
		kind, size, err := r.Stat(id)
		require.NoError(t, err)
		require.Equal(t, w.kind, kind)
		require.Equal(t, int64(len(w.data)), size)

		kind, data, err := r.Read(id)
		if int64(len(w.data)) > r.opts.ReadLimit {
			require.ErrorIs(t, err, ErrTooLarge)
		} else {
			require.NoError(t, err)
			require.Equal(t, w.kind, kind)
			require.True(t, bytes.Equal(w.data, data), "%s differs", id)
		}

		kind, size, stream, err := r.Stream(id)
		require.NoError(t, err)
		require.Equal(t, w.kind, kind)
		require.Equal(t, int64(len(w.data)), size)
		data, err = io.ReadAll(stream)
		require.NoError(t, err)
		require.True(t, bytes.Equal(w.data, data), "%s differs", id)
		require.NoError(t, stream.Close())
	}
	absent := OID{1, 2, 3}
	require.False(t, r.Has(absent))
	_, _, err := r.Read(absent)
	require.ErrorIs(t, err, ErrNotFound)
	_, _, _, err = r.Stream(absent)
	require.ErrorIs(t, err, ErrNotFound)
	_, _, err = r.Stat(absent)
	require.ErrorIs(t, err, ErrNotFound)
}

func TestLooseObjects(t *testing.T) {
	dir := loadHistory(t, 10)
	base := packBase(t, dir)
	loose := t.TempDir()
	git(t, loose, nil, "init", "-q", "--bare")
	pack, err := os.Open(base + ".pack")
	require.NoError(t, err)
	git(t, loose, pack, "unpack-objects", "-q")
	require.NoError(t, pack.Close())
	want := objectsOf(t, dir)
	agree(t, loose, want, 0)
}

func TestPackOfDeltas(t *testing.T) {
	dir := loadHistory(t, 150)
	repack(t, dir)
	want := objectsOf(t, dir)
	agree(t, dir, want, 0)

	r, err := Open(dir, Options{})
	require.NoError(t, err)
	w := newWitness(t)
	require.NoError(t, r.Walk(context.Background(), WalkOptions{}, w))
	assert.Greater(t, w.deltas, 300, "most objects are deltas here")
	assert.Equal(t, len(want), r.Objects())
	for id, o := range w.seen {
		assert.Equal(t, Blob, o.kind, id)
	}
	require.NoError(t, r.Close())
}

func TestDeepChains(t *testing.T) {
	commits := 400
	if testing.Short() {
		commits = 120
	}
	dir := loadHistory(t, commits)
	git(t, dir, nil, "repack", "-adfq", "--depth=250", "--window=50")
	agree(t, dir, objectsOf(t, dir), 0)
}

func TestReferenceDeltas(t *testing.T) {
	dir := loadHistory(t, 60)
	repack(t, dir, "-c", "repack.useDeltaBaseOffset=false")
	agree(t, dir, objectsOf(t, dir), 0)
}

func TestSHA256(t *testing.T) {
	dir := loadHistory(t, 40, "--object-format=sha256")
	repack(t, dir)
	r, err := Open(dir, Options{})
	require.NoError(t, err)
	assert.Equal(t, 32, r.HashLen())
	require.NoError(t, r.Close())
	agree(t, dir, objectsOf(t, dir), 0)
}

func TestIndexVersionOne(t *testing.T) {
	dir := loadHistory(t, 40)
	repack(t, dir, "-c", "pack.indexVersion=1")
	idx, err := os.ReadFile(packBase(t, dir) + ".idx")
	require.NoError(t, err)
	require.NotEqual(t, idxMagic, string(idx[:4]))
	agree(t, dir, objectsOf(t, dir), 0)
}

// severalPacks makes packs that overlap, and loose objects besides.
func severalPacks(t *testing.T) string {
	t.Helper()
	dir := loadHistory(t, 60)
	all := git(t, dir, nil, "rev-list", "--all")
	commits := strings.Fields(all)
	require.Len(t, commits, 60)
	for i, revs := range []string{commits[50], commits[30], commits[0] + "\n^" + commits[40]} {
		git(t, dir, strings.NewReader(revs+"\n"), "pack-objects", "-q", "--revs", "--delta-base-offset",
			"--depth=50", "objects/pack/pack-extra"+fmt.Sprint(i))
	}
	git(t, dir, strings.NewReader("loose and alone\n"), "hash-object", "-w", "--stdin")
	git(t, dir, strings.NewReader(""), "hash-object", "-w", "--stdin")
	return dir
}

func TestSeveralPacks(t *testing.T) {
	dir := severalPacks(t)
	agree(t, dir, objectsOf(t, dir), 0)
}

func TestMultiPackIndex(t *testing.T) {
	dir := severalPacks(t)
	git(t, dir, nil, "multi-pack-index", "write")
	r, err := Open(dir, Options{})
	require.NoError(t, err)
	require.Len(t, r.midxs, 1)
	m := r.midxs[0]
	assert.Len(t, m.packs, 4)
	for id := range objectsOf(t, dir) {
		if number, off, ok := m.find(id); ok {
			p := r.byPath[filepath.Join(m.dir, strings.TrimSuffix(m.packs[number], ".idx")+".pack")]
			require.NotNil(t, p)
			i, ok := p.idx.find(id)
			require.True(t, ok)
			require.Equal(t, p.idx.offset(i), off)
		}
	}
	require.NoError(t, r.Close())
	agree(t, dir, objectsOf(t, dir), 0)
}

func TestPackWithoutIndex(t *testing.T) {
	for name, config := range map[string][]string{
		"offset deltas":    nil,
		"reference deltas": {"-c", "repack.useDeltaBaseOffset=false"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := loadHistory(t, 60)
			repack(t, dir, config...)
			want := objectsOf(t, dir)
			require.NoError(t, os.Remove(packBase(t, dir)+".idx"))
			agree(t, dir, want, 1) // the missing index
		})
	}
}

func TestAlternates(t *testing.T) {
	first, second := loadHistory(t, 20), t.TempDir()
	git(t, second, nil, "init", "-q", "--bare")
	git(t, second, strings.NewReader("of the second"), "hash-object", "-w", "--stdin")
	alternates := func(dir, other string) {
		info := filepath.Join(dir, "objects", "info")
		require.NoError(t, os.MkdirAll(info, 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(info, "alternates"), []byte(other+"\n"), 0o666))
	}
	relative, err := filepath.Rel(filepath.Join(second, "objects"), filepath.Join(first, "objects"))
	require.NoError(t, err)
	alternates(second, relative)
	want := objectsOf(t, second)
	require.Greater(t, len(want), 50)
	agree(t, second, want, 0)

	alternates(first, filepath.Join(second, "objects")) // a circle
	agree(t, second, want, 0)

	r, err := Open(second, Options{NoAlternates: true})
	require.NoError(t, err)
	w := newWitness(t)
	require.NoError(t, r.Walk(context.Background(), WalkOptions{}, w))
	assert.Equal(t, 1, len(w.seen))
	require.NoError(t, r.Close())

	r, err = Open(second, Options{NoAlternates: true, ObjectDirs: []string{filepath.Join(first, "objects")}})
	require.NoError(t, err)
	w = newWitness(t)
	require.NoError(t, r.Walk(context.Background(), WalkOptions{Types: allTypes}, w))
	equalObjects(t, want, w.seen)
	require.NoError(t, r.Close())
}

func TestWorkTrees(t *testing.T) {
	bare, main := loadHistory(t, 5), filepath.Join(t.TempDir(), "main")
	git(t, bare, nil, "clone", "-q", bare, main)
	linked := filepath.Join(t.TempDir(), "linked")
	git(t, main, nil, "worktree", "add", "-q", linked)
	want := objectsOf(t, main)
	for _, path := range []string{main, filepath.Join(main, ".git"), linked, filepath.Join(linked, ".git")} {
		r, err := Open(path, Options{})
		require.NoError(t, err, path)
		w := newWitness(t)
		require.NoError(t, r.Walk(context.Background(), WalkOptions{Types: allTypes}, w))
		equalObjects(t, want, w.seen)
		assert.FileExists(t, filepath.Join(r.CommonDir(), "config"))
		assert.FileExists(t, filepath.Join(r.GitDir(), "HEAD"))
		require.NoError(t, r.Close())
	}
	_, err := Open(t.TempDir(), Options{})
	assert.ErrorContains(t, err, "not a git repository")
}

func TestShallowClone(t *testing.T) {
	bare, shallow := loadHistory(t, 30), filepath.Join(t.TempDir(), "shallow")
	git(t, bare, nil, "clone", "-q", "--bare", "--depth=3", "file://"+bare, shallow)
	agree(t, shallow, objectsOf(t, shallow), 0)
}

func TestUnknownObjectFormatIsAnError(t *testing.T) {
	dir := loadHistory(t, 1)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config"), []byte("[extensions]\n\tobjectFormat = sha3\n"), 0o666))
	_, err := Open(dir, Options{})
	assert.ErrorContains(t, err, "unknown object format")
}

// thinPack returns a repository and a pack whose deltas have bases in it only.
func thinPack(t *testing.T) (dir string, pack string) {
	t.Helper()
	dir = loadHistory(t, 30)
	commits := strings.Fields(git(t, dir, nil, "rev-list", "--all"))
	revs := commits[0] + "\n^" + commits[10] + "\n"
	return dir, git(t, dir, strings.NewReader(revs), "pack-objects", "-q", "--thin", "--stdout", "--revs")
}

func TestThinPackFindsItsBasesElsewhere(t *testing.T) {
	dir, pack := thinPack(t)
	want := objectsOf(t, dir)
	old := packBase(t, dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "objects", "pack", "pack-thin.pack"), []byte(pack), 0o666))
	t.Run("in another pack", func(t *testing.T) { agree(t, dir, want, 1) })

	for _, ext := range []string{".pack", ".idx"} {
		require.NoError(t, os.Rename(old+ext, filepath.Join(t.TempDir(), "x"+ext)))
	}
	// Now only what the thin pack needs is there, loose. Bases that are deltas in
	// the pack themselves are added too, being unreadable at first.
	r, err := Open(dir, Options{})
	require.NoError(t, err)
	missing := make(map[OID]bool)
	for _, p := range r.Problems() {
		if name, ok := strings.CutPrefix(p.Err.Error(), r.packs[0].path); ok && errors.Is(p.Err, errMissing) {
			_, name, _ = strings.Cut(name, "delta base ")
			id, err := ParseOID(name[:40])
			require.NoError(t, err)
			missing[id] = true
		}
	}
	require.NoError(t, r.Close())
	require.NotEmpty(t, missing)
	for id := range missing {
		got := git(t, dir, bytes.NewReader(want[id].data), "hash-object", "-w", "--stdin", "-t", want[id].kind.String())
		require.Equal(t, id.String(), strings.TrimSpace(got))
	}
	r, err = Open(dir, Options{})
	require.NoError(t, err)
	require.Len(t, r.Problems(), 1, "the missing index")
	w := newWitness(t)
	require.NoError(t, r.Walk(context.Background(), WalkOptions{Types: allTypes, Verify: true}, w))
	assert.Len(t, w.problems, 1)
	outside := 0
	for id := range missing {
		if _, inside := r.packs[0].idx.find(id); !inside {
			outside++
		}
	}
	assert.Positive(t, outside)
	assert.Equal(t, r.Objects()+outside, len(w.seen))
	for id, o := range w.seen {
		require.True(t, bytes.Equal(want[id].data, o.data))
	}
	require.NoError(t, r.Close())
}

func TestThinPackWithoutItsBases(t *testing.T) {
	_, pack := thinPack(t)
	dir := t.TempDir()
	git(t, dir, nil, "init", "-q", "--bare")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "objects", "pack"), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "objects", "pack", "pack-thin.pack"), []byte(pack), 0o666))
	r, err := Open(dir, Options{})
	require.NoError(t, err)
	w := newWitness(t)
	require.NoError(t, r.Walk(context.Background(), WalkOptions{Types: allTypes, Verify: true}, w))
	lost := 0
	for _, p := range w.problems {
		if errors.Is(p.Err, ErrNotFound) || errors.Is(p.Err, errBase) {
			lost++
		}
	}
	stated := int(r.packs[0].stated)
	assert.Positive(t, lost)
	assert.Equal(t, stated, lost+len(w.seen), "every object is shown or reported")
	require.NoError(t, r.Close())
}
