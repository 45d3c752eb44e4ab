package target

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	slashpath "path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/internal/postgres"
	"github.com/deputy-sec/deputy/scanner/source/git"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// Here is the name of what a person means who names nothing: the repository that
// the current directory lies in or, if there is none, the directory.
const Here = ""

// Request is a target that was named, and not opened yet: a repository or parts of
// it, for each of which there may be a name, or whatever else one name stands for.
type Request struct {
	Name    string // as it was typed; the first one of several
	options Options
	dir     *gitdir.Dir // nil if it is no repository on this machine
	parts   []string    // of the repository, by its own paths; none: all of it
	typed   string      // how the repository's root is called from where the names were typed
	err     error       // why it cannot be opened
}

// Requests says what names stand for. Names of parts of one repository make one
// request: it is opened once, and what is said of it goes by its own paths.
func Requests(names []string, o Options) []*Request {
	env, err := gitdir.ReadEnvironment(os.Getenv)
	r := &resolver{options: o, env: env, byDir: map[string]*Request{}, found: map[string]found{}, indexes: map[string]map[string]bool{}}
	for _, name := range names {
		if err != nil {
			r.out = append(r.out, &Request{Name: name, options: o, err: err})
			continue
		}
		r.add(name)
	}
	return r.out
}

type resolver struct {
	options Options
	env     gitdir.Environment
	here    *gitdir.Dir // the repository of the current directory, once it was asked for
	hereErr error
	byDir   map[string]*Request // by git directory
	found   map[string]found    // by directory: hooks name thousands of files
	indexes map[string]map[string]bool
	out     []*Request
}

func (r *resolver) add(name string) {
	q := &Request{Name: name, options: r.options}
	dir, part, err := r.find(name)
	switch {
	case err != nil:
		q.err = err
	case dir != nil:
		q.dir, q.typed = dir, rootName(name, part, dir)
		if part != "" {
			q.parts = []string{part}
		}
		if known := r.byDir[realPath(dir.Git)]; known != nil {
			known.join(q.parts)
			return
		}
		r.byDir[realPath(dir.Git)] = q
	}
	r.out = append(r.out, q)
}

// join adds further parts.
func (q *Request) join(parts []string) {
	if len(parts) == 0 || len(q.parts) == 0 {
		q.parts = nil
		return
	}
	q.parts = append(q.parts, parts...)
}

// rootName is how a repository's root is called by who called a part of it so.
func rootName(name, part string, dir *gitdir.Dir) string {
	switch {
	case name == Here && dir.WorkTree == "":
		return "."
	case name == Here || part != "":
		cwd, err := os.Getwd()
		if err == nil && !filepath.IsAbs(name) {
			if rel, err := filepath.Rel(realPath(cwd), realPath(dir.WorkTree)); err == nil {
				return rel
			}
		}
		return dir.WorkTree
	}
	return name
}

// find returns the repository that a name is for, and the part of it; nil for what
// is none on this machine.
func (r *resolver) find(name string) (dir *gitdir.Dir, part string, err error) {
	if name == "-" {
		return nil, "", nil
	}
	if name == Here {
		dir, err := r.current()
		if errors.Is(err, gitdir.ErrNotRepository) && r.env.Dir == "" && !r.claimed(".") {
			return nil, "", nil
		}
		return dir, "", err
	}
	info, err := os.Lstat(name)
	if err != nil {
		if isURL(name) {
			return nil, "", nil
		}
		return r.removed(name, err)
	}
	path := name
	if info.Mode()&fs.ModeSymlink != 0 { // a person named it, so it is followed
		path = realPath(name)
		if info, err = os.Stat(path); err != nil {
			return nil, "", fmt.Errorf("open target: %w", err)
		}
	}
	return r.around(path, info.IsDir())
}

// current returns the repository of the current directory.
func (r *resolver) current() (*gitdir.Dir, error) {
	if r.here == nil && r.hereErr == nil {
		r.here, r.hereErr = r.env.Here()
	}
	return r.here, r.hereErr
}

