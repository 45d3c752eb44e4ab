// Package history is the source for everything that a git repository has ever
// stored: all objects of its database, whether a ref, a reflog entry or nothing
// at all leads to them, and the texts of commits and tags.
//
// Contents are examined in the order in which they lie on disk, each once.
// Where one stands is found out afterwards, see [Source.Places].
package history

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/objects"
	"github.com/deputy-sec/deputy/scanner/source/state"
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
	// Range restricts the source to what the commits of a range introduced:
	// "A..B" is what B reaches and A does not, "B" is what B reaches.
	Range string
	// Since restricts it to what the commits after a date, or those that a commit
	// does not reach, introduced: of all refs.
	Since string
	// State leaves out what earlier scans have examined. It may be nil.
	State *state.State
}

// Source is the history of a repository.
type Source struct {
	dir *gitdir.Dir
	db  *objects.Database
	Options

	objectIndex     *objectIndex
	graph           *graph
	forest          *forest // of all trees; nil if only a small range is read
	roots           []gitdir.Root
	only            map[ordinal]bool // commits of the range; nil: all
	tags            []objects.ID     // annotated tags that the range brings
	bounded         bool             // the range does not go back to the beginning
	back            sync.Mutex       // of look
	look            *lookBack        // nil if all that is handed over is new
	introducedNames []Named          // of a range
	passed          int              // blobs and texts of the range that were handed over, or could not be
	named           []objects.ID     // trees and blobs that the range names itself
	movedModules    int              // submodules that the range moves
	visitor         source.Visitor   // of the scan, for what Locate cannot read
	mu              sync.Mutex
	people          map[string]bool // identities handed over
	damaged         map[objects.ID]error
	malformed       map[ordinal]error // trees that are malformed
}

// New takes the layout of a repository and its objects, which stay the
// caller's to close.
func New(dir *gitdir.Dir, db *objects.Database, o Options) *Source {
	r := newObjectIndex(db)
	return &Source{
		dir: dir, db: db, Options: o,
		objectIndex: r,
		graph:       newGraph(r),
		people:      map[string]bool{},
		damaged:     map[objects.ID]error{},
		malformed:   map[ordinal]error{},
	}
}

// Scan implements [source.Source].
func (s *Source) Scan(ctx context.Context, v source.Visitor) error {
	s.visitor = v
	s.roots = s.dir.Roots(v.Unexamined)
	if s.partial() {
		return s.scanRange(ctx, v)
	}
	s.forest = newForest(s.objectIndex, s.Jobs)
	visit := func(o *objects.Object) any { return s.visit(o, v) }
	err := s.db.Walk(ctx, objects.WalkOptions{Workers: s.Jobs, Skip: s.skip(v)}, visit, func(p objects.Problem) {
		if p.ID.IsZero() {
			v.Unexamined(p.Where, objects.ReasonOf(p.Err))
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.damaged[p.ID] = p.Err
	})
	if err != nil && !errors.Is(err, source.ErrOutOfTime) {
		return err
	}
	var linked sync.WaitGroup
	linked.Go(s.forest.grown)
	s.endAtShallow(v)
	s.graph.mark(s.roots)
	linked.Wait()
	if err != nil { // what is missing is not told from what was not reached
		return err
	}
	return s.tellMissing(ctx, v)
}

// partial says that only some commits are looked at.
func (s *Source) partial() bool { return s.Range != "" || s.Since != "" }

// skip returns what leaves out of the walk the contents that an earlier scan has
// examined; nil if there is none.
func (s *Source) skip(v source.Visitor) func(objects.ID) bool {
	if s.State == nil {
		return nil
	}
	return func(id objects.ID) bool {
		size, ok := s.State.Knows(id)
		if ok {
			s.objectIndex.arrive(id)
			v.Remembered(1, size)
		}
		return ok
	}
}

// visit takes one object. It runs in several goroutines.
func (s *Source) visit(o *objects.Object, v source.Visitor) any {
	n := s.objectIndex.arrived(o)
	switch {
	case o.Kind == objects.Blob:
		return s.visitBlob(o, v)
	case o.Open != nil:
		s.visitLarge(o, v)
	case o.Kind == objects.Tree:
		return s.visitTree(n, o)
	case o.Kind == objects.Commit:
		s.visitCommit(n, o, v)
	case o.Kind == objects.Tag:
		s.visitTag(n, o, v)
	}
	return nil
}

func (s *Source) visitTree(n ordinal, o *objects.Object) any {
	offsets, err := s.forest.add(n, o)
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.malformed[n] = err
	}
	return offsets
}

