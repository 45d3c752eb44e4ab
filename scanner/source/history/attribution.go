package history

import (
	"bytes"
	"strings"
)

// Attribution finds which commits put wanted blobs where. Commits are compared by
// that part of their trees that leads to something wanted.

// Bounds for hostile repositories, in which few trees can make more paths than
// there are atoms. They are far beyond what real ones need.
const (
	maxPlacesPerBlob = 10_000
	maxSteps         = 1 << 26
	maxEntries       = 1 << 25 // of trees that lead to what is wanted; 24 bytes each
	// crowded is what a further place of a blob with too many counts for, so
	// that a search which has become pointless soon ends.
	crowded = 64
)

// attribution is the search for one set of blobs.
type attribution struct {
	s       *Source
	trees   trees
	names   *names
	wanted  map[ordinal]bool
	places  map[placeKey]*record
	counts  map[ordinal]int // places by blob
	steps   int
	bounded bool // a bound was hit
}

type placeKey struct {
	id   ordinal
	path string
}

// record is who put a blob at a path.
type record struct{ first, last *commit }

func (s *Source) newAttribution(wanted map[ordinal]bool, from trees, n *names) *attribution {
	return &attribution{
		s: s, trees: from, names: n, wanted: wanted,
		places: map[placeKey]*record{},
		counts: map[ordinal]int{},
	}
}

// commit records what c put where: what stands in its tree at a path at which
// none of its parents has it.
func (a *attribution) commit(c *commit) {
	own := a.trees.entries(c.tree)
	if len(own) == 0 {
		return
	}
	var parents [][]entry
	for _, p := range c.parents {
		parent := a.s.graph.commits[p]
		if parent == nil {
			continue
		}
		if parent.tree == c.tree {
			return
		}
		if entries := a.trees.entries(parent.tree); len(entries) > 0 {
			parents = append(parents, entries)
		}
	}
	var path bytes.Buffer
	a.diff(c, own, parents, &path, 0)
}

func (a *attribution) diff(c *commit, entries []entry, parents [][]entry, path *bytes.Buffer, depth int) {
	if depth > maxDepth {
		a.bounded = true
		return
	}
	length := path.Len()
	for _, e := range entries {
		if a.steps++; a.steps > maxSteps {
			a.bounded = true
			return
		}
		below, same := a.inherited(e, parents)
		if same {
			continue
		}
		path.WriteString(a.names.text(e.name()))
		if e.isTree() {
			path.WriteByte('/')
			a.diff(c, a.trees.entries(e.child), below, path, depth+1)
		} else {
			a.put(c, e.child, path.Bytes())
		}
		path.Truncate(length)
	}
}

// inherited reports whether a parent has the very same entry, and returns what the
// parents have in its place if it is a tree.
func (a *attribution) inherited(e entry, parents [][]entry) (below [][]entry, same bool) {
	for _, p := range parents {
		other, ok := find(p, e.what)
		if !ok {
			continue
		}
		if other.child == e.child {
			return nil, true
		}
		if e.isTree() {
			below = append(below, a.trees.entries(other.child))
		}
	}
	return below, false
}

func (a *attribution) put(c *commit, id ordinal, path []byte) {
	if a.counts[id] >= maxPlacesPerBlob {
		a.steps += crowded
	}
	r := a.places[placeKey{id, string(path)}]
	if r == nil {
		if a.counts[id] >= maxPlacesPerBlob {
			a.bounded = true
			return
		}
		a.counts[id]++
		a.places[placeKey{id, string(path)}] = &record{first: c, last: c}
		return
	}
	if c.before(r.first) {
		r.first = c
	}
	if r.last.before(c) {
		r.last = c
	}
}

// has reports whether a blob stands at a path below a tree.
func (a *attribution) has(tree ordinal, at placeKey) bool {
	path := at.path
	for {
		name, rest, deeper := strings.Cut(path, "/")
		what := a.names.of([]byte(name))
		if deeper {
			what |= isTree
		}
		e, ok := find(a.trees.entries(tree), what)
		if !ok || !deeper {
			return ok && e.child == at.id
		}
		tree, path = e.child, rest
	}
}
