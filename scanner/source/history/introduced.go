package history

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// introduced collects the blobs that commits introduced: those that none of a commit's
// parents has at the same path. Unlike attribution it wants all blobs, and so goes
// through the trees that changed.
type introduced struct {
	s     *Source
	v     source.Visitor
	trees lister
	seen  map[string]bool // trees compared, with what they were compared to
	way   []uint32        // numbers of the names that lead to the tree at hand
	blobs map[objects.ID]bool
	from  map[objects.ID][]introduction // nil if all of a blob counts as new
	at    *commit                       // whose tree is compared
	moved int                           // submodules
	loose map[objects.ID]bool           // trees and blobs that were named themselves, and what is in them
	named []Named                       // names worth looking at, that no parent has
}

// lister is where the entries of trees come from.
type lister interface {
	// list returns the entries of a tree in its own order, which is that of the names
	// (those of trees as if a slash followed). Submodules are noObject. With an error
	// come the entries before the damage.
	list(tree ordinal) ([]entry, error)
	// name returns the name that has a number.
	name(number uint32) string
}

// wide is how many objects there may be for each commit of a range before it costs
// less to go along all trees of the packs than to look up those of the range.
const wide = 200

// lister returns whichever costs less. The forest then serves attribution, too.
func (s *Source) lister(ctx context.Context) (lister, error) {
	if len(s.only) < s.db.Numbers()/wide {
		return newStoredList(s), nil
	}
	if err := s.growForest(ctx); err != nil {
		return nil, err
	}
	return newGrownList(s), nil
}

func newIntroduced(s *Source, v source.Visitor, from lister) *introduced {
	return &introduced{s: s, v: v, trees: from, seen: map[string]bool{}, blobs: map[objects.ID]bool{}, from: map[objects.ID][]introduction{}, loose: map[objects.ID]bool{}}
}

// growForest reads all trees. What cannot be read is reported if the range leads to it.
func (s *Source) growForest(ctx context.Context) error {
	s.forest = newForest(s.objectIndex, s.Jobs)
	visit := func(o *objects.Object) any {
		n := s.objectIndex.arrived(o)
		if o.Open != nil { // no tree that anybody made by working
			return nil
		}
		return s.visitTree(n, o)
	}
	o := objects.WalkOptions{Workers: s.Jobs, Kinds: []objects.Kind{objects.Tree}}
	if err := s.db.Walk(ctx, o, visit, func(objects.Problem) {}); err != nil {
		return err
	}
	s.forest.grown()
	return nil
}

// commit adds what a commit introduced.
func (b *introduced) commit(c *commit) {
	var parents []ordinal
	for _, p := range c.parents {
		if parent, err := b.s.load(p); err == nil {
			parents = append(parents, parent.tree)
		}
	}
	b.at = c
	b.diff(c.tree, parents)
}

// object adds a tree or a blob that a range names itself: no commit has it, so all of it is
// new.
func (b *introduced) object(id objects.ID) {
	o, err := objects.Load(b.s.db, id)
	switch {
	case err != nil:
		b.v.Unexamined("object "+id.String(), objects.ReasonOf(err))
	case o.Kind == objects.Blob:
		b.blobs[id], b.loose[id] = true, true
	case o.Kind == objects.Tree && !b.loose[id]:
		b.loose[id] = true
		_ = objects.EachEntry(o.Data, b.s.db.IDSize(), func(e objects.Entry) bool { // of a damaged one what stands before
			if !e.Mode.IsSubmodule() {
				b.object(e.OID)
			}
			return true
		})
	}
}

// diff compares a tree with those in its place in the parents.
func (b *introduced) diff(tree ordinal, parents []ordinal) {
	if slices.Contains(parents, tree) || b.compared(tree, parents) {
		return
	}
	if len(b.way) > maxDepth {
		b.v.Unexamined(b.path(), errTooDeep)
		return
	}
	old := make([][]entry, 0, len(parents))
	for _, p := range parents {
		old = append(old, b.list(p))
	}
	for _, e := range b.list(tree) {
		var below, was []ordinal
		same, here := false, false
		for i := range old {
			had, ok := b.passTo(&old[i], e)
			same, here = same || ok && had.child == e.child, here || ok
			switch {
			case ok && e.isTree():
				below = append(below, had.child)
			case ok && had.child != noObject:
				was = append(was, had.child)
			}
		}
		if !here {
			b.introducedName(e)
		}
		switch {
		case e.child == noObject:
			b.submodule(e, tree, parents)
		case same:
		case e.isTree():
			b.way = append(b.way, e.name())
			b.diff(e.child, below)
			b.way = b.way[:len(b.way)-1]
		default:
			id := b.s.objectIndex.id(e.child)
			b.blobs[id] = true
			b.from[id] = append(b.from[id], introduction{b.at, e.name(), was})
		}
	}
}

// submodule tells of a submodule that a commit moves. The entries at hand do not say
// to which commit, so the trees are read for it.
func (b *introduced) submodule(e entry, tree ordinal, parents []ordinal) {
	name := b.trees.name(e.name())
	id, ok := b.s.gitlink(tree, name)
	if !ok {
		return
	}
	for _, p := range parents {
		if was, ok := b.s.gitlink(p, name); ok && was == id {
			return
		}
	}
	b.moved++
	b.v.Unexamined(join(b.path(), name), finding.StandIn.Because("a submodule at commit %s: what that brings is in a repository of its own", objects.Short(id)))
}

