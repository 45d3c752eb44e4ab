package gitpack

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// packed is an entry of a pack made by hand.
type packed struct {
	kind   Type
	base   OID   // of a reference delta
	back   int   // of an offset delta: how many entries before
	size   int64 // stated size, if not that of data
	data   []byte
	noZlib bool // data is put as it is
}

func deflate(data []byte) []byte {
	var buf bytes.Buffer
	z := zlib.NewWriter(&buf)
	_, _ = z.Write(data)
	_ = z.Close()
	return buf.Bytes()
}

// buildPack returns a pack and where its entries begin.
func buildPack(entries ...packed) (pack []byte, offs []uint64) {
	pack = binary.BigEndian.AppendUint32(append([]byte("PACK"), 0, 0, 0, 2), uint32(len(entries)))
	for i, e := range entries {
		offs = append(offs, uint64(len(pack)))
		size := int64(len(e.data))
		if e.size != 0 {
			size = e.size
		}
		head := byte(e.kind)<<4 | byte(size&15)
		for size >>= 4; size > 0; size >>= 7 {
			pack = append(pack, head|0x80)
			head = byte(size & 0x7f)
		}
		pack = append(pack, head)
		switch e.kind {
		case offsetDelta:
			back := int(offs[i] - offs[i-e.back])
			tail := []byte{byte(back & 0x7f)}
			for back >>= 7; back > 0; back >>= 7 {
				back--
				tail = append(tail, byte(back&0x7f)|0x80)
			}
			slices.Reverse(tail)
			pack = append(pack, tail...)
		case refDelta:
			pack = append(pack, e.base[:sha1Len]...)
		}
		if e.noZlib {
			pack = append(pack, e.data...)
		} else {
			pack = append(pack, deflate(e.data)...)
		}
	}
	h := newHash(sha1Len)
	h.Write(pack)
	return h.Sum(pack), offs
}

// buildIndex returns a version 2 index of a pack.
func buildIndex(pack []byte, names []OID, offs []uint64) []byte {
	x := newIndex(names, offs, sha1Len)
	out := append([]byte(idxMagic), 0, 0, 0, 2)
	out = append(append(out, x.fanout...), x.names...)
	for i := range x.n {
		end := uint64(len(pack) - sha1Len)
		for _, o := range offs {
			if o > x.offset(i) {
				end = min(end, o)
			}
		}
		sum := uint32(0)
		if from := x.offset(i); from < end {
			sum = crc32.ChecksumIEEE(pack[from:end])
		}
		out = binary.BigEndian.AppendUint32(out, sum)
	}
	out = append(append(out, x.offsets...), x.large...)
	out = append(out, pack[len(pack)-sha1Len:]...)
	h := newHash(sha1Len)
	h.Write(out)
	return h.Sum(out)
}

// bareRepo makes a repository without git.
func bareRepo(t testing.TB) (dir string) {
	t.Helper()
	dir = t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "objects", "pack"), 0o777))
	return dir
}

func addPack(t testing.TB, dir, name string, pack, idx []byte) {
	t.Helper()
	base := filepath.Join(dir, "objects", "pack", "pack-"+name)
	require.NoError(t, os.WriteFile(base+".pack", pack, 0o666))
	if idx != nil {
		require.NoError(t, os.WriteFile(base+".idx", idx, 0o666))
	}
}

func blobName(data string) OID { return HashObject(sha1Len, Blob, []byte(data)) }

// insertDelta is a delta that makes result from nothing of its base.
func insertDelta(baseSize int, result string) []byte {
	d := binary.AppendUvarint(binary.AppendUvarint(nil, uint64(baseSize)), uint64(len(result)))
	for len(result) > 0 {
		n := min(127, len(result))
		d = append(append(d, byte(n)), result[:n]...)
		result = result[n:]
	}
	return d
}

// walkAll opens and walks with every check, and says what was seen and reported.
func walkAll(t testing.TB, dir string, opts Options, walk WalkOptions) *witness {
	t.Helper()
	r, err := Open(dir, opts)
	require.NoError(t, err)
	w := newWitness(t)
	require.NoError(t, r.Walk(context.Background(), walk, w))
	require.NoError(t, r.Close())
	return w
}

