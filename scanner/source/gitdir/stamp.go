package gitdir

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/deputy-sec/deputy/internal/fileid"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Stamp writes what tells the repository, but for its objects, from what it was or
// will be: refs, reflogs, what is checked out, where a shallow clone ends, the
// configuration, and whatever of it cannot be read.
func (d *Dir) Stamp(w io.Writer) error {
	told := &stampWriter{w: w}
	branch, _ := d.Branch()
	head, _ := d.Head()
	told.line("head", branch, head)
	told.line(fmt.Sprintf("config %+v", d.Config))
	for _, r := range d.Roots(func(path string, why finding.Reason) { told.line("problem", path, why) }) {
		told.line(fmt.Sprintf("%+v", r))
	}
	ends, err := d.Shallow()
	told.line("shallow", ends, err)
	// A ref that is changed and changed back is the same again, but what read it
	// meanwhile saw another one.
	for _, git := range d.Linked() {
		for _, name := range []string{"HEAD", "packed-refs", "refs", "logs", "reftable"} {
			told.files(git, name)
		}
	}
	return told.err
}

// StampIndex writes what tells an index from what it was.
func StampIndex(w io.Writer, file string) error {
	data, err := readText(file, maxIndex)
	told := &stampWriter{w: w}
	told.line("index", sha256.Sum256(data), err)
	return told.err
}

// stampWriter keeps the first error, so that lines can be written in a row.
type stampWriter struct {
	w   io.Writer
	err error
}

// files tells of a file or of all that lie in a directory.
func (s *stampWriter) files(git, name string) {
	err := filepath.WalkDir(filepath.Join(git, name), func(path string, e fs.DirEntry, err error) error {
		within, _ := filepath.Rel(git, path)
		if err == nil && e.IsDir() {
			return nil
		}
		var info fs.FileInfo
		if err == nil {
			info, err = e.Info()
		}
		if err != nil {
			s.line(within, errors.Is(err, fs.ErrNotExist))
			return nil
		}
		s.line(fileid.Line(within, path, info))
		return nil
	})
	if s.err == nil {
		s.err = err
	}
}

func (s *stampWriter) line(what ...any) {
	if s.err == nil {
		_, s.err = fmt.Fprintln(s.w, what...)
	}
}
