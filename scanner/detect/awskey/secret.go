package awskey

import (
	"bytes"
	"encoding/base64"
	"strings"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// A secret access key is forty characters of base64, thirty random bytes: a
// form that any random thirty bytes share. It takes its meaning from what
// stands beside it.
const secretLen = 40

// How far a secret access key stands from what tells of it, in bytes: from its
// key ID, and from its name.
const (
	reachFromID   = 300
	reachFromName = 120
)

// secret is a secret access key and why we think so.
type secret struct {
	run
	confidence float64
	evidence   []string
}

func (s secret) match(owner id) detect.Match {
	m := detect.Match{
		Rule: SecretAccessKey, Start: s.start, End: s.end, Value: s.value,
		Confidence: s.confidence, Evidence: s.evidence,
	}
	if owner != "" && owner.prefix() == "ASIA" {
		m.Severity = finding.Medium
		m.Evidence = append(m.Evidence, "its key is temporary and expires within 36 hours")
	}
	if owner != "" {
		m.Account, _ = account(owner)
	}
	if placeholder.Random(s.value) || sampleAccount(m.Account) || strings.HasPrefix(s.value, "wJalrXUtnFEMI") {
		m.Class = finding.Sample
	}
	return m
}

// secretBeside looks for the secret of the key ID at text[start:end]: the first
// candidate behind it, else the last one before it, and none that lies beyond
// another key ID.
func secretBeside(text []byte, start, end int) (found secret, ok bool) {
	eachRun(text, end, min(len(text), end+reachFromID), func(r run) bool {
		if isKeyID(r.value) {
			return false
		}
		found, ok = besideID(text, r)
		return !ok
	})
	if ok {
		return found, true
	}
	eachRun(text, max(0, start-reachFromID), start, func(r run) bool {
		if isKeyID(r.value) {
			ok = false
		} else if s, is := besideID(text, r); is {
			found, ok = s, true
		}
		return true
	})
	return found, ok
}

// besideID judges a run near a key ID.
func besideID(text []byte, r run) (secret, bool) {
	if !secretForm(r) || followedBy(text, r.end, '=') {
		return secret{}, false
	}
	switch said := label(text, r.start); {
	case said.says(otherNames):
		return secret{}, false
	case said.says(secretNames):
		return secret{r, 0.95, []string{"40 characters of base64 behind a name that says secret", "an access key ID stands beside it"}}, true
	case kindChanges(r.value) < 17 || beginnings(r.value) < 12 || placeholder.Distinct(r.value) < 22 || namedOtherwise(text, r.start):
		return secret{}, false
	}
	return secret{r, 0.75, []string{"40 random characters of base64 beside an access key ID"}}, true
}

// namedSecret looks for a secret access key behind a name with the word secret
// in it.
func namedSecret(w *detect.Window, report func(detect.Match)) {
	limit := secretLimit(w)
	if !longRun(w.Text[w.End:limit]) {
		return
	}
	limit += w.LookAll()
	eachRun(w.Text, w.End, limit, func(r run) bool {
		s := secret{run: r}
		decoded, isEncoded := encodedSecret(w.Text, r)
		switch {
		case isEncoded:
			s.run = decoded
		case !secretForm(r) || followedBy(w.Text, r.end, '='):
			return true // a word of the name
		case ofAnother(w.Text, w.End, r.start):
			return true
		}
		s.confidence, s.evidence = judgeName(w, r.start)
		if s.confidence == 0 || isEncoded && s.confidence < 0.9 {
			return false
		}
		if isEncoded {
			s.evidence = append(s.evidence, "written as base64, as in a Kubernetes secret")
		}
		m := s.match("")
		if besideImpossibleID(w.Text, r.start, r.end) {
			m.Class = finding.Sample
			m.Evidence = append(m.Evidence, "the key ID beside it has characters that none has")
		}
		report(m)
		return false
	})
}

// besideImpossibleID reports whether something that was typed to look like a key ID stands near
// a secret, and no key ID does: they are base32, which has no 0, 1, 8 and 9.
func besideImpossibleID(text []byte, start, end int) bool {
	impossible, possible := false, false
	eachRun(text, max(0, start-reachFromID), min(len(text), end+reachFromID), func(r run) bool {
		switch {
		case isKeyID(r.value):
			possible = true
		case len(r.value) == keyIDLen && prefixes[r.value[:prefixLen]] != "" && strings.ToUpper(r.value) == r.value && !strings.ContainsAny(r.value, "+/"):
			impossible = true
		}
		return !possible
	})
	return impossible && !possible
}

// ofAnother reports whether a value stands on a line of its own, below the name at text[at], and
// that line gives it to another name:
//
//	AWS_SECRET_ACCESS_KEY: ${{ secrets.KEY }}
//	RECAPTCHA_SITE_KEY: …
func ofAnother(text []byte, at, value int) bool {
	line := text[at:value]
	i := bytes.LastIndexByte(line, '\n')
	if i < 0 {
		return false
	}
	line = bytes.TrimRight(line[i+1:], " \t\"'`\\>")
	given := bytes.TrimRight(line, ":=")
	if len(given) == len(line) {
		return false
	}
	name := bytes.TrimRight(given, " \t\"'`\\")
	name = name[nameStart(name, len(name)):]
	plain := notation.Plain(name)
	return len(name) > 0 && !strings.Contains(plain, "secret") && !valueNames[plain]
}

// valueNames are the names under which a name's value stands in a line of its own.
var valueNames = map[string]bool{"value": true, "val": true, "default": true, "defaultvalue": true, "string": true, "stringvalue": true, "text": true, "content": true, "key": true, "accesskey": true, "data": true}

// secretLimit returns where the text ends in which the value of a name is sought: on its
// line or one of the two below.
func secretLimit(w *detect.Window) int {
	lines := 0
	return w.End + w.Scan(w.End, reachFromName, func(c byte) bool {
		if lines == 3 {
			return false
		}
		if c == '\n' {
			lines++
		}
		return true
	})
}

// judgeName says how far the name that holds the trigger, up to the value at
// text[value], makes it a secret access key of AWS.
func judgeName(w *detect.Window, value int) (float64, []string) {
	name := notation.Plain(w.Text[nameStart(w.Text, w.Start):nameEnd(w.Text, w.End)])
	if wordsOf(w.Text[w.Start:value]).says(otherNames) {
		return 0, nil
	}
	if strings.Contains(name, "secretaccesskey") {
		return 0.95, []string{"40 characters of base64 behind a name that says secret access key"}
	}
	for _, service := range []string{"aws", "amazon", "s3", "boto", "dynamo", "sqs", "cloudfront"} {
		if strings.Contains(name, service) {
			return 0.9, []string{"40 characters of base64 behind a name that says secret and AWS"}
		}
	}
	if !wordsOf(w.Text[nameStart(w.Text, w.Start):w.Start]).within(plainNames) {
		return 0, nil // github_client_secret beside aws_region
	}
	around := w.Text[max(0, w.Start-reachFromID):min(len(w.Text), value+reachFromID)]
	for _, word := range []string{"aws", "amazon", "s3", "boto"} {
		if containsFold(around, word) {
			return 0.7, []string{"40 characters of base64 behind a name that says secret", "AWS is spoken of near by"}
		}
	}
	return 0, nil
}

// encodedSecret reads base64 of a secret access key, with or without a line
// break: 54 characters and two signs of padding, or 55 and one.
func encodedSecret(text []byte, r run) (run, bool) {
	if n := len(r.value); n != 54 && n != 55 || !followedBy(text, r.end, '=') {
		return run{}, false
	}
	raw, err := base64.RawStdEncoding.DecodeString(r.value)
	if err != nil {
		return run{}, false
	}
	end := r.end
	for end < len(text) && text[end] == '=' {
		end++
	}
	inner := run{r.start, end, strings.TrimSuffix(string(raw), "\n")}
	return inner, allBase64(inner.value) && secretForm(inner)
}

// secretForm reports whether a run has the form of a secret access key. Hex
// digests have no upper case; identifiers and paths change the kind of their
// characters seldom.
func secretForm(r run) bool {
	return len(r.value) == secretLen && mixed(r.value) && kindChanges(r.value) >= 13 && beginnings(r.value) >= 10 &&
		placeholder.Distinct(r.value) >= 18 && placeholder.Steps(r.value) < 8 && !spelled(r.value)
}

// spelled reports whether a run is the base64 of a text: thirty random bytes are printable
// once in 10¹³ times.
func spelled(run string) bool {
	raw, err := base64.StdEncoding.DecodeString(run)
	return err == nil && !bytes.ContainsFunc(raw, func(c rune) bool { return c < ' ' || c > '~' })
}

// longRun says cheaply whether text may hold a run of base64 as long as a
// secret: most texts that speak of secrets do not.
func longRun(text []byte) bool {
	for last := secretLen - 1; last < len(text); {
		start := last
		for start > last-secretLen && ofRun(text[start]) {
			start--
		}
		if start == last-secretLen {
			return true
		}
		last = start + secretLen // no run that holds text[start] is one
	}
	return false
}

func ofRun(c byte) bool { return notation.IsBase64(c) || c == '%' || c == '\\' }

// eachRun calls visit for the runs of base64, of 20 to 64 characters, that lie
// in text[from:], start before to, and are no rest of a run that began before
// from. It ends when visit says so.
func eachRun(text []byte, from, to int, visit func(run) bool) {
	i := from
	if i > 0 && (notation.IsBase64(text[i-1]) || text[i-1] == '%' || text[i-1] == '\\') {
		i = skipRun(text, i, to)
	}
	for i < to {
		c, n := char(text, i)
		if !notation.IsBase64(c) {
			i += n
			continue
		}
		end := skipRun(text, i, len(text))
		if end-i >= keyIDLen && end-i <= 6*64 { // shorter ones are words, longer ones data
			if r, whole := readRun(text, i, 64, notation.IsBase64); whole && !visit(r) {
				return
			}
		}
		i = end
	}
}

// skipRun returns the end of the run that goes on at text[i], or limit if it
// reaches that far.
func skipRun(text []byte, i, limit int) int {
	for i < limit {
		c, n := char(text, i)
		if !notation.IsBase64(c) {
			break
		}
		i += n
	}
	return i
}

// words are those of a name or phrase, in lower case: secretAccessKey and
// SECRET_ACCESS_KEY both give secret, access, key.
type words []string

var (
	secretNames = map[string]bool{"secret": true, "secretkey": true, "secretaccesskey": true, "private": true}
	// keyNames may stand before a secret that a key ID stands beside.
	keyNames = map[string]bool{
		"key": true, "secret": true, "pass": true, "password": true, "pwd": true, "access": true, "aws": true, "value": true, "credentials": true,
	}
	// plainNames may stand before the word secret without making it another
	// service's.
	plainNames = map[string]bool{
		"my": true, "the": true, "access": true, "default": true, "storage": true, "bucket": true, "backup": true,
		"export": true, "const": true, "var": true, "let": true, "set": true, "env": true, "static": true, "string": true,
	}
	// otherNames tell that forty characters are something else.
	otherNames = map[string]bool{
		"token": true, "signature": true, "sig": true, "sha": true, "hash": true, "digest": true, "etag": true,
		"checksum": true, "integrity": true, "md": true, "commit": true, "revision": true, "nonce": true,
		"csrf": true, "request": true, "host": true, "fingerprint": true, "client": true, "salt": true,
		"session": true, "webhook": true, "cert": true, "certificate": true, "oauth": true,
	}
)

func wordsOf(text []byte) words { return notation.Words(text) }

func (ws words) says(names map[string]bool) bool {
	for _, w := range ws {
		if names[w] {
			return true
		}
	}
	return false
}

// within reports whether all are among names, apart from numbers.
func (ws words) within(names map[string]bool) bool {
	for _, w := range ws {
		if !names[w] && !notation.IsDigit(w[0]) {
			return false
		}
	}
	return true
}

// label returns the words in front of text[at]: back to the line's beginning or
// the value before.
func label(text []byte, at int) words {
	start := at
	for start > 0 && at-start < 60 && !bytes.ContainsRune([]byte("\n,;{(&?"), rune(text[start-1])) {
		start--
	}
	return wordsOf(text[start:at])
}

// nameStart returns where the name that goes on at text[at] begins; a phrase
// ("AWS Secret key") counts as one name.
func nameStart(text []byte, at int) int {
	start := at
	for start > 0 && at-start < longestPhrase && phraseBytes[text[start-1]] {
		start--
	}
	return start
}

// longestPhrase bounds how far in front of a word its name begins.
const longestPhrase = 32

var phraseBytes = detect.BytesOf(func(c byte) bool {
	return notation.IsAlnum(c) || c == '_' || c == '-' || c == '.' || c == ' '
})

// nameEnd returns where the name that holds text[at-1] ends.
func nameEnd(text []byte, at int) int {
	end := at
	for end < len(text) && end-at < 24 {
		c := text[end]
		blank := c == ' ' && end+1 < len(text) && notation.IsAlnum(text[end+1])
		if !notation.IsAlnum(c) && c != '_' && c != '-' && c != '.' && !blank {
			break
		}
		end++
	}
	return end
}

// namedOtherwise reports whether the value at text[at] is assigned to a name that
// is neither a key ID nor one for a secret: ReceiptHandle=…
func namedOtherwise(text []byte, at int) bool {
	end := trimBack(text, at, " \t\"'`")
	if end == 0 || text[end-1] != '=' && text[end-1] != ':' {
		return false
	}
	end = trimBack(text, end-1, " \t\"'`")
	start := end
	for start > 0 && end-start < 64 && (notation.IsAlnum(text[start-1]) || text[start-1] == '_' || text[start-1] == '-') {
		start--
	}
	name := text[start:end]
	return len(name) > 0 && !isKeyID(string(name)) && !wordsOf(name).says(keyNames)
}

func trimBack(text []byte, end int, cutset string) int {
	for end > 0 && strings.IndexByte(cutset, text[end-1]) >= 0 {
		end--
	}
	return end
}

func isKeyID(s string) bool {
	if len(s) != keyIDLen {
		return false
	}
	switch s[:prefixLen] {
	case "AKIA", "ASIA":
	default:
		return false
	}
	for i := prefixLen; i < len(s); i++ {
		if base32Value(s[i]) < 0 {
			return false
		}
	}
	return true
}

func allBase64(s string) bool {
	for i := range len(s) {
		if !notation.IsBase64(s[i]) {
			return false
		}
	}
	return true
}

// followedBy reports whether the character at text[i], seen through its escape,
// is c.
func followedBy(text []byte, i int, c byte) bool {
	if i >= len(text) {
		return false
	}
	got, _ := char(text, i)
	return got == c
}
