package extract

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"runtime"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// Output is where an extractor writes what a document holds, and where it hands
// over the documents that lie in it.
type Output struct {
	ctx        context.Context
	sink       Sink
	extractors []*Extractor
	budget     *budget
	inside     []string // the way to the document that is being extracted
	place      string   // of that document in the one around it
	depth      int      // documents around it
	begun      bool
}

// Limits returns what bounds the document, for extractors that can refuse a cost
// before they have it.
func (o *Output) Limits() Limits { return o.budget.Limits }

// Err returns why extraction is to stop, or nil. Loops that write nothing for
// long ask it.
func (o *Output) Err() error {
	if err := o.ctx.Err(); err != nil {
		return err
	}
	return o.budget.spent
}

// Begin begins a text: the document's own if part is "", else that of a part of
// it which has a name of its own, like a file in a zip. Pieces of one text are
// context for each other; what has nothing to do with each other are two texts.
func (o *Output) Begin(part string) { o.begin(part, false) }

// BeginOCR is Begin for text that was read off a picture.
func (o *Output) BeginOCR(part string) { o.begin(part, true) }

func (o *Output) begin(part string, ocr bool) {
	o.begun = true
	o.sink.Begin(Origin{Inside: o.way(part), OCR: ocr})
	if o.place != "" {
		o.sink.Place(o.place)
	}
}

// maxName bounds what a document can make us say of its parts.
const maxName = 1 << 10

func (o *Output) way(part string) []string {
	if part == "" {
		return o.inside
	}
	part = strings.ToValidUTF8(part[:min(len(part), maxName)], "\ufffd")
	return append(slices.Clip(o.inside), part)
}

// Place says where what is written next stands, as a person says it: "page 3",
// "slide 7, notes", `sheet "Costs" cell C12`.
func (o *Output) Place(place string) {
	o.start()
	o.sink.Place(o.at(place))
}

// at puts a place in this document behind the place of this document.
func (o *Output) at(place string) string {
	place = strings.ToValidUTF8(place[:min(len(place), maxName)], "\ufffd")
	switch {
	case o.place == "":
		return place
	case place == "":
		return o.place
	}
	return o.place + ", " + place
}

func (o *Output) start() {
	if !o.begun {
		o.begin("", false)
	}
}

// Write writes the next piece of the text, in UTF-8.
func (o *Output) Write(text []byte) (int, error) {
	if err := o.budget.takeText(len(text)); err != nil {
		return 0, err
	}
	o.start()
	return o.sink.Write(text)
}

// WriteString is Write for a string.
func (o *Output) WriteString(text string) (int, error) { return o.Write([]byte(text)) }

// Unexamined says that something at a place in the document was not read, and
// why: an error that [finding.ReasonOf] has a reason for. It holds nothing of the
// content. What is reported counts as a part, so that a document of nothing but
// mistakes ends like one of nothing but parts.
func (o *Output) Unexamined(part, place string, why error) {
	if o.budget.parts++; o.budget.parts > o.budget.Parts {
		_ = o.budget.takePart() // it says why from now on
		return
	}
	o.sink.Unexamined(Origin{Inside: o.way(part)}, o.at(place), finding.ReasonOf(why))
}

// Claims reports whether there is an extractor for what begins so. Those who
// would pass on bytes that are no text ask it.
func (o *Output) Claims(head []byte) bool {
	return claimant(o.extractors, head[:min(len(head), Sniff)]) != nil
}

// ClaimsBehind is [Reader.ClaimsBehind].
func (o *Output) ClaimsBehind(head, piece []byte, last bool) *Extractor {
	return ClaimantBehind(o.extractors, head, piece, last)
}

// Embed extracts a document that lies in this one: under a name of its own, or
// at a place, or both. What is in no known format is passed on as it is. The
// error says that everything is to stop; what is wrong with the part is reported as
// unexamined and does not concern the document around it.
//
// After it, the document around begins a new text.
func (o *Output) Embed(part, place string, content io.Reader) error {
	return o.embed(part, place, FromReader(part, content))
}

// EmbedBytes is Embed for a part in memory.
func (o *Output) EmbedBytes(part, place string, content []byte) error {
	return o.embed(part, place, FromBytes(part, content))
}

func (o *Output) embed(part, place string, doc *Document) error {
	if err := o.Err(); err != nil {
		return err
	}
	if err := o.budget.takePart(); err != nil {
		return err
	}
	in := &Output{
		ctx: o.ctx, sink: o.sink, extractors: o.extractors, budget: o.budget,
		inside: o.way(part), place: o.at(place), depth: o.depth + 1,
	}
	if in.depth > o.budget.Depth {
		o.Unexamined(part, place, &OverBudget{Limit: fmt.Sprintf("more than %d documents in each other", o.budget.Depth)})
		return nil
	}
	if in.readBefore(doc) {
		return nil
	}
	err := in.extract(doc)
	o.begun = false
	if stop := o.Err(); stop != nil {
		return stop
	}
	if err != nil {
		in.sink.Unexamined(Origin{Inside: in.inside}, in.place, finding.ReasonOf(err))
	}
	return nil
}

// maxCompared bounds the documents that are compared with those read before: there
// may be as many of them in memory as documents lie in each other.
const maxCompared = 8 << 20

