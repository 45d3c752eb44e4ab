package main

import (
	"errors"

	"github.com/spf13/pflag"

	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/git"
)

// targetOptions are the flags that say what of a target is read.
type targetOptions struct {
	include, exclude []string
	staged           bool
	revisions        string
	since            string
	historyOnly      bool
	noHistory        bool
	includeIgnored   bool
}

func (o *targetOptions) flags(f *pflag.FlagSet) {
	f.BoolVar(&o.staged, "staged", false, "scan only what is staged for the next commit")
	f.StringVar(&o.revisions, "range", "", "scan only what the commits of `A..B` brought")
	f.StringVar(&o.since, "since", "", "scan only what the commits of all refs brought after `COMMIT` or a date such as 2006-01-02")
	f.BoolVar(&o.historyOnly, "history-only", false, "leave out the index and the work tree")
	f.BoolVar(&o.noHistory, "no-history", false, "leave out the history")
	f.BoolVar(&o.includeIgnored, "include-ignored", false, "scan files that .gitignore leaves out, too")
	f.StringArrayVar(&o.include, "include", nil, "scan only paths that match `GLOB` (doublestar); may be repeated")
	f.StringArrayVar(&o.exclude, "exclude", nil, "leave out paths that match `GLOB`; may be repeated")
}

// read says what the flags choose to read of a target.
func (o *targetOptions) read(jobs int) (git.Options, error) {
	filter, err := source.NewFilter(o.include, o.exclude)
	if err != nil {
		return git.Options{}, err
	}
	parts, err := o.parts()
	return git.Options{
		Filter: filter, Jobs: jobs, Parts: parts,
		Range: o.revisions, Since: o.since, IncludeIgnored: o.includeIgnored,
	}, err
}

func (o *targetOptions) parts() (git.Parts, error) {
	chosen := 0
	for _, flag := range []bool{o.staged, o.revisions != "", o.since != "", o.historyOnly, o.noHistory} {
		if flag {
			chosen++
		}
	}
	if chosen > 1 {
		return 0, errors.New("--staged, --range, --since, --history-only and --no-history exclude each other")
	}
	switch {
	case o.staged:
		return git.Staged, nil
	case o.historyOnly, o.revisions != "", o.since != "":
		return git.History, nil
	case o.noHistory:
		return git.Staged | git.WorkTree, nil
	}
	return 0, nil // everything there is
}
