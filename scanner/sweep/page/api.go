package page

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/sweep/state"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

// endpoint is a part of the API, with what the OpenAPI file says of it.
type endpoint struct {
	Method, Path, About string
	Parameters          []parameterDoc
	Body                any // nil for none
	Answer              any
	serve               func(http.ResponseWriter, *http.Request) error
}

// parameterDoc describes a parameter.
type parameterDoc struct {
	Name, In, About string
	Several         bool
}

func (s *server) endpoints() []endpoint {
	paging := []parameterDoc{{"after", "query", "Cursor of the page before", false}, {"limit", "query", "Rows of the page, 1 to 500", false}}
	id := []parameterDoc{{"id", "path", "ID", false}}
	var chosen []parameterDoc
	for _, p := range parameters {
		chosen = append(chosen, parameterDoc{p.name, "query", p.about, p.several})
	}
	return []endpoint{
		{"GET", "/summary", "How much is open, how much was examined, and how the queue is", nil, nil, apiSummary{}, s.apiSummary},
		{"GET", "/findings", "Findings by urgency, the latest first", append(chosen, paging...), nil, apiFindings{}, s.apiFindings},
		{"GET", "/findings/{id}", "One finding with all its places", id, nil, apiFindingWhole{}, s.apiFinding},
		{"GET", "/repositories", "Repositories by risk or by name", append([]parameterDoc{
			{"q", "query", "Text in the name", false}, {"target", "query", "Name of a target", false}, {"verdict", "query", "whole, part, failed or never", true},
			{"presence", "query", "listed, left-out or gone", true}, {"findings", "query", "1: with unsettled findings", false},
			{"stale", "query", "1: not examined whole for a week", false}, {"order", "query", "risk or name", false},
		}, paging...), nil, apiRepositories{}, s.apiRepositories},
		{"GET", "/repositories/{id}", "One repository with its latest scans and what was not examined", id, nil, apiRepositoryWhole{}, s.apiRepository},
		{"GET", "/sweeps", "The latest sweeps", nil, nil, apiSweeps{}, s.apiSweeps},
		{"POST", "/triage", "Decide about findings, by ID or by filter", nil, apiTriage{}, apiTriaged{}, s.apiTriage},
	}
}

