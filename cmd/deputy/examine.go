package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"

	"github.com/spf13/pflag"

	"github.com/deputy-sec/deputy/scanner"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/target"
)

// examineOptions are the flags that say what is read of targets and how it is
// examined. The verbs that scan share them.
type examineOptions struct {
	all        bool
	accounts   string
	rules      ruleFiles
	keyFile    string
	exhaustive bool
	jobs       int
	memory     size
	state      string
	values     bool // what was found is to be told as it is
	target     targetOptions
	documents  documentOptions
}

func (o *examineOptions) flags(f *pflag.FlagSet) {
	f.BoolVar(&o.all, "all", false, "report documentation examples and vendors' published accounts too")
	f.StringVar(&o.accounts, "accounts", "", "inventory `FILE` that says whose an account is (see deputy accounts)")
	o.rules.flags(f)
	f.StringVar(&o.keyFile, "fingerprint-key", "", "read the key of the fingerprints from `FILE` (default: $"+keyVariable+")")
	o.target.flags(f)
	f.BoolVar(&o.documents.off, "no-documents", false, "search PDFs, office files, archives and pictures as they are, without reading them")
	o.documents.flags(f)
	f.BoolVar(&o.exhaustive, "exhaustive", false, "match every version of a file in full, not only what is new in it")
	f.IntVarP(&o.jobs, "jobs", "j", runtime.GOMAXPROCS(0), "how much to do at once")
	f.Var(&o.memory, "max-memory", "about how much memory to take beside packs and documents (default: 128M and half the size of the packs)")
	f.StringVar(&o.state, "state", "", "remember in `FILE` what was examined, and leave out the next time what holds nothing or has not changed")
}

// engine makes what all targets are scanned with.
func (o *examineOptions) engine() (scanner.Options, error) {
	if o.jobs < 1 {
		return scanner.Options{}, errors.New("--jobs must be at least 1")
	}
	key, err := readKey(o.keyFile)
	if err != nil {
		return scanner.Options{}, err
	}
	families, err := o.rules.families()
	if err != nil {
		return scanner.Options{}, err
	}
	prints := finding.NewFingerprinter(key)
	inventory, err := readInventory(o.accounts, prints)
	if err != nil {
		return scanner.Options{}, err
	}
	return scanner.Options{
		Detectors:    detect.NewSet(detectorsOf(families)...),
		Fingerprints: prints,
		Accounts:     inventory,
		All:          o.all,
		Exhaustive:   o.exhaustive,
		Jobs:         o.jobs,
		Progress:     &scanner.Progress{},
	}, nil
}

// run scans targets, with documents read while it lasts.
func (o *examineOptions) run(ctx context.Context, targets []string, engine scanner.Options, in io.Reader, errs io.Writer) (*scanner.Result, error) {
	o.rules.warn(errs)
	read, err := o.target.read(o.jobs)
	if err != nil {
		return nil, err
	}
	if o.memory != 0 && o.memory < leastMemory {
		return nil, errors.New("--max-memory must be at least 64M")
	}
	read.MaxMemory = int64(o.memory)
	if read.State, err = o.openState(engine.Detectors, errs); err != nil {
		return nil, err
	}
	documents, done, err := o.documents.reader(o.jobs)
	if err != nil {
		return nil, err
	}
	defer done()
	engine.Documents = documents
	stop := showProgress(errs, engine.Progress)
	defer stop()
	keep, err := o.keeper(read.State, engine)
	if err != nil {
		return nil, err
	}
	result, err := scanTargets(ctx, targets, target.Options{Options: read, Stdin: in}, engine, keep)
	if err != nil {
		return nil, err
	}
	if !o.values {
		result.Redact()
	}
	if err := read.State.Save(); err != nil { // no reason to keep the result back
		_, _ = fmt.Fprintf(errs, "deputy: %v: the next scan examines everything again\n", err)
	}
	return result, nil
}

// leastMemory is what a scan needs: less leaves no room for delta chains.
const leastMemory = 64 << 20

// limitMemory lets the collector run more often before the process takes more
// memory than was asked for or, if nothing was, than stays in proportion to what
// there is to scan. Packs are mapped, and come on top.
func limitMemory(asked, packs int64) {
	if asked == 0 {
		asked = 128<<20 + packs/2
	}
	debug.SetMemoryLimit(asked)
}

// scanTargets scans one target after the other. With several, paths say which
// one they belong to.
func scanTargets(ctx context.Context, names []string, read target.Options, options scanner.Options, keep *keeper) (*scanner.Result, error) {
	var results []*scanner.Result
	for _, name := range names {
		result, err := keep.orScan(ctx, name, read, options)
		if err != nil {
			return nil, err
		}
		if len(names) > 1 {
			result.Under(prefixOf(name))
		}
		results = append(results, result)
	}
	return scanner.Merge(results), nil
}

func scanTarget(ctx context.Context, name string, read target.Options, options scanner.Options) (result *scanner.Result, err error) {
	t, err := target.Open(ctx, name, read)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	limitMemory(read.MaxMemory, t.PackBytes)
	if result, err = scanner.Scan(ctx, t, options); err != nil {
		return nil, err
	}
	result.Repository = t.Repository
	return result, nil
}

// prefixOf returns what stands before the paths of a target in a report on
// several: a directory's name, or that of the directory a file lies in.
func prefixOf(target string) string {
	if info, err := os.Stat(target); err == nil && !info.IsDir() {
		return filepath.Dir(target)
	} else if err != nil && target == "-" {
		return ""
	}
	return target
}
