// Package queue does jobs with River, and adds what a job needs that may take hours and
// whose worker may die, freeze or be cut off in the meantime.
//
// River hands a job to one worker at a time, but what a worker that was thought dead says
// of its job is applied to whoever has the job by then. So here:
//
//   - A worker renews a lease. Others take it for dead once it has been silent for a time
//     ([Timing.Silence]) or, on one machine, once its lock file is free, and give its jobs
//     away.
//   - What a job came to is written in one transaction with its end, which first checks that
//     the job is still that attempt's ([Job.Finish]).
//   - A worker that finds that a job is not its own any more, or that could not renew its
//     lease for a time ([Timing.Patience], which is less than the silence), ends its process.
//     It never returns from the job, since River would take that for the end of somebody
//     else's attempt.
//   - A job ends with its row. What is to be done again is a new job, inserted in the same
//     transaction.
//
// River's own rescue of stuck jobs is out of the way.
package queue

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"

	"github.com/deputy-sec/deputy/internal/filelock"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

// Timing says how long things take. The zero value of a field is the default.
type Timing struct {
	Renewal  time.Duration // between renewals of the lease; 5 s
	Silence  time.Duration // after which a worker is taken for dead; 30 s
	Patience time.Duration // after which a worker that cannot renew its lease ends; 20 s
	Look     time.Duration // between looks for dead workers; 1 s
	Tick     time.Duration // between ticks; 60 s
	Again    time.Duration // before a job that failed is tried again; 30 s
	Tries    int           // of a job that fails; 3
}

// Lease is the timing of workers that are taken for dead after a silence; the zero value
// is the default's. All workers of a database need the same.
func Lease(silence time.Duration) Timing {
	if silence == 0 {
		return Timing{}
	}
	return Timing{Renewal: silence / 6, Silence: silence, Patience: silence * 2 / 3, Look: min(time.Second, silence/6)}
}

func (t Timing) withDefaults() Timing {
	set := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	set(&t.Renewal, 5*time.Second)
	set(&t.Silence, 30*time.Second)
	set(&t.Patience, 20*time.Second)
	set(&t.Look, time.Second)
	set(&t.Tick, time.Minute)
	set(&t.Again, 30*time.Second)
	if t.Tries == 0 {
		t.Tries = 3
	}
	return t
}

// Inserter inserts jobs. It does none, and never becomes the leader of those who do.
type Inserter struct{ client *river.Client[*sql.Tx] }

// NewInserter returns an inserter.
func NewInserter(s *store.Store, log *slog.Logger) (*Inserter, error) {
	c, err := river.NewClient(s.Driver(), &river.Config{Logger: log, LeaderElectionDisabled: true})
	if err != nil {
		return nil, err
	}
	return &Inserter{c}, nil
}

// Priorities of jobs: what brings others goes first.
const (
	First  = 1
	Normal = 2
)

// Insert inserts a job with a transaction, and returns its number. after says how long it
// is to wait at least.
func (i *Inserter) Insert(ctx context.Context, t *store.Tx, args river.JobArgs, priority int, after time.Duration) (int64, error) {
	o := &river.InsertOpts{Priority: priority, MaxAttempts: maxAttempts}
	if after > 0 {
		o.ScheduledAt = time.Now().Add(after)
	}
	r, err := i.client.InsertTx(ctx, t.Tx, args, o)
	if err != nil {
		return 0, err
	}
	return r.Job.ID, nil
}

// maxAttempts of a row: an attempt ends it, or the worker's death, which does not count.
const maxAttempts = 1000

// Handlers say who does which kind of job.
type Handlers struct{ workers *river.Workers }

// Handle adds a handler. What it returns without having called [Job.Finish] is a failure:
// the job is tried again after a while, and given up after some tries, which calls giveUp
// in the transaction that ends it. The number of the try is part of the arguments.
func Handle[T Args[T]](h *Handlers, w *Worker, do func(context.Context, *Job[T]) error, giveUp func(context.Context, *store.Tx, *Job[T], error) error) {
	river.AddWorker(h.workers, &adapter[T]{worker: w, do: do, giveUp: giveUp})
}

