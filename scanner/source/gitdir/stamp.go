package gitdir

import (
	"fmt"
	"io"
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
	for _, r := range d.Roots(func(path, reason string) { told.line("problem", path, reason) }) {
		told.line(fmt.Sprintf("%+v", r))
	}
	ends, err := d.Shallow()
	told.line("shallow", ends, err)
	return told.err
}

// stampWriter keeps the first error, so that what is told can be told in a row.
type stampWriter struct {
	w   io.Writer
	err error
}

func (s *stampWriter) line(what ...any) {
	if s.err == nil {
		_, s.err = fmt.Fprintln(s.w, what...)
	}
}
