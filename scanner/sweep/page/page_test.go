package page

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/sweep/state"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
	"github.com/deputy-sec/deputy/scanner/sweep/store/storetest"
)

var update = flag.Bool("update", false, "rewrite the OpenAPI file from the endpoints")

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

type clockAt struct{ now time.Time }

func (c *clockAt) Now() time.Time { return c.now }

func (c *clockAt) Sleep(context.Context, time.Duration) error { return nil }

var rules = []*finding.Rule{
	{ID: "aws-access-key-id", Kind: finding.AccessKeyID, Title: "AWS access key", Remedy: "Deactivate the key now."},
	{ID: "aws-account-id", Kind: finding.AccountID, Title: "AWS account ID", Remedy: "Remove it."},
	{ID: "private-key", Kind: finding.PrivateKey, Title: "Private key", Remedy: "Replace it."},
}

// world is a page over a store that sweeps have filled.
type world struct {
	*testing.T
	*httptest.Server
	db    *store.Store
	clock *clockAt
	repos []int64
}

// newWorld fills a store: two sweeps over some repositories with so many findings.
func newWorld(t *testing.T, repositories, findings int, change func(*Options)) *world {
	t.Helper()
	return newWorldIn(t, storetest.SQLite(t), repositories, findings, change)
}

func newWorldIn(t *testing.T, database string, repositories, findings int, change func(*Options)) *world {
	t.Helper()
	w := &world{T: t, db: storetest.Open(t, database), clock: &clockAt{time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC)}}
	w.fill(repositories, findings)
	o := Options{Store: w.db, Rules: rules, Who: "kim", Version: "test", Clock: w.clock, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	if change != nil {
		change(&o)
	}
	w.Server = httptest.NewServer(New(o))
	t.Cleanup(w.Close)
	return w
}

func (w *world) fill(repositories, findings int) {
	w.Helper()
	ctx := w.Context()
	at := w.clock.now.AddDate(0, 0, -2)
	for sweep := range 2 {
		var id, target int64
		require.NoError(w, w.db.Write(ctx, func(t *store.Tx) error {
			n, targets, err := t.StartSweep(ctx, "{}", "night", []string{"github:acme"}, at)
			if err != nil {
				return err
			}
			id, target, w.repos = n, targets[0], nil
			for i := range repositories {
				name := fmt.Sprintf("acme/service-%03d", i)
				l, err := t.List(ctx, id, target, &store.Listing{Identity: name, Host: "github.com", FullName: name, Kind: "git", CloneURL: "https://github.com/" + name + ".git", WebURL: "https://github.com/" + name}, at)
				if err != nil {
					return err
				}
				w.repos = append(w.repos, l.ID)
			}
			return t.AddTasks(ctx, id, repositories)
		}))
		for i, repo := range w.repos {
			r := &store.Result{Repository: repo, Sweeps: []int64{id}, Verdict: store.Whole, StartedAt: at, EndedAt: at.Add(time.Minute), RuleSet: "r", Scope: "s", Mark: fmt.Sprint(sweep), Tip: strings.Repeat("a", 40),
				Due: func(s finding.Severity) time.Time { return at.AddDate(0, 0, 5-s.Rank()*2) }}
			if i == 1 {
				r.Verdict, r.Reason = store.Part, finding.Encrypted.Because("encrypted PDF")
				r.Unexamined = []finding.Unexamined{{Path: "docs/deck.pdf", Kind: finding.Encrypted, Reason: "encrypted PDF"}}
			}
			if i == 2 && sweep == 1 {
				r.Verdict, r.Reason = store.Failed, finding.Unreadable.Because("<b>the host does not answer</b>")
			} else {
				for n := i; n < findings; n += repositories {
					if sweep == 0 && n%5 == 4 {
						continue
					}
					r.Findings = append(r.Findings, made(n, at))
				}
				if r.Verdict == store.Whole {
					r.Findings = append(r.Findings, made(-1, at)) // in all of them
				}
			}
			require.NoError(w, w.db.Write(ctx, func(t *store.Tx) error { _, err := t.Record(ctx, r); return err }))
		}
		require.NoError(w, w.db.Write(ctx, func(t *store.Tx) error {
			if _, err := t.EndListing(ctx, id, target, nil, "", at); err != nil {
				return err
			}
			return t.EndSweep(ctx, id, at.Add(time.Hour))
		}))
		at = at.AddDate(0, 0, 1)
	}
}

