package gitpack

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// hashLens are the two lengths of names, chosen by a fuzzed flag.
func fuzzedHashLen(sha256 bool) int {
	if sha256 {
		return sha256Len
	}
	return sha1Len
}

func FuzzIndex(f *testing.F) {
	pack, offs := buildPack(packed{kind: Blob, data: []byte("a")}, packed{kind: Blob, data: []byte("b")})
	f.Add(buildIndex(pack, []OID{blobName("a"), blobName("b")}, offs), false)
	f.Add(buildIndex(pack, []OID{{1}, {2}, {3}}, []uint64{12, 1 << 31, 1 << 40}), false)
	f.Add(buildIndex(pack, nil, nil), true)
	v1 := append(make([]byte, fanoutLen-4), 0, 0, 0, 1)
	f.Add(append(v1, make([]byte, 24+40)...), false)
	f.Fuzz(func(t *testing.T, data []byte, sha256 bool) {
		x, err := parseIndex(data, fuzzedHashLen(sha256))
		if err != nil {
			require.ErrorIs(t, err, errIndex)
			return
		}
		require.LessOrEqual(t, x.n*(x.hashLen+4), len(data), "no more objects than there is room for")
		sorted := true
		for i := range x.n {
			lo, hi := x.fan(int(x.name(i)[0]))
			sorted = sorted && lo <= i && i < hi && (i == 0 || bytes.Compare(x.name(i-1), x.name(i)) < 0)
			x.offset(i)
			x.crc(i)
		}
		for i := range x.n {
			at, ok := x.find(oidFrom(x.name(i)))
			if sorted {
				require.True(t, ok)
				require.Equal(t, i, at)
			}
		}
		size := uint64(len(data)) * 1000
		o := newPackOrder(x, size)
		for i, off := range o.offs {
			require.LessOrEqual(t, off, size)
			if i > 0 {
				require.LessOrEqual(t, o.offs[i-1], off)
			}
			at, ok := o.at(int64(off))
			require.True(t, ok)
			require.Equal(t, off, o.offs[at])
		}
	})
}

// chunkFile joins chunks under a header.
func chunkFile(header []byte, parts []string, contents ...[]byte) []byte {
	out := bytes.Clone(header)
	at := len(header) + 12*(len(parts)+1)
	for i, id := range parts {
		out = binary.BigEndian.AppendUint64(append(out, id...), uint64(at))
		at += len(contents[i])
	}
	out = binary.BigEndian.AppendUint64(append(out, 0, 0, 0, 0), uint64(at))
	for _, c := range contents {
		out = append(out, c...)
	}
	return append(out, make([]byte, sha1Len)...)
}

func oneName(id OID) (fanout, names []byte) {
	x := newIndex([]OID{id}, []uint64{12}, sha1Len)
	return x.fanout, x.names
}

func FuzzMultiIndex(f *testing.F) {
	fanout, names := oneName(OID{7})
	f.Add(chunkFile([]byte("MIDX\x01\x01\x05\x00\x00\x00\x00\x01"), []string{"PNAM", "OIDF", "OIDL", "OOFF", "LOFF"},
		[]byte("pack-a.idx\x00\x00"), fanout, names, []byte{0, 0, 0, 0, 0x80, 0, 0, 0}, make([]byte, 8)), []byte{7})
	f.Fuzz(func(t *testing.T, data, name []byte) {
		m, err := parseMultiIndex(data, sha1Len)
		if err != nil {
			require.ErrorIs(t, err, errMultiIndex)
			return
		}
		for i := range m.n {
			if pack, _, ok := m.find(oidFrom(m.names[i*sha1Len:][:sha1Len])); ok {
				require.Less(t, pack, len(m.packs))
			}
		}
		m.find(oidFrom(name))
	})
}

