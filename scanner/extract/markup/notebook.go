package markup

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/extract"
)

// newNotebook reads Jupyter notebooks of format 4 and 3
// (https://nbformat.readthedocs.io).
func newNotebook() *extract.Extractor {
	return &extract.Extractor{
		Name: "notebook", Text: true,
		Claims: func(head []byte) bool {
			head = bytes.TrimLeft(head, " \t\r\n")
			return bytes.HasPrefix(head, []byte("{")) &&
				(bytes.Contains(head, []byte(`"cell_type"`)) || bytes.Contains(head, []byte(`"nbformat"`)))
		},
		Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
			data, err := doc.Bytes()
			if err != nil {
				return err
			}
			return cells(data, out)
		},
	}
}

// text is a string, or a list of the lines of one.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(raw []byte) error {
	var lines []string
	if json.Unmarshal(raw, &lines) == nil {
		*t = text(strings.Join(lines, ""))
		return nil
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*t = text(s)
		return nil
	}
	*t = text(raw) // a plot's JSON, say
	return nil
}

type cell struct {
	Source, Input text
	Outputs       []output
	Attachments   map[string]map[string]text
}

type output struct {
	Text, HTML text
	PNG, JPEG  text // of format 3
	Data       map[string]text
	Traceback  text
}

type notebook struct {
	Cells      []cell
	Worksheets []struct{ Cells []cell } // of format 3
}

func cells(data []byte, out *extract.Output) error {
	var nb notebook
	if err := json.Unmarshal(data, &nb); err != nil {
		return fmt.Errorf("%w: not JSON", extract.ErrDamaged)
	}
	all := nb.Cells
	for _, sheet := range nb.Worksheets {
		all = append(all, sheet.Cells...)
	}
	for i, c := range all {
		if err := c.write(numbered("cell", i+1), out); err != nil {
			return err
		}
	}
	return out.Err()
}

func (c *cell) write(place string, out *extract.Output) error {
	if err := say(place, c.Source+c.Input, out); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(c.Attachments)) {
		if err := media(place+", attachment", c.Attachments[name], out); err != nil {
			return err
		}
	}
	for _, o := range c.Outputs {
		if err := o.write(place+", output", out); err != nil {
			return err
		}
	}
	return nil
}

func (o *output) write(place string, out *extract.Output) error {
	if err := say(place, o.Text+o.Traceback, out); err != nil {
		return err
	}
	data := o.Data
	if data == nil {
		data = map[string]text{"text/html": o.HTML, "image/png": o.PNG, "image/jpeg": o.JPEG}
	}
	return media(place, data, out)
}

func say(place string, t text, out *extract.Output) error {
	if t == "" {
		return nil
	}
	out.Begin("")
	out.Place(place)
	_, err := out.WriteString(clean(string(t)) + "\n")
	return err
}

func clean(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\ufffd")
}

// media writes what is shown in several forms, by their media types.
func media(place string, forms map[string]text, out *extract.Output) error {
	for _, kind := range slices.Sorted(maps.Keys(forms)) {
		value := forms[kind]
		var err error
		switch {
		case value == "":
		case kind == "text/html" || kind == "image/svg+xml":
			out.Begin("")
			out.Place(place)
			w := &writer{out: out}
			err = w.page([]byte(value))
		case strings.HasPrefix(kind, "text/"), strings.HasSuffix(kind, "json"):
			err = say(place, value, out)
		default:
			if content, ok := decode64(string(value)); ok {
				err = out.EmbedBytes("", place, content)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
