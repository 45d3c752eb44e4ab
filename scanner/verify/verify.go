// Package verify asks issuers whether keys and tokens live. It is the one room that sends
// values anywhere, and is asked for by name (--verify).
//
// A value goes to its issuer and to nobody else: hosts are those of a table, or named by the
// user; redirects are not followed; a token whose issuer may be a server of the user's own, as
// GitLab's, is asked about only where that server is known. Values travel in headers and
// bodies over TLS, never in URLs, which proxies and servers log, and an error is told in our
// own words, since those of the library quote URLs. HTTPS_PROXY and NO_PROXY are honoured.
//
// An issuer is asked about one value at a time, with a pause, and about each value once.
package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// State is what an issuer says of a value.
type State int

// States. A value is unknown if nobody was asked, or the answer tells nothing.
const (
	Unknown State = iota
	Alive
	Dead
)

// Answer is a state with a phrase for people, which holds nothing of the value.
type Answer struct {
	State State
	Why   string
}

// Options say whom to ask.
type Options struct {
	Endpoints []string      // NAME=URL each: where an issuer of the table is asked instead
	Pause     time.Duration // between two questions to an issuer; 0 for [Pause]
	Now       func() time.Time
}

// Bounds of a question.
const (
	Pause      = 250 * time.Millisecond
	timeout    = 10 * time.Second
	maxAnswer  = 64 << 10 // bytes
	maxAtATime = 8        // issuers
)

// Verifier asks. It may be used many times, also at once.
type Verifier struct {
	client    *http.Client
	endpoints map[string]string
	named     map[string]bool // the user has said where the issuer is
	pause     time.Duration
	now       func() time.Time

	mu    sync.Mutex
	known map[string]Answer // by rule and fingerprint
}

// New checks the options.
func New(o Options) (*Verifier, error) {
	v := &Verifier{
		client: &http.Client{
			Timeout:       timeout,
			Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: timeout, ForceAttemptHTTP2: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		endpoints: map[string]string{}, named: map[string]bool{}, known: map[string]Answer{},
		pause: cmp.Or(o.Pause, Pause), now: o.Now,
	}
	if v.now == nil {
		v.now = time.Now
	}
	for _, i := range issuers {
		v.endpoints[i.name] = i.base
	}
	for _, text := range o.Endpoints {
		name, address, _ := strings.Cut(text, "=")
		if v.endpoints[name] == "" {
			return nil, fmt.Errorf("%q is no issuer: want one of %s", name, strings.Join(Names(), ", "))
		}
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
			return nil, fmt.Errorf("%s: want https://HOST", name)
		}
		v.endpoints[name], v.named[name] = strings.TrimSuffix(address, "/"), true
	}
	return v, nil
}

// Names lists the issuers.
func Names() []string {
	var names []string
	for _, i := range issuers {
		names = append(names, i.name)
	}
	return names
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// question is a finding with the issuer that knows about it.
type question struct {
	*finding.Finding
	issuer *issuer
	with   companions
}

// companions are the values that belong to a key ID.
type companions struct{ secret, session string }

// Findings asks about all findings whose values are known and that have an issuer, and writes
// down what it says: what lives is critical. remote is the address of the repository that they
// are from, "" if there is none.
func (v *Verifier) Findings(ctx context.Context, findings []*finding.Finding, remote string) {
	byIssuer := map[*issuer][]question{}
	for _, q := range questions(findings) {
		if why := v.elsewhere(q.issuer, remote); why != "" {
			note(q.Finding, Answer{Unknown, why})
			continue
		}
		byIssuer[q.issuer] = append(byIssuer[q.issuer], q)
	}
	slots := make(chan struct{}, maxAtATime)
	var all sync.WaitGroup
	for _, list := range byIssuer {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			for n, q := range list {
				if n > 0 && !sleep(ctx, v.pause) {
					return
				}
				note(q.Finding, v.ask(ctx, q))
			}
		})
	}
	all.Wait()
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// questions finds the issuers of findings.
func questions(findings []*finding.Finding) []question {
	byPrint := map[string]*finding.Finding{}
	for _, f := range findings {
		byPrint[f.Rule.ID+" "+f.Fingerprint] = f
	}
	var out []question
	for _, f := range findings {
		value := f.Secret.Reveal()
		if value == "" || f.Class == finding.Sample {
			continue
		}
		for i := range issuers {
			if issuers[i].knows(f.Rule.ID, value) {
				out = append(out, question{f, &issuers[i], companionsOf(f, byPrint)})
				break
			}
		}
	}
	slices.SortFunc(out, func(a, b question) int { return cmp.Compare(a.Fingerprint, b.Fingerprint) })
	return out
}

