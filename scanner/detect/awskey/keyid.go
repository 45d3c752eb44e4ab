package awskey

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// keyIDLen is the length of an access key ID: a prefix of four and sixteen
// characters of base32. Unique IDs of other things have one more, mostly.
const (
	prefixLen = 4
	keyIDLen  = prefixLen + 16
)

// what is said about a prefix, by
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
var prefixes = map[string]string{
	"AKIA": "long-lived",
	"ASIA": "temporary, for 36 hours at most",
	"ABIA": "bearer token of STS",
	"ACCA": "context-specific credential",
	"AGPA": "group",
	"AIDA": "user",
	"AIPA": "instance profile",
	"ANPA": "managed policy",
	"ANVA": "version of a managed policy",
	"APKA": "public key",
	"AROA": "role",
	"ASCA": "server certificate",
}

// id is an identifier of AWS: a prefix and a body in base32.
type id string

func (v id) prefix() string { return string(v[:prefixLen]) }
func (v id) body() string   { return string(v[prefixLen:]) }

// keyID looks for an access key ID that starts at the trigger.
func keyID(w *detect.Window, report func(detect.Match)) {
	v, ok := idAt(w.Text, w.Start, keyIDLen)
	if !ok {
		return
	}
	end := w.Start + keyIDLen
	secret, hasSecret := secretBeside(w.Text, w.Start, end)
	if m, ok := judgeKeyID(v, hasSecret, quoted(w.Text, w.Start, end) || aboutKeys(w.Text, w.Start)); ok {
		m.Start, m.End = w.Start, end
		report(m)
	}
	if hasSecret {
		report(secret.match(v))
	}
}

// encodedKeyID looks for the base64 of an access key ID, the way Kubernetes
// writes its secrets.
func encodedKeyID(w *detect.Window, report func(detect.Match)) {
	if wordBefore(w.Text, w.Start) {
		return
	}
	// Twenty bytes, and perhaps a line break, are 27 or 28 characters.
	r, whole := readRun(w.Text, w.Start, 28, notation.IsBase64)
	if !whole || len(r.value) < 27 {
		return
	}
	raw, err := base64.RawStdEncoding.DecodeString(r.value)
	if err != nil || len(raw) < keyIDLen || strings.TrimRight(string(raw[keyIDLen:]), "\r\n") != "" {
		return
	}
	v, ok := idAt(raw[:keyIDLen], 0, keyIDLen)
	if !ok {
		return
	}
	if m, ok := judgeKeyID(v, false, true); ok {
		m.Start, m.End, m.Value = r.start, r.end, string(v)
		m.Evidence = append([]string{"base64 of an access key ID"}, m.Evidence...)
		report(m)
	}
}

// documented is how the key ID of AWS's documentation begins. Tests vary its
// end, so that tools which know it by heart find theirs.
const documented = "IOSFODNN7EX"

// judgeKeyID says what is known of a key ID, without its place. known tells
// that the text around it speaks of keys.
func judgeKeyID(v id, hasSecret, known bool) (detect.Match, bool) {
	m := detect.Match{Rule: AccessKeyID, ShowHead: prefixLen, Severity: keySeverity(v, hasSecret)}
	if repetitive(v.body()) {
		return m, false
	}
	m.Evidence = []string{fmt.Sprintf("%s and 16 characters of base32: the form of a key ID (%s)", v.prefix(), prefixes[v.prefix()])}
	owner, generation := account(v)
	switch generation {
	case encodesAccount:
		m.Confidence, m.Account = 0.97, owner
		m.Evidence = append(m.Evidence, "belongs to account "+maskAccount(owner))
	case beforeAccounts:
		m.Confidence = 0.9
		m.Evidence = append(m.Evidence, "begins like the keys made before 2019, which do not tell their account")
	default:
		m.Confidence = 0.35
		m.Evidence = append(m.Evidence, "AWS is not known to have made keys that begin like this")
	}
	if hasSecret {
		m.Confidence = max(m.Confidence, 0.6)
		m.Evidence = append(m.Evidence, "a secret access key stands beside it")
	}
	// One ID in 28 has no digit; so have words and protein sequences.
	if !known && !hasSecret && !strings.ContainsAny(v.body(), "234567") {
		m.Confidence = min(m.Confidence, 0.4)
	}
	if placeholder.Random(v.body()) || sampleAccount(owner) || strings.HasPrefix(v.body(), documented) {
		m.Class = finding.Sample
	}
	return m, true
}

