package scanner

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/charset"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// collector is what a source hands its blobs to: it runs the engine over each
// and remembers hits by rule and value. Blobs without hits leave no trace.
type collector struct {
	ctx        context.Context // that of the scan
	detectors  *detect.Set
	documents  extract.Reader     // nil: documents are read as they are
	scans      chan *documentScan // that are not in use
	aside      *aside
	exhaustive bool
	progress   *Progress    // of all that is scanned, for whoever watches
	counts     Progress     // of this scan
	remembered atomic.Int64 // blobs that an earlier scan examined

	mu         sync.Mutex
	values     map[valueKey]*value
	blobs      []source.ID
	failures   map[source.ID][]failure // why contents without a path were not read whole
	unexamined []finding.Unexamined
	seen       map[finding.Unexamined]bool
	weak       int // hits below detect.Report that were kept
	forgotten  int // and that were not
}

// maxWeak bounds the weak hits that are kept in case something confirms them. A
// log of some gigabytes holds millions of numbers; at 350 bytes for one that
// occurs once, these take 70 MB.
const maxWeak = 200_000

// valueKey is what makes two hits the same finding.
type valueKey struct {
	rule  *finding.Rule
	value string
}

// value is a rule's value and every spot where it stands.
type value struct {
	valueKey
	best    detect.Match // the most confident hit, without its place
	spots   []spot
	allowed int // spots that a mark in the text allows; they are not in spots
	finding *finding.Finding
}

// spot is a place in a blob. It is kept small: a value in ten thousand versions
// of a file has ten thousand of them until the newest are chosen. For a blob
// that was scanned by what is new in it, the line is found out only then.
type spot struct {
	blob           int32 // index into collector.blobs
	line, col, end int32 // 0 if not known yet
	offset         int64
	length         int32
	sure           uint8   // confidence in percent
	in             *within // nil unless it stands in a document

	exempt func(path, commit string) bool // see detect.Match; nil for nearly all
}

func newCollector(ctx context.Context, o Options) *collector {
	c := &collector{
		ctx:        ctx,
		detectors:  o.Detectors,
		documents:  o.Documents,
		scans:      make(chan *documentScan, 2*max(1, o.Jobs)),
		aside:      newAside(o.Jobs),
		exhaustive: o.Exhaustive,
		progress:   o.Progress,
		values:     map[valueKey]*value{},
		failures:   map[source.ID][]failure{},
		seen:       map[finding.Unexamined]bool{},
	}
	if c.progress == nil {
		c.progress = &Progress{}
	}
	return c
}

// Blob implements source.Visitor: it runs the engine over what a blob holds, if it
// is a document, and else over the content as it is. What people edit as a text is
// examined both ways. Documents are read beside the walk as far as there is room.
func (c *collector) Blob(b *source.Blob) {
	x := &examination{c: c, blob: b}
	var doc *extract.Extractor
	x.guarded(func() (bool, error) {
		doc = c.claimant(b)
		return true, nil
	})
	if doc == nil || doc.Text {
		x.guarded(x.plain)
	}
	if doc == nil || x.guarded(func() (bool, error) { return x.shown(doc), nil }) {
		x.end()
		return
	}
	read := func() {
		if !x.guarded(x.document) && !doc.Text {
			x.guarded(x.plain)
		}
		x.end()
	}
	if size := int64(len(b.Data)); size > 0 && c.aside.reserve(size) {
		x.detach()
		c.aside.do(size, read)
		return
	}
	read()
}

// examination is the look at one blob.
type examination struct {
	c    *collector
	blob *source.Blob
	size int64
	hits []hit
}

// detach copies what is the walk's, so that the look can go on when the walk has
// gone on.
func (x *examination) detach() {
	b := *x.blob
	b.Data = bytes.Clone(b.Data)
	b.Base, b.Segments, b.Traced = nil, nil, false
	x.blob = &b
}

// guarded has a part of the look done, and reports whether it settles the blob. A
// detector that panics costs this blob, not the scan.
func (x *examination) guarded(look func() (bool, error)) (done bool) {
	defer func() {
		if p := recover(); p != nil {
			x.c.failed(x.blob, failure{why: finding.Failed.Because("internal error while matching: %s", panicked(p))})
			done = false
		}
	}()
	done, err := look()
	if err != nil {
		x.c.failed(x.blob, failure{why: finding.ReasonOf(err)})
	}
	return done
}

// end keeps what was found.
func (x *examination) end() {
	x.c.count(1, max(x.size, x.blob.Size, int64(len(x.blob.Data))))
	if len(x.hits) > 0 {
		x.c.keep(x.blob.ID, plainFirst(x.hits))
		return
	}
	x.c.mu.Lock()
	clean := x.blob.Clean // a failure has taken it away
	x.c.mu.Unlock()
	if clean != nil {
		clean()
	}
}

// plainFirst drops what an extractor found of values that the file shows as it
// stands: those have lines that an editor opens.
func plainFirst(hits []hit) []hit {
	plain := map[valueKey]bool{}
	for _, h := range hits {
		if h.in == nil && h.Confidence >= detect.Report {
			plain[valueKey{h.Rule, h.Value}] = true
		}
	}
	if len(plain) == 0 {
		return hits
	}
	return slices.DeleteFunc(hits, func(h hit) bool { return h.in != nil && plain[valueKey{h.Rule, h.Value}] })
}

// plain runs the engine over a content as it is.
func (x *examination) plain() (done bool, err error) {
	b, emit := x.blob, func(h detect.Hit) { x.hits = append(x.hits, hit{Hit: h}) }
	if b.Data != nil || b.Open == nil {
		e := charset.Detect(b.Data)
		x.c.scan(b, e.Bytes(b.Data), x.c.textOf(b, e), emit)
		return true, nil
	}
	r, err := b.Open()
	if err != nil {
		return false, err
	}
	defer r.Close()
	x.size, err = x.c.stream(b, r, emit)
	return true, err
}

