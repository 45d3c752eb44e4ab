package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/sweep/state"
)

// Finding is one rule and one value, however many repositories hold it.
type Finding struct {
	ID           int64
	Rule         string
	Fingerprint  string
	Kind         finding.Kind
	Class        finding.Class
	Severity     finding.Severity
	Confidence   float64
	Secret       string // its mask
	Evidence     []string
	State        state.State
	StateAt      time.Time
	Who, Why     string    // of a person's decision
	Until        time.Time // accepted until; zero for always
	Assignee     string
	Owner        string // whom the place it was first seen at belongs to, or who wrote it
	DueAt        time.Time
	FirstSeenAt  time.Time
	LastSeenAt   time.Time
	Repositories int  // in which it stands, as far as is known
	InHead       bool // of one of them
	// Where it stands, in the repository that held it first.
	Repository int64
	FullName   string
	Path       string
	Line       int
}

// FindingFilter chooses findings; a zero field chooses all.
type FindingFilter struct {
	States      []state.State
	Severities  []finding.Severity
	Rules       []string
	Kinds       []finding.Kind
	Classes     []finding.Class
	Fingerprint string
	Repository  int64  // that holds it, or held it
	Target      string // likewise
	Text        string // in its mask, rule or owner, in a path or a repository's name; whatever the case
	Assignee    string
	Owner       string
	Unassigned  bool
	InHead      bool
	Overdue     time.Time // due before then
	Since       int64     // the state was reached in this sweep, or a later one
	IDs         []int64
}

const findingColumns = `f.id, f.rule, f.fingerprint, f.kind, f.class, f.severity, f.confidence, f.mask, f.evidence, f.state, f.state_at, f.who, f.why, f.until,
	f.assignee, f.owner, f.due_at, f.first_seen_at, f.last_seen_at, f.repositories, f.in_head, COALESCE(o.repository_id, 0), COALESCE(r.full_name, ''), COALESCE(o.path, ''), COALESCE(o.line, 0)`

// findingTables joins a finding with one place where it stands.
const findingTables = ` FROM finding f
	LEFT JOIN occurrence o ON o.finding_id = f.id AND o.repository_id = (SELECT p.repository_id FROM occurrence p WHERE p.finding_id = f.id ORDER BY p.present DESC, p.repository_id LIMIT 1)
	LEFT JOIN repository r ON r.id = o.repository_id`

func scanFinding(scan func(...any) error, f *Finding) error {
	var evidence string
	if err := scan(&f.ID, &f.Rule, &f.Fingerprint, &f.Kind, &f.Class, &f.Severity, &f.Confidence, &f.Secret, &evidence, &f.State, micro{&f.StateAt}, &f.Who, &f.Why, micro{&f.Until},
		&f.Assignee, &f.Owner, micro{&f.DueAt}, micro{&f.FirstSeenAt}, micro{&f.LastSeenAt}, &f.Repositories, &f.InHead, &f.Repository, &f.FullName, &f.Path, &f.Line); err != nil {
		return err
	}
	return json.Unmarshal([]byte(evidence), &f.Evidence)
}

func (f *FindingFilter) where() *where {
	w := &where{}
	in(w, "f.state", f.States)
	in(w, "f.severity", f.Severities)
	in(w, "f.rule", f.Rules)
	in(w, "f.kind", f.Kinds)
	in(w, "f.class", f.Classes)
	if f.Fingerprint != "" {
		w.add("f.fingerprint = ?", f.Fingerprint)
	}
	if f.Assignee != "" {
		w.add("f.assignee = ?", f.Assignee)
	}
	if f.Owner != "" {
		w.add("f.owner = ?", f.Owner)
	}
	if f.Unassigned {
		w.add("f.assignee = ''")
	}
	if f.InHead {
		w.add("f.in_head")
	}
	if !f.Overdue.IsZero() {
		w.add("f.due_at < ?", stamp(f.Overdue))
	}
	if f.Since != 0 {
		w.add("f.state_sweep >= ?", f.Since)
	}
	if f.Repository != 0 {
		w.add("EXISTS (SELECT 1 FROM occurrence x WHERE x.finding_id = f.id AND x.repository_id = ?)", f.Repository)
	}
	if f.Target != "" {
		w.add("EXISTS (SELECT 1 FROM occurrence x JOIN repository y ON y.id = x.repository_id JOIN target z ON z.id = y.target_id WHERE x.finding_id = f.id AND z.name = ?)", f.Target)
	}
	if f.Text != "" {
		p := contains(f.Text)
		w.add(`f.id IN (SELECT n.finding_id FROM needle n WHERE n.text LIKE ? ESCAPE '!'
			OR n.repository_id IN (SELECT y.id FROM repository y WHERE LOWER(y.full_name) LIKE ? ESCAPE '!'))`, p, p)
	}
	if len(f.IDs) > 0 {
		args := make([]any, len(f.IDs))
		for i, id := range f.IDs {
			args[i] = id
		}
		w.add("f.id IN ("+list(len(args))+")", args...)
	}
	return w
}

