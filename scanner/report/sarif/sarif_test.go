package sarif_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/reporttest"
	"github.com/deputy-sec/deputy/scanner/report/sarif"
)

func TestAccept(t *testing.T) { reporttest.Accept(t, sarif.Writer{}, "sample.sarif.golden") }

func TestValid(t *testing.T) {
	results := []*report.Result{{}, reporttest.Sample()}
	for seed := range uint64(300) {
		results = append(results, reporttest.Random(seed))
	}
	for i, r := range results {
		out := reporttest.Write(t, sarif.Writer{}, r)
		var log any
		require.NoError(t, json.Unmarshal([]byte(out), &log))
		require.Empty(t, problems("sarifLog", log), "result %d:\n%s", i, out)
	}
}

// TestCheckerSeesProblems keeps the checker from being one that cannot fail.
func TestCheckerSeesProblems(t *testing.T) {
	for broken, want := range map[string]string{
		`{"version":"2.1.0"}`:                                "sarifLog: runs is missing",
		`{"version":"2.0.0","runs":[]}`:                      `sarifLog.version: "2.0.0"`,
		`{"version":"2.1.0","runs":[],"findings":1}`:         "sarifLog: findings is no property",
		`{"version":"2.1.0","runs":{}}`:                      "sarifLog.runs: not an array",
		`{"version":"2.1.0","runs":[{}]}`:                    "sarifLog.runs[0]: tool is missing",
		`{"version":"2.1.0","$schema":"a b","runs":[]}`:      `sarifLog.$schema: "a b"`,
		`{"version":"2.1.0","runs":[{"tool":{"driver":1}}]}`: "sarifLog.runs[0].tool.driver: not an object",
	} {
		var log any
		require.NoError(t, json.Unmarshal([]byte(broken), &log))
		assert.Contains(t, problems("sarifLog", log), want)
	}
}

// shapes are the objects of SARIF 2.1.0 that a report uses, from the standard:
// for each property its type, a leading ! where it is required. A type is an
// object's name, a check's name, or either as an array with [].
var shapes = map[string]map[string]string{
	"sarifLog":                 {"$schema": "uri", "version": "!version", "runs": "![]run"},
	"run":                      {"tool": "!tool", "columnKind": "columnKind", "versionControlProvenance": "[]versionControlDetails", "invocations": "[]invocation", "results": "[]result"},
	"tool":                     {"driver": "!toolComponent"},
	"toolComponent":            {"name": "!string", "informationUri": "uri", "version": "string", "rules": "[]reportingDescriptor"},
	"reportingDescriptor":      {"id": "!string", "shortDescription": "multiformatMessageString", "fullDescription": "multiformatMessageString", "help": "multiformatMessageString", "helpUri": "uri", "defaultConfiguration": "reportingConfiguration", "properties": "bag"},
	"multiformatMessageString": {"text": "!string", "markdown": "string"},
	"reportingConfiguration":   {"level": "level"},
	"versionControlDetails":    {"repositoryUri": "!uri", "revisionId": "string", "branch": "string"},
	"invocation":               {"executionSuccessful": "!bool", "toolExecutionNotifications": "[]notification"},
	"notification":             {"level": "level", "message": "!message", "locations": "[]location"},
	"message":                  {"text": "!string"},
	"result":                   {"ruleId": "string", "ruleIndex": "index", "level": "level", "message": "!message", "rank": "percent", "locations": "[]location", "relatedLocations": "[]location", "partialFingerprints": "strings", "properties": "bag"},
	"location":                 {"id": "index", "physicalLocation": "physicalLocation", "logicalLocations": "[]logicalLocation", "message": "message"},
	"physicalLocation":         {"artifactLocation": "!artifactLocation", "region": "region"},
	"artifactLocation":         {"uri": "reference", "description": "message"},
	"region":                   {"startLine": "!count", "startColumn": "count", "endColumn": "count"},
	"logicalLocation":          {"name": "string", "fullyQualifiedName": "string"},
}

