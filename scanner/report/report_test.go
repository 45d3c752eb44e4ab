package report_test

import (
	"encoding/json"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/reporttest"
)

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"":             "",
		"docs/a b.txt": "docs/a b.txt",
		"日本語 Ärger 😀 שָׁלוֹם Nguyễn": "日本語 Ärger 😀 שָׁלוֹם Nguyễn",
		"a\nb\r\tc":                             `a\nb\r\tc`,
		"\x1b]8;;http://x\a":                    `\x1b]8;;http://x\x07`,
		"\u009b2J\x7f":                          `\u009b2J\x7f`,
		"latin\xe9":                             `latin\xe9`,
		"a\u202etxt.exe":                        `a\u202etxt.exe`,
		"zero\u200bwidth\ufeff":                 `zero\u200bwidth\ufeff`,
		"line\u2028end":                         `line\u2028end`,
		"tag\U000e0041":                         `tag\U000e0041`,
		"no\u00a0break":                         `no\u00a0break`,
		"filler\u3164":                          `filler\u3164`,
		"e\u0301\u0301\u0301\u0301\u0301\u0301": "e\u0301\u0301\u0301\u0301" + `\u0301\u0301`,
	} {
		assert.Equal(t, want, report.Printable(in))
	}
}

func FuzzPrintable(f *testing.F) {
	for seed := range uint64(50) {
		for _, x := range reporttest.Random(seed).Findings {
			for _, s := range x.Sightings {
				f.Add(s.Path)
			}
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := report.Printable(s)
		require.True(t, utf8.ValidString(got))
		require.Equal(t, got, report.Printable(got), "what is printable stays as it is")
		for _, r := range got {
			require.True(t, r == ' ' || unicode.IsGraphic(r) && !unicode.IsSpace(r), "%U", r)
			require.False(t, unicode.In(r, unicode.C, unicode.Bidi_Control), "%U", r)
		}
	})
}

func FuzzEscapeJSON(f *testing.F) {
	f.Add("\u009b \u202e \U000e0041 \ufffd \x7f \\u202e \"")
	f.Fuzz(func(t *testing.T, s string) {
		plain, err := json.Marshal(s)
		require.NoError(t, err)
		escaped := report.EscapeJSON(plain)
		var want, got string
		require.NoError(t, json.Unmarshal(plain, &want))
		require.NoError(t, json.Unmarshal(escaped, &got), "%s", escaped)
		require.Equal(t, want, got, "the document means the same")
		for _, r := range string(escaped) {
			require.False(t, unicode.Is(unicode.C, r), "%U", r)
		}
	})
}

func TestOrder(t *testing.T) {
	rule := func(id string, kind finding.Kind) *finding.Rule { return &finding.Rule{ID: id, Kind: kind} }
	at := func(path string, line int) []finding.Sighting { return []finding.Sighting{{Path: path, Line: line}} }
	gone := []finding.Sighting{{Path: "a", Layer: finding.History}}
	want := []*finding.Finding{
		{Rule: rule("z", "z"), Severity: finding.Critical, Confidence: 0.5, Sightings: gone},
		{Rule: rule("z", "z"), Severity: finding.High, Confidence: 0.9, Sightings: at("z", 1)},
		{Rule: rule("b", "a"), Severity: finding.High, Confidence: 0.8, Sightings: at("z", 9)},
		{Rule: rule("b", "b"), Severity: finding.High, Confidence: 0.8, Sightings: at("a", 9)},
		{Rule: rule("b", "b"), Severity: finding.High, Confidence: 0.8, Sightings: at("b", 2)},
		{Rule: rule("a", "b"), Severity: finding.High, Confidence: 0.8, Sightings: at("b", 10)},
		{Rule: rule("b", "b"), Severity: finding.High, Confidence: 0.8, Sightings: at("b", 10), Fingerprint: "1"},
		{Rule: rule("b", "b"), Severity: finding.High, Confidence: 0.8, Sightings: at("b", 10), Fingerprint: "2"},
		{Rule: rule("b", "b"), Severity: finding.High, Confidence: 1, Sightings: at("a_test.go", 1)},
		{Rule: rule("b", "b"), Severity: finding.High, Confidence: 1, Sightings: at("examples/a", 1)},
		{Rule: rule("b", "b"), Severity: finding.High, Confidence: 1, Sightings: at("vendor/a", 1)},
		{Rule: rule("b", "b"), Severity: finding.High, Confidence: 1, Sightings: gone},
		{Rule: rule("a", "a"), Severity: finding.Low, Confidence: 1, InHead: true},
	}
	for turn := range want {
		r := report.Result{Result: finding.Result{Findings: append(append([]*finding.Finding{}, want[turn:]...), want[:turn]...)}}
		assert.Equal(t, want, r.Ordered())
	}
}

// related makes findings of kinds that point at each other as pairs say, by index.
func related(kinds []finding.Kind, pairs ...[2]int) *report.Result {
	r := &report.Result{}
	for i, kind := range kinds {
		r.Findings = append(r.Findings, &finding.Finding{
			Rule: &finding.Rule{ID: string(kind), Kind: kind, Title: string(kind)}, Fingerprint: string(rune('a' + i)), InHead: true,
		})
	}
	for _, p := range pairs {
		from, to := r.Findings[p[0]], r.Findings[p[1]]
		from.Related = append(from.Related, finding.Relation{Rule: to.Rule.ID, Fingerprint: to.Fingerprint})
	}
	return r
}