func companionsOf(f *finding.Finding, byPrint map[string]*finding.Finding) (with companions) {
	for _, r := range f.Related {
		other := byPrint[r.Rule+" "+r.Fingerprint]
		if other == nil {
			continue
		}
		switch other.Rule.Kind {
		case finding.SecretAccessKey:
			with.secret = cmp.Or(with.secret, other.Secret.Reveal())
		case finding.SessionToken:
			with.session = cmp.Or(with.session, other.Secret.Reveal())
		}
	}
	return with
}

// elsewhere says why an issuer is not asked; "" if it is. Tokens of a product that people run
// themselves look alike wherever they were issued.
func (v *Verifier) elsewhere(i *issuer, remote string) string {
	if !i.selfHosted || v.named[i.name] {
		return ""
	}
	host := ""
	if u, err := url.Parse(remote); err == nil {
		host = strings.ToLower(u.Hostname())
	}
	if host == i.public {
		return ""
	}
	if i.name == "github" && !strings.Contains(host, "github") {
		return "" // one's own server is the exception, and would be the remote
	}
	return "not verified: it may be of a server of your own: name it by --verify-endpoint " + i.name + "=https://HOST"
}

// ask asks once about each value.
func (v *Verifier) ask(ctx context.Context, q question) Answer {
	key := q.Rule.ID + " " + q.Fingerprint
	v.mu.Lock()
	known, ok := v.known[key]
	v.mu.Unlock()
	if ok && q.Fingerprint != "" {
		return known
	}
	a := v.exchange(ctx, q)
	if a.State != Unknown {
		v.mu.Lock()
		v.known[key] = a
		v.mu.Unlock()
	}
	return a
}

func (v *Verifier) exchange(ctx context.Context, q question) Answer {
	unknown := func(why string) Answer { return Answer{Unknown, "not verified: " + why} }
	req, err := q.issuer.request(v.endpoints[q.issuer.name], q.Secret.Reveal(), q.with, v.now())
	if err != nil {
		return unknown(err.Error())
	}
	req.Header.Set("User-Agent", "deputy")
	resp, err := v.client.Do(req.WithContext(ctx))
	if err != nil {
		return unknown(q.issuer.title + " " + failure(ctx, err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return unknown(q.issuer.title + " " + failure(ctx, err))
	}
	switch q.issuer.judge(resp.StatusCode, body) {
	case Alive:
		return Answer{Alive, "verified: " + q.issuer.title + " accepts it"}
	case Dead:
		return Answer{Dead, "dead: " + q.issuer.title + " refuses it"}
	}
	return unknown(fmt.Sprintf("%s answers with status %d", q.issuer.title, resp.StatusCode))
}

// failure says what went wrong in our own words.
func failure(ctx context.Context, err error) string {
	var timedOut net.Error
	switch {
	case ctx.Err() != nil:
		return "was not asked to the end"
	case errors.As(err, &timedOut) && timedOut.Timeout():
		return "does not answer in time"
	}
	return "cannot be reached"
}

// note writes down what an issuer says of a finding.
func note(f *finding.Finding, a Answer) {
	f.Evidence = append([]string{a.Why}, slices.Clone(f.Evidence)...)
	if a.State == Alive {
		f.Severity = finding.Critical
	}
}