// checks are the types that are no objects.
var checks = map[string]func(any) bool{
	"string":     func(v any) bool { _, ok := v.(string); return ok },
	"bool":       func(v any) bool { _, ok := v.(bool); return ok },
	"bag":        func(v any) bool { _, ok := v.(map[string]any); return ok },
	"version":    func(v any) bool { return v == "2.1.0" },
	"columnKind": func(v any) bool { return v == "utf16CodeUnits" || v == "unicodeCodePoints" },
	"level":      func(v any) bool { return v == "none" || v == "note" || v == "warning" || v == "error" },
	"percent":    func(v any) bool { n, ok := v.(float64); return ok && n >= 0 && n <= 100 },
	"index":      func(v any) bool { return whole(v, 0) },
	"count":      func(v any) bool { return whole(v, 1) },
	"uri":        func(v any) bool { u, ok := reference(v); return ok && u.IsAbs() },
	"reference":  func(v any) bool { _, ok := reference(v); return ok },
	"strings": func(v any) bool {
		object, ok := v.(map[string]any)
		for _, s := range object {
			_, isString := s.(string)
			ok = ok && isString
		}
		return ok
	},
}

func whole(v any, least float64) bool {
	n, ok := v.(float64)
	return ok && n == float64(int(n)) && n >= least
}

// uriCharacters are those that RFC 3986 allows.
var uriCharacters = regexp.MustCompile(`^(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$`)

func reference(v any) (*url.URL, bool) {
	s, ok := v.(string)
	if !ok || !uriCharacters.MatchString(s) {
		return nil, false
	}
	u, err := url.Parse(s)
	return u, err == nil
}

// problems returns what is wrong with a value of a type.
func problems(typ string, v any) []string { return check(typ, typ, v) }

func check(at, typ string, v any) []string {
	if element, isArray := strings.CutPrefix(typ, "[]"); isArray {
		list, ok := v.([]any)
		if !ok {
			return []string{at + ": not an array"}
		}
		var out []string
		for i, e := range list {
			out = append(out, check(fmt.Sprintf("%s[%d]", at, i), element, e)...)
		}
		return out
	}
	if ok, isCheck := checks[typ]; isCheck {
		if !ok(v) {
			return []string{fmt.Sprintf("%s: %#v", at, v)}
		}
		return nil
	}
	object, ok := v.(map[string]any)
	if !ok {
		return []string{at + ": not an object"}
	}
	return checkObject(at, shapes[typ], object)
}

func checkObject(at string, shape map[string]string, object map[string]any) []string {
	var out []string
	for name, typ := range shape {
		typ, required := strings.CutPrefix(typ, "!")
		if v, present := object[name]; present {
			out = append(out, check(at+"."+name, typ, v)...)
		} else if required {
			out = append(out, at+": "+name+" is missing")
		}
	}
	for name := range object {
		if shape[name] == "" {
			out = append(out, at+": "+name+" is no property")
		}
	}
	return out
}

// decoded is what the tests below look at.
type decoded struct {
	Runs []struct {
		Tool struct {
			Driver struct {
				Rules []struct {
					ID         string
					Help       struct{ Markdown string }
					Properties map[string]any
				}
			}
		}
		Results []struct {
			RuleID           string
			RuleIndex        int
			Level            string
			Message          struct{ Text string }
			Locations        []place
			RelatedLocations []place
		}
		Invocations []struct {
			ToolExecutionNotifications []struct{ Message struct{ Text string } }
		}
		VersionControlProvenance []struct{ RepositoryURI string }
	}
}

type place struct {
	PhysicalLocation struct {
		ArtifactLocation struct{ URI string }
		Region           *struct{ StartLine int }
	}
}

func write(t *testing.T, r *report.Result) decoded {
	t.Helper()
	return decode(t, reporttest.Write(t, sarif.Writer{}, r))
}

func decode(t *testing.T, out string) decoded {
	t.Helper()
	var d decoded
	require.NoError(t, json.Unmarshal([]byte(out), &d))
	return d
}

func TestNeverTellsSecrets(t *testing.T) {
	r := reporttest.Sample()
	r.ShowSecrets = true
	out := reporttest.Write(t, sarif.Writer{}, r)
	for _, f := range r.Findings {
		assert.NotContains(t, out, f.Secret.Reveal())
	}
	assert.True(t, r.ShowSecrets, "a writer leaves its input alone")
}

