package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Worker is a process that does jobs.
type Worker struct {
	ID        string
	Name      string // for people: machine and process
	Cache     string // names the cache that it holds mirrors in
	StartedAt time.Time
	RenewedAt time.Time
}

// ErrLost says that a worker was taken for dead, and its jobs given to others.
var ErrLost = errors.New("this worker was taken for dead, and its jobs were given to others")

// Workers returns the workers that are known.
func (s *Store) Workers(ctx context.Context) ([]Worker, error) {
	return collect(ctx, s, func(scan func(...any) error, w *Worker) error {
		return scan(&w.ID, &w.Name, &w.Cache, micro{&w.StartedAt}, micro{&w.RenewedAt})
	}, `SELECT id, name, cache, started_at, renewed_at FROM worker ORDER BY started_at, id`)
}

// Enrol makes a worker known.
func (s *Store) Enrol(ctx context.Context, id, name, cache string) error {
	return s.Write(ctx, func(t *Tx) error {
		_, err := t.exec(ctx, `INSERT INTO worker (id, name, cache, started_at, renewed_at) VALUES (?, ?, ?, `+t.dialect.clock+`, `+t.dialect.clock+`)`, id, clean(name), cache)
		return err
	})
}

// Renew says that a worker lives. The error is [ErrLost] if others have given up on it.
func (s *Store) Renew(ctx context.Context, id string) error {
	return s.Write(ctx, func(t *Tx) error {
		n, err := t.exec(ctx, `UPDATE worker SET renewed_at = `+t.dialect.clock+` WHERE id = ?`, id)
		if err == nil && n == 0 {
			return ErrLost
		}
		return err
	})
}

// Silent returns the workers that have not been heard of for some time, by the database's
// clock.
func (s *Store) Silent(ctx context.Context, since time.Duration) ([]string, error) {
	return collect(ctx, s, func(scan func(...any) error, id *string) error { return scan(id) },
		`SELECT id FROM worker WHERE renewed_at < `+s.dialect.clock+` - ? ORDER BY id`, since.Microseconds())
}

// Dismiss takes a worker for dead: its jobs are for others from now on. Whatever it still
// writes is refused, since the jobs are not its own any more. With since it does so only
// if the worker has not been heard of for that long. It returns how many jobs it had.
func (s *Store) Dismiss(ctx context.Context, id string, since time.Duration) (jobs int64, err error) {
	err = s.Write(ctx, func(t *Tx) error {
		text, args := `DELETE FROM worker WHERE id = ?`, []any{id}
		if since > 0 {
			text, args = text+` AND renewed_at < `+t.dialect.clock+` - ?`, append(args, since.Microseconds())
		}
		if n, err := t.exec(ctx, text, args...); err != nil || n == 0 {
			return err
		}
		var err error
		jobs, err = t.requeue(ctx, t.dialect.attemptedBy+` = ?`, id)
		return err
	})
	return jobs, err
}

// RequeueOrphans gives jobs to others that are said to run at workers nobody knows: a
// process may end between taking a job and being enrolled, or its row may be lost.
func (s *Store) RequeueOrphans(ctx context.Context) (jobs int64, err error) {
	err = s.Write(ctx, func(t *Tx) error {
		var err error
		jobs, err = t.requeue(ctx, t.dialect.attemptedBy+` NOT IN (SELECT id FROM worker)`)
		return err
	})
	return jobs, err
}

// requeue makes running jobs available again. An attempt that a death ended does not count
// against a job.
func (t *Tx) requeue(ctx context.Context, condition string, args ...any) (int64, error) {
	return t.exec(ctx, `UPDATE river_job SET state = 'available', max_attempts = CASE WHEN max_attempts < 32000 THEN max_attempts + 1 ELSE max_attempts END
		WHERE state = 'running' AND `+condition, args...)
}

// Holds reports whether a job is being done by the attempt that asks, and keeps it from
// being given to others until the transaction ends. It goes first in a transaction that
// writes what the job came to.
func (t *Tx) Holds(ctx context.Context, job int64, attempt int) (bool, error) {
	rows, err := collect(ctx, t, func(scan func(...any) error, n *int) error { return scan(n) },
		`SELECT attempt FROM river_job WHERE id = ? AND state = 'running' AND attempt = ?`+t.dialect.lockRow, job, attempt)
	return len(rows) == 1, err
}

// JobCounts is how many jobs of the queue there are in each of its states, and how long
// the oldest has waited.
type JobCounts struct {
	ByState map[string]int64
	Oldest  time.Duration // of those that could be done now; 0 if there are none
}

// JobCounts looks at the queue.
func (s *Store) JobCounts(ctx context.Context) (JobCounts, error) {
	c := JobCounts{ByState: map[string]int64{}}
	type count struct {
		state string
		n     int64
	}
	all, err := collect(ctx, s, func(scan func(...any) error, k *count) error { return scan(&k.state, &k.n) },
		`SELECT CAST(state AS TEXT), COUNT(*) FROM river_job WHERE state IN ('available', 'running', 'scheduled', 'retryable') GROUP BY state`)
	if err != nil {
		return c, err
	}
	for _, k := range all {
		c.ByState[k.state] = k.n
	}
	age := `SELECT COALESCE(MAX(unixepoch('now', 'subsec') - unixepoch(created_at, 'subsec')), 0) FROM river_job WHERE state = 'available'`
	if s.dialect.numbered {
		age = `SELECT COALESCE(MAX(EXTRACT(EPOCH FROM clock_timestamp() - created_at)), 0)::DOUBLE PRECISION FROM river_job WHERE state = 'available'`
	}
	var seconds float64
	err = s.row(ctx, age).Scan(&seconds)
	c.Oldest = time.Duration(seconds * float64(time.Second))
	return c, err
}

// CompleteJob ends a job of the queue that the transaction holds.
func (t *Tx) CompleteJob(ctx context.Context, job int64) error {
	now := "strftime('%Y-%m-%d %H:%M:%f', 'now')"
	if t.dialect.numbered {
		now = "clock_timestamp()"
	}
	_, err := t.exec(ctx, `UPDATE river_job SET state = 'completed', finalized_at = `+now+` WHERE id = ?`, job)
	return err
}

// MoveJob gives what one job was to scan to another one.
func (t *Tx) MoveJob(ctx context.Context, from, to int64) error {
	_, err := t.exec(ctx, `UPDATE repository SET job_id = ? WHERE job_id = ?`, to, from)
	return err
}

// Lost reports whether an error says that the connection broke, so that the transaction
// may be tried again.
func Lost(err error) bool {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return strings.HasPrefix(e.Code, "08") || strings.HasPrefix(e.Code, "57") // connection, shutdown
	}
	var n net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.As(err, &n) || pgconn.SafeToRetry(err)
}
