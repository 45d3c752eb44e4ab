package sarif_test

import (
	"encoding/json"
	"fmt"
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
	var d decoded
	require.NoError(t, json.Unmarshal([]byte(reporttest.Write(t, sarif.Writer{}, r)), &d))
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
	r.Findings = r.Findings[5:]
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
