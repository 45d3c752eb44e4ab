package policy

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func parse(t *testing.T, yaml string) (*Policy, error) {
	t.Helper()
	p := &Policy{}
	return p, p.add([]byte(yaml))
}

func TestLeveeKeysAreUnderstood(t *testing.T) {
	p, err := parse(t, `
ReportMessage: see the wiki
AllowPanicOnTaintedValues: true
UseEAR: false
Sources:
- Package: a/core
  Type: Source
  FieldRE: ^Data
- {PackageRE: "^b/", Type: Keys}
FieldTags: [{Key: datapolicy, Value: secret}]
Sinks:
- {PackageRE: "^a/(core|log)$", MethodRE: "Sinkf?$"}
- {Package: a/http, Receiver: "", Method: Post, Kind: sent}
Sanitizers: [{ReceiverRE: ^Safe}]
Exclude: [{Package: a/gen}]
`)
	require.NoError(t, err)
	require.Equal(t, "see the wiki", p.Message)
	require.True(t, p.AllowPanic)
	require.True(t, p.IsSourceField("a/core", "Source", "DataKey"))
	require.False(t, p.IsSourceField("a/core", "Source", "ID"))
	require.True(t, p.IsSourceField("b/x", "Keys", "anything"), "a part that is not named matches all")
	require.True(t, p.IsTagged(`json:"x" datapolicy:"public,secret"`))
	require.True(t, p.IsTagged(`deputy:"externalid"`))
	require.False(t, p.IsTagged(`datapolicy:"public"`))
	require.Equal(t, "logged", p.SinkKind("a/log", "T", "Sinkf"))
	require.Equal(t, "sent", p.SinkKind("a/http", "", "Post"))
	require.Empty(t, p.SinkKind("a/http", "Client", "Post"), "an empty literal means no receiver")
	require.True(t, p.IsSanitizer("any", "SafeString", "String"))
	require.True(t, p.IsExcluded("a/gen", "", "F"))
}

func TestMisspeltPoliciesAreRefused(t *testing.T) {
	for name, yaml := range map[string]string{
		"unknown key":          "Sorces: []",
		"unknown part":         "Sources: [{Pkg: a}]",
		"literal and pattern":  "Sources: [{Package: a, PackageRE: b}]",
		"pattern that is none": "Sinks: [{MethodRE: '('}]",
		"kind that is none":    "Sinks: [{Method: F, Kind: eaten}]",
		"tag without value":    "FieldTags: [{Key: a}]",
		"not a list":           "Sources: {Package: a}",
		"field without type":   "Fields: [a/b.Field]",
	} {
		_, err := parse(t, yaml)
		require.Error(t, err, name)
	}
}

func TestFlagsAddUp(t *testing.T) {
	t.Cleanup(Reset)
	Reset()
	before := Active()
	require.NoError(t, FieldsFlag().Set("a/b.T.F, a/b.U.G"))
	require.NoError(t, TypesFlag().Set("a/b.T,gopkg.in/x.v3.Node"))
	require.NoError(t, SinksFlag().Set("a/log.Info,a/http.Client.Post=sent"))
	require.NoError(t, SanitizersFlag().Set("a/b.Mask"))
	p := Active()
	require.False(t, before.HasSources(), "a policy once handed out never changes")
	require.True(t, p.IsExternalIDField("a/b.U.G"))
	require.True(t, p.IsSourceField("a/b", "T", "F"))
	require.False(t, p.IsSourceField("a/b", "T", "Other"), "named fields narrow the type")
	require.True(t, p.IsSourceField("gopkg.in/x.v3", "Node", "Value"))
	require.Equal(t, "sent", p.SinkKind("a/http", "Client", "Post"))
	require.True(t, p.IsSanitizer("a/b", "", "Mask"))
	require.Error(t, SinksFlag().Set("Info"))
	require.Error(t, SinksFlag().Set("a/log.Info=eaten"))
}

func TestFileFlagReadsAFile(t *testing.T) {
	t.Cleanup(Reset)
	name := filepath.Join(t.TempDir(), "deputy.yaml")
	require.NoError(t, os.WriteFile(name, []byte("Sources: [{Type: S}]"), 0o600))
	require.NoError(t, FileFlag().Set(name))
	require.True(t, Active().IsSourceType("p", "S"))
	require.Error(t, FileFlag().Set(name+".missing"))
}