// Findings returns a page of at most limit findings, the most urgent first and of those
// the latest, and the cursor of the next page, "" if there is none.
func (s *Store) Findings(ctx context.Context, f FindingFilter, after Cursor, limit int) ([]Finding, Cursor, error) {
	w := f.where()
	if err := w.behind(after); err != nil {
		return nil, "", err
	}
	// The page is chosen first: what it shows would else be gathered of all rows.
	text := "SELECT " + findingColumns + findingTables + " WHERE f.id IN (SELECT f.id FROM finding f" + w.String() + byUrgency + " LIMIT ?)" + byUrgency
	all, err := collect(ctx, s, scanFinding, text, append(w.args, limit+1)...)
	if err != nil {
		return nil, "", err
	}
	all, next := paged(all, limit)
	return all, next, nil
}

// FindingsPage returns what [Store.Findings] does, and how many findings the filter chooses
// altogether, for little more.
func (s *Store) FindingsPage(ctx context.Context, f FindingFilter, after Cursor, limit int) (all []Finding, next Cursor, total int64, err error) {
	w, from := f.where(), &where{}
	if err := from.behind(after); err != nil {
		return nil, "", 0, err
	}
	chosen := "WITH chosen AS MATERIALIZED (SELECT f.id, f.urgency FROM finding f" + w.String() + ") "
	text := chosen + "SELECT (SELECT COUNT(*) FROM chosen), " + findingColumns + findingTables +
		" WHERE f.id IN (SELECT f.id FROM chosen f" + from.String() + byUrgency + " LIMIT ?)" + byUrgency
	all, err = collect(ctx, s, func(scan func(...any) error, f *Finding) error {
		return scanFinding(func(into ...any) error { return scan(append([]any{&total}, into...)...) }, f)
	}, text, append(append(w.args, from.args...), limit+1)...)
	if err != nil {
		return nil, "", 0, err
	}
	if len(all) == 0 && after != "" { // nobody has counted
		total, err = s.CountFindings(ctx, f)
	}
	all, next = paged(all, limit)
	return all, next, total, err
}

const byUrgency = " ORDER BY f.urgency DESC, f.id DESC"

// behind adds the condition that findings come after a cursor.
func (w *where) behind(after Cursor) error {
	if after == "" {
		return nil
	}
	urgency, err := after.number()
	if err != nil {
		return err
	}
	_, id, _ := after.parse() // number has
	w.add("(f.urgency < ? OR (f.urgency = ? AND f.id < ?))", urgency, urgency, id)
	return nil
}

// paged takes the row off that tells of another page.
func paged(all []Finding, limit int) ([]Finding, Cursor) {
	if len(all) <= limit {
		return all, ""
	}
	last := all[limit-1]
	return all[:limit], cursor(fmt.Sprint(last.Severity.Rank()), last.ID)
}

// CountFindings returns how many findings a filter chooses.
func (s *Store) CountFindings(ctx context.Context, f FindingFilter) (n int64, err error) {
	w := f.where()
	return n, s.row(ctx, "SELECT COUNT(*) FROM finding f"+w.String(), w.args...).Scan(&n)
}

// Finding returns a finding by its ID; the error is [ErrNone] if there is none.
func (s *Store) Finding(ctx context.Context, id int64) (f Finding, err error) {
	return f, none(scanFinding(s.row(ctx, "SELECT "+findingColumns+findingTables+" WHERE f.id = ?", id).Scan, &f))
}

// StateCount is how many findings there are of a state and severity.
type StateCount struct {
	State      state.State
	Severity   finding.Severity
	Findings   int64
	Overdue    int64 // of those
	Unassigned int64 // of those
}

