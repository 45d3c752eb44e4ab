package quality

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Aim is what a family of detectors is held to on its corpus, at least.
type Aim struct {
	Precision, Recall float64 // macro, of the family
	Rule              float64 // precision and recall of each of its rules
}

// Check measures a family on its corpus under testdata/quality, prints the
// figures with every mistake, and holds them to their aim. It runs in the test
// of a detector's package, where the shapes of its values are known; the corpus
// needs no more than its Set, and what is particular to the family.
func Check(t *testing.T, family string, aim Aim, c Corpus) {
	t.Helper()
	c.Files = os.DirFS(filepath.Join("..", "..", "..", "testdata", "quality", family))
	c.Seeds = 10
	scores, err := Measure(c)
	require.NoError(t, err)
	require.NotEmpty(t, scores)
	for _, s := range scores {
		for _, m := range s.Mistakes {
			kind := "wrong " + m.Rule
			if m.Missed {
				kind = "missed"
			}
			t.Logf("%s:%d: %s: %.160s (%.2f %v)", s.File, m.Line, kind, m.Text, m.Confidence, m.Evidence)
		}
	}
	sum := Sum(scores)
	t.Logf("%s: %d texts, %s; macro %.4f, %.4f", family, sum.Texts, sum.Count, sum.MacroPrecision, sum.MacroRecall)
	assert.GreaterOrEqual(t, sum.MacroPrecision, aim.Precision, "macro precision")
	assert.GreaterOrEqual(t, sum.MacroRecall, aim.Recall, "macro recall")
	if c.Rule != nil {
		c.checkRules(t, aim.Rule, sum.Rules)
	}
}

// checkRules prints the figures of each rule, and names those that no text of
// the corpus has a value for.
func (c Corpus) checkRules(t *testing.T, aim float64, rules Counts) {
	t.Helper()
	for _, rule := range slices.Sorted(maps.Keys(rules)) {
		n := rules[rule]
		t.Logf("  %-28s %s", rule, n)
		assert.GreaterOrEqual(t, n.Precision(), aim, "precision of %s", rule)
		assert.GreaterOrEqual(t, n.Recall(), aim, "recall of %s", rule)
	}
	var unlabelled []string
	for _, rule := range slices.Compact(slices.Sorted(maps.Values(c.Rule))) {
		if n := rules[rule]; n.Right+n.Missed == 0 {
			unlabelled = append(unlabelled, rule)
		}
	}
	if len(unlabelled) > 0 {
		t.Logf("  no text has a value for %s", strings.Join(unlabelled, ", "))
	}
}
