package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Presence says what the listings know of a repository.
type Presence string

// The presences. What is gone keeps its findings: nobody has looked whether they are.
const (
	Listed  Presence = "listed"
	LeftOut Presence = "left-out" // listed, and left out by the configuration
	Gone    Presence = "gone"     // its target was listed to the end, and did not have it
)

// Verdict is what a scan says of a repository.
type Verdict string

// The verdicts.
const (
	Never  Verdict = ""       // there was no scan yet
	Whole  Verdict = "whole"  // all that the configuration asks for was examined
	Part   Verdict = "part"   // something was not examined; there are rows that say what and why
	Failed Verdict = "failed" // nothing is known; the reason says why
)

// Listing is a repository as a target lists it.
type Listing struct {
	Identity      string // outlasts a change of name; unique among all targets
	Host          string // "" for what lies on this machine
	Kind          string // git, wiki, snippet, gist, directory
	Owner, Name   string
	FullName      string // as people write it
	CloneURL      string // without credentials; a path for what lies on this machine
	WebURL        string
	DefaultBranch string
	Archived      bool
	Fork          bool
	Empty         bool
	Private       bool
	SizeKB        int64     // about; 0 if it is not known
	PushedAt      time.Time // zero if it is not known
}

// Repository is a repository with what sweeps know of it.
type Repository struct {
	Listing
	ID             int64
	Target         string
	Presence       Presence
	PresenceReason string // why it is left out
	FirstSeenAt    time.Time
	SeenAt         time.Time // last listed
	Verdict        Verdict   // of the latest scan
	Reason         string    // why that did not examine it whole
	ScanID         int64     // the latest scan; 0 for none
	WholeAt        time.Time // when it was last known to be examined whole; zero for never
	Findings       int       // that stand in it and are not settled
	Risk           int64     // the higher, the sooner to be looked at
	Waiting        bool      // a job has it, running or waiting
}

// RepositoryFilter chooses repositories; a zero field chooses all.
type RepositoryFilter struct {
	Target   string
	Text     string // in the full name, whatever the case
	Verdict  []Verdict
	Presence []Presence
	Findings bool      // only those with findings that are not settled
	StaleAt  time.Time // only those not known to be examined whole since then
}

// RepositoryOrder orders pages of repositories.
type RepositoryOrder int

// The orders.
const (
	ByRisk RepositoryOrder = iota // the highest first
	ByName
)

const repositoryColumns = `r.id, r.identity, t.name, r.host, r.kind, r.owner, r.name, r.full_name, r.clone_url, r.web_url, r.default_branch,
	r.archived, r.fork, r.empty, r.private, r.size_kb, r.pushed_at, r.presence, r.presence_reason, r.first_seen_at, r.seen_at,
	r.verdict, r.reason, COALESCE(r.scan_id, 0), r.whole_at, r.findings, r.risk, r.job_id IS NOT NULL`

func scanRepository(scan func(...any) error, r *Repository) error {
	return scan(&r.ID, &r.Identity, &r.Target, &r.Host, &r.Kind, &r.Owner, &r.Name, &r.FullName, &r.CloneURL, &r.WebURL, &r.DefaultBranch,
		&r.Archived, &r.Fork, &r.Empty, &r.Private, &r.SizeKB, micro{&r.PushedAt}, &r.Presence, &r.PresenceReason, micro{&r.FirstSeenAt}, micro{&r.SeenAt},
		&r.Verdict, &r.Reason, &r.ScanID, micro{&r.WholeAt}, &r.Findings, &r.Risk, &r.Waiting)
}

// where gathers the conditions of a query with their arguments.
type where struct {
	conditions []string
	args       []any
}

func (w *where) add(condition string, args ...any) {
	w.conditions = append(w.conditions, condition)
	w.args = append(w.args, args...)
}

// in adds a condition on a column, unless there are no values.
func in[T ~string](w *where, column string, values []T) {
	if len(values) == 0 {
		return
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = string(v)
	}
	w.add(column+" IN ("+list(len(args))+")", args...)
}

func (w *where) String() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conditions, " AND ")
}

// contains is a pattern of LIKE … ESCAPE '!' for what contains a text.
func contains(text string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(text)) + "%"
}

func (f *RepositoryFilter) where() *where {
	w := &where{}
	if f.Target != "" {
		w.add("t.name = ?", f.Target)
	}
	if f.Text != "" {
		w.add("LOWER(r.full_name) LIKE ? ESCAPE '!'", contains(f.Text))
	}
	in(w, "r.verdict", f.Verdict)
	in(w, "r.presence", f.Presence)
	if f.Findings {
		w.add("r.findings > 0")
	}
	if !f.StaleAt.IsZero() {
		w.add("(r.whole_at IS NULL OR r.whole_at < ?)", stamp(f.StaleAt))
	}
	return w
}

