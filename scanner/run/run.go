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
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/deputy-sec/deputy/scanner"
	"github.com/deputy-sec/deputy/scanner/collect"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/target"
)

// Run is a configuration with all that it names loaded. It may scan many times, also at
// the same time; several runs of different configurations share nothing but the limit of
// the process's memory.
type Run struct {
	config Config
	rules  *Rules
	engine scanner.Options
	notice func(string)
	log    *slog.Logger
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
	if r.rules, err = LoadRules(c.Rules); err != nil {
		return nil, err
	}
	prints := finding.NewFingerprinter(key)
	r.engine = scanner.Options{
		Detectors:    r.rules.Set(),
		Fingerprints: prints,
		All:          c.All,
		Exhaustive:   c.Exhaustive,
		Jobs:         c.Jobs,
		Progress:     &collect.Progress{},
	}
	if r.engine.Accounts, err = ReadInventory(c.Accounts, prints); err != nil {
		return nil, err
	}
	if r.engine.Baseline, err = ReadBaseline(c.Baseline, prints); err != nil {
		return nil, err
	}
	for _, w := range r.rules.Warnings {
		notice(w)
	}
	log.Debug("configured", "rules", len(r.engine.Detectors.Rules()), "jobs", c.Jobs, "documents", !c.Documents.Off, "state", c.State)
	return r, nil
}

// Fingerprints names values as the run's findings do.
func (r *Run) Fingerprints() *finding.Fingerprinter { return r.engine.Fingerprints }

// Progress counts while the run scans.
func (r *Run) Progress() *collect.Progress { return r.engine.Progress }

// Scan scans targets, one after the other, and puts what it found together. The result is
// redacted unless the configuration wants values. stdin is what the target "-" reads.
func (r *Run) Scan(ctx context.Context, targets []string, stdin io.Reader) (*finding.Result, error) {
	read, err := r.config.Target.options(r.config.Jobs, r.config.MaxMemory)
	if err != nil {
		return nil, err
	}
	if read.State, err = r.openState(); err != nil {
		return nil, err
	}
	documents, done, err := r.config.Documents.Reader(r.config.Jobs)
	if err != nil {
		return nil, err
	}
	defer done()
	engine := r.engine
	engine.Documents = documents
	cache, err := r.cache(read.State)
	if err != nil {
		return nil, err
	}
	result, err := r.scanTargets(ctx, targets, target.Options{Options: read, Stdin: stdin}, engine, cache)
	if err != nil {
		return nil, err
	}
	if !r.config.Values {
		result.Redact()
	}
	if err := read.State.Save(); err != nil { // no reason to keep the result back
		r.notice(fmt.Sprintf("%v: the next scan examines everything again", err))
	}
	return result, nil
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
// one they belong to.
func (r *Run) scanTargets(ctx context.Context, names []string, read target.Options, engine scanner.Options, cache *cache) (*finding.Result, error) {
	var results []*finding.Result
	for _, name := range names {
		result, err := cache.orScan(ctx, name, read, engine)
		if err == nil {
			r.logScanned(name, result)
		}
		if err != nil {
			return nil, err
		}
		if len(names) > 1 {
			under(result, prefixOf(name))
		}
		results = append(results, result)
	}
	merged := Merge(results)
	merged.Rules = engine.Detectors.Rules()
	return merged, nil
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

func scanTarget(ctx context.Context, name string, read target.Options, engine scanner.Options) (result *finding.Result, err error) {
	t, err := target.Open(ctx, name, read)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	limitMemory(read.MaxMemory, t.PackBytes)
	if result, err = scanner.Scan(ctx, t, engine); err != nil {
		return nil, err
	}
	result.Repository = t.Repository
	return result, nil
}

// prefixOf returns what stands before the paths of a target in a report on
// several: a directory's name, or that of the directory a file lies in.
func prefixOf(name string) string {
	if info, err := os.Stat(name); err == nil && !info.IsDir() {
		return filepath.Dir(name)
	} else if err != nil && name == "-" {
		return ""
	}
	return name
}