// description answers with the OpenAPI file.
func (s *server) description(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/json")
	_, err := w.Write(openAPI)
	return err
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func reply(w http.ResponseWriter, v any) error {
	writeJSON(w, http.StatusOK, v)
	return nil
}

// apiSummary is the overview.
type apiSummary struct {
	Open       map[finding.Severity]int64 `json:"open"`
	States     map[state.State]int64      `json:"states"`
	Coverage   map[string]int64           `json:"repositories"`
	Stale      int64                      `json:"stale"`
	Overdue    int64                      `json:"overdue"`
	Unassigned int64                      `json:"unassigned"`
	Jobs       map[string]int64           `json:"jobs"`
	OldestJob  float64                    `json:"oldest_job_seconds"`
}

func (s *server) apiSummary(w http.ResponseWriter, r *http.Request) error {
	sum, err := s.summary(r.Context())
	if err != nil {
		return err
	}
	out := apiSummary{
		Open: map[finding.Severity]int64{}, States: sum.States, Coverage: map[string]int64{}, Stale: sum.Stale, Overdue: sum.Overdue, Unassigned: sum.Unassigned,
		Jobs: sum.Jobs.ByState, OldestJob: sum.Jobs.Oldest.Seconds(),
	}
	for i, severity := range severities {
		out.Open[severity] = sum.Open[i]
	}
	for i, v := range []string{"whole", "part", "failed", "never"} {
		out.Coverage[v] = sum.Coverage[i].Count
	}
	return reply(w, out)
}

// apiFinding is a finding in a list.
type apiFinding struct {
	ID           int64            `json:"id"`
	Rule         string           `json:"rule"`
	Title        string           `json:"title"`
	Kind         finding.Kind     `json:"kind"`
	Class        finding.Class    `json:"class"`
	Severity     finding.Severity `json:"severity"`
	Confidence   float64          `json:"confidence"`
	Secret       string           `json:"secret"`
	Fingerprint  string           `json:"fingerprint"`
	State        state.State      `json:"state"`
	StateAt      *time.Time       `json:"state_at"`
	Who          string           `json:"who,omitempty"`
	Why          string           `json:"why,omitempty"`
	Until        *time.Time       `json:"until,omitempty"`
	Assignee     string           `json:"assignee,omitempty"`
	Owner        string           `json:"owner,omitempty"`
	DueAt        *time.Time       `json:"due_at,omitempty"`
	FirstSeenAt  *time.Time       `json:"first_seen_at"`
	LastSeenAt   *time.Time       `json:"last_seen_at"`
	Repositories int              `json:"repositories"`
	InHead       bool             `json:"in_head"`
	Repository   string           `json:"repository"`
	Path         string           `json:"path"`
	Line         int              `json:"line"`
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (s *server) apiRow(f *store.Finding) apiFinding {
	return apiFinding{
		ID: f.ID, Rule: f.Rule, Title: s.title(f.Rule), Kind: f.Kind, Class: f.Class, Severity: f.Severity, Confidence: f.Confidence, Secret: f.Secret, Fingerprint: f.Fingerprint,
		State: f.State, StateAt: instant(f.StateAt), Who: f.Who, Why: f.Why, Until: instant(f.Until), Assignee: f.Assignee, Owner: f.Owner, DueAt: instant(f.DueAt),
		FirstSeenAt: instant(f.FirstSeenAt), LastSeenAt: instant(f.LastSeenAt), Repositories: f.Repositories, InHead: f.InHead, Repository: f.FullName, Path: f.Path, Line: f.Line,
	}
}

// apiFindings is a page of findings.
type apiFindings struct {
	Total    int64        `json:"total"`
	Next     string       `json:"next,omitempty"`
	Findings []apiFinding `json:"findings"`
}

func (s *server) apiFindings(w http.ResponseWriter, r *http.Request) error {
	f, err := parseFilter(r.URL.Query(), s.Clock.Now())
	if err != nil {
		return err
	}
	limit, err := rowsOf(r)
	if err != nil {
		return err
	}
	all, next, total, err := s.Store.FindingsPage(r.Context(), f.FindingFilter, cursorOf(r), limit)
	if err != nil {
		return err
	}
	out := apiFindings{Total: total, Next: string(next), Findings: make([]apiFinding, len(all))}
	for i := range all {
		out.Findings[i] = s.apiRow(&all[i])
	}
	return reply(w, out)
}

// apiFindingWhole is a finding with its places.
type apiFindingWhole struct {
	apiFinding
	Remedy      string          `json:"remedy,omitempty"`
	Occurrences []apiOccurrence `json:"occurrences"`
	Events      []apiEvent      `json:"events"`
}

type apiOccurrence struct {
	RepositoryID int64           `json:"repository_id"`
	Repository   string          `json:"repository"`
	Present      bool            `json:"present"`
	InHead       bool            `json:"in_head"`
	Evidence     []string        `json:"evidence"`
	Places       int             `json:"places"`
	Sightings    []apiSighting   `json:"sightings"`
	First        *finding.Commit `json:"first,omitempty"`
	Last         *finding.Commit `json:"last,omitempty"`
}

type apiSighting struct {
	Path   string        `json:"path"`
	Line   int           `json:"line"`
	Place  string        `json:"place,omitempty"`
	Inside []string      `json:"inside,omitempty"`
	Layer  finding.Layer `json:"layer,omitempty"`
	InHead bool          `json:"in_head"`
	Commit string        `json:"commit,omitempty"`
}

type apiEvent struct {
	At     time.Time       `json:"at"`
	Kind   store.EventKind `json:"kind"`
	Who    string          `json:"who,omitempty"`
	Why    string          `json:"why,omitempty"`
	Before string          `json:"before,omitempty"`
	After  string          `json:"after,omitempty"`
}

func (s *server) apiFinding(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	f, err := s.Store.Finding(r.Context(), id)
	if err != nil {
		return err
	}
	out := apiFindingWhole{apiFinding: s.apiRow(&f), Occurrences: []apiOccurrence{}, Events: []apiEvent{}}
	if rule := s.rules[f.Rule]; rule != nil {
		out.Remedy = rule.Remedy
	}
	all, err := s.Store.Occurrences(r.Context(), id, 0, 10_000)
	if err != nil {
		return err
	}
	for i := range all {
		out.Occurrences = append(out.Occurrences, newAPIOccurrence(&all[i]))
	}
	events, _, err := s.Store.Events(r.Context(), store.EventFilter{Finding: id}, "", 500)
	if err != nil {
		return err
	}
	for _, e := range events {
		out.Events = append(out.Events, apiEvent{e.At, e.Kind, e.Who, e.Why, e.Before, e.After})
	}
	return reply(w, out)
}

func newAPIOccurrence(o *store.Occurrence) apiOccurrence {
	out := apiOccurrence{RepositoryID: o.Repository, Repository: o.FullName, Present: o.Present, InHead: o.InHead, Evidence: o.Evidence, Places: o.Places, Sightings: []apiSighting{}, First: o.First, Last: o.Last}
	for _, at := range o.Sightings {
		one := apiSighting{Path: at.Path, Line: at.Line, Place: at.Place, Inside: at.Inside, Layer: at.Layer, InHead: at.InHead}
		if at.Commit != nil {
			one.Commit = at.Commit.Hash
		}
		out.Sightings = append(out.Sightings, one)
	}
	return out
}

// apiRepository is a repository in a list.
type apiRepository struct {
	ID       int64          `json:"id"`
	Target   string         `json:"target"`
	Host     string         `json:"host,omitempty"`
	Kind     string         `json:"kind"`
	FullName string         `json:"full_name"`
	WebURL   string         `json:"web_url,omitempty"`
	Archived bool           `json:"archived"`
	Fork     bool           `json:"fork"`
	Private  bool           `json:"private"`
	Presence store.Presence `json:"presence"`
	Verdict  store.Verdict  `json:"verdict"` // "" for one that was not scanned yet
	Reason   string         `json:"reason,omitempty"`
	WholeAt  *time.Time     `json:"whole_at"`
	Findings int            `json:"findings"`
	Risk     int64          `json:"risk"`
}

func newAPIRepository(r *store.Repository) apiRepository {
	return apiRepository{
		ID: r.ID, Target: r.Target, Host: r.Host, Kind: r.Kind, FullName: r.FullName, WebURL: outside(r.WebURL), Archived: r.Archived, Fork: r.Fork, Private: r.Private,
		Presence: r.Presence, Verdict: r.Verdict, Reason: r.Reason, WholeAt: instant(r.WholeAt), Findings: r.Findings, Risk: r.Risk,
	}
}

// apiRepositories is a page of repositories.
type apiRepositories struct {
	Total        int64           `json:"total"`
	Next         string          `json:"next,omitempty"`
	Repositories []apiRepository `json:"repositories"`
}

func (s *server) apiRepositories(w http.ResponseWriter, r *http.Request) error {
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
	out := apiRepositories{Next: string(next), Repositories: make([]apiRepository, len(all))}
	for i := range all {
		out.Repositories[i] = newAPIRepository(&all[i])
	}
	if out.Total, err = s.Store.CountRepositories(r.Context(), f); err != nil {
		return err
	}
	return reply(w, out)
}

// apiRepositoryWhole is a repository with what is known of its scans.
type apiRepositoryWhole struct {
	apiRepository
	Scans      []apiScan            `json:"scans"`
	Unexamined []finding.Unexamined `json:"unexamined"`
}

type apiScan struct {
	ID        int64         `json:"id"`
	Sweep     int64         `json:"sweep"`
	Verdict   store.Verdict `json:"verdict"`
	Reason    string        `json:"reason,omitempty"`
	Unchanged bool          `json:"unchanged"`
	Tip       string        `json:"tip,omitempty"`
	StartedAt time.Time     `json:"started_at"`
	EndedAt   time.Time     `json:"ended_at"`
	Findings  int           `json:"findings"`
	Bytes     int64         `json:"bytes"`
}

func (s *server) apiRepository(w http.ResponseWriter, r *http.Request) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	repo, err := s.Store.Repository(r.Context(), id)
	if err != nil {
		return err
	}
	out := apiRepositoryWhole{apiRepository: newAPIRepository(&repo), Scans: []apiScan{}, Unexamined: []finding.Unexamined{}}
	scans, err := s.Store.Scans(r.Context(), id, 20)
	if err != nil {
		return err
	}
	for _, c := range scans {
		out.Scans = append(out.Scans, apiScan{c.ID, c.Sweep, c.Verdict, c.Reason, c.Unchanged, c.Tip, c.StartedAt, c.EndedAt, c.Findings, c.Bytes})
	}
	unread, err := s.Store.Unexamined(r.Context(), id, 1000)
	if err != nil {
		return err
	}
	for _, u := range unread {
		out.Unexamined = append(out.Unexamined, finding.Unexamined{Path: u.Path, Place: u.Place, Kind: finding.Code(u.Code), Reason: u.Reason, Partial: u.Partial})
	}
	return reply(w, out)
}

// apiSweeps are the latest sweeps.
type apiSweeps struct {
	Sweeps []apiSweep `json:"sweeps"`
}

type apiSweep struct {
	ID        int64             `json:"id"`
	Status    store.SweepStatus `json:"status"`
	StartedAt time.Time         `json:"started_at"`
	EndedAt   *time.Time        `json:"ended_at"`
	Total     int               `json:"repositories"`
	Remaining int               `json:"remaining"`
	Whole     int               `json:"whole"`
	Part      int               `json:"part"`
	Failed    int               `json:"failed"`
}

func (s *server) apiSweeps(w http.ResponseWriter, r *http.Request) error {
	sweeps, err := s.Store.Sweeps(r.Context(), 50)
	if err != nil {
		return err
	}
	out := apiSweeps{Sweeps: []apiSweep{}}
	for _, w := range sweeps {
		v, err := s.Store.SweepVerdicts(r.Context(), w.ID)
		if err != nil {
			return err
		}
		out.Sweeps = append(out.Sweeps, apiSweep{w.ID, w.Status, w.StartedAt, instant(w.EndedAt), w.Total, w.Remaining, v.Whole, v.Part, v.Failed})
	}
	return reply(w, out)
}

// apiTriage is a decision. Either ids or filter says what it is about.
type apiTriage struct {
	Action   string              `json:"action,omitempty" jsonschema:"enum=accept,enum=dismiss,enum=reopen"`
	Why      string              `json:"why,omitempty"`
	Until    string              `json:"until,omitempty" jsonschema:"format=date"`
	Due      string              `json:"due,omitempty" jsonschema:"format=date"`
	Assign   *string             `json:"assign,omitempty"`
	IDs      []int64             `json:"ids,omitempty"`
	Filter   map[string][]string `json:"filter,omitempty"`
	Expected *int64              `json:"expected,omitempty"`
}

// apiTriaged is what a decision did.
type apiTriaged struct {
	Changed int `json:"changed"`
	Asked   int `json:"asked"`
}

func (s *server) apiTriage(w http.ResponseWriter, r *http.Request) error {
	var t apiTriage
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&t); err != nil {
		return wrong("The body is not the JSON that is described.")
	}
	d, err := s.newDecision(t.Action, t.Why, t.Until, t.Due, t.Assign, s.who(r))
	if err != nil {
		return err
	}
	if (t.IDs == nil) == (t.Filter == nil) {
		return wrong("Want one of ids and filter.")
	}
	d.expected = -1
	if t.Expected != nil {
		d.expected = *t.Expected
	}
	for name := range t.Filter {
		if !isParameter(name) {
			return wrong("There is no filter %q.", name)
		}
	}
	if d.filter, err = parseFilter(t.Filter, s.Clock.Now()); err != nil {
		return err
	}
	d.ids = t.IDs
	changed, asked, err := s.decide(r.Context(), &d)
	if err != nil {
		return err
	}
	return reply(w, apiTriaged{changed, asked})
}

func isParameter(name string) bool {
	for _, p := range parameters {
		if p.name == name {
			return true
		}
	}
	return false
}
