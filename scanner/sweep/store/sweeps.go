package store

import (
	"context"
	"time"
)

// SweepStatus is how far a sweep is.
type SweepStatus string

// The statuses of sweeps.
const (
	Running   SweepStatus = "running"
	Ended     SweepStatus = "ended"
	Abandoned SweepStatus = "abandoned" // somebody gave it up; what it did holds
)

// Sweep is one pass over all targets.
type Sweep struct {
	ID        int64
	StartedAt time.Time
	EndedAt   time.Time // zero while it runs
	Status    SweepStatus
	Who       string
	Plan      string // the configuration it goes by, as it was written down
	Listing   int    // targets still to be listed
	Remaining int    // repositories still to be scanned, of those listed so far
	Total     int    // repositories listed so far
}

const sweepColumns = `id, started_at, ended_at, status, who, plan, listing, remaining, total`

func scanSweep(scan func(...any) error, w *Sweep) error {
	return scan(&w.ID, micro{&w.StartedAt}, micro{&w.EndedAt}, &w.Status, &w.Who, &w.Plan, &w.Listing, &w.Remaining, &w.Total)
}

// Sweeps returns sweeps, the latest first.
func (s *Store) Sweeps(ctx context.Context, limit int) ([]Sweep, error) {
	return collect(ctx, s, scanSweep, "SELECT "+sweepColumns+" FROM sweep ORDER BY id DESC LIMIT ?", limit)
}

// Sweep returns a sweep; the error is [ErrNone] if there is none.
func (s *Store) Sweep(ctx context.Context, id int64) (w Sweep, err error) {
	return w, none(scanSweep(s.row(ctx, "SELECT "+sweepColumns+" FROM sweep WHERE id = ?", id).Scan, &w))
}

// SweepVerdicts counts what the scans of a sweep said, and how many of them found nothing
// changed.
type SweepVerdicts struct {
	Whole, Part, Failed int
	Unchanged           int // of all three
	Findings            int // that the scans saw, once per repository
	Unexamined          int // rows
	Blobs, Bytes        int64
	Remembered          int64
}

// SweepVerdicts counts the scans of a sweep.
func (s *Store) SweepVerdicts(ctx context.Context, sweep int64) (v SweepVerdicts, err error) {
	err = s.row(ctx, `SELECT COALESCE(SUM(CASE verdict WHEN 'whole' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE verdict WHEN 'part' THEN 1 ELSE 0 END), 0),
			COALESCE(SUM(CASE verdict WHEN 'failed' THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN unchanged THEN 1 ELSE 0 END), 0),
			COALESCE(SUM(s.findings), 0), COALESCE(SUM(unexamined), 0), COALESCE(SUM(blobs), 0), COALESCE(SUM(bytes), 0), COALESCE(SUM(remembered), 0)
		FROM scan s JOIN task t ON t.scan_id = s.id WHERE t.sweep_id = ?`, sweep).
		Scan(&v.Whole, &v.Part, &v.Failed, &v.Unchanged, &v.Findings, &v.Unexamined, &v.Blobs, &v.Bytes, &v.Remembered)
	return v, err
}

// StartSweep begins a sweep over targets, by name. What is not among them any more is not
// active; its repositories stay as they are.
func (t *Tx) StartSweep(ctx context.Context, plan, who string, targets []string, now time.Time) (sweep int64, ids []int64, err error) {
	if _, err := t.exec(ctx, `UPDATE target SET active = FALSE`); err != nil {
		return 0, nil, err
	}
	if err := t.row(ctx, `INSERT INTO sweep (started_at, status, who, plan, listing, remaining, total) VALUES (?, 'running', ?, ?, ?, 0, 0) RETURNING id`,
		stamp(now), who, plan, len(targets)).Scan(&sweep); err != nil {
		return 0, nil, err
	}
	for _, name := range targets {
		var id int64
		if err := t.row(ctx, `INSERT INTO target (name, active, error) VALUES (?, TRUE, '') ON CONFLICT (name) DO UPDATE SET active = TRUE RETURNING id`, clean(name)).Scan(&id); err != nil {
			return 0, nil, err
		}
		if _, err := t.exec(ctx, `INSERT INTO listing (sweep_id, target_id, done) VALUES (?, ?, FALSE)`, sweep, id); err != nil {
			return 0, nil, err
		}
		ids = append(ids, id)
	}
	return sweep, ids, nil
}

