package run

import (
	"log/slog"

	"github.com/deputy-sec/deputy/scanner"
	"github.com/deputy-sec/deputy/scanner/collect"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/all"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/suppress/ignore"
)

// NewTrace makes a run that looks for what one detector finds in place of all rules, wherever
// a scan looks, and in every name: of files, folders, refs and members of archives. Accounts,
// baselines, settings and states of the configuration do not count: nothing is known or meant
// to be there.
func NewTrace(c Config, d detect.Detector, notice func(string), log *slog.Logger) (*Run, error) {
	c.Rules, c.Custom, c.Settings, c.Accounts, c.Inventory, c.Baseline, c.State, c.All = nil, nil, nil, "", nil, "", "", true
	if err := c.check(); err != nil {
		return nil, err
	}
	key, err := ReadKey(c.KeyFile)
	if err != nil {
		return nil, err
	}
	set := detect.NewSet(d)
	return &Run{
		config: c, notice: notice, log: log, traces: true, ignored: &ignore.List{},
		rules: &Rules{Families: []all.Family{{Detector: d}}},
		names: func(name []byte) bool {
			found := false
			set.Scan(name, detect.Text{}, func(detect.Hit) { found = true })
			return found
		},
		engine: scanner.Options{
			Detectors: set, Fingerprints: finding.NewFingerprinter(key), All: true,
			Exhaustive: c.Exhaustive, Jobs: c.Jobs, MaxTime: c.MaxTime, Progress: &collect.Progress{},
		},
	}, nil
}
