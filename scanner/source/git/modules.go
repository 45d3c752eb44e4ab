package git

import (
	"context"
	"io/fs"
	"path/filepath"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
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
			v.Unexamined(prefix, finding.OverBudget.Because("repositories are nested in a circle or too deep"))
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
