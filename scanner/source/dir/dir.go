// Package dir is the source for a directory without versions, or a single file.
package dir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/filetree"
	"github.com/deputy-sec/deputy/scanner/source/standin"
)

// Options says how to read.
type Options struct {
	Filter *source.Filter
	Jobs   int // files read at once; at least 1
}

// Source is a directory or a file. Contents are told apart by path: files are
// not hashed, since that would cost as much as looking for secrets in them. A
// file with several hard links is read once.
type Source struct {
	root string // of the directory, without symbolic links; or the file's directory
	file string // name of the single file, or ""
	Options

	mu    sync.Mutex
	links map[filetree.Inode]*linked
}

// nameID begins the IDs of contents that are names; no path of a file has that byte.
const (
	fileName   = "\x00file name/"
	folderName = "\x00folder name/"
)

// linked is a file with several names.
type linked struct {
	id    source.ID
	paths []string
}

// New takes the path of a directory or file. The path itself may be a symbolic
// link, since a person named it.
func New(name string, o Options) (*Source, error) {
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return nil, fmt.Errorf("open target: %w", err)
	}
	info, err := os.Stat(real)
	if err != nil {
		return nil, fmt.Errorf("open target: %w", err)
	}
	s := &Source{root: real, Options: o, links: map[filetree.Inode]*linked{}}
	if !info.IsDir() {
		// The place is named as the person named it, not as a link led to it.
		s.root, s.file = real, filepath.Base(name)
	}
	return s, nil
}

// Scan implements [source.Source].
func (s *Source) Scan(ctx context.Context, v source.Visitor) error {
	v = standin.Visitor(v, standin.Store{})
	g := &guide{Source: s, v: v}
	if s.file == "" {
		return filetree.Walk(ctx, s.root, s.Jobs, g)
	}
	info, err := os.Lstat(s.root)
	if err != nil {
		return fmt.Errorf("open target: %w", err)
	}
	g.named(s.file, fileName)
	g.regular(s.file, info)
	return ctx.Err()
}

// Locate implements [source.Source].
func (s *Source) Locate(_ context.Context, ids map[source.ID]bool) ([]source.Place, error) {
	var places []source.Place
	several := map[source.ID][]string{}
	for _, l := range s.links {
		several[l.id] = l.paths
	}
	for id := range ids {
		if sort, path, ok := nameOf(id); ok {
			places = append(places, source.Place{ID: id, Path: path, What: sort, Name: true})
			continue
		}
		paths := several[id]
		if paths == nil {
			paths = []string{string(id)}
		}
		for _, p := range paths {
			if s.Filter.Match(p) {
				places = append(places, source.Place{ID: id, Path: p})
			}
		}
	}
	slices.SortFunc(places, func(a, b source.Place) int { return strings.Compare(a.Path, b.Path) })
	return places, nil
}

// Open implements [source.Source].
func (s *Source) Open(id source.ID) (io.ReadCloser, error) {
	if _, path, ok := nameOf(id); ok {
		return io.NopCloser(strings.NewReader(path)), nil
	}
	name := s.name(string(id))
	if s.file != "" && string(id) != s.file {
		return nil, fmt.Errorf("%q is no content of this source", id)
	}
	if text, err := os.Readlink(name); err == nil {
		return io.NopCloser(strings.NewReader(text)), nil
	}
	return filetree.Open(name)
}

// nameOf returns what a content is the name of, and the path; false if it is none.
func nameOf(id source.ID) (sort, path string, ok bool) {
	text, ok := strings.CutPrefix(string(id), "\x00")
	if !ok {
		return "", "", false
	}
	sort, path, ok = strings.Cut(text, "/")
	return sort, path, ok
}

// name turns a path of ours into one of the system.
func (s *Source) name(p string) string {
	if s.file != "" {
		return s.root
	}
	return filepath.Join(s.root, filepath.FromSlash(p))
}

// guide is the walk of one scan.
type guide struct {
	*Source
	v source.Visitor
}

// Enter implements [filetree.Guide].
func (g *guide) Enter(dir string, _ struct{}) (struct{}, bool) {
	if filepath.Base(dir) == ".git" {
		if _, err := os.Lstat(filepath.Join(g.name(dir), "objects")); err == nil && !g.Filter.Skip(dir) {
			g.v.Unexamined(dir, finding.NotFollowed.Because("history of a repository inside a directory: scan it as a target of its own"))
		}
		return struct{}{}, false
	}
	if g.Filter.Skip(dir) {
		return struct{}{}, false
	}
	g.named(dir, folderName)
	return struct{}{}, true
}

// File implements [filetree.Guide].
func (g *guide) File(p string, _ struct{}, e fs.DirEntry) {
	if !g.Filter.Match(p) {
		return
	}
	g.named(p, fileName)
	if e.Type()&fs.ModeSymlink != 0 {
		g.link(p)
		return
	}
	info, err := e.Info()
	if errors.Is(err, fs.ErrNotExist) {
		return // removed since it was listed
	}
	if err != nil {
		g.Unreadable(p, err)
		return
	}
	g.regular(p, info)
}

// named hands over the name of a file or a folder that may hold an identifier.
func (g *guide) named(p, sort string) {
	if g.Filter.Match(p) && g.Filter.Worth([]byte(path.Base(p))) {
		g.v.Blob(&source.Blob{ID: source.ID(sort + p), Path: p, Size: int64(len(p)), Data: []byte(p)})
	}
}

// Unreadable implements [filetree.Guide].
func (g *guide) Unreadable(p string, err error) {
	if p == "" {
		p = "."
	}
	g.v.Unexamined(p, finding.ReasonOf(err).In("cannot be read"))
}

// link examines the text of a symbolic link. What it leads to is examined where
// it lies, if that is inside the target, and else said to be left out.
func (g *guide) link(p string) {
	text, err := os.Readlink(g.name(p))
	if err != nil {
		g.Unreadable(p, err)
		return
	}
	g.v.Count(0, 1)
	g.v.Blob(&source.Blob{ID: source.ID(p), Path: p, Size: int64(len(text)), Data: []byte(text)})
	real, err := filepath.EvalSymlinks(g.name(p))
	if err != nil {
		return // leads nowhere, or in a circle
	}
	if rel, err := filepath.Rel(g.root, real); err != nil || !filepath.IsLocal(rel) {
		g.v.Unexamined(p, finding.NotFollowed.Because("symbolic link out of the target: not followed"))
	}
}

func (g *guide) regular(p string, info fs.FileInfo) {
	if why := filetree.Irregular(info.Mode()); why != "" {
		g.v.Unexamined(p, finding.Unsupported.Because("%s", why))
		return
	}
	if inode, ok := filetree.Linked(info); ok && g.again(inode, p) {
		return
	}
	err := filetree.Read(g.name(p), func(c filetree.Content) {
		g.v.Count(0, 1)
		g.v.Blob(&source.Blob{ID: source.ID(p), Path: p, Size: c.Size, Data: c.Data, Open: c.Open})
	})
	if err != nil {
		g.Unreadable(p, err)
	}
}

// again notes a name of a file with several, and reports whether an earlier name
// was read.
func (g *guide) again(inode filetree.Inode, p string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.links[inode]
	if l == nil {
		l = &linked{id: source.ID(p)}
		g.links[inode] = l
	}
	l.paths = append(l.paths, p)
	return len(l.paths) > 1
}
