// Package standin puts contents in place of the pointers that stand for them in a
// repository, as those of Git LFS. The content is read where it is kept on this machine;
// where it is not here, that is reported.
package standin

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/deputy-sec/deputy/internal/opaque"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// Store is where contents are kept. Its zero value keeps none.
type Store struct {
	Git      string   // git directory; "" if there is none
	WorkTree string   // "" if there is none
	LFS      []string // where Git LFS keeps its own, in the order in which it looks there
}

// files returns the files in which a content may be.
func (s Store) files(p opaque.Pointer) []string {
	path := filepath.FromSlash(p.Path)
	switch {
	case path == "":
		return nil
	case p.Base == opaque.InLFS:
		var files []string
		for _, dir := range s.LFS {
			files = append(files, filepath.Join(dir, path))
		}
		return files
	case p.Base == opaque.InGit && s.Git != "":
		return []string{filepath.Join(s.Git, path)}
	case p.Base == opaque.InWorkTree && s.WorkTree != "":
		return []string{filepath.Join(s.WorkTree, path)}
	}
	return nil
}

var errElsewhere = errors.New("is not here")

// Open opens the content that a pointer is about.
func (s Store) Open(p opaque.Pointer) (io.ReadCloser, int64, error) {
	for _, name := range s.files(p) {
		info, err := os.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		if !info.Mode().IsRegular() || p.Size >= 0 && info.Size() != p.Size {
			return nil, 0, errors.New("is damaged: it is no file of the size that the pointer says")
		}
		f, err := os.Open(name)
		return f, info.Size(), err
	}
	return nil, 0, errElsewhere
}

// Resolve returns what a reader reads or, if that is a pointer whose content is here,
// the content.
func (s Store) Resolve(r io.ReadCloser) (io.ReadCloser, error) {
	head, err := io.ReadAll(io.LimitReader(r, opaque.MaxPointer))
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	if p, ok := opaque.ParsePointer(head); ok {
		if content, _, err := s.Open(p); err == nil {
			return content, r.Close()
		}
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), r), r}, nil
}

// hold is the size up to which a content is held in memory.
const hold = 4 << 20

// Visitor hands on contents in place of pointers to them.
func Visitor(v source.Visitor, s Store) source.Visitor { return visitor{v, s} }

type visitor struct {
	source.Visitor
	store Store
}

// Blob implements [source.Visitor].
func (v visitor) Blob(b *source.Blob) {
	p, ok := opaque.ParsePointer(b.Data)
	if !ok {
		v.Visitor.Blob(b)
		return
	}
	c := *b
	// What is new in a pointer says nothing of what is new in the content.
	c.Base, c.Segments, c.Traced = nil, nil, false
	if b.Before != nil {
		c.Before = func() ([]source.Earlier, error) { return v.before(b.Before) }
	}
	content, size, err := v.store.Open(p)
	if err == nil && size <= hold {
		c.Data, err = io.ReadAll(io.LimitReader(content, hold))
		_ = content.Close() // it was only read
	} else if err == nil {
		_ = content.Close()
		c.Data, c.Open = nil, func() (io.ReadCloser, error) {
			content, _, err := v.store.Open(p)
			return content, err
		}
	}
	c.Size = size
	if err != nil {
		c.Data, c.Size = b.Data, b.Size
		c.StandIn = finding.StandIn.Because("a pointer of %s: the content %v", p.What, err)
	}
	v.Visitor.Blob(&c)
}

// before resolves the contents that one was made from.
func (v visitor) before(of func() ([]source.Earlier, error)) ([]source.Earlier, error) {
	all, err := of()
	for i := range all {
		for j, open := range all[i].Versions {
			all[i].Versions[j] = func() (io.ReadCloser, error) {
				r, err := open()
				if err != nil {
					return nil, err
				}
				return v.store.Resolve(r)
			}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("resolve pointers: %w", err)
	}
	return all, nil
}
