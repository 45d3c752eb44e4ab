package csv_test

import (
	stdcsv "encoding/csv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/csv"
	"github.com/deputy-sec/deputy/scanner/report/reporttest"
)

func TestAccept(t *testing.T) { reporttest.Accept(t, csv.Writer{}, "sample.csv.golden") }

// read reads a report as any program would: a table of equally long rows.
func read(t *testing.T, r *report.Result) []map[string]string {
	t.Helper()
	rows, err := stdcsv.NewReader(strings.NewReader(reporttest.Write(t, csv.Writer{}, r))).ReadAll()
	require.NoError(t, err)
	var out []map[string]string
	for _, row := range rows[1:] {
		cells := map[string]string{}
		for i, name := range rows[0] {
			cells[name] = row[i]
		}
		out = append(out, cells)
	}
	return out
}

func TestLinesEndAsRFC4180Says(t *testing.T) {
	out := reporttest.Write(t, csv.Writer{}, reporttest.Sample())
	assert.Equal(t, strings.Count(out, "\n"), strings.Count(out, "\r\n"))
	assert.True(t, strings.HasSuffix(out, "\r\n"))
}

func TestNoCellIsAFormula(t *testing.T) {
	for _, begin := range []string{"=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"} {
		text := begin + `cmd|' /C calc'!A0`
		r := &report.Result{}
		commit := &finding.Commit{Author: text, Email: text, Hash: "-1"}
		r.Findings = []*finding.Finding{{
			Rule: &finding.Rule{ID: text, Title: text}, Secret: finding.NewSecret(text + "a secret"), Evidence: []string{text},
			Sightings: []finding.Sighting{{Path: text, Place: text, Inside: []string{text}}}, First: commit,
		}}
		r.Unexamined = []finding.Unexamined{{Path: text, Place: text, Reason: text}}
		for _, row := range read(t, r) {
			for name, cell := range row {
				require.False(t, cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r"), "%s: %q", name, cell)
			}
			assert.True(t, strings.HasPrefix(row["path"], "'"), "%q", row["path"])
		}
	}
}

func TestEveryRowIsWhole(t *testing.T) {
	for seed := range uint64(200) {
		r := reporttest.Random(seed)
		rows := read(t, r)
		require.Len(t, rows, len(r.Findings)+len(r.Unexamined), "seed %d", seed)
	}
}

func TestUnexaminedIsARow(t *testing.T) {
	rows := read(t, reporttest.Sample())
	last := rows[len(rows)-1]
	assert.Equal(t, "unexamined", last["record"])
	assert.Equal(t, "unreadable", last["kind"])
	assert.Equal(t, "permission denied", last["reason"])
}
