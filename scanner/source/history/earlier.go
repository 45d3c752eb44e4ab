package history

import (
	"io"
	"slices"

	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/objects"
	"github.com/deputy-sec/deputy/scanner/source/similar"
)

// introduction is a commit of a range that put a blob at a path, and what its parents
// have there.
type introduction struct {
	commit *commit
	name   uint32 // of the file
	was    []ordinal
}

// Bounds of the search for what a new file is a copy or a rename of. What is beyond
// them counts as new.
const (
	maxCandidates = 200
	maxCompared   = 8 << 20 // bytes of a file
	maxSearches   = 100     // of whole trees, in one scan
)

// lookBack finds what stood in place of blobs before. It is asked for those only in
// which something was found, by one goroutine at a time.
type lookBack struct {
	b        *introduced
	gone     map[ordinal][][]entry // by commit: for each parent, files that it has and the commit has not
	searches int
}

// earlier returns what the commits of the range made a blob from.
func (s *Source) earlier(id objects.ID) ([]source.Earlier, error) {
	s.back.Lock()
	defer s.back.Unlock()
	l := s.look
	var out []source.Earlier
	for _, in := range l.b.from[id] {
		was := in.was
		if len(was) == 0 && l.copied(in, s.objectIndex.of(id)) {
			continue
		}
		if len(was) < max(1, len(in.commit.parents)) { // a side of a merge may have it by another name
			was = append(slices.Clone(was), l.renamed(in, id)...)
		}
		e := source.Earlier{}
		for _, w := range was {
			old := s.objectIndex.id(w)
			e.Versions = append(e.Versions, func() (io.ReadCloser, error) { return s.db.Open(old) })
		}
		out = append(out, e)
	}
	return out, nil
}

// copied reports whether a parent has a blob, at whatever path.
func (l *lookBack) copied(in introduction, blob ordinal) bool {
	for _, p := range in.commit.parents {
		parent, err := l.b.s.load(p)
		if err != nil {
			continue
		}
		if l.searches++; l.searches > maxSearches {
			return false
		}
		if l.holds(parent.tree, blob, map[ordinal]bool{}, 0) {
			return true
		}
	}
	return false
}

func (l *lookBack) holds(tree, blob ordinal, seen map[ordinal]bool, depth int) bool {
	if seen[tree] || depth > maxDepth {
		return false
	}
	seen[tree] = true
	for _, e := range l.list(tree) {
		if e.child == blob || e.isTree() && e.child != noObject && l.holds(e.child, blob, seen, depth+1) {
			return true
		}
	}
	return false
}

// list returns the entries of a tree; the scan has told of what is wrong with it.
func (l *lookBack) list(tree ordinal) []entry {
	entries, _ := l.b.trees.list(tree)
	return entries
}

// renamed returns the files that a commit removed and of which the new one is a changed
// copy: of each parent the one that has most in common with it.
func (l *lookBack) renamed(in introduction, id objects.ID) []ordinal {
	gone, known := l.gone[in.commit.ordinal]
	if !known {
		for _, p := range in.commit.parents {
			var of []entry
			if parent, err := l.b.s.load(p); err == nil {
				l.removed(in.commit.tree, parent.tree, &of, 0)
			}
			gone = append(gone, of)
		}
		l.gone[in.commit.ordinal] = gone
	}
	own, ok := l.lines(id)
	if !ok {
		return nil
	}
	var out []ordinal
	for _, of := range gone {
		if nearest := l.nearest(own, of, in.name); nearest != noObject {
			out = append(out, nearest)
		}
	}
	return out
}

// nearest returns the file that has most in common with others' lines; noObject if none
// has enough.
func (l *lookBack) nearest(own *similar.Lines, gone []entry, name uint32) ordinal {
	candidates := slices.Clone(gone)
	slices.SortStableFunc(candidates, func(a, b entry) int { // a move mostly keeps the name
		return rank(a, name) - rank(b, name)
	})
	best, most := noObject, 0
	for _, g := range candidates[:min(len(candidates), maxCandidates)] {
		if lines, ok := l.lines(l.b.s.objectIndex.id(g.child)); ok {
			if near := own.Near(lines); near > most {
				best, most = g.child, near
			}
		}
	}
	return best
}

func rank(e entry, name uint32) int {
	if e.name() == name {
		return 0
	}
	return 1
}

func (l *lookBack) lines(id objects.ID) (*similar.Lines, bool) {
	size, err := l.b.s.db.Size(id)
	if err != nil || size > maxCompared {
		return nil, false
	}
	_, data, err := l.b.s.db.Read(id)
	return similar.Of(data), err == nil
}

// maxGone bounds the files that one commit is taken to have moved.
const maxGone = 1 << 16

// removed collects the files that a tree has not and its parent has.
func (l *lookBack) removed(tree, parent ordinal, out *[]entry, depth int) {
	if tree == parent || depth > maxDepth || len(*out) > maxGone {
		return
	}
	has := map[uint32]ordinal{}
	if tree != noObject {
		for _, e := range l.list(tree) {
			has[e.what] = e.child
		}
	}
	for _, e := range l.list(parent) {
		child, ok := has[e.what]
		switch {
		case e.child == noObject:
		case e.isTree() && !ok:
			l.removed(noObject, e.child, out, depth+1)
		case e.isTree():
			l.removed(child, e.child, out, depth+1)
		case !ok:
			*out = append(*out, e)
		}
	}
}
