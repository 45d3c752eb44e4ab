package gitpack

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bush is a repository with one file in many versions, most of them deltas of
// others in one tree with branches.
func bush(t testing.TB, versions, lines int) (dir string, want map[OID]stored) {
	t.Helper()
	dir = t.TempDir()
	git(t, dir, nil, "init", "-q", "--bare", "-b", "main")
	r := rand.New(rand.NewPCG(9, 9))
	text := make([]string, lines)
	for i := range text {
		text[i] = fmt.Sprintf("%x %x\n", r.Uint64(), i)
	}
	var out bytes.Buffer
	for range versions {
		text[r.IntN(lines)] = fmt.Sprintf("%x\n", r.Uint64())
		p := strings.Join(text, "")
		fmt.Fprintf(&out, "blob\ndata %d\n%s\n", len(p), p)
	}
	git(t, dir, &out, "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force")
	var names bytes.Buffer
	want = objectsOf(t, dir)
	for id := range want {
		fmt.Fprintf(&names, "%s file\n", id)
	}
	old := packBase(t, dir)
	git(t, dir, &names, "pack-objects", "-q", "--no-reuse-delta", "--delta-base-offset", "--depth=12", "--window=60", "objects/pack/pack")
	require.NoError(t, os.Remove(old+".pack"))
	require.NoError(t, os.Remove(old+".idx"))
	return dir, want
}

// funcVisitor is a visitor made of functions.
type funcVisitor struct {
	visit   func(*Object) (any, error)
	problem func(Problem)
}

func (v funcVisitor) Visit(o *Object) (any, error) { return v.visit(o) }
func (v funcVisitor) Problem(p Problem)            { v.problem(p) }

func TestMemoryStaysWithinItsBudget(t *testing.T) {
	dir, want := bush(t, 200, 1500)
	largest := 0
	for _, o := range want {
		largest = max(largest, len(o.data))
	}
	r, err := Open(dir, Options{})
	require.NoError(t, err)
	for _, times := range []int64{4, 5, 7, 12} {
		budget := int64(largest) * times
		w := newWitness(t)
		wk := &walk{repo: r, opts: WalkOptions{Workers: 1, MaxMemory: budget}, visitor: w}
		wk.opts.setDefaults()
		wk.forest, err = newForest(r, 1, nil)
		require.NoError(t, err)
		k := newWorker(wk, 0)
		derived, highest := 0, int64(0)
		wk.visitor = funcVisitor{func(o *Object) (any, error) {
			highest = max(highest, k.bufs.total)
			for _, f := range k.stack[:max(0, len(k.stack)-1)] {
				if !f.held() {
					derived++
				}
			}
			return w.Visit(o)
		}, w.Problem}
		for _, id := range wk.forest.roots(allTypes) {
			k.tree(k.root(id))
		}
		assert.LessOrEqual(t, highest, budget, "%d objects' worth of memory", times)
		assert.Empty(t, w.problems)
		equalObjects(t, want, w.seen)
		assert.Zero(t, w.streamed)
		if times == 4 {
			assert.Positive(t, derived, "bases have been given up on the way")
		}
	}
	require.NoError(t, r.Close())
}

func TestOneTreeIsSharedByAllWorkers(t *testing.T) {
	dir, want := bush(t, 150, 300)
	r, err := Open(dir, Options{})
	require.NoError(t, err)
	const workers = 4
	var calls [workers]atomic.Int32
	w := newWitness(t)
	require.NoError(t, r.Walk(context.Background(), WalkOptions{Workers: workers}, funcVisitor{func(o *Object) (any, error) {
		calls[o.Worker].Add(1)
		runtime.Gosched()
		return w.Visit(o)
	}, w.Problem}))
	assert.Empty(t, w.problems)
	equalObjects(t, want, w.seen)
	busy := 0
	for i := range calls {
		if calls[i].Load() > 0 {
			busy++
		}
	}
	assert.Greater(t, busy, 1)
	require.NoError(t, r.Close())
}

