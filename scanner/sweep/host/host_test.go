package host

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTenThousandRepositories(t *testing.T) {
	onKinds(t, 10_000, func(t *testing.T, f *fake) {
		whole(t, f, f.list(t, f.network(), nil))
		assert.LessOrEqual(t, len(f.asked), 200)
		assert.Empty(t, f.clock.slept)
	})
}

func TestWhatAHostSays(t *testing.T) {
	onKinds(t, 4, func(t *testing.T, f *fake) {
		all := f.list(t, f.network(), nil)
		require.Len(t, all, 4)
		r := all[0].Repository
		assert.Equal(t, "acme", r.Owner)
		assert.Equal(t, "repo-00000", r.Name)
		assert.Equal(t, "acme/repo-00000", r.FullName)
		assert.Equal(t, f.URL+"/acme/repo-00000.git", r.CloneURL, "without a user")
		assert.Equal(t, f.URL+"/acme/repo-00000", r.WebURL)
		assert.Equal(t, "main", r.DefaultBranch)
		assert.Equal(t, strings.TrimPrefix(f.URL, "http://"), r.Host)
		assert.Equal(t, Git, r.Kind)
		assert.NotEmpty(t, r.ID)
		assert.True(t, r.Private)
		assert.Equal(t, f.clock.now, r.PushedAt.UTC())
		assert.Equal(t, f.kind != Bitbucket, all[1].Repository.Archived, "Bitbucket has no such thing")
		assert.True(t, all[2].Repository.Fork)
		assert.Equal(t, f.kind != GitHub, all[3].Repository.Empty, "GitHub does not say")
		assert.EqualValues(t, 3, all[3].Repository.SizeKB)
	})
}

func TestAServerThatFailsIsAskedAgain(t *testing.T) {
	onKinds(t, 250, func(t *testing.T, f *fake) {
		f.faults = append(f.faults,
			status(500, "oops"), status(502, "<html>bad gateway</html>"), status(503, "", "Retry-After", "7"),
			func(w http.ResponseWriter, r *http.Request) bool { return false },
			status(200, "<html>log in, please</html>"), status(200, `[{"id": 1, "na`),
			func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) },
			func(w http.ResponseWriter, _ *http.Request) bool { // breaks off
				w.Header().Set("Content-Length", "1000")
				_, _ = w.Write([]byte("["))
				return true
			},
		)
		whole(t, f, f.list(t, f.network(), nil))
		assert.Contains(t, f.clock.slept, 7*time.Second, "it waits as long as the host says")
	})
}

func TestAServerThatKeepsFailingIsARow(t *testing.T) {
	onKinds(t, 250, func(t *testing.T, f *fake) {
		f.faults = append(f.faults, func(http.ResponseWriter, *http.Request) bool { return false })
		for range DefaultBudget().Attempts {
			f.faults = append(f.faults, status(500, `{"message":"the database is away"}`))
		}
		all := f.list(t, f.network(), nil)
		assert.NotEmpty(t, swept(all), "what came before counts")
		reasons := because(all, Failed)
		require.Len(t, reasons, 1)
		assert.Contains(t, reasons[0], "500")
		assert.Contains(t, reasons[0], "6 attempts")
	})
}

