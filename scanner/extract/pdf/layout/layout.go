// Package layout puts the text of a page into lines.
//
// There are two ways, and either is wrong now and then. By geometry, what stands
// next to each other on a line is read together: it heals words that were shown
// letter by letter, and glues two cells that touch. By object, what was shown
// together is read together: it keeps such cells apart, and tears such words.
// What is searched is read in both ways where they differ, and once more where cells of a
// table go on below.
package layout

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/content"
)

// Gaps in ems.
const (
	wordGap   = 0.15 // parts words
	digitGap  = 0.22 // parts digits, which are kerned wider than letters
	cellGap   = 1.5  // parts cells
	objectGap = 0.6  // parts digits that were shown in one go
	overlap   = 0.3  // what may lie over each other in one word
)

// item is a span on its line: u along the line, v across.
type item struct {
	*content.Span
	u0, u1, v float64
}

// Geometric returns the text of a page by where it stands: the lines of each
// direction from top to bottom, words parted by a space and cells by a tab.
func Geometric(page *content.Page) string {
	var b strings.Builder
	rules := newRules(page.Rules)
	for _, group := range byAngle(page.Spans) {
		for _, line := range lines(group) {
			writeLine(&b, line, rules)
		}
	}
	return b.String()
}

// byAngle parts the spans by the direction of their lines, to half a degree, and
// begins with that of the most text.
func byAngle(spans []content.Span) [][]item {
	const half = 2 * 180 / math.Pi
	groups := map[int][]item{}
	sizes := map[int]int{}
	for i := range spans {
		s := &spans[i]
		if s.Replaced {
			continue
		}
		key := int(math.Round(s.Angle * half))
		if key == -360 {
			key = 360
		}
		sin, cos := math.Sincos(float64(key) / half)
		groups[key] = append(groups[key], item{s, s.X0*cos + s.Y0*sin, s.X1*cos + s.Y1*sin, s.Y0*cos - s.X0*sin})
		sizes[key] += len(s.Text)
	}
	keys := make([]int, 0, len(groups))
	for k := range groups {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b int) int { return cmp.Or(cmp.Compare(sizes[b], sizes[a]), cmp.Compare(a, b)) })
	out := make([][]item, len(keys))
	for i, k := range keys {
		out[i] = groups[k]
	}
	return out
}

// lines parts items by their baseline, from top to bottom, each sorted from left
// to right.
//
// Superscripts and subscripts stand on the line of what they belong to: they
// are off it by less than the larger em, as a rule, and than their own.
func lines(items []item) [][]item {
	const ofLarger, ofSmaller, total = 0.42, 0.6, 0.75 // ems
	slices.SortStableFunc(items, func(a, b item) int { return cmp.Compare(b.v, a.v) })
	var out [][]item
	begin := 0
	for i := 1; i <= len(items); i++ {
		if i < len(items) {
			a, b := items[i-1].Size, items[i].Size
			step := min(ofLarger*max(a, b), ofSmaller*min(a, b))
			if items[i-1].v-items[i].v < step && items[begin].v-items[i].v < total*max(a, b) {
				continue
			}
		}
		line := items[begin:i]
		slices.SortStableFunc(line, func(a, b item) int { return cmp.Compare(a.u0, b.u0) })
		out = append(out, line)
		begin = i
	}
	return out
}

func writeLine(b *strings.Builder, line []item, rules rules) {
	for i, c := range cells(line, rules) {
		if i > 0 {
			b.WriteByte('\t')
		}
		b.WriteString(c.text)
	}
	b.WriteByte('\n')
}

// cell is a piece of a line that blanks or rules set off from others.
type cell struct {
	text   string
	u0, u1 float64
	size   float64
}

// cells returns the cells of a line.
func cells(line []item, rules rules) []cell {
	var (
		out  []cell
		text strings.Builder
		last *item
		end  float64
		wide = wideSet(line)
	)
	for i := range line {
		it := &line[i]
		switch {
		case last == nil:
			out, end = append(out, cell{u0: it.u0, size: it.Size}), it.u1
		case repeats(last, it):
			continue
		default:
			sep := separator(last, it, end, wide[i], rules)
			if sep == "\t" {
				out[len(out)-1].text, out[len(out)-1].u1 = text.String(), end
				text.Reset()
				out = append(out, cell{u0: it.u0, size: it.Size})
			} else {
				text.WriteString(sep)
			}
			end = max(end, it.u1)
		}
		text.WriteString(it.Text)
		last = it
	}
	if n := len(out); n > 0 {
		out[n-1].text, out[n-1].u1 = text.String(), end
	}
	return out
}

