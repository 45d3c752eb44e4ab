package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/scanner/detect"
	detectors "github.com/deputy-sec/deputy/scanner/detect/all"
	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/charset"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/run"
)

// extractOptions are the flags of extract, as given.
type extractOptions struct {
	showSecrets bool
	documents   run.Documents
}

func newExtract() *cobra.Command {
	var o extractOptions
	cmd := &cobra.Command{
		Use:   "extract FILE...",
		Short: "Print what scan sees in a document",
		Long: `Prints the text that scan sees in PDFs, office files, archives, pictures and
other documents, a line each, behind the place where it stands. Use it to check
why a value in a document was found, or was not.

Secrets are masked as in a report, unless --show-secrets. What could not be read
goes to standard error.

Exit codes: 0 it was printed; 2 a file is no document or could not be read; 3 a
part of it could not be read.`,
		Example: `  deputy extract deck.pptx
  deputy extract backup.tar.gz | grep -n account`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.BoolVar(&o.showSecrets, "show-secrets", false, "print the values that scan would report")
	documentFlags(f, &o.documents)
	return cmd
}

func (o *extractOptions) run(ctx context.Context, files []string, out, errs io.Writer) error {
	reader, done, err := o.documents.Reader(1)
	if err != nil {
		return err
	}
	defer done()
	p := &extractPrinter{out: bufio.NewWriter(out), errs: errs, named: len(files) > 1}
	if !o.showSecrets {
		p.detectors = detect.NewSet(detectors.Detectors()...)
	}
	for _, file := range files {
		if err := p.file(ctx, reader, file); err != nil {
			return errors.Join(err, p.out.Flush())
		}
	}
	if err := p.out.Flush(); err != nil {
		return err
	}
	if p.unexamined {
		return verdict(exitUnexamined)
	}
	return nil
}

// extractPrinter prints documents as they are read. It is a sink.
type extractPrinter struct {
	out        *bufio.Writer
	errs       io.Writer
	named      bool        // lines begin with the file's name
	detectors  *detect.Set // nil: nothing is masked
	path       string
	unexamined bool

	origin extract.Origin
	text   []byte
	places []extractPlace
}

// extractPlace says where the text from an offset on stands.
type extractPlace struct {
	offset int
	place  string
}

func (p *extractPrinter) file(ctx context.Context, reader extract.Reader, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	p.path = path
	err = reader.Extract(ctx, extract.FromReader(path, f), p)
	p.flush()
	switch {
	case errors.Is(err, extract.ErrOtherFormat):
		return fmt.Errorf("%s: not a document that deputy knows; scan reads it as it is", path)
	case err != nil && ctx.Err() == nil:
		p.Unexamined(extract.Origin{}, "", finding.ReasonOf(err))
	}
	return ctx.Err()
}

// Begin implements extract.Sink.
func (p *extractPrinter) Begin(o extract.Origin) {
	p.flush()
	p.origin = o
	p.Place("")
}

// Place implements extract.Sink.
func (p *extractPrinter) Place(place string) {
	p.places = append(p.places, extractPlace{len(p.text), place})
}

// maxHeld is how much of a text is masked and printed at a time. A value is
// masked by what stands around it, which is not seen over that border.
const maxHeld = 64 << 20

// Write implements extract.Sink.
func (p *extractPrinter) Write(text []byte) (int, error) {
	p.text = append(p.text, text...)
	if len(p.text) > maxHeld {
		last := p.places[len(p.places)-1].place
		p.flush()
		p.Place(last)
	}
	return len(text), nil
}

// Unexamined implements extract.Sink.
func (p *extractPrinter) Unexamined(at extract.Origin, place string, why finding.Reason) {
	p.unexamined = true
	where := label(append([]string{p.path}, at.Inside...), place, false)
	_, _ = fmt.Fprintf(p.errs, "deputy: not examined: %s: %s\n", where, report.Printable(why.Detail))
}

// flush prints the text so far.
func (p *extractPrinter) flush() {
	text, places := readable(p.text, p.places)
	masks := p.masks(text)
	for i, at := range places {
		end := len(text)
		if i+1 < len(places) {
			end = places[i+1].offset
		}
		p.print(label(p.way(), at.place, p.origin.OCR), masked(text, at.offset, end, masks))
	}
	p.text, p.places = p.text[:0], p.places[:0]
}

// way returns what lines begin with, before the place.
func (p *extractPrinter) way() []string {
	if p.named {
		return append([]string{p.path}, p.origin.Inside...)
	}
	return p.origin.Inside
}

func (p *extractPrinter) print(where string, text []byte) {
	if where != "" {
		where += ": "
	}
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			_, _ = fmt.Fprintf(p.out, "%s%s\n", where, printableCells(string(line))) // Flush tells
		}
	}
}

// printableCells is Printable for a line that parts its cells by tabs.
func printableCells(line string) string {
	cells := strings.Split(line, "\t")
	for i, c := range cells {
		cells[i] = report.Printable(c)
	}
	return strings.Join(cells, "\t")
}

// readable returns a text as the engine reads it: what is a file in another
// encoding decoded, what is binary as its printable runs. Such files stand at
// one place.
func readable(text []byte, places []extractPlace) ([]byte, []extractPlace) {
	e := charset.Detect(text)
	switch {
	case e == charset.Binary:
		text = printableRuns(text)
	case e != charset.ASCII:
		text = e.Bytes(text)
	default:
		return text, places
	}
	return text, places[:min(1, len(places))]
}

// minRun is the shortest printable run worth a line.
const minRun = 6

func printableRuns(text []byte) []byte {
	var out []byte
	for run := range bytes.FieldsFuncSeq(text, func(r rune) bool { return r < ' ' && r != '\t' || r >= 0x7f }) {
		if len(run) >= minRun {
			out = append(append(out, run...), '\n')
		}
	}
	return out
}

// mask replaces a piece of a text.
type mask struct {
	start, end int
	text       string
}

// masks returns what hides the values that scan would report, in order and
// without overlap.
func (p *extractPrinter) masks(text []byte) []mask {
	if p.detectors == nil {
		return nil
	}
	var out []mask
	p.detectors.Scan(text, detect.Text{}, func(h detect.Hit) {
		start := int(h.Offset)
		if h.Confidence < detect.Report || h.Class == finding.Sample || len(out) > 0 && start < out[len(out)-1].end {
			return
		}
		out = append(out, mask{start, start + h.End - h.Start, h.Secret().Mask()})
	})
	return out
}

// masked returns text[from:to] with its masks in place. A value that began
// before from is left out: it was masked there.
func masked(text []byte, from, to int, masks []mask) []byte {
	i := sort.Search(len(masks), func(i int) bool { return masks[i].end > from })
	if i == len(masks) || masks[i].start >= to {
		return text[from:to]
	}
	var out []byte
	for ; i < len(masks) && masks[i].start < to; i++ {
		m := masks[i]
		if m.start >= from {
			out = append(append(out, text[from:m.start]...), m.text...)
		}
		from = min(m.end, to)
	}
	return append(out, text[from:to]...)
}

// label says where a text stands: the way to it, and the place.
func label(way []string, place string, ocr bool) string {
	out := strings.Join(way, " › ")
	if place != "" {
		out = strings.TrimPrefix(out+", "+place, ", ")
	}
	if ocr {
		out = strings.TrimPrefix(out+" (read off the picture)", " ")
	}
	return report.Printable(out)
}
