package azure

import (
	"bytes"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// secret makes the match for a secret, which is a sample if it was typed.
func secret(rule *finding.Rule, text []byte, start, end int, confidence float64, evidence ...string) detect.Match {
	m := detect.Match{Rule: rule, Start: start, End: end, Confidence: confidence, Evidence: evidence}
	if placeholder.Random(text[start:end]) {
		m.Class = finding.Sample
	}
	return m
}

// A client secret has three characters, a digit, Q~ and 31 to 34 more.
const (
	secretLead = 3
	minSecret  = 31
	maxSecret  = 34
)

func isSecretByte(c byte) bool { return notation.IsBase64URL(c) || c == '.' || c == '~' }

// clientSecret decides over the mark of a client secret.
func clientSecret(w *detect.Window, report func(detect.Match)) {
	start := w.Start - secretLead
	if start < 0 {
		return
	}
	end := secretEnd(w.Text, start, w.End)
	if n := end - w.End; n < minSecret || n > maxSecret {
		return
	}
	if notation.Run(w.Text, start, secretLead, isSecretByte) != w.Start || start > 0 && isSecretByte(w.Text[start-1]) && !notation.Starts(w.Text, start) {
		return
	}
	m := secret(clientSecretRule, w.Text, start, end, 0.9, "has the form and the mark of a client secret of Entra ID")
	switch {
	case w.Text[w.Start] != '8': // older ones have no checksum
	case checksumHolds(w.Text[start:end]):
		m.Confidence = 0.99
		m.Evidence = append([]string{"its checksum matches"}, m.Evidence...)
	default:
		m.Confidence = 0.6
		m.Evidence = append(m.Evidence, "but its checksum does not match: a character may have been changed")
	}
	report(m)
}

// secretEnd returns where the client secret ends whose mark ends at text[at].
// The dots that end a sentence are of its alphabet; the checksum tells them from
// its own.
func secretEnd(text []byte, start, at int) int {
	end := notation.Run(text, at, maxSecret+4, isSecretByte)
	whole := end
	for ; whole-at >= minSecret && !checksumHolds(text[start:whole]); whole-- {
		if text[whole-1] != '.' {
			whole = 0
			break
		}
	}
	if whole-at >= minSecret {
		return whole
	}
	for end-at > maxSecret && text[end-1] == '.' {
		end--
	}
	return end
}

const (
	oldSecret     = 34
	encodedSecret = 44 // 32 bytes in base64
	// AD FS makes secrets of forty letters and digits, and administrators their own.
	shortestOwn   = 32
	longestSecret = 64
)

// namedClientSecret decides over older secrets, which carry no mark, behind a
// name that says what they are.
func namedClientSecret(w *detect.Window, report func(detect.Match)) {
	a, ok := notation.AssignedIn(w)
	if !ok {
		return
	}
	end := notation.Run(w.Text, a.Start, longestSecret+1, func(c byte) bool {
		return isSecretByte(c) || c == '+' || c == '/' || c == '='
	})
	value := w.Text[a.Start:end]
	if end < len(w.Text) && bytes.IndexByte([]byte("({[$"), w.Text[end]) >= 0 || bytes.Contains(value, []byte("Q~")) {
		return
	}
	var form string
	words := []string{"azure", "arm_", "aad", "microsoft", "entra"}
	switch {
	case len(value) == encodedSecret && isKey(value, 32):
		form = "32 bytes in base64"
	case len(value) == oldSecret && notation.Mixed(value) && !bytes.ContainsAny(value, "+/="):
		form = "length and alphabet of an older client secret"
	case len(value) == uuidLength && uuidAt(w.Text, a.Start) && !placeholder.UUID(value):
		form = "UUID, as older tools made secrets"
	case len(value) >= shortestOwn && len(value) <= longestSecret && notation.Mixed(value) && notation.Run(value, 0, len(value), notation.IsAlnum) == len(value) && !placeholder.Random(value):
		form, words = "long enough, of capitals, small letters and digits", []string{"azuread", "adfs", "azure_tenant", "arm_tenant"}
	default:
		return
	}
	moved := w.LookAll()
	a, end = a.Moved(moved), end+moved
	if notation.Near(w.Text, a.NameStart, a.NameEnd, aboutReach, words...) == "" {
		return
	}
	report(secret(clientSecretRule, w.Text, a.Start, end, 0.75, "value of "+a.Name+" near words of Azure", form))
}

// pairedSecret looks for the secret of an application whose ID, and its directory's, stand
// together: the one value near them that is named a key, a secret or a password, of the
// lengths that Azure AD made before secrets had a mark.
func pairedSecret(w *detect.Window, at int, other string, report func(detect.Match)) {
	const reach = 300
	lo, hi := max(0, at-reach), min(len(w.Text), at+uuidLength+reach)
	lower := notation.Lower(w.Text[lo:hi])
	for _, word := range [...]string{"key", "secret", "password"} {
		for from := 0; ; {
			i := bytes.Index(lower[from:], []byte(word))
			if i < 0 {
				break
			}
			from += i + len(word)
			nameStart, nameEnd := notation.Name(w.Text, lo+from-len(word), lo+from)
			v, ok := notation.ValueOf(w.Text, nameEnd)
			if !ok || !v.Quoted {
				continue
			}
			n := bytes.IndexByte(w.Text[v.Start:min(len(w.Text), v.Start+longestSecret)], w.Text[v.Start-1])
			if n < shortestPaired || !pairable(w.Text[v.Start:v.Start+n]) {
				continue
			}
			m := secret(clientSecretRule, w.Text, v.Start, v.Start+n, 0.75,
				"value of "+string(w.Text[nameStart:nameEnd])+" beside an application's ID and "+other, "length and characters of an older client secret")
			m.Hidden = true
			report(m)
		}
	}
}

// shortestPaired is the length of the shortest secrets that Azure AD made.
const shortestPaired = 24

// pairable reports whether a value may be an older secret: random, of three sorts of
// characters, without a space.
func pairable(value []byte) bool {
	return !bytes.ContainsAny(value, " \t$<>{}") && !bytes.Contains(value, []byte("Q~")) && notation.Mixed(value) && !placeholder.Random(value)
}

// patLength is that of a personal access token of the older form: 260 bits in
// base32.
const patLength = 52

// patReach is how far from a word of Azure DevOps a token stands.
const patReach = 200

// devopsPAT looks for a token of the older form around a word of Azure DevOps.
func devopsPAT(w *detect.Window, report func(detect.Match)) {
	lo, hi := max(0, w.Start-patReach), min(len(w.Text), w.End+patReach)
	for i := lo; i < hi; {
		if !isPATByte(w.Text[i]) {
			i++
			continue
		}
		end := notation.Run(w.Text, i, len(w.Text), isPATByte)
		if end-i == patLength && notation.Ends(w.Text, end) && notation.Starts(w.Text, i) && !hexadecimal(w.Text[i:end]) && bytes.ContainsAny(w.Text[i:end], "234567") {
			report(secret(devopsPATRule, w.Text, i, end, 0.85,
				"52 characters of base32 near "+string(w.Text[w.Start:w.End]), "has the form of an Azure DevOps personal access token"))
		}
		i = max(end, i+1)
	}
}

func isPATByte(c byte) bool { return 'a' <= c && c <= 'z' || '2' <= c && c <= '7' }

func hexadecimal(b []byte) bool { return notation.Run(b, 0, len(b), notation.IsHex) == len(b) }
