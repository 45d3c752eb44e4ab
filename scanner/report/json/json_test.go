package json_test

import (
	"bytes"
	stdjson "encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/json"
	"github.com/deputy-sec/deputy/scanner/report/reporttest"
)

func TestAccept(t *testing.T) { reporttest.Accept(t, json.Writer{}, "sample.json.golden") }

// contract is what scripts rely on: these keys are always there.
var contract = map[string][]string{
	"":         {"version", "findings", "unexamined", "stats"},
	"findings": {"rule", "kind", "class", "severity", "confidence", "secret", "fingerprint", "evidence", "path", "inside", "place", "line", "column", "end_column", "in_head", "first", "last", "sightings"},
	"stats":    {"blobs", "bytes", "commits", "files", "seconds"},
}

func TestContract(t *testing.T) {
	for seed := range uint64(200) {
		var d map[string]any
		out := reporttest.Write(t, json.Writer{}, reporttest.Random(seed))
		require.NoError(t, stdjson.Unmarshal([]byte(out), &d), "seed %d", seed)
		has(t, d, contract[""])
		has(t, d["stats"].(map[string]any), contract["stats"])
		assert.EqualValues(t, 1, d["version"])
		for _, f := range d["findings"].([]any) {
			f := f.(map[string]any)
			has(t, f, contract["findings"])
			for _, list := range []string{"evidence", "inside", "sightings", "related"} {
				assert.IsType(t, []any{}, f[list], "%s is a list, if an empty one", list)
			}
			for _, s := range f["sightings"].([]any) {
				has(t, s.(map[string]any), []string{"commit", "path", "line"})
			}
		}
		assert.IsType(t, []any{}, d["unexamined"])
	}
}

func has(t *testing.T, object map[string]any, keys []string) {
	t.Helper()
	for _, k := range keys {
		require.Contains(t, object, k)
	}
}

func TestShowSecrets(t *testing.T) {
	r := reporttest.Sample()
	r.ShowSecrets = true
	var d struct{ Findings []struct{ Secret string } }
	require.NoError(t, stdjson.Unmarshal([]byte(reporttest.Write(t, json.Writer{}, r)), &d))
	for i, f := range r.Ordered() {
		assert.Equal(t, f.Secret.Reveal(), d.Findings[i].Secret)
	}
}

func TestTextsComeBackUnchanged(t *testing.T) {
	hostile := "\x1b[2J\u202e\u009b\U000e0041<&>\u2028 日本"
	f := *reporttest.Sample().Findings[0]
	f.Sightings = []finding.Sighting{{Path: hostile, Line: 1}}
	var d struct{ Findings []json.Finding }
	out := reporttest.Write(t, json.Writer{}, &report.Result{Result: finding.Result{Findings: []*finding.Finding{&f}}})
	require.NoError(t, stdjson.Unmarshal([]byte(out), &d))
	assert.Equal(t, hostile, d.Findings[0].Path)
}

func TestForgedDateCostsTheDateOnly(t *testing.T) {
	f := *reporttest.Sample().Findings[0]
	f.First = &finding.Commit{Hash: "abc", Date: time.Unix(1<<50, 0)}
	out := reporttest.Write(t, json.Writer{}, &report.Result{Result: finding.Result{Findings: []*finding.Finding{&f}}})
	assert.Contains(t, out, `"first":{"commit":"abc","author":"","email":"","date":null}`)
}

func TestRulesAndExplain(t *testing.T) {
	var rules, explanation bytes.Buffer
	require.NoError(t, json.Rules(&rules, reporttest.Rules()))
	reporttest.Golden(t, "rules.json.golden", rules.String())
	require.NoError(t, json.Explain(&explanation, reporttest.Explanation()))
	reporttest.Golden(t, "explain.json.golden", explanation.String())
	for _, out := range []string{rules.String(), explanation.String()} {
		assert.True(t, stdjson.Valid([]byte(out)), out)
	}
}

// many is a result of n findings, each of its own.
func many(n int) *report.Result {
	sample := reporttest.Sample()
	r := &report.Result{Version: sample.Version, Result: finding.Result{Rules: sample.Rules}}
	for i := range n {
		f := *sample.Findings[i%len(sample.Findings)]
		f.Fingerprint = fmt.Sprintf("%032x", i)
		r.Findings = append(r.Findings, &f)
	}
	return r
}

// TestMemoryIsOfOneFinding holds that a report of many findings is not put
// together in memory first.
func TestMemoryIsOfOneFinding(t *testing.T) {
	r := many(2000)
	var largest sizes
	require.NoError(t, json.Writer{}.Write(&largest, r))
	assert.Greater(t, largest.total, 1<<20)
	assert.Less(t, largest.max, 1<<17)
}

// sizes counts what is written at once.
type sizes struct{ max, total int }

func (s *sizes) Write(p []byte) (int, error) {
	s.max = max(s.max, len(p))
	s.total += len(p)
	return len(p), nil
}

func BenchmarkWrite100k(b *testing.B) {
	r := many(100_000)
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, json.Writer{}.Write(io.Discard, r))
	}
}

func ExampleWriter() {
	var out strings.Builder
	_ = json.Writer{}.Write(&out, &report.Result{})
	fmt.Print(out.String())
	// Output:
	// {"version":1,
	// "findings":[],
	// "unexamined":[],
	// "stats":{"blobs":0,"bytes":0,"commits":0,"files":0,"seconds":0}}
}
