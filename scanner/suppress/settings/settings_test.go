package settings_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/suppress/settings"
)

var (
	account = &finding.Rule{ID: "aws-account-id", Severity: finding.Medium}
	key     = &finding.Rule{ID: "aws-access-key-id", Severity: finding.High}
	token   = &finding.Rule{ID: "token", Severity: finding.High}
	rules   = []*finding.Rule{account, key, token}
	on, off = new(bool), new(bool)
)

func init() { *on = true }

func at(rule *finding.Rule, paths ...string) *finding.Finding {
	f := &finding.Finding{Rule: rule, Severity: rule.Severity, InHead: true}
	for i, p := range paths {
		f.Sightings = append(f.Sightings, finding.Sighting{Path: p, InHead: i == 0})
	}
	return f
}

func apply(t *testing.T, set []settings.Setting, findings ...*finding.Finding) *finding.Result {
	t.Helper()
	compiled, err := settings.Compile(set, rules)
	require.NoError(t, err)
	r := &finding.Result{Findings: findings}
	compiled.Apply(r)
	return r
}

func TestWhatIsSwitchedOffIsCounted(t *testing.T) {
	r := apply(t, []settings.Setting{{Rule: "aws-*", Enabled: off}}, at(account, "a"), at(key, "b"), at(token, "c"))
	require.Len(t, r.Findings, 1)
	assert.Equal(t, token, r.Findings[0].Rule)
	assert.Equal(t, 2, r.Disabled)
}

func TestOnePathIsSwitchedOff(t *testing.T) {
	r := apply(t, []settings.Setting{{Rule: "aws-account-id", Paths: []string{"test"}, Enabled: off}},
		at(account, "test/a", "main.tf"), at(account, "test/b", "deep/test/c"), at(key, "test/a"))
	require.Len(t, r.Findings, 2)
	assert.Equal(t, []finding.Sighting{{Path: "main.tf"}}, r.Findings[0].Sightings)
	assert.False(t, r.Findings[0].InHead, "what is left is only in history")
	assert.Equal(t, key, r.Findings[1].Rule)
	assert.Equal(t, 1, r.Disabled)
}

func TestTheLastSettingDecides(t *testing.T) {
	set := []settings.Setting{
		{Rule: "*", Enabled: off, Severity: finding.Low},
		{Rule: "aws-account-id", Enabled: on},
		{Rule: "aws-account-id", Paths: []string{"prod/**"}, Severity: finding.Critical},
	}
	r := apply(t, set, at(account, "a"), at(account, "a", "prod/x"), at(token, "a"))
	require.Len(t, r.Findings, 2)
	assert.Equal(t, finding.Low, r.Findings[0].Severity)
	assert.Equal(t, finding.Critical, r.Findings[1].Severity, "as its worst place")
}

func TestSettingsThatCannotBe(t *testing.T) {
	for want, s := range map[string]settings.Setting{
		`bad glob "["`:               {Rule: "[", Enabled: off},
		`no rule "aws-acount-id"`:    {Rule: "aws-acount-id", Enabled: off},
		"neither enabled nor":        {Rule: "token"},
		`unknown severity "serious"`: {Rule: "token", Severity: "serious"},
		`rule "token": bad glob`:     {Rule: "token", Enabled: off, Paths: []string{"["}},
	} {
		_, err := settings.Compile([]settings.Setting{s}, rules)
		require.ErrorContains(t, err, want)
	}
}