// Args are the arguments of a job. They name rows and hold no secret.
type Args[T any] interface {
	river.JobArgs
	// Try is how often the job was tried before.
	Try() int
	// Retry returns the arguments for the next try.
	Retry() T
}

// Options say how a worker works.
type Options struct {
	Name     string // for people
	Cache    string // names the cache in which it holds mirrors
	Jobs     int    // done at once
	LockDir  string // where the lock files of this machine's workers are
	Timing   Timing
	Log      *slog.Logger
	Lost     func(reason string)         // ends the process, and does not return
	Tick     func(context.Context) error // called now and then; may be nil
	Register func(*Handlers, *Worker)    // adds the handlers
}

// Worker does jobs until it is stopped.
type Worker struct {
	*Inserter
	ID       string
	store    *store.Store
	o        Options
	timing   Timing
	lock     *filelock.Lock
	renewed  atomic.Int64 // when the lease was last renewed, by the wall clock
	stopping atomic.Bool
	done     context.CancelFunc
	loops    sync.WaitGroup
}

// Start starts a worker.
func Start(ctx context.Context, s *store.Store, o Options) (*Worker, error) {
	w := &Worker{ID: strings.ToLower(rand.Text()), store: s, o: o, timing: o.Timing.withDefaults()}
	var err error
	if w.lock, err = filelock.Try(w.lockFile(w.ID)); err != nil {
		return nil, fmt.Errorf("worker: %w", err)
	}
	if err := s.Enrol(ctx, w.ID, o.Name, o.Cache); err != nil {
		return nil, errors.Join(err, w.lock.Release())
	}
	w.renewed.Store(time.Now().UnixNano())
	h := &Handlers{river.NewWorkers()}
	o.Register(h, w)
	client, err := river.NewClient(s.Driver(), &river.Config{
		ID:      w.ID,
		Logger:  o.Log,
		Workers: h.workers,
		Queues:  map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: o.Jobs}},
		// A hundred milliseconds, the default, would be ten fetches a second.
		FetchCooldown:     15 * time.Millisecond,
		FetchPollInterval: pollInterval(s),
		JobTimeout:        -1,
		// Our leases are what rescues jobs; the leader's rescuer discards what it does not know.
		RescueStuckJobsAfter: 10 * 365 * 24 * time.Hour,
	})
	if err != nil {
		return nil, err
	}
	w.Inserter = &Inserter{client}
	loops, done := context.WithCancel(context.WithoutCancel(ctx))
	w.done = done
	w.look(loops) // what died before us, at once
	w.loop(loops, w.timing.Renewal, w.renew)
	w.loop(loops, w.timing.Patience/20, w.watch)
	w.loop(loops, w.timing.Look, w.look)
	if o.Tick != nil {
		w.loop(loops, w.timing.Tick, w.tick)
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		done()
		return nil, err
	}
	if o.Tick != nil {
		w.tick(loops) // what is due waits for no first tick
	}
	return w, nil
}

// pollInterval is how often the queue is asked that tells nobody of new jobs.
func pollInterval(s *store.Store) time.Duration {
	if s.Shared() {
		return time.Second
	}
	return 20 * time.Millisecond
}

// Stop ends the worker in good order: running jobs are interrupted, and given back.
func (w *Worker) Stop(ctx context.Context) error {
	w.stopping.Store(true)
	err := w.client.StopAndCancel(ctx)
	w.done()
	w.loops.Wait()
	if err != nil {
		return err // the lease runs out by itself
	}
	_, err = w.store.Dismiss(ctx, w.ID, 0)
	return errors.Join(err, w.lock.Release(), os.Remove(w.lockFile(w.ID)))
}

