package history

import (
	"context"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
)

// Named is a path in the history whose last name may hold an identifier.
type Named struct {
	Path   string
	Folder bool
	First  *finding.Commit // that has it; nil if no commit is known to
}

// Roots returns the refs as the scan found them.
func (s *Source) Roots() []gitdir.Root { return s.roots }

// Named returns, after a scan, the paths whose names are worth looking at: of all trees
// or, of a range, those that its commits introduced. Trees that nothing reaches count, too,
// if a commit has them.
func (s *Source) Named(ctx context.Context) []Named {
	if s.partial() {
		return s.introducedNames
	}
	n := &nameSearch{s: s, seen: map[visited]bool{}, worth: s.forest.names.worth(s.Filter.Worth)}
	if len(n.worth) == 0 {
		return nil
	}
	var wanted []ordinal
	chosen := map[ordinal]bool{}
	for i := range s.forest.rows {
		s.forest.rows[i].each(func(_, what uint32, child ordinal) {
			if n.worth[what&toName] && !chosen[child] {
				chosen[child] = true
				wanted = append(wanted, child)
			}
		})
	}
	n.paths, _ = s.forest.trace(wanted, maxEntries, byPlace)
	for _, c := range s.graph.sorted() {
		if ctx.Err() != nil || len(n.found) > maxNamed {
			break
		}
		n.commit = c
		n.tree(c.tree, "", 0)
	}
	return n.found
}

// maxNamed bounds the paths with such names that are reported.
const maxNamed = 1 << 16

// nameSearch goes through the part of all trees that leads to such names.
type nameSearch struct {
	s      *Source
	worth  map[uint32]bool
	paths  *paths
	seen   map[visited]bool
	found  []Named
	known  map[string]bool
	commit *commit
}

// visited is a tree that was gone through at a path.
type visited struct {
	tree ordinal
	path string
}

func (n *nameSearch) tree(tree ordinal, path string, depth int) {
	at := visited{tree, path}
	if n.seen[at] || depth > maxDepth || len(n.found) > maxNamed || len(n.seen) > maxSteps>>6 {
		return
	}
	n.seen[at] = true
	for _, e := range n.paths.entries(tree) {
		below := join(path, n.s.forest.names.text(e.name()))
		if n.worth[e.name()] {
			n.tell(below, e.isTree())
		}
		if e.isTree() {
			n.tree(e.child, below, depth+1)
		}
	}
}

func (n *nameSearch) tell(path string, folder bool) {
	if n.known == nil {
		n.known = map[string]bool{}
	}
	if !n.known[path] {
		n.known[path] = true
		n.found = append(n.found, Named{path, folder, n.s.readCommit(n.commit.id)})
	}
}

// worth returns the names that may hold an identifier.
func (n *names) worth(holds func([]byte) bool) map[uint32]bool {
	worth := map[uint32]bool{}
	for shard := range n.shards {
		for i, name := range n.shards[shard].list {
			if holds([]byte(name)) {
				worth[uint32(i)<<4|uint32(shard)] = true
			}
		}
	}
	return worth
}

// introducedName notes a name that a commit of a range introduced.
func (b *introduced) introducedName(e entry) {
	name := b.trees.name(e.name())
	if !b.s.Filter.Worth([]byte(name)) {
		return
	}
	b.named = append(b.named, Named{join(b.path(), name), e.isTree(), b.s.readCommit(b.at.id)})
}