func (s *Source) visitBlob(o *objects.Object, v source.Visitor) any {
	b := &source.Blob{
		ID: source.ID(o.ID.String()), Size: o.Size, Data: o.Data, Open: o.Open,
		Base: o.Base, Segments: o.Segments, Traced: true,
		Before: s.maker(o.ID), Clean: s.cleaner(o),
	}
	v.Blob(b)
	return b.Trace
}

// maker returns what tells what a blob of a range was made from; nil if it is new as
// a whole.
func (s *Source) maker(id objects.ID) func() ([]source.Earlier, error) {
	if s.look == nil || s.look.b.loose[id] {
		return nil
	}
	return func() ([]source.Earlier, error) { return s.earlier(id) }
}

// cleaner returns what notes that there is nothing in a blob.
func (s *Source) cleaner(o *objects.Object) func() {
	if s.State == nil {
		return nil
	}
	id, size := o.ID, o.Size
	return func() { s.State.Add(id, size) }
}

// visitLarge takes what is too large to be a tree, commit or tag that anybody
// made by working: it is read as a text, and where it leads is not known.
func (s *Source) visitLarge(o *objects.Object, v source.Visitor) {
	v.Unexamined("object "+o.ID.String(), finding.OverBudget.Because("a %s of %d bytes: what it leads to is not known", o.Kind, o.Size))
	if s.Filter.Match("") {
		v.Blob(&source.Blob{ID: source.ID(messageID + o.ID.String()), Size: o.Size, Open: o.Open})
	}
}

func (s *Source) visitCommit(n ordinal, o *objects.Object, v source.Visitor) {
	v.Count(1, 0)
	c, err := objects.ParseCommit(o.Data)
	if err != nil {
		v.Unexamined("object "+o.ID.String(), objects.ReasonOf(err))
		s.hand(messageID+o.ID.String(), o.Data, v)
		return
	}
	s.graph.addCommit(n, o.ID, &c)
	s.identity(c.Author.Line, v)
	s.identity(c.Committer.Line, v)
	s.hand(headersID+o.ID.String(), unsigned(c.Extra), v)
	s.hand(messageID+o.ID.String(), c.Message, v)
}

func (s *Source) visitTag(n ordinal, o *objects.Object, v source.Visitor) {
	t, err := objects.ParseTag(o.Data)
	if err != nil {
		v.Unexamined("object "+o.ID.String(), objects.ReasonOf(err))
		s.hand(messageID+o.ID.String(), o.Data, v)
		return
	}
	s.graph.addTag(n, s.objectIndex.of(t.Target))
	s.identity(t.Tagger.Line, v)
	s.hand(headersID+o.ID.String(), t.Extra, v)
	s.hand(messageID+o.ID.String(), t.Message, v)
}

func (s *Source) hand(id string, text []byte, v source.Visitor) {
	if len(text) > 0 && s.Filter.Match("") {
		s.mu.Lock()
		s.passed++
		s.mu.Unlock()
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
		v.Unexamined(".git/shallow", objects.ReasonOf(err))
	}
	s.graph.cut(ends)
	if len(ends) > 0 {
		v.Unexamined(".git/shallow", finding.Shallow.Because("shallow clone: the history before %d of its commits is not here", len(ends)))
	}
}

// Examined says that a scan of the whole history, now over, handed this object
// over.
func (s *Source) Examined(id objects.ID) bool {
	if s.partial() {
		return false
	}
	n, ok := s.objectIndex.known(id)
	return ok && s.objectIndex.has(n)
}

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
