package sweep

import (
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/internal/promtext"
	"github.com/deputy-sec/deputy/scanner/sweep/host"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

// counters count what a worker has done since it began.
type counters struct {
	mu                 sync.Mutex
	running, unchanged int
	scans              map[store.Verdict]int
	findings           int
	bytes              int64
	scanning, fetching time.Duration
	requests           map[host.Event]int
}

func (c *counters) begin() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running++
	return time.Now()
}

// end counts what an examination came to; nil if that is to be tried again.
func (c *counters) end(began time.Time, r *store.Result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running--
	c.scanning += time.Since(began)
	if r == nil {
		return
	}
	if c.scans == nil {
		c.scans = map[store.Verdict]int{}
	}
	c.scans[r.Verdict]++
	if r.Unchanged {
		c.unchanged++
	}
	c.findings += len(r.Findings)
	c.bytes += r.Stats.Bytes
}

func (c *counters) fetched(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fetching += d
}

func (c *counters) requested(e host.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.requests == nil {
		c.requests = map[host.Event]int{}
	}
	c.requests[e]++
}

// Metrics returns what the worker has done, in numbers alone: no name of anything.
func (w *Worker) Metrics() []promtext.Family {
	c := &w.counts
	c.mu.Lock()
	defer c.mu.Unlock()
	scans := promtext.Family{Name: "deputy_worker_examined_total", Help: "Repositories examined, by verdict.", Kind: promtext.Counter}
	for _, v := range []store.Verdict{store.Whole, store.Part, store.Failed} {
		scans.Values = append(scans.Values, promtext.Value{Value: float64(c.scans[v]), Labels: []string{"verdict", string(v)}})
	}
	requests := promtext.Family{Name: "deputy_worker_host_requests_total", Help: "Requests to the APIs of hosts, by what became of them.", Kind: promtext.Counter}
	for _, e := range []host.Event{host.EventRequest, host.EventNotModified, host.EventRetry, host.EventLimited} {
		requests.Values = append(requests.Values, promtext.Value{Value: float64(c.requests[e]), Labels: []string{"event", string(e)}})
	}
	return []promtext.Family{
		scans, requests,
		promtext.One("deputy_worker_running", "Repositories that are being examined.", float64(c.running)),
		promtext.Count("deputy_worker_unchanged_total", "Repositories in which nothing had changed.", float64(c.unchanged)),
		promtext.Count("deputy_worker_findings_total", "Findings seen, once a repository and scan.", float64(c.findings)),
		promtext.Count("deputy_worker_bytes_total", "Bytes examined.", float64(c.bytes)),
		promtext.Count("deputy_worker_examining_seconds_total", "Time spent on repositories, fetching included.", c.scanning.Seconds()),
		promtext.Count("deputy_worker_fetching_seconds_total", "Time spent on fetching.", c.fetching.Seconds()),
		promtext.One("deputy_worker_lease_age_seconds", "How long ago the lease was renewed.", w.LeaseAge().Seconds()),
		writesOf(w.store),
	}
}

// writesOf is the histogram of the transactions that write.
func writesOf(s *store.Store) promtext.Family {
	f := promtext.Family{Name: "deputy_database_write_seconds", Help: "How long transactions that write take.", Kind: promtext.Histogram}
	counts, sum := s.WriteTimes()
	var below int64
	for i, n := range counts {
		below += n
		bound := "+Inf"
		if i < len(store.WriteBounds) {
			bound = strconv.FormatFloat(store.WriteBounds[i].Seconds(), 'g', -1, 64)
		}
		f.Values = append(f.Values, promtext.Value{Suffix: "_bucket", Value: float64(below), Labels: []string{"le", bound}})
	}
	f.Values = append(f.Values, promtext.Value{Suffix: "_sum", Value: sum.Seconds()}, promtext.Value{Suffix: "_count", Value: float64(below)})
	return f
}

// Handler answers /healthz, whether the process lives; /readyz, whether it renews its lease
// and the database answers; and /metrics.
func (w *Worker) Handler() http.Handler {
	mux := http.NewServeMux()
	text := func(rw http.ResponseWriter, status int, text string) {
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, text)
	}
	mux.HandleFunc("GET /healthz", func(rw http.ResponseWriter, _ *http.Request) { text(rw, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", func(rw http.ResponseWriter, r *http.Request) {
		switch {
		case !w.Ready():
			text(rw, http.StatusServiceUnavailable, "the worker is stopping, or cannot renew its lease\n")
		case w.store.Ping(r.Context()) != nil:
			text(rw, http.StatusServiceUnavailable, "the database does not answer\n")
		default:
			text(rw, http.StatusOK, "ok\n")
		}
	})
	mux.HandleFunc("GET /metrics", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", promtext.ContentType)
		_ = promtext.Write(rw, w.Metrics()) // who asked has gone
	})
	return mux
}