// around finds the repository that a path lies in. What git's environment says
// holds for that of the current directory.
func (r *resolver) around(path string, isDir bool) (dir *gitdir.Dir, part string, err error) {
	here, hereErr := r.current()
	start := path
	if !isDir {
		start = filepath.Dir(path)
	}
	found, err := r.discover(start)
	switch {
	case err == nil && here != nil && realPath(found.Git) == realPath(here.Git):
		found = here
	case err == nil && here != nil && within(path, here.WorkTree) && within(here.WorkTree, found.WorkTree):
		found = here // GIT_WORK_TREE, deeper than what lies around it
	case errors.Is(err, gitdir.ErrNotRepository) && here != nil && within(path, here.WorkTree):
		found = here
	case errors.Is(err, gitdir.ErrNotRepository) && !r.claimed(start):
		if r.env.Dir == "" {
			hereErr = nil
		}
		return nil, "", hereErr // rather than to guess what GIT_DIR means
	case err != nil:
		return nil, "", err
	}
	return r.partOf(found, path, isDir)
}

// found is what was discovered from a directory.
type found struct {
	dir *gitdir.Dir
	err error
}

func (r *resolver) discover(start string) (*gitdir.Dir, error) {
	known, ok := r.found[start]
	if !ok {
		known.dir, known.err = gitdir.Discover(start, r.env.Ceilings)
		r.found[start] = known
	}
	return known.dir, known.err
}

// claimed reports whether a directory claims to be a repository, so that to read its
// files alone would pass over the history in silence.
func (r *resolver) claimed(dir string) bool {
	return !r.filesOnly() && hasGit(dir)
}

// filesOnly reports whether no history was asked for.
func (r *resolver) filesOnly() bool {
	return r.options.Parts != 0 && r.options.Parts&git.History == 0
}

// partOf returns the path of a part in its repository.
func (r *resolver) partOf(dir *gitdir.Dir, path string, isDir bool) (*gitdir.Dir, string, error) {
	real := realPath(path)
	if isDir && (real == realPath(dir.Git) || real == realPath(filepath.Join(dir.WorkTree, ".git"))) {
		if dir.WorkTree != "" { // the git directory itself has no work tree
			bare, err := gitdir.Find(path)
			return bare, "", err
		}
		return dir, "", nil
	}
	if dir.WorkTree == "" {
		return nil, "", nil // something within a git directory
	}
	rel, ok := relative(real, dir.WorkTree)
	switch {
	case !ok || strings.HasPrefix(rel+"/", ".git/"):
		return nil, "", nil
	case rel == ".":
		return dir, "", nil
	}
	return dir, rel, nil
}

// relative returns the path of something in a directory, slash-separated; false if it
// does not lie there.
func relative(path, dir string) (string, bool) {
	rel, err := filepath.Rel(realPath(dir), realPath(path))
	return filepath.ToSlash(rel), err == nil && filepath.IsLocal(rel)
}

// removed finds the repository of a path that is no longer there, if that knows it.
func (r *resolver) removed(name string, cause error) (*gitdir.Dir, string, error) {
	cause = fmt.Errorf("open target: %w", cause)
	up := filepath.Dir(name)
	for {
		if info, err := os.Stat(up); err == nil && info.IsDir() {
			break
		}
		next := filepath.Dir(up)
		if next == up {
			return nil, "", cause
		}
		up = next
	}
	dir, part, err := r.around(up, true)
	if err != nil || dir == nil || dir.WorkTree == "" {
		return nil, "", cause
	}
	rest, err := filepath.Rel(up, name)
	if err != nil || !filepath.IsLocal(rest) {
		return nil, "", cause
	}
	full := filepath.ToSlash(filepath.Join(part, rest))
	if !r.knows(dir, full) {
		return nil, "", cause
	}
	return dir, full, nil
}

