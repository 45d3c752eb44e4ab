package store

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/sweep/state"
)

// Result is what a scan of a repository found out, to be recorded.
type Result struct {
	Repository int64
	Sweeps     []int64 // that had asked for the scan before it began; the last is the one it is of
	Job        int64
	Attempt    int
	Worker     string
	Verdict    Verdict
	Unchanged  bool           // nothing had changed since the scan before, whose words hold
	Reason     finding.Reason // why not whole
	Tip        string         // the commit of HEAD, "" for none
	Mark       string         // all that the result depends on; "" if another scan may say otherwise though nothing changes
	PushedAt   time.Time      // what the listing said before the scan
	Holder     string         // the cache that holds the mirror
	RuleSet    string
	Scope      string // what the configuration leaves out, hashed: see Tx.Record
	StartedAt  time.Time
	EndedAt    time.Time
	Stats      finding.Stats
	Rules      map[string]bool // that were looked for
	Findings   []*finding.Finding
	Unexamined []finding.Unexamined
	// Owner says whose a path is; nil, and "" for a path, if nobody says.
	Owner func(path string) string
	// Due says when a finding of a severity that is new is due; nil for never.
	Due func(finding.Severity) time.Time
}

// Changes is what a result changed.
type Changes struct {
	Scan                                   int64
	New, Spread, Fixed, Reappeared, Expiry int
	SweepsDone                             []int64 // that have nothing left to do
	More                                   bool    // somebody has asked for another scan since this one began
}

// Record writes a result down, with what follows from it.
//
// A finding that a whole scan of a repository does not see is not there any more, and one
// that is nowhere any more is fixed. Nothing follows from a scan that was not whole, or
// that was configured otherwise than the one that saw the finding: rules that are switched
// off and paths that are left out fix nothing.
func (t *Tx) Record(ctx context.Context, r *Result) (c Changes, err error) {
	if c.Scan, err = t.insertScan(ctx, r); err != nil {
		return c, err
	}
	if r.Verdict != Failed && !r.Unchanged {
		o := &recorder{Tx: t, r: r, c: &c}
		if err := o.findings(ctx); err != nil {
			return c, err
		}
		if err := t.replaceUnexamined(ctx, r); err != nil {
			return c, err
		}
	}
	if err := t.updateRepository(ctx, r, c.Scan); err != nil {
		return c, err
	}
	return c, t.finishTasks(ctx, r, &c)
}

func (t *Tx) insertScan(ctx context.Context, r *Result) (id int64, err error) {
	var sweep int64
	if n := len(r.Sweeps); n > 0 {
		sweep = r.Sweeps[n-1]
	}
	return id, t.row(ctx, `INSERT INTO scan (sweep_id, repository_id, job_id, attempt, worker, verdict, unchanged, code, reason, tip, rule_set, scope, started_at, ended_at,
			blobs, remembered, bytes, commits, files, findings, unexamined) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		sweep, r.Repository, r.Job, r.Attempt, clean(r.Worker), string(r.Verdict), r.Unchanged, string(r.Reason.Code), clean(r.Reason.Detail), r.Tip, r.RuleSet, r.Scope,
		stamp(r.StartedAt), stamp(r.EndedAt), r.Stats.Blobs, r.Stats.Remembered, r.Stats.Bytes, r.Stats.Commits, r.Stats.Files, len(r.Findings), len(r.Unexamined)).Scan(&id)
}

// maxUnexamined is how many rows of what was not examined are kept for a repository. How
// many there were is a number of the scan.
const maxUnexamined = 1000

func (t *Tx) replaceUnexamined(ctx context.Context, r *Result) error {
	if _, err := t.exec(ctx, `DELETE FROM unexamined WHERE repository_id = ?`, r.Repository); err != nil {
		return err
	}
	for i, u := range r.Unexamined[:min(len(r.Unexamined), maxUnexamined)] {
		if _, err := t.exec(ctx, `INSERT INTO unexamined (repository_id, n, path, place, code, reason, partial) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			r.Repository, i, clean(u.Path), clean(u.Place), string(u.Kind), clean(u.Reason), u.Partial); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) updateRepository(ctx context.Context, r *Result, scan int64) error {
	if _, err := t.exec(ctx, `UPDATE repository SET scan_id = ?, verdict = ?, reason = ?, holder = CASE WHEN ? = '' THEN holder ELSE ? END WHERE id = ?`,
		scan, string(r.Verdict), clean(r.Reason.Detail), r.Holder, r.Holder, r.Repository); err != nil {
		return err
	}
	if r.Verdict == Failed { // what is known of it holds, but is to be looked at again
		_, err := t.exec(ctx, `UPDATE repository SET mark = '' WHERE id = ?`, r.Repository)
		return err
	}
	if _, err := t.exec(ctx, `UPDATE repository SET mark = ?, pushed_mark = ? WHERE id = ?`, r.Mark, stamp(r.PushedAt), r.Repository); err != nil {
		return err
	}
	if r.Verdict == Whole {
		if _, err := t.exec(ctx, `UPDATE repository SET whole_id = ?, whole_at = ? WHERE id = ?`, scan, stamp(r.EndedAt), r.Repository); err != nil {
			return err
		}
	}
	if r.Unchanged {
		return nil
	}
	_, err := t.exec(ctx, weighRepository+` WHERE id = ?`, r.Repository)
	return err
}

