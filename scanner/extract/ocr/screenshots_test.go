package ocr_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract/ocr"
	"github.com/deputy-sec/deputy/scanner/extract/ocr/ocrtest"
)

// folderVariable names the environment variable with the folder that screenshots
// are kept in from one run to the next.
const folderVariable = "DEPUTY_SCREENSHOTS"

// encoding is how a screenshot was saved; quality 0 is without loss.
type encoding struct {
	scale, quality int
	floor          float64 // share of account IDs that are to be read
}

func (e encoding) String() string {
	if e.quality == 0 {
		return fmt.Sprintf("%d× png", e.scale)
	}
	return fmt.Sprintf("%d× jpeg q%d", e.scale, e.quality)
}

func (e encoding) apply(t testing.TB, m image.Image) image.Image {
	t.Helper()
	if e.quality == 0 {
		return m
	}
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, m, &jpeg.Options{Quality: e.quality}))
	out, err := jpeg.Decode(&b)
	require.NoError(t, err)
	return out
}

// TestScreenshots reads pages as the browser shows them. It takes minutes, so it
// runs where the variable asks for it. Of the worst, JPEG of quality 20 at one
// pixel to the point, 0.83 is the aim; grey text of 11 pixels is what it lacks.
func TestScreenshots(t *testing.T) {
	folder := os.Getenv(folderVariable)
	if folder == "" {
		t.Skip("takes minutes; to run it, name a folder for the screenshots in " + folderVariable)
	}
	needsTesseract(t)
	require.NoError(t, os.MkdirAll(folder, 0o750))
	for _, e := range []encoding{{1, 0, 0.97}, {2, 0, 0.97}, {1, 85, 0.97}, {2, 85, 0.97}, {1, 50, 0.93}, {2, 50, 0.97}, {1, 20, 0.80}, {2, 20, 0.97}} {
		t.Run(e.String(), func(t *testing.T) {
			var all ocrtest.Score
			start := processorTime(t)
			for i, page := range ocrtest.Pages() {
				m, shown, err := ocrtest.Screenshot(t.Context(), folder, page, uint64(i), e.scale)
				if errors.Is(err, ocrtest.ErrNoBrowser) {
					t.Skip(err)
				}
				require.NoError(t, err)
				text, left, err := ocr.Read(t.Context(), e.apply(t, m))
				require.NoError(t, err)
				assert.Empty(t, left)
				var one ocrtest.Score
				one.Add(shown, text)
				all.Add(shown, text)
				if testing.Verbose() && len(one.Missed) > 0 {
					t.Logf("%s: %s; missed %v", page.Name, &one, one.Missed)
				}
				keepText(t, folder, e, page.Name, text)
			}
			spent := processorTime(t) - start
			share := all.Share(ocrtest.Account, ocrtest.Dashed)
			t.Logf("%s: recall of account IDs %.4f (%s), %d ms of processor time a picture",
				e, share, &all, spent.Milliseconds()/int64(len(ocrtest.Pages())))
			assert.GreaterOrEqual(t, share, e.floor)
		})
	}
}

// keepText writes what was read beside the screenshots, to look at.
func keepText(t testing.TB, folder string, e encoding, page, text string) {
	t.Helper()
	name := strings.ReplaceAll(e.String()+" "+page, " ", "_") + ".txt"
	require.NoError(t, os.WriteFile(folder+"/"+name, []byte(text), 0o600))
}

// processorTime is what this process and its children have used.
func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		require.NoError(t, syscall.Getrusage(who, &u))
		sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return sum
}

func needsTesseract(t testing.TB) {
	t.Helper()
	if err := ocr.Ready(); err != nil {
		t.Skip("pictures cannot be read here: ", err)
	}
}