func (w *Worker) lockFile(id string) string { return filepath.Join(w.o.LockDir, id+".lock") }

func (w *Worker) loop(ctx context.Context, every time.Duration, do func(context.Context)) {
	w.loops.Go(func() {
		t := time.NewTicker(every)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
				do(ctx)
			}
		}
	})
}

// renew says that we live.
func (w *Worker) renew(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, w.timing.Renewal)
	defer cancel()
	err := w.store.Renew(ctx, w.ID)
	switch {
	case err == nil:
		w.renewed.Store(time.Now().UnixNano())
	case errors.Is(err, store.ErrLost):
		w.lost(err.Error())
	case ctx.Err() == nil || errors.Is(ctx.Err(), context.DeadlineExceeded):
		w.o.Log.Warn("the lease could not be renewed", "error", err.Error())
	}
}

// watch ends the process when it could not say for too long that it lives. One that was
// frozen finds out here, too; it may find that nobody has missed it.
func (w *Worker) watch(ctx context.Context) {
	if w.overdue() {
		short, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		w.renew(short)
	}
	if w.overdue() && ctx.Err() == nil {
		w.lost("the lease could not be renewed for " + w.timing.Patience.String())
	}
}

func (w *Worker) overdue() bool { return w.LeaseAge() > w.timing.Patience }

// LeaseAge is how long ago the worker last said that it lives.
func (w *Worker) LeaseAge() time.Duration { return time.Since(time.Unix(0, w.renewed.Load())) }

// Ready reports whether the worker takes jobs: it is not to stop, and its lease is renewed.
func (w *Worker) Ready() bool { return !w.stopping.Load() && !w.overdue() }

// lost ends the process.
func (w *Worker) lost(reason string) {
	w.o.Lost(reason)
	select {} // nothing goes on from here, in a test either
}

// look gives away the jobs of workers that are dead.
func (w *Worker) look(ctx context.Context) {
	for _, id := range w.abandoned() {
		w.dismiss(ctx, id, 0)
		_ = os.Remove(w.lockFile(id)) // nobody makes one of this name again
	}
	silent, err := w.store.Silent(ctx, w.timing.Silence)
	if err != nil {
		return // the database is away; so are we, soon
	}
	for _, id := range silent {
		if id != w.ID {
			w.dismiss(ctx, id, w.timing.Silence)
		}
	}
	if n, err := w.store.RequeueOrphans(ctx); err == nil && n > 0 {
		w.o.Log.Info("jobs of nobody were given away", "jobs", n)
	}
}