func FuzzCommitGraph(f *testing.F) {
	fanout, names := oneName(OID{7})
	commit := append(make([]byte, sha1Len), 0x70, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 9)
	f.Add(chunkFile([]byte("CGPH\x01\x01\x05\x00"), []string{"OIDF", "OIDL", "CDAT", "GDA2", "EDGE"},
		fanout, names, commit, []byte{0, 0, 0, 1}, []byte{0x80, 0, 0, 0}))
	f.Fuzz(func(t *testing.T, data []byte) {
		g := &CommitGraph{hashLen: sha1Len}
		if err := g.addLayer(data); err != nil {
			require.ErrorIs(t, err, errGraph)
			return
		}
		var c GraphCommit
		for pos := range uint32(g.Len()) {
			id, err := g.OID(pos)
			require.NoError(t, err)
			g.Find(id)
			if err := g.Commit(pos, &c); err != nil {
				require.ErrorIs(t, err, errGraph)
				continue
			}
			for _, p := range c.Parents {
				require.Less(t, int(p), g.Len())
			}
		}
	})
}

func FuzzDelta(f *testing.F) {
	f.Add([]byte("the base"), insertDelta(8, strings.Repeat("x", 300)))
	f.Add([]byte("the base"), []byte{8, 9, 0x90, 8, 1, '!'})
	f.Add(make([]byte, 70000), []byte{0xf0, 0xa2, 4, 0xf8, 0xa2, 4, 0x80, 0x91, 8, 0x77, 0xb0, 0xf0, 0x11})
	f.Fuzz(func(t *testing.T, base, delta []byte) {
		r, streamSize, streamErr := newDeltaReader(bytes.NewReader(delta), bytes.NewReader(base), int64(len(base)))
		size, ops, err := checkDelta(delta, int64(len(base)))
		if err != nil {
			require.ErrorIs(t, err, errDelta)
			if streamErr == nil {
				_, err = io.Copy(io.Discard, io.LimitReader(r, 1<<24))
				require.True(t, err != nil || streamSize > 1<<24, "the streaming reader must notice too")
			}
			return
		}
		require.NoError(t, streamErr)
		require.Equal(t, size, streamSize)
		if size > 1<<24 {
			return
		}
		dst := make([]byte, size)
		checkScript(t, applyDelta(dst, base, ops, nil), base, dst)
		streamed, err := io.ReadAll(r)
		require.NoError(t, err)
		require.True(t, bytes.Equal(dst, streamed))
	})
}

// checkedVisitor holds everything shown to its name.
type checkedVisitor struct {
	t        *testing.T
	seen     int
	problems int
}

func (v *checkedVisitor) Visit(o *Object) (any, error) {
	v.seen++
	data := bytes.Clone(o.Data)
	if o.Stream != nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(o.Stream, 1<<24))
		return nil, nil
	}
	if o.Segments != nil {
		checkScript(v.t, o.Segments, o.Base.([]byte), data)
	}
	return data, nil
}

func (v *checkedVisitor) Problem(Problem) { v.problems++ }

var fuzzWalks = []WalkOptions{
	{Types: allTypes, Workers: 1, Verify: true, MaxMemory: 1 << 20},
	{Types: allTypes, Workers: 2, MaxMemory: 100 << 10, BlobLimit: 40},
}

func fuzzRepo(t *testing.T, dir string) (seen, problems int) {
	for _, opts := range fuzzWalks {
		r, err := Open(dir, Options{ReadLimit: 1 << 20})
		require.NoError(t, err)
		v := &checkedVisitor{t: t}
		require.NoError(t, r.Walk(context.Background(), opts, v))
		for _, p := range r.packs {
			for i := range p.idx.n {
				id := oidFrom(p.idx.name(i))
				_, _, _ = r.Stat(id)
				_, _, err := r.Read(id)
				if v.problems == 0 && !errors.Is(err, ErrTooLarge) {
					require.NoError(t, err)
				}
			}
		}
		require.NoError(t, r.Close())
		seen, problems = v.seen, v.problems
	}
	return seen, problems
}