func TestHandmadePackIsAsGitWouldMakeIt(t *testing.T) {
	dir := bareRepo(t)
	pack, offs := buildPack(
		packed{kind: Blob, data: []byte("the base")},
		packed{kind: offsetDelta, back: 1, data: insertDelta(8, strings.Repeat("child", 100))},
		packed{kind: refDelta, base: blobName(strings.Repeat("child", 100)), data: insertDelta(500, "grandchild")})
	names := []OID{blobName("the base"), blobName(strings.Repeat("child", 100)), blobName("grandchild")}
	addPack(t, dir, "x", pack, buildIndex(pack, names, offs))
	w := walkAll(t, dir, Options{}, WalkOptions{Verify: true})
	assert.Empty(t, w.problems)
	assert.Equal(t, 3, len(w.seen))
	assert.Equal(t, 2, w.deltas)
	git(t, dir, nil, "init", "-q", "--bare", dir)
	assert.Equal(t, "grandchild", git(t, dir, nil, "cat-file", "-p", names[2].String()))
}

func TestHostilePacks(t *testing.T) {
	base := []byte("the base")
	plain := packed{kind: Blob, data: base}
	for name, c := range map[string]struct {
		entries []packed
		names   []OID
		want    error
		seen    int
	}{
		"states more than it holds":  {[]packed{{kind: Blob, data: base, size: 9}}, nil, errObject, 0},
		"states less than it holds":  {[]packed{{kind: Blob, data: base, size: 7}}, nil, errObject, 0},
		"states what cannot be":      {[]packed{{kind: Blob, data: base, size: 1 << 45}}, nil, errSize, 0},
		"not a zlib stream":          {[]packed{{kind: Blob, data: base, noZlib: true}}, nil, errObject, 0},
		"unknown type":               {[]packed{{kind: 5, data: base}}, nil, errObject, 0},
		"delta of nothing":           {[]packed{{kind: refDelta, base: OID{1}, data: insertDelta(8, "x")}}, nil, errMissing, 0},
		"delta of itself":            {[]packed{{kind: refDelta, base: blobName("me"), data: insertDelta(2, "me")}}, []OID{blobName("me")}, errObject, 0},
		"delta for another base":     {[]packed{plain, {kind: offsetDelta, back: 1, data: insertDelta(7, "x")}}, nil, errDelta, 1},
		"delta copies from beyond":   {[]packed{plain, {kind: offsetDelta, back: 1, data: []byte{8, 9, 0x90, 9}}}, nil, errDelta, 1},
		"delta inserts from beyond":  {[]packed{plain, {kind: offsetDelta, back: 1, data: []byte{8, 9, 9, 'x'}}}, nil, errDelta, 1},
		"delta makes less":           {[]packed{plain, {kind: offsetDelta, back: 1, data: []byte{8, 9, 1, 'x'}}}, nil, errDelta, 1},
		"delta makes more":           {[]packed{plain, {kind: offsetDelta, back: 1, data: []byte{8, 1, 2, 'x', 'y'}}}, nil, errDelta, 1},
		"delta with reserved opcode": {[]packed{plain, {kind: offsetDelta, back: 1, data: []byte{8, 1, 0}}}, nil, errDelta, 1},
		"delta without sizes":        {[]packed{plain, {kind: offsetDelta, back: 1, data: []byte{}}}, nil, errDelta, 1},
		"delta of endless size":      {[]packed{plain, {kind: offsetDelta, back: 1, data: bytes.Repeat([]byte{0xff}, 30)}}, nil, errDelta, 1},
		"delta states a bomb":        {[]packed{plain, {kind: offsetDelta, back: 1, data: []byte{8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 'x'}}}, nil, errDelta, 1},
		"two in a circle": {[]packed{
			{kind: refDelta, base: blobName("b"), data: insertDelta(1, "a")},
			{kind: refDelta, base: blobName("a"), data: insertDelta(1, "b")},
			{kind: offsetDelta, back: 1, data: insertDelta(1, "c")}, plain,
		}, []OID{blobName("a"), blobName("b"), blobName("c"), blobName("the base")}, errObject, 1},
	} {
		t.Run(name, func(t *testing.T) {
			names := c.names
			for i := len(names); i < len(c.entries); i++ {
				names = append(names, HashObject(sha1Len, Blob, c.entries[i].data))
			}
			pack, offs := buildPack(c.entries...)
			indexed, bare := bareRepo(t), bareRepo(t)
			addPack(t, indexed, "x", pack, buildIndex(pack, names, offs))
			addPack(t, bare, "x", pack, nil)
			for _, opts := range []Options{{}, {NoMap: true}} {
				w := walkAll(t, indexed, opts, WalkOptions{})
				assert.Equal(t, c.seen, len(w.seen))
				assert.True(t, slices.ContainsFunc(w.problems, func(p Problem) bool { return errors.Is(p.Err, c.want) }), "%v", w.problems)
				assert.Len(t, w.problems, len(c.entries)-c.seen)

				r, err := Open(indexed, opts)
				require.NoError(t, err)
				for _, id := range names[c.seen:] {
					if id == blobName("the base") {
						continue
					}
					_, _, err := r.Read(id)
					assert.Error(t, err)
					if _, _, rd, err := r.Stream(id); err == nil {
						_, err = io.Copy(io.Discard, rd)
						assert.Error(t, err)
						require.NoError(t, rd.Close())
					}
				}
				require.NoError(t, r.Close())

				w = walkAll(t, bare, opts, WalkOptions{Verify: true})
				assert.Equal(t, c.seen, len(w.seen))
				assert.GreaterOrEqual(t, len(w.problems), 2, "the missing index, and the damage")
			}
		})
	}
}

