package store

import (
	"context"
	"time"
)

// EventKind is what sort of thing happened.
type EventKind string

// The kinds of events.
const (
	Found             EventKind = "found"        // a value that no sweep had seen
	Spread            EventKind = "spread"       // a known one in a further repository
	Withdrew          EventKind = "withdrew"     // not in this repository any more, but still in others
	WasFixed          EventKind = "fixed"        // nowhere any more
	CameBack          EventKind = "reappeared"   // it was fixed
	Expiry            EventKind = "expired"      // it was accepted until now
	Triaged           EventKind = "triaged"      // somebody changed its state
	Assigned          EventKind = "assigned"     // somebody gave it to somebody, or a date
	RepositoryRenamed EventKind = "renamed"      // Before and After are names
	RepositoryGone    EventKind = "gone"         // its target does not list it any more
	RepositoryBack    EventKind = "back"         // and again does
	OutOfScope        EventKind = "out-of-scope" // not seen by a scan that was configured to look elsewhere
)

// Event is something that happened. Events are added, never changed.
type Event struct {
	ID            int64
	At            time.Time
	Kind          EventKind
	Who           string // "" for a sweep
	Why           string
	Finding       int64 // 0 for none, as the next two
	Repository    int64
	Sweep         int64
	Before, After string // states of a finding, or names of a repository
}

type event struct {
	at                         time.Time
	kind                       EventKind
	who, why                   string
	finding, repository, sweep int64
	before, after              string
}

func (t *Tx) event(ctx context.Context, e event) error {
	_, err := t.exec(ctx, `INSERT INTO event (at, kind, who, why, finding_id, repository_id, sweep_id, before, after) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		stamp(e.at), string(e.kind), clean(e.who), clean(e.why), id(e.finding), id(e.repository), id(e.sweep), e.before, e.after)
	return err
}

// id is a reference as it is stored: NULL for none.
func id(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

// EventFilter chooses events; a zero field chooses all.
type EventFilter struct {
	Finding, Repository, Sweep int64
	Kinds                      []EventKind
	AfterSweep                 int64 // those of later sweeps
}

// Events returns a page of events, the latest first, and the cursor of the next one.
func (s *Store) Events(ctx context.Context, f EventFilter, after Cursor, limit int) ([]Event, Cursor, error) {
	w := &where{}
	for column, id := range map[string]int64{"finding_id": f.Finding, "repository_id": f.Repository, "sweep_id": f.Sweep} {
		if id != 0 {
			w.add(column+" = ?", id)
		}
	}
	if f.AfterSweep != 0 {
		w.add("sweep_id > ?", f.AfterSweep)
	}
	in(w, "kind", f.Kinds)
	if after != "" {
		_, id, err := after.parse()
		if err != nil {
			return nil, "", err
		}
		w.add("id < ?", id)
	}
	all, err := collect(ctx, s, func(scan func(...any) error, e *Event) error {
		return scan(&e.ID, micro{&e.At}, &e.Kind, &e.Who, &e.Why, &e.Finding, &e.Repository, &e.Sweep, &e.Before, &e.After)
	}, `SELECT id, at, kind, who, why, COALESCE(finding_id, 0), COALESCE(repository_id, 0), COALESCE(sweep_id, 0), before, after FROM event`+
		w.String()+` ORDER BY id DESC LIMIT ?`, append(w.args, limit+1)...)
	if err != nil || len(all) <= limit {
		return all, "", err
	}
	return all[:limit], cursor("", all[limit-1].ID), nil
}
