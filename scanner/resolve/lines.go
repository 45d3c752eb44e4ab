package resolve

import (
	"cmp"
	"context"
	"io"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/deputy-sec/deputy/scanner/collect"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/extract/charset"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// findLines finds the lines of occurrences that were found without, by reading their
// contents once more. There are few: one version of each file with a finding.
func findLines(ctx context.Context, unlined map[int32][]*collect.Occurrence, c *collect.Collection, src source.Source, jobs int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, jobs))
	for blob, occurrences := range unlined {
		g.Go(func() error {
			if err := findLinesIn(src, c.Content(blob), occurrences); err != nil {
				c.Unexamined("", finding.ReasonOf(err).In("the lines of a finding are not known"))
			}
			return ctx.Err()
		})
	}
	return g.Wait()
}

func findLinesIn(src source.Source, id source.ID, occurrences []*collect.Occurrence) error {
	r, err := src.Open(id)
	if err != nil {
		return err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	e := charset.Detect(data)
	slices.SortFunc(occurrences, func(a, b *collect.Occurrence) int { return cmp.Compare(a.Offset, b.Offset) })
	spans := make([]detect.Span, len(occurrences))
	for i, s := range occurrences {
		spans[i] = detect.Span{Start: s.Offset, End: s.Offset + int64(s.Length)}
	}
	for i, p := range collect.TextOf(e).Positions(e.Bytes(data), spans) {
		occurrences[i].Line, occurrences[i].Column, occurrences[i].End = int32(p.Line), int32(p.Column), int32(p.EndColumn)
	}
	return nil
}
