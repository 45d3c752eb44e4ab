package quality

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/awsaccount"
	"github.com/deputy-sec/deputy/scanner/detect/example"
)

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
	assert.InDelta(t, 0.5, sum.Precision(), 1e-9)
	assert.InDelta(t, 0.5, sum.MacroRecall, 1e-9)
	assert.InDelta(t, 0.5, sum.MacroPrecision, 1e-9)
}

func TestMeasureAsksForTheRightRule(t *testing.T) {
	corpus := Corpus{
		Set:   detect.NewSet(awsaccount.New()),
		Shape: map[string]example.Shape{"project": example.Shapes["account"]},
		Rule:  map[string]string{"account": "aws-account-id", "project": "gcp-project-number"},
		Seeds: 1,
		Files: fstest.MapFS{
			"a": {Data: []byte("arn:aws:iam::«account=a»:root or arn:aws:iam::«=a»:user/x")},
			"b": {Data: []byte("arn:aws:iam::«project»:root")},
		},
	}
	scores, err := Measure(corpus)
	require.NoError(t, err)
	assert.Equal(t, Counts{"aws-account-id": {Right: 2, Wrong: 1}, "gcp-project-number": {Missed: 1}}, Sum(scores).Rules)

	delete(corpus.Rule, "project")
	_, err = Measure(corpus)
	require.ErrorContains(t, err, "project")
}
