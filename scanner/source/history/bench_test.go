package history

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/objects"
	"github.com/deputy-sec/deputy/scanner/source/sourcetest"
)

const benchCommits = 50_000

// blind looks at nothing.
type blind struct{}

func (blind) Blob(*source.Blob)                 {}
func (blind) Unexamined(string, finding.Reason) {}
func (blind) Count(commits, files int64)        {}
func (blind) Remembered(blobs, bytes int64)     {}

func open(b *testing.B) *Source {
	b.Helper()
	dir, err := gitdir.Find(sourcetest.LargeRepo(b, benchCommits))
	require.NoError(b, err)
	db, err := objects.Open(dir.Git, objects.Options{})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, db.Close()) })
	return New(dir, db, Options{Jobs: 2})
}

// BenchmarkScan hands over a whole history to a visitor that looks at nothing.
func BenchmarkScan(b *testing.B) {
	sourcetest.LargeRepo(b, benchCommits)
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, open(b).Scan(context.Background(), blind{}))
	}
}

// BenchmarkAttribution finds the places of blobs, a few and many.
func BenchmarkAttribution(b *testing.B) {
	s := open(b)
	require.NoError(b, s.Scan(context.Background(), blind{}))
	var blobs []source.ID
	require.NoError(b, s.db.Walk(context.Background(), objects.WalkOptions{Kinds: []objects.Kind{objects.Blob}}, func(o *objects.Object) any {
		blobs = append(blobs, source.ID(o.ID.String()))
		return nil
	}, func(p objects.Problem) { b.Error(p) }))
	r := rand.New(rand.NewPCG(1, 1))
	r.Shuffle(len(blobs), func(i, j int) { blobs[i], blobs[j] = blobs[j], blobs[i] })
	for _, c := range []struct {
		name  string
		count int
	}{{"blobs=10", 10}, {"blobs=1000", 1000}, {"blobs=20000", 20_000}} {
		wanted := map[source.ID]bool{}
		for _, id := range blobs[:c.count] {
			wanted[id] = true
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				places, err := s.Places(context.Background(), wanted)
				require.NoError(b, err)
				require.GreaterOrEqual(b, len(places), c.count)
			}
		})
	}
}
