package host

import (
	"context"
	"errors"
	"iter"
	"net/url"
	"strings"
	"time"
)

// gitlabProject is what GitLab says of a project
// (https://docs.gitlab.com/api/projects/).
type gitlabProject struct {
	ID               int64     `json:"id"`
	Path             string    `json:"path"`
	FullPath         string    `json:"path_with_namespace"`
	CloneURL         string    `json:"http_url_to_repo"`
	WebURL           string    `json:"web_url"`
	DefaultBranch    string    `json:"default_branch"`
	Archived         bool      `json:"archived"`
	Empty            bool      `json:"empty_repo"`
	Visibility       string    `json:"visibility"`
	Mirror           bool      `json:"mirror"`
	LastActivity     time.Time `json:"last_activity_at"`
	RepositoryAccess string    `json:"repository_access_level"`
	WikiAccess       string    `json:"wiki_access_level"`
	SnippetAccess    string    `json:"snippets_access_level"`
	ForkedFrom       *struct {
		ID int64 `json:"id"`
	} `json:"forked_from_project"`
	Statistics struct {
		RepositorySize int64 `json:"repository_size"` // bytes
	} `json:"statistics"`
}

// gitlabSnippet is what GitLab says of a snippet
// (https://docs.gitlab.com/api/project_snippets/).
type gitlabSnippet struct {
	ID         int64     `json:"id"`
	CloneURL   string    `json:"http_url_to_repo"`
	WebURL     string    `json:"web_url"`
	Visibility string    `json:"visibility"`
	UpdatedAt  time.Time `json:"updated_at"`
}

const disabled = "disabled"

func gitlabRepositories(ctx context.Context, c *client) iter.Seq2[found, error] {
	return func(yield func(found, error) bool) {
		owner := url.PathEscape(c.want.Owner) // with the slashes of subgroups
		const how = "order_by=id&sort=asc&statistics=true&per_page=100"
		first := "groups/" + owner + "/projects?include_subgroups=true&with_shared=false&" + how
		if c.want.OwnerKind == User {
			first = "users/" + owner + "/projects?" + how
		}
		project := func(p gitlabProject) found { return c.gitlab(ctx, p) }
		if !pass(decode(c.each(ctx, first, array), project), yield) {
			return
		}
		if c.want.OwnerKind == User && c.want.Snippets {
			pass(c.personalSnippets(ctx), yield)
		}
	}
}

// activityLag is how far last_activity_at may be behind
// (https://docs.gitlab.com/api/projects/).
const activityLag = time.Hour

func (c *client) gitlab(ctx context.Context, p gitlabProject) found {
	owner := strings.TrimSuffix(p.FullPath, "/"+p.Path)
	f := found{Repository: Repository{
		ID: number(p.ID), Kind: Git, Owner: owner, Name: p.Path, FullName: p.FullPath,
		CloneURL: p.CloneURL, WebURL: p.WebURL, DefaultBranch: p.DefaultBranch,
		Archived: p.Archived, Fork: p.ForkedFrom != nil, Empty: p.Empty, Private: p.Visibility != "public",
		SizeKB: p.Statistics.RepositorySize >> 10, PushedAt: p.LastActivity, PushedLag: activityLag,
	}}
	if p.Mirror { // what a mirror fetches is no activity
		f.PushedAt = time.Time{}
	}
	if p.RepositoryAccess == disabled {
		f.blocked = "its repository is switched off"
	}
	if c.want.Wikis && p.WikiAccess != disabled {
		f.wiki = f.Repository.wiki(".wiki.git")
	}
	if c.want.Snippets && p.SnippetAccess != disabled {
		f.more = func() iter.Seq2[found, error] {
			return c.snippets(ctx, "projects/"+number(p.ID)+"/snippets?per_page=100", p.FullPath)
		}
	}
	return f
}

func (c *client) snippets(ctx context.Context, first, owner string) iter.Seq2[found, error] {
	return decode(c.each(ctx, first, array), func(s gitlabSnippet) found {
		id := number(s.ID)
		return found{Repository: Repository{
			ID: id, Kind: Snippet, Owner: owner, Name: id, FullName: owner + "/snippets/" + id,
			CloneURL: s.CloneURL, WebURL: s.WebURL, Private: s.Visibility != "public", PushedAt: s.UpdatedAt,
		}}
	})
}

// personalSnippets hands out a user's own snippets. GitLab lists them for their owner only.
func (c *client) personalSnippets(ctx context.Context) iter.Seq2[found, error] {
	return func(yield func(found, error) bool) {
		var me struct {
			Username string `json:"username"`
		}
		err := errors.New("GitLab lists a user's own snippets for a token of that user only")
		if !c.tokens.empty() {
			if asked := c.get(ctx, "user", &me); asked != nil {
				err = asked
			}
		}
		if !strings.EqualFold(me.Username, c.want.Owner) {
			yield(found{}, err)
			return
		}
		pass(c.snippets(ctx, "snippets?per_page=100", me.Username), yield)
	}
}
