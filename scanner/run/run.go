// Package run composes scans: it takes one configuration, plain data that may come from
// flags, a file or a database, opens what that names, and scans targets with it. It is the
// only room that knows all others.
package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strings"

	"github.com/deputy-sec/deputy/scanner"
	"github.com/deputy-sec/deputy/scanner/collect"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/target"
	"github.com/deputy-sec/deputy/scanner/suppress/ignore"
	"github.com/deputy-sec/deputy/scanner/suppress/settings"
	"github.com/deputy-sec/deputy/scanner/verify"
)

// Run is a configuration with all that it names loaded. It may scan many times, also at
// the same time; several runs of different configurations share nothing but the limit of
// the process's memory.
type Run struct {
	config   Config
	rules    *Rules
	settings settings.Set
	ignored  *ignore.List
	verifier *verify.Verifier // nil: nobody is asked
	engine   scanner.Options
	notice   func(string)
	traces   bool              // given values are looked for, in place of all rules
	names    func([]byte) bool // which names are looked at; nil: those that may hold an identifier
	log      *slog.Logger
}

// New loads what a configuration names. What is wrong and does not keep a scan from
// running is handed to notice, a line each; what is done is logged, without any value.
func New(c Config, notice func(string), log *slog.Logger) (*Run, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	r := &Run{config: c, notice: notice, log: log}
	key, err := ReadKey(c.KeyFile)
	if err != nil {
		return nil, err
	}
	if r.rules, err = LoadRules(c.Rules, c.Custom); err != nil {
		return nil, err
	}
	prints := finding.NewFingerprinter(key)
	r.engine = scanner.Options{
		Detectors:    r.rules.Set(),
		Fingerprints: prints,
		All:          c.All,
		Exhaustive:   c.Exhaustive,
		NoMarks:      c.NoMarks,
		Forms:        c.Forms,
		Jobs:         c.Jobs,
		MaxTime:      c.MaxTime,
		Progress:     &collect.Progress{},
	}
	if r.engine.Accounts, err = c.WhoseAccounts(prints); err != nil {
		return nil, err
	}
	if r.engine.Baseline, err = ReadBaseline(c.Baseline, prints); err != nil {
		return nil, err
	}
	if r.settings, err = c.SettingsOf(r.engine.Detectors.Rules()); err != nil {
		return nil, err
	}
	if r.ignored, err = ReadIgnored(c.Ignore); err != nil {
		return nil, err
	}
	if c.Verify {
		if r.verifier, err = verify.New(verify.Options{Endpoints: c.Endpoints}); err != nil {
			return nil, fmt.Errorf("--verify-endpoint: %w", err)
		}
	}
	for _, w := range r.rules.Warnings {
		notice(w)
	}
	log.Debug("configured", "rules", len(r.engine.Detectors.Rules()), "jobs", c.Jobs, "documents", !c.Documents.Off, "state", c.State)
	return r, nil
}

// Fingerprints names values as the run's findings do.
func (r *Run) Fingerprints() *finding.Fingerprinter { return r.engine.Fingerprints }

// Rules are what the run looks for.
func (r *Run) Rules() []*finding.Rule { return r.engine.Detectors.Rules() }

// Progress counts while the run scans.
func (r *Run) Progress() *collect.Progress { return r.engine.Progress }

