package host

import (
	"context"
	"iter"
	"net/url"
	"time"
)

// giteaRepository is what Gitea and Forgejo say of a repository (its Swagger file,
// Repository: https://docs.gitea.com/api/).
type giteaRepository struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Owner struct {
		Login string `json:"login"`
	} `json:"owner"`
	FullName      string    `json:"full_name"`
	CloneURL      string    `json:"clone_url"`
	HTMLURL       string    `json:"html_url"`
	DefaultBranch string    `json:"default_branch"`
	Archived      bool      `json:"archived"`
	Fork          bool      `json:"fork"`
	Empty         bool      `json:"empty"`
	Private       bool      `json:"private"`
	Mirror        bool      `json:"mirror"`
	HasCode       *bool     `json:"has_code"` // newer versions only
	HasWiki       bool      `json:"has_wiki"`
	Size          int64     `json:"size"` // KiB
	UpdatedAt     time.Time `json:"updated_at"`
}

// giteaPage is how many repositories a page holds at most unless the site's owner says
// otherwise (app.ini, MAX_RESPONSE_ITEMS).
const giteaPage = "50"

func giteaRepositories(ctx context.Context, c *client) iter.Seq2[found, error] {
	list := "orgs/"
	if c.want.OwnerKind == User {
		list = "users/"
	}
	return decode(c.each(ctx, list+url.PathEscape(c.want.Owner)+"/repos?page=1&limit="+giteaPage, array), c.gitea)
}

func (c *client) gitea(r giteaRepository) found {
	f := found{Repository: Repository{
		ID: number(r.ID), Kind: Git, Owner: r.Owner.Login, Name: r.Name, FullName: r.FullName,
		CloneURL: r.CloneURL, WebURL: r.HTMLURL, DefaultBranch: r.DefaultBranch,
		Archived: r.Archived, Fork: r.Fork, Empty: r.Empty, Private: r.Private, SizeKB: r.Size, PushedAt: r.UpdatedAt,
	}}
	if r.Mirror { // what a mirror fetches does not always count as a change
		f.PushedAt = time.Time{}
	}
	if r.HasCode != nil && !*r.HasCode {
		f.blocked = "its repository is switched off"
	}
	if c.want.Wikis && r.HasWiki {
		f.wiki = f.Repository.wiki(".wiki.git")
	}
	return f
}
