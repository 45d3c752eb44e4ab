// Package source says where bytes come from. A [Source] hands out every
// distinct content once, and afterwards says where chosen ones stand: the first
// is asked of everything, the second only of contents with findings.
package source

import (
	"context"
	"errors"
	"io"

	"github.com/deputy-sec/deputy/internal/gitpack"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// ID names a content within its source; equal IDs are equal contents.
type ID string

// Blob is a content to examine.
type Blob struct {
	ID   ID
	Path string // where it stands, if the source knows that already; else ""
	Size int64  // in bytes; -1 if not known
	// Data is the content, valid until Visitor.Blob returns. It is nil for a
	// content too large to hold, which Open then reads.
	Data []byte
	Open func() (io.ReadCloser, error)

	// A source that knows how a content was made from an earlier one says so:
	// Base is what the visitor left in the earlier one's Trace, and Segments the
	// way from there to here, valid like Data. Segments is nil if nothing is
	// known.
	Base     any
	Segments []Segment
	// Traced says that later contents may be made from this one, so that it is
	// worth leaving something in Trace.
	Traced bool
	Trace  any

	// Before tells, if set, what a change made the content from, so that only what
	// is new in it counts: once for each path that the change puts it at. There are
	// none if it was there before as it is. It is asked for contents only in which
	// something was found.
	Before func() ([]Earlier, error)

	// StandIn says, if it has a code, that Data only stands for the content, and why
	// that is not here.
	StandIn finding.Reason

	// Clean is called by the visitor if it has examined the whole content and found
	// nothing at all in it, so that a later scan by the same rules need not be
	// shown it again. It may be called late and by any goroutine. It is nil if
	// nobody wants to know.
	Clean func()
}

// Earlier is what stood at a path before a change. Of a merge there are several
// versions, and what one of them has is not new. Without any all of it is new.
type Earlier struct {
	Versions []func() (io.ReadCloser, error)
}

// Segment is a piece of a content: Len bytes at Dst, copied from Src of the base
// or, if Src is negative, its own. Segments come in order and leave no gap.
type Segment = gitpack.Segment

// Visitor receives what a source finds. Its methods are called from several
// goroutines at once.
type Visitor interface {
	Blob(*Blob)
	// Unexamined says that something was not read, and why.
	Unexamined(path string, why finding.Reason)
	// Count adds to the statistics that only the source knows.
	Count(commits, files int64)
	// Remembered counts contents that an earlier scan has examined, and that are not
	// handed over since they were Clean.
	Remembered(blobs, bytes int64)
}

// Place is where a content stands.
type Place struct {
	ID   ID
	Path string // slash-separated, relative to the target; "" for what is no file
	What string // what it is if no file: "commit message", "author", "tag message"
	// Anchor is what a text is that is no file and belongs to a commit, which may be
	// rewritten: "commit message", "author", "note". "" for all else.
	Anchor string
	Name   bool // the content is the name of what stands there, or of a ref: it has no lines
	Layer  finding.Layer
	// The earliest and the latest commit that put this content at this path.
	First, Last *finding.Commit
	InHead      bool
}

// Source is a place that bytes come from.
type Source interface {
	// Scan hands every distinct content to v, concurrently. What cannot be read
	// is told to v and does not end the scan; an error means that the source as
	// a whole could not be examined.
	Scan(ctx context.Context, v Visitor) error
	// Locate returns every place of the given contents, ordered by path. It is
	// called after Scan has ended.
	Locate(ctx context.Context, ids map[ID]bool) ([]Place, error)
	// Open reads a content again, for what is only worth finding out about a
	// finding. Sources that cannot read twice return an error.
	Open(id ID) (io.ReadCloser, error)
}

// ErrOutOfTime is the cause for which a scan is broken off that has used up its time: where
// things stand is asked all the same, of what the source had come to.
var ErrOutOfTime = errors.New("the time for the whole target ran out")

// Renamer is a source of files that have had other names.
type Renamer interface {
	// RenamedFrom returns all names that a file had before a commit put it at
	// a path, or something since HEAD if there is no commit: files that were gone then and of which
	// this one is a copy, changed or not.
	RenamedFrom(path string, commit *finding.Commit) []string
}

// Delta is a source that may be a change, which may bring nothing.
type Delta interface {
	// Empty says, after a scan, why a change brought nothing to examine, as "nothing
	// staged"; "" if it did, if something of it could not be read, or if the source is
	// no change.
	Empty() string
}
