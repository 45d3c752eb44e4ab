package host

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Network is what the clients of all sites share.
type Network struct {
	Transport http.RoundTripper // nil for the usual one
	Clock     Clock             // nil for the machine's
	Cache     Cache             // nil for none
	Budget    Budget            // of each listing; the zero value is the default
	Count     func(Event)       // nil if nobody counts
	Keys      *Keyring          // nil for none
}

func (n *Network) clock() Clock {
	if n.Clock == nil {
		return SystemClock{}
	}
	return n.Clock
}

// api returns what asks a site with the tokens of a pool.
func (n *Network) api(site *Site, tokens *pool, s Scope) *api {
	budget := n.Budget
	if budget == (Budget{}) {
		budget = DefaultBudget()
	}
	return &api{
		site: site, tokens: tokens, scope: s, budget: budget, clock: n.clock(), cache: n.Cache, count: n.Count,
		http: &http.Client{Transport: n.Transport, CheckRedirect: redirects},
	}
}

// Lister returns what lists a target.
func (n *Network) Lister(t Target) (Lister, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	return &client{api: n.api(t.Site, n.Keys.of(t.Site), Scope{Owner: t.Owner, User: t.OwnerKind == User}), want: t}, nil
}

// client lists a target.
type client struct {
	*api
	want Target
}

// Target implements [Lister].
func (c *client) Target() string {
	where := ""
	if home := c.site.kind().home; home != "https://"+c.site.Web.Host {
		where = c.site.Web.Host + "/"
	}
	return string(c.site.Kind) + ":" + where + c.want.Owner
}

// found is a repository as a site describes it, and what belongs to it.
type found struct {
	Repository
	wiki    *Repository
	blocked string                         // why it cannot be read, "" if it can
	more    func() iter.Seq2[found, error] // what has to be asked for; nil if there is nothing
	broken  string                         // what is wrong with the description; nothing else is set
}

// List implements [Lister].
func (c *client) List(ctx context.Context) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		emit := (&rows{target: c.Target(), filters: c.want.Filters, now: c.clock.Now(), seen: map[string]bool{}, yield: yield}).emit
		c.walk(ctx, c.site.kind().repositories(ctx, c), emit)
	}
}

// walk emits what is found, with what belongs to it, and what went wrong. It reports
// whether to go on.
func (c *client) walk(ctx context.Context, all iter.Seq2[found, error], emit func(Row) (bool, bool)) bool {
	for f, err := range all {
		row, belongings := c.row(f, err)
		wanted, ok := emit(row)
		if !ok || ctx.Err() != nil {
			return false
		}
		if !wanted || !belongings {
			continue
		}
		if f.wiki != nil && !c.walk(ctx, one(found{Repository: *f.wiki}), emit) {
			return false
		}
		if f.more != nil && !c.walk(ctx, f.more(), emit) {
			return false
		}
	}
	return ctx.Err() == nil
}

func one(f found) iter.Seq2[found, error] {
	return func(yield func(found, error) bool) { yield(f, nil) }
}

// row judges what a site says, and reports whether what belongs to it can be listed.
func (c *client) row(f found, err error) (Row, bool) {
	switch {
	case err != nil:
		return Row{Cause: Failed, Reason: err.Error()}, false
	case f.broken != "":
		return Row{Cause: Failed, Reason: f.broken}, false
	}
	r := f.Repository
	r.Host = c.site.Web.Host
	clone, err := c.site.cloneURL(r.CloneURL)
	if err != nil {
		r.CloneURL = ""
		return Row{Repository: &r, Cause: Failed, Reason: err.Error()}, false
	}
	r.CloneURL = clone
	if f.blocked != "" {
		return Row{Repository: &r, Cause: Access, Reason: f.blocked}, true
	}
	return Row{Repository: &r}, true
}

// rows finishes the rows of one target.
type rows struct {
	target  string
	filters Filters
	now     time.Time
	seen    map[string]bool
	yield   func(Row) bool
}

// emit hands out a row. What belongs to a repository is wanted unless that was left out
// by choice of what it is: of a large repository the wiki may be small.
func (r *rows) emit(row Row) (wanted, ok bool) {
	row.Target = r.target
	if row.Repository != nil {
		if r.seen[row.Repository.Key()] { // it moved to a later page meanwhile
			return false, true
		}
		r.seen[row.Repository.Key()] = true
		if row.Cause == "" {
			row.Cause, row.Reason = r.filters.leavesOut(row.Repository, r.now)
		}
	}
	switch row.Cause {
	case Archived, Fork, Name, Failed:
	default:
		wanted = true
	}
	return wanted, r.yield(row)
}

// decode hands out the items of a listing as convert sees them. One that makes no sense
// does not end the listing.
func decode[T any](items iter.Seq2[json.RawMessage, error], convert func(T) found) iter.Seq2[found, error] {
	return func(yield func(found, error) bool) {
		for raw, err := range items {
			if err != nil {
				yield(found{}, err)
				return
			}
			if !yield(described(raw, convert), nil) {
				return
			}
		}
	}
}

func described[T any](raw json.RawMessage, convert func(T) found) found {
	var item T
	if err := json.Unmarshal(raw, &item); err != nil {
		return found{broken: "a repository that the host describes as the API does not: " + shape(err)}
	}
	f := convert(item)
	if f.ID == "" || f.Name == "" || f.FullName == "" {
		return found{broken: "a repository that the host describes without ID or name"}
	}
	return f
}

// wiki returns a repository's wiki, which GitHub, GitLab and Gitea keep beside it.
func (r *Repository) wiki(suffix string) *Repository {
	return &Repository{
		ID: r.ID, Kind: Wiki, Owner: r.Owner, Name: r.Name, FullName: r.FullName + ".wiki",
		CloneURL: strings.TrimSuffix(r.CloneURL, ".git") + suffix, WebURL: r.WebURL,
		Archived: r.Archived, Fork: r.Fork, Private: r.Private, Optional: true,
	}
}

// All lists several targets, those of different sites at once, so that one that waits for
// its rate limit holds up nobody else. A repository that several of them have comes once.
func All(ctx context.Context, listers []Lister) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		rows := make(chan Row)
		var wg sync.WaitGroup
		for _, queue := range bySite(listers) {
			wg.Go(func() {
				for _, l := range queue {
					for row := range l.List(ctx) {
						select {
						case rows <- row:
						case <-ctx.Done():
							return
						}
					}
				}
			})
		}
		go func() { wg.Wait(); close(rows) }()
		seen := map[string]bool{}
		for row := range rows {
			if r := row.Repository; r != nil && row.Cause == "" {
				if seen[r.Key()] {
					continue
				}
				seen[r.Key()] = true
			}
			if !yield(row) {
				cancel()
				for range rows { // let the listers see it
				}
				return
			}
		}
	}
}

// bySite parts listers into queues that may run at once.
func bySite(listers []Lister) [][]Lister {
	var queues [][]Lister
	index := map[string]int{}
	for _, l := range listers {
		site := ""
		if c, ok := l.(*client); ok {
			site = c.site.API.Host
		}
		at, ok := index[site]
		if !ok {
			at = len(queues)
			index[site] = at
			queues = append(queues, nil)
		}
		queues[at] = append(queues[at], l)
	}
	return queues
}
