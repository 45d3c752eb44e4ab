package collect

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	"github.com/deputy-sec/deputy/internal/names"
	"github.com/deputy-sec/deputy/internal/opaque"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// hit is a match and, if it was found in what an extractor wrote, where a person
// finds it in the document.
type hit struct {
	detect.Hit
	in *Within
}

// Within is a place in a document. Hits at one place share it.
type Within struct {
	Inside []string // the way into it, outermost first
	Place  string   // as a person says it; "" if the document has none
	InText bool     // it lies encoded in a text file, of which lines and columns are
}

// ocrDoubt is what a value loses in confidence because it was read off a picture:
// a digit may be another one.
const ocrDoubt = 0.9

// claimant returns whose a content is, nil if it is no document. Reading a content
// that cannot be read will say why.
func (c *Collection) claimant(b *source.Blob) *extract.Extractor {
	head := headOf(b)
	if by := opaque.Sealed(head); by != "" {
		c.failed(b, Failure{Why: finding.Encrypted.Because("encrypted with %s", by)})
	}
	if c.documents == nil {
		return nil
	}
	e := c.documents.Claims(head)
	switch whole := b.Data != nil || b.Open == nil; {
	case whole && e == nil:
		return c.documents.ClaimsBehind(head, b.Data, true)
	case whole && e.Text && e.NeedsExtraction != nil && e.InlineText == nil && !e.NeedsExtraction(b.Data):
		return nil
	}
	return e
}

// headOf returns how a content begins.
func headOf(b *source.Blob) []byte {
	if b.Data != nil || b.Open == nil {
		return b.Data[:min(len(b.Data), extract.Sniff)]
	}
	r, err := b.Open()
	if err != nil {
		return nil
	}
	defer r.Close()
	return extract.FromReader("", r).Head(extract.Sniff)
}

// document extracts what a content holds and runs the engine over that. It reports
// whether the content was a document and all of it was read.
func (x *examination) document() (done bool, err error) {
	doc, closer, err := documentOf(x.blob)
	if err != nil {
		return false, err
	}
	defer closer.Close()
	s := x.newDocumentScan()
	defer s.release()
	err = x.c.documents.Extract(x.c.late, doc, s)
	s.finish()
	s.tellPictures()
	switch {
	case err != nil && x.c.ctx.Err() == nil && x.c.late.Err() != nil:
		return true, finding.OverTime.Because("the time for the whole target ran out")
	case errors.Is(err, extract.ErrOtherFormat):
		return false, nil
	case x.c.ctx.Err() != nil:
		return true, nil // the scan is over
	}
	return err == nil, err
}

// inline runs the engine over the text of a content that can be read at once. It reports
// whether it can be.
func (x *examination) inline(doc *extract.Extractor) bool {
	if doc.InlineText == nil || x.blob.Data == nil {
		return false
	}
	s := x.newDocumentScan()
	defer s.release()
	s.Begin(extract.Origin{})
	text, ok := doc.InlineText(s.text[:0], x.blob.Data)
	if ok {
		s.text, s.length = text, int64(len(text))
		s.finish()
	}
	return ok
}

func (x *examination) newDocumentScan() *documentScan {
	var s *documentScan
	select {
	case s = <-x.c.scans:
	default:
		s = &documentScan{}
	}
	s.c, s.blob, s.emit = x.c, x.blob, x.take
	return s
}

// release keeps the room for texts, unless it is larger than usual, for the next
// document.
func (s *documentScan) release() {
	if cap(s.text)+cap(s.names)+cap(s.marks)*16 > 2*longText {
		return
	}
	c := s.c
	*s = documentScan{text: s.text[:0], marks: s.marks[:0], names: s.names[:0]}
	select {
	case c.scans <- s:
	default:
	}
}

func documentOf(b *source.Blob) (*extract.Document, io.Closer, error) {
	if b.Data != nil || b.Open == nil {
		return extract.FromBytes(b.Path, b.Data), io.NopCloser(nil), nil
	}
	r, err := b.Open()
	if err != nil {
		return nil, nil, err
	}
	return extract.FromReader(b.Path, r), r, nil
}

// documentScan runs the engine over the texts of one document. It is the sink
// that the extractors write to.
type documentScan struct {
	c    *Collection
	blob *source.Blob
	emit func(hit)

	origin extract.Origin
	marks  []mark // of the text so far, in order
	names  []byte // of the places that marks are for, one behind the other
	text   []byte
	length int64   // of the text, also if it is not held
	before int64   // where this text begins if all texts are put one behind the other
	long   *stream // of a text too long to hold

	members map[string]bool // whose names were looked at

	pictures map[finding.Reason]*unreadPictures // that are not read, by why
}

// unreadPictures are the pictures in a document that were not read for one reason.
type unreadPictures struct {
	place string // of the first one
	n     int
}

// mark says that the text from an offset on stands at a place. A sheet has one
// for each of its cells, so it is small.
type mark struct {
	offset     int64
	start, end uint32 // of the place's name in documentScan.names
}

// longText is how much of a text is held before it is streamed.
const longText = 1 << 20

// Begin implements extract.Sink.
func (s *documentScan) Begin(o extract.Origin) {
	s.finish()
	s.origin = o
	s.Place("")
	s.member(o.Inside)
}

