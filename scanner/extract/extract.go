// Package extract turns documents into text: bytes in, text out, and with every
// piece of it the place where a person would look for it. Its rooms each know
// one family of formats; none of them knows where a document came from or what
// is searched in it.
//
// A document may hold documents: a deck holds a workbook, an archive a PDF.
// An extractor hands such parts to [Output.Embed], which finds their extractor,
// and all of them draw on the one budget of the document that they lie in.
package extract

import (
	"context"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// Sniff is how many bytes of a content [Extractor.Claims] sees, if there are as
// many.
const Sniff = 4 << 10

// Extractor reads the documents of one family of formats.
type Extractor struct {
	// Name is what a person calls the format: "PDF", "Office document".
	Name string
	// Text says that the documents are text files that people edit, so that
	// they are matched as they stand, too, with the lines that an editor shows.
	Text bool
	// Beside says that what is extracted of a text stands beside it: the documents that lie
	// encoded in the text are found as in any other one, and not by this extractor.
	Beside bool
	// NeedsExtraction tells of a whole content that is matched as it stands, too, whether there
	// may be more in it than that. If it is nil there always may.
	NeedsExtraction func(data []byte) bool
	// Claims tells from the beginning of a content whether it may be such a
	// document. It is asked about every content there is, so it compares a few
	// bytes. The content decides; a file's name proves nothing.
	Claims func(head []byte) bool
	// ClaimsBehind tells of a content whose beginning says something else, or nothing, whether
	// such a document stands behind that: from the beginning and a piece of the content, in
	// which the document begins, or which is the last one and ends as it does. Nil is false
	// for all. What it claims is matched as it stands, too. Of contents that somebody claims by
	// their beginning it is asked only if AlsoBehind is set.
	ClaimsBehind func(head, piece []byte, last bool) bool
	AlsoBehind   bool
	// InlineText appends the text of a whole content to text, in the process that asks and at
	// once: for formats that need neither limits nor walls. It is false for a content that
	// needs them, of which it is to be extracted then. Nil is false for all.
	InlineText func(text, content []byte) ([]byte, bool)
	// Extract writes what the document holds to out. It stops when out returns
	// an error and passes that on. Another error says why the document was not
	// read, or not to its end: what was written until then counts. Its message
	// is shown to people and holds nothing of the content. [ErrOtherFormat]
	// says that the document belongs to somebody else.
	Extract func(ctx context.Context, doc *Document, out *Output) error
}

// What extractors say of documents that they cannot read.
var (
	ErrOtherFormat error = finding.Damaged.Because("not in the format that its beginning says")
	ErrEncrypted   error = finding.Encrypted.Because("encrypted")
	ErrDamaged     error = finding.Damaged.Because("damaged")
	ErrUnsupported error = finding.Unsupported.Because("not supported")
)

// ErrCut says that the source of a document failed before its end.
var ErrCut error = finding.Unreadable.Because("the rest could not be read")

// Origin is what a text was read from.
type Origin struct {
	Inside []string // the way from the document into its parts, outermost first; empty for the document itself
	OCR    bool     // read off a picture, so that characters may be wrong
}

// Sink receives what documents hold: texts one after the other, each in pieces.
// It is called from one goroutine.
type Sink interface {
	// Begin says that a new text begins: nothing in it is context for the one
	// before.
	Begin(Origin)
	// Place says where what follows in this text stands, as a person says it:
	// "page 3", "slide 7, notes". A text begins at the place "".
	Place(place string)
	// Write takes the next piece of the text: UTF-8 if an extractor wrote it,
	// the bytes of a file if no extractor reads it. The slice is not kept.
	Write(text []byte) (int, error)
	// Unexamined says that a part was not read, or not to its end, and why.
	Unexamined(at Origin, place string, why finding.Reason)
}

// Reader extracts documents somewhere: in this process or in others.
type Reader interface {
	// Claims returns an extractor that may read a content that begins with
	// head, or nil.
	Claims(head []byte) *Extractor
	// ClaimsBehind returns an extractor for what stands behind that beginning, or nil: see
	// [Extractor.ClaimsBehind].
	ClaimsBehind(head, piece []byte, last bool) *Extractor
	// Extract writes what the document holds to sink. An error says why it was
	// not read, or not to its end.
	Extract(ctx context.Context, doc *Document, sink Sink) error
}

// InProcess returns a Reader that extracts where it is called. A document that
// eats memory or does not end takes the process with it, so it serves tests and
// processes that are made to be killed.
func InProcess(extractors []*Extractor, limits Limits) Reader {
	return &inProcess{extractors, limits}
}

type inProcess struct {
	extractors []*Extractor
	limits     Limits
}

func (p *inProcess) Claims(head []byte) *Extractor { return claimant(p.extractors, head) }

func (p *inProcess) ClaimsBehind(head, piece []byte, last bool) *Extractor {
	return ClaimantBehind(p.extractors, head, piece, last)
}

func (p *inProcess) Extract(ctx context.Context, doc *Document, sink Sink) error {
	b := &budget{Limits: p.limits}
	out := &Output{ctx: ctx, sink: sink, extractors: p.extractors, budget: b}
	err := out.extract(doc)
	if b.spent != nil {
		return b.spent
	}
	return err
}

func claimant(extractors []*Extractor, head []byte) *Extractor {
	for _, e := range extractors {
		if e.Claims(head) {
			return e
		}
	}
	return nil
}
