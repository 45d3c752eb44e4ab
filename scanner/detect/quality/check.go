package quality

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Aim is what a family of detectors is held to on its corpus.
type Aim struct {
	Precision, Recall float64 // macro, at least
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
			kind := "wrong"
			if m.Missed {
				kind = "missed"
			}
			t.Logf("%s:%d: %s: %.160s (%.2f %v)", s.File, m.Line, kind, m.Text, m.Confidence, m.Evidence)
		}
	}
	sum := Sum(scores)
	t.Logf("%s: %d texts, %d right, %d wrong, %d missed: precision %.4f, recall %.4f; macro %.4f, %.4f",
		family, sum.Texts, sum.Right, sum.Wrong, sum.Missed, sum.Precision, sum.Recall, sum.MacroPrecision, sum.MacroRecall)
	assert.GreaterOrEqual(t, sum.MacroPrecision, aim.Precision, "macro precision")
	assert.GreaterOrEqual(t, sum.MacroRecall, aim.Recall, "macro recall")
}
