package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash"
	"net/url"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// NewJWT returns the detector for JSON Web Tokens (RFC 7519): three parts in
// base64url, of which the first two decode to JSON and the third has the length
// of a signature of the algorithm that the first one names.
func NewJWT() detect.Detector { return jwtDetector{} }

type jwtDetector struct{}

func (jwtDetector) Rules() []*finding.Rule     { return []*finding.Rule{jwtRule} }
func (jwtDetector) Triggers() []detect.Trigger { return jwtStarts() }

// jwtStarts are the beginnings of a header: the base64 of {" with the first
// letter of one of the parameters that headers begin with: alg, typ, kid, cty,
// crit, x5t, x5c, jku, jwk, zip, enc, nonce, ver.
func jwtStarts() []detect.Trigger {
	var triggers []detect.Trigger
	for _, c := range "atkcxjzenv" {
		triggers = append(triggers, detect.Trigger{Literal: base64.StdEncoding.EncodeToString([]byte(`{"` + string(c)))})
	}
	return triggers
}

func (jwtDetector) Detect(w *detect.Window, report func(detect.Match)) {
	w.Look(escapeReach+1, 0)
	if w.Start > 0 && w.Text[w.Start-1] == '.' || !starts(w.Text, w.Start) {
		return
	}
	w.Look(0, w.Run(w.End, detect.After, ofJWT)-w.End+2)
	t, end, ok := parseJWT(w.Text, w.Start)
	if !ok || !ends(w.Text, end) || t.publicByDesign() {
		return
	}
	m := detect.Match{Rule: jwtRule, Start: w.Start, End: end, ShowHead: 3, Confidence: 0.95}
	m.Severity, m.Evidence = t.weigh()
	if why := t.sample(); why != "" {
		m.Class, m.Evidence = finding.Sample, append(m.Evidence, why)
	}
	report(m)
}

// jwt is what a token says in clear text.
type jwt struct {
	header struct {
		Alg string `json:"alg"`
	}
	claims struct {
		Issuer  json.RawMessage `json:"iss"`
		Subject json.RawMessage `json:"sub"`
		Name    json.RawMessage `json:"name"`
		Role    json.RawMessage `json:"role"`
		Expiry  json.RawMessage `json:"exp"`
		Issued  json.RawMessage `json:"iat"`
		Foo     json.RawMessage `json:"foo"`
	}
	signed    string // the first two parts with their dot
	signature []byte
}

// signatureBytes are the lengths of signatures by algorithm (RFC 7518, section
// 3.1, and RFC 8037). An RSA signature is as long as its key: at least 2048 bits
// by the same RFC, shorter ones occur.
var signatureBytes = map[string]func(n int) bool{
	"HS256": is(32), "HS384": is(48), "HS512": is(64),
	"ES256": is(64), "ES256K": is(64), "ES384": is(96), "ES512": is(132),
	"EdDSA": is(64, 114), "Ed25519": is(64),
	"RS256": rsaLength, "RS384": rsaLength, "RS512": rsaLength,
	"PS256": rsaLength, "PS384": rsaLength, "PS512": rsaLength,
}

func is(lengths ...int) func(int) bool {
	return func(n int) bool {
		for _, l := range lengths {
			if n == l {
				return true
			}
		}
		return false
	}
}

func rsaLength(n int) bool { return n >= 64 && n <= 1024 && n%32 == 0 }

// parseJWT reads the token that starts at text[at]; end is where it ends.
func parseJWT(text []byte, at int) (t jwt, end int, ok bool) {
	header, next := segment(text, at)
	if next >= len(text) || text[next] != '.' {
		return t, next, false
	}
	payload, last := segment(text, next+1)
	if payload == "" || last >= len(text) || text[last] != '.' {
		return t, last, false
	}
	signature, end := segment(text, last+1)
	if end < len(text) && text[end] == '.' && end+1 < len(text) && isSegment(text[end+1]) {
		return t, end, false // five parts: encrypted
	}
	raw, isText := decode(header)
	if !isText || json.Unmarshal(raw, &t.header) != nil {
		return t, end, false
	}
	if raw, isText = decode(payload); !isText || json.Unmarshal(raw, &t.claims) != nil {
		return t, end, false
	}
	t.signed = string(text[at:last])
	t.signature, isText = decode(signature)
	fits := signatureBytes[t.header.Alg]
	return t, end, isText && fits != nil && fits(len(t.signature))
}

