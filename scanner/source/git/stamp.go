package git

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"time"

	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/objects"
	"github.com/deputy-sec/deputy/scanner/source/worktree"
)

// Stamp tells what a scan with these options would find at path from what it would
// have found before or will find later, without reading it: as long as stamps are
// equal nothing has changed. To be sure of a result, take one before the repository
// is opened and one when it has been read. ok is false if that cannot be reported: the
// repository cannot be read, is seen through a hook's eyes, or is being worked on.
func Stamp(ctx context.Context, path string, o Options) (stamp string, ok bool) {
	return stampAt(ctx, path, o, time.Now())
}

// StampDir is [Stamp] for a repository that was found.
func StampDir(ctx context.Context, dir *gitdir.Dir, o Options) (stamp string, ok bool) {
	return stampOf(ctx, dir, o, time.Now())
}

func stampAt(ctx context.Context, path string, o Options, now time.Time) (stamp string, ok bool) {
	dir, err := gitdir.Find(path)
	if err != nil {
		return "", false
	}
	return stampOf(ctx, dir, o, now)
}

func stampOf(ctx context.Context, dir *gitdir.Dir, o Options, now time.Time) (stamp string, ok bool) {
	if o.Range != "" || o.Since != "" {
		return "", false
	}
	if o.Parts == 0 {
		o.Parts = Everything
	}
	s := &stamper{ctx: ctx, hash: sha256.New(), options: o, now: now, family: map[string]bool{}, steady: true}
	if err := s.repository(dir, 0); err != nil || !s.steady {
		return "", false
	}
	return hex.EncodeToString(s.hash.Sum(nil)), true
}

// stamper takes the stamp of a repository and of those nested in it.
type stamper struct {
	ctx     context.Context // that of the call
	hash    hash.Hash
	options Options
	now     time.Time
	family  map[string]bool // git directories seen so far
	steady  bool
}

func (s *stamper) repository(dir *gitdir.Dir, level int) error {
	real := realPath(dir.Git)
	if s.family[real] || level > maxNesting {
		return nil
	}
	s.family[real] = true
	if err := objects.Stamp(s.hash, dir.Common); err != nil {
		return err
	}
	if err := dir.Stamp(s.hash); err != nil {
		return err
	}
	if s.options.Parts&(Staged|WorkTree) == 0 {
		return nil
	}
	if err := gitdir.StampIndex(s.hash, dir.IndexFile()); err != nil {
		return err
	}
	if s.options.Parts&WorkTree == 0 || dir.WorkTree == "" {
		return nil
	}
	return s.workTree(dir, level)
}

func (s *stamper) workTree(dir *gitdir.Dir, level int) error {
	index, err := dir.ReadIndex()
	if err != nil {
		index = nil
	}
	o := worktree.Options{Filter: s.options.Filter, Jobs: s.options.Jobs, IncludeIgnored: s.options.IncludeIgnored}
	if level > 0 {
		o.Filter = nil // it is for whole paths
	}
	seen, err := worktree.NewStamp(s.ctx, dir, index, o, s.now)
	if err != nil {
		return err
	}
	s.steady = s.steady && seen.Steady
	if _, err := seen.WriteTo(s.hash); err != nil {
		return err
	}
	for _, path := range seen.Nested {
		below, err := findNested(dir, path)
		s.tell("nested", path, err)
		if err != nil {
			continue
		}
		if err := s.repository(below, level+1); err != nil {
			return err
		}
	}
	return nil
}

func (s *stamper) tell(what ...any) { _, _ = fmt.Fprintln(s.hash, what...) } // a hash takes all
