package gcp

import (
	"bytes"
	"strings"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

const apiKeyLength = 39

// apiKey decides over AIza and the 35 characters behind it. A key is 29 bytes
// in base64url: of the last character's six bits two are used up by nothing and
// are zero. All keys given out so far begin with the same 37 bits.
func apiKey(w *detect.Window, report func(detect.Match)) {
	start, end := w.Start, w.Start+apiKeyLength
	if end > len(w.Text) || !notation.Starts(w.Text, start) || start > 0 && w.Text[start-1] == '-' ||
		notation.Run(w.Text, start, apiKeyLength+1, notation.IsBase64URL) != end {
		return
	}
	key := w.Text[start:end]
	m := detect.Match{
		Rule: apiKeyRule, Start: start, End: end, ShowHead: len("AIza"), Confidence: 0.3,
		Evidence: []string{"has the form of a Google API key"},
	}
	usual := key[4] == 'S' && key[5] == 'y' && 'A' <= key[6] && key[6] <= 'D'
	whole := strings.IndexByte("AEIMQUYcgkosw048", key[apiKeyLength-1]) >= 0
	switch {
	case placeholder.Random(key[7:]):
		m.Class = finding.Sample
	case usual && whole:
		m.Confidence = 0.95
		m.Evidence = append(m.Evidence, "begins and ends as the base64 of Google's 29 bytes")
	}
	report(m)
}

const clientSecretLength = len("GOCSPX-") + 28

// oauthClientSecret decides over GOCSPX- and the 28 characters behind it.
func oauthClientSecret(w *detect.Window, report func(detect.Match)) {
	end := notation.Run(w.Text, w.Start, clientSecretLength+1, notation.IsBase64URL)
	if end-w.Start != clientSecretLength || !notation.Starts(w.Text, w.Start) {
		return
	}
	m := detect.Match{
		Rule: clientSecretRule, Start: w.Start, End: end, ShowHead: len("GOCSPX-"), Confidence: 0.95,
		Evidence: []string{"has the form of a Google OAuth client secret"},
	}
	if placeholder.Random(w.Text[w.End:end]) {
		m.Class = finding.Sample
	}
	report(m)
}

// oauthClient decides over the end of a client ID, and over a secret of the
// older sort, which has no form of its own but stands next to the ID.
func oauthClient(w *detect.Window, report func(detect.Match)) {
	start, ok := clientIDStart(w.Text, w.Start)
	if !ok || !notation.Ends(w.Text, w.End) {
		return
	}
	m := detect.Match{
		Rule: clientIDRule, Start: start, End: w.End, Confidence: 0.9,
		Evidence: []string{"project number and client name under apps.googleusercontent.com"},
	}
	number, name, named := bytes.Cut(w.Text[start:w.Start-1], []byte("-"))
	switch {
	case publicClients[string(number)]:
		m.Class = finding.Vendor
	case !named && !placeholder.Number(number):
		m.Class = finding.Vendor
		m.Evidence = append(m.Evidence, "without a client's name, as Google's own applications have it")
	case named && placeholder.Random(name), !named && placeholder.Number(number):
		m.Class = finding.Sample
	}
	report(m)
	oldClientSecret(w, report)
}

// publicClients are the project numbers of clients whose ID and secret Google
// publishes in its own command-line tools
// (https://github.com/googleapis/google-auth-library-python: google/auth/_cloud_sdk.py,
// and the Google Cloud SDK's config.py).
var publicClients = map[string]bool{"764086051850": true, "32555940559": true}

// clientIDStart walks back from the dot before apps.googleusercontent.com:
// digits, and in newer IDs a dash and 32 lower-case letters and digits.
func clientIDStart(text []byte, host int) (int, bool) {
	dot := host - 1
	if dot < 0 || text[dot] != '.' {
		return 0, false
	}
	start := dot
	for start > 0 && dot-start < 64 && (notation.IsDigit(text[start-1]) || 'a' <= text[start-1] && text[start-1] <= 'z' || text[start-1] == '-') {
		start--
	}
	for start < dot && !notation.IsDigit(text[start]) {
		start++ // of an escape's letter: \n123
	}
	number, name, named := bytes.Cut(text[start:dot], []byte("-"))
	digits := notation.Run(number, 0, len(number), notation.IsDigit) == len(number)
	if !digits || len(number) < 6 || len(number) > 13 {
		return 0, false
	}
	return start, notation.Starts(text, start) && (!named || 20 <= len(name) && len(name) <= 34)
}

// authorizedUser is the type of the file in which gcloud keeps a user's credentials. The client
// in it is gcloud's own; the refresh token is the user's.
// https://cloud.google.com/docs/authentication/application-default-credentials
var authorizedUser = []byte(`"authorized_user"`)

const (
	oldSecretLength = 24
	secretReach     = 400 // how far from the client's ID its secret stands
)

// oldClientSecret looks around a client ID for a name with secret in it and
// base64 of the old length behind it.
func oldClientSecret(w *detect.Window, report func(detect.Match)) {
	lo, hi := max(0, w.Start-secretReach), min(len(w.Text), w.End+secretReach)
	around := notation.Lower(w.Text[lo:hi])
	for at := 0; ; {
		i := bytes.Index(around[at:], []byte("secret"))
		if i < 0 {
			return
		}
		at += i + len("secret")
		_, nameEnd := notation.Name(w.Text, lo+at-len("secret"), lo+at)
		v, ok := notation.ValueOf(w.Text, nameEnd)
		if !ok {
			continue
		}
		end := notation.Run(w.Text, v.Start, oldSecretLength+1, notation.IsBase64URL)
		if end-v.Start != oldSecretLength || !notation.Mixed(w.Text[v.Start:end]) || placeholder.Random(w.Text[v.Start:end]) {
			continue
		}
		m := detect.Match{
			Rule: clientSecretRule, Start: v.Start, End: end, Confidence: 0.85,
			Evidence: []string{"value of a name that says secret, next to a Google OAuth client ID", "has the length and alphabet of an older client secret"},
		}
		if bytes.Contains(around, authorizedUser) {
			m.Class = finding.Vendor
			m.Evidence = append(m.Evidence, "a user's default credentials: the client is that of the program, which is given to everybody")
		}
		report(m)
	}
}

const (
	minAccessToken = 40
	maxToken       = 2 << 10
)

// oauthAccessToken decides over ya29. and what follows.
func oauthAccessToken(w *detect.Window, report func(detect.Match)) {
	if !notation.Starts(w.Text, w.Start) {
		return
	}
	end := notation.Run(w.Text, w.Start, maxToken, func(c byte) bool { return notation.IsBase64URL(c) || c == '.' })
	for end > w.End && w.Text[end-1] == '.' {
		end-- // three dots cut it short, or a sentence ends
	}
	if end-w.End < minAccessToken {
		return
	}
	m := detect.Match{
		Rule: accessTokenRule, Start: w.Start, End: end, ShowHead: len("ya29."), Confidence: 0.9,
		Evidence: []string{"has the form of a Google OAuth access token"},
	}
	if placeholder.Random(w.Text[w.End:end]) || !notation.Mixed(w.Text[w.End:end]) {
		m.Class = finding.Sample
	}
	report(m)
}

// refreshMark is what the serialised form of a refresh token always holds: the
// fields that say what sort of token it is, in base64.
var refreshMark = []byte("CgYIARAA")

const minRefreshToken = 40

// oauthRefreshToken decides over 1//0 and what follows.
func oauthRefreshToken(w *detect.Window, report func(detect.Match)) {
	end := notation.Run(w.Text, w.End, maxToken, notation.IsBase64URL)
	body := w.Text[w.End:end]
	if len(body) < minRefreshToken || !notation.Starts(w.Text, w.Start) || !notation.Mixed(body) || placeholder.Random(body) {
		return
	}
	m := detect.Match{
		Rule: refreshTokenRule, Start: w.Start, End: end, Value: "1//0" + string(body), ShowHead: len("1//"), Confidence: 0.6,
		Evidence: []string{"has the form of a Google OAuth refresh token"},
	}
	switch {
	case bytes.Contains(body, refreshMark):
		m.Confidence = 0.95
		m.Evidence = append(m.Evidence, "holds the mark of a refresh token")
	case notation.Near(w.Text, w.Start, w.Start, 80, "token", "refresh") != "":
		m.Confidence = 0.85
		m.Evidence = append(m.Evidence, "a name that says token stands before it")
	}
	report(m)
}
