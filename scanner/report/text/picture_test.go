package text_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/internal/ansisvg"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/reporttest"
	"github.com/deputy-sec/deputy/scanner/report/text"
)

//go:generate go test -run TestPicture -update

// TestPicture holds that the picture in the README shows what the report looks
// like today.
func TestPicture(t *testing.T) {
	r := reporttest.Sample()
	ordered := r.Ordered()
	r.Findings = []*finding.Finding{ordered[0], ordered[2], ordered[3]}
	r.Unexamined = r.Unexamined[:2]
	r.Allowed, r.Hidden = 0, 0
	prompt := "\x1b[2m$\x1b[0m deputy scan\n\n"
	var svg bytes.Buffer
	require.NoError(t, ansisvg.Write(&svg, "deputy scan lists what leaked, where, since when, why, and what to do", prompt+colored(t, r)))
	reporttest.Golden(t, "../../docs/images/scan.svg", svg.String())
}

func colored(t *testing.T, r *report.Result) string {
	t.Helper()
	return reporttest.Write(t, text.Writer{Options: text.Options{Color: true, Width: 96}}, r)
}
