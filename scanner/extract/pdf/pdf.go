package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/pdf/content"
	"github.com/deputy-sec/deputy/scanner/extract/pdf/object"
)

// New returns the extractor of PDF documents and of form data (FDF).
func New() *extract.Extractor {
	return &extract.Extractor{Name: "PDF", Claims: claims, Extract: read}
}

// headerWithin is how far from its beginning readers look for a file's header.
const headerWithin = 1024

// claims tells a PDF by its header. What stands before it must not look like
// text, or every text that speaks of PDF would be one.
func claims(head []byte) bool {
	for _, mark := range []string{"%PDF-", "%FDF-", "%!PS-Adobe-3.0 PDF-"} {
		i := bytes.Index(head[:min(len(head), headerWithin)], []byte(mark))
		if i == 0 || i > 0 && (len(bytes.Trim(head[:i], "\r\n\t \x00\xef\xbb\xbf")) == 0 || notText(head[:i]) || bytes.Contains(head[i:], []byte(" obj"))) {
			return true
		}
	}
	return false
}

func notText(b []byte) bool {
	for _, c := range b {
		if c < '\t' || c > '\r' && c < ' ' {
			return true
		}
	}
	return false
}

// What one document may cost. An object takes some dozen bytes of memory, a step
// some dozen nanoseconds.
const (
	maxObjects = 8 << 20
	maxStream  = 96 << 20
	maxDecoded = 1 << 30
	maxSteps   = 64 << 20
)

func read(_ context.Context, doc *extract.Document, out *extract.Output) error {
	data, err := doc.Bytes()
	if err != nil {
		return err
	}
	file, err := object.Open(data, object.Budget{Objects: maxObjects, Stream: maxStream, Decoded: maxDecoded})
	switch {
	case errors.Is(err, object.ErrEncrypted):
		return extract.ErrEncrypted
	case errors.Is(err, object.ErrNoObjects) && !bytes.HasPrefix(data, []byte("%PDF-")):
		return extract.ErrOtherFormat
	case err != nil:
		return fmt.Errorf("%w: %w", extract.ErrDamaged, err)
	}
	r := newReader(file, out)
	if err := r.run(); err != nil {
		return err
	}
	if r.wrote == 0 {
		if err := r.secondOpinion(data); err != nil {
			return err
		}
	}
	return r.verdict(data)
}

// reader reads one document.
type reader struct {
	file   *object.File
	out    *extract.Output
	runner *content.Runner
	pages  []*page
	marks  marks
	used   map[*object.Stream]bool // whose content was shown
	wrote  int                     // bytes of text
	second []piece                 // what reads otherwise by object than by geometry
	images []picture
	told   map[string]bool // unexamined already told
	merged object.Dict     // the resources of all pages
}

// piece is text at a place.
type piece struct{ place, text string }

func newReader(file *object.File, out *extract.Output) *reader {
	r := &reader{file: file, out: out, used: map[*object.Stream]bool{}, told: map[string]bool{}}
	r.runner = &content.Runner{
		File: file, Steps: maxSteps, Stop: out.Err,
		Ran: func(s *object.Stream) { r.used[s] = true },
	}
	return r
}

// run writes the document's texts: the pages as they look, the pages as they
// were written where that differs, and what no page shows. Documents inside come
// last, since a text ends where one begins.
func (r *reader) run() error {
	r.marks = markAll(r.file)
	r.findPages()
	for _, step := range []func() error{r.showPages, r.showSecond, r.showHidden, r.showStreams, r.embedFiles, r.embedImages} {
		if err := step(); err != nil {
			return err
		}
		if err := r.out.Err(); err != nil {
			return err
		}
	}
	return nil
}

// write writes a piece of the text that is open.
func (r *reader) write(p piece) error {
	if p.text == "" {
		return nil
	}
	r.out.Place(p.place)
	r.wrote += len(p.text)
	_, err := r.out.WriteString(p.text)
	return err
}

// unexamined reports once what was not read.
func (r *reader) unexamined(place string, why error) {
	if key := place + "\n" + why.Error(); !r.told[key] {
		r.told[key] = true
		r.out.Unexamined("", place, why)
	}
}

// undecoded tells that a stream could not be decoded, or not to its end.
func (r *reader) undecoded(place string, err error) {
	switch {
	case err == nil:
	case errors.Is(err, object.ErrBudget), errors.Is(err, content.ErrBudget):
		r.unexamined(place, err)
	default:
		r.unexamined(place, fmt.Errorf("%w: %w", extract.ErrDamaged, err))
	}
}

// verdict says what is wrong with the document as a whole.
func (r *reader) verdict(data []byte) error {
	const tail = 64 << 10
	end := data[max(0, len(data)-tail):]
	switch {
	case r.file.Truncated:
		return &extract.OverBudget{Limit: fmt.Sprintf("more than %d objects", maxObjects)}
	case r.file.Lost > 0:
		return fmt.Errorf("%w: %d of its object streams", extract.ErrDamaged, r.file.Lost)
	case len(r.pages) == 0 && r.wrote == 0 && len(r.images) == 0:
		return fmt.Errorf("%w: no page found", extract.ErrDamaged)
	case !bytes.Contains(end, []byte("%%EOF")) && !bytes.Contains(end, []byte("startxref")) && !bytes.HasPrefix(data, []byte("%FDF")):
		return fmt.Errorf("%w: its end is missing", extract.ErrDamaged)
	}
	return nil
}
