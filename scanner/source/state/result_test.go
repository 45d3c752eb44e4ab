package state_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/source/state"
)

func TestResultsAreThoseOfTheirTargetAndStamp(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	want := func(target, stamp, result string) {
		t.Helper()
		data, ok := open(t, file, "rules").Result(target, stamp)
		assert.Equal(t, result != "", ok, "%s at %s", target, stamp)
		assert.Equal(t, result, string(data), "%s at %s", target, stamp)
	}
	keep := func(target, stamp, result string) {
		t.Helper()
		s := open(t, file, "rules")
		s.Add(id(7), 7) // beside what else is known
		s.KeepResult(target, stamp, []byte(result))
		require.NoError(t, s.Save())
	}
	want("a", "1", "")
	keep("a", "1", "first of a")
	keep("b", "1", "first of b")
	want("a", "1", "first of a")
	want("b", "1", "first of b")
	want("a", "2", "")
	keep("a", "2", "second of a")
	want("a", "1", "")
	want("a", "2", "second of a")
	want("b", "1", "first of b")
	size, ok := open(t, file, "rules").Knows(id(7))
	assert.True(t, ok)
	assert.EqualValues(t, 7, size)
	_, ok = open(t, file, "other rules").Result("a", "2")
	assert.False(t, ok)
}

func TestNothingNewIsNotWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state")
	s := open(t, file, "rules")
	require.NoError(t, s.Save())
	s = open(t, file, "rules")
	s.KeepResult("a", "1", []byte("result"))
	require.NoError(t, s.Save())
	require.NoError(t, os.Chmod(filepath.Dir(file), 0o500)) // no other file can take its place
	t.Cleanup(func() { _ = os.Chmod(filepath.Dir(file), 0o700) })
	s = open(t, file, "rules")
	_, ok := s.Result("a", "1")
	assert.True(t, ok)
	before, err := os.Stat(file)
	require.NoError(t, err)
	require.NoError(t, s.Save())
	after, err := os.Stat(file)
	require.NoError(t, err)
	assert.True(t, os.SameFile(before, after))
}

// TestResultsHaveAnEnd keeps more than there is room for: those that were of no use for
// the longest time go.
func TestResultsHaveAnEnd(t *testing.T) {
	state.RoomForResults(t, 10<<10)
	file := filepath.Join(t.TempDir(), "state")
	s := open(t, file, "rules")
	r := rand.NewChaCha8([32]byte{1})
	noise := func() []byte { // 1 KiB that cannot be packed
		b := make([]byte, 1<<10)
		_, _ = r.Read(b)
		return b
	}
	first := noise()
	s.KeepResult("first", "1", first)
	for n := range 12 {
		s.KeepResult(fmt.Sprint(n), "1", noise())
		_, ok := s.Result("first", "1")
		require.True(t, ok)
	}
	s.KeepResult("too large", "1", make([]byte, 65<<20))
	require.NoError(t, s.Save())
	s = open(t, file, "rules")
	data, ok := s.Result("first", "1")
	assert.True(t, ok)
	assert.True(t, bytes.Equal(first, data))
	_, ok = s.Result("0", "1")
	assert.False(t, ok)
	_, ok = s.Result("11", "1")
	assert.True(t, ok)
	_, ok = s.Result("too large", "1")
	assert.False(t, ok)
}