// Scan scans targets, one after the other, and puts what it found together. The result is
// redacted unless the configuration wants values. stdin is what the target "-" reads. If
// some targets cannot be scanned there is a result of the others beside the error.
func (r *Run) Scan(ctx context.Context, targets []string, stdin io.Reader) (*finding.Result, error) {
	read, err := r.config.Target.options(r.config.Jobs, r.config.MaxMemory)
	if err != nil {
		return nil, err
	}
	if r.names != nil {
		read.Filter = read.Filter.WithNames(r.names)
	}
	if read.State, err = r.openState(); err != nil {
		return nil, err
	}
	documents, done, err := r.config.documents().Reader(r.config.Jobs)
	if err != nil {
		return nil, err
	}
	defer done()
	engine := r.engine
	engine.Documents, engine.Names = documents, r.names
	cache, err := r.cache(read.State)
	if err != nil {
		return nil, err
	}
	requests := target.Requests(targets, target.Options{Options: read, Stdin: stdin, Databases: r.traces})
	result, failed := r.scanTargets(ctx, requests, engine, cache)
	if result == nil {
		return nil, failed
	}
	if t := &r.config.Target; r.config.TellGlobs && !t.Staged && !t.HistoryOnly && t.Range == "" && t.Since == "" {
		for _, glob := range read.Filter.Unmatched() {
			r.notice(fmt.Sprintf("no path matches %q", glob))
		}
	}
	whole := len(requests) == 1 && requests[0].Whole() && r.config.Target.all()
	r.ignore(result, whole)
	r.stale(result, whole)
	r.settings.Apply(result)
	if r.verifier != nil {
		remote := ""
		if result.Repository != nil {
			remote = result.Repository.URL
		}
		r.verifier.Findings(ctx, result.Findings, remote)
	}
	if !r.config.Values {
		result.Redact()
	}
	if err := read.State.Save(); err != nil { // no reason to keep the result back
		r.notice(fmt.Sprintf("%v: the next scan examines everything again", err))
	}
	return result, failed
}

// ScanSource scans what is no target that a person names, as texts at hand. Only texts
// are read, and nothing of them is cached.
func (r *Run) ScanSource(ctx context.Context, src source.Source) (*finding.Result, error) {
	result, err := scanner.Scan(ctx, src, r.engine)
	if err == nil && !r.config.Values {
		result.Redact()
	}
	return result, err
}

// limitMemory lets the collector run more often before the process takes more
// memory than was asked for or, if nothing was, than stays in proportion to what
// there is to scan. Packs are mapped, and come on top. The limit is the process's: of
// several scans at once the last one's holds.
func limitMemory(asked, packs int64) {
	if asked == 0 {
		asked = 128<<20 + packs/2
	}
	debug.SetMemoryLimit(asked)
}

// scanTargets scans one target after the other. With several, paths say which
// one they belong to. One that cannot be scanned does not take the others along: it is
// a row of the result, and the error. Without any that can there is no result.
func (r *Run) scanTargets(ctx context.Context, requests []*target.Request, engine scanner.Options, cache *cache) (*finding.Result, error) {
	var results []*finding.Result
	var failed []error
	for _, q := range requests {
		result, err := cache.orScan(ctx, q, func() (*finding.Result, error) { return r.scanTarget(ctx, q, engine) })
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			failed = append(failed, err)
			continue
		}
		r.logScanned(q.Name, result)
		if len(requests) > 1 {
			under(result, q.Prefix())
		}
		results = append(results, result)
	}
	if len(results) == 0 {
		return nil, errors.Join(failed...)
	}
	merged := Merge(results)
	merged.Rules = engine.Detectors.Rules()
	for _, err := range failed {
		merged.Unexamined = append(merged.Unexamined, finding.NotExamined("target", "", finding.ReasonOf(err)))
	}
	return merged, errors.Join(failed...)
}

// logScanned logs how much of a target was examined. A URL may hold credentials, so a
// target that is none of our paths is not named.
func (r *Run) logScanned(name string, result *finding.Result) {
	if strings.Contains(name, "://") {
		name = "URL"
	}
	r.log.Debug("scanned", "target", name, "seconds", result.Stats.Seconds, "blobs", result.Stats.Blobs, "bytes", result.Stats.Bytes,
		"remembered", result.Stats.Remembered, "findings", len(result.Findings), "unexamined", len(result.Unexamined))
	for _, u := range result.Unexamined {
		r.log.Debug("not examined", "kind", u.Kind)
	}
}

func (r *Run) scanTarget(ctx context.Context, q *target.Request, engine scanner.Options) (result *finding.Result, err error) {
	t, err := q.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	if t.Note != "" {
		r.notice(t.Note)
	}
	limitMemory(r.config.MaxMemory, t.PackBytes)
	if result, err = scanner.Scan(ctx, t.Source, engine); err != nil {
		return nil, err
	}
	result.Repository = t.Repository
	return result, nil
}