// RunningSweep returns the latest sweep that has not ended; the error is [ErrNone] if
// there is none.
func (s *Store) RunningSweep(ctx context.Context) (w Sweep, err error) {
	return w, none(scanSweep(s.row(ctx, "SELECT "+sweepColumns+" FROM sweep WHERE status = 'running' ORDER BY id DESC LIMIT 1").Scan, &w))
}

// Target is something that repositories are listed from.
type Target struct {
	ID       int64
	Name     string
	Active   bool      // the latest sweep had it
	ListedAt time.Time // to its end; zero for never
	Error    string    // why the latest listing failed, "" if it did not
}

// Targets returns all targets by name.
func (s *Store) Targets(ctx context.Context) ([]Target, error) {
	return collect(ctx, s, func(scan func(...any) error, t *Target) error {
		return scan(&t.ID, &t.Name, &t.Active, micro{&t.ListedAt}, &t.Error)
	}, `SELECT id, name, active, listed_at, error FROM target ORDER BY name`)
}

// TargetName returns a target's name.
func (s *Store) TargetName(ctx context.Context, id int64) (name string, err error) {
	return name, none(s.row(ctx, `SELECT name FROM target WHERE id = ?`, id).Scan(&name))
}

// Wanted is a repository that a sweep lists, as far as it decides what is to be done.
type Wanted struct {
	ID    int64
	Added bool // the sweep did not have it before
	Job   int64
}

// List records that a target lists a repository, and makes it a task of the sweep.
func (t *Tx) List(ctx context.Context, sweep, target int64, l *Listing, now time.Time) (w Wanted, err error) {
	var before Presence
	var name string
	err = none(t.row(ctx, `SELECT presence, full_name FROM repository WHERE identity = ?`, clean(l.Identity)).Scan(&before, &name))
	known := err == nil
	if err != nil && err != ErrNone { //nolint:errorlint // none returns it as it is
		return w, err
	}
	err = t.row(ctx, `INSERT INTO repository (identity, target_id, host, kind, owner, name, full_name, clone_url, web_url, default_branch, archived, fork, empty, private,
			size_kb, pushed_at, presence, presence_reason, first_seen_at, seen_at, listed_in, holder, mark, verdict, reason, findings, risk)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'listed', '', ?, ?, ?, '', '', '', '', 0, 0)
		ON CONFLICT (identity) DO UPDATE SET target_id = excluded.target_id, host = excluded.host, kind = excluded.kind, owner = excluded.owner, name = excluded.name,
			full_name = excluded.full_name, clone_url = excluded.clone_url, web_url = excluded.web_url, default_branch = excluded.default_branch,
			archived = excluded.archived, fork = excluded.fork, empty = excluded.empty, private = excluded.private, size_kb = excluded.size_kb,
			pushed_at = excluded.pushed_at, presence = 'listed', presence_reason = '', seen_at = excluded.seen_at, listed_in = excluded.listed_in
		RETURNING id, COALESCE(job_id, 0)`,
		clean(l.Identity), target, clean(l.Host), l.Kind, clean(l.Owner), clean(l.Name), clean(l.FullName), clean(l.CloneURL), clean(l.WebURL), clean(l.DefaultBranch),
		l.Archived, l.Fork, l.Empty, l.Private, l.SizeKB, stamp(l.PushedAt), stamp(now), stamp(now), sweep).Scan(&w.ID, &w.Job)
	if err != nil {
		return w, err
	}
	switch {
	case known && name != clean(l.FullName):
		err = t.event(ctx, event{at: now, kind: RepositoryRenamed, repository: w.ID, sweep: sweep, before: name, after: clean(l.FullName)})
	case known && before == Gone:
		err = t.event(ctx, event{at: now, kind: RepositoryBack, repository: w.ID, sweep: sweep})
	}
	if err != nil {
		return w, err
	}
	added, err := t.exec(ctx, `INSERT INTO task (sweep_id, repository_id) VALUES (?, ?) ON CONFLICT DO NOTHING`, sweep, w.ID)
	w.Added = added > 0
	return w, err
}

// Assign says which job will scan a repository, so that there is one at most.
func (t *Tx) Assign(ctx context.Context, repository, job int64) error {
	_, err := t.exec(ctx, `UPDATE repository SET job_id = ? WHERE id = ?`, job, repository)
	return err
}

