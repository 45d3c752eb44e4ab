package page

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

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

// gauge is a measured value with its labels, name and value in turn.
type gauge struct {
	value  float64
	labels []string
}

// family are gauges of one name.
type family struct {
	name, help string
	gauges     []gauge
}

// metrics writes what the database says in Prometheus's text format
// (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format).
func (s *server) metrics(w http.ResponseWriter, r *http.Request) error {
	all, err := s.measure(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	return writeMetrics(w, all)
}

func (s *server) measure(r *http.Request) ([]family, error) {
	ctx := r.Context()
	counts, err := s.Store.CountStates(ctx, s.Clock.Now())
	if err != nil {
		return nil, err
	}
	findings := family{name: "deputy_findings", help: "Findings by state and severity."}
	for _, c := range counts {
		findings.gauges = append(findings.gauges, gauge{float64(c.Findings), []string{"state", string(c.State), "severity", string(c.Severity)}})
	}
	sum, err := s.summary(ctx)
	if err != nil {
		return nil, err
	}
	repositories := family{name: "deputy_repositories", help: "Repositories by what their latest scan says."}
	for i, v := range []string{"whole", "part", "failed", "never"} {
		repositories.gauges = append(repositories.gauges, gauge{float64(sum.Coverage[i].Count), []string{"verdict", v}})
	}
	jobs := family{name: "deputy_jobs", help: "Jobs of the queue by state."}
	for _, name := range []string{"available", "running", "scheduled", "retryable"} {
		jobs.gauges = append(jobs.gauges, gauge{float64(sum.Jobs.ByState[name]), []string{"state", name}})
	}
	workers, err := s.Store.Workers(ctx)
	if err != nil {
		return nil, err
	}
	size, err := s.Store.Size(ctx)
	if err != nil {
		return nil, err
	}
	one := func(name, help string, value float64) family { return family{name, help, []gauge{{value: value}}} }
	all := []family{
		findings, repositories, jobs,
		one("deputy_repositories_stale", "Listed repositories that were not examined whole for a week.", float64(sum.Stale)),
		one("deputy_findings_overdue", "Unsettled findings that should have been settled.", float64(sum.Overdue)),
		one("deputy_jobs_oldest_seconds", "How long the oldest job has waited that could be done.", sum.Jobs.Oldest.Seconds()),
		one("deputy_workers", "Workers that are known.", float64(len(workers))),
		one("deputy_database_bytes", "Size of the database.", float64(size)),
	}
	if sum.Sweep != nil {
		all = append(all, sweepMetrics(sum.Sweep)...)
	}
	return all, nil
}

func sweepMetrics(sweep *store.Sweep) []family {
	one := func(name, help string, value float64) family { return family{name, help, []gauge{{value: value}}} }
	all := []family{
		one("deputy_sweep_remaining", "Repositories that the latest sweep has still to examine.", float64(sweep.Remaining)),
		one("deputy_sweep_started_timestamp_seconds", "When the latest sweep began.", float64(sweep.StartedAt.Unix())),
	}
	if !sweep.EndedAt.IsZero() {
		all = append(all, one("deputy_sweep_ended_timestamp_seconds", "When the latest sweep ended.", float64(sweep.EndedAt.Unix())))
	}
	return all
}

// labelEscape is how a label's value is written.
var labelEscape = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

// writeMetrics writes gauges.
func writeMetrics(w io.Writer, all []family) error {
	var b strings.Builder
	for _, f := range all {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s gauge\n", f.name, f.help, f.name)
		for _, g := range f.gauges {
			var labels []string
			for pair := range slices.Chunk(g.labels, 2) {
				labels = append(labels, pair[0]+`="`+labelEscape.Replace(pair[1])+`"`)
			}
			name := f.name
			if len(labels) > 0 {
				name += "{" + strings.Join(labels, ",") + "}"
			}
			fmt.Fprintf(&b, "%s %v\n", name, g.value)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