// made is the n-th finding; -1 is an account that stands everywhere.
func made(n int, at time.Time) *finding.Finding {
	rule, severity, mask := rules[(n+3)%3], severities[(n+4)%4], fmt.Sprintf("AKIA••••••••%04d", n+1)
	if n < 0 {
		rule, mask = rules[1], "••••••••9012"
	}
	path := fmt.Sprintf("src/<script>alert(%d)</script>/a.env", n)
	return &finding.Finding{
		Rule: rule, Secret: finding.Masked(mask), Class: finding.Unknown, Severity: severity, Confidence: 0.9, Fingerprint: fmt.Sprintf("fp%d", n), Evidence: []string{"stands in an ARN"}, InHead: n%2 == 0,
		Sightings: []finding.Sighting{{Path: path, Line: 12, Column: 3, EndColumn: 9, Layer: finding.History, InHead: n%2 == 0, Commit: &finding.Commit{Hash: strings.Repeat("b", 40), Author: "Ada", Email: "ada@example.com", Date: at}}},
		Last:      &finding.Commit{Hash: strings.Repeat("b", 40), Author: "Ada", Email: "ada@example.com", Date: at},
	}
}

// get returns an answer's status and body.
func (w *world) get(path string, header ...string) (int, string) {
	w.Helper()
	return w.send(http.MethodGet, path, nil, header...)
}

func (w *world) send(method, path string, body io.Reader, header ...string) (int, string) {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), method, w.URL+path, body)
	require.NoError(w, err)
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
	require.NoError(w, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(w, err)
	if l := res.Header.Get("Location"); l != "" {
		return res.StatusCode, l
	}
	return res.StatusCode, string(text)
}

func (w *world) page(path string) string {
	w.Helper()
	status, body := w.get(path)
	require.Equal(w, 200, status, "%s: %s", path, body)
	return body
}

func (w *world) total(query string) int64 {
	w.Helper()
	var out apiFindings
	require.NoError(w, json.Unmarshal([]byte(w.page("/api/v1/findings?"+query)), &out))
	return out.Total
}

func TestEveryPageIsThereAndEscapesWhatStrangersWrote(t *testing.T) {
	w := newWorld(t, 5, 40, nil)
	for _, path := range []string{"/", "/findings", "/findings?q=service", "/findings/1", "/repositories", "/repositories?order=name&verdict=part", fmt.Sprintf("/repositories/%d", w.repos[1]), "/accounts", "/jobs"} {
		body := w.page(path)
		assert.NotContains(t, body, "<script>alert", path)
		assert.NotContains(t, body, "<b>the host", path)
		assert.NotContains(t, body, "ZgotmplZ", path)
		for _, outside := range regexp.MustCompile(`(?:src|href|action)="(https?:[^"]*)"`).FindAllStringSubmatch(body, -1) {
			assert.True(t, strings.HasPrefix(outside[1], "https://github.com/acme/"), "only links to the repositories lead away: %s", outside[1])
		}
	}
	assert.Contains(t, w.page(fmt.Sprintf("/repositories/%d", w.repos[1])), "encrypted PDF")
	for path, want := range map[string]int{"/nothing": 404, "/findings/999": 404, "/findings/x": 404, "/repositories/0": 404, "/findings?state=x": 400, "/findings?after=x": 400, "/findings?limit=9999": 400, "/repositories?verdict=x": 400, "/export?format=x": 400, "/api/v1/nothing": 404} {
		status, _ := w.get(path)
		assert.Equal(t, want, status, path)
	}
}

func TestFilters(t *testing.T) {
	w := newWorld(t, 5, 40, nil)
	assert.EqualValues(t, 41, w.total(""))
	assert.EqualValues(t, 41, w.total("state=new&state=open"), "what the failed repository holds is not fixed")
	assert.Less(t, w.total("severity=critical"), w.total("severity=critical&severity=low"))
	assert.EqualValues(t, 41, w.total("q=SERVICE"))
	assert.EqualValues(t, 1, w.total("q=9012"))
	assert.Zero(t, w.total("q=%25"), "what is searched for is no pattern")
	assert.Positive(t, w.total("overdue=1"))
	assert.EqualValues(t, 41, w.total("unassigned=1"))
	assert.Contains(t, w.page("/findings?severity=critical"), `name="severity" value="critical" checked`)
}