// CountStates counts all findings by state and severity, and of those what is due at a
// time.
func (s *Store) CountStates(ctx context.Context, now time.Time) ([]StateCount, error) {
	return collect(ctx, s, func(scan func(...any) error, c *StateCount) error {
		return scan(&c.State, &c.Severity, &c.Findings, &c.Overdue, &c.Unassigned)
	}, `SELECT state, severity, COUNT(*), SUM(CASE WHEN due_at < ? THEN 1 ELSE 0 END), SUM(CASE WHEN assignee = '' THEN 1 ELSE 0 END)
		FROM finding GROUP BY state, severity ORDER BY state, severity`, stamp(now))
}

// Occurrence is a finding in one repository.
type Occurrence struct {
	Finding, Repository int64
	FullName            string
	Presence            Presence // of the repository
	Present             bool     // it stands there, as far as is known
	FirstScan, LastScan int64    // that saw it
	Path                string   // of the place to look at first
	Line                int
	InHead              bool
	Detail
}

// Detail is what a scan told of a finding in its repository.
type Detail struct {
	Class      finding.Class      `json:"class"`
	Severity   finding.Severity   `json:"severity"`
	Confidence float64            `json:"confidence"`
	Evidence   []string           `json:"evidence"`
	Sightings  []finding.Sighting `json:"sightings"`         // the first is the one to look at
	Places     int                `json:"places"`            // how many sightings there were; more than are kept, if there were many
	First      *finding.Commit    `json:"first,omitempty"`   // nil if it was never committed
	Last       *finding.Commit    `json:"last,omitempty"`    //
	Related    []finding.Relation `json:"related,omitempty"` //
	Steps      []finding.Step     `json:"steps,omitempty"`   //
	StillThere bool               `json:"still_there"`       // not only in the history
	Area       finding.Area       `json:"area,omitempty"`    // of the place that is read first
	Owner      string             `json:"owner,omitempty"`   // of that place
}

// maxSightings is how many places of a finding are kept for one repository.
const maxSightings = 1000

func detailOf(f *finding.Finding, owner string) ([]byte, error) {
	return json.Marshal(Detail{
		Class: f.Class, Severity: f.Severity, Confidence: f.Confidence, Evidence: f.Evidence,
		Sightings: f.Sightings[:min(len(f.Sightings), maxSightings)], Places: len(f.Sightings),
		First: f.First, Last: f.Last, Related: f.Related, Steps: f.Steps, StillThere: f.StillThere(), Area: f.Area(), Owner: clean(owner),
	})
}

const occurrenceColumns = `o.finding_id, o.repository_id, r.full_name, r.presence, o.present, o.first_scan, o.last_scan, o.path, o.line, o.in_head, o.detail`

func scanOccurrence(scan func(...any) error, o *Occurrence) error {
	var detail string
	if err := scan(&o.Finding, &o.Repository, &o.FullName, &o.Presence, &o.Present, &o.FirstScan, &o.LastScan, &o.Path, &o.Line, &o.InHead, &detail); err != nil {
		return err
	}
	return json.Unmarshal([]byte(detail), &o.Detail)
}

// Occurrences returns where a finding stands or stood, at most limit repositories from
// after a repository's ID on.
func (s *Store) Occurrences(ctx context.Context, finding, after int64, limit int) ([]Occurrence, error) {
	return collect(ctx, s, scanOccurrence, "SELECT "+occurrenceColumns+" FROM occurrence o JOIN repository r ON r.id = o.repository_id WHERE o.finding_id = ? AND o.repository_id > ? ORDER BY o.repository_id LIMIT ?", finding, after, limit)
}

// OccurrencesOf returns where some findings stand or stood, by finding and repository.
func (s *Store) OccurrencesOf(ctx context.Context, findings []int64) ([]Occurrence, error) {
	if len(findings) == 0 {
		return nil, nil
	}
	args := make([]any, len(findings))
	for i, id := range findings {
		args[i] = id
	}
	return collect(ctx, s, scanOccurrence, "SELECT "+occurrenceColumns+" FROM occurrence o JOIN repository r ON r.id = o.repository_id WHERE o.finding_id IN ("+list(len(args))+") ORDER BY o.finding_id, o.repository_id", args...)
}

// TriageDecision is what somebody decides about findings.
type TriageDecision struct {
	Event  state.Event // Accept, Dismiss or Reopen; "" to leave the state alone
	Who    string
	Why    string    // needed to accept and to dismiss
	Until  time.Time // of Accept; zero for always
	Assign *string   // whom to give them to; nil to leave that alone, "" for nobody
	Due    *time.Time
}