func TestObjectTwiceInOnePackIsShownOnce(t *testing.T) {
	dir := bareRepo(t)
	same := packed{kind: Blob, data: []byte("same")}
	pack, offs := buildPack(same, same, packed{kind: offsetDelta, back: 1, data: insertDelta(4, "child")})
	names := []OID{blobName("same"), blobName("same"), blobName("child")}
	addPack(t, dir, "x", pack, buildIndex(pack, names, offs))
	for range 2 {
		w := walkAll(t, dir, Options{}, WalkOptions{})
		assert.Empty(t, w.problems)
		assert.Equal(t, 2, len(w.seen))
		assert.Equal(t, 1, w.deltas)
		addPack(t, dir, "y", pack, buildIndex(pack, names, offs)) // and once more
	}
}

func TestIntactCopyStandsInForADamagedOne(t *testing.T) {
	dir := bareRepo(t)
	bad, badOffs := buildPack(
		packed{kind: Blob, data: []byte("the base"), noZlib: true},
		packed{kind: offsetDelta, back: 1, data: []byte{8, 9, 0x90, 8, 1, '!'}})
	good, goodOffs := buildPack(packed{kind: Blob, data: []byte("the base")})
	addPack(t, dir, "bad", bad, buildIndex(bad, []OID{blobName("the base"), blobName("the base!")}, badOffs))
	addPack(t, dir, "good", good, buildIndex(good, []OID{blobName("the base")}, goodOffs))
	w := walkAll(t, dir, Options{}, WalkOptions{Verify: true})
	assert.Equal(t, 2, len(w.seen))
	assert.Equal(t, "the base!", string(w.seen[blobName("the base!")].data))
	assert.NotEmpty(t, w.problems, "the damage is reported all the same")

	r, err := Open(dir, Options{})
	require.NoError(t, err)
	_, data, err := r.Read(blobName("the base"))
	require.NoError(t, err)
	assert.Equal(t, "the base", string(data))
	require.NoError(t, r.Close())
}

// smallPack is a pack of many small deltas and what is in it.
func smallPack(t testing.TB) (pack, idx []byte, want map[OID]stored) {
	t.Helper()
	dir := t.TempDir()
	git(t, dir, nil, "init", "-q", "--bare", "-b", "main")
	git(t, dir, history(3, 60, 6, 60), "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force")
	repack(t, dir)
	base := packBase(t, dir)
	pack, err := os.ReadFile(base + ".pack")
	require.NoError(t, err)
	idx, err = os.ReadFile(base + ".idx")
	require.NoError(t, err)
	return pack, idx, objectsOf(t, dir)
}

func TestPackCutAnywhereIsNoticed(t *testing.T) {
	pack, idx, want := smallPack(t)
	require.Greater(t, len(pack), 20_000)
	dir := bareRepo(t)
	for _, index := range [][]byte{idx, nil} {
		for cut := 0; cut < len(pack); cut += 1000 {
			checkCut(t, dir, pack[:cut], index, want)
		}
		for cut := len(pack) - 1; cut > len(pack)-60; cut -= 7 { // within the last object and the trailer
			checkCut(t, dir, pack[:cut], index, want)
		}
	}
}