func TestPagesHaveEveryFindingOnce(t *testing.T) {
	w := newWorld(t, 5, 40, nil)
	seen := map[string]int{}
	link := regexp.MustCompile(`rel="next" href="([^"]*)"`)
	row := regexp.MustCompile(`name="id" value="(\d+)"`)
	pages := 0
	for at := "/findings?limit=7&q=service"; at != ""; pages++ {
		body := w.page(at)
		for _, m := range row.FindAllStringSubmatch(body, -1) {
			seen[m[1]]++
		}
		at = ""
		if m := link.FindStringSubmatch(body); m != nil {
			at = strings.ReplaceAll(m[1], "&amp;", "&") + "&limit=7"
		}
	}
	assert.Len(t, seen, 41)
	assert.Equal(t, 6, pages)
}

func (w *world) post(values url.Values, header ...string) (int, string) {
	w.Helper()
	return w.send(http.MethodPost, "/triage", strings.NewReader(values.Encode()), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, header...)...)
}

func TestBulkTriage(t *testing.T) {
	w := newWorld(t, 5, 40, nil)
	n := w.total("severity=critical&state=open&state=new")
	form := url.Values{"scope": {"all"}, "expected": {fmt.Sprint(n)}, "f.severity": {"critical"}, "f.state": {"open", "new"}, "action": {"accept"}, "why": {"known to the team"}, "until": {"2026-04-01"}, "assign": {"lou"}}
	status, where := w.post(form)
	assert.Equal(t, 303, status, where)
	assert.Contains(t, w.page(where), fmt.Sprintf("%d findings changed.", n))
	assert.EqualValues(t, n, w.total("severity=critical&state=accepted&assignee=lou"))
	assert.Zero(t, w.total("severity=high&state=accepted"))
	all, _, err := w.db.Findings(t.Context(), store.FindingFilter{States: []state.State{state.Accepted}}, "", 1)
	require.NoError(t, err)
	assert.Equal(t, "kim", all[0].Who)
	assert.Equal(t, time.Date(2026, 4, 2, 0, 0, 0, 0, time.UTC), all[0].Until, "to the end of that day")

	status, _ = w.post(form)
	assert.Equal(t, 409, status, "there are others now than the reader saw: nothing is done")
	for name, bad := range map[string]url.Values{
		"no reason": {"id": {"1"}, "action": {"accept"}}, "nothing to do": {"id": {"1"}}, "nothing selected": {"action": {"reopen"}}, "a past end": {"id": {"1"}, "action": {"accept"}, "why": {"x"}, "until": {"2020-01-01"}},
		"no such decision": {"id": {"1"}, "action": {"fix"}}, "no count": {"scope": {"all"}, "action": {"reopen"}}, "a bad filter": {"id": {"1"}, "action": {"reopen"}, "f.state": {"x"}},
	} {
		status, _ := w.post(bad)
		assert.Equal(t, 400, status, name)
	}
	status, where = w.post(url.Values{"id": {"1"}, "finding": {"1"}, "action": {"dismiss"}, "why": {"a test value"}})
	assert.Equal(t, 303, status)
	assert.True(t, strings.HasPrefix(where, "/findings/1?"))
	assert.Contains(t, w.page(where), "a test value")
}

func TestOtherSitesDecideNothing(t *testing.T) {
	w := newWorld(t, 2, 4, nil)
	form := url.Values{"id": {"1"}, "action": {"dismiss"}, "why": {"x"}}
	status, _ := w.post(form, "Sec-Fetch-Site", "cross-site")
	assert.Equal(t, 403, status)
	status, _ = w.post(form, "Origin", "https://evil.example")
	assert.Equal(t, 403, status)
	status, _ = w.get("/", "Host", "evil.example")
	assert.Equal(t, 421, status, "a name that leads here is another site's")
	assert.Zero(t, w.total("state=false-positive"))
	for _, name := range []string{"localhost:1", "127.0.0.1", "[::1]:80"} {
		status, _ = w.get("/", "Host", name)
		assert.Equal(t, 200, status, name)
	}
}

// fixed is a source that gives one token.
type fixed string

func (f fixed) Name() string { return "$TOKEN" }

