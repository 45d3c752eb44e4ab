// Package objects is the object database of a git repository, as the sources
// need it, and what people write into its objects. The bytes are read by
// internal/gitpack, which no other source imports.
package objects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/internal/gitpack"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// ID names an object: a SHA-1 or SHA-256 hash. Its zero value names nothing.
type ID = gitpack.OID

// Kind is an object's type.
type Kind = gitpack.Type

// The kinds of objects.
const (
	Commit = gitpack.Commit
	Tree   = gitpack.Tree
	Blob   = gitpack.Blob
	Tag    = gitpack.Tag
)

// Mode is the mode of a tree entry.
type Mode = gitpack.Mode

// Entry is an entry of a tree. Its name aliases the tree's bytes.
type Entry = gitpack.TreeEntry

// ErrMissing is returned for an object that the database does not have: that of
// a partial or shallow clone, or of a damaged one.
var ErrMissing = gitpack.ErrNotFound

// ReasonOf returns why an object was not read: because it is not here, or because what
// is here is not an object.
func ReasonOf(err error) finding.Reason {
	var file *fs.PathError
	r := finding.ReasonOf(err)
	switch {
	case errors.Is(err, gitpack.ErrNotFound):
		r.Code = finding.Missing
	case errors.Is(err, gitpack.ErrTooLarge):
		r.Code = finding.OverBudget
	case r.Code == finding.Unreadable && !errors.As(err, &file):
		r.Code = finding.Corrupt
	}
	return r
}

// ParseID takes the hexadecimal form of a hash. It is false for anything else
// and for the all-zero hash, which git writes for "no object".
func ParseID[T string | []byte](text T) (ID, bool) {
	if len(text) != 40 && len(text) != 64 {
		return ID{}, false
	}
	id, err := gitpack.ParseOID(string(text))
	return id, err == nil && !id.IsZero()
}

// Short returns as much of an ID's hexadecimal form as a person needs.
func Short(id ID) string { return id.String()[:12] }

// Object is an object that [Database.Walk] came by. It is valid until visit
// returns.
type Object struct {
	ID   ID
	Kind Kind
	Size int64 // of the content, in bytes
	// Data is the content, valid until visit returns. It is nil for a blob too
	// large to hold, which Open then reads.
	Data []byte
	Open func() (io.ReadCloser, error)

	// Base is what visit returned for the object that this one is stored as a
	// delta of, and Segments the way from there to here; see [gitpack.Object].
	Base     any
	Segments []Segment

	Number int // see [Database.Number]; negative if it has none
	Worker int // which of the walk's goroutines calls, from 0 on
}

// Segment is a piece of an object: Len bytes at Dst, copied from Src of the
// base or, if Src is negative, its own.
type Segment = gitpack.Segment

// Problem is something that a walk could not read.
type Problem struct {
	Where string // the file, from the objects directory on
	ID    ID     // the object; zero if that is not known
	Err   error
}

// Options say how to read a database.
type Options struct {
	// Further are more objects directories, as that of a push not yet accepted.
	Further []string
	// MaxMemory bounds, in bytes, what is held of objects at a time: 1 GiB if zero.
	// Packs that are mapped into memory do not count.
	MaxMemory int64
}

// Database holds the objects of a repository and of its alternates. Its methods
// may be called concurrently.
type Database struct {
	repo *gitpack.Repo
	walk int64 // memory for the objects of a walk
	hold int64 // the size up to which a blob is held in memory; larger ones stream
}

// Blobs up to maxHold bytes are held in memory, if there is enough of it; and to
// look up trees and commits there always has to be enough for leastRead.
const (
	maxHold   = 32 << 20
	leastRead = 16 << 20
)

