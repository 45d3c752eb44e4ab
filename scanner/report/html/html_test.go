package html_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/html"
	"github.com/deputy-sec/deputy/scanner/report/reporttest"
)

func TestAccept(t *testing.T) { reporttest.Accept(t, html.Writer{}, "sample.html.golden") }

// elements are those of the template: nothing from a target makes another.
var elements = map[string]bool{}

func init() {
	for _, name := range strings.Fields("html head meta title style script body div header h1 h2 h3 p span a main aside section article code dl dt dd ul ol li details summary form label input fieldset legend select option button output svg g rect table thead tbody tr th td") {
		elements[name] = true
	}
}

func TestNothingBreaksOut(t *testing.T) {
	for seed := range uint64(200) {
		out := reporttest.Write(t, html.Writer{}, reporttest.Random(seed))
		require.Equal(t, 1, strings.Count(out, "<script"), "seed %d: the page's own script and no other", seed)
		require.Equal(t, 1, strings.Count(out, "<style"), "seed %d", seed)
		from, to := strings.Index(out, "<script>")+len("<script>"), strings.LastIndex(out, "</script>")
		out = out[:from] + out[to:] // it compares with < and &&
		d := xml.NewDecoder(bytes.NewReader([]byte(out)))
		d.Strict = false
		d.AutoClose = xml.HTMLAutoClose
		d.Entity = xml.HTMLEntity
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err, "seed %d", seed)
			if e, ok := token.(xml.StartElement); ok {
				require.True(t, elements[e.Name.Local], "seed %d: <%s>", seed, e.Name.Local)
				for _, a := range e.Attr {
					require.False(t, strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "src" || a.Name.Local == "style", "seed %d: %s", seed, a.Name.Local)
					if a.Name.Local == "href" {
						require.True(t, strings.HasPrefix(a.Value, "#"), "seed %d: %s", seed, a.Value)
					}
				}
			}
		}
	}
}

func TestLinksLead(t *testing.T) {
	out := reporttest.Write(t, html.Writer{}, reporttest.Sample())
	for _, f := range reporttest.Sample().Findings {
		for _, rel := range f.Related {
			id := rel.Rule + "-" + rel.Fingerprint
			assert.Contains(t, out, `href="#`+id+`"`)
			assert.Contains(t, out, `id="`+id+`"`)
		}
	}
}

func TestShownSecretsAreSaidToBe(t *testing.T) {
	r := reporttest.Sample()
	assert.NotContains(t, reporttest.Write(t, html.Writer{}, r), "keep it as safe")
	r.ShowSecrets = true
	out := reporttest.Write(t, html.Writer{}, r)
	assert.Contains(t, out, "keep it as safe")
	assert.Contains(t, out, r.Findings[0].Secret.Reveal())
}

func TestNothingFound(t *testing.T) {
	assert.Contains(t, reporttest.Write(t, html.Writer{}, &report.Result{}), "<h1>No findings</h1>")
}

func TestTimelineIsReadableWhateverTheDates(t *testing.T) {
	date := func(year int, month time.Month) *finding.Finding {
		return &finding.Finding{
			Rule: &finding.Rule{ID: "r"}, Severity: finding.High,
			First: &finding.Commit{Date: time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)},
		}
	}
	for name, c := range map[string]struct {
		findings []*finding.Finding
		labels   []string // of some periods
		most     int      // periods
	}{
		"months":                    {[]*finding.Finding{date(2024, 3), date(2024, 12)}, []string{"2024-03", "2024-07", "2024-12"}, 10},
		"quarters":                  {[]*finding.Finding{date(2019, 2), date(2025, 5)}, []string{"2019 Q1", "2025 Q2"}, 48},
		"years":                     {[]*finding.Finding{date(1991, 2), date(2025, 5)}, []string{"1991", "2008", "2025"}, 48},
		"from the epoch to forgery": {[]*finding.Finding{date(1970, 1), date(2099, 12)}, []string{"1970–1974", "2095–2099"}, 48},
		"all that a date can be":    {[]*finding.Finding{date(0, 1), date(9999, 12)}, []string{"0000–0999", "9000–9999"}, 48},
		"one":                       {[]*finding.Finding{date(2024, 3)}, []string{"2024-03"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			undated := []*finding.Finding{date(-5, 1), date(12345, 1), {Rule: &finding.Rule{ID: "r"}}}
			out := reporttest.Write(t, html.Writer{}, &report.Result{Result: finding.Result{Findings: append(undated, c.findings...)}})
			periods := strings.Count(out, "<g data-since=")
			assert.LessOrEqual(t, periods, c.most)
			for _, l := range c.labels {
				assert.Contains(t, out, `<g data-since="`+l+`">`)
			}
			assert.Contains(t, out, "3 without a date left out")
		})
	}
	assert.NotContains(t, reporttest.Write(t, html.Writer{}, &report.Result{Result: finding.Result{
		Findings: []*finding.Finding{{Rule: &finding.Rule{ID: "r"}}},
	}}), "<svg", "without dates there is no timeline")
}
