package page

import (
	"context"
	"errors"
	"html/template"
	"net/http"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/sweep/state"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

// staleAfter is how long a repository may go without being examined whole before the
// page says so.
const staleAfter = 7 * 24 * time.Hour

// summary is what the overview and the API say of everything.
type summary struct {
	Open       [4]int64 // unsettled, as severities
	States     map[state.State]int64
	Coverage   []share
	Stale      int64
	Overdue    int64
	Unassigned int64
	Jobs       store.JobCounts
	Sweep      *store.Sweep // the latest; nil if there is none
}

func (s *server) summary(ctx context.Context) (*summary, error) {
	out := &summary{States: map[state.State]int64{}}
	counts, err := s.Store.CountStates(ctx, s.Clock.Now())
	if err != nil {
		return nil, err
	}
	for _, c := range counts {
		out.States[c.State] += c.Findings
		for i, severity := range severities {
			if severity == c.Severity && unsettled(c.State) {
				out.Open[i] += c.Findings
			}
		}
		if unsettled(c.State) {
			out.Overdue += c.Overdue
			out.Unassigned += c.Unassigned
		}
	}
	if out.Coverage, err = s.coverage(ctx); err != nil {
		return nil, err
	}
	present := []store.Presence{store.Listed}
	if out.Stale, err = s.Store.CountRepositories(ctx, store.RepositoryFilter{Presence: present, StaleAt: s.Clock.Now().Add(-staleAfter)}); err != nil {
		return nil, err
	}
	if out.Jobs, err = s.Store.JobCounts(ctx); err != nil {
		return nil, err
	}
	sweeps, err := s.Store.Sweeps(ctx, 1)
	if err == nil && len(sweeps) > 0 {
		out.Sweep = &sweeps[0]
	}
	return out, err
}

// coverage says how many of the repositories were examined.
func (s *server) coverage(ctx context.Context) ([]share, error) {
	parts := []share{
		{Label: "examined whole", Class: "good", Link: "verdict=whole"}, {Label: "in part", Class: "medium", Link: "verdict=part"},
		{Label: "not examined", Class: "critical", Link: "verdict=failed"}, {Label: "not yet", Class: "none", Link: "verdict=never"},
	}
	for i, v := range []store.Verdict{store.Whole, store.Part, store.Failed, store.Never} {
		n, err := s.Store.CountRepositories(ctx, store.RepositoryFilter{Presence: []store.Presence{store.Listed}, Verdict: []store.Verdict{v}})
		if err != nil {
			return nil, err
		}
		parts[i].Count = n
	}
	return shares(parts), nil
}

func (s *server) overview(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	sum, err := s.summary(ctx)
	if err != nil {
		return err
	}
	data := struct {
		frame
		*summary
		Severities []finding.Severity
		History    *history
		Risky      []store.Repository
		Unwell     []store.Repository
		News       []row
		LeftOut    []store.LeftOutRow
		Targets    []store.Target
		Queued     int64
		RunningNow int64
		New        int64
		Reappeared int64
	}{frame: s.frame(r, "Overview", "overview"), summary: sum, Severities: severities, New: sum.States[state.New], Reappeared: sum.States[state.Reappeared]}
	data.Queued, data.RunningNow = sum.Jobs.ByState["available"]+sum.Jobs.ByState["scheduled"]+sum.Jobs.ByState["retryable"], sum.Jobs.ByState["running"]
	tallies, err := s.Store.Tallies(ctx, sweepsShown)
	if err != nil {
		return err
	}
	data.History = newHistory(tallies)
	if data.Risky, _, err = s.Store.Repositories(ctx, store.RepositoryFilter{Findings: true}, store.ByRisk, "", 8); err != nil {
		return err
	}
	unwell := store.RepositoryFilter{Presence: []store.Presence{store.Listed}, Verdict: []store.Verdict{store.Failed, store.Part}}
	if data.Unwell, _, err = s.Store.Repositories(ctx, unwell, store.ByName, "", 8); err != nil {
		return err
	}
	news, _, err := s.Store.Findings(ctx, store.FindingFilter{States: []state.State{state.New, state.Reappeared}}, "", 8)
	if err != nil {
		return err
	}
	data.News = s.listed(news)
	left, err := s.Store.LeftOutRows(ctx, 1000)
	if err != nil {
		return err
	}
	for _, l := range left {
		if l.Cause == "failed" && len(data.LeftOut) < 20 {
			data.LeftOut = append(data.LeftOut, l)
		}
	}
	targets, err := s.Store.Targets(ctx)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if t.Active && t.Error != "" {
			data.Targets = append(data.Targets, t)
		}
	}
	return s.render(w, http.StatusOK, "overview", data)
}

