package ocr

import (
	"context"
	"errors"
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract/ocr/ocrtest"
)

func drawing(t testing.TB, name string, scale int) *image.Gray {
	t.Helper()
	for _, d := range ocrtest.Drawings() {
		if d.Name == name {
			m, _, err := d.Picture(1, scale)
			require.NoError(t, err)
			return grayscale(m, 255)
		}
	}
	require.Fail(t, "no such drawing", name)
	return nil
}

func noise(w, h int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	random := rand.New(rand.NewPCG(1, 1))
	for i := range g.Pix {
		g.Pix[i] = uint8(random.IntN(256))
	}
	return g
}

// TestEveryCellIsACrop: the table has a head and 15 rows of 4 cells, between rules.
func TestEveryCellIsACrop(t *testing.T) {
	for _, name := range []string{"table", "table, dark"} {
		for _, scale := range []int{1, 2} {
			cells := 0
			for _, c := range cropsOf(drawing(t, name, scale)) {
				if c.text {
					cells++
				}
				if c.at.Dx() > 60*scale { // a word or more
					assert.LessOrEqual(t, c.at.Dy(), 18*scale, "%s: no rule, and no second row", name)
				}
			}
			assert.InDelta(t, 64, cells, 2, "%s, %d pixels to the point", name, scale)
		}
	}
}

// TestLargeLettersKeepTheirTops: a line of letters as low as an x, with two high ones,
// is as high as those.
func TestLargeLettersKeepTheirTops(t *testing.T) {
	const w, h = 240, 60
	marks := make([]bool, w*h)
	for i := range 10 {
		top := 50 - 26
		if i%5 == 0 {
			top = 50 - 35
		}
		for y := top; y < 50; y++ {
			for x := range 12 {
				marks[y*w+20+18*i+x] = true
			}
		}
	}
	segments := segmentsIn(marks, w)
	require.Len(t, segments, 1)
	assert.Equal(t, image.Rect(20, 15, 20+18*9+12, 50), segments[0].at)
	assert.Equal(t, 26, segments[0].height)
}

// TestCropsAreBlackOnWhite on buttons of all colours.
func TestCropsAreBlackOnWhite(t *testing.T) {
	crops := cropsOf(drawing(t, "badges", 1))
	require.NotEmpty(t, crops)
	for _, c := range crops {
		g := c.as(look{height: 24})
		assert.InDelta(t, 24, c.height*g.Rect.Dy()/c.ink.Rect.Dy(), 3, "the letters have the height that was asked for")
		sum, darkest := 0, uint8(255)
		for _, v := range g.Pix {
			sum, darkest = sum+int(v), min(darkest, v)
		}
		assert.Greater(t, sum/len(g.Pix), 150, "most of it is white")
		assert.Less(t, darkest, uint8(40), "letters are black")
	}
}

func TestNoCrops(t *testing.T) {
	for name, g := range map[string]*image.Gray{
		"empty": image.NewGray(image.Rect(0, 0, 0, 0)), "a pixel": image.NewGray(image.Rect(0, 0, 1, 1)),
		"one row": image.NewGray(image.Rect(0, 0, 900, 1)), "one colour": image.NewGray(image.Rect(0, 0, 300, 300)),
	} {
		assert.Empty(t, cropsOf(g), name)
	}
	assert.Less(t, letters(cropsOf(noise(640, 400))), 200, "noise has hardly any words")
}

func TestHoldsLetters(t *testing.T) {
	for _, d := range ocrtest.Drawings() {
		m, _, err := d.Picture(1, 1)
		require.NoError(t, err)
		assert.True(t, HoldsText(m), d.Name)
	}
	transparent := image.NewNRGBA(image.Rect(0, 0, 640, 400))
	g := drawing(t, "terminal", 1)
	for i, v := range g.Pix {
		if v > 100 { // white letters on nothing
			transparent.Set(i%640, i/640, color.NRGBA{255, 255, 255, v})
		}
	}
	assert.True(t, HoldsText(transparent), "laid on black")
	smooth := image.NewGray(image.Rect(0, 0, 640, 400))
	for i := range smooth.Pix {
		smooth.Pix[i] = uint8(i % 640 * 255 / 640)
	}
	assert.False(t, HoldsText(smooth), "a gradient")
	assert.False(t, HoldsText(image.NewGray(image.Rect(0, 0, 16, 16))), "an icon")
}