// knows reports whether the index has a path or, if the history is asked for, a commit.
func (r *resolver) knows(dir *gitdir.Dir, path string) bool {
	if r.staged(dir)[path] {
		return true
	}
	db, err := objects.Open(dir.Common, objects.Options{Further: dir.FurtherObjects()})
	if err != nil {
		return false
	}
	defer func() { _ = db.Close() }() // it was only read
	head, ok := dir.Head()
	if ok && hasPath(db, treeOf(db, head), path) {
		return true
	}
	return !r.filesOnly() && committed(db, path)
}

// staged returns the paths of an index, and the directories that lead to them.
func (r *resolver) staged(dir *gitdir.Dir) map[string]bool {
	known, ok := r.indexes[dir.Git]
	if ok {
		return known
	}
	known = map[string]bool{}
	r.indexes[dir.Git] = known
	index, err := dir.ReadIndex()
	if err != nil {
		return known // opening the repository says why
	}
	for c := index.Cursor(); c.Next(); {
		for p := string(c.Path()); p != "." && p != "/" && !known[p]; p = slashpath.Dir(p) {
			known[p] = true
		}
	}
	return known
}

// committed reports whether any commit has a path. It is asked for a name that is nowhere
// else, and looks at all of them before it is called a mistake.
func committed(db *objects.Database, path string) bool {
	var mu sync.Mutex
	trees := map[objects.ID]bool{}
	err := db.EachCommit(context.Background(), 1, func(_ objects.ID, c *objects.CommitData) {
		mu.Lock()
		defer mu.Unlock()
		trees[c.Tree] = true
	})
	for tree := range trees {
		if err == nil && hasPath(db, tree, path) {
			return true
		}
	}
	return false
}

func treeOf(db *objects.Database, commit objects.ID) objects.ID {
	kind, data, err := db.Read(commit)
	if err != nil || kind != objects.Commit {
		return objects.ID{}
	}
	c, err := objects.ParseCommit(data)
	if err != nil {
		return objects.ID{}
	}
	return c.Tree
}

func hasPath(db *objects.Database, tree objects.ID, path string) bool {
	if tree.IsZero() {
		return false
	}
	paths := objects.Paths{DB: db}
	_, ok := paths.Find(tree, path)
	return ok
}

// Whole reports whether the target is all of what it lies in, and no part of a repository.
func (q *Request) Whole() bool { return len(q.parts) == 0 }

// Root returns the directory that the target's paths are relative to, "" if they are of no
// files on this machine.
func (q *Request) Root() string {
	switch {
	case q.err != nil || q.Name == "-":
		return ""
	case q.dir != nil:
		return q.dir.WorkTree
	case q.Name == Here:
		return "."
	}
	info, err := os.Stat(q.Name)
	switch {
	case err != nil:
		return ""
	case info.IsDir():
		return q.Name
	}
	return filepath.Dir(q.Name)
}

// Shown is the name as anybody may see it: without what a URL says of passwords.
func (q *Request) Shown() string { return redact(q.Name) }

// Prefix is what stands in front of the paths of this target in a report on several.
func (q *Request) Prefix() string {
	switch {
	case q.dir != nil:
		return q.typed
	case q.Name == "-":
		return ""
	case postgres.IsURL(q.Name):
		return redact(q.Name)
	}
	if info, err := os.Stat(q.Name); err == nil && !info.IsDir() {
		return filepath.Dir(q.Name)
	}
	return q.Name
}

// Slot names what is asked for wherever it is asked from.
func (q *Request) Slot() string {
	if q.dir == nil {
		if strings.Contains(q.Name, "://") {
			return q.Name
		}
		return realPath(q.Name)
	}
	root := q.dir.WorkTree
	if root == "" {
		root = q.dir.Git
	}
	parts := slices.Clone(q.parts)
	slices.Sort(parts)
	return strings.Join(append([]string{realPath(root)}, parts...), "\x00")
}

// within reports whether a path is a directory or lies in it.
func within(path, dir string) bool {
	if dir == "" || path == "" {
		return false
	}
	_, ok := relative(path, dir)
	return ok
}

func realPath(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return filepath.Clean(path)
}
