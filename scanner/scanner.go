// Package scanner is the pipeline: read, extract, detect, suppress, locate. It
// wires the rooms below it together and holds no knowledge of formats, rules or
// version control.
package scanner

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/finding"
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
	Exhaustive   bool                // match every content in full, also where only a part is new
	Progress     *Progress           // may be nil
}

// Result is what a scan found, and what it could not look at.
type Result struct {
	Repository *source.Repository // nil if the target is none, or there are several targets
	Findings   []*finding.Finding // in no order
	Unexamined []finding.Unexamined
	Stats      finding.Stats
	Hidden     int // findings of classes that are reported only on request
	Allowed    int // findings that marks in the text allow
	Known      int // findings that the baseline knows
}

// Scan examines a source. An error means that it could not be examined as a
// whole; everything less is a row in Result.Unexamined.
func Scan(ctx context.Context, src source.Source, o Options) (*Result, error) {
	start := time.Now()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c := newCollector(ctx, o)
	err := src.Scan(ctx, c)
	if err != nil {
		cancel() // of what is left to be read
	}
	c.aside.wait()
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	values := confirmed(c)
	res := &Result{}
	values = classify(values, o, res)
	// Slow on purpose, and nothing of it is needed to find the places.
	var prints sync.WaitGroup
	prints.Go(func() { fingerprint(ctx, values, o) })
	defer prints.Wait()
	places, err := src.Locate(ctx, blobsOf(values, c))
	if err != nil {
		return nil, err
	}
	c.tellFailures(places)
	if err := sight(ctx, values, c, places, src, o.Jobs); err != nil {
		return nil, err
	}
	prints.Wait()
	values = slices.DeleteFunc(values, func(v *value) bool { return len(v.finding.Sightings) == 0 }) // all filtered out
	relate(values)
	for _, v := range values {
		res.Findings = append(res.Findings, v.finding)
	}
	if o.Baseline != nil {
		res.Findings, res.Known = o.Baseline.New(res.Findings)
	}
	if c.forgotten > 0 {
		c.Unexamined("", finding.NotConfirmed.Because("%d bare numbers were not compared with the accounts found: more than %d of them", c.forgotten, maxWeak))
	}
	res.Unexamined = c.unexamined
	res.Stats = c.stats()
	res.Stats.Seconds = time.Since(start).Seconds()
	return res, nil
}