func TestPartsOfACredentialAreOneRow(t *testing.T) {
	key, secret, token, account := finding.AccessKeyID, finding.SecretAccessKey, finding.SessionToken, finding.AccountID
	for name, c := range map[string]struct {
		result *report.Result
		want   []string
	}{
		"a key ID and its secret":         {related([]finding.Kind{key, secret}, [2]int{0, 1}), []string{"ba AWS key pair"}},
		"told from the other side":        {related([]finding.Kind{key, secret}, [2]int{1, 0}), []string{"ba AWS key pair"}},
		"with a session token":            {related([]finding.Kind{key, token, secret}, [2]int{1, 0}, [2]int{2, 0}), []string{"cba AWS key pair"}},
		"a token without a secret":        {related([]finding.Kind{key, token}, [2]int{1, 0}), []string{"ab access-key-id"}},
		"two pairs":                       {related([]finding.Kind{key, secret, key, secret}, [2]int{0, 1}, [2]int{2, 3}), []string{"ba AWS key pair", "dc AWS key pair"}},
		"two key IDs of one account":      {related([]finding.Kind{key, key, account}, [2]int{0, 2}, [2]int{1, 2}, [2]int{2, 0}), []string{"a access-key-id", "b access-key-id", "c account-id"}},
		"a relation to what is not shown": {related([]finding.Kind{key, secret}), []string{"a access-key-id", "b secret-access-key"}},
	} {
		t.Run(name, func(t *testing.T) {
			for i, f := range c.result.Findings { // the order as it is written above
				f.Confidence = 1 - float64(i)/100
			}
			var got []string
			for _, w := range c.result.Rows() {
				names := w.Fingerprint
				for _, p := range w.Parts {
					names += p.Fingerprint
				}
				got = append(got, names+" "+w.Title())
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestNameOfAFlowIsItsTitle(t *testing.T) {
	flow := report.Row{Finding: &finding.Finding{Rule: &finding.Rule{Title: "External ID logged"}, Evidence: []string{"it is"}}}
	assert.Equal(t, "External ID logged", report.Name(&report.Result{}, flow))
	assert.Equal(t, []string{"why: it is"}, report.Telling(&report.Result{}, flow), "there is no value to tell")
}

func TestEscapeMarkdown(t *testing.T) {
	for in, want := range map[string]string{
		"plain, words.":           "plain, words.",
		"![x](http://a) <b>":      `\!\[x\]\(http:\//a\) \<b\>`,
		"@team #1 a_b":            "`@`team \\#1 a\\_b",
		"www.example.com":         `www\.example.com`,
		"two\nlines":              `two\\nlines`,
		"&lt; $x$ | \u202e ~~ ``": `\&lt; \$x\$ \| \\u202e \~\~ \` + "`" + `\` + "`" + ``,
	} {
		assert.Equal(t, want, report.EscapeMarkdown(in))
	}
}

func TestCodeSpan(t *testing.T) {
	for in, want := range map[string]string{
		"":         "",
		" ":        "",
		"a b":      "`a b`",
		"a`b":      "``a`b``",
		"``a":      "``` ``a ```",
		" a ":      "`  a  `",
		"a\nb*_@x": "`a\\nb*_@x`",
	} {
		assert.Equal(t, want, report.CodeSpan(in))
	}
}

func TestRedact(t *testing.T) {
	f := &finding.Finding{Secret: finding.NewSecret("s3cr3t-value-0001")}
	r := &report.Result{}
	assert.Equal(t, "beside •••••••••••••0001, twice •••••••••••••0001", r.Masked(f, "beside s3cr3t-value-0001, twice s3cr3t-value-0001"))
	assert.Equal(t, "nothing", r.Masked(f, "nothing"))
	r.ShowSecrets = true
	assert.Equal(t, "s3cr3t-value-0001", r.Masked(f, "s3cr3t-value-0001"))
	assert.Equal(t, "as it is", (&report.Result{}).Masked(&finding.Finding{}, "as it is"), "no value, nothing to mask")
}

func TestExamined(t *testing.T) {
	for want, s := range map[string]finding.Stats{
		"0 bytes in 0.0 s":    {},
		"1 byte in 0.0 s":     {Bytes: 1},
		"999 bytes in 9.9 s":  {Bytes: 999, Seconds: 9.94},
		"1.0 kB in 10 s":      {Bytes: 1000, Seconds: 9.96},
		"10 kB in 119 s":      {Bytes: 9_960, Seconds: 119},
		"1.0 MB in 2 min 0 s": {Bytes: 999_500, Seconds: 120},
		"312 MB in 2 h 0 min": {Bytes: 312_400_000, Seconds: 7201},
		"9.2 EB in 0.0 s":     {Bytes: 1<<63 - 1},
		"1 commit, 1,000 blobs, 1,234,567 files, 0 bytes in 0.0 s": {Commits: 1, Blobs: 1000, Files: 1234567},
	} {
		assert.Equal(t, want, report.Examined(s))
	}
	assert.Equal(t, "-1,000", report.Thousands(-1000))
}