// readBefore reports whether a document that lies deep in others is, byte for byte, one
// that was read already. A release that packs up the releases before it, which packed up
// theirs, holds each of them over and over: 2ⁿ readings of n archives, which say nothing
// new. What lies directly in the outermost document is read wherever it lies, since
// somebody has to know each of those places; and what was read with less room below it
// is read again, since of that some parts may have been left out.
func (o *Output) readBefore(doc *Document) bool {
	if o.depth < 2 || !o.Claims(doc.Head(Sniff)) {
		return false
	}
	content, err := doc.BytesUpTo(maxCompared)
	if err != nil { // too large, or damaged, which reading it will tell
		return false
	}
	if o.budget.read == nil {
		o.budget.seed, o.budget.read = maphash.MakeSeed(), map[uint64]int{}
	}
	sum := maphash.Bytes(o.budget.seed, content)
	if depth, ok := o.budget.read[sum]; ok && depth <= o.depth {
		return true
	}
	o.budget.read[sum] = o.depth
	return false
}

// extract finds the extractor of a document and runs it, and that of what stands behind it.
// What nobody claims is passed on as it is, and so is what cannot be read, since its printable
// runs may still tell something.
func (o *Output) extract(doc *Document) error {
	doc.limit = o.budget.Whole
	if why, ok := unreadableBy(doc); ok && o.depth > 0 { // outermost, the scanner knows where the content may be
		o.Unexamined("", "", why)
	}
	claimed, err := o.claimed(doc)
	if stop := o.Err(); stop != nil {
		return stop
	}
	if e := o.claimantBehind(doc, claimed); e != nil {
		return o.behind(e, doc, claimed, err)
	}
	switch {
	case o.depth == 0:
		return err
	case !claimed || errors.Is(err, ErrOtherFormat):
		return o.raw(doc, false)
	case err != nil && doc.whole && !errors.Is(err, ErrEncrypted):
		return errors.Join(err, o.raw(doc, false))
	}
	return err
}

// claimed runs the extractors that claim a document by its beginning, until one reads it.
func (o *Output) claimed(doc *Document) (claimed bool, err error) {
	for _, e := range o.extractors {
		if !e.Claims(doc.Head(Sniff)) {
			continue
		}
		claimed = true
		if e.Text && o.depth > 0 { // outermost, the scanner has it
			if err := o.raw(doc, true); err != nil {
				return true, err
			}
		}
		if err = o.run(e, doc); !errors.Is(err, ErrOtherFormat) {
			return true, err
		}
	}
	return claimed, ErrOtherFormat
}

// mostHeldPart bounds a part that is held to see what stands behind its beginning.
const mostHeldPart = 32 << 20

// claimantBehind returns who claims what stands behind the beginning of a document, if that is
// in memory, can be, or was claimed for that alone.
func (o *Output) claimantBehind(doc *Document, claimed bool) *Extractor {
	head, extractors := doc.Head(Sniff), o.extractors
	switch {
	case claimed && !doc.whole:
		return nil
	case claimed:
		extractors = alsoBehind(extractors)
	case !doc.whole && o.depth > 0 && !mayHoldMore(head):
		return nil
	case !doc.whole:
		limit := doc.limit
		if o.depth > 0 {
			limit = mostHeldPart
		}
		if _, err := doc.BytesUpTo(limit); err != nil {
			return nil // raw tells
		}
	}
	return ClaimantBehind(extractors, head, doc.data, true)
}

// behind reads what stands behind the beginning of a document, of which err was said.
func (o *Output) behind(e *Extractor, doc *Document, claimed bool, err error) error {
	if !claimed && o.depth > 0 {
		if err := o.raw(doc, true); err != nil {
			return err
		}
	}
	switch also := o.run(e, doc); {
	case also == nil && !claimed:
		return nil
	case also != nil && claimed && !errors.Is(err, ErrOtherFormat):
		return errors.Join(err, also)
	case also != nil:
		return also
	}
	return err
}

// run runs an extractor. One that panics costs this document.
func (o *Output) run(e *Extractor, doc *Document) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = finding.Failed.Because("internal error while reading a %s: %s", e.Name, panicked(p))
		}
	}()
	if e.NeedsExtraction != nil {
		if data, err := doc.Bytes(); err == nil && !e.NeedsExtraction(data) {
			return nil
		}
	}
	return e.Extract(o.ctx, doc, o)
}

// raw passes a document on as it is.
func (o *Output) raw(doc *Document, keep bool) error {
	if keep {
		if _, err := doc.Bytes(); err != nil {
			return err
		}
	}
	o.begin("", false)
	content, watch := doc.Reader(), Watch{Claims: o.ClaimsBehind}
	if !doc.whole {
		content = io.TeeReader(content, &watch)
	}
	_, err := io.Copy(o, content)
	o.begun = false
	if err == nil && !doc.whole {
		if e := watch.End(); e != nil {
			o.sink.Unexamined(Origin{Inside: o.inside}, o.place, finding.OverBudget.Because("a %s that is too large to be held in memory", e.Name))
		}
	}
	if err != nil && o.Err() == nil {
		return Unreadable(err)
	}
	return err
}

// panicked says what went wrong without the values that panics may carry.
func panicked(p any) string {
	if err, ok := p.(runtime.Error); ok {
		return err.Error() // indexes and types, no content
	}
	return fmt.Sprintf("%T", p)
}
