package notation

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBelowVisitsTheCellsOfAColumn(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"a Markdown table":      {"| a | NAME | b |\n|---|---|---|\n| 1 | `x` | 2 |\n| 3 | y | 4 |\n\n| 5 | z | 6 |\n", []string{"x", "y"}},
		"a query's result":      {" a | NAME\n---+-----\n 1 | x\n", []string{"x"}},
		"rows joined by commas": {"NAME,a\r\n\"x\",1\r\ny,2\r\nend\r\n", []string{"x", "y"}},
		"tags":                  {"<table><tr><th>a<th class=k>NAME<tr><td>1<td><b>x</b><tr><td>2</table><tr><td>3<td>z", []string{"x"}},
		"no table":              {"NAME\nx\n", nil},
		"no heading":            {"<tr><td>a</td></tr></table>\nNAME\nx", nil},
	} {
		var got []string
		at := bytes.Index([]byte(c.text), []byte("NAME"))
		Below([]byte(c.text), at, at+4, func(from, to int) bool {
			if v := c.text[from:to]; v != "---" {
				got = append(got, v)
			}
			return true
		})
		assert.Equal(t, c.want, got, name)
	}
}

func FuzzBelow(f *testing.F) {
	f.Add("| a | NAME |\n|---|---|\n| 1 | x |\n", 6, 10)
	f.Add("<table><tr><th>NAME</th></tr><tr><td>x</td></tr>", 15, 19)
	f.Fuzz(func(t *testing.T, text string, start, end int) {
		if start < 0 || end < start || end > len(text) {
			return
		}
		last := end
		Below([]byte(text), start, end, func(from, to int) bool {
			if from < last || to < from || to > len(text) {
				t.Fatalf("cell %d to %d behind %d, of %d", from, to, last, len(text))
			}
			last = to
			return true
		})
	})
}
