package ocr

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/tiff"
)

// pieces returns crops of a size, the letters of which are 10 pixels high.
func pieces(n, width int) []crop {
	var out []crop
	for i := range n {
		out = append(out, crop{
			at: image.Rect(0, 20*i, width, 20*i+10), ink: image.NewGray(image.Rect(0, 0, width, 10)),
			height: 10, spots: 8, alike: 8, text: true, likely: true,
		})
	}
	return out
}

// TestOnlyASampleOfWhatIsNoTextIsRead: a photograph has thousands of pieces.
func TestOnlyASampleOfWhatIsNoTextIsRead(t *testing.T) {
	const row = `printf '5\t1\t1\t1\t1\t1\t20\t20\t50\t24\t%s\t%s\n' `
	crops := pieces(1000, 100)
	for name, c := range map[string]struct {
		told string
		left bool
	}{
		"nothing":           {"", true},
		"letters in doubt":  {row + "20 kjxw", true},
		"words":             {row + "95 words", false},
		"an ID in doubt":    {row + "20 " + strings.Repeat("7", accountDigits), false},
		"a number in doubt": {row + "20 1234567", true},
	} {
		t.Run(name, func(t *testing.T) {
			runs := filepath.Join(t.TempDir(), "runs")
			withProgram(t, "sheet >/dev/null; echo >>"+runs+"\n"+c.told)
			r, err := readCrops(t.Context(), crops)
			require.NoError(t, err)
			counted, err := os.ReadFile(runs)
			require.NoError(t, err)
			assert.Equal(t, c.left, len(counted) == 1, "sheets that were read")
			if c.left {
				assert.Greater(t, r.left, 900)
				require.EqualError(t, r.leftOut(), fmt.Sprintf("over budget: %d of 1000 places that may hold text", r.left))
			} else {
				require.NoError(t, r.leftOut())
			}
		})
	}
}

func TestWhatLooksMostLikeTextIsReadFirst(t *testing.T) {
	crops := pieces(4, 100)
	crops[0].text, crops[0].alike = false, 50
	crops[1].alike = -3
	crops[3].alike = 20
	order := byLikelihood(crops)
	assert.Equal(t, []int{3, 2, 1, 0}, order)
	first, others := split(crops, order, 2*crops[0].letters())
	assert.Equal(t, []int{2, 3}, first, "in the order of the crops")
	assert.Equal(t, []int{1, 0}, others)
	first, _ = split(crops, order, 1)
	assert.Equal(t, []int{3}, first, "one is read, however long")
}

// TestSheetsAreWhatTheProgramTakes: it fails on more than 32,767 pixels.
func TestSheetsAreWhatTheProgramTakes(t *testing.T) {
	for name, crops := range map[string][]crop{"many": pieces(2000, 30), "long": pieces(3, 60_000)} {
		shown := 0
		numbers, _ := split(crops, byLikelihood(crops), 1<<30)
		for _, s := range sheetsOf(crops, numbers, looks[0]) {
			assert.LessOrEqual(t, max(s.picture.Rect.Dx(), s.picture.Rect.Dy()), sheetSide, name)
			shown += len(s.strips)
		}
		assert.Equal(t, len(crops), shown, name)
	}
}

// TestPagesOfTheFile are those that were put in, for another reader.
func TestPagesOfTheFile(t *testing.T) {
	pages := []*image.Gray{noise(40, 20), noise(7, 3), noise(100, 60)}
	var sheets []sheet
	for _, p := range pages {
		sheets = append(sheets, sheet{picture: p})
	}
	data := tiffOf(sheets)
	for i, want := range pages {
		at := binary.LittleEndian.Uint32(data[4:])
		require.NotZero(t, at, "page %d", i)
		got, err := tiff.Decode(bytes.NewReader(data))
		require.NoError(t, err)
		assert.Equal(t, want, got)
		fields := uint32(binary.LittleEndian.Uint16(data[at:]))
		copy(data[4:8], data[at+2+12*fields:][:4]) // the next page comes first
	}
	assert.Zero(t, binary.LittleEndian.Uint32(data[4:]), "no page follows")
}

func TestPhotographsAreToldFromDrawings(t *testing.T) {
	assert.True(t, even(drawing(t, "table, dark", 2)))
	assert.False(t, even(noise(200, 100)))
	assert.LessOrEqual(t, len(withLetters(noise(4000, 3000)).Pix), maxPhotoPixels)
}

// withLetters returns what is read of a picture on which a drawing was laid.
func withLetters(g *image.Gray) *image.Gray {
	for y := range 300 {
		for x := range 600 {
			g.Pix[y*g.Stride+x] = 255
			if y%20 < 10 && x%12 < 3 {
				g.Pix[y*g.Stride+x] = 0
			}
		}
	}
	return readable(g)[0].g
}

// TestFormsAreReadAsNothingElse: where a UUID or the ID of a key may stand, the
// program is asked for that alone, and what it makes of the letters around is gone.
func TestFormsAreReadAsNothingElse(t *testing.T) {
	id := strings.Repeat("0a1b", 2) + strings.Repeat("-2c3d", 3) + "-" + strings.Repeat("4e5f", 3)
	key := "AK" + "IA" + strings.Repeat("Q7", 8)
	for name, c := range map[string]struct{ first, whitelisted, want string }{
		"a UUID":            {"id=" + strings.ReplaceAll(id, "0", "O"), "d" + id, id},
		"a UUID, torn":      {strings.ReplaceAll(id, "-2", " -2"), "d--" + id[:11] + " " + id[11:], id},
		"a key":             {key[:12] + "0l" + key[14:], "KEY" + key, key},
		"half of a key":     {key[:12] + "0l" + key[14:], key[:14], ""},
		"nothing like that": {"some words and 12-34", id, ""},
	} {
		t.Run(name, func(t *testing.T) {
			withProgram(t, `sheet >/dev/null
case "$*" in *whitelist=*) text="`+c.whitelisted+`";; *) text="`+c.first+`";; esac
printf '5\t1\t1\t1\t1\t1\t20\t20\t50\t24\t80\t%s\n' "$text"`)
			r, err := readCrops(t.Context(), pieces(1, 300))
			require.NoError(t, err)
			require.NoError(t, r.readAgain(t.Context()))
			if c.want == "" {
				assert.NotContains(t, r.text(), c.whitelisted)
				return
			}
			assert.Contains(t, strings.Split(r.text(), "\n"), c.want)
		})
	}
}

// TestTransparentPicturesAreLaidOnWhatShowsMore: a diagram drawn for a dark page has
// white labels, and black ones on the boxes that are filled.
func TestTransparentPicturesAreLaidOnWhatShowsMore(t *testing.T) {
	for name, ground := range map[string]uint8{"white labels": 0, "black labels": 255} {
		letters := drawing(t, "terminal", 1)
		m := image.NewNRGBA(letters.Rect)
		for y := range 400 {
			for x := range 640 {
				at := color.NRGBA{255 - ground, 255 - ground, 255 - ground, letters.GrayAt(x, y).Y}
				if y < 32 { // the first line stands on a box
					at = color.NRGBA{120, 120, 120, 255}
					if letters.GrayAt(x, y).Y > 60 {
						at = color.NRGBA{ground, ground, ground, 255}
					}
				}
				m.SetNRGBA(x, y, at)
			}
		}
		views := readable(m)
		require.Len(t, views, 1, name)
		assert.Equal(t, ground, views[0].g.GrayAt(600, 390).Y, name)
	}
}
