package host

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// clockAt is a clock that moves only when somebody sleeps.
type clockAt struct {
	lock  sync.Mutex
	now   time.Time
	slept []time.Duration
}

func newClock() *clockAt { return &clockAt{now: time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)} }

func (c *clockAt) Now() time.Time {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.now
}

func (c *clockAt) Sleep(ctx context.Context, d time.Duration) error {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.now = c.now.Add(d)
	c.slept = append(c.slept, d)
	return ctx.Err()
}

func (c *clockAt) total() (sum time.Duration) {
	for _, d := range c.slept {
		sum += d
	}
	return sum
}

// fixed is a source that gives one token.
type fixed struct{ name, user, value string }

func (f fixed) Name() string { return f.name }

func (f fixed) Token(context.Context, Scope) (string, finding.Secret, error) {
	return f.user, finding.NewSecret(f.value).Opaque(), nil
}

// fake is a host's API. What it lists is made by page; faults come first, each once.
type fake struct {
	*httptest.Server
	kind  SiteKind
	clock *clockAt

	lock   sync.Mutex
	total  int                                             // repositories
	tokens map[string]*allowance                           // by the Authorization header; nil takes any and none
	faults []func(http.ResponseWriter, *http.Request) bool // each until it returns true
	routes map[string]func(w http.ResponseWriter, r *http.Request)
	asked  []string // method, path and query
	auth   []string // Authorization header of each
	etags  bool
}

// allowance is what a token may do still.
type allowance struct {
	remaining int
	reset     time.Time
	refused   bool
}

func newFake(t *testing.T, k SiteKind, total int) *fake {
	f := &fake{kind: k, clock: newClock(), total: total, routes: map[string]func(http.ResponseWriter, *http.Request){}}
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(f.Close)
	return f
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.asked = append(f.asked, r.Method+" "+r.URL.RequestURI())
	auth := r.Header.Get("Authorization")
	f.auth = append(f.auth, auth)
	if len(f.faults) > 0 {
		fault := f.faults[0]
		f.faults = f.faults[1:]
		if fault(w, r) {
			return
		}
	}
	if f.tokens != nil && !f.admit(w, auth) {
		return
	}
	if route, ok := f.routes[r.URL.EscapedPath()]; ok {
		route(w, r)
		return
	}
	page := f.path("acme")
	if r.URL.EscapedPath() != page {
		http.Error(w, `{"message":"Not Found"}`, http.StatusNotFound)
		return
	}
	f.page(w, r, f.total, f.repository)
}

// path is where a fake lists what is an owner's.
func (f *fake) path(owner string) string {
	owner = url.PathEscape(owner)
	return map[SiteKind]string{
		GitHub: "/api/v3/orgs/" + owner + "/repos", GitLab: "/api/v4/groups/" + owner + "/projects",
		Gitea: "/api/v1/orgs/" + owner + "/repos", Bitbucket: "/2.0/repositories/" + owner,
	}[f.kind]
}

func (f *fake) admit(w http.ResponseWriter, auth string) bool {
	a, ok := f.tokens[auth]
	if !ok || a.refused {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = fmt.Fprint(w, `{"message":"Bad credentials"}`)
		return false
	}
	if now := f.clock.Now(); a.remaining == 0 && !a.reset.IsZero() && !a.reset.After(now) {
		a.remaining, a.reset = 50, now.Add(time.Hour)
	}
	prefix := "X-RateLimit-"
	if f.kind == GitLab {
		prefix = "RateLimit-"
	}
	over := a.remaining == 0
	a.remaining = max(0, a.remaining-1)
	w.Header().Set(prefix+"Remaining", strconv.Itoa(a.remaining))
	w.Header().Set(prefix+"Reset", strconv.FormatInt(a.reset.Unix(), 10))
	if over {
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprint(w, `{"message":"API rate limit exceeded"}`)
	}
	return !over
}

