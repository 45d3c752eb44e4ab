package host

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/internal/buildinfo"
)

// Budget bounds what a listing costs.
type Budget struct {
	Attempts int           // at one request
	Wait     time.Duration // for a host's limits and between attempts, in one listing
	Timeout  time.Duration // of one attempt
}

// DefaultBudget is enough to get through an hour's rate limit.
func DefaultBudget() Budget {
	return Budget{Attempts: 6, Wait: 2 * time.Hour, Timeout: time.Minute}
}

const (
	maxAnswer    = 32 << 20 // bytes of a page: a hundred repositories of GitHub take one
	maxPages     = 20_000   // of one listing
	maxRedirects = 5
	maxMessage   = 200 // bytes of what a host says about an error
)

// api asks one site in one listing's name. The core of every client is here: pages,
// limits, repetition, conditional requests, and that a token goes to its host alone.
type api struct {
	site   *Site
	tokens *pool
	scope  Scope
	budget Budget
	http   *http.Client
	clock  Clock
	cache  Cache
	count  func(Event)

	lock   sync.Mutex
	waited time.Duration
}

// Event is something to count.
type Event string

// The events.
const (
	EventRequest     Event = "request"
	EventNotModified Event = "not-modified"
	EventRetry       Event = "retry"
	EventLimited     Event = "limited"
)

// problem is why a host did not give what it was asked for.
type problem struct {
	status int // 0 if there was no answer
	text   string
}

func (p *problem) Error() string { return p.text }

// statusOf returns the status that an error comes from, 0 for none.
func statusOf(err error) int {
	var p *problem
	if errors.As(err, &p) {
		return p.status
	}
	return 0
}

// answer is what a request brought.
type answer struct {
	body []byte
	next string // the page behind it, "" for none
}

// verdict is what follows from an attempt.
type verdict int

const (
	done    verdict = iota
	failed          // it would fail again
	again           // it may go better next time
	limited         // it may go with another token, or later
	refused         // it may go with another token
)

// outcome is what an attempt came to.
type outcome struct {
	verdict
	answer answer
	err    error
	after  time.Duration // how long to wait, as the host says; -1 if it does not
}

// get asks for a path below the API's base, or for a URL that an answer gave, and decodes
// the answer.
func (a *api) get(ctx context.Context, ref string, into any) error {
	_, err := a.do(ctx, http.MethodGet, ref, nil, func(body []byte) error { return json.Unmarshal(body, into) })
	return err
}

// do asks until there is an answer that check takes, or there is no point in asking.
func (a *api) do(ctx context.Context, method, ref string, body []byte, check func([]byte) error) (answer, error) {
	u, err := a.resolve(ref)
	if err != nil {
		return answer{}, err
	}
	limits := 0
	for attempt := 1; ; {
		l, err := a.token(ctx)
		if err != nil {
			return answer{}, err
		}
		out := a.attempt(ctx, l, method, u, body, check)
		switch out.verdict {
		case done:
			return out.answer, nil
		case failed:
			return answer{}, out.err
		case refused:
			a.tokens.refuse(l)
			if l.source == nil {
				return answer{}, out.err
			}
			continue // ends when there is no other token
		case limited:
			a.note(EventLimited)
			if limits++; limits > 1 { // who asks again and again is asked to stay away longer
				out.after += backoff(limits)
			}
			a.tokens.rest(l, a.clock.Now().Add(out.after))
			continue // ends when the budget of waiting does
		}
		if attempt++; attempt > a.budget.Attempts {
			return answer{}, fmt.Errorf("%w (%d attempts)", out.err, a.budget.Attempts)
		}
		a.note(EventRetry)
		if out.after < 0 {
			out.after = backoff(attempt)
		}
		if err := a.wait(ctx, out.after, out.err); err != nil {
			return answer{}, err
		}
	}
}

// backoff is 1, 2, 4 … seconds up to a minute, a quarter more or less so that workers
// that failed together do not come back together.
func backoff(attempt int) time.Duration {
	d := min(time.Minute, time.Second<<min(attempt-2, 6))
	return d*3/4 + rand.N(d/2)
}

// token waits for a token that can be used.
func (a *api) token(ctx context.Context) (lease, error) {
	for {
		l, wait, err := a.tokens.pick(ctx, a.scope, a.clock.Now())
		if err != nil || wait == 0 {
			return l, err
		}
		if err := a.wait(ctx, wait, errors.New("the host's rate limit is used up")); err != nil {
			return lease{}, err
		}
	}
}