func checkCut(t *testing.T, dir string, pack, idx []byte, want map[OID]stored) {
	t.Helper()
	addPack(t, dir, "x", pack, idx)
	for _, noMap := range []bool{false, true} {
		w := walkAll(t, dir, Options{NoMap: noMap}, WalkOptions{Types: allTypes})
		require.NotEmpty(t, w.problems, "cut at %d", len(pack))
		reported := make(map[OID]bool)
		for _, p := range w.problems {
			reported[p.OID] = true
		}
		for id, o := range want {
			got, seen := w.seen[id]
			if seen {
				require.True(t, bytes.Equal(o.data, got.data))
			} else if idx != nil && len(pack) >= packHeaderLen {
				require.True(t, reported[id], "cut at %d: %s neither shown nor reported", len(pack), id)
			}
		}
	}
}

func TestFlippedBitsAreNoticed(t *testing.T) {
	pack, idx, want := smallPack(t)
	dir := bareRepo(t)
	r := rand.New(rand.NewPCG(5, 5))
	for range 60 {
		bad := bytes.Clone(pack)
		bad[r.IntN(len(bad))] ^= 1 << r.IntN(8)
		addPack(t, dir, "x", bad, idx)
		w := walkAll(t, dir, Options{}, WalkOptions{Types: allTypes, Verify: true})
		require.NotEmpty(t, w.problems)

		w = walkAll(t, dir, Options{}, WalkOptions{Types: allTypes})
		for id, got := range w.seen {
			o := want[id]
			doubted := slices.ContainsFunc(w.problems, func(p Problem) bool { return p.OID == id })
			require.True(t, doubted || got.kind == o.kind && bytes.Equal(o.data, got.data), "%s: wrong without a word", id)
		}
	}
	for range 60 {
		bad := bytes.Clone(idx)
		bad[r.IntN(len(bad))] ^= 1 << r.IntN(8)
		addPack(t, dir, "x", pack, bad)
		w := walkAll(t, dir, Options{}, WalkOptions{Types: allTypes, Verify: true})
		require.NotEmpty(t, w.problems)
	}
}

func TestIndexThatCannotBeUsedIsMadeAnew(t *testing.T) {
	pack, idx, want := smallPack(t)
	other, offs := buildPack(packed{kind: Blob, data: []byte("x")})
	for name, bad := range map[string][]byte{
		"cut":             idx[:len(idx)-700],
		"empty":           {},
		"of another pack": buildIndex(other, []OID{blobName("x")}, offs),
		"version 3":       append([]byte(idxMagic+"\x00\x00\x00\x03"), idx[8:]...),
	} {
		t.Run(name, func(t *testing.T) {
			dir := bareRepo(t)
			addPack(t, dir, "x", pack, bad)
			w := walkAll(t, dir, Options{}, WalkOptions{Types: allTypes})
			assert.Len(t, w.problems, 1)
			equalObjects(t, want, w.seen)
		})
	}
}

func TestDamagedFilesBesidePacks(t *testing.T) {
	pack, idx, want := smallPack(t)
	dir := bareRepo(t)
	addPack(t, dir, "x", pack, idx)
	in := func(name string) string { return filepath.Join(dir, "objects", name) }
	require.NoError(t, os.WriteFile(in("pack/multi-pack-index"), []byte("MIDX\x01\x01\x05\x00garbage and more garbage"), 0o666))
	require.NoError(t, os.WriteFile(in("pack/pack-lonely.idx"), idx, 0o666))
	require.NoError(t, os.WriteFile(in("pack/pack-none.pack"), []byte("PUCK"), 0o666))
	require.NoError(t, os.Mkdir(in("ab"), 0o777))
	require.NoError(t, os.WriteFile(in("ab/"+strings.Repeat("c", 38)), []byte("not a zlib stream"), 0o666))
	require.NoError(t, os.WriteFile(in("ab/"+strings.Repeat("d", 38)), deflate([]byte("blob 5\x00four")), 0o666))
	require.NoError(t, os.WriteFile(in("ab/"+strings.Repeat("e", 38)), deflate([]byte("blub 4\x00four")), 0o666))
	require.NoError(t, os.WriteFile(in("ab/"+strings.Repeat("f", 38)), deflate([]byte("blob 4\x00four")), 0o666))
	require.NoError(t, os.WriteFile(in("ab/tmp_obj_x"), nil, 0o666))
	w := walkAll(t, dir, Options{}, WalkOptions{Types: allTypes, Verify: true})
	assert.Len(t, w.problems, 3+4, "%v", w.problems)
	for _, p := range w.problems {
		assert.NotEmpty(t, p.Where)
		assert.Contains(t, p.Error(), p.Where)
	}
	assert.Equal(t, len(want)+1, len(w.seen), "what is under a wrong name is shown and reported")
}

