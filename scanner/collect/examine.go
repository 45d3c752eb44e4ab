package collect

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/charset"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// Blob implements source.Visitor: it runs the engine over what a blob holds, if it
// is a document, and else over the content as it is. What people edit as a text is
// examined both ways. Documents are read beside the walk as far as there is room.
func (c *Collection) Blob(b *source.Blob) {
	if c.tooLate() {
		return
	}
	x := &examination{c: c, blob: b}
	if b.StandIn.Code != "" {
		c.failed(b, Failure{Why: b.StandIn})
	}
	var doc *extract.Extractor
	x.guarded(func() (bool, error) {
		doc = c.claimant(b)
		return true, nil
	})
	x.claimed = readsWhole(doc)
	if doc == nil || doc.Text || doc.ClaimsBehind != nil {
		x.guarded(x.plain)
	}
	if doc == nil {
		doc = x.behind
	}
	read := x.end
	if doc == nil || x.guarded(func() (bool, error) { return x.inline(doc), nil }) {
		if len(x.encoded) == 0 {
			x.end()
			return
		}
	} else {
		read = func() {
			if c.tooLate() { // it has waited for its turn
				return
			}
			if !x.guarded(x.document) && !doc.Text && doc.ClaimsBehind == nil {
				x.guarded(x.plain)
			}
			x.end()
		}
	}
	if size := int64(len(b.Data)); size > 0 && c.queue.reserve(size) {
		x.detach()
		c.queue.Go(size, read)
		return
	}
	read()
}

// examination is the look at one blob.
type examination struct {
	c    *Collection
	blob *source.Blob
	size int64
	hits []hit

	claimed bool               // an extractor reads the content, with the documents in it
	encoded []encodedAt        // documents that are to be read yet
	behind  *extract.Extractor // reads what stands behind a content that was matched as a stream
}

// readsWhole reports whether an extractor reads a content with the documents in it.
func readsWhole(doc *extract.Extractor) bool { return doc != nil && !doc.Beside }

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
			x.c.failed(x.blob, Failure{Why: finding.Failed.Because("internal error while matching: %s", panicked(p))})
			done = false
		}
	}()
	done, err := look()
	if err != nil {
		x.c.failed(x.blob, Failure{Why: finding.ReasonOf(err)})
	}
	return done
}

// end keeps what was found.
func (x *examination) end() {
	x.guarded(func() (bool, error) { x.encodedDocuments(); return true, nil })
	x.c.count(1, max(x.size, x.blob.Size, int64(len(x.blob.Data))))
	if len(x.hits) > 0 {
		x.hits = plainFirst(x.hits)
		if x.blob.Before != nil {
			x.hits = x.added()
		}
		if len(x.hits) > 0 {
			x.c.keep(x.blob.ID, x.hits)
		}
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
// stands: those have lines that an editor opens. And it drops what was decoded of values that
// an extractor found: it says better where they stand.
func plainFirst(hits []hit) []hit {
	plain, extracted := map[Key]bool{}, map[Key]bool{}
	for _, h := range hits {
		switch {
		case h.Confidence < detect.Report:
		case h.in == nil:
			plain[Key{h.Rule, h.Value}] = true
		case !h.in.InText:
			extracted[Key{h.Rule, h.Value}] = true
		}
	}
	if len(plain)+len(extracted) == 0 {
		return hits
	}
	return slices.DeleteFunc(hits, func(h hit) bool {
		key := Key{h.Rule, h.Value}
		return h.in != nil && (plain[key] && !h.in.InText || extracted[key] && h.in.InText && !plain[key])
	})
}

// plain runs the engine over a content as it is.
func (x *examination) plain() (done bool, err error) {
	b := x.blob
	if b.Data != nil || b.Open == nil {
		e := charset.Detect(b.Data)
		how := x.c.textOf(b, e)
		if x.claimed {
			how.Embeds = nil
		}
		x.c.scan(b, e.Bytes(b.Data), how, x.emit)
		return true, nil
	}
	r, err := b.Open()
	if err != nil {
		return false, err
	}
	defer r.Close()
	if x.claimed || x.c.documents == nil {
		x.size, err = x.c.stream(b, r, x.emit)
		return true, err
	}
	watch := extract.Watch{Claims: x.c.documents.ClaimsBehind}
	x.size, err = x.c.stream(b, io.TeeReader(r, &watch), x.emit)
	if err == nil {
		x.behind = watch.End()
	}
	return true, err
}

// scanWhole examines a text in memory.
func (c *Collection) scanWhole(b *source.Blob, text []byte, emit func(detect.Hit)) {
	e := charset.Detect(text)
	c.detectors.Scan(e.Bytes(text), c.textOf(b, e), emit)
}

// scan examines a content in memory: only what is new in it, if the source knows
// what it was made from.
func (c *Collection) scan(b *source.Blob, text []byte, how detect.Text, emit func(detect.Hit)) {
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
func (c *Collection) stream(b *source.Blob, r io.Reader, emit func(detect.Hit)) (int64, error) {
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
func (c *Collection) textOf(b *source.Blob, e charset.Encoding) detect.Text {
	how, told := TextOf(e), false
	if c.documents != nil {
		how.Embeds = c.embeds
	}
	how.GaveUp = func(reason string) {
		if !told {
			told = true
			c.failed(b, Failure{Why: finding.OverBudget.Because("%s", reason)})
		}
	}
	return how
}

// TextOf says how the engine reads a text of an encoding.
func TextOf(e charset.Encoding) detect.Text {
	return detect.Text{Binary: e == charset.Binary, Units: e.Units()}
}

// panicked says what went wrong without the values that panics may carry.
func panicked(p any) string {
	if err, ok := p.(runtime.Error); ok {
		return err.Error() // indexes and types, no content
	}
	return fmt.Sprintf("%T", p)
}