// repositoryFilter reads what a reader chose of the repositories.
func (s *server) repositoryFilter(r *http.Request) (f store.RepositoryFilter, order store.RepositoryOrder, err error) {
	q := r.URL.Query()
	f = store.RepositoryFilter{Text: q.Get("q"), Target: q.Get("target"), Findings: q.Get("findings") == "1"}
	if len(f.Text) > maxText || len(f.Target) > maxText {
		return f, 0, wrong("The text is too long.")
	}
	for _, v := range q["verdict"] {
		switch v {
		case "":
		case "never":
			f.Verdict = append(f.Verdict, store.Never)
		case string(store.Whole), string(store.Part), string(store.Failed):
			f.Verdict = append(f.Verdict, store.Verdict(v))
		default:
			return f, 0, wrong("There is no verdict %q.", v)
		}
	}
	for _, p := range q["presence"] {
		switch store.Presence(p) {
		case "":
		case store.Listed, store.LeftOut, store.Gone:
			f.Presence = append(f.Presence, store.Presence(p))
		default:
			return f, 0, wrong("There is no presence %q.", p)
		}
	}
	if q.Get("stale") == "1" {
		f.StaleAt = s.Clock.Now().Add(-staleAfter)
	}
	switch q.Get("order") {
	case "", "risk":
	case "name":
		order = store.ByName
	default:
		return f, 0, wrong("order: want risk or name.")
	}
	return f, order, nil
}

func (s *server) repositories(w http.ResponseWriter, r *http.Request) error {
	f, order, err := s.repositoryFilter(r)
	if err != nil {
		return err
	}
	limit, err := rowsOf(r)
	if err != nil {
		return err
	}
	all, next, err := s.Store.Repositories(r.Context(), f, order, cursorOf(r), limit)
	if err != nil {
		return err
	}
	total, err := s.Store.CountRepositories(r.Context(), f)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	data := struct {
		frame
		Rows                 []store.Repository
		Total                int64
		Text, Verdict, Order string
		Presence             string
		Findings, Stale      bool
		Verdicts             map[string]string
		Next, Begin          string
	}{
		frame: s.frame(r, "Repositories", "repositories"), Rows: all, Total: total,
		Text: f.Text, Verdict: q.Get("verdict"), Order: q.Get("order"), Presence: q.Get("presence"), Findings: f.Findings, Stale: !f.StaleAt.IsZero(),
		Verdicts: map[string]string{"whole": "examined whole", "part": "in part", "failed": "not examined", "never": "not yet"},
	}
	if cursorOf(r) != "" {
		q.Del("after")
		data.Begin = "/repositories?" + q.Encode()
	}
	if next != "" {
		q.Set("after", string(next))
		data.Next = "/repositories?" + q.Encode()
	}
	return s.render(w, http.StatusOK, "repositories", data)
}

// shownRows bounds lists within a page about one thing.
const shownRows = 50

func (s *server) repository(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	repo, err := s.Store.Repository(ctx, id)
	if err != nil {
		return err
	}
	data := struct {
		frame
		Repository store.Repository
		Findings   []row
		More       bool
		Scans      []store.Scan
		Unexamined []store.Unexamined
		Events     []store.Event
	}{frame: s.frame(r, report.Printable(repo.FullName), "repositories"), Repository: repo}
	found, more, err := s.Store.Findings(ctx, store.FindingFilter{Repository: id, States: state.Unsettled()}, "", shownRows)
	if err != nil {
		return err
	}
	data.Findings, data.More = s.listed(found), more != ""
	if data.Scans, err = s.Store.Scans(ctx, id, 10); err != nil {
		return err
	}
	if data.Unexamined, err = s.Store.Unexamined(ctx, id, 200); err != nil {
		return err
	}
	if data.Events, _, err = s.Store.Events(ctx, store.EventFilter{Repository: id}, "", 20); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "repository", data)
}

// listPage is a page of findings.
type listPage struct {
	frame
	Filter      *filter
	Rows        []row
	Total       int64
	Rules       []*finding.Rule
	States      []state.State
	Severities  []finding.Severity
	Kinds       []finding.Kind
	Next        string
	Begin       string // the first page, "" if this is it
	Export      bool   // there is a filter to export by
	ExportQuery template.URL
	Formats     []string
	Kept        []string // filters that the form has no field for
	Of          string   // what the list is narrowed to: a repository
}

var kinds = []finding.Kind{finding.AccountID, finding.AccessKeyID, finding.SecretAccessKey, finding.SessionToken, finding.ExternalID, finding.PrivateKey, finding.Token}

func (s *server) findings(w http.ResponseWriter, r *http.Request) error {
	f, err := parseFilter(r.URL.Query(), s.Clock.Now())
	if err != nil {
		return err
	}
	return s.list(w, r, f, "Findings", "findings")
}

// accounts lists the account IDs of all repositories.
func (s *server) accounts(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	q["kind"] = []string{string(finding.AccountID)}
	f, err := parseFilter(q, s.Clock.Now())
	if err != nil {
		return err
	}
	return s.list(w, r, f, "Accounts", "accounts")
}

