package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	second "github.com/ledongthuc/pdf"

	"github.com/deputy-sec/deputy/internal/lazyregexp"
	"github.com/deputy-sec/deputy/scanner/extract/pdf/content"
	"github.com/deputy-sec/deputy/scanner/extract/pdf/object"
)

// secondOpinion asks another reader of objects for the pages of a document in
// which no text was found. Only files that cannot hurt it get there: see
// harmless.
func (r *reader) secondOpinion(data []byte) (err error) {
	if len(r.images) > 0 || !harmless(data) {
		return nil
	}
	defer func() {
		if recover() != nil { // it panics on damage
			err = nil
		}
	}()
	doc, openErr := second.NewReader(bytes.NewReader(data), int64(len(data)))
	if openErr != nil {
		return nil // no second opinion is not a failure of the first
	}
	w := &secondWalk{r: r, left: maxSecond}
	w.walk(doc.Trailer().Key("Root").Key("Pages"), 0)
	if w.err != nil {
		return w.err
	}
	return r.showSecond()
}

// What the second reader may be given and asked.
const (
	maxSecondSize = 4 << 20
	maxSecond     = 10_000  // objects
	maxBrackets   = 100_000 // in each other, in the worst case: it reads them recursively
)

// loops are the entries that make a reader go elsewhere: round in circles, if
// they say so.
var loops = [][]byte{[]byte("/Prev"), []byte("/Extends"), []byte("/XRef"), []byte("/ObjStm"), []byte("/Encrypt")}

// sizes are the numbers that it believes: those it allocates by, and those of
// the sections of the cross-reference table.
var sizes = lazyregexp.New(`(?:/(?:Size|Length|Length1|Columns|Colors|Count|N|First|W|Index)\s*\[?\s*|xref\s+)(\d+)(?:\s+(\d+))?|[\r\n](\d+)\s+(\d+)\s*[\r\n]+\d{10} `)

// harmless tells files in which no number exceeds what they can hold, and which
// have no chains of tables, no objects in streams and no great depth.
func harmless(data []byte) bool {
	if len(data) > maxSecondSize || bytes.Count(data, []byte("["))+bytes.Count(data, []byte("<")) > maxBrackets {
		return false
	}
	for _, entry := range loops {
		if bytes.Contains(data, entry) {
			return false
		}
	}
	for _, m := range sizes.FindAllSubmatch(data, -1) {
		sum := 0
		for _, digits := range m[1:] {
			if len(digits) == 0 {
				continue
			}
			n, err := strconv.Atoi(string(digits))
			if sum += n; err != nil || sum > len(data) {
				return false
			}
		}
	}
	return true
}

// secondWalk goes through the pages that the second reader finds.
type secondWalk struct {
	r    *reader
	page int
	left int
	err  error
}

func (w *secondWalk) walk(node second.Value, depth int) {
	if w.left--; w.left < 0 || depth > maxTreeDepth || w.err != nil {
		return
	}
	if kids := node.Key("Kids"); kids.Kind() == second.Array {
		for i := range kids.Len() {
			w.walk(kids.Index(i), depth+1)
		}
		return
	}
	w.page++
	data := w.contents(node.Key("Contents"))
	if len(data) == 0 {
		return
	}
	resources, _ := w.object(node.Key("Resources"), 0).(object.Dict)
	shown := &content.Page{}
	if err := w.r.runner.Run(shown, data, resources, nil); err != nil && !errors.Is(err, content.ErrBudget) {
		w.err = err
		return
	}
	w.r.out.Begin("")
	w.err = w.r.writeShown(shown, fmt.Sprintf("page %d", w.page))
}

func (w *secondWalk) contents(v second.Value) []byte {
	if v.Kind() == second.Stream {
		data, _ := io.ReadAll(io.LimitReader(v.Reader(), maxSecondSize)) // of damaged content, what is there
		return data
	}
	var all []byte
	for i := range v.Len() {
		if part := v.Index(i); part.Kind() == second.Stream && len(all) < maxStream {
			all = append(append(all, w.contents(part)...), '\n')
		}
	}
	return all
}

// object makes an object of ours of one of the second reader's, to a depth that
// holds a page's fonts and forms.
func (w *secondWalk) object(v second.Value, depth int) object.Object {
	const deep = 8
	if w.left--; w.left < 0 || depth > deep {
		return nil
	}
	switch v.Kind() {
	case second.Bool:
		return v.Bool()
	case second.Integer:
		return float64(v.Int64())
	case second.Real:
		return v.Float64()
	case second.String:
		return object.String(v.RawString())
	case second.Name:
		return object.Name(v.Name())
	case second.Array:
		var out object.Array
		for i := range v.Len() {
			out = append(out, w.object(v.Index(i), depth+1))
		}
		return out
	case second.Dict:
		return w.dict(v, depth)
	case second.Stream:
		return &object.Stream{Dict: w.dict(v, depth), Raw: w.contents(v)}
	}
	return nil
}

// dict leaves out what leads back up, and the filters that are undone already.
func (w *secondWalk) dict(v second.Value, depth int) object.Dict {
	var out object.Dict
	for _, key := range v.Keys() {
		switch key {
		case "Parent", "P", "Filter", "DecodeParms", "Length":
			continue
		}
		out = append(out, object.Entry{Key: object.Name(key), Value: w.object(v.Key(key), depth+1)})
	}
	return out
}
