package promtext_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/internal/promtext"
)

func TestFamiliesAreWrittenAsTheFormatHasThem(t *testing.T) {
	var b strings.Builder
	require.NoError(t, promtext.Write(&b, []promtext.Family{
		promtext.One("up", "Whether it is.", 1),
		promtext.Count("jobs_total", "Jobs.", 1e6),
		{Name: "repositories", Help: "By host.", Values: []promtext.Value{
			{Value: 2, Labels: []string{"host", "a\"b\\c\nd", "state", "open"}},
			{Value: 0.5, Labels: []string{"host", "x"}},
		}},
		{Name: "seconds", Help: "Time.", Kind: promtext.Histogram, Values: []promtext.Value{
			{Value: 3, Suffix: "_bucket", Labels: []string{"le", "+Inf"}}, {Value: 3, Suffix: "_count"},
		}},
	}))
	assert.Equal(t, `# HELP up Whether it is.
# TYPE up gauge
up 1
# HELP jobs_total Jobs.
# TYPE jobs_total counter
jobs_total 1e+06
# HELP repositories By host.
# TYPE repositories gauge
repositories{host="a\"b\\c\nd",state="open"} 2
repositories{host="x"} 0.5
# HELP seconds Time.
# TYPE seconds histogram
seconds_bucket{le="+Inf"} 3
seconds_count 3
`, b.String())
}
