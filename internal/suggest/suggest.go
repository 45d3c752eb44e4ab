// Package suggest proposes what somebody may have meant to write.
package suggest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// maxSuggestions is how many names a hint proposes.
const maxSuggestions = 3

// DidYouMean returns a hint at the names that are written most like a word, "" if none is:
// ` (did you mean "scan"?)`.
func DidYouMean(word string, names []string) string {
	type guess struct {
		name     string
		distance int
	}
	var guesses []guess
	for _, name := range names {
		if d := editDistance(word, name); d <= max(1, len(word)/3) || sharesWord(word, name) {
			guesses = append(guesses, guess{name, d})
		}
	}
	slices.SortFunc(guesses, func(a, b guess) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name))
	})
	var out []string
	for _, g := range guesses[:min(len(guesses), maxSuggestions)] {
		out = append(out, fmt.Sprintf("%q", g.name))
	}
	if len(out) == 0 {
		return ""
	}
	return " (did you mean " + OneOf(out) + "?)"
}

// sharesWord reports whether a name's words hold all of those that were written:
// "account-id" means "aws-account-id".
func sharesWord(word, name string) bool {
	parts := strings.Split(name, "-")
	for w := range strings.SplitSeq(word, "-") {
		if len(w) < 2 || !slices.Contains(parts, w) {
			return false
		}
	}
	return true
}

// editDistance counts the letters to insert, remove, replace or swap with their neighbour
// to get from a to b (optimal string alignment).
func editDistance(a, b string) int {
	var before, last []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, last, row = last, row, make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			same := 1
			if a[i] == b[j] {
				same = 0
			}
			row[j+1] = min(last[j]+same, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}

// OneOf lists words as a person says it: "a, b or c".
func OneOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
