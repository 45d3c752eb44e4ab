package awsaccount

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/internal/literal"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/example"
)

// sprawl makes a text of what a survey has to cut right: lines short and very
// long, escapes that make several lines of one, tables, lists, repeated digits.
func sprawl(r *rand.Rand, size int) []byte {
	id := func() string { return example.Chars(r, example.Digits, idDigits) }
	known := []string{id(), id(), id()}
	pieces := []func() string{
		func() string { return "accounts:\n" },
		func() string { return "  - " + id() + "\n" },
		func() string { return "  owners: # AWS\r\n" },
		func() string { return "    - \"" + known[r.IntN(3)] + "\"\r\n" },
		func() string { return "arn:aws:iam::" + known[r.IntN(3)] + ":root\n" },
		func() string { return `{"a\nb": "account\n` + id() + `\nx",` },
		func() string { return "name,account,amount\n" },
		func() string { return "x," + id() + ",5\n" },
		func() string { return strings.Repeat("word ", r.IntN(900)) },
		func() string { return "| a | account |\n|---|---|\n| x | " + id() + " |\n" },
		func() string { return "|===\n|a |account\n\n|x\n|" + known[r.IntN(3)] + "\n" },
		func() string { return "<table><tr><th>account</th></tr>\n<tr><td>" + id() + "</td></tr>\n" },
		func() string { return "INSERT INTO t (a, account_id) VALUES ('x', '" + id() + "'),\n" },
		func() string { return "NAME  ACCOUNT ID\nx     " + id() + "\n" },
		func() string { return "Account ID\n" + id() + "\n" },
		func() string { return ".. list-table::\n   * - a\n     - order\n   * - x\n     - " + id() + "\n" },
		func() string { return "us-east-1 " + known[r.IntN(3)] + " sg-0a1b2c\n" },
		func() string { return "%3A" + id() + "%22\n" },
		func() string { return "\n\n" },
		func() string { return example.Chars(r, example.Digits, 11+r.IntN(3)) + "\n" },
		func() string { return `\\\"` + "payment to bank " + id() + ", balance\n" },
	}
	var b strings.Builder
	for b.Len() < size {
		b.WriteString(pieces[r.IntN(len(pieces))]())
	}
	return []byte(b.String())
}

// TestScratchChangesNoVerdict asks about every candidate of a text once alone, and
// then about all of them, in order and out of order, with one survey.
func TestScratchChangesNoVerdict(t *testing.T) {
	seeds := uint64(30)
	if testing.Short() {
		seeds = 3
	}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 4))
		text := sprawl(r, 60_000)
		type trigger struct{ start, end int }
		var triggers []trigger
		literal.Digits(text, 0, len(text), func(start, end int) {
			triggers = append(triggers, trigger{start, end})
		})
		ask := func(at trigger, scratch any) (found []detect.Match) {
			w := detect.NewWindow(text, at.start, at.end, 0)
			*w.Scratch() = scratch
			New().Detect(w, func(m detect.Match) { found = append(found, m) })
			return found
		}
		alone := make([][]detect.Match, len(triggers))
		for i, at := range triggers {
			alone[i] = ask(at, nil)
		}
		shared := &survey{}
		for i := range 2 * len(triggers) {
			if i >= len(triggers) {
				i = r.IntN(len(triggers))
			}
			require.Equal(t, alone[i], ask(triggers[i], shared), "seed %d, number at %d", seed, triggers[i].start)
		}
	}
}
