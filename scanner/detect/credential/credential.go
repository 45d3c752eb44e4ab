package credential

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// New returns the detector.
func New() detect.Detector {
	return detect.Table([]*finding.Rule{rule},
		detect.AtAnyCase(named, "password", "passwd", "secret", "api_key", "apikey", "api-key", "api.key").Within(0, 0))
}

// purposes are the ends of names, without separators, whose values are credentials.
var purposes = [...]string{"password", "passwd", "secret", "secretkey", "secretaccesskey", "clientsecret", "apikey", "apisecret", "appsecret", "passphrase"}

// derived are the parts of names whose values were made from a credential and do not open what
// it opens.
var derived = [...]string{"public", "hash", "encrypt"}

// suffixes may follow them: the environment, or the version, that a credential is for.
var suffixes = [...]string{"prod", "production", "dev", "staging", "stage", "value", "default", "old", "new"}

// Bounds of a value. Shorter ones are too often words.
const (
	shortest = 10
	longest  = 128
)

// named decides over the value of a name.
func named(w *detect.Window, report func(detect.Match)) {
	if !given(w) {
		return
	}
	a, ok := notation.AssignedIn(w)
	if !ok || !ofCredential(a.Plain) {
		return
	}
	end, ok := valueEnd(w, a)
	if !ok {
		return
	}
	value := string(w.Text[a.Start:end])
	kind := random(a.Plain, value)
	if kind == "" {
		return
	}
	moved := w.Look(contextReach, end-w.End+contextReach)
	a, end = a.Moved(moved), end+moved
	m := detect.Match{
		Rule: rule, Start: a.Start, End: end, Hidden: true, Confidence: 0.7, Exempt: ofOthers,
		Evidence: []string{"value of " + a.Name, kind},
	}
	if word := inTest(w.Text, a.NameStart, end); word != "" {
		m.Confidence = 0.3
		m.Evidence = append(m.Evidence, "but in a test ("+word+")")
	}
	report(m)
}

// given reports, at little cost, whether the name that the trigger is in may be given a value:
// most of them stand in prose and in the calls of code.
func given(w *detect.Window) bool {
	end := w.Run(w.End, longestSuffix, nameBytes)
	if end == len(w.Text) {
		return false
	}
	if c := w.Text[end]; c != ' ' {
		return strings.IndexByte("=:\"'`\\&%]|><\n\r", c) >= 0
	}
	end = w.Run(end, longestSuffix, spaces)
	if end == len(w.Text) || !notation.IsWord(w.Text[end]) {
		return end < len(w.Text)
	}
	return flag(w) || typed(w, end)
}

// flag reports whether the name is one of a command line, whose value is the next word.
func flag(w *detect.Window) bool {
	start, moved := w.RunBack(w.Start, longestSuffix, nameBytes)
	return w.Text[start+moved] == '-'
}

// typed reports whether a type, or another word of a declaration or an expression, stands
// between the name and what gives it a value, and not the next word of a sentence.
func typed(w *detect.Window, at int) bool {
	for range longestType {
		end := w.Run(w.Run(at, longestSuffix, nameBytes), longestSuffix, spaces)
		if end == len(w.Text) {
			return false
		}
		if !notation.IsWord(w.Text[end]) {
			return strings.IndexByte("=:\"'`?|[<(*", w.Text[end]) >= 0
		}
		at = end
	}
	return false
}

// longestType is how many words a type has: As String, character varying, not null default.
const longestType = 3

var spaces = detect.BytesOf(func(c byte) bool { return c == ' ' || c == '\t' })

// longestSuffix bounds what follows the trigger in a name.
const longestSuffix = 24

var nameBytes = detect.BytesOf(func(c byte) bool { return notation.IsWord(c) || c == '-' || c == '.' })

// ofCredential reports whether a name, without its separators, ends as one of a credential.
func ofCredential(plain string) bool {
	plain = strings.TrimRight(plain, "0123456789")
	for _, s := range suffixes {
		plain = strings.TrimSuffix(plain, s)
	}
	for _, p := range purposes {
		if strings.HasSuffix(plain, p) {
			said := placeholder.Words(strings.TrimSuffix(plain, p))
			return !said.StandsIn && !slices.ContainsFunc(derived[:], func(d string) bool { return strings.Contains(plain, d) })
		}
	}
	return false
}

