package markup

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"github.com/deputy-sec/deputy/internal/inflate"
	"github.com/deputy-sec/deputy/scanner/extract"
)

// newDiagram reads draw.io files: pages of XML, compressed and in base64 unless
// their author chose otherwise
// (https://www.drawio.com/doc/faq/diagram-source-edit).
func newDiagram() *extract.Extractor {
	return &extract.Extractor{
		Name: "draw.io diagram", Text: true,
		Claims: func(head []byte) bool {
			return begins(head, "<mxfile", "<mxgraphmodel") || begins(head, "<?xml") && bytes.Contains(head, []byte("<mxfile"))
		},
		Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
			data, err := doc.Bytes()
			if err != nil {
				return err
			}
			return pages(data, out)
		},
	}
}

// pages writes the labels of every page.
func pages(data []byte, out *extract.Output) error {
	z := html.NewTokenizer(bytes.NewReader(data))
	z.SetMaxBuf(maxToken)
	n, inPage := 0, false
	room := leastModel + timesModel*int64(len(data))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out.Err()
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			if string(name) == "diagram" {
				n++
				inPage = true
				title := ""
				for more {
					var key, value []byte
					if key, value, more = z.TagAttr(); string(key) == "name" {
						title = string(value)
					}
				}
				out.Place(pagePlace(n, title))
			}
			if err := label(properties(z, more), out); err != nil {
				return err
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "diagram" {
				inPage = false
			}
		case html.TextToken:
			if text := bytes.TrimSpace(z.Text()); inPage && len(text) > 0 {
				if err := packed(string(text), &room, out); err != nil {
					return err
				}
			}
		}
	}
}

func pagePlace(n int, name string) string {
	if name == "" {
		return numbered("page", n)
	}
	return fmt.Sprintf("page %q", name)
}

// packed writes the labels of a compressed page: base64 of a raw deflate stream
// of URL-encoded XML. room is how many bytes all pages may yet unpack to.
func packed(text string, room *int64, out *extract.Output) error {
	compressed, ok := decode64(text)
	if !ok {
		return nil // no page, a blank between tags
	}
	r := inflate.NewReader(compressed)
	limit := min(*room, out.Limits().Whole, largestPage)
	plain, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		out.Unexamined("", "", fmt.Errorf("%w: a compressed page", extract.ErrDamaged))
	case int64(len(plain)) > limit:
		out.Unexamined("", "", &extract.OverBudget{Limit: "the pages unpack to far more than the document"})
		plain = plain[:limit]
	}
	*room -= int64(len(plain))
	model := string(plain)
	if decoded, err := url.PathUnescape(model); err == nil {
		model = decoded
	}
	z := html.NewTokenizer(strings.NewReader(model))
	z.SetMaxBuf(maxToken)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out.Err()
		case html.StartTagToken, html.SelfClosingTagToken:
			_, more := z.TagName()
			if err := label(properties(z, more), out); err != nil {
				return err
			}
		}
	}
}

// What bounds the pages of a diagram: they are packed to a tenth by what draws them.
const (
	leastModel = 8 << 20
	timesModel = 32

	largestPage = 64 << 20 // of one, which is held in memory more than once
)

// property is an attribute of a shape.
type property struct{ key, value string }

// properties returns what a shape says, in the order in which it says it: all
// attributes but those of its looks.
func properties(z *html.Tokenizer, more bool) (said []property) {
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		if len(value) > 0 && !geometry[string(key)] {
			said = append(said, property{strings.ToValidUTF8(string(key), "\ufffd"), string(value)})
		}
	}
	return said
}

// label writes what a shape says: its label, which is HTML, its tooltip and link,
// and the properties that people give it.
func label(said []property, out *extract.Output) error {
	for _, p := range said {
		w := &writer{out: out, flow: flow{fresh: true}}
		if p.key != "value" && p.key != "label" {
			if _, err := out.WriteString(p.key + ": "); err != nil {
				return err
			}
		}
		if err := w.markup(p.value); err != nil {
			return err
		}
		if _, err := out.WriteString("\n"); err != nil {
			return err
		}
	}
	return nil
}

// geometry are attributes that say how a shape looks and where it stands.
var geometry = set("id style vertex edge parent source target x y width height as relative dx dy grid gridsize guides tooltips connect arrows " +
	"fold page pagescale pagewidth pageheight math shadow host agent version etag modified type collapsed connectable name compressed pages scale border")
