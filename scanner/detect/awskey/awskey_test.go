package awskey_test

import (
	"encoding/base64"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/awskey"
	"github.com/deputy-sec/deputy/scanner/detect/detecttest"
	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/finding"
)

func TestAcceptance(t *testing.T) { detecttest.Accept(t, awskey.New(), awskey.Shapes) }

var set = detect.NewSet(awskey.New())

func scan(text []byte) []detect.Hit {
	var hits []detect.Hit
	set.Scan(text, detect.Text{}, func(h detect.Hit) { hits = append(hits, h) })
	return hits
}

func expand(text string) string { return example.Expand(text, 7, awskey.Shapes).Text }

// hitOf returns the only hit of a rule.
func hitOf(t *testing.T, rule *finding.Rule, text string) detect.Hit {
	t.Helper()
	found := slices.DeleteFunc(scan([]byte(text)), func(h detect.Hit) bool { return h.Rule != rule })
	require.Len(t, found, 1, "%s in\n%s", rule.ID, text)
	return found[0]
}

// The keys are those of the articles that account names as its sources, and the
// accounts what STS told their authors (the second one by their formula).
func TestAccountOfAKey(t *testing.T) {
	for key, owner := range map[string]string{
		"ASIA" + "Y34FZKBOKMUTVV7A": "609629" + "065308",
		"ASIA" + "QNZGKIQY56JQ7WML": "029608" + "264753",
	} {
		h := hitOf(t, awskey.AccessKeyID, "key "+key)
		assert.Equal(t, owner, h.Account)
		assert.Contains(t, h.Evidence, "belongs to account ••••••••"+owner[8:])
		assert.NotContains(t, strings.Join(h.Evidence, " "), owner, "evidence does not tell the account")
	}
	old := hitOf(t, awskey.AccessKeyID, expand("key ‹aws-old-id:AKIA›"))
	assert.Empty(t, old.Account, "keys made before 2019 tell nothing")
}

func TestAccountOfABedrockKey(t *testing.T) {
	h := hitOf(t, awskey.BedrockAPIKey, expand("‹aws-bedrock›"))
	assert.Len(t, h.Account, 12)
	assert.NotContains(t, strings.Join(h.Evidence, " "), h.Account)
}

func TestSeverityFollowsWhatAnAttackerGains(t *testing.T) {
	for name, c := range map[string]struct {
		text        string
		key, secret finding.Severity
	}{
		"a long-lived pair":         {"‹aws-id:AKIA› ‹aws-secret›", finding.Critical, ""},
		"a temporary pair":          {"‹aws-id:ASIA› ‹aws-secret›", finding.Medium, finding.Medium},
		"a long-lived key ID alone": {"key ‹aws-id:AKIA›", finding.Medium, ""},
		"a temporary key ID alone":  {"key ‹aws-id:ASIA›", finding.Low, ""},
	} {
		t.Run(name, func(t *testing.T) {
			text := expand(c.text)
			assert.Equal(t, c.key, hitOf(t, awskey.AccessKeyID, text).Severity)
			if strings.Contains(c.text, "secret") {
				assert.Equal(t, c.secret, hitOf(t, awskey.SecretAccessKey, text).Severity)
			}
		})
	}
}

// One key ID in 28 is all letters. A string that holds nothing else is none by chance.
func TestAKeyIDOfLettersInQuotes(t *testing.T) {
	id := "AKIAJ" + "QWVULZKHEBDXGNR"
	for _, quote := range []string{`"`, "'", "`"} {
		h := hitOf(t, awskey.AccessKeyID, "const x = "+quote+id+quote)
		assert.GreaterOrEqual(t, h.Confidence, detect.Report)
	}
	assert.Less(t, hitOf(t, awskey.AccessKeyID, `"`+id+"'").Confidence, detect.Report)
}

// Documented and made-up values are matched, so that --all shows them, and have
// the class that hides them otherwise.
func TestPlaceholdersAreSamples(t *testing.T) {
	for name, c := range map[string]struct {
		rule *finding.Rule
		text string
	}{
		"key of the documentation":        {awskey.AccessKeyID, "AKIAIOSFODNN7EXAMPLE"},
		"secret of the documentation":     {awskey.SecretAccessKey, "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"},
		"user of the documentation":       {awskey.UniqueID, "AIDACKCEVSQ6C2EXAMPLE"},
		"key of an emulator's account":    {awskey.AccessKeyID, "key ASIA" + "RZPUZDIKKV2GMKEM"},
		"token of the documentation":      {awskey.SessionToken, expand("aws_session_token=‹aws-opaque:120›EXAMPLE‹aws-opaque:20›")},
		"signed with the documented key":  {awskey.PresignedURL, expand("https://b/?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request&X-Amz-Signature=‹hex:64›")},
		"sign-in token of documentation":  {awskey.SigninToken, expand("SigninToken=‹aws-opaque:120›EXAMPLE‹aws-opaque:20›")},
		"bedrock key of the demo account": {awskey.BedrockAPIKey, "AB" + "SKQmVkcm9ja0FQSUtleS1hYmNkLWF0LTEyMzQ1Njc4OTAxMjpub3RhcmVhbHNlY3JldG9yYW55dGhpbmc="},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, finding.Sample, hitOf(t, c.rule, c.text).Class) })
	}
}

// Weak matches wait for a confirmation elsewhere in the target.
func TestWeakMatches(t *testing.T) {
	for name, text := range map[string]string{
		"letters alone without context":     "the protein AKIAJ" + "QQVVLLKKEEDDGGR",
		"a first letter AWS does not use":   "key AKIAC" + "23456ZQXWVUTSRN",
		"a unique ID that tells no account": expand("‹aws-old-id:AROA›"),
	} {
		t.Run(name, func(t *testing.T) {
			for _, h := range scan([]byte(text)) {
				assert.Less(t, h.Confidence, detect.Report)
				assert.GreaterOrEqual(t, h.Confidence, detect.Keep)
			}
			assert.NotEmpty(t, scan([]byte(text)))
		})
	}
}

