package page

import (
	"io"
	"net/http"

	"github.com/deputy-sec/deputy/internal/promtext"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

// healthz says that the process answers.
func (s *server) healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
}

// readyz says whether the database answers.
func (s *server) readyz(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err := s.Store.Ping(r.Context()); err != nil {
		s.Log.Error("page: the database does not answer", "error", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "the database does not answer\n")
		return
	}
	_, _ = io.WriteString(w, "ok\n")
}

// metrics writes what the database says in Prometheus's text format.
func (s *server) metrics(w http.ResponseWriter, r *http.Request) error {
	all, err := s.measure(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", promtext.ContentType)
	return promtext.Write(w, all)
}

func (s *server) measure(r *http.Request) ([]promtext.Family, error) {
	ctx := r.Context()
	counts, err := s.Store.CountStates(ctx, s.Clock.Now())
	if err != nil {
		return nil, err
	}
	findings := promtext.Family{Name: "deputy_findings", Help: "Findings by state and severity."}
	for _, c := range counts {
		findings.Values = append(findings.Values, promtext.Value{Value: float64(c.Findings), Labels: []string{"state", string(c.State), "severity", string(c.Severity)}})
	}
	sum, err := s.summary(ctx)
	if err != nil {
		return nil, err
	}
	repositories := promtext.Family{Name: "deputy_repositories", Help: "Repositories by what their latest scan says."}
	for i, v := range []string{"whole", "part", "failed", "never"} {
		repositories.Values = append(repositories.Values, promtext.Value{Value: float64(sum.Coverage[i].Count), Labels: []string{"verdict", v}})
	}
	jobs := promtext.Family{Name: "deputy_jobs", Help: "Jobs of the queue by state."}
	for _, name := range []string{"available", "running", "scheduled", "retryable"} {
		jobs.Values = append(jobs.Values, promtext.Value{Value: float64(sum.Jobs.ByState[name]), Labels: []string{"state", name}})
	}
	workers, err := s.Store.Workers(ctx)
	if err != nil {
		return nil, err
	}
	size, err := s.Store.Size(ctx)
	if err != nil {
		return nil, err
	}
	all := []promtext.Family{
		findings, repositories, jobs,
		promtext.One("deputy_repositories_stale", "Listed repositories that were not examined whole for a week.", float64(sum.Stale)),
		promtext.One("deputy_findings_overdue", "Unsettled findings that should have been settled.", float64(sum.Overdue)),
		promtext.One("deputy_jobs_oldest_seconds", "How long the oldest job has waited that could be done.", sum.Jobs.Oldest.Seconds()),
		promtext.One("deputy_workers", "Workers that are known.", float64(len(workers))),
		promtext.One("deputy_database_bytes", "Size of the database.", float64(size)),
	}
	if sum.Sweep != nil {
		all = append(all, sweepMetrics(sum.Sweep)...)
	}
	return all, nil
}

func sweepMetrics(sweep *store.Sweep) []promtext.Family {
	all := []promtext.Family{
		promtext.One("deputy_sweep_remaining", "Repositories that the latest sweep has still to examine.", float64(sweep.Remaining)),
		promtext.One("deputy_sweep_started_timestamp_seconds", "When the latest sweep began.", float64(sweep.StartedAt.Unix())),
	}
	if !sweep.EndedAt.IsZero() {
		all = append(all, promtext.One("deputy_sweep_ended_timestamp_seconds", "When the latest sweep ended.", float64(sweep.EndedAt.Unix())))
	}
	return all
}
