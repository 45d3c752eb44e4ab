// Package staged is the source for the index of a git repository: what the next
// commit would bring, as far as its parents do not have it.
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
	// OnlyNew has visitors told what of a content the commit does not add: the lines
	// that its parents have, too.
	OnlyNew bool
}

// Source is the difference between the index and the parents of the commit that
// would be made of it.
type Source struct {
	db      *objects.Database
	index   *gitdir.Index
	parents []objects.ID // trees
	Options
	*comparison

	mu      sync.Mutex
	handed  map[source.ID]bool
	failed  bool // something could not be read
	missing int  // contents that could not be read
	old     *old
}

// New compares an index with the trees of a commit's parents: HEAD and, during a
// merge, what is merged. There are none while HEAD is yet to be born.
func New(db *objects.Database, index *gitdir.Index, parents []objects.ID, o Options) *Source {
	return &Source{
		db: db, index: index, parents: parents, Options: o,
		comparison: compare(db, index, parents, o.OnlyNew),
		handed:     map[source.ID]bool{},
		old:        &old{},
	}
}

// Scan implements [source.Source].
func (s *Source) Scan(ctx context.Context, v source.Visitor) error {
	for _, r := range s.rows {
		if s.Filter.Match(r.path) {
			s.failed = s.failed || r.damage
			v.Unexamined(r.path, r.why)
		}
	}
	changes := make(chan change)
	var group sync.WaitGroup
	for range max(1, s.Jobs) {
		group.Go(func() {
			for c := range changes {
				s.hand(c, v)
			}
		})
	}
	seen := map[objects.ID]bool{}
	for _, c := range s.changes {
		if ctx.Err() != nil {
			break
		}
		if s.Filter.Match(c.path) && !seen[c.id] {
			seen[c.id] = true
			changes <- c
		}
	}
	close(changes)
	group.Wait()
	return ctx.Err()
}

// Named returns the new names that may hold an identifier.
func (s *Source) Named() []Name { return s.named }

// Handed returns what Scan, now over, could read.
func (s *Source) Handed() map[source.ID]bool { return s.handed }

// Empty says, after a scan, why there was nothing to examine; "" if there was, or
// if something could not be read.
func (s *Source) Empty() string {
	switch {
	case len(s.handed) > 0 || s.failed || len(s.named) > 0:
		return ""
	case len(s.changes) > 0:
		return "everything that is staged is excluded"
	case s.touched > 0 && !s.index.Written.IsZero():
		return "what is staged adds no content"
	}
	return "nothing staged"
}

func (s *Source) hand(c change, v source.Visitor) {
	o, err := objects.Load(s.db, c.id)
	id := source.ID(c.id.String())
	s.mu.Lock()
	if err == nil {
		s.handed[id] = true
	}
	s.failed = s.failed || err != nil
	s.mu.Unlock()
	if err != nil {
		s.lost(c.path, objects.ReasonOf(err), v)
		return
	}
	b := &source.Blob{ID: id, Path: c.path, Size: o.Size, Data: o.Data, Open: o.Open}
	if s.OnlyNew {
		b.Before = func() ([]source.Earlier, error) { return s.earlier(c.id) }
	}
	v.Count(0, 1)
	v.Blob(b)
}

// maxLost bounds the paths that are told one by one because their contents cannot be read.
const maxLost = 1000

func (s *Source) lost(path string, why finding.Reason, v source.Visitor) {
	s.mu.Lock()
	s.missing++
	n := s.missing
	s.mu.Unlock()
	switch {
	case n <= maxLost:
		v.Unexamined(path, why.In("staged content"))
	case n == maxLost+1:
		v.Unexamined(".git/index", finding.Missing.Because("the contents of more than %d paths that are staged cannot be read", maxLost))
	}
}

// Locate implements [source.Source].
func (s *Source) Locate(_ context.Context, ids map[source.ID]bool) ([]source.Place, error) {
	var places []source.Place
	for _, c := range s.changes {
		if id := source.ID(c.id.String()); ids[id] && s.Filter.Match(c.path) {
			places = append(places, source.Place{ID: id, Path: c.path, Layer: finding.Staged})
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
