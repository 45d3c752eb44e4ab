package page

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/sweep/host"
)

func (f fixed) Token(context.Context, host.Scope) (string, finding.Secret, error) {
	return "", finding.NewSecret(string(f)).Opaque(), nil
}

const treasure = fixed("a treasure of 16 bytes")

func TestWithATokenNothingIsShownWithoutIt(t *testing.T) {
	w := newWorld(t, 2, 4, func(o *Options) { o.Token = treasure })
	for _, r := range w.paths() {
		status, body := w.get(r)
		assert.Contains(t, []int{303, 401}, status, r)
		assert.NotContains(t, body, "••••", r)
	}
	status, _ := w.post(url.Values{"id": {"1"}, "action": {"dismiss"}, "why": {"x"}})
	assert.Equal(t, 401, status)
	status, _ = w.get("/api/v1/findings", "Authorization", "Bearer wrong")
	assert.Equal(t, 401, status)
	status, _ = w.get("/api/v1/findings", "Authorization", "Bearer "+string(treasure))
	assert.Equal(t, 200, status)
	status, _ = w.get("/healthz")
	assert.Equal(t, 200, status)
}

// paths are all pages that are read.
func (w *world) paths() (all []string) {
	for _, r := range (&server{}).routes() {
		if path, ok := strings.CutPrefix(r.pattern, "GET "); ok {
			all = append(all, strings.NewReplacer("{$}", "", "{id}", "1").Replace(path))
		}
	}
	return all
}

// logIn returns the answer with its cookie, if there is one.
func (w *world) logIn(name, token string) (int, *http.Cookie) {
	w.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.PostForm(w.URL+"/login", url.Values{"name": {name}, "token": {token}})
	require.NoError(w, err)
	defer res.Body.Close()
	for _, c := range res.Cookies() {
		return res.StatusCode, c
	}
	return res.StatusCode, nil
}

func TestTheTokenIsExchangedForACookie(t *testing.T) {
	w := newWorld(t, 2, 4, func(o *Options) { o.Token = treasure })
	status, c := w.logIn("Kim", string(treasure))
	require.Equal(t, 303, status)
	assert.Equal(t, "__Host-deputy", c.Name)
	assert.True(t, c.Secure && c.HttpOnly && c.SameSite == http.SameSiteStrictMode && c.Path == "/" && c.Domain == "")
	assert.NotContains(t, c.Value, string(treasure))
	cookie := c.Name + "=" + c.Value
	status, body := w.get("/findings", "Cookie", cookie)
	assert.Equal(t, 200, status)
	assert.Contains(t, body, "Kim")
	assert.NotContains(t, body, string(treasure))

	for _, forged := range []string{cookie + "x", c.Name + "=" + strings.Replace(c.Value, ".", "0.", 1), c.Name + "=", c.Name + "=a.b.c", c.Name + "=" + seal("Kim", w.clock.now.Add(time.Hour), finding.NewSecret("another token of it"))} {
		status, _ = w.get("/findings", "Cookie", forged)
		assert.Equal(t, 303, status, forged)
	}
	w.clock.now = w.clock.now.Add(session)
	status, _ = w.get("/findings", "Cookie", cookie)
	assert.Equal(t, 303, status, "it ends")
}

func TestTokensAreNotGuessed(t *testing.T) {
	w := newWorld(t, 1, 1, func(o *Options) { o.Token = treasure })
	for range maxWrong {
		status, c := w.logIn("Kim", "wrong")
		assert.Equal(t, 401, status)
		assert.Nil(t, c)
	}
	status, _ := w.logIn("Kim", string(treasure))
	assert.Equal(t, 429, status)
	w.clock.now = w.clock.now.Add(61 * time.Second)
	status, _ = w.logIn("", string(treasure))
	assert.Equal(t, 400, status, "who decides has a name")
	status, _ = w.logIn("Kim", string(treasure))
	assert.Equal(t, 303, status)
}

func TestAShortTokenIsNone(t *testing.T) {
	w := newWorld(t, 1, 1, func(o *Options) { o.Token = fixed("short") })
	status, _ := w.get("/findings", "Authorization", "Bearer short")
	assert.Equal(t, 503, status)
	status, _ = w.logIn("Kim", "short")
	assert.Equal(t, 503, status)
}
