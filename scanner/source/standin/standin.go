// Package standin knows what stands in a repository for a content that is kept
// elsewhere: pointers of Git LFS and git-annex. The content is read where it is kept on
// this machine; where it is not here, that is reported.
package standin

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// maxPointer is the size below which a pointer of Git LFS must lie; see its
// docs/spec.md.
const maxPointer = 1024

// Pointer says where a content is kept.
type Pointer struct {
	what string // by whom
	path string // in the git directory, slash-separated; "" if it cannot be told from the pointer
	size int64  // of the content; negative if the pointer does not say
}

// Parse reads a pointer; false if the text is none.
func Parse(text []byte) (Pointer, bool) {
	switch {
	case len(text) == 0 || len(text) >= maxPointer:
		return Pointer{}, false
	case text[0] == 'v':
		return parseLFS(text)
	case text[0] == '/' || text[0] == '.':
		return parseAnnex(text)
	}
	return Pointer{}, false
}

// versions are the first lines that pointers of Git LFS have had.
var versions = []string{
	"version https://git-lfs.github.com/spec/v1\n",
	"version https://hawser.github.com/spec/v1\n",
	"version http://git-media.io/v/2\n",
}

func parseLFS(text []byte) (Pointer, bool) {
	known := false
	for _, v := range versions {
		known = known || bytes.HasPrefix(text, []byte(v))
	}
	if !known {
		return Pointer{}, false
	}
	p := Pointer{what: "Git LFS", size: -1}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		switch key {
		case "oid":
			hash, ok := strings.CutPrefix(value, "sha256:")
			if ok && len(hash) == 64 && strings.Trim(hash, "0123456789abcdef") == "" {
				p.path = "lfs/objects/" + hash[:2] + "/" + hash[2:4] + "/" + hash
			}
		case "size":
			if n, err := strconv.ParseInt(value, 10, 64); err == nil && n >= 0 {
				p.size = n
			}
		}
	}
	return p, true
}

// parseAnnex reads the text of git-annex's symbolic links, which lead into the git
// directory, and its pointer files, which name a key. See git-annex's
// doc/internals/pointer_file.mdwn.
func parseAnnex(text []byte) (Pointer, bool) {
	line, _, _ := strings.Cut(string(text), "\n")
	if _, inside, ok := strings.Cut(line, ".git/annex/objects/"); ok && strings.Trim(line[:strings.Index(line, ".git/")], "./") == "" {
		if filepath.IsLocal(inside) {
			return Pointer{what: "git-annex", path: "annex/objects/" + inside, size: -1}, true
		}
	}
	if strings.HasPrefix(line, "/annex/objects/") {
		return Pointer{what: "git-annex", size: -1}, true
	}
	return Pointer{}, false
}

// Store is where contents are kept. Its zero value keeps none.
type Store struct {
	Git string // git directory; "" if there is none
	LFS string // where Git LFS keeps its own, if that is not in the git directory
}

// file returns the file of a content.
func (s Store) file(p Pointer) string {
	if rest, ok := strings.CutPrefix(p.path, "lfs/"); ok && s.LFS != "" {
		return filepath.Join(s.LFS, filepath.FromSlash(rest))
	}
	return filepath.Join(s.Git, filepath.FromSlash(p.path))
}

var errElsewhere = errors.New("is not here")

// Open opens the content that a pointer is about.
func (s Store) Open(p Pointer) (io.ReadCloser, int64, error) {
	if s.Git == "" || p.path == "" {
		return nil, 0, errElsewhere
	}
	name := s.file(p)
	info, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, errElsewhere
	}
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() || p.size >= 0 && info.Size() != p.size {
		return nil, 0, errors.New("is damaged: it is no file of the size that the pointer says")
	}
	f, err := os.Open(name)
	return f, info.Size(), err
}

// Resolve returns what a reader reads or, if that is a pointer whose content is here,
// the content.
func (s Store) Resolve(r io.ReadCloser) (io.ReadCloser, error) {
	head, err := io.ReadAll(io.LimitReader(r, maxPointer))
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	if p, ok := Parse(head); ok {
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
	p, ok := Parse(b.Data)
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
		c.StandIn = finding.StandIn.Because("a pointer of %s: the content %v", p.what, err)
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