// AddTasks counts tasks that were added to a sweep.
func (t *Tx) AddTasks(ctx context.Context, sweep int64, added int) error {
	_, err := t.exec(ctx, `UPDATE sweep SET total = total + ?, remaining = remaining + ? WHERE id = ?`, added, added, sweep)
	return err
}

// EndListing records how the listing of a target ended, and what it left out. Only of a
// target that was listed to its end are repositories gone that it did not have. It
// returns whether the sweep has anything left to do.
func (t *Tx) EndListing(ctx context.Context, sweep, target int64, leftOut []LeftOutRow, failed string, now time.Time) (done bool, err error) {
	n, err := t.exec(ctx, `UPDATE listing SET done = TRUE WHERE sweep_id = ? AND target_id = ? AND NOT done`, sweep, target)
	if err != nil || n == 0 {
		return false, err
	}
	if _, err := t.exec(ctx, `DELETE FROM left_out WHERE target_id = ?`, target); err != nil {
		return false, err
	}
	for i, r := range leftOut {
		if _, err := t.exec(ctx, `INSERT INTO left_out (target_id, n, name, cause, reason) VALUES (?, ?, ?, ?, ?)`, target, i, clean(r.Name), r.Cause, clean(r.Reason)); err != nil {
			return false, err
		}
	}
	if failed != "" {
		if _, err := t.exec(ctx, `UPDATE target SET error = ? WHERE id = ?`, clean(failed), target); err != nil {
			return false, err
		}
		return t.countDown(ctx, sweep, 1, 0)
	}
	if _, err := t.exec(ctx, `UPDATE target SET error = '', listed_at = ? WHERE id = ?`, stamp(now), target); err != nil {
		return false, err
	}
	if err := t.markGone(ctx, sweep, target, leftOut, now); err != nil {
		return false, err
	}
	return t.countDown(ctx, sweep, 1, 0)
}

// markGone marks the repositories that a complete listing did not have.
func (t *Tx) markGone(ctx context.Context, sweep, target int64, leftOut []LeftOutRow, now time.Time) error {
	for _, r := range leftOut {
		if r.Name == "" {
			continue
		}
		if _, err := t.exec(ctx, `UPDATE repository SET presence = 'left-out', presence_reason = ? WHERE target_id = ? AND full_name = ? AND listed_in <> ?`,
			clean(r.Reason), target, clean(r.Name), sweep); err != nil {
			return err
		}
	}
	gone, err := collect(ctx, t, func(scan func(...any) error, id *int64) error { return scan(id) },
		`SELECT id FROM repository WHERE target_id = ? AND listed_in <> ? AND presence = 'listed'`, target, sweep)
	if err != nil {
		return err
	}
	for _, id := range gone {
		if _, err := t.exec(ctx, `UPDATE repository SET presence = 'gone' WHERE id = ?`, id); err != nil {
			return err
		}
		if err := t.event(ctx, event{at: now, kind: RepositoryGone, repository: id, sweep: sweep}); err != nil {
			return err
		}
	}
	return nil
}

// countDown takes what was done from what a sweep has to do.
func (t *Tx) countDown(ctx context.Context, sweep int64, listing, tasks int) (done bool, err error) {
	var left int
	err = t.row(ctx, `UPDATE sweep SET listing = listing - ?, remaining = remaining - ? WHERE id = ? RETURNING listing + remaining`, listing, tasks, sweep).Scan(&left)
	return left == 0, err
}

// Settle makes some of what was new in a sweep before this one open, and returns how many
// findings that were: 0 once there are none. It goes before EndSweep, which would do it for
// all of them in one long transaction.
func (t *Tx) Settle(ctx context.Context, sweep int64, limit int, now time.Time) (int64, error) {
	return t.exec(ctx, `UPDATE finding SET state = 'open', state_at = ? WHERE id IN
		(SELECT id FROM finding WHERE state IN ('new', 'reappeared') AND state_sweep < ? LIMIT ?)`, stamp(now), sweep, limit)
}

