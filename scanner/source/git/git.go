// Package git is the source for a git repository: its history, its index and
// its work tree, and the repositories nested in that. It only reads, and runs
// nothing: no hooks, filters, monitors or git itself.
package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/history"
	"github.com/deputy-sec/deputy/scanner/source/objects"
	"github.com/deputy-sec/deputy/scanner/source/staged"
	"github.com/deputy-sec/deputy/scanner/source/standin"
	"github.com/deputy-sec/deputy/scanner/source/state"
	"github.com/deputy-sec/deputy/scanner/source/worktree"
)

// maxNesting is how deep repositories may lie in each other's work trees.
const maxNesting = 16

// Parts says which parts of a repository are read.
type Parts uint8

// The parts of a repository.
const (
	History Parts = 1 << iota
	Staged
	WorkTree
	Everything = History | Staged | WorkTree
)

// Options says what to read of a repository.
type Options struct {
	Filter         *source.Filter
	Jobs           int          // things read at once; at least 1
	Parts          Parts        // 0: Everything
	Range, Since   string       // commits whose changes are read, see history.Options; imply History alone
	Refs           []string     // names of refs that are new beside the commits of the range
	State          *state.State // what earlier scans have examined of histories; may be nil
	MaxMemory      int64        // bytes that objects may take; 0: see objects.Options
	IncludeIgnored bool         // files that .gitignore leaves out, too
}

// Source is a repository.
type Source struct {
	dir     *gitdir.Dir
	db      *objects.Database
	options Options
	level   int
	family  map[string]bool // git directories opened so far, here and above
	shared  bool            // the history is that of the worktree around this one, which examines it

	index    *gitdir.Index // nil if it cannot be read
	indexErr error
	history  *history.Source
	staged   *staged.Source
	work     *worktree.Source
	nested   []*nested
	book     nameBook
	gone     *goneFiles      // since HEAD, once somebody asked
	refused  map[string]bool // paths of repositories in this one that are not examined, which was told
}

// nested is a repository in the work tree of another.
type nested struct {
	*Source
	prefix string // its directory, with a slash at the end
}

// Open opens the repository at path: a work tree, a linked one, or a git
// directory. If there is none the error wraps [gitdir.ErrNotRepository].
func Open(path string, o Options) (*Source, error) {
	dir, err := gitdir.Find(path)
	if err != nil {
		return nil, err
	}
	return OpenDir(dir, o)
}

// OpenDir opens a repository that was found.
func OpenDir(dir *gitdir.Dir, o Options) (*Source, error) {
	return open(dir, o, nil)
}

func open(dir *gitdir.Dir, o Options, around *Source) (*Source, error) {
	if o.Parts == 0 {
		o.Parts = Everything
	}
	if o.Range != "" || o.Since != "" {
		o.Parts = History
	}
	o.Jobs = max(1, o.Jobs)
	db, err := objects.Open(dir.Common, objects.Options{Further: dir.FurtherObjects(), MaxMemory: o.MaxMemory})
	if err != nil {
		return nil, err
	}
	dir.Config.IDSize = db.IDSize() // what reads the objects has the last word
	s := &Source{dir: dir, db: db, options: o, family: map[string]bool{}}
	if around != nil {
		s.level, s.family = around.level+1, around.family
	}
	s.family[realPath(dir.Git)] = true
	if o.Parts&(Staged|WorkTree) != 0 {
		s.index, s.indexErr = dir.ReadIndex()
	}
	if o.Parts&History == 0 {
		return s, nil
	}
	if around != nil && around.history != nil && realPath(around.dir.Common) == realPath(dir.Common) {
		s.history, s.shared = around.history, true
		return s, nil
	}
	s.history = history.New(dir, db, history.Options{
		Filter: o.Filter, Jobs: o.Jobs, Range: o.Range, Since: o.Since, State: o.State,
	})
	return s, nil
}

// Repository says what repository this is. Its URL is what the configuration
// says, credentials included.
func (s *Source) Repository() finding.Repository {
	r := finding.Repository{URL: s.dir.Config.Remote}
	if head, ok := s.dir.Head(); ok {
		r.Revision = head.String()
	}
	r.Branch, _ = s.dir.Branch()
	return r
}

// PackBytes is the size of the repository's packs together.
func (s *Source) PackBytes() int64 { return s.db.PackBytes() }

