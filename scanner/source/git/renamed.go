package git

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/filetree"
	"github.com/deputy-sec/deputy/scanner/source/objects"
	"github.com/deputy-sec/deputy/scanner/source/similar"
)

// Bounds of the search for what a file was renamed from. What is beyond them counts as
// not renamed, so that a finding in it is new.
const (
	maxGone    = 2000
	maxContent = 8 << 20
)

// RenamedFrom implements [source.Renamer].
func (s *Source) RenamedFrom(path string, commit *finding.Commit) []string {
	for _, n := range s.nested {
		if rest, ok := strings.CutPrefix(path, n.prefix); ok {
			from := n.RenamedFrom(rest, commit)
			for i := range from {
				from[i] = n.prefix + from[i]
			}
			return from
		}
	}
	r := &renames{s: s, seen: map[string]bool{path: true}, steps: maxRenameSteps}
	if commit == nil {
		head, _ := s.dir.Head()
		for _, from := range s.renamedSinceHead(path) {
			r.add(from, head)
		}
		return r.found
	}
	if id, ok := objects.ParseID(commit.Hash); ok {
		r.in(path, id)
	}
	return r.found
}

// maxRenameSteps bounds the commits that are looked at for all names that a file had.
const maxRenameSteps = 2000

// renames collects the names that a file had, back to the first one.
type renames struct {
	s     *Source
	seen  map[string]bool
	found []string
	steps int
}

// in looks for what a file, which a commit brought, was renamed from.
func (r *renames) in(path string, id objects.ID) {
	c, ok := r.commit(id)
	if !ok {
		return
	}
	paths := objects.Paths{DB: r.s.db}
	now, ok := paths.Find(c.Tree, path)
	if !ok {
		return
	}
	content, ok := r.s.content(now.OID)
	if !ok {
		return
	}
	for _, p := range c.Parents {
		tree, err := r.s.treeOf(p)
		if err != nil {
			continue
		}
		g := &goneFiles{db: r.s.db}
		g.compare("", tree, c.Tree, 0)
		for _, from := range r.s.alike(content, g.files) {
			r.add(from, p)
		}
	}
}

// add notes a name that a file has in a commit, and goes back to the commit that gave it
// that name.
func (r *renames) add(path string, at objects.ID) {
	if r.seen[path] {
		return
	}
	r.seen[path] = true
	r.found = append(r.found, path)
	paths := objects.Paths{DB: r.s.db}
	for ; r.steps > 0; r.steps-- {
		c, ok := r.commit(at)
		if !ok {
			return
		}
		next, had := at, false
		for _, p := range c.Parents {
			if tree, err := r.s.treeOf(p); err == nil && !had {
				_, had = paths.Find(tree, path)
				next = p
			}
		}
		if !had {
			r.in(path, at)
			return
		}
		at = next
	}
}

func (r *renames) commit(id objects.ID) (objects.CommitData, bool) {
	_, data, err := r.s.db.Read(id)
	if err != nil {
		return objects.CommitData{}, false
	}
	c, err := objects.ParseCommit(data)
	return c, err == nil
}

// renamedSinceHead looks for files that HEAD has and that are gone from the index or
// from the work tree.
func (s *Source) renamedSinceHead(path string) []string {
	if s.dir.WorkTree == "" || s.index == nil {
		return nil
	}
	r, err := filetree.Open(filepath.Join(s.dir.WorkTree, filepath.FromSlash(path)))
	if err != nil {
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(r, maxContent+1))
	if r.Close() != nil || err != nil || len(data) > maxContent {
		return nil
	}
	if s.gone == nil {
		g := &goneFiles{db: s.db, here: map[string]bool{}}
		for _, e := range s.index.Entries() {
			if _, err := os.Lstat(filepath.Join(s.dir.WorkTree, filepath.FromSlash(e.Path))); err == nil {
				g.here[e.Path] = true
			}
		}
		if head := s.headTree(); !head.IsZero() {
			g.compare("", head, objects.ID{}, 0)
		}
		s.gone = g
	}
	return s.alike(data, s.gone.files)
}

func (s *Source) content(id objects.ID) ([]byte, bool) {
	size, err := s.db.Size(id)
	if err != nil || size > maxContent {
		return nil, false
	}
	_, data, err := s.db.Read(id)
	return data, err == nil
}

// alike returns the files of which a content is a copy, changed or not.
func (s *Source) alike(content []byte, files []goneFile) []string {
	if len(files) == 0 {
		return nil
	}
	own := similar.Of(content)
	var out []string
	for _, f := range files {
		if old, ok := s.content(f.id); ok && own.Near(similar.Of(old)) > 0 {
			out = append(out, f.path)
		}
	}
	return out
}

// goneFile is a file that a tree has and what is compared with it has not.
type goneFile struct {
	path string
	id   objects.ID
}

// goneFiles collects them.
type goneFiles struct {
	db    *objects.Database
	here  map[string]bool // paths that are there, if it is no tree that is compared
	files []goneFile
}

// compare adds the files below a tree that another one, zero if there is none, lacks.
func (g *goneFiles) compare(prefix string, tree, with objects.ID, depth int) {
	if tree == with || depth > maxNestedTrees {
		return
	}
	has := map[string]objects.Entry{}
	for _, e := range g.entries(with) {
		has[string(e.Name)] = e
	}
	for _, e := range g.entries(tree) {
		path := prefix + string(e.Name)
		other, ok := has[string(e.Name)]
		switch {
		case len(g.files) >= maxGone:
			return
		case e.Mode.IsTree() && ok && other.Mode.IsTree():
			g.compare(path+"/", e.OID, other.OID, depth+1)
		case e.Mode.IsTree():
			g.compare(path+"/", e.OID, objects.ID{}, depth+1)
		case e.Mode.IsSubmodule(), ok, g.here[path]:
		default:
			g.files = append(g.files, goneFile{path, e.OID})
		}
	}
}

const maxNestedTrees = 2048

func (g *goneFiles) entries(tree objects.ID) []objects.Entry {
	if tree.IsZero() {
		return nil
	}
	_, data, err := g.db.Read(tree)
	if err != nil {
		return nil
	}
	var out []objects.Entry
	_ = objects.EachEntry(data, g.db.IDSize(), func(e objects.Entry) bool { // the scan tells of damage
		out = append(out, e)
		return true
	})
	return slices.Clip(out)
}