// TestMedians compares with what sorting says.
func TestMedians(t *testing.T) {
	g := noise(50, 23)
	got := medians(g)
	for y := range 23 {
		for x := range 50 {
			below, upTo, all := 0, 0, 0
			v := got.GrayAt(x, y).Y
			for yy := max(0, y-reachY); yy <= min(22, y+reachY); yy++ {
				for xx := max(0, x-reachX); xx <= min(49, x+reachX); xx++ {
					all++
					if g.GrayAt(xx, yy).Y < v {
						below++
					}
					if g.GrayAt(xx, yy).Y <= v {
						upTo++
					}
				}
			}
			require.LessOrEqual(t, 2*below, all)
			require.Greater(t, 2*upTo, all)
		}
	}
}

func TestRulesAreErasedAndLettersStay(t *testing.T) {
	const w, h = 100, 60
	marks := make([]bool, w*h)
	for x := range w {
		marks[10*w+x] = x%12 != 0 // with gaps, as loss leaves them
	}
	for x := 20; x < 50; x++ {
		marks[30*w+x] = true // as wide as a letter may be
	}
	ink := image.NewGray(image.Rect(0, 0, w, h))
	eraseRules(ink, marks)
	assert.False(t, marks[10*w+50])
	assert.Equal(t, uint8(noInk), ink.GrayAt(50, 10).Y)
	assert.True(t, marks[30*w+30])
}

func TestSpots(t *testing.T) {
	rows := []string{
		"x.x....xx",
		".x.....xx",
		"......x..",
		"xxx...x..",
		"x.x......",
		"x.xxxxx..",
	}
	var marks []bool
	for _, r := range rows {
		for _, c := range r {
			marks = append(marks, c == 'x')
		}
	}
	assert.ElementsMatch(t, []image.Rectangle{image.Rect(0, 0, 3, 2), image.Rect(6, 0, 9, 4), image.Rect(0, 3, 7, 6)}, spotsIn(marks, 9))
	assert.Empty(t, spotsIn(nil, 0))
}

func TestReadingOrder(t *testing.T) {
	var crops []crop
	for _, r := range []image.Rectangle{image.Rect(300, 12, 400, 22), image.Rect(10, 40, 90, 50), image.Rect(10, 10, 90, 22), image.Rect(150, 8, 200, 23)} {
		crops = append(crops, crop{at: r})
	}
	assert.Equal(t, [][]int{{2, 3, 0}, {1}}, inReadingOrder(crops))
}

// TestTurn says where a corner goes.
func TestTurn(t *testing.T) {
	g := image.NewGray(image.Rect(0, 0, 70, 40))
	g.Pix[0] = 9
	for quarters, at := range []image.Point{{0, 0}, {39, 0}, {69, 39}, {0, 69}} {
		turned := turn(g, quarters)
		assert.Equal(t, uint8(9), turned.GrayAt(at.X, at.Y).Y, quarters)
		assert.Equal(t, g.Pix, turn(turned, 4-quarters).Pix)
	}
}

// TestLettersOnTheirSideAreRead to either side, as the program itself sees them.
func TestLettersOnTheirSideAreRead(t *testing.T) {
	if err := Available(); err != nil || testing.Short() {
		t.Skip("takes two seconds and the program: ", err)
	}
	for _, quarters := range []int{1, 3} {
		text, left, err := Read(t.Context(), turn(drawing(t, "terminal", 1), quarters))
		require.NoError(t, err)
		assert.Empty(t, left)
		assert.Contains(t, text, "get-caller-identity", "%d quarters", quarters)
		assert.Contains(t, text, "external_id", "%d quarters", quarters)
	}
}

// TestUpsideDown: a crop is where the picture turned by half has it.
func TestUpsideDown(t *testing.T) {
	g := noise(70, 40)
	at := image.Rect(10, 5, 40, 17)
	c := crop{at: at, ink: g.SubImage(at).(*image.Gray)}.upsideDown(g.Rect.Max)
	turned := turn(g, 2).SubImage(c.at).(*image.Gray)
	require.Equal(t, at.Size(), c.at.Size())
	for y := range at.Dy() {
		assert.Equal(t, turned.Pix[y*turned.Stride:][:at.Dx()], c.ink.Pix[y*c.ink.Stride:][:at.Dx()])
	}
}

