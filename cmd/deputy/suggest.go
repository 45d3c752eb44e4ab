package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// maxSuggestions is how many names a hint proposes.
const maxSuggestions = 3

// didYouMean returns a hint at the names that are written most like a word, "" if none is:
// ` (did you mean "scan"?)`.
func didYouMean(word string, names []string) string {
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
	return " (did you mean " + oneOf(out) + "?)"
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

// knownVerb returns an error for arguments of the bare command: they begin with a verb that
// there is not.
func knownVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var verbs []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			verbs = append(verbs, c.Name())
		}
	}
	return fmt.Errorf("unknown verb %q%s\nSee '%s --help'", args[0], didYouMean(args[0], verbs), cmd.CommandPath())
}

// flagError says what is wrong with a flag, and which one may be meant.
func flagError(cmd *cobra.Command, err error) error {
	hint := ""
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if name := unknown.GetSpecifiedName(); len(name) > 1 {
			hint = didYouMean(name, names)
		}
	}
	return fmt.Errorf("%w%s\nSee '%s --help'", err, strings.ReplaceAll(hint, `"`, "--"), cmd.CommandPath())
}