// Scan implements [source.Source]. History goes first, so that the others need
// not read what it has examined.
func (s *Source) Scan(ctx context.Context, v source.Visitor) error {
	v = standin.Visitor(v, s.store())
	if err := s.dir.Config.Err; err != nil {
		v.Unexamined(".git/config", finding.Corrupt.Because("%v: what stands before the damage holds", err))
	}
	if form := s.dir.Config.Unknown; form != "" {
		v.Unexamined(".git/config", finding.Unsupported.Because("%s is not known here: what it changes may be read wrongly", form))
	}
	if s.indexErr != nil && s.options.Parts&(Staged|WorkTree) != 0 {
		v.Unexamined(".git/index", objects.ReasonOf(s.indexErr))
	}
	if s.dir.Elsewhere != "" && s.options.Parts&WorkTree != 0 {
		v.Unexamined(".git/config", finding.NotFollowed.Because("core.worktree names another directory, %s, which is not followed: scan there with GIT_DIR set", s.dir.Elsewhere))
	}
	if s.history != nil && !s.shared {
		if err := s.history.Scan(ctx, v); err != nil {
			return err
		}
		s.nameHistory(ctx, v)
	}
	if err := s.scanStaged(ctx, v); err != nil {
		return err
	}
	if err := s.scanWorkTree(ctx, v); err != nil {
		return err
	}
	if err := s.scanModules(ctx, v); err != nil {
		return err
	}
	s.tellAbsentModules(v)
	return nil
}

func (s *Source) scanStaged(ctx context.Context, v source.Visitor) error {
	if s.options.Parts&Staged == 0 || s.index == nil {
		return nil
	}
	parents, err := s.parents()
	if err != nil && s.delta() {
		return fmt.Errorf("what is staged cannot be told from what is committed: %w", err)
	}
	s.staged = staged.New(s.db, s.index, parents, staged.Options{Filter: s.options.Filter, Jobs: s.options.Jobs, OnlyNew: s.delta()})
	told := v
	if s.history != nil {
		v = unseen{v, s.history}
	}
	if err := s.staged.Scan(ctx, v); err != nil {
		return err
	}
	for _, n := range s.staged.Named() {
		s.path(told, n.Path, n.Folder, source.Place{Layer: finding.Staged})
	}
	return nil
}

// nameHistory hands over the names of the history that may hold an identifier.
func (s *Source) nameHistory(ctx context.Context, v source.Visitor) {
	refs := s.history.Roots()
	if s.delta() {
		refs = nil
		for _, name := range s.options.Refs {
			refs = append(refs, gitdir.Root{Name: name})
		}
	}
	s.refs(v, refs, s.options.Filter.Worth)
	paths, head := objects.Paths{DB: s.db}, s.headTree()
	for _, n := range s.history.Named(ctx) {
		at := source.Place{Layer: finding.History, First: n.First, Last: n.First}
		if !head.IsZero() {
			_, at.InHead = paths.Find(head, n.Path)
		}
		s.path(v, n.Path, n.Folder, at)
	}
}

// delta reports whether a change is asked for, and not all that there is.
func (s *Source) delta() bool {
	return s.options.Parts == Staged || s.options.Range != "" || s.options.Since != ""
}

// Empty says, after a scan of a change, why there was nothing in it to examine; ""
// if there was, or if something of it could not be read. See [source.Delta].
func (s *Source) Empty() string {
	switch {
	case !s.delta():
		return ""
	case s.history != nil:
		return s.history.Empty()
	case s.staged != nil:
		return s.staged.Empty()
	}
	return ""
}

// parents returns the trees of the commits that the next one would follow: HEAD, if
// it is born, and during a merge what is merged.
func (s *Source) parents() ([]objects.ID, error) {
	var trees []objects.ID
	head, born, err := s.dir.Parent()
	if err != nil {
		return nil, err
	}
	if born {
		tree, err := s.treeOf(head)
		if err != nil {
			return nil, fmt.Errorf("HEAD: %w", err)
		}
		trees = append(trees, tree)
	}
	merged, err := s.dir.MergeHeads()
	if err != nil {
		return nil, err
	}
	for _, id := range merged {
		tree, err := s.treeOf(id)
		if err != nil {
			return nil, fmt.Errorf("MERGE_HEAD: %w", err)
		}
		trees = append(trees, tree)
	}
	return trees, nil
}