func fuzzSeeds() (packs, indexes [][]byte) {
	for _, entries := range [][]packed{
		{{kind: Blob, data: []byte("the base")}, {kind: offsetDelta, back: 1, data: []byte{8, 9, 0x90, 8, 1, '!'}}},
		{{kind: refDelta, base: blobName("the base"), data: []byte{8, 9, 0x90, 8, 1, '!'}}, {kind: Blob, data: []byte("the base")}},
		{{kind: Blob, data: bytes.Repeat([]byte("large "), 100)}, {kind: offsetDelta, back: 1, data: []byte{0xd8, 4, 0xd8, 4, 0xb0, 0x58, 2}}},
	} {
		pack, offs := buildPack(entries...)
		var names []OID
		for i := range entries {
			names = append(names, OID{byte(i + 1)})
		}
		packs, indexes = append(packs, pack), append(indexes, buildIndex(pack, names, offs))
	}
	return packs, indexes
}

// FuzzPack reads a pack that has no index. Every object it states is shown or
// there is a problem.
func FuzzPack(f *testing.F) {
	packs, _ := fuzzSeeds()
	for _, pack := range packs {
		f.Add(pack)
	}
	f.Fuzz(func(t *testing.T, pack []byte) {
		dir := bareRepo(t)
		addPack(t, dir, "x", pack, nil)
		_, problems := fuzzRepo(t, dir)
		require.Positive(t, problems, "the missing index at least")
	})
}

func FuzzPackWithIndex(f *testing.F) {
	packs, indexes := fuzzSeeds()
	for i := range packs {
		f.Add(packs[i], indexes[i])
	}
	f.Fuzz(func(t *testing.T, pack, idx []byte) {
		dir := bareRepo(t)
		addPack(t, dir, "x", pack, idx)
		seen, problems := fuzzRepo(t, dir)
		if len(pack) >= packHeaderLen {
			stated := binary.BigEndian.Uint32(pack[8:])
			require.True(t, seen > 0 || problems > 0 || stated == 0, "nothing shown and nothing said")
		}
	})
}

func FuzzLooseObject(f *testing.F) {
	f.Add(deflate([]byte("blob 4\x00four")))
	f.Add(deflate([]byte("tree 0\x00")))
	f.Add(deflate([]byte("commit 99999999999\x00x")))
	id := OID{1, 2, 3}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := bareRepo(t)
		path := loosePath(filepath.Join(dir, "objects"), id)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, data, 0o666))
		r, err := Open(dir, Options{ReadLimit: 1 << 20})
		require.NoError(t, err)
		kind, size, statErr := r.Stat(id)
		readKind, content, err := r.Read(id)
		if err == nil {
			require.NoError(t, statErr)
			require.Equal(t, kind, readKind)
			require.Equal(t, size, int64(len(content)))
		}
		v := &checkedVisitor{t: t}
		require.NoError(t, r.Walk(context.Background(), WalkOptions{Types: allTypes}, v))
		if !errors.Is(err, ErrTooLarge) { // which is said before the content is looked at
			require.Equal(t, err == nil, v.problems == 0)
		}
		require.NoError(t, r.Close())
	})
}

func FuzzTree(f *testing.F) {
	f.Add(append([]byte("100644 name\x00"), make([]byte, 20)...), false)
	f.Add(append([]byte("40000 d\x00"), make([]byte, 32)...), true)
	f.Fuzz(func(t *testing.T, tree []byte, sha256 bool) {
		hashLen := fuzzedHashLen(sha256)
		for len(tree) > 0 {
			e, rest, err := NextTreeEntry(tree, hashLen)
			if err != nil {
				require.ErrorIs(t, err, errContent)
				return
			}
			require.NotEmpty(t, e.Name)
			require.Len(t, rest, len(tree)-bytes.IndexByte(tree, 0)-1-hashLen, "entries cover the tree")
			tree = rest
		}
	})
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte("[core]\n\tbare = true\n[extensions]\n\tobjectFormat = \"sha256\" ; comment\n"))
	f.Fuzz(func(t *testing.T, config []byte) {
		v := configValue(config, "extensions", "objectformat")
		require.LessOrEqual(t, len(v), 4*len(config)) // lower case may be longer in UTF-8
	})
}
