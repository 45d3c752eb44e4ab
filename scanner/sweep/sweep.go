// Package sweep examines every repository of an organisation, again and again: it lists
// what there is, brings mirrors up to date, scans what is new, and writes down what came
// of it.
//
// A sweep is a row and its jobs. A job lists a target, and inserts a job for every
// repository; such a job fetches and scans, and records what it found in the transaction
// that ends it; the last one inserts the job that ends the sweep. Whatever dies on the way
// is done again by somebody else, and nothing is written twice (see package queue).
package sweep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/internal/codeowners"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/git"
	"github.com/deputy-sec/deputy/scanner/source/objects"
	"github.com/deputy-sec/deputy/scanner/source/state"
	"github.com/deputy-sec/deputy/scanner/sweep/config"
	"github.com/deputy-sec/deputy/scanner/sweep/host"
	"github.com/deputy-sec/deputy/scanner/sweep/mirror"
	"github.com/deputy-sec/deputy/scanner/sweep/queue"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

// Options say how a process takes part in sweeps.
type Options struct {
	Name     string // of the worker, for people
	KeyFile  string // of fingerprints; "" for the environment's key
	CacheDir string // of mirrors
	LockDir  string // of this machine's workers on this database
	Jobs     int    // repositories at once, and things at once in each
	Limits   mirror.Limits
	Timing   queue.Timing
	Log      *slog.Logger
	Lost     func(reason string) // ends the process; see queue.Options
}

// Worker takes part in sweeps until it is stopped.
type Worker struct {
	*queue.Worker
	store   *store.Store
	o       Options
	mirrors *mirror.Cache
	cache   string
	counts  counters

	mu    sync.Mutex
	plans map[string]*plan
}

// Start starts a worker.
func Start(ctx context.Context, s *store.Store, o Options) (*Worker, error) {
	w := &Worker{store: s, o: o, plans: map[string]*plan{}}
	var err error
	if w.mirrors, err = mirror.Open(o.CacheDir, o.Limits); err != nil {
		return nil, err
	}
	w.mirrors.Through(hostGate{w})
	if w.cache, err = w.mirrors.ID(); err != nil {
		return nil, err
	}
	_, err = queue.Start(ctx, s, queue.Options{
		Name: o.Name, Cache: w.cache, Jobs: o.Jobs, LockDir: o.LockDir, Timing: o.Timing, Log: o.Log, Lost: o.Lost, Tick: w.tick,
		Register: func(h *queue.Handlers, q *queue.Worker) {
			w.Worker = q // a job may come before Start returns
			queue.Handle(h, q, w.list, w.giveUpListing)
			queue.Handle(h, q, w.scan, w.giveUpScan)
			queue.Handle(h, q, w.end, func(context.Context, *store.Tx, *queue.Job[endArgs], error) error { return nil })
		},
	})
	return w, err
}

// The arguments of the jobs.
type listArgs struct {
	Sweep  int64 `json:"sweep"`
	Target int64 `json:"target"`
	Tried  int   `json:"tried,omitempty"`
}

type scanArgs struct {
	Repositories []int64 `json:"repositories"`
	Tried        int     `json:"tried,omitempty"`
}

type endArgs struct {
	Sweep int64 `json:"sweep"`
	Tried int   `json:"tried,omitempty"`
}

// Kind implements river.JobArgs, as those below.
func (listArgs) Kind() string { return "deputy_list" }

// Try implements queue.Args, as those below.
func (a listArgs) Try() int { return a.Tried }

// Retry implements queue.Args, as those below.
func (a listArgs) Retry() listArgs { a.Tried++; return a }

// Kind names the job.
func (scanArgs) Kind() string { return "deputy_scan" }

// Try counts.
func (a scanArgs) Try() int { return a.Tried }

// Retry counts on.
func (a scanArgs) Retry() scanArgs { a.Tried++; return a }

// Kind names the job.
func (endArgs) Kind() string { return "deputy_end" }

// Try counts.
func (a endArgs) Try() int { return a.Tried }

// Retry counts on.
func (a endArgs) Retry() endArgs { a.Tried++; return a }

