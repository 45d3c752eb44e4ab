package awskey

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// maxURL is how far a URL reaches to either side of the parameter that made us
// look at it. Session tokens make them long.
const maxURL = 3 << 10

// presignedV4 looks for a URL signed with Signature Version 4:
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
func presignedV4(w *detect.Window, report func(detect.Match)) {
	if !looksHex(w.Text, w.End) {
		return
	}
	start, end := urlAround(w.Text, w.Start)
	u := parameters(w.Text[start:end])
	key, signed := credential(u["x-amz-credential"])
	if !signed || !isHex(u["x-amz-signature"], 64) {
		return
	}
	m := urlMatch(start, end, key, "X-Amz-Credential and X-Amz-Signature in one URL")
	if from, err := time.Parse("20060102T150405Z", u["x-amz-date"]); err == nil {
		if s, err := strconv.Atoi(u["x-amz-expires"]); err == nil {
			m.Evidence = append(m.Evidence, fmt.Sprintf("valid for %d seconds from %s", s, from.Format(time.DateTime)))
		}
	}
	report(m)
}

// presignedV2 looks for a URL signed with Signature Version 2, which may be
// valid for years:
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html#RESTAuthenticationQueryStringAuth
func presignedV2(w *detect.Window, report func(detect.Match)) {
	if !followedBy(w.Text, w.End, '=') {
		return
	}
	start, end := urlAround(w.Text, w.Start)
	u := parameters(w.Text[start:end])
	raw, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(u["signature"], " ", "+"))
	if err != nil || len(raw) != 20 && len(raw) != 32 {
		return
	}
	key, ok := idAt([]byte(u["awsaccesskeyid"]), 0, len(u["awsaccesskeyid"]))
	if !ok || !isKeyID(string(key)) {
		return
	}
	m := urlMatch(start, end, key, "AWSAccessKeyId and Signature in one URL")
	m.Severity = finding.Medium
	if s, err := strconv.ParseInt(u["expires"], 10, 64); err == nil && s > 0 && s < 1<<33 {
		m.Evidence = append(m.Evidence, "valid until "+time.Unix(s, 0).UTC().Format(time.DateTime))
	}
	report(m)
}

func urlMatch(start, end int, key id, why string) detect.Match {
	m := detect.Match{Rule: PresignedURL, Start: start, End: end, Confidence: 0.95, Evidence: []string{why}}
	if owner, generation := account(key); generation == encodesAccount {
		m.Account = owner
		m.Evidence = append(m.Evidence, "signed with a key of account "+maskAccount(owner))
	}
	if placeholder.Random(key.body()) || repetitive(key.body()) || sampleAccount(m.Account) {
		m.Class = finding.Sample
	}
	return m
}

// credential reads the key ID from a credential scope: KEY/20060102/REGION/SERVICE/aws4_request.
func credential(scope string) (id, bool) {
	parts := strings.Split(scope, "/")
	if len(parts) != 5 || parts[4] != "aws4_request" || len(parts[1]) != 8 || !isKeyID(parts[0]) {
		return "", false
	}
	return id(parts[0]), true
}

// inPresignedURL reports whether text[at] is in a pre-signed URL, whose finding
// includes it.
func inPresignedURL(text []byte, at int) bool {
	if !bytes.HasSuffix(bytes.ToLower(text[max(0, at-len("x-amz-security-token%3D")):at]), []byte("x-amz-security-token=")) {
		return false
	}
	start, end := urlAround(text, at)
	u := parameters(text[start:end])
	_, signed := credential(u["x-amz-credential"])
	return signed && isHex(u["x-amz-signature"], 64)
}

// urlAround returns the bounds of the URL, or of the rest of one, that holds
// text[at].
func urlAround(text []byte, at int) (start, end int) {
	start, end = at, at
	for start > 0 && at-start < maxURL && inURL(text, start-1) {
		start--
	}
	for end < len(text) && end-at < maxURL && inURL(text, end) {
		end++
	}
	if i := bytes.LastIndex(text[start:at], []byte("http")); i >= 0 {
		start += i
	}
	return start, end
}

