package history

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// graph is the commits and tags of a repository, without their texts.
type graph struct {
	mu sync.Mutex
	*objectIndex
	commits map[ordinal]*commit
	tags    map[ordinal]ordinal // annotated tag → what it points to
	ends    map[ordinal]ordinal // of tags of tags → what the last one points to
}

type commit struct {
	id      objects.ID
	ordinal ordinal
	tree    ordinal
	parents []ordinal
	when    time.Time // committed
	reach   reach
	order   int // in parents-first order
}

// reach says from where a commit is reached.
type reach uint8

const (
	unreached reach = iota
	byNotes         // from refs/notes/ only: its tree's paths name objects
	byRef           // from any other ref or reflog entry
	byTree          // no commit, but a tree that a ref names
)

const notesPrefix = "refs/notes/"

func newGraph(r *objectIndex) *graph {
	return &graph{objectIndex: r, commits: map[ordinal]*commit{}, tags: map[ordinal]ordinal{}}
}

func (g *graph) addCommit(n ordinal, id objects.ID, c *objects.CommitData) *commit {
	added := &commit{id: id, ordinal: n, tree: g.of(c.Tree), parents: make([]ordinal, len(c.Parents)), when: c.Committer.When}
	for i, p := range c.Parents {
		added.parents[i] = g.of(p)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.commits[n] = added
	return added
}

func (g *graph) addTag(n, target ordinal) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tags[n] = target
}

// commit returns a commit that the graph has; nil if it has none of that name.
func (g *graph) commit(id objects.ID) *commit {
	if n, ok := g.known(id); ok {
		return g.commits[n]
	}
	return nil
}

// cut forgets the parents of the commits at which a shallow clone ends.
func (g *graph) cut(shallow []objects.ID) {
	for _, id := range shallow {
		if c := g.commit(id); c != nil {
			c.parents = nil
		}
	}
}

// peel follows annotated tags to what they are about. Tags cannot point in a
// circle, but foreign bytes may claim so; and there may be as many refs as there are tags in a
// row, so the end of a long way is noted along it.
func (g *graph) peel(n ordinal) ordinal {
	var way []ordinal
	for range len(g.tags) {
		target, ok := g.ends[n]
		if !ok {
			target, ok = g.tags[n]
		}
		if !ok {
			break
		}
		way = append(way, n)
		n = target
	}
	if len(way) > 2 {
		if g.ends == nil {
			g.ends = map[ordinal]ordinal{}
		}
		for _, tag := range way {
			g.ends[tag] = n
		}
	}
	return n
}

// mark finds what the roots reach.
func (g *graph) mark(roots []gitdir.Root) {
	for _, r := range roots {
		n, ok := g.known(r.ID)
		if !ok {
			continue
		}
		how := byRef
		if strings.HasPrefix(r.Name, notesPrefix) {
			how = byNotes
		}
		g.flood(g.peel(n), how)
	}
}

func (g *graph) flood(from ordinal, how reach) {
	stack := []ordinal{from}
	for len(stack) > 0 {
		c := g.commits[stack[len(stack)-1]]
		stack = stack[:len(stack)-1]
		if c == nil || c.reach >= how {
			continue
		}
		c.reach = how
		stack = append(stack, c.parents...)
	}
}

// sorted returns all commits, parents before children, and numbers them so.
// Commits that are not related come in the order of their IDs: the answer does
// not depend on the order in which they were met.
func (g *graph) sorted() []*commit {
	all := make([]*commit, 0, len(g.commits))
	for _, c := range g.commits {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *commit) int { return a.id.Compare(b.id) })
	const open = -1 // on the stack, parents not done
	for _, c := range all {
		c.order = 0
	}
	out := make([]*commit, 0, len(all))
	for _, start := range all {
		stack := []*commit{start}
		for len(stack) > 0 {
			c := stack[len(stack)-1]
			switch c.order {
			case 0:
				c.order = open
				for _, p := range slices.Backward(c.parents) {
					if parent := g.commits[p]; parent != nil && parent.order == 0 {
						stack = append(stack, parent)
					}
				}
				continue
			case open:
				out = append(out, c)
				c.order = len(out)
			}
			stack = stack[:len(stack)-1]
		}
	}
	return out
}

// before orders commits by date; parents go before children of the same date.
func (c *commit) before(other *commit) bool {
	if d := c.when.Compare(other.when); d != 0 {
		return d < 0
	}
	return c.order < other.order
}