func TestHeaders(t *testing.T) {
	w := newWorld(t, 1, 1, nil)
	for _, path := range []string{"/", "/nothing", "/findings", "/api/v1/findings", "/login", stylePath} {
		res, err := w.Client().Get(w.URL + path)
		require.NoError(t, err)
		res.Body.Close()
		assert.Equal(t, policy, res.Header.Get("Content-Security-Policy"), path)
		assert.Equal(t, "nosniff", res.Header.Get("X-Content-Type-Options"), path)
	}
}

func TestExportsAreWhatTheFilterShows(t *testing.T) {
	w := newWorld(t, 5, 40, nil)
	var out struct {
		Findings []struct{ Rule, Repository, Secret, State string }
	}
	require.NoError(t, json.Unmarshal([]byte(w.page("/export?format=json&severity=critical")), &out))
	distinct := map[string]bool{}
	for _, f := range out.Findings {
		assert.NotEmpty(t, f.Repository)
		distinct[f.Rule+f.Secret] = true
	}
	assert.EqualValues(t, w.total("severity=critical"), len(distinct))
	table := w.page("/export?format=csv&severity=critical")
	assert.Equal(t, len(out.Findings)+1, strings.Count(table, "\r\n"))
	sarif := w.page("/export?format=sarif&severity=critical")
	assert.True(t, json.Valid([]byte(sarif)))
	assert.Contains(t, sarif, "acme/service-")
	var one struct{ Findings []struct{ Repository string } }
	require.NoError(t, json.Unmarshal([]byte(w.page(fmt.Sprintf("/export?format=json&q=9012&repository=%d", w.repos[0]))), &one))
	assert.Len(t, one.Findings, 1, "of one repository its own place alone")
}

func TestAPI(t *testing.T) {
	w := newWorld(t, 5, 40, nil)
	for _, path := range []string{"/summary", "/findings?limit=3", "/findings/1", "/repositories", fmt.Sprintf("/repositories/%d", w.repos[1]), "/sweeps"} {
		assert.True(t, json.Valid([]byte(w.page("/api/v1"+path))), path)
	}
	send := func(body string) (int, string) {
		return w.send(http.MethodPost, "/api/v1/triage", strings.NewReader(body), "Content-Type", "application/json")
	}
	status, body := send(`{"action":"dismiss","why":"tests","filter":{"severity":["low"]}}`)
	assert.Equal(t, 200, status, body)
	assert.Equal(t, w.total("severity=low&state=false-positive"), w.total("severity=low"))
	for _, bad := range []string{`{}`, `[`, `{"action":"dismiss","why":"x"}`, `{"action":"dismiss","why":"x","ids":[1],"filter":{}}`, `{"action":"reopen","filter":{"sevrity":["low"]}}`, `{"actoin":"x"}`} {
		status, _ = send(bad)
		assert.Equal(t, 400, status, bad)
	}
}

func TestTheOpenAPIFileIsThatOfTheEndpoints(t *testing.T) {
	text, err := json.MarshalIndent((&server{}).describe(), "", " ")
	require.NoError(t, err)
	text = append(text, '\n')
	if *update {
		require.NoError(t, os.WriteFile("openapi.json", text, 0o644))
		return
	}
	assert.Equal(t, string(text), string(openAPI), "go test ./scanner/sweep/page -update writes it")
}

func TestMetricsAndHealth(t *testing.T) {
	w := newWorld(t, 5, 40, nil)
	assert.Equal(t, "ok\n", w.page("/healthz"))
	assert.Equal(t, "ok\n", w.page("/readyz"))
	body := w.page("/metrics")
	line := regexp.MustCompile(`^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+]+)$`)
	for _, l := range strings.Split(strings.TrimSpace(body), "\n") {
		assert.Regexp(t, line, l)
	}
	assert.Contains(t, body, `deputy_repositories{verdict="part"} 1`)
	status, _ := w.get("/readyz", "Host", "10.0.0.7:8787")
	assert.Equal(t, 200, status, "probes ask by address")
	require.NoError(t, w.db.Close())
	status, _ = w.get("/readyz")
	assert.Equal(t, 503, status)
	status, body = w.get("/findings")
	assert.Equal(t, 500, status)
	assert.NotContains(t, body, "sql", "what is wrong inside is for the log")
}
