package quality

import (
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/awsaccount"
	"github.com/deputy-sec/deputy/scanner/detect/example"
)

// family is a folder of the corpus and the detectors it labels.
type family struct {
	folder    string
	detectors []detect.Detector
	shapes    map[string]example.Shape
	precision float64 // macro, at least
	recall    float64 // macro, at least
}

// families are measured by make quality.
var families = []family{
	{"account", []detect.Detector{awsaccount.New()}, nil, 0.99, 0.95},
}

const corpus = "../../../testdata/quality/"

// TestQuality prints the figures and holds them to their aims.
func TestQuality(t *testing.T) {
	for _, f := range families {
		t.Run(f.folder, func(t *testing.T) {
			scores, err := Measure(Corpus{
				Files: os.DirFS(corpus + f.folder), Set: detect.NewSet(f.detectors...), Shape: f.shapes, Seeds: 10,
			})
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
				f.folder, sum.Texts, sum.Right, sum.Wrong, sum.Missed, sum.Precision, sum.Recall, sum.MacroPrecision, sum.MacroRecall)
			assert.GreaterOrEqual(t, sum.MacroPrecision, f.precision, "macro precision")
			assert.GreaterOrEqual(t, sum.MacroRecall, f.recall, "macro recall")
		})
	}
}

func TestMeasureCountsEveryKindOfResult(t *testing.T) {
	scores, err := Measure(Corpus{
		Set:   detect.NewSet(awsaccount.New()),
		Seeds: 3,
		Files: fstest.MapFS{
			"a-right":  {Data: []byte("arn:aws:iam::«account»:root")},
			"b-wrong":  {Data: []byte("arn:aws:iam::‹account›:root")},
			"c-missed": {Data: []byte("phone: «account»")},
			"d-silent": {Data: []byte("arn:aws:iam::123456789012:root, phone: ‹digits:12›")},
		},
	})
	require.NoError(t, err)
	require.Len(t, scores, 4)
	counts := func(s Score) [3]int { return [3]int{s.Right, s.Wrong, s.Missed} }
	assert.Equal(t, [3]int{3, 0, 0}, counts(scores[0]))
	assert.Equal(t, [3]int{0, 3, 0}, counts(scores[1]))
	assert.Equal(t, [3]int{0, 0, 3}, counts(scores[2]))
	assert.Equal(t, [3]int{0, 0, 0}, counts(scores[3]))
	assert.Equal(t, 1, scores[1].Mistakes[0].Line)

	sum := Sum(scores)
	assert.InDelta(t, 0.5, sum.Precision, 1e-9)
	assert.InDelta(t, 0.5, sum.MacroRecall, 1e-9)
	assert.InDelta(t, 0.5, sum.MacroPrecision, 1e-9)
}
