package ansisvg_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/internal/ansisvg"
)

func draw(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, ansisvg.Write(&out, "a <title>", text))
	return out.String()
}

func TestRunsStandAtTheirColumns(t *testing.T) {
	svg := draw(t, "\x1b[1;31mBAD\x1b[0m  value \x1b[2m(<x>)\x1b[0m\n  next\n")
	for _, want := range []string{
		`aria-label="a &lt;title&gt;"`,
		`<text x="20.0" y="31" textLength="23.4" class="b r">BAD</text>`,
		`<text x="59.0" y="31" textLength="39.0">value</text>`,
		`<text x="105.8" y="31" textLength="39.0" class="d">(&lt;x&gt;)</text>`,
		`<text x="35.6" y="50" textLength="31.2">next</text>`,
	} {
		assert.Contains(t, svg, want)
	}
}

// TestWellFormed also holds that no text breaks out of its element.
func TestWellFormed(t *testing.T) {
	for _, text := range []string{"", "\n\n", "</text><script>", "\x1b[", "\x00\x07\u009b", "\x1b[999m&\"'", "日本"} {
		d := xml.NewDecoder(bytes.NewReader([]byte(draw(t, text))))
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if e, ok := token.(xml.StartElement); ok {
				assert.Contains(t, []string{"svg", "style", "rect", "text"}, e.Name.Local)
			}
			require.NoError(t, err, "%q", text)
		}
	}
}