// segment returns the base64url at text[at] and where it ends.
func segment(text []byte, at int) (s string, end int) {
	if at > len(text) {
		return "", at
	}
	for end = at; end < len(text) && isSegment(text[end]); end++ {
	}
	return string(text[at:end]), end
}

func isSegment(c byte) bool { return isWord(c) || c == '-' }

var ofJWT = detect.BytesOf(func(c byte) bool { return isSegment(c) || c == '.' })

// publicByDesign reports whether a token is meant to be shipped to browsers:
// Supabase's anonymous key. https://supabase.com/docs/guides/api/api-keys
func (t *jwt) publicByDesign() bool {
	return text(t.claims.Issuer) == "supabase" && text(t.claims.Role) == "anon"
}

// weigh grades a token by how long it lives by its own claims. The clock must
// not matter: the same text gives the same finding tomorrow.
func (t *jwt) weigh() (finding.Severity, []string) {
	evidence := []string{"decodes to a JSON Web Token signed with " + t.header.Alg}
	if issuer := text(t.claims.Issuer); issuer != "" {
		evidence = append(evidence, "issued by "+issuer)
	}
	if text(t.claims.Issuer) == "supabase" && text(t.claims.Role) == "service_role" {
		return finding.Critical, append(evidence, "the service key of a Supabase project")
	}
	expiry, issued := number(t.claims.Expiry), number(t.claims.Issued)
	if expiry == 0 {
		return finding.High, append(evidence, "names no expiry")
	}
	evidence = append(evidence, "expires on "+time.Unix(expiry, 0).UTC().Format(time.DateOnly)+" by its own claim")
	if expiry < written {
		return finding.Low, append(evidence, "it has expired")
	}
	if issued != 0 && expiry-issued <= int64(24*time.Hour/time.Second) {
		return finding.Low, append(evidence, "made for a day at most")
	}
	if expiry-written > longestSession {
		return finding.Low, append(evidence, "made by hand: no session is meant to live as long")
	}
	return finding.Medium, evidence
}

// longestSession is a hundred years, in seconds.
const longestSession = 100 * 365 * 24 * 3600

// written is when this was: what had expired by then has, whatever the clock says. Noon of
// 1 January 2026.
const written = 1767268800

// text is a claim that is a short printable string, "" for any other.
func text(claim json.RawMessage) string {
	var s string
	if json.Unmarshal(claim, &s) != nil || len(s) > 120 || strings.IndexFunc(s, func(r rune) bool { return r < 0x20 || r > 0x7e }) >= 0 {
		return ""
	}
	return s
}

func allDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// number is a claim that is a plausible time in seconds, 0 for any other.
func number(claim json.RawMessage) int64 {
	var f float64
	if json.Unmarshal(claim, &f) != nil || f < 1 || f > 1e11 {
		return 0
	}
	return int64(f)
}

// wellKnown are the secrets with which documentation and tests sign.
var wellKnown = []string{
	"secret", "your-256-bit-secret", "your-384-bit-secret", "your-512-bit-secret", "password", "test", "key", "changeme", "supersecret", "my-secret", "mysecret",
	"a-string-secret-at-least-256-bits-long", "shhhhh", "secretkey", "secret-key", "jwt-secret", "your-secret-key", "super-secret-jwt-token-with-at-least-32-characters-long",
}

// firstJWT is the year of the first draft of RFC 7519, 2010, in seconds.
const firstJWT = 1262304000

var hashes = map[string]func() hash.Hash{"HS256": sha256.New, "HS384": sha512.New384, "HS512": sha512.New}