// gitlink returns the commit that a tree has for a submodule.
func (s *Source) gitlink(tree ordinal, name string) (id objects.ID, ok bool) {
	_, data, err := s.db.Read(s.objectIndex.id(tree))
	if err != nil {
		return id, false
	}
	_ = objects.EachEntry(data, s.db.IDSize(), func(e objects.Entry) bool { // the scan tells of damage
		if e.Mode.IsSubmodule() && string(e.Name) == name {
			id, ok = e.OID, true
		}
		return !ok
	})
	return id, ok
}

// passTo finds the entry of the same name and sort in a list whose beginning has
// been passed, and passes what comes before it. Lists that are out of order, as no
// git makes them, look as if more were new in them.
func (b *introduced) passTo(list *[]entry, e entry) (was entry, ok bool) {
	l := *list
	for len(l) > 0 && l[0].what != e.what && b.before(l[0], e) {
		l = l[1:]
	}
	*list = l
	if len(l) == 0 || l[0].what != e.what {
		return entry{}, false
	}
	return l[0], true
}

// before reports whether an entry stands before another one in a tree.
func (b *introduced) before(x, y entry) bool {
	p, q := b.trees.name(x.name()), b.trees.name(y.name())
	n := min(len(p), len(q))
	if c := strings.Compare(p[:n], q[:n]); c != 0 {
		return c < 0
	}
	return behind(p, n, x) < behind(q, n, y)
}

// behind returns the nth byte of an entry's name: git ends those of trees in a slash.
func behind(name string, n int, e entry) byte {
	switch {
	case n < len(name):
		return name[n]
	case e.isTree():
		return '/'
	}
	return 0
}

// compared reports whether the same was compared before.
func (b *introduced) compared(tree ordinal, parents []ordinal) bool {
	key := binary.LittleEndian.AppendUint32(make([]byte, 0, 32), uint32(tree))
	for _, p := range parents {
		key = binary.LittleEndian.AppendUint32(key, uint32(p))
	}
	if b.seen[string(key)] {
		return true
	}
	b.seen[string(key)] = true
	return false
}

// list tells of a tree that is not here, or malformed.
func (b *introduced) list(tree ordinal) []entry {
	entries, err := b.trees.list(tree)
	if err != nil {
		b.v.Unexamined(cmp.Or(b.path(), "tree "+b.s.objectIndex.id(tree).String()), objects.ReasonOf(err))
	}
	return entries
}

func (b *introduced) path() string {
	path := ""
	for _, name := range b.way {
		path = join(path, b.trees.name(name))
	}
	return path
}

// maxListed bounds the entries that are held to be compared again, of eight bytes.
const maxListed = 4 << 20

// storedList reads trees one by one.
type storedList struct {
	s     *Source
	names *names
	lists map[ordinal][]entry
	held  int
}

func newStoredList(s *Source) *storedList {
	return &storedList{s: s, names: newNames(), lists: map[ordinal][]entry{}}
}

func (l *storedList) name(n uint32) string { return l.names.text(n) }

func (l *storedList) list(tree ordinal) ([]entry, error) {
	if known, ok := l.lists[tree]; ok {
		return known, nil
	}
	entries, err := l.s.objectIndex.readTree(tree, l.names)
	if l.held += len(entries); l.held > maxListed {
		clear(l.lists)
		l.held = len(entries)
	}
	if err == nil {
		l.lists[tree] = entries
	}
	return entries, err
}

// grownList makes trees out of the edits of a forest.
type grownList struct {
	s     *Source
	lists map[ordinal][]entry
	held  int
}

func newGrownList(s *Source) *grownList { return &grownList{s: s, lists: map[ordinal][]entry{}} }

func (l *grownList) name(n uint32) string { return l.s.forest.names.text(n) }

func (l *grownList) list(tree ordinal) ([]entry, error) {
	made, ok := l.make(tree)
	if !ok {
		return l.s.objectIndex.readTree(tree, l.s.forest.names)
	}
	return made, l.s.malformed[tree]
}

// longestChain bounds the edits between a tree and what it was made from: git's own
// bound. Copies of trees in several packs can be edits of each other.
const longestChain = 4096

// make applies the edits that make a tree; false if it cannot be made.
func (l *grownList) make(tree ordinal) ([]entry, bool) {
	f := l.s.forest
	var chain []ordinal
	var base []entry
	for at := tree; at != noObject; {
		if known, ok := l.lists[at]; ok {
			base = known
			break
		}
		if int(at) >= len(f.rowOf) || f.rowOf[at] == noRow || len(chain) > longestChain {
			return nil, false
		}
		chain = append(chain, at)
		at = f.rows[f.rowOf[at]].base
	}
	for _, at := range slices.Backward(chain) {
		base = f.rows[f.rowOf[at]].apply(base)
		if l.held += len(base); l.held > maxListed {
			clear(l.lists)
			l.held = len(base)
		}
		l.lists[at] = base
	}
	return base, true
}

// apply makes a tree's entries out of those of its base.
func (r *row) apply(base []entry) []entry {
	var out []entry
	for i := 0; i < len(r.ops); i += 2 {
		what, n := r.ops[i], r.ops[i+1]
		if what&isNew != 0 {
			out = append(out, entry{what &^ isNew, ordinal(n)})
			continue
		}
		from := min(int(what), len(base))
		out = append(out, base[from:min(from+int(n), len(base))]...)
	}
	return out
}
