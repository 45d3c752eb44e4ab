package ocr_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract/ocr"
	"github.com/deputy-sec/deputy/scanner/extract/ocr/ocrtest"
)

// wholeVariable names the environment variable with which TestQuality reads every
// drawing in every way, which takes twice as long.
const wholeVariable = "DEPUTY_OCR_QUALITY"

// TestQuality measures how many account IDs are read exactly, by how the picture
// was saved: of every second drawing in turn, of all with DEPUTY_OCR_QUALITY=whole.
// The floors are a little below what tesseract 5.3 with Debian's data reaches.
func TestQuality(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds")
	}
	needsTesseract(t)
	var everything ocrtest.Score
	for k, e := range []encoding{{1, 0, 0.97}, {2, 0, 0.97}, {1, 50, 0.93}, {1, 20, 0.75}} {
		var all ocrtest.Score
		for i, d := range ocrtest.Drawings() {
			if os.Getenv(wholeVariable) == "" && i%2 != k%2 {
				continue
			}
			m, shown, err := d.Picture(uint64(i), e.scale)
			require.NoError(t, err)
			text, left, err := ocr.Read(t.Context(), e.apply(t, m))
			require.NoError(t, err)
			assert.Empty(t, left)
			var one ocrtest.Score
			one.Add(shown, text)
			all.Add(shown, text)
			everything.Add(shown, text)
			t.Logf("ocr %-12s %-16s %s", e, d.Name, &one)
		}
		share := all.Share(ocrtest.Account, ocrtest.Dashed)
		t.Logf("ocr %-12s recall of account IDs %.4f", e, share)
		assert.GreaterOrEqual(t, share, e.floor, e.String())
	}
	t.Logf("ocr recall of account IDs %.4f (%s)", everything.Share(ocrtest.Account, ocrtest.Dashed), &everything)
}