// member looks at the name of a member, once however many lie in a folder of that name.
func (s *documentScan) member(inside []string) {
	if len(inside) == 0 {
		return
	}
	way := strings.Join(inside[:len(inside)-1], "\x00") + "\x00"
	names.Each(inside[len(inside)-1], s.c.names, func(upTo string, whole bool) {
		if s.members[way+upTo] || len(s.members) > maxMembers {
			return
		}
		if s.members == nil {
			s.members = map[string]bool{}
		}
		s.members[way+upTo] = true
		at := &Within{Inside: append(slices.Clone(inside[:len(inside)-1]), upTo), Place: "folder name"}
		if whole {
			at.Place = "file name"
		}
		s.c.detectors.Scan([]byte(upTo), detect.Text{}, func(h detect.Hit) {
			h.Offset += s.before
			s.emit(hit{h, at})
		})
		s.before += int64(len(upTo)) + detect.Before
	})
}

// maxMembers bounds the names of members that are looked at.
const maxMembers = 1 << 16

// Place implements extract.Sink.
func (s *documentScan) Place(place string) {
	if len(s.names)+len(place) > maxNames {
		return // the place before goes on: better than none
	}
	start := uint32(len(s.names))
	s.names = append(s.names, place...)
	m := mark{s.length, start, uint32(len(s.names))}
	if n := len(s.marks); n > 0 && s.marks[n-1].offset == s.length {
		s.marks[n-1] = m
		return
	}
	s.marks = append(s.marks, m)
}

// maxNames bounds what is held of the places of one text.
const maxNames = 256 << 20

// Write implements extract.Sink.
func (s *documentScan) Write(text []byte) (int, error) {
	n := len(text)
	s.length += int64(n)
	if s.long == nil {
		s.text = append(s.text, text...)
		if len(s.text) <= longText {
			return n, nil
		}
		s.long = s.c.startStream(s.blob)
		text, s.text = s.text, s.text[:0]
	}
	_, _ = s.long.Write(text) // what goes wrong is reported when this text ends, and the next one is examined
	return n, nil
}

// Unexamined implements extract.Sink.
func (s *documentScan) Unexamined(at extract.Origin, place string, why finding.Reason) {
	s.member(at.Inside) // an archive that is encrypted may still show its names
	where := strings.Join(at.Inside, " › ")
	if where != "" && place != "" {
		where += ", "
	}
	if why.Code != finding.OCROff && why.Code != finding.NeedsOCR {
		s.c.failed(s.blob, Failure{where + place, why})
		return
	}
	p := s.pictures[why]
	if p == nil {
		if s.pictures == nil {
			s.pictures = map[finding.Reason]*unreadPictures{}
		}
		p = &unreadPictures{place: where + place}
		s.pictures[why] = p
	}
	p.n++
}

// tellPictures tells of the pictures that were not read: once a document, which may be a book of
// thousands.
func (s *documentScan) tellPictures() {
	for why, p := range s.pictures {
		if p.n > 1 {
			why.Detail = fmt.Sprintf("%s (%d pictures, of which this is the first)", why.Detail, p.n)
		}
		s.c.failed(s.blob, Failure{p.place, why})
	}
}

// finish examines the text that ends.
func (s *documentScan) finish() {
	switch {
	case s.long != nil:
		hits, err := s.long.end()
		for _, h := range hits {
			s.found(h)
		}
		if err != nil {
			s.Unexamined(s.origin, "", finding.ReasonOf(err))
		}
		s.long = nil
	case len(s.text) > 0:
		s.c.scanWhole(s.blob, s.text, s.found)
	}
	s.before += s.length + detect.Before // nothing in one text is near anything in another
	s.text, s.marks, s.names, s.length = s.text[:0], s.marks[:0], s.names[:0], 0
}

func (s *documentScan) found(h detect.Hit) {
	if s.origin.OCR {
		h.Confidence *= ocrDoubt
		h.Evidence = append(slices.Clone(h.Evidence), "read off a picture, so characters may be wrong")
	}
	in := s.at(h.Offset)
	if h.Inside != nil {
		in.Inside = slices.Concat(in.Inside, h.Inside)
	}
	h.Offset += s.before
	s.emit(hit{h, in})
}

// at returns the place of an offset in the text.
func (s *documentScan) at(offset int64) *Within {
	i := sort.Search(len(s.marks), func(i int) bool { return s.marks[i].offset > offset })
	if i == 0 {
		return &Within{Inside: s.origin.Inside}
	}
	m := s.marks[i-1]
	return &Within{Inside: s.origin.Inside, Place: string(s.names[m.start:m.end])}
}

// stream examines a text while it is written.
type stream struct {
	*io.PipeWriter
	hits []detect.Hit
	err  error
	done chan struct{}
}

func (c *Collection) startStream(b *source.Blob) *stream {
	r, w := io.Pipe()
	s := &stream{PipeWriter: w, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		defer func() {
			if p := recover(); p != nil {
				s.err = finding.Failed.Because("internal error while matching: %s", panicked(p))
				r.CloseWithError(s.err)
			}
		}()
		_, s.err = c.stream(b, r, func(h detect.Hit) { s.hits = append(s.hits, h) })
		r.CloseWithError(io.ErrClosedPipe)
	}()
	return s
}

func (s *stream) end() ([]detect.Hit, error) {
	_ = s.PipeWriter.Close() // never fails
	<-s.done
	return s.hits, s.err
}
