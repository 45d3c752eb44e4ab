// Package collect turns contents into hits: it is the visitor that a source hands its
// contents to. Each is read as it stands, as a document, or both; the engine looks at
// what comes out; and hits are kept by rule and value. What comes of them is decided in
// scanner/resolve, when all contents have been seen.
package collect

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/deputy-sec/deputy/internal/names"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// Collection is what a source hands its blobs to: it runs the engine over each
// and remembers hits by rule and value. Blobs without hits leave no trace.
type Collection struct {
	ctx         context.Context // that of the scan
	detectors   *detect.Set
	documents   extract.Reader     // nil: documents are read as they are
	scans       chan *documentScan // that are not in use
	queue       *queue
	exhaustive  bool
	noMarks     bool
	names       func([]byte) bool
	encodedDocs encodedDocs
	late        context.Context // ends when no more contents are looked at
	skipped     atomic.Int64    // that came after it
	progress    *Progress       // of all that is scanned, for whoever watches
	counts      Progress        // of this scan
	remembered  atomic.Int64    // blobs that an earlier scan examined

	mu         sync.Mutex
	values     map[Key]*Value
	contents   []source.ID
	failures   map[source.ID][]Failure // why contents without a path were not read whole
	unexamined []finding.Unexamined
	seen       map[finding.Unexamined]bool
	weak       int // hits below detect.Report that were kept
	forgotten  int // and that were not
}

// maxWeak bounds the weak hits that are kept in case something confirms them. A
// log of some gigabytes holds millions of numbers; at 350 bytes for one that
// occurs once, these take 70 MB.
const maxWeak = 200_000

// Options say how contents are looked at.
type Options struct {
	Detectors  *detect.Set
	Documents  extract.Reader         // reads PDFs, office files, archives …; nil: they are searched as they are
	Jobs       int                    // contents that wait for nobody else; at least 1
	Late       context.Context        // ends when no more contents are to be looked at; nil: never
	Exhaustive bool                   // match every content in full, also where only a part is new
	Progress   *Progress              // of all that is scanned, for whoever watches; may be nil
	NoMarks    bool                   // marks in texts allow nothing
	Names      func(name []byte) bool // which names of members are looked at; nil: those that may hold an identifier
}

// New returns a collection that has seen nothing. The context is that of the scan.
func New(ctx context.Context, o Options) *Collection {
	c := &Collection{
		ctx:        ctx,
		detectors:  o.Detectors,
		documents:  o.Documents,
		scans:      make(chan *documentScan, 2*max(1, o.Jobs)),
		queue:      newQueue(o.Jobs),
		exhaustive: o.Exhaustive,
		noMarks:    o.NoMarks,
		names:      o.Names,
		progress:   o.Progress,
		late:       o.Late,
		values:     map[Key]*Value{},
		failures:   map[source.ID][]Failure{},
		seen:       map[finding.Unexamined]bool{},
	}
	if c.late == nil {
		c.late = ctx
	}
	if c.names == nil {
		c.names = names.Worth
	}
	if c.progress == nil {
		c.progress = &Progress{}
	}
	return c
}

// Unexamined implements source.Visitor.
func (c *Collection) Unexamined(path string, why finding.Reason) {
	c.Unread(finding.NotExamined(path, "", why))
}

// Unread adds a row for what was not examined. The same row is kept once.
func (c *Collection) Unread(row finding.Unexamined) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.seen[row] {
		c.seen[row] = true
		c.unexamined = append(c.unexamined, row)
	}
}

// Failure is why a content was not read whole, and where in it.
type Failure struct {
	Place string // in a document
	Why   finding.Reason
}

// failed notes that a blob was not read whole. Where the source does not know yet
// where it stands, that is asked later, see [Collection.Failures].
func (c *Collection) failed(b *source.Blob, f Failure) {
	c.mu.Lock()
	b.Clean = nil // a document's text may be streamed by a goroutine of its own
	if b.Path == "" {
		c.failures[b.ID] = append(c.failures[b.ID], f)
	}
	c.mu.Unlock()
	if b.Path != "" {
		c.Unread(finding.NotExamined(b.Path, f.Place, f.Why))
	}
}

// count counts contents that were examined.
func (c *Collection) count(blobs, bytes int64) {
	for _, p := range []*Progress{&c.counts, c.progress} {
		p.Blobs.Add(blobs)
		p.Bytes.Add(bytes)
	}
}

// Count implements source.Visitor.
func (c *Collection) Count(commits, files int64) {
	for _, p := range []*Progress{&c.counts, c.progress} {
		p.Commits.Add(commits)
		p.Files.Add(files)
	}
}

// Remembered implements source.Visitor. What an earlier scan has examined counts like
// what this one does.
func (c *Collection) Remembered(blobs, bytes int64) {
	c.count(blobs, bytes)
	c.remembered.Add(blobs)
}

// Stats returns what was examined so far.
func (c *Collection) Stats() finding.Stats {
	return finding.Stats{
		Blobs:   c.counts.Blobs.Load(),
		Bytes:   c.counts.Bytes.Load(),
		Commits: c.counts.Commits.Load(),
		Files:   c.counts.Files.Load(),

		Remembered: c.remembered.Load(),
	}
}

// Skipped returns how many contents came too late to be looked at.
func (c *Collection) Skipped() int64 { return c.skipped.Load() }

// tooLate reports whether a content comes when no more are looked at.
func (c *Collection) tooLate() bool {
	if c.late.Err() == nil {
		return false
	}
	c.skipped.Add(1)
	return true
}

// Wait returns when every content that was handed over has been looked at. What follows
// is asked after it.
func (c *Collection) Wait() { c.queue.wait() }

// Values returns what was found, in no order.
func (c *Collection) Values() map[Key]*Value { return c.values }

// Content returns the content that occurrences count from 0 on.
func (c *Collection) Content(n int32) source.ID { return c.contents[n] }

// Failures returns why contents were not read whole that came without a path.
func (c *Collection) Failures() map[source.ID][]Failure { return c.failures }

// Rows returns what was not examined.
func (c *Collection) Rows() []finding.Unexamined { return c.unexamined }

// Forgotten returns how many weak hits there was no room for, and how many there was.
func (c *Collection) Forgotten() (forgotten, kept int) { return c.forgotten, maxWeak }
