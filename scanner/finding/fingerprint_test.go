package finding_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
)

func TestFingerprintIsOfRuleAndValueAndKey(t *testing.T) {
	account := &finding.Rule{ID: "aws-account-id", LowEntropy: true}
	other := &finding.Rule{ID: "other", LowEntropy: true}
	quick := &finding.Rule{ID: "token"}
	f, keyed := finding.NewFingerprinter(nil), finding.NewFingerprinter([]byte("ours"))

	print := f.Fingerprint(account, "123456789012")
	assert.Len(t, print, 32)
	assert.Equal(t, print, finding.NewFingerprinter(nil).Fingerprint(account, "123456789012"), "stable between runs")
	for name, different := range map[string]string{
		"another rule":  f.Fingerprint(other, "123456789012"),
		"another value": f.Fingerprint(account, "123456789013"),
		"another key":   keyed.Fingerprint(account, "123456789012"),
		"quick":         f.Fingerprint(quick, "123456789012"),
	} {
		assert.NotEqual(t, print, different, name)
	}
}

func TestSecretNeverPrintsItself(t *testing.T) {
	const value = "never-print-this-value-1234"
	s := finding.NewSecret(value)
	encoded, err := json.Marshal(map[string]any{"s": s})
	require.NoError(t, err)
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "s", s, "in", struct{ S finding.Secret }{s})
	outputs := []string{string(encoded), log.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		outputs = append(outputs, fmt.Sprintf(verb, s), fmt.Sprintf(verb, &s), fmt.Sprintf(verb, []finding.Secret{s}),
			fmt.Sprintf(verb, struct{ S finding.Secret }{s}))
	}
	for _, out := range outputs {
		assert.NotContains(t, out, "print-this")
		assert.NotContains(t, out, fmt.Sprintf("%x", value)[:20])
	}
}

func TestMask(t *testing.T) {
	for name, c := range map[string]struct {
		secret finding.Secret
		want   string
	}{
		"an account ID":           {finding.NewSecret("123456789012"), "••••••••9012"},
		"a key ID":                {finding.NewSecret("AKIA" + "ABCDEFGHIJKLWXYZ").WithHead(4), "AKIA••••••••••••WXYZ"},
		"a short value":           {finding.NewSecret("abcdefgh"), "••••••••"},
		"a very short value":      {finding.NewSecret("abc"), "•••"},
		"a head longer than that": {finding.NewSecret("ab").WithHead(4), "••"},
		"a private key":           {finding.NewSecret(strings.Repeat("x", 3000)).Opaque(), strings.Repeat("•", 24)},
		"a value not of ASCII":    {finding.NewSecret(strings.Repeat("ü", 14)), "••••••••••üüüü"},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, c.secret.Mask()) })
	}
}

func BenchmarkFingerprintLowEntropy(b *testing.B) {
	rule := &finding.Rule{ID: "aws-account-id", LowEntropy: true}
	f := finding.NewFingerprinter(nil)
	for i := range b.N {
		f.Fingerprint(rule, fmt.Sprintf("%012d", i))
	}
}
