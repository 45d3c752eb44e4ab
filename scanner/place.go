package scanner

import (
	"cmp"
	"context"
	"io"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/extract/charset"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// place finds the lines of spots that were found without, by reading their
// blobs once more. There are few: one version of each file with a finding.
func place(ctx context.Context, unplaced map[int32][]*spot, c *collector, src source.Source, jobs int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, jobs))
	for blob, spots := range unplaced {
		g.Go(func() error {
			if err := placeIn(src, c.blobs[blob], spots); err != nil {
				c.Unexamined("", finding.ReasonOf(err).In("the lines of a finding are not known"))
			}
			return ctx.Err()
		})
	}
	return g.Wait()
}

func placeIn(src source.Source, id source.ID, spots []*spot) error {
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
	slices.SortFunc(spots, func(a, b *spot) int { return cmp.Compare(a.offset, b.offset) })
	spans := make([]detect.Span, len(spots))
	for i, s := range spots {
		spans[i] = detect.Span{Start: s.offset, End: s.offset + int64(s.length)}
	}
	for i, p := range textOf(e).Positions(e.Bytes(data), spans) {
		spots[i].line, spots[i].col, spots[i].end = int32(p.Line), int32(p.Column), int32(p.EndColumn)
	}
	return nil
}