// Begin begins a sweep by a plan, and returns its number. Some worker will do it.
func Begin(ctx context.Context, s *store.Store, q *queue.Inserter, planText, who string) (sweep int64, err error) {
	err = s.Write(ctx, func(t *store.Tx) (err error) { sweep, err = begin(ctx, t, q, planText, who); return err })
	return sweep, err
}

func begin(ctx context.Context, t *store.Tx, q *queue.Inserter, planText, who string) (int64, error) {
	names, err := targetsOf(planText)
	if err != nil {
		return 0, err
	}
	sweep, targets, err := t.StartSweep(ctx, planText, who, names, time.Now())
	if err != nil {
		return 0, err
	}
	for _, target := range targets {
		if _, err := q.Insert(ctx, t, listArgs{Sweep: sweep, Target: target}, queue.First, 0); err != nil {
			return 0, err
		}
	}
	return sweep, nil
}

// tick begins what is due.
func (w *Worker) tick(ctx context.Context) error {
	return w.store.Write(ctx, func(t *store.Tx) error {
		plans, err := t.ClaimDue(ctx, time.Now())
		if err != nil {
			return err
		}
		for _, text := range plans {
			if _, err := begin(ctx, t, w.Inserter, text, "schedule"); err != nil {
				return err
			}
		}
		_, err = t.Expire(ctx, time.Now())
		return err
	})
}

// planOf opens the plan of a sweep, once.
func (w *Worker) planOf(ctx context.Context, sweep int64) (*plan, error) {
	s, err := w.store.Sweep(ctx, sweep)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if p := w.plans[s.Plan]; p != nil {
		return p, nil
	}
	p, err := openPlan(s.Plan, w.o.KeyFile, w.o.Jobs, config.Network{Cache: &answers{w.store, w.o.Log}, Count: w.counts.requested}, w.o.Log)
	if err != nil {
		return nil, err
	}
	if err := w.store.UseKey(ctx, p.run.Fingerprints().KeyID()); err != nil {
		return nil, err
	}
	w.plans[s.Plan] = p
	return p, nil
}

// listBatch is how many repositories are recorded in one transaction.
const listBatch = 50

// list lists a target.
func (w *Worker) list(ctx context.Context, j *queue.Job[listArgs]) error {
	p, err := w.planOf(ctx, j.Args.Sweep)
	if err != nil {
		return err
	}
	name, err := w.store.TargetName(ctx, j.Args.Target)
	if err != nil {
		return err
	}
	lister := p.lister(name)
	if lister == nil {
		return fmt.Errorf("the plan has no target %q", name)
	}
	var leftOut []store.LeftOutRow
	var batch []store.Listing
	failed := ""
	for row := range lister.List(ctx) {
		switch {
		case row.Cause == "" && row.Repository != nil:
			if batch = append(batch, listing(row.Repository)); len(batch) == listBatch {
				if err := w.insert(ctx, j, batch); err != nil {
					return err
				}
				batch = batch[:0]
			}
			continue
		case row.Cause == host.Failed && failed == "":
			failed = row.Reason
		}
		left := store.LeftOutRow{Cause: string(row.Cause), Reason: row.Reason}
		if row.Repository != nil {
			left.Name = row.Repository.FullName
		}
		leftOut = append(leftOut, left)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := w.insert(ctx, j, batch); err != nil {
		return err
	}
	return j.Finish(ctx, func(t *store.Tx) error { return w.endListing(ctx, t, j.Args, leftOut, failed) })
}

func (w *Worker) endListing(ctx context.Context, t *store.Tx, a listArgs, leftOut []store.LeftOutRow, failed string) error {
	done, err := t.EndListing(ctx, a.Sweep, a.Target, leftOut, failed, time.Now())
	if err != nil || !done {
		return err
	}
	return w.insertEnd(ctx, t, a.Sweep)
}

func (w *Worker) insertEnd(ctx context.Context, t *store.Tx, sweep int64) error {
	_, err := w.Insert(ctx, t, endArgs{Sweep: sweep}, queue.First, 0)
	return err
}

func (w *Worker) giveUpListing(ctx context.Context, t *store.Tx, j *queue.Job[listArgs], cause error) error {
	reason := cause.Error()
	return w.endListing(ctx, t, j.Args, []store.LeftOutRow{{Cause: string(host.Failed), Reason: reason}}, reason)
}

func listing(r *host.Repository) store.Listing {
	return store.Listing{
		Identity: r.Key(), Host: r.Host, Kind: string(r.Kind), Owner: r.Owner, Name: r.Name, FullName: r.FullName, CloneURL: r.CloneURL, WebURL: r.WebURL,
		DefaultBranch: r.DefaultBranch, Archived: r.Archived, Fork: r.Fork, Empty: r.Empty, Private: r.Private, SizeKB: r.SizeKB, PushedAt: r.PushedAt,
	}
}

// insert records repositories, and inserts jobs for those that have none. Small ones share
// a job.
func (w *Worker) insert(ctx context.Context, j *queue.Job[listArgs], batch []store.Listing) error {
	if len(batch) == 0 {
		return nil
	}
	return j.Write(ctx, func(t *store.Tx) error {
		added := 0
		var small []int64
		flush := func(ids []int64) error {
			if len(ids) == 0 {
				return nil
			}
			return w.insertScan(ctx, t, ids)
		}
		for i := range batch {
			l := &batch[i]
			n, err := t.List(ctx, j.Args.Sweep, j.Args.Target, l, time.Now())
			if err != nil {
				return err
			}
			if !n.Added {
				continue
			}
			added++
			switch {
			case n.Job != 0: // which will find that there is more to do
			case l.SizeKB > 0 && l.SizeKB <= smallKB:
				if small = append(small, n.ID); len(small) == perJob {
					if err := flush(small); err != nil {
						return err
					}
					small = nil
				}
			default:
				if err := flush([]int64{n.ID}); err != nil {
					return err
				}
			}
		}
		if err := flush(small); err != nil {
			return err
		}
		return t.AddTasks(ctx, j.Args.Sweep, added)
	})
}

// Repositories up to smallKB share a job by perJob: a job's own cost would be a tenth of
// theirs.
const (
	smallKB = 256
	perJob  = 8
)

func (w *Worker) insertScan(ctx context.Context, t *store.Tx, ids []int64) error {
	job, err := w.Insert(ctx, t, scanArgs{Repositories: ids}, queue.Normal, 0)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := t.Assign(ctx, id, job); err != nil {
			return err
		}
	}
	return nil
}

