package ocr

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"github.com/deputy-sec/deputy/scanner/extract/ocr/ocrtest"
)

// written draws a line of text in letters of a size, with a margin.
func written(t testing.TB, ttf []byte, size, margin int, text string) *image.Gray {
	t.Helper()
	parsed, err := opentype.Parse(ttf)
	require.NoError(t, err)
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: float64(size), DPI: 72})
	require.NoError(t, err)
	g := image.NewGray(image.Rect(0, 0, font.MeasureString(face, text).Ceil()+2*margin, size+2*margin))
	draw.Draw(g, g.Rect, image.White, image.Point{}, draw.Src)
	d := font.Drawer{Dst: g, Src: image.NewUniform(color.Gray{0x20}), Face: face, Dot: fixed.P(margin, margin+size*4/5)}
	d.DrawString(text)
	return g
}

// TestCandidates: what may be an identifier is told from words by the shapes of its glyphs.
func TestCandidates(t *testing.T) {
	values := ocrtest.NewValues(3)
	for text, want := range map[string]bool{
		values.Next(ocrtest.Account): true, values.Next(ocrtest.Dashed): true, values.Next(ocrtest.Key): true, values.Next(ocrtest.External): true,
		values.Expand("Owner {account} (prod)"): true, values.Expand("arn:aws:iam::{account}:role/x"): true, values.Expand("on {dashed}, say"): true,
		"External ID": true, "ExternalId": true, "sts:ExternalId": true, strings.Repeat("fe9dwH7", 6): true,
		"Last activity": false, "Roles with permissions": false, "10 July 2024": false, "Create": false, "workload-a": false, "3 of 12": false,
	} {
		for _, size := range []int{14, 20, 26} {
			for name, ttf := range map[string][]byte{"regular": goregular.TTF, "mono": gomono.TTF} {
				likely := false
				for _, c := range cropsOf(written(t, ttf, size, 20, text)) {
					likely = likely || c.likely
				}
				assert.Equal(t, want, likely, "%q in %d pixels, %s", text, size, name)
			}
		}
	}
}

func TestPromises(t *testing.T) {
	for text, want := range map[string]bool{
		"id " + strings.Repeat("4", 12): true, "4l4O4-44B4-4444": true, "AK" + "1AQ": true, "sts:Externalld": true, "External ID": true,
		strings.Repeat("aB3", 12): true,
		"":                        false, "Last activity": false, "2024-01-01": false, "SOSBIllOZoooo": false, "internationalization-of-everything": false,
		"external web identity": false, "1631874210": false,
	} {
		assert.Equal(t, want, promising(text), text)
	}
}

// TestTheRestIsReadIfCandidatesPromise counts what is read of a picture with one candidate.
func TestTheRestIsReadIfCandidatesPromise(t *testing.T) {
	crops := pieces(50, 100)
	for i := range crops {
		crops[i].likely = i == 7
	}
	for told, want := range map[string]int{strings.Repeat("7", accountDigits): 50, "words": 1} {
		withProgram(t, `sheet >/dev/null
for n in $(seq 0 49); do printf '5\t1\t1\t1\t'$n'\t1\t20\t'$((20+n*38))'\t50\t24\t95\t`+told+`\n'; done`)
		r, err := readCrops(t.Context(), crops)
		require.NoError(t, err)
		read := 0
		for _, text := range r.texts[0] {
			if text != "" {
				read++
			}
		}
		assert.Equal(t, want, read, told)
		require.NoError(t, r.leftOut(), "what cannot be an identifier is not missing")
	}
}

// keyed makes the ground of a drawing transparent, and nothing else: letters keep a seam
// of it.
func keyed(g *image.Gray) image.Image {
	out := image.NewNRGBA(g.Rect)
	for i, v := range g.Pix {
		if v != g.Pix[0] {
			copy(out.Pix[4*i:], []uint8{v, v, v, 255})
		}
	}
	return out
}

// TestHoweverAPictureStands reads one that lies on any side, or on nothing.
func TestHoweverAPictureStands(t *testing.T) {
	if err := Available(); err != nil || testing.Short() {
		t.Skip("takes two seconds and the program: ", err)
	}
	upright := drawing(t, "console, light", 1)
	ways := map[string]image.Image{"with a transparent ground": keyed(upright)}
	for quarters := range 4 {
		ways[fmt.Sprintf("turned by %d quarters", quarters)] = turn(upright, quarters)
	}
	for name, m := range ways {
		text, left, err := Read(t.Context(), m)
		require.NoError(t, err)
		require.NoError(t, left)
		for _, v := range []string{"trusted by", "arn:aws:iam::", "Account ID"} {
			assert.Contains(t, text, v, name)
		}
	}
}

// TestALineOfAnySize is read, from the smallest letters to those of a poster.
func TestALineOfAnySize(t *testing.T) {
	if err := Available(); err != nil || testing.Short() {
		t.Skip("takes a second and the program: ", err)
	}
	value := ocrtest.NewValues(5).Next(ocrtest.Account)
	for _, size := range []int{10, 13, 20, 40, 80, 160} {
		for _, margin := range []int{2, size} {
			text, _, err := Read(t.Context(), written(t, goregular.TTF, size, margin, "Account "+value))
			require.NoError(t, err)
			assert.Contains(t, text, value, "%d pixels, margin %d", size, margin)
		}
	}
}
