package token

import (
	"net/url"
	"regexp"
	"sync"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// NewCurl returns the detector for passwords that are given to curl on its command line:
// curl -u user:password https://host/.
func NewCurl() detect.Detector { return curlDetector{} }

type curlDetector struct{}

func (curlDetector) Rules() []*finding.Rule { return []*finding.Rule{curlRule} }

func (curlDetector) Triggers() []detect.Trigger { return []detect.Trigger{{Literal: "curl "}} }

// maxCommand bounds a command with the lines that it goes on over.
const maxCommand = 800

// curlUser is curl's option for user and password (curl(1), -u), and the first URL.
var (
	curlUser = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`[ \t](?:-[a-zA-Z]*u ?|--user[ =])\\?["']?([^\s"':@/\\]{1,64}):([^\s"'\\]{1,128})`)
	})
	curlURL = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`https?://[^\s"'\\]+`) })
)

func (curlDetector) Detect(w *detect.Window, report func(detect.Match)) {
	w.Look(1, 0)
	if w.Start > 0 && isWord(w.Text[w.Start-1]) {
		return
	}
	line := command(w)
	found := curlUser().FindSubmatchIndex(line)
	if found == nil {
		return
	}
	user, pass := string(line[found[2]:found[3]]), string(line[found[4]:found[5]])
	confidence := password(user, pass)
	if confidence == 0 || reference(user) || tokenIn(user) != "" || tokenIn(pass) != "" { // the provider's rule finds those
		return
	}
	m := detect.Match{
		Rule: curlRule, Start: w.End - 1 + found[4], End: w.End - 1 + found[5], Hidden: true, Confidence: confidence,
		Evidence: []string{"password of user " + user + " on a command line of curl"},
	}
	if len(user) > longUser {
		m.Evidence = []string{"a user and a password on a command line of curl"}
	}
	if u, err := url.Parse(string(curlURL().Find(line))); err == nil && u.Host != "" && localHost(u.Hostname()) {
		m.Class = finding.Sample
		m.Evidence = append(m.Evidence, "the host is reserved for examples, or known to one machine only")
	}
	report(m)
}

// command returns the command behind the trigger, with the space before its first option:
// up to the end of its line, or of the last one that it goes on over.
func command(w *detect.Window) []byte {
	goesOn := false
	n := w.Scan(w.End, maxCommand, func(c byte) bool {
		if c == '\n' && !goesOn {
			return false
		}
		goesOn = c == '\\' || goesOn && c == '\r'
		return true
	})
	return w.Text[w.End-1 : w.End+n]
}

var curlRule = &finding.Rule{
	ID: "curl-password", Kind: finding.Token, Severity: finding.High,
	Title:  "Password on a command line of curl",
	About:  "A user and a password for a server, in a script, a manual or a log of one. Whoever reads it logs in as that user.",
	Remedy: "Change the password, and let curl read it from a file that only its user can read (--netrc-file) or from the environment.",
	Guide:  guide,
	Source: "https://curl.se/docs/manpage.html#-u",
	Matches: []finding.Example{
		{Name: "short-option", Text: "curl -u deploy:«password» https://api.vendor.io/v1/status\n"},
		{Name: "long-option-in-quotes", Text: "curl -sS --user 'deploy:«password»' https://api.vendor.io/v1/status\n"},
		{Name: "options-in-one", Text: "RUN curl -fsSLu \"deploy:«password»\" -O https://files.vendor.io/x.tgz\n"},
		{Name: "over-several-lines", Text: "curl -X POST \\\n  -H 'Accept: */*' \\\n  -u deploy:«password» \\\n  https://api.vendor.io/\n"},
		{Name: "in-a-json-string", Text: `{"run": "curl -u \"deploy:«password»\" https://api.vendor.io/"}`},
	},
	NearMisses: []finding.Example{
		{Name: "variable", Text: "curl -u deploy:$PASSWORD https://api.vendor.io/\ncurl -u \"$USER:${PASSWORD}\" https://api.vendor.io/\n"},
		{Name: "asks-for-the-password", Text: "curl -u deploy https://api.vendor.io/\ncurl -u deploy: https://api.vendor.io/\n"},
		{Name: "placeholder", Text: "curl -u username:password https://api.vendor.io/\ncurl -u admin:admin https://api.vendor.io/\ncurl -u user:<password> https://api.vendor.io/\n"},
		{Name: "own-machine", Text: "curl -u app:‹password› http://localhost:8080/\n"},
		{Name: "next-command", Text: "curl https://api.vendor.io/\nsudo -u deploy:‹password› id\n"},
		{Name: "another-program", Text: "libcurl -u deploy:‹password› x\n"},
	},
}