// finishTasks settles the tasks that the scan was for.
func (t *Tx) finishTasks(ctx context.Context, r *Result, c *Changes) error {
	for _, sweep := range r.Sweeps {
		n, err := t.exec(ctx, `UPDATE task SET scan_id = ? WHERE sweep_id = ? AND repository_id = ? AND scan_id IS NULL`, c.Scan, sweep, r.Repository)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		done, err := t.countDown(ctx, sweep, 0, 1)
		if err != nil {
			return err
		}
		if done {
			c.SweepsDone = append(c.SweepsDone, sweep)
		}
	}
	return t.row(ctx, `SELECT EXISTS (SELECT 1 FROM task WHERE repository_id = ? AND scan_id IS NULL)`, r.Repository).Scan(&c.More)
}

// recorder records the findings of one result.
type recorder struct {
	*Tx
	r *Result
	c *Changes
}

// stored is a finding as it is stored, as far as a result may change it.
type stored struct {
	id      int64
	state   state.State
	rule    string
	print   string
	present bool
	scope   string
	detail  string
}

func (o *recorder) sweep() int64 {
	if n := len(o.r.Sweeps); n > 0 {
		return o.r.Sweeps[n-1]
	}
	return 0
}

func (o *recorder) findings(ctx context.Context) error {
	before, err := o.before(ctx)
	if err != nil {
		return err
	}
	// In one order everywhere, so that transactions wait for each other in no circle.
	sorted := slices.SortedFunc(slices.Values(o.r.Findings), func(a, b *finding.Finding) int {
		return cmp.Or(cmp.Compare(a.Rule.ID, b.Rule.ID), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	var changed []int64
	for _, f := range sorted {
		key := [2]string{f.Rule.ID, f.Fingerprint}
		known := before[key]
		delete(before, key)
		id, err := o.seen(ctx, f, known)
		if err != nil {
			return err
		}
		if id != 0 {
			changed = append(changed, id)
		}
	}
	if _, err := o.exec(ctx, `UPDATE occurrence SET last_scan = ? WHERE repository_id = ? AND present AND scope = ?`, o.c.Scan, o.r.Repository, o.r.Scope); err != nil {
		return err
	}
	if o.r.Verdict == Whole {
		gone, err := o.unseen(ctx, before)
		if err != nil {
			return err
		}
		changed = append(changed, gone...)
	}
	return o.count(ctx, changed)
}

// before returns what is known to stand, or to have stood, in the repository.
func (o *recorder) before(ctx context.Context) (map[[2]string]*stored, error) {
	all, err := collect(ctx, o, func(scan func(...any) error, s *stored) error {
		return scan(&s.id, &s.state, &s.rule, &s.print, &s.present, &s.scope, &s.detail)
	}, `SELECT f.id, f.state, f.rule, f.fingerprint, o.present, o.scope, o.detail FROM occurrence o JOIN finding f ON f.id = o.finding_id WHERE o.repository_id = ?`, o.r.Repository)
	if err != nil {
		return nil, err
	}
	known := make(map[[2]string]*stored, len(all))
	for i := range all {
		known[[2]string{all[i].rule, all[i].print}] = &all[i]
	}
	return known, nil
}

// seen records that a finding was seen; it returns its ID if that is news of any kind.
func (o *recorder) seen(ctx context.Context, f *finding.Finding, known *stored) (changed int64, err error) {
	owner := o.owner(f)
	detail, err := detailOf(f, owner)
	if err != nil {
		return 0, err
	}
	if known != nil && known.present && known.scope == o.r.Scope && known.detail == string(detail) {
		return 0, o.touch(ctx, known.id)
	}
	id, fresh, err := o.upsert(ctx, f, owner)
	if err != nil {
		return 0, err
	}
	var path string
	var line int
	if len(f.Sightings) > 0 {
		path, line = f.Sightings[0].Path, f.Sightings[0].Line
	}
	if _, err := o.exec(ctx, `INSERT INTO occurrence (finding_id, repository_id, present, scope, first_scan, last_scan, path, line, in_head, detail) VALUES (?, ?, TRUE, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (finding_id, repository_id) DO UPDATE SET present = TRUE, scope = excluded.scope, last_scan = excluded.last_scan, path = excluded.path, line = excluded.line, in_head = excluded.in_head, detail = excluded.detail`,
		id, o.r.Repository, o.r.Scope, o.c.Scan, o.c.Scan, clean(path), line, f.InHead, string(detail)); err != nil {
		return 0, err
	}
	if err := o.needle(ctx, id, o.r.Repository, path); err != nil {
		return 0, err
	}
	if fresh {
		return id, nil
	}
	if known == nil {
		o.c.Spread++
		if err := o.event(ctx, event{at: o.r.EndedAt, kind: Spread, finding: id, repository: o.r.Repository, sweep: o.sweep()}); err != nil {
			return 0, err
		}
	}
	did, err := o.transition(ctx, id, state.Seen, CameBack)
	if did {
		o.c.Reappeared++
	}
	return id, err
}

// owner is whose the place is that a finding is told at; who last wrote there, if nobody
// says.
func (o *recorder) owner(f *finding.Finding) string {
	if o.r.Owner != nil && len(f.Sightings) > 0 {
		if owner := o.r.Owner(f.Sightings[0].Path); owner != "" {
			return owner
		}
	}
	if f.Last != nil {
		return f.Last.Email
	}
	return ""
}

// needle keeps what a finding is found by; see the table.
func (o *recorder) needle(ctx context.Context, finding, repository int64, text string) error {
	_, err := o.exec(ctx, `INSERT INTO needle (finding_id, repository_id, text) VALUES (?, ?, ?) ON CONFLICT (finding_id, repository_id) DO UPDATE SET text = excluded.text WHERE needle.text <> excluded.text`,
		finding, repository, strings.ToLower(clean(text)))
	return err
}

// touch records that a finding was seen as it was known. Once an hour is often enough:
// rows that many repositories share would be waited for.
func (o *recorder) touch(ctx context.Context, id int64) error {
	_, err := o.exec(ctx, `UPDATE finding SET last_seen_at = ? WHERE id = ? AND last_seen_at < ?`, stamp(o.r.EndedAt), id, stamp(o.r.EndedAt.Add(-time.Hour)))
	return err
}

// upsert inserts a finding, or updates what several repositories may know differently: of
// those the gravest counts, so that the order of scans makes no difference.
func (o *recorder) upsert(ctx context.Context, f *finding.Finding, owner string) (id int64, fresh bool, err error) {
	evidence, err := json.Marshal(f.Evidence)
	if err != nil {
		return 0, false, err
	}
	var due time.Time
	if o.r.Due != nil {
		due = o.r.Due(f.Severity)
	}
	n, err := o.exec(ctx, `INSERT INTO finding (rule, fingerprint, kind, class, severity, urgency, confidence, mask, evidence, state, state_at, state_sweep, who, why, assignee, owner, due_at,
			first_seen_at, last_seen_at, repositories, in_head) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'new', ?, ?, '', '', '', ?, ?, ?, ?, 0, FALSE) ON CONFLICT (rule, fingerprint) DO NOTHING`,
		f.Rule.ID, f.Fingerprint, string(f.Rule.Kind), string(f.Class), string(f.Severity), f.Severity.Rank(), f.Confidence, clean(f.Secret.Mask()), clean(string(evidence)),
		stamp(o.r.EndedAt), o.sweep(), clean(owner), stamp(due), stamp(o.r.EndedAt), stamp(o.r.EndedAt))
	if err != nil {
		return 0, false, err
	}
	fresh = n > 0
	if err := o.row(ctx, `SELECT id FROM finding WHERE rule = ? AND fingerprint = ?`+o.dialect.lockRow, f.Rule.ID, f.Fingerprint).Scan(&id); err != nil {
		return 0, false, err
	}
	if fresh {
		o.c.New++
		if err := o.needle(ctx, id, 0, f.Secret.Mask()+" "+f.Rule.ID+" "+owner); err != nil {
			return 0, false, err
		}
		return id, true, o.event(ctx, event{at: o.r.EndedAt, kind: Found, finding: id, repository: o.r.Repository, sweep: o.sweep(), after: string(state.New)})
	}
	_, err = o.exec(ctx, `UPDATE finding SET last_seen_at = ?,
			confidence = CASE WHEN repositories <= 1 OR confidence < ? THEN ? ELSE confidence END, evidence = CASE WHEN repositories <= 1 OR confidence < ? THEN ? ELSE evidence END,
			class = CASE WHEN repositories <= 1 OR urgency < ? THEN ? ELSE class END, severity = CASE WHEN repositories <= 1 OR urgency < ? THEN ? ELSE severity END,
			owner = CASE WHEN repositories <= 1 OR owner = '' THEN ? ELSE owner END,
			urgency = CASE WHEN repositories <= 1 OR urgency < ? THEN ? ELSE urgency END WHERE id = ?`,
		stamp(o.r.EndedAt), f.Confidence, f.Confidence, f.Confidence, clean(string(evidence)),
		f.Severity.Rank(), string(f.Class), f.Severity.Rank(), string(f.Severity), clean(owner), f.Severity.Rank(), f.Severity.Rank(), id)
	if err != nil {
		return 0, false, err
	}
	_, err = o.exec(ctx, `UPDATE needle SET text = (SELECT LOWER(mask || ' ' || rule || ' ' || owner) FROM finding WHERE id = finding_id) WHERE finding_id = ? AND repository_id = 0`, id)
	return id, false, err
}

// unseen records what a whole scan did not see any more.
func (o *recorder) unseen(ctx context.Context, left map[[2]string]*stored) (changed []int64, err error) {
	rest := slices.SortedFunc(maps.Values(left), func(a, b *stored) int { return cmp.Or(cmp.Compare(a.rule, b.rule), cmp.Compare(a.print, b.print)) })
	for _, s := range rest {
		if !s.present {
			continue
		}
		if s.scope != o.r.Scope || o.r.Rules != nil && !o.r.Rules[s.rule] {
			if err := o.event(ctx, event{at: o.r.EndedAt, kind: OutOfScope, finding: s.id, repository: o.r.Repository, sweep: o.sweep(),
				why: "the configuration has changed since it was seen"}); err != nil {
				return nil, err
			}
			continue
		}
		if _, err := o.exec(ctx, `UPDATE occurrence SET present = FALSE, in_head = FALSE WHERE finding_id = ? AND repository_id = ?`, s.id, o.r.Repository); err != nil {
			return nil, err
		}
		changed = append(changed, s.id)
		if err := o.withdrawn(ctx, s.id); err != nil {
			return nil, err
		}
	}
	return changed, nil
}

// withdrawn decides whether what one repository does not hold any more is fixed.
func (o *recorder) withdrawn(ctx context.Context, id int64) error {
	var locked int64
	if err := o.row(ctx, `SELECT id FROM finding WHERE id = ?`+o.dialect.lockRow, id).Scan(&locked); err != nil {
		return err
	}
	var elsewhere bool
	if err := o.row(ctx, `SELECT EXISTS (SELECT 1 FROM occurrence WHERE finding_id = ? AND present)`, id).Scan(&elsewhere); err != nil {
		return err
	}
	if elsewhere {
		return o.event(ctx, event{at: o.r.EndedAt, kind: Withdrew, finding: id, repository: o.r.Repository, sweep: o.sweep()})
	}
	did, err := o.transition(ctx, id, state.Gone, WasFixed)
	if did {
		o.c.Fixed++
	}
	return err
}

// transition moves a finding on, if the event means anything to it.
func (o *recorder) transition(ctx context.Context, id int64, e state.Event, kind EventKind) (did bool, err error) {
	var before state.State
	if err := o.row(ctx, `SELECT state FROM finding WHERE id = ?`, id).Scan(&before); err != nil {
		return false, err
	}
	after, ok := before.On(e)
	if !ok {
		return false, nil
	}
	if _, err := o.exec(ctx, `UPDATE finding SET state = ?, state_at = ?, state_sweep = ?, until = NULL WHERE id = ?`, string(after), stamp(o.r.EndedAt), o.sweep(), id); err != nil {
		return false, err
	}
	return true, o.event(ctx, event{at: o.r.EndedAt, kind: kind, finding: id, repository: o.r.Repository, sweep: o.sweep(), before: string(before), after: string(after)})
}

// count works out again where findings stand.
func (o *recorder) count(ctx context.Context, ids []int64) error {
	slices.Sort(ids)
	for _, id := range ids {
		if _, err := o.exec(ctx, `UPDATE finding SET repositories = (SELECT COUNT(*) FROM occurrence WHERE finding_id = finding.id AND present),
			in_head = EXISTS (SELECT 1 FROM occurrence WHERE finding_id = finding.id AND present AND occurrence.in_head) WHERE id = ?`, id); err != nil {
			return err
		}
	}
	return nil
}
