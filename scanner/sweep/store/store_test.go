package store_test

import (
	"context"
	"crypto/sha1"
	"database/sql"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/objects"
	"github.com/deputy-sec/deputy/scanner/sweep/state"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
	"github.com/deputy-sec/deputy/scanner/sweep/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// world is a store with the clock that a test moves.
type world struct {
	*testing.T
	*store.Store
	now    time.Time
	sweep  int64
	target int64
	repos  map[string]int64
}

func newWorld(t *testing.T, database string) *world {
	return &world{T: t, Store: storetest.Open(t, database), now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), repos: map[string]int64{}}
}

func (w *world) write(f func(*store.Tx) error) {
	w.Helper()
	require.NoError(w, w.Write(w.Context(), f))
}

// begin begins a sweep that lists some repositories, "ID" or "ID=name".
func (w *world) begin(names ...string) {
	w.Helper()
	w.now = w.now.Add(24 * time.Hour)
	w.write(func(t *store.Tx) error {
		var targets []int64
		var err error
		if w.sweep, targets, err = t.StartSweep(w.Context(), "{}", "ada", []string{"test"}, w.now); err != nil {
			return err
		}
		w.target = targets[0]
		for _, name := range names {
			id, full := name, name
			if i, n, ok := cut(name); ok {
				id, full = i, n
			}
			l, err := t.List(w.Context(), w.sweep, w.target, &store.Listing{Identity: id, FullName: full, Kind: "git", CloneURL: "https://example.com/" + full}, w.now)
			if err != nil {
				return err
			}
			w.repos[id] = l.ID
		}
		return t.AddTasks(w.Context(), w.sweep, len(names))
	})
}

