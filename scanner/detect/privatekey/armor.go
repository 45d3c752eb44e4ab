package privatekey

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// block is an armored key as it stands in a text.
type block struct {
	start, end int    // from the first dash of BEGIN to the last of END
	label      string // "RSA PRIVATE KEY"
	headers    map[string]string
	body       []byte // decoded
	whole      bool   // END was seen
	sum        string // OpenPGP's checksum, without its '='
}

// readArmor reads the key whose BEGIN line holds the trigger.
func readArmor(w *detect.Window) (detect.Match, bool) {
	w.Look(maxLabel, 0)
	if !bytes.Contains(w.Text[:w.Start], []byte(begin)) {
		return detect.Match{}, false
	}
	w.Look(0, detect.After)
	b, ok := parseArmor(w.Text, w.Start, cut(w))
	if !ok {
		return detect.Match{}, false
	}
	return b.match()
}

// match decides what the block holds.
func (b *block) match() (detect.Match, bool) {
	k, ok := b.identify()
	if !ok {
		return detect.Match{}, false
	}
	m := detect.Match{
		Rule: k.rule(), Start: b.start, End: b.end,
		Value:      base64.StdEncoding.EncodeToString(b.body),
		Confidence: 0.99,
		Evidence:   []string{"its base64 decodes to " + k.what},
	}
	if !b.whole {
		m.Confidence = 0.9
		m.Evidence = append(m.Evidence, "the window ends before the key does")
	}
	if k.protection != "" {
		m.Evidence = append(m.Evidence, k.protection)
	}
	return m, true
}

// identify reads the body by what the label promises.
func (b *block) identify() (key, bool) {
	switch {
	case len(b.body) < 32 || uniform(b.body):
		return key{}, false
	case strings.HasPrefix(b.label, "PGP "):
		return readPGP(b.body, b.sum)
	case strings.HasPrefix(b.label, "OPENSSH "):
		return readOpenSSH(b.body, b.whole)
	case strings.Contains(b.headers["Proc-Type"], "ENCRYPTED"):
		return readLegacyEncrypted(b)
	}
	if k, ok := readDER(b.body, b.whole); ok {
		return k, true
	}
	if k, ok := readOpenSSH(b.body, b.whole); ok { // under a wrong label it is still a key
		return k, true
	}
	return b.readForeign()
}

// known are the words of the labels whose bodies are read above (RFC 7468, RFC 5208 and
// OpenSSL's): what they promise and is not there is no key.
var known = map[string]bool{"RSA": true, "EC": true, "DSA": true, "DH": true, "ENCRYPTED": true, "ANY": true, "SSH2": true, "PRIVATE": true, "KEY": true}

// readForeign takes a program's own label, like NEBULA ED25519, at its word: the body is
// whatever the program makes of it.
func (b *block) readForeign() (key, bool) {
	words := strings.Fields(b.label)
	foreign := slices.ContainsFunc(words, func(word string) bool { return !known[word] })
	if !b.whole || !foreign || words[0] == "PUBLIC" || isText(b.body) && !sealed(b.body) {
		return key{}, false
	}
	name := strings.TrimSuffix(strings.TrimSuffix(b.label, " PRIVATE KEY"), " ENCRYPTED")
	k := key{what: "a private key of the kind " + name}
	if strings.Contains(b.label, "ENCRYPTED") {
		k.encrypted, k.protection = true, "its label says that it is encrypted"
	}
	return k, true
}

// sealed reports whether a text is a key that a password opens, as sigstore writes them
// (https://github.com/secure-systems-lab/go-securesystemslib, encrypted): the derivation,
// the cipher and what it made, in JSON.
func sealed(text []byte) bool {
	var box struct {
		KDF struct {
			Salt []byte `json:"salt"`
		} `json:"kdf"`
		Ciphertext []byte `json:"ciphertext"`
	}
	return json.Unmarshal(text, &box) == nil && len(box.KDF.Salt) >= 8 && len(box.Ciphertext) >= 32
}

