package gitlab_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/gitlab"
	"github.com/deputy-sec/deputy/scanner/report/reporttest"
)

// writer has a clock that stands still, in another zone than UTC.
var writer = gitlab.Writer{Now: func() time.Time {
	return time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("", 3600))
}}

func TestAccept(t *testing.T) { reporttest.Accept(t, writer, "sample.gitlab.json.golden") }

type decoded struct {
	Version string
	Scan    struct {
		Analyzer, Scanner                  struct{ ID, Name, Version string }
		Type, Status, Start_time, End_time string
		Messages                           []struct{ Level, Value string }
	}
	Vulnerabilities []struct {
		ID, Name, Description, Severity, Solution string
		Identifiers                               []struct{ Type, Name, Value string }
		Location                                  struct {
			File       string
			Start_line int
			Commit     struct{ SHA string }
		}
	}
}

func write(t *testing.T, r *report.Result) decoded {
	t.Helper()
	var d decoded
	require.NoError(t, json.Unmarshal([]byte(reporttest.Write(t, writer, r)), &d))
	return d
}

// TestWhatTheSchemaWants holds the rules of schema 15.0.4 over whatever is reported.
func TestWhatTheSchemaWants(t *testing.T) {
	results := []*report.Result{{}, reporttest.Sample()}
	for seed := range uint64(300) {
		results = append(results, reporttest.Random(seed))
	}
	clock := regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$`)
	for _, r := range results {
		d := write(t, r)
		require.Equal(t, "15.0.4", d.Version)
		require.Equal(t, "secret_detection", d.Scan.Type)
		require.Equal(t, "success", d.Scan.Status)
		require.Regexp(t, clock, d.Scan.Start_time)
		require.Regexp(t, clock, d.Scan.End_time)
		require.NotEmpty(t, d.Scan.Analyzer.Version)
		require.NotEmpty(t, d.Scan.Scanner.ID)
		require.NotNil(t, d.Vulnerabilities)
		for _, m := range d.Scan.Messages {
			require.Equal(t, "warn", m.Level)
			require.NotEmpty(t, m.Value)
		}
		for _, v := range d.Vulnerabilities {
			require.NotEmpty(t, v.ID)
			require.LessOrEqual(t, utf8.RuneCountInString(v.Name), 255)
			require.LessOrEqual(t, utf8.RuneCountInString(v.Solution), 7000)
			require.Contains(t, []string{"Unknown", "Low", "Medium", "High", "Critical"}, v.Severity)
			require.NotEmpty(t, v.Identifiers)
			require.NotEmpty(t, v.Identifiers[0].Value)
			require.NotEmpty(t, v.Location.Commit.SHA)
		}
	}
}

func TestTimesAreUTC(t *testing.T) {
	d := write(t, &report.Result{Result: finding.Result{Stats: finding.Stats{Seconds: 65}}})
	assert.Equal(t, "2026-01-02T02:04:05", d.Scan.End_time)
	assert.Equal(t, "2026-01-02T02:03:00", d.Scan.Start_time)
}

func TestLongNamesAreCut(t *testing.T) {
	r := reporttest.Sample()
	for _, f := range r.Findings {
		rule := *f.Rule
		rule.Title, rule.Remedy = strings.Repeat("ü", 400), strings.Repeat("ü", 9000)
		f.Rule = &rule
	}
	for _, v := range write(t, r).Vulnerabilities {
		if v.Name != "AWS key pair" {
			assert.Equal(t, 255, utf8.RuneCountInString(v.Name))
		}
		assert.Equal(t, 7000, utf8.RuneCountInString(v.Solution))
	}
}

func TestWhatIsNotCommittedHasACommitAllTheSame(t *testing.T) {
	for _, v := range write(t, reporttest.Sample()).Vulnerabilities {
		if v.Location.File == "Dockerfile" {
			assert.Equal(t, strings.Repeat("0", 40), v.Location.Commit.SHA)
			return
		}
	}
	t.Fatal("the sample has such a finding")
}

func TestManyMessagesAreCounted(t *testing.T) {
	r := &report.Result{}
	for range 1234 {
		r.Unexamined = append(r.Unexamined, finding.Unexamined{Path: "x", Reason: "why"})
	}
	messages := write(t, r).Scan.Messages
	assert.Len(t, messages, 1001)
	assert.Equal(t, "not examined: 234 more", messages[1000].Value)
}

func TestNeverTellsSecrets(t *testing.T) {
	r := reporttest.Sample()
	r.ShowSecrets = true
	out := reporttest.Write(t, writer, r)
	for _, f := range r.Findings {
		assert.NotContains(t, out, f.Secret.Reveal())
	}
}

func TestWhatProgramsDoIsAReportOfStaticAnalysis(t *testing.T) {
	r := reporttest.Sample()
	r.Static = true
	var out struct {
		Scan            struct{ Type string }
		Vulnerabilities []struct{ Location map[string]any }
	}
	require.NoError(t, json.Unmarshal([]byte(reporttest.Write(t, gitlab.Writer{}, r)), &out))
	assert.Equal(t, "sast", out.Scan.Type)
	require.NotEmpty(t, out.Vulnerabilities)
	for _, v := range out.Vulnerabilities {
		assert.NotContains(t, v.Location, "commit", "that schema has none")
	}
}
