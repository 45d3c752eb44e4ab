package history

import (
	"crypto/sha1"
	"encoding/binary"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/deputy-sec/deputy/scanner/source/objects"
)

func numbered(n int) (id objects.ID) {
	sum := sha1.Sum(binary.BigEndian.AppendUint64(nil, uint64(n)))
	copy(id[:], sum[:])
	return id
}

func TestIDSet(t *testing.T) {
	const n = 20_000
	var some, all idSet
	assert.True(t, some.within(&all), "nothing is within nothing")
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i := worker; i < n; i += 2 { // every ID is added twice
				all.add(numbered(i))
				if i%3 == 0 {
					some.add(numbered(i))
				}
			}
		})
	}
	group.Wait()
	for i := range 2 * n {
		assert.Equal(t, i < n, all.has(numbered(i)), i)
		assert.Equal(t, i < n && i%3 == 0, some.has(numbered(i)), i)
	}
	assert.True(t, some.within(&all))
	assert.False(t, all.within(&some))
	some.add(numbered(n))
	assert.False(t, some.within(&all), "one alone is noticed")
}

// TestOrder has commits whose dates lie, and one that claims to be its own
// ancestor.
func TestOrder(t *testing.T) {
	g := newGraph()
	add := func(n int, parents ...int) *commit {
		d := objects.CommitData{}
		for _, p := range parents {
			d.Parents = append(d.Parents, numbered(p))
		}
		g.addCommit(numbered(n), &d)
		return g.commits[numbered(n)]
	}
	root, left, right := add(1), add(2, 1), add(3, 1)
	merge, circle := add(4, 2, 3), add(5, 5, 6)
	add(6, 5)
	add(7, 99) // the parent is missing
	all := g.sorted()
	assert.Len(t, all, 7)
	assert.Less(t, root.order, left.order)
	assert.Less(t, root.order, right.order)
	assert.Less(t, max(left.order, right.order), merge.order)
	assert.Positive(t, circle.order)
	assert.True(t, root.before(merge), "of the same date, parents go first")
	again := g.sorted()
	assert.Equal(t, all, again)
}