// scan examines the repositories of a job. Each result is recorded by itself; the last
// one ends the job.
func (w *Worker) scan(ctx context.Context, j *queue.Job[scanArgs]) error {
	for i, id := range j.Args.Repositories {
		work, err := w.store.Work(ctx, id)
		if err != nil {
			return err
		}
		record := func(*store.Tx) error { return nil } // it was done before this worker had the job
		if len(work.Sweeps) > 0 {
			began := w.counts.begin()
			r, err := w.examine(ctx, &work)
			w.counts.end(began, r)
			if err != nil {
				return err
			}
			r.Job, r.Attempt, r.Worker = j.ID, j.Attempt, j.Worker()
			record = func(t *store.Tx) error { return w.record(ctx, t, r) }
		}
		if i < len(j.Args.Repositories)-1 {
			err = j.Write(ctx, record)
		} else {
			err = j.Finish(ctx, record)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *Worker) giveUpScan(ctx context.Context, t *store.Tx, j *queue.Job[scanArgs], cause error) error {
	for _, id := range j.Args.Repositories {
		work, err := w.store.Work(ctx, id)
		if err != nil {
			return err
		}
		if len(work.Sweeps) == 0 {
			continue
		}
		r := &store.Result{Repository: id, Sweeps: work.Sweeps, Job: j.ID, Attempt: j.Attempt, Worker: j.Worker(), StartedAt: time.Now()}
		fail(r, finding.Failed.Because("%v", cause))
		if err := w.record(ctx, t, r); err != nil {
			return err
		}
	}
	return nil
}

// record writes a result down, and inserts what follows from it.
func (w *Worker) record(ctx context.Context, t *store.Tx, r *store.Result) error {
	changes, err := t.Record(ctx, r)
	if err != nil {
		return err
	}
	for _, sweep := range changes.SweepsDone {
		if err := w.insertEnd(ctx, t, sweep); err != nil {
			return err
		}
	}
	if changes.More {
		return w.insertScan(ctx, t, []int64{r.Repository})
	}
	return t.Unassign(ctx, r.Repository)
}

// end tells of a sweep, and ends it. Who dies in between leaves both to another worker: a
// message may come twice, and is not lost. Who cannot be told keeps no sweep from ending.
func (w *Worker) end(ctx context.Context, j *queue.Job[endArgs]) error {
	if err := w.tell(ctx, j.Args.Sweep); err != nil {
		if ctx.Err() != nil {
			return err
		}
		w.o.Log.Warn("not everybody was told of the sweep", "sweep", j.Args.Sweep, "error", err.Error())
	}
	for settled := int64(1); settled > 0; {
		err := j.Write(ctx, func(t *store.Tx) (err error) {
			settled, err = t.Settle(ctx, j.Args.Sweep, settleBatch, time.Now())
			return err
		})
		if err != nil {
			return err
		}
	}
	return j.Finish(ctx, func(t *store.Tx) error { return t.EndSweep(ctx, j.Args.Sweep, time.Now()) })
}

// settleBatch is how many findings are made open in one transaction.
const settleBatch = 250

func fail(r *store.Result, why finding.Reason) {
	r.Verdict, r.Reason, r.Mark, r.EndedAt = store.Failed, why, "", time.Now()
	r.Findings, r.Unexamined = nil, nil
}

// examine finds out what is to be said of a repository. An error is of ours or of the
// moment: the job is to be tried again. What is wrong with the repository is its verdict.
func (w *Worker) examine(ctx context.Context, work *store.Work) (*store.Result, error) {
	sweep := work.Sweeps[len(work.Sweeps)-1]
	r := &store.Result{Repository: work.ID, Sweeps: work.Sweeps, StartedAt: time.Now(), PushedAt: work.PushedAt}
	p, err := w.planOf(ctx, sweep)
	if err != nil {
		return nil, err
	}
	r.RuleSet, r.Scope, r.Rules = p.identity.RuleSet, p.identity.Scope, p.rules
	r.Due = func(s finding.Severity) time.Time {
		if after := p.config.Due.After(s); after > 0 {
			return time.Now().Add(after)
		}
		return time.Time{}
	}
	before := p.identity.All + " "
	if !work.PushedAt.IsZero() && work.PushedAt.Equal(work.PushedMark) && len(work.Mark) > len(before) && work.Mark[:len(before)] == before {
		return unchanged(r, work, work.Mark), nil
	}
	e := &examination{Worker: w, plan: p, work: work, r: r}
	err = e.run(ctx)
	var ours *oursError
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &ours):
		return nil, ours.error
	case err != nil:
		fail(r, finding.ReasonOf(err))
	}
	r.EndedAt = time.Now()
	return r, nil
}

