package baseline_test

import (
	"crypto/sha1"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/suppress/baseline"
)

func theirs(value string, places ...finding.Sighting) *finding.Finding {
	return &finding.Finding{Rule: &finding.Rule{ID: "x", Kind: finding.Token}, Secret: finding.NewSecret(value), Fingerprint: value, Sightings: places}
}

func newTo(t *testing.T, text string, findings ...*finding.Finding) []*finding.Finding {
	t.Helper()
	b, err := baseline.Read(strings.NewReader(text), finding.NewFingerprinter(nil))
	require.NoError(t, err)
	require.NotEmpty(t, b.Foreign())
	fresh, known := b.New(findings, nil)
	assert.Equal(t, len(findings), len(fresh)+known)
	return fresh
}

func TestAGitleaksReportIsABaseline(t *testing.T) {
	report := `[{"RuleID":"a","File":"x.txt","Secret":"value-of-one-key","StartLine":7},{"RuleID":"a","File":"./y.txt","Secret":"REDACTED","StartLine":3}]`
	fresh := newTo(t, report,
		theirs("value-of-one-key", finding.Sighting{Path: "x.txt", Line: 99}),
		theirs("value-of-one-key and what follows", finding.Sighting{Path: "x.txt", Line: 99}),
		theirs("anything", finding.Sighting{Path: "y.txt", Line: 3}))
	assert.Empty(t, fresh, "by value wherever it stands in the file; by line if it is redacted")
	fresh = newTo(t, report,
		theirs("another-value", finding.Sighting{Path: "x.txt", Line: 7}),
		theirs("value-of-one-key", finding.Sighting{Path: "x.txt"}, finding.Sighting{Path: "z.txt"}),
		theirs("anything", finding.Sighting{Path: "y.txt", Line: 4}))
	require.Len(t, fresh, 3)
	assert.Equal(t, []finding.Sighting{{Path: "z.txt"}}, fresh[1].Sightings)
}

func TestADetectSecretsBaselineIsABaseline(t *testing.T) {
	text := fmt.Sprintf(`{"version":"1.5.0","plugins_used":[],"results":{"x.txt":[{"type":"Secret Keyword","filename":"x.txt","hashed_secret":"%x","line_number":7}]}}`, sha1.Sum([]byte("one value")))
	assert.Empty(t, newTo(t, text, theirs("one value", finding.Sighting{Path: "x.txt", Line: 9})))
	assert.Len(t, newTo(t, text, theirs("other value", finding.Sighting{Path: "x.txt", Line: 7}), theirs("one value", finding.Sighting{Path: "y.txt"})), 2)
}

func TestListsThatAreNoReports(t *testing.T) {
	for _, text := range []string{`[1]`, `[{"RuleID":""}]`, `[{"other":"list"}]`, `{"results":{"x":[{"hashed_secret":"short"}]},"plugins_used":[]}`} {
		_, err := baseline.Read(strings.NewReader(text), finding.NewFingerprinter(nil))
		assert.Error(t, err, text)
	}
}

func FuzzReadForeign(f *testing.F) {
	f.Add(`[{"RuleID":"a","File":"x","Secret":"s"}]`)
	f.Add(`{"plugins_used":[],"results":{"x":[{"hashed_secret":"0000000000000000000000000000000000000000"}]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		b, err := baseline.Read(strings.NewReader(text), finding.NewFingerprinter(nil))
		if err == nil && b.Foreign() != "" {
			var out strings.Builder
			require.NoError(t, b.Write(&out))
			require.Equal(t, text, out.String(), "it is not changed")
		}
	})
}
