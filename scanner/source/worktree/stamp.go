package worktree

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/internal/fileid"
	"github.com/deputy-sec/deputy/scanner/source/filetree"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
)

// Stamp is what tells a work tree from what it was or will be, see [NewStamp].
type Stamp struct {
	lines  []string // one for each file and for what cannot be read
	Nested []string // repositories in the work tree, which were not entered
	// Steady says that a file that changes will not look as it does now. One that has
	// just been written might: times on disk are coarse.
	Steady bool
}

// coarse is how far apart two times must be to differ on every usual file system:
// FAT counts in steps of two seconds.
const coarse = 2 * time.Second

// NewStamp walks a work tree as a scan would now, and looks at its files from outside:
// which there are, their sizes and times.
func NewStamp(ctx context.Context, dir *gitdir.Dir, index *gitdir.Index, o Options, now time.Time) (*Stamp, error) {
	src := New(dir, nil, index, o)
	g := &stamper{guide: guide{Source: src}, before: now.Add(-coarse), steady: true}
	if err := filetree.Walk(ctx, dir.WorkTree, o.Jobs, g); err != nil {
		return nil, err
	}
	slices.Sort(g.lines)
	// Whether git's notes of files are believed goes with the attributes.
	g.lines = append(g.lines, fmt.Sprintf("filters %t\n", src.filters))
	return &Stamp{lines: g.lines, Nested: src.Nested(), Steady: g.steady}, nil
}

// WriteTo implements [io.WriterTo].
func (s *Stamp) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, strings.Join(s.lines, ""))
	return int64(n), err
}

// stamper is the walk of one stamp.
type stamper struct {
	guide
	before time.Time
	lines  []string // these are guarded by mu
	steady bool
}

// Unreadable implements [filetree.Guide].
func (g *stamper) Unreadable(p string, err error) { g.note(fmt.Sprintf("%q %v\n", p, err), true) }

// File implements [filetree.Guide].
func (g *stamper) File(p string, dir place, entry fs.DirEntry) {
	if !g.wanted(p, dir) {
		return
	}
	info, err := entry.Info()
	if err != nil {
		g.Unreadable(p, err)
		return
	}
	id, ok := fileid.Of(info)
	g.note(fileid.Line(p, g.name(p), info), ok && id.Changed.Before(g.before) && info.ModTime().Before(g.before))
}

func (g *stamper) note(line string, steady bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lines = append(g.lines, line)
	g.steady = g.steady && steady
}
