package sweep

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/sweep/notify"
	"github.com/deputy-sec/deputy/scanner/sweep/state"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

// maxTold is how many findings a message shows; it counts the others.
const maxTold = 20

// tell sends what a sweep found that is new or has come back to whom its configuration
// names. All of its repositories have been examined by then.
func (w *Worker) tell(ctx context.Context, sweep int64) error {
	p, err := w.planOf(ctx, sweep)
	if err != nil {
		return err
	}
	group := notify.New(p.config.Notify, notify.Via{})
	if group.Empty() {
		return nil
	}
	return group.Send(ctx, func(ctx context.Context, least finding.Severity) (*notify.Digest, error) {
		return w.digest(ctx, p, sweep, least)
	})
}

// digest is what a sweep changed for the worse, from a severity on.
func (w *Worker) digest(ctx context.Context, p *plan, sweep int64, least finding.Severity) (*notify.Digest, error) {
	verdicts, err := w.store.SweepVerdicts(ctx, sweep)
	if err != nil {
		return nil, err
	}
	d := &notify.Digest{
		Sweep: sweep, EndedAt: time.Now(), Whole: verdicts.Whole, Part: verdicts.Part, Failed: verdicts.Failed,
		URL: p.page("/findings", url.Values{"state": {string(state.New), string(state.Reappeared)}}),
	}
	for _, c := range []struct {
		state state.State
		n     *int
	}{{state.New, &d.New}, {state.Reappeared, &d.Reappeared}} {
		n, err := w.store.CountFindings(ctx, store.FindingFilter{States: []state.State{c.state}, Since: sweep, Severities: from(least)})
		if err != nil {
			return nil, err
		}
		*c.n = int(n)
	}
	worst, _, err := w.store.Findings(ctx, store.FindingFilter{
		States: []state.State{state.New, state.Reappeared}, Since: sweep, Severities: from(least),
	}, "", maxTold)
	if err != nil {
		return nil, err
	}
	for i := range worst {
		d.Items = append(d.Items, p.item(&worst[i]))
	}
	return d, nil
}

// item is a finding as a message shows it.
func (p *plan) item(f *store.Finding) notify.Item {
	title := p.titles[f.Rule]
	if title == "" {
		title = f.Rule
	}
	return notify.Item{
		Rule: f.Rule, Title: title, Severity: f.Severity, Secret: f.Secret, Reappeared: f.State == state.Reappeared,
		Repository: f.FullName, Path: f.Path, Line: f.Line, Others: max(0, f.Repositories-1), URL: p.page(fmt.Sprintf("/findings/%d", f.ID), nil),
	}
}

// page returns the address of a page of deputy serve, "" if the configuration does not say
// where that is.
func (p *plan) page(path string, query url.Values) string {
	if p.config.Serve.URL == "" {
		return ""
	}
	u, err := url.Parse(p.config.Serve.URL)
	if err != nil { // it was checked when the configuration was read
		return ""
	}
	u.Path, u.RawQuery = path, query.Encode()
	return u.String()
}

// from lists the severities from one on; nil, which is all, for none.
func from(least finding.Severity) []finding.Severity {
	var all []finding.Severity
	for _, s := range [...]finding.Severity{finding.Critical, finding.High, finding.Medium, finding.Low} {
		if least != "" && s.Rank() >= least.Rank() {
			all = append(all, s)
		}
	}
	return all
}
