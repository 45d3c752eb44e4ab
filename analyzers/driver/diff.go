package driver

import (
	"bytes"
	"fmt"
	"strings"
)

// line is one line of a comparison: kept (' '), removed ('-') or added ('+').
type line struct {
	op   byte
	text string
}

// around is how many kept lines a hunk shows around a change.
const around = 3

// maxTable bounds the comparison line by line; between the first and the last
// difference of larger texts, all lines are reported as replaced.
const maxTable = 4 << 20

// Diff is the change as a unified diff, under the name that is given.
func (c Change) Diff(name string) string {
	lines := compare(split(c.Before), split(c.After))
	var b strings.Builder
	fmt.Fprintf(&b, "--- a/%s\n+++ b/%s\n", name, name)
	for start := 0; start < len(lines); {
		if lines[start].op == ' ' {
			start++
			continue
		}
		from := max(0, start-around)
		end, kept := start, 0
		for end < len(lines) && kept <= 2*around {
			if lines[end].op == ' ' {
				kept++
			} else {
				kept = 0
			}
			end++
		}
		to := end - max(0, kept-around)
		hunk(&b, lines, from, to)
		start = to
	}
	return b.String()
}

// hunk writes lines with the header that says where they are in both texts.
func hunk(b *strings.Builder, lines []line, from, to int) {
	count := func(lines []line, skip byte) int {
		n := 0
		for _, l := range lines {
			if l.op != skip {
				n++
			}
		}
		return n
	}
	fmt.Fprintf(b, "@@ -%d,%d +%d,%d @@\n", count(lines[:from], '+')+1, count(lines[from:to], '+'), count(lines[:from], '-')+1, count(lines[from:to], '-'))
	for _, l := range lines[from:to] {
		b.WriteByte(l.op)
		b.WriteString(l.text)
		if !strings.HasSuffix(l.text, "\n") {
			b.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

func split(text []byte) []string {
	var out []string
	for l := range bytes.Lines(text) {
		out = append(out, string(l))
	}
	return out
}

// compare finds what is common by the longest common subsequence between the first and
// the last difference.
func compare(a, b []string) []line {
	var head, tail []line
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head = append(head, line{' ', a[0]})
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail = append([]line{{' ', a[len(a)-1]}}, tail...)
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return append(append(head, middle(a, b)...), tail...)
}

func middle(a, b []string) []line {
	var out []line
	if len(a)*len(b) > maxTable {
		for _, l := range a {
			out = append(out, line{'-', l})
		}
		for _, l := range b {
			out = append(out, line{'+', l})
		}
		return out
	}
	common := make([][]int, len(a)+1) // the length of what a[i:] and b[j:] have in common
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, line{' ', a[i]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			out = append(out, line{'-', a[i]})
			i++
		default:
			out = append(out, line{'+', b[j]})
			j++
		}
	}
	return out
}
