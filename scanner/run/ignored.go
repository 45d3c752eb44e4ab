package run

import (
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
	t := &r.config.Target
	whole = whole && !t.Staged && !t.HistoryOnly && !t.NoHistory && t.Range == "" && t.Since == "" && len(t.Include)+len(t.Exclude) == 0 && r.config.Baseline == ""
	for _, line := range r.ignored.Stale(today, whole) {
		r.notice(line)
	}
}
