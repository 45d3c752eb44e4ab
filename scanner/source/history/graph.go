package history

import (
	"slices"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// graph is the commits and tags of a repository, without their texts.
type graph struct {
	mu      sync.Mutex
	commits map[objects.ID]*commit
	tags    map[objects.ID]objects.ID // annotated tag → what it points to
}

type commit struct {
	id, tree objects.ID
	parents  []objects.ID
	when     time.Time // committed
	reach    reach
	order    int // in parents-first order
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

func newGraph() *graph {
	return &graph{commits: map[objects.ID]*commit{}, tags: map[objects.ID]objects.ID{}}
}

func (g *graph) addCommit(id objects.ID, c *objects.CommitData) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.commits[id] = &commit{id: id, tree: c.Tree, parents: c.Parents, when: c.Committer.When}
}

func (g *graph) addTag(id, target objects.ID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tags[id] = target
}

// cut forgets the parents of the commits at which a shallow clone ends.
func (g *graph) cut(shallow []objects.ID) {
	for _, id := range shallow {
		if c := g.commits[id]; c != nil {
			c.parents = nil
		}
	}
}

// peel follows annotated tags to what they are about. Tags cannot point in a
// circle, but foreign bytes may claim so.
func (g *graph) peel(id objects.ID) objects.ID {
	for range len(g.tags) {
		target, ok := g.tags[id]
		if !ok {
			break
		}
		id = target
	}
	return id
}

// mark finds what the roots reach.
func (g *graph) mark(roots []gitdir.Root) {
	for _, r := range roots {
		how := byRef
		if len(r.Name) > len(notesPrefix) && r.Name[:len(notesPrefix)] == notesPrefix {
			how = byNotes
		}
		g.flood(g.peel(r.ID), how)
	}
}

func (g *graph) flood(from objects.ID, how reach) {
	stack := []objects.ID{from}
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