// Open opens the objects of the repository whose git directory is dir.
func Open(dir string, o Options) (*Database, error) {
	if o.MaxMemory <= 0 {
		o.MaxMemory = 1 << 30
	}
	repo, err := gitpack.Open(dir, gitpack.Options{
		ObjectDirs: o.Further,
		CacheSize:  min(32<<20, o.MaxMemory/32),
		ReadLimit:  max(leastRead, o.MaxMemory/16),
	})
	if err != nil {
		return nil, fmt.Errorf("open object database: %w", err)
	}
	return &Database{repo, o.MaxMemory / 2, min(maxHold, o.MaxMemory/32)}, nil
}

// WalkOptions say what of a database to go through. The zero value is all of it.
type WalkOptions struct {
	Workers int    // goroutines that visit; at least 1
	Kinds   []Kind // all kinds if there are none
	// Skip leaves objects out, if set. It is asked once for each, by one goroutine
	// for the packed ones and by any worker for the others.
	Skip func(ID) bool
}

// Walk hands every object to visit once, from several goroutines at once. What
// visit returns is shown with the objects that are deltas of this one. What
// cannot be read is told to problem, by one goroutine at a time, and does not end
// the walk.
func (d *Database) Walk(ctx context.Context, o WalkOptions, visit func(*Object) any, problem func(Problem)) error {
	if len(o.Kinds) == 0 {
		o.Kinds = []Kind{Commit, Tree, Blob, Tag}
	}
	o.Workers = max(1, o.Workers)
	walk := gitpack.WalkOptions{Workers: o.Workers, MaxMemory: min(d.walk, int64(o.Workers)*4*d.hold), BlobLimit: d.hold, Types: gitpack.Mask(o.Kinds...)}
	if o.Skip != nil {
		walk.Select = func(id ID) bool { return !o.Skip(id) }
	}
	return d.repo.Walk(ctx, walk, newVisitor(d, o.Workers, visit, problem))
}

// EachCommit calls visit with all commits, from several goroutines at once: with
// those of the commit-graph if there is one, which may lack the latest and has
// only trees, parents and dates of committing, and else with all there are. What
// cannot be read is left out.
func (d *Database) EachCommit(ctx context.Context, workers int, visit func(ID, *CommitData)) error {
	if g, err := d.repo.CommitGraph(); err == nil && g != nil {
		defer func() { _ = g.Close() }() // it was only read
		if eachInGraph(g, visit) == nil {
			return nil
		}
	}
	return d.Walk(ctx, WalkOptions{Workers: workers, Kinds: []Kind{Commit}}, func(o *Object) any {
		if c, err := ParseCommit(o.Data); err == nil {
			visit(o.ID, &c)
		}
		return nil
	}, func(Problem) {})
}

func eachInGraph(g *gitpack.CommitGraph, visit func(ID, *CommitData)) error {
	var c gitpack.GraphCommit
	for pos := range uint32(g.Len()) {
		id, err := g.OID(pos)
		if err == nil {
			err = g.Commit(pos, &c)
		}
		if err != nil {
			return err
		}
		data := CommitData{Tree: c.Tree, Committer: Signature{When: time.Unix(c.Time, 0).UTC()}}
		for _, p := range c.Parents {
			parent, err := g.OID(p)
			if err != nil {
				return err
			}
			data.Parents = append(data.Parents, parent)
		}
		visit(id, &data)
	}
	return nil
}

// WithPrefix returns the objects whose hexadecimal names begin with prefix. It
// looks at all names, but at no content.
func (d *Database) WithPrefix(ctx context.Context, prefix string) ([]ID, error) {
	var mu sync.Mutex
	var found []ID
	collect := func(id ID) bool {
		if strings.HasPrefix(id.String(), prefix) {
			mu.Lock()
			defer mu.Unlock()
			found = append(found, id)
		}
		return false // the name is all that is asked for
	}
	nothing := newVisitor(d, 1, func(*Object) any { return nil }, func(Problem) {})
	err := d.repo.Walk(ctx, gitpack.WalkOptions{Workers: 1, Types: gitpack.Mask(Commit, Tree, Blob, Tag), Select: collect}, nothing)
	slices.SortFunc(found, ID.Compare)
	return slices.Compact(found), err
}

