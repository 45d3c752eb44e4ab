package collect

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/source"
)

func anything([]byte) bool { return true }

func collectorWith(e *extract.Extractor) *Collection {
	return New(context.Background(), Options{
		Detectors: detect.NewSet(),
		Documents: extract.InProcess([]*extract.Extractor{e}, extract.Defaults()),
		Jobs:      1,
	})
}

// TestAGlanceThatPanicsCostsOneContent: what looks at the beginning of every content
// is guarded, too.
func TestAGlanceThatPanicsCostsOneContent(t *testing.T) {
	broken := func([]byte) bool { panic("broken") }
	for name, e := range map[string]*extract.Extractor{
		"claims": {Name: "x", Claims: broken},
		"worth":  {Name: "x", Text: true, Claims: anything, NeedsExtraction: broken},
	} {
		c := collectorWith(e)
		clean := false
		c.Blob(&source.Blob{ID: "x", Path: "p", Data: []byte("abc"), Clean: func() { clean = true }})
		c.queue.wait()
		assert.Len(t, c.unexamined, 1, name)
		assert.False(t, clean, name)
	}
}

// TestADocumentThatCannotBeOpenedAgainIsNotClean: a text is read as it stands and
// then as a document.
func TestADocumentThatCannotBeOpenedAgainIsNotClean(t *testing.T) {
	for failing := range 4 {
		c := collectorWith(&extract.Extractor{
			Name: "x", Text: true, Claims: anything,
			Extract: func(context.Context, *extract.Document, *extract.Output) error { return nil },
		})
		opened, clean := 0, false
		c.Blob(&source.Blob{ID: "x", Path: "p", Size: 3, Clean: func() { clean = true }, Open: func() (io.ReadCloser, error) {
			opened++
			if opened == failing {
				return nil, assert.AnError
			}
			return io.NopCloser(bytes.NewReader([]byte("abc"))), nil
		}})
		c.queue.wait()
		switch failing {
		case 0:
			assert.True(t, clean)
			assert.Empty(t, c.unexamined)
		case 2, 3:
			assert.False(t, clean, "the %dth", failing)
			assert.NotEmpty(t, c.unexamined, "the %dth", failing)
		}
	}
}

// TestWhatStandsBehindIsReadAlsoOfAStream: who claims the end of a content is asked when it has
// gone by, and the content is matched as it stands, too.
func TestWhatStandsBehindIsReadAlsoOfAStream(t *testing.T) {
	content := append(bytes.Repeat([]byte("MZ.."), 5000), "END"...)
	for name, streamed := range map[string]bool{"held": false, "streamed": true} {
		extracted := 0
		c := collectorWith(&extract.Extractor{
			Name: "x", Claims: func([]byte) bool { return false },
			ClaimsBehind: func(_, piece []byte, last bool) bool { return last && bytes.HasSuffix(piece, []byte("END")) },
			Extract: func(_ context.Context, doc *extract.Document, _ *extract.Output) error {
				extracted++
				data, err := doc.Bytes()
				assert.Equal(t, content, data)
				return err
			},
		})
		clean := false
		b := &source.Blob{ID: "x", Path: "p", Size: int64(len(content)), Clean: func() { clean = true }}
		if streamed {
			b.Open = func() (io.ReadCloser, error) {
				return io.NopCloser(bytes.NewReader(content)), nil
			}
		} else {
			b.Data = content
		}
		c.Blob(b)
		c.queue.wait()
		assert.Equal(t, 1, extracted, name)
		assert.True(t, clean, name)
		assert.Empty(t, c.unexamined, name)
	}
}

// TestPicturesThatAreNotReadAreOneRow: a book may hold thousands.
func TestPicturesThatAreNotReadAreOneRow(t *testing.T) {
	c := collectorWith(&extract.Extractor{
		Name: "x", Claims: anything,
		Extract: func(_ context.Context, _ *extract.Document, out *extract.Output) error {
			for _, place := range []string{"page 3", "page 4", "page 9"} {
				out.Unexamined("", place, extract.ErrOCROff)
			}
			out.Unexamined("", "page 5", extract.ErrDamaged)
			return nil
		},
	})
	c.Blob(&source.Blob{ID: "x", Path: "p", Data: []byte("abc")})
	c.queue.wait()
	var rows []string
	for _, u := range c.unexamined {
		rows = append(rows, u.Place+": "+u.Reason)
	}
	assert.Equal(t, []string{"page 5: damaged", "page 3: needs OCR, which is switched off (3 pictures, of which this is the first)"}, rows)
}
