package host

import (
	"context"
	"iter"
	"net/url"
	"strings"
	"time"
)

// bitbucketAPI returns where the API is
// (https://developer.atlassian.com/cloud/bitbucket/rest/intro/).
func bitbucketAPI(web *url.URL) *url.URL {
	if web.Host == "bitbucket.org" {
		return &url.URL{Scheme: web.Scheme, Host: "api.bitbucket.org", Path: "/2.0"}
	}
	return web.JoinPath("2.0")
}

// bitbucketAuthorization: an API token goes with its owner's e-mail address, an access
// token of a workspace or repository with none
// (https://support.atlassian.com/bitbucket-cloud/docs/using-api-tokens/).
func bitbucketAuthorization(user, token string) string {
	if user == "" {
		return bearer(user, token)
	}
	return basic(user, token)
}

func bitbucketGitUser(user string) string {
	if user == "" {
		return "x-token-auth"
	}
	return "x-bitbucket-api-token-auth"
}

// bitbucketLinks are the links of a repository or a snippet.
type bitbucketLinks struct {
	HTML struct {
		Href string `json:"href"`
	} `json:"html"`
	Clone []struct {
		Name string `json:"name"`
		Href string `json:"href"`
	} `json:"clone"`
}

func (l *bitbucketLinks) clone(scheme string) string {
	for _, c := range l.Clone {
		if c.Name == scheme {
			return c.Href
		}
	}
	return ""
}

// bitbucketRepository is what Bitbucket says of a repository
// (https://developer.atlassian.com/cloud/bitbucket/rest/api-group-repositories/).
type bitbucketRepository struct {
	UUID       string         `json:"uuid"`
	Slug       string         `json:"slug"`
	FullName   string         `json:"full_name"`
	Links      bitbucketLinks `json:"links"`
	IsPrivate  bool           `json:"is_private"`
	HasWiki    bool           `json:"has_wiki"`
	Size       int64          `json:"size"` // bytes
	UpdatedOn  time.Time      `json:"updated_on"`
	MainBranch *struct {
		Name string `json:"name"`
	} `json:"mainbranch"`
	Parent *struct {
		UUID string `json:"uuid"`
	} `json:"parent"`
}

// bitbucketSnippet is what Bitbucket says of a snippet
// (https://developer.atlassian.com/cloud/bitbucket/rest/api-group-snippets/).
type bitbucketSnippet struct {
	ID        string         `json:"id"`
	Links     bitbucketLinks `json:"links"`
	IsPrivate bool           `json:"is_private"`
	SCM       string         `json:"scm"`
	UpdatedOn time.Time      `json:"updated_on"`
}

func bitbucketRepositories(ctx context.Context, c *client) iter.Seq2[found, error] {
	return func(yield func(found, error) bool) {
		workspace := url.PathEscape(c.want.Owner)
		if !pass(decode(c.each(ctx, "repositories/"+workspace+"?sort=full_name&pagelen=100", values), c.bitbucket), yield) {
			return
		}
		if c.want.Snippets {
			pass(decode(c.each(ctx, "snippets/"+workspace+"?pagelen=100", values), c.bitbucketSnippet), yield)
		}
	}
}

func (c *client) bitbucket(r bitbucketRepository) found {
	owner, _, _ := strings.Cut(r.FullName, "/")
	f := found{Repository: Repository{
		ID: r.UUID, Kind: Git, Owner: owner, Name: r.Slug, FullName: r.FullName,
		CloneURL: r.Links.clone(c.site.Web.Scheme), WebURL: r.Links.HTML.Href,
		Fork: r.Parent != nil, Empty: r.MainBranch == nil, Private: r.IsPrivate, SizeKB: r.Size >> 10, PushedAt: r.UpdatedOn,
	}}
	if r.MainBranch != nil {
		f.DefaultBranch = r.MainBranch.Name
	}
	if c.want.Wikis && r.HasWiki {
		f.wiki = f.Repository.wiki(".git/wiki")
	}
	return f
}

func (c *client) bitbucketSnippet(s bitbucketSnippet) found {
	f := found{Repository: Repository{
		ID: s.ID, Kind: Snippet, Owner: c.want.Owner, Name: s.ID, FullName: c.want.Owner + "/snippets/" + s.ID,
		CloneURL: s.Links.clone(c.site.Web.Scheme), WebURL: s.Links.HTML.Href, Private: s.IsPrivate, PushedAt: s.UpdatedOn,
	}}
	if s.SCM == "hg" {
		f.blocked = "it is kept in Mercurial"
	}
	return f
}
