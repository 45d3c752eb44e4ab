// Package objects is the object database of a git repository, as the sources
// need it, and the shapes of the objects in it. [Database] is small on purpose:
// what reads the packs can be replaced without a change elsewhere.
package objects

import (
	"context"
	"errors"
	"io"
)

// Kind is an object's type.
type Kind uint8

// The kinds of objects.
const (
	Commit Kind = iota + 1
	Tree
	Blob
	Tag
)

var kindNames = [...]string{"object", "commit", "tree", "blob", "tag"}

func (k Kind) String() string { return kindNames[k] }

// ErrMissing is returned for an object that the database does not have: that of
// a partial or shallow clone, or of a damaged one.
var ErrMissing = errors.New("object is missing")

// Object is an object that [Database.Walk] came by.
type Object struct {
	ID   ID
	Kind Kind
	Size int64 // of the content, in bytes
	// Data is the content, valid until visit returns. It is nil for a blob too
	// large to hold, which Open then reads.
	Data []byte
	Open func() (io.ReadCloser, error)
}

// Problem is something that a walk could not read.
type Problem struct {
	Where string // "pack/pack-….pack", "object …"
	ID    ID     // the object, if it is one
	Err   error
}

// Database holds the objects of a repository and of its alternates. Its methods
// may be called concurrently.
type Database interface {
	// Walk hands every object to visit once, from up to workers goroutines at
	// once and in no order. What cannot be read is told to problem and does not
	// end the walk.
	Walk(ctx context.Context, workers int, visit func(*Object), problem func(Problem)) error
	// Read returns an object's content, or an error that wraps ErrMissing.
	Read(id ID) (Kind, []byte, error)
	// Size returns the size of an object's content without reading it all.
	Size(id ID) (int64, error)
	Has(id ID) bool
	// Open streams the content of an object.
	Open(id ID) (io.ReadCloser, error)
	// IDSize is the length of the database's hashes in bytes.
	IDSize() int
	Close() error
}
