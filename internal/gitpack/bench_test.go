package gitpack

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// silent is the least a visitor can do.
type silent struct{}

func (silent) Visit(*Object) (any, error) { return nil, nil }
func (silent) Problem(Problem)            {}

// BenchmarkWalk reads the blobs of a generated history; bytes are those of the
// blobs.
func BenchmarkWalk(b *testing.B) {
	dir := b.TempDir()
	git(b, dir, nil, "init", "-q", "--bare", "-b", "main")
	git(b, dir, history(11, 1500, 40, 700), "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force")
	git(b, dir, nil, "repack", "-adfq")
	r, err := Open(dir, Options{})
	require.NoError(b, err)
	defer func() { require.NoError(b, r.Close()) }()
	var size int64
	require.NoError(b, r.Walk(context.Background(), WalkOptions{Workers: 1}, funcVisitor{
		func(o *Object) (any, error) { size += o.Size; return nil, nil }, func(Problem) {},
	}))
	for _, types := range []TypeMask{Mask(Blob), allTypes} {
		for _, verify := range []bool{false, true} {
			b.Run(fmt.Sprintf("types=%05b/verify=%t", types, verify), func(b *testing.B) {
				b.SetBytes(size)
				b.ReportAllocs()
				for b.Loop() {
					require.NoError(b, r.Walk(context.Background(), WalkOptions{Types: types, Verify: verify}, silent{}))
				}
			})
		}
	}
}

func BenchmarkRead(b *testing.B) {
	dir := loadHistory(b, 200)
	repack(b, dir)
	var names []OID
	var size int64
	for id, o := range objectsOf(b, dir) {
		names, size = append(names, id), size+int64(len(o.data))
	}
	for _, cache := range []int64{-1, 0} {
		b.Run(fmt.Sprintf("cache=%t", cache == 0), func(b *testing.B) {
			r, err := Open(dir, Options{CacheSize: cache})
			require.NoError(b, err)
			b.SetBytes(size / int64(len(names)))
			for i := 0; b.Loop(); i++ {
				_, _, err := r.Read(names[i%len(names)])
				require.NoError(b, err)
			}
			require.NoError(b, r.Close())
		})
	}
}

// BenchmarkDelta checks and applies a delta as git makes them: copies of some
// hundred bytes between short inserts.
func BenchmarkDelta(b *testing.B) {
	r := rand.New(rand.NewPCG(4, 4))
	base := bytes.Repeat([]byte("the base of the delta\n"), 4000)
	var ops []byte
	size := 0
	for range 200 {
		from, n := r.IntN(len(base)-1000), 1+r.IntN(999)
		ops = append(ops, 0x80|0x37, byte(from), byte(from>>8), byte(from>>16), byte(n), byte(n>>8))
		ops = append(ops, 12)
		ops = append(ops, "new content\n"...)
		size += n + 12
	}
	head := insertDelta(len(base), "")
	delta := append(head[:len(head)-1:len(head)-1], byte(size)|0x80, byte(size>>7)|0x80, byte(size>>14))
	delta = append(delta, ops...)
	dst := make([]byte, size)
	var segs []Segment
	b.SetBytes(int64(size))
	for b.Loop() {
		_, ops, err := checkDelta(delta, int64(len(base)))
		require.NoError(b, err)
		segs = applyDelta(dst, base, ops, segs[:0])
	}
	require.Len(b, segs, 400)
}

func BenchmarkOrder(b *testing.B) {
	r := rand.New(rand.NewPCG(8, 8))
	names, offs := make([]OID, 200_000), make([]uint64, 200_000)
	at := uint64(packHeaderLen)
	for i, p := range r.Perm(len(names)) {
		names[i][0], names[i][1], names[i][2] = byte(p>>16), byte(p>>8), byte(p)
		offs[i] = at
		at += 20 + r.Uint64N(3000)
	}
	x := newIndex(names, offs, sha1Len)
	for b.Loop() {
		newPackOrder(x, at)
	}
}