// isText reports whether bytes are a text, and no key.
func isText(b []byte) bool {
	return !bytes.ContainsFunc(b, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' || r > '~' })
}

// uniform reports whether bytes are too few different ones to be a key: AAAA….
func uniform(b []byte) bool {
	var seen [256]bool
	distinct := 0
	for _, c := range b {
		if !seen[c] {
			seen[c] = true
			distinct++
		}
	}
	return distinct < 20
}

const (
	dashes   = "-----"
	begin    = "-----BEGIN "
	end      = "-----END "
	maxLabel = 48
)

// parseArmor reads the block in whose BEGIN line "PRIVATE KEY" stands at
// text[at]. cut says that the text may go on behind its end.
func parseArmor(text []byte, at int, cut bool) (block, bool) {
	b := block{start: bytes.LastIndex(text[max(0, at-maxLabel):at], []byte(begin))}
	if b.start < 0 {
		return b, false
	}
	b.start += max(0, at-maxLabel)
	labelEnd := bytes.Index(text[at:min(len(text), at+maxLabel)], []byte(dashes))
	if labelEnd < 0 {
		return b, false
	}
	labelEnd += at
	b.label = string(text[b.start+len(begin) : labelEnd])
	if strings.Trim(b.label, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ") != "" {
		return b, false
	}
	from := labelEnd + len(dashes)
	if !opens(text[from:min(len(text), from+opening)]) {
		return b, false
	}
	b.end = len(text)
	if i := bytes.Index(text[from:], []byte(end)); i >= 0 {
		b.whole = true
		body := text[from : from+i]
		b.end = from + i + len(end) + len(b.label) + len(dashes)
		if b.end > len(text) || string(text[b.end-len(b.label)-len(dashes):b.end-len(dashes)]) != b.label {
			return b, false
		}
		return b, b.decode(body)
	}
	if !cut {
		return b, false
	}
	return b, b.decode(text[from:])
}

// opening is how much of a body decides whether the rest is worth reading: code
// that names the mark goes on in another way.
const opening = 200

// opens reports whether a body begins with a header or with base64.
func opens(text []byte) bool {
	lines := plainLines(text)
	if len(lines) == 0 {
		return false
	}
	first := lines[0]
	return strings.Contains(first, ":") || isBase64(first[:min(len(first), 48)])
}

// decode reads headers and base64 out of the lines between the marks, however
// they are quoted.
func (b *block) decode(text []byte) bool {
	lines := plainLines(text)
	lines = b.readHeaders(lines)
	var body strings.Builder
	for i, line := range lines {
		if strings.HasPrefix(line, "=") && len(line) == 5 && strings.HasPrefix(b.label, "PGP ") {
			b.sum = line[1:]
			continue
		}
		if !isBase64(line) {
			if b.whole || i < len(lines)-1 {
				return false
			}
			break // the window cut this line
		}
		body.WriteString(line)
	}
	raw, ok := decodeBase64(body.String(), b.whole)
	b.body = raw
	return ok
}

// readHeaders takes the lines "Name: value" off the front.
func (b *block) readHeaders(lines []string) []string {
	for i, line := range lines {
		name, value, found := strings.Cut(line, ":")
		if !found {
			return lines[i:]
		}
		if b.headers == nil {
			b.headers = map[string]string{}
		}
		b.headers[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	return nil
}

// decodeBase64 reads base64 with or without padding. Of a text that was cut it
// reads whole groups only.
func decodeBase64(s string, whole bool) ([]byte, bool) {
	s = strings.TrimRight(s, "=")
	if !whole {
		s = s[:len(s)-len(s)%4]
	}
	raw, err := base64.RawStdEncoding.DecodeString(s)
	return raw, err == nil
}

func isBase64(s string) bool {
	for i := range len(s) {
		if !isBase64Char(s[i]) && s[i] != '=' {
			return false
		}
	}
	return true
}

func isBase64Char(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || c == '+' || c == '/'
}

var base64Chars = detect.BytesOf(isBase64Char)

// base64OfBegin is how the base64 of every PEM file begins: "-----BEGIN ".
const base64OfBegin = "LS0tLS1CRUdJTi"

// readEncodedArmor reads a PEM file in base64, as Kubernetes and many
// environment variables carry it.
func readEncodedArmor(w *detect.Window) (detect.Match, bool) {
	w.Look(longestEscape, 0)
	if w.Start > 0 && isBase64Char(w.Text[w.Start-1]) && !escaped(w.Text[:w.Start]) {
		return detect.Match{}, false
	}
	w.Look(0, detect.After)
	encoded, stop := base64Run(w.Text, w.Start)
	if stop == len(w.Text) && cut(w) {
		return detect.Match{}, false // the key is longer than a window; it is found whole in what the run decodes to
	}
	raw, ok := decodeBase64(encoded, true)
	if !ok {
		return detect.Match{}, false
	}
	at := bytes.Index(raw[:min(len(raw), len(begin)+maxLabel)], []byte("PRIVATE KEY"))
	if at < 0 {
		return detect.Match{}, false
	}
	b, ok := parseArmor(raw, at, false)
	if !ok {
		return detect.Match{}, false
	}
	b.start, b.end = w.Start, stop
	m, ok := b.match()
	m.Evidence = append(m.Evidence, "a PEM file in base64")
	return m, ok
}

// longestEscape is how far back escaped looks.
const longestEscape = 3

// escaped reports whether text ends in an escape, whose letter looks like base64.
func escaped(text []byte) bool {
	n := len(text)
	return n >= 2 && text[n-2] == '\\' || n >= 3 && text[n-3] == '%'
}

// base64Run returns the base64 at text[at] over line breaks, and where it ends.
func base64Run(text []byte, at int) (run string, stop int) {
	var b strings.Builder
	for {
		lineEnd := at
		for lineEnd < len(text) && (isBase64Char(text[lineEnd]) || text[lineEnd] == '=') {
			lineEnd++
		}
		b.Write(text[at:lineEnd])
		stop = lineEnd
		next := lineEnd
		for next < len(text) && strings.IndexByte(" \t\r\n", text[next]) >= 0 {
			next++
		}
		wrapped := next > lineEnd && bytes.IndexByte(text[lineEnd:next], '\n') >= 0 && lineEnd-at >= 60 && text[lineEnd-1] != '='
		if !wrapped || next == len(text) || !isBase64Char(text[next]) {
			return b.String(), stop
		}
		at = next
	}
}

// key is what a body turned out to be.
type key struct {
	what       string // "an RSA private key of 2048 bits"
	encrypted  bool
	protection string // how it is encrypted
	pgp        bool
}

func (k key) rule() *finding.Rule {
	switch {
	case k.encrypted:
		return encryptedRule
	case k.pgp:
		return pgpRule
	}
	return plainRule
}