func cut(s string) (string, string, bool) {
	for i := range s {
		if s[i] == '=' {
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

func (w *world) listed(failed string, leftOut ...store.LeftOutRow) {
	w.Helper()
	w.write(func(t *store.Tx) error {
		_, err := t.EndListing(w.Context(), w.sweep, w.target, leftOut, failed, w.now)
		return err
	})
}

// scan records a scan of a repository with some values.
func (w *world) scan(repository string, verdict store.Verdict, values ...string) store.Changes {
	w.Helper()
	return w.scanAs(repository, verdict, "scope", values...)
}

func (w *world) scanAs(repository string, verdict store.Verdict, scope string, values ...string) (c store.Changes) {
	w.Helper()
	r := &store.Result{
		Repository: w.repos[repository], Sweeps: []int64{w.sweep}, Verdict: verdict, StartedAt: w.now, EndedAt: w.now, Scope: scope, RuleSet: "rules", Mark: "mark",
	}
	if verdict != store.Whole {
		r.Reason = finding.OverTime.Because("it took too long")
	}
	for _, v := range values {
		r.Findings = append(r.Findings, made(v))
	}
	w.write(func(t *store.Tx) (err error) { c, err = t.Record(w.Context(), r); return err })
	return c
}

func made(value string) *finding.Finding {
	return &finding.Finding{
		Rule: &finding.Rule{ID: "some-rule", Kind: finding.Token}, Secret: finding.Masked("••••" + value), Severity: finding.High, Confidence: 0.9, Fingerprint: value,
		Evidence: []string{"because"}, InHead: true,
		Sightings: []finding.Sighting{{Path: value + ".txt", Line: 3, Column: 1, EndColumn: 4, InHead: true, Layer: finding.History}},
		Last:      &finding.Commit{Hash: "1", Email: "ada@example.com"},
	}
}

func (w *world) end() {
	w.Helper()
	w.write(func(t *store.Tx) error { return t.EndSweep(w.Context(), w.sweep, w.now) })
}

func (w *world) finding(value string) store.Finding {
	w.Helper()
	all, _, err := w.Findings(w.Context(), store.FindingFilter{Fingerprint: value}, "", 2)
	require.NoError(w, err)
	require.Len(w, all, 1, value)
	return all[0]
}

func (w *world) is(value string, want state.State) {
	w.Helper()
	assert.Equal(w, want, w.finding(value).State, value)
}

func (w *world) kinds(f store.EventFilter) (kinds []store.EventKind) {
	w.Helper()
	all, _, err := w.Events(w.Context(), f, "", 100)
	require.NoError(w, err)
	for _, e := range all {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func (w *world) triage(value string, d store.TriageDecision) {
	w.Helper()
	w.write(func(t *store.Tx) error {
		_, err := t.Triage(w.Context(), []int64{w.finding(value).ID}, d, w.now)
		return err
	})
}

func each(t *testing.T, test func(w *world)) {
	storetest.Each(t, func(t *testing.T, database string) { test(newWorld(t, database)) })
}

func TestNewThenOpenThenFixedThenReappeared(t *testing.T) {
	each(t, func(w *world) {
		for _, step := range []struct {
			values []string
			during state.State
			after  state.State
		}{
			{[]string{"v"}, state.New, state.New},
			{[]string{"v"}, state.New, state.Open},
			{nil, state.Fixed, state.Fixed},
			{nil, state.Fixed, state.Fixed},
			{[]string{"v"}, state.Reappeared, state.Reappeared},
			{[]string{"v"}, state.Reappeared, state.Open},
		} {
			w.begin("a")
			w.listed("")
			w.scan("a", store.Whole, step.values...)
			w.is("v", step.during)
			w.end()
			w.is("v", step.after)
		}
		assert.Equal(w, []store.EventKind{store.CameBack, store.WasFixed, store.Found}, w.kinds(store.EventFilter{Finding: w.finding("v").ID}))
	})
}

func TestOnlyWhatWasWhollyExaminedIsFixed(t *testing.T) {
	each(t, func(w *world) {
		w.begin("a")
		w.scan("a", store.Whole, "v")
		w.end()
		for _, verdict := range []store.Verdict{store.Part, store.Failed} {
			w.begin("a")
			w.scan("a", verdict)
			w.end()
			w.is("v", state.Open)
			r, err := w.Repository(w.Context(), w.repos["a"])
			require.NoError(w, err)
			assert.Equal(w, verdict, r.Verdict)
			assert.Equal(w, "it took too long", r.Reason)
			assert.Equal(w, 1, r.Findings)
		}
		w.begin("a")
		w.scan("a", store.Whole)
		w.is("v", state.Fixed)
	})
}

func TestRulesSwitchedOffAndPathsLeftOutFixNothing(t *testing.T) {
	each(t, func(w *world) {
		w.begin("a")
		w.scan("a", store.Whole, "v")
		w.begin("a")
		w.scanAs("a", store.Whole, "narrower")
		w.is("v", state.New)
		assert.Contains(w, w.kinds(store.EventFilter{Finding: w.finding("v").ID}), store.OutOfScope)
		w.begin("a")
		w.scanAs("a", store.Whole, "scope")
		w.is("v", state.Fixed)
	})
}

func TestFixedOnlyOnceNoRepositoryHasIt(t *testing.T) {
	each(t, func(w *world) {
		w.begin("a", "fork")
		w.scan("a", store.Whole, "v")
		assert.Equal(w, 1, w.scan("fork", store.Whole, "v").Spread)
		assert.Equal(w, 2, w.finding("v").Repositories)
		w.begin("a", "fork")
		w.scan("a", store.Whole)
		w.is("v", state.New)
		assert.Equal(w, 1, w.finding("v").Repositories)
		w.scan("fork", store.Whole)
		w.is("v", state.Fixed)
		assert.Equal(w, []store.EventKind{store.WasFixed, store.Withdrew, store.Spread, store.Found}, w.kinds(store.EventFilter{Finding: w.finding("v").ID}))
	})
}

func TestAcceptedUntilYesterdayIsOpen(t *testing.T) {
	each(t, func(w *world) {
		w.begin("a")
		w.scan("a", store.Whole, "v", "for-ever")
		w.end()
		w.triage("v", store.TriageDecision{Event: state.Accept, Who: "ada", Why: "the test account", Until: w.now.Add(36 * time.Hour)})
		w.triage("for-ever", store.TriageDecision{Event: state.Accept, Who: "ada", Why: "the test account"})
		assert.Equal(w, "the test account", w.finding("v").Why)
		w.begin("a")
		w.scan("a", store.Whole, "v", "for-ever")
		w.end()
		w.is("v", state.Accepted)
		w.begin("a")
		w.scan("a", store.Whole, "v", "for-ever")
		w.end()
		w.is("v", state.Open)
		w.is("for-ever", state.Accepted)
		assert.Equal(w, []store.EventKind{store.Expiry, store.Triaged, store.Found}, w.kinds(store.EventFilter{Finding: w.finding("v").ID}))
	})
}

func TestDismissedStaysDismissed(t *testing.T) {
	each(t, func(w *world) {
		w.begin("a")
		w.scan("a", store.Whole, "v")
		w.triage("v", store.TriageDecision{Event: state.Dismiss, Who: "ada", Why: "made up"})
		w.begin("a")
		w.scan("a", store.Whole)
		w.begin("a")
		w.scan("a", store.Whole, "v")
		w.is("v", state.FalsePositive)
		r, err := w.Repository(w.Context(), w.repos["a"])
		require.NoError(w, err)
		assert.Zero(w, r.Findings)
		assert.Zero(w, r.Risk)
	})
}

func TestRenamedRepositoryIsTheSame(t *testing.T) {
	each(t, func(w *world) {
		w.begin("1=org/old")
		w.listed("")
		w.scan("1", store.Whole, "v")
		id := w.repos["1"]
		w.begin("1=org/new")
		w.listed("")
		assert.Equal(w, id, w.repos["1"])
		w.scan("1", store.Whole, "v")
		w.is("v", state.New)
		assert.Equal(w, "org/new", w.finding("v").FullName)
		assert.Equal(w, []store.EventKind{store.RepositoryRenamed}, w.kinds(store.EventFilter{Repository: id, Kinds: []store.EventKind{store.RepositoryRenamed, store.RepositoryGone}}))
	})
}

// What is deleted was not examined: the value leaked all the same.
func TestDeletedRepositoryFixesNothing(t *testing.T) {
	each(t, func(w *world) {
		w.begin("a", "b")
		w.listed("")
		w.scan("a", store.Whole, "v")
		w.end()
		w.begin("b")
		w.listed("the host answered 502")
		w.end()
		r, err := w.Repository(w.Context(), w.repos["a"])
		require.NoError(w, err)
		assert.Equal(w, store.Listed, r.Presence, "the listing failed: that it was not in it says nothing")
		w.begin("b")
		w.listed("")
		w.end()
		r, err = w.Repository(w.Context(), w.repos["a"])
		require.NoError(w, err)
		assert.Equal(w, store.Gone, r.Presence)
		w.is("v", state.Open)
		w.begin("a", "b")
		w.listed("")
		r, err = w.Repository(w.Context(), w.repos["a"])
		require.NoError(w, err)
		assert.Equal(w, store.Listed, r.Presence)
		assert.Equal(w, []store.EventKind{store.RepositoryBack, store.RepositoryGone, store.Found}, w.kinds(store.EventFilter{Repository: r.ID}))
	})
}

func TestLeftOutRepositoryIsNotGone(t *testing.T) {
	each(t, func(w *world) {
		w.begin("a")
		w.listed("")
		w.begin()
		w.listed("", store.LeftOutRow{Name: "a", Cause: "archived", Reason: "it is archived"})
		r, err := w.Repository(w.Context(), w.repos["a"])
		require.NoError(w, err)
		assert.Equal(w, store.LeftOut, r.Presence)
		assert.Equal(w, "it is archived", r.PresenceReason)
		rows, err := w.LeftOutRows(w.Context(), 10)
		require.NoError(w, err)
		assert.Equal(w, []store.LeftOutRow{{Target: "test", Name: "a", Cause: "archived", Reason: "it is archived"}}, rows)
	})
}

// A push that is asked to be scanned while a scan runs is not settled by that scan.
func TestWhatIsAskedForDuringAScanIsNotLost(t *testing.T) {
	each(t, func(w *world) {
		w.begin("a")
		first := w.sweep
		w.begin("a")
		second := w.sweep
		w.sweep = first
		c := w.scan("a", store.Whole, "v")
		assert.True(w, c.More)
		w.sweep = second
		c = w.scan("a", store.Whole, "v")
		assert.False(w, c.More)
	})
}

func TestPagesShowEveryFindingOnce(t *testing.T) {
	each(t, func(w *world) {
		w.begin("a")
		var values []string
		for i := range 53 {
			values = append(values, fmt.Sprintf("v%02d", i))
		}
		w.scan("a", store.Whole, values...)
		seen := map[string]bool{}
		var at store.Cursor
		for {
			page, next, err := w.Findings(w.Context(), store.FindingFilter{Text: "V", States: []state.State{state.New}}, at, 10)
			require.NoError(w, err)
			for _, f := range page {
				assert.False(w, seen[f.Fingerprint], f.Fingerprint)
				seen[f.Fingerprint] = true
			}
			if at = next; at == "" {
				break
			}
		}
		assert.Len(w, seen, len(values))
		n, err := w.CountFindings(w.Context(), store.FindingFilter{Text: "v0"})
		require.NoError(w, err)
		assert.EqualValues(w, 10, n)
		n, err = w.CountFindings(w.Context(), store.FindingFilter{Text: "%"})
		require.NoError(w, err)
		assert.Zero(w, n, "a wildcard is a character")
		for _, bad := range []store.Cursor{"x", "!!", "MTIz", "eCB5"} {
			_, _, err := w.Findings(w.Context(), store.FindingFilter{}, bad, 10)
			assert.ErrorIs(w, err, store.ErrCursor, bad)
		}
	})
}

func TestForksAndVendoredTreesFindExaminedContents(t *testing.T) {
	each(t, func(w *world) {
		var all []store.Content
		for i := range 70000 {
			c := store.Content{Size: int64(i)}
			sum := sha1.Sum(fmt.Append(nil, i))
			copy(c.ID[:], sum[:])
			all = append(all, c)
		}
		require.NoError(w, w.AddContents(w.Context(), "rules", 1, all))
		some := func(yield func(objects.ID) bool) {
			for _, c := range all[:2000] {
				if !yield(c.ID) {
					return
				}
			}
		}
		none := func(func(objects.ID) bool) {}
		known := func(ruleSet string, repository int64, has iter.Seq[objects.ID]) map[objects.ID]int64 {
			contents, err := w.Contents(w.Context(), ruleSet, repository, has)
			require.NoError(w, err)
			sizes := map[objects.ID]int64{}
			for _, c := range contents {
				sizes[c.ID] = c.Size
			}
			return sizes
		}
		own, fork := known("rules", 1, none), known("rules", 2, some)
		assert.Len(w, own, len(all))
		for _, c := range all[:2000] {
			assert.Equal(w, c.Size, own[c.ID])
			assert.Equal(w, c.Size, fork[c.ID])
		}
		assert.Empty(w, known("other rules", 2, some))
		assert.Empty(w, known("rules", 3, none))
	})
}

func TestOneOfManyProcessesMigrates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, database string) {
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				s, err := store.Open(t.Context(), database)
				if assert.NoError(t, err) {
					assert.NoError(t, s.Close())
				}
			})
		}
		wg.Wait()
	})
}

func TestNewerTablesAreLeftAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, database string) {
		s := storetest.Open(t, database)
		require.NoError(t, s.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.ExecContext(t.Context(), "INSERT INTO deputy_migration (version_id, is_applied) VALUES (9999, TRUE)")
			return err
		}))
		_, err := store.Open(t.Context(), database)
		assert.ErrorIs(t, err, store.ErrNewer)
	})
}

func TestFingerprintsOfAnotherKeyAreRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, database string) {
		s := storetest.Open(t, database)
		require.NoError(t, s.UseKey(t.Context(), "one"))
		require.NoError(t, s.UseKey(t.Context(), "one"))
		assert.ErrorIs(t, s.UseKey(t.Context(), "other"), store.ErrOtherKey)
	})
}

func TestKeyIsMadeOnceForItsOwnerAlone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "data", "sweeps.db.key")
	assert.Equal(t, file, store.KeyFile("sqlite://"+file[:len(file)-4], "elsewhere"))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { assert.NoError(t, store.MakeKey(file)) })
	}
	wg.Wait()
	key, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, store.MakeKey(file))
	again, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, key, again)
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	assert.NotContains(t, store.KeyFile("postgres://ada:hunter2@db/deputy", "data"), "hunter2")
}

func TestPasswordsAreNotInErrors(t *testing.T) {
	for _, database := range []string{"postgres://ada:hunter2@%zz/x", "postgres://ada:hunter2@127.0.0.1:1/x?connect_timeout=1", "mysql://ada:hunter2@db"} {
		_, err := store.Open(t.Context(), database)
		require.Error(t, err, database)
		assert.NotContains(t, err.Error(), "hunter2")
	}
}