// oursError is an error that says nothing of the repository.
type oursError struct{ error }

func unchanged(r *store.Result, work *store.Work, mark string) *store.Result {
	r.Unchanged, r.Verdict, r.Mark, r.EndedAt = true, work.Verdict, mark, time.Now()
	if work.Verdict != store.Whole {
		r.Reason.Detail = work.Reason
	}
	return r
}

// examination is what one repository is examined by.
type examination struct {
	*Worker
	plan *plan
	work *store.Work
	r    *store.Result
}

func (e *examination) run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, e.plan.scanTime())
	defer cancel()
	if e.work.Host == "" { // it lies here, and is read where it lies
		return e.scanAt(ctx, e.work.CloneURL, func() string {
			stamp, _ := e.plan.run.Stamp(ctx, e.work.CloneURL)
			return stamp
		})
	}
	user, password, err := e.plan.hosts.Credentials.For(ctx, e.work.CloneURL)
	if err != nil {
		return err
	}
	began := time.Now()
	m, err := e.mirrors.Fetch(ctx, mirror.Source{Identity: e.work.Identity, URL: e.work.CloneURL, User: user, Password: password})
	if err != nil {
		return err
	}
	defer m.Close()
	e.counts.fetched(time.Since(began))
	e.r.Holder = e.cache
	if m.Tips == "" {
		e.r.Verdict, e.r.Mark = store.Whole, e.plan.identity.All+" empty"
		return nil
	}
	return e.scanAt(ctx, m.Dir, func() string { return m.Tips })
}

