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

// TestEveryMatcherOfLevees holds that each part can be given as a text, as a pattern,
// or not at all, for each list that has it.
func TestEveryMatcherOfLevees(t *testing.T) {
	functions := map[string]func(p *Policy, pkg, receiver, name string) bool{
		"Sinks":      func(p *Policy, pkg, receiver, name string) bool { return p.SinkKind(pkg, receiver, name) != "" },
		"Sanitizers": (*Policy).IsSanitizer,
		"Exclude":    (*Policy).IsExcluded,
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
	t.Cleanup(Reset)
	Reset()
	require.NoError(t, Read([]byte("BuiltinSources: false\nBuiltinSinks: true")))
	require.True(t, Active().OnlySources)
	require.False(t, Active().OnlySinks)
	require.NoError(t, BuiltinSinksFlag().Set("false"))
	require.NoError(t, BuiltinSourcesFlag().Set("true"))
	require.True(t, Active().OnlySinks)
	require.False(t, Active().OnlySources)
	require.Error(t, BuiltinSinksFlag().Set("perhaps"))
	require.Error(t, Read(make([]byte, maxFile+1)))
}

// FuzzPolicy holds that a policy is refused or understood, and that whatever is
// understood answers.
func FuzzPolicy(f *testing.F) {
	for _, seed := range []string{"Sources: [{Type: S}]", "Sinks: &a [*a]", "Fields: [a/b.T.F]", "FieldTags: [{Key: k, Value: v}]", "Exclude: [{MethodRE: '('}]", "BuiltinSinks: no"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p := &Policy{}
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