func TestSelectVisitsWhatIsAskedFor(t *testing.T) {
	dir := loadHistory(t, 80)
	repack(t, dir)
	git(t, dir, strings.NewReader("loose and wanted: 1"), "hash-object", "-w", "--stdin")
	all := objectsOf(t, dir)
	want := make(map[OID]stored)
	chosen := func(id OID) bool { return id[0]%7 == 0 }
	for id, o := range all {
		if chosen(id) {
			want[id] = o
		}
	}
	require.NotEmpty(t, want)
	r, err := Open(dir, Options{})
	require.NoError(t, err)
	w := newWitness(t)
	require.NoError(t, r.Walk(context.Background(), WalkOptions{Types: allTypes, Select: chosen}, w))
	assert.Empty(t, w.problems)
	equalObjects(t, want, w.seen)
	require.NoError(t, r.Close())
}

func TestVisitorEndsTheWalk(t *testing.T) {
	dir := loadHistory(t, 30)
	repack(t, dir)
	r, err := Open(dir, Options{})
	require.NoError(t, err)
	enough := errors.New("enough")
	var calls atomic.Int32
	err = r.Walk(context.Background(), WalkOptions{Types: allTypes}, funcVisitor{func(*Object) (any, error) {
		if calls.Add(1) == 10 {
			return nil, enough
		}
		return nil, nil
	}, func(Problem) {}})
	assert.ErrorIs(t, err, enough)
	assert.Less(t, calls.Load(), int32(30))

	ctx, cancel := context.WithCancel(context.Background())
	err = r.Walk(ctx, WalkOptions{Types: allTypes, Workers: 1}, funcVisitor{func(*Object) (any, error) {
		cancel()
		return nil, nil
	}, func(Problem) {}})
	assert.ErrorIs(t, err, context.Canceled)
	require.NoError(t, r.Close())
}

// TestLargeBlobs has blobs beyond the limit in every role: alone, as the base of
// a delta, and made by one.
func TestLargeBlobs(t *testing.T) {
	if testing.Short() {
		t.Skip("it holds some hundred megabytes")
	}
	const size = 66 << 20
	dir := t.TempDir()
	git(t, dir, nil, "init", "-q", "--bare")
	first := bytes.Repeat([]byte("0123456789abcdefghijklmnopqrstuvwxyz\n"), size/37)
	copy(first[size/2:], "the middle")
	second := append(append([]byte("in front\n"), first...), "behind\n"...)
	var names []OID
	var out bytes.Buffer
	for _, data := range [][]byte{first, second, []byte("small")} {
		names = append(names, HashObject(sha1Len, Blob, data))
		fmt.Fprintf(&out, "blob\ndata %d\n", len(data))
		out.Write(data)
	}
	git(t, dir, &out, "-c", "fastimport.unpackLimit=0", "-c", "core.compression=1", "fast-import", "--quiet")

	r, err := Open(dir, Options{})
	require.NoError(t, err)
	for _, limit := range []int64{0, 64 << 20} {
		sums := make(map[OID]bool)
		streamed := 0
		require.NoError(t, r.Walk(context.Background(), WalkOptions{Workers: 1, BlobLimit: limit}, funcVisitor{func(o *Object) (any, error) {
			h := objectHash(sha1Len, o.Type, o.Size)
			h.Write(o.Data)
			if o.Stream != nil {
				streamed++
				if _, err := io.Copy(h, o.Stream); err != nil {
					return nil, err
				}
			}
			sums[oidFrom(h.Sum(nil))] = true
			return nil, nil
		}, func(p Problem) { t.Error(p) }}))
		for _, id := range names {
			assert.True(t, sums[id])
		}
		if limit == 0 {
			assert.Zero(t, streamed)
		} else {
			assert.Equal(t, 2, streamed)
		}
	}
	require.NoError(t, r.Close())

}

// TestJumpingDeltaOfWhatIsNotHeld has a delta that copies single bytes of a base
// beyond memory from its end and its beginning in turn: each copy would inflate
// all of the base again.
func TestJumpingDeltaOfWhatIsNotHeld(t *testing.T) {
	base := bytes.Repeat([]byte("0123456789abcdef"), 16<<10)
	size := len(base)
	const copies = 2000
	ops := binary.AppendUvarint(binary.AppendUvarint(nil, uint64(size)), copies)
	for i := range copies {
		at := (i % 2) * (size - 1)
		ops = append(ops, 0x80|0x17, byte(at), byte(at>>8), byte(at>>16), 1)
	}
	dir := bareRepo(t)
	pack, offs := buildPack(packed{kind: Blob, data: base}, packed{kind: offsetDelta, back: 1, data: ops})
	result := bytes.Repeat([]byte("0f"), copies/2)
	names := []OID{HashObject(sha1Len, Blob, base), HashObject(sha1Len, Blob, result)}
	addPack(t, dir, "x", pack, buildIndex(pack, names, offs))
	w := walkAll(t, dir, Options{}, WalkOptions{})
	assert.Empty(t, w.problems)
	assert.Equal(t, string(result), string(w.seen[names[1]].data))
	w = walkAll(t, dir, Options{}, WalkOptions{Workers: 1, MaxMemory: 4000})
	require.Len(t, w.problems, 1)
	assert.ErrorIs(t, w.problems[0].Err, errEffort)
	assert.Equal(t, string(base), string(w.seen[names[0]].data), "the base is read all the same")
}