func TestCommitGraphDamage(t *testing.T) {
	dir := loadHistory(t, 10)
	git(t, dir, nil, "commit-graph", "write", "--reachable")
	path := filepath.Join(dir, "objects", "info", "commit-graph")
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.Chmod(path, 0o666))
	r, err := Open(dir, Options{})
	require.NoError(t, err)
	for cut := 0; cut < len(good)-1; cut += 9 {
		require.NoError(t, os.WriteFile(path, good[:cut], 0o666))
		_, err := r.CommitGraph()
		require.Error(t, err, "cut at %d", cut)
	}
	require.NoError(t, r.Close())
}

// TestFileCutWhileMapped cuts a pack that is already mapped: reading the pages
// that are gone faults.
func TestFileCutWhileMapped(t *testing.T) {
	dir := bareRepo(t)
	r := rand.New(rand.NewPCG(1, 1))
	var entries []packed
	var names []OID
	for range 40 {
		data := make([]byte, 5000)
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		entries = append(entries, packed{kind: Blob, data: data})
		names = append(names, HashObject(sha1Len, Blob, data))
	}
	pack, offs := buildPack(entries...)
	addPack(t, dir, "x", pack, buildIndex(pack, names, offs))
	repo, err := Open(dir, Options{CacheSize: -1})
	require.NoError(t, err)
	if repo.packs[0].mapped == nil {
		t.Skip("files are not mapped here")
	}
	require.NoError(t, os.Truncate(filepath.Join(dir, "objects", "pack", "pack-x.pack"), 100_000))
	for _, verify := range []bool{false, true} {
		w := newWitness(t)
		require.NoError(t, repo.Walk(context.Background(), WalkOptions{Verify: verify}, w))
		reported := make(map[OID]bool)
		for _, p := range w.problems {
			reported[p.OID] = true
		}
		for i, id := range names {
			_, seen := w.seen[id]
			require.True(t, seen || reported[id])
			if offs[i] > 110_000 {
				require.False(t, seen)
			}
		}
	}
	_, _, err = repo.Read(names[39])
	assert.ErrorIs(t, err, errFault)
	_, _, stream, err := repo.Stream(names[39])
	if err == nil {
		_, err = io.Copy(io.Discard, stream)
	}
	assert.ErrorIs(t, err, errFault)
	_, _, err = repo.Stat(names[39])
	assert.ErrorIs(t, err, errFault)
	_, data, err := repo.Read(names[0])
	require.NoError(t, err)
	assert.True(t, bytes.Equal(entries[0].data, data))
	require.NoError(t, repo.Close())
}

// TestManyAlike has what a look for duplicates by comparing all with all would
// take days for.
func TestManyAlike(t *testing.T) {
	const n = 200_000
	dir := bareRepo(t)
	pack, offs := buildPack(packed{kind: Blob, data: []byte("x")})
	binary.BigEndian.PutUint32(pack[8:], n)
	names := make([]OID, n)
	for i := range names {
		binary.BigEndian.PutUint32(names[i][12:], uint32(i/2))
	}
	idx := newIndex(names, slices.Repeat(offs, n), sha1Len)
	file := append([]byte(idxMagic), 0, 0, 0, 2)
	file = append(append(append(file, idx.fanout...), idx.names...), make([]byte, 4*n)...)
	file = append(append(file, idx.offsets...), pack[len(pack)-sha1Len:]...)
	addPack(t, dir, "x", pack, append(file, make([]byte, sha1Len)...))
	r, err := Open(dir, Options{})
	require.NoError(t, err)
	require.Empty(t, r.Problems())
	seen, problems := 0, 0
	require.NoError(t, r.Walk(context.Background(), WalkOptions{Workers: 1}, funcVisitor{
		func(*Object) (any, error) { seen++; return nil, nil }, func(Problem) { problems++ },
	}))
	assert.Equal(t, n/2, seen+problems)
	require.NoError(t, r.Close())
}

func TestPanicOfTheVisitorIsNotSwallowed(t *testing.T) {
	var err error
	assert.Panics(t, func() {
		defer catchFault(&err)
		panic(fmt.Errorf("not a fault"))
	})
	assert.NoError(t, err)
}
