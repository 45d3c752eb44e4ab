package state_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/deputy-sec/deputy/scanner/source/objects"
	"github.com/deputy-sec/deputy/scanner/source/state"
)

func TestStateThatIsKeptElsewhere(t *testing.T) {
	known := map[objects.ID]int64{{1}: 10, {1, 2}: 20, {255}: 30, {7}: 0}
	s := state.Known(maps.All(known))
	for id, size := range known {
		got, ok := s.Knows(id)
		assert.True(t, ok)
		assert.Equal(t, size, got)
	}
	_, ok := s.Knows(objects.ID{2})
	assert.False(t, ok)
	s.Add(objects.ID{2}, 5)
	s.Add(objects.ID{2}, 5)
	assert.Equal(t, map[objects.ID]int64{{2}: 5}, maps.Collect(s.Added()))
	assert.NoError(t, s.Save())
}
