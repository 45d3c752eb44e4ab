package verify

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// value makes one that an issuer can be asked about.
func (i *issuer) value() string {
	prefix := ""
	if len(i.prefixes) > 0 {
		prefix = i.prefixes[0]
	}
	return prefix + "made-for-this-test"
}

func of(i *issuer) []*finding.Finding {
	f := &finding.Finding{Rule: &finding.Rule{ID: i.rule}, Secret: finding.NewSecret(i.value()), Fingerprint: "print", Severity: finding.Medium}
	if i.name != "aws" {
		return []*finding.Finding{f}
	}
	secret := &finding.Finding{Rule: &finding.Rule{ID: "aws-secret-access-key", Kind: finding.SecretAccessKey}, Secret: finding.NewSecret("the secret"), Fingerprint: "other"}
	f.Related = []finding.Relation{{Rule: secret.Rule.ID, Fingerprint: secret.Fingerprint}}
	return []*finding.Finding{f, secret}
}

func verifier(t *testing.T, name string, h http.HandlerFunc) *Verifier {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	v, err := New(Options{Endpoints: []string{name + "=" + s.URL}, Pause: time.Nanosecond})
	require.NoError(t, err)
	return v
}

// answers are what an issuer says of what lives, what is dead, and what tells neither.
func answers(i *issuer) map[State]func(http.ResponseWriter) {
	status := func(code int, body string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { w.WriteHeader(code); _, _ = io.WriteString(w, body) }
	}
	out := map[State]func(http.ResponseWriter){Alive: status(200, "{}"), Dead: status(401, "{}"), Unknown: status(429, "{}")}
	switch i.name {
	case "aws":
		out[Alive] = status(200, "<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>")
		out[Dead] = status(403, "<ErrorResponse><Error><Code>InvalidClientTokenId</Code></Error></ErrorResponse>")
		out[Unknown] = status(403, "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired</Message></Error></ErrorResponse>")
	case "slack":
		out[Alive], out[Dead], out[Unknown] = status(200, `{"ok":true}`), status(200, `{"ok":false,"error":"invalid_auth"}`), status(200, `{"ok":false,"error":"ratelimited"}`)
	case "gcp":
		out[Dead] = status(400, "{}")
	}
	return out
}

func TestEveryIssuerSaysWhatLivesAndWhatDoesNot(t *testing.T) {
	for n := range issuers {
		i := &issuers[n]
		for state, answer := range answers(i) {
			var asked *http.Request
			var body []byte
			v := verifier(t, i.name, func(w http.ResponseWriter, r *http.Request) {
				asked = r
				body, _ = io.ReadAll(r.Body)
				answer(w)
			})
			findings := of(i)
			v.Findings(context.Background(), findings, "")
			require.NotNil(t, asked, i.name)
			assert.NotContains(t, asked.URL.String(), "made-for-this-test", "%s: URLs are logged", i.name)
			all := fmt.Sprint(asked.Header) + string(body)
			assert.Contains(t, all, i.value(), i.name)
			assert.NotContains(t, all, "the secret", "what signs does not leave")
			f := findings[0]
			require.NotEmpty(t, f.Evidence, i.name)
			want := map[State]string{Alive: "verified: ", Dead: "dead: ", Unknown: "not verified: "}[state]
			assert.True(t, strings.HasPrefix(f.Evidence[0], want), "%s: %s", i.name, f.Evidence[0])
			assert.Equal(t, state == Alive, f.Severity == finding.Critical, i.name)
		}
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	for n := range issuers {
		i := &issuers[n]
		v := verifier(t, i.name, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		})
		findings := of(i)
		v.Findings(context.Background(), findings, "")
		assert.Contains(t, findings[0].Evidence[0], "status 307", i.name)
	}
	assert.Zero(t, elsewhere.Load())
}

