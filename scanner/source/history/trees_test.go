package history

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/source/objects"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
)

// randomHistory is a stream for git fast-import: commits that write, move and
// delete files in nested directories, on two branches that meet now and then.
func randomHistory(r *rand.Rand, commits int) []byte {
	var b bytes.Buffer
	for i := range commits {
		branch := r.IntN(2)
		fmt.Fprintf(&b, "commit refs/heads/b%d\nmark :%d\ncommitter A <a@example.com> %d +0000\ndata 1\nm\n", branch, i+1, 1700000000+i)
		if i > 10 && r.IntN(10) == 0 {
			fmt.Fprintf(&b, "merge :%d\n", i-r.IntN(5))
		}
		for range 1 + r.IntN(3) {
			path := fmt.Sprintf("d%d/e%d/f%d", r.IntN(4), r.IntN(3), r.IntN(40))
			if r.IntN(8) == 0 {
				fmt.Fprintf(&b, "D %s\n", path)
				continue
			}
			content := fmt.Sprintf("content %d\n", r.IntN(commits)) + strings.Repeat("what all of them hold\n", 20)
			fmt.Fprintf(&b, "M 100644 inline %s\ndata %d\n%s", path, len(content), content)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// walked opens a repository and lets all its trees grow.
func walked(t testing.TB, dir string, workers int) (*forest, map[ordinal][]objects.Entry) {
	t.Helper()
	db, err := objects.Open(dir, objects.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	f := newForest(newObjectIndex(db), workers)
	require.NoError(t, db.Walk(context.Background(), objects.WalkOptions{Workers: workers}, func(o *objects.Object) any {
		n := f.arrived(o)
		if o.Kind != objects.Tree {
			return nil
		}
		offsets, err := f.add(n, o)
		assert.NoError(t, err)
		return offsets
	}, func(p objects.Problem) { t.Error(p) }))
	f.grown()
	all := map[ordinal][]objects.Entry{}
	require.NoError(t, db.Walk(context.Background(), objects.WalkOptions{Kinds: []objects.Kind{objects.Tree}}, func(o *objects.Object) any {
		n := f.of(o.ID)
		all[n] = []objects.Entry{}
		return objects.EachEntry(bytes.Clone(o.Data), db.IDSize(), func(e objects.Entry) bool {
			all[n] = append(all[n], e)
			return true
		})
	}, func(p objects.Problem) { t.Error(p) }))
	return f, all
}

// leading is what trace finds, found by going through all trees again and again.
func leading(f *forest, all map[ordinal][]objects.Entry, wanted []ordinal) map[ordinal][]entry {
	matter := map[ordinal]bool{}
	for _, n := range wanted {
		matter[n] = true
	}
	for grown := true; grown; {
		grown = false
		for tree, entries := range all {
			if !matter[tree] && slices.ContainsFunc(entries, func(e objects.Entry) bool { return matter[f.of(e.OID)] }) {
				matter[tree], grown = true, true
			}
		}
	}
	out := map[ordinal][]entry{}
	for tree, entries := range all {
		for _, e := range entries {
			if matter[f.of(e.OID)] {
				out[tree] = append(out[tree], entry{whatOf(f, e), f.of(e.OID)})
			}
		}
	}
	return out
}

func TestTraceFindsAllWays(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 1))
		repo := sourcetest.NewRepo(t)
		repo.GitIn(randomHistory(r, 150), "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force")
		if seed%2 == 0 {
			repo.Git("repack", "-adfq", "--depth=30")
		}
		f, all := walked(t, filepath.Join(repo.Dir, ".git"), 1+int(seed)%3)
		require.NotEmpty(t, all)
		assert.Empty(t, f.missing())
		var objects []ordinal
		for n := range ordinal(f.size()) {
			if len(f.originsOf(n)) > 0 {
				objects = append(objects, n)
			}
		}
		for range 10 {
			r.Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
			wanted := objects[:r.IntN(8)]
			p, whole := f.trace(wanted, maxSteps, byPlace)
			require.True(t, whole)
			want := leading(f, all, wanted)
			for tree := range all {
				require.Equal(t, want[tree], nilIfEmpty(p.entries(tree)))
			}
		}
		_, whole := f.trace(objects, 3, byPlace)
		assert.False(t, whole, "the limit holds")
	}
}

func whatOf(f *forest, e objects.Entry) uint32 {
	if e.Mode.IsTree() {
		return f.names.of(e.Name) | isTree
	}
	return f.names.of(e.Name)
}

func nilIfEmpty(entries []entry) []entry {
	if len(entries) == 0 {
		return nil
	}
	return entries
}

func TestEditsKeepEntries(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.GitIn(randomHistory(rand.New(rand.NewPCG(7, 7)), 300), "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force")
	repo.Git("repack", "-adfq")
	f, all := walked(t, filepath.Join(repo.Dir, ".git"), 2)
	entries := 0
	for _, e := range all {
		entries += len(e)
	}
	assert.Less(t, len(f.origins), entries/2, "what deltas copy is kept once")
}

// emptyDatabase holds nothing: every object is a unpacked to it.
func emptyDatabase(t testing.TB) *objects.Database {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "objects"), 0o755))
	db, err := objects.Open(dir, objects.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// FuzzEdit wants a tree that is read as an edit of another one to have the very
// entries that it has when it is read by itself, whatever the bytes and the edit.
func FuzzEdit(f *testing.F) {
	id := strings.Repeat("h", 20)
	tree := "100644 a\x00" + id + "40000 b\x00" + id + "160000 c\x00" + id + "120000 d\x00" + id
	f.Add([]byte(tree), []byte{0, 28, 1, 28, 56, 2})
	f.Add([]byte(tree), []byte{28, 200, 0, 5, 30, 0})
	f.Add([]byte(tree+"100644 "), []byte{0, 255, 0, 3, 9, 0})
	db := emptyDatabase(f)
	f.Fuzz(func(t *testing.T, base, script []byte) {
		if len(base) > 1<<12 || len(script) > 300 {
			return
		}
		data, segments := scripted(base, script)
		forest := newForest(newObjectIndex(db), 1)
		one, two, three := ordinal(1<<20), ordinal(1<<20+1), ordinal(1<<20+2)
		offsets, _ := forest.add(one, &objects.Object{Data: base})
		_, errEdit := forest.add(two, &objects.Object{Data: data, Base: offsets, Segments: segments})
		_, errWhole := forest.add(three, &objects.Object{Data: data})
		require.Equal(t, errWhole, errEdit)
		rows := forest.shards[0].rows
		whole := expanded(rows[2], nil)
		require.Equal(t, whole, expanded(rows[1], expanded(rows[0], nil)))
		i := 0
		err := objects.EachEntry(data, db.IDSize(), func(e objects.Entry) bool {
			require.Equal(t, string(e.Name), forest.names.text(whole[i].what&toName))
			require.Equal(t, e.Mode.IsTree(), whole[i].what&isTree != 0)
			if !e.Mode.IsSubmodule() {
				require.Equal(t, e.OID, forest.id(whole[i].child))
			}
			i++
			return true
		})
		require.Equal(t, errWhole, err)
		require.Len(t, whole, i)
	})
}

// scripted carries out an edit: three bytes are an offset into the base, a
// length, and how many bytes of the script's own follow.
func scripted(base, script []byte) (data []byte, segments []objects.Segment) {
	add := func(src int, bytes []byte) {
		if len(bytes) > 0 {
			segments = append(segments, objects.Segment{Dst: len(data), Len: len(bytes), Src: src})
			data = append(data, bytes...)
		}
	}
	segments = []objects.Segment{}
	for len(script) >= 3 {
		from := min(int(script[0]), len(base))
		to := min(from+int(script[1]), len(base))
		own := min(int(script[2]), len(script)-3)
		add(from, base[from:to])
		add(-1, script[3:3+own])
		script = script[3+own:]
	}
	return data, segments
}

type whole struct {
	what  uint32
	child ordinal
}

// expanded carries out the ops of a row.
func expanded(r row, base []whole) []whole {
	entries := []whole{}
	for i := 0; i < len(r.ops); i += 2 {
		what, n := r.ops[i], r.ops[i+1]
		if what&isNew == 0 {
			entries = append(entries, base[what:what+n]...)
		} else {
			entries = append(entries, whole{what, ordinal(n)})
		}
	}
	return entries
}

func TestNames(t *testing.T) {
	n := newNames()
	seen := map[uint32]string{}
	for i := range 1000 {
		name := fmt.Sprint("name", i%500)
		number := n.of([]byte(name))
		assert.Less(t, number, uint32(1)<<nameBits)
		assert.Equal(t, name, n.text(number))
		seen[number] = name
	}
	assert.Len(t, slices.Compact(slices.Sorted(maps.Values(seen))), 500)
}

func TestRegister(t *testing.T) {
	repo := sourcetest.NewRepo(t)
	repo.Commit("packed", "packed\n")
	repo.Git("repack", "-adq")
	repo.Commit("loose", "loose\n")
	db, err := objects.Open(filepath.Join(repo.Dir, ".git"), objects.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	r := newObjectIndex(db)
	seen := map[ordinal]bool{}
	require.NoError(t, db.Walk(context.Background(), objects.WalkOptions{}, func(o *objects.Object) any {
		n := r.of(o.ID)
		assert.Equal(t, o.Number >= 0, int(n) < r.packed)
		assert.False(t, r.has(n))
		assert.Equal(t, n, r.arrived(o))
		assert.True(t, r.has(n))
		assert.Equal(t, o.ID, r.id(n))
		assert.False(t, seen[n])
		seen[n] = true
		return nil
	}, func(p objects.Problem) { t.Error(p) }))
	assert.Len(t, seen, 6)
	gone, _ := objects.ParseID(strings.Repeat("ab", 20))
	_, known := r.known(gone)
	assert.False(t, known)
	n := r.of(gone)
	assert.False(t, r.has(n))
	assert.Equal(t, gone, r.id(n))
	again, known := r.known(gone)
	assert.True(t, known)
	assert.Equal(t, n, again)
}
