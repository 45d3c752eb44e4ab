package junit_test

import (
	"encoding/xml"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/junit"
	"github.com/deputy-sec/deputy/scanner/report/reporttest"
)

func TestAccept(t *testing.T) { reporttest.Accept(t, junit.Writer{}, "sample.xml.golden") }

type suites struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Skipped  int `xml:"skipped,attr"`
	Cases    []struct {
		Name    string    `xml:"name,attr"`
		Failure *struct{} `xml:"failure"`
		Skipped *struct{} `xml:"skipped"`
	} `xml:"testsuite>testcase"`
}

func read(t *testing.T, r *report.Result) suites {
	t.Helper()
	var s suites
	require.NoError(t, xml.Unmarshal([]byte(reporttest.Write(t, junit.Writer{}, r)), &s))
	return s
}

func TestCleanIsOnePassingCase(t *testing.T) {
	s := read(t, &report.Result{})
	require.Len(t, s.Cases, 1)
	assert.Nil(t, s.Cases[0].Failure)
	assert.Nil(t, s.Cases[0].Skipped)
	assert.Equal(t, 1, s.Tests)
	assert.Zero(t, s.Failures)
}

func TestCountsAreThoseOfTheCases(t *testing.T) {
	for seed := range uint64(200) {
		s := read(t, reporttest.Random(seed))
		failures, skipped := 0, 0
		for _, c := range s.Cases {
			if c.Failure != nil {
				failures++
			}
			if c.Skipped != nil {
				skipped++
			}
		}
		require.Equal(t, s.Tests, len(s.Cases), "seed %d", seed)
		require.Equal(t, s.Failures, failures, "seed %d", seed)
		require.Equal(t, s.Skipped, skipped, "seed %d", seed)
	}
}

func TestUnexaminedIsSkippedAndDoesNotFail(t *testing.T) {
	r := reporttest.Sample()
	r.Findings = nil
	s := read(t, r)
	assert.Zero(t, s.Failures)
	assert.Equal(t, len(r.Unexamined), s.Skipped)
	assert.Len(t, s.Cases, len(r.Unexamined)+1, "the passing case is still there")
}
