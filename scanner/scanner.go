// Package scanner is the pipeline over one source: contents are read and turned into hits
// (collect), hits into findings (resolve), and what the baseline knows is left out. It
// wires the rooms below it together and holds no knowledge of formats, rules or version
// control. What makes a scan out of a configuration is scanner/run.
package scanner

import (
	"context"
	"errors"
	"time"

	"github.com/deputy-sec/deputy/scanner/collect"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/resolve"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/suppress/accounts"
	"github.com/deputy-sec/deputy/scanner/suppress/baseline"
)

// Options says how to scan.
type Options struct {
	Detectors    *detect.Set
	Fingerprints *finding.Fingerprinter
	Documents    extract.Reader      // reads PDFs, office files, archives …; nil: they are searched as they are
	Accounts     *accounts.Inventory // nil: every account's owner is unknown
	Baseline     *baseline.Baseline  // what is known and not reported; may be nil
	All          bool                // report examples and vendors' accounts too
	Jobs         int                 // work done at once; at least 1
	Forms        bool                // tell how values stand in contents, see finding.Form
	Names        func([]byte) bool   // which names are looked at; nil: those that may hold an identifier
	NoMarks      bool                // marks in texts allow nothing
	Exhaustive   bool                // match every content in full, also where only a part is new
	Progress     *collect.Progress   // may be nil
	MaxTime      time.Duration       // on the clock, from which on no more contents are looked at; 0: no bound
}

// Scan examines a source. An error means that it could not be examined as a
// whole; everything less is a row in the result's Unexamined.
func Scan(ctx context.Context, src source.Source, o Options) (*finding.Result, error) {
	start := time.Now()
	hits, err := read(ctx, src, o)
	if err != nil {
		return nil, err
	}
	result, err := resolve.Resolve(ctx, hits, src, resolve.Options{
		Fingerprints: o.Fingerprints, Accounts: o.Accounts, All: o.All, Jobs: o.Jobs, Forms: o.Forms,
	})
	if err != nil {
		return nil, err
	}
	if o.Baseline != nil {
		result.Findings, result.Known = o.Baseline.New(result.Findings, renames(src))
	}
	if forgotten, kept := hits.Forgotten(); forgotten > 0 {
		hits.Unexamined("", finding.NotConfirmed.Because("%d bare numbers were not compared with the accounts found: more than %d of them", forgotten, kept))
	}
	result.Rules = o.Detectors.Rules()
	result.Unexamined = hits.Rows()
	if d, ok := src.(source.Delta); ok {
		result.Empty = d.Empty()
	}
	result.Stats = hits.Stats()
	result.Stats.Seconds = time.Since(start).Seconds()
	return result, nil
}

// renames returns what tells of files that were renamed; nil if the source cannot.
func renames(src source.Source) baseline.Renames {
	r, ok := src.(source.Renamer)
	if !ok {
		return nil
	}
	return func(s finding.Sighting) []string { return r.RenamedFrom(s.Path, s.Commit) }
}

// read hands every content of the source to a collection.
func read(ctx context.Context, src source.Source, o Options) (*collect.Collection, error) {
	clock := newClock(ctx, o.MaxTime)
	defer clock.stop()
	ctx, late, cancel := clock.hard, clock.late, clock.stop
	hits := collect.New(ctx, collect.Options{
		Late:      late,
		NoMarks:   o.NoMarks,
		Detectors: o.Detectors, Documents: o.Documents, Jobs: o.Jobs, Exhaustive: o.Exhaustive, Progress: o.Progress, Names: o.Names,
	})
	err := src.Scan(ctx, hits)
	broken := errors.Is(context.Cause(ctx), source.ErrOutOfTime)
	if err != nil {
		cancel() // of what is left to be read
	}
	hits.Wait()
	switch n := hits.Skipped(); {
	case broken:
		hits.Unexamined("", finding.OverTime.Because("the target takes more than %s: what the scan had not come to was not examined", o.MaxTime))
		return hits, nil
	case err != nil:
		return nil, err
	case n > 0:
		hits.Unexamined("", finding.OverTime.Because("the target takes more than %s: %d contents were not examined", o.MaxTime, n))
		return hits, nil
	}
	return hits, ctx.Err()
}

// clock bounds a scan of a target. At its first bound no more contents are looked at, but
// where they stand is found out yet, which takes a small part of the time. What does not come
// to an end then either is broken off at the second.
type clock struct {
	late, hard context.Context
	stop       func()
}

// spare is how much longer a scan may take to find out where things stand.
func spare(limit time.Duration) time.Duration { return limit/4 + time.Second }

func newClock(ctx context.Context, limit time.Duration) clock {
	hard, stop := context.WithCancel(ctx)
	if limit <= 0 {
		return clock{hard, hard, stop}
	}
	hard, stopHard := context.WithTimeoutCause(hard, limit+spare(limit), source.ErrOutOfTime)
	late, stopLate := context.WithTimeoutCause(hard, limit, source.ErrOutOfTime)
	return clock{late, hard, func() { stopLate(); stopHard(); stop() }}
}
