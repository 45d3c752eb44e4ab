package page

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/deputy-sec/deputy/scanner/sweep/store/storetest"
)

// TestSpeed says how long pages over 100,000 findings take: `make sweep-bench`.
func TestSpeed(t *testing.T) {
	if os.Getenv("DEPUTY_SWEEP_BENCH") == "" {
		t.Skip("make sweep-bench says how fast pages are")
	}
	storetest.Each(t, func(t *testing.T, database string) {
		began := time.Now()
		w := newWorldIn(t, database, 500, 100_000, nil)
		t.Logf("filled in %s", time.Since(began).Round(time.Second))
		for _, path := range []string{
			"/", "/findings", "/findings?state=new&state=reappeared&state=open", "/findings?q=service-01", "/findings?q=AKIA", "/findings?q=alert(9", "/findings?q=nothing-has-this",
			"/findings?severity=critical&unassigned=1", "/findings?overdue=1", "/findings?repository=7", "/findings/50", "/repositories", "/accounts", "/metrics", "/api/v1/summary",
		} {
			var all []time.Duration
			for range 9 {
				began := time.Now()
				w.page(path)
				all = append(all, time.Since(began))
			}
			slices.Sort(all)
			t.Logf("%-60s median %4d ms, slowest %4d ms", path, all[4].Milliseconds(), all[8].Milliseconds())
		}
	})
}
