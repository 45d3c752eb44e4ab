// Package resolve turns hits into findings: it decides which values are findings, gives
// them class, fingerprint and relations, and finds out where they stand.
package resolve

import (
	"context"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/deputy-sec/deputy/scanner/collect"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/suppress/accounts"
)

// Options say what is made of hits.
type Options struct {
	Fingerprints *finding.Fingerprinter
	Accounts     *accounts.Inventory // nil: every account's owner is unknown
	All          bool                // report examples and vendors' accounts too
	Jobs         int                 // work done at once; at least 1
	Forms        bool                // read every content again for how the values stand in it
}

// value is a value that becomes a finding.
type value struct {
	*collect.Value
	finding *finding.Finding
	byKey   bool // it is sure because of a key that encodes it, not by one of its places
}

// Resolve returns what follows from the hits of a source that has been read: findings in
// no order, and how many were hidden or allowed. What goes wrong with one of them is a
// row of the collection.
func Resolve(ctx context.Context, c *collect.Collection, src source.Source, o Options) (*finding.Result, error) {
	res := &finding.Result{}
	values := classify(confirmed(c), o, res)
	// Slow on purpose, and nothing of it is needed to find the places.
	var prints sync.WaitGroup
	prints.Go(func() { fingerprint(ctx, values, o) })
	defer prints.Wait()
	places, err := src.Locate(ctx, contentsOf(values, c))
	if err != nil {
		return nil, err
	}
	reportFailures(c, places)
	if err := locate(ctx, values, c, places, src, o.Jobs); err != nil {
		return nil, err
	}
	if o.Forms {
		if err := writtenForms(ctx, values, c, src, o.Jobs); err != nil {
			return nil, err
		}
	}
	prints.Wait()
	values = slices.DeleteFunc(values, func(v *value) bool { return len(v.finding.Sightings) == 0 }) // all filtered out
	for _, v := range values {
		temper(v.finding)
	}
	relate(values)
	for _, v := range values {
		res.Findings = append(res.Findings, v.finding)
	}
	return res, nil
}

// confirmed returns the values that are findings: found with confidence
// somewhere, or weak but named by something found with confidence.
func confirmed(c *collect.Collection) []*value {
	named := map[string]bool{} // accounts that a key found with confidence belongs to
	for _, v := range c.Values() {
		if v.Rule.Kind != finding.AccountID && v.Best.Confidence >= detect.Report && v.Best.Account != "" && v.Best.Class != finding.Sample {
			named[v.Best.Account] = true
		}
	}
	series := sharedPrefixes(c.Values())
	dedupeKeys(c.Values())
	var out []*value
	for _, v := range c.Values() {
		if len(v.Occurrences) == 0 && v.Allowed == 0 {
			continue // another rule reports it
		}
		if undecided(v) && series[v.Text[:prefixLength]] && !named[v.Text] {
			continue // numbers that somebody gave out in order
		}
		byKey := v.Rule.Kind == finding.AccountID && v.Best.Confidence < detect.Report && named[v.Text]
		if byKey {
			v.Best.Confidence = detect.Report
			v.Best.Evidence = append([]string{"the account of a key found in this target"}, v.Best.Evidence...)
		}
		if v.Best.Confidence >= detect.Report || len(v.Occurrences) == 0 && v.Allowed > 0 {
			out = append(out, &value{Value: v, byKey: byKey})
		}
	}
	return out
}

// dedupeKeys leaves a value to the rule that knows more of it, in the contents where there is
// one: a service account's key file is one leak, not two, and a password that a provider's
// rule knows is that provider's.
func dedupeKeys(values map[collect.Key]*collect.Value) {
	yielding := map[string][]*collect.Value{}
	for _, v := range values {
		if yields(v) > 0 {
			yielding[v.Text] = append(yielding[v.Text], v)
		}
	}
	for _, v := range values {
		if v.Best.Confidence < detect.Report {
			continue
		}
		for _, other := range yielding[v.Text] {
			if yields(other) <= yields(v) {
				continue
			}
			reported := map[int32]bool{}
			for _, s := range v.Occurrences {
				reported[s.Content] = true
			}
			other.Occurrences = slices.DeleteFunc(other.Occurrences, func(s collect.Occurrence) bool { return reported[s.Content] })
		}
	}
}

// yields orders rules by what they know of a value: one gives way to those of a lower number.
func yields(v *collect.Value) int {
	switch {
	case v.Rule.Generic:
		return 2
	case v.Rule.Kind == finding.PrivateKey:
		return 1
	}
	return 0
}

// AWS gives out account IDs at random. Several that begin alike are the IDs of another
// system, which counts: orders, users, articles. Of a hundred accounts four begin with the
// same five digits once in ten billion targets.
const (
	prefixLength = 5
	leastShared  = 4
	decided      = 0.95 // the least confidence of what stands where only an account can
)

func undecided(v *collect.Value) bool {
	return v.Rule.Kind == finding.AccountID && v.Best.Confidence < decided && len(v.Text) > prefixLength
}

// sharedPrefixes returns the beginnings that several undecided values share.
func sharedPrefixes(values map[collect.Key]*collect.Value) map[string]bool {
	count := map[string]int{}
	for _, v := range values {
		if undecided(v) && v.Best.Class != finding.Sample {
			count[v.Text[:prefixLength]]++
		}
	}
	series := map[string]bool{}
	for head, n := range count {
		series[head] = n >= leastShared
	}
	return series
}

// classify gives each value its class and drops what is not to be reported.
func classify(values []*value, o Options, res *finding.Result) []*value {
	return slices.DeleteFunc(values, func(v *value) bool {
		if len(v.Occurrences) == 0 {
			res.Allowed++
			return true
		}
		f := &finding.Finding{
			Rule:       v.Rule,
			Secret:     v.Best.Secret(),
			Class:      v.Best.Class,
			Severity:   v.Rule.Severity,
			Confidence: v.Best.Confidence,
			Evidence:   v.Best.Evidence,
		}
		if v.Best.Severity != "" {
			f.Severity = v.Best.Severity
		}
		if f.Class == "" {
			f.Class = finding.Unknown
		}
		if v.Rule.Kind == finding.AccountID {
			own(f, v.Text, o)
		}
		v.finding = f
		if !o.All && (f.Class == finding.Sample || f.Class == finding.Vendor) {
			res.Hidden++
			return true
		}
		return false
	})
}

// temper lowers what is said of keys and passwords that stand nowhere but in tests, examples and
// copies of what others wrote: they are made for the purpose, as a rule, and open nothing.
// What a provider gave out opens the same wherever it stands.
func temper(f *finding.Finding) {
	if area := f.Area(); f.Rule.Homemade && area != finding.Source {
		f.Severity = finding.Low
		f.Evidence = append(slices.Clone(f.Evidence), "stands in "+where[area]+" alone")
	}
}

var where = map[finding.Area]string{
	finding.Tests: "tests", finding.Examples: "examples", finding.ThirdParty: "copies of what others wrote",
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

// contentsOf returns the contents that must be located: those with findings, and
// those that failed.
func contentsOf(values []*value, c *collect.Collection) map[source.ID]bool {
	ids := map[source.ID]bool{}
	for id := range c.Failures() {
		ids[id] = true
	}
	for _, v := range values {
		for _, s := range v.Occurrences {
			ids[c.Content(s.Content)] = true
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
				v.finding.Fingerprint = o.Fingerprints.Fingerprint(v.Rule, v.Text)
			}
			return nil
		})
	}
	_ = g.Wait() // the functions return no errors
}
