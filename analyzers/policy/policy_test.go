package policy

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func parse(t *testing.T, yaml string) (*Config, error) {
	t.Helper()
	p := &Config{}
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

// TestEveryMatcherOfLevees holds that each part can be given as a text, as a pattern,
// or not at all, for each list that has it.
func TestEveryMatcherOfLevees(t *testing.T) {
	functions := map[string]func(p *Config, pkg, receiver, name string) bool{
		"Sinks":      func(p *Config, pkg, receiver, name string) bool { return p.SinkKind(pkg, receiver, name) != "" },
		"Sanitizers": (*Config).IsSanitizer,
		"Exclude":    (*Config).IsExcluded,
	}
	cases := []struct {
		matcher string
		accepts [][3]string
		refuses [][3]string
	}{
		{"{Package: a/b}", [][3]string{{"a/b", "", "F"}, {"a/b", "T", "M"}}, [][3]string{{"a/bc", "", "F"}}},
		{"{PackageRE: a/b}", [][3]string{{"x/a/bc", "T", "M"}}, [][3]string{{"a", "", "F"}}},
		{"{Receiver: T}", [][3]string{{"p", "T", "M"}}, [][3]string{{"p", "TT", "M"}, {"p", "", "T"}}},
		{`{Receiver: ""}`, [][3]string{{"p", "", "F"}}, [][3]string{{"p", "T", "F"}}},
		{"{ReceiverRE: ^Safe}", [][3]string{{"p", "SafeText", "M"}}, [][3]string{{"p", "UnSafe", "M"}}},
		{"{Method: M}", [][3]string{{"p", "T", "M"}, {"q", "", "M"}}, [][3]string{{"p", "T", "MM"}}},
		{"{MethodRE: 'Sinkf?$'}", [][3]string{{"p", "", "FSinkf"}}, [][3]string{{"p", "", "Sinks"}}},
		{"{Package: a, Receiver: T, MethodRE: ^M}", [][3]string{{"a", "T", "Mask"}}, [][3]string{{"a", "U", "Mask"}, {"b", "T", "Mask"}}},
		{"{package: a, receiver: ~, methodRE: null}", [][3]string{{"a", "T", "M"}}, [][3]string{{"b", "T", "M"}}},
		{"{}", [][3]string{{"p", "T", "M"}}, nil},
	}
	for list, match := range functions {
		for _, c := range cases {
			p, err := parse(t, list+": ["+c.matcher+"]")
			require.NoError(t, err, c.matcher)
			for _, f := range c.accepts {
				require.True(t, match(p, f[0], f[1], f[2]), "%s %s %v", list, c.matcher, f)
			}
			for _, f := range c.refuses {
				require.False(t, match(p, f[0], f[1], f[2]), "%s %s %v", list, c.matcher, f)
			}
		}
	}
}

func TestEverySourceMatcherOfLevees(t *testing.T) {
	for _, c := range []struct {
		matcher          string
		pkg, typ, field  string
		isType, accepted bool
	}{
		{"{Package: a, Type: S, Field: F}", "a", "S", "F", true, true},
		{"{Package: a, Type: S, Field: F}", "a", "S", "G", true, false},
		{"{Package: a, Type: S, Field: F}", "b", "S", "F", false, false},
		{"{PackageRE: ^a, TypeRE: '^(Named)?Auth$', FieldRE: 'Pass|Token$|'}", "a/v1", "NamedAuth", "anything", true, true},
		{"{TypeRE: '^Secret$|Token'}", "p", "APIToken", "x", true, true},
		{"{FieldRE: 'Password'}", "p", "Any", "DBPassword", true, true},
		{"{FieldRE: 'Password'}", "p", "Any", "Name", true, false},
		{"{package: a, type: S, field: ~}", "a", "S", "x", true, true},
	} {
		p, err := parse(t, "Sources: ["+c.matcher+"]")
		require.NoError(t, err, c.matcher)
		require.Equal(t, c.isType, p.IsSourceType(c.pkg, c.typ), "%s", c.matcher)
		require.Equal(t, c.accepted, p.IsSourceField(c.pkg, c.typ, c.field), "%s", c.matcher)
	}
}

func TestAliasesAndDocumentsWithoutAnything(t *testing.T) {
	p, err := parse(t, "---\nSources: [{Type: &name Secret}, &keys {Type: Keys}]\nSinks: &sinks [{Method: *name}]\nSanitizers: *sinks\nExclude: ~\nEARTaintCallSpan: 8\n")
	require.NoError(t, err)
	require.Equal(t, "logged", p.SinkKind("p", "", "Secret"))
	require.True(t, p.IsSanitizer("p", "", "Secret"))
	require.False(t, p.IsExcluded("p", "", "F"))
	for _, nothing := range []string{"", "---\n", "# nothing\n", "Sources: []"} {
		p, err = parse(t, nothing)
		require.NoError(t, err, nothing)
		require.False(t, p.HasSources())
	}
}

func TestWhatIsBuiltInCanBeTurnedOff(t *testing.T) {
	p, err := parse(t, "BuiltinSources: false\nBuiltinSinks: true")
	require.NoError(t, err)
	require.True(t, p.OnlySources)
	require.False(t, p.OnlySinks)
	require.NoError(t, p.Flags("taint").Set("builtin", "false"))
	require.NoError(t, p.Flags("externalid").Set("builtin", "true"))
	require.True(t, p.OnlySinks)
	require.False(t, p.OnlySources)
	require.Error(t, p.Flags("taint").Set("builtin", "perhaps"))
	require.True(t, p.OnlySinks, "what is wrong changes nothing")
}

// FuzzPolicy holds that a policy is refused or understood, and that whatever is
// understood answers.
func FuzzPolicy(f *testing.F) {
	for _, seed := range []string{"Sources: [{Type: S}]", "Sinks: &a [*a]", "Fields: [a/b.T.F]", "FieldTags: [{Key: k, Value: v}]", "Exclude: [{MethodRE: '('}]", "BuiltinSinks: no"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p := &Config{}
		if p.add(data) != nil {
			return
		}
		p.IsSourceField("p", "T", "F")
		p.IsSanitizer("p", "T", "M")
		p.IsExcluded("p", "T", "M")
		p.IsTagged(`a:"b"`)
		if kind := p.SinkKind("p", "T", "M"); kind != "" {
			_, err := sinkKind(kind)
			require.NoError(t, err)
		}
	})
}