// treeOf returns the tree of a commit.
func (s *Source) treeOf(id objects.ID) (objects.ID, error) {
	kind, data, err := s.db.Read(id)
	if err != nil {
		return objects.ID{}, err
	}
	if kind != objects.Commit {
		return objects.ID{}, fmt.Errorf("a %s, not a commit", kind)
	}
	c, err := objects.ParseCommit(data)
	return c.Tree, err
}

func (s *Source) scanWorkTree(ctx context.Context, v source.Visitor) error {
	if s.options.Parts&WorkTree == 0 || s.dir.WorkTree == "" {
		return nil
	}
	o := worktree.Options{Filter: s.options.Filter, Jobs: s.options.Jobs, IncludeIgnored: s.options.IncludeIgnored}
	if s.history != nil {
		o.Examined = s.history.Examined
	}
	o.Named = func(path string, folder bool) { s.path(v, path, folder, source.Place{Layer: finding.WorkTree}) }
	s.work = worktree.New(s.dir, s.db, s.index, o)
	staged := map[source.ID]bool{}
	if s.history == nil && s.staged != nil {
		staged = s.staged.Handed()
	}
	if err := s.work.Scan(ctx, without{v, staged}); err != nil {
		return err
	}
	for _, path := range s.work.Nested() {
		if err := s.scanNested(ctx, path, v); err != nil {
			return err
		}
	}
	return nil
}

// findNested finds the repository at a path of the work tree. Its git directory must lie
// in the target as well: a .git file could name any repository there is.
func findNested(in *gitdir.Dir, path string) (*gitdir.Dir, error) {
	dir, err := gitdir.Find(filepath.Join(in.WorkTree, filepath.FromSlash(path)))
	if err != nil {
		return nil, err
	}
	if !inside(dir.Common, in.WorkTree) && !inside(dir.Common, in.Common) {
		return nil, finding.NotFollowed.Because("its repository lies outside of the target")
	}
	return dir, nil
}

// scanNested examines a repository in the work tree.
func (s *Source) scanNested(ctx context.Context, path string, v source.Visitor) error {
	dir, err := findNested(s.dir, path)
	if err != nil {
		s.refuse(path, finding.ReasonOf(err), v)
		return nil
	}
	if s.family[realPath(dir.Git)] || s.level >= maxNesting {
		s.refuse(path, finding.OverBudget.Because("repositories are nested in a circle or too deep"), v)
		return nil
	}
	o := s.options
	o.Filter = o.Filter.OnlyNames() // globs are applied by us, to whole paths
	return s.scanWithin(ctx, dir, o, path, v)
}

// refuse tells why the repository at a path is not examined.
func (s *Source) refuse(path string, why finding.Reason, v source.Visitor) {
	if s.refused == nil {
		s.refused = map[string]bool{}
	}
	s.refused[path] = true
	v.Unexamined(path, why)
}

// scanWithin examines a repository that lies in this one.
func (s *Source) scanWithin(ctx context.Context, dir *gitdir.Dir, o Options, path string, v source.Visitor) error {
	sub, err := open(dir, o, s)
	if err != nil {
		s.refuse(path, finding.ReasonOf(err), v)
		return nil
	}
	n := &nested{sub, path + "/"}
	s.nested = append(s.nested, n)
	return sub.Scan(ctx, prefixed{v, n.prefix, s.options.Filter})
}

// Locate implements [source.Source].
func (s *Source) Locate(ctx context.Context, ids map[source.ID]bool) ([]source.Place, error) {
	places, err := s.locate(ctx, ids)
	if err != nil {
		return nil, err
	}
	kept := places[:0]
	for _, p := range places {
		if s.options.Filter.Match(p.Path) {
			kept = append(kept, p)
		}
	}
	history.Sort(kept)
	return kept, nil
}