func TestTransactionThatFailsLeavesNothing(t *testing.T) {
	each(t, func(w *world) {
		err := w.Write(w.Context(), func(t *store.Tx) error {
			if _, _, err := t.StartSweep(w.Context(), "{}", "ada", []string{"x"}, w.now); err != nil {
				return err
			}
			return sql.ErrNoRows
		})
		assert.ErrorIs(w, err, sql.ErrNoRows)
		_, err = w.RunningSweep(w.Context())
		assert.ErrorIs(w, err, store.ErrNone)
	})
}

// Scans of several repositories that share findings are recorded at the same time by
// several workers: transactions that lose against others are run again.
func TestResultsThatShareFindingsAreRecordedTogether(t *testing.T) {
	each(t, func(w *world) {
		var names []string
		for i := range 12 {
			names = append(names, fmt.Sprint("r", i))
		}
		w.begin(names...)
		w.listed("")
		var wg sync.WaitGroup
		for i, name := range names {
			wg.Go(func() {
				var values []string
				for v := range 30 {
					values = append(values, fmt.Sprint("v", (v+i)%30))
				}
				r := &store.Result{Repository: w.repos[name], Sweeps: []int64{w.sweep}, Verdict: store.Whole, StartedAt: w.now, EndedAt: w.now}
				for _, v := range values {
					r.Findings = append(r.Findings, made(v))
				}
				assert.NoError(w, w.Write(context.Background(), func(t *store.Tx) error { _, err := t.Record(w.Context(), r); return err }))
			})
		}
		wg.Wait()
		for v := range 30 {
			assert.Equal(w, len(names), w.finding(fmt.Sprint("v", v)).Repositories)
		}
		s, err := w.Sweep(w.Context(), w.sweep)
		require.NoError(w, err)
		assert.Zero(w, s.Remaining)
	})
}