// page answers with a page of some items, as the host's kind does.
func (f *fake) page(w http.ResponseWriter, r *http.Request, total int, item func(i int) map[string]any) {
	q := r.URL.Query()
	number := max(1, atoi(q.Get("page")))
	size := max(atoi(q.Get("per_page")), atoi(q.Get("pagelen")), atoi(q.Get("limit")), 1)
	items := []any{}
	for i := (number - 1) * size; i < min(total, number*size); i++ {
		items = append(items, item(i))
	}
	next := ""
	if number*size < total {
		q.Set("page", strconv.Itoa(number+1))
		next = f.URL + r.URL.EscapedPath() + "?" + q.Encode()
	}
	etag := fmt.Sprintf(`W/"%d-%d"`, number, total)
	if f.etags {
		if r.Header.Get("If-None-Match") == etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", etag)
	}
	if f.kind == Bitbucket {
		page := map[string]any{"values": items, "pagelen": size}
		if next != "" {
			page["next"] = next
		}
		_ = json.NewEncoder(w).Encode(page)
		return
	}
	if next != "" {
		w.Header().Set("Link", fmt.Sprintf(`<%s>; rel="prev", <%s>; rel="next", <%s>; rel="last"`, f.URL, next, f.URL))
	}
	_ = json.NewEncoder(w).Encode(items)
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// repository is what a fake says of its i-th repository.
func (f *fake) repository(i int) map[string]any {
	name := fmt.Sprintf("repo-%05d", i)
	full := "acme/" + name
	clone := f.URL + "/" + full + ".git"
	pushed := f.clock.now.AddDate(0, 0, -i%1000).UTC().Format(time.RFC3339)
	switch f.kind {
	case GitLab:
		return map[string]any{
			"id": i + 1, "path": name, "path_with_namespace": full, "http_url_to_repo": clone, "web_url": f.URL + "/" + full, "default_branch": "main",
			"archived": i%10 == 1, "empty_repo": i%10 == 3, "visibility": "private", "last_activity_at": pushed, "wiki_access_level": "enabled",
			"forked_from_project": map[bool]any{true: map[string]any{"id": 1}, false: nil}[i%10 == 2], "statistics": map[string]any{"repository_size": i << 10},
		}
	case Bitbucket:
		r := map[string]any{
			"uuid": fmt.Sprintf("{%d}", i), "slug": name, "full_name": full, "is_private": true, "size": i << 10, "updated_on": pushed, "has_wiki": true,
			"mainbranch": map[string]any{"name": "main"},
			"links": map[string]any{"html": map[string]any{"href": f.URL + "/" + full}, "clone": []any{
				map[string]any{"name": "http", "href": strings.Replace(f.URL, "http://", "http://someone@", 1) + "/" + full + ".git"},
				map[string]any{"name": "ssh", "href": "git@bitbucket.org:" + full + ".git"},
			}},
		}
		if i%10 == 2 {
			r["parent"] = map[string]any{"uuid": "{x}"}
		}
		if i%10 == 3 {
			r["mainbranch"] = nil
		}
		return r
	}
	return map[string]any{ // GitHub, Gitea
		"id": i + 1, "name": name, "full_name": full, "owner": map[string]any{"login": "acme"}, "clone_url": clone, "html_url": f.URL + "/" + full,
		"default_branch": "main", "archived": i%10 == 1, "fork": i%10 == 2, "empty": i%10 == 3, "private": true, "has_wiki": true,
		"size": i, "pushed_at": pushed, "updated_at": pushed,
	}
}

// network returns a network without delays, with the tokens of a ring.
func (f *fake) network(sources ...Source) *Network {
	n := &Network{Clock: f.clock, Keys: NewKeyring(f.clock)}
	for _, s := range sources {
		n.Keys.Add(strings.TrimPrefix(f.URL, "http://"), "", s)
	}
	return n
}

// list lists a target of a fake.
func (f *fake) list(t *testing.T, n *Network, change func(*Target)) []Row {
	t.Helper()
	site, err := NewSite(f.kind, f.URL, "", nil)
	require.NoError(t, err)
	target := Target{Site: site, Owner: "acme", OwnerKind: Organization}
	if change != nil {
		change(&target)
	}
	l, err := n.Lister(target)
	require.NoError(t, err)
	return slices.Collect(l.List(t.Context()))
}

// swept are the full names of what is to be swept.
func swept(all []Row) (names []string) {
	for _, r := range all {
		if r.Cause == "" {
			names = append(names, r.Repository.FullName)
		}
	}
	return names
}

// because are the reasons of rows with a cause.
func because(all []Row, c Cause) (reasons []string) {
	for _, r := range all {
		if r.Cause == c {
			reasons = append(reasons, r.Reason)
		}
	}
	return reasons
}

// answer is a fault that answers with a status and headers, name and value in turn.
func status(code int, body string, headers ...string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
		_, _ = fmt.Fprint(w, body)
		return true
	}
}

// onKinds runs a test for a fake of each kind.
func onKinds(t *testing.T, total int, test func(t *testing.T, f *fake)) {
	for _, k := range []SiteKind{GitHub, GitLab, Gitea, Bitbucket} {
		t.Run(string(k), func(t *testing.T) { test(t, newFake(t, k, total)) })
	}
}

// whole asserts that a listing has every repository of a fake, each once, and nothing else.
func whole(t *testing.T, f *fake, all []Row) {
	t.Helper()
	names := swept(all)
	slices.Sort(names)
	assert.Len(t, all, f.total)
	assert.Len(t, slices.Compact(names), f.total)
}
