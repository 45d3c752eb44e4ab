package layout

import (
	"math"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/content"
)

// ByObject returns the text of a page in the order in which it was shown, a line
// for each piece that was put somewhere. Pieces of one or two glyphs go on with
// the line that they stand on.
//
// Some programs write a whole row of cells as one piece. If its cells touch,
// only the rules between them still part its digits, or that they are as many
// as several account IDs.
func ByObject(page *content.Page) string {
	var b strings.Builder
	pieces := pieceSizes(page.Spans)
	rules := newRules(page.Rules)
	var last *content.Span
	for i := range page.Spans {
		s := &page.Spans[i]
		if s.Actual {
			continue
		}
		if last != nil {
			b.WriteString(objectSeparator(last, s, pieces))
		}
		rules.part(&b, s)
		last = s
	}
	if last != nil {
		b.WriteByte('\n')
	}
	return partRuns(b.String())
}

// pieceSizes counts the characters of each piece, by its number.
func pieceSizes(spans []content.Span) map[int]int {
	out := map[int]int{}
	for i := range spans {
		if !spans[i].Actual {
			out[spans[i].Op] += utf8.RuneCountInString(spans[i].Text)
		}
	}
	return out
}

func objectSeparator(last, s *content.Span, pieces map[int]int) string {
	sin, cos := math.Sincos(last.Angle)
	em := min(last.Size, s.Size)
	along := ((s.X0-last.X1)*cos + (s.Y0-last.Y1)*sin) / em
	across := ((s.Y0-last.Y1)*cos - (s.X0-last.X1)*sin) / em
	if last.Op != s.Op {
		const small = 2
		if stacked(last, s, pieces, across, em) {
			return ""
		}
		together := s.Onward && last.Object == s.Object && math.Abs(along) < wordGap
		if !together && pieces[last.Op] > small && pieces[s.Op] > small || last.Mark != s.Mark ||
			math.Abs(across) > 0.5 || along > cellGap || along < -overlap*float64(len(s.Text))-1 {
			return "\n"
		}
	}
	limit := wordGap
	if digitAtEnd(last.Text) && digitAtStart(s.Text) {
		limit = objectGap
	}
	if along > limit {
		return spaceUnless(last.Text, s.Text)
	}
	return ""
}

// stacked tells upright glyphs that stand one below the other, as in vertical
// text.
func stacked(last, s *content.Span, pieces map[int]int, across, em float64) bool {
	return pieces[last.Op] == 1 && pieces[s.Op] == 1 && last.Angle == s.Angle && across < -0.5 && across > -1.6 &&
		math.Abs(s.X0+s.X1-last.X0-last.X1) < 0.2*em
}

// part writes a span, parted where rules stand between its digits. Digits are of
// one width, which tells where each of them stands.
func (r rules) part(b *strings.Builder, s *content.Span) {
	const most = 2 * idDigits
	n := len(s.Text)
	if len(r) == 0 || n < most || math.Abs(s.Angle) > 0.01 || strings.Trim(s.Text, "0123456789") != "" {
		b.WriteString(s.Text)
		return
	}
	width := (s.X1 - s.X0) / float64(n)
	begin := 0
	for i := sort.Search(len(r), func(i int) bool { return r[i].X > s.X0 }); i < len(r) && r[i].X < s.X1; i++ {
		at := (r[i].X - s.X0) / width
		k := int(math.Round(at))
		middle := s.Y0 + s.Size/3
		if k > begin && k < n && math.Abs(at-float64(k)) < overlap && r[i].Y0 < middle && r[i].Y1 > middle {
			b.WriteString(s.Text[begin:k])
			b.WriteByte('\t')
			begin = k
		}
	}
	b.WriteString(s.Text[begin:])
}

// idDigits is how many digits an AWS account ID has.
const idDigits = 12

// partRuns parts runs of digits that are as long as several account IDs: longer
// than any number that people write.
func partRuns(text string) string {
	var b strings.Builder
	begin := 0 // of what is not written yet
	for i := 0; i < len(text); {
		n := 0
		for i+n < len(text) && isDigit(text[i+n]) {
			n++
		}
		if n >= 2*idDigits && n%idDigits == 0 {
			b.WriteString(text[begin:i])
			for begin = i; begin < i+n; begin += idDigits {
				b.WriteString(text[begin : begin+idDigits])
				b.WriteByte('\t')
			}
		}
		i += n + 1
	}
	if begin == 0 {
		return text
	}
	b.WriteString(text[begin:])
	return b.String()
}