// locate asks the parts. What stands nowhere at all is left over in the
// database.
func (s *Source) locate(ctx context.Context, ids map[source.ID]bool) ([]source.Place, error) {
	var places []source.Place
	ids, named := s.named(ids)
	places = append(places, named...)
	own, below := s.divide(ids)
	if s.history != nil && !s.shared {
		found, err := s.history.Places(ctx, own)
		if err != nil {
			return nil, err
		}
		places = append(places, found...)
	}
	if s.staged != nil {
		found, err := s.staged.Locate(ctx, own)
		if err != nil {
			return nil, err
		}
		places = append(places, found...)
	}
	if s.work != nil {
		found, err := s.work.Locate(ctx, own)
		if err != nil {
			return nil, err
		}
		places = append(places, found...)
	}
	s.markHead(places)
	placed := map[source.ID]bool{}
	for _, p := range places {
		placed[p.ID] = true
	}
	for id := range own {
		if !placed[id] && !s.shared {
			places = append(places, history.Orphan(id))
		}
	}
	for i, n := range s.nested {
		wanted := below[i]
		if n.shared { // what the history has may stand there, too
			wanted = maps.Clone(own)
			maps.Copy(wanted, below[i])
		}
		found, err := n.Locate(ctx, wanted)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			if !n.shared || !own[p.ID] {
				p.ID = source.ID(n.prefix) + nestedMark + p.ID
			}
			if p.Path != "" {
				p.Path = n.prefix + p.Path
			} else {
				p.What += " in " + strings.TrimSuffix(n.prefix, "/")
			}
			places = append(places, p)
		}
	}
	return places, nil
}

// markHead says of files in the work tree and the index that HEAD has them just
// so.
func (s *Source) markHead(places []source.Place) {
	head := s.headTree()
	if head.IsZero() {
		return
	}
	paths := objects.Paths{DB: s.db}
	for i := range places {
		p := &places[i]
		if p.Layer == finding.WorkTree || p.Layer == finding.Staged {
			e, ok := paths.Find(head, p.Path)
			p.InHead = ok && e.OID.String() == string(p.ID)
		}
	}
}

// headTree returns the tree of HEAD; the zero ID if there is none.
func (s *Source) headTree() objects.ID {
	head, ok := s.dir.Head()
	if !ok {
		return objects.ID{}
	}
	tree, err := s.treeOf(head)
	if err != nil {
		return objects.ID{}
	}
	return tree
}

// divide tells contents of nested repositories, whose IDs carry the prefix, from
// our own.
func (s *Source) divide(ids map[source.ID]bool) (own map[source.ID]bool, below []map[source.ID]bool) {
	own = map[source.ID]bool{}
	below = make([]map[source.ID]bool, len(s.nested))
	at := map[string]int{}
	for i, n := range s.nested {
		below[i] = map[source.ID]bool{}
		at[n.prefix] = i
	}
	for id := range ids {
		prefix, rest, ok := strings.Cut(string(id), nestedMark)
		if i, known := at[prefix]; ok && known {
			below[i][source.ID(rest)] = true
		} else {
			own[id] = true
		}
	}
	return own, below
}

// store is where contents are kept that pointers stand for.
func (s *Source) store() standin.Store {
	return standin.Store{Git: s.dir.Common, WorkTree: s.dir.WorkTree, LFS: s.dir.LFSStorage()}
}

// Open implements [source.Source].
func (s *Source) Open(id source.ID) (io.ReadCloser, error) {
	r, err := s.open(id)
	if err != nil {
		return nil, err
	}
	return s.store().Resolve(r)
}

func (s *Source) open(id source.ID) (io.ReadCloser, error) {
	if r, ok := s.openName(id); ok {
		return r, nil
	}
	prefix, rest, ok := strings.Cut(string(id), nestedMark)
	for _, n := range s.nested {
		if ok && n.prefix == prefix {
			return n.Open(source.ID(rest))
		}
	}
	if oid, ok := objects.ParseID(string(id)); ok {
		if r, err := s.db.Open(oid); err == nil {
			return r, nil // else the work tree may still have it
		}
	}
	if s.work != nil {
		if r, err := s.work.Open(id); err == nil {
			return r, nil
		}
	}
	if s.history != nil && !s.shared {
		return s.history.Open(id)
	}
	return nil, fmt.Errorf("%q is no content of this source", id)
}

// Close lets go of the object database.
func (s *Source) Close() error {
	errs := []error{s.db.Close()}
	for _, n := range s.nested {
		errs = append(errs, n.Close())
	}
	return errors.Join(errs...)
}

func inside(path, dir string) bool {
	rel, err := filepath.Rel(realPath(dir), realPath(path))
	return err == nil && filepath.IsLocal(rel)
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

// EachPacked hands out the objects that packs hold, of any kind, each once.
func (s *Source) EachPacked(yield func(objects.ID) bool) {
	for n := range s.db.Numbers() {
		if !yield(s.db.Named(n)) {
			return
		}
	}
}