func TestRateLimits(t *testing.T) {
	for name, c := range map[string]struct {
		kind     SiteKind
		answer   func(http.ResponseWriter, *http.Request) bool
		at, most time.Duration
	}{
		"seconds":                   {GitHub, status(429, "", "Retry-After", "30"), 30 * time.Second, 32 * time.Second},
		"a date":                    {GitHub, status(429, "", "Retry-After", newClock().now.Add(time.Minute).Format(http.TimeFormat)), time.Minute, 62 * time.Second},
		"GitHub's limit":            {GitHub, status(403, "", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", epoch(20*time.Minute)), 20 * time.Minute, 20*time.Minute + 3*time.Second},
		"GitHub's secondary limit":  {GitHub, status(403, `{"message":"You have exceeded a secondary rate limit","documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`), time.Minute, 62 * time.Second},
		"GitLab's limit":            {GitLab, status(429, "Retry later", "RateLimit-Remaining", "0", "RateLimit-Reset", epoch(3*time.Minute)), 3 * time.Minute, 3*time.Minute + 3*time.Second},
		"seconds from now":          {Gitea, status(429, "", "RateLimit-Remaining", "0", "RateLimit-Reset", "90"), 90 * time.Second, 93 * time.Second},
		"Bitbucket says nothing":    {Bitbucket, status(429, `{"type":"error","error":{"message":"Rate limit for this resource has been exceeded"}}`), time.Minute, 62 * time.Second},
		"a reset that is past":      {GitHub, status(403, "", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1600000000"), time.Second, 3 * time.Second},
		"what is no number is none": {GitHub, status(429, "", "Retry-After", "soon", "X-RateLimit-Remaining", "-4", "X-RateLimit-Reset", "x"), time.Minute, 62 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, c.kind, 3)
			f.faults = append(f.faults, c.answer)
			whole(t, f, f.list(t, f.network(), nil))
			assert.GreaterOrEqual(t, f.clock.total(), c.at)
			assert.LessOrEqual(t, f.clock.total(), c.most)
		})
	}
}

func epoch(d time.Duration) string { return fmt.Sprint(newClock().now.Add(d).Unix()) }

func TestALimitBeyondTheBudgetIsARow(t *testing.T) {
	for _, wait := range []string{"999999999999999", "86400"} {
		f := newFake(t, GitHub, 3)
		f.faults = append(f.faults, status(429, "", "Retry-After", wait))
		all := f.list(t, f.network(), nil)
		require.Len(t, because(all, Failed), 1)
		assert.Contains(t, all[0].Reason, "budget")
		assert.Empty(t, f.clock.slept, "it does not begin to wait")
	}
}

func TestAHostThatNeverStopsLimitingIsARow(t *testing.T) {
	f := newFake(t, GitHub, 3)
	for range 10_000 {
		f.faults = append(f.faults, status(429, "", "Retry-After", "0"))
	}
	all := f.list(t, f.network(), nil)
	require.Len(t, because(all, Failed), 1)
	assert.Less(t, len(f.asked), 300, "and is asked more and more seldom")
}

func TestALackOfPermissionIsNoLimit(t *testing.T) {
	f := newFake(t, GitHub, 3)
	f.faults = append(f.faults, status(403, `{"message":"Resource not accessible","documentation_url":"https://docs.github.com/rest/repos"}`, "X-GitHub-SSO", "required; url=https://x"))
	all := f.list(t, f.network(fixed{name: "$T", value: "one"}), nil)
	require.Len(t, because(all, Failed), 1)
	assert.Contains(t, all[0].Reason, "single sign-on")
	assert.Empty(t, f.clock.slept)
}

func TestTokensAreUsedByWhatTheyHaveLeft(t *testing.T) {
	for _, k := range []SiteKind{GitHub, GitLab} {
		f := newFake(t, k, 10_000)
		reset := f.clock.now.Add(time.Hour)
		f.tokens = map[string]*allowance{"Bearer one": {remaining: 30, reset: reset}, "Bearer two": {remaining: 80, reset: reset}}
		whole(t, f, f.list(t, f.network(fixed{name: "$ONE", value: "one"}, fixed{name: "$TWO", value: "two"}), nil))
		assert.Empty(t, f.clock.slept, "110 requests are left and 100 are needed")
	}
}

func TestAllTokensUsedUpWaitForTheFirst(t *testing.T) {
	f := newFake(t, GitHub, 10_000)
	f.tokens = map[string]*allowance{"Bearer one": {remaining: 30, reset: f.clock.now.Add(time.Hour)}, "Bearer two": {remaining: 40, reset: f.clock.now.Add(10 * time.Minute)}}
	whole(t, f, f.list(t, f.network(fixed{name: "$ONE", value: "one"}, fixed{name: "$TWO", value: "two"}), nil))
	require.NotEmpty(t, f.clock.slept)
	assert.InDelta(t, 10*60, f.clock.slept[0].Seconds(), 2)
	assert.Len(t, f.clock.slept, 1)
}

func TestAnExpiredTokenGivesWay(t *testing.T) {
	onKinds(t, 250, func(t *testing.T, f *fake) {
		word := "Bearer "
		if f.kind == Gitea {
			word = "token "
		}
		f.tokens = map[string]*allowance{word + "good": {remaining: 1000, reset: f.clock.now.Add(time.Hour)}}
		whole(t, f, f.list(t, f.network(fixed{name: "$OLD", value: "expired"}, fixed{name: "$GOOD", value: "good"}), nil))

		all := f.list(t, f.network(fixed{name: "$OLD", value: "expired-one"}), nil)
		require.Len(t, because(all, Failed), 1)
		assert.Contains(t, all[0].Reason, "$OLD")
		assert.NotContains(t, all[0].Reason, "expired-one", "the token itself is not told")
		assert.Len(t, all, 1, "and nothing is listed in nobody's name")
	})
}

func TestATokenThatIsExchangedIsUsedAtOnce(t *testing.T) {
	f := newFake(t, GitHub, 250)
	f.tokens = map[string]*allowance{"Bearer first": {remaining: 1000}, "Bearer second": {remaining: 1000}}
	t.Setenv("DEPUTY_TEST_TOKEN", "first")
	f.faults = append(f.faults, func(http.ResponseWriter, *http.Request) bool { return false }, func(http.ResponseWriter, *http.Request) bool {
		f.tokens["Bearer first"].refused = true
		t.Setenv("DEPUTY_TEST_TOKEN", "second")
		return false
	})
	all := f.list(t, f.network(FromEnvironment("DEPUTY_TEST_TOKEN")), nil)
	whole(t, f, all)
}

func TestTokensGoToTheirHostAlone(t *testing.T) {
	var elsewhere []string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		elsewhere = append(elsewhere, r.Header.Get("Authorization")+r.URL.String())
	}))
	defer other.Close()
	for name, fault := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"a redirect":   status(302, "", "Location", other.URL+"/orgs"),
		"a next page":  status(200, "[]", "Link", "<"+other.URL+`/orgs>; rel="next"`),
		"with a user":  status(302, "", "Location", strings.Replace(other.URL, "http://", "http://a:b@", 1)),
		"without host": status(200, "[]", "Link", `<//evil.example/x>; rel="next"`),
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, GitHub, 3)
			f.faults = append(f.faults, fault)
			all := f.list(t, f.network(fixed{name: "$T", value: "treasure"}), nil)
			require.Len(t, because(all, Failed), 1)
			assert.Contains(t, all[0].Reason, "another host")
			assert.Empty(t, elsewhere)
		})
	}
}