// inURL reports whether the byte at text[i] may belong to a URL, also to one in
// JSON (\u0026, \/) or in HTML (&amp;).
func inURL(text []byte, i int) bool {
	switch c := text[i]; c {
	case '"', '\'', '`', '<', '>', '{', '}', '|', '^', ')', ' ':
		return false
	case '\\':
		return i+1 < len(text) && (text[i+1] == '/' || bytes.HasPrefix(text[i:], []byte(`\u00`)))
	case '&':
		return !bytes.HasPrefix(text[i:], []byte("&quot;")) && !bytes.HasPrefix(text[i:], []byte("&#")) &&
			!bytes.HasPrefix(text[i:], []byte("&gt;")) && !bytes.HasPrefix(text[i:], []byte("&lt;"))
	default:
		return c > ' ' && c < 0x7f
	}
}

// separators undoes what JSON and HTML make of the signs in a query.
var separators = strings.NewReplacer(`\u0026`, "&", `\u003d`, "=", `\u003D`, "=", "&amp;", "&", `\/`, "/")

// parameters reads a URL's query, keys in lower case. A URL that is itself a
// parameter of another one is encoded once more: then the query that holds the
// signature is the inner one. At most 64 parameters are read.
func parameters(raw []byte) map[string]string {
	s := separators.Replace(string(raw))
	if !bytes.Contains(bytes.ToLower(raw), []byte("x-amz-signature=")) && strings.Contains(s, "%26") {
		if inner, err := url.PathUnescape(s); err == nil {
			s = inner
		}
	}
	if i := strings.LastIndexByte(s, '?'); i >= 0 {
		s = s[i+1:]
	}
	u := map[string]string{}
	for i, pair := range strings.SplitN(s, "&", 65) {
		key, value, found := strings.Cut(pair, "=")
		if !found || i == 64 {
			continue
		}
		if decoded, err := url.QueryUnescape(value); err == nil {
			u[strings.ToLower(key)] = decoded
		}
	}
	return u
}

// looksHex says cheaply whether the name that ends at text[i] has a value that
// begins like a digest: most of its uses are code.
func looksHex(text []byte, i int) bool {
	if i >= len(text) {
		return false
	}
	c, n := char(text, i)
	if c != '=' || i+n >= len(text) {
		return false
	}
	_, ok := hexValue(text, i+n, 8)
	return ok
}

func isHex(s string, n int) bool {
	if len(s) < n {
		return false
	}
	for i := range n {
		if !notation.IsDigit(s[i]) && (s[i]|0x20 < 'a' || s[i]|0x20 > 'f') {
			return false
		}
	}
	return len(s) == n && placeholder.Distinct(s) >= 8
}

// signinToken looks for the token of a console sign-in URL:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
func signinToken(w *detect.Window, report func(detect.Match)) {
	i := w.End
	for i < len(w.Text) && i-w.End < 12 && strings.IndexByte(`"':= \%&;quot3D2`, w.Text[i]) >= 0 {
		_, n := char(w.Text, i)
		i += n
		if c := w.Text[i-1]; c == '=' || c == '"' || n == 3 {
			if r, ok := signinTokenAt(w.Text, i); ok {
				report(signinMatch(r))
				return
			}
		}
	}
}

func signinTokenAt(text []byte, at int) (run, bool) {
	r, whole := readRun(text, at, maxToken, func(c byte) bool { return notation.IsBase64(c) || c == '-' || c == '_' || c == '=' })
	return r, whole && len(r.value) >= 80 && placeholder.Distinct(r.value) >= 30 && mixed(r.value)
}

func signinMatch(r run) detect.Match {
	m := detect.Match{
		Rule: SigninToken, Start: r.start, End: r.end, Value: r.value, Confidence: 0.9,
		Evidence: []string{"long random value of the parameter SigninToken"},
	}
	if strings.Contains(r.value, "EXAMPLE") {
		m.Class = finding.Sample
	}
	return m
}
