package azure

import (
	"bytes"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

const uuidLength = 36

// uuidAt reports whether a UUID, and nothing longer, stands at text[start].
func uuidAt(text []byte, start int) bool {
	end := start + uuidLength
	if end > len(text) || !notation.Ends(text, end) || end+1 < len(text) && text[end] == '-' && notation.IsWord(text[end+1]) {
		return false
	}
	for i, c := range text[start:end] {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (c == '-') || !dash && !notation.IsHex(c) {
			return false
		}
	}
	return true
}

// identifier makes the match for the UUID at text[start].
func identifier(rule *finding.Rule, text []byte, start int, confidence float64, evidence ...string) detect.Match {
	id := strings.ToLower(string(text[start : start+uuidLength]))
	m := detect.Match{
		Rule: rule, Start: start, End: start + uuidLength, Value: id, Confidence: confidence, Evidence: evidence,
	}
	switch {
	case placeholder.UUID(id):
		m.Class = finding.Sample
	case published(id):
		m.Class = finding.Vendor
	case random(id):
		m.Evidence = append(m.Evidence, "random UUID (version 4)")
	default:
		m.Confidence = min(m.Confidence, weak) // a person made it, or hashed it
	}
	return m
}

// random reports whether a UUID is of version 4 (RFC 9562, section 5.4).
func random(id string) bool {
	return id[14] == '4' && strings.IndexByte("89ab", id[19]) >= 0
}

// about holds the words of which one stands near what belongs to Azure.
var about = []string{
	"azure", // the first: see aboutClosely
	"microsoft", "aadclient", "onmicrosoft", "windows.net", "azaccount", "set-az", "get-az", "new-az", "connect-az", "resourcegroup", "resource_group",
	"arm_client", "arm_tenant", "arm_subscription", "az login", "az account", "az aks", "az ad ", "az role", "entra", "msal",
}

// aboutReach is how far from a bare name such a word may stand.
const aboutReach = 1 << 10

func aboutAzure(text []byte, start, end int) string {
	return nearWord(text, start, end, about...)
}

// hosts are the beginnings of domains under which programs of anybody run: that one is
// called says where it runs, and nothing of whose Azure an ID is in.
var hosts = [...]string{"websites.", "edge.", "fd.", "containerapps.", "staticapps.", "-api.", "mobile.", "webapps."}

// nearWord is notation.Near for the words of Azure, but for its name in such a host.
func nearWord(text []byte, start, end int, words ...string) string {
	word := notation.Near(text, start, end, aboutReach, words...)
	if word != about[0] {
		return word
	}
	around := notation.Lower(text[max(0, start-aboutReach):min(len(text), end+aboutReach)])
	for at := 0; ; {
		i := bytes.Index(around[at:], []byte(word))
		if i < 0 {
			return notation.Near(text, start, end, aboutReach, words[1:]...)
		}
		at += i + len(word)
		if !slices.ContainsFunc(hosts[:], func(h string) bool { return bytes.HasPrefix(around[at:], []byte(h)) }) {
			return word
		}
	}
}

// near returns the part of a window around a place that belongs to the same
// value or record, at most reach bytes on either side and within its line.
func near(w *detect.Window, start, end, reach int) (lo, hi int) {
	lineStart, _ := w.Line(start)
	_, lineEnd := w.Line(end)
	return max(lineStart, start-reach), min(lineEnd, end+reach)
}
