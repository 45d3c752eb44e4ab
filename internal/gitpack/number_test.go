package gitpack

import (
	"bytes"
	"context"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNumbers(t *testing.T) {
	packed := loadHistory(t, 60)
	repack(t, packed)
	indexed := severalPacks(t)
	git(t, indexed, nil, "multi-pack-index", "write")
	git(t, indexed, bytes.NewReader([]byte("loose")), "hash-object", "-w", "--stdin")
	loose := t.TempDir()
	git(t, loose, nil, "init", "-q", "--bare", ".")
	git(t, loose, bytes.NewReader([]byte("loose")), "hash-object", "-w", "--stdin")
	for name, dir := range map[string]string{
		"loose": loose, "one pack": packed, "several packs": severalPacks(t), "multi-pack-index": indexed,
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Open(dir, Options{})
			require.NoError(t, err)
			defer func() { require.NoError(t, r.Close()) }()
			taken := map[int]OID{}
			require.NoError(t, r.Walk(context.Background(), WalkOptions{Workers: 1, Types: allTypes}, funcVisitor{func(o *Object) (any, error) {
				n, ok := r.Number(o.OID)
				assert.Equal(t, ok, o.Number >= 0)
				if !ok {
					return nil, nil
				}
				assert.Equal(t, n, o.Number)
				assert.Less(t, n, r.Numbers())
				assert.Equal(t, o.OID, r.Named(n))
				assert.NotContains(t, taken, n)
				taken[n] = o.OID
				return nil, nil
			}, func(p Problem) { t.Error(p) }}))
			_, ok := r.Number(OID{1, 2, 3})
			assert.False(t, ok)
			assert.Zero(t, r.Named(r.Numbers()))
			assert.Equal(t, name == "loose", len(taken) == 0)
		})
	}
}

// TestFindName looks for names that are spread evenly, as hashes are, and for
// such as whoever made an index may have chosen.
func TestFindName(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 3))
	even := func(int) (id OID) {
		binary.BigEndian.PutUint64(id[:], r.Uint64())
		return id
	}
	for name, makes := range map[string]func(i int) OID{
		"even":    even,
		"dense":   func(i int) (id OID) { binary.BigEndian.PutUint32(id[:], uint32(i)); return id },
		"one end": func(i int) (id OID) { id = even(i); id[0], id[1], id[2] = 7, 0xff, 0xff; return id },
		"equal":   func(int) OID { return OID{5} },
	} {
		t.Run(name, func(t *testing.T) {
			for _, count := range []int{0, 1, 2, 10, 3000} {
				var ids []OID
				for i := range count {
					ids = append(ids, makes(i))
				}
				slices.SortFunc(ids, OID.Compare)
				ids = slices.Compact(ids)
				x := newIndex(ids, slices.Repeat([]uint64{12}, len(ids)), sha1Len)
				for i, id := range ids {
					at, ok := x.find(id)
					require.True(t, ok)
					require.Equal(t, i, at)
				}
				for i := range 100 {
					id := even(i)
					_, there := slices.BinarySearchFunc(ids, id, OID.Compare)
					_, ok := x.find(id)
					require.Equal(t, there, ok)
				}
			}
		})
	}
}

func BenchmarkFindName(b *testing.B) {
	r := rand.New(rand.NewPCG(8, 8))
	ids := make([]OID, 500_000)
	for i := range ids {
		binary.BigEndian.PutUint64(ids[i][:], r.Uint64())
	}
	x := newIndex(ids, make([]uint64, len(ids)), sha1Len)
	for i := 0; b.Loop(); i++ {
		_, ok := x.find(ids[i%len(ids)])
		require.True(b, ok)
	}
}
