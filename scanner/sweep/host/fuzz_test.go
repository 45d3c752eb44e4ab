package host

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FuzzAnswers holds of every answer: a listing ends, and what is to be swept lies on the
// host that was asked, under a name.
func FuzzAnswers(f *testing.F) {
	f.Add(uint8(0), `[{"id":1,"name":"a","full_name":"o/a","clone_url":"http://HOST/o/a.git","has_wiki":true}]`, `<http://HOST/x>; rel="next"`)
	f.Add(uint8(1), `[{"id":1,"path":"a","path_with_namespace":"o/a","http_url_to_repo":"http://u:p@HOST/o/a.git"}]`, "")
	f.Add(uint8(2), `[{"id":1,"name":"a","full_name":"o/a","clone_url":"ext::sh"},null,7,{}]`, `</x>;rel=next`)
	f.Add(uint8(3), `{"values":[{"uuid":"{1}","slug":"a","full_name":"o/a","links":{"clone":[{"name":"http","href":"http://HOST/o/a"}]}}],"next":"http://HOST/2.0/y"}`, "")
	f.Fuzz(func(t *testing.T, which uint8, body, link string) {
		kind := []SiteKind{GitHub, GitLab, Gitea, Bitbucket}[which%4]
		var asked int
		transport := roundTrip(func(r *http.Request) *http.Response {
			require.Equal(t, "git.example.com", r.URL.Host, "a token goes to its host alone")
			w := httptest.NewRecorder()
			if asked++; asked > 3 {
				w.WriteHeader(http.StatusNotFound)
				return w.Result()
			}
			if !strings.ContainsAny(link, "\r\n") {
				w.Header().Set("Link", strings.ReplaceAll(link, "HOST", "git.example.com"))
			}
			_, _ = w.WriteString(strings.ReplaceAll(body, "HOST", "git.example.com"))
			return w.Result()
		})
		site, err := NewSite(kind, "https://git.example.com", "", nil)
		require.NoError(t, err)
		l, err := (&Network{Transport: transport, Clock: newClock()}).Lister(Target{Site: site, Owner: "o", OwnerKind: Organization, Wikis: true})
		require.NoError(t, err)
		for row := range l.List(t.Context()) {
			if row.Cause != "" {
				assert.NotEmpty(t, row.Reason)
				continue
			}
			u, err := url.Parse(row.Repository.CloneURL)
			require.NoError(t, err)
			assert.Equal(t, "git.example.com", strings.ToLower(u.Host))
			assert.Nil(t, u.User)
			assert.NotEmpty(t, row.Repository.ID)
			assert.NotEmpty(t, row.Repository.FullName)
		}
	})
}

type roundTrip func(*http.Request) *http.Response

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

// FuzzLinks holds that a header's next link is what stands between angle brackets in it.
func FuzzLinks(f *testing.F) {
	f.Add(`<https://x/a>; rel="prev", <https://x/b>; title="a, b; \" rel=next"; rel="last next"`)
	f.Add(`<a>;rel=next`)
	f.Add(`<a>;;;,,<`)
	f.Fuzz(func(t *testing.T, header string) {
		next := nextLink([]string{header})
		if next != "" {
			assert.Contains(t, header, next)
			assert.Contains(t, strings.ToLower(header), "next")
		}
	})
}

func TestLinks(t *testing.T) {
	for header, want := range map[string]string{
		`<https://x/a>; rel="prev", <https://x/b>; title="a, b; rel=next"; rel="last next"`: "https://x/b",
		`<a>;rel=next`:                       "a",
		`<a> ; REL = "NEXT"`:                 "a",
		`<a>; rel=prev; rel=next`:            "",
		`<a>; title="x\", <b>; rel=next"`:    "",
		`<a>; rel="prev", <b,c;d>; rel=next`: "b,c;d",
		`a; rel=next`:                        "",
		`<a; rel=next`:                       "",
		``:                                   "",
	} {
		assert.Equal(t, want, nextLink([]string{header}), header)
	}
}

// FuzzLimits holds that no header makes a client wait for less than nothing or for ever.
func FuzzLimits(f *testing.F) {
	f.Add("5", "0", "1700000000")
	f.Add("Fri, 31 Dec 1999 23:59:59 GMT", "-1", "9223372036854775807")
	f.Fuzz(func(t *testing.T, after, remaining, reset string) {
		now := newClock().now
		h := http.Header{"Retry-After": {after}, "X-Ratelimit-Remaining": {remaining}, "X-Ratelimit-Reset": {reset}}
		if wait, ok := retryAfter(h, now); ok {
			assert.GreaterOrEqual(t, wait, time.Duration(0))
		}
		r := rateOf(h, now)
		assert.GreaterOrEqual(t, r.remaining, int64(0))
		assert.False(t, !r.reset.IsZero() && r.reset.Before(now))
	})
}

// FuzzParseClone holds that what is taken reaches a host by a protocol, and is no option.
func FuzzParseClone(f *testing.F) {
	for _, text := range []string{"https://github.com/acme/web.git", "git@host:x", "ext::sh", "ssh://-o/x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseClone(text)
		if err != nil {
			return
		}
		assert.False(t, strings.HasPrefix(r.CloneURL, "-"))
		assert.NotRegexp(t, `^\w+::`, r.CloneURL)
		assert.NotEmpty(t, r.Host)
		assert.NotEmpty(t, r.Name)
	})
}

// FuzzHelper holds that what a helper says fits a header.
func FuzzHelper(f *testing.F) {
	f.Add("protocol=https\nusername=kim\npassword=x\n")
	f.Fuzz(func(t *testing.T, text string) {
		_, token, err := parseHelper(text)
		if err == nil {
			assert.NotEmpty(t, token.Reveal())
			assert.False(t, strings.ContainsAny(token.Reveal(), " \r\n\x00"))
		}
	})
}
