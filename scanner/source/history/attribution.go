package history

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

// Attribution finds which commits put wanted blobs where. Every tree is read
// once; commits are then compared by what is wanted only.

// Bounds for hostile repositories, in which few trees can make more paths than
// there are atoms. They are far beyond what real ones need.
const (
	maxPlacesPerBlob = 10_000
	maxSteps         = 1 << 26
	// crowded is what a further place of a blob with too many counts for, so
	// that a search which has become pointless soon ends.
	crowded = 64
)

// node is a tree reduced to what is wanted: wanted blobs, and trees that hold
// some. Trees that hold none are nil. Equal nodes of equal trees are identical.
type node struct{ entries []nodeEntry }

// nodeEntry is a wanted blob, or a tree if tree is set.
type nodeEntry struct {
	name uint32
	id   num
	tree *node
}

// find returns the entry of that name and sort; nil if there is none.
func (n *node) find(name uint32, tree bool) *nodeEntry {
	i, ok := slices.BinarySearchFunc(n.entries, name, func(e nodeEntry, name uint32) int {
		return cmp.Compare(e.name, name)
	})
	for ; ok && i < len(n.entries) && n.entries[i].name == name; i++ {
		if e := &n.entries[i]; (e.tree != nil) == tree {
			return e
		}
	}
	return nil
}

// attribution is the search for one set of blobs.
type attribution struct {
	s       *Source
	trees   trees
	names   *names
	wanted  map[num]bool
	nodes   map[num]*node // by tree, nil values included
	places  map[placeKey]*record
	counts  map[num]int // places by blob
	steps   int
	bounded bool // a bound was hit
}

type placeKey struct {
	id   num
	path string
}

// record is who put a blob at a path.
type record struct{ first, last *commit }

func (s *Source) newAttribution(wanted map[num]bool, from trees, n *names) *attribution {
	return &attribution{
		s: s, trees: from, names: n, wanted: wanted,
		nodes:  map[num]*node{},
		places: map[placeKey]*record{},
		counts: map[num]int{},
	}
}

// node reduces a tree, reading it at most once.
func (a *attribution) node(id num, depth int) *node {
	if n, ok := a.nodes[id]; ok {
		return n
	}
	a.nodes[id] = nil // also what a tree sees that claims to hold itself
	n := a.reduce(id, depth)
	a.nodes[id] = n
	return n
}

func (a *attribution) reduce(id num, depth int) *node {
	if depth > maxDepth {
		a.bounded = true
		return nil
	}
	var entries []nodeEntry
	for _, e := range a.trees.entries(id) {
		switch {
		case e.tree:
			if below := a.node(e.child, depth+1); below != nil {
				entries = append(entries, nodeEntry{e.name, e.child, below})
			}
		case a.wanted[e.child]:
			entries = append(entries, nodeEntry{e.name, e.child, nil})
		}
	}
	if len(entries) == 0 {
		return nil
	}
	slices.SortStableFunc(entries, func(x, y nodeEntry) int { return cmp.Compare(x.name, y.name) })
	return &node{entries}
}

// commit records what c put where: what stands in its tree at a path at which
// none of its parents has it.
func (a *attribution) commit(c *commit) {
	n := a.node(c.tree, 0)
	if n == nil {
		return
	}
	var parents []*node
	for _, p := range c.parents {
		parent := a.s.graph.commits[p]
		if parent == nil {
			continue
		}
		pn := a.node(parent.tree, 0)
		if pn == n {
			return
		}
		if pn != nil {
			parents = append(parents, pn)
		}
	}
	var path bytes.Buffer
	a.diff(c, n, parents, &path)
}

func (a *attribution) diff(c *commit, n *node, parents []*node, path *bytes.Buffer) {
	length := path.Len()
	for i := range n.entries {
		e := &n.entries[i]
		if a.steps++; a.steps > maxSteps {
			a.bounded = true
			return
		}
		below, same := inherited(e, parents)
		if same {
			continue
		}
		path.WriteString(a.names.text(e.name))
		if e.tree != nil {
			path.WriteByte('/')
			a.diff(c, e.tree, below, path)
		} else {
			a.put(c, e.id, path.Bytes())
		}
		path.Truncate(length)
	}
}

// inherited says whether a parent has the very same entry, and returns what the
// parents have in its place if it is a tree.
func inherited(e *nodeEntry, parents []*node) (below []*node, same bool) {
	for _, p := range parents {
		other := p.find(e.name, e.tree != nil)
		if other == nil {
			continue
		}
		if other.id == e.id {
			return nil, true
		}
		if e.tree != nil {
			below = append(below, other.tree)
		}
	}
	return below, false
}

func (a *attribution) put(c *commit, id num, path []byte) {
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

// has says whether a blob stands at a path below a tree.
func (a *attribution) has(tree num, at placeKey) bool {
	n := a.node(tree, 0)
	path := at.path
	for n != nil {
		name, rest, deeper := strings.Cut(path, "/")
		e := n.find(a.names.of([]byte(name)), deeper)
		if e == nil || !deeper {
			return e != nil && e.id == at.id
		}
		n, path = e.tree, rest
	}
	return false
}
