package scanner

import (
	"context"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// confirmed returns the values that are findings: found with confidence
// somewhere, or weak but named by something found with confidence.
func confirmed(c *collector) []*value {
	named := map[string]bool{} // accounts that a key found with confidence belongs to
	for _, v := range c.values {
		if v.rule.Kind != finding.AccountID && v.best.Confidence >= detect.Report && v.best.Account != "" && v.best.Class != finding.Sample {
			named[v.best.Account] = true
		}
	}
	series := seriesOf(c.values)
	tellOnce(c.values)
	var out []*value
	for _, v := range c.values {
		if len(v.spots) == 0 && v.allowed == 0 {
			continue // told by another rule
		}
		if undecided(v) && series[v.value[:seriesHead]] && !named[v.value] {
			continue // numbers that somebody gave out in order
		}
		if v.rule.Kind == finding.AccountID && v.best.Confidence < detect.Report && named[v.value] {
			v.best.Confidence = detect.Report
			v.best.Evidence = append([]string{"the account of a key found in this target"}, v.best.Evidence...)
		}
		if v.best.Confidence >= detect.Report || len(v.spots) == 0 && v.allowed > 0 {
			out = append(out, v)
		}
	}
	return out
}

// tellOnce leaves a private key to the rule that knows whose it is, in the contents where
// there is one: a service account's key file is one leak, not two.
func tellOnce(values map[valueKey]*value) {
	keys := map[string]*value{}
	for _, v := range values {
		if v.rule.Kind == finding.PrivateKey {
			keys[v.value] = v
		}
	}
	for _, v := range values {
		key := keys[v.value]
		if key == nil || key == v || v.rule.Kind == finding.PrivateKey || v.best.Confidence < detect.Report {
			continue
		}
		told := map[int32]bool{}
		for _, s := range v.spots {
			told[s.blob] = true
		}
		key.spots = slices.DeleteFunc(key.spots, func(s spot) bool { return told[s.blob] })
	}
}

// AWS gives out account IDs at random. Several that begin alike are the IDs of another
// system, which counts: orders, users, articles. Of a hundred accounts four begin with the
// same five digits once in ten billion targets.
const (
	seriesHead  = 5
	leastSeries = 4
	decided     = 0.95 // the least confidence of what stands where only an account can
)

func undecided(v *value) bool {
	return v.rule.Kind == finding.AccountID && v.best.Confidence < decided && len(v.value) > seriesHead
}

// seriesOf returns the beginnings that several undecided values share.
func seriesOf(values map[valueKey]*value) map[string]bool {
	count := map[string]int{}
	for _, v := range values {
		if undecided(v) && v.best.Class != finding.Sample {
			count[v.value[:seriesHead]]++
		}
	}
	series := map[string]bool{}
	for head, n := range count {
		series[head] = n >= leastSeries
	}
	return series
}

// classify gives each value its class and drops what is not to be reported.
func classify(values []*value, o Options, res *Result) []*value {
	return slices.DeleteFunc(values, func(v *value) bool {
		if len(v.spots) == 0 {
			res.Allowed++
			return true
		}
		f := &finding.Finding{
			Rule:       v.rule,
			Secret:     v.best.Secret(),
			Class:      v.best.Class,
			Severity:   v.rule.Severity,
			Confidence: v.best.Confidence,
			Evidence:   v.best.Evidence,
		}
		if v.best.Severity != "" {
			f.Severity = v.best.Severity
		}
		if f.Class == "" {
			f.Class = finding.Unknown
		}
		if v.rule.Kind == finding.AccountID {
			own(f, v.value, o)
		}
		v.finding = f
		if !o.All && (f.Class == finding.Sample || f.Class == finding.Vendor) {
			res.Hidden++
			return true
		}
		return false
	})
}

// own lets the inventory say whose an account is. What the owner says goes
// before what the tables know.
func own(f *finding.Finding, account string, o Options) {
	entry, ok := o.Accounts.Lookup(account)
	if !ok {
		return
	}
	f.Class = entry.Class
	if entry.Class == finding.Customer {
		f.Severity = finding.High // it is not ours to publish
	}
	phrase := "the inventory calls it " + string(entry.Class)
	if entry.Name != "" {
		phrase += " (" + entry.Name + ")"
	}
	f.Evidence = append(slices.Clone(f.Evidence), phrase)
}

// blobsOf returns the contents that must be located: those with findings, and
// those that failed.
func blobsOf(values []*value, c *collector) map[source.ID]bool {
	ids := map[source.ID]bool{}
	for id := range c.failures {
		ids[id] = true
	}
	for _, v := range values {
		for _, s := range v.spots {
			ids[c.blobs[s.blob]] = true
		}
	}
	return ids
}

// fingerprint names every value. Low-entropy ones are slow on purpose, so the
// work is spread.
func fingerprint(ctx context.Context, values []*value, o Options) {
	var g errgroup.Group
	g.SetLimit(max(1, min(o.Jobs, runtime.GOMAXPROCS(0))))
	for _, v := range values {
		g.Go(func() error {
			if ctx.Err() == nil {
				v.finding.Fingerprint = o.Fingerprints.Fingerprint(v.rule, v.value)
			}
			return nil
		})
	}
	_ = g.Wait() // the functions return no errors
}