// wait sleeps, unless the listing's budget does not allow it.
func (a *api) wait(ctx context.Context, d time.Duration, why error) error {
	a.lock.Lock()
	over := a.waited+d > a.budget.Wait
	if !over {
		a.waited += d
	}
	a.lock.Unlock()
	if over {
		return fmt.Errorf("%w; waiting for %s more would be over the budget of %s", why, d.Round(time.Second), a.budget.Wait)
	}
	return a.clock.Sleep(ctx, d)
}

func (a *api) note(e Event) {
	if a.count != nil {
		a.count(e)
	}
}

// resolve returns the URL to ask for. What would lead a token elsewhere is an error.
func (a *api) resolve(ref string) (*url.URL, error) {
	base := a.site.API
	rel, err := url.Parse(ref)
	if err != nil {
		return nil, &problem{text: "the host names a page that is no URL"}
	}
	u := rel
	if !rel.IsAbs() && rel.Host == "" {
		u = base.JoinPath(rel.EscapedPath())
		u.RawQuery = rel.RawQuery
	}
	if !sameOrigin(base, u) || u.User != nil {
		return nil, &problem{text: fmt.Sprintf("the host's answer leads to another host, %q", u.Host)}
	}
	return u, nil
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Host, b.Host)
}

// attempt asks once.
func (a *api) attempt(ctx context.Context, l lease, method string, u *url.URL, body []byte, check func([]byte) error) outcome {
	what := method + " " + u.Path
	timed, cancel := context.WithTimeout(ctx, a.budget.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(timed, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return outcome{verdict: failed, err: &problem{text: what + ": not a request"}}
	}
	a.dress(req, l)
	key := l.name() + "\n" + u.String()
	known, conditional := Cached{}, false
	if a.cache != nil && method == http.MethodGet {
		if known, conditional = a.cache.Get(key); conditional {
			req.Header.Set("If-None-Match", known.ETag)
		}
	}
	a.note(EventRequest)
	res, err := a.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return outcome{verdict: failed, err: ctx.Err()}
		}
		return a.unanswered(what, l, err)
	}
	defer res.Body.Close()
	now := a.clock.Now()
	a.tokens.learn(l, rateOf(res.Header, now), now)
	if res.StatusCode == http.StatusNotModified && conditional {
		a.note(EventNotModified)
		return outcome{answer: answer{known.Body, known.Next}}
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return outcome{verdict: again, after: -1, err: &problem{res.StatusCode, what + ": the answer breaks off"}}
	case len(text) > maxAnswer:
		return outcome{verdict: failed, err: &problem{res.StatusCode, fmt.Sprintf("%s: the answer is larger than %d MiB", what, maxAnswer>>20)}}
	case res.StatusCode/100 != 2:
		return a.unsuccessful(what, l, res, text)
	}
	if err := check(text); err != nil {
		return outcome{verdict: again, after: -1, err: &problem{res.StatusCode, what + ": the answer is not what the API promises: " + l.redact(shape(err))}}
	}
	ans := answer{text, nextLink(res.Header.Values("Link"))}
	if etag := res.Header.Get("ETag"); etag != "" && a.cache != nil && method == http.MethodGet {
		a.cache.Put(key, Cached{ETag: etag, Next: ans.next, Body: text})
	}
	return outcome{answer: ans}
}

// shape says what is wrong with JSON without what stands in it.
func shape(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("no JSON from byte %d on", syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Sprintf("%s in the field %q", strings.Fields(kind.Value + " ?")[0], kind.Field)
	}
	return err.Error()
}

// dress gives a request its headers.
func (a *api) dress(req *http.Request, l lease) {
	req.Header.Set("User-Agent", "deputy/"+buildinfo.Version())
	req.Header.Set("Accept", "application/json")
	for name, value := range a.site.kind().headers {
		req.Header.Set(name, value)
	}
	if req.Body != nil && req.ContentLength > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	if l.token.Reveal() != "" {
		req.Header.Set("Authorization", a.site.kind().authorization(l.user, l.token.Reveal()))
	}
}

func bearer(_, token string) string { return "Bearer " + token }

func basic(user, token string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+token))
}

// unanswered judges a request that brought no answer.
func (a *api) unanswered(what string, l lease, err error) outcome {
	var p *problem
	if errors.As(err, &p) { // a redirect that is not followed
		return outcome{verdict: failed, err: &problem{text: what + ": " + p.text}}
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return outcome{verdict: failed, err: &problem{text: what + ": " + l.redact(err.Error())}}
	}
	return outcome{verdict: again, after: -1, err: &problem{text: what + ": " + l.redact(err.Error())}}
}

// secondaryPause is how long GitHub wants to be left alone at least if it does not say
// (https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api).
const secondaryPause = time.Minute

