package store_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

func TestAnswersAreKeptAndForgotten(t *testing.T) {
	each(t, func(w *world) {
		_, err := w.Answer(w.Context(), "k", w.now)
		require.ErrorIs(w, err, store.ErrNone)
		want := store.Answer{ETag: `W/"1"`, Next: "https://example.com/2", Body: []byte(strings.Repeat("x", 100_000))}
		require.NoError(w, w.KeepAnswer(w.Context(), "k", store.Answer{ETag: "old"}, w.now))
		require.NoError(w, w.KeepAnswer(w.Context(), "k", want, w.now))
		got, err := w.Answer(w.Context(), "k", w.now.AddDate(0, 0, 60)) // which is a use
		require.NoError(w, err)
		assert.Equal(w, want, got)
		_, err = w.Collect(w.Context(), w.now.AddDate(0, 0, 30))
		require.NoError(w, err)
		_, err = w.Answer(w.Context(), "k", w.now)
		require.NoError(w, err)
		_, err = w.Collect(w.Context(), w.now.AddDate(0, 0, 90))
		require.NoError(w, err)
		_, err = w.Answer(w.Context(), "k", w.now)
		assert.ErrorIs(w, err, store.ErrNone)
	})
}

func TestSoManyAndNoMoreAreAtAHost(t *testing.T) {
	each(t, func(w *world) {
		for _, worker := range []string{"a", "b"} {
			require.NoError(w, w.Enrol(w.Context(), worker, worker, ""))
		}
		var entered atomic.Int64
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				for range 20 { // who loses against another looks again
					place, err := w.EnterHost(w.Context(), "h", []string{"a", "b"}[i%2], 3)
					if assert.NoError(w, err) && place > 0 {
						entered.Add(1)
						return
					}
				}
			})
		}
		all.Wait()
		assert.EqualValues(w, 3, entered.Load())
		place, err := w.EnterHost(w.Context(), "other", "a", 1)
		require.NoError(w, err)
		assert.Equal(w, 1, place)
		require.NoError(w, w.LeaveHost(w.Context(), "other", "b", 1)) // which is not b's
		place, err = w.EnterHost(w.Context(), "other", "b", 1)
		require.NoError(w, err)
		assert.Zero(w, place)
		_, err = w.Dismiss(w.Context(), "a", 0)
		require.NoError(w, err)
		place, err = w.EnterHost(w.Context(), "other", "b", 1)
		require.NoError(w, err)
		assert.Equal(w, 1, place, "the dead hold no place")
	})
}

func TestWritesAreTimed(t *testing.T) {
	w := newWorld(t, "sqlite://"+t.TempDir()+"/x.db")
	before, _ := w.WriteTimes()
	w.write(func(*store.Tx) error { time.Sleep(30 * time.Millisecond); return nil })
	after, sum := w.WriteTimes()
	var n int64
	for i := range after {
		n += after[i] - before[i]
	}
	assert.EqualValues(t, 1, n)
	assert.GreaterOrEqual(t, sum, 30*time.Millisecond)
	assert.Equal(t, before[:5], after[:5], "it is among the long ones")
}
