package host

import (
	"context"
	"encoding/json"
	"iter"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// githubAPI returns where the API is: at a host of its own for github.com and for
// organisations with data residence (ghe.com), below api/v3 on an enterprise's own server
// (https://docs.github.com/enterprise-server/rest).
func githubAPI(web *url.URL) *url.URL {
	if web.Host == "github.com" || strings.HasSuffix(web.Host, ".ghe.com") {
		return &url.URL{Scheme: web.Scheme, Host: "api." + web.Host, Path: "/"}
	}
	return web.JoinPath("api/v3")
}

// githubRepository is what GitHub says of a repository
// (https://docs.github.com/rest/repos/repos).
type githubRepository struct {
	ID            int64       `json:"id"`
	Name          string      `json:"name"`
	FullName      string      `json:"full_name"`
	Owner         githubOwner `json:"owner"`
	CloneURL      string      `json:"clone_url"`
	HTMLURL       string      `json:"html_url"`
	DefaultBranch string      `json:"default_branch"`
	Archived      bool        `json:"archived"`
	Disabled      bool        `json:"disabled"`
	Fork          bool        `json:"fork"`
	Private       bool        `json:"private"`
	HasWiki       bool        `json:"has_wiki"`
	Size          int64       `json:"size"` // KiB
	PushedAt      time.Time   `json:"pushed_at"`
}

type githubOwner struct {
	Login string `json:"login"`
}

// githubGist is what GitHub says of a gist (https://docs.github.com/rest/gists/gists).
type githubGist struct {
	ID         string      `json:"id"`
	GitPullURL string      `json:"git_pull_url"`
	HTMLURL    string      `json:"html_url"`
	Public     bool        `json:"public"`
	Owner      githubOwner `json:"owner"`
	UpdatedAt  time.Time   `json:"updated_at"`
}

func githubRepositories(ctx context.Context, c *client) iter.Seq2[found, error] {
	return func(yield func(found, error) bool) {
		owner := url.PathEscape(c.want.Owner)
		first := "orgs/" + owner + "/repos?type=all&sort=full_name&per_page=100"
		gists := func() iter.Seq2[found, error] { return c.memberGists(ctx, owner) }
		if c.want.OwnerKind == User {
			own, err := c.isMe(ctx)
			if err != nil {
				yield(found{}, err)
				return
			}
			first = "users/" + owner + "/repos?type=owner&sort=full_name&per_page=100"
			gists = func() iter.Seq2[found, error] { return c.gists(ctx, "users/"+owner+"/gists?per_page=100") }
			if own { // then what is private is listed too
				first = "user/repos?affiliation=owner&sort=full_name&per_page=100"
				gists = func() iter.Seq2[found, error] { return c.gists(ctx, "gists?per_page=100") }
			}
		}
		if !pass(decode(c.each(ctx, first, array), c.github), yield) {
			return
		}
		if c.want.Gists {
			pass(gists(), yield)
		}
	}
}

// pass hands on what a sequence holds, and reports whether more is wanted.
func pass[A, B any](seq iter.Seq2[A, B], yield func(A, B) bool) bool {
	for a, b := range seq {
		if !yield(a, b) {
			return false
		}
	}
	return true
}

// isMe reports whether the token is that of the user who is listed.
func (c *client) isMe(ctx context.Context) (bool, error) {
	if c.tokens.empty() {
		return false, nil
	}
	var me githubOwner
	switch err := c.get(ctx, "user", &me); statusOf(err) {
	case 403, 404: // a token of an app, which is nobody
		return false, nil
	default:
		return strings.EqualFold(me.Login, c.want.Owner), err
	}
}

func (c *client) github(r githubRepository) found {
	f := found{Repository: Repository{
		ID: number(r.ID), Kind: Git, Owner: r.Owner.Login, Name: r.Name, FullName: r.FullName,
		CloneURL: r.CloneURL, WebURL: r.HTMLURL, DefaultBranch: r.DefaultBranch,
		// Empty is not known: a size of 0 has what was pushed lately, too.
		Archived: r.Archived, Fork: r.Fork, Private: r.Private, SizeKB: r.Size, PushedAt: r.PushedAt,
	}}
	if r.Disabled {
		f.blocked = "GitHub has disabled it"
	}
	if c.want.Wikis && r.HasWiki {
		f.wiki = f.Repository.wiki(".wiki.git")
	}
	return f
}

// number returns an ID as text, "" for none.
func number(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// gists hands out the gists of a listing.
func (c *client) gists(ctx context.Context, first string) iter.Seq2[found, error] {
	return decode(c.each(ctx, first, array), func(g githubGist) found {
		return found{Repository: Repository{
			ID: g.ID, Kind: Gist, Owner: g.Owner.Login, Name: g.ID, FullName: g.Owner.Login + "/" + g.ID,
			CloneURL: g.GitPullURL, WebURL: g.HTMLURL, Private: !g.Public, PushedAt: g.UpdatedAt,
		}}
	})
}

// memberGists hands out the gists of an organisation's members, which no listing of the
// organisation has. One member's failure is not the others'.
func (c *client) memberGists(ctx context.Context, owner string) iter.Seq2[found, error] {
	return func(yield func(found, error) bool) {
		for raw, err := range c.each(ctx, "orgs/"+owner+"/members?per_page=100", array) {
			if err != nil {
				yield(found{}, err)
				return
			}
			var member githubOwner
			if err := json.Unmarshal(raw, &member); err != nil || member.Login == "" {
				if !yield(found{broken: "a member that the host describes without a name"}, nil) {
					return
				}
				continue
			}
			if !pass(c.gists(ctx, "users/"+url.PathEscape(member.Login)+"/gists?per_page=100"), yield) {
				return
			}
		}
	}
}