// TestOriented says where the corner of the scene is stored for each orientation
// (Exif 2.3, figure of tag 0x0112), and that it comes back.
func TestOriented(t *testing.T) {
	for orientation, at := range map[int]image.Point{0: {0, 0}, 1: {0, 0}, 2: {69, 0}, 3: {69, 39}, 4: {0, 39}, 5: {0, 0}, 6: {0, 39}, 7: {69, 39}, 8: {69, 0}, 9: {0, 0}} {
		stored := image.NewGray(image.Rect(0, 0, 70, 40))
		stored.SetGray(at.X, at.Y, color.Gray{9})
		g := grayscale(Oriented(stored, orientation), 255)
		assert.Equal(t, uint8(9), g.Pix[0], orientation)
		if orientation >= 5 && orientation <= 8 {
			assert.Equal(t, 40, g.Rect.Dx())
		}
	}
	mirrored := image.NewGray(image.Rect(0, 0, 3, 2))
	mirrored.Pix = []uint8{1, 2, 3, 4, 5, 6}
	assert.Equal(t, []uint8{1, 4, 2, 5, 3, 6}, grayscale(Oriented(mirrored, 5), 0).Pix)
	assert.Equal(t, []uint8{4, 1, 5, 2, 6, 3}, grayscale(Oriented(mirrored, 6), 0).Pix)
	assert.Equal(t, []uint8{4, 5, 6, 1, 2, 3}, grayscale(Oriented(mirrored, 4), 0).Pix)
}

func TestResize(t *testing.T) {
	g := noise(20, 10)
	assert.Same(t, g, resize(g, 20, 10))
	even := image.NewGray(image.Rect(0, 0, 20, 10))
	for i := range even.Pix {
		even.Pix[i] = 77
	}
	for _, size := range []image.Point{{40, 20}, {7, 3}, {1, 1}, {33, 90}} {
		out := resize(even, size.X, size.Y)
		assert.Equal(t, image.Rectangle{Max: size}, out.Rect)
		for _, v := range out.Pix {
			require.Equal(t, uint8(77), v)
		}
	}
}

// TestShadesOfEveryKindOfPicture: the same picture in other forms is as bright.
func TestShadesOfEveryKindOfPicture(t *testing.T) {
	want := noise(31, 9)
	rgba, nrgba, wide := image.NewRGBA(want.Rect), image.NewNRGBA(want.Rect), image.NewGray16(want.Rect)
	var colors color.Palette
	for v := range 256 {
		colors = append(colors, color.Gray{uint8(v)})
	}
	paletted := image.NewPaletted(want.Rect, colors)
	for y := range 9 {
		for x := range 31 {
			for _, m := range []interface{ Set(x, y int, c color.Color) }{rgba, nrgba, wide, paletted} {
				m.Set(x, y, want.At(x, y))
			}
		}
	}
	for _, m := range []image.Image{want, rgba, nrgba, wide, paletted} {
		assert.Equal(t, want.Pix, grayscale(m, 255).Pix, "%T", m)
		part := m.(interface {
			SubImage(image.Rectangle) image.Image
		}).SubImage(image.Rect(3, 2, 9, 8))
		assert.Equal(t, want.GrayAt(3, 2).Y, grayscale(part, 255).Pix[0], "%T", m)
	}
	assert.Equal(t, []uint8{200}, grayscale(image.NewRGBA(image.Rect(0, 0, 1, 1)), 200).Pix, "nothing, on a background")
}

// TestTheSideThatReadsBest: letters below each other are read from the side.
func TestTheSideThatReadsBest(t *testing.T) {
	withProgram(t, `set -- $(sheet | od -An -tu4 -j18 -N4)
printf '5\t1\t1\t1\t1\t1\t20\t20\t50\t24\t95\t%s\n' word$1`)
	upright := drawing(t, "terminal", 1)
	for quarters := range 4 {
		g := turn(upright, quarters)
		v := viewOf(g)
		nothing := readingOf(v.crops)
		other, err := nothing.orTurned(t.Context(), v)
		require.NoError(t, err)
		assert.Equal(t, quarters%2 == 1, other != nothing, "%d quarters", quarters)
	}
}

func TestAProgramThatFailsIsTold(t *testing.T) {
	gone := errors.New("gone")
	withFound(t, func() (string, error) { return "", gone })
	_, _, err := Read(t.Context(), drawing(t, "terminal", 1))
	require.ErrorIs(t, err, gone)
	text, _, err := Read(t.Context(), image.NewGray(image.Rect(0, 0, 300, 300)))
	require.NoError(t, err, "nobody is asked about a picture without text")
	assert.Empty(t, text)
	withProgram(t, "exec sleep 60")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = Read(ctx, drawing(t, "terminal", 1))
	require.ErrorIs(t, err, context.Canceled)
}
