package queue_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/sweep/queue"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
	"github.com/deputy-sec/deputy/scanner/sweep/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

type args struct {
	Name  string `json:"name"`
	Tried int    `json:"tried"`
}

func (args) Kind() string  { return "test" }
func (a args) Try() int    { return a.Tried }
func (a args) Retry() args { a.Tried++; return a }

// start starts a worker that does jobs by do, one at a time: who is at one takes no other.
// What ends its process is sent to lost.
func start(t *testing.T, s *store.Store, locks string, timing queue.Timing, do func(context.Context, *queue.Job[args]) error) (w *queue.Worker, lost chan string, gaveUp chan error) {
	t.Helper()
	lost, gaveUp = make(chan string, 1), make(chan error, 1)
	w, err := queue.Start(t.Context(), s, queue.Options{
		Name: "test", Jobs: 1, LockDir: locks, Timing: timing, Log: slog.New(slog.DiscardHandler),
		Lost: func(reason string) { lost <- reason; select {} },
		Register: func(h *queue.Handlers, w *queue.Worker) {
			queue.Handle(h, w, do, func(_ context.Context, _ *store.Tx, _ *queue.Job[args], cause error) error {
				gaveUp <- cause
				return nil
			})
		},
	})
	require.NoError(t, err)
	return w, lost, gaveUp
}

func insert(t *testing.T, s *store.Store, w *queue.Inserter) {
	t.Helper()
	require.NoError(t, s.Write(t.Context(), func(tx *store.Tx) error {
		_, err := w.Insert(t.Context(), tx, args{Name: "a"}, queue.Normal, 0)
		return err
	}))
}

func take[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(30 * time.Second):
		require.FailNow(t, "nothing came")
		panic("unreachable")
	}
}

func note(name, value string) func(context.Context, *store.Tx) error {
	return func(ctx context.Context, tx *store.Tx) error {
		text := "INSERT INTO meta (name, value) VALUES ('" + name + "', '" + value + "')"
		_, err := tx.ExecContext(ctx, text)
		return err
	}
}

// A worker that was taken for dead comes back: what it writes is refused, it ends, and the
// result of the attempt that followed stands alone.
func TestResultOfALostAttemptIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, database string) {
		s := storetest.Open(t, database)
		began, goOn := make(chan int, 2), make(chan bool)
		finished := make(chan int, 2)
		do := func(ctx context.Context, j *queue.Job[args]) error {
			began <- j.Attempt
			if j.Attempt == 1 {
				<-goOn
			}
			err := j.Finish(ctx, func(tx *store.Tx) error { return note("result", string(rune('0'+j.Attempt)))(ctx, tx) })
			finished <- j.Attempt
			return err
		}
		frozen, lost, _ := start(t, s, t.TempDir(), queue.Timing{Renewal: time.Hour, Patience: time.Hour, Look: time.Hour}, do)
		insert(t, s, frozen.Inserter)
		assert.Equal(t, 1, take(t, began))
		other := storetest.Open(t, database)
		second, _, _ := start(t, other, t.TempDir(), queue.Timing{Look: 50 * time.Millisecond, Silence: 3 * time.Second, Renewal: 50 * time.Millisecond}, do)
		assert.Equal(t, 2, take(t, began))
		assert.Equal(t, 2, take(t, finished))
		close(goOn)
		assert.Contains(t, take(t, lost), "given to another worker")
		value, err := s.Meta(t.Context(), "result")
		require.NoError(t, err)
		assert.Equal(t, "2", value)
		require.NoError(t, second.Stop(t.Context()))
	})
}

// A lock file that nobody holds tells of a death at once, whatever the lease.
func TestFreeLockFileIsADeath(t *testing.T) {
	storetest.Each(t, func(t *testing.T, database string) {
		s := storetest.Open(t, database)
		locks := t.TempDir()
		require.NoError(t, s.Enrol(t.Context(), "dead", "test", ""))
		require.NoError(t, os.WriteFile(filepath.Join(locks, "dead.lock"), nil, 0o600))
		w, _, _ := start(t, s, locks, queue.Timing{Look: time.Hour}, nil)
		all, err := s.Workers(t.Context())
		require.NoError(t, err)
		require.Len(t, all, 1)
		assert.Equal(t, w.ID, all[0].ID)
		require.NoError(t, w.Stop(t.Context()))
	})
}

// A worker that cannot say that it lives ends its process before others give up on it.
func TestWatchdogEndsWhoCannotRenew(t *testing.T) {
	s := storetest.Open(t, storetest.SQLite(t))
	_, lost, _ := start(t, s, t.TempDir(), queue.Timing{Renewal: 10 * time.Millisecond, Patience: 200 * time.Millisecond}, nil)
	require.NoError(t, s.Close())
	assert.Contains(t, take(t, lost), "could not be renewed")
}

func TestDismissedWorkerEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, database string) {
		s := storetest.Open(t, database)
		w, lost, _ := start(t, s, t.TempDir(), queue.Timing{Renewal: 10 * time.Millisecond}, nil)
		_, err := s.Dismiss(t.Context(), w.ID, 0)
		require.NoError(t, err)
		assert.Contains(t, take(t, lost), "taken for dead")
	})
}

func TestFailingJobIsTriedAgainAndGivenUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, database string) {
		s := storetest.Open(t, database)
		tries := make(chan int, 8)
		w, _, gaveUp := start(t, s, t.TempDir(), queue.Timing{Again: time.Nanosecond, Tries: 3}, func(_ context.Context, j *queue.Job[args]) error {
			tries <- j.Args.Tried
			if j.Args.Tried == 1 {
				panic("a secret")
			}
			return errors.New("failed")
		})
		insert(t, s, w.Inserter)
		assert.EqualError(t, take(t, gaveUp), "failed")
		for want := range 3 {
			assert.Equal(t, want, take(t, tries))
		}
		require.NoError(t, w.Stop(t.Context()))
	})
}

// A worker that is stopped gives its jobs back, and somebody else does them.
func TestStoppedWorkerGivesJobsBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, database string) {
		s := storetest.Open(t, database)
		began := make(chan bool, 1)
		first, _, _ := start(t, s, t.TempDir(), queue.Timing{}, func(ctx context.Context, _ *queue.Job[args]) error {
			began <- true
			<-ctx.Done()
			return ctx.Err()
		})
		insert(t, s, first.Inserter)
		take(t, began)
		require.NoError(t, first.Stop(t.Context()))
		done := make(chan int, 1)
		second, _, _ := start(t, s, t.TempDir(), queue.Timing{}, func(ctx context.Context, j *queue.Job[args]) error {
			err := j.Finish(ctx, func(*store.Tx) error { return nil })
			done <- j.Args.Tried
			return err
		})
		assert.Zero(t, take(t, done))
		require.NoError(t, second.Stop(t.Context()))
	})
}

// Who only inserts is never elected to look after the jobs of others.
func TestInserterIsNeverLeader(t *testing.T) {
	storetest.Each(t, func(t *testing.T, database string) {
		s := storetest.Open(t, database)
		i, err := queue.NewInserter(s, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		insert(t, s, i)
		leaders := -1
		require.NoError(t, s.Write(t.Context(), func(tx *store.Tx) error {
			return tx.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM river_leader").Scan(&leaders)
		}))
		assert.Zero(t, leaders)
	})
}
