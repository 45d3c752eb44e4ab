package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/detecttest"
	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/finding"
)

func TestAcceptJWT(t *testing.T) { detecttest.Accept(t, NewJWT(), contextShapes()) }

func TestAcceptURL(t *testing.T) { detecttest.Accept(t, NewURL(), contextShapes()) }

func TestAcceptBasic(t *testing.T) { detecttest.Accept(t, NewBasic(), contextShapes()) }

func TestAcceptCurl(t *testing.T) { detecttest.Accept(t, NewCurl(), contextShapes()) }

func contextShapes() map[string]example.Shape {
	m := shapes()
	m["jwt"] = madeJWT
	m["password"] = func(r *rand.Rand, _ string) string { return generated(0, func() string { return strongPassword(r) }) }
	m["basic"] = func(r *rand.Rand, _ string) string {
		return base64.StdEncoding.EncodeToString([]byte("deploy:" + generated(0, func() string { return strongPassword(r) })))
	}
	m["password-like-a-token"] = func(r *rand.Rand, _ string) string { return "npm_" + m["password"](r, "") }
	token := func(r *rand.Rand) string { return m["github-token/github-personal-access-token"](r, "") }
	m["basic-token"] = func(r *rand.Rand, _ string) string {
		return base64.StdEncoding.EncodeToString([]byte("x-access-token:" + token(r)))
	}
	m["basic-token-user"] = func(r *rand.Rand, _ string) string {
		return base64.StdEncoding.EncodeToString([]byte(token(r) + ":x-oauth-basic"))
	}
	return m
}

func strongPassword(r *rand.Rand) string {
	return example.Chars(r, example.Upper, 2) + example.Chars(r, base62, 10) + example.Chars(r, example.Digits, 2)
}

func encode(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// madeJWT makes a token; form is an algorithm, and behind a slash what is special
// about it.
func madeJWT(r *rand.Rand, form string) string {
	alg, special, _ := strings.Cut(form, "/")
	claims := fmt.Sprintf(`{"iss":"https://login.vendor.io/","sub":"%s","exp":17%s}`, example.Chars(r, example.Hex, 24), example.Chars(r, example.Digits, 8))
	switch special {
	case "documented":
		claims = `{"sub":"1234567890","name":"John Doe","iat":1516239022}`
	case "counted":
		claims = `{"sub":"9876543210","name":"Jane","iat":17` + example.Chars(r, example.Digits, 8) + `}`
	case "test":
		claims = `{"foo":"bar","sub":"` + example.Chars(r, example.Hex, 24) + `"}`
	case "local":
		claims = `{"iss":"https://localhost:8443/oauth","sub":"` + example.Chars(r, example.Hex, 24) + `"}`
	case "anon":
		claims = `{"iss":"supabase","ref":"` + example.Chars(r, example.Lower, 20) + `","role":"anon","iat":1650000000,"exp":1965000000}`
	}
	signed := encode(`{"alg":"`+alg+`","typ":"JWT"}`) + "." + encode(claims)
	switch {
	case alg == "none":
		return signed
	case special == "cut":
		return signed + "." + encode(chars(r, 12))
	case special == "weak":
		mac := hmac.New(sha256.New, []byte("secret"))
		mac.Write([]byte(signed))
		return signed + "." + encode(string(mac.Sum(nil)))
	}
	size := map[string]int{"HS256": 32, "RS256": 256, "ES256": 64, "EdDSA": 64}[alg]
	return signed + "." + encode(chars(r, size))
}

func scan(d detect.Detector, text string) []detect.Hit {
	var hits []detect.Hit
	detect.NewSet(d).Scan([]byte(text), detect.Text{}, func(h detect.Hit) { hits = append(hits, h) })
	return hits
}

func TestJWTIsGradedByItsOwnClaims(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	token := func(claims string) string {
		return encode(`{"alg":"HS256"}`) + "." + encode(claims) + "." + encode(chars(r, 32))
	}
	for claims, want := range map[string]finding.Severity{
		`{"iss":"kubernetes/serviceaccount"}`:                 finding.High,
		`{"iat":1900000000,"exp":1900003600}`:                 finding.Low,
		`{"iat":1600000000,"exp":1700003600}`:                 finding.Low,
		`{"iat":1700000000,"exp":1900000000}`:                 finding.Medium,
		`{"iss":"supabase","role":"service_role","exp":2e9}`:  finding.Critical,
		`{"exp":"tomorrow"}`:                                  finding.High,
		`{"user":"me","exp":21595365323}`:                     finding.Low,
		`{"user":"me","exp":4100000000}`:                      finding.Medium,
		`{"iat":[],"exp":1e300,"iss":{"a":1},"sub":null}`:     finding.High,
		`{"iss":"a\u0000b","exp":1900003600,"iat":170000000}`: finding.Medium,
	} {
		hits := scan(NewJWT(), "x "+token(claims)+" y")
		require.Len(t, hits, 1, claims)
		assert.Equal(t, want, hits[0].Severity, claims)
	}
}

func TestWeakPasswordIsKeptButNotReported(t *testing.T) {
	hits := scan(NewURL(), "ftp://backup:sunshine@files.vendor.io/")
	require.Len(t, hits, 1)
	assert.Less(t, hits[0].Confidence, detect.Report)
}

func TestKeyedValueIsFoundInEveryNotation(t *testing.T) {
	value := example.Chars(rand.New(rand.NewPCG(3, 4)), example.Hex, 32)
	for _, text := range []string{
		"DATADOG_API_KEY=%s", "export DD_API_KEY='%s'", "DATADOG_API_KEY: %s", `"datadogApiKey": "%s",`, `{\"datadog_api_key\":\"%s\"}`,
		"datadog.api.key = %s", `os.environ["DATADOG_API_KEY"] = "%s"`, `os.Setenv("DD_API_KEY", "%s")`, "ENV DD_API_KEY %s",
		`const datadogApiKey: string = "%s";`, "agent --datadog-api-key %s --site eu", "<DatadogApiKey>%s</DatadogApiKey>",
		`const k = process.env.DD_API_KEY || "%s"`, `DD_API_KEY: "${DD_API_KEY:-%s}"`, `@Value("${datadog.api.key:%s}")`, `dd_api_key = os.getenv("KEY", "%s")`,
		"- name: DD_API_KEY\n  value: %s", `{"name": "DD_API_KEY", "value": "%s"}`, `[{"name":"DD_API_KEY","value":"%s"}]`, `datadogAPIKey := "%s"`, "DATADOG_API_KEY%%3D%s", "variable \"datadog_api_key\" {\n  default = \"%s\"\n}", "&quot;dd_api_key&quot;: &quot;%s&quot;",
	} {
		text = fmt.Sprintf(text, value)
		hits := scan(New(), text)
		require.Len(t, hits, 1, text)
		assert.Equal(t, value, hits[0].Value, text)
		assert.Equal(t, "datadog-key", hits[0].Rule.ID, text)
	}
	for _, text := range []string{
		"DATADOG_API_KEY_HASH=%s", "datadog_api_key_id=%s", "datadog: %s", "datadogApiKey(%s)", "DATADOG_API_KEY\n\n%s", "DATADOG_API_KEY=\n%s",
	} {
		text = fmt.Sprintf(text, value)
		assert.Empty(t, scan(New(), text), text)
	}
}
