package token

import (
	"strings"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// NewBasic returns the detector for HTTP Basic credentials (RFC 7617): user and
// password in base64, behind "Basic" or in the auth entry of a Docker or npm
// configuration.
func NewBasic() detect.Detector { return basicDetector{} }

type basicDetector struct{}

func (basicDetector) Rules() []*finding.Rule { return []*finding.Rule{basicRule} }

// longUser is how long a user's name may be to be reported: what is longer may be a key that
// stands for one.
const longUser = 24

// maxBasic bounds the base64 of a user and a password.
const maxBasic = 512

const basicScheme = 0 // index of the trigger that a value follows without an operator

func (basicDetector) Triggers() []detect.Trigger {
	return []detect.Trigger{{Literal: "basic ", Fold: true}, {Literal: `"auth"`}, {Literal: `\"auth\"`}, {Literal: "_auth"}}
}

func (basicDetector) Detect(w *detect.Window, report func(detect.Match)) {
	start := w.End
	if w.Trigger != basicScheme {
		w.Look(0, notation.Reach)
		v, ok := notation.ValueOf(w.Text, w.End)
		if !ok {
			return
		}
		start = v.Start
	}
	end := w.Run(start, maxBasic, ofBase64)
	w.Look(0, end-w.End+2)
	if end-start < 12 || !ends(w.Text, end) {
		return
	}
	raw, ok := decode(string(w.Text[start:end]))
	user, pass, found := strings.Cut(string(raw), ":")
	if !ok || !found || user == "" || !printable(string(raw)) || reference(user) {
		return
	}
	confidence, evidence := password(user, pass), "decodes to the user "+user+" and a password"
	if kind := tokenIn(user); kind != "" { // which some servers take for a user
		confidence, evidence = 0.95, "decodes to "+article(kind)
	} else if kind := tokenIn(pass); kind != "" {
		confidence, evidence = 0.95, "decodes to the user "+user+" and "+article(kind)
	} else if len(user) > longUser {
		evidence = "decodes to a user and a password"
	}
	if confidence == 0 {
		return
	}
	m := detect.Match{
		Rule: basicRule, Start: start, End: end, Hidden: true, Confidence: confidence,
		Evidence: []string{evidence},
	}
	if pass == "open sesame" { // RFC 7617, section 2
		m.Class = finding.Sample
	}
	report(m)
}

// ofBase64 are the bytes of both alphabets of base64, padding included.
var ofBase64 = detect.BytesOf(func(c byte) bool { return isAlnum(c) || strings.IndexByte("+/_-=", c) >= 0 })

func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < 0x20 || r > 0x7e }) < 0
}

var basicRule = &finding.Rule{
	ID: "basic-auth", Kind: finding.Token, Severity: finding.High, Homemade: true,
	Title:  "HTTP Basic credentials",
	About:  "A user and a password in base64, which hides nothing. Whoever reads it logs in as that user.",
	Remedy: "Change the password, and give the program a token of its own from a secret store.",
	Guide:  guide,
	Source: "https://www.rfc-editor.org/rfc/rfc7617",
	Matches: []finding.Example{
		{Name: "authorization-header", Text: "curl -H 'Authorization: Basic «basic»' https://api.vendor.io/\n"},
		{Name: "docker-config", Text: "{\"auths\": {\"registry.vendor.io\": {\"auth\": \"«basic»\"}}}\n"},
		{Name: "docker-config-in-a-string", Text: "config: \"{\\\"auths\\\":{\\\"registry.vendor.io\\\":{\\\"auth\\\":\\\"«basic»\\\"}}}\"\n"},
		{Name: "npm-config", Text: "//registry.vendor.io/:_auth=«basic»\n"},
		{Name: "token-of-a-provider-for-a-password", Text: "http.extraheader=AUTHORIZATION: basic «basic-token»\n"},
		{Name: "token-of-a-provider-for-a-user", Text: "curl -H 'Authorization: Basic «basic-token-user»' https://api.vendor.io/\n"},
	},
	NearMisses: []finding.Example{
		{Name: "prose", Text: "Basic authentication is used. Basic functionality works. BASIC interpreters\n"},
		{Name: "example-of-the-rfc", Text: "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\n"},
		{Name: "placeholder-credentials", Text: "Authorization: Basic dXNlcm5hbWU6cGFzc3dvcmQ=\n"},
		{Name: "reference", Text: "Authorization: Basic ${{ secrets.BASIC_AUTH }}\n\"auth\": \"{{ .Values.auth }}\"\n"},
		{Name: "random-base64", Text: "Basic ‹hex:40›\n"},
	},
}
