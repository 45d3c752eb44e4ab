package quality

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/awsaccount"
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
	assert.InDelta(t, 0.5, sum.Precision, 1e-9)
	assert.InDelta(t, 0.5, sum.MacroRecall, 1e-9)
	assert.InDelta(t, 0.5, sum.MacroPrecision, 1e-9)
}
