package privatekey

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// jwkReach is how far ahead of its type the members of a JSON Web Key begin: an RSA key of
// 4096 bits takes 3.2 KB.
const jwkReach = 4 << 10

// jwkMember is a member of a JSON Web Key, in JSON, in JSON inside a string, and in a
// language's own objects.
var jwkMember = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[{,\s"'\\])([a-zA-Z]{1,8})\\*["']?\s*[:=]>?\s*\\*["']([A-Za-z0-9_-]+)`)
})

// readJWK reads the private part of a JSON Web Key: d of an RSA key, of an elliptic curve's
// or of an octet key pair, k of a symmetric one.
// https://www.rfc-editor.org/rfc/rfc7518#section-6, https://www.rfc-editor.org/rfc/rfc8037
func readJWK(w *detect.Window) (detect.Match, bool) {
	w.Look(jwkReach, detect.After)
	from := bytes.LastIndexByte(w.Text[:w.Start], '{') + 1
	to := bytes.IndexByte(w.Text[w.End:], '}')
	if from == 0 || to < 0 {
		return detect.Match{}, false
	}
	to += w.End
	members, places := map[string]string{}, map[string]int{}
	for _, m := range jwkMember().FindAllSubmatchIndex(w.Text[from:to], maxMembers) {
		name := string(w.Text[from+m[2] : from+m[3]])
		members[name], places[name] = string(w.Text[from+m[4]:from+m[5]]), from+m[4]
	}
	name, what := privateMember(members)
	if name == "" {
		return detect.Match{}, false
	}
	value := members[name]
	raw, ok := decodeBase64(strings.NewReplacer("-", "+", "_", "/").Replace(value), true)
	if !ok || len(raw) < shortestJWK || uniformText(value) {
		return detect.Match{}, false
	}
	m := detect.Match{
		Rule: plainRule, Start: places[name], End: places[name] + len(value), Value: base64.StdEncoding.EncodeToString(raw),
		Confidence: 0.97, Evidence: []string{fmt.Sprintf("the private part (%s) of a JSON Web Key: %s of %d bits", name, what, 8*len(raw))},
	}
	if publishedJWK(value) {
		m.Class = finding.Sample
		m.Evidence = append(m.Evidence, "an example of the RFC")
	}
	return m, true
}

const (
	maxMembers  = 20
	shortestJWK = 16 // bytes
)

// privateMember returns the name of the member that is private, "" if the key is a public one
// or none at all, and what the key is.
func privateMember(members map[string]string) (name, what string) {
	switch {
	case members["kty"] == "RSA" && members["n"] != "" && members["d"] != "":
		return "d", "an RSA private key"
	case members["kty"] == "EC" && members["x"] != "" && members["d"] != "":
		return "d", "an elliptic curve private key"
	case members["kty"] == "OKP" && members["x"] != "" && members["d"] != "":
		return "d", "an octet key pair"
	case members["kty"] == "oct" && members["k"] != "":
		return "k", "a symmetric key"
	}
	return "", ""
}

// publishedJWK reports whether a private part is one of the examples in RFC 7515, 7517 and 8037.
func publishedJWK(value string) bool {
	for _, head := range [...]string{"AyM1SysPpbyDf", "Eq5xpGnNCivDf", "jpsQnnGQmL-YB", "AY5pb7A0UFiB3", "870MB6gfuTJ4H", "X4cTteJY_gn4F", "GawgguFyGrWKa", "nWGxne_9WmC6h"} {
		if strings.HasPrefix(value, head) {
			return true
		}
	}
	return false
}
