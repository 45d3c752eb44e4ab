package host

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"net/url"
	"slices"
	"strings"
)

// SiteKind is the software of a site.
type SiteKind string

// The kinds of sites.
const (
	GitHub    SiteKind = "github"
	GitLab    SiteKind = "gitlab"
	Gitea     SiteKind = "gitea" // and Forgejo
	Bitbucket SiteKind = "bitbucket"
)

// kind is what a client of a sort of site knows.
type kind struct {
	headers       map[string]string
	authorization func(user, token string) string // header of the API
	gitUser       func(user string) string        // name that git gives with a token
	home          string                          // the public site, "" for none
	api           func(web *url.URL) *url.URL
	clone         func(web *url.URL) []string // hosts that repositories are cloned from, beside the site
	repositories  func(context.Context, *client) iter.Seq2[found, error]
}

var kinds map[SiteKind]kind

func init() { // the listings refer to the table
	kinds = map[SiteKind]kind{
		GitHub: {
			headers:       map[string]string{"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"},
			authorization: bearer,
			gitUser:       always("x-access-token"),
			home:          "https://github.com",
			api:           githubAPI,
			clone:         func(web *url.URL) []string { return []string{"gist." + web.Host} },
			repositories:  githubRepositories,
		},
		GitLab: {
			authorization: bearer,
			gitUser:       always("oauth2"),
			home:          "https://gitlab.com",
			api:           below("api/v4"),
			repositories:  gitlabRepositories,
		},
		Gitea: {
			authorization: func(_, token string) string { return "token " + token },
			gitUser:       always("oauth2"),
			api:           below("api/v1"),
			repositories:  giteaRepositories,
		},
		Bitbucket: {
			authorization: bitbucketAuthorization,
			gitUser:       bitbucketGitUser,
			home:          "https://bitbucket.org",
			api:           bitbucketAPI,
			repositories:  bitbucketRepositories,
		},
	}
}

func always(name string) func(string) string { return func(string) string { return name } }

func below(path string) func(*url.URL) *url.URL {
	return func(web *url.URL) *url.URL { return web.JoinPath(path) }
}

// Site is one installation.
type Site struct {
	Kind SiteKind
	Web  *url.URL
	API  *url.URL

	cloneHosts []string
}

func (s *Site) kind() kind { return kinds[s.Kind] }

// NewSite returns the site at a URL, "" for the public one. Its API is where such sites
// have it, unless api says otherwise; cloneHosts are further hosts that its repositories
// are cloned from.
func NewSite(k SiteKind, web, api string, cloneHosts []string) (*Site, error) {
	known, ok := kinds[k]
	if !ok {
		return nil, fmt.Errorf("unknown kind of host %q", k)
	}
	if web == "" {
		web = known.home
	}
	if web == "" {
		return nil, fmt.Errorf("%s has no public site: give its URL", k)
	}
	site := &Site{Kind: k}
	var err error
	if site.Web, err = siteURL(web); err != nil {
		return nil, fmt.Errorf("%q: %w", web, err)
	}
	if site.API = known.api(site.Web); api != "" {
		if site.API, err = siteURL(api); err != nil {
			return nil, fmt.Errorf("%q: %w", api, err)
		}
	}
	site.cloneHosts = append([]string{site.Web.Host}, cloneHosts...)
	if known.clone != nil {
		site.cloneHosts = append(site.cloneHosts, known.clone(site.Web)...)
	}
	return site, nil
}

// siteURL parses where a site is. Tokens travel there, so it has to be encrypted unless
// it is this machine.
func siteURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "":
		return nil, errors.New("not a URL with a host")
	case u.User != nil:
		return nil, errors.New("a URL with a user or password: tokens are named under tokens")
	case u.Scheme != "https" && (u.Scheme != "http" || !Loopback(u.Hostname())):
		return nil, errors.New("want https: a token would be sent in the clear")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("want a URL without ? and #")
	}
	u.Host = strings.ToLower(u.Host)
	return u, nil
}

// Loopback reports whether a name is this machine's own.
func Loopback(name string) bool {
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// cloneURL checks what a host gives as the URL to clone from, and returns it without a
// user. What leads to another host is an error: whoever can write it would choose where
// workers go.
func (s *Site) cloneURL(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || len(u.Path) < 2:
		return "", errors.New("its clone URL is none")
	case u.Scheme != s.Web.Scheme:
		return "", fmt.Errorf("its clone URL is one of %q, not of %q", u.Scheme, s.Web.Scheme)
	case !slices.ContainsFunc(s.cloneHosts, func(h string) bool { return strings.EqualFold(h, u.Host) }):
		return "", fmt.Errorf("its clone URL leads to another host, %q: name it under clone-hosts if it is the site's", u.Host)
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String(), nil
}

// OwnerKind is what sort of owner repositories have.
type OwnerKind string

// The kinds of owners. Groups of GitLab and workspaces of Bitbucket are organisations.
const (
	Organization OwnerKind = "organization"
	User         OwnerKind = "user"
)

// Target is an owner on a site, and what of it is wanted.
type Target struct {
	Site      *Site
	Owner     string // "acme"; on GitLab a group may lie in others: "acme/platform"
	OwnerKind OwnerKind
	Wikis     bool
	Snippets  bool // GitLab's and Bitbucket's
	Gists     bool // GitHub's: a user's own, and those of the members of an organisation
	Filters   Filters
}

// check returns what is wrong with a target.
func (t *Target) check() error {
	switch {
	case strings.Trim(t.Owner, "/") != t.Owner || t.Owner == "":
		return fmt.Errorf("%q is no name of an owner", t.Owner)
	case t.Site.Kind != GitLab && strings.Contains(t.Owner, "/"):
		return fmt.Errorf("%q: only GitLab has groups within groups", t.Owner)
	case strings.ContainsFunc(t.Owner, func(r rune) bool { return r <= ' ' || strings.ContainsRune(`?#%\:@`, r) }) || slices.Contains(strings.Split(t.Owner, "/"), ".."):
		return fmt.Errorf("%q is no name of an owner", t.Owner)
	case t.Snippets && t.Site.Kind != GitLab && t.Site.Kind != Bitbucket:
		return fmt.Errorf("%s has no snippets", t.Site.Kind)
	case t.Gists && t.Site.Kind != GitHub:
		return fmt.Errorf("%s has no gists", t.Site.Kind)
	}
	return nil
}
