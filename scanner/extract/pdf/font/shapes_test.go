package font

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/shape"
)

var writeShapes = flag.Bool("write-shapes", false, "make ../shape/shapes.bin from the typefaces that are installed")

// typefaces are the files that shapes.bin is made from: Debian's fonts-liberation,
// fonts-dejavu and fonts-noto-core, under licences that let their shapes be used.
func typefaces(t *testing.T) []string {
	var out []string
	for _, pattern := range []string{
		"liberation/LiberationSans-*.ttf", "liberation/LiberationSerif-*.ttf", "liberation/LiberationMono-*.ttf", "dejavu/DejaVuSans.ttf", "dejavu/DejaVuSans-Bold.ttf", "dejavu/DejaVuSansMono.ttf", "dejavu/DejaVuSansMono-Bold.ttf", "dejavu/DejaVuSerif.ttf", "dejavu/DejaVuSerif-Bold.ttf",
		"noto/NotoSans-*.ttf", "noto/NotoSerif-Regular.ttf", "noto/NotoSerif-Bold.ttf",
	} {
		files, err := filepath.Glob("/usr/share/fonts/truetype/" + pattern)
		require.NoError(t, err)
		out = append(out, files...)
	}
	return out
}

// shapesOf returns the shapes of a typeface's ASCII.
func shapesOf(t *testing.T, file string) map[rune]shape.Shape {
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	p := parseSFNT(data)
	out := map[rune]shape.Shape{}
	for gid, r := range p.runes {
		if s, ok := p.outlines.shape(gid); ok && r > ' ' && r <= '~' {
			out[r] = s
		}
	}
	return out
}

// TestShapes reads the digits of every typeface by their look; of the letters
// some are alike in all.
func TestShapes(t *testing.T) {
	files := typefaces(t)
	if len(files) == 0 {
		t.Skip("fonts-liberation, fonts-dejavu and fonts-noto-core are not installed")
	}
	if *writeShapes {
		require.Len(t, files, 24, "a typeface is missing")
		var out []byte
		for _, file := range files {
			shapes := shapesOf(t, file)
			for r := '!'; r <= '~'; r++ {
				if s, ok := shapes[r]; ok {
					out = append(out, shape.Encode(r, s)...)
				}
			}
		}
		require.NoError(t, os.WriteFile("../shape/shapes.bin", out, 0o644))
		return
	}
	for _, file := range files {
		var wrong strings.Builder
		for r, got := range shape.Read(shapesOf(t, file), true) {
			if got != r {
				wrong.WriteString(string(r) + string(got) + " ")
				assert.NotContains(t, "0123456789", string(r), "%s: reads %c", filepath.Base(file), got)
			}
		}
		assert.LessOrEqual(t, wrong.Len(), 3*6, "%s: %s", filepath.Base(file), &wrong)
	}
}