// visitor turns what gitpack shows into what the sources see.
type visitor struct {
	db      *Database
	visit   func(*Object) any
	problem func(Problem)
	shown   []*Object // one for each worker, used again and again
}

func newVisitor(d *Database, workers int, visit func(*Object) any, problem func(Problem)) *visitor {
	v := &visitor{db: d, visit: visit, problem: problem}
	for range workers {
		v.shown = append(v.shown, new(Object))
	}
	return v
}

// Visit implements [gitpack.Visitor].
func (v *visitor) Visit(o *gitpack.Object) (any, error) {
	own := v.shown[o.Worker]
	*own = Object{
		ID: o.OID, Kind: o.Type, Size: o.Size, Data: o.Data,
		Base: o.Base, Segments: o.Segments, Number: o.Number, Worker: o.Worker,
	}
	switch {
	case o.Data == nil && o.Stream != nil:
		own.Open = v.once(o.OID, o.Stream)
	case o.Data == nil:
		own.Data = []byte{}
	}
	return v.visit(own), nil
}

// once gives out the stream at hand, and to who asks again a new one.
func (v *visitor) once(id ID, stream io.Reader) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		if r := stream; r != nil {
			stream = nil
			return io.NopCloser(r), nil
		}
		return v.db.Open(id)
	}
}

// Problem implements [gitpack.Visitor].
func (v *visitor) Problem(p gitpack.Problem) {
	where := p.Where
	if i := strings.LastIndex(where, "objects/"); i >= 0 {
		where = where[i:]
	}
	v.problem(Problem{Where: where, ID: p.OID, Err: p.Err})
}

// Read returns an object's content, or an error that wraps ErrMissing.
func (d *Database) Read(id ID) (Kind, []byte, error) {
	kind, data, err := d.repo.Read(id)
	if errors.Is(err, ErrMissing) && IsEmptyTree(id) {
		return Tree, nil, nil
	}
	return kind, data, err
}

// IsEmptyTree reports whether an object is the tree without entries. Git knows it without
// having it: commits may name it in a repository that does not hold it.
func IsEmptyTree(id ID) bool {
	switch id.String() {
	case "4b825dc642cb6eb9a060e54bf8d69288fbee4904", "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321":
		return true
	}
	return false
}

// Size returns the size of an object's content without reading it all.
func (d *Database) Size(id ID) (int64, error) {
	_, size, err := d.repo.Stat(id)
	return size, err
}

// Has reports whether the database has an object; it may still be damaged.
func (d *Database) Has(id ID) bool { return d.repo.Has(id) || IsEmptyTree(id) }

// PackBytes is the size of all packs together.
func (d *Database) PackBytes() int64 { return d.repo.PackBytes() }

// Numbers returns how many numbers objects have: all numbers are below it.
func (d *Database) Numbers() int { return d.repo.Numbers() }

// Number returns the number of an object; false if it has none, being loose or
// not here at all.
func (d *Database) Number(id ID) (int, bool) { return d.repo.Number(id) }

// Named returns the object that has a number.
func (d *Database) Named(n int) ID { return d.repo.Named(n) }

// Open streams the content of an object.
func (d *Database) Open(id ID) (io.ReadCloser, error) {
	_, _, content, err := d.repo.Stream(id)
	return content, err
}

// IDSize is the length of the database's hashes in bytes: 20 or 32.
func (d *Database) IDSize() int { return d.repo.HashLen() }

// Close releases the files. Nothing of the database may be in use.
func (d *Database) Close() error { return d.repo.Close() }

// Stamp writes what tells the objects of the repository whose git directory is dir
// from what they were or will be, see [gitpack.Stamp].
func Stamp(w io.Writer, dir string) error { return gitpack.Stamp(w, dir, gitpack.Options{}) }