// unsuccessful judges an answer that is none.
func (a *api) unsuccessful(what string, l lease, res *http.Response, body []byte) outcome {
	now := a.clock.Now()
	after, said := retryAfter(res.Header, now)
	message, about := complaint(body)
	p := &problem{res.StatusCode, fmt.Sprintf("%s: %d %s%s", what, res.StatusCode, strings.ToLower(http.StatusText(res.StatusCode)), l.redact(message))}
	switch status := res.StatusCode; {
	case status == http.StatusTooManyRequests, status == http.StatusForbidden && overLimit(res.Header, said, about):
		if r := rateOf(res.Header, now); !said && r.known && r.remaining == 0 && !r.reset.IsZero() {
			after, said = max(0, r.reset.Sub(now)), true
		}
		if !said {
			after = secondaryPause
		}
		return outcome{verdict: limited, after: after + time.Second, err: p}
	case status == http.StatusUnauthorized:
		p.text += ": " + l.name() + " is refused"
		return outcome{verdict: refused, err: p}
	case status == http.StatusRequestTimeout, status/100 == 5 && status != http.StatusNotImplemented:
		if !said {
			after = -1
		}
		return outcome{verdict: again, after: after, err: p}
	case status == http.StatusForbidden && res.Header.Get("X-GitHub-SSO") != "":
		p.text += ": " + l.name() + " is not authorised for the organisation's single sign-on"
	case status == http.StatusNotFound:
		p.text += ": it is not there, or " + l.name() + " may not see it"
	}
	return outcome{verdict: failed, err: p}
}

// overLimit tells GitHub's limits from a lack of permission, which has the same status.
func overLimit(h http.Header, retryAfter bool, about string) bool {
	return retryAfter || h.Get("X-RateLimit-Remaining") == "0" || strings.Contains(about, "rate-limit")
}

// complaint reads what a host says about an error, quoted and cut, and the page of its
// documentation that it names.
func complaint(body []byte) (message, about string) {
	var said struct {
		Message       json.RawMessage `json:"message"`
		Error         json.RawMessage `json:"error"`
		Documentation string          `json:"documentation_url"`
	}
	if json.Unmarshal(body, &said) != nil {
		return "", ""
	}
	var text string
	var inner struct {
		Message string `json:"message"`
	}
	switch {
	case json.Unmarshal(said.Message, &text) == nil && text != "":
	case json.Unmarshal(said.Error, &text) == nil && text != "":
	case json.Unmarshal(said.Error, &inner) == nil && inner.Message != "":
		text = inner.Message
	default:
		return "", said.Documentation
	}
	return " " + strconv.QuoteToASCII(text[:min(len(text), maxMessage)]), said.Documentation
}

// redirects keeps requests, and with them tokens, on the host that they were meant for.
func redirects(req *http.Request, via []*http.Request) error {
	switch {
	case len(via) > maxRedirects:
		return &problem{text: "too many redirects"}
	case !sameOrigin(req.URL, via[0].URL) || req.URL.User != nil:
		return &problem{text: fmt.Sprintf("it redirects to another host, %q, which is not followed", req.URL.Host)}
	}
	return nil
}

// splitter takes the items off a page. Some hosts say there which page is next.
type splitter func(body []byte) (items []json.RawMessage, next string, err error)

// array is a page that is a list; the next one is in the Link header.
func array(body []byte) (items []json.RawMessage, _ string, err error) {
	if err = json.Unmarshal(body, &items); err == nil && items == nil {
		err = errors.New("no list")
	}
	return items, "", err
}

// values is a page of Bitbucket's
// (https://developer.atlassian.com/cloud/bitbucket/rest/intro/#pagination).
func values(body []byte) ([]json.RawMessage, string, error) {
	var page struct {
		Values []json.RawMessage `json:"values"`
		Next   string            `json:"next"`
	}
	err := json.Unmarshal(body, &page)
	if err == nil && page.Values == nil {
		err = errors.New("no values")
	}
	return page.Values, page.Next, err
}

// each hands out the items of a page and of all behind it. An error is the last thing
// that comes.
func (a *api) each(ctx context.Context, first string, split splitter) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		seen := map[string]bool{}
		for at := first; at != ""; {
			if seen[at] || len(seen) == maxPages {
				yield(nil, &problem{text: "the host's pages have no end"})
				return
			}
			seen[at] = true
			var items []json.RawMessage
			var next string
			ans, err := a.do(ctx, http.MethodGet, at, nil, func(body []byte) error {
				items, next = nil, ""
				found, behind, err := split(body)
				if err == nil {
					items, next = found, behind
				}
				return err
			})
			if err != nil {
				yield(nil, err)
				return
			}
			if items == nil { // the cache's, which was checked when it was kept
				if items, next, err = split(ans.body); err != nil {
					yield(nil, err)
					return
				}
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if at = ans.next; next != "" {
				at = next
			}
		}
	}
}
