package state_test

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/source/objects"
	"github.com/deputy-sec/deputy/scanner/source/state"
)

func id(n uint64) (id objects.ID) {
	binary.BigEndian.PutUint64(id[:], n*0x9e3779b97f4a7c15)
	return id
}

func open(t testing.TB, file, rules string) *state.State {
	t.Helper()
	s, err := state.Open(file, rules)
	require.NoError(t, err)
	return s
}

func TestWhatIsAddedIsKnownToTheNext(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	r := rand.New(rand.NewPCG(3, 3))
	want := map[objects.ID]int64{}
	for range 8 {
		s := open(t, file, "rules")
		for n := range uint64(500) {
			size, ok := s.Knows(id(n))
			wantSize, known := want[id(n)]
			assert.Equal(t, known, ok)
			assert.Equal(t, wantSize, size)
		}
		var all sync.WaitGroup
		for range 60 {
			n := r.Uint64N(500)
			want[id(n)] = int64(n)
			all.Go(func() { s.Add(id(n), int64(n)) })
		}
		all.Wait()
		_, ok := s.Knows(id(501))
		assert.False(t, ok)
		require.NoError(t, s.Save())
	}
	assert.Greater(t, len(want), 200)
	left, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	assert.Len(t, left, 1, "nothing is left behind")
}

func TestOtherRulesKnowNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	s := open(t, file, "rules")
	s.Add(id(1), 1)
	require.NoError(t, s.Save())
	other := open(t, file, "other rules")
	_, ok := other.Knows(id(1))
	assert.False(t, ok)
	other.Add(id(2), 2)
	require.NoError(t, other.Save())
	_, ok = open(t, file, "rules").Knows(id(2))
	assert.False(t, ok, "the rules of the last scan count")
	_, ok = open(t, file, "other rules").Knows(id(2))
	assert.True(t, ok)
}

func TestDamagedStateKnowsNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	s := open(t, file, "rules")
	for n := range uint64(20) {
		s.Add(id(n), 7)
	}
	s.KeepResult("a", "1", []byte("what was found"))
	s.KeepResult("b", "1", []byte("what else was found"))
	require.NoError(t, s.Save())
	intact, err := os.ReadFile(file)
	require.NoError(t, err)
	damaged := func(data []byte) {
		t.Helper()
		require.NoError(t, os.WriteFile(file, data, 0o600))
		s, err := state.Open(file, "rules")
		require.ErrorIs(t, err, state.ErrDamaged, "%d bytes", len(data))
		for n := range uint64(20) {
			_, ok := s.Knows(id(n))
			require.False(t, ok)
		}
		_, ok := s.Result("a", "1")
		require.False(t, ok)
		s.Add(id(3), 7)
		require.NoError(t, s.Save())
		_, ok = open(t, file, "rules").Knows(id(3))
		require.True(t, ok, "the next scan finds a sound one")
	}
	for cut := 0; cut < len(intact); cut += 13 {
		damaged(intact[:cut])
	}
	for at := len("deputy-state "); at < len(intact); at += 29 {
		wrong := append([]byte{}, intact...)
		wrong[at] ^= 4
		damaged(wrong)
	}
}

func TestOtherFilesStayAsTheyAre(t *testing.T) {
	dir := t.TempDir()
	notes := filepath.Join(dir, "notes")
	require.NoError(t, os.WriteFile(notes, []byte("deputy is not what this is about"), 0o600))
	_, err := state.Open(notes, "rules")
	require.ErrorIs(t, err, state.ErrForeign)
	_, err = state.Open(dir, "rules")
	require.Error(t, err)
	assert.False(t, errors.Is(err, state.ErrDamaged))
	s := open(t, filepath.Join(dir, "missing", "state"), "rules")
	assert.Error(t, s.Save())
	var none *state.State
	none.Add(id(1), 1)
	_, ok := none.Knows(id(1))
	assert.False(t, ok)
	assert.NoError(t, none.Save())
}

// FuzzOpen wants foreign bytes to be refused unless they are sound, and then to
// be written again as they were.
func FuzzOpen(f *testing.F) {
	file := filepath.Join(f.TempDir(), "state")
	s := open(f, file, "rules")
	s.Add(id(1), 1)
	s.Add(id(2), 1<<40)
	s.KeepResult("a", "1", []byte("what was found"))
	require.NoError(f, s.Save())
	sound, err := os.ReadFile(file)
	require.NoError(f, err)
	f.Add(sound)
	f.Add(sound[:100])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		file := filepath.Join(t.TempDir(), "state")
		require.NoError(t, os.WriteFile(file, data, 0o600))
		s, err := state.Open(file, "rules")
		if errors.Is(err, state.ErrForeign) {
			return
		}
		if err != nil {
			require.ErrorIs(t, err, state.ErrDamaged)
		}
		require.NoError(t, s.Save())
		_, err = state.Open(file, "rules")
		require.NoError(t, err)
	})
}
