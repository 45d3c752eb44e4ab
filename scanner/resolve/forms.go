package resolve

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/deputy-sec/deputy/scanner/collect"
	"github.com/deputy-sec/deputy/scanner/extract/charset"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// maxForms bounds the forms that are kept of one value.
const maxForms = 64

// writtenForms finds out how values stand in contents, in every version of every file. What
// stands in documents has no form there. It reads all contents with findings once more,
// which only who rewrites them needs.
func writtenForms(ctx context.Context, values []*value, c *collect.Collection, src source.Source, jobs int) error {
	type occurrence struct {
		*value
		offset, length int64
	}
	byContent := map[int32][]occurrence{}
	for _, v := range values {
		for i := range v.Occurrences {
			if o := &v.Occurrences[i]; o.In == nil {
				byContent[o.Content] = append(byContent[o.Content], occurrence{v, o.Offset, int64(o.Length)})
			}
		}
	}
	var mu sync.Mutex
	forms := map[*value]map[string]bool{} // by text: whether a binary content holds it
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(1, jobs))
	for content, all := range byContent {
		g.Go(func() error {
			text, binary, err := readForm(src, c.Content(content))
			if err != nil {
				c.Unexamined("", finding.ReasonOf(err).In("how a finding is written is not known"))
				return ctx.Err()
			}
			mu.Lock()
			defer mu.Unlock()
			for _, o := range all {
				if end := o.offset + o.length; o.offset >= 0 && end <= int64(len(text)) {
					add(forms, o.value, string(text[o.offset:end]), binary)
				}
			}
			return ctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for v, texts := range forms {
		for text, binary := range texts {
			v.finding.Forms = append(v.finding.Forms, finding.Form{Text: finding.NewSecret(text).Opaque(), Binary: binary})
		}
		slices.SortFunc(v.finding.Forms, func(a, b finding.Form) int { return cmp.Compare(a.Text.Reveal(), b.Text.Reveal()) })
	}
	return nil
}

func add(forms map[*value]map[string]bool, v *value, text string, binary bool) {
	known := forms[v]
	if known == nil {
		known = map[string]bool{}
		forms[v] = known
	}
	if _, ok := known[text]; ok || len(known) < maxForms {
		known[text] = known[text] || binary
	}
}

// readForm reads a content as detectors saw it, and reports whether it holds a NUL.
func readForm(src source.Source, id source.ID) (text []byte, binary bool, err error) {
	r, err := src.Open(id)
	if err != nil {
		return nil, false, err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	return charset.Detect(data).Bytes(data), bytes.IndexByte(data, 0) >= 0, err
}
