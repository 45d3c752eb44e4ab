package run

import (
	"errors"

	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/git"
)

// options says what is read of a target.
func (t *Target) options(jobs int, memory int64) (git.Options, error) {
	filter, err := source.NewFilter(t.Include, t.Exclude)
	if err != nil {
		return git.Options{}, err
	}
	parts, err := t.parts()
	return git.Options{
		Filter: filter, Jobs: jobs, Parts: parts, MaxMemory: memory,
		Range: t.Range, Since: t.Since, Refs: t.Refs, IncludeIgnored: t.IncludeIgnored,
	}, err
}

func (t *Target) parts() (git.Parts, error) {
	chosen := 0
	for _, flag := range []bool{t.Staged, t.Range != "", t.Since != "", t.HistoryOnly, t.NoHistory} {
		if flag {
			chosen++
		}
	}
	if chosen > 1 {
		return 0, errors.New("--staged, --range, --since, --history-only and --no-history exclude each other")
	}
	switch {
	case t.Staged:
		return git.Staged, nil
	case t.HistoryOnly, t.Range != "", t.Since != "":
		return git.History, nil
	case t.NoHistory:
		return git.Staged | git.WorkTree, nil
	}
	return 0, nil // everything there is
}
