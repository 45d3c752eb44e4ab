// Package ansisvg draws coloured terminal text as an SVG picture that follows
// the reader's light or dark theme. It knows the escape sequences that choose a
// colour or weight (SGR, ECMA-48 8.3.117) with the parameters in Classes, and
// leaves out every other control character, which XML does not allow.
package ansisvg

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sizes in CSS pixels. A cell is as wide as common monospace fonts draw a
// character of the font size; textLength holds lines to it in others.
const (
	fontSize = 13
	cell     = 7.8
	leading  = 19
	margin   = 20
)

// Classes names the SGR parameters that are drawn, as classes of the style
// sheet.
var Classes = map[string]string{
	"1": "b", "2": "d", "31": "r", "32": "g", "33": "y", "34": "u", "36": "c",
}

// theme gives the classes colours that keep a contrast of 4.5:1 to the
// background (WCAG 2.2, 1.4.3).
const theme = `
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#1f2328;white-space:pre}
rect{fill:#ffffff;stroke:#d1d9e0}
.b{font-weight:700}.d{fill:#59636e}.r{fill:#c21c2c}.g{fill:#1a7f37}.y{fill:#8a5a00}.u{fill:#0969da}.c{fill:#0a6b75}
@media(prefers-color-scheme:dark){
text{fill:#e6edf3}rect{fill:#0d1117;stroke:#3d444d}
.d{fill:#9198a1}.r{fill:#ff7b72}.g{fill:#56d364}.y{fill:#e3b341}.u{fill:#79c0ff}.c{fill:#76e3ea}
}
`

// Write draws text with a title for those who cannot see the picture.
func Write(w io.Writer, title, text string) error {
	lines := strings.Split(strings.TrimSuffix(strings.Map(drawable, text), "\n"), "\n")
	columns := 0
	for _, l := range lines {
		columns = max(columns, utf8.RuneCountInString(sgr.ReplaceAllString(l, "")))
	}
	width := float64(columns)*cell + 2*margin
	height := len(lines)*leading + 2*margin - (leading - fontSize)
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d" viewBox="0 0 %.0f %d" role="img" aria-label="%s">`,
		width, height, width, height, html.EscapeString(title))
	fmt.Fprintf(&out, "\n<style>%s</style>\n<rect x=\"0.5\" y=\"0.5\" width=\"%.0f\" height=\"%d\" rx=\"8\"/>\n", theme, width-1, height-1)
	for i, l := range lines {
		drawLine(&out, l, margin+fontSize-2+i*leading)
	}
	out.WriteString("</svg>\n")
	_, err := w.Write(out.Bytes())
	return err
}

// drawable drops the control characters that mean nothing here.
func drawable(r rune) rune {
	if r != '\n' && r != '\x1b' && unicode.IsControl(r) {
		return -1
	}
	return r
}

var sgr = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// drawLine draws every run of one look as a text of its own at its column, so
// that no font can move what stands behind it.
func drawLine(out *bytes.Buffer, line string, y int) {
	column, look := 0, ""
	for line != "" {
		run, next := line, ""
		if at := sgr.FindStringSubmatchIndex(line); at != nil {
			run, next = line[:at[0]], line[at[2]:at[3]]
			line = line[at[1]:]
		} else {
			line = ""
		}
		drawRun(out, run, column, y, look)
		column += utf8.RuneCountInString(run)
		look = classes(next)
	}
}

func drawRun(out *bytes.Buffer, run string, column, y int, look string) {
	run = strings.ReplaceAll(run, "\x1b", "")
	text := strings.TrimLeft(run, " ")
	column += utf8.RuneCountInString(run) - utf8.RuneCountInString(text)
	text = strings.TrimRight(text, " ")
	if text == "" {
		return
	}
	class := ""
	if look != "" {
		class = ` class="` + look + `"`
	}
	fmt.Fprintf(out, "<text x=\"%.1f\" y=\"%d\" textLength=\"%.1f\"%s>%s</text>\n",
		margin+float64(column)*cell, y, float64(utf8.RuneCountInString(text))*cell, class, html.EscapeString(text))
}

// classes turns the parameters of a sequence into classes; a reset has none.
func classes(parameters string) string {
	var names []string
	for _, p := range strings.Split(parameters, ";") {
		if c := Classes[p]; c != "" {
			names = append(names, c)
		}
	}
	return strings.Join(names, " ")
}
