package gitleaks_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/gitleaks"
	"github.com/deputy-sec/deputy/scanner/report/reporttest"
)

func rows(t *testing.T, r *report.Result) []map[string]any {
	t.Helper()
	var list []map[string]any
	require.NoError(t, json.Unmarshal([]byte(reporttest.Write(t, gitleaks.Writer{}, r)), &list))
	return list
}

func TestSample(t *testing.T) {
	reporttest.Golden(t, "sample.gitleaks.json.golden", reporttest.Write(t, gitleaks.Writer{}, reporttest.Sample()))
}

func TestAPlaceIsARow(t *testing.T) {
	r := reporttest.Sample()
	places := 0
	for _, f := range r.Findings {
		places += len(f.Sightings)
	}
	list := rows(t, r)
	require.Len(t, list, places)
	for _, row := range list {
		for _, key := range []string{"RuleID", "Description", "StartLine", "EndLine", "StartColumn", "EndColumn", "Match", "Secret", "File", "SymlinkFile",
			"Commit", "Entropy", "Author", "Email", "Date", "Message", "Tags", "Fingerprint"} {
			assert.Contains(t, row, key)
		}
	}
}

func TestNothingIsAnEmptyList(t *testing.T) {
	assert.Equal(t, "[]\n", reporttest.Write(t, gitleaks.Writer{}, &report.Result{}))
}

func TestNoSecretIsToldUnlessAskedFor(t *testing.T) {
	for seed := range uint64(100) {
		r := reporttest.Random(seed)
		r.ShowSecrets = false
		for _, row := range rows(t, r) {
			for _, f := range r.Findings {
				if value := f.Secret.Reveal(); len(value) > 10 {
					assert.NotContains(t, row["Secret"], value)
					assert.NotContains(t, row["Match"], value)
					assert.NotContains(t, row["Author"], value)
				}
			}
		}
	}
}

func TestWhatThereIsNoRoomForIsSaid(t *testing.T) {
	var said []string
	var out strings.Builder
	require.NoError(t, gitleaks.Writer{Notice: func(s string) { said = append(said, s) }}.Write(&out, reporttest.Sample()))
	require.Len(t, said, 1)
	assert.Contains(t, said[0], "not examined")
}
