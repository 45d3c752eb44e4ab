// Package history is the source for everything that a git repository has ever
// stored: all objects of its database, whether a ref, a reflog entry or nothing
// at all leads to them, and the texts of commits and tags.
//
// Contents are examined in the order in which they lie on disk, each once.
// Where one stands is found out afterwards, see [Source.Places].
package history

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// IDs of contents that are no blobs. A blob's ID is its hash.
const (
	messageID  = "message:"  // + hash of the commit or tag
	headersID  = "headers:"  // + hash of the commit or tag
	identityID = "identity:" // + the text itself: one person has many commits
)

// Options says what to read.
type Options struct {
	Filter *source.Filter
	Jobs   int // objects read at once; at least 1
	// Range restricts the source to what the commits of a range brought:
	// "A..B" is what B reaches and A does not, "B" is what B reaches.
	Range string
}

// Source is the history of a repository.
type Source struct {
	dir *gitdir.Dir
	db  *objects.Database
	Options

	graph    *graph
	roots    []gitdir.Root
	only     map[objects.ID]bool // commits of the range; nil: all
	visitor  source.Visitor      // of the scan, for what Locate cannot read
	mu       sync.Mutex
	people   map[string]bool // identities handed over
	damaged  map[objects.ID]error
	present  idSet
	referred idSet
}

// New takes the layout of a repository and its objects, which stay the
// caller's to close.
func New(dir *gitdir.Dir, db *objects.Database, o Options) *Source {
	return &Source{
		dir: dir, db: db, Options: o,
		graph:   newGraph(),
		people:  map[string]bool{},
		damaged: map[objects.ID]error{},
	}
}

// Scan implements [source.Source].
func (s *Source) Scan(ctx context.Context, v source.Visitor) error {
	s.visitor = v
	s.roots = s.dir.Roots(v.Unexamined)
	if s.Range != "" {
		return s.scanRange(ctx, v)
	}
	err := s.db.Walk(ctx, s.Jobs, func(o *objects.Object) any { return s.visit(o, v) }, func(p objects.Problem) {
		if p.ID.IsZero() {
			v.Unexamined(p.Where, p.Err.Error())
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.damaged[p.ID] = p.Err
	})
	if err != nil {
		return err
	}
	s.endAtShallow(v)
	s.graph.mark(s.roots)
	return s.tellMissing(ctx, v)
}

// visit takes one object. It runs in several goroutines.
func (s *Source) visit(o *objects.Object, v source.Visitor) any {
	s.present.add(o.ID)
	switch o.Kind {
	case objects.Blob:
		b := &source.Blob{
			ID: source.ID(o.ID.String()), Size: o.Size, Data: o.Data, Open: o.Open,
			Base: o.Base, Segments: o.Segments, Traced: true,
		}
		v.Blob(b)
		return b.Trace
	case objects.Tree:
		s.visitTree(o, v)
	case objects.Commit:
		s.visitCommit(o.ID, o.Data, v)
	case objects.Tag:
		s.visitTag(o, v)
	}
	return nil
}

func (s *Source) visitTree(o *objects.Object, v source.Visitor) {
	err := objects.EachEntry(o.Data, s.db.IDSize(), func(e objects.Entry) bool {
		if !e.Mode.IsSubmodule() {
			s.referred.add(e.OID)
		}
		return true
	})
	if err != nil {
		v.Unexamined("object "+o.ID.String(), err.Error())
	}
}

func (s *Source) visitCommit(id objects.ID, data []byte, v source.Visitor) {
	v.Count(1, 0)
	c, err := objects.ParseCommit(data)
	if err != nil {
		v.Unexamined("object "+id.String(), err.Error())
		s.hand(messageID+id.String(), data, v)
		return
	}
	s.graph.addCommit(id, &c)
	s.identity(c.Author.Line, v)
	s.identity(c.Committer.Line, v)
	s.hand(headersID+id.String(), c.Extra, v)
	s.hand(messageID+id.String(), c.Message, v)
}

func (s *Source) visitTag(o *objects.Object, v source.Visitor) {
	t, err := objects.ParseTag(o.Data)
	if err != nil {
		v.Unexamined("object "+o.ID.String(), err.Error())
		s.hand(messageID+o.ID.String(), o.Data, v)
		return
	}
	s.graph.addTag(o.ID, t.Target)
	s.referred.add(t.Target)
	s.identity(t.Tagger.Line, v)
	s.hand(headersID+o.ID.String(), t.Extra, v)
	s.hand(messageID+o.ID.String(), t.Message, v)
}

func (s *Source) hand(id string, text []byte, v source.Visitor) {
	if len(text) > 0 && s.Filter.Match("") {
		v.Blob(&source.Blob{ID: source.ID(id), Size: int64(len(text)), Data: text})
	}
}

// identity hands over "Name <mail>" when it is met for the first time.
func (s *Source) identity(line []byte, v source.Visitor) {
	s.mu.Lock()
	known := s.people[string(line)]
	if !known {
		s.people[string(line)] = true
	}
	s.mu.Unlock()
	if !known {
		s.hand(identityID+string(line), line, v)
	}
}

// endAtShallow cuts the graph where a shallow clone ends, and says so.
func (s *Source) endAtShallow(v source.Visitor) {
	ends, err := s.dir.Shallow()
	if err != nil {
		v.Unexamined(".git/shallow", err.Error())
	}
	s.graph.cut(ends)
	if len(ends) > 0 {
		v.Unexamined(".git/shallow", fmt.Sprintf("shallow clone: the history before %d of its commits is not here", len(ends)))
	}
}

// Examined says that a scan of the whole history, now over, handed this object
// over.
func (s *Source) Examined(id objects.ID) bool { return s.Range == "" && s.present.has(id) }

// Open implements [source.Source].
func (s *Source) Open(id source.ID) (io.ReadCloser, error) {
	text := string(id)
	if person, ok := strings.CutPrefix(text, identityID); ok {
		return io.NopCloser(strings.NewReader(person)), nil
	}
	for prefix, part := range map[string]func(objects.Texts) []byte{
		messageID: func(t objects.Texts) []byte { return t.Message },
		headersID: func(t objects.Texts) []byte { return t.Extra },
	} {
		if hex, ok := strings.CutPrefix(text, prefix); ok {
			return s.openText(hex, part)
		}
	}
	oid, ok := objects.ParseID(text)
	if !ok {
		return nil, fmt.Errorf("%q is no content of this source", id)
	}
	return s.db.Open(oid)
}

func (s *Source) openText(hex string, part func(objects.Texts) []byte) (io.ReadCloser, error) {
	id, ok := objects.ParseID(hex)
	if !ok {
		return nil, fmt.Errorf("%q is no content of this source", hex)
	}
	kind, data, err := s.db.Read(id)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(strings.NewReader(string(part(objects.TextsOf(kind, data))))), nil
}