func TestARenamedOwnerIsFollowedOnTheSameHost(t *testing.T) {
	f := newFake(t, GitHub, 3)
	f.faults = append(f.faults, status(301, "", "Location", "/api/v3/organizations/7/repos"))
	f.routes["/api/v3/organizations/7/repos"] = func(w http.ResponseWriter, r *http.Request) { f.page(w, r, 3, f.repository) }
	whole(t, f, f.list(t, f.network(fixed{name: "$T", value: "one"}), nil))
	assert.Equal(t, []string{"Bearer one"}, slices.Compact(f.auth))
}

func TestPagesWithoutEnd(t *testing.T) {
	f := newFake(t, GitHub, 3)
	for range 3 {
		f.faults = append(f.faults, status(200, "[]", "Link", `</api/v3/orgs/acme/repos?page=2>; rel="next"`))
	}
	all := f.list(t, f.network(), nil)
	require.Len(t, because(all, Failed), 1)
	assert.Contains(t, all[0].Reason, "no end")
}

func TestARepositoryThatMakesNoSenseIsARow(t *testing.T) {
	onKinds(t, 0, func(t *testing.T, f *fake) {
		f.routes[f.path("acme")] = func(w http.ResponseWriter, r *http.Request) {
			f.page(w, r, 4, func(i int) map[string]any {
				r := f.repository(i)
				switch i {
				case 1:
					return map[string]any{"id": map[string]any{"not": "a number"}, "uuid": 7}
				case 2:
					return map[string]any{"description": "no name and no ID"}
				}
				return r
			})
		}
		all := f.list(t, f.network(), nil)
		assert.Equal(t, []string{"acme/repo-00000", "acme/repo-00003"}, swept(all))
		assert.Len(t, because(all, Failed), 2)
	})
}