func TestRulesTeach(t *testing.T) {
	run := write(t, reporttest.Sample()).Runs[0]
	rules := run.Tool.Driver.Rules
	for _, res := range run.Results {
		assert.Equal(t, res.RuleID, rules[res.RuleIndex].ID)
	}
	account := rules[1]
	require.Equal(t, "aws-account-id", account.ID)
	assert.Contains(t, account.Help.Markdown, "> Scan for 12 digit AccountIDs")
	assert.Equal(t, "5.5", account.Properties["security-severity"])
}

func TestRuleNotLookedForIsListed(t *testing.T) {
	r := reporttest.Sample()
	r.Rules = nil
	assert.Len(t, write(t, r).Runs[0].Tool.Driver.Rules, 4)
}

func TestEveryResultHasAFilePlace(t *testing.T) {
	for seed := range uint64(200) {
		for _, res := range write(t, reporttest.Random(seed)).Runs[0].Results {
			require.Len(t, res.Locations, 1)
			require.NotEmpty(t, res.Locations[0].PhysicalLocation.ArtifactLocation.URI, "seed %d", seed)
		}
	}
}

func TestDocumentHasNoLines(t *testing.T) {
	r := reporttest.Sample()
	r.Findings = r.Findings[5:] // that of the slides
	res := write(t, r).Runs[0].Results[0]
	assert.Equal(t, "docs/onboarding.pptx", res.Locations[0].PhysicalLocation.ArtifactLocation.URI)
	assert.Nil(t, res.Locations[0].PhysicalLocation.Region)
}

func TestManyPlacesAreCounted(t *testing.T) {
	f := *reporttest.Sample().Findings[0]
	for i := range 2000 {
		f.Sightings = append(f.Sightings, finding.Sighting{Path: "a.txt", Line: i + 1, Column: 1})
	}
	res := write(t, &report.Result{Result: finding.Result{Findings: []*finding.Finding{&f}}}).Runs[0].Results[0]
	assert.Equal(t, "a.txt", res.Locations[0].PhysicalLocation.ArtifactLocation.URI, "a place in a file goes first")
	assert.Len(t, res.RelatedLocations, 99)
	assert.Contains(t, res.Message.Text, "2000 more places, of which 99 are listed.")
}

// many makes n findings of rising severity, each in so many places with paths that do
// not compress.
func many(n, places, length int) *report.Result {
	g := rand.NewChaCha8([32]byte{})
	name := func() string {
		b := make([]byte, length*3/4)
		_, _ = g.Read(b) // never fails
		return base64.RawURLEncoding.EncodeToString(b)
	}
	r := &report.Result{}
	rule := &finding.Rule{ID: "r", Title: "A value"}
	severities := []finding.Severity{finding.Low, finding.Medium, finding.High, finding.Critical}
	for i := range n {
		f := &finding.Finding{Rule: rule, Severity: severities[i*len(severities)/n], Fingerprint: fmt.Sprint(i), Secret: finding.NewSecret("0123456789ab")}
		for range places {
			f.Sightings = append(f.Sightings, finding.Sighting{Path: name(), Line: 1, Column: 1})
		}
		r.Findings = append(r.Findings, f)
	}
	return r
}

func TestMoreFindingsThanGitHubKeeps(t *testing.T) {
	for n, want := range map[int]int{5000: 5000, 5001: 5000} {
		var told []string
		run := decode(t, reporttest.Write(t, sarif.Writer{Notice: func(s string) { told = append(told, s) }}, many(n, 1, 10))).Runs[0]
		assert.Len(t, run.Results, want)
		assert.Equal(t, "error", run.Results[0].Level, "the most severe come first")
		if n == want {
			assert.Empty(t, told)
			assert.Empty(t, run.Invocations[0].ToolExecutionNotifications)
			continue
		}
		left := fmt.Sprintf("%s of %s findings are left out, the least severe", report.Thousands(int64(n-want)), report.Thousands(int64(n)))
		require.Len(t, told, 1)
		assert.Contains(t, told[0], left)
		assert.Contains(t, run.Invocations[0].ToolExecutionNotifications[0].Message.Text, left)
	}
}