func TestMisspeltPoliciesAreRefused(t *testing.T) {
	for name, yaml := range map[string]string{
		"unknown key":          "Sorces: []",
		"unknown part":         "Sources: [{Pkg: a}]",
		"literal and pattern":  "Sources: [{Package: a, PackageRE: b}]",
		"pattern that is none": "Sinks: [{MethodRE: '('}]",
		"kind that is none":    "Sinks: [{Method: F, Kind: eaten}]",
		"tag without value":    "FieldTags: [{Key: a}]",
		"list for a text":      "Sources: [{Package: [a]}]",
		"builtin, perhaps":     "BuiltinSinks: perhaps",
		"not a list":           "Sources: {Package: a}",
		"field without type":   "Fields: [a/b.Field]",
	} {
		_, err := parse(t, yaml)
		require.Error(t, err, name)
	}
}

func TestFlagsAddUp(t *testing.T) {
	var p Config
	before := p
	ids, flows := p.Flags("externalid"), p.Flags("taint")
	require.NoError(t, ids.Set("fields", "a/b.T.F, a/b.U.G"))
	copied := p
	require.NoError(t, ids.Set("fields", "a/b.V.H"))
	require.NoError(t, ids.Set("types", "a/b.T,gopkg.in/x.v3.Node"))
	require.NoError(t, flows.Set("sinks", "a/log.Info,a/http.Client.Post=sent"))
	require.NoError(t, flows.Set("sanitizers", "a/b.Mask"))
	require.False(t, before.HasSources())
	require.False(t, copied.IsExternalIDField("a/b.V.H"), "a copy does not change with its original")
	require.True(t, p.IsExternalIDField("a/b.U.G"))
	require.True(t, p.IsSourceField("a/b", "T", "F"))
	require.False(t, p.IsSourceField("a/b", "T", "Other"), "named fields narrow the type")
	require.True(t, p.IsSourceField("gopkg.in/x.v3", "Node", "Value"))
	require.Equal(t, "sent", p.SinkKind("a/http", "Client", "Post"))
	require.True(t, p.IsSanitizer("a/b", "", "Mask"))
	require.Error(t, flows.Set("sinks", "Info"))
	require.Error(t, flows.Set("sinks", "a/log.Info=eaten"))
}

func TestTheConfigFlagReadsAFile(t *testing.T) {
	var p Config
	name := filepath.Join(t.TempDir(), "deputy.yaml")
	require.NoError(t, os.WriteFile(name, []byte("Sources: [{Type: S}]"), 0o600))
	require.NoError(t, p.Flags("taint").Set("config", name))
	require.True(t, p.IsSourceType("p", "S"))
	require.Error(t, p.Flags("externalid").Set("config", name+".missing"))
	require.NoError(t, os.WriteFile(name, make([]byte, maxFile+1), 0o600))
	require.Error(t, p.ReadFile(name), "larger than a policy may be")
}
