package run

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/suppress/ignore"
)

// ReadIgnored reads files of what is meant to be found. What they are called says whose they
// are.
func ReadIgnored(files []string) (*ignore.List, error) {
	list := &ignore.List{}
	for _, name := range files {
		if err := readIgnored(list, name); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func readIgnored(list *ignore.List, name string) error {
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	if filepath.Base(name) == ignore.GitleaksFileName {
		return list.ReadGitleaks(in, filepath.Base(name))
	}
	return list.Read(in, filepath.Base(name))
}

// ignore takes what is meant to be there from a result, and says which entries are of no use;
// of those that nothing is found for only if a whole target was scanned.
func (r *Run) ignore(result *finding.Result, whole bool) {
	today := time.Now()
	var gone int
	result.Findings, gone = r.ignored.Apply(result.Findings, today)
	result.Ignored += gone
	for _, line := range r.ignored.Stale(today, whole && r.config.Baseline == "") {
		r.notice(line)
	}
}

// stale says what of the baseline nothing is found for, if all was looked at.
func (r *Run) stale(result *finding.Result, whole bool) {
	b := r.engine.Baseline
	if b == nil || !whole || len(result.Unexamined) > 0 {
		return
	}
	if n := b.Stale(); n > 0 {
		r.notice(fmt.Sprintf("the baseline knows %d that nothing is found for any more: deputy baseline prune takes them out", n))
	}
}

// all reports whether the configuration wants all of a target.
func (t *Target) all() bool {
	return !t.Staged && !t.HistoryOnly && !t.NoHistory && t.Range == "" && t.Since == "" && len(t.Include)+len(t.Exclude) == 0
}