// repeats tells text that is drawn again a little aside to look bold, or its
// shadow. Two letters alike stand apart by as much as the letter is wide.
func repeats(last, it *item) bool {
	aside := overlap * it.Size
	if width := last.u1 - last.u0; width > 0 {
		aside = min(aside, width/2)
	}
	return last.Text == it.Text && math.Abs(last.u0-it.u0) < aside && math.Abs(last.v-it.v) < overlap*it.Size
}

// separator returns what parts two neighbours on a line: nothing in a word.
func separator(last, it *item, end float64, spaced float64, rules rules) string {
	em := min(last.Size, it.Size)
	gap := (it.u0 - end) / em
	limit := wordGap
	if digitAtEnd(last.Text) && digitAtStart(it.Text) {
		limit = digitGap
		if raised(last, it) { // the number of a footnote is not part of a number
			return " "
		}
	}
	limit += spaced
	switch {
	case gap > cellGap:
		return "\t"
	case gap > limit:
		return spaceUnless(last.Text, it.Text)
	case gap < -overlap && last.Op != it.Op && gap < -overlap*float64(utf8.RuneCountInString(it.Text)):
		return spaceUnless(last.Text, it.Text)
	case last.Op != it.Op && rules.between(last, it, em):
		return "\t"
	}
	return ""
}

// raised tells that one of two neighbours is set smaller and higher or lower.
func raised(last, it *item) bool {
	small, large := min(last.Size, it.Size), max(last.Size, it.Size)
	return small < 0.85*large && math.Abs(last.v-it.v) > 0.1*large
}

func spaceUnless(before, after string) string {
	if strings.HasSuffix(before, " ") || strings.HasPrefix(after, " ") {
		return ""
	}
	return " "
}

func digitAtEnd(s string) bool   { return s != "" && isDigit(s[len(s)-1]) }
func digitAtStart(s string) bool { return s != "" && isDigit(s[0]) }
func isDigit(c byte) bool        { return c >= '0' && c <= '9' }

// wideSet finds glyphs that stand one by one at equal gaps: text set wide. It
// returns for each item the gap in ems before it that parts nothing.
func wideSet(line []item) []float64 {
	const few, limit, tolerance = 4, 0.6, 0.05
	out := make([]float64, len(line))
	for i := 0; i+1 < len(line); {
		gap := (line[i+1].u0 - line[i].u1) / line[i].Size
		j := i + 1
		for j < len(line) && single(&line[j-1]) && single(&line[j]) && math.Abs((line[j].u0-line[j-1].u1)/line[j].Size-gap) < tolerance {
			j++
		}
		if n := j - i - 1; n >= few && gap > 0 && gap < limit {
			for k := i + 1; k < j; k++ {
				out[k] = gap
			}
		}
		i = max(j-1, i+1)
	}
	return out
}

// single tells a letter or digit that stands alone; a leader is one of dots.
func single(it *item) bool {
	r, n := utf8.DecodeRuneInString(it.Text)
	return n == len(it.Text) && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// rules are vertical lines sorted by where they stand.
type rules []content.Rule

func newRules(r []content.Rule) rules {
	slices.SortFunc(r, func(a, b content.Rule) int { return cmp.Compare(a.X, b.X) })
	return r
}

// between reports whether a vertical rule parts two neighbours on a level line.
func (r rules) between(last, it *item, em float64) bool {
	if len(r) == 0 || math.Abs(it.Angle) > 0.01 {
		return false
	}
	const slack = 0.2
	from, to := min(last.X1, it.X0)-slack*em, max(last.X1, it.X0)+slack*em
	for i := sort.Search(len(r), func(i int) bool { return r[i].X >= from }); i < len(r) && r[i].X <= to; i++ {
		if middle := it.Y0 + em/3; r[i].Y0 < middle && r[i].Y1 > middle {
			return true
		}
	}
	return false
}