func TestKubernetesSecretsAreDecoded(t *testing.T) {
	text := expand("apiVersion: v1\nkind: Secret\ndata:\n  AWS_ACCESS_KEY_ID: ‹b64-aws-id:AKIA›\n  AWS_SECRET_ACCESS_KEY: ‹b64-secret›\n")
	key, secret := hitOf(t, awskey.AccessKeyID, text), hitOf(t, awskey.SecretAccessKey, text)
	assert.Len(t, key.Value, 20)
	assert.True(t, strings.HasPrefix(key.Value, "AKIA"))
	assert.Len(t, secret.Value, 40)
}

func TestValuesAreReadThroughEscapes(t *testing.T) {
	const secret = "abCD1+fgHI/jkLM2nopQRs" + "TU/vwXYZ3aB4c+De6F"
	for name, escaped := range map[string]string{
		"of URLs":       strings.NewReplacer("+", "%2B", "/", "%2f").Replace(secret),
		"of JSON":       strings.ReplaceAll(secret, "/", `\/`),
		"of HTML in JS": strings.NewReplacer("+", `\u002b`, "/", `\u002F`).Replace(secret),
	} {
		t.Run(name, func(t *testing.T) {
			h := hitOf(t, awskey.SecretAccessKey, "aws_secret_key=\""+escaped+"\"")
			assert.Equal(t, secret, h.Value)
			assert.Equal(t, len(escaped), h.End-h.Start)
		})
	}
}

// The text around a key ID may begin in the middle of a value; the rest of one
// is no secret, however long.
func TestRestOfALongerValueIsNoSecret(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 500 {
		token := example.Chars(r, example.Base64, 500)
		escaped := strings.NewReplacer("+", "%2B", "/", "%2F").Replace(token)
		text := escaped + "&x=" + strings.Repeat("y", 200+r.IntN(100)) + "&id=" + awskey.Shapes["aws-id"](r, "ASIA")
		assert.Zero(t, count(awskey.SecretAccessKey, text), text)
	}
}

// What the tests of randomness cost: secrets that they refuse.
func TestRandomSecretsAreFound(t *testing.T) {
	const n = 4000
	r := rand.New(rand.NewPCG(3, 4))
	named, beside := 0, 0
	for range n {
		secret := example.Chars(r, example.Base64, 40)
		key := awskey.Shapes["aws-id"](r, "AKIA")
		named += count(awskey.SecretAccessKey, "aws_secret_access_key="+secret+"\n")
		beside += count(awskey.SecretAccessKey, key+" "+secret+"\n")
	}
	assert.Greater(t, float64(named)/n, 0.995, "behind a name")
	assert.Greater(t, float64(beside)/n, 0.985, "beside a key ID")
}

// Random identifiers in random texts are no key IDs.
func TestRandomTextHasNoFindings(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, alphabet := range []string{example.Base64, example.Base32, example.Hex, example.Upper + " "} {
		text := "aws secret " + example.Chars(r, alphabet, 1<<20)
		for _, h := range scan([]byte(text)) {
			assert.Less(t, h.Confidence, detect.Report, "%s %s", h.Rule.ID, h.Value)
		}
	}
}

func count(rule *finding.Rule, text string) int {
	n := 0
	for _, h := range scan([]byte(text)) {
		if h.Rule == rule && h.Confidence >= detect.Report && h.Class != finding.Sample {
			n++
		}
	}
	return n
}

func FuzzDetect(f *testing.F) { detecttest.Fuzz(f, awskey.Shapes, nil, awskey.New()) }

func BenchmarkNoTriggers(b *testing.B) {
	bench(b, strings.Repeat("func main() { fmt.Println(\"nothing to see here\", 42) }\n", 20000))
}

func BenchmarkDenseWithKeys(b *testing.B) {
	bench(b, strings.Repeat(expand("aws_access_key_id = ‹aws-id:AKIA›\naws_secret_access_key = ‹aws-secret›\n"), 5000))
}

func BenchmarkDenseWithTriggersOnly(b *testing.B) {
	bench(b, strings.Repeat("AKIA secret X-Amz-Signature AWSAccessKeyId session_token ", 10000))
}

func bench(b *testing.B, text string) {
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		set.Scan([]byte(text), detect.Text{}, func(detect.Hit) {})
	}
}

func TestBase64OfATextIsNoSecret(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 200 {
		text := example.Chars(r, example.Base62+" .-", 30)
		line := "# aws\nsecret_key: " + base64.StdEncoding.EncodeToString([]byte(text)) + "\n"
		for _, h := range scan([]byte(line)) {
			assert.NotEqual(t, awskey.SecretAccessKey, h.Rule, line)
		}
	}
}

func TestSecretBesideAnImpossibleKeyIDIsASample(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	secret := "1a" + example.Chars(r, example.Base64, 36) + "Z9"
	for id, want := range map[string]finding.Class{
		"AKIA" + "ZLJNBT8I3KFOU4NO": finding.Sample, // an 8
		"ABIA" + "ZLJNBT8I3KFOU4NO": finding.Sample,
		"AKIA" + "ZLJNBT":           "", // cut off: nothing is known
	} {
		text := "AWS_ACCESS_KEY_ID: " + id + "\nAWS_SECRET_ACCESS_KEY: " + secret + "\n"
		for _, h := range scan([]byte(text)) {
			assert.Equal(t, want, h.Class, text)
		}
	}
}