func TestACloneURLThatLeadsElsewhereIsARow(t *testing.T) {
	for name, clone := range map[string]string{
		"another host": "http://evil.example/acme/x.git", "a program": "ext::sh -c id", "a file": "file:///etc",
		"an option": "--upload-pack=id", "nothing": "", "another scheme": "https://HOST/acme/x.git",
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, GitHub, 0)
			f.routes[f.path("acme")] = func(w http.ResponseWriter, r *http.Request) {
				f.page(w, r, 1, func(i int) map[string]any {
					item := f.repository(i)
					item["clone_url"] = strings.Replace(clone, "HOST", strings.TrimPrefix(f.URL, "http://"), 1)
					return item
				})
			}
			all := f.list(t, f.network(), nil)
			require.Len(t, because(all, Failed), 1)
			assert.Empty(t, all[0].Repository.CloneURL)
			assert.Equal(t, "acme/repo-00000", all[0].Repository.FullName, "it is said which one")
		})
	}
}

func TestFilters(t *testing.T) {
	glob := func(globs ...string) Filters {
		l, err := Names(globs)
		require.NoError(t, err)
		return Filters{Include: l}
	}
	excluded := Filters{Exclude: glob("repo-0000*").Include}
	for name, c := range map[string]struct {
		Filters
		want  int
		cause Cause
	}{
		"everything":      {Filters{}, 20, ""},
		"archived":        {Filters{NoArchived: true}, 18, Archived},
		"forks":           {Filters{NoForks: true}, 18, Fork},
		"empty":           {Filters{NoEmpty: true}, 18, Empty},
		"size":            {Filters{MaxSizeKB: 9}, 10, TooLarge},
		"age":             {Filters{MaxAge: 5 * 24 * time.Hour}, 6, TooOld},
		"a name":          {glob("ACME/Repo-0001*"), 10, Name},
		"an owner":        {glob("acme/**"), 20, Name},
		"a bare name":     {glob("repo-00007"), 1, Name},
		"names to remove": {excluded, 10, Name},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t, Gitea, 20)
			all := f.list(t, f.network(), func(t *Target) { t.Filters = c.Filters })
			assert.Len(t, swept(all), c.want)
			assert.Len(t, all, 20, "what is left out is told")
			assert.Len(t, because(all, c.cause), map[bool]int{true: c.want, false: 20 - c.want}[c.cause == ""])
		})
	}
}

func TestWikis(t *testing.T) {
	onKinds(t, 3, func(t *testing.T, f *fake) {
		all := f.list(t, f.network(), func(t *Target) { t.Wikis, t.Filters.NoForks = true, true })
		var wikis []string
		for _, r := range all {
			if r.Repository.Kind == Wiki {
				wikis = append(wikis, strings.TrimPrefix(r.Repository.CloneURL, f.URL))
				assert.True(t, r.Repository.Optional, "the host does not say whether it has a page")
				assert.True(t, r.Repository.PushedAt.IsZero(), "nor when it changed")
			}
		}
		suffix := ".wiki.git"
		if f.kind == Bitbucket {
			suffix = ".git/wiki"
		}
		assert.Equal(t, []string{"/acme/repo-00000" + suffix, "/acme/repo-00001" + suffix}, wikis, "that of a fork goes with it")
	})
}

func TestGists(t *testing.T) {
	f := newFake(t, GitHub, 1)
	gists := func(owner string, total int) {
		f.routes["/api/v3/users/"+owner+"/gists"] = func(w http.ResponseWriter, r *http.Request) {
			f.page(w, r, total, func(i int) map[string]any {
				id := fmt.Sprintf("%s%d", owner, i)
				return map[string]any{"id": id, "git_pull_url": f.URL + "/" + id + ".git", "owner": map[string]any{"login": owner}, "updated_at": "2026-02-01T00:00:00Z"}
			})
		}
	}
	f.routes["/api/v3/orgs/acme/members"] = func(w http.ResponseWriter, r *http.Request) {
		f.page(w, r, 3, func(i int) map[string]any { return map[string]any{"login": []string{"kim", "lou", ""}[i]} })
	}
	gists("kim", 130)
	all := f.list(t, f.network(), func(t *Target) { t.Gists = true })
	assert.Len(t, swept(all), 131)
	assert.Len(t, because(all, Failed), 2, "lou's cannot be listed, and somebody has no name: the others are")

	gists("lou", 2)
	f.routes["/api/v3/users/lou/repos"] = func(w http.ResponseWriter, r *http.Request) { f.page(w, r, 5, f.repository) }
	all = f.list(t, f.network(), func(t *Target) { t.Gists, t.Owner, t.OwnerKind = true, "lou", User })
	assert.Len(t, swept(all), 7)
}