// scanWhole examines a text in memory.
func (c *collector) scanWhole(b *source.Blob, text []byte, emit func(detect.Hit)) {
	e := charset.Detect(text)
	c.detectors.Scan(e.Bytes(text), c.textOf(b, e), emit)
}

// scan examines a content in memory: only what is new in it, if the source knows
// what it was made from.
func (c *collector) scan(b *source.Blob, text []byte, how detect.Text, emit func(detect.Hit)) {
	base, _ := b.Base.(*detect.Trace)
	switch {
	case !b.Traced || c.exhaustive:
		c.detectors.Scan(text, how, emit)
	case base != nil && b.Segments != nil:
		b.Trace = c.detectors.ScanDelta(text, how, base, b.Segments, emit)
	default:
		b.Trace = c.detectors.ScanTraced(text, how, emit)
	}
}

// stream examines a content of any length in constant memory.
func (c *collector) stream(b *source.Blob, r io.Reader, emit func(detect.Hit)) (int64, error) {
	counted := &counter{r: r}
	buffered := bufio.NewReaderSize(counted, 64<<10)
	head, err := buffered.Peek(charset.Sniff)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	e := charset.Detect(head)
	_, err = c.detectors.Stream(e.Reader(buffered), c.textOf(b, e), emit)
	return counted.n, err
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// textOf says how a text of a blob is to be read, and has it told if a detector gives up.
func (c *collector) textOf(b *source.Blob, e charset.Encoding) detect.Text {
	how, told := textOf(e), false
	how.GaveUp = func(reason string) {
		if !told {
			told = true
			c.failed(b, failure{why: finding.OverBudget.Because("%s", reason)})
		}
	}
	return how
}

func textOf(e charset.Encoding) detect.Text {
	return detect.Text{Binary: e == charset.Binary, Units: e.Units()}
}

// panicked says what went wrong without the values that panics may carry.
func panicked(p any) string {
	if err, ok := p.(runtime.Error); ok {
		return err.Error() // indexes and types, no content
	}
	return fmt.Sprintf("%T", p)
}

func (c *collector) keep(id source.ID, hits []hit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	blob := int32(len(c.blobs))
	c.blobs = append(c.blobs, id)
	for _, h := range hits {
		key := valueKey{h.Rule, h.Value}
		v := c.values[key]
		if h.Confidence < detect.Report && !c.remember(v) {
			continue
		}
		if v == nil {
			v = &value{valueKey: key}
			c.values[key] = v
		}
		if h.Allowed {
			v.allowed++
			continue
		}
		if v.best.Rule == nil || h.Surer(&v.best) {
			v.best = h.Match
		}
		v.spots = append(v.spots, spotOf(blob, &h))
	}
}

func spotOf(blob int32, h *hit) spot {
	return spot{
		blob: blob,
		line: int32(h.Line), col: int32(h.Column), end: int32(h.EndColumn),
		offset: h.Offset, length: int32(h.End - h.Start),
		sure:   uint8(100 * h.Confidence),
		in:     h.in,
		exempt: h.Exempt,
	}
}

// remember decides whether a weak hit is kept: always for a value that is found
// with confidence already, else while there is room.
func (c *collector) remember(v *value) bool {
	switch {
	case v != nil && v.best.Confidence >= detect.Report:
		return true
	case c.weak < maxWeak:
		c.weak++
		return true
	}
	c.forgotten++
	return false
}

// Unexamined implements source.Visitor. The same row is kept once.
func (c *collector) Unexamined(path string, why finding.Reason) {
	c.unread(finding.NotExamined(path, "", why))
}

func (c *collector) unread(row finding.Unexamined) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.seen[row] {
		c.seen[row] = true
		c.unexamined = append(c.unexamined, row)
	}
}

// failure is why a content was not read whole, and where in it.
type failure struct {
	place string
	why   finding.Reason
}

// failed notes that a blob was not read whole. Where the source does not know yet
// where it stands, that is asked later, see tellFailures.
func (c *collector) failed(b *source.Blob, f failure) {
	c.mu.Lock()
	b.Clean = nil // a document's text may be streamed by a goroutine of its own
	if b.Path == "" {
		c.failures[b.ID] = append(c.failures[b.ID], f)
	}
	c.mu.Unlock()
	if b.Path != "" {
		c.unread(finding.NotExamined(b.Path, f.place, f.why))
	}
}

// count counts contents that were examined.
func (c *collector) count(blobs, bytes int64) {
	for _, p := range []*Progress{&c.counts, c.progress} {
		p.Blobs.Add(blobs)
		p.Bytes.Add(bytes)
	}
}

// Count implements source.Visitor.
func (c *collector) Count(commits, files int64) {
	for _, p := range []*Progress{&c.counts, c.progress} {
		p.Commits.Add(commits)
		p.Files.Add(files)
	}
}

// Remembered implements source.Visitor. What an earlier scan has examined counts like
// what this one does.
func (c *collector) Remembered(blobs, bytes int64) {
	c.count(blobs, bytes)
	c.remembered.Add(blobs)
}

func (c *collector) stats() finding.Stats {
	return finding.Stats{
		Blobs:   c.counts.Blobs.Load(),
		Bytes:   c.counts.Bytes.Load(),
		Commits: c.counts.Commits.Load(),
		Files:   c.counts.Files.Load(),

		Remembered: c.remembered.Load(),
	}
}
