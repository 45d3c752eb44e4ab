package token

import (
	"bytes"
	"strings"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// NewURL returns the detector for passwords in URLs (RFC 3986, section 3.2.1):
// scheme://user:password@host.
func NewURL() detect.Detector { return urlDetector{} }

type urlDetector struct{}

func (urlDetector) Rules() []*finding.Rule { return []*finding.Rule{urlRule} }

func (urlDetector) Triggers() []detect.Trigger {
	return []detect.Trigger{{Literal: "://"}, {Literal: `:\/\/`}}
}

// maxUserinfo bounds what is looked at for a user and a password; most URLs end
// their host long before.
const maxUserinfo = 256

func (urlDetector) Detect(w *detect.Window, report func(detect.Match)) {
	w.Look(1, 0)
	authority := w.Text[w.End:w.Run(w.End, maxUserinfo, ofAuthority)]
	at := bytes.LastIndexByte(authority, '@')
	colon := bytes.IndexByte(authority, ':')
	if colon < 0 || at < colon+2 || !hasScheme(w.Text, w.Start) {
		return
	}
	user, pass, host := string(authority[:colon]), string(authority[colon+1:at]), hostOf(authority[at+1:])
	confidence := password(user, pass)
	if host == "" || confidence == 0 || address[user] || reference(user) || reference(host) || tokenIn(user) != "" || tokenIn(pass) != "" { // the provider's rule finds those
		return
	}
	m := detect.Match{
		Rule: urlRule, Start: w.End + colon + 1, End: w.End + at, Hidden: true, Confidence: confidence,
		Evidence: []string{"password of user " + orNone(user) + " for " + host + " in a URL"},
	}
	if localHost(host) {
		m.Class = finding.Sample
		m.Evidence = append(m.Evidence, "the host is reserved for examples, or known to one machine only")
	}
	report(m)
}

// address are the schemes of addresses with an at sign: https://mailto:me@host is one in a
// link that somebody's program completed.
var address = map[string]bool{"mailto": true, "sip": true, "xmpp": true, "acct": true}

func orNone(user string) string {
	if user == "" {
		return "(none)"
	}
	return user
}

// ofAuthority are the bytes that belong to the authority of a URL.
var ofAuthority = detect.BytesOf(func(c byte) bool {
	return c > ' ' && c < 0x7f && strings.IndexByte("/?#\"'`<>\\,;|", c) < 0
})

// hasScheme reports whether a URL's scheme ends at text[at].
func hasScheme(text []byte, at int) bool {
	return at > 0 && isAlnum(text[at-1])
}

// hostOf cuts the port off a host; it returns "" for what is no host.
func hostOf(b []byte) string {
	host := string(b)
	if strings.HasPrefix(host, "[") {
		host, _, _ = strings.Cut(host, "]")
		return strings.TrimPrefix(host, "[")
	}
	host, _, _ = strings.Cut(host, ":")
	host = strings.TrimRight(host, ".)]}*")
	for i := range len(host) {
		if !isWord(host[i]) && host[i] != '.' && host[i] != '-' {
			return ""
		}
	}
	return host
}

var urlRule = &finding.Rule{
	ID: "url-password", Kind: finding.Token, Severity: finding.High, Homemade: true,
	Title:  "Password in a URL",
	About:  "A URL with user and password: it says what it opens, where it is and how to get in. Such URLs also end up in logs, shell histories and error reports.",
	Remedy: "Change the password, and keep it out of the URL: in a credential helper, a secret store or the environment.",
	Guide:  guide,
	Source: "https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1",
	Matches: []finding.Example{
		{Name: "database-url", Text: "DATABASE_URL=postgres://app:«password»@db.prod.vendor.io:5432/app\n"},
		{Name: "clone-url", Text: "git clone https://deploy:«password»@git.vendor.io/team/app.git\n"},
		{Name: "broker-in-yaml", Text: "broker: \"amqps://worker:«password»@mq.vendor.io/prod\"\n"},
		{Name: "no-user", Text: "REDIS_URL=redis://:«password»@cache.vendor.io:6379/0\n"},
		{Name: "json-with-escaped-slashes", Text: `{"url":"mongodb+srv:\/\/app:«password»@cluster0.vendor.io\/app"}`},
		{Name: "begins-as-a-token-does", Text: "https://deploy:«password-like-a-token»@git.vendor.io/team/app.git\n"},
		{Name: "in-a-private-network", Text: "proxy=http://build:«password»@10.20.30.40:3128\n"},
	},
	NearMisses: []finding.Example{
		{Name: "shell-variable", Text: "postgres://app:$DB_PASSWORD@db.vendor.io/app\n"},
		{Name: "template", Text: "postgres://app:{{ .Values.password }}@db.vendor.io/app\npostgres://app:${DB_PASSWORD}@db.vendor.io/app\n"},
		{Name: "format-directive", Text: "fmt.Sprintf(\"postgres://%s:%s@%s/%s\", u, p, h, d)\n"},
		{Name: "concatenation", Text: "url = \"postgres://\" + user + \":\" + password + \"@\" + host\n"},
		{Name: "placeholder", Text: "https://user:password@git.vendor.io/app.git\nhttps://user:<password>@git.vendor.io/\nhttps://user:xxxxxxxxxx@git.vendor.io/\n"},
		{Name: "own-machine", Text: "postgres://app:‹password›@localhost:5432/app\n"},
		{Name: "container-of-a-compose-file", Text: "postgres://app:‹password›@db:5432/app\n"},
		{Name: "documentation-host", Text: "https://app:‹password›@example.com/\n"},
		{Name: "port-and-a-name-with-an-at-sign", Text: "https://registry.vendor.io:8443/@scope/package\n"},
		{Name: "image-digest", Text: "docker://vendor/app:1.2.3@sha256:‹hex:64›\n"},
		{Name: "address-of-a-mailbox-made-a-link", Text: "[‹lower:12›@vendor.io](https://mailto:‹lower:12›@vendor.io)\n"},
		{Name: "masked", Text: "postgres://app:********@db.vendor.io/app\nhttps://app:CENSORED@git.vendor.io/app.git\n"},
		{Name: "password-spelled-to-look-like-one", Text: "mongodb://admin:myR3alP4ssw0rd@cluster0.vendor.io/app\n"},
		{Name: "token-of-a-provider", Text: "https://x-access-token:‹github-token/github-personal-access-token›@github.com/vendor/app\n"},
	},
}
