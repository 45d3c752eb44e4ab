package text_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/reporttest"
	"github.com/deputy-sec/deputy/scanner/report/text"
)

func TestAccept(t *testing.T) { reporttest.Accept(t, text.Writer{}, "sample.txt.golden") }

// ours matches the escape sequences that this package makes.
var ours = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestColorOnlyAdds(t *testing.T) {
	for seed := range uint64(200) {
		r := reporttest.Random(seed)
		plain := reporttest.Write(t, text.Writer{}, r)
		colored := reporttest.Write(t, text.Writer{Options: text.Options{Color: true}}, r)
		require.Equal(t, plain, ours.ReplaceAllString(colored, ""), "seed %d", seed)
		require.NotEqual(t, plain, colored)
	}
}

func TestGoldenColor(t *testing.T) {
	w := text.Writer{Options: text.Options{Color: true}}
	reporttest.Golden(t, "sample.color.txt.golden", strings.ReplaceAll(reporttest.Write(t, w, reporttest.Sample()), "\x1b", "␛"))
}

func TestNarrow(t *testing.T) {
	w := text.Writer{Options: text.Options{Width: 60}}
	reporttest.Golden(t, "sample.narrow.txt.golden", reporttest.Write(t, w, reporttest.Sample()))
}

func TestNothingFound(t *testing.T) {
	for name, c := range map[string]struct {
		result report.Result
		want   string
	}{
		"a repository": {
			report.Result{Result: finding.Result{Stats: finding.Stats{Commits: 3234, Blobs: 41204, Bytes: 312_400_000, Seconds: 1.91}}},
			"No findings · 3,234 commits, 41,204 blobs, 312 MB in 1.9 s\n",
		},
		"a file": {
			report.Result{Result: finding.Result{Stats: finding.Stats{Blobs: 1, Files: 1, Bytes: 1, Seconds: 0.001}}},
			"No findings · 1 blob, 1 file, 1 byte in 0.0 s\n",
		},
		"a long time": {
			report.Result{Result: finding.Result{Stats: finding.Stats{Blobs: 2, Bytes: 5_600_000_000, Seconds: 131}}},
			"No findings · 2 blobs, 5.6 GB in 2 min 11 s\n",
		},
		"all of it known": {
			report.Result{Result: finding.Result{Hidden: 1, Allowed: 1, Stats: finding.Stats{Bytes: 999_950}}},
			"No findings · 1 allowed in the text · 1 example or vendor's account not shown (--all) · 1.0 MB in 0.0 s\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, reporttest.Write(t, text.Writer{}, &c.result))
		})
	}
}

func TestShowSecrets(t *testing.T) {
	r := reporttest.Sample()
	r.ShowSecrets = true
	out := reporttest.Write(t, text.Writer{}, r)
	for _, f := range r.Findings {
		assert.Contains(t, out, f.Secret.Reveal())
	}
}

func TestValueOfManyLinesStaysOnOne(t *testing.T) {
	r := reporttest.Sample()
	r.Findings = r.Findings[:1]
	r.Findings[0].Secret = finding.NewSecret("first\nsecond\x1b[2J")
	r.ShowSecrets = true
	assert.Contains(t, reporttest.Write(t, text.Writer{}, r), `  first\nsecond\x1b[2J  (71 % sure)`)
}

func TestDetectOptions(t *testing.T) {
	none := func(string) string { return "" }
	for name, c := range map[string]struct {
		flag string
		want bool
	}{
		"a buffer is no terminal": {"auto", false},
		"asked for":               {"always", true},
		"not wanted":              {"never", false},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, text.Options{Color: c.want}, text.Detect(&bytes.Buffer{}, c.flag, none))
		})
	}
}

func TestRules(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, text.Rules(&out, reporttest.Rules(), text.Options{}))
	reporttest.Golden(t, "rules.txt.golden", out.String())
}

func TestExplain(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, text.Explain(&out, reporttest.Explanation(), true, text.Options{Width: 80}))
	reporttest.Golden(t, "explain.txt.golden", out.String())
	for _, line := range strings.Split(out.String(), "\n") {
		if strings.Contains(strings.TrimSpace(line), " ") { // a URL stays whole
			assert.LessOrEqual(t, len([]rune(line)), 80, line)
		}
	}
}
