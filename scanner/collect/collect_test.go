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