// abandoned returns the workers of this machine whose processes have ended.
func (w *Worker) abandoned() (ids []string) {
	files, err := os.ReadDir(w.o.LockDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		w.o.Log.Warn("lock files", "error", err.Error())
	}
	for _, f := range files {
		id, ok := strings.CutSuffix(f.Name(), ".lock")
		if ok && id != w.ID && filelock.Abandoned(w.lockFile(id)) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (w *Worker) dismiss(ctx context.Context, id string, silence time.Duration) {
	jobs, err := w.store.Dismiss(ctx, id, silence)
	if err == nil && jobs > 0 {
		w.o.Log.Info("a worker has died, and its jobs were given away", "worker", id, "jobs", jobs)
	}
}

func (w *Worker) tick(ctx context.Context) {
	if err := w.o.Tick(ctx); err != nil && ctx.Err() == nil {
		w.o.Log.Warn("tick", "error", err.Error())
	}
}

// Job is a job that is being done.
type Job[T Args[T]] struct {
	Args     T
	ID       int64
	Attempt  int
	worker   *Worker
	finished bool
}

// Worker is the ID of who does the job.
func (j *Job[T]) Worker() string { return j.worker.ID }

// Write writes something in a transaction that holds only if the job is still this
// attempt's; if it is not the process ends.
func (j *Job[T]) Write(ctx context.Context, f func(*store.Tx) error) error {
	lost := false
	err := j.worker.store.Write(ctx, func(t *store.Tx) error {
		holds, err := t.Holds(ctx, j.ID, j.Attempt)
		if lost = err == nil && !holds; lost {
			return store.ErrLost
		}
		if err != nil {
			return err
		}
		return f(t)
	})
	if lost {
		j.worker.lost(fmt.Sprintf("job %d was given to another worker", j.ID))
	}
	return err
}

// Finish ends the job in one transaction with what it came to. While the database is away
// it is tried again, until the watchdog ends the process.
func (j *Job[T]) Finish(ctx context.Context, f func(*store.Tx) error) error {
	// What was found out is not thrown away because the worker is to stop.
	ctx = context.WithoutCancel(ctx)
	for {
		err := j.Write(ctx, func(t *store.Tx) error {
			if err := f(t); err != nil {
				return err
			}
			return t.CompleteJob(ctx, j.ID)
		})
		if err == nil {
			j.finished = true
			return nil
		}
		short, cancel := context.WithTimeout(ctx, 2*time.Second)
		away := j.worker.store.Ping(short) != nil
		cancel()
		if !away && !store.Lost(err) {
			return err
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// adapter does River's jobs with our handlers.
type adapter[T Args[T]] struct {
	river.WorkerDefaults[T]
	worker *Worker
	do     func(context.Context, *Job[T]) error
	giveUp func(context.Context, *store.Tx, *Job[T], error) error
}

// Timeout implements [river.Worker]: a scan has limits of its own, and what has no timeout
// is not rescued.
func (a *adapter[T]) Timeout(*river.Job[T]) time.Duration { return -1 }

// Work implements [river.Worker]. It returns only once the job's row has ended.
func (a *adapter[T]) Work(ctx context.Context, job *river.Job[T]) error {
	j := &Job[T]{Args: job.Args, ID: job.ID, Attempt: job.Attempt, worker: a.worker}
	err := a.guarded(ctx, j)
	for !j.finished {
		if failed := a.settle(ctx, j, err); failed != nil {
			a.worker.o.Log.Error("a job could not be settled", "job", j.ID, "error", failed.Error())
			time.Sleep(time.Second) // the lease goes on: somebody should look at this
		}
	}
	return nil
}

// guarded turns a panic into an error. What a panic says may quote what was read, so it is
// not told; where it happened is.
func (a *adapter[T]) guarded(ctx context.Context, j *Job[T]) (err error) {
	defer func() {
		if p := recover(); p != nil {
			a.worker.o.Log.Error("a job failed by a mistake of ours", "job", j.ID, "kind", j.Args.Kind(), "stack", string(debug.Stack()))
			err = fmt.Errorf("a mistake of ours (%T)", p)
		}
	}()
	return a.do(ctx, j)
}

// settle ends the row of a job that did not come to an end, and inserts another one.
func (a *adapter[T]) settle(ctx context.Context, j *Job[T], cause error) error {
	ctx = context.WithoutCancel(ctx)
	if cause == nil {
		cause = errors.New("the job ended without a result")
	}
	stopped := a.worker.stopping.Load()
	if !stopped && j.Args.Try()+1 >= a.worker.timing.Tries {
		return j.Finish(ctx, func(t *store.Tx) error { return a.giveUp(ctx, t, j, cause) })
	}
	next, after := j.Args, time.Duration(0)
	if !stopped {
		a.worker.o.Log.Warn("a job failed and is tried again", "job", j.ID, "kind", j.Args.Kind(), "error", cause.Error())
		next, after = j.Args.Retry(), a.worker.timing.Again
	}
	return j.Finish(ctx, func(t *store.Tx) error {
		id, err := a.worker.Insert(ctx, t, next, Normal, after)
		if err != nil {
			return err
		}
		return t.MoveJob(ctx, j.ID, id)
	})
}