func TestAUserWhoseTokenItIsSeesWhatIsPrivate(t *testing.T) {
	f := newFake(t, GitHub, 0)
	f.routes["/api/v3/user"] = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"login":"Kim"}`)) }
	f.routes["/api/v3/user/repos"] = func(w http.ResponseWriter, r *http.Request) { f.page(w, r, 7, f.repository) }
	all := f.list(t, f.network(fixed{name: "$T", value: "one"}), func(t *Target) { t.Owner, t.OwnerKind = "kim", User })
	assert.Len(t, swept(all), 7)
}

func TestGitLabSubgroupsAndSnippets(t *testing.T) {
	f := newFake(t, GitLab, 0)
	f.routes["/api/v4/groups/acme%2Fplatform/projects"] = func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "true", r.URL.Query().Get("include_subgroups"))
		f.page(w, r, 2, f.repository)
	}
	f.routes["/api/v4/projects/1/snippets"] = func(w http.ResponseWriter, r *http.Request) {
		f.page(w, r, 3, func(i int) map[string]any {
			return map[string]any{"id": i + 1, "http_url_to_repo": fmt.Sprintf("%s/acme/repo-00000/snippets/%d.git", f.URL, i+1), "updated_at": "2026-02-01T00:00:00Z"}
		})
	}
	all := f.list(t, f.network(), func(t *Target) { t.Owner, t.Snippets = "acme/platform", true })
	assert.Len(t, swept(all), 5)
	assert.Len(t, because(all, Failed), 1, "the second project's cannot be listed")
}

func TestBitbucketSnippetsAndTokens(t *testing.T) {
	f := newFake(t, Bitbucket, 2)
	f.routes["/2.0/snippets/acme"] = func(w http.ResponseWriter, r *http.Request) {
		f.page(w, r, 2, func(i int) map[string]any {
			href := fmt.Sprintf("%s/snippets/acme/s%d.git", f.URL, i)
			return map[string]any{"id": fmt.Sprintf("s%d", i), "scm": []string{"git", "hg"}[i], "links": map[string]any{"clone": []any{map[string]any{"name": "http", "href": href}}}}
		})
	}
	n := f.network(fixed{name: "$T", user: "kim@example.com", value: "api"})
	all := f.list(t, n, func(t *Target) { t.Snippets = true })
	assert.Len(t, swept(all), 3)
	assert.Len(t, because(all, Access), 1)
	assert.Equal(t, basic("kim@example.com", "api"), f.auth[0])
	user, token, err := n.Keys.For(t.Context(), f.URL+"/acme/repo-00000.git")
	require.NoError(t, err)
	assert.Equal(t, "x-bitbucket-api-token-auth", user)
	assert.Equal(t, "api", token.Reveal())
}

func TestWhatIsSwitchedOffIsLeftOut(t *testing.T) {
	for k, field := range map[SiteKind]map[string]any{
		GitHub: {"disabled": true}, GitLab: {"repository_access_level": "disabled"}, Gitea: {"has_code": false},
	} {
		f := newFake(t, k, 0)
		f.routes[f.path("acme")] = func(w http.ResponseWriter, r *http.Request) {
			f.page(w, r, 1, func(i int) map[string]any {
				item := f.repository(i)
				for name, value := range field {
					item[name] = value
				}
				return item
			})
		}
		assert.Len(t, because(f.list(t, f.network(), nil), Access), 1, k)
	}
}

func TestConditionalRequests(t *testing.T) {
	f := newFake(t, GitHub, 1000)
	f.etags = true
	events := map[Event]int{}
	n := f.network(fixed{name: "$T", value: "one"})
	n.Cache, n.Count = MemoryCache(8<<20), func(e Event) { events[e]++ }
	first := f.list(t, n, nil)
	second := f.list(t, n, nil)
	assert.Equal(t, swept(first), swept(second))
	assert.Equal(t, 10, events[EventNotModified])
	f.total = 1001 // every page's tag changes
	assert.Len(t, f.list(t, n, nil), 1001)
	assert.Equal(t, 10, events[EventNotModified])
}

func TestMemoryCacheForgets(t *testing.T) {
	c := MemoryCache(10)
	c.Put("a", Cached{Body: []byte("1234")})
	c.Put("b", Cached{Body: []byte("1234")})
	_, _ = c.Get("a")
	c.Put("c", Cached{Body: []byte("1234")})
	_, a := c.Get("a")
	_, b := c.Get("b")
	assert.True(t, a)
	assert.False(t, b, "it was used least recently")
	c.Put("a", Cached{Body: make([]byte, 11)})
	_, a = c.Get("a")
	assert.False(t, a, "what is larger than all is not kept")
}

func TestSeveralTargets(t *testing.T) {
	f, g := newFake(t, GitHub, 5), newFake(t, GitLab, 5)
	f.faults = append(f.faults, status(404, `{"message":"Not Found"}`))
	lister := func(f *fake, owner string) Lister {
		site, err := NewSite(f.kind, f.URL, "", nil)
		require.NoError(t, err)
		l, err := f.network().Lister(Target{Site: site, Owner: owner, OwnerKind: Organization})
		require.NoError(t, err)
		return l
	}
	all := slices.Collect(All(t.Context(), []Lister{lister(f, "gone"), lister(f, "acme"), lister(f, "acme"), lister(g, "acme")}))
	assert.Len(t, swept(all), 10, "each once")
	assert.Len(t, because(all, Failed), 1, "one bad target does not end it")
	for range All(t.Context(), []Lister{lister(f, "acme"), lister(g, "acme")}) {
		break // nobody is left behind
	}
}

func TestMoved(t *testing.T) {
	at := newClock().now
	r := Repository{PushedAt: at}
	assert.False(t, r.Moved(at, at.Add(time.Second)))
	assert.True(t, r.Moved(at.Add(-time.Second), at.Add(time.Hour)))
	assert.True(t, r.Moved(at, at), "a push in the same second may have come behind the scan")
	assert.True(t, (&Repository{}).Moved(time.Time{}, at), "nobody knows")
	r.PushedLag = time.Hour
	assert.True(t, r.Moved(at, at.Add(time.Minute)), "GitLab has not said yet what came meanwhile")
	assert.False(t, r.Moved(at, at.Add(61*time.Minute)))
}

func TestSitesAndTargets(t *testing.T) {
	for _, c := range []struct {
		kind     SiteKind
		url, api string
	}{
		{GitHub, "", "https://api.github.com/"}, {GitHub, "https://acme.ghe.com", "https://api.acme.ghe.com/"},
		{GitHub, "https://git.example.com", "https://git.example.com/api/v3"}, {GitLab, "https://x.example/gitlab", "https://x.example/gitlab/api/v4"},
		{Gitea, "https://codeberg.org", "https://codeberg.org/api/v1"}, {Bitbucket, "", "https://api.bitbucket.org/2.0"},
	} {
		s, err := NewSite(c.kind, c.url, "", nil)
		require.NoError(t, err)
		assert.Equal(t, c.api, s.API.String())
	}
	for _, url := range []string{"http://git.example.com", "git.example.com", "https://a:b@x", "https://x?y", "ftp://x", ""} {
		_, err := NewSite(Gitea, url, "", nil)
		assert.Error(t, err, url)
	}
	site, err := NewSite(GitHub, "", "", nil)
	require.NoError(t, err)
	for _, owner := range []string{"", "/a", "a/b", "a b", "a?b", "..", "a\nb"} {
		_, err := (&Network{}).Lister(Target{Site: site, Owner: owner})
		assert.Error(t, err, owner)
	}
	l, err := (&Network{}).Lister(Target{Site: site, Owner: "acme"})
	require.NoError(t, err)
	assert.Equal(t, "github:acme", l.Target())
}