func (s *server) list(w http.ResponseWriter, r *http.Request, f *filter, title, here string) error {
	limit, err := rowsOf(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	all, next, total, err := s.Store.FindingsPage(ctx, f.FindingFilter, cursorOf(r), limit)
	if err != nil {
		return err
	}
	data := listPage{
		frame: s.frame(r, title, here), Filter: f, Rows: s.listed(all), Rules: s.Rules, States: state.All(), Severities: severities, Kinds: kinds,
		Export: f.Chosen() > 0, ExportQuery: template.URL(f.Query()), // encoded
		Formats: []string{"csv", "json", "sarif"}, Kept: []string{"repository", "target", "fingerprint", "since", "class"},
		Total: total,
	}
	if f.Repository != 0 {
		repo, err := s.Store.Repository(ctx, f.Repository)
		if err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		data.Of = repo.FullName
	}
	if cursorOf(r) != "" {
		data.Begin = "/findings?" + f.Query()
	}
	if next != "" {
		data.Next = "/findings?" + f.with("after", string(next))
	}
	data.Done = done(r)
	return s.render(w, http.StatusOK, "findings", data)
}

// maxOccurrences bounds how many repositories a page about one finding shows.
const maxOccurrences = 200

// occurrence is a finding in one repository, for its page.
type occurrence struct {
	store.Occurrence
	Spots []spot
	More  int // sightings that are not shown
}

const maxSpots = 10

func (s *server) finding(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	f, err := s.Store.Finding(ctx, id)
	if err != nil {
		return err
	}
	data := struct {
		frame
		Finding     row
		Rule        *finding.Rule
		Occurrences []occurrence
		More        bool
		Related     []relation
		Events      []store.Event
		Page        string // where the form leads back to
		States      []state.State
	}{Finding: s.row(f, s.Clock.Now()), Rule: s.rules[f.Rule], Page: r.URL.Path}
	here := "findings"
	if f.Kind == finding.AccountID {
		here = "accounts"
	}
	data.frame = s.frame(r, data.Finding.Title+" "+f.Secret, here)
	data.Done = done(r)
	all, err := s.Store.Occurrences(ctx, id, 0, maxOccurrences+1)
	if err != nil {
		return err
	}
	data.More = len(all) > maxOccurrences
	for _, o := range all[:min(len(all), maxOccurrences)] {
		data.Occurrences = append(data.Occurrences, shownOccurrence(o))
	}
	if data.Related, err = s.related(ctx, all); err != nil {
		return err
	}
	if data.Events, _, err = s.Store.Events(ctx, store.EventFilter{Finding: id}, "", shownRows); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "finding", data)
}

func shownOccurrence(o store.Occurrence) occurrence {
	out := occurrence{Occurrence: o}
	for _, at := range o.Sightings[:min(len(o.Sightings), maxSpots)] {
		out.Spots = append(out.Spots, spotOf(at))
	}
	out.More = max(o.Places, len(o.Sightings)) - len(out.Spots)
	return out
}

// relation is a finding that belongs to another one.
type relation struct {
	row
	Why string
}

// related returns the findings that occurrences name, each once.
func (s *server) related(ctx context.Context, all []store.Occurrence) ([]relation, error) {
	seen := map[string]bool{}
	var out []relation
	for _, o := range all {
		for _, rel := range o.Related {
			if seen[rel.Fingerprint] || len(seen) >= shownRows {
				continue
			}
			seen[rel.Fingerprint] = true
			found, _, err := s.Store.Findings(ctx, store.FindingFilter{Fingerprint: rel.Fingerprint, Rules: []string{rel.Rule}}, "", 1)
			if err != nil {
				return nil, err
			}
			for _, f := range found {
				out = append(out, relation{s.row(f, s.Clock.Now()), report.Printable(rel.Why)})
			}
		}
	}
	return out, nil
}

func (s *server) jobs(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	data := struct {
		frame
		Sweeps  []sweepRow
		Running []store.RunningJob
		Workers []store.Worker
		Counts  store.JobCounts
	}{frame: s.frame(r, "Jobs", "jobs")}
	sweeps, err := s.Store.Sweeps(ctx, 20)
	if err != nil {
		return err
	}
	for _, sweep := range sweeps {
		v, err := s.Store.SweepVerdicts(ctx, sweep.ID)
		if err != nil {
			return err
		}
		data.Sweeps = append(data.Sweeps, sweepRow{sweep, v, sweep.Total - sweep.Remaining})
	}
	if data.Running, err = s.Store.RunningJobs(ctx, shownRows); err != nil {
		return err
	}
	if data.Workers, err = s.Store.Workers(ctx); err != nil {
		return err
	}
	if data.Counts, err = s.Store.JobCounts(ctx); err != nil {
		return err
	}
	return s.render(w, http.StatusOK, "jobs", data)
}

// sweepRow is a sweep with its verdicts.
type sweepRow struct {
	store.Sweep
	store.SweepVerdicts
	Done int // repositories
}