// scanAt scans what lies in a directory, unless it is as it was.
func (e *examination) scanAt(ctx context.Context, dir string, stamp func() string) error {
	mark := e.mark(stamp())
	if mark != "" && mark == e.work.Mark && e.work.Verdict != store.Failed && e.work.Verdict != store.Never {
		unchanged(e.r, e.work, mark)
		return nil
	}
	known, err := e.known(ctx, dir)
	if err != nil {
		return &oursError{err}
	}
	result, err := e.plan.run.ScanKnowing(ctx, dir, known)
	if err != nil {
		return err
	}
	if err := e.learn(ctx, known); err != nil {
		return &oursError{err}
	}
	if e.work.Host != "" {
		reachable(result)
	}
	e.judge(result)
	if len(result.Findings) > 0 {
		e.r.Owner = ownersOf(dir)
	}
	if e.r.Mark = mark; e.mark(stamp()) != mark || !lasting(result) {
		e.r.Mark = ""
	}
	return nil
}

func (e *examination) mark(stamp string) string {
	if stamp == "" {
		return ""
	}
	return e.plan.identity.All + " " + stamp
}

// ownersOf returns whose the paths of a repository are, as HEAD's CODEOWNERS says; nil if
// there is none.
func ownersOf(dir string) func(path string) string {
	src, err := git.Open(dir, git.Options{})
	if err != nil { // a directory of documents
		return nil
	}
	defer src.Close()
	for _, place := range codeowners.Places {
		if text, ok := src.HeadFile(place, codeowners.MaxFile); ok {
			owners := codeowners.Parse(string(text))
			return func(path string) string { return strings.Join(owners.Of(path), " ") }
		}
	}
	return nil
}

// known is what is known of the contents of a repository.
func (e *examination) known(ctx context.Context, dir string) (*state.State, error) {
	has := func(func(objects.ID) bool) {}
	if src, err := git.Open(dir, git.Options{}); err == nil {
		defer src.Close()
		has = src.EachPacked
	}
	contents, err := e.store.Contents(ctx, e.plan.identity.RuleSet, e.work.ID, has)
	if err != nil {
		return nil, err
	}
	return state.Known(func(yield func(objects.ID, int64) bool) {
		for _, c := range contents {
			if !yield(c.ID, c.Size) {
				return
			}
		}
	}), nil
}

// learn keeps what a scan has learned of contents.
func (e *examination) learn(ctx context.Context, s *state.State) error {
	var added []store.Content
	for id, size := range s.Added() {
		added = append(added, store.Content{ID: id, Size: size})
	}
	return e.store.AddContents(ctx, e.plan.identity.RuleSet, e.work.ID, added)
}

// judge turns a result into a verdict. Pictures that are not to be read are part of what
// was asked for.
func (e *examination) judge(result *finding.Result) {
	r := e.r
	r.Verdict, r.Stats, r.Findings, r.Unexamined = store.Whole, result.Stats, result.Findings, result.Unexamined
	if result.Repository != nil {
		r.Tip = result.Repository.Revision
	}
	missed := 0
	for _, u := range result.Unexamined {
		if u.Kind == finding.OCROff {
			continue
		}
		if missed++; missed == 1 {
			r.Reason = finding.Reason{Code: u.Kind, Detail: u.Path + ": " + u.Reason}
		}
	}
	if missed == 0 {
		return
	}
	r.Verdict = store.Part
	if missed > 1 {
		r.Reason.Detail += fmt.Sprintf(" (and %d more)", missed-1)
	}
	if result.Stats.Blobs == 0 && len(result.Findings) == 0 {
		fail(r, r.Reason) // nothing at all was examined
	}
}

// lasting reports whether another scan of the same would say the same.
func lasting(result *finding.Result) bool {
	for _, u := range result.Unexamined {
		if !u.Kind.Lasting() {
			return false
		}
	}
	return true
}

// reachable leaves out what no ref of a mirror reaches: what it still holds of that goes
// by when it was made.
func reachable(result *finding.Result) {
	kept := result.Findings[:0]
	for _, f := range result.Findings {
		places := f.Sightings[:0]
		for _, s := range f.Sightings {
			if s.Layer != finding.Unreachable {
				places = append(places, s)
			}
		}
		if f.Sightings = places; len(places) > 0 {
			kept = append(kept, f)
		}
	}
	result.Findings = kept
}