// keySeverity: who has the ID alone knows the account; who has the secret too
// is let in, for as long as the key lives.
func keySeverity(v id, hasSecret bool) finding.Severity {
	switch {
	case v.prefix() == "AKIA" && hasSecret:
		return finding.Critical
	case v.prefix() == "AKIA", hasSecret:
		return finding.Medium
	}
	return finding.Low
}

// uniqueID looks for the unique ID of a user, role, group, profile, policy, key
// or certificate. It opens no door, and AWS prints it into policies and logs by
// the hundred: it has the class of what is published on purpose, so that it is
// reported on request only. What it says of the account counts all the same.
func uniqueID(w *detect.Window, report func(detect.Match)) {
	v, ok := idAt(w.Text, w.Start, keyIDLen+1)
	if !ok {
		v, ok = idAt(w.Text, w.Start, keyIDLen)
	}
	if !ok || repetitive(v.body()) {
		return
	}
	owner, generation := account(v)
	m := detect.Match{
		Rule: UniqueID, Start: w.Start, End: w.Start + len(v), ShowHead: prefixLen, Confidence: 0.3, Class: finding.Vendor,
		Evidence: []string{fmt.Sprintf("%s and %d characters of base32: the form of a unique ID (%s)",
			v.prefix(), len(v.body()), prefixes[v.prefix()])},
	}
	if generation == encodesAccount {
		m.Confidence, m.Account = 0.85, owner
		m.Evidence = append(m.Evidence, "belongs to account "+maskAccount(owner))
	}
	if placeholder.Random(v.body()) || sampleAccount(owner) {
		m.Class = finding.Sample
	}
	report(m)
}

// idAt reads an identifier of n characters at text[start] that is no part of a
// longer word.
func idAt(text []byte, start, n int) (id, bool) {
	end := start + n
	if end > len(text) || !bounded(text, start, end) || start > 0 && text[start-1] == '+' {
		return "", false
	}
	for _, c := range text[start+prefixLen : end] {
		if base32Value(c) < 0 {
			return "", false
		}
	}
	return id(text[start:end]), true
}

// repetitive tells rows of one letter and the alphabet from random characters:
// sixteen of those have thirteen different ones, and fewer than seven once in
// 10⁷.
func repetitive(body string) bool {
	return placeholder.Distinct(body) < 7 || placeholder.Steps(body) >= 6
}

// base32Value returns the five bits that a character of RFC 4648's alphabet
// stands for, -1 for any other.
func base32Value(c byte) int {
	switch {
	case notation.IsUpper(c):
		return int(c - 'A')
	case '2' <= c && c <= '7':
		return int(c-'2') + 26
	}
	return -1
}

// quoted reports whether text[start:end] is all that a string holds: neither words nor
// sequences of proteins are as long by chance.
func quoted(text []byte, start, end int) bool {
	return start > 0 && end < len(text) && text[start-1] == text[end] && bytes.IndexByte([]byte("\"'`"), text[end]) >= 0
}

// aboutKeys reports whether the line of text[at], or the two above, speak of AWS
// or its keys.
func aboutKeys(text []byte, at int) bool {
	start := at
	for lines := 0; start > 0 && at-start < 200; start-- {
		if text[start-1] == '\n' {
			if lines++; lines == 3 {
				break
			}
		}
	}
	return containsFold(text[start:at], "key") || containsFold(text[start:at], "aws") ||
		containsFold(text[start:at], "cred")
}

// containsFold reports whether text contains the lower-case word in any case.
func containsFold(text []byte, word string) bool {
	for i := 0; i+len(word) <= len(text); i++ {
		j := 0
		for j < len(word) && lower(text[i+j]) == word[j] {
			j++
		}
		if j == len(word) {
			return true
		}
	}
	return false
}

func lower(c byte) byte {
	if notation.IsUpper(c) {
		return c | 0x20
	}
	return c
}