// sample says why a token is one of documentation or a test, "" if it is not
// known to be.
func (t *jwt) sample() string {
	if subject := text(t.claims.Subject); allDigits(subject) && placeholder.Number(subject) || text(t.claims.Name) == "John Doe" {
		return "the subject of documentation: 1234567890, John Doe"
	}
	if text(t.claims.Issuer) == "joe" {
		return "the issuer of RFC 7519's examples"
	}
	if t.claims.Foo != nil {
		return "a claim called foo"
	}
	for _, claim := range []json.RawMessage{t.claims.Subject, t.claims.Name, t.claims.Issuer} {
		if said := placeholder.Words(text(claim)); said.Whole && said.StandsIn {
			return "its claims say that it is for a test"
		}
	}
	if expiry := number(t.claims.Expiry); expiry != 0 && expiry < firstJWT {
		return "it expired before the format existed"
	}
	if issuer, err := url.Parse(text(t.claims.Issuer)); err == nil && issuer.Host != "" && localHost(issuer.Hostname()) {
		return "its issuer is reserved for examples, or known to one machine only"
	}
	newHash := hashes[t.header.Alg]
	if newHash == nil {
		return ""
	}
	for _, secret := range wellKnown {
		mac := hmac.New(newHash, []byte(secret))
		mac.Write([]byte(t.signed))
		if hmac.Equal(mac.Sum(nil), t.signature) {
			return fmt.Sprintf("signed with the well-known secret %q", secret)
		}
	}
	return ""
}

var jwtRule = &finding.Rule{
	ID: "json-web-token", Kind: finding.Token, Severity: finding.Medium, Homemade: true,
	Title:  "JSON Web Token",
	About:  "A signed token that a server takes as proof of who is asking. Whoever has it is that user or service until it expires, or for ever if it names no expiry.",
	Remedy: "End the session or revoke the key it was made with. If it names no expiry, change the signing key.",
	Guide:  guide,
	Source: "https://www.rfc-editor.org/rfc/rfc7519",
	Matches: []finding.Example{
		{Name: "in-an-authorization-header", Text: "Authorization: Bearer «jwt:HS256»\n"},
		{Name: "signed-with-rsa-in-json", Text: `{"id_token":"«jwt:RS256»","expires_in":3600}`},
		{Name: "in-the-query-of-a-url", Text: "GET /callback?access_token=«jwt:ES256»&state=1\n"},
		{Name: "behind-an-escape", Text: `"header":"Cookie: session%3D«jwt:EdDSA»%3B\n"`},
	},
	NearMisses: []finding.Example{
		{Name: "unsigned", Text: "token = ‹jwt:none›.\n"},
		{Name: "signature-cut-off", Text: "token = ‹jwt:HS256/cut›...\n"},
		{Name: "example-of-jwt-io", Text: "token = ‹jwt:HS256/documented›\n"},
		{Name: "subject-counted-down", Text: "token = ‹jwt:HS256/counted›\n"},
		{Name: "signed-with-a-well-known-secret", Text: "token = ‹jwt:HS256/weak›\n"},
		{Name: "public-key-of-a-browser-client", Text: "SUPABASE_ANON_KEY=‹jwt:HS256/anon›\n"},
		{Name: "claims-of-a-test", Text: "token = ‹jwt:RS256/test›\n"},
		{Name: "issuer-on-the-own-machine", Text: "token = ‹jwt:RS256/local›\n"},
		{Name: "placeholder", Text: "token = eyJxxxxxxxxxxxxxxxxxxxx.eyJyyyyyyyyyyyyyyyyyyyyyyy.zzzzzzzzzzzzzzzzzzzzzzzz\n"},
		{Name: "encrypted", Text: "token = ‹jwt:HS256›.‹base64url:40›.‹base64url:22›\n"},
		{Name: "json-in-base64", Text: "state = eyJ‹base64:200›\n"},
		{Name: "header-of-the-format", Text: "header = eyJhbGciOiJIUzI1NiJ9\n"},
	},
}