func TestFileIsSmallerThanGitHubTakes(t *testing.T) {
	findings, unexamined := many(45, 100, 3000).Findings, unread(many(1, 4000, 4000))
	for name, r := range map[string]*report.Result{
		"long paths":       {Result: finding.Result{Findings: findings}},
		"much that failed": {Result: finding.Result{Unexamined: unexamined}},
		"both":             {Result: finding.Result{Findings: findings, Unexamined: unexamined}},
	} {
		t.Run(name, func(t *testing.T) {
			told := 0
			out := reporttest.Write(t, sarif.Writer{Notice: func(string) { told++ }}, r)
			var packed bytes.Buffer
			z, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
			require.NoError(t, err)
			_, err = z.Write([]byte(out))
			require.NoError(t, errors.Join(err, z.Close()))
			assert.Less(t, packed.Len(), 10_000_000)
			assert.Greater(t, packed.Len(), 5_000_000, "no more is left out than must be")
			run := decode(t, out).Runs[0]
			notes := run.Invocations[0].ToolExecutionNotifications
			if left := len(r.Findings) - len(run.Results); left > 0 {
				assert.Equal(t, 1, told)
				assert.Contains(t, notes[0].Message.Text, fmt.Sprintf("%d of %d findings are left out", left, len(r.Findings)))
			}
			if len(r.Unexamined) > 0 {
				assert.Contains(t, notes[len(notes)-1].Message.Text, "things more were not")
			}
		})
	}
}

func unread(r *report.Result) []finding.Unexamined {
	var out []finding.Unexamined
	for _, s := range r.Findings[0].Sightings {
		out = append(out, finding.Unexamined{Path: s.Path, Reason: "encrypted"})
	}
	return out
}

func TestOddRulesGiveValidDescriptors(t *testing.T) {
	r := &report.Result{Result: finding.Result{Rules: []*finding.Rule{
		{ID: "no-severity", Source: "see the wiki"}, {ID: "odd", Severity: "blocker", Source: "https://exa\"mple.com/x"}, {ID: "relative", Source: "a/b"},
	}}}
	var log any
	require.NoError(t, json.Unmarshal([]byte(reporttest.Write(t, sarif.Writer{}, r)), &log))
	assert.Empty(t, problems("sarifLog", log))
}

func TestKeyPairIsOneResult(t *testing.T) {
	res := write(t, reporttest.Sample()).Runs[0].Results[0]
	assert.Contains(t, res.Message.Text, "AWS key pair")
	assert.Contains(t, res.Message.Text, "Its AWS access key ID is AKIA")
	require.Len(t, res.RelatedLocations, 1)
	assert.Equal(t, 11, res.RelatedLocations[0].PhysicalLocation.Region.StartLine)
}

func TestPathsAreReferences(t *testing.T) {
	for path, want := range map[string]string{
		"docs/a b.txt":   "docs/a%20b.txt",
		"c:/x":           "./c:/x",
		"latin\xe9":      "latin%E9",
		"100%/#1?.txt":   "100%25/%231%3F.txt",
		"//host/x":       "/.//host/x",
		"日本":             "%E6%97%A5%E6%9C%AC",
		"new\nline\x1b[": "new%0Aline%1B%5B",
	} {
		f := *reporttest.Sample().Findings[0]
		f.Sightings = []finding.Sighting{{Path: path, Line: 1, Column: 1}}
		res := write(t, &report.Result{Result: finding.Result{Findings: []*finding.Finding{&f}}}).Runs[0].Results[0]
		assert.Equal(t, want, res.Locations[0].PhysicalLocation.ArtifactLocation.URI)
	}
}

func TestProvenance(t *testing.T) {
	for given, want := range map[string]string{
		"https://bot:token@example.com/a.git?x=1#y": "https://example.com/a.git",
		"ssh://git@example.com/a.git":               "ssh://example.com/a.git",
		"file:///srv/a.git":                         "file:///srv/a.git",
		"git@example.com:a.git":                     "",
		"../a":                                      "",
		"":                                          "",
	} {
		got := write(t, &report.Result{Result: finding.Result{Repository: &finding.Repository{URL: given}}}).Runs[0].VersionControlProvenance
		if want == "" {
			assert.Empty(t, got, given)
		} else if assert.Len(t, got, 1, given) {
			assert.Equal(t, want, got[0].RepositoryURI)
		}
	}
}
