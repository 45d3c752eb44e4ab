package host

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// Keyring holds the tokens of all hosts. A token goes to its own host alone. It
// implements [Credentials].
type Keyring struct {
	clock Clock

	lock  sync.Mutex
	pools map[string]*pool // by host and port
	sites map[string]*Site // by host that repositories are cloned from
}

// NewKeyring returns an empty keyring.
func NewKeyring(clock Clock) *Keyring {
	if clock == nil {
		clock = SystemClock{}
	}
	return &Keyring{clock: clock, pools: map[string]*pool{}, sites: map[string]*Site{}}
}

// Add adds a token for a host, "github.com" or "git.example.com:8443". user is the name
// that goes with it, "" for what the site expects.
func (k *Keyring) Add(host, user string, s Source) {
	p := k.pool(host)
	p.lock.Lock()
	defer p.lock.Unlock()
	p.entries = append(p.entries, &entry{source: s, user: user})
}

func (k *Keyring) pool(host string) *pool {
	host = strings.ToLower(host)
	k.lock.Lock()
	defer k.lock.Unlock()
	p, ok := k.pools[host]
	if !ok {
		p = &pool{host: host}
		k.pools[host] = p
	}
	return p
}

// Know tells the keyring of a site: its tokens are good for all hosts that it keeps
// repositories on.
func (k *Keyring) Know(s *Site) {
	k.lock.Lock()
	defer k.lock.Unlock()
	for _, host := range s.cloneHosts {
		k.sites[strings.ToLower(host)] = s
	}
}

// of returns the tokens for a site.
func (k *Keyring) of(s *Site) *pool {
	if k == nil {
		return &pool{host: s.Web.Host}
	}
	k.Know(s)
	return k.pool(s.Web.Host)
}

// For implements [Credentials].
func (k *Keyring) For(ctx context.Context, cloneURL string) (string, finding.Secret, error) {
	none := finding.Secret{}
	u := encrypted(cloneURL)
	if u == nil { // ssh has keys of its own, and nothing goes in the clear
		return "", none, nil
	}
	host := strings.ToLower(u.Host)
	k.lock.Lock()
	site := k.sites[host]
	k.lock.Unlock()
	if site != nil {
		host = site.Web.Host
	}
	p := k.pool(host)
	if p.empty() {
		return "", none, nil
	}
	l, err := p.pickForGit(ctx, scopeOf(u.Path), k.clock.Now())
	if err != nil || l.token.Reveal() == "" { // or none is for this
		return "", none, err
	}
	return gitUser(site, host, l.user), l.token, nil
}

// encrypted returns a URL over which a token may travel, nil for any other.
func encrypted(text string) *url.URL {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && (u.Scheme != "http" || !Loopback(u.Hostname())) {
		return nil
	}
	return u
}

// gitUser returns the name that git gives with a token.
func gitUser(site *Site, host, user string) string {
	if site != nil {
		return site.kind().gitUser(user)
	}
	for _, k := range kinds {
		if k.home == "https://"+host {
			return k.gitUser(user)
		}
	}
	if user == "" {
		return "oauth2" // any name will do with most, this one with GitLab
	}
	return user
}

// scopeOf returns what a path on a site belongs to.
func scopeOf(path string) Scope {
	path = strings.Trim(path, "/")
	at := strings.LastIndexByte(path, '/')
	if at < 0 {
		return Scope{}
	}
	name := strings.TrimSuffix(strings.TrimSuffix(path[at+1:], ".git"), ".wiki")
	return Scope{Owner: path[:at], Repository: name}
}

// String says how many tokens there are, and none of them.
func (k *Keyring) String() string { return fmt.Sprintf("tokens for %d hosts", len(k.pools)) }
