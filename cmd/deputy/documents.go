package main

import (
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/all"
	"github.com/deputy-sec/deputy/scanner/extract/isolate"
	"github.com/deputy-sec/deputy/scanner/extract/ocr"
)

// documentOptions are the flags that say how documents are read.
type documentOptions struct {
	off    bool
	ocr    string
	time   time.Duration
	memory size
	text   size
	whole  size
	parts  int
	depth  int
	pixels int64
}

func (o *documentOptions) flags(f *pflag.FlagSet) {
	d := extract.Defaults()
	o.memory, o.text, o.whole = size(d.Memory), size(d.Text), size(d.Whole)
	f.StringVar(&o.ocr, "ocr", "auto", "read pictures: `auto` (if tesseract is installed), off or require")
	f.DurationVar(&o.time, "max-document-time", d.Time, "how long one document may take, with all that lies in it")
	f.Var(&o.memory, "max-document-memory", "how much memory reading one document may take")
	f.Var(&o.text, "max-document-text", "how much text to take from one document")
	f.Var(&o.whole, "max-document-size", "largest document of a format that has to be held in memory")
	f.IntVar(&o.parts, "max-document-parts", d.Parts, "how many parts of one document to open")
	f.IntVar(&o.depth, "max-document-depth", d.Depth, "how deep to look for documents in documents")
	f.Int64Var(&o.pixels, "max-pixels", d.Pixels, "largest picture to read, in pixels")
}

// reader returns what reads documents, and what ends it; a nil reader if
// documents are not to be read.
func (o *documentOptions) reader(jobs int) (extract.Reader, func(), error) {
	if o.off {
		return nil, func() {}, nil
	}
	limits, err := o.limits()
	if err != nil {
		return nil, nil, err
	}
	if limits.OCR == extract.OCRRequire {
		if err := ocr.Available(); err != nil {
			return nil, nil, fmt.Errorf("--ocr require: %w", err)
		}
	}
	pool := isolate.NewPool(all.Extractors(), limits, jobs)
	return pool, pool.Close, nil
}

func (o *documentOptions) limits() (extract.Limits, error) {
	ocr, ok := map[string]extract.OCR{"auto": extract.OCRAuto, "off": extract.OCROff, "require": extract.OCRRequire}[o.ocr]
	if !ok {
		return extract.Limits{}, fmt.Errorf("unknown --ocr %q: want auto, off or require", o.ocr)
	}
	l := extract.Limits{
		Text: int64(o.text), Whole: int64(o.whole), Memory: int64(o.memory), Time: o.time,
		Parts: o.parts, Depth: o.depth, Pixels: o.pixels, OCR: ocr,
	}
	if l.Text <= 0 || l.Whole <= 0 || l.Memory <= 0 || l.Time <= 0 || l.Parts <= 0 || l.Depth <= 0 || l.Pixels <= 0 {
		return extract.Limits{}, fmt.Errorf("a --max-… of documents is not positive; use --no-documents to leave them out")
	}
	return l, nil
}