// EndSweep closes a sweep: what was new in an earlier one is open from now on, what was
// accepted for a time that is over is open again, and the findings are counted.
func (t *Tx) EndSweep(ctx context.Context, sweep int64, now time.Time) error {
	n, err := t.exec(ctx, `UPDATE sweep SET status = 'ended', ended_at = ? WHERE id = ? AND status = 'running'`, stamp(now), sweep)
	if err != nil || n == 0 {
		return err
	}
	if _, err := t.exec(ctx, `UPDATE finding SET state = 'open', state_at = ? WHERE state IN ('new', 'reappeared') AND state_sweep < ?`, stamp(now), sweep); err != nil {
		return err
	}
	if _, err := t.Expire(ctx, now); err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO tally (sweep_id, state, severity, findings) SELECT ?, state, severity, COUNT(*) FROM finding GROUP BY state, severity`, sweep)
	return err
}

// Abandon gives a sweep up: what it has not done yet stays undone.
func (t *Tx) Abandon(ctx context.Context, sweep int64, now time.Time) error {
	_, err := t.exec(ctx, `UPDATE sweep SET status = 'abandoned', ended_at = ? WHERE id = ? AND status = 'running'`, stamp(now), sweep)
	return err
}

// Tally is how many findings there were of a state and severity when a sweep ended.
type Tally struct {
	Sweep    int64
	EndedAt  time.Time
	State    string
	Severity string
	Findings int64
}

// Tallies returns the counts of the last sweeps that ended, the earliest first.
func (s *Store) Tallies(ctx context.Context, sweeps int) ([]Tally, error) {
	return collect(ctx, s, func(scan func(...any) error, t *Tally) error {
		return scan(&t.Sweep, micro{&t.EndedAt}, &t.State, &t.Severity, &t.Findings)
	}, `SELECT w.id, w.ended_at, t.state, t.severity, t.findings FROM tally t JOIN sweep w ON w.id = t.sweep_id
		WHERE w.id IN (SELECT id FROM sweep WHERE status = 'ended' ORDER BY id DESC LIMIT ?) ORDER BY w.id, t.state, t.severity`, sweeps)
}

// Work is a repository as a job needs it.
type Work struct {
	Repository
	Sweeps     []int64 // that wait for it, the earliest first; none: there is nothing to do
	Mark       string  // what the latest scan depended on, "" if it is to be done again in any case
	PushedMark time.Time
}

// Work returns what there is to do about a repository.
func (s *Store) Work(ctx context.Context, repository int64) (w Work, err error) {
	if w.Repository, err = s.Repository(ctx, repository); err != nil {
		return w, err
	}
	if err = s.row(ctx, `SELECT mark, pushed_mark FROM repository WHERE id = ?`, repository).Scan(&w.Mark, micro{&w.PushedMark}); err != nil {
		return w, none(err)
	}
	w.Sweeps, err = collect(ctx, s, func(scan func(...any) error, n *int64) error { return scan(n) },
		`SELECT sweep_id FROM task WHERE repository_id = ? AND scan_id IS NULL ORDER BY sweep_id`, repository)
	return w, err
}

// Unassign says that no job has a repository.
func (t *Tx) Unassign(ctx context.Context, repository int64) error {
	_, err := t.exec(ctx, `UPDATE repository SET job_id = NULL WHERE id = ?`, repository)
	return err
}

// SetSchedule has a plan swept every so often, at once if it was not scheduled before.
func (s *Store) SetSchedule(ctx context.Context, name, plan string, every time.Duration, now time.Time) error {
	return s.Write(ctx, func(t *Tx) error {
		_, err := t.exec(ctx, `INSERT INTO schedule (name, plan, every, next_run_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET plan = excluded.plan, every = excluded.every,
			next_run_at = CASE WHEN schedule.next_run_at > ? THEN ? ELSE schedule.next_run_at END`,
			name, plan, every.Microseconds(), stamp(now), stamp(now.Add(every)), stamp(now.Add(every)))
		return err
	})
}

// ClaimDue returns the plans that are due, each to one caller alone, and says when they
// are the next time. Times that were missed are not made up for.
func (t *Tx) ClaimDue(ctx context.Context, now time.Time) (plans []string, err error) {
	type due struct {
		name, plan  string
		every, next int64
	}
	all, err := collect(ctx, t, func(scan func(...any) error, d *due) error { return scan(&d.name, &d.plan, &d.every, &d.next) },
		`SELECT name, plan, every, next_run_at FROM schedule WHERE next_run_at <= ?`+t.dialect.lockRow, stamp(now))
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		next := d.next + d.every
		if n := now.UnixMicro(); next <= n {
			next = n + d.every
		}
		n, err := t.exec(ctx, `UPDATE schedule SET next_run_at = ? WHERE name = ? AND next_run_at = ?`, next, d.name, d.next)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			plans = append(plans, d.plan)
		}
	}
	return plans, nil
}
