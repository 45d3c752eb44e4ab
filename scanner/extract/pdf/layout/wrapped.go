package layout

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/content"
)

// Wrapped returns the text of a page with the values put together again that its tables wrap
// within their cells; "" if there are none. A line belongs to the row above it if it
// has fewer cells, and all of them below one of that row's.
func Wrapped(page *content.Page) string {
	var b strings.Builder
	rules, found := newRules(page.Rules), false
	for _, group := range byAngle(page.Spans) {
		all := lines(group)
		for i := 0; i < len(all); {
			row, above := cells(all[i], rules), all[i]
			for i++; i < len(all) && len(row) > 1; i++ {
				below := cells(all[i], rules)
				if !goesOn(row, below, above[0].v-all[i][0].v) {
					break
				}
				found, above = true, all[i]
			}
			for k, c := range row {
				if k > 0 {
					b.WriteByte('\t')
				}
				b.WriteString(c.text)
			}
			b.WriteByte('\n')
		}
	}
	if !found {
		return ""
	}
	return b.String()
}

// goesOn adds the cells of the line below to those of a row that they continue, if that
// completes a value.
func goesOn(row, below []cell, step float64) bool {
	const near = 1.7 // ems between lines of one cell
	if len(below) == 0 || len(below) >= len(row) || step > near*below[0].size {
		return false
	}
	at, joins := make([]int, len(below)), false
	for i := range below {
		if at[i] = cellAbove(row, &below[i]); at[i] < 0 || i > 0 && at[i] <= at[i-1] {
			return false
		}
		joins = joins || completes(row[at[i]].text, below[i].text)
	}
	if !joins {
		return false
	}
	for i := range below {
		c := &row[at[i]]
		if !completes(c.text, below[i].text) {
			c.text += " "
		}
		c.text += below[i].text
		c.u0, c.u1 = min(c.u0, below[i].u0), max(c.u1, below[i].u1)
	}
	return true
}

// cellAbove returns the cell of a row that another one stands below, on either side or in the
// middle; -1 if there is none.
func cellAbove(row []cell, c *cell) int {
	slack := 0.5 * c.size
	for i := range row {
		r := &row[i]
		if math.Abs(r.u0-c.u0) < slack || math.Abs(r.u1-c.u1) < slack || math.Abs(r.u0+r.u1-c.u0-c.u1) < 2*slack {
			return i
		}
	}
	return -1
}

// completes reports whether a value that ends one line of a cell goes on in the next: digits
// that make an account ID together, or the pieces of something longer than words are.
func completes(above, below string) bool {
	above, below = above[strings.LastIndexByte(above, ' ')+1:], first(below)
	if above == "" || below == "" {
		return false
	}
	head, tail := digitsBefore(above), digitsBehind(below)
	if head > 0 && tail > 0 {
		return head+tail == idDigits
	}
	const long = 8
	r, _ := utf8.DecodeLastRuneInString(above)
	return len(above) >= long && strings.ContainsAny(above, "0123456789") && (isWord(r) || strings.ContainsRune("-:/_.+=", r))
}

func first(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}

func isWord(r rune) bool {
	return r < utf8.RuneSelf && (isDigit(byte(r)) || r|0x20 >= 'a' && r|0x20 <= 'z')
}

func digitsBefore(text string) int {
	n := 0
	for n < len(text) && isDigit(text[len(text)-1-n]) {
		n++
	}
	return n
}

func digitsBehind(text string) int {
	n := 0
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	return n
}
