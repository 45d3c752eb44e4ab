package staged

import (
	"io"
	"path"
	"slices"
	"sync"

	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/objects"
	"github.com/deputy-sec/deputy/scanner/source/similar"
)

// old is what the parents have, as far as somebody asked for it: nobody does
// unless something was found.
type old struct {
	once  sync.Once
	known map[objects.ID]bool // contents that a parent has at some path
	moved []gone              // files that the first parent has and the index has not
}

// earlier returns what a staged content is made from, for each path at which it
// is staged.
func (s *Source) earlier(id objects.ID) ([]source.Earlier, error) {
	s.old.once.Do(s.lookBack)
	if s.old.known[id] {
		return nil, nil // a copy or a rename
	}
	var out []source.Earlier
	for _, c := range s.changes {
		if c.id != id || !s.Filter.Match(c.path) {
			continue
		}
		was := c.was
		if len(was) < max(1, len(s.parents)) { // a side of a merge may have it by another name
			was = append(slices.Clone(was), s.renamed(c)...)
		}
		e := source.Earlier{}
		for _, w := range was {
			e.Versions = append(e.Versions, func() (io.ReadCloser, error) { return s.db.Open(w) })
		}
		out = append(out, e)
	}
	return out, nil
}

// lookBack finds which of the staged contents a parent has already.
func (s *Source) lookBack() {
	staged, paths := map[objects.ID]bool{}, map[string]bool{}
	for _, c := range s.changes {
		staged[c.id], paths[c.path] = true, true
	}
	known := map[objects.ID]bool{}
	for c := s.index.Cursor(); c.Next(); { // what has not changed stands in a parent
		if c.Holds(staged) && !paths[string(c.Path())] {
			if e := c.Entry(); e.Stage == 0 {
				known[e.ID] = true
			}
		}
	}
	w := &fileLister{db: s.db}
	there := map[string]bool{}
	if len(s.parents) > 1 {
		for c := s.index.Cursor(); c.Next(); {
			there[string(c.Path())] = true
		}
	}
	for _, g := range s.gone {
		w.list(g, 0)
	}
	s.old.moved = slices.Clone(w.files)
	for _, c := range s.changes {
		for _, was := range c.was {
			known[was] = known[was] || staged[was]
		}
	}
	for i, p := range s.parents {
		if i > 0 { // what is merged has more than the index shows
			w.list(gone{id: p, tree: true}, 0)
		}
	}
	for _, g := range w.files[len(s.old.moved):] {
		if !there[g.path] {
			s.old.moved = append(s.old.moved, g)
		}
	}
	for _, g := range w.files {
		known[g.id] = known[g.id] || staged[g.id]
	}
	s.old.known = known
}

// maxFiles bounds the files that are listed of trees.
const maxFiles = 4 << 20

type fileLister struct {
	db    *objects.Database
	files []gone
}

func (w *fileLister) list(g gone, depth int) {
	if !g.tree {
		w.files = append(w.files, g)
		return
	}
	if depth > maxDepth || len(w.files) > maxFiles {
		return
	}
	_, data, err := w.db.Read(g.id)
	if err != nil {
		return // what is not known to be old counts as new
	}
	_ = objects.EachEntry(data, w.db.IDSize(), func(e objects.Entry) bool { // the same
		if !e.Mode.IsSubmodule() {
			w.list(gone{path.Join(g.path, string(e.Name)), e.OID, e.Mode.IsTree()}, depth+1)
		}
		return len(w.files) <= maxFiles
	})
}

// Bounds of the search for what a new file was renamed from.
const (
	maxCandidates = 200
	maxCompared   = 8 << 20 // bytes of a file
)

// renamed returns the file of which a new one is a changed copy, if that is gone
// from the index: the one that has most in common with it. Of a merge both sides may
// have one.
func (s *Source) renamed(c change) []objects.ID {
	own, ok := s.lines(c.id)
	if !ok {
		return nil
	}
	candidates := slices.Clone(s.old.moved)
	slices.SortStableFunc(candidates, func(a, b gone) int { // a move mostly keeps the name
		return rank(a, c) - rank(b, c)
	})
	best, most := "", 0
	near := map[objects.ID]int{}
	for _, g := range candidates[:min(len(candidates), maxCandidates)] {
		if _, known := near[g.id]; known {
			continue
		}
		if lines, ok := s.lines(g.id); ok {
			near[g.id] = own.Near(lines)
			if near[g.id] > most {
				best, most = g.path, near[g.id]
			}
		}
	}
	var out []objects.ID
	for _, g := range candidates { // what the sides of a merge have at its path
		if g.path == best && near[g.id] > 0 && !contains(out, g.id) {
			out = append(out, g.id)
		}
	}
	return out
}

func rank(g gone, c change) int {
	if path.Base(g.path) == path.Base(c.path) {
		return 0
	}
	return 1
}

func (s *Source) lines(id objects.ID) (*similar.Lines, bool) {
	size, err := s.db.Size(id)
	if err != nil || size > maxCompared {
		return nil, false
	}
	_, data, err := s.db.Read(id)
	return similar.Of(data), err == nil
}