func TestOffsetsBeyondTwoGiB(t *testing.T) {
	dir := loadHistory(t, 10)
	base := packBase(t, dir)
	require.NoError(t, os.Chmod(base+".idx", 0o666))
	require.NoError(t, os.Remove(base+".idx"))
	git(t, dir, nil, "index-pack", "--index-version=2,0x40", base+".pack") // 8 bytes for all but the first
	r, err := Open(dir, Options{})
	require.NoError(t, err)
	require.NotEmpty(t, r.packs[0].idx.large)
	require.NoError(t, r.Close())
	agree(t, dir, objectsOf(t, dir), 0)

	names := []OID{{1}, {2}, {3}, {2, 5}}
	offs := []uint64{12, 1 << 31, 5 << 40, 1<<31 - 1}
	file := buildIndex(make([]byte, 40), names, offs)
	x, err := parseIndex(file, sha1Len)
	require.NoError(t, err)
	for i, id := range names {
		at, ok := x.find(id)
		require.True(t, ok)
		assert.Equal(t, offs[i], x.offset(at))
	}
	order := newPackOrder(x, 6<<40)
	for i := 1; i < len(order.offs); i++ {
		assert.Less(t, order.offs[i-1], order.offs[i])
	}
	for _, off := range offs {
		i, ok := order.at(int64(off))
		require.True(t, ok)
		assert.Equal(t, off, order.offs[i])
		_, ok = order.at(int64(off) + 1)
		assert.Equal(t, off == 1<<31-1, ok)
	}
}

func TestBufferClasses(t *testing.T) {
	last := 0
	for n := 1; n < 5<<20; n = n*9/8 + 1 {
		class, capacity := classOf(n)
		require.GreaterOrEqual(t, capacity, n)
		require.GreaterOrEqual(t, class, last)
		if n > minBuffer {
			require.LessOrEqual(t, capacity, n+n/4+1)
		}
		again, same := classOf(capacity)
		require.Equal(t, class, again)
		require.Equal(t, capacity, same)
		last = class
	}
}

func TestRandomAccessFromManyGoroutines(t *testing.T) {
	dir := loadHistory(t, 60)
	repack(t, dir)
	want := objectsOf(t, dir)
	r, err := Open(dir, Options{CacheSize: 100 << 10})
	require.NoError(t, err)
	done := make(chan error)
	for range 6 {
		go func() {
			for id, o := range want {
				kind, data, err := r.Read(id)
				if err != nil || kind != o.kind || !bytes.Equal(data, o.data) {
					done <- fmt.Errorf("%s: %w", id, errors.Join(err, errors.New("differs")))
					return
				}
				clear(data) // the caller's own
			}
			done <- nil
		}()
	}
	for range 6 {
		assert.NoError(t, <-done)
	}
	assert.LessOrEqual(t, r.cache.size, r.cache.limit)
	require.NoError(t, r.Close())
}

func TestPackWithoutIndexHasLargeObjects(t *testing.T) {
	dir := loadHistory(t, 30)
	repack(t, dir, "-c", "repack.useDeltaBaseOffset=false")
	want := objectsOf(t, dir)
	require.NoError(t, os.Remove(packBase(t, dir)+".idx"))
	r, err := Open(dir, Options{ReadLimit: 500})
	require.NoError(t, err)
	require.Len(t, r.Problems(), 1)
	w := newWitness(t)
	require.NoError(t, r.Walk(context.Background(), WalkOptions{Types: allTypes, Verify: true}, w))
	equalObjects(t, want, w.seen)
	require.NoError(t, r.Close())
	assert.FileExists(t, filepath.Join(dir, "config"))
}
