package config

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/deputy-sec/deputy/internal/suggest"
	"github.com/deputy-sec/deputy/scanner/sweep/host"
)

// owner is a target that lies on a site.
type owner struct {
	kind host.SiteKind
	name string
}

// owner returns whose repositories a target means, with "" for one that is on no site.
func (t *Target) owner() owner {
	for _, o := range []owner{{host.GitHub, t.GitHub}, {host.GitLab, t.GitLab}, {host.Gitea, t.Gitea}, {host.Bitbucket, t.Bitbucket}} {
		if o.name != "" {
			return o
		}
	}
	return owner{}
}

// check returns what is wrong with a target in itself.
func (t *Target) check() error {
	ways := 0
	for _, set := range []bool{t.GitHub != "", t.GitLab != "", t.Gitea != "", t.Bitbucket != "", len(t.URLs) > 0, t.URLFile != "", t.Repositories != "", t.Documents != ""} {
		if set {
			ways++
		}
	}
	if ways != 1 {
		return errors.New("want one of github, gitlab, gitea, bitbucket, urls, url-file, repositories and documents")
	}
	if _, err := t.Filters.compile(); err != nil {
		return err
	}
	if t.owner().kind == "" {
		if t.URL != "" || t.API != "" || t.User || t.Wikis || t.Snippets || t.Gists || len(t.CloneHosts) > 0 {
			return errors.New("user, url, api, clone-hosts, wikis, snippets and gists are for owners on a host")
		}
		for i, u := range t.URLs {
			if _, err := host.ParseClone(u); err != nil {
				return fmt.Errorf("urls, number %d: %w", i+1, err)
			}
		}
		return nil
	}
	_, err := t.lister(&host.Network{}, host.Filters{})
	return err
}

// skips are the sorts of repositories that can be left out.
var skips = map[string]func(*host.Filters){
	"archived": func(f *host.Filters) { f.NoArchived = true },
	"forks":    func(f *host.Filters) { f.NoForks = true },
	"empty":    func(f *host.Filters) { f.NoEmpty = true },
}

func (f *Filters) compile() (host.Filters, error) {
	out := host.Filters{MaxSizeKB: int64(f.MaxSize) >> 10, MaxAge: time.Duration(f.MaxAge)}
	if f.MaxSize > 0 && out.MaxSizeKB == 0 {
		return out, errors.New("max-size: less than a kilobyte")
	}
	for _, word := range f.Skip {
		set, ok := skips[word]
		if !ok {
			return out, fmt.Errorf("skip: unknown %q%s", word, suggest.DidYouMean(word, []string{"archived", "forks", "empty"}))
		}
		set(&out)
	}
	var err error
	if out.Include, err = host.Names(f.Include); err != nil {
		return out, fmt.Errorf("include: %w", err)
	}
	if out.Exclude, err = host.Names(f.Exclude); err != nil {
		return out, fmt.Errorf("exclude: %w", err)
	}
	return out, nil
}

// under lays the filters for every target under a target's own. What either leaves out is
// left out; a target's own list of names goes before the common one.
func under(common, own host.Filters) host.Filters {
	own.NoArchived = own.NoArchived || common.NoArchived
	own.NoForks = own.NoForks || common.NoForks
	own.NoEmpty = own.NoEmpty || common.NoEmpty
	if own.MaxSizeKB == 0 {
		own.MaxSizeKB = common.MaxSizeKB
	}
	if own.MaxAge == 0 {
		own.MaxAge = common.MaxAge
	}
	if own.Include == nil {
		own.Include = common.Include
	}
	own.Exclude = slices.Concat(own.Exclude, common.Exclude)
	return own
}

// lister returns what lists a target.
func (t *Target) lister(n *host.Network, common host.Filters) (host.Lister, error) {
	own, err := t.Filters.compile()
	if err != nil {
		return nil, err
	}
	filters := under(common, own)
	clock := n.Clock
	if clock == nil {
		clock = host.SystemClock{}
	}
	switch {
	case len(t.URLs) > 0:
		return host.URLs("urls", t.URLs, filters, clock), nil
	case t.URLFile != "":
		return host.URLFile(t.URLFile, filters, clock), nil
	case t.Repositories != "":
		return host.Folder(t.Repositories, filters, clock), nil
	case t.Documents != "":
		return host.Documents(t.Documents), nil
	}
	o := t.owner()
	site, err := t.site()
	if err != nil {
		return nil, err
	}
	want := host.Target{Site: site, Owner: o.name, OwnerKind: host.Organization, Wikis: t.Wikis, Snippets: t.Snippets, Gists: t.Gists, Filters: filters}
	if t.User {
		want.OwnerKind = host.User
	}
	return n.Lister(want)
}

func (t *Target) site() (*host.Site, error) {
	return host.NewSite(t.owner().kind, t.URL, t.API, t.CloneHosts)
}

// Hosts is what a configuration says of hosts, put to use.
type Hosts struct {
	Listers     []host.Lister
	Credentials *host.Keyring
}

// Network says how hosts are reached. The zero value is the machine's own way.
type Network struct {
	Transport http.RoundTripper
	Clock     host.Clock
	Cache     host.Cache
	Count     func(host.Event)
}

// Hosts returns what lists the targets, and the tokens to read what they list.
func (c *Config) Hosts(via Network) (*Hosts, error) {
	n := &host.Network{Transport: via.Transport, Clock: via.Clock, Cache: via.Cache, Count: via.Count, Budget: host.DefaultBudget(), Keys: host.NewKeyring(via.Clock)}
	if c.Limits.APIWait > 0 {
		n.Budget.Wait = time.Duration(c.Limits.APIWait)
	}
	sites := map[string]*host.Site{}
	for i := range c.Targets {
		if t := &c.Targets[i]; t.owner().kind != "" {
			site, err := t.site()
			if err != nil {
				return nil, err
			}
			sites[site.Web.Host] = site
			n.Keys.Know(site)
		}
	}
	for i := range c.Tokens {
		source, err := c.Tokens[i].source(n, sites)
		if err != nil {
			return nil, fmt.Errorf("tokens, number %d: %w", i+1, err)
		}
		n.Keys.Add(c.Tokens[i].Host, c.Tokens[i].User, source)
	}
	common, err := c.Filters.compile()
	if err != nil {
		return nil, err
	}
	out := &Hosts{Credentials: n.Keys}
	for i := range c.Targets {
		l, err := c.Targets[i].lister(n, common)
		if err != nil {
			return nil, fmt.Errorf("targets, number %d: %w", i+1, err)
		}
		out.Listers = append(out.Listers, l)
	}
	return out, nil
}

func (t *Token) source(n *host.Network, sites map[string]*host.Site) (host.Source, error) {
	switch {
	case t.Helper:
		return host.FromHelper(t.Host), nil
	case t.App == nil:
		return t.Source(), nil
	}
	site := sites[t.Host]
	if site == nil {
		var err error
		if site, err = host.NewSite(host.GitHub, "https://"+t.Host, "", nil); err != nil {
			return nil, err
		}
		n.Keys.Know(site)
	}
	if site.Kind != host.GitHub {
		return nil, fmt.Errorf("%s is no GitHub, which has apps", t.Host)
	}
	return n.FromApp(site, host.App{ID: t.App.ID, KeyFile: t.App.KeyFile, Installation: t.App.Installation}), nil
}
