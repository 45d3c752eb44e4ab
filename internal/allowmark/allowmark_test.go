package allowmark

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMarks(t *testing.T) {
	for line, want := range map[string]Mark{
		"key # deputy:allow aws-account-id published on purpose":    {Rules: []string{"aws-account-id"}, Reason: "published on purpose"},
		"# deputy:allow aws-account-id - published":                 {Rules: []string{"aws-account-id"}, Reason: "published", Alone: true},
		"// deputy:allow external-id: ours":                         {Rules: []string{"external-id"}, Reason: "ours", Alone: true},
		"x /* deputy:allow external-id — für den Test */":           {Rules: []string{"external-id"}, Reason: "für den Test"},
		"# deputy:allow external-id テスト用の値":                         {Rules: []string{"external-id"}, Reason: "テスト用の値", Alone: true},
		"# deputy:allow aws-account-id,external-id made up":         {Rules: []string{"aws-account-id", "external-id"}, Reason: "made up", Alone: true},
		"# deputy:allow aws-account-id, external-id made up":        {Rules: []string{"aws-account-id", "external-id"}, Reason: "made up", Alone: true},
		"# deputy:allow aws-account-id external-id Made up":         {Rules: []string{"aws-account-id", "external-id"}, Reason: "Made up", Alone: true},
		"# deputy:allow idlogged audit-log":                         {Rules: []string{"idlogged"}, Reason: "audit-log", Alone: true},
		"# deputy:allow idlogged the audit log is where it belongs": {Rules: []string{"idlogged"}, Reason: "the audit log is where it belongs", Alone: true},
		"# deputy:allow external-id":                                {Rules: []string{"external-id"}, Alone: true},
		"<!-- deputy:allow external-id -->":                         {Rules: []string{"external-id"}, Alone: true},
		"# deputy:allow":                                            {Alone: true},
		"# deputy:allow Ours":                                       {Reason: "Ours", Alone: true},
		"REM deputy:allow token old machine":                        {Rules: []string{"token"}, Reason: "old machine", Alone: true},
		"dnl deputy:allow token old machine":                        {Rules: []string{"token"}, Reason: "old machine", Alone: true},
		`"_comment": "deputy:allow token made for the tests",`:      {Rules: []string{"token"}, Reason: "made for the tests", Alone: true},
		"x = 1 -- deputy:allow token made for the tests":            {Rules: []string{"token"}, Reason: "made for the tests"},
		"# deputy: allow external-id ours":                          {Rules: []string{"external-id"}, Reason: "ours", Alone: true},
		"# Deputy:Allow external-id ours":                           {Rules: []string{"external-id"}, Reason: "ours", Alone: true},
		"# deputy:ignore external-id ours":                          {Rules: []string{"external-id"}, Reason: "ours", Alone: true, Verb: "ignore"},
		"# deputy says: deputy:allow external-id ours":              {Rules: []string{"external-id"}, Reason: "ours"},
		"# pragma: allowlist nextline secret":                       {Foreign: true, Alone: true},
		"key # gitleaks:allow":                                      {Foreign: true},
		"key # trufflehog:ignore":                                   {Foreign: true},
		"key  # pragma: allowlist secret":                           {Foreign: true},
		"key // ggignore":                                           {Foreign: true},
		"key // kingfisher:ignore":                                  {Foreign: true},
	} {
		got, ok := Parse([]byte(line))
		require.True(t, ok, line)
		assert.Equal(t, want, got, line)
	}
	for _, line := range []string{"", "key", "the allow list", "the deputy: allowed to all", "deputy allow", "eputy:allow", "key # pragma: allowlist nextline secret", "biggignored", "xgitleaks:allowed"} {
		_, ok := Parse([]byte(line))
		assert.False(t, ok, line)
	}
}

func TestWhyAMarkDoesNotCount(t *testing.T) {
	for line, want := range map[string]string{
		"# deputy:allow external-id ours":      "",
		"# gitleaks:allow":                     "",
		"# deputy:ignore external-id ours":     "write deputy:allow RULE reason",
		"# deputy:allow external-id":           "it gives no reason",
		"# deputy:allow External-ID ours":      "it names no rule",
		"# deputy:allow aws-account-id ours x": "is about aws-account-id, not about external-id",
	} {
		m, ok := Parse([]byte(line))
		require.True(t, ok)
		if problem := m.Problem("external-id"); want == "" {
			assert.Empty(t, problem, line)
		} else {
			assert.Contains(t, problem, want, line)
		}
	}
}

// FuzzParse wants of any line that a mark which counts gives a reason of its own words.
func FuzzParse(f *testing.F) {
	f.Add([]byte("# deputy:allow a-b,c-d: why */"), "a-b")
	f.Add([]byte("# deputy:allow a-b c-d"), "c-d")
	f.Fuzz(func(t *testing.T, line []byte, rule string) {
		m, ok := Parse(line)
		if !ok {
			return
		}
		require.Equal(t, m.Allows(rule), m.Problem(rule) == "")
		if m.Allows(rule) && !m.Foreign {
			require.Contains(t, m.Rules, rule)
			require.NotEmpty(t, m.Reason)
			require.Contains(t, string(line), m.Reason)
		}
	})
}