func TestAValueIsAskedAboutOnce(t *testing.T) {
	var asked atomic.Int32
	v := verifier(t, "npm", func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	i := issuerNamed("npm")
	for range 3 {
		v.Findings(context.Background(), of(i), "")
	}
	assert.Equal(t, int32(1), asked.Load())
}

func issuerNamed(name string) *issuer {
	for i := range issuers {
		if issuers[i].name == name {
			return &issuers[i]
		}
	}
	return nil
}

func TestATokenOfOnesOwnServerStaysThere(t *testing.T) {
	v, err := New(Options{})
	require.NoError(t, err)
	for _, c := range []struct {
		name, remote string
		asked        bool
	}{
		{"gitlab", "", false}, {"gitlab", "https://github.com/a/b", false}, {"gitlab", "https://gitlab.example.com/a/b", false}, {"gitlab", "https://gitlab.com/a/b", true},
		{"github", "https://github.com/a/b", true}, {"github", "", true}, {"github", "https://github.example.com/a/b", false}, {"npm", "https://example.com", true},
	} {
		assert.Equal(t, c.asked, v.elsewhere(issuerNamed(c.name), c.remote) == "", "%s at %s", c.name, c.remote)
	}
	v.Findings(context.Background(), of(issuerNamed("gitlab")), "") // asks nobody
	named, err := New(Options{Endpoints: []string{"gitlab=https://gitlab.example.com"}})
	require.NoError(t, err)
	assert.Empty(t, named.elsewhere(issuerNamed("gitlab"), ""))
}

func TestWhatCannotBeAskedSaysWhyAndNothingOfTheValue(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	v, err := New(Options{Endpoints: []string{"npm=" + closed.URL, "aws=" + closed.URL}})
	require.NoError(t, err)
	unreachable := of(issuerNamed("npm"))
	lonely := of(issuerNamed("aws"))[:1]
	odd := of(issuerNamed("openai"))
	odd[0].Secret = finding.NewSecret("line\r\nHost: other")
	v.Findings(context.Background(), append(append(unreachable, lonely...), odd...), "")
	assert.Equal(t, "not verified: npm cannot be reached", unreachable[0].Evidence[0])
	assert.Equal(t, "not verified: the secret of the key was not found with it", lonely[0].Evidence[0])
	assert.Equal(t, "not verified: "+errForm.Error(), odd[0].Evidence[0])
}

func TestEndpointsThatCannotBe(t *testing.T) {
	for _, text := range []string{"nobody=https://x", "npm", "npm=http://example.com", "npm=https://user@example.com", "npm=ftp://localhost", "npm=https://x?y=1"} {
		_, err := New(Options{Endpoints: []string{text}})
		assert.Error(t, err, text)
	}
}

func TestAFindingWithoutItsValueIsNotAskedAbout(t *testing.T) {
	masked := of(issuerNamed("npm"))
	masked[0].Secret = finding.Masked("npm_••••")
	assert.Empty(t, questions(masked))
	sample := of(issuerNamed("npm"))
	sample[0].Class = finding.Sample
	assert.Empty(t, questions(sample))
}

// TestSignature is the case post-vanilla of AWS's own suite for Signature Version 4.
func TestSignature(t *testing.T) {
	req, err := http.NewRequest(http.MethodPost, "https://example.amazonaws.com/", nil)
	require.NoError(t, err)
	secret := "wJalrXUtnFEMI/K7MDENG+bPxRfiCY" + "EXAMPLEKEY"
	sign(req, nil, "AKIDEXAMPLE", secret, "us-east-1", "service", time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC))
	assert.Equal(t, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, "+
		"Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b", req.Header.Get("Authorization"))
}

func TestASessionNeedsItsToken(t *testing.T) {
	_, err := callerIdentity("https://x", "ASIA", companions{secret: "x"}, time.Now())
	require.Error(t, err)
	req, err := callerIdentity("https://x", "ASIA", companions{"x", "token"}, time.Now())
	require.NoError(t, err)
	assert.Equal(t, "token", req.Header.Get("X-Amz-Security-Token"))
	assert.Contains(t, req.Header.Get("Authorization"), "x-amz-security-token")
}