// valueEnd returns where a literal ends: at its closing quote, or with its line in files that
// have no quotes.
func valueEnd(w *detect.Window, a notation.Assignment) (int, bool) {
	end := w.Run(a.Start, longest+1, visible)
	if end-a.Start > longest {
		return 0, false
	}
	if !a.Quoted {
		if a.Fallback || a.Call || a.Next {
			return 0, false
		}
		rest := w.Text[end:min(len(w.Text), end+1)]
		bare := len(rest) == 0 || rest[0] == '\n' || rest[0] == '\r' || rest[0] == '}' && a.Fallback
		return end, bare && configured(w, a)
	}
	quote := w.Text[a.Start-1]
	if quote == '"' || quote == '\'' || quote == '`' {
		i := bytes.IndexByte(w.Text[a.Start:end], quote)
		if i < 0 {
			return 0, false
		}
		i = len(bytes.TrimRight(w.Text[a.Start:a.Start+i], `\`))
		return a.Start + i, true
	}
	i := bytes.IndexAny(w.Text[a.Start:end], "&%<}") // an escaped quote, or the end of a reference
	if i < 0 {
		return end, true
	}
	return a.Start + i, true
}

var visible = detect.BytesOf(func(c byte) bool { return c > ' ' && c < 0x7f })

// configured reports whether an assignment without quotes stands alone in its line, as in
// files of properties, environments and YAML: in code, what has no quotes is a name.
func configured(w *detect.Window, a notation.Assignment) bool {
	moved := w.Look(w.Start-a.NameStart+longestIndent, 0)
	before := w.Text[:a.NameStart+moved]
	before = before[bytes.LastIndexByte(before, '\n')+1:]
	before = bytes.TrimLeft(before, " \t-")
	return len(before) == 0 || bytes.Equal(before, []byte("export ")) || bytes.Equal(before, []byte("ENV ")) || bytes.Equal(before, []byte("+"))
}

const longestIndent = 40

// random says why a value is one that nobody thought of, "" if somebody may have.
func random(name, value string) string {
	if len(value) < shortest || reference(value) || placeholder.Random(value) || placeholder.Random(placeholder.Spoken(value)) || placeholder.Words(value).Whole {
		return ""
	}
	switch {
	case uuid(value):
		if strings.HasSuffix(name, "password") || placeholder.UUID(value) || placeholder.Clocked(value) {
			return ""
		}
		return "a random UUID"
	case allHex(value):
		if len(value) < 24 || !strings.ContainsAny(value, "0123456789") || !strings.ContainsAny(strings.ToLower(value), "abcdef") {
			return ""
		}
		return "hexadecimal digits in no order"
	}
	if identifier(value) || encodedText(value) {
		return ""
	}
	changes, sorts := disorder(value)
	if sorts >= 3 && changes*3 >= len(value) && placeholder.Distinct(value)*2 > len(value) {
		return "letters of both cases and digits in no order"
	}
	if sorts == 2 && len(value) >= 16 && changes*4 >= len(value) && strings.ContainsAny(value, "0123456789") {
		return "letters and digits in no order"
	}
	return ""
}

// reference reports whether a value stands for another one: a variable, a path, an address, a
// template, an encrypted text, or what was made from a password.
func reference(v string) bool {
	if strings.ContainsAny(v, "${}<>()[]\\ ") && !strings.HasSuffix(v, "$") {
		return true
	}
	for _, head := range [...]string{"/", "./", "arn:", "vault:", "secret:", "ref+", "ENC", "sha256", "base64:", "data:", "-----", "ssh-", "xox", "eyJ"} {
		if strings.HasPrefix(v, head) {
			return true
		}
	}
	if member, ok := strings.CutSuffix(v, ";"); ok && strings.Contains(member, ".") && !strings.ContainsFunc(member, func(r rune) bool { return r != '.' && (r > 0x7f || !notation.IsWord(byte(r))) }) {
		return true // a statement that hands on a member: answer3.value;
	}
	return strings.ContainsAny(v, ":*") && !strings.ContainsAny(v, "!@#^&;") || strings.Contains(v, "://") || strings.Count(v, "/") > 2 || strings.Count(v, ".") > 1 || strings.Contains(v, "::") || strings.Count(v, "_") > 1 || strings.Count(v, "-") > 2 && !uuid(v)
}

// identifier reports whether a part of a value between dashes, dots or underscores is a word,
// as in the names of things: shop-postgresql-92b2cd85.
func identifier(v string) bool {
	parts := strings.FieldsFunc(v, func(r rune) bool { return r == '-' || r == '_' || r == '.' || r == '/' || r == ':' })
	for _, part := range parts {
		if len(parts) > 1 && len(part) >= 4 && strings.Trim(part, "abcdefghijklmnopqrstuvwxyz") == "" || len(parts) > 1 && strings.Trim(v, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.:_*") == "" {
			return true
		}
	}
	return false
}

// encodedText reports whether a value is a text in base64, as manifests hold it: that is for
// who decodes it to judge.
func encodedText(v string) bool {
	raw, err := base64.StdEncoding.DecodeString(v)
	return err == nil && len(raw) > 0 && !bytes.ContainsFunc(raw, func(r rune) bool { return r < ' ' && r != '\n' || r > '~' })
}

// disorder counts where capitals, small letters, digits and signs change places, a capital in
// front of small letters aside, and of how many sorts a value is.
func disorder(v string) (changes, sorts int) {
	var seen [4]bool
	for i := range len(v) {
		k := kind(v[i])
		if !seen[k] {
			seen[k], sorts = true, sorts+1
		}
		if i > 0 {
			if before := kind(v[i-1]); before != k && !(before == 0 && k == 1) {
				changes++
			}
		}
	}
	return changes, sorts
}

func kind(c byte) int {
	switch {
	case notation.IsUpper(c):
		return 0
	case notation.IsLower(c):
		return 1
	case notation.IsDigit(c):
		return 2
	}
	return 3
}

func allHex(v string) bool {
	return notation.Run([]byte(v), 0, len(v), notation.IsHex) == len(v)
}

func uuid(v string) bool {
	if len(v) != 36 {
		return false
	}
	for i := range len(v) {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (v[i] == '-') || !dash && !notation.IsHex(v[i]) {
			return false
		}
	}
	return true
}

// contextReach is how far around a value a test shows.
const contextReach = 300

// inTest returns a word near a value by which a test is known.
func inTest(text []byte, start, end int) string {
	return notation.Near(text, start, end, contextReach, "describe(", "expect(", "assert", "mock", "fixture", "@test", "func test", "def test", "unittest", "example", "dummy", "placeholder")
}
