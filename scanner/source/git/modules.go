package git

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// scanModules examines the histories of submodules that are not checked out: what was
// is nested in the work tree and has been examined there.
func (s *Source) scanModules(ctx context.Context, v source.Visitor) error {
	if s.history == nil || s.shared || s.delta() {
		return nil
	}
	for _, dir := range s.modules() {
		if s.family[realPath(dir.Git)] {
			continue
		}
		prefix := s.modulePath(dir)
		if s.options.Filter.Skip(prefix) {
			continue
		}
		if s.level >= maxNesting {
			s.refuse(prefix, finding.OverBudget.Because("repositories are nested in a circle or too deep"), v)
			continue
		}
		dir.Elsewhere = "" // it is not checked out
		o := s.options
		o.Filter, o.Parts = nil, History
		if err := s.scanWithin(ctx, dir, o, prefix, v); err != nil {
			return err
		}
	}
	return nil
}

// maxModules bounds the directories that are looked through for submodules.
const maxModules = 10_000

// modules lists the git directories below modules/, whose names may have slashes.
func (s *Source) modules() []*gitdir.Dir {
	var dirs []*gitdir.Dir
	looked := 0
	root := filepath.Join(s.dir.Common, "modules")
	_ = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error { // most have none
		if err != nil || !e.IsDir() || path == root {
			return nil //nolint:nilerr // the rest is still to be looked through
		}
		if looked++; looked > maxModules {
			return fs.SkipAll
		}
		if dir, err := gitdir.Find(path); err == nil {
			dirs = append(dirs, dir)
			return fs.SkipDir // its own submodules are its own
		}
		return nil
	})
	return dirs
}

// modulePath is where a submodule would be checked out, by what it says itself if that
// lies in the target, and else where it lies.
func (s *Source) modulePath(dir *gitdir.Dir) string {
	if s.dir.WorkTree != "" && dir.Elsewhere != "" {
		if rel, err := filepath.Rel(realPath(s.dir.WorkTree), realPath(dir.Elsewhere)); err == nil && filepath.IsLocal(rel) && rel != "." {
			return filepath.ToSlash(rel)
		}
	}
	rel, err := filepath.Rel(s.dir.Common, dir.Git)
	if err != nil {
		rel = filepath.Base(dir.Git)
	}
	return ".git/" + filepath.ToSlash(rel)
}

// tellAbsentModules tells of submodules of which the commit that is wanted is not here: they
// were not cloned, or the clone is of another time.
func (s *Source) tellAbsentModules(v source.Visitor) {
	if s.shared || s.delta() {
		return
	}
	within := map[string]*nested{}
	for _, n := range s.nested {
		within[strings.TrimSuffix(n.prefix, "/")] = n
	}
	s.eachModule(func(path string, id objects.ID) {
		n := within[path]
		switch {
		case s.refused[path] || !s.options.Filter.Match(path) || n != nil && n.db.Has(id):
		case n != nil:
			v.Unexamined(path, finding.StandIn.Because("a submodule at commit %s, which its repository here does not have", objects.Short(id)))
		default:
			v.Unexamined(path, finding.StandIn.Because("a submodule at commit %s that is not here: git submodule update --init brings it", objects.Short(id)))
		}
	})
}

// eachModule visits the submodules of the index or, where that is not read, of HEAD.
func (s *Source) eachModule(visit func(path string, id objects.ID)) {
	if s.index != nil && !s.index.Written.IsZero() { // a bare repository has none
		for _, e := range s.index.Entries() {
			if e.Mode.IsSubmodule() && e.Stage == 0 {
				visit(e.Path, e.ID)
			}
		}
		return
	}
	head := s.headTree()
	if head.IsZero() {
		return
	}
	paths := objects.Paths{DB: s.db}
	if _, any := paths.Find(head, ".gitmodules"); any { // without it no submodule can be cloned
		s.modulesOf(head, "", 0, visit)
	}
}

func (s *Source) modulesOf(tree objects.ID, prefix string, depth int, visit func(path string, id objects.ID)) {
	_, data, err := s.db.Read(tree)
	if err != nil || depth > maxNestedTrees {
		return // the walk tells of damage
	}
	_ = objects.EachEntry(data, s.db.IDSize(), func(e objects.Entry) bool {
		switch path := prefix + string(e.Name); {
		case e.Mode.IsSubmodule():
			visit(path, e.OID)
		case e.Mode.IsTree():
			s.modulesOf(e.OID, path+"/", depth+1, visit)
		}
		return true
	})
}
