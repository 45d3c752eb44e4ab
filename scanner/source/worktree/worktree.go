// Package worktree is the source for the files of a git work tree: tracked
// ones, and untracked ones that no rule ignores. A file that git knows to be
// unchanged is not read if its content was examined with the history.
package worktree

import (
	"bytes"
	"context"
	"crypto/sha1" // git names contents so
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/filetree"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// fileID, with the path, names a content that is too large to hash first.
const fileID = "file:"

// Options says what to read.
type Options struct {
	Filter         *source.Filter
	Jobs           int  // files read at once; at least 1
	IncludeIgnored bool // read what .gitignore and its like leave out, too
	// Examined says that a blob needs no reading; nil if none does. What stands
	// in the index is then taken to be told by another source, too.
	Examined func(objects.ID) bool
	// Named is called for names that may hold an identifier; nil if nobody wants to know.
	Named func(path string, folder bool)
}

// Source is a work tree.
type Source struct {
	dir   *gitdir.Dir
	db    *objects.Database
	index *gitdir.Index
	Options

	entries []gitdir.IndexEntry // by path
	filters bool                // files may differ from their blobs on purpose

	mu     sync.Mutex
	files  map[string]source.ID // what stands at each path
	seen   map[source.ID]string // contents handed over, with one of their paths
	nested []string
}

// New takes a repository with a work tree and its index; without an index (nil)
// nothing is known to be tracked, and nothing is ignored for safety.
func New(dir *gitdir.Dir, db *objects.Database, index *gitdir.Index, o Options) *Source {
	if index == nil {
		index = &gitdir.Index{}
		o.IncludeIgnored = true
	}
	s := &Source{
		dir: dir, db: db, index: index, Options: o,
		entries: index.Entries(),
		files:   map[string]source.ID{},
		seen:    map[source.ID]string{},
	}
	if !slices.IsSortedFunc(s.entries, byPath) { // no git writes such an index
		s.entries = slices.Clone(s.entries)
		slices.SortStableFunc(s.entries, byPath)
	}
	for i := range s.entries {
		e := &s.entries[i]
		s.filters = s.filters || path.Base(e.Path) == ".gitattributes" && s.namesFilter(s.name(e.Path))
	}
	s.filters = s.filters || s.namesFilter(filepath.Join(dir.Common, "info", "attributes"))
	return s
}

func byPath(a, b gitdir.IndexEntry) int { return strings.Compare(a.Path, b.Path) }

// tracked returns the index's entry for a path, of a conflict the last one; nil if there is
// none. There may be a million, which a table of their own would hold twice.
func (s *Source) tracked(p string) *gitdir.IndexEntry {
	i := sort.Search(len(s.entries), func(i int) bool { return s.entries[i].Path > p })
	if i == 0 || s.entries[i-1].Path != p {
		return nil
	}
	return &s.entries[i-1]
}

// tracksBelow reports whether something in a directory is tracked.
func (s *Source) tracksBelow(dir string) bool {
	dir += "/"
	i := sort.Search(len(s.entries), func(i int) bool { return s.entries[i].Path >= dir })
	return i < len(s.entries) && strings.HasPrefix(s.entries[i].Path, dir)
}

func (s *Source) namesFilter(file string) bool {
	names := false
	// One that cannot be read is none for git either.
	_ = filetree.Read(file, func(c filetree.Content) { names = c.Data == nil || bytes.Contains(c.Data, []byte("filter")) })
	return names
}

// Scan implements [source.Source].
func (s *Source) Scan(ctx context.Context, v source.Visitor) error {
	if err := filetree.Walk(ctx, s.dir.WorkTree, s.Jobs, &guide{s, v}); err != nil {
		return err
	}
	if s.Examined == nil {
		s.leftOut(ctx, v)
	}
	return ctx.Err()
}

// leftOut hands over what a sparse checkout leaves out of the work tree, from the
// object database. Who examines the history has it already.
func (s *Source) leftOut(ctx context.Context, v source.Visitor) {
	entries := s.entries
	for i := range entries {
		e := &entries[i]
		switch _, here := s.files[e.Path]; {
		case ctx.Err() != nil:
			return
		case here || !e.SkipWorktree || e.Stage != 0 || e.Mode.IsSubmodule() || !s.Filter.Match(strings.TrimSuffix(e.Path, "/")):
		case e.Mode.IsTree():
			v.Unexamined(strings.TrimSuffix(e.Path, "/"), finding.StandIn.Because("a folder that a sparse checkout leaves out"))
		default:
			s.fromDatabase(e, v)
		}
	}
}

func (s *Source) fromDatabase(e *gitdir.IndexEntry, v source.Visitor) {
	o, err := objects.Load(s.db, e.ID)
	if err != nil {
		v.Unexamined(e.Path, objects.ReasonOf(err).In("left out by a sparse checkout"))
		return
	}
	id := source.ID(e.ID.String())
	_, again := s.seen[id]
	s.files[e.Path] = id
	v.Count(0, 1)
	if !again {
		s.seen[id] = e.Path
		v.Blob(&source.Blob{ID: id, Path: e.Path, Size: o.Size, Data: o.Data, Open: o.Open})
	}
}

// Nested returns the directories, found by Scan, that are repositories of their
// own: submodules and others. They were not entered.
func (s *Source) Nested() []string {
	slices.Sort(s.nested)
	return s.nested
}

// Locate implements [source.Source]. What equals the index is left to those who
// tell of the index, if there are any.
func (s *Source) Locate(_ context.Context, ids map[source.ID]bool) ([]source.Place, error) {
	var places []source.Place
	for p, id := range s.files {
		if !ids[id] {
			continue
		}
		if e := s.tracked(p); e != nil && s.Examined != nil && e.Stage == 0 && e.ID.String() == string(id) {
			continue
		}
		places = append(places, source.Place{ID: id, Path: p, Layer: finding.WorkTree})
	}
	slices.SortFunc(places, func(a, b source.Place) int { return strings.Compare(a.Path, b.Path) })
	return places, nil
}

// Open implements [source.Source].
func (s *Source) Open(id source.ID) (io.ReadCloser, error) {
	p, ok := s.seen[id]
	if !ok {
		return nil, fmt.Errorf("%q is no content of this source", id)
	}
	if text, err := os.Readlink(s.name(p)); err == nil {
		return io.NopCloser(strings.NewReader(text)), nil
	}
	return filetree.Open(s.name(p))
}

func (s *Source) name(p string) string {
	return filepath.Join(s.dir.WorkTree, filepath.FromSlash(p))
}

// place is what the walk knows of a directory.
type place struct {
	rules   *ignores
	ignored bool // only what is tracked is looked at
}

// guide is the walk of one scan.
type guide struct {
	*Source
	v source.Visitor
}

// Enter implements [filetree.Guide].
func (g *guide) Enter(dir string, up place) (place, bool) {
	if dir == "" {
		return place{rules: g.rootRules()}, true
	}
	if dir == ".git" || g.Filter.Skip(dir) {
		return place{}, false
	}
	e := g.tracked(dir)
	gitlink := e != nil && e.Mode.IsSubmodule()
	here := place{ignored: up.ignored}
	if !g.IncludeIgnored && !here.ignored && !g.Filter.Named(dir) {
		here.ignored = up.rules.match(dir, true)
	}
	if here.ignored && !gitlink && !g.tracksBelow(dir) {
		return place{}, false
	}
	if _, err := os.Lstat(filepath.Join(g.name(dir), ".git")); err == nil {
		if _, err := gitdir.Find(g.name(dir)); err == nil {
			g.mu.Lock()
			g.nested = append(g.nested, dir)
			g.mu.Unlock()
			return place{}, false
		}
	}
	g.named(dir, true)
	here.rules = up.rules
	if !g.IncludeIgnored && !here.ignored {
		here.rules = loadIgnores(filepath.Join(g.name(dir), ".gitignore"), dir, up.rules)
	}
	return here, true
}

// rootRules reads the rules that hold everywhere, the weakest first.
func (g *guide) rootRules() *ignores {
	if g.IncludeIgnored {
		return nil
	}
	user := g.dir.UserExcludesFile()
	if own := g.dir.Config.ExcludesFile; own != "" {
		user = gitdir.ExpandHome(own)
	}
	rules := loadIgnores(user, "", nil)
	rules = loadIgnores(filepath.Join(g.dir.Common, "info", "exclude"), "", rules)
	return loadIgnores(g.name(".gitignore"), "", rules)
}

// Unreadable implements [filetree.Guide].
func (g *guide) Unreadable(p string, err error) {
	if p == "" {
		p = "."
	}
	g.v.Unexamined(p, finding.ReasonOf(err).In("cannot be read"))
}

// wanted says that what stands at a path, and is no directory, is to be read.
func (g *guide) wanted(p string, dir place) bool {
	if p == ".git" || !g.Filter.Match(p) {
		return false
	}
	return g.tracked(p) != nil || g.IncludeIgnored || g.Filter.Named(p) || !dir.ignored && !dir.rules.match(p, false)
}

// File implements [filetree.Guide].
func (g *guide) File(p string, dir place, entry fs.DirEntry) {
	if !g.wanted(p, dir) {
		return
	}
	e := g.tracked(p)
	info, err := entry.Info()
	if errors.Is(err, fs.ErrNotExist) {
		return // removed since it was listed
	}
	if err != nil {
		g.Unreadable(p, err)
		return
	}
	if why := filetree.Irregular(info.Mode()); why != "" {
		g.v.Unexamined(p, finding.Unsupported.Because("%s", why))
		return
	}
	g.named(p, false)
	if e != nil && g.unchanged(e, info) {
		g.v.Count(0, 1)
		g.note(p, source.ID(e.ID.String()), true)
		return
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		g.link(p)
		return
	}
	if err := filetree.Read(g.name(p), func(c filetree.Content) { g.examine(p, c) }); err != nil {
		g.Unreadable(p, err)
	}
}

func (g *guide) named(p string, folder bool) {
	if g.Named != nil && g.Filter.Worth([]byte(path.Base(p))) {
		g.Named(p, folder)
	}
}

// unchanged says that git took this very file for the blob in the index, and
// that the blob was examined. That their sizes are equal is looked at as well,
// because filters and line ends can make files of other content.
func (g *guide) unchanged(e *gitdir.IndexEntry, info fs.FileInfo) bool {
	if g.Examined == nil || g.filters || e.Stage != 0 || e.IntentToAdd || !g.Examined(e.ID) ||
		!sameStat(e, info) || !e.Stat.Mtime.When().Before(g.index.Written) {
		return false
	}
	size, err := g.db.Size(e.ID)
	return err == nil && size == info.Size()
}

// link examines the text of a symbolic link, which is its content for git.
func (g *guide) link(p string) {
	text, err := os.Readlink(g.name(p))
	if err != nil {
		g.Unreadable(p, err)
		return
	}
	g.examine(p, filetree.Content{Size: int64(len(text)), Data: []byte(text)})
}

func (g *guide) examine(p string, c filetree.Content) {
	g.v.Count(0, 1)
	id := source.ID(fileID + p)
	known := false
	if c.Data != nil {
		oid := g.hash(c.Data)
		id = source.ID(oid.String())
		known = g.Examined != nil && g.Examined(oid)
	}
	if g.note(p, id, known) {
		g.v.Blob(&source.Blob{ID: id, Path: p, Size: c.Size, Data: c.Data, Open: c.Open})
	}
}

// note remembers what stands at a path, and reports whether it is to be handed
// over.
func (g *guide) note(p string, id source.ID, known bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.files[p] = id
	_, again := g.seen[id]
	if !again {
		g.seen[id] = p
	}
	return !again && !known
}

// hash names a content as git would.
func (s *Source) hash(data []byte) objects.ID {
	var h hash.Hash
	if s.db.IDSize() == sha256.Size {
		h = sha256.New()
	} else {
		h = sha1.New() // git names contents so
	}
	h.Write(fmt.Appendf(nil, "blob %d\x00", len(data)))
	h.Write(data)
	var id objects.ID
	h.Sum(id[:0])
	return id
}
