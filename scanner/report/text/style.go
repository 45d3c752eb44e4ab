package text

import (
	"io"
	"math"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
	"golang.org/x/text/width"
)

// Options say what the reader's screen can do.
type Options struct {
	Color   bool
	Width   int  // columns; 0 for the default
	Quiet   bool // findings alone
	Verbose bool // every place and every row
}

// Widths in columns. Lines longer than maxWidth tire the eye, however wide the
// screen is.
const (
	minWidth     = 40
	defaultWidth = 100
	maxWidth     = 120
)

// Detect returns the options for an output. color is the --color flag: always,
// never, or anything else for what the output and the environment suggest (see
// https://no-color.org).
func Detect(w io.Writer, color string, env func(string) string) Options {
	var o Options
	f, isFile := w.(*os.File)
	terminal := isFile && term.IsTerminal(int(f.Fd()))
	if terminal {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
			o.Width = columns
		}
	}
	switch color {
	case "always":
		o.Color = true
	case "never":
	default:
		o.Color = terminal && env("NO_COLOR") == "" && env("TERM") != "dumb"
	}
	return o
}

// most is how many of something are shown: all, if the reader wants to see everything.
func (o Options) most(usual int) int {
	if o.Verbose {
		return math.MaxInt
	}
	return usual
}

func (o Options) columns() int {
	if o.Width <= 0 {
		return defaultWidth
	}
	return min(max(o.Width, minWidth), maxWidth)
}

// style is how a piece of text looks, as the parameters of the SGR sequence
// (ECMA-48, 8.3.117). Only the eight basic colours are used, which every
// terminal theme keeps readable.
type style string

const (
	bare   style = ""
	bold   style = "1"
	dim    style = "2"
	red    style = "31"
	loud   style = "1;31"
	yellow style = "33"
	blue   style = "34"
	green  style = "32"
	cyan   style = "36"
)

// paint is the only place that makes escape sequences. s must be printable.
func (o Options) paint(st style, s string) string {
	if !o.Color || st == bare || s == "" {
		return s
	}
	return "\x1b[" + string(st) + "m" + s + "\x1b[0m"
}

// columnsOf returns how many columns a printable string takes: two for East
// Asian wide characters, none for combining marks.
func columnsOf(s string) int {
	n := 0
	for _, r := range s {
		n += columnsOfRune(r)
	}
	return n
}

// fill breaks printable text at spaces into lines of at most n columns. A word
// that is longer stands on a line of its own, whole: breaking it would break
// the path or URL that it is.
func fill(s string, n int) []string {
	var lines []string
	line, used := "", 0
	for _, word := range strings.Fields(s) {
		w := columnsOf(word)
		if used > 0 && used+1+w > n {
			lines = append(lines, line)
			line, used = "", 0
		}
		if used > 0 {
			line += " "
			used++
		}
		line += word
		used += w
	}
	if used > 0 {
		lines = append(lines, line)
	}
	return lines
}

// shorten cuts printable text to n columns, for names that strangers chose.
func shorten(s string, n int) string {
	if columnsOf(s) <= n {
		return s
	}
	used := 0
	for i, r := range s {
		if used += columnsOfRune(r); used >= n {
			return s[:i] + "…"
		}
	}
	return s
}

func columnsOfRune(r rune) int {
	switch {
	case unicode.Is(unicode.Mn, r):
		return 0
	case width.LookupRune(r).Kind() == width.EastAsianWide, width.LookupRune(r).Kind() == width.EastAsianFullwidth:
		return 2
	}
	return 1
}
