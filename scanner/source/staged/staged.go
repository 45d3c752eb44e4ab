// Package staged is the source for the index of a git repository: what the next
// commit would bring, as far as it differs from HEAD.
package staged

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// Options says what to read.
type Options struct {
	Filter *source.Filter
	Jobs   int // blobs read at once; at least 1
}

// Source is the difference between the index and HEAD.
type Source struct {
	db *objects.Database
	Options
	changed []gitdir.IndexEntry
	sparse  []string // staged directories that a sparse index does not spell out

	mu     sync.Mutex
	handed map[source.ID]bool
}

// New compares an index with the tree of HEAD; a zero tree stands for a HEAD
// that is yet to be born.
func New(db *objects.Database, index *gitdir.Index, head objects.ID, o Options) *Source {
	s := &Source{db: db, Options: o, handed: map[source.ID]bool{}}
	paths := objects.Paths{DB: db}
	for _, e := range index.Entries {
		if e.IntentToAdd || e.Mode.IsSubmodule() {
			continue
		}
		path := strings.TrimSuffix(e.Path, "/")
		if was, ok := paths.Find(head, path); ok && !head.IsZero() && was.OID == e.ID {
			continue
		}
		if e.Mode.IsTree() {
			s.sparse = append(s.sparse, path)
			continue
		}
		s.changed = append(s.changed, e)
	}
	return s
}

// Scan implements [source.Source].
func (s *Source) Scan(ctx context.Context, v source.Visitor) error {
	for _, dir := range s.sparse {
		if !s.Filter.Skip(dir) {
			v.Unexamined(dir, finding.Unsupported.Because("staged in a sparse index, which does not spell it out"))
		}
	}
	entries := make(chan gitdir.IndexEntry)
	var group sync.WaitGroup
	for range max(1, s.Jobs) {
		group.Go(func() {
			for e := range entries {
				s.hand(e, v)
			}
		})
	}
	seen := map[objects.ID]bool{}
	for _, e := range s.changed {
		if ctx.Err() != nil {
			break
		}
		if s.Filter.Match(e.Path) && !seen[e.ID] {
			seen[e.ID] = true
			entries <- e
		}
	}
	close(entries)
	group.Wait()
	return ctx.Err()
}

// Handed returns what Scan, now over, could read.
func (s *Source) Handed() map[source.ID]bool { return s.handed }

func (s *Source) hand(e gitdir.IndexEntry, v source.Visitor) {
	o, err := objects.Load(s.db, e.ID)
	if err != nil {
		v.Unexamined(e.Path, objects.ReasonOf(err).In("staged content"))
		return
	}
	id := source.ID(e.ID.String())
	s.mu.Lock()
	s.handed[id] = true
	s.mu.Unlock()
	v.Count(0, 1)
	v.Blob(&source.Blob{ID: id, Path: e.Path, Size: o.Size, Data: o.Data, Open: o.Open})
}

// Locate implements [source.Source].
func (s *Source) Locate(_ context.Context, ids map[source.ID]bool) ([]source.Place, error) {
	var places []source.Place
	for _, e := range s.changed {
		if id := source.ID(e.ID.String()); ids[id] && s.Filter.Match(e.Path) {
			places = append(places, source.Place{ID: id, Path: e.Path, Layer: finding.Staged})
		}
	}
	slices.SortFunc(places, func(a, b source.Place) int { return strings.Compare(a.Path, b.Path) })
	return slices.Compact(places), nil // the sides of a conflict may be alike
}

// Open implements [source.Source].
func (s *Source) Open(id source.ID) (io.ReadCloser, error) {
	oid, ok := objects.ParseID(string(id))
	if !ok {
		return nil, fmt.Errorf("%q is no content of this source", id)
	}
	return s.db.Open(oid)
}