// Repositories returns a page of at most limit repositories, and the cursor of the next
// one, "" if there is none. An order has cursors of its own.
func (s *Store) Repositories(ctx context.Context, f RepositoryFilter, order RepositoryOrder, after Cursor, limit int) ([]Repository, Cursor, error) {
	w := f.where()
	by := "r.risk DESC, r.id DESC"
	if order == ByName {
		by = "r.full_name, r.id"
	}
	if after != "" {
		key, id, err := after.parse()
		if err != nil {
			return nil, "", err
		}
		if order == ByName {
			w.add("(r.full_name > ? OR (r.full_name = ? AND r.id > ?))", key, key, id)
		} else {
			risk, err := after.number()
			if err != nil {
				return nil, "", err
			}
			w.add("(r.risk < ? OR (r.risk = ? AND r.id < ?))", risk, risk, id)
		}
	}
	all, err := collect(ctx, s, scanRepository, "SELECT "+repositoryColumns+" FROM repository r JOIN target t ON t.id = r.target_id"+
		w.String()+" ORDER BY "+by+" LIMIT ?", append(w.args, limit+1)...)
	if err != nil || len(all) <= limit {
		return all, "", err
	}
	all = all[:limit]
	last := all[limit-1]
	if order == ByName {
		return all, cursor(last.FullName, last.ID), nil
	}
	return all, cursor(fmt.Sprint(last.Risk), last.ID), nil
}

// CountRepositories returns how many repositories a filter chooses.
func (s *Store) CountRepositories(ctx context.Context, f RepositoryFilter) (n int64, err error) {
	w := f.where()
	return n, s.row(ctx, "SELECT COUNT(*) FROM repository r JOIN target t ON t.id = r.target_id"+w.String(), w.args...).Scan(&n)
}

// ErrNone says that there is no such row.
var ErrNone = errors.New("there is none")

// Repository returns a repository by its ID; the error is [ErrNone] if there is none.
func (s *Store) Repository(ctx context.Context, id int64) (r Repository, err error) {
	err = scanRepository(s.row(ctx, "SELECT "+repositoryColumns+" FROM repository r JOIN target t ON t.id = r.target_id WHERE r.id = ?", id).Scan, &r)
	return r, none(err)
}

// none is the error for a row that is not there.
func none(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNone
	}
	return err
}

// LeftOutRow is something that a target lists and that is not swept, or that could not be
// listed.
type LeftOutRow struct {
	Target string
	Name   string // of the repository; "" if it is about the target
	Cause  string // archived, fork, empty, size, age, name, access, failed
	Reason string
}

// LeftOutRows returns what the latest listing of each target left out, at most limit rows.
func (s *Store) LeftOutRows(ctx context.Context, limit int) ([]LeftOutRow, error) {
	return collect(ctx, s, func(scan func(...any) error, r *LeftOutRow) error {
		return scan(&r.Target, &r.Name, &r.Cause, &r.Reason)
	}, `SELECT t.name, l.name, l.cause, l.reason FROM left_out l JOIN target t ON t.id = l.target_id ORDER BY t.name, l.n LIMIT ?`, limit)
}

// Unexamined is a row of what the latest scan of a repository could not read.
type Unexamined struct {
	Path, Place string
	Code        string // finding.Code
	Reason      string
	Partial     bool // the rest of it was examined
}

// Unexamined returns what the latest scan of a repository could not read, by path.
func (s *Store) Unexamined(ctx context.Context, repository int64, limit int) ([]Unexamined, error) {
	return collect(ctx, s, func(scan func(...any) error, u *Unexamined) error {
		return scan(&u.Path, &u.Place, &u.Code, &u.Reason, &u.Partial)
	}, `SELECT path, place, code, reason, partial FROM unexamined WHERE repository_id = ? ORDER BY n LIMIT ?`, repository, limit)
}

// Scan is one examination of one repository.
type Scan struct {
	ID, Sweep, Repository int64
	Worker                string
	Verdict               Verdict
	Unchanged             bool // nothing had changed: what the scan before said holds
	Code, Reason          string
	Tip                   string // the commit of HEAD
	StartedAt, EndedAt    time.Time
	Blobs, Remembered     int64
	Bytes, Commits, Files int64
	Findings, Unexamined  int
}

// Scans returns a repository's scans, the latest first.
func (s *Store) Scans(ctx context.Context, repository int64, limit int) ([]Scan, error) {
	return collect(ctx, s, func(scan func(...any) error, c *Scan) error {
		return scan(&c.ID, &c.Sweep, &c.Repository, &c.Worker, &c.Verdict, &c.Unchanged, &c.Code, &c.Reason, &c.Tip,
			micro{&c.StartedAt}, micro{&c.EndedAt}, &c.Blobs, &c.Remembered, &c.Bytes, &c.Commits, &c.Files, &c.Findings, &c.Unexamined)
	}, `SELECT id, sweep_id, repository_id, worker, verdict, unchanged, code, reason, tip, started_at, ended_at, blobs, remembered, bytes, commits, files, findings, unexamined
		FROM scan WHERE repository_id = ? ORDER BY id DESC LIMIT ?`, repository, limit)
}