// Triage applies a decision to findings, and returns how many it changed. What it means
// nothing for stays as it is.
func (t *Tx) Triage(ctx context.Context, ids []int64, d TriageDecision, now time.Time) (changed int, err error) {
	for _, n := range ids {
		did, err := t.triage(ctx, n, d, now)
		if err != nil {
			return 0, err
		}
		if did {
			changed++
		}
	}
	return changed, t.weigh(ctx, ids)
}

func (t *Tx) triage(ctx context.Context, n int64, d TriageDecision, now time.Time) (did bool, err error) {
	var before state.State
	if err := t.row(ctx, `SELECT state FROM finding WHERE id = ?`+t.dialect.lockRow, n).Scan(&before); err != nil {
		return false, none(err)
	}
	if after, ok := before.On(d.Event); ok {
		did = true
		until := d.Until
		if d.Event != state.Accept {
			until = time.Time{}
		}
		if _, err := t.exec(ctx, `UPDATE finding SET state = ?, state_at = ?, state_sweep = 0, who = ?, why = ?, until = ? WHERE id = ?`,
			string(after), stamp(now), clean(d.Who), clean(d.Why), stamp(until), n); err != nil {
			return false, err
		}
		if err := t.event(ctx, event{at: now, kind: Triaged, who: d.Who, why: d.Why, finding: n, before: string(before), after: string(after)}); err != nil {
			return false, err
		}
	}
	if d.Assign == nil && d.Due == nil {
		return did, nil
	}
	why := d.Why
	if d.Assign != nil {
		if _, err := t.exec(ctx, `UPDATE finding SET assignee = ? WHERE id = ?`, clean(*d.Assign), n); err != nil {
			return false, err
		}
		why = "assigned to " + *d.Assign + "; " + why
	}
	if d.Due != nil {
		if _, err := t.exec(ctx, `UPDATE finding SET due_at = ? WHERE id = ?`, stamp(*d.Due), n); err != nil {
			return false, err
		}
		why = "due " + d.Due.Format(time.DateOnly) + "; " + why
	}
	return true, t.event(ctx, event{at: now, kind: Assigned, who: d.Who, why: why, finding: n})
}

// Expire opens again what was accepted for a time that is over, and returns how much.
func (t *Tx) Expire(ctx context.Context, now time.Time) (int, error) {
	ids, err := collect(ctx, t, func(scan func(...any) error, n *int64) error { return scan(n) },
		`SELECT id FROM finding WHERE until IS NOT NULL AND until <= ? AND state = 'accepted' ORDER BY id`, stamp(now))
	if err != nil {
		return 0, err
	}
	for _, n := range ids {
		if _, err := t.exec(ctx, `UPDATE finding SET state = 'open', state_at = ?, until = NULL WHERE id = ?`, stamp(now), n); err != nil {
			return 0, err
		}
		if err := t.event(ctx, event{at: now, kind: Expiry, finding: n, before: string(state.Accepted), after: string(state.Open)}); err != nil {
			return 0, err
		}
	}
	return len(ids), t.weigh(ctx, ids)
}

// weigh works out again what the repositories that hold some findings weigh.
func (t *Tx) weigh(ctx context.Context, ids []int64) error {
	for len(ids) > 0 {
		some := ids[:min(len(ids), 500)]
		ids = ids[len(some):]
		args := make([]any, len(some))
		for i, n := range some {
			args[i] = n
		}
		if _, err := t.exec(ctx, weighRepository+` WHERE id IN (SELECT repository_id FROM occurrence WHERE finding_id IN (`+list(len(some))+`))`, args...); err != nil {
			return err
		}
	}
	return nil
}

// weighRepository sets what is not settled in a repository, and its risk: each step of
// severity weighs ten times the one below, and what HEAD still has twice.
const weighRepository = `UPDATE repository SET
	findings = (SELECT COUNT(*) FROM occurrence o JOIN finding f ON f.id = o.finding_id
		WHERE o.repository_id = repository.id AND o.present AND f.state IN ('new', 'reappeared', 'open')),
	risk = (SELECT COALESCE(SUM(CASE f.urgency WHEN 4 THEN 1000 WHEN 3 THEN 100 WHEN 2 THEN 10 ELSE 1 END * CASE WHEN o.in_head THEN 2 ELSE 1 END), 0)
		FROM occurrence o JOIN finding f ON f.id = o.finding_id
		WHERE o.repository_id = repository.id AND o.present AND f.state IN ('new', 'reappeared', 'open'))`
